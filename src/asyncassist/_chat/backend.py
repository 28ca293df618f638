"""Client of one backend (a model at a server): one attempt at a completion, guarded by a circuit breaker.

This is the only module that calls the openai SDK.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import copy
import importlib
import operator
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit, urlunsplit

from asyncassist._cache import json_digest
from asyncassist._chat import error_mapping
from asyncassist._chat.completions import (
    Answer,
    AnswerTooLongError,
    GenerationFailedError,
    MalformedCompletionError,
)
from asyncassist._chat.error_mapping import CallFailedError
from asyncassist._chat.response_body import ACCEPT_ENCODING, BoundedBody, bound_response
from asyncassist._chat.stream_events import ReasoningDelta
from asyncassist._chat.wires import choose_wire
from asyncassist._chat.wires.reasoning import mark_origin
from asyncassist._circuit_breaker import CircuitBreaker, Permit
from asyncassist._lifecycle import import_in_thread
from asyncassist._retry import RetryBudget
from asyncassist.errors import CircuitOpenError, ConfigurationError, UpstreamError, safe_url

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Callable, Sequence
    from contextlib import AsyncExitStack

    import openai

    from asyncassist._chat.models import Backend
    from asyncassist._chat.prompt import WireMessage
    from asyncassist._chat.stream_events import AnswerDelta
    from asyncassist._chat.wires import Wire, WireChoice
    from asyncassist._proxy import NetworkOptions, ProxySettings
    from asyncassist._retry import Breaker, Retry, Timeout
    from asyncassist._types import Clock

Conversation = tuple[str | None, str] | None
"""User and id of a conversation."""

OPENAI_URL = "https://api.openai.com/v1"
# The SDK insists on a key, also for a server that requires no credentials.
_PLACEHOLDER_API_KEY = "none"
# Settings of an SDK client that decide which server answers and on whose account, Azure's included.
_IDENTITY_SETTINGS = (
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
# Transport errors raised before a connection is established; every other one means that a connection broke.
_CONNECT_ERRORS = {"ConnectError", "ProxyError", "UnsupportedProtocol"}
# How often within the idle timeout a stream's bytes are looked at; one more part of it may pass before a stall is seen.
_LOOKS_PER_IDLE = 8
# Schemes of proxies that the SDK's HTTP client can use, SOCKS if socksio is installed.
PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
# Keywords of `create` and their names in the request options of the SDK's lower-level `post`.
_REQUEST_OPTIONS = {"extra_headers": "headers", "extra_query": "params", "extra_body": "extra_json"}


class BackendClient:
    """Open client of a backend, with its retry budget and circuit breaker.

    Args:
        backend: The model and its server.
        wire: Which API is called; "auto" depends on the server.
        timeout: Timeouts in seconds; `connect` and `idle` are used here.
        retry: Retry policy that sets the retry budget; None for no budget.
        breaker: Circuit breaker settings; None for no breaker.
        clock: Wall clock, for dates in Retry-After.
        now: Monotonic clock in seconds, for the breaker.
        network: Proxy, certificates, and whether the environment decides about them; not for a client of the user's.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        wire: WireChoice = "auto",
        timeout: Timeout,
        retry: Retry | None,
        breaker: Breaker | None,
        clock: Clock,
        now: Callable[[], float],
        network: NetworkOptions,
    ) -> None:
        self.model = backend.model
        self.wire: Wire = choose_wire(wire, backend)
        self.identity = ""
        self.url = safe_url(str(backend.base_url or OPENAI_URL))
        self.retry_budget = None if retry is None else RetryBudget(retry.budget)
        self.circuit = None if breaker is None else CircuitBreaker(breaker, now)
        self._backend = backend
        self._timeout = timeout
        self._network = network
        self._clock = clock
        self._client: Any = None
        self._sdk: Any = None
        self._known_params: frozenset[str] = frozenset()
        # Has `create` of a client passed in; None for a client created here, which is called below it.
        self._resource: Any = None

    async def open(self, owned: AsyncExitStack) -> None:
        """Create the client in a thread: importing the SDK and reading certificates would block the event loop.

        Args:
            owned: Exit stack that closes the client; a client passed in by the user is not put on it.

        Raises:
            ConfigurationError: A proxy or certificate variable of the environment cannot be used, or the client passed
                in lacks the API that `wire` names.
        """
        self._sdk = await import_in_thread("openai")
        external_client = self._backend.client
        if external_client is None:
            network = await self._network.load(schemes=PROXY_SCHEMES)
            self._client = await asyncio.to_thread(self._create_client, *network)
            owned.push_async_callback(self._client.close)
        else:
            self._client = await asyncio.to_thread(self._adapt_client, external_client)
        self.url = safe_url(str(getattr(self._client, "base_url", self.url)))
        self.identity = self._identify()

    def with_model(self, model: str) -> BackendClient:
        """Return this open client for another model of its server; connections, budget and breaker are shared."""
        other = copy.copy(self)
        other.model = model
        other.identity = other._identify()  # noqa: SLF001 - of this class
        return other

    @property
    def _client_options(self) -> dict[str, Any]:
        return {"max_retries": 0, "timeout": self._sdk.Timeout(None, connect=self._timeout.connect)}

    def _create_client(self, proxies: ProxySettings, context: ssl.SSLContext | None) -> Any:
        """Create a client of the SDK."""
        backend = self._backend
        base_url, headers = _split_credentials(backend.base_url or OPENAI_URL)
        client = self._sdk.AsyncOpenAI(
            api_key=backend.api_key or _PLACEHOLDER_API_KEY,
            base_url=base_url,
            default_headers=headers,
            http_client=self._create_http_client(base_url, proxies, context),
            **self._client_options,
        )
        # The SDK reads these from the environment; they must not be sent to a server they are not meant for.
        client.organization = client.project = client.admin_api_key = None
        return client

    def _adapt_client(self, external_client: Any) -> Any:
        """Return a client of the user's with its own retries off."""
        # A copy shares the connection pool. A client that does not retry is used itself, so that wrappers around its
        # methods (tracing) stay in effect.
        retries = getattr(external_client, "max_retries", 0)
        client = external_client.with_options(**self._client_options) if retries else external_client
        # The SDK imports the API's modules on first access: do it in this thread.
        try:
            self._resource = operator.attrgetter(self.wire.resource)(client)
        except AttributeError:
            raise ConfigurationError("wire", f"the client has no {self.wire.resource}") from None
        # Not the signature of `create`: a wrapper may hide it.
        module, name = self.wire.params_type
        params = getattr(importlib.import_module(module), name)
        self._known_params = frozenset(params.__annotations__) | _REQUEST_OPTIONS.keys()
        return client

    def _create_http_client(self, base_url: str, proxies: ProxySettings, context: ssl.SSLContext | None) -> Any:
        """Create the SDK's HTTP client with bounded response bodies.

        Raises:
            ConfigurationError: The proxy cannot be used.
        """
        proxy = None
        parts = urlsplit(base_url)
        chosen = proxies.select(
            parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        )
        if chosen is not None:
            proxy_context = context if chosen.scheme == "https" else None
            proxy_class = importlib.import_module("httpx2").Proxy
            proxy = proxy_class(chosen.url, ssl_context=proxy_context, auth=chosen.credentials)
        try:
            # What the environment says about proxies and certificates is read for all HTTP clients in the same way.
            return self._sdk.DefaultAsyncHttpxClient(
                headers={"Accept-Encoding": ACCEPT_ENCODING},
                event_hooks={"response": [bound_response]},
                trust_env=False,
                verify=True if context is None else context,
                proxy=proxy,
            )
        except ImportError:
            assert chosen is not None
            raise ConfigurationError(chosen.source, "needs socksio for a SOCKS proxy: pip install socksio") from None

    def _identify(self) -> str:
        """Return the digest of server, credentials and model, which is part of every cache key.

        Backends with different digests share no cached answers.
        """
        given = {name: getattr(self._client, name, None) for name in _IDENTITY_SETTINGS}
        # A callable that supplies credentials does not identify an account: it is replaced by a random value, so that
        # cached answers are not shared beyond this client.
        facts = {name: _identity_value(value) for name, value in given.items()}
        return json_digest(self.model, self.wire.name, facts)

    async def _send(self, body: dict[str, Any], *, stream: bool) -> Any:
        """Send the request and return the response, or its stream of events.

        A client created here is called below `create`, which transforms the whole request along its types and builds
        the response of them: a fifth of the cost of a call and half of a stream's, for what is JSON already. A client
        passed in is called through `create`, because it may be wrapped; parameters unknown to the SDK go into
        `extra_body` there.
        """
        if self._resource is not None:
            unknown = [name for name in body if name not in self._known_params]
            if unknown:
                extra = {name: body.pop(name) for name in unknown}
                body["extra_body"] = {**extra, **(body.get("extra_body") or {})}
            return await self._resource.create(**body)  # looked up now: it may have been wrapped since
        given = {name: body.pop(known, None) for known, name in _REQUEST_OPTIONS.items()}
        options = {name: value for name, value in given.items() if value is not None}
        return await self._client.post(
            self.wire.path,
            body=body,
            options=options,
            stream=stream,
            cast_to=object,
            stream_cls=self._sdk.AsyncStream[object],
        )

    @property
    def _origin(self) -> str:
        """Digest that names this backend in what a conversation keeps; it tells nothing of the credentials."""
        return self.identity[:16]

    def _render(
        self, messages: Sequence[WireMessage], params: Mapping[str, Any], conversation: Conversation, *, stream: bool
    ) -> dict[str, Any]:
        body = self.wire.render(
            self.model, messages, params, stream=stream, conversation=conversation, origin=self._origin
        )
        if body.get("safety_identifier", "") is None:
            del body["safety_identifier"]
        return body

    def _acquire_permit(self) -> Permit | None:
        if self.circuit is None:
            return None
        try:
            return self.circuit.acquire_permit()
        except CircuitOpenError as error:
            raise CallFailedError(error_mapping.circuit_open(error, self.url)) from None

    async def complete(
        self,
        messages: list[WireMessage],
        params: Mapping[str, Any],
        *,
        time_limit: float | None,
        conversation: Conversation = None,
    ) -> Answer:
        """Make one attempt at a completion without streaming.

        Args:
            messages: Messages of the request, oldest first.
            params: Other parameters of the request.
            time_limit: Seconds for the whole attempt; None for no limit.
            conversation: User and id of the conversation, for the provider's prompt cache; None for none.

        Returns:
            The validated answer.

        Raises:
            CallFailedError: The attempt failed, or the circuit is open.
            InvalidInputError: The wire cannot send a parameter.
        """
        body = self._render(messages, params, conversation, stream=False)
        permit = self._acquire_permit()
        try:
            async with asyncio.timeout(time_limit):
                response = await self._send(body, stream=False)
            answer = mark_origin(self.wire.read(response, self.model), self._origin)
        except BaseException as error:
            self._fail_call(error, permit)
            raise
        _succeed(permit)
        return answer

    async def stream(
        self,
        messages: list[WireMessage],
        params: Mapping[str, Any],
        emit: Callable[[AnswerDelta], None],
        *,
        time_limit: float | None,
        deadline: float | None,
        conversation: Conversation = None,
    ) -> Answer:
        """Make one attempt at a streamed completion.

        Args:
            messages: Messages of the request, oldest first.
            params: Other parameters of the request.
            emit: Called with each delta of text or reasoning.
            time_limit: Seconds to the first token; None for no limit.
            deadline: Time of the event loop at which the whole stream ends; None for no end.
            conversation: User and id of the conversation, for the provider's prompt cache; None for none.

        Returns:
            The answer. If the stream broke after its first delta: the partial answer, with `incomplete_reason`.

        Raises:
            CallFailedError: The stream failed before its first delta, or the circuit is open.
            InvalidInputError: The wire cannot send a parameter.
        """
        body = self._render(messages, params, conversation, stream=True)
        permit = self._acquire_permit()
        accumulator = self.wire.accumulator(self.model)
        timeouts = _StreamTimeouts(idle=self._timeout.idle, time_limit=time_limit, deadline=deadline)
        try:
            async with asyncio.timeout_at(timeouts.headers_deadline()) as scope:
                async with (
                    await self._send(body, stream=True) as stream,
                    timeouts.watch(scope, getattr(stream, "response", None)),
                ):
                    async for chunk in stream:
                        text = accumulator.add(chunk)
                        if accumulator.reasoning_delta:
                            emit(ReasoningDelta(text=accumulator.reasoning_delta))
                        if text:
                            emit(text)
                        timeouts.on_chunk(has_output=accumulator.has_output)
        except BaseException as error:
            try:
                self._fail_call(error, permit, timeouts)
            except CallFailedError as failed:
                if accumulator.has_output:
                    return accumulator.answer(_incomplete_reason(failed, timeouts))
                raise
            raise
        if accumulator.finish_reason is None:
            # A stream that ends without a finish reason was cut off, however cleanly the connection was closed.
            _fail(permit)
            if accumulator.has_output:
                return accumulator.answer("truncated")
            raise CallFailedError(error_mapping.truncated(self.url))
        _succeed(permit)
        return mark_origin(accumulator.answer(), self._origin)

    def _fail_call(self, error: BaseException, permit: Permit | None, timeouts: _StreamTimeouts | None = None) -> None:
        """Record the failed call with the circuit breaker and translate the SDK's error.

        The SDK's error is not chained: its text may repeat the prompt or a part of the API key.

        Raises:
            CallFailedError: The model or its server failed. For any other error the method returns, and the caller
                re-raises that error.
        """
        failure = self._to_failure(error, timeouts)
        if failure is None:
            if permit is not None:
                permit.cancel()
            return
        (_fail if failure.counts_as_outage else _succeed)(permit)
        raise CallFailedError(failure) from None

    def _to_failure(self, error: BaseException, timeouts: _StreamTimeouts | None) -> error_mapping.CallFailure | None:
        """Map an error to a failure of the call; None for cancellation and for programming errors."""
        sdk = self._sdk
        # An error in the middle of a body stands behind the one that the SDK raises.
        if isinstance(error, AnswerTooLongError) or isinstance(error.__cause__, AnswerTooLongError):
            return error_mapping.too_long(self.url)
        if isinstance(error.__cause__, MalformedCompletionError):
            return error_mapping.malformed(self.url)
        response_started = timeouts is not None and timeouts.response_started
        if isinstance(error, GenerationFailedError):
            return error_mapping.generation_failed(error.code, self.url, is_stream=timeouts is not None)
        if isinstance(error, sdk.APIStatusError):
            status_error = cast("openai.APIStatusError", error)
            return error_mapping.from_status(
                status_error,
                url=self.url,
                model=self._backend.model,
                now=self._clock(),
                has_other_wire=self.wire.name == "responses",
            )
        if isinstance(error, TimeoutError | sdk.APITimeoutError):
            return error_mapping.stalled(self.url) if response_started else error_mapping.timed_out(self.url)
        if isinstance(error, sdk.APIConnectionError) and str(error.__cause__).startswith("407 "):
            return error_mapping.proxy_refused(self.url)  # the answer to CONNECT
        if isinstance(error, sdk.APIConnectionError):
            broke = response_started or type(error.__cause__).__name__ not in _CONNECT_ERRORS
            return error_mapping.disconnected(self.url) if broke else error_mapping.no_connection(self.url)
        # RecursionError: JSON that is nested too deeply to be decoded
        if isinstance(error, MalformedCompletionError | sdk.APIResponseValidationError | ValueError | RecursionError):
            return error_mapping.malformed(self.url)
        if isinstance(error, sdk.APIError):
            return error_mapping.stream_error(self.url)
        if isinstance(error, sdk.OpenAIError) or (isinstance(error, RuntimeError) and self._is_client_closed()):
            refused = UpstreamError("the client for the model is misconfigured or closed", url=self.url)
            return error_mapping.CallFailure(
                refused, "client error", repeatable=False, is_fatal=True, counts_as_outage=False
            )
        return None

    def _is_client_closed(self) -> bool:
        is_closed = getattr(self._client, "is_closed", None)
        return bool(is_closed is not None and is_closed())

    async def check(self, time_limit: float) -> error_mapping.CallFailure | None:
        """Check reachability and credentials by requesting the list of models, which costs no tokens.

        A server without a list of models counts as reachable.

        Args:
            time_limit: Seconds for the check.

        Returns:
            The failure; None if the backend is usable.
        """
        models = getattr(self._client, "models", None)
        if models is None:
            return None  # a duck-typed client without a list of models: it cannot be checked
        try:
            async with asyncio.timeout(time_limit):
                await models.list()
        except (AttributeError, TypeError):
            return None  # the SDK cannot parse what the server answered; but the server is reachable
        except Exception as error:
            failure = self._to_failure(error, None)
            if failure is None:
                raise
            unlisted = failure.error.status in {400, 404, 405, 501}
            return None if unlisted or failure.reason == "malformed" else failure
        return None


def _split_credentials(url: str) -> tuple[str, dict[str, str]]:
    """Return the URL without user and password, and the header that sends them.

    The HTTP library below logs every URL, with what stands in it.
    """
    parts = urlsplit(url)
    userinfo, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, {}
    user, _, password = userinfo.partition(":")
    credentials = base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
    return urlunsplit(parts._replace(netloc=host)), {"Authorization": f"Basic {credentials}"}


def _identity_value(value: object) -> object:
    """Convert a client setting to a JSON value for the identity digest."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {str(name): str(item) for name, item in value.items()}
    return secrets.token_hex(16) if callable(value) else str(value)


class _StreamTimeouts:
    """Deadlines of a stream, in the event loop's time.

    Everything that arrives keeps a stream alive, comments included, which the SDK does not pass on: the bytes received
    are looked at several times within the idle timeout.
    """

    def __init__(self, *, idle: float | None, time_limit: float | None, deadline: float | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._idle = idle
        self._first_token_deadline = _earlier(None if time_limit is None else self._loop.time() + time_limit, deadline)
        self._deadline = deadline
        self._has_output = False
        self._scope: asyncio.Timeout | None = None
        self._response: Any = None
        self._bytes_seen = 0
        self._timer: asyncio.TimerHandle | None = None
        self.response_started = False

    @property
    def deadline_passed(self) -> bool:
        """True when the deadline of the whole stream has passed, not only the idle timeout."""
        return self._deadline is not None and self._loop.time() >= self._deadline

    def headers_deadline(self) -> float | None:
        """Return the deadline for the response headers; None for no limit."""
        return self._first_token_deadline

    @contextlib.asynccontextmanager
    async def watch(self, scope: asyncio.Timeout, response: Any) -> AsyncGenerator[None]:
        """Keep the scope's deadline while the stream is read.

        Args:
            scope: The scope around the stream.
            response: Response of the HTTP library; None for a duck-typed client, whose chunks alone count.
        """
        self._scope, self._response = scope, response
        self.response_started = True
        self._extend()
        if self._idle is not None and self._bytes_received() is not None:
            self._look_later(self._idle)
        try:
            yield
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def on_chunk(self, *, has_output: bool) -> None:
        """Note the arrival of a chunk.

        Args:
            has_output: Whether the stream has delivered text or tool calls; until then the limit for the first token
                applies too.
        """
        self._has_output = has_output
        body = getattr(self._response, "stream", None)
        if isinstance(body, BoundedBody):
            body.restart_count()
        self._extend()

    def _look_later(self, idle: float) -> None:
        self._timer = self._loop.call_later(idle / _LOOKS_PER_IDLE, self._look, idle)

    def _look(self, idle: float) -> None:
        received = self._bytes_received()
        if received is not None and received != self._bytes_seen:
            self._bytes_seen = received
            self._extend()
        self._look_later(idle)

    def _bytes_received(self) -> int | None:
        received = getattr(self._response, "num_bytes_downloaded", None)
        return received if isinstance(received, int) else None

    def _extend(self) -> None:
        """Set the deadline for the next sign of life."""
        if self._scope is None or self._scope.expired():
            return
        idle = None if self._idle is None else self._loop.time() + self._idle
        self._scope.reschedule(_earlier(idle, self._deadline if self._has_output else self._first_token_deadline))


def _earlier(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)


def _incomplete_reason(failed: CallFailedError, timeouts: _StreamTimeouts) -> str:
    """Return the reason of a broken stream for `Reply.reason`."""
    if failed.failure.reason == "stalled" and timeouts.deadline_passed:
        return "deadline"
    return failed.failure.reason


def _succeed(permit: Permit | None) -> None:
    if permit is not None:
        permit.succeed()


def _fail(permit: Permit | None) -> None:
    if permit is not None:
        permit.fail()
