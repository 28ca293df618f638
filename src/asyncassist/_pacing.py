"""Pacing: quotas that a service announces are kept before they are exceeded; callers wait in FIFO order.

One `Pacer` stands for one service and counts units of any kind: requests, or tokens of a model. Workers may share what
it counts: then each worker changes the common state by compare-and-swap, and the algorithm is the same.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from functools import partial
from itertools import islice, takewhile
from typing import TYPE_CHECKING, NamedTuple, Protocol

from asyncassist._lifecycle import cancel_and_wait
from asyncassist._quota_headers import announces_quotas, parse_quotas
from asyncassist._quotas import AT_ONCE, Quota, QuotaState, WaitingCalls, scarcest_of
from asyncassist._retry import parse_retry_after
from asyncassist.errors import BusyError, RateLimitedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncassist._types import Clock

# Calls that wait look at the shared state after this share of their wait, and not more often than after these seconds.
_LOOK_AFTER, _MIN_LOOK = 0.1, AT_ONCE
# Seconds after which a call looks again whose units are left while it is the turn of another worker.
_TURN_LOOK = 0.02
# Seconds after which the calls of a worker that has not looked when it should have do not count any more.
_LEASE = 0.1
# A worker takes units for several of its waiting calls at once: this share of the smallest quota, so that each worker
# gets its turn.
_BATCH_RATIO = 0.02
# While all quotas are ample and other calls are in flight, one of so many responses is read: a call then costs 1.4 µs
# in place of 3.4.
_READ_EVERY = 8
# Seconds by which the clocks may differ from what was measured first before they are measured anew.
_MAX_CLOCK_ERROR = 1.0


class Swapped(NamedTuple):
    """Result of a compare-and-swap.

    Attributes:
        done: Whether the state was replaced.
        version: Version of the state now; "" if there is none.
        state: State of that version, if it is not the caller's own; else "".
        time: Seconds of the clock that all workers share.
    """

    done: bool
    version: str
    state: str
    time: float


class SharedState(Protocol):
    """State of a service that several workers pace together."""

    @property
    def is_available(self) -> bool:
        """Return whether `swap` is worth a try."""
        ...

    async def swap(self, key: str, expected: str, state: str | None, version: str) -> Swapped | None:
        """Replace the state if its version is the expected one; None while it is unavailable.

        Args:
            key: Key of the service.
            expected: Version that the caller knows, "" for no state.
            state: New state, None to read only.
            version: Version of the new state.
        """
        ...


class _Waiter:
    """Caller that waits for its units."""

    __slots__ = ("arrived_at", "caller", "cost", "future", "is_granted", "position", "remaining")

    def __init__(
        self,
        caller: str | None,
        cost: Mapping[str, float],
        remaining: Callable[[], float | None],
        arrived_at: float,
        before: _Waiter | None,
    ) -> None:
        self.caller = caller
        self.cost = cost
        self.remaining = remaining
        self.arrived_at = arrived_at
        self.position = 0
        if before is not None and arrived_at < before.arrived_at + AT_ONCE:
            # The calls of a burst came at the same time, and are told apart by their position in it.
            self.arrived_at, self.position = before.arrived_at, before.position + 1
        self.is_granted = False
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()


ONE_REQUEST: Mapping[str, float] = {"requests": 1.0}


class Pacer:
    """Keeps the quotas of one service: a call waits until its units are left, behind those that came before.

    Args:
        now: Monotonic clock, seconds.
        clock: Wall clock, which also sleeps.
        max_waiting: Calls that may wait; one more raises BusyError.
        shared: State that other workers change too, None to pace in this process alone.
        key: Key of the service in `shared`.

    Attributes:
        delayed: Calls that waited for a quota.
        refused: Calls that were refused because they could not be sent in time.
        has_news: Whether other workers should learn at once what the last response announced; see `publish`.
    """

    __slots__ = (
        "_changed",
        "_clock",
        "_exchange",
        "_in_flight",
        "_is_loaded",
        "_key",
        "_max_waiting",
        "_now",
        "_offset",
        "_queued",
        "_shared",
        "_state",
        "_unpublished",
        "_unread",
        "_version",
        "_waiters",
        "_worker",
        "delayed",
        "has_news",
        "refused",
    )

    def __init__(
        self,
        *,
        now: Callable[[], float],
        clock: Clock,
        max_waiting: int,
        shared: SharedState | None = None,
        key: str = "",
    ) -> None:
        self._now = now
        self._clock = clock
        self._max_waiting = max_waiting
        self._shared = shared
        self._key = key
        self._state = QuotaState()
        self._in_flight = 0
        self._unread = 0
        """Responses since the last one that was read."""
        self._waiters: deque[_Waiter] = deque()
        self._changed = asyncio.Event()
        self._queued: dict[str, float] = {}
        """Units of all waiting calls by kind."""
        self._exchange = asyncio.Lock()
        """Held while the state is exchanged with the other workers."""
        self._unpublished: list[Callable[[QuotaState], object]] = []
        """Changes of the state that the other workers do not know yet, oldest first."""
        self._version = ""
        self._worker = os.urandom(8).hex()
        self._offset: float | None = None
        """Seconds from this process's clock to the common one, None before they are known."""
        self._is_loaded = shared is None
        """Whether it is known what the other workers know."""
        self.has_news = False
        self.delayed = 0
        self.refused = 0

    @property
    def waiting(self) -> int:
        """Return the number of calls that wait."""
        return len(self._waiters)

    @property
    def quotas(self) -> Mapping[tuple[str, str | None], Quota]:
        """Return the quotas by name and partition."""
        return self._state.quotas

    @property
    def _asks_others(self) -> bool:
        return self._shared is not None and self._shared.is_available

    @property
    def is_limited(self) -> bool:
        """Return whether the service has announced a quota or a time to wait, or other workers may know of one."""
        return self._state.is_limited or (not self._is_loaded and self._asks_others)

    def try_acquire(self, caller: str | None = None, cost: Mapping[str, float] = ONE_REQUEST) -> bool:
        """Take the units of a call if that needs no waiting; return whether they were taken."""
        if self._waiters or (self._shared is not None and self.is_limited and self._asks_others):
            return False
        state = self._state
        if state.blocked_until or state.quotas:
            if state.delay(caller, cost, self._now()) > 0:
                return False
            state.take(caller, cost)
        self._in_flight += 1
        return True

    async def acquire(
        self,
        remaining: Callable[[], float | None],
        *,
        url: str,
        caller: str | None = None,
        cost: Mapping[str, float] = ONE_REQUEST,
    ) -> None:
        """Take the units of a call, waiting for them in FIFO order; `complete` must follow.

        Args:
            remaining: Returns the seconds until the deadline of the call, None for no deadline.
            url: URL of the call, for the error.
            caller: Digest of the caller, by which partitions of a quota are told apart; None for anybody.
            cost: Units of the call by kind.

        Raises:
            RateLimitedError: The units are not left before the deadline; nothing was taken.
            BusyError: `max_waiting` calls wait already.
        """
        if not self._is_loaded and self._asks_others:
            await self._load()
        if self.try_acquire(caller, cost):
            return
        if len(self._waiters) >= self._max_waiting:
            raise BusyError("too many requests are waiting already", url=url)
        waiter = _Waiter(caller, cost, remaining, self._now(), self._waiters[-1] if self._waiters else None)
        self._enqueue(waiter, 1)
        try:
            if self._waiters[0] is not waiter or not self._asks_others:  # else it looks what the others know first
                self._refuse_late(waiter, url)
            await self._wait(waiter, url)
        except BaseException as error:
            self.refused += isinstance(error, RateLimitedError)
            if waiter.is_granted:  # and cancelled before it ran
                self.cancel(caller, cost)
            raise
        finally:
            if not waiter.is_granted:
                self._leave(waiter)

    async def _wait(self, waiter: _Waiter, url: str) -> None:
        """Wait until the units of a call are taken."""
        is_delayed = False
        while not waiter.is_granted:
            if self._waiters[0] is waiter:
                delay = await self._grant_first()
                if waiter.is_granted:
                    return
                self.delayed += not is_delayed
                is_delayed = True
                self._refuse_late(waiter, url)
                await self._sleep(delay)
            else:
                self.delayed += not is_delayed
                is_delayed = True
                waiter.future = asyncio.get_running_loop().create_future()
                await waiter.future
            if not waiter.is_granted:
                self._refuse_late(waiter, url)

    def _enqueue(self, waiter: _Waiter, sign: int) -> None:
        """Add a call to the queue (`sign` 1), or remove it (-1)."""
        if sign > 0:
            self._waiters.append(waiter)
        else:
            self._waiters.remove(waiter)
        for unit, units in waiter.cost.items():
            self._queued[unit] = self._queued.get(unit, 0.0) + sign * units

    def _leave(self, waiter: _Waiter) -> None:
        """Remove a call from the queue, and let the next one look if it was the first."""
        is_first = self._waiters[0] is waiter
        self._enqueue(waiter, -1)
        if is_first and self._waiters:
            _wake(self._waiters[0])
        elif is_first and not waiter.is_granted:
            self._change(lambda state: state.queues.pop(self._worker, None))

    async def _grant_first(self) -> float:
        """Take the units of the first waiting call, or return the seconds after which to look again."""
        if not self._asks_others:
            granted, delay = self._take_batch(self._state, 0.0)
            self._grant(granted)
            return delay
        async with self._exchange:
            return await self._grant_shared()

    def _take_batch(self, state: QuotaState, share: float) -> tuple[list[_Waiter], float]:
        """Take the units of the first waiting call, and of those behind it as long as this share of a quota allows.

        Returns:
            The calls, and the delay of the first one that was not taken because it must wait.
        """
        taken: list[_Waiter] = []
        now, used = self._now(), 0.0
        for waiter in self._waiters:
            delay = state.delay(waiter.caller, waiter.cost, now)
            if delay > 0:
                return taken, delay
            if state.queues and not self._is_turn(state, waiter, now):
                return taken, _TURN_LOOK
            state.take(waiter.caller, waiter.cost)
            taken.append(waiter)
            last = state.share(waiter.caller, waiter.cost)
            used += last
            if used + last > share:
                break
        return taken, 0.0

    def _is_turn(self, state: QuotaState, waiter: _Waiter, now: float) -> bool:
        seconds = state.service_time(waiter.caller, waiter.cost)
        return state.is_turn(self._worker, waiter.arrived_at, waiter.position, seconds, now)

    def _grant(self, waiters: list[_Waiter]) -> None:
        """Let calls go whose units were taken."""
        for waiter in waiters:
            self._in_flight += 1
            if waiter in self._waiters:
                waiter.is_granted = True
                self._leave(waiter)
                _wake(waiter)
            else:  # it was given up while its units were taken
                self.cancel(waiter.caller, waiter.cost)

    async def _sleep(self, seconds: float) -> None:
        """Sleep, at most until the state of a quota changes."""
        self._changed.clear()
        tasks = (asyncio.ensure_future(self._clock.sleep(seconds)), asyncio.ensure_future(self._changed.wait()))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await cancel_and_wait(*tasks)

    def _refuse_late(self, waiter: _Waiter, url: str) -> None:
        """Raise for a call that cannot be sent before its deadline."""
        remaining = waiter.remaining()
        if remaining is None:
            return
        delay = self._delay_in_queue(waiter, self._now())
        if delay > remaining:
            raise RateLimitedError(
                "the quota of the service is used up until after the deadline; the request was not sent",
                retry_after=delay,
                url=url,
                status=None,
            )

    def _delay_in_queue(self, waiter: _Waiter, now: float) -> float:
        """Return the seconds until a waiting call may be sent, after those before it."""
        delay = self._state.blocked_until - now
        for quota in self._state.quotas_of(waiter.caller):
            if quota.callers is None and waiter is self._waiters[-1]:
                units = self._queued.get(quota.unit, 0.0) + self._state.units_waiting(self._worker, quota.unit, now)
            else:
                units = self._units_before(waiter, quota)
            delay = max(delay, quota.delay(units, now))
        return max(0.0, delay)

    def _units_before(self, waiter: _Waiter, quota: Quota) -> float:
        """Return the units of a waiting call and of those before it."""
        before = takewhile(lambda other: other is not waiter, self._waiters)
        return sum(
            other.cost.get(quota.unit, 0.0)
            for other in (*before, waiter)
            if quota.callers is None or other.caller in quota.callers
        )

    def _change(self, change: Callable[[QuotaState], object]) -> None:
        """Change the state here, and with the next exchange that of the other workers."""
        change(self._state)
        if self._asks_others:
            self._unpublished.append(change)

    def cancel(self, caller: str | None = None, cost: Mapping[str, float] = ONE_REQUEST) -> None:
        """Give back the units of a call that was not sent after all."""
        self._in_flight -= 1
        self._change(lambda state: state.give_back(caller, cost))
        self._notify()

    def complete(
        self,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        caller: str | None = None,
        sent_at: float | None = None,
    ) -> None:
        """Take over what the response to a call announces; without one, only the end of the call.

        Args:
            status: HTTP status code, None without a response.
            headers: Header fields of the response, None without one.
            caller: Digest of the caller, as passed to `acquire`.
            sent_at: When the call was sent, in monotonic seconds; None for now.
        """
        self._in_flight -= 1
        in_flight, state = self._in_flight, self._state
        refused = status in _REFUSED
        if in_flight and state.quotas and not refused and self._may_leave_unread():
            self._unread += 1
            return
        self._unread = 0
        notices = (
            parse_quotas(headers, self._clock()) if headers and (state.quotas or announces_quotas(headers)) else ()
        )
        if not (notices or refused or state.is_limited):
            return
        now = self._now()
        elapsed = 0.0 if sent_at is None else now - sent_at
        wait = parse_retry_after(headers.get("Retry-After"), self._clock()) if refused and headers else None
        if self._shared is None or not self._shared.is_available:
            state.observe(notices, wait, now, refused=refused, caller=caller, in_flight=in_flight, elapsed=elapsed)
        else:
            self.has_news = refused or state.is_news(notices)
            # Not a closure: its variables would cost the calls of a worker on its own.
            self._change(
                partial(
                    QuotaState.observe,
                    notices=notices,
                    wait=wait,
                    now=now,
                    refused=refused,
                    caller=caller,
                    in_flight=in_flight,
                    alone=False,
                    elapsed=elapsed,
                )
            )
        if self._waiters:
            self._notify()

    def _may_leave_unread(self) -> bool:
        """Return whether what the next response announces will do: the quotas are ample, and it comes soon."""
        return not self._waiters and self._unread < _READ_EVERY - 1 and self._state.is_ample(self._now())

    def _notify(self) -> None:
        """Let the first waiting call look again, and those refuse that cannot be sent in time any more."""
        self._changed.set()
        now = self._now()
        for waiter in self._waiters:
            remaining = waiter.remaining()
            if remaining is not None and self._state.blocked_until - now > remaining:
                _wake(waiter)

    def remaining(self, unit: str) -> float | None:
        """Return the units left of the scarcest quota of a kind, None without one."""
        now = self._now()
        found = [quota for quota in self._state.quotas.values() if quota.unit == unit]
        for quota in found:
            quota.roll(now)
        return min((max(0.0, quota.remaining) for quota in found), default=None)

    def next_in(self) -> float:
        """Return the seconds until the first waiting call, or another one, may be sent by what is known; 0 for now."""
        first = self._waiters[0] if self._waiters else None
        caller, cost = (None, ONE_REQUEST) if first is None else (first.caller, first.cost)
        return self._state.delay(caller, cost, self._now())

    def state(self) -> tuple[float | None, float | None]:
        """Return the units left of the scarcest quota of requests and the seconds until it resets, None without one."""
        now = self._now()
        quotas = list(self._state.quotas.values())
        for quota in quotas:
            quota.roll(now)
        scarcest = scarcest_of(quotas)
        blocked = self._state.blocked_until - now
        if scarcest is None:
            return None, max(0.0, blocked) or None
        return max(0.0, scarcest.remaining), max(0.0, scarcest.reset_at - now, blocked)

    # -- exchange with other workers ---------------------------------------------------------------------------

    async def _load(self) -> None:
        """Read what other workers know of the service, before the first call."""
        async with self._exchange:
            if not self._is_loaded:
                await self._read()

    async def publish(self) -> None:
        """Tell the other workers at once what was announced here: a new quota, a refusal, or a new window."""
        self.has_news = False
        async with self._exchange:
            while self._unpublished and not await self._swap(self._state.copy()):
                pass

    async def _grant_shared(self) -> float:
        """Take the units of the first waiting calls from the common state; return 0, or when to look again."""
        while True:
            state = self._state.copy()
            granted, delay = self._take_batch(state, _BATCH_RATIO)
            delay = min(delay, max(_MIN_LOOK, _LOOK_AFTER * delay))
            self._publish_queue(state, granted, self._now() + delay + _LEASE)
            if await self._swap(state):
                self._grant(granted)
                return 0.0 if granted else delay

    def _publish_queue(self, state: QuotaState, granted: list[_Waiter], valid_until: float) -> None:
        """Write to the common state which calls wait here after some were granted, so that they get their turn."""
        first = next(islice(self._waiters, len(granted), None), None)
        if first is None:
            state.queues.pop(self._worker, None)
        else:
            units = self._queued.copy()
            for waiter in granted:
                for unit, cost in waiter.cost.items():
                    units[unit] -= cost
            state.queues[self._worker] = WaitingCalls(first.arrived_at, first.position, units, valid_until)

    async def _swap(self, state: QuotaState) -> bool:
        """Make a state the common one; return False if another worker was faster, whose state is then taken over.

        While Redis is unavailable the state is the common one of this process.

        Args:
            state: State with all changes that are not published yet.
        """
        published = len(self._unpublished)
        version = os.urandom(8).hex()
        assert self._shared is not None
        result = None
        if self._offset is not None:
            result = await self._shared.swap(self._key, self._version, state.encode(self._offset), version)
        else:
            await self._read()
            if self._offset is not None:
                return False
        if result is not None and not result.done:
            self._receive(result)
            return False
        if result is not None:
            self._version = version
        del self._unpublished[:published]
        self._replace_state(state)
        return True

    async def _read(self) -> None:
        """Read the common state."""
        assert self._shared is not None
        result = await self._shared.swap(self._key, self._version, None, "")
        if result is not None:
            self._receive(result)

    def _receive(self, result: Swapped) -> None:
        """Take over the common state."""
        offset = result.time - self._now()
        # The answer was on its way for a while: of several measurements the largest is the nearest.
        if self._offset is None or offset > self._offset or self._offset - offset > _MAX_CLOCK_ERROR:
            self._offset = offset
        self._is_loaded = True
        is_other = result.version != self._version
        self._version = result.version
        if is_other and result.version:  # else it has expired: what is known here becomes the common state again
            self._replace_state(QuotaState.decode(result.state, self._offset, self._now()))

    def _replace_state(self, state: QuotaState) -> None:
        """Replace the state, and apply to it what the others do not know yet."""
        self._state = state
        for change in self._unpublished:
            change(state)


# Statuses with which a service refuses a call for its rate or its load.
_REFUSED = frozenset({429, 503})


def _wake(waiter: _Waiter) -> None:
    if not waiter.future.done():
        waiter.future.set_result(None)
