"""How fast a provider is asked: a minimum spacing, the bucket it announces, and what it says when it is too fast."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from asyncassist._clock import monotonic
from asyncassist.errors import RateLimitedError

if TYPE_CHECKING:
    from asyncassist._types import Clock

# Clocks and networks jitter: a little more than asked for keeps n calls out of a window of n - 1.
_MARGIN = 1.03
# A call that woke late does not make all later ones late too, as long as they are not closer than this.
_CLOSEST = 0.9
_TICK = 1e-4  # shorter than this is no wait: seconds since the epoch cannot tell it
# After a refusal without an announced limit: this spacing first, doubled with every further burst of refusals.
_LEARNED = 0.1
_LEARNED_MOST = 2.0
_RELAX = 0.9
_RELAX_AFTER = 20


class Pacer:
    """The pace of the calls of one provider, in the order they came.

    Args:
        min_interval: Seconds between the starts of two calls, 0 for no spacing.
        clock: Sleeps between them.
    """

    def __init__(self, min_interval: float, clock: Clock) -> None:
        self._least = min_interval
        self._learned = 0.0
        self._passed = 0
        self._next = float("-inf")
        self._lesson = float("-inf")
        self._line = asyncio.Lock()
        self.use(clock)

    def use(self, clock: Clock) -> None:
        """Pace by another clock from now on."""
        self._clock = clock
        self._now = monotonic(clock)
        self._next = self._lesson = float("-inf")

    @property
    def interval(self) -> float:
        """Seconds between the starts of two calls now."""
        return max(self._least, self._learned) * _MARGIN

    async def turn(self, left: float) -> float:
        """Wait for the turn of a call.

        Args:
            left: Seconds until the call's deadline.

        Returns:
            When it starts, for `refused`.

        Raises:
            RateLimitedError: Its turn comes after the deadline.
        """
        if not self._least and not self._learned and self._next <= self._now():
            return self._now()
        end = self._now() + left
        async with self._line:
            # again after each sleep: a refusal may have moved the next turn meanwhile
            while (wait := self._next - self._now()) > _TICK:
                if self._next > end:
                    raise RateLimitedError("the turn comes after the deadline", retry_after=wait, status=None)
                await self._clock.sleep(wait)
            start = self._now()
            planned = self._next if self._next > start - self.interval else start  # else the line was idle
            self._next = max(planned + self.interval, start + _CLOSEST * self.interval)
            return start

    def refused(self, start: float, retry_after: float | None) -> None:
        """A call was refused for being too many: nobody is sent before the time it said, and then more slowly.

        Args:
            start: When the call started.
            retry_after: Seconds it said, None when it did not.
        """
        now = self._now()
        if retry_after is not None:
            self._next = max(self._next, now + retry_after)
        self._passed = 0
        # Calls that started before the last lesson were sent without having heard it.
        if start > self._lesson:
            self._lesson = now
            if self._least == 0 or self._learned:
                self._learned = min(_LEARNED_MOST, max(_LEARNED, self._learned * 2))

    def passed(self) -> None:
        """A call was let through: what was learned is slowly forgotten."""
        if self._learned:
            self._passed += 1
            if self._passed % _RELAX_AFTER == 0:
                self._learned = self._learned * _RELAX if self._learned > _LEARNED / 10 else 0.0

    def bucket(self, remaining: int, reset: float) -> None:
        """The provider announced how many calls are left until its bucket is filled again.

        Args:
            remaining: Calls left.
            reset: Seconds until it is filled.
        """
        if remaining <= 0:
            self._next = max(self._next, self._now() + reset)
