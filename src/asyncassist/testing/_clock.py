"""FakeClock: a clock under the control of the test."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools


class FakeClock:
    """Clock for tests; its time changes only by `advance` and by sleeping.

    Sleeping takes no real time: as soon as no other task is ready to run, the clock jumps to the earliest wake-up time.

    Args:
        start: Initial time in seconds since the epoch.
        auto: Whether sleeping advances the clock; if False, sleepers wait for `advance`.
    """

    def __init__(self, start: float = 1_767_225_600.0, *, auto: bool = True) -> None:
        self._now = float(start)
        self._auto = auto
        self._sequence = itertools.count()
        self._sleepers: list[tuple[float, int]] = []
        self._waiting: dict[tuple[float, int], asyncio.Future[None]] = {}

    def __call__(self) -> float:
        """Return the current time in seconds since the epoch."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Advance the clock.

        Args:
            seconds: Seconds to add; a negative number sets the clock back, as wall clocks may jump.
        """
        self._now += seconds
        for sleeper, woken in list(self._waiting.items()):
            if sleeper[0] <= self._now:
                # The clock may be advanced in another thread than that of the sleeper.
                with contextlib.suppress(RuntimeError):  # its loop is closed
                    woken.get_loop().call_soon_threadsafe(_wake, woken)

    async def sleep(self, seconds: float, /) -> None:
        """Sleep until the clock has advanced by so many seconds.

        Args:
            seconds: Seconds by this clock; 0 or less yields to the event loop once.
        """
        sleeper = (self._now + max(0.0, seconds), next(self._sequence))
        heapq.heappush(self._sleepers, sleeper)
        try:
            await asyncio.sleep(0)
            while self._now < sleeper[0]:
                if not self._auto:
                    self._waiting[sleeper] = woken = asyncio.get_running_loop().create_future()
                    if self._now < sleeper[0]:  # not advanced meanwhile by another thread
                        await woken
                elif self._sleepers[0] == sleeper:
                    self._now = sleeper[0]
                else:
                    await asyncio.sleep(0)
        finally:
            self._waiting.pop(sleeper, None)
            self._sleepers.remove(sleeper)
            heapq.heapify(self._sleepers)


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)
