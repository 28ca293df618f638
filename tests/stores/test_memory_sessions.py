"""MemorySessions: expiry, tombstones, and conditional writes."""

from __future__ import annotations

from asyncassist import AsyncStateManager
from asyncassist._clock import monotonic
from asyncassist._stores.memory_sessions import MemorySessions
from asyncassist._stores.session_records import TOMBSTONE_TTL, SessionRecord, Write


async def test_sessions_expire(clock):
    """A session expires after the default TTL or its own; a read extends it unless `touch` is off."""
    async with AsyncStateManager(ttl=100.0, now=clock) as state:
        await state.save("a", {})
        await state.save("b", {}, ttl=10.0)
        clock.advance(9.0)
        assert (await state.get("a", touch=False)).expires_in == 91.0
        assert (await state.get("b")).expires_in == 10.0
        clock.advance(9.0)
        assert (await state.get("b")).expires_in == 10.0
        assert (await state.update("b", dict)).expires_in == 10.0
        clock.advance(10.0)
        assert await state.get("b") is None
        assert (await state.get("a")).expires_in == 100.0
        clock.advance(-1000.0)
        assert (await state.get("a", touch=False)).expires_in == 100.0
        clock.advance(100.0)
        assert await state.get("a") is None
        await state.save("c", {})
        assert [name async for name in state.scan()] == ["c"]
        assert len(state._runtime._stores["memory"]) == 1
        assert (await state.save("a", {})).version == 1


async def test_a_tombstone_expires_after_five_minutes(clock):
    """After 300 seconds a deleted id may be saved again, from version 1."""
    async with AsyncStateManager(now=clock) as state:
        await state.save("a", {})
        await state.delete("a")
        clock.advance(300.0)

        assert (await state.save("a", {})).version == 1


async def test_a_write_is_a_compare_and_set(clock):
    """A write whose condition fails returns the stored record and changes nothing."""
    store = MemorySessions(ttl=60.0, now=monotonic(clock))
    first = await store.write("x", Write("free", b'{"n":1}', ttl=10.0))
    refused = await store.write("x", Write("exact", b'{"n":9}', expected=7))
    second = await store.write("x", Write("exact", b'{"n":2}', expected=1, change_count=3))

    assert (first.written, first.record) == (True, SessionRecord(1, b'{"n":1}', 10.0, 10.0))
    assert (refused.written, refused.record) == (False, SessionRecord(1, b'{"n":1}', 10.0, 10.0))
    assert (second.written, second.record) == (True, SessionRecord(4, b'{"n":2}', 10.0, 10.0))


async def test_a_deletion_leaves_a_tombstone(clock):
    """A tombstone has a version and no data, is not scanned, and loses the session's own TTL."""
    store = MemorySessions(ttl=60.0, now=monotonic(clock))
    await store.write("x", Write("free", b"{}", ttl=10.0))

    deleted = await store.write("x", Write("alive", None))

    assert deleted.record == SessionRecord(2, None, None, TOMBSTONE_TTL)
    assert [name async for name in store.scan()] == []
    assert (await store.write("x", Write("free", b"{}"))).record == SessionRecord(3, b"{}", None, 60.0)
