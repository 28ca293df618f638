"""SQLiteStore: write ids, expiry, restarts, several processes on one file, and processes that are killed."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import itertools
import os
import sqlite3
import subprocess
import sys
import textwrap

import pytest

from asyncassist import AsyncStateManager
from asyncassist._stores.conversation_info import to_microseconds
from asyncassist._stores.serialization import prepare_messages
from asyncassist._stores.session_records import TOMBSTONE_TTL, Append, Write, WriteId
from asyncassist._stores.sqlite import _CLEANING_BATCH, _LIST, _MAX_WRITERS, SQLiteStore, _find
from asyncassist._types import Message
from asyncassist.errors import ClosedError, ConflictError, StateError, StateUnavailableError
from tests.state.operations import increment, text_messages


@pytest.fixture
def path(tmp_path):
    """Path of a file that does not exist yet, in a folder that does not either."""
    return tmp_path / "new" / "state.sqlite"


@pytest.fixture
async def store(path, clock):
    """A store whose sessions live for 100 seconds."""
    made = SQLiteStore(path, ttl=100.0, clock=clock)
    yield made
    await made.aclose()


def query(path, text, *values):
    """Return the rows of a query on a connection of the test's own."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(text, values).fetchall()
    finally:
        connection.close()


async def test_a_restart_forgets_nothing(path):
    """Sessions, messages, request ids and versions are there for the next manager; health names the store."""
    async with AsyncStateManager(sqlite=str(path)) as state:
        await state.save("x", {"n": 1})
        await state.append("chat", text_messages("a", "b"), user="ana", request_id="r")

    async with AsyncStateManager(sqlite=path) as state:
        assert (await state.get("x")).data == {"n": 1}
        assert await state.append("chat", text_messages("again"), user="ana", request_id="r") == 2
        assert [m.content for m in await state.messages("chat", user="ana")] == ["a", "b"]
        assert [m.content for m in await state.request_messages("chat", "r", user="ana")] == ["a", "b"]
        assert [check.name for check in (await state.health()).checks] == ["sqlite"]
        assert (state.backend, state.stats().batches > 0) == ("sqlite", True)


async def test_files_are_private(path):
    """The file and its folder belong to their user alone: they hold what people said."""
    async with AsyncStateManager(sqlite=path) as state:
        await state.save("x", {})

        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert {found.stat().st_mode & 0o777 for found in path.parent.iterdir()} == {0o600}


async def test_a_write_id_is_applied_once(store):
    """A repeated write returns the first result; an older one of the same writer is not applied either."""
    first = await store.write("x", Write("any", b'{"n":1}', write_ids=(WriteId("w", 5),)))
    other = await store.write("x", Write("any", b'{"n":2}', write_ids=(WriteId("v", 1),)))
    again = await store.write("x", Write("any", b'{"n":1}', write_ids=(WriteId("w", 5),)))
    older = await store.write("x", Write("any", b'{"n":0}', write_ids=(WriteId("w", 4),)))

    assert [(result.written, result.record.version) for result in (first, other, again, older)] == [
        (True, 1),
        (True, 2),
        (True, 1),
        (True, 1),
    ]
    assert (await store.read("x")).body == b'{"n":2}'


async def test_the_writers_of_a_session_are_bounded(store, path):
    """The last writes of 64 writers and a few more are remembered."""
    for number in range(3 * _MAX_WRITERS):
        await store.write("x", Write("any", b"{}", write_ids=(WriteId(f"w{number}", 1),)))

    assert query(path, "SELECT count(*) FROM writes")[0][0] <= 2 * _MAX_WRITERS


async def test_an_aged_write_has_the_rest_of_its_ttl(store, clock):
    """Unless the session was used since; with nothing left it does not exist."""
    aged = await store.write("x", Write("any", b"{}", age=40.0))
    clock.advance(10.0)
    used = await store.write("x", Write("any", b"{}", age=90.0))
    gone = await store.write("y", Write("any", b"{}", age=100.0))

    assert (aged.record.expires_in, used.record.expires_in) == (60.0, 50.0)
    assert gone.written
    assert (await store.read("y")).version == 0


async def test_a_read_extends_the_ttl_once_a_tenth_has_passed(store, clock):
    """Each extension is a write, so a session that was just used is not extended; tombstones and `touch=False` never."""
    await store.write("x", Write("any", b"{}"))
    await store.write("gone", Write("any", b"{}"))
    await store.write("gone", Write("alive", None))
    clock.advance(5.0)
    assert (await store.read("x")).expires_in == 95.0
    clock.advance(45.0)
    assert (await store.read("x", touch=False)).expires_in == 50.0
    assert [record.expires_in for record in await store.read_many(["x", "gone"])] == [100.0, TOMBSTONE_TTL - 50.0]
    await store.probe()  # the extension is in a transaction before this one

    clock.advance(99.0)
    assert (await store.read("x", touch=False)).expires_in == 1.0
    clock.advance(1.0)
    assert (await store.read("x")).version == 0
    assert [name async for name in store.scan()] == []


async def test_a_clock_set_back_revives_nothing(store, clock):
    """An expired session stays expired, and begins anew with version 1, whatever the wall clock says."""
    await store.write("x", Write("any", b"{}", change_count=7, write_ids=(WriteId("w", 9),)))
    clock.advance(100.0)
    assert (await store.read("x")).body is None
    clock.advance(-50.0)

    assert (await store.read("x")).body is None
    made = await store.write("x", Write("never", b"{}", write_ids=(WriteId("w", 3),)))
    assert (made.written, made.record.version) == (True, 1)


async def test_expired_rows_are_deleted_in_small_batches(store, path, clock):
    """Each transaction of the cleaner is small; what lives, and its write ids, stay."""
    writes = [store.write(f"s{n}", Write("any", b"{}", write_ids=(WriteId("w", n),))) for n in range(_CLEANING_BATCH)]
    await asyncio.gather(*writes)
    await store.write("last", Write("any", b"{}"))
    clock.advance(100.0)
    await store.write("alive", Write("any", b"{}", write_ids=(WriteId("w", 999),)))

    more = [await store._writer.run(store._clean) for _ in range(2)]

    assert more == [True, False]
    assert query(path, "SELECT id FROM sessions") == [("alive",)]
    assert query(path, "SELECT seq FROM writes") == [(999,)]


async def test_scan_reads_page_by_page(store):
    """All live sessions are found, however many there are, and no deleted one."""
    names = [f"s{number:04}" for number in range(1200)]
    await asyncio.gather(*(store.write(name, Write("any", b"{}")) for name in names))
    await store.write(names[0], Write("alive", None))

    assert [name async for name in store.scan()] == names[1:]


async def test_appends_at_once_are_each_their_own(store, clock):
    """They share statements; two to one conversation follow one another, and one that conflicts changes nothing."""
    one = prepare_messages(text_messages("a", "b"), clock=clock)
    more = [prepare_messages(text_messages(f"{number}"), clock=clock) for number in range(5)]

    found = await asyncio.gather(
        store.append("-:c", Append(one, request_id="r"), WriteId("w", 1)),
        store.append("-:d", Append(more[0], expected_version=0), WriteId("w", 2)),
        store.append("-:c", Append(more[1], request_id="r"), WriteId("w", 3)),
        store.append("-:d", Append(more[2], expected_version=7), WriteId("w", 4)),
        store.append("-:c", Append(more[3]), WriteId("w", 5)),
        return_exceptions=True,
    )

    conflict = found.pop(3)
    assert found == [2, 1, 2, 3]
    assert isinstance(conflict, ConflictError)
    assert (conflict.key, conflict.expected, conflict.actual) == ("d", 7, 1)
    assert [message.content for message in (await store.read_page("-:c"))[1]] == ["a", "b", "3"]
    assert [message.content for message in await store.read_request("-:c", "r")] == ["a", "b"]
    assert store.stats()["batches"] < 5


async def test_a_message_comes_back_as_it_was_stored(store, clock):
    """Text of any script, metadata, source and time; a copy of this process is none of what is compared."""
    given = [
        {
            "role": "user",
            "content": "\u00e9\u4e2d\U0001f600 \\ \" \n\t \x01 'q'",
            "metadata": {"a": [1, None, "\u00fc"]},
        },
        {"role": "assistant", "content": "", "source": "model"},
    ]
    prepared = prepare_messages(given, clock=clock)
    await store.append("-:c", Append(prepared), WriteId("w", 1))
    store._copies.clear()

    _, found = await store.read_page("-:c")

    assert [dataclasses.replace(message, seq=0) for message in found] == prepared


@pytest.mark.parametrize("damage", ["role = 'nobody'", "metadata = '{'"])
async def test_pages_read_at_once_are_each_their_own(store, path, clock, damage):
    """Each caller gets its page, whoever is cancelled; one that cannot be read is an error of its reader alone."""
    texts = [f"{number}" for number in range(5)]
    writer = SQLiteStore(path, ttl=100.0, clock=clock)  # the one that reads has no copies
    for name in range(40):
        prepared = prepare_messages(text_messages(*(f"{name}.{text}" for text in texts)), clock=clock)
        await writer.append(f"-:c{name}", Append(prepared), WriteId("w", name))
    await writer.aclose()
    with contextlib.closing(sqlite3.connect(path)) as file, file:
        file.execute(f"UPDATE messages SET {damage} WHERE content = '7.3'")

    reads = [asyncio.ensure_future(store.read_page(f"-:c{name}", limit=2, before=5)) for name in range(41)]
    await asyncio.sleep(0)
    reads[3].cancel()
    pages = await asyncio.gather(*reads, return_exceptions=True)

    assert isinstance(pages[3], asyncio.CancelledError)
    assert isinstance(pages[7], StateError)
    assert not isinstance(pages[7], StateUnavailableError)
    assert pages[40] == (0, [])
    for name in {*range(40)} - {3, 7}:
        version, messages = pages[name]
        assert (version, [m.content for m in messages]) == (5, [f"{name}.2", f"{name}.3"])


async def test_pages_of_a_file_that_is_unavailable_fail_together(tmp_path, clock):
    """Their error is typed, and a caller that was cancelled is passed over."""
    (tmp_path / "folder").write_text("")
    store = SQLiteStore(tmp_path / "folder" / "state.sqlite", ttl=100.0, clock=clock)
    reads = [asyncio.ensure_future(store.read_page(f"-:c{name}")) for name in range(3)]
    await asyncio.sleep(0)
    reads[1].cancel()

    failed = await asyncio.gather(*reads, return_exceptions=True)
    await store.aclose()

    kinds = [StateUnavailableError, asyncio.CancelledError, StateUnavailableError]
    assert [type(error) for error in failed] == kinds


async def test_tokens_of_a_lock_rise(store):
    """Also after a release, and after an expired lease; the owner renews with the token it has."""
    first = await store.acquire("l", "a", 30.0)

    assert await store.acquire("l", "b", 30.0) is None
    assert await store.acquire("l", "a", 0.001) == first
    await asyncio.sleep(0.01)
    second = await store.acquire("l", "b", 30.0)
    assert second > first
    assert await store.release("l", "a") is False
    assert await store.release("l", "b") is True
    assert await store.acquire("l", "c", 30.0) > second


async def test_a_closed_store_refuses_calls(store):
    """Closing waits for what was written; a call after it raises ClosedError."""
    written = asyncio.ensure_future(store.write("x", Write("any", b"{}")))
    await asyncio.sleep(0)
    await store.aclose()

    assert (await written).written
    with pytest.raises(ClosedError):
        await store.read("x")


WRITER = textwrap.dedent(
    """
    import asyncio, sys
    from asyncassist import AsyncStateManager

    async def main(path, run):
        state = AsyncStateManager(sqlite=path)

        async def work(number):
            count = 0
            while True:
                count += 1
                text = f"{run}.{number}.{count}"
                await state.append(f"c{number}", [{"role": "user", "content": text}])
                print(text, flush=True)
                await state.update("x", lambda data: {**data, text: True}, create=True)
                print("x", text, flush=True)

        await asyncio.gather(*(work(number) for number in range(4)))

    asyncio.run(main(*sys.argv[1:]))
    """
)


async def test_nothing_acknowledged_is_lost_when_a_process_is_killed(path):
    """Killed at any moment, again and again: each acknowledged write is there once, and the file is sound.

    ASYNCASSIST_TEST_KILLS=100 kills that many processes.
    """
    appended: set[str] = set()
    updated: set[str] = set()
    for run in range(int(os.environ.get("ASYNCASSIST_TEST_KILLS", "4"))):
        command = [sys.executable, "-c", WRITER, str(path), str(run)]
        process = await asyncio.to_thread(subprocess.Popen, command, stdout=subprocess.PIPE, text=True)
        lines = [await asyncio.to_thread(process.stdout.readline) for _ in range(10 + 7 * (run % 13))]
        process.kill()
        rest, _ = await asyncio.to_thread(process.communicate)
        for line in [*lines, *rest.splitlines(keepends=True)]:
            if line.endswith("\n"):
                words = line.split()
                (updated if words[0] == "x" else appended).add(words[-1])
        assert await asyncio.to_thread(query, path, "PRAGMA integrity_check") == [("ok",)]

    async with AsyncStateManager(sqlite=path) as state:
        stored = [m.content for number in range(4) for m in await state.messages(f"c{number}")]
        assert len(stored) == len(set(stored))
        assert appended <= set(stored)
        assert updated <= set((await state.get("x")).data)


async def test_processes_update_one_session_without_an_error(path):
    """Four processes update one session 500 times each, and take a lock meanwhile: 2000 updates are stored."""
    program = textwrap.dedent(
        """
        import asyncio, sys
        from asyncassist import AsyncStateManager

        def increment(data):
            data["n"] = data.get("n", 0) + 1

        async def main(path):
            async with AsyncStateManager(sqlite=path) as state:
                for _ in range(50):
                    await asyncio.gather(*(state.update("x", increment, create=True) for _ in range(10)))
                async with state.turn("chat"):
                    found = await state.messages("chat")
                    await state.append("chat", [{"role": "user", "content": "x"}], expected_version=len(found))

        asyncio.run(main(sys.argv[1]))
        """
    )
    command = [sys.executable, "-c", program, str(path)]
    processes = [
        await asyncio.to_thread(subprocess.Popen, command, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    errors = [(await asyncio.to_thread(process.communicate))[1] for process in processes]

    async with AsyncStateManager(sqlite=path) as state:
        assert errors == [""] * 4
        found = await state.get("x")
        assert (found.data, found.version) == ({"n": 2000}, 2000)
        assert len(await state.messages("chat")) == 4


async def test_managers_of_one_process_share_a_file(path):
    """Several managers, each with its threads, update one session and lose nothing."""
    async with AsyncStateManager(sqlite=path) as one, AsyncStateManager(sqlite=path) as other:
        await asyncio.gather(*(state.update("x", increment, create=True) for state in (one, other) for _ in range(50)))

        assert (await one.get("x")).data == {"n": 100}


async def test_children_of_a_process_with_an_open_manager_write_with_their_own(path):
    """Forked while the parent writes: what each acknowledges is stored once, and the file is sound."""
    program = textwrap.dedent(
        """
        import multiprocessing, sys
        from asyncassist import AsyncStateManager, LoopThread
        from asyncassist.errors import WrongLoopError

        loop = LoopThread()
        unopened, opened = AsyncStateManager(sqlite=sys.argv[1]), AsyncStateManager(sqlite=sys.argv[1])

        def write(state, name):
            for number in range(20):
                loop.run(state.append("chat", [{"role": "user", "content": f"{name}{number}"}]))

        def work(name):
            write(unopened, name)
            try:
                loop.run(opened.append("chat", [{"role": "user", "content": "refused"}]))
            except WrongLoopError:
                loop.run(unopened.aclose())
                loop.close()
            else:
                sys.exit(1)

        fork = multiprocessing.get_context("fork")
        children = [fork.Process(target=work, args=[name]) for name in "ab"]
        write(opened, "before")
        for child in children:
            child.start()
        write(opened, "beside")
        for child in children:
            child.join()
        loop.run(opened.aclose())
        loop.close()
        sys.exit(any(child.exitcode for child in children))
        """
    )
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program, str(path)]

    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)

    written = sorted(f"{name}{number}" for name in ("a", "b", "before", "beside") for number in range(20))
    async with AsyncStateManager(sqlite=path) as state:
        assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
        assert sorted(message.content for message in await state.messages("chat")) == written
    assert query(path, "PRAGMA integrity_check") == [("ok",)]


async def test_a_page_is_never_older_than_what_another_process_stored(path, clock):
    """Reads that follow each other see appends, removed turns, and a conversation deleted and begun anew elsewhere."""
    one, other = (SQLiteStore(path, ttl=100.0, clock=clock) for _ in range(2))

    def prepare(*texts):
        return prepare_messages(text_messages(*texts), clock=clock)

    async def read(**page):
        version, messages = await one.read_page("-:c", **page)
        return version, [m.content for m in messages]

    await one.append("-:c", Append(prepare("a", "b")), WriteId("w", 1))
    assert await read(limit=5) == await read(limit=5) == (2, ["a", "b"])
    await other.append("-:c", Append(prepare("c", "d")), WriteId("v", 1))
    assert await read(limit=3) == await read(limit=3) == (4, ["b", "c", "d"])
    assert await read(limit=9) == (4, ["a", "b", "c", "d"])
    await other.undo("-:c", 1, WriteId("v", 2))
    await other.append("-:c", Append(prepare("e", "f")), WriteId("v", 3))
    await one.append("-:c", Append(prepare("g")), WriteId("w", 2))
    assert await read(limit=4) == (5, ["b", "e", "f", "g"])
    assert await read(limit=2, before=4) == (5, ["b", "e"])
    await other.forget("-:c", WriteId("v", 4))
    assert await read(limit=4) == (0, [])
    await other.append("-:c", Append(prepare("h")), WriteId("v", 5))
    assert await read(limit=4) == (1, ["h"])
    await one.forget("-:c", WriteId("w", 3))
    assert await read() == (0, [])
    for store in (one, other):
        await store.aclose()


async def test_a_page_that_has_not_changed_is_not_read_again(store, path, clock):
    """Only the last message is looked up: rows that are damaged before it do not matter."""
    await store.append("-:c", Append(prepare_messages(text_messages("a", "b"), clock=clock)), WriteId("w", 1))
    with contextlib.closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE messages SET role = 'nobody' WHERE content = 'a'")

    assert [m.content for m in (await store.read_page("-:c", limit=2))[1]] == ["a", "b"]
    await store.append("-:d", Append(prepare_messages(text_messages("c"), clock=clock)), WriteId("w", 2))
    assert [m.content for m in (await store.read_page("-:d", limit=2))[1]] == ["c"]


async def add_documents(store, owner, start, count):
    """Append messages of a user, a millisecond apart, and index them under the digest 1."""
    times = [dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=start + n) for n in range(count)]
    prepared = [Message("user", "x", id=f"{time:%f}", created_at=time) for time in times]
    await store.append(f"{owner}:c{start}", Append(prepared), WriteId("w", 1))
    await store.add_to_index(
        owner,
        [(f"c{start}", dataclasses.replace(message, seq=seq), [1]) for seq, message in enumerate(prepared, 1)],
    )


def count_steps(path, call, *values):
    """Return what a call returns on a connection of the test's own, and the number of SQLite's steps."""
    steps = itertools.count()
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.set_progress_handler(lambda: next(steps) < 0, 1)
        return call(file, values), next(steps)


async def test_a_search_for_a_frequent_word_reads_only_the_newest_messages(store, path):
    """With ten times the messages that hold it, the newest ones are found by about as many steps."""

    def find(file, values):
        return _find(file, values=values)

    steps = []
    for start, count in ((0, 300), (300, 2700)):
        await add_documents(store, "owner", start, count)
        found, used = await asyncio.to_thread(count_steps, path, find, "owner", "w000000000001", 20)
        assert [row[2] for row in found] == list(range(count, count - 20, -1))
        steps.append(used)

    assert steps[1] < 1.2 * steps[0]


async def test_a_list_reads_only_its_page(store, path, clock):
    """With ten times the conversations, a page of them is found by about as many steps, in any place of the list."""

    def read(file, values):
        return file.execute(_LIST, values).fetchall()

    steps = []
    for start, count in ((0, 90), (90, 900)):
        for number in range(start, start + count):
            clock.advance(1.0)
            prepared = prepare_messages(text_messages("x"), clock=clock)
            await store.append(f"owner:c{number:04}", Append(prepared), WriteId("w", 1))
        infos = await store.list_conversations("owner", limit=1000)
        middle = len(infos) // 2
        values = ("owner", to_microseconds(infos[middle].updated_at), infos[middle].id, 20)
        rows, used = await asyncio.to_thread(count_steps, path, read, *values)
        assert [row[0] for row in rows] == [info.id for info in infos[middle + 1 :][:20]]
        steps.append(used)

    assert steps[1] < 1.2 * steps[0]
