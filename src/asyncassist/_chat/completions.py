"""The answer of a model, the same on every wire, its bounds, and what may be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


# Characters of an answer, its tool calls included; the longest answers of today's models have half as many.
MAX_ANSWER_CHARS = 1_000_000
# Characters of the reasoning items that are carried on; they are encrypted, and longer than what they hold.
MAX_REASONING_CHARS = 4_000_000
# Bytes after decompression: of a whole response, and of a stream between two events.
MAX_BODY_BYTES = 8 << 20


class MalformedCompletionError(ValueError):
    """Violation of the protocol by a completion or a chunk; internal to `_chat`."""


class GenerationFailedError(Exception):
    """The server accepted the request and reports that it failed; internal to `_chat`.

    Args:
        code: The server's error code; "" if it sent none.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AnswerTooLongError(MalformedCompletionError):
    """Answer, or the response that carries it, that exceeds its bound; internal to `_chat`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Answer of a model, complete or cut off.

    Attributes:
        text: The text, or the part received before the stream broke.
        model: Model named in the response; the requested one if the server names none.
        finish_reason: The server's finish reason ("stop", "length", ...); None if it sent none.
        prompt_tokens: Number of prompt tokens; None if the server did not count.
        completion_tokens: Number of completion tokens; None if the server did not count.
        cached_tokens: Prompt tokens that the provider read from its own prompt cache.
        tool_calls: Tool calls in the form of Chat Completions.
        reasoning: Reasoning items to send back with the tool calls, opaque; see `wires.responses`.
        refusal: Whether the text is a refusal of the model.
        incomplete_reason: Why the stream broke; None for a complete answer.
    """

    text: str
    model: str
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int = 0
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    reasoning: tuple[Mapping[str, Any], ...] = ()
    refusal: bool = False
    incomplete_reason: str | None = None

    @property
    def is_cacheable(self) -> bool:
        """True for a complete, non-blank answer that is neither a refusal nor a tool call."""
        return (
            self.finish_reason == "stop"
            and not self.tool_calls
            and not self.refusal
            and self.incomplete_reason is None
            and bool(self.text.strip())
        )

    @property
    def is_empty(self) -> bool:
        """True if there is neither text nor a tool call."""
        return not self.text.strip() and not self.tool_calls


def check_length(length: int, bound: int = MAX_ANSWER_CHARS) -> None:
    """Check the characters of an answer against a bound.

    Raises:
        AnswerTooLongError: There are more.
    """
    if length > bound:
        raise AnswerTooLongError("the answer is too long")
