"""Turns in Redis: clusters and Sentinel, and expiry; the contract is tested for all stores together."""

from __future__ import annotations

from redis.asyncio import Redis

from asyncassist.web.turn_log.redis import RedisTurnStore
from asyncassist.web.turn_log.store import LEASE, MAX_DURATION, RETENTION


async def test_turns_are_stored_in_every_kind_of_redis(any_redis):
    """A single server, Sentinel and a cluster, where all keys of a turn are in one slot."""
    async with RedisTurnStore(any_redis) as store:
        await store.begin("t", "owner", b"start\n{}")
        await store.append("t", 2, b"delta\n{}", None)
        await store.stop("t")
        assert await store.renew(["t"]) == {"t"}
        await store.interrupt("t", b"error\n{}")
        await store.append("t", 3, b"done\n{}", "done")
        page = await store.read("t", 1)
        assert await store.claim("scope-of-any", "a", None) == "a"
        assert await store.last_turn("owner") == "t"
        await store.forget("owner")

    assert (page.entries, page.end) == ([b"delta\n{}", b"done\n{}"], "done")


async def test_every_key_expires(redis_url):
    """While a turn runs, after the longest time that it may; after its end, ten minutes later; the lease soon."""
    async with RedisTurnStore(redis_url, prefix="expiry:") as store, Redis.from_url(redis_url) as client:
        await store.begin("t", "owner", b"start\n{}")
        await store.claim("scope", "a", None)
        await store.stop("t")
        running = {key: await client.pttl(key) / 1000 for key in await client.keys("expiry:*")}
        await store.append("t", 2, b"done\n{}", "done")
        ended = {key: await client.pttl(key) / 1000 for key in await client.keys("expiry:*")}

    assert len(running) == 5
    assert all(0 < seconds <= MAX_DURATION + RETENTION for seconds in running.values())
    assert running[b"expiry:{t}:lease"] <= LEASE
    assert len(ended) == 3
    assert ended[b"expiry:{t}"] <= RETENTION
