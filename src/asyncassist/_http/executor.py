"""Execution of requests: bulkhead, retries, hedging and circuit breaker around each attempt, in this order."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

import aiohttp

from asyncassist._circuit_breaker import CircuitBreaker
from asyncassist._events import Degradation, Event, RollingWindow, attributes, emit, has_listeners
from asyncassist._http.adaptive import OVERLOAD_STATUSES, AdaptiveLimit
from asyncassist._http.bulkhead import Bulkhead, BulkheadReservation, SlotQueue
from asyncassist._http.error_mapping import ProxyRefusedError
from asyncassist._http.models import OriginStats
from asyncassist._lifecycle import cancel_and_wait, discard_error
from asyncassist._pacing import Pacer
from asyncassist._retry import Failure, RetryBudget, parse_retry_after, run_with_retry
from asyncassist._shared_pacing import pacing_key
from asyncassist.errors import (
    BodyTooLargeError,
    CircuitOpenError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    UpstreamError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist._http.models import Limits
    from asyncassist._http.prepared_request import PreparedRequest
    from asyncassist._http.transport import RawResponse
    from asyncassist._retry import Breaker
    from asyncassist._shared_pacing import SharedPacing
    from asyncassist._types import Clock

SendAttempt = Callable[["PreparedRequest"], Awaitable["RawResponse"]]

# Statuses of temporary failures.
_RETRY_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_MAX_ORIGINS = 1000


class Origin:
    """State of one origin: circuit breaker, bulkhead slots, retry budget and statistics."""

    def __init__(
        self, name: str, limits: Limits, breaker: Breaker | None, pacer: Pacer | None, now: Callable[[], float]
    ) -> None:
        self.name = name
        self.pacer = pacer
        self.adaptive_limit = AdaptiveLimit(limits.per_host) if limits.adaptive else None
        self.max_slots = limits.per_host
        self.circuit = None if breaker is None else CircuitBreaker(breaker, now)
        self.slots = SlotQueue(limits.per_host)
        self.budget: RetryBudget | None = None
        self.latencies = RollingWindow(256)
        self.outcomes: deque[bool] = deque(maxlen=256)
        self.in_flight = 0
        self.requests = 0
        self.failures = 0
        self.connections_opened = 0
        self.connections_reused = 0
        self.degraded = False
        self.degradation = Degradation(f"the HTTP origin {name}", now)
        self.last_failure: float | None = None

    @property
    def is_idle(self) -> bool:
        """Return whether no request to the origin is in flight or waiting."""
        waiting = self.pacer is not None and self.pacer.waiting
        return not (self.in_flight or self.slots.in_use or self.slots.waiters or waiting)

    def record(self, elapsed: float, error: BaseException | None, *, ok: bool, clock: Callable[[], float]) -> None:
        """Record the outcome of an attempt, and log when the origin becomes degraded or recovers.

        Args:
            elapsed: Seconds the attempt took.
            error: Error of the attempt, None if there was none.
            ok: Whether the attempt counts as a success.
            clock: Wall clock, seconds since the epoch.
        """
        self.requests += 1
        self.latencies.add(elapsed)
        self.outcomes.append(ok)
        if ok:
            if self.degraded:
                self.degraded = False
                self.degradation.end()
            return
        self.failures += 1
        self.last_failure = clock()
        if self.circuit is not None and self.circuit.state == "open":
            self.degrade("it failed too often, the circuit is open", error)

    def adapt(self, adaptive_limit: AdaptiveLimit, status: int | None, elapsed: float) -> None:
        """Adapt the concurrency to the status of an attempt, None for one without a response, and to its seconds."""
        refused = status is None or status in OVERLOAD_STATUSES
        adaptive_limit.record(refused=refused, in_flight=self.in_flight + 1, elapsed=elapsed)
        if adaptive_limit.limit != self.slots.capacity:
            self.slots.resize(adaptive_limit.limit)

    def degrade(self, reason: str, error: BaseException | None) -> None:
        """Mark the origin as degraded until its next successful attempt."""
        self.degraded = True
        self.degradation.begin(reason, error)

    def success_ratio(self) -> float | None:
        """Return the share of successful recent attempts, None before the first."""
        return sum(self.outcomes) / len(self.outcomes) if self.outcomes else None

    def stats(self, *, owns_session: bool) -> OriginStats:
        """Return the statistics so far; connection counts are None for an external session."""
        quota_remaining, quota_reset = (None, None) if self.pacer is None else self.pacer.state()
        return OriginStats(
            origin=self.name,
            breaker="off" if self.circuit is None else self.circuit.state,
            requests=self.requests,
            failures=self.failures,
            success_ratio=self.success_ratio(),
            in_flight=self.in_flight,
            waiting=len(self.slots.waiters),
            limit=self.slots.capacity,
            paced=0 if self.pacer is None else self.pacer.waiting,
            delayed=0 if self.pacer is None else self.pacer.delayed,
            refused=0 if self.pacer is None else self.pacer.refused,
            quota_remaining=quota_remaining,
            quota_reset=quota_reset,
            opened=self.connections_opened if owns_session else None,
            reused=self.connections_reused if owns_session else None,
            **self.latencies.summary(),
        )


class RequestExecutor:
    """Executes requests against their origins.

    Args:
        limits: Concurrent requests in total and per origin, and how many may wait.
        breaker: Circuit breaker policy of each origin, None for no breaker.
        clock: Wall clock, which also sleeps between attempts.
        now: Monotonic clock, seconds.
        pacing: Quotas that workers keep together, None to keep them in this process alone.
        account: Digest of the credentials of all requests, None for none: workers with others share no quotas.
    """

    def __init__(
        self,
        *,
        limits: Limits,
        breaker: Breaker | None,
        clock: Clock,
        now: Callable[[], float],
        pacing: SharedPacing | None = None,
        account: str | None = None,
    ) -> None:
        self._pacing = pacing
        self._account = account
        self._limits = limits
        self._breaker = breaker
        self._clock = clock
        self._now = now
        self._bulkhead = Bulkhead(limits.total, limits.queue)
        self.origins: OrderedDict[str, Origin] = OrderedDict()
        self.retries = 0
        self.hedges = 0
        self.hedges_won = 0

    def origin(self, name: str) -> Origin:
        """Return the origin of this name, creating it if necessary; the least recently used idle ones are evicted."""
        origin = self.origins.get(name)
        if origin is None:
            self._evict_idle()
            origin = self.origins[name] = Origin(name, self._limits, self._breaker, self._create_pacer(name), self._now)
        else:
            self.origins.move_to_end(name)
        return origin

    def _create_pacer(self, origin: str) -> Pacer | None:
        if not self._limits.pace:
            return None
        key = "" if self._pacing is None else pacing_key(origin, self._account)
        return Pacer(now=self._now, clock=self._clock, max_waiting=self._limits.queue, shared=self._pacing, key=key)

    def _evict_idle(self) -> None:
        """Bound the number of origins, as callers may name any number of hosts; those in use are never evicted."""
        while len(self.origins) >= _MAX_ORIGINS:
            for name, origin in self.origins.items():
                if origin.is_idle:
                    del self.origins[name]
                    break
            else:
                return

    def count_connection(self, origin: str) -> None:
        """Count a connection opened to the origin."""
        self.origin(origin).connections_opened += 1

    def slot_for(self, request: PreparedRequest) -> BulkheadReservation:
        """Return a reservation of the bulkhead slots for a request; nothing is acquired yet."""
        return BulkheadReservation(self._bulkhead, self.origin(request.target.origin).slots, request.target.key)

    def early_slot_for(self, request: PreparedRequest) -> BulkheadReservation | None:
        """Return a reservation as `slot_for` does; None if the request may have to wait for a quota before it."""
        origin = self.origin(request.target.origin)
        if origin.pacer is not None and origin.pacer.is_limited:
            return None
        return self.slot_for(request)

    async def _acquire(self, origin: Origin, request: PreparedRequest, slot: BulkheadReservation) -> None:
        """Acquire the quota of the first attempt, then the slots: what waits for a quota occupies no slot."""
        pacer = origin.pacer if request.hedge_after is None else None
        if pacer is None or not pacer.is_limited:
            await slot.acquire()
            return
        await self._acquire_quota(pacer, request)
        try:
            await slot.acquire()
        except BaseException:
            pacer.cancel(request.caller)
            raise
        request.has_quota = True

    async def _acquire_quota(self, pacer: Pacer, request: PreparedRequest) -> None:
        """Wait until a quota allows an attempt.

        Raises:
            RateLimitedError: The quota is used up until after the deadline.
        """
        if not pacer.try_acquire(request.caller):
            await pacer.acquire(lambda: self._time_left(request), url=request.target.key, caller=request.caller)

    def _time_left(self, request: PreparedRequest) -> float | None:
        return None if request.shared_deadline is None else request.shared_deadline - self._now()

    async def run(self, request: PreparedRequest, send: SendAttempt, *, has_slot: bool = False) -> RawResponse:
        """Execute a request: acquire slots, then send it with hedging and retries as its policies say.

        Args:
            request: Request to send; its `attempts` counts the attempts made.
            send: Sends the request once.
            has_slot: Whether the caller holds the bulkhead slots already.

        Returns:
            The response of the last attempt, with the number of attempts, its delay and its cost.

        Raises:
            UpstreamError: The error of the last attempt, with the number of attempts.
        """
        sent_at, started = self._now(), time.perf_counter()
        origin = self.origin(request.target.origin)
        slot = None if has_slot else self.slot_for(request)
        if slot is not None:
            await self._acquire(origin, request, slot)
        request.attempts = 0
        budget = origin.budget
        if budget is None:
            # The first request decides the ratio for the origin; without retries it is the default of `Retry.budget`.
            budget = origin.budget = RetryBudget(0.2 if request.retry is None else request.retry.budget)
        try:
            try:
                # The first attempt runs outside the retry loop: each coroutine wrapped around another costs time at
                # each resumption, and most requests need no retry.
                raw_response = await (self.attempt_once if request.hedge_after is None else self.attempt_hedged)(
                    origin, request, send
                )
            except UpstreamError as error:
                if request.retry is None or self._classify(request, None, error) is None:
                    raise
                raw_response = await self._retry_loop(origin, request, send, (None, error))
            else:
                if raw_response.status in _RETRY_STATUSES and request.retry is not None:
                    raw_response = await self._retry_loop(origin, request, send, (raw_response, None))
                else:
                    budget.deposit()
        except UpstreamError as error:
            # An attempt that an open circuit refused was not sent.
            error.attempts = request.attempts - isinstance(error, CircuitOpenError)
            raise
        finally:
            if slot is not None:
                slot.release()
        raw_response.attempts = request.attempts
        raw_response.delay, raw_response.cost = self._now() - sent_at, time.perf_counter() - started
        return raw_response

    async def _retry_loop(
        self,
        origin: Origin,
        request: PreparedRequest,
        send: SendAttempt,
        first: tuple[RawResponse | None, UpstreamError | None],
    ) -> RawResponse:
        """Retry after a failed first attempt, whose result is passed in as the outcome of attempt 1."""

        async def run_attempt(number: int) -> RawResponse:
            if number > 1:
                return await (self.attempt_once if request.hedge_after is None else self.attempt_hedged)(
                    origin, request, send
                )
            raw_response, error = first
            if error is not None:
                raise error
            assert raw_response is not None
            return raw_response

        return await run_with_retry(
            run_attempt,
            retry=request.retry,
            classify=lambda raw_response, error: self._classify(request, raw_response, error),
            clock=self._clock,
            now=self._now,
            budget=origin.budget,
            remaining=lambda: self._time_left(request),
            on_retry=self._count_retry,
        )

    def _count_retry(self, _attempt: int, _wait: float) -> None:
        self.retries += 1

    def _classify(
        self, request: PreparedRequest, raw_response: RawResponse | None, error: BaseException | None
    ) -> Failure | None:
        """Classify the outcome of an attempt for the retry policy; None when a retry cannot help."""
        if raw_response is not None:
            if raw_response.status not in _RETRY_STATUSES:
                return None
            wait = parse_retry_after(raw_response.headers.get("Retry-After"), self._clock())
            return Failure(repeatable=request.repeatable, retry_after=wait)
        if isinstance(error, ConnectError | DeadlineExceededError):
            return Failure(repeatable=request.repeatable or was_never_sent(error))
        return None

    async def attempt_hedged(self, origin: Origin, request: PreparedRequest, send: SendAttempt) -> RawResponse:
        """Send a second attempt if the first is slow; return the first success and cancel the other."""
        first = asyncio.create_task(self.attempt_once(origin, request, send))
        tasks = {first}
        try:
            await asyncio.wait(tasks, timeout=request.hedge_after)
            if first.done() or origin.budget is None or not origin.budget.retry_available:
                return await first
            origin.budget.withdraw()
            self.hedges += 1
            tasks.add(asyncio.create_task(self.attempt_once(origin, request, send)))
            winner = await _first_success(tasks)
            if winner is not first:
                self.hedges_won += 1
            return winner.result()
        finally:
            for task in tasks:
                task.add_done_callback(discard_error)
            # Awaited, so that no attempt outlives its request.
            await cancel_and_wait(*tasks)

    async def attempt_once(self, origin: Origin, request: PreparedRequest, send: SendAttempt) -> RawResponse:
        """Make one attempt within the quotas and through the circuit breaker; record its outcome and latency."""
        pacer, circuit = origin.pacer, origin.circuit
        if pacer is not None and not request.has_quota and not pacer.try_acquire(request.caller):
            await self._acquire_quota(pacer, request)
        request.has_quota = False
        resend_count = request.attempts
        request.attempts += 1
        generation = 0 if circuit is None else _pass(circuit, request, pacer)
        origin.in_flight += 1
        started, sent_at = time.perf_counter(), self._now()
        ok: bool | None = None  # stays None when the caller was cancelled: no evidence about the origin
        status: int | None = None
        attempt_error: BaseException | None = None
        fields: Mapping[str, str] | None = None
        try:
            raw_response = await send(request)
            status, fields = raw_response.status, raw_response.headers
            ok = status < 500
            origin.connections_reused += raw_response.reused
        except (ConnectError, DeadlineExceededError) as error:
            ok, attempt_error = False, error
            raise
        except (BodyTooLargeError, DecodeError) as error:
            # The origin responded; a response we cannot use is no evidence against its health.
            ok, attempt_error, status = True, error, error.status
            raise
        else:
            return raw_response
        finally:
            origin.in_flight -= 1
            elapsed = time.perf_counter() - started
            if pacer is not None:
                pacer.complete(status, fields, request.caller, sent_at)
            if circuit is not None:
                circuit.release(generation, ok=ok)
            if ok is not None:
                if origin.adaptive_limit is not None and (
                    status is not None or isinstance(attempt_error, DeadlineExceededError)
                ):
                    origin.adapt(origin.adaptive_limit, status, elapsed)
                origin.record(elapsed, attempt_error, ok=ok, clock=self._clock)
                if has_listeners():
                    _emit_event(request, elapsed, status, attempt_error, resend_count)
                if pacer is not None and pacer.has_news:
                    await pacer.publish()


def _pass(circuit: CircuitBreaker, request: PreparedRequest, pacer: Pacer | None) -> int:
    """Pass the circuit breaker and return its generation; a request that it refuses gives its quota back."""
    try:
        return circuit.acquire()
    except CircuitOpenError as error:
        if pacer is not None:
            pacer.cancel(request.caller)
        raise CircuitOpenError(str(error), retry_after=circuit.retry_after, url=request.target.key) from None


def was_never_sent(error: BaseException) -> bool:
    """Return whether an attempt failed before anything was sent, so that any request may be retried."""
    return isinstance(error.__cause__, aiohttp.ClientConnectorError | ProxyRefusedError)


async def _first_success(tasks: set[asyncio.Task[RawResponse]]) -> asyncio.Task[RawResponse]:
    """Return the first task that succeeded (no error, status below 500), else the last one that ended."""
    pending = set(tasks)
    while True:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if not pending or (not task.cancelled() and task.exception() is None and task.result().status < 500):
                return task


def _emit_event(
    request: PreparedRequest, elapsed: float, status: int | None, error: BaseException | None, resend_count: int
) -> None:
    """Emit an event for an attempt, named by OpenTelemetry's stable semantic conventions for HTTP clients."""
    kind = None if error is None else type(error).__name__
    if kind is None and status is not None and status >= 400:
        kind = str(status)
    url = request.target.url
    emit(
        Event(
            name="http.client.request",
            elapsed=elapsed,
            attributes=attributes(
                http__request__method=request.method,
                server__address=request.target.host,
                server__port=cast("int", url.port),
                url__scheme=url.scheme,
                http__response__status_code=status,
                error__type=kind,
                **({"http__request__resend_count": resend_count} if resend_count else {}),
            ),
            error=kind,
        )
    )
