"""OutageBuffer: detection, the three modes, and replay; nothing acknowledged is lost or applied twice."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import time

import pytest

from asyncassist import AsyncStateManager
from asyncassist._state.outage_buffer import PROBE_INTERVAL, OutageBuffer
from asyncassist._stores.journal import FileJournal
from asyncassist.errors import StateUnavailableError
from tests.state.operations import increment, text_messages, wait_until_replayed
from tests.stores.journal_entries import journal_entry


async def test_writes_in_an_outage_are_journalled_and_replayed(valkey, caplog):
    """They are acknowledged, visible to reads, and in the store after recovery; health and log report the outage."""
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        await state.save("x", {"n": 0, "old": True})
        assert state.backend == "redis"
        valkey.kill()

        for _ in range(5):
            session = await state.update("x", increment)
        await state.patch("x", {"old": None})
        made = await state.create({"new": 1})
        await state.save("y", {"a": 1})
        await state.delete("y")

        assert (session.acked, session.data["n"], state.backend) == ("journal", 5, "journal")
        assert (await state.get("x")).data == {"n": 5}
        assert await state.get_many([made.id, "y"]) == [await state.get(made.id), None]
        assert state.stats().journal_depth == 9
        assert state.stats().journal_age >= 0.0
        health = await state.health()
        assert health.status == "warn"
        assert "journal" in health.note

        valkey.start()
        await wait_until_replayed(state)

        assert state.backend == "redis"
        assert (await state.health()).status == "pass"
        assert (state.stats().journal_depth, state.stats().replayed, state.stats().conflicts) == (0, 9, 0)
        assert state.stats().degraded_seconds > 0.0
        async with AsyncStateManager(redis=valkey.url, timeout=10.0) as other:
            found = await other.get("x")
            assert (found.data, found.version, found.acked) == ({"n": 5}, 7, "redis")
            assert (await other.get(made.id)).data == {"new": 1}
            assert await other.get("y") is None
    assert [record.message for record in caplog.records if "degraded" in record.message] != []
    assert sum("works again" in record.message for record in caplog.records) == 1


async def test_recovery_is_detected_within_a_second(valkey):
    """The probe interval bounds the time until the replay starts."""
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        await state.save("x", {})
        valkey.kill()
        await state.save("x", {"a": 1})
        valkey.start()

        began = time.monotonic()
        await wait_until_replayed(state)

        # The bound is generous for slow machines; the probe interval puts it well below a second elsewhere.
        assert time.monotonic() - began < 10.0
        assert PROBE_INTERVAL <= 0.2


async def test_a_write_whose_reply_was_lost_is_applied_once(valkey):
    """A frozen server executes the commands in its buffer when it resumes; the replay recognizes them."""
    async with AsyncStateManager(redis=valkey.url, timeout=1.0) as state:
        await state.save("x", {"n": 0})
        await state.append("chat", text_messages("first"))
        valkey.freeze()

        results = await asyncio.gather(
            *(state.update("x", increment) for _ in range(10)), state.append("chat", text_messages("second"))
        )
        valkey.thaw()
        await wait_until_replayed(state)

        assert [result.acked for result in results[:10]] == ["journal"] * 10
        assert (await state.get("x")).data == {"n": 10}
        assert (await state.get("x")).version == 11
        assert [m.content for m in await state.messages("chat")] == ["first", "second"]


async def test_mode_memory_discards_its_writes_on_recovery(valkey):
    """In mode "memory" writes are visible in this process during the outage, then the store prevails."""
    async with AsyncStateManager(redis=valkey.url, outage="memory", timeout=10.0) as state:
        await state.save("x", {"n": 1})
        valkey.kill()
        session = await state.patch("x", {"n": 2})
        await state.append("chat", text_messages("here"))

        assert (session.acked, state.backend, state.stats().journal_depth) == ("memory", "memory", 0)
        assert (await state.get("x")).data == {"n": 2}

        valkey.start()
        async with asyncio.timeout(20.0):
            while state.backend != "redis":
                await asyncio.sleep(0.01)

        assert (await state.get("x")).data == {"n": 1}
        assert await state.messages("chat") == []


async def test_mode_raise_raises_until_recovery(valkey):
    """In mode "raise" every call raises StateUnavailableError; the first one after recovery succeeds."""
    async with AsyncStateManager(redis=valkey.url, outage="raise", timeout=10.0) as state:
        await state.save("x", {"n": 1})
        valkey.kill()

        for call in (
            lambda: state.save("x", {}),
            lambda: state.get("x"),
            lambda: state.get_many(["x"]),
            lambda: state.delete("x"),
            lambda: state.append("chat", text_messages("x")),
            lambda: state.messages("chat"),
        ):
            with pytest.raises(StateUnavailableError):
                await call()
        assert (await state.health()).status == "fail"

        valkey.start()

        assert (await state.get("x")).data == {"n": 1}
        assert (await state.health()).status == "pass"


async def test_a_full_journal_refuses_writes(valkey):
    """Beyond `max_journal` a write raises StateUnavailableError with the depth and is not applied."""
    async with AsyncStateManager(redis=valkey.url, max_journal=3, timeout=10.0) as state:
        await state.save("x", {})
        valkey.kill()
        for number in range(3):
            await state.save("x", {"n": number})

        with pytest.raises(StateUnavailableError) as caught:
            await state.save("x", {"n": 99})
        with pytest.raises(StateUnavailableError):
            await state.append("chat", text_messages("x"))

        assert caught.value.depth == 3
        assert (await state.get("x")).data == {"n": 2}
        with pytest.raises(StateUnavailableError) as late:
            await state.flush(timeout=0.05)
        assert late.value.depth == 3
        valkey.start()
        await wait_until_replayed(state)
        assert (await state.get("x")).data == {"n": 2}


async def test_thousands_of_writes_are_replayed_in_order(valkey):
    """The last of several writes to each session prevails, and each write counts once."""
    async with AsyncStateManager(redis=valkey.url, timeout=5.0) as state:
        await state.save("x", {})
        valkey.kill()
        for turn in range(3):
            await asyncio.gather(*(state.save(f"s{number}", {"turn": turn}) for number in range(800)))
        await asyncio.to_thread(valkey.start)
        await wait_until_replayed(state)

        found = await state.get_many([f"s{number}" for number in range(800)])
        assert {(session.version, session.data["turn"]) for session in found} == {(3, 2)}
        assert state.stats().replayed == 2400


async def test_a_write_that_the_disk_refused_is_not_replayed(valkey, tmp_path):
    """The caller got an error, so the write must not be applied later."""
    async with AsyncStateManager(redis=valkey.url, journal=tmp_path, timeout=10.0) as state:
        await state.save("x", {"n": 1})
        valkey.kill()
        journal = state._runtime._journal
        await journal._run_in_thread(lambda: journal._connection.execute("ALTER TABLE entries RENAME TO aside"))
        with pytest.raises(StateUnavailableError):
            await state.save("x", {"n": 2})
        assert (await state.get("x")).data == {"n": 1}
        await journal._run_in_thread(lambda: journal._connection.execute("ALTER TABLE aside RENAME TO entries"))
        await state.save("y", {"n": 3})
        valkey.start()
        await state.flush()

        assert (await state.get("x")).data == {"n": 1}
        assert (await state.get("y")).data == {"n": 3}


def outage_buffer(replay, *, mode="journal", capacity=1000, recovered=None, journal=None) -> OutageBuffer:
    """A buffer of a store that always responds to a probe."""

    async def probe() -> None:
        pass

    return OutageBuffer(
        "the store",
        mode=mode,
        probe=probe,
        replay=replay,
        on_recovered=recovered or (lambda: None),
        journal=journal,
        remaining_capacity=lambda: capacity,
        now=time.monotonic,
    )


async def test_a_batch_that_times_out_is_repeated_in_smaller_batches():
    """A slow store gets fewer entries per call; every entry is replayed, in order."""
    sizes: list[int] = []
    applied: list[int] = []
    recovered: list[bool] = []

    async def replay(entries):
        sizes.append(len(entries))
        if len(entries) > 40:
            raise StateUnavailableError
        applied.extend(entry.seq for entry in entries)

    buffer = outage_buffer(replay, recovered=lambda: recovered.append(True))
    buffer.begin(StateUnavailableError())
    await buffer.buffer([journal_entry(number) for number in range(1, 61)])
    assert (buffer.active, buffer.unreachable, len(buffer.pending)) == (True, True, 60)
    await buffer.wait_drained()

    assert applied == list(range(1, 61))
    assert sizes[:4] == [60, 60, 60, 16]
    assert (buffer.active, buffer.replayed, recovered) == (False, 60, [True])
    await buffer.aclose()


async def test_entries_beyond_the_capacity_are_refused_together():
    """A batch is buffered as a whole or not at all."""

    async def replay(entries):
        raise AssertionError

    buffer = outage_buffer(replay, capacity=1)

    with pytest.raises(StateUnavailableError):
        await buffer.buffer([journal_entry(1), journal_entry(2)])

    assert not buffer.active
    await buffer.aclose()


async def test_only_mode_journal_buffers_entries():
    """Mode "memory" acknowledges without an entry, mode "raise" refuses the write."""

    async def replay(entries):
        raise AssertionError

    memory, refusing = outage_buffer(replay, mode="memory"), outage_buffer(replay, mode="raise")

    await memory.buffer([journal_entry(1)])
    with pytest.raises(StateUnavailableError):
        await refusing.buffer([journal_entry(1)])
    refusing.begin(StateUnavailableError())

    assert (memory.ack_location, len(memory.pending)) == ("memory", 0)
    assert (refusing.active, bool(refusing.degradation)) == (False, True)
    refusing.end_if_recovered()
    assert not refusing.degradation


@contextlib.contextmanager
def full_disk():
    """No file of this process grows."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@contextlib.asynccontextmanager
async def journalled_buffer(folder, replay, **options):
    """A buffer with a journal on disk, and that journal."""
    journal = FileJournal(folder, {"put": "redis 127.0.0.1:6379/0 asyncassist:"})
    await journal.open()
    buffer = outage_buffer(replay, journal=journal, **options)
    yield buffer, journal
    await buffer.aclose()
    await journal.aclose()


async def test_a_refused_write_does_not_disturb_a_replay_under_way(tmp_path):
    """It was never queued: the other entries are replayed once each, and the recovery comes to its end."""
    applied: list[int] = []
    began, proceed = asyncio.Event(), asyncio.Event()

    async def replay(entries):
        began.set()
        await proceed.wait()
        applied.extend(entry.seq for entry in entries)

    async with journalled_buffer(tmp_path, replay) as (buffer, _):
        buffer.begin(StateUnavailableError())
        await buffer.buffer([journal_entry(1)])
        with full_disk():
            refused = asyncio.ensure_future(buffer.buffer([journal_entry(2)]))
            await began.wait()
            with pytest.raises(StateUnavailableError):
                await refused
        await buffer.buffer([journal_entry(3)])
        proceed.set()
        await buffer.wait_drained()

        assert (applied, buffer.replayed, buffer.depth) == ([1, 3], 2, 0)
    assert list(tmp_path.iterdir()) == []


async def test_an_entry_is_replayed_after_it_is_on_disk_and_leaves_no_row(tmp_path):
    """The outage ends while the disk writes: the store gets the entry before its caller goes on, and the row goes."""
    applied: list[int] = []
    recovered: list[list[int]] = []

    async def replay(entries):
        assert all(entry.row for entry in entries)
        applied.extend(entry.seq for entry in entries)

    async with journalled_buffer(
        tmp_path, replay, recovered=lambda: recovered.append([entry.seq for entry in buffer.unreplayed])
    ) as (buffer, _):
        await buffer.buffer([journal_entry(1)])

        assert (applied, buffer.active, buffer.depth) == ([1], False, 0)
        await asyncio.sleep(0)
        assert recovered == [[]]
        await buffer.wait_drained()
    assert list(tmp_path.iterdir()) == []


async def test_a_store_that_fails_again_meanwhile_leaves_the_entry_buffered(tmp_path):
    """The replay of an entry fails: it is acknowledged as journalled and replayed on recovery."""
    failures = [StateUnavailableError()]
    applied: list[int] = []

    async def replay(entries):
        if failures:
            raise failures.pop()
        applied.extend(entry.seq for entry in entries)

    async with journalled_buffer(tmp_path, replay) as (buffer, _):
        await buffer.buffer([journal_entry(1)])
        assert (buffer.active, buffer.unreachable, buffer.depth) == (True, True, 1)
        await buffer.wait_drained()

        assert (applied, buffer.depth) == ([1], 0)
    assert list(tmp_path.iterdir()) == []


async def test_a_caller_that_is_cancelled_during_the_replay_leaves_no_row(tmp_path):
    """The entry is on disk: it is replayed in the background and deleted, not found by a later process."""
    applied: list[int] = []
    began, proceed = asyncio.Event(), asyncio.Event()

    async def replay(entries):
        began.set()
        await proceed.wait()
        applied.extend(entry.seq for entry in entries)

    async with journalled_buffer(tmp_path, replay) as (buffer, _):
        caller = asyncio.ensure_future(buffer.buffer([journal_entry(1)]))
        await began.wait()
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        proceed.set()
        await buffer.wait_drained()

        assert applied == [1]
    assert list(tmp_path.iterdir()) == []


async def test_entries_being_written_count_towards_the_capacity(valkey, tmp_path):
    """Concurrent writes together stay within `max_journal`."""
    async with AsyncStateManager(redis=valkey.url, journal=tmp_path, max_journal=2, timeout=10.0) as state:
        valkey.kill()
        await state.save("x", {})

        results = await asyncio.gather(*(state.save(f"s{number}", {}) for number in range(5)), return_exceptions=True)

        assert sum(isinstance(result, StateUnavailableError) for result in results) == 4
        assert state.stats().journal_depth == 2
        valkey.start()
        await state.flush()
