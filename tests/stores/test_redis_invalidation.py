"""InvalidationListener, and the near cache that relies on it."""

from __future__ import annotations

import asyncio

import redis.asyncio as aioredis

from asyncassist import AsyncStateManager
from asyncassist._stores.redis_invalidation import InvalidationListener


async def test_a_near_cache_is_invalidated_by_changes(valkey_url, prefix):
    """Reads are served locally until another process changes the session."""
    async with (
        AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=prefix, near_cache=True) as state,
        AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=prefix) as other,
    ):
        await other.save("x", {"n": 1})
        async with asyncio.timeout(20.0):
            while not state.stats().near_hits:
                assert (await state.get("x")).data == {"n": 1}
                await asyncio.sleep(0)
        batches = state.stats().batches
        for _ in range(10):
            assert (await state.get("x")).acked == "redis"
        assert state.stats().batches == batches

        for number in range(2, 30):
            await other.save("x", {"n": number})
            async with asyncio.timeout(20.0):
                while (await state.get("x")).data["n"] != number:
                    await asyncio.sleep(0)
        await other.delete("x")
        async with asyncio.timeout(20.0):
            while await state.get("x") is not None:
                await asyncio.sleep(0)


async def test_a_near_cache_is_invalidated_when_its_connection_breaks(valkey):
    """Without the invalidation connection every read goes to the store, until it is re-established."""
    async with AsyncStateManager(redis=valkey.url, near_cache=True, timeout=3.0) as state:
        await state.save("x", {"n": 1})

        async def until_near() -> None:
            hits = state.stats().near_hits
            async with asyncio.timeout(20.0):
                while state.stats().near_hits == hits:
                    await state.get("x")
                    await asyncio.sleep(0.005)

        await until_near()
        client = aioredis.Redis.from_url(valkey.url, driver_info=None)
        await client.flushdb()
        async with asyncio.timeout(20.0):
            while await state.get("x") is not None:
                await asyncio.sleep(0)
        await state.save("x", {"n": 2})
        await client.client_kill_filter(_type="normal", skipme=True)
        await client.aclose()
        assert (await state.get("x")).data == {"n": 2}
        await until_near()
        valkey.kill()
        assert (await state.get("x")).data == {"n": 2}
        assert (await state.patch("x", {"n": 3})).acked == "journal"
        assert (await state.get("x")).data == {"n": 3}
        valkey.start()
        await state.flush()
        await until_near()
        assert (await state.get("x")).data == {"n": 3}


async def test_changes_under_the_prefix_are_announced(valkey_url, prefix):
    """`on_change` gets the changed keys of the prefix only; losing the connection resets the cache."""
    changed: list[str] = []
    resets: list[bool] = []
    client = aioredis.Redis.from_url(valkey_url, driver_info=None)
    listener = InvalidationListener(
        client.connection_pool,
        prefix=f"{prefix}a",
        on_change=changed.append,
        on_reset=lambda: resets.append(listener.is_listening),
        liveness_timeout=10.0,
    )
    async with asyncio.timeout(20.0):
        while not listener.is_listening:
            await asyncio.sleep(0)
        await client.set(f"{prefix}b", "x")
        await client.set(f"{prefix}a1", "x")
        while not changed:
            await asyncio.sleep(0)

    await listener.aclose()

    assert changed == [f"{prefix}a1"]
    assert resets == [False, False]
    assert not listener.is_listening
    await client.aclose()
