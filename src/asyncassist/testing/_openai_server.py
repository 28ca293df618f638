"""FakeOpenAI: a local server for OpenAI's chat completions API with scripted answers and faults."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

from aiohttp import web

from asyncassist._lifecycle import AsyncOnly
from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    from types import TracebackType

FaultKind = Literal["status", "disconnect", "truncate", "malformed", "stall", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeAnswer:
    """Answer of the server to one request.

    Attributes:
        text: Text of the answer; streamed word by word.
        finish_reason: Finish reason; None for none.
        model: Model named in the response; None for the requested one.
        tool_calls: Tool calls in wire format.
        refusal: Refusal sent instead of the text; None for none.
        usage: Whether the response has token counts.
        delay: Seconds before the first byte.
        pace: Seconds between two chunks of a stream.
    """

    text: str = ""
    finish_reason: str | None = "stop"
    model: str | None = None
    tool_calls: Sequence[Mapping[str, Any]] = ()
    refusal: str | None = None
    usage: bool = True
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
    """

    kind: FaultKind
    status: int = 503
    retry_after: str | float | None = None
    code: str | None = None
    after: int = 0
    text: str = "an answer of several words that never comes to its end"


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeRequest:
    """Chat completion request received by the server.

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


def echo(body: Mapping[str, Any]) -> str:
    """Return the default answer, which repeats the last message."""
    messages = body.get("messages") or [{}]
    return f"You said: {messages[-1].get('content', '')}"


class FakeOpenAI(AsyncOnly):
    """OpenAI-compatible server on a free port of 127.0.0.1: chat completions, streaming, usage, models.

    Use `async with FakeOpenAI() as server:` and `base_url=server.base_url`. Each chat completion consumes one of the
    steps given to `script`, in order; when they are used up, `answer` decides.

    Args:
        answer: A text, a `FakeAnswer`, a `FakeFault`, or a function, also an async one, from the request's JSON body
            to one of them. By default the server repeats the last message.
        models: Names in the list of models.
        api_key: The only API key accepted; None accepts every request.

    Raises:
        ConfigurationError: `answer` is none of these.
    """

    def __init__(
        self,
        *,
        answer: Step | AnswerFunction = echo,
        models: Sequence[str] = ("fake-model",),
        api_key: str | None = None,
    ) -> None:
        if not callable(answer) and not isinstance(answer, str | FakeAnswer | FakeFault):
            raise ConfigurationError("answer", "must be a text, a FakeAnswer, a FakeFault or a function")
        self.requests: list[FakeRequest] = []
        """Chat completion requests received, oldest first."""
        self.left: int = 0
        """Number of clients that disconnected before the response was complete."""
        self._answer = answer
        self._models = tuple(models)
        self._api_key = api_key
        self._steps: deque[Step] = deque()
        self._ids = itertools.count(1)
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._changed = asyncio.Event()

    def script(self, *steps: Step) -> None:
        """Queue answers and faults for the next requests, one step per request."""
        self._steps.extend(steps)

    def unscript(self) -> int:
        """Remove the unused steps and return their number."""
        left = len(self._steps)
        self._steps.clear()
        return left

    @property
    def base_url(self) -> str:
        """Base URL of the server, including `/v1`.

        Raises:
            RuntimeError: The server was never started.
        """
        if not self._port:
            raise RuntimeError("start it first: async with FakeOpenAI() as server")
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def calls(self) -> int:
        """Number of chat completion requests received."""
        return len(self.requests)

    async def wait(self, happened: Callable[[FakeOpenAI], bool], *, within: float = 5.0) -> None:
        """Wait until the server is in a given state.

        Args:
            happened: Predicate on the server, such as `lambda server: server.calls == 2`; checked after each request
                and each disconnect.
            within: Timeout in seconds.

        Raises:
            TimeoutError: The predicate was not true in time.
        """
        async with asyncio.timeout(within):
            while not happened(self):
                self._changed.clear()
                await self._changed.wait()

    async def start(self) -> Self:
        """Start listening; after `aclose` on the same port as before.

        Returns:
            The server itself.
        """
        app = web.Application(client_max_size=16 << 20)
        # Any prefix: Azure has "openai/deployments/<name>" in place of OpenAI's "v1".
        app.router.add_post("/{prefix:.+}/chat/completions", self._create_completion)
        app.router.add_get("/{prefix:.+}/models", self._list_models)
        # aiohttp cancels the handler when its client disconnects: that is how disconnects are counted.
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def aclose(self) -> None:
        """Stop listening and close all connections; `start` listens again on the same port."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _list_models(self, request: web.Request) -> web.Response:
        refused = self._authentication_error(request)
        if refused is not None:
            return refused
        data = [{"id": name, "object": "model", "created": 0, "owned_by": "fake"} for name in self._models]
        return web.json_response({"object": "list", "data": data})

    def _authentication_error(self, request: web.Request) -> web.Response | None:
        given = request.headers.get("Authorization", "")
        if self._api_key is None or given == f"Bearer {self._api_key}":
            return None
        return _error(401, "invalid_api_key")

    async def _create_completion(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
        except ValueError:
            return _error(400, "invalid_json")
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append(FakeRequest(path=request.path, body=body, headers=headers))
        self._changed.set()
        refused = self._authentication_error(request)
        if refused is not None:
            return refused
        step = await self._next_step(body)
        try:
            return await self._respond(request, body, step)
        except asyncio.CancelledError:
            self._count_disconnect()
            raise
        except ConnectionError:
            self._count_disconnect()
            return web.Response()  # the client is gone; aiohttp wants a response all the same

    def _count_disconnect(self) -> None:
        self.left += 1
        self._changed.set()

    async def _next_step(self, body: Mapping[str, Any]) -> FakeAnswer | FakeFault:
        step: Any = self._steps.popleft() if self._steps else self._answer
        if callable(step):
            step = step(body)
            if inspect.isawaitable(step):
                step = await step
        return FakeAnswer(text=step) if isinstance(step, str) else step

    async def _respond(
        self, request: web.Request, body: Mapping[str, Any], step: FakeAnswer | FakeFault
    ) -> web.StreamResponse:
        if isinstance(step, FakeFault) and step.kind == "status":
            return _error(step.status, step.code or "fake_error", step.retry_after)
        if isinstance(step, FakeAnswer) and step.delay:
            await asyncio.sleep(step.delay)
        if body.get("stream"):
            return await self._stream(request, body, step)
        if isinstance(step, FakeFault):
            return await self._respond_broken(request, step)
        return web.json_response(self._completion(body, step))

    async def _respond_broken(self, request: web.Request, fault: FakeFault) -> web.StreamResponse:
        """Send the faulty response to a request without streaming."""
        if fault.kind == "error":
            return _error(500, fault.code or "fake_error")
        if fault.kind == "malformed":
            return web.Response(body=b'{"choices": [{"mess', content_type="application/json")
        if fault.kind == "disconnect":
            return _abort_connection(request)
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "4096"})
        await response.prepare(request)
        await response.write(b'{"id": "fake", "choices": [')
        if fault.kind == "stall":
            await asyncio.Event().wait()
        return _abort_connection(request)

    def _completion(self, body: Mapping[str, Any], answer: FakeAnswer) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": answer.text, "refusal": answer.refusal}
        if answer.tool_calls:
            message["tool_calls"] = list(answer.tool_calls)
        choice = {"index": 0, "message": message, "finish_reason": answer.finish_reason, "logprobs": None}
        completion = self._envelope("chat.completion", body, answer.model)
        completion["choices"] = [choice]
        if answer.usage:
            completion["usage"] = _usage(body, answer.text)
        return completion

    def _envelope(self, kind: str, body: Mapping[str, Any], model: str | None) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-fake-{next(self._ids)}",
            "object": kind,
            "created": int(time.time()),
            "model": model or body.get("model"),
        }

    async def _stream(
        self, request: web.Request, body: Mapping[str, Any], step: FakeAnswer | FakeFault
    ) -> web.StreamResponse:
        """Stream an answer as server-sent events, up to a fault if the step is one."""
        if isinstance(step, FakeFault) and step.kind == "disconnect" and not step.after:
            return _abort_connection(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        answer = step if isinstance(step, FakeAnswer) else FakeAnswer(text=step.text)
        head = self._envelope("chat.completion.chunk", body, answer.model)

        async def send(delta: Mapping[str, Any], finish_reason: str | None = None) -> None:
            choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
            await response.write(_sse_event({**head, "choices": [choice]}))

        await send({"role": "assistant", "content": ""})
        for number, delta in enumerate(_deltas(answer)):
            if isinstance(step, FakeFault) and number >= step.after:
                return await self._break_stream(request, response, step)
            await send(delta)
            await asyncio.sleep(answer.pace)
        if isinstance(step, FakeFault):
            return await self._break_stream(request, response, step)
        await send({}, answer.finish_reason)
        if answer.usage and (body.get("stream_options") or {}).get("include_usage"):
            await response.write(_sse_event({**head, "choices": [], "usage": _usage(body, answer.text)}))
        await response.write(b"data: [DONE]\n\n")
        return response

    async def _break_stream(
        self, request: web.Request, response: web.StreamResponse, fault: FakeFault
    ) -> web.StreamResponse:
        """Inject the fault at this point of the stream."""
        if fault.kind == "stall":
            await asyncio.Event().wait()
        if fault.kind == "disconnect":
            return _abort_connection(request)
        if fault.kind == "malformed":
            await response.write(b'data: {"choices": [{"del\n\n')
        if fault.kind == "error":
            await response.write(_sse_event({"error": {"message": "an injected fault", "code": fault.code}}))
        return response


def _deltas(answer: FakeAnswer) -> list[dict[str, Any]]:
    """Split an answer into the deltas of its stream."""
    if answer.refusal is not None:
        return [{"refusal": answer.refusal}]
    words = answer.text.split(" ")
    deltas: list[dict[str, Any]] = [
        {"content": word if index == 0 else f" {word}"} for index, word in enumerate(words) if answer.text
    ]
    deltas += [{"tool_calls": [{"index": index, **call}]} for index, call in enumerate(answer.tool_calls)]
    return deltas


def _sse_event(data: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(data).encode() + b"\n\n"


def _usage(body: Mapping[str, Any], text: str) -> dict[str, int]:
    """Count one token per word: not what a model counts, but deterministic."""
    sent = sum(len(str(message.get("content") or "").split()) for message in body.get("messages") or ())
    answered = len(text.split())
    return {"prompt_tokens": sent, "completion_tokens": answered, "total_tokens": sent + answered}


def _error(status: int, code: str, retry_after: str | float | None = None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    error = {"message": "an error of the fake server", "type": "fake", "param": None, "code": code}
    return web.json_response({"error": error}, status=status, headers=headers)


def _abort_connection(request: web.Request) -> web.StreamResponse:
    """Break the connection as a crash of the server would, without a proper end of the response."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()  # the connection is gone; aiohttp wants a response all the same
