"""Quotas of one service: units left, by what the service announced and what was sent since; pure bookkeeping."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Self

import msgspec

from asyncassist._quota_headers import MAX_RESET, QuotaNotice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_MAX_QUOTAS = 64
# Seconds by which an announced reset may be early, as many services round it down to whole seconds.
_RESET_ROUNDING = 1.0
# Part of a unit that is as good as there: sums of fractions may stay below a whole by as much as no sleep can mend.
_UNIT_ROUNDING = 1e-6
# Calls that come within so many seconds come at once: workers look at the state no more often.
AT_ONCE = 0.05
# Share of its wait by which the call that came first may be overtaken by those of other workers.
_TURN_TOLERANCE = 0.02
# A quota is ample while more than this share of its units is left.
_AMPLE_SHARE = 0.25
# Window of a quota that announces neither its window nor a reset: a minute, the most common one.
_DEFAULT_WINDOW = 60.0


class Quota(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Units of one quota that are left, by what the service announced and what was sent since.

    The order of the attributes is the wire format between workers.

    Attributes:
        name: Name of the quota.
        partition: Key of the part of the quota that is counted here, None for an undivided quota.
        unit: What is counted: "requests" or "tokens".
        limit: Units in each window.
        remaining: Units left in this window.
        reset_at: End of this window, in monotonic seconds.
        updated_at: When the units that come back were added last, in monotonic seconds.
        window: Length of a window in seconds.
        refill_rate: Units that come back in each second; 0 for a quota whose units come back all at once.
        callers: Callers whose requests count in it, None for all.
        margin: Seconds by which the service announces its resets too early.
        probe_until: Until when one request that was sent at the reset decides for the others, None if there is none.
        sent: Units sent since the start of this window.
        is_assumed: Whether the end of this window is assumed, so that the next notice decides.
        started_at: When this window started, in monotonic seconds.
    """

    name: str
    partition: str | None
    unit: str
    limit: float
    remaining: float
    reset_at: float
    updated_at: float
    window: float = _DEFAULT_WINDOW
    refill_rate: float = 0.0
    callers: set[str | None] | None = None
    margin: float = 0.0
    probe_until: float | None = None
    sent: float = 0.0
    is_assumed: bool = False
    started_at: float = 0.0

    @classmethod
    def announced(cls, notice: QuotaNotice, now: float) -> Self:
        """Create the quota that a first notice announces, received at `now`."""
        remaining = notice.remaining or 0.0
        quota = cls(
            name=notice.name,
            partition=notice.partition,
            unit=notice.unit,
            limit=max(1.0, remaining),
            remaining=remaining,
            reset_at=now + (_DEFAULT_WINDOW if notice.reset is None else notice.reset),
            updated_at=now,
            callers=None if notice.partition is None else set(),
            started_at=now,
        )
        quota._learn(notice, now)
        return quota

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
        self.updated_at = now

    def roll(self, now: float) -> None:
        """Add the units that have come back by `now`."""
        if self.refill_rate:
            self.remaining = min(self.limit, self.remaining + (now - self.updated_at) * self.refill_rate)
            self.updated_at = now
        elif now >= self.reset_at:
            # At the announced reset one request goes first: the service's clock decides, and so does the rounding.
            probes = now < self.reset_at + _RESET_ROUNDING and self.limit > 1
            self.remaining = self.limit
            self.reset_at = now + self.window
            self.sent, self.started_at = 0.0, now
            self.probe_until = now + _RESET_ROUNDING if probes else None
            self.is_assumed = not probes

    def delay(self, units: float, now: float) -> float:
        """Return the seconds until so many units may be sent, all before them included; 0 for now."""
        if units <= self.remaining and now < self.reset_at and self.probe_until is None:
            return 0.0
        if self.refill_rate or now >= self.reset_at:
            self.roll(now)
        missing = units - self.remaining
        if missing <= _UNIT_ROUNDING:
            probing = self.probe_until is not None and self.sent and now < self.probe_until
            return self.probe_until - now if probing and self.probe_until is not None else 0.0
        if self.refill_rate:
            return missing / self.refill_rate
        return self.reset_at - now + (math.ceil(min(missing, 1e9) / self.limit) - 1) * self.window

    def service_time(self, units: float) -> float:
        """Return the seconds in which so many units come back."""
        return units / self.refill_rate if self.refill_rate else units / self.limit * self.window

    def observe(self, notice: QuotaNotice, now: float, *, refused: bool, alone: bool, elapsed: float) -> None:
        """Take over the state of the quota as a response announces it.

        Args:
            notice: The quota as announced.
            now: Receipt in monotonic seconds.
            refused: Whether the request was refused because of a quota.
            alone: Whether no other response is outstanding.
            elapsed: Seconds from sending to receipt, in which units may have come back.
        """
        assert notice.remaining is not None
        if self.refill_rate or now >= self.reset_at:
            self.roll(now)
        if self.probe_until is not None and now - elapsed < self.started_at:
            return  # it was sent in the window before, and decides nothing about this one
        if refused and self.probe_until is not None:
            self.margin = _RESET_ROUNDING
        if notice.refills or notice.limit != self.limit or notice.window != self.window:
            self._learn(notice, now)
        remaining = 0.0 if refused and notice.remaining < 1 else notice.remaining
        if self.refill_rate or notice.reset is None:
            # The service counted when the request arrived, at the earliest when it was sent.
            bound = remaining if refused else remaining + elapsed * self.refill_rate
            self.remaining = remaining if alone else min(self.remaining, bound)
            return
        reset_at = now + notice.reset + self.margin
        if self.is_assumed and reset_at > now:
            self.remaining = min(remaining, self.limit - self.sent)
            self.reset_at, self.is_assumed = reset_at, False
        elif self.probe_until is not None and (reset_at > now + self.window / 2 or (notice.reset and not refused)):
            # The window that the probe opened, or found open if it was late. What was sent in it may not be counted in
            # `remaining` yet.
            self.remaining = min(remaining, self.limit - self.sent)
            self.reset_at, self.probe_until = reset_at, None
        elif self.probe_until is not None and refused:
            self.remaining, self.reset_at, self.probe_until = 0.0, reset_at, None
        elif reset_at > self.reset_at + self.window / 2:
            self.remaining, self.reset_at = remaining, reset_at
        elif reset_at > self.reset_at - self.window / 2:
            # All resets of one window mean the same moment: rounded up the earliest is the nearest, down the latest.
            self.reset_at = max(self.reset_at, reset_at) if self.margin else min(self.reset_at, reset_at)
            # Alone only a response with nothing in flight may say that there is more than what is counted here.
            self.remaining = remaining if alone else min(self.remaining, remaining)

    def settle(self) -> None:
        """End the probe after a response without a notice of this quota, or without a response."""
        self.probe_until = None

    def shift(self, seconds: float) -> None:
        """Move all times, to those of another clock."""
        self.reset_at += seconds
        self.updated_at += seconds
        self.started_at += seconds
        if self.probe_until is not None:
            self.probe_until += seconds


class WaitingCalls(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    """Calls of one worker that wait.

    Attributes:
        first_at: When the first one came, in monotonic seconds.
        position: Calls of this worker that came together with the first one and went before it.
        units: Units of all of them by kind.
        valid_until: Until when this counts, in monotonic seconds: the worker renews it while calls wait.
    """

    first_at: float
    position: int
    units: dict[str, float]
    valid_until: float

    def shifted(self, seconds: float) -> WaitingCalls:
        """Return the same by another clock."""
        return WaitingCalls(self.first_at + seconds, self.position, self.units, self.valid_until + seconds)


class _StateRecord(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """State as encoded for other workers."""

    blocked_until: float
    quotas: list[Quota]
    queues: dict[str, WaitingCalls] = {}


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_StateRecord)


class QuotaState:
    """All quotas of one service, and how long it asked to wait.

    Attributes:
        blocked_until: Until when nothing may be sent (Retry-After), in monotonic seconds; 0 for no such time.
        quotas: Quotas by name and partition.
        queues: Calls that wait, by worker.
    """

    __slots__ = ("blocked_until", "queues", "quotas")

    def __init__(self) -> None:
        self.blocked_until = 0.0
        self.quotas: dict[tuple[str, str | None], Quota] = {}
        self.queues: dict[str, WaitingCalls] = {}

    @property
    def is_limited(self) -> bool:
        """Return whether the service has announced a quota or a time to wait."""
        return self.blocked_until > 0.0 or bool(self.quotas)

    def is_ample(self, now: float) -> bool:
        """Return whether far more is left of each quota than the next few calls need, and no window is at its end."""
        for quota in self.quotas.values():
            if (
                quota.remaining <= _AMPLE_SHARE * quota.limit
                or (now >= quota.reset_at and not quota.refill_rate)
                or quota.probe_until is not None
                or quota.is_assumed
                or quota.callers is not None
            ):
                return False
        return bool(self.quotas) and not self.blocked_until

    def quotas_of(self, caller: str | None) -> Iterator[Quota]:
        """Return the quotas in which the requests of a caller count."""
        for quota in self.quotas.values():
            if quota.callers is None or caller in quota.callers:
                yield quota

    def delay(self, caller: str | None, cost: Mapping[str, float], now: float) -> float:
        """Return the seconds until a call may be sent, 0 for now."""
        delay = max(0.0, self.blocked_until - now)
        for quota in self.quotas.values():
            units = cost.get(quota.unit)
            if units and (quota.callers is None or caller in quota.callers):
                wait = quota.delay(units, now)
                if wait > 0.0:
                    # More than the limit is never left: such a call waits for all of it.
                    delay = max(delay, wait if units <= quota.limit else quota.delay(quota.limit, now))
        return delay

    def take(self, caller: str | None, cost: Mapping[str, float]) -> None:
        """Count the units of a call as sent."""
        for quota in self.quotas.values():
            if quota.callers is None or caller in quota.callers:
                units = cost.get(quota.unit, 0.0)
                quota.remaining -= units
                quota.sent += units

    def give_back(self, caller: str | None, cost: Mapping[str, float]) -> None:
        """Give back the units of a call that was not sent after all."""
        self.take(caller, {unit: -units for unit, units in cost.items()})
        for quota in self.quotas_of(caller):
            quota.settle()

    def is_news(self, notices: Sequence[QuotaNotice]) -> bool:
        """Return whether these notices say more than how many units are left: a new quota, or a new window."""
        opens_window = any(quota.probe_until is not None for quota in self.quotas.values())
        return opens_window or any((notice.name, notice.partition) not in self.quotas for notice in notices)

    def observe(
        self,
        notices: Sequence[QuotaNotice],
        wait: float | None,
        now: float,
        *,
        refused: bool,
        caller: str | None,
        in_flight: int,
        alone: bool = True,
        elapsed: float = 0.0,
    ) -> None:
        """Take over what a response announces.

        Args:
            notices: The quotas as announced.
            wait: Seconds in which nothing may be sent, None if the response says nothing of that.
            now: Receipt in monotonic seconds.
            refused: Whether the request was refused because of a quota.
            caller: Caller of the request.
            in_flight: Requests of this process whose responses are outstanding.
            alone: Whether no other process sends requests.
            elapsed: Seconds from sending the request to receipt.
        """
        alone = alone and in_flight == 0
        for notice in notices:
            key = (notice.name, notice.partition)
            quota = self.quotas.get(key)
            if quota is not None:
                quota.observe(notice, now, refused=refused, alone=alone, elapsed=elapsed)
            else:
                quota = self._add(notice, now, in_flight)
            if quota.callers is not None and len(quota.callers) < _MAX_QUOTAS:
                quota.callers.add(caller)
        if not notices:
            for quota in self.quotas_of(caller):
                quota.settle()
        if wait is not None:
            self.blocked_until = max(self.blocked_until, now + min(wait, MAX_RESET))
        elif self.blocked_until <= now:
            self.blocked_until = 0.0

    def _add(self, notice: QuotaNotice, now: float, in_flight: int) -> Quota:
        """Add a quota that was not known, in the place of the oldest one if there are too many."""
        while len(self.quotas) >= _MAX_QUOTAS:
            del self.quotas[next(iter(self.quotas))]
        quota = self.quotas[notice.name, notice.partition] = Quota.announced(notice, now)
        if quota.unit == "requests":
            # What is in flight was not counted here, and may not be counted by the service yet.
            quota.remaining -= in_flight
            quota.sent += in_flight
        return quota

    def is_turn(self, worker: str, first_at: float, position: int, seconds: float, now: float) -> bool:
        """Return whether it is a waiting call's turn: no other worker has one that came clearly before it.

        Calls of a worker that came at once count as if they had come as fast as the quota serves all workers, so that
        the bursts of several workers are served in turns. With partitions each worker has its own order: the first
        call of another one may wait for a quota that is not this call's.

        Args:
            worker: Worker of the call.
            first_at: When the call came, in monotonic seconds.
            position: Calls of the worker that came together with it and before it.
            seconds: Seconds in which the quota serves one such call.
            now: Monotonic time.
        """
        others = [queue for other, queue in self.queues.items() if other != worker and queue.valid_until > now]
        if not others or any(quota.callers is not None for quota in self.quotas.values()):
            return True
        seconds /= len(others) + 1
        earliest = min(queue.first_at + queue.position * seconds for queue in others)
        tolerance = AT_ONCE + _TURN_TOLERANCE * max(0.0, now - earliest)
        return first_at + position * seconds <= earliest + tolerance

    def units_waiting(self, worker: str, unit: str, now: float) -> float:
        """Return the units for which calls of other workers wait."""
        return sum(
            queue.units.get(unit, 0.0)
            for other, queue in self.queues.items()
            if other != worker and queue.valid_until > now
        )

    def share(self, caller: str | None, cost: Mapping[str, float]) -> float:
        """Return the largest share of a quota's limit that a call uses."""
        return max((cost.get(quota.unit, 0.0) / quota.limit for quota in self.quotas_of(caller)), default=1.0)

    def service_time(self, caller: str | None, cost: Mapping[str, float]) -> float:
        """Return the seconds in which the slowest quota serves one call."""
        return max((quota.service_time(cost.get(quota.unit, 0.0)) for quota in self.quotas_of(caller)), default=0.0)

    def copy(self) -> QuotaState:
        """Return an independent copy."""
        other = QuotaState()
        other.blocked_until = self.blocked_until
        other.queues = self.queues.copy()
        other.quotas = {key: copy.copy(quota) for key, quota in self.quotas.items()}
        for quota in other.quotas.values():
            quota.callers = None if quota.callers is None else set(quota.callers)
        return other

    def encode(self, offset: float) -> str:
        """Encode the state for other workers.

        Args:
            offset: Seconds to add to all times, so that they are those of the common clock.
        """
        other = self.copy()
        for quota in other.quotas.values():
            quota.shift(offset)
        blocked_until = other.blocked_until and other.blocked_until + offset
        queues = {worker: queue.shifted(offset) for worker, queue in self.queues.items()}
        return _encoder.encode(_StateRecord(blocked_until, list(other.quotas.values()), queues)).decode()

    @staticmethod
    def decode(data: str, offset: float, now: float) -> QuotaState:
        """Decode the state that another worker encoded; without quotas if it is of another version.

        Args:
            data: Encoded state.
            offset: Seconds to subtract from all times.
            now: Monotonic time.
        """
        state = QuotaState()
        try:
            record = _decoder.decode(data)
        except msgspec.DecodeError:
            return state
        state.blocked_until = record.blocked_until and record.blocked_until - offset
        queues = {worker: queue.shifted(-offset) for worker, queue in record.queues.items()}
        state.queues = {worker: queue for worker, queue in queues.items() if queue.valid_until > now}
        for quota in record.quotas:
            quota.shift(-offset)
            if quota.reset_at > now + quota.window + _RESET_ROUNDING:  # the common clock was set back
                quota.reset_at, quota.is_assumed = now + quota.window, True
            state.quotas[quota.name, quota.partition] = quota
        return state


def scarcest_of(quotas: Sequence[Quota]) -> Quota | None:
    """Return the quota of requests with the fewest units left, None without one."""
    return min((quota for quota in quotas if quota.unit == "requests"), key=lambda one: one.remaining, default=None)
