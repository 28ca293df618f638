"""The adaptive rate limiter: intervals, rejections and quotas."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from asyncassist.errors import RateLimitedError
from asyncassist.flights.rate_limiter import AdaptiveRateLimiter
from asyncassist.testing import FakeClock


async def test_calls_keep_the_minimum_interval(clock):
    """Eleven concurrent calls at intervals of a tenth of a second start within a second, in order."""
    limiter = AdaptiveRateLimiter(0.1, clock)
    begun = clock()

    starts = await asyncio.gather(*(limiter.acquire(60.0) for _ in range(11)))

    assert starts == sorted(starts)
    assert all(later - earlier >= 0.1 for earlier, later in itertools.pairwise(starts))
    assert 1.0 <= clock() - begun <= 1.1


async def test_late_wakeups_do_not_delay_later_calls():
    """Each sleep lasts a little too long: the average rate holds, and no two calls come too close."""

    class OversleepingClock(FakeClock):
        async def sleep(self, seconds, /):
            await super().sleep(seconds + 0.012)

    late_clock = OversleepingClock()
    limiter = AdaptiveRateLimiter(0.1, late_clock)
    starts = [await limiter.acquire(60.0) for _ in range(101)]

    assert starts[-1] - starts[0] <= 10.5
    assert all(later - earlier >= 0.09 for earlier, later in itertools.pairwise(starts))
    assert all(later - earlier >= 1.0 for earlier, later in zip(starts, starts[10:], strict=False))


async def test_without_an_interval_calls_start_immediately(clock):
    """No interval configured and none adapted: no call waits."""
    limiter = AdaptiveRateLimiter(0.0, clock)
    begun = clock()

    await asyncio.gather(*(limiter.acquire(1.0) for _ in range(50)))

    assert clock() == begun


async def test_retry_after_holds_every_call(clock):
    """No call starts before Retry-After has passed; one whose deadline is earlier raises immediately."""
    limiter = AdaptiveRateLimiter(0.0, clock)
    start = await limiter.acquire(1.0)
    limiter.on_rejected(start, 5.0)
    begun = clock()

    with pytest.raises(RateLimitedError) as caught:
        await limiter.acquire(1.0)
    await limiter.acquire(60.0)

    assert caught.value.retry_after == pytest.approx(5.0)
    assert clock() - begun == pytest.approx(5.0, abs=0.01)


async def test_the_adaptive_interval_grows_on_rejections_and_decays(clock):
    """A burst of rejections widens the interval once; successful calls shrink it to zero."""
    limiter = AdaptiveRateLimiter(0.0, clock)
    starts = [await limiter.acquire(1.0) for _ in range(5)]
    clock.advance(0.01)
    for start in starts:
        limiter.on_rejected(start, None)
    assert limiter.interval == pytest.approx(0.103)
    clock.advance(0.1)
    later = await limiter.acquire(1.0)
    clock.advance(0.2)
    limiter.on_rejected(later, None)
    assert limiter.interval == pytest.approx(0.206)
    for _ in range(1000):
        limiter.on_success()
    assert limiter.interval == 0.0


async def test_no_announcement_holds_calls_for_more_than_a_day(clock):
    """An absurd Retry-After or reset does not end the provider for good."""
    limiter = AdaptiveRateLimiter(0.0, clock)
    limiter.on_rejected(await limiter.acquire(1.0), 1e300)
    limiter.on_quota(0, 9e7)

    with pytest.raises(RateLimitedError) as caught:
        await limiter.acquire(1.0)

    assert caught.value.retry_after == pytest.approx(86_400.0)


async def test_an_exhausted_quota_is_waited_for(clock):
    """With no calls left, the next one waits for the announced reset."""
    limiter = AdaptiveRateLimiter(0.0, clock)
    begun = clock()
    limiter.on_quota(1, 30.0)
    await limiter.acquire(1.0)
    assert clock() == begun
    limiter.on_quota(0, 3.0)
    await limiter.acquire(60.0)
    assert clock() - begun == pytest.approx(3.0, abs=0.01)


async def test_a_configured_interval_is_not_adapted(clock):
    """A rejection delays the next call but leaves `min_interval` unchanged."""
    limiter = AdaptiveRateLimiter(0.1, clock)
    start = await limiter.acquire(1.0)
    limiter.on_rejected(start, 1.0)

    assert limiter.interval == pytest.approx(0.103)


async def test_set_clock_replaces_the_clock():
    """Intervals are measured and slept by the new clock."""
    limiter = AdaptiveRateLimiter(10.0, FakeClock())
    other = FakeClock()
    limiter.set_clock(other)
    await limiter.acquire(60.0)
    await limiter.acquire(60.0)

    assert other() - FakeClock()() >= 10.0
