"""Redis behind a cache: opened once, borrowed or ours, cleared by what a key begins with, and never in the way."""

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
    """Keys that no other test knows: the Redis is shared."""
    return f"test:{uuid.uuid4().hex}:"


@pytest.fixture(params=["one", "cluster"])
async def any_hanging(request):
    """A server of the test's own by its URL, and what makes it hang."""
    several = Cluster(1) if request.param == "cluster" else Valkey()
    await asyncio.to_thread(several.start)
    server = several.nodes[0] if isinstance(several, Cluster) else several
    yield several.url, server.freeze
    await asyncio.to_thread(several.stop)


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
def test_only_urls_of_redis_are_taken(url):
    """The error names the argument."""
    with pytest.raises(ConfigurationError, match="cache_url") as caught:
        check_redis("cache_url", url)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "redis", [None, "redis://a", "rediss://a", "unix:///a", "redis+sentinel://a/main", "redis+cluster://a,[::1]:7000"]
)
def test_nothing_is_opened_by_looking(redis):
    """Nor by constructing."""
    check_redis("redis", redis)
    assert (create_shared_cache(redis, prefix="a:", name="a", now=FakeClock())[0] is None) is (redis is None)


async def test_values_are_bytes_under_a_prefix(any_redis, prefix):
    """Set, read, deleted, on one server, behind a sentinel and on a cluster; keys of a deletion may be anywhere."""
    level = RedisCacheBackend(any_redis, prefix=prefix, timeout=20.0)
    async with level:
        await level.set("a", b"\xff\x00", ttl=60.0)

        assert await level.get("a") == b"\xff\x00"
        assert await level.get("missing") is None
        for number in range(50):
            await level.set(str(number), b"x", ttl=60.0)
        assert await level.delete("missing", *map(str, range(50))) == 50
        assert await level.delete("a", "missing") == 1
        assert await level.delete() == 0
    with pytest.raises(ClosedError):
        await level.get("a")


async def test_what_is_kept_ends(redis_url, prefix):
    """By a time to live that is never 0."""
    async with RedisCacheBackend(redis_url, prefix=prefix, timeout=20.0) as level, Redis.from_url(redis_url) as client:
        await level.set("a", b"x", ttl=60.0)
        await level.set("b", b"x", ttl=0.00001)

        assert 0 < await client.pttl(f"{prefix}a") <= 60_000


async def test_clearing_takes_what_begins_so_and_nothing_else(any_redis, prefix):
    """Signs of patterns in a prefix mean themselves; many keys go in pieces, wherever they are."""
    async with (
        RedisCacheBackend(any_redis, prefix=f"{prefix}a*[x]?\\:", timeout=20.0) as odd,
        RedisCacheBackend(any_redis, prefix=f"{prefix}a__[x]?", timeout=20.0) as other,
    ):
        for start in range(0, 1100, 100):
            await asyncio.gather(*(odd.set(f"one:{start + step}", b"x", ttl=60.0) for step in range(100)))
        await odd.set("two:1", b"x", ttl=60.0)
        await other.set("1", b"x", ttl=60.0)

        assert await odd.clear("one:") == 1100
        assert await odd.get("two:1") == b"x"
        assert await odd.clear() == 1
        assert await odd.clear() == 0
        assert await other.clear() == 1


async def test_a_crowd_waits_for_its_turn(any_redis, prefix):
    """Five times as many at once as there are connections: each gets its answer, and none an error of the pool."""
    async with RedisCacheBackend(any_redis, prefix=prefix, timeout=60.0) as level:
        await asyncio.gather(*(level.set(str(number), b"%d" % number, ttl=600.0) for number in range(100)))

        found = await asyncio.gather(*(level.get(str(number)) for number in range(100)))

    assert found == [b"%d" % number for number in range(100)]


@pytest.mark.parametrize("connected", [False, True])
async def test_a_server_that_hangs_costs_each_caller_the_time_out_once(any_hanging, prefix, connected):
    """Also those who wait for a turn behind the others, and whether or not there were connections.

    Five rounds of twenty, one after the other, would take five times the time-out.
    """
    url, freeze = any_hanging
    async with RedisCacheBackend(url, prefix=prefix, timeout=10.0) as level:
        if connected:
            await level.set("a", b"x", ttl=60.0)
        freeze()
        level._timeout = 4.0
        async with asyncio.timeout(16.0):
            found = await asyncio.gather(*(level.get("a") for _ in range(100)), return_exceptions=True)

    assert all(isinstance(one, TimeoutError | RedisTimeoutError) for one in found)


async def test_a_node_that_is_lost_leaves_nothing_open(prefix):
    """The connections to the other nodes are closed, though the client wants to look at the cluster again."""
    cluster = await asyncio.to_thread(Cluster().start)
    async with RedisCacheBackend(cluster.url, prefix=prefix, timeout=10.0) as level:
        await asyncio.gather(*(level.set(str(number), b"x", ttl=60.0) for number in range(40)))
        cluster.nodes[1].kill()
        found = await asyncio.gather(*(level.get(str(number)) for number in range(40)), return_exceptions=True)
    await asyncio.to_thread(cluster.stop)
    gc.collect()  # what is still open says so, and that fails the test

    assert any(isinstance(one, Exception) for one in found)


@pytest.mark.parametrize("decodes", [True, False])
async def test_a_client_handed_in_is_used_and_left_open(redis_url, prefix, decodes):
    """Bytes stay bytes, also where the client decodes answers."""
    async with Redis.from_url(redis_url, decode_responses=decodes) as client:
        await client.ping()
        async with RedisCacheBackend(client, prefix=prefix) as level:
            await level.set("a", b"\xff", ttl=60.0)
            assert await level.get("a") == b"\xff"
            assert await level.clear() == 1
        assert await client.ping()


async def test_a_level_that_is_away_is_left_alone_and_used_again(valkey, prefix):
    """The guarded view answers "nothing" while the store is down, and says so once."""
    clock = FakeClock()
    level, guarded = create_shared_cache(valkey.url, prefix=prefix, name="the level", now=clock)
    assert level is not None
    assert guarded is not None
    async with level:
        await guarded.set("a", b"x", ttl=60.0)
        valkey.kill()
        assert await guarded.get("a") is None
        assert guarded.degradation
        assert await guarded.clear("a") == 0
        with pytest.raises((RedisError, OSError)):
            await level.get("a")
        valkey.start()
        clock.advance(2.0)
        assert await guarded.get("a") == b"x"
        assert not guarded.degradation
        assert await guarded.clear("a") == 1
        assert await guarded.clear() == 0
