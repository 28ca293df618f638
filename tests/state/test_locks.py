"""Locks: mutual exclusion, fencing tokens, renewal, and outages."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
import redis.asyncio as aioredis

from asyncassist import AsyncStateManager
from asyncassist._state.locks import Locks
from asyncassist._stores.memory_history import MemoryHistory
from asyncassist._stores.memory_store import MemoryStore
from asyncassist.errors import BusyError, StateUnavailableError


async def test_a_lock_has_one_holder_at_a_time(valkey_url, prefix):
    """Holders exclude each other across processes; each fencing token is higher than all before."""
    async with (
        AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=prefix) as one,
        AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=prefix) as two,
    ):
        tokens = []
        inside = 0

        async def work(state: AsyncStateManager) -> None:
            nonlocal inside
            async with state.lock("name") as lease:
                inside += 1
                assert inside == 1
                tokens.append(lease.token)
                await asyncio.sleep(0.002)
                inside -= 1

        await asyncio.gather(*(work(state) for state in (one, two) for _ in range(5)))

        assert tokens == sorted(set(tokens))
        assert len(tokens) == 10


async def test_a_lease_is_renewed_and_a_lost_one_is_marked(valkey_url, prefix):
    """A lease outlives its TTL while it is held; a lease that another owner took over is marked lost."""
    client = aioredis.Redis.from_url(valkey_url, driver_info=None)
    async with (
        AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=prefix) as one,
        AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=prefix) as two,
    ):
        async with one.lock("name", ttl=2.0) as lease:
            await asyncio.sleep(2.5)
            assert not lease.lost
            with pytest.raises(BusyError):
                async with two.lock("name", wait=0.02):
                    pass
            await client.delete(f"{prefix}l{{lock:name}}")
            async with two.lock("name") as other, asyncio.timeout(20.0):
                assert other.token > lease.token
                while not lease.lost:
                    await asyncio.sleep(0.01)
        assert "lost=True" in repr(lease)
    await client.aclose()


async def test_a_lock_requires_the_store(valkey):
    """While the store is unavailable, `lock` raises StateUnavailableError."""
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        async with state.lock("a"):
            with pytest.raises(BusyError):
                async with state.lock("a", wait=0.05):
                    pass
        valkey.kill()
        with pytest.raises(StateUnavailableError):
            async with state.lock("a"):
                pass
        with pytest.raises(StateUnavailableError):
            async with state.lock("a"):
                pass


async def test_a_turn_taken_while_the_server_was_frozen_blocks_no_later_turn(valkey):
    """A frozen server executes the ACQUIRE of a caller that has given up; the next turn releases that lock first."""
    async with AsyncStateManager(redis=valkey.url, timeout=0.5) as state:
        async with state.turn("chat"):
            pass
        valkey.freeze()
        async with state.turn("chat"):
            pass
        valkey.thaw()
        await state.flush(timeout=20.0)

        # Otherwise the turn would wait for the lease of 30 seconds.
        async with asyncio.timeout(20.0), state.turn("chat"):
            pass


async def test_a_lock_excludes_the_tasks_of_a_process():
    """In memory as in any store; `wait=0` never queues."""
    locks = Locks(MemoryStore(ttl=1.0, now=time.monotonic, history=MemoryHistory()))

    async with locks.hold("a", ttl=1.0, wait=0.0) as first:
        with pytest.raises(BusyError):
            async with locks.hold("a", ttl=1.0, wait=0.0):
                pass
        async with locks.hold("b", ttl=1.0, wait=0.0):
            pass
    async with locks.hold("a", ttl=1.0, wait=0.0) as second:
        assert second.token > first.token
        assert not second.lost


class UnstableLockStore:
    """Lock store that fails after a number of commands, or whose lock is held by another process."""

    def __init__(self, *, commands: int = 1_000_000, is_held: bool = False) -> None:
        self.commands = commands
        self.is_held = is_held
        self.released: list[str] = []

    async def acquire(self, name: str, owner: str, ttl: float) -> int | None:
        self.commands -= 1
        if self.commands < 0:
            raise StateUnavailableError
        return None if self.is_held else 7

    async def release(self, name: str, owner: str) -> bool:
        if self.commands < 0:
            raise StateUnavailableError
        self.released.append(owner)
        return True


async def test_a_short_holder_starts_no_task():
    """Neither for the renewal of the lease nor for the release of the lock."""
    locks = Locks(UnstableLockStore())
    created: list[str] = []
    loop = asyncio.get_running_loop()

    def create(loop: asyncio.AbstractEventLoop, coro: Any, **facts: Any) -> asyncio.Task[Any]:
        created.append(coro.__qualname__)
        return asyncio.Task(coro, loop=loop, **facts)

    loop.set_task_factory(create)
    try:
        async with locks.hold("a", ttl=30.0, wait=None):
            pass
    finally:
        loop.set_task_factory(None)
    assert created == []


async def test_a_lock_held_elsewhere_is_busy_at_the_deadline():
    """Polling ends at the deadline, and the attempt is withdrawn from the store."""
    store = UnstableLockStore(is_held=True)

    with pytest.raises(BusyError):
        async with Locks(store).hold("a", ttl=1.0, wait=0.0):
            pass

    assert len(store.released) == 1


async def test_a_lease_that_cannot_be_renewed_is_lost_after_its_ttl(caplog):
    """A failed renewal alone loses nothing; once the TTL has passed without one, the lease is marked lost."""
    store = UnstableLockStore(commands=1)
    locks = Locks(store)
    began = time.monotonic()

    async with locks.hold("a", ttl=0.3, wait=0.0) as lease, asyncio.timeout(20.0):
        while not lease.lost:
            await asyncio.sleep(0.01)
        assert time.monotonic() - began >= 0.3

    assert any("a lease was lost" in record.message for record in caplog.records)
    store.commands = 100
    async with locks.hold("a", ttl=1.0, wait=0.0) as after:
        # The release that failed is repeated first.
        assert (after.token, len(store.released)) == (7, 1)


class SlowLockStore(UnstableLockStore):
    """Lock store whose releases wait until they are let through."""

    def __init__(self) -> None:
        super().__init__()
        self.releasing = asyncio.Event()
        self.let_through = asyncio.Event()

    async def release(self, name: str, owner: str) -> bool:
        self.releasing.set()
        await self.let_through.wait()
        return await super().release(name, owner)


async def test_a_lock_is_released_although_its_holder_is_cancelled_meanwhile():
    """Cancellations during the release, also repeated ones, reach the holder, and the lock is released all the same."""
    store = SlowLockStore()
    locks = Locks(store)

    async def work() -> None:
        async with locks.turn("chat"):
            pass

    task = asyncio.create_task(work())
    await store.releasing.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    store.let_through.set()
    await locks.drain()

    assert len(store.released) == 1


@pytest.mark.parametrize("steps", range(6))
async def test_the_next_turn_begins_at_once_after_a_cancelled_one(valkey_url, prefix, steps):
    """The task is cancelled so many steps of the loop after its turn has ended: no lease is left behind."""
    options = {"redis": valkey_url, "timeout": 10.0, "prefix": prefix}
    async with AsyncStateManager(**options) as one, AsyncStateManager(**options) as two:
        async with one.turn("warm"), two.turn("warmer"):
            pass

        async def work() -> None:
            async with one.turn("chat"):
                cancel_after(steps)

        def cancel_after(left: int) -> None:
            asyncio.get_running_loop().call_soon(*((cancel_after, left - 1) if left else (task.cancel,)))

        task = asyncio.create_task(work())
        await asyncio.wait([task])

        # Otherwise the turn would wait for the lease of 30 seconds.
        async with asyncio.timeout(20.0), two.turn("chat"):
            pass
