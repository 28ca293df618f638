"""Time as a thing passed in: the wall clock for dates, a steady count for ages."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from typing import TYPE_CHECKING

from asyncassist._types import Clock

if TYPE_CHECKING:
    from collections.abc import Callable


class SystemClock:
    """The clock of the machine."""

    def __call__(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    async def sleep(self, seconds: float, /) -> None:
        """Sleep in real time."""
        await asyncio.sleep(seconds)

    def __repr__(self) -> str:
        return "SYSTEM_CLOCK"


SYSTEM_CLOCK = SystemClock()


class _FunctionClock:
    """A plain function as a clock; it sleeps in real time."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now

    def __call__(self) -> float:
        return self._now()

    async def sleep(self, seconds: float, /) -> None:
        await asyncio.sleep(seconds)


def as_clock(now: Clock | Callable[[], float]) -> Clock:
    """The clock itself, or a plain function made one."""
    return now if isinstance(now, Clock) else _FunctionClock(now)


def monotonic(clock: Clock) -> Callable[[], float]:
    """A count of seconds that never goes back, for ages and expiry.

    The machine's monotonic clock for the system clock; for any other, the sum of its steps forward, so that a jump
    back of the wall clock makes nothing young again.
    """
    if clock is SYSTEM_CLOCK:
        return time.monotonic

    last = clock()
    total = 0.0

    def elapsed() -> float:
        nonlocal last, total
        now = clock()
        if now > last:
            total += now - last
        last = now
        return total

    return elapsed


def utc_now(clock: Clock) -> dt.datetime:
    """The clock's time as an aware datetime in UTC."""
    return dt.datetime.fromtimestamp(clock(), dt.UTC)
