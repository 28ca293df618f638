"""FakeOpenAI: a local server for both of OpenAI's APIs with scripted answers, faults and the provider's refusals."""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from typing import TYPE_CHECKING, Any, Literal, Self

from aiohttp import web

from asyncassist._lifecycle import AsyncOnly
from asyncassist.errors import ConfigurationError
from asyncassist.testing._openai_chat import ChatCompletions
from asyncassist.testing._openai_refusals import refuse_body, refuse_model
from asyncassist.testing._openai_responses import Responses
from asyncassist.testing._openai_script import (
    AnswerFunction,
    FakeAnswer,
    FakeFault,
    FakeRequest,
    Step,
    check_step,
    echo,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from asyncassist.testing._openai_refusals import Refusal

_API = ChatCompletions | Responses


class FakeOpenAI(AsyncOnly):
    """OpenAI-compatible server on a free port of 127.0.0.1: Chat Completions, Responses, streaming, usage, models.

    Use `async with FakeOpenAI() as server:` and `base_url=server.base_url`. Each request for an answer consumes one of
    the steps given to `script`, in order; when they are used up, `answer` decides. A request that OpenAI would refuse,
    such as one with a tool call without its result, is refused in the same way and consumes none.

    Args:
        answer: A text, a `FakeAnswer`, a `FakeFault`, or a function, also an async one, from the request's JSON body
            to one of them. By default the server repeats the last message.
        models: Names in the list of models.
        wires: The APIs of the server: "chat" (Chat Completions), "responses" (Responses); the paths of another one are
            not found.
        unknown_models: Whether models outside the list of models are accepted.
        reasoning_models: Models whose requests with functions are refused on Chat Completions, unless they set
            `reasoning_effort` to "none".
        api_key: The only API key accepted; None accepts every request.

    Raises:
        ConfigurationError: `answer` or `wires` is none of these.
    """

    def __init__(
        self,
        *,
        answer: Step | AnswerFunction = echo,
        models: Sequence[str] = ("fake-model",),
        api_key: str | None = None,
        wires: Sequence[Literal["chat", "responses"]] = ("chat", "responses"),
        unknown_models: bool = True,
        reasoning_models: Sequence[str] = (),
    ) -> None:
        if isinstance(wires, str) or not set(wires) <= {"chat", "responses"}:
            raise ConfigurationError("wires", 'must be a sequence of "chat" and "responses"')
        self.requests: list[FakeRequest] = []
        """Requests for an answer received, oldest first."""
        self.left: int = 0
        """Number of clients that disconnected before the response was complete."""
        self.answer = answer
        self._models = tuple(models)
        self._api_key = api_key
        self._steps: deque[Step] = deque()
        self._wires = tuple(wires)
        self._unknown_models = unknown_models
        self._chat = ChatCompletions(frozenset(reasoning_models))
        self._responses = Responses()
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._changed = asyncio.Event()

    @property
    def answer(self) -> Step | AnswerFunction:
        """Answer to each request for which no step of `script` is left; may be assigned.

        Raises:
            ConfigurationError: What is assigned is no text, answer, fault or function.
        """
        return self._answer

    @answer.setter
    def answer(self, answer: Step | AnswerFunction) -> None:
        self._answer = check_step("answer", answer)

    def script(self, *steps: Step) -> None:
        """Queue answers and faults for the next requests, one step per request.

        Raises:
            ConfigurationError: A step is no text, answer or fault; none is queued.
        """
        for step in steps:
            check_step("steps", step)
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
        """Number of requests for an answer received."""
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
        if "chat" in self._wires:
            app.router.add_post("/{prefix:.+}/chat/completions", self._create_completion)
        if "responses" in self._wires:
            app.router.add_post("/{prefix:.+}/responses", self._create_response)
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
        return await self._answer_request(request, self._chat)

    async def _create_response(self, request: web.Request) -> web.StreamResponse:
        return await self._answer_request(request, self._responses)

    async def _answer_request(self, request: web.Request, api: _API) -> web.StreamResponse:
        try:
            body = await request.json()
        except ValueError:
            return _error(400, "invalid_json")
        malformed = refuse_body(body)
        if malformed is not None:
            return _refuse(malformed)
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append(FakeRequest(path=request.path, body=body, headers=headers))
        self._changed.set()
        unauthenticated = self._authentication_error(request)
        if unauthenticated is not None:
            return unauthenticated
        is_unknown = not self._unknown_models and body.get("model") not in self._models
        refused = refuse_model(body) if is_unknown else api.refuse(body)
        if refused is not None:
            return _refuse(refused)
        step = await self._next_step(body)
        try:
            return await self._respond(request, api, body, step)
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
        self, request: web.Request, api: _API, body: Mapping[str, Any], step: FakeAnswer | FakeFault
    ) -> web.StreamResponse:
        if isinstance(step, FakeFault) and step.kind == "status":
            return _error(step.status, step.code or "fake_error", step.retry_after)
        if isinstance(step, FakeAnswer) and step.delay:
            await asyncio.sleep(step.delay)
        if body.get("stream"):
            return await self._stream(request, api, body, step)
        if isinstance(step, FakeFault):
            return await self._respond_broken(request, api, step)
        return web.json_response(api.render(body, step))

    async def _respond_broken(self, request: web.Request, api: _API, fault: FakeFault) -> web.StreamResponse:
        """Send the faulty response to a request without streaming."""
        if fault.kind == "error":
            return _error(500, fault.code or "fake_error")
        if fault.kind == "malformed":
            return web.Response(body=api.broken_body, content_type="application/json")
        if fault.kind == "disconnect":
            return _abort_connection(request)
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "4096"})
        await response.prepare(request)
        await response.write(api.broken_body)
        if fault.kind == "stall":
            await asyncio.Event().wait()
        return _abort_connection(request)

    async def _stream(
        self, request: web.Request, api: _API, body: Mapping[str, Any], step: FakeAnswer | FakeFault
    ) -> web.StreamResponse:
        """Stream an answer as server-sent events, up to a fault if the step is one."""
        fault = step if isinstance(step, FakeFault) else None
        if fault is not None and fault.kind == "disconnect" and not fault.after:
            return _abort_connection(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        answer = step if isinstance(step, FakeAnswer) else FakeAnswer(text=step.text)
        events = list(api.stream(body, answer))
        last = max((index for index, (is_delta, _) in enumerate(events) if is_delta), default=-1)
        deltas = 0
        for index, (is_delta, event) in enumerate(events):
            if fault is not None and (index > last or (is_delta and deltas >= fault.after)):
                return await self._break_stream(request, api, response, fault)
            await response.write(event)
            if is_delta:
                deltas += 1
                await asyncio.sleep(answer.pace)
        await response.write(api.end_of_stream)
        return response

    async def _break_stream(
        self, request: web.Request, api: _API, response: web.StreamResponse, fault: FakeFault
    ) -> web.StreamResponse:
        """Inject the fault at this point of the stream."""
        if fault.kind == "stall":
            await asyncio.Event().wait()
        if fault.kind == "disconnect":
            return _abort_connection(request)
        if fault.kind == "malformed":
            await response.write(b'data: {"choices": [{"del\n\n')
        if fault.kind == "error":
            await response.write(api.error_event(fault))
        return response


def _error(status: int, code: str, retry_after: str | float | None = None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    error = {"message": "an error of the fake server", "type": "fake", "param": None, "code": code}
    return web.json_response({"error": error}, status=status, headers=headers)


def _refuse(refusal: Refusal) -> web.Response:
    return web.json_response(refusal.to_json(), status=refusal.status)


def _abort_connection(request: web.Request) -> web.StreamResponse:
    """Break the connection as a crash of the server would, without a proper end of the response."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()  # the connection is gone; aiohttp wants a response all the same
