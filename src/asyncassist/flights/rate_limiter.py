"""Adaptive rate limiter: a minimum interval, the provider's announced quota, and backoff after rejected calls."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from asyncassist._clock import monotonic
from asyncassist.errors import RateLimitedError

if TYPE_CHECKING:
    from asyncassist._types import Clock

# Factor on every interval: jitter of clocks and networks must not put one call too many into the provider's window.
_MARGIN = 1.03
# A call that woke late does not delay all later ones: they may catch up, but never closer than this share.
_MIN_GAP_RATIO = 0.9
_MIN_WAIT = 1e-4  # seconds; shorter waits are below the resolution of an epoch clock and would loop
# Seconds. Without a configured interval, the first rejection sets this one, and each further burst doubles it.
_ADAPTIVE_INITIAL = 0.1
_ADAPTIVE_MAX = 2.0
_DECAY = 0.9
_DECAY_EVERY = 20
_MAX_HOLD = 86_400.0  # a day: the longest window of a quota; a longer hold would end a provider for good


class AdaptiveRateLimiter:
    """First-come, first-served rate limiter for the calls of one provider.

    Args:
        min_interval: Seconds between the starts of two calls; 0 for none until the provider rejects a call.
        clock: The clock that measures and sleeps.
    """

    def __init__(self, min_interval: float, clock: Clock) -> None:
        self._min_interval = min_interval
        self._adaptive_interval = 0.0
        self._successes = 0
        self._next_start = float("-inf")
        self._last_backoff = float("-inf")
        # Held while a caller sleeps, so that callers start in the order in which they arrived.
        self._lock = asyncio.Lock()
        self.set_clock(clock)

    def set_clock(self, clock: Clock) -> None:
        """Use another clock from now on; scheduled starts are dropped, since the two clocks cannot be compared."""
        self._clock = clock
        self._now = monotonic(clock)
        self._next_start = self._last_backoff = float("-inf")

    @property
    def interval(self) -> float:
        """Current seconds between the starts of two calls: the larger of the configured and the adaptive, plus 3 %."""
        return max(self._min_interval, self._adaptive_interval) * _MARGIN

    async def acquire(self, time_limit: float) -> float:
        """Wait until the next call may start.

        Args:
            time_limit: Seconds until the call's deadline.

        Returns:
            Monotonic start time of the call, to be passed to `on_rejected`.

        Raises:
            RateLimitedError: The call could not start before its deadline; raised without waiting.
        """
        if not self._min_interval and not self._adaptive_interval and self._next_start <= self._now():
            return self._now()
        end = self._now() + time_limit
        async with self._lock:
            # Checked again after each sleep: a rejection may have postponed the next start meanwhile.
            while (wait := self._next_start - self._now()) > _MIN_WAIT:
                if self._next_start > end:
                    raise RateLimitedError(
                        "the rate limit delays the call past its deadline", retry_after=wait, status=None
                    )
                await self._clock.sleep(wait)
            start = self._now()
            # A plan older than one interval means the provider was idle: no burst to make up for it.
            planned = self._next_start if self._next_start > start - self.interval else start
            self._next_start = max(planned + self.interval, start + _MIN_GAP_RATIO * self.interval)
            return start

    def on_rejected(self, start: float, retry_after: float | None) -> None:
        """Back off after a rejection with 429: hold all calls until Retry-After, and widen an adaptive interval.

        A configured interval stays as it is.

        Args:
            start: Monotonic start time of the call, as `acquire` returned it.
            retry_after: Seconds of the response's Retry-After, None without one; a day at most counts.
        """
        now = self._now()
        if retry_after is not None:
            self._next_start = max(self._next_start, now + min(retry_after, _MAX_HOLD))
        self._successes = 0
        # Calls that started before the last backoff belong to the same burst and must not widen the interval again.
        if start > self._last_backoff:
            self._last_backoff = now
            if self._min_interval == 0 or self._adaptive_interval:
                self._adaptive_interval = min(_ADAPTIVE_MAX, max(_ADAPTIVE_INITIAL, self._adaptive_interval * 2))

    def on_success(self) -> None:
        """Count a call that was not rejected; every 20th shrinks the adaptive interval by a tenth."""
        if self._adaptive_interval:
            self._successes += 1
            if self._successes % _DECAY_EVERY == 0:
                self._adaptive_interval = (
                    self._adaptive_interval * _DECAY if self._adaptive_interval > _ADAPTIVE_INITIAL / 10 else 0.0
                )

    def on_quota(self, remaining: int, reset: float) -> None:
        """Apply the quota that the provider announced; with none left, the next call waits for the reset.

        Args:
            remaining: Calls left in the current window.
            reset: Seconds until the quota is reset; a day at most counts.
        """
        if remaining <= 0:
            self._next_start = max(self._next_start, self._now() + min(reset, _MAX_HOLD))
