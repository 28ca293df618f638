"""Sliding-window rate limit, in memory and shared in Redis."""

from __future__ import annotations

import asyncio
import contextlib
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
def test_no_window_exceeds_the_limit(limit, pauses):
    """At any rate of requests, a window of ten seconds has at most `limit`, and never fewer than possible."""
    clock = FakeClock()
    now = monotonic(clock)
    limiter = MemorySlidingWindow(limit, 10.0, now=now)
    admitted: list[float] = []

    for pause in pauses:
        clock.advance(pause)
        result = limiter.hit("client")
        recent = [time for time in admitted if time > now() - 10.0]
        assert result.allowed == (len(recent) < limit)
        if result.allowed:
            admitted.append(now())
            assert result.remaining == limit - len(recent) - 1


def test_reset_is_the_exact_wait():
    """One more request is accepted after `reset` seconds, and not earlier."""
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


def test_clients_are_separate_and_expire():
    """Each client has a log of its own, which is removed after the window; their number is bounded."""
    clock = FakeClock()
    limiter = MemorySlidingWindow(1, 10.0, now=monotonic(clock), max_clients=50)

    for number in range(500):
        assert limiter.hit(f"client {number}").allowed
    assert len(limiter) <= 50

    clock.advance(11.0)
    for number in range(40):
        limiter.hit(f"late {number}")

    assert len(limiter) <= 41


def test_peek_counts_nothing():
    """It returns the decision for an unknown and for a known client."""
    clock = FakeClock()
    limiter = MemorySlidingWindow(1, 10.0, now=monotonic(clock))

    assert limiter.peek("a").remaining == 1
    limiter.hit("a")
    assert not limiter.peek("a").allowed
    clock.advance(10.0)
    assert limiter.peek("a").allowed


async def test_workers_share_one_limit(any_redis, monkeypatch):
    """Two limiters on one Redis of any kind accept exactly the limit together, with concurrent callers."""
    monkeypatch.setitem(RedisSlidingWindow.__init__.__kwdefaults__, "timeout", 20.0)
    client = secrets.token_hex(4)
    clock = FakeClock()
    async with (
        RateLimiter(20, 60.0, redis=any_redis, now=monotonic(clock)) as one,
        RateLimiter(20, 60.0, redis=any_redis, now=monotonic(clock)) as two,
    ):
        for limiter in (one, two):
            await limiter.hit("another client")  # connects before the clients compete
        results = await asyncio.gather(*(limiter.hit(client) for _ in range(30) for limiter in (one, two)))

    assert sum(result.allowed for result in results) == 20
    assert all(0 < result.reset <= 60.0 for result in results)


async def test_burst_is_counted_in_the_shared_log(redis_url, monkeypatch):
    """Thousands of requests at once to three workers, of one client and of many: exactly the limit of each comes in."""
    # Counting them one by one takes longer than this.
    monkeypatch.setitem(RedisSlidingWindow.__init__.__kwdefaults__, "timeout", 0.5)
    prefix = f"{secrets.token_hex(4)} "
    async with contextlib.AsyncExitStack() as stack:
        workers = [
            await stack.enter_async_context(RateLimiter(50, 300.0, redis=redis_url, now=monotonic(FakeClock())))
            for _ in range(3)
        ]
        for worker in workers:
            await worker.hit(f"{prefix}first")  # connects before the burst
        one = await asyncio.gather(*(workers[number % 3].hit(f"{prefix}one") for number in range(9000)))
        many = await asyncio.gather(*(workers[number % 3].hit(f"{prefix}{number % 20}") for number in range(1500)))

        assert not any(worker.degradation for worker in workers)
    assert sum(result.allowed for result in one) == 50
    assert sum(result.allowed for result in many) == 20 * 50


async def test_requests_that_are_counted_together_have_their_own_results(redis_url):
    """What remains falls by one with each; one that is cancelled while it waits does not affect the others."""
    async with RedisSlidingWindow(redis_url, 3, 60.0, prefix=f"test:{secrets.token_hex(4)}:") as window:
        await window.hit("a")
        first = asyncio.ensure_future(window.hit("b"))
        tasks = [asyncio.ensure_future(window.hit("b")) for _ in range(4)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        results = [await first, *(await asyncio.gather(*tasks[1:]))]

    assert sum(result.allowed for result in results) <= 3
    assert [result.remaining for result in results if result.allowed] == sorted(
        {result.remaining for result in results if result.allowed}, reverse=True
    )


async def test_shared_window_slides(redis_url):
    """Requests that have left the window by the clock of the server no longer count."""
    import redis.asyncio

    prefix = f"test:{secrets.token_hex(4)}:"
    async with (
        RedisSlidingWindow(redis_url, 1, 60.0, prefix=prefix) as window,
        redis.asyncio.Redis.from_url(redis_url) as client,
    ):
        first = await window.hit("a")
        second = await window.hit("a")
        # The clock of the server cannot be set, but its entries can.
        key = (await client.keys(prefix + "*"))[0]
        await client.lset(key, 0, int(await client.lindex(key, 0)) - 60_000_000)
        third = await window.hit("a")

    assert (first.allowed, second.allowed, third.allowed) == (True, False, True)
    assert 0 < second.reset <= 60.0


async def test_redis_stores_no_addresses(redis_url):
    """The key has a digest of the address, and expires with the window."""
    import redis.asyncio

    prefix = f"test:{secrets.token_hex(4)}:"
    async with (
        RedisSlidingWindow(redis_url, 5, 30.0, prefix=prefix) as window,
        redis.asyncio.Redis.from_url(redis_url) as client,
    ):
        await window.hit("192.0.2.77")
        keys = await client.keys(prefix + "*")
        ttl = await client.pttl(keys[0])

    assert len(keys) == 1
    assert b"192" not in keys[0].removeprefix(prefix.encode())
    assert 0 < ttl <= 30_001


async def test_local_log_takes_over_while_redis_is_unavailable(valkey: Valkey, caplog):
    """The local log has what was accepted before; when Redis is back, it is used again."""
    clock = FakeClock()
    async with RateLimiter(3, 60.0, redis=valkey.url, now=monotonic(clock)) as limiter:
        assert (await limiter.hit("a")).allowed
        assert (await limiter.hit("a")).allowed
        valkey.kill()
        assert (await limiter.hit("a")).allowed
        assert not (await limiter.hit("a")).allowed
        assert limiter.degradation
        assert (await limiter.hit("b")).allowed  # within the pause between two attempts: Redis is not called

        valkey.start()
        clock.advance(1.5)
        assert (await limiter.hit("c")).allowed

        assert not limiter.degradation
    assert "the shared rate limit is degraded" in caplog.text


async def test_closed_limiter_raises(redis_url):
    """A closed limiter is not mistaken for an unavailable Redis."""
    limiter = RateLimiter(3, 60.0, redis=redis_url, now=monotonic(FakeClock()))
    async with limiter:
        await limiter.hit("a")

    with pytest.raises(ClosedError):
        await limiter.hit("a")


async def test_hanging_redis_costs_one_timeout(valkey: Valkey, monkeypatch):
    """Concurrent callers are counted locally instead of waiting one after another."""
    monkeypatch.setitem(RedisSlidingWindow.__init__.__kwdefaults__, "timeout", 0.2)
    async with RateLimiter(200, 60.0, redis=valkey.url, now=monotonic(FakeClock())) as limiter:
        valkey.freeze()
        async with asyncio.timeout(15.0):  # sequential timeouts would take 20 s
            results = await asyncio.gather(*(limiter.hit(f"client {number % 100}") for number in range(200)))
        valkey.thaw()

        assert all(result.allowed for result in results)
        assert limiter.degradation


def test_policy_is_announced():
    """As RateLimit-Policy and RateLimit header fields."""
    clock = FakeClock()
    limiter = RateLimiter(120, 60.0, redis=None, now=monotonic(clock))
    result = limiter._local_window.hit("a")

    assert limiter.headers(result) == [
        ("ratelimit-policy", '"default";q=120;w=60'),
        ("ratelimit", '"default";r=119;t=60'),
    ]
