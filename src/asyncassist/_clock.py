"""Clocks to inject: wall-clock time for dates, monotonic time for ages and expiry."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from typing import TYPE_CHECKING

from asyncassist._types import Clock
from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable


class SystemClock:
    """The system's wall clock."""

    def __call__(self) -> float:
        """Return the seconds since the epoch."""
        return time.time()

    async def sleep(self, seconds: float, /) -> None:
        """Sleep in real time."""
        await asyncio.sleep(seconds)

    def __repr__(self) -> str:
        return "SYSTEM_CLOCK"


SYSTEM_CLOCK = SystemClock()


class _FunctionClock:
    """Clock from a plain function; sleeps in real time."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now

    def __call__(self) -> float:
        return self._now()

    async def sleep(self, seconds: float, /) -> None:
        await asyncio.sleep(seconds)


def as_clock(now: Clock | Callable[[], float]) -> Clock:
    """Return a clock unchanged, or wrap a function that returns seconds since the epoch.

    Raises:
        ConfigurationError: The argument is neither.
    """
    if not callable(now):
        raise ConfigurationError("now", "must be a clock, or a function that returns seconds")
    return now if isinstance(now, Clock) else _FunctionClock(now)


def monotonic(clock: Clock) -> Callable[[], float]:
    """Return a function that gives monotonic seconds of the clock, for ages and expiry.

    For `SYSTEM_CLOCK` it is `time.monotonic`. For any other clock it adds up the steps forward, so that a wall clock
    set back does not make expired entries fresh again.
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
    """Return the clock's time as an aware datetime in UTC."""
    return dt.datetime.fromtimestamp(clock(), dt.UTC)
