"""FileJournal: durability, ownership of files, and failures of the disk."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys

import msgspec
import pytest

from asyncassist._stores.journal import FileJournal, JournalEntry, check_journal
from asyncassist.errors import ConfigurationError, StateUnavailableError
from tests.stores.journal_entries import journal_entry

STORES = dict.fromkeys(("put", "patch", "append", "forget"), "redis 127.0.0.1:6379/0 asyncassist:")


async def test_entries_survive_in_order_until_removed(tmp_path):
    """Entries of a closed journal are adopted in order, without removed ones; empty files are deleted."""
    folder = tmp_path / "deep" / "journal"
    first = FileJournal(folder, STORES)
    assert await first.open() == []
    entries = [
        journal_entry(number, values={"n": number}, base_values={"n": None}, drop=("d",)) for number in range(1, 50)
    ]
    await asyncio.gather(*(first.add([item]) for item in entries))
    first.remove(entries[:10])
    await first.aclose()

    second = FileJournal(folder, STORES)
    left = await second.open()

    assert [item.seq for item in left] == list(range(11, 50))
    assert (left[0].values, left[0].base_values, left[0].drop, left[0].body) == ({"n": 11}, {"n": None}, ("d",), b"{}")
    second.remove(left)
    await second.aclose()
    assert list(folder.iterdir()) == []


async def test_journal_files_are_private_to_their_owner(tmp_path):
    """Journal files have mode 0600."""
    journal = FileJournal(tmp_path, STORES)
    await journal.open()
    await journal.add([journal_entry(1)])

    for path in tmp_path.glob("*.sqlite"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await journal.aclose()


async def test_a_locked_file_is_not_adopted(tmp_path):
    """Two processes in one folder do not replay each other's writes while both live."""
    one, two = FileJournal(tmp_path, STORES), FileJournal(tmp_path, STORES)
    await one.open()
    await one.add([journal_entry(1)])

    assert await two.open() == []
    await one.aclose()
    assert [item.seq for item in await two.adopt()] == [1]
    await two.aclose()


async def test_damaged_and_foreign_files_are_left_alone(tmp_path):
    """A file that is no database, or has another schema, is neither adopted nor deleted."""
    (tmp_path / "journal-1-damaged.sqlite").write_bytes(b"not a database" * 100)
    other = sqlite3.connect(tmp_path / "journal-2-other.sqlite")
    other.execute("CREATE TABLE entries (something TEXT)")
    other.commit()
    other.close()
    journal = FileJournal(tmp_path, STORES)

    assert await journal.open() == []
    assert journal.report.unreadable == 2
    await journal.aclose()

    assert {path.name for path in tmp_path.glob("*.sqlite")} == {"journal-1-damaged.sqlite", "journal-2-other.sqlite"}


async def test_a_failing_disk_acknowledges_nothing(tmp_path):
    """Errors of SQLite reach the caller as StateUnavailableError."""
    journal = FileJournal(tmp_path, STORES)
    await journal.open()
    assert journal._connection is not None
    await journal._run_in_thread(lambda: journal._connection.execute("DROP TABLE entries"))

    with pytest.raises(StateUnavailableError):
        await journal.add([journal_entry(1)])
    journal.remove([journal_entry(1)])
    await journal.wait_written()
    with pytest.raises(StateUnavailableError):
        await journal.aclose()


def test_entries_are_stored_as_arrays_in_this_order():
    """The order of the fields is the format on disk: a journal of an earlier release must stay readable."""
    entry = JournalEntry(
        target="redis",
        kind="append",
        key="k",
        writer="w",
        seq=1,
        base_version=2,
        acknowledged_version=3,
        acknowledged_at=4.0,
        body=b"{}",
        ttl=5.0,
        mode="live",
        expected=6,
        values={"a": 1},
        drop=("b",),
        revive=True,
        messages=[{"role": "user"}],
        request_id="r",
        row=7,
        anchor=(8, "m"),
    )

    stored = msgspec.msgpack.decode(msgspec.msgpack.encode(entry))

    head = ["redis", "append", "k", "w", 1, 2, 3, 4.0, b"{}", 5.0, "live", 6, {"a": 1}, ["b"]]
    assert stored == [*head, None, True, [{"role": "user"}], "r", 7, [8, "m"]]


@pytest.mark.parametrize("value", [5, "", b"folder"], ids=repr)
def test_a_journal_that_is_no_path_is_refused_by_name(value):
    """The argument is checked without accessing the disk."""
    with pytest.raises(ConfigurationError) as caught:
        check_journal("journal", value)

    assert caught.value.field == "journal"
    assert check_journal("journal", None) is None


async def test_entries_of_a_journal_with_entries_stay_on_close(tmp_path):
    """Only an empty file is deleted when the journal is closed."""
    journal = FileJournal(tmp_path, STORES)
    await journal.open()
    await journal.add([journal_entry(1), journal_entry(2)])
    journal.remove([journal_entry(1, row=1)])

    await journal.aclose()

    after = FileJournal(tmp_path, STORES)
    assert [item.seq for item in await after.open()] == [2]
    await after.aclose()


async def leave_orphan(folder, *entries, stores=STORES):
    """Leave a journal file with entries, as a process that ended in an outage does, and return its path."""
    before = set(folder.glob("*.sqlite"))
    journal = FileJournal(folder, stores)
    await journal.open()
    await journal.add(entries)
    await journal.aclose()
    (path,) = set(folder.glob("*.sqlite")) - before
    return path


def change_file(path, *statements):
    """Execute statements in a SQLite file."""
    file = sqlite3.connect(path)
    for statement in statements:
        file.execute(*statement)
    file.commit()
    file.close()


async def test_foreign_files_stay_as_they_are_and_links_are_not_followed(tmp_path):
    """Only a file with the table of a journal is opened for writing: others and targets of links keep their bytes."""
    folder, elsewhere = tmp_path / "journal", tmp_path / "elsewhere.sqlite"
    folder.mkdir(mode=0o700)
    foreign = folder / "journal-1-00000000.sqlite"
    for path in (foreign, elsewhere):
        change_file(path, ("CREATE TABLE notes (text)",))
    orphan = await leave_orphan(tmp_path, journal_entry(1))
    (folder / "journal-2-00000000.sqlite").symlink_to(elsewhere)
    (folder / "journal-3-00000000.sqlite").symlink_to("/nonexistent/file")
    (folder / "journal-4-00000000.sqlite").symlink_to(orphan)
    os.mkfifo(folder / "journal-5-00000000.sqlite")
    (folder / "journal-6-00000000.sqlite").mkdir()
    before = [path.read_bytes() for path in (foreign, elsewhere, orphan)]
    names = {path.name for path in folder.iterdir()}
    journal = FileJournal(folder, STORES)

    assert await journal.open() == []
    assert journal.report.unreadable == 6
    await journal.aclose()

    assert [path.read_bytes() for path in (foreign, elsewhere, orphan)] == before
    assert {path.name for path in folder.iterdir()} == names
    assert {path.name for path in tmp_path.iterdir()} == {"journal", "elsewhere.sqlite", orphan.name}


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777], ids=oct)
async def test_a_folder_that_others_can_write_to_is_refused(tmp_path, mode):
    """Another user could replace the files: opening raises ConfigurationError and writes nothing."""
    folder = tmp_path / "journal"
    folder.mkdir()
    folder.chmod(mode)
    journal = FileJournal(folder, STORES)

    with pytest.raises(ConfigurationError) as caught:
        await journal.open()
    await journal.aclose()

    assert caught.value.field == "journal"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "blob",
    [
        b"\x93\x01\x02\x03",
        b"\xc1",
        "text",
        7,
        b"\x91" * 100_000,
        msgspec.msgpack.encode(journal_entry(1, kind="append", messages=[{"role": "oracle", "words": 1}])),
        msgspec.msgpack.encode(journal_entry(1, body=b"{")),
        msgspec.msgpack.encode(journal_entry(1, target="postgres")),
    ],
    ids=["short", "invalid", "text", "number", "deep", "messages", "body", "target"],
)
async def test_an_entry_that_cannot_be_replayed_stays_and_the_others_are_adopted(tmp_path, blob):
    """A damaged entry, or one of an unknown form, is neither deleted nor an error, and is counted."""
    path = await leave_orphan(tmp_path, journal_entry(1), journal_entry(2))
    change_file(path, ("UPDATE entries SET entry = ? WHERE row = 1", (blob,)))
    journal = FileJournal(tmp_path, STORES)

    assert [entry.seq for entry in await journal.open()] == [2]
    assert journal.report.unreadable + journal.report.waiting == 1
    assert await journal.adopt() == []
    await journal.aclose()

    file = sqlite3.connect(path)
    assert file.execute("SELECT row FROM entries").fetchall() == [(1,)]
    file.close()
    assert [found for found in tmp_path.glob("*.sqlite") if found != path] == [journal._path]


async def test_a_file_of_a_newer_format_is_left_alone(tmp_path):
    """The format number of the file protects entries that a newer version writes."""
    path = await leave_orphan(tmp_path, journal_entry(1))
    change_file(path, ("PRAGMA user_version=2",))
    journal = FileJournal(tmp_path, STORES)

    assert await journal.open() == []
    assert journal.report.unreadable == 1
    await journal.aclose()

    file = sqlite3.connect(path)
    assert file.execute("SELECT count(*) FROM entries").fetchone() == (1,)
    file.close()


async def test_entries_of_another_store_wait_for_their_own(tmp_path):
    """Another server, database or prefix, or a store this process does not have: the entries stay, counted."""
    other = dict.fromkeys(STORES, "redis 127.0.0.1:6379/0 shop:")
    both = {**STORES, "append": "postgres db:5432/app"}
    await leave_orphan(tmp_path, journal_entry(1), stores=other)
    append = journal_entry(3, kind="append", target="postgres", messages=[{"role": "user", "content": "hello"}])
    await leave_orphan(tmp_path, journal_entry(2), append, stores=both)
    journal, last, shop = (FileJournal(tmp_path, stores) for stores in (STORES, both, other))

    assert [entry.seq for entry in await journal.open()] == [2]
    assert (journal.report.waiting, journal.report.unreadable) == (2, 0)
    assert [entry.seq for entry in await last.open()] == [3]
    assert [entry.seq for entry in await shop.open()] == [1]
    assert await journal.adopt() == []
    assert journal.report.waiting == 0
    for item in (journal, last, shop):
        await item.aclose()


@pytest.mark.parametrize("checkpoint", [True, False])
async def test_a_file_of_the_first_format_is_adopted_by_the_store_it_names(tmp_path, checkpoint):
    """Files of format 0 do not say whose they are; their table may still be in the write-ahead log only."""
    path = tmp_path / "journal-1-0a0b0c0d.sqlite"
    program = """
import os, signal, sqlite3, sys
file = sqlite3.connect(sys.argv[1])
file.execute("PRAGMA locking_mode=EXCLUSIVE")
file.execute("PRAGMA journal_mode=WAL")
file.execute("CREATE TABLE IF NOT EXISTS entries (row INTEGER PRIMARY KEY AUTOINCREMENT, entry BLOB NOT NULL)")
for entry in sys.argv[2:4]:
    file.execute("INSERT INTO entries (entry) VALUES (?)", (bytes.fromhex(entry),))
file.commit()
if sys.argv[4] == "True":
    file.close()
os.kill(os.getpid(), signal.SIGKILL)
"""
    append = journal_entry(2, kind="append", target="postgres", messages=[{"role": "user", "content": "hello"}])
    entries = [msgspec.msgpack.encode(entry).hex() for entry in (journal_entry(1), append)]
    command = [sys.executable, "-c", program, str(path), *entries, str(checkpoint)]
    done = await asyncio.to_thread(subprocess.run, command, check=False)
    assert done.returncode == -signal.SIGKILL
    journal = FileJournal(tmp_path, STORES)

    assert [entry.seq for entry in await journal.open()] == [1]
    assert journal.report.waiting == 1
    await journal.aclose()


async def test_journals_of_one_process_do_not_release_the_locks_of_each_other(tmp_path):
    """A second journal searches the folder; another process still finds the first one locked."""
    first, second = FileJournal(tmp_path, STORES), FileJournal(tmp_path, STORES)
    await first.open()
    await first.add([journal_entry(1)])
    await second.open()
    await second.adopt()
    program = """
import asyncio, sys
from pathlib import Path
from asyncassist._stores.journal import FileJournal

async def main():
    journal = FileJournal(Path(sys.argv[1]), {"put": sys.argv[2]})
    print(len(await journal.open()), journal.report.unreadable)
    await journal.aclose()

asyncio.run(main())
"""
    command = [sys.executable, "-c", program, str(tmp_path), STORES["put"]]

    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)

    assert done.stdout == "0 0\n"
    first.remove([journal_entry(1, row=1)])
    await first.aclose()
    await second.aclose()
    assert list(tmp_path.iterdir()) == []


async def test_opening_succeeds_while_others_open_and_close(tmp_path):
    """Files of other processes come and go: no search fails, and no file is taken from a process that uses it."""

    async def open_and_close():
        for _ in range(15):
            journal = FileJournal(tmp_path, STORES)
            assert await journal.open() == []
            assert journal.report.unreadable == 0
            await journal.add([journal_entry(1)])
            journal.remove([journal_entry(1, row=1)])
            await journal.aclose()

    await asyncio.gather(*(open_and_close() for _ in range(4)))

    assert list(tmp_path.iterdir()) == []


async def test_deletions_that_the_disk_refused_are_made_later(tmp_path):
    """A replayed entry is deleted with the next write, or on closing: it does not come back."""
    journal = FileJournal(tmp_path, STORES)
    await journal.open()
    entries = [journal_entry(1), journal_entry(2)]
    await journal.add(entries)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (1, limits[1]))
    try:
        journal.remove(entries)
        await journal.wait_written()
        with pytest.raises(StateUnavailableError):
            await journal.add([journal_entry(3)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    await journal.aclose()

    assert list(tmp_path.iterdir()) == []


async def test_a_cancelled_add_leaves_no_entry(tmp_path):
    """Its caller was never told that the write is safe, so the entry is deleted again."""
    journal = FileJournal(tmp_path, STORES)
    await journal.open()
    added = asyncio.ensure_future(journal.add([journal_entry(1)]))
    for turns in range(4):
        task = asyncio.ensure_future(journal.add([journal_entry(2 + turns)]))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
    await added
    await journal.wait_written()
    await journal.aclose()

    after = FileJournal(tmp_path, STORES)
    assert [entry.seq for entry in await after.open()] == [1]
    await after.aclose()
