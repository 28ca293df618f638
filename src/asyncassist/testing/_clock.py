"""A clock that tests move by hand."""

from __future__ import annotations

import asyncio
import heapq
import itertools


class FakeClock:
    """A clock for tests: it stands still until somebody advances it or sleeps by it.

    Sleeping costs no real time: as soon as nothing else is ready to run, the clock jumps to the earliest sleeper.

    Args:
        start: Seconds since the epoch at which it stands.
        auto: Whether sleepers move the clock; without it they wait for `advance`.
    """

    def __init__(self, start: float = 1_767_225_600.0, *, auto: bool = True) -> None:
        self._now = float(start)
        self._auto = auto
        self._sequence = itertools.count()
        self._sleepers: list[tuple[float, int]] = []

    def __call__(self) -> float:
        """Seconds since the epoch."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move it forward, or back with a negative number: the wall clock may jump."""
        self._now += seconds

    async def sleep(self, seconds: float, /) -> None:
        """Return when the clock has moved so far."""
        sleeper = (self._now + max(0.0, seconds), next(self._sequence))
        heapq.heappush(self._sleepers, sleeper)
        try:
            await asyncio.sleep(0)
            while self._now < sleeper[0]:
                if self._auto and self._sleepers[0] == sleeper:
                    self._now = sleeper[0]
                else:
                    # With auto off somebody else advances: look again soon, without spinning.
                    await asyncio.sleep(0 if self._auto else 0.001)
        finally:
            self._sleepers.remove(sleeper)
            heapq.heapify(self._sleepers)
