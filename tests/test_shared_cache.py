"""Shared cache in Redis: own or passed-in client, clearing by prefix, bounded waiting, fail-safe wrapper."""

from __future__ import annotations

import asyncio
import gc
import uuid

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from asyncassist._shared_cache import RedisCacheBackend, check_redis, create_shared_cache
from asyncassist.errors import ClosedError, ConfigurationError
from asyncassist.testing import FakeClock
from tests.servers import Cluster, Valkey


@pytest.fixture
def prefix():
    """Key prefix of this test alone: the Redis server is shared."""
    return f"test:{uuid.uuid4().hex}:"


@pytest.fixture(params=["one", "cluster"])
async def any_hanging(request):
    """URL of a server of the test's own, and a function that makes it hang."""
    started = Cluster(1) if request.param == "cluster" else Valkey()
    await asyncio.to_thread(started.start)
    server = started.nodes[0] if isinstance(started, Cluster) else started
    yield started.url, server.freeze
    await asyncio.to_thread(started.stop)


@pytest.mark.parametrize(
    "url",
    [
        "http://x",
        "",
        "localhost:6379",
        "redis://:secret@h:x",
        "redis+sentinel://:secret@h",
        "redis+cluster://:secret@[::1",
    ],
)
def test_unsupported_url_is_refused(url):
    """The error names the argument and does not hold the password."""
    with pytest.raises(ConfigurationError, match="cache_url") as caught:
        check_redis("cache_url", url)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "redis", [None, "redis://a", "rediss://a", "unix:///a", "redis+sentinel://a/main", "redis+cluster://a,[::1]:7000"]
)
def test_checking_and_creating_connects_to_nothing(redis):
    """Supported URLs pass the check; without Redis there is no backend."""
    check_redis("redis", redis)
    assert (create_shared_cache(redis, prefix="a:", name="a", now=FakeClock())[0] is None) is (redis is None)


async def test_values_are_bytes_under_a_prefix(any_redis, prefix):
    """Set, get and delete work on a single server, Sentinel and Cluster; deleted keys may be in different slots."""
    backend = RedisCacheBackend(any_redis, prefix=prefix, timeout=20.0)
    async with backend:
        await backend.set("a", b"\xff\x00", ttl=60.0)

        assert await backend.get("a") == b"\xff\x00"
        assert await backend.get("missing") is None
        for number in range(50):
            await backend.set(str(number), b"x", ttl=60.0)
        assert await backend.delete("missing", *map(str, range(50))) == 50
        assert await backend.delete("a", "missing") == 1
        assert await backend.delete() == 0
    with pytest.raises(ClosedError):
        await backend.get("a")


async def test_every_value_expires(redis_url, prefix):
    """Its ttl is set in Redis; one below a millisecond is not rounded to 0, which Redis would refuse."""
    async with (
        RedisCacheBackend(redis_url, prefix=prefix, timeout=20.0) as backend,
        Redis.from_url(redis_url) as client,
    ):
        await backend.set("a", b"x", ttl=60.0)
        await backend.set("b", b"x", ttl=0.00001)

        assert 0 < await client.pttl(f"{prefix}a") <= 60_000


async def test_clear_deletes_keys_with_the_prefix_only(any_redis, prefix):
    """Glob characters in a prefix are literal; many keys are deleted page by page, on every node."""
    async with (
        RedisCacheBackend(any_redis, prefix=f"{prefix}a*[x]?\\:", timeout=20.0) as special,
        RedisCacheBackend(any_redis, prefix=f"{prefix}a__[x]?", timeout=20.0) as other,
    ):
        for start in range(0, 1100, 100):
            await asyncio.gather(*(special.set(f"one:{start + step}", b"x", ttl=60.0) for step in range(100)))
        await special.set("two:1", b"x", ttl=60.0)
        await other.set("1", b"x", ttl=60.0)

        assert await special.clear("one:") == 1100
        assert await special.get("two:1") == b"x"
        assert await special.clear() == 1
        assert await special.clear() == 0
        assert await other.clear() == 1


async def test_callers_beyond_the_concurrency_limit_wait(any_redis, prefix):
    """Five times as many concurrent callers as slots all succeed; none gets an error of the connection pool."""
    async with RedisCacheBackend(any_redis, prefix=prefix, timeout=60.0) as backend:
        await asyncio.gather(*(backend.set(str(number), b"%d" % number, ttl=600.0) for number in range(100)))

        found = await asyncio.gather(*(backend.get(str(number)) for number in range(100)))

    assert found == [b"%d" % number for number in range(100)]


@pytest.mark.parametrize("connected", [False, True])
async def test_hanging_server_costs_each_caller_the_timeout_once(any_hanging, prefix, connected):
    """The timeout includes waiting for a slot, with and without open connections.

    Five rounds of twenty callers, one after the other, would take five times the timeout.
    """
    url, freeze = any_hanging
    async with RedisCacheBackend(url, prefix=prefix, timeout=10.0) as backend:
        if connected:
            await backend.set("a", b"x", ttl=60.0)
        freeze()
        backend._timeout = 4.0
        async with asyncio.timeout(16.0):
            found = await asyncio.gather(*(backend.get("a") for _ in range(100)), return_exceptions=True)

    assert all(isinstance(one, TimeoutError | RedisTimeoutError) for one in found)


async def test_lost_cluster_node_leaves_no_connection_open(prefix):
    """The connections to the other nodes are closed, although the client is about to reinitialize."""
    cluster = await asyncio.to_thread(Cluster().start)
    async with RedisCacheBackend(cluster.url, prefix=prefix, timeout=10.0) as backend:
        await asyncio.gather(*(backend.set(str(number), b"x", ttl=60.0) for number in range(40)))
        cluster.nodes[1].kill()
        found = await asyncio.gather(*(backend.get(str(number)) for number in range(40)), return_exceptions=True)
    await asyncio.to_thread(cluster.stop)
    gc.collect()  # a connection that is still open warns, which fails the test

    assert any(isinstance(one, Exception) for one in found)


@pytest.mark.parametrize("decodes", [True, False])
async def test_passed_in_client_is_used_and_stays_open(redis_url, prefix, decodes):
    """Bytes stay bytes, even if the client decodes responses."""
    async with Redis.from_url(redis_url, decode_responses=decodes) as client:
        await client.ping()
        async with RedisCacheBackend(client, prefix=prefix) as backend:
            await backend.set("a", b"\xff", ttl=60.0)
            assert await backend.get("a") == b"\xff"
            assert await backend.clear() == 1
        assert await client.ping()


async def test_fail_safe_wrapper_survives_an_outage(valkey, prefix):
    """It misses while the server is down, marks the degradation, and uses the server again after the cooldown."""
    clock = FakeClock()
    backend, guarded = create_shared_cache(valkey.url, prefix=prefix, name="the test cache", now=clock)
    assert backend is not None
    assert guarded is not None
    async with backend:
        await guarded.set("a", b"x", ttl=60.0)
        valkey.kill()
        assert await guarded.get("a") is None
        assert guarded.degradation
        assert await guarded.clear("a") == 0
        with pytest.raises((RedisError, OSError)):
            await backend.get("a")
        valkey.start()
        clock.advance(2.0)
        assert await guarded.get("a") == b"x"
        assert not guarded.degradation
        assert await guarded.clear("a") == 1
        assert await guarded.clear() == 0
