"""Lua scripts: write ids, conditions and digests."""

from __future__ import annotations

import pytest
import redis.asyncio as aioredis

from asyncassist._clock import SYSTEM_CLOCK, monotonic
from asyncassist._redis_client import parse_url
from asyncassist._stores import redis_scripts
from asyncassist._stores.memory_sessions import MemorySessions
from asyncassist._stores.redis import RedisStore
from asyncassist._stores.redis_executor import open_redis_executor
from asyncassist._stores.redis_scripts import Script
from asyncassist._stores.serialization import prepare_messages
from asyncassist._stores.session_records import Append, Write, WriteId, accepts
from tests.state.operations import text_messages


async def test_a_repeated_write_id_returns_the_first_result(valkey_url, prefix):
    """The reply was lost and the command sent again: it returns the first result and changes nothing."""
    executor = await open_redis_executor(parse_url("redis", valkey_url), max_connections=2, timeout=10.0)
    store = RedisStore(executor, prefix=prefix, ttl=60.0, max_messages=10)
    first = Write("any", b'{"n":1}', ttl=30.0, write_ids=(WriteId("one", 1),))
    other = Write("any", b'{"n":2}', write_ids=(WriteId("two", 1),))

    assert (await store.write("x", first)).record.version == 1
    assert (await store.write("x", other)).record.version == 2
    again = await store.write("x", first)

    assert (again.written, again.record.version, again.record.ttl) == (True, 1, 30.0)
    assert ((await store.read("x")).version, (await store.read("x")).body) == (2, b'{"n":2}')
    await executor.aclose()


async def test_a_key_remembers_a_bounded_number_of_writers(valkey_url, prefix):
    """The writers with the oldest writes are dropped; the most recent ones are remembered."""
    executor = await open_redis_executor(parse_url("redis", valkey_url), max_connections=2, timeout=10.0)
    store = RedisStore(executor, prefix=prefix, ttl=60.0, max_messages=10)
    for number in range(100):
        await store.write("x", Write("any", b"{}", write_ids=(WriteId(f"w{number}", 1),)))
    client = aioredis.Redis.from_url(valkey_url, driver_info=None)

    assert await client.hlen(f"{prefix}s{{x}}") < 70
    assert (await store.write("x", Write("any", b"{}", write_ids=(WriteId("w99", 1),)))).record.version == 100
    await client.aclose()
    await executor.aclose()


async def test_a_replayed_append_does_not_revive_a_deleted_conversation(valkey_url, prefix):
    """Only its reply was lost: the tombstone remembers its write id."""
    executor = await open_redis_executor(parse_url("redis", valkey_url), max_connections=2, timeout=10.0)
    store = RedisStore(executor, prefix=prefix, ttl=60.0, max_messages=10)
    prepared = prepare_messages(text_messages("once"), clock=SYSTEM_CLOCK)

    assert await store.append("-:chat", Append(prepared), WriteId("one", 1)) == 1
    assert await store.forget("-:chat", WriteId("two", 1))
    await store.append("-:chat", Append(prepared, is_replay=True), WriteId("one", 1))

    assert await store.read_page("-:chat") == (0, [])
    await executor.aclose()


async def test_digests_are_those_of_the_server(valkey_url):
    """A server caches each script under the digest that EVALSHA sends."""
    scripts = [value for value in vars(redis_scripts).values() if isinstance(value, Script)]
    client = aioredis.Redis.from_url(valkey_url, decode_responses=True, driver_info=None)

    loaded = [await client.script_load(script.text) for script in scripts]

    assert len(scripts) == 12
    assert loaded == [script.sha for script in scripts]
    await client.aclose()


@pytest.mark.parametrize("mode", ["any", "alive", "live", "free", "never", "exact"])
async def test_write_conditions_agree_with_those_in_memory(valkey_url, prefix, clock, mode):
    """The Lua script, the store in memory and `accepts` decide alike for every state of a session."""
    executor = await open_redis_executor(parse_url("redis", valkey_url), max_connections=2, timeout=10.0)
    shared = RedisStore(executor, prefix=prefix, ttl=60.0, max_messages=10)
    local = MemorySessions(ttl=60.0, now=monotonic(clock))
    create, delete = Write("free", b"{}"), Write("alive", None)

    for number, earlier in enumerate([[], [create], [create, delete], [create, delete, create]]):
        for expected in range(5):
            name = f"s{number}.{expected}"
            for store in (shared, local):
                for write in earlier:
                    assert (await store.write(name, write)).written
            write = Write(mode, b'{"n":1}', expected)
            before = await local.read(name, touch=False)
            results = [await store.write(name, write) for store in (shared, local)]

            assert [result.written for result in results] == [accepts(before, write)] * 2
            assert results[0].record.version == results[1].record.version
            assert results[0].record.body == results[1].record.body
    await executor.aclose()


async def test_a_request_of_an_earlier_release_is_found_among_the_messages(valkey_url, prefix):
    """Earlier releases stored a request without its messages: they are found as long as they are not trimmed."""
    executor = await open_redis_executor(parse_url("redis", valkey_url), max_connections=2, timeout=10.0)
    store = RedisStore(executor, prefix=prefix, ttl=60.0, max_messages=3)
    for number in range(2):
        prepared = prepare_messages(text_messages(f"q{number}", f"a{number}"), clock=SYSTEM_CLOCK)
        await store.append("-:c", Append(prepared, request_id=f"r{number}"), WriteId("one", number))
        await executor.submit(("HDEL", f"{prefix}c{{-:c}}", f"a:r{number}"))

    assert [m.content for m in await store.read_request("-:c", "r1")] == ["q1", "a1"]
    assert await store.read_request("-:c", "r0") == []
    await executor.aclose()


async def test_a_write_of_some_age_has_the_rest_of_its_ttl(valkey_url, prefix):
    """Its TTL began when it was acknowledged; a session that was used since keeps the longer time."""
    executor = await open_redis_executor(parse_url("redis", valkey_url), max_connections=2, timeout=10.0)
    store = RedisStore(executor, prefix=prefix, ttl=60.0, max_messages=10)

    rest = (await store.write("rest", Write("any", b"{}", age=20.0))).record
    own = (await store.write("own", Write("any", b"{}", ttl=30.0, age=20.0))).record
    over = (await store.write("over", Write("any", b"{}", ttl=30.0, age=31.0))).record
    await store.write("used", Write("any", b"{}"))
    used = (await store.write("used", Write("any", b'{"n":1}', age=61.0))).record

    assert [(record.expires_in, record.ttl) for record in (rest, own)] == [(40.0, None), (10.0, 30.0)]
    assert over.expires_in < 0
    assert await store.read("over") == await store.read("nothing")
    assert 50.0 < used.expires_in <= 60.0
    assert (await store.read("used", touch=False)).body == b'{"n":1}'
    await executor.aclose()
