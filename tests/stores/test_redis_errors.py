"""Translation of redis-py errors."""

from __future__ import annotations

import asyncio

import pytest
import redis.asyncio as aioredis
import redis.exceptions

from asyncassist import AsyncStateManager
from asyncassist._stores.redis_errors import NoScriptError, translate_error
from asyncassist._stores.session_records import RefusedWriteError
from asyncassist.errors import AuthenticationError, ClosedError, StateError, StateUnavailableError
from tests.servers import Valkey


async def test_refused_credentials_raise_authentication_error():
    """A wrong password is no outage, and the error does not show it."""
    server = await asyncio.to_thread(Valkey(options=("--requirepass", "right")).start)
    try:
        async with AsyncStateManager(redis=f"redis://:wrong@127.0.0.1:{server.port}/0", timeout=10.0) as state:
            with pytest.raises(AuthenticationError) as caught:
                await state.save("x", {})
            assert "wrong" not in str(caught.value)
            assert (await state.health()).status == "fail"
        async with AsyncStateManager(redis=f"redis://:right@127.0.0.1:{server.port}/0", timeout=10.0) as state:
            assert (await state.save("x", {})).acked == "redis"
    finally:
        await asyncio.to_thread(server.stop)


async def test_a_server_out_of_memory_is_an_outage():
    """Writes that the server cannot take are journalled, and reads continue."""
    server = await asyncio.to_thread(Valkey(options=("--maxmemory", "4mb", "--maxmemory-policy", "noeviction")).start)
    client = aioredis.Redis.from_url(server.url, driver_info=None)
    try:
        async with AsyncStateManager(redis=server.url, timeout=10.0) as state:
            await state.save("x", {"n": 1})
            await client.config_set("maxmemory", "1")
            assert (await state.save("x", {"n": 2})).acked == "journal"
            await client.config_set("maxmemory", "0")
            await state.flush()

            assert (await state.get("x")).data == {"n": 2}
    finally:
        await client.aclose()
        await asyncio.to_thread(server.stop)


@pytest.mark.parametrize(
    ("error", "kind", "is_reply"),
    [
        (redis.exceptions.ConnectionError("x"), StateUnavailableError, False),
        (redis.exceptions.TimeoutError("x"), StateUnavailableError, False),
        (redis.exceptions.RedisClusterException("x"), StateUnavailableError, False),
        (OSError("x"), StateUnavailableError, False),
        (ValueError("x"), StateUnavailableError, False),
        (redis.exceptions.AuthenticationError("x"), AuthenticationError, False),
        (redis.exceptions.NoPermissionError("x"), AuthenticationError, True),
        (redis.exceptions.NoScriptError("x"), NoScriptError, True),
        (redis.exceptions.ResponseError("OOM command not allowed"), StateUnavailableError, True),
        (redis.exceptions.ResponseError("MISCONF x"), StateUnavailableError, True),
        (redis.exceptions.ResponseError("WRONGTYPE x"), RefusedWriteError, True),
        (redis.exceptions.ResponseError("bad", status_code="ERR"), RefusedWriteError, True),
        (redis.exceptions.ResponseError("unknown command 'EVALSHA'", status_code="ERR"), StateError, True),
        (redis.exceptions.ResponseError("DENIED x"), StateError, True),
        (ClosedError("x"), ClosedError, False),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else f"{type(value).__name__}-{value}",
)
def test_errors_of_redis_are_translated(error, kind, is_reply):
    """A reply to one command leaves the connection usable; every other error breaks it."""
    translated, reply = translate_error(error)

    assert (type(translated), reply) == (kind, is_reply)


def test_an_error_text_of_the_server_is_not_repeated():
    """A server's text may quote user data; only its code is shown, and the error of the client is no cause."""
    error = redis.exceptions.ResponseError("WRONGTYPE key of ann@example.org")

    translated, _ = translate_error(error)

    assert "WRONGTYPE" in str(translated)
    assert "ann" not in str(translated)
    assert translated.__cause__ is None
