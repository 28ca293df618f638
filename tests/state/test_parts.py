"""The parts that can be seen alone: the journal's files, what is known, sessions in memory, plans of a replay."""

from __future__ import annotations

import asyncio
import sqlite3
import stat

import pytest

from asyncassist import AsyncStateManager
from asyncassist._clock import monotonic
from asyncassist._state.key_queue import BatchingKeyQueue
from asyncassist._state.session_cache import SessionCache
from asyncassist._stores.journal import FileJournal, JournalEntry
from asyncassist._stores.outage_replay import plan_replay, plan_unconditional_put
from asyncassist._stores.serialization import decode, encode, json_equal
from asyncassist._stores.session_records import ABSENT, SessionRecord
from asyncassist.errors import ConfigurationError, InvalidInputError, StateUnavailableError


def entry(seq: int, **facts) -> JournalEntry:
    defaults = {
        "target": "redis",
        "kind": "put",
        "key": "x",
        "writer": "w",
        "base": seq - 1,
        "made": seq,
        "at": 0.0,
        "body": b"{}",
    }
    return JournalEntry(seq=seq, **{**defaults, **facts})


async def test_a_file_journal_keeps_order_and_forgets_what_is_done(tmp_path):
    folder = tmp_path / "deep" / "journal"
    first = FileJournal(folder)
    assert await first.open() == []
    entries = [entry(number, values={"n": number}, saw={"n": None}, drop=("d",)) for number in range(1, 50)]
    await asyncio.gather(*(first.add([item]) for item in entries))
    await first.remove(entries[:10])
    await first.aclose()

    second = FileJournal(folder)
    left = await second.open()

    assert [item.seq for item in left] == list(range(11, 50))
    assert (left[0].values, left[0].saw, left[0].drop, left[0].body) == ({"n": 11}, {"n": None}, ("d",), b"{}")
    await second.remove(left)
    await second.aclose()
    assert list(folder.iterdir()) == []


async def test_a_journal_is_for_its_owner_alone(tmp_path):
    journal = FileJournal(tmp_path)
    await journal.open()
    await journal.add([entry(1)])

    for path in tmp_path.glob("*.sqlite"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await journal.aclose()


async def test_a_file_that_somebody_holds_is_not_taken(tmp_path):
    """Two processes in one folder do not replay each other's writes while both live."""
    one, two = FileJournal(tmp_path), FileJournal(tmp_path)
    await one.open()
    await one.add([entry(1)])

    assert await two.open() == []
    await one.aclose()
    assert [item.seq for item in await two.adopt()] == [1]
    await two.aclose()


async def test_a_damaged_file_stays_for_somebody_to_look_at(tmp_path):
    (tmp_path / "journal-1-damaged.sqlite").write_bytes(b"not a database" * 100)
    other = sqlite3.connect(tmp_path / "journal-2-other.sqlite")
    other.execute("CREATE TABLE entries (something TEXT)")
    other.commit()
    other.close()
    journal = FileJournal(tmp_path)

    assert await journal.open() == []
    await journal.aclose()

    assert {path.name for path in tmp_path.glob("*.sqlite")} == {"journal-1-damaged.sqlite", "journal-2-other.sqlite"}


async def test_a_disk_that_fails_acknowledges_nothing(tmp_path):
    journal = FileJournal(tmp_path)
    await journal.open()
    assert journal._connection is not None
    await journal._run_in_thread(lambda: journal._connection.execute("DROP TABLE entries"))

    with pytest.raises(StateUnavailableError):
        await journal.add([entry(1)])
    with pytest.raises(StateUnavailableError):
        await journal.remove([entry(1)])
    with pytest.raises(StateUnavailableError):
        await journal.aclose()


async def test_a_write_that_the_disk_refused_is_not_replayed(valkey, tmp_path):
    """The caller was told that it failed: it must not happen later."""
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


async def test_the_journal_must_be_a_folder(tmp_path):
    file = tmp_path / "file"
    file.write_text("")

    with pytest.raises(ConfigurationError) as caught:
        async with AsyncStateManager(redis="redis://127.0.0.1:1/0", journal=file):
            pass

    assert caught.value.field == "journal"


async def test_sessions_in_memory_end(clock):
    """By the manager's time or their own; reading slides it, looking does not."""
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
        assert len(state._runtime._memory_sessions) == 1
        assert (await state.save("a", {})).version == 1


async def test_a_tombstone_ends_after_five_minutes(clock):
    async with AsyncStateManager(now=clock) as state:
        await state.save("a", {})
        await state.delete("a")
        clock.advance(300.0)

        assert (await state.save("a", {})).version == 1


def test_known_is_bounded(clock):
    known = SessionCache(monotonic(clock), max_entries=3, max_bytes=100)
    for name in "abcd":
        known.put(name, SessionRecord(1, b"x" * 10, None, 60.0))
    assert [name in known for name in "abcd"] == [False, True, True, True]

    known.put("big", SessionRecord(1, b"x" * 95, None, 60.0))
    assert len(known) == 1
    clock.advance(60.0)
    assert known.get("big") is ABSENT
    assert known.get("other") is None


def test_a_guess_is_young(clock):
    """After that a deletion, its tombstone and a new beginning may have come between."""
    known = SessionCache(monotonic(clock))
    known.put("a", SessionRecord(3, b"{}", None, 1000.0))

    assert known.get_recent("a") is not None
    clock.advance(150.0)
    assert known.get_recent("a") is None
    assert known.get("a") is not None


def test_an_answer_that_was_overtaken_is_not_fresh(clock):
    """A change that is heard of while a read is on its way makes its answer doubtful."""
    known = SessionCache(monotonic(clock))
    record = SessionRecord(1, b"{}", None, 60.0)
    known.begin_read("a")
    known.begin_read("a")
    known.invalidate("a")
    known.end_read("a", record)
    assert known.get_fresh("a") is None
    known.end_read("a", record)
    assert known.get_fresh("a") is None

    known.begin_read("a")
    known.end_read("a", record)
    assert known.get_fresh("a") is not None
    clock.advance(60.0)
    assert known.get_fresh("a") is None
    known.begin_read("b")
    known.invalidate_all()
    known.end_read("b", record)
    assert known.get_fresh("b") is None


def test_a_replay_applies_each_write_once():
    found = SessionRecord(5, b'{"n":5}', None, 0.0)
    entries = [entry(1, base=4, made=5), entry(2, base=5, made=6, body=b'{"n":6}', mode="live", expected=5)]

    made = plan_replay(found, {"w": 1}, entries)

    assert made.record.version == 6
    assert made.write is not None
    assert (made.write.expected, made.write.change_count, made.write.body) == (5, 1, b'{"n":6}')
    assert plan_replay(found, {"w": 2}, entries).write is None


def test_a_replay_follows_the_callers_own_versions():
    """A chain of versioned writes that began where nothing was known is one chain, not a conflict."""
    found = SessionRecord(9, b'{"theirs":1}', None, 0.0)
    entries = [entry(1, base=-1, made=1), entry(2, base=1, made=2, mode="live", expected=1, body=b'{"n":2}')]

    made = plan_replay(found, {}, entries)

    assert (made.lost, made.record.version, made.record.body) == ([], 11, b'{"n":2}')


def test_a_versioned_write_after_a_merge_is_a_conflict():
    """Its caller did not see what the merge kept of another."""
    found = SessionRecord(9, b'{"theirs":1}', None, 0.0)
    entries = [
        entry(1, kind="patch", base=5, made=6, values={"a": 1}, body=b'{"a":1}'),
        entry(2, base=6, made=7, mode="live", expected=6, body=b'{"n":2}'),
    ]

    made = plan_replay(found, {}, entries)

    assert [lost.entry.seq for lost in made.lost] == [2]
    assert decode(made.record.body or b"") == {"theirs": 1, "a": 1}


def test_only_a_put_that_asks_for_no_version_needs_no_look():
    """A number may fit by chance: whether a versioned write is still right shows only in what is there."""
    assert plan_unconditional_put([entry(1)]) is not None
    assert plan_unconditional_put([entry(1, mode="live", expected=1)]) is None
    assert plan_unconditional_put([entry(1, kind="patch")]) is None
    assert plan_unconditional_put([entry(1), entry(2)]) is None


async def test_a_cancelled_worker_cancels_who_waits():
    gate = asyncio.Event()

    async def commit(key, jobs):
        await gate.wait()
        raise LookupError("all of them")

    queues: BatchingKeyQueue[int] = BatchingKeyQueue(commit)
    first = asyncio.create_task(queues.submit("a", 1))
    others = [asyncio.create_task(queues.submit("a", number)) for number in range(3)]
    await asyncio.sleep(0)
    assert len(queues) == 1
    gate.set()
    results = await asyncio.gather(first, *others, return_exceptions=True)

    assert all(isinstance(result, LookupError) for result in results)
    await queues.drain()
    assert len(queues) == 0


def test_values_of_json_are_told_apart():
    assert json_equal([1, {"a": None}], [1, {"a": None}])
    assert not json_equal(1, True)
    assert not json_equal(1, 1.0)
    assert not json_equal([1], [1.0])
    with pytest.raises(InvalidInputError):
        encode("data", {"x": type("Odd", (), {})()})
