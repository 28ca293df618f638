"""CommandBatcher: encoding, fairness, cancellation, retries and closing."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
from typing import Any, Self

import pytest
import redis.asyncio as aioredis

from asyncassist import AsyncStateManager
from asyncassist._stores.redis_errors import translate_error
from asyncassist._stores.redis_pipeline import CommandBatcher, pack, pack_in_python
from asyncassist._stores.session_records import RefusedWriteError
from asyncassist.errors import ClosedError
from tests.proxy import Proxy
from tests.state.operations import increment


def test_commands_are_encoded_alike_with_and_without_hiredis():
    """The encoder in Python yields the bytes of hiredis."""
    args = ("GET", "ä{x}", b"\x00\xff\r\n", -17, "")
    text = b"*5\r\n$3\r\nGET\r\n$5\r\n\xc3\xa4{x}\r\n$4\r\n\x00\xff\r\n\r\n$3\r\n-17\r\n$0\r\n\r\n"

    assert pack_in_python(args) == pack(args) == text


async def test_cancelled_calls_leave_no_replies_behind(valkey_url, prefix):
    """Half of 400 reads are cancelled: no reply reaches another caller, no connection is lost."""
    async with AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=prefix) as state:
        await asyncio.gather(*(state.save(f"s{n}", {"n": n}) for n in range(400)))
        tasks = [asyncio.create_task(state.get(f"s{n}")) for n in range(400)]
        await asyncio.sleep(0)
        for place, task in enumerate(tasks):
            if place % 2:
                task.cancel()
            if place % 50 == 0:
                await asyncio.sleep(0)
        results = await asyncio.gather(*tasks, return_exceptions=True)

        for place, result in enumerate(results):
            assert isinstance(result, asyncio.CancelledError) or result.data == {"n": place}
        assert sum(not isinstance(result, BaseException) for result in results) >= 200
        assert (await state.get("s7")).data == {"n": 7}
        async with asyncio.timeout(20.0):
            while state.stats().in_use:
                await asyncio.sleep(0)
        assert state.stats().connections >= 1
        assert state.stats().retries == 0


async def test_no_caller_starves_under_load(valkey_url, prefix):
    """500 tasks on 50 connections: no call waits for more than ten times as many replies as the median.

    Counted in replies to others meanwhile, so that the speed of the machine does not matter.
    """
    waits: list[int] = []
    answers = 0
    async with AsyncStateManager(redis=valkey_url, timeout=30.0, prefix=prefix) as state:
        await state.save("x", {"n": 1})

        async def work() -> None:
            nonlocal answers
            for _ in range(20):
                began = answers
                await state.get("x")
                answers += 1
                waits.append(answers - began)

        await asyncio.gather(*(work() for _ in range(500)))

        assert max(waits) < 10 * statistics.median(waits)
        assert state.stats().batch_p50 > 10


async def test_a_worker_that_cannot_connect_fails_no_command(valkey_url, prefix):
    """Under load more workers are started; while they cannot connect, the existing ones serve the queue."""
    proxy = await Proxy.start(int(valkey_url.rpartition(":")[2].partition("/")[0]))
    async with AsyncStateManager(redis=proxy.url, prefix=prefix, timeout=30.0) as state:
        await state.save("x", {"n": 1})
        proxy.refuse()
        found = await asyncio.gather(*(state.get("x") for _ in range(500)))

        assert {session.acked for session in found} == {"redis"}
        assert state.backend == "redis"
        async with asyncio.timeout(10.0):
            while state.stats().connections > 1:
                await asyncio.sleep(0)
    await proxy.aclose()


async def test_commands_on_a_broken_connection_are_retried(valkey):
    """A broken connection is replaced and its commands are sent again, each applied once."""
    proxy = await Proxy.start(valkey.port)
    async with AsyncStateManager(redis=proxy.url, timeout=10.0) as state:
        await state.save("x", {"n": 0})
        for _ in range(5):
            proxy.drop()
            await asyncio.gather(*(state.update("x", increment) for _ in range(20)))

        assert (await state.get("x")).data == {"n": 100}
        assert state.stats().retries > 0
    await proxy.aclose()


async def test_commands_in_flight_fail_when_the_manager_closes(valkey):
    """A call that waits for a reply at `aclose` raises ClosedError, and so does every later call."""
    state = AsyncStateManager(redis=valkey.url, timeout=5.0)
    await state.save("x", {})
    valkey.freeze()
    waiting = asyncio.create_task(state.get("x"))
    await asyncio.sleep(0.05)

    await state.aclose()

    with pytest.raises(ClosedError):
        await waiting
    with pytest.raises(ClosedError):
        await state.get("x")


async def test_an_error_reply_fails_its_own_command_only(valkey_url, prefix):
    """Commands of one batch get their own replies; the connection stays usable."""
    client = aioredis.Redis.from_url(valkey_url, driver_info=None)
    batcher = CommandBatcher(client.connection_pool, max_workers=1, timeout=10.0, translate_error=translate_error)
    commands = [("SET", prefix, "text"), ("INCR", prefix), ("GET", prefix)]

    results = await asyncio.gather(*(batcher.submit(command) for command in commands), return_exceptions=True)

    assert (results[0], results[2]) == (b"OK", b"text")
    assert type(results[1]) is RefusedWriteError
    assert (batcher.batch_sizes.total_count, batcher.connections, batcher.retries) == (1, 1, 0)
    await batcher.aclose()
    await client.aclose()


async def test_a_closed_batcher_refuses_commands(valkey_url):
    """After `aclose` a command raises ClosedError instead of waiting forever."""
    client = aioredis.Redis.from_url(valkey_url, driver_info=None)
    batcher = CommandBatcher(client.connection_pool, max_workers=1, timeout=10.0, translate_error=translate_error)
    assert await batcher.submit(("PING",)) == b"PONG"

    await batcher.aclose()

    with pytest.raises(ClosedError):
        batcher.submit(("PING",))
    assert batcher.connections == 0
    await client.aclose()


class SwallowingPool:
    """Pool that connects until it is cancelled and then, as `asyncio.wait_for` may, returns a connection all the same."""

    def __init__(self) -> None:
        self.asked = 0
        self.released = 0

    async def get_connection(self) -> Self:
        self.asked += 1
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return self

    async def send_packed_command(self, data: bytes) -> None:
        pass

    async def read_response(self, **options: Any) -> bytes:
        return b"OK"

    async def release(self, connection: Self) -> None:
        self.released += 1


async def test_closing_ends_workers_that_are_still_connecting():
    """A cancellation that a client library drops does not keep a worker: `aclose` returns, connections are released."""
    pool = SwallowingPool()
    batcher = CommandBatcher(pool, max_workers=4, timeout=20.0, translate_error=translate_error, spawn_threshold=1)
    commands = [batcher.submit(("PING",)) for _ in range(40)]
    while pool.asked < 4:
        await asyncio.sleep(0)

    async with asyncio.timeout(10.0):
        await batcher.aclose()

    assert batcher.connections == 0
    assert pool.released == 4
    assert all(command.done() for command in commands)
    for command in commands:
        command.exception()
