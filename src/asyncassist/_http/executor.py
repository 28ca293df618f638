"""From the bulkhead to the attempt: what stands between a request and the wire, in the contract's order."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

import aiohttp

from asyncassist._circuit_breaker import CircuitBreaker
from asyncassist._events import Degradation, Event, RollingWindow, attributes, emit, has_listeners
from asyncassist._http.bulkhead import Bulkhead, Line, Place
from asyncassist._http.models import OriginStats
from asyncassist._retry import Failure, RetryBudget, parse_retry_after, run_with_retry
from asyncassist.errors import (
    BodyTooLargeError,
    CircuitOpenError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    UpstreamError,
)

if TYPE_CHECKING:
    from asyncassist._http.models import Limits
    from asyncassist._http.prepared_request import Call
    from asyncassist._http.transport import Reply
    from asyncassist._retry import Breaker
    from asyncassist._types import Clock

Attempt = Callable[["Call"], Awaitable["Reply"]]

# Answers that may be another one a moment later.
_RETRY_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_MAX_ORIGINS = 1000


class Origin:
    """One origin: its circuit, its places, its figures."""

    def __init__(self, name: str, limits: Limits, breaker: Breaker | None, now: Callable[[], float]) -> None:
        self.name = name
        self.circuit = None if breaker is None else CircuitBreaker(breaker, now)
        self.places = Line(limits.per_host)
        self.budget: RetryBudget | None = None
        self.times = RollingWindow(256)
        self.outcomes: deque[bool] = deque(maxlen=256)
        self.in_flight = 0
        self.requests = 0
        self.failures = 0
        self.opened = 0
        self.reused = 0
        self.degraded = False
        self.degradation = Degradation(f"the HTTP origin {name}", now)
        self.last_failure: float | None = None

    @property
    def idle(self) -> bool:
        """Whether nobody uses it now."""
        return not (self.in_flight or self.places.in_use or self.places.waiting)

    def ended(self, elapsed: float, error: BaseException | None, *, ok: bool, wall: Callable[[], float]) -> None:
        """Count an attempt, and say it when the origin is degraded or works again."""
        self.requests += 1
        self.times.add(elapsed)
        self.outcomes.append(ok)
        if ok:
            if self.degraded:
                self.degraded = False
                self.degradation.end()
            return
        self.failures += 1
        self.last_failure = wall()
        if self.circuit is not None and self.circuit.state == "open":
            self.degrade("it failed too often, the circuit is open", error)

    def degrade(self, reason: str, error: BaseException | None) -> None:
        """It does not serve as it should."""
        self.degraded = True
        self.degradation.begin(reason, error)

    def success_ratio(self) -> float | None:
        """Share of recent attempts that went well."""
        return sum(self.outcomes) / len(self.outcomes) if self.outcomes else None

    def stats(self, *, ours: bool) -> OriginStats:
        """The figures so far; connections are counted where the session is ours."""
        return OriginStats(
            origin=self.name,
            breaker="off" if self.circuit is None else self.circuit.state,
            requests=self.requests,
            failures=self.failures,
            success_ratio=self.success_ratio(),
            in_flight=self.in_flight,
            waiting=len(self.places.waiting),
            opened=self.opened if ours else None,
            reused=self.reused if ours else None,
            **self.times.summary(),
        )


class Pipeline:
    """Runs attempts.

    Args:
        limits: Places in all and for each origin, and how many may wait.
        breaker: Policy of each origin's circuit, None without.
        clock: Sleeps between attempts.
        now: Steady seconds.
    """

    def __init__(self, *, limits: Limits, breaker: Breaker | None, clock: Clock, now: Callable[[], float]) -> None:
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
        """The origin of this name; those not used for long are forgotten."""
        origin = self.origins.get(name)
        if origin is None:
            self._forget_idle()
            origin = self.origins[name] = Origin(name, self._limits, self._breaker, self._now)
        else:
            self.origins.move_to_end(name)
        return origin

    def _forget_idle(self) -> None:
        """Bound the memory: strangers may name any number of hosts."""
        while len(self.origins) >= _MAX_ORIGINS:
            for name, origin in self.origins.items():
                if origin.idle:
                    del self.origins[name]
                    break
            else:
                return

    def count_opened(self, origin: str) -> None:
        """A connection was opened."""
        self.origin(origin).opened += 1

    def place(self, call: Call) -> Place:
        """What a request needs to be sent."""
        return Place(self._bulkhead, self.origin(call.target.origin).places, call.target.key)

    async def run(self, call: Call, attempt: Attempt, *, placed: bool = False) -> Reply:
        """Places, retries, hedge, breaker, attempt.

        Args:
            call: The request, for its policies; it counts what is sent.
            attempt: Sends it once.
            placed: Whether the caller holds its places already.

        Returns:
            The answer of the last attempt, with how many there were.

        Raises:
            UpstreamError: What the last attempt raised, with how many there were.
        """
        origin = self.origin(call.target.origin)
        place = None if placed else Place(self._bulkhead, origin.places, call.target.key)
        if place is not None:
            await place.enter()
        call.sent = 0
        budget = origin.budget
        if budget is None:
            budget = origin.budget = RetryBudget(0.2 if call.retry is None else call.retry.budget)
        try:
            try:
                # Each coroutine around another is paid for at each step: so none that only hands on.
                reply = await (self.attempt if call.hedge_after is None else self.hedged)(origin, call, attempt)
            except UpstreamError as error:
                if call.retry is None or self._judge(call, None, error) is None:
                    raise
                reply = await self._again(origin, call, attempt, (None, error))
            else:
                if reply.status in _RETRY_STATUSES and call.retry is not None:
                    reply = await self._again(origin, call, attempt, (reply, None))
                else:
                    budget.deposit()
        except UpstreamError as error:
            error.attempts = call.sent - isinstance(error, CircuitOpenError)
            raise
        finally:
            if place is not None:
                place.release()
        reply.attempts = call.sent
        return reply

    async def _again(
        self, origin: Origin, call: Call, attempt: Attempt, first: tuple[Reply | None, UpstreamError | None]
    ) -> Reply:
        """Other attempts after a first that failed, where they may help: the usual case costs nothing more."""

        async def number(number: int) -> Reply:
            if number > 1:
                return await (self.attempt if call.hedge_after is None else self.hedged)(origin, call, attempt)
            reply, error = first
            if error is not None:
                raise error
            assert reply is not None
            return reply

        return await run_with_retry(
            number,
            retry=call.retry,
            classify=lambda reply, error: self._judge(call, reply, error),
            clock=self._clock,
            now=self._now,
            budget=origin.budget,
            remaining=lambda: None if call.patience is None else call.patience - self._now(),
            on_retry=self._count_retry,
        )

    def _count_retry(self, _attempt: int, _wait: float) -> None:
        self.retries += 1

    def _judge(self, call: Call, reply: Reply | None, error: BaseException | None) -> Failure | None:
        if reply is not None:
            if reply.status not in _RETRY_STATUSES:
                return None
            wait = parse_retry_after(reply.headers.get("Retry-After"), self._clock())
            return Failure(repeatable=call.repeatable, retry_after=wait)
        if isinstance(error, ConnectError | DeadlineExceededError):
            return Failure(repeatable=call.repeatable or never_sent(error))
        return None

    async def hedged(self, origin: Origin, call: Call, attempt: Attempt) -> Reply:
        """One attempt, and a second beside it when the first is slow; the one that answers well first counts."""
        first = asyncio.create_task(self.attempt(origin, call, attempt))
        tasks = {first}
        try:
            await asyncio.wait(tasks, timeout=call.hedge_after)
            if first.done() or origin.budget is None or not origin.budget.retry_available:
                return await first
            origin.budget.withdraw()
            self.hedges += 1
            tasks.add(asyncio.create_task(self.attempt(origin, call, attempt)))
            winner = await _first_good(tasks)
            if winner is not first:
                self.hedges_won += 1
            return winner.result()
        finally:
            for task in tasks:
                task.cancel()
            # Awaited, so that no attempt outlives the call it was made for.
            await asyncio.wait(tasks)
            for task in tasks:
                if not task.cancelled():
                    task.exception()

    async def attempt(self, origin: Origin, call: Call, attempt: Attempt) -> Reply:
        """One attempt under the breaker, counted and timed."""
        resent = call.sent
        call.sent += 1
        circuit = origin.circuit
        run = 0
        if circuit is not None:
            try:
                run = circuit.acquire()
            except CircuitOpenError as error:
                raise CircuitOpenError(str(error), retry_after=circuit.retry_after, url=call.target.key) from None
        origin.in_flight += 1
        started = time.perf_counter()
        ok: bool | None = None  # says nothing about the origin: the caller left
        status: int | None = None
        failed: BaseException | None = None
        try:
            reply = await attempt(call)
            status = reply.status
            ok = status < 500
            origin.reused += reply.reused
        except (ConnectError, DeadlineExceededError) as error:
            ok, failed = False, error
            raise
        except (BodyTooLargeError, DecodeError) as error:
            # The origin answered; that we cannot use it says nothing about its health.
            ok, failed, status = True, error, error.status
            raise
        else:
            return reply
        finally:
            origin.in_flight -= 1
            if circuit is not None:
                circuit.release(run, ok=ok)
            if ok is not None:
                elapsed = time.perf_counter() - started
                origin.ended(elapsed, failed, ok=ok, wall=self._clock)
                if has_listeners():
                    _report(call, elapsed, status, failed, resent)


def never_sent(error: BaseException) -> bool:
    """Whether a failure came before anything was sent: then any request may be repeated."""
    return isinstance(error.__cause__, aiohttp.ClientConnectorError)


async def _first_good(tasks: set[asyncio.Task[Reply]]) -> asyncio.Task[Reply]:
    """The first task that ended well, else the last that ended."""
    pending = set(tasks)
    while True:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if not pending or (not task.cancelled() and task.exception() is None and task.result().status < 500):
                return task


def _report(call: Call, elapsed: float, status: int | None, error: BaseException | None, resent: int) -> None:
    """Tell listeners, by the names of OpenTelemetry's stable conventions for HTTP clients."""
    kind = None if error is None else type(error).__name__
    if kind is None and status is not None and status >= 400:
        kind = str(status)
    url = call.target.url
    emit(
        Event(
            name="http.client.request",
            elapsed=elapsed,
            attributes=attributes(
                http__request__method=call.method,
                server__address=call.target.host,
                server__port=cast("int", url.port),
                url__scheme=url.scheme,
                http__response__status_code=status,
                error__type=kind,
                **({"http__request__resend_count": resent} if resent else {}),
            ),
            error=kind,
        )
    )
