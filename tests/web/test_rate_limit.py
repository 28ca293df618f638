"""Never more than so many in any window."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist._clock import monotonic
from asyncassist.errors import ClosedError
from asyncassist.testing import FakeClock
from asyncassist.web.rate_limit import MemorySlidingWindow, RateLimiter, RedisSlidingWindow

if TYPE_CHECKING:
    from tests.servers import Valkey


@given(st.integers(1, 5), st.lists(st.floats(0.0, 3.0), max_size=60))
def test_no_window_ever_holds_more(limit, pauses):
    """Whatever the rhythm: in any window of ten seconds, at most `limit` are let in, and never fewer than possible."""
    clock = FakeClock()
    now = monotonic(clock)
    limiter = MemorySlidingWindow(limit, 10.0, now=now)
    admitted: list[float] = []

    for pause in pauses:
        clock.advance(pause)
        verdict = limiter.hit("client")
        recent = [time for time in admitted if time > now() - 10.0]
        assert verdict.allowed == (len(recent) < limit)
        if verdict.allowed:
            admitted.append(now())
            assert verdict.remaining == limit - len(recent) - 1


def test_the_wait_that_is_told_is_the_wait():
    """After `reset` seconds one more comes in, and not a moment before."""
    clock = FakeClock()
    limiter = MemorySlidingWindow(2, 10.0, now=monotonic(clock))
    limiter.hit("a")
    clock.advance(4.0)
    limiter.hit("a")

    refused = limiter.hit("a")
    clock.advance(refused.reset - 0.001)
    still = limiter.hit("a")
    clock.advance(0.002)

    assert (refused.allowed, refused.reset) == (False, 6.0)
    assert not still.allowed
    assert limiter.hit("a").allowed


def test_clients_do_not_share_and_are_forgotten():
    """Each has a log of its own, and a quiet one costs nothing after the window."""
    clock = FakeClock()
    limiter = MemorySlidingWindow(1, 10.0, now=monotonic(clock), max_clients=50)

    for number in range(500):
        assert limiter.hit(f"client {number}").allowed
    assert len(limiter) <= 50

    clock.advance(11.0)
    for number in range(40):
        limiter.hit(f"late {number}")

    assert len(limiter) <= 41


def test_looking_counts_nothing():
    """A look says what would be, for a stranger and for a known client."""
    clock = FakeClock()
    limiter = MemorySlidingWindow(1, 10.0, now=monotonic(clock))

    assert limiter.peek("a").remaining == 1
    limiter.hit("a")
    assert not limiter.peek("a").allowed
    clock.advance(10.0)
    assert limiter.peek("a").allowed


async def test_workers_share_one_limit(any_redis, monkeypatch):
    """Two limiters on one Redis of any kind let in exactly the limit between them, however many ask at once."""
    monkeypatch.setitem(RedisSlidingWindow.__init__.__kwdefaults__, "timeout", 20.0)
    client = secrets.token_hex(4)
    clock = FakeClock()
    async with (
        RateLimiter(20, 60.0, redis=any_redis, now=monotonic(clock)) as one,
        RateLimiter(20, 60.0, redis=any_redis, now=monotonic(clock)) as two,
    ):
        for limiter in (one, two):
            await limiter.hit("somebody else")  # connected, whatever else this machine does
        verdicts = await asyncio.gather(*(limiter.hit(client) for _ in range(30) for limiter in (one, two)))

    assert sum(verdict.allowed for verdict in verdicts) == 20
    assert all(0 < verdict.reset <= 60.0 for verdict in verdicts)


async def test_the_shared_window_slides(redis_url):
    """What has left the window makes room, by the server's clock."""
    import redis.asyncio

    prefix = f"test:{secrets.token_hex(4)}:"
    async with (
        RedisSlidingWindow(redis_url, 1, 60.0, prefix=prefix) as log,
        redis.asyncio.Redis.from_url(redis_url) as client,
    ):
        first = await log.hit("a")
        second = await log.hit("a")
        # The server's clock cannot be moved; what it noted can.
        key = (await client.keys(prefix + "*"))[0]
        await client.lset(key, 0, int(await client.lindex(key, 0)) - 60_000_000)
        third = await log.hit("a")

    assert (first.allowed, second.allowed, third.allowed) == (True, False, True)
    assert 0 < second.reset <= 60.0


async def test_addresses_are_not_kept(redis_url):
    """The shared log knows a digest, not an address, and forgets it with the window."""
    import redis.asyncio

    prefix = f"test:{secrets.token_hex(4)}:"
    async with (
        RedisSlidingWindow(redis_url, 5, 30.0, prefix=prefix) as log,
        redis.asyncio.Redis.from_url(redis_url) as client,
    ):
        await log.hit("192.0.2.77")
        keys = await client.keys(prefix + "*")
        ttl = await client.pttl(keys[0])

    assert len(keys) == 1
    assert b"192" not in keys[0].removeprefix(prefix.encode())
    assert 0 < ttl <= 30_001


async def test_without_redis_the_own_log_goes_on(valkey: Valkey, caplog):
    """When Redis goes, the own log takes over and knows what it let in; when Redis comes back, it is asked again."""
    clock = FakeClock()
    async with RateLimiter(3, 60.0, redis=valkey.url, now=monotonic(clock)) as limiter:
        assert (await limiter.hit("a")).allowed
        assert (await limiter.hit("a")).allowed
        valkey.kill()
        assert (await limiter.hit("a")).allowed
        assert not (await limiter.hit("a")).allowed
        assert limiter.degradation
        assert (await limiter.hit("b")).allowed  # at rest: Redis is not even asked

        valkey.start()
        clock.advance(1.5)
        assert (await limiter.hit("c")).allowed

        assert not limiter.degradation
    assert "the shared rate limit is degraded" in caplog.text


async def test_a_limiter_that_is_closed_says_so(redis_url):
    """That is no outage, and the own log does not hide it."""
    limiter = RateLimiter(3, 60.0, redis=redis_url, now=monotonic(FakeClock()))
    async with limiter:
        await limiter.hit("a")

    with pytest.raises(ClosedError):
        await limiter.hit("a")


async def test_a_redis_that_hangs_costs_the_time_out_once(valkey: Valkey, monkeypatch):
    """Whoever asks while it hangs is counted here; nobody waits in a second line behind the first."""
    monkeypatch.setitem(RedisSlidingWindow.__init__.__kwdefaults__, "timeout", 0.2)
    async with RateLimiter(200, 60.0, redis=valkey.url, now=monotonic(FakeClock())) as limiter:
        valkey.freeze()
        async with asyncio.timeout(15.0):  # one after the other they would need twenty seconds
            verdicts = await asyncio.gather(*(limiter.hit("a") for _ in range(100)))
        valkey.thaw()

        assert all(verdict.allowed for verdict in verdicts)
        assert limiter.degradation


def test_the_policy_is_announced():
    """In the words of the RateLimit header fields."""
    clock = FakeClock()
    limiter = RateLimiter(120, 60.0, redis=None, now=monotonic(clock))
    verdict = limiter._local_window.hit("a")

    assert limiter.headers(verdict) == [
        ("ratelimit-policy", '"default";q=120;w=60'),
        ("ratelimit", '"default";r=119;t=60'),
    ]
