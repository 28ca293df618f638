"""Client of one backend (a model at a server): one attempt at a completion, guarded by a circuit breaker."""

from __future__ import annotations

import asyncio
import contextlib
import copy
from typing import TYPE_CHECKING, Any

from asyncassist._cache import json_digest
from asyncassist._chat import error_mapping
from asyncassist._chat.completions import (
    Answer,
    AnswerTooLongError,
    GenerationFailedError,
    MalformedCompletionError,
)
from asyncassist._chat.error_mapping import CallFailedError
from asyncassist._chat.stream_events import ReasoningDelta
from asyncassist._chat.transports import open_transport
from asyncassist._chat.transports.errors import (
    ClientUnusableError,
    ConnectionFailedError,
    ErrorEventError,
    ProxyRefusedError,
    StatusReceivedError,
)
from asyncassist._chat.transports.http import OPENAI_URL
from asyncassist._chat.wires import choose_wire
from asyncassist._chat.wires.reasoning import mark_origin
from asyncassist._circuit_breaker import CircuitBreaker, Permit
from asyncassist._retry import RetryBudget
from asyncassist.errors import CircuitOpenError, RateLimitedError, safe_url

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
    from contextlib import AsyncExitStack

    from asyncassist._chat.models import Backend, ModelQuotaStats
    from asyncassist._chat.prompt import WireMessage
    from asyncassist._chat.stream_events import AnswerDelta
    from asyncassist._chat.transports import EventStream, Transport
    from asyncassist._chat.wires import Wire, WireChoice
    from asyncassist._proxy import NetworkOptions
    from asyncassist._retry import Breaker, Retry, Timeout
    from asyncassist._shared_pacing import SharedPacing
    from asyncassist._types import Clock

Conversation = tuple[str | None, str] | None
"""User and id of a conversation."""

# How often within the idle timeout a stream's bytes are looked at; one more part of it may pass before a stall is seen.
_LOOKS_PER_IDLE = 8


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
        pacing: Quotas that workers keep together; None to keep them in this process alone.
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
        pacing: SharedPacing | None = None,
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
        self._now = now
        self._pacing = pacing
        self._transport: Transport | None = None

    async def open(self, owned: AsyncExitStack) -> None:
        """Open the transport.

        Args:
            owned: Exit stack that closes it; a client passed in by the user is not put on it.

        Raises:
            ConfigurationError: A proxy or certificate variable of the environment cannot be used, or the client passed
                in lacks the API that `wire` names.
        """
        self._transport = transport = await open_transport(
            self._backend,
            self.wire,
            connect=self._timeout.connect,
            network=self._network,
            clock=self._clock,
            now=self._now,
            pacing=self._pacing,
            owned=owned,
        )
        self.url = transport.url
        self.identity = self._identify(transport)

    @property
    def quotas(self) -> tuple[ModelQuotaStats, ...]:
        """Return the quotas that the server announced, by model; empty before it is opened."""
        return () if self._transport is None else self._transport.quotas()

    def with_model(self, model: str) -> BackendClient:
        """Return this open client for another model of its server; connections, budget and breaker are shared."""
        other = copy.copy(self)
        other.model = model
        other.identity = other._identify(self._open_transport)  # noqa: SLF001 - of this class
        return other

    def _identify(self, transport: Transport) -> str:
        """Return the digest of server, credentials and model, which is part of every cache key.

        Backends with different digests share no cached answers.
        """
        return json_digest(self.model, self.wire.name, transport.identity)

    @property
    def _open_transport(self) -> Transport:
        assert self._transport is not None
        return self._transport

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
                response = await self._open_transport.send(body, time_limit)
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
                async with self._open_transport.stream(body, time_limit) as stream, timeouts.watch(scope, stream):
                    async for event in stream:
                        text = accumulator.add(event)
                        if accumulator.reasoning_delta:
                            emit(ReasoningDelta(text=accumulator.reasoning_delta))
                        if text:
                            emit(text)
                        timeouts.on_event(has_output=accumulator.has_output)
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
        """Record the failed call with the circuit breaker and raise what its error means.

        The transport's error is not chained: its text may repeat the prompt or a part of the API key.

        Raises:
            CallFailedError: The model or its server failed.
            InvalidInputError: An argument of the caller cannot be sent. For any other error the method returns, and
                the caller re-raises that error.
        """
        meaning = self._open_transport.translate(error)
        failure = self._to_failure(meaning, timeouts)
        if failure is None:
            if permit is not None:
                permit.cancel()
            if meaning is error:
                return
            raise meaning from None
        if isinstance(meaning, RateLimitedError):  # nothing was sent
            if permit is not None:
                permit.cancel()
        else:
            (_fail if failure.counts_as_outage else _succeed)(permit)
        raise CallFailedError(failure) from None

    def _to_failure(
        self, error: BaseException, timeouts: _StreamTimeouts | None = None
    ) -> error_mapping.CallFailure | None:
        """Map an error of a call to a failure; None for cancellation and for errors of the program."""
        response_started = timeouts is not None and timeouts.response_started
        if isinstance(error, AnswerTooLongError):
            return error_mapping.too_long(self.url)
        if isinstance(error, MalformedCompletionError):
            return error_mapping.malformed(self.url)
        if isinstance(error, GenerationFailedError):
            return error_mapping.generation_failed(error.code, self.url, is_stream=timeouts is not None)
        if isinstance(error, RateLimitedError):
            return error_mapping.not_sent(error, self.url)
        if isinstance(error, StatusReceivedError):
            return error_mapping.from_status(
                error,
                url=self.url,
                model=self._backend.model,
                now=self._clock(),
                has_other_wire=self.wire.name == "responses",
            )
        if isinstance(error, TimeoutError):
            return error_mapping.stalled(self.url) if response_started else error_mapping.timed_out(self.url)
        if isinstance(error, ProxyRefusedError):
            return error_mapping.proxy_refused(self.url)
        if isinstance(error, ConnectionFailedError):
            broke = response_started or error.was_established
            return error_mapping.disconnected(self.url) if broke else error_mapping.no_connection(self.url)
        if isinstance(error, ErrorEventError):
            return error_mapping.stream_error(self.url)
        if isinstance(error, ClientUnusableError):
            return error_mapping.client_unusable(self.url)
        return None

    async def check(self, time_limit: float) -> error_mapping.CallFailure | None:
        """Check reachability and credentials by requesting the list of models, which costs no tokens.

        A server without a list of models counts as reachable.

        Args:
            time_limit: Seconds for the check.

        Returns:
            The failure; None if the backend is usable.
        """
        try:
            async with asyncio.timeout(time_limit):
                await self._open_transport.list_models()
        except Exception as error:
            failure = self._to_failure(self._open_transport.translate(error))
            if failure is None:
                raise
            unlisted = failure.error.status in {400, 404, 405, 501}
            return None if unlisted or failure.reason == "malformed" else failure
        return None


class _StreamTimeouts:
    """Deadlines of a stream, in the event loop's time.

    Everything that arrives keeps a stream alive, comments included, which are no events: the bytes received are looked
    at several times within the idle timeout.
    """

    def __init__(self, *, idle: float | None, time_limit: float | None, deadline: float | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._idle = idle
        self._first_token_deadline = _earlier(None if time_limit is None else self._loop.time() + time_limit, deadline)
        self._deadline = deadline
        self._has_output = False
        self._scope: asyncio.Timeout | None = None
        self._stream: EventStream | None = None
        self._bytes_seen: int | None = None
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
    async def watch(self, scope: asyncio.Timeout, stream: EventStream) -> AsyncGenerator[None]:
        """Keep the scope's deadline while the stream is read.

        Args:
            scope: The scope around the stream.
            stream: The stream; if it does not know its bytes, its events alone count.
        """
        self._scope, self._stream = scope, stream
        self.response_started = True
        self._extend()
        if self._idle is not None and stream.bytes_received is not None:
            self._look_later(self._idle)
        try:
            yield
        finally:
            if self._timer is not None:
                self._timer.cancel()

    def on_event(self, *, has_output: bool) -> None:
        """Note the arrival of an event.

        Args:
            has_output: Whether the stream has delivered text or tool calls; until then the limit for the first token
                applies too.
        """
        self._has_output = has_output
        self._extend()

    def _look_later(self, idle: float) -> None:
        self._timer = self._loop.call_later(idle / _LOOKS_PER_IDLE, self._look, idle)

    def _look(self, idle: float) -> None:
        assert self._stream is not None
        received = self._stream.bytes_received
        if received != self._bytes_seen:
            self._bytes_seen = received
            self._extend()
        self._look_later(idle)

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
