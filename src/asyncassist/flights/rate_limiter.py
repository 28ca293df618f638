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
_MIN_GAP_RATIO = 0.9
_MIN_WAIT = 1e-4  # shorter than this is no wait: seconds since the epoch cannot tell it
# After a refusal without an announced limit: this spacing first, doubled with every further burst of refusals.
_ADAPTIVE_INITIAL = 0.1
_ADAPTIVE_MAX = 2.0
_DECAY = 0.9
_DECAY_EVERY = 20


class AdaptiveRateLimiter:
    """The pace of the calls of one provider, in the order they came.

    Args:
        min_interval: Seconds between the starts of two calls, 0 for no spacing.
        clock: Sleeps between them.
    """

    def __init__(self, min_interval: float, clock: Clock) -> None:
        self._min_interval = min_interval
        self._adaptive_interval = 0.0
        self._successes = 0
        self._next_start = float("-inf")
        self._last_backoff = float("-inf")
        self._lock = asyncio.Lock()
        self.set_clock(clock)

    def set_clock(self, clock: Clock) -> None:
        """Pace by another clock from now on."""
        self._clock = clock
        self._now = monotonic(clock)
        self._next_start = self._last_backoff = float("-inf")

    @property
    def interval(self) -> float:
        """Seconds between the starts of two calls now."""
        return max(self._min_interval, self._adaptive_interval) * _MARGIN

    async def acquire(self, time_limit: float) -> float:
        """Wait for the turn of a call.

        Args:
            time_limit: Seconds until the call's deadline.

        Returns:
            When it starts, for `refused`.

        Raises:
            RateLimitedError: Its turn comes after the deadline.
        """
        if not self._min_interval and not self._adaptive_interval and self._next_start <= self._now():
            return self._now()
        end = self._now() + time_limit
        async with self._lock:
            # again after each sleep: a refusal may have moved the next turn meanwhile
            while (wait := self._next_start - self._now()) > _MIN_WAIT:
                if self._next_start > end:
                    raise RateLimitedError("the turn comes after the deadline", retry_after=wait, status=None)
                await self._clock.sleep(wait)
            start = self._now()
            planned = self._next_start if self._next_start > start - self.interval else start  # else the line was idle
            self._next_start = max(planned + self.interval, start + _MIN_GAP_RATIO * self.interval)
            return start

    def on_rejected(self, start: float, retry_after: float | None) -> None:
        """A call was refused for being too many: nobody is sent before the time it said, and then more slowly.

        Args:
            start: When the call started.
            retry_after: Seconds it said, None when it did not.
        """
        now = self._now()
        if retry_after is not None:
            self._next_start = max(self._next_start, now + retry_after)
        self._successes = 0
        # Calls that started before the last lesson were sent without having heard it.
        if start > self._last_backoff:
            self._last_backoff = now
            if self._min_interval == 0 or self._adaptive_interval:
                self._adaptive_interval = min(_ADAPTIVE_MAX, max(_ADAPTIVE_INITIAL, self._adaptive_interval * 2))

    def on_success(self) -> None:
        """A call was let through: what was learned is slowly forgotten."""
        if self._adaptive_interval:
            self._successes += 1
            if self._successes % _DECAY_EVERY == 0:
                self._adaptive_interval = (
                    self._adaptive_interval * _DECAY if self._adaptive_interval > _ADAPTIVE_INITIAL / 10 else 0.0
                )

    def on_quota(self, remaining: int, reset: float) -> None:
        """The provider announced how many calls are left until its bucket is filled again.

        Args:
            remaining: Calls left.
            reset: Seconds until it is filled.
        """
        if remaining <= 0:
            self._next_start = max(self._next_start, self._now() + reset)
