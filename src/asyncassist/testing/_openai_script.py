"""Scripted answers and faults of a fake model server, and the requests it received."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from asyncassist.errors import ConfigurationError

FaultKind = Literal["status", "disconnect", "truncate", "malformed", "stall", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeAnswer:
    """Answer of the server to one request.

    Attributes:
        text: Text of the answer; streamed word by word.
        finish_reason: Finish reason; None for none. On the Responses API "length" and "content_filter" are an
            incomplete response, and every other one a completed response.
        model: Model named in the response; None for the requested one.
        tool_calls: Tool calls in the form of Chat Completions, several for parallel ones.
        refusal: Refusal sent instead of the text; None for none.
        reasoning: Encrypted contents of reasoning items, which precede the rest; on the Responses API only, and there
            encrypted only if the request includes it.
        reasoning_summary: Readable reasoning, streamed word by word before the text: as `reasoning_content`, as servers
            of open models send it, and on the Responses API as a summary, if the request asks for one.
        usage: Whether the response has token counts.
        cached_tokens: Prompt tokens read from the provider's prompt cache.
        delay: Seconds before the first byte.
        pace: Seconds between two chunks of a stream.
    """

    text: str = ""
    finish_reason: str | None = "stop"
    model: str | None = None
    tool_calls: Sequence[Mapping[str, Any]] = ()
    refusal: str | None = None
    reasoning: Sequence[str] = ()
    reasoning_summary: str = ""
    usage: bool = True
    cached_tokens: int = 0
    delay: float = 0.0
    pace: float = 0.0


@dataclass(frozen=True, slots=True)
class FakeFault:
    """Fault injected into the response to one request.

    Attributes:
        kind: "status": an error response. "disconnect": the connection breaks. "truncate": the response ends early.
            "malformed": the body is no valid JSON. "stall": no further byte until the client disconnects. "error": an
            error event in a stream; without streaming, status 500.
        status: HTTP status of the kind "status".
        retry_after: Value of the Retry-After header of the kind "status"; None for none.
        code: Error code of the kinds "status" and "error".
        after: Number of text deltas of a stream before the fault; 0: the fault comes before the first.
        text: Text of the stream that the fault interrupts.

    Raises:
        ConfigurationError: The kind is another one, or the status is not one of an error.
    """

    kind: FaultKind
    status: int = 503
    retry_after: str | float | None = None
    code: str | None = None
    after: int = 0
    text: str = "an answer of several words that never comes to its end"

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise ConfigurationError("kind", f"must be one of {', '.join(get_args(FaultKind))}")
        if type(self.status) is not int or not 400 <= self.status <= 599:
            raise ConfigurationError("status", "must be an HTTP status from 400 to 599")


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeRequest:
    """Request for an answer received by the server.

    Attributes:
        path: Path of the URL.
        body: JSON body.
        headers: Header fields by lower-case names.
    """

    path: str
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


Step = str | FakeAnswer | FakeFault
AnswerFunction = Callable[[Mapping[str, Any]], Step | Awaitable[Step]]


def check_step(name: str, step: Step | AnswerFunction) -> Step | AnswerFunction:
    """Return the step.

    Args:
        name: Name of the argument, for the error.
        step: What the server is to answer.

    Raises:
        ConfigurationError: It is no text, answer, fault or function.
    """
    if isinstance(step, type) or not (callable(step) or isinstance(step, str | FakeAnswer | FakeFault)):
        raise ConfigurationError(name, "must be a text, a FakeAnswer, a FakeFault or a function")
    return step


def echo(body: Mapping[str, Any]) -> str:
    """Return the default answer, which repeats the last message."""
    messages = body.get("messages") or body.get("input") or [{}]
    if isinstance(messages, str):
        return f"You said: {messages}"
    last = messages[-1]
    return f"You said: {last.get('content', last.get('output', ''))}"
