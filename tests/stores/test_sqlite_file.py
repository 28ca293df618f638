"""SQLiteWorker: batches, turns of processes, full disks, damaged and replaced files, closing."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sqlite3
import subprocess
import sys
import textwrap

import pytest

from asyncassist import AsyncStateManager
from asyncassist._stores.session_records import RefusedWriteError, Write
from asyncassist._stores.sqlite import SQLiteStore
from asyncassist._stores.sqlite_file import SQLiteWorker, _translate_error
from asyncassist.errors import ClosedError, StateError, StateUnavailableError
from tests.state.operations import text_messages

PUT = Write("any", b"{}")


@pytest.fixture
def path(tmp_path):
    """Path of the file."""
    return tmp_path / "state.sqlite"


@pytest.fixture
async def store(path, clock):
    """A store over the file."""
    made = SQLiteStore(path, ttl=100.0, clock=clock)
    yield made
    await made.aclose()


@contextlib.contextmanager
def held_turn(path):
    """Hold the lock that orders writers, as another process does."""
    file = os.open(f"{path}-lock", os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


async def execute(store, statement):
    """Execute a statement on the connection of the store's writer."""
    await store._writer.run(lambda connection: connection.execute(statement).fetchall() and None)


async def test_concurrent_writes_share_a_commit(store):
    """Writes that queue up while another one is committed are committed together."""
    await asyncio.gather(*(store.write(f"s{number}", PUT) for number in range(200)))

    assert store.stats()["batches"] < 20


async def test_a_process_waits_for_its_turn(store, path):
    """While another process writes, a write waits and reads go on; then it is committed."""
    await store.write("x", PUT)
    with held_turn(path):
        waiting = asyncio.ensure_future(store.write("y", PUT))
        assert (await store.read("x")).version == 1
        assert not waiting.done()

    assert (await waiting).written


async def test_a_write_that_never_gets_its_turn_is_withdrawn(path, clock):
    """It raises StateUnavailableError and is not written later; so is one whose caller is cancelled."""
    store = SQLiteStore(path, ttl=100.0, clock=clock, lock_timeout=0.2)
    await store.write("x", PUT)
    with held_turn(path):
        cancelled = asyncio.ensure_future(store.write("cancelled", PUT))
        with pytest.raises(StateUnavailableError, match="other processes"):
            await store.write("late", PUT)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        await store.aclose()  # gives up too

    with contextlib.closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT id FROM sessions").fetchall() == [("x",)]


async def test_a_full_disk_is_typed_and_passes(store):
    """What does not fit raises StateUnavailableError, what fits is stored, and once the disk has space the write succeeds."""
    await store.write("before", PUT)
    pages = await store._writer.run(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    await execute(store, f"PRAGMA max_page_count={pages + 2}")
    large = Write("any", b'"' + b"x" * 100_000 + b'"')

    results = await asyncio.gather(
        store.write("a", PUT), store.write("large", large), store.write("b", PUT), return_exceptions=True
    )

    assert isinstance(results[1], StateUnavailableError)
    assert "full" in str(results[1])
    assert [record.version for record in await store.read_many(["before", "a", "large", "b"])] == [1, 1, 0, 1]
    await execute(store, "PRAGMA max_page_count=1000000")
    assert (await store.write("large", large)).written


async def test_a_disk_that_takes_no_more_bytes_loses_nothing(path):
    """The system refuses to let the file grow: a typed error, and after that the same manager goes on."""
    program = textwrap.dedent(
        """
        import asyncio, resource, sys
        from asyncassist import AsyncStateManager
        from asyncassist.errors import StateUnavailableError

        async def main(path):
            async with AsyncStateManager(sqlite=path) as state:
                await state.save("kept", {"n": 1})
                resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
                acknowledged = 0
                try:
                    while True:
                        await state.append("chat", [{"role": "user", "content": "x" * 20_000}])
                        acknowledged += 1
                except StateUnavailableError:
                    assert state.backend == "sqlite"
                assert (await state.get("kept")).data == {"n": 1}
                assert len(await state.messages("chat")) == acknowledged > 0
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                await state.append("chat", [{"role": "user", "content": "after"}])
                assert len(await state.messages("chat")) == acknowledged + 1
                assert (await state.health()).status == "pass"

        asyncio.run(main(sys.argv[1]))
        """
    )
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False
    )

    assert (done.stderr.splitlines()[1:], done.returncode) == (["SQLite works again"], 0)
    assert done.stderr.startswith("SQLite is degraded")


async def test_a_read_only_file_is_unavailable_until_it_is_not(store):
    """A write raises StateUnavailableError and reads go on; the next write tries again, without a restart."""
    await store.write("x", PUT)
    await execute(store, "PRAGMA query_only=ON")

    with pytest.raises(StateUnavailableError, match="read-only"):
        await store.write("x", PUT)

    assert (await store.read("x")).version == 1
    assert (await store.write("x", PUT)).record.version == 2


async def test_a_folder_that_cannot_be_made_is_unavailable_until_it_can(tmp_path, caplog):
    """The manager opens and says so once; when the folder can be made, the next write is stored."""
    blocker = tmp_path / "folder"
    blocker.write_text("")
    async with AsyncStateManager(sqlite=blocker / "state.sqlite") as state:
        for call in (state.save("x", {}), state.get("x"), state.append("c", text_messages("a")), state.flush()):
            with contextlib.suppress(StateUnavailableError):
                await call
        with pytest.raises(StateUnavailableError):
            await state.save("x", {})
        assert [check.status for check in (await state.health()).checks] == ["fail"]
        assert state.backend == "sqlite"
        async with state.turn("c"):  # excludes tasks of this process at least
            pass
        blocker.unlink()

        await state.save("x", {"n": 1})

        assert (await state.get("x")).data == {"n": 1}
        assert (await state.health()).status == "pass"
    assert len([record for record in caplog.records if "SQLite is degraded" in record.getMessage()]) == 1


@pytest.mark.parametrize("size", [100, 100_000])
async def test_a_damaged_file_is_an_error_until_it_is_replaced(path, size):
    """It is no outage and no empty store; the file stays as it is for an operator, and a sound one is used at once."""
    path.write_bytes(b"not a database!!" * (size // 16))
    before = path.read_bytes()
    async with AsyncStateManager(sqlite=path) as state:
        for call in (state.save("x", {}), state.get("x")):
            with pytest.raises(StateError, match="damaged") as caught:
                await call
            assert not isinstance(caught.value, StateUnavailableError)
        assert path.read_bytes() == before
        path.unlink()

        await state.save("x", {"n": 1})

        assert (await state.get("x")).data == {"n": 1}


async def test_a_page_damaged_later_is_an_error(store, path):
    """SQLite notices it when it reads the page: a typed error, and not data that is made up."""
    await asyncio.gather(*(store.write(f"s{n}", Write("any", b'"' + b"x" * 3000 + b'"')) for n in range(50)))
    await store.aclose()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    async with AsyncStateManager(sqlite=path) as state:
        with pytest.raises(StateError, match="damaged"):
            await state.get("s1")


async def test_a_replaced_file_is_opened_anew(store, path, tmp_path, clock):
    """An operator restores a backup under the running service: reads and writes go to it."""
    other = SQLiteStore(tmp_path / "backup.sqlite", ttl=100.0, clock=clock)
    await other.write("x", Write("any", b'{"from":"backup"}'))
    await other.aclose()
    await store.write("x", PUT)
    assert (await store.read("x")).body == b"{}"
    for name in ("state.sqlite-wal", "state.sqlite-shm"):
        (tmp_path / name).unlink()
    (tmp_path / "backup.sqlite").replace(path)

    assert (await store.read("x")).body == b'{"from":"backup"}'
    assert (await store.write("x", PUT)).record.version == 2


async def test_an_exclusive_lock_of_another_program_is_waited_for(store, path):
    """A program that knows nothing of the order of writers, such as a shell, delays a write and does not fail it."""
    await store.write("x", PUT)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("BEGIN IMMEDIATE")
        waiting = asyncio.ensure_future(store.write("y", PUT))
        assert (await store.read("x")).version == 1
        file.execute("COMMIT")

        assert (await waiting).written


async def test_an_error_of_a_call_is_its_own(store):
    """A call that raises, or is refused, has written nothing, and the others of its transaction are committed."""

    def fail(connection):
        connection.execute("INSERT INTO sessions VALUES ('half', 1, NULL, NULL, 1e12)")
        raise LookupError

    def refuse(connection):
        connection.execute("INSERT INTO sessions VALUES (NULL, 1, NULL, NULL, 1e12)")

    results = await asyncio.gather(
        store.write("a", PUT),
        store._writer.run(refuse),
        store.write("b", PUT),
        return_exceptions=True,
    )
    with pytest.raises(LookupError):
        await store._writer.run(fail)

    assert isinstance(results[1], RefusedWriteError)
    assert [record.version for record in await store.read_many(["a", "b", "half"])] == [1, 1, 0]


async def test_rows_are_cleaned_while_nothing_is_written(path):
    """The thread of the writer cleans by itself, from time to time."""
    cleaned = asyncio.Event()
    loop = asyncio.get_running_loop()

    def clean(connection):
        loop.call_soon_threadsafe(cleaned.set)
        return False

    worker = SQLiteWorker(path, is_writer=True, clean=clean)
    worker._clean_at = 0.0
    await worker.run(lambda _: None)

    await asyncio.wait_for(cleaned.wait(), 10.0)
    await worker.aclose()
    with pytest.raises(ClosedError):
        await worker.run(lambda _: None)
    await worker.aclose()


async def test_a_program_that_ends_without_closing_does_not_hang(path):
    """Its acknowledged writes are stored."""
    program = textwrap.dedent(
        """
        import sys
        from asyncassist import AsyncStateManager, LoopThread
        loop = LoopThread()
        state = AsyncStateManager(sqlite=sys.argv[1])
        print(loop.run(state.save("x", {"a": 1})).acked)
        """
    )
    command = [sys.executable, "-W", "ignore", "-c", program, str(path)]

    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False, timeout=30)

    assert (done.stdout, done.returncode) == ("sqlite\n", 0)
    async with AsyncStateManager(sqlite=path) as state:
        assert (await state.get("x")).data == {"a": 1}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_NOMEM, StateUnavailableError),
        (sqlite3.SQLITE_IOERR | 10 << 8, StateUnavailableError),
        (sqlite3.SQLITE_TOOBIG, RefusedWriteError),
        (sqlite3.SQLITE_SCHEMA, StateError),
    ],
)
def test_errors_of_sqlite_are_translated(code, kind):
    """By their code; neither the message nor a path is part of the error."""
    error = sqlite3.OperationalError("/home/ana/state.sqlite")
    error.sqlite_errorcode = code

    found = _translate_error(error)

    assert type(found) is kind
    assert "ana" not in str(found)


async def test_grouped_jobs_run_together_and_fail_alone(tmp_path):
    """Those queued meanwhile are one call; when it raises, only the job that cannot run gets the error."""
    worker = SQLiteWorker(tmp_path / "state.sqlite", is_writer=True)
    groups: list[list[int]] = []

    def run_all(connection: sqlite3.Connection, jobs: list[int]) -> list[int]:
        groups.append(list(jobs))
        for number in jobs:
            connection.execute("SELECT abs(?)", (-(2**63) if number == 3 else number,)).fetchone()
        return [number * 2 for number in jobs]

    await worker.run(lambda _: None)
    with worker.busy:
        calls = [asyncio.ensure_future(worker.run_grouped(number, run_all)) for number in range(20)]
        await asyncio.sleep(0.01)
    found = await asyncio.gather(*calls, return_exceptions=True)
    await worker.aclose()

    assert isinstance(found.pop(3), StateError)
    assert found == [number * 2 for number in range(20) if number != 3]
    assert max(map(len, groups)) > 1
