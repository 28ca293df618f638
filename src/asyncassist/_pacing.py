"""Pacing: quotas that a service announces are kept before they are exceeded; callers wait in FIFO order.

One `Pacer` stands for one service and counts units of any kind: requests, or tokens of a model.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict, deque
from itertools import takewhile
from typing import TYPE_CHECKING

from asyncassist._lifecycle import cancel_and_wait
from asyncassist._quota_headers import MAX_RESET, QuotaNotice, announces_quotas, parse_quotas
from asyncassist._retry import parse_retry_after
from asyncassist.errors import BusyError, RateLimitedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from asyncassist._types import Clock

_MAX_QUOTAS = 64
# Seconds by which an announced reset may be early, as many services round it down to whole seconds.
_RESET_ROUNDING = 1.0
# Window of a quota that announces neither its window nor a reset: a minute, the most common one.
_DEFAULT_WINDOW = 60.0


class Quota:
    """Units of one quota that are left, by what the service announced and what was sent since.

    Attributes:
        limit: Units in each window.
        remaining: Units left in this window.
        reset_at: End of this window, in monotonic seconds.
        window: Length of a window in seconds.
        refill_rate: Units that come back in each second; 0 for a quota whose units come back all at once.
        unit: What is counted: "requests" or "tokens".
        callers: Callers whose requests count in it, None for all.
    """

    __slots__ = (
        "_margin",
        "_probe_until",
        "_sent",
        "_updated_at",
        "callers",
        "limit",
        "refill_rate",
        "remaining",
        "reset_at",
        "unit",
        "window",
    )

    def __init__(self, notice: QuotaNotice, now: float) -> None:
        self.unit = notice.unit
        self.remaining = notice.remaining or 0.0
        self.limit = max(1.0, self.remaining)
        self.window = _DEFAULT_WINDOW
        self.refill_rate = 0.0
        self.reset_at = now + (_DEFAULT_WINDOW if notice.reset is None else notice.reset)
        self.callers: set[str | None] | None = None if notice.partition is None else set()
        self._updated_at = now
        self._margin = 0.0
        """Seconds by which the service announces its resets too early."""
        self._probe_until: float | None = None
        """Until when one request that was sent at the reset decides for the others, None if there is none."""
        self._sent = 0.0
        """Units sent since the start of this window."""
        self._learn(notice, now)

    def _learn(self, notice: QuotaNotice, now: float) -> None:
        """Take over what is announced about the quota itself."""
        if notice.limit is not None:
            self.limit = max(1.0, notice.limit)
        if notice.window:
            self.window = notice.window
        elif notice.reset is not None and not notice.refills:
            self.window = max(notice.reset, 1.0 if self.window == _DEFAULT_WINDOW else self.window)
        if notice.refills and notice.reset and notice.remaining is not None and self.limit > notice.remaining:
            self.refill_rate = (self.limit - notice.remaining) / notice.reset
        self._updated_at = now

    def roll(self, now: float) -> None:
        """Add the units that have come back by `now`."""
        if self.refill_rate:
            self.remaining = min(self.limit, self.remaining + (now - self._updated_at) * self.refill_rate)
            self._updated_at = now
        elif now >= self.reset_at:
            # At the announced reset one request goes first: the service's clock decides, and so does the rounding.
            probes = now < self.reset_at + _RESET_ROUNDING and self.limit > 1
            self.remaining = self.limit
            self.reset_at = now + self.window
            self._sent = 0.0
            self._probe_until = now + _RESET_ROUNDING if probes else None

    def delay(self, units: float, now: float) -> float:
        """Return the seconds until so many units may be sent, all before them included; 0 for now."""
        self.roll(now)
        probing = self._probe_until is not None and self._sent and now < self._probe_until
        missing = units - self.remaining
        if missing <= 0:
            return self._probe_until - now if probing and self._probe_until is not None else 0.0
        if self.refill_rate:
            return missing / self.refill_rate
        return self.reset_at - now + (math.ceil(min(missing, 1e9) / self.limit) - 1) * self.window

    def take(self, units: float) -> None:
        """Count units as sent."""
        self.remaining -= units
        self._sent += units

    def observe(self, notice: QuotaNotice, now: float, *, refused: bool, in_flight: int) -> None:
        """Take over the state of the quota as a response announces it.

        Args:
            notice: The quota as announced.
            now: Receipt in monotonic seconds.
            refused: Whether the request was refused because of a quota.
            in_flight: Requests whose responses are outstanding.
        """
        assert notice.remaining is not None
        self.roll(now)
        if refused and self._probe_until is not None:
            self._margin = _RESET_ROUNDING
        self._learn(notice, now)
        remaining = 0.0 if refused and notice.remaining < 1 else notice.remaining
        if self.refill_rate or notice.reset is None:
            self.remaining = remaining if in_flight == 0 else min(self.remaining, remaining)
            return
        reset_at = now + notice.reset + self._margin
        if self._probe_until is not None and reset_at > now + self.window / 2:
            # The window that the probe opened. What was sent in it may not be counted in `remaining` yet.
            self.remaining = min(remaining, self.limit - self._sent)
            self.reset_at, self._probe_until = reset_at, None
        elif self._probe_until is not None and refused:
            self.remaining, self.reset_at, self._probe_until = 0.0, reset_at, None
        elif reset_at > self.reset_at + self.window / 2:
            self.remaining, self.reset_at = remaining, reset_at
        elif reset_at > self.reset_at - self.window / 2:
            # All resets of one window mean the same moment: rounded up the earliest is the nearest, down the latest.
            self.reset_at = max(self.reset_at, reset_at) if self._margin else min(self.reset_at, reset_at)
            # Alone only a response with nothing in flight may say that there is more than what is counted here.
            self.remaining = remaining if in_flight == 0 else min(self.remaining, remaining)

    def settle(self) -> None:
        """End the probe after a response without a notice of this quota, or without a response."""
        self._probe_until = None


class _Waiter:
    """Caller that waits for its units."""

    __slots__ = ("caller", "cost", "future", "remaining")

    def __init__(self, caller: str | None, cost: Mapping[str, float], remaining: Callable[[], float | None]) -> None:
        self.caller = caller
        self.cost = cost
        self.remaining = remaining
        self.future: asyncio.Future[None] = asyncio.get_running_loop().create_future()


ONE_REQUEST: Mapping[str, float] = {"requests": 1.0}


class Pacer:
    """Keeps the quotas of one service: a call waits until its units are left, behind those that came before.

    Args:
        now: Monotonic clock, seconds.
        clock: Wall clock, which also sleeps.
        max_waiting: Calls that may wait; one more raises BusyError.

    Attributes:
        delayed: Calls that waited for a quota.
        refused: Calls that were refused because they could not be sent in time.
    """

    __slots__ = (
        "_blocked_until",
        "_changed",
        "_clock",
        "_in_flight",
        "_max_waiting",
        "_now",
        "_queued",
        "_waiters",
        "delayed",
        "quotas",
        "refused",
    )

    def __init__(self, *, now: Callable[[], float], clock: Clock, max_waiting: int) -> None:
        self._now = now
        self._clock = clock
        self._max_waiting = max_waiting
        self._blocked_until = 0.0
        self._in_flight = 0
        self._waiters: deque[_Waiter] = deque()
        self._changed = asyncio.Event()
        self.quotas: OrderedDict[tuple[str, str | None], Quota] = OrderedDict()
        self._queued: dict[str, float] = {}
        """Units of all waiting calls by kind."""
        self.delayed = 0
        self.refused = 0

    @property
    def waiting(self) -> int:
        """Return the number of calls that wait."""
        return len(self._waiters)

    @property
    def is_limited(self) -> bool:
        """Return whether the service has announced a quota or a time to wait."""
        return self._blocked_until > 0.0 or bool(self.quotas)

    def try_acquire(self, caller: str | None = None, cost: Mapping[str, float] = ONE_REQUEST) -> bool:
        """Take the units of a call if that needs no waiting; return whether they were taken."""
        if self._waiters:
            return False
        if self._blocked_until or self.quotas:
            if self._delay(caller, cost, self._now()) > 0:
                return False
            self._take(caller, cost)
        else:
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
        if self.try_acquire(caller, cost):
            return
        if len(self._waiters) >= self._max_waiting:
            raise BusyError("too many requests are waiting already", url=url)
        waiter = _Waiter(caller, cost, remaining)
        self._enqueue(waiter, 1)
        try:
            self._refuse_late(waiter, url)
            self.delayed += 1
            while self._waiters[0] is not waiter:
                waiter.future = asyncio.get_running_loop().create_future()
                await waiter.future
                self._refuse_late(waiter, url)
            while (delay := self._delay(caller, cost, self._now())) > 0:
                await self._sleep(delay)
                self._refuse_late(waiter, url)
            self._take(caller, cost)
        except RateLimitedError:
            self.refused += 1
            raise
        finally:
            is_first = self._waiters[0] is waiter
            self._enqueue(waiter, -1)
            if is_first and self._waiters:
                _wake(self._waiters[0])

    def _enqueue(self, waiter: _Waiter, sign: int) -> None:
        """Add a call to the queue (`sign` 1), or remove it (-1)."""
        if sign > 0:
            self._waiters.append(waiter)
        else:
            self._waiters.remove(waiter)
        for unit, units in waiter.cost.items():
            self._queued[unit] = self._queued.get(unit, 0.0) + sign * units

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
        delay = self._blocked_until - now
        for quota in self._quotas_of(waiter.caller):
            if quota.callers is None and waiter is self._waiters[-1]:
                units = self._queued.get(quota.unit, 0.0)
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

    def _delay(self, caller: str | None, cost: Mapping[str, float], now: float) -> float:
        """Return the seconds until a call may be sent in front of the queue."""
        delay = self._blocked_until - now
        for quota in self._quotas_of(caller):
            units = cost.get(quota.unit)
            if units:
                # More than the limit is never left: such a call waits for all of it.
                delay = max(delay, quota.delay(min(units, quota.limit), now))
        return delay

    def _quotas_of(self, caller: str | None) -> Iterator[Quota]:
        for quota in self.quotas.values():
            if quota.callers is None or caller in quota.callers:
                yield quota

    def _take(self, caller: str | None, cost: Mapping[str, float]) -> None:
        self._in_flight += 1
        for quota in self._quotas_of(caller):
            quota.take(cost.get(quota.unit, 0.0))

    def cancel(self, caller: str | None = None, cost: Mapping[str, float] = ONE_REQUEST) -> None:
        """Give back the units of a call that was not sent after all."""
        self._in_flight -= 1
        for quota in self._quotas_of(caller):
            quota.take(-cost.get(quota.unit, 0.0))
            quota.settle()
        self._notify()

    def complete(
        self, status: int | None = None, headers: Mapping[str, str] | None = None, caller: str | None = None
    ) -> None:
        """Take over what the response to a call announces; without one, only the end of the call.

        Args:
            status: HTTP status code, None without a response.
            headers: Header fields of the response, None without one.
            caller: Digest of the caller, as passed to `acquire`.
        """
        self._in_flight -= 1
        notices = parse_quotas(headers, self._clock()) if headers and announces_quotas(headers) else ()
        refused = status in _REFUSED
        if not (notices or refused or self._blocked_until or self.quotas):
            return
        now = self._now()
        for notice in notices:
            self._observe(notice, now, refused=refused, caller=caller)
        if not notices:
            for quota in self._quotas_of(caller):
                quota.settle()
        wait = parse_retry_after(headers.get("Retry-After"), self._clock()) if refused and headers else None
        if wait is not None:
            self._blocked_until = max(self._blocked_until, now + min(wait, MAX_RESET))
        elif self._blocked_until <= now:
            self._blocked_until = 0.0
        self._notify()

    def _observe(self, notice: QuotaNotice, now: float, *, refused: bool, caller: str | None) -> None:
        """Take over the state of one quota as a response announces it."""
        key = (notice.name, notice.partition)
        quota = self.quotas.get(key)
        if quota is not None:
            quota.observe(notice, now, refused=refused, in_flight=self._in_flight)
        else:
            while len(self.quotas) >= _MAX_QUOTAS:
                self.quotas.popitem(last=False)
            quota = self.quotas[key] = Quota(notice, now)
            if quota.unit == "requests":
                # What is in flight was not counted here, and may not be counted by the service yet.
                quota.take(self._in_flight)
        if quota.callers is not None and len(quota.callers) < _MAX_QUOTAS:
            quota.callers.add(caller)

    def _notify(self) -> None:
        """Let the first waiting call look again, and those refuse that cannot be sent in time any more."""
        if not self._waiters:
            return
        self._changed.set()
        now = self._now()
        for waiter in self._waiters:
            remaining = waiter.remaining()
            if remaining is not None and self._blocked_until - now > remaining:
                _wake(waiter)

    def state(self) -> tuple[float | None, float | None]:
        """Return the units left of the scarcest quota of requests and the seconds until it resets, None without one."""
        now = self._now()
        scarcest: Quota | None = None
        for quota in self.quotas.values():
            quota.roll(now)
            if quota.unit == "requests" and (scarcest is None or quota.remaining < scarcest.remaining):
                scarcest = quota
        if scarcest is None:
            return None, max(0.0, self._blocked_until - now) or None
        return max(0.0, scarcest.remaining), max(0.0, scarcest.reset_at - now, self._blocked_until - now)


# Statuses with which a service refuses a call for its rate or its load.
_REFUSED = frozenset({429, 503})


def _wake(waiter: _Waiter) -> None:
    if not waiter.future.done():
        waiter.future.set_result(None)
