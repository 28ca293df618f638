"""Redis behind a cache: opened once, borrowed or ours, cleared by what a key begins with, and never in the way."""

from __future__ import annotations

import uuid

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from asyncassist._second_level import RedisLevel, check_redis, second_level
from asyncassist.errors import ClosedError, ConfigurationError
from asyncassist.testing import FakeClock


@pytest.fixture
def prefix():
    """Keys that no other test knows: the Redis is shared."""
    return f"test:{uuid.uuid4().hex}:"


@pytest.mark.parametrize("url", ["http://x", "", "localhost:6379"])
def test_only_urls_of_redis_are_taken(url):
    """The error names the argument."""
    with pytest.raises(ConfigurationError, match="cache_url"):
        check_redis("cache_url", url)


@pytest.mark.parametrize("redis", [None, "redis://a", "rediss://a", "unix:///a"])
def test_nothing_is_opened_by_looking(redis):
    """Nor by constructing."""
    check_redis("redis", redis)
    assert (second_level(redis, prefix="a:", what="a", now=FakeClock())[0] is None) is (redis is None)


async def test_values_are_bytes_under_a_prefix_with_an_end(redis_url, prefix):
    """Set, read, deleted; a time to live that is never 0."""
    level = RedisLevel(redis_url, prefix=prefix)
    async with level, Redis.from_url(redis_url) as client:
        await level.set("a", b"\xff\x00", ttl=60.0)
        await level.set("b", b"x", ttl=0.00001)

        assert await level.get("a") == b"\xff\x00"
        assert await level.get("missing") is None
        assert 59_000 < await client.pttl(f"{prefix}a") <= 60_000
        assert await level.delete("a", "missing") == 1
        assert await level.delete() == 0
    with pytest.raises(ClosedError):
        await level.get("a")


async def test_clearing_takes_what_begins_so_and_nothing_else(redis_url, prefix):
    """Signs of patterns in a prefix mean themselves; many keys go in pieces."""
    async with (
        RedisLevel(redis_url, prefix=f"{prefix}a*[x]?\\:") as odd,
        RedisLevel(redis_url, prefix=f"{prefix}a__[x]?") as other,
    ):
        for number in range(1100):
            await odd.set(f"one:{number}", b"x", ttl=60.0)
        await odd.set("two:1", b"x", ttl=60.0)
        await other.set("1", b"x", ttl=60.0)

        assert await odd.clear("one:") == 1100
        assert await odd.get("two:1") == b"x"
        assert await odd.clear() == 1
        assert await odd.clear() == 0
        assert await other.clear() == 1


async def test_a_round_number_of_keys_is_cleared_too(redis_url, prefix):
    """Also when the last piece is empty."""
    async with RedisLevel(redis_url, prefix=prefix) as level:
        for number in range(500):
            await level.set(str(number), b"x", ttl=60.0)

        assert await level.clear() == 500


@pytest.mark.parametrize("decodes", [True, False])
async def test_a_client_handed_in_is_used_and_left_open(redis_url, prefix, decodes):
    """Bytes stay bytes, also where the client decodes answers."""
    async with Redis.from_url(redis_url, decode_responses=decodes) as client:
        await client.ping()
        async with RedisLevel(client, prefix=prefix) as level:
            await level.set("a", b"\xff", ttl=60.0)
            assert await level.get("a") == b"\xff"
            assert await level.clear() == 1
        assert await client.ping()


async def test_a_level_that_is_away_is_left_alone_and_used_again(valkey, prefix):
    """The guarded view answers "nothing" while the store is down, and says so once."""
    clock = FakeClock()
    level, guarded = second_level(valkey.url, prefix=prefix, what="the level", now=clock)
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
