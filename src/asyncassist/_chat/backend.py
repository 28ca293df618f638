"""One model at one server: a client, its breaker, and one attempt at an answer. All of openai is behind this door."""

from __future__ import annotations

import asyncio
import importlib
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from asyncassist._cache import json_digest
from asyncassist._chat import error_mapping as faults
from asyncassist._chat.completions import Answer, Draft, MalformedError, read_completion
from asyncassist._chat.error_mapping import CallFailedError
from asyncassist._circuit_breaker import CircuitBreaker, Permit
from asyncassist._lifecycle import import_in_thread
from asyncassist._retry import RetryBudget
from asyncassist.errors import CircuitOpenError, UpstreamError, safe_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AsyncExitStack

    import openai

    from asyncassist._chat.models import Backend
    from asyncassist._chat.prompt import WireMessage
    from asyncassist._retry import Breaker, Retry, Timeout
    from asyncassist._types import Clock

OPENAI_URL = "https://api.openai.com/v1"
# A server that wants no credentials is sent a word, because the SDK insists on one.
_NO_KEY = "none"
# Settings of a client of the SDK that decide who answers, and to whom; Azure's among them.
_IDENTITY = (
    "base_url",
    "api_key",
    "_api_key_provider",
    "organization",
    "project",
    "workload_identity",
    "_azure_ad_token",
    "_azure_ad_token_provider",
    "_custom_headers",
    "_custom_query",
)
# Errors of the SDK's transport that say that no connection was made; all others broke one.
_UNREACHED = {"ConnectError", "ProxyError", "UnsupportedProtocol"}
# What `create` calls so is called so below it.
_OPTIONS = {"extra_headers": "headers", "extra_query": "params", "extra_body": "extra_json"}


class Line:
    """A backend in use.

    Args:
        backend: Which model, where.
        timeout: How long to wait.
        retry: Its share of retries is the budget; None for none.
        breaker: When to stop asking; None for never.
        clock: Tells the time for dates in Retry-After.
        now: Steady seconds.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        timeout: Timeout,
        retry: Retry | None,
        breaker: Breaker | None,
        clock: Clock,
        now: Callable[[], float],
    ) -> None:
        self.model = backend.model
        self.identity = ""
        self.url = safe_url(str(backend.base_url or OPENAI_URL))
        self.budget = None if retry is None else RetryBudget(retry.budget)
        self.circuit = None if breaker is None else CircuitBreaker(breaker, now)
        self._backend = backend
        self._timeout = timeout
        self._clock = clock
        self._client: Any = None
        self._sdk: Any = None
        self._known: frozenset[str] = frozenset()
        self._answers: dict[str, Any] = {}

    async def open(self, owned: AsyncExitStack) -> None:
        """Make the client, in a thread: importing the SDK and reading certificates would stall the loop."""
        self._sdk = await import_in_thread("openai")
        given = self._backend.client
        self._client = await asyncio.to_thread(self._make, given)
        if given is None:
            owned.push_async_callback(self._client.close)
        self.url = safe_url(str(getattr(self._client, "base_url", self.url)))
        self.identity = self._identify()

    def _make(self, given: Any) -> Any:
        options: dict[str, Any] = {"max_retries": 0, "timeout": self._sdk.Timeout(None, connect=self._timeout.connect)}
        if given is None:
            backend = self._backend
            client = self._sdk.AsyncOpenAI(
                api_key=backend.api_key or _NO_KEY, base_url=backend.base_url or OPENAI_URL, **options
            )
            # The SDK reads these from the environment; they must not follow a request to a server they are not for.
            client.organization = client.project = client.admin_api_key = None
            types = importlib.import_module("openai.types.chat")
            self._answers = {
                "cast_to": types.ChatCompletion,
                "stream_cls": self._sdk.AsyncStream[types.ChatCompletionChunk],
            }
        else:
            # A copy shares the connections and leaves the retries to us; one that does not retry is used itself, with
            # whatever was put around its methods.
            client = given.with_options(**options) if getattr(given, "max_retries", 0) else given
            # Not the signature of `create`: a wrapper may hide it.
            params = importlib.import_module("openai.types.chat.completion_create_params")
            self._known = frozenset(params.CompletionCreateParamsNonStreaming.__annotations__) | _OPTIONS.keys()
        _ = client.chat.completions  # looking it up loads the modules behind it
        return client

    def _identify(self) -> str:
        """Whose answers these are: server, credentials, model. Two of them never share a kept answer."""
        given = {name: getattr(self._client, name, None) for name in _IDENTITY}
        # Credentials that change by themselves say nothing about whose they are: the answers stay with this client.
        facts = {name: _fact(value) for name, value in given.items()}
        return json_digest(self.model, facts)

    async def _send(self, messages: list[WireMessage], params: Mapping[str, Any], *, stream: bool) -> Any:
        """Send it: a completion, or a stream of its pieces.

        Our own client is asked below `create`, which walks the whole request along its types: a fifth of the cost of
        a call, for what is JSON already. A client handed in is asked by `create`, because it may be wrapped; names
        that the SDK does not know go into the body there.
        """
        body: dict[str, Any] = {"model": self.model, "messages": messages, **params}
        if body.get("safety_identifier", "") is None:
            del body["safety_identifier"]
        if stream:
            body["stream"] = True
            body["stream_options"] = {"include_usage": True, **(body.get("stream_options") or {})}
        else:
            body.pop("stream_options", None)
        body.pop("timeout", None)  # ours to keep, not the server's
        if not self._answers:
            unknown = [name for name in body if name not in self._known]
            if unknown:
                extra = {name: body.pop(name) for name in unknown}
                body["extra_body"] = {**extra, **(body.get("extra_body") or {})}
            return await self._client.chat.completions.create(**body)
        given = {name: body.pop(known, None) for known, name in _OPTIONS.items()}
        options = {name: value for name, value in given.items() if value is not None}
        return await self._client.post("/chat/completions", body=body, options=options, stream=stream, **self._answers)

    def _admit(self) -> Permit | None:
        if self.circuit is None:
            return None
        try:
            return self.circuit.acquire_permit()
        except CircuitOpenError as error:
            raise CallFailedError(faults.circuit_open(error, self.url)) from None

    async def ask(self, messages: list[WireMessage], params: Mapping[str, Any], *, limit: float | None) -> Answer:
        """One attempt at a whole answer.

        Args:
            messages: As they are sent.
            params: As they are sent.
            limit: Seconds for it.

        Raises:
            CallFailedError: There is none.
        """
        permit = self._admit()
        try:
            async with asyncio.timeout(limit):
                completion = await self._send(messages, params, stream=False)
            answer = read_completion(completion, self.model)
        except BaseException as error:
            self._give_back(error, permit)
            raise
        _succeed(permit)
        return answer

    async def stream(
        self,
        messages: list[WireMessage],
        params: Mapping[str, Any],
        emit: Callable[[str], None],
        *,
        limit: float | None,
        until: float | None,
    ) -> Answer:
        """One attempt at an answer in pieces.

        Args:
            messages: As they are sent.
            params: As they are sent.
            emit: Told each piece of text.
            limit: Seconds to the first piece.
            until: The loop's time at which everything ends; None for no end.

        Returns:
            The answer; when it broke after its first piece, what came of it with the reason.

        Raises:
            CallFailedError: It broke before its first piece.
        """
        permit = self._admit()
        draft = Draft(self.model)
        watch = _Watch(idle=self._timeout.idle, limit=limit, until=until)
        try:
            async with asyncio.timeout_at(watch.opening()) as scope:
                async with await self._send(messages, params, stream=True) as stream:
                    scope.reschedule(watch.next(begun=False))
                    async for chunk in stream:
                        text = draft.add(chunk)
                        if text:
                            emit(text)
                        scope.reschedule(watch.next(begun=draft.begun))
        except BaseException as error:
            try:
                self._give_back(error, permit, watch)
            except CallFailedError as failed:
                if draft.begun:
                    return draft.answer(_broken(failed, watch))
                raise
            raise
        if draft.finish_reason is None:
            _fail(permit)
            if draft.begun:
                return draft.answer("truncated")
            raise CallFailedError(faults.truncated(self.url))
        _succeed(permit)
        return draft.answer()

    def _give_back(self, error: BaseException, permit: Permit | None, watch: _Watch | None = None) -> None:
        """End the call that failed: the breaker is told, and the error is said in the words of this room.

        The SDK's error is not chained: its text may repeat the prompt or a part of the key.

        Raises:
            CallFailedError: It was the model's or its server's doing; anything else is left to the caller.
        """
        fault = self._fault(error, watch)
        if fault is None:
            if permit is not None:
                permit.cancel()
            return
        (_fail if fault.sick else _succeed)(permit)
        raise CallFailedError(fault) from None

    def _fault(self, error: BaseException, watch: _Watch | None) -> faults.Fault | None:
        """What the error means; None for what is none of the model's business: cancellation, a mistake in here."""
        sdk = self._sdk
        answering = watch is not None and watch.answering
        if isinstance(error, sdk.APIStatusError):
            return faults.of_status(cast("openai.APIStatusError", error), url=self.url, now=self._clock())
        if isinstance(error, TimeoutError | sdk.APITimeoutError):
            return faults.stalled(self.url) if answering else faults.timed_out(self.url)
        if isinstance(error, sdk.APIConnectionError):
            broke = answering or type(error.__cause__).__name__ not in _UNREACHED
            return faults.disconnected(self.url) if broke else faults.no_connection(self.url)
        if isinstance(error, MalformedError | sdk.APIResponseValidationError | ValueError):
            return faults.malformed(self.url)
        if isinstance(error, sdk.APIError):
            return faults.said(self.url)
        if isinstance(error, sdk.OpenAIError) or (isinstance(error, RuntimeError) and self._client_closed()):
            refused = UpstreamError("the client for the model cannot be used as it is set up", url=self.url)
            return faults.Fault(refused, "client error", repeatable=False, final=True, sick=False)
        return None

    def _client_closed(self) -> bool:
        is_closed = getattr(self._client, "is_closed", None)
        return bool(is_closed is not None and is_closed())

    async def check(self, limit: float) -> faults.Fault | None:
        """Whether the server is there and takes the credentials: its list of models, which costs no tokens.

        A server without such a list is there all the same.
        """
        models = getattr(self._client, "models", None)
        if models is None:
            return None  # a client of another make: only its answers tell
        try:
            async with asyncio.timeout(limit):
                await models.list()
        except (AttributeError, TypeError):
            return None  # the SDK stumbles over an answer that is no list of models; somebody is there
        except Exception as error:
            fault = self._fault(error, None)
            if fault is None:
                raise
            unlisted = fault.error.status in {400, 404, 405, 501}
            return None if unlisted or fault.reason == "malformed" else fault
        return None


def _fact(value: object) -> object:
    """A setting of a client as a key can hold it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {str(name): str(item) for name, item in value.items()}
    return secrets.token_hex(16) if callable(value) else str(value)


class _Watch:
    """When to give up waiting for the next piece, in the loop's time."""

    def __init__(self, *, idle: float | None, limit: float | None, until: float | None) -> None:
        self._time = asyncio.get_running_loop().time
        self._idle = idle
        self._first = _earlier(None if limit is None else self._time() + limit, until)
        self._until = until
        self.answering = False

    @property
    def expired(self) -> bool:
        """Whether the end of everything has come, not only of patience."""
        return self._until is not None and self._time() >= self._until

    def opening(self) -> float | None:
        """For the headers."""
        return self._first

    def next(self, *, begun: bool) -> float | None:
        """For the next piece."""
        self.answering = True
        idle = None if self._idle is None else self._time() + self._idle
        return _earlier(idle, self._until if begun else self._first)


def _earlier(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)


def _broken(failed: CallFailedError, watch: _Watch) -> str:
    """Why the answer is not whole."""
    if failed.fault.reason == "stalled" and watch.expired:
        return "deadline"
    return failed.fault.reason


def _succeed(permit: Permit | None) -> None:
    if permit is not None:
        permit.succeed()


def _fail(permit: Permit | None) -> None:
    if permit is not None:
        permit.fail()
