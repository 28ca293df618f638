"""How fast a provider is asked."""

from __future__ import annotations

import asyncio
import itertools
from types import SimpleNamespace

import pytest

from asyncassist.errors import RateLimitedError
from asyncassist.flights.provider_client import ProviderClient, RetryRules
from asyncassist.flights.rate_limiter import AdaptiveRateLimiter
from asyncassist.testing import FakeClock


async def test_calls_are_spaced(clock):
    """Ten at once with a tenth of a second between them start over a second, in order."""
    pacer = AdaptiveRateLimiter(0.1, clock)
    begun = clock()

    starts = await asyncio.gather(*(pacer.acquire(60.0) for _ in range(11)))

    assert starts == sorted(starts)
    assert all(later - earlier >= 0.1 for earlier, later in itertools.pairwise(starts))
    assert 1.0 <= clock() - begun <= 1.1


async def test_who_wakes_late_does_not_delay_the_rest():
    """Each sleep takes a little longer than asked: the pace holds all the same, and nobody comes too close."""

    class Sleepy(FakeClock):
        async def sleep(self, seconds, /):
            await super().sleep(seconds + 0.012)

    slow = Sleepy()
    pacer = AdaptiveRateLimiter(0.1, slow)
    starts = [await pacer.acquire(60.0) for _ in range(101)]

    assert starts[-1] - starts[0] <= 10.5
    assert all(later - earlier >= 0.09 for earlier, later in itertools.pairwise(starts))
    assert all(later - earlier >= 1.0 for earlier, later in zip(starts, starts[10:], strict=False))


async def test_without_spacing_nobody_waits(clock):
    """Nothing asked, nothing learned."""
    pacer = AdaptiveRateLimiter(0.0, clock)
    begun = clock()

    await asyncio.gather(*(pacer.acquire(1.0) for _ in range(50)))

    assert clock() == begun


async def test_nobody_is_sent_before_the_time_that_was_said(clock):
    """Retry-After holds for every caller; who cannot wait is told so."""
    pacer = AdaptiveRateLimiter(0.0, clock)
    start = await pacer.acquire(1.0)
    pacer.on_rejected(start, 5.0)
    begun = clock()

    with pytest.raises(RateLimitedError) as caught:
        await pacer.acquire(1.0)
    await pacer.acquire(60.0)

    assert caught.value.retry_after == pytest.approx(5.0)
    assert clock() - begun == pytest.approx(5.0, abs=0.01)


async def test_a_spacing_is_learned_from_refusals_and_forgotten(clock):
    """A burst of refusals teaches once; what goes through makes it forget."""
    pacer = AdaptiveRateLimiter(0.0, clock)
    starts = [await pacer.acquire(1.0) for _ in range(5)]
    clock.advance(0.01)
    for start in starts:
        pacer.on_rejected(start, None)
    assert pacer.interval == pytest.approx(0.103)
    clock.advance(0.1)
    later = await pacer.acquire(1.0)
    clock.advance(0.2)
    pacer.on_rejected(later, None)
    assert pacer.interval == pytest.approx(0.206)
    for _ in range(1000):
        pacer.on_success()
    assert pacer.interval == 0.0


async def test_an_announced_bucket_is_not_overdrawn(clock):
    """No calls left: the next waits until it is filled."""
    pacer = AdaptiveRateLimiter(0.0, clock)
    begun = clock()
    pacer.on_quota(1, 30.0)
    await pacer.acquire(1.0)
    assert clock() == begun
    pacer.on_quota(0, 3.0)
    await pacer.acquire(60.0)
    assert clock() - begun == pytest.approx(3.0, abs=0.01)


async def test_a_spacing_that_was_asked_for_is_not_learned_over(clock):
    """`min_interval` stands: a refusal only makes everybody wait."""
    pacer = AdaptiveRateLimiter(0.1, clock)
    start = await pacer.acquire(1.0)
    pacer.on_rejected(start, 1.0)

    assert pacer.interval == pytest.approx(0.103)


async def test_another_clock():
    """Under a client the client's clock counts."""
    pacer = AdaptiveRateLimiter(10.0, FakeClock())
    other = FakeClock()
    pacer.set_clock(other)
    await pacer.acquire(60.0)
    await pacer.acquire(60.0)

    assert other() - FakeClock()() >= 10.0


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        ("30", 30.0),
        ("1767225630", 30.0),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0),
        ("2026-01-01T00:00:30Z", 30.0),
        ("2026-01-01T00:00:30", None),
        ("soon", None),
        (None, None),
    ],
)
async def test_a_bucket_is_announced_in_many_ways(reset, seconds):
    """Seconds, seconds since the epoch, dates of HTTP and of ISO 8601; nonsense is nothing."""
    clock = FakeClock(1_767_225_600.0)
    line = ProviderClient(
        "x", retry_rules=RetryRules(frozenset()), retry=None, min_interval=0.0, secrets=(), clock=clock
    )
    headers = {} if reset is None else {"ratelimit-reset": reset}

    assert line._quota_reset(SimpleNamespace(headers=headers)) == seconds
