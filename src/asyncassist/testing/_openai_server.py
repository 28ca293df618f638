"""A local server that speaks OpenAI's chat completions, and misbehaves as told."""

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

from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    from types import TracebackType

FaultKind = Literal["status", "disconnect", "truncate", "malformed", "stall", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeAnswer:
    """What the server says to one request.

    Attributes:
        text: The answer; streamed in words.
        finish_reason: Why it ends.
        model: The model it names; None for the one that was asked.
        tool_calls: Functions it wants called, as the wire has them.
        refusal: A refusal in place of the text.
        usage: Whether it counts tokens.
        delay: Seconds before the first byte.
        pace: Seconds between two pieces of a stream.
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
    """What goes wrong with one request.

    Attributes:
        kind: "status": an error answer. "disconnect": the connection breaks. "truncate": the answer ends early.
            "malformed": it cannot be read. "stall": nothing more comes until the client leaves. "error": a piece of a
            stream is an error.
        status: HTTP status of "status".
        retry_after: Value of the Retry-After header of "status"; None for none.
        code: Error code of "status".
        after: Pieces of a stream that come before it goes wrong; 0: it goes wrong before the first.
        text: What would have been said.
    """

    kind: FaultKind
    status: int = 503
    retry_after: str | float | None = None
    code: str | None = None
    after: int = 0
    text: str = "an answer of several words that never comes to its end"


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeRequest:
    """A request that the server got.

    Attributes:
        path: Its path.
        body: Its JSON; empty when it had none.
        headers: Its headers, names in lower case.
    """

    path: str
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


Step = str | FakeAnswer | FakeFault
AnswerFunction = Callable[[Mapping[str, Any]], Step | Awaitable[Step]]


def echo(body: Mapping[str, Any]) -> str:
    """The default answer: what the last message said."""
    messages = body.get("messages") or [{}]
    return f"You said: {messages[-1].get('content', '')}"


class FakeOpenAI:
    """An OpenAI-compatible server on a free port of loopback: chat completions, streaming, usage, models.

    `async with FakeOpenAI() as server:` and `base_url=server.base_url`. Steps given to `script` are used up in order,
    one for each chat completion; then `answer` speaks.

    Args:
        answer: A text, an answer, a fault, or a function from the request's body to one of them.
        models: Names that the list of models holds.
        api_key: The only credentials taken; None takes all.
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
        """Every chat completion asked for, oldest first."""
        self.left: int = 0
        """Clients that closed the connection before the answer was whole."""
        self._answer = answer
        self._models = tuple(models)
        self._api_key = api_key
        self._steps: deque[Step] = deque()
        self._ids = itertools.count(1)
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._changed = asyncio.Event()

    def script(self, *steps: Step) -> None:
        """Answer the next requests so, one step each."""
        self._steps.extend(steps)

    def unscript(self) -> int:
        """Forget the steps that were not used; how many there were."""
        left = len(self._steps)
        self._steps.clear()
        return left

    @property
    def base_url(self) -> str:
        """Where it listens; what `base_url=` takes.

        Raises:
            RuntimeError: It was not started.
        """
        if not self._port:
            raise RuntimeError("start it first: async with FakeOpenAI() as server")
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def calls(self) -> int:
        """Chat completions asked for so far."""
        return len(self.requests)

    async def wait(self, happened: Callable[[FakeOpenAI], bool], *, within: float = 5.0) -> None:
        """Wait until something happened here.

        Args:
            happened: Looks at the server: `lambda server: server.calls == 2`.
            within: Seconds.

        Raises:
            TimeoutError: It did not happen in time.
        """
        async with asyncio.timeout(within):
            while not happened(self):
                self._changed.clear()
                await self._changed.wait()

    async def start(self) -> Self:
        """Listen."""
        app = web.Application(client_max_size=16 << 20)
        # Any prefix: Azure puts "openai/deployments/<name>" where OpenAI has "v1".
        app.router.add_post("/{prefix:.+}/chat/completions", self._create_completion)
        app.router.add_get("/{prefix:.+}/models", self._list_models)
        # With cancellation a handler learns that its client is gone.
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def aclose(self) -> None:
        """Stop listening and drop every connection. `start` listens again on the same port."""
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
            return web.Response()  # goes nowhere

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
        """A whole answer that goes wrong."""
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
        """An answer in pieces, by server-sent events."""
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
        """The stream goes wrong here."""
        if fault.kind == "stall":
            await asyncio.Event().wait()
        if fault.kind == "disconnect":
            return _abort_connection(request)
        if fault.kind == "malformed":
            await response.write(b'data: {"choices": [{"del\n\n')
        if fault.kind == "error":
            await response.write(_sse_event({"error": {"message": "a fault as told", "code": fault.code}}))
        return response


def _deltas(answer: FakeAnswer) -> list[dict[str, Any]]:
    """The pieces of an answer."""
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
    """A token a word: not what a model counts, but the same every time."""
    sent = sum(len(str(message.get("content") or "").split()) for message in body.get("messages") or ())
    answered = len(text.split())
    return {"prompt_tokens": sent, "completion_tokens": answered, "total_tokens": sent + answered}


def _error(status: int, code: str, retry_after: str | float | None = None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    error = {"message": "a fault as told", "type": "fake", "param": None, "code": code}
    return web.json_response({"error": error}, status=status, headers=headers)


def _abort_connection(request: web.Request) -> web.StreamResponse:
    """Break the connection as a crash would: no goodbye."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()  # goes nowhere
