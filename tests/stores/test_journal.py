"""FileJournal: durability, ownership of files, and failures of the disk."""

from __future__ import annotations

import asyncio
import sqlite3
import stat

import msgspec
import pytest

from asyncassist._stores.journal import FileJournal, JournalEntry, check_journal
from asyncassist.errors import ConfigurationError, StateUnavailableError
from tests.stores.journal_entries import journal_entry


async def test_entries_survive_in_order_until_removed(tmp_path):
    """Entries of a closed journal are adopted in order, without removed ones; empty files are deleted."""
    folder = tmp_path / "deep" / "journal"
    first = FileJournal(folder)
    assert await first.open() == []
    entries = [
        journal_entry(number, values={"n": number}, base_values={"n": None}, drop=("d",)) for number in range(1, 50)
    ]
    await asyncio.gather(*(first.add([item]) for item in entries))
    await first.remove(entries[:10])
    await first.aclose()

    second = FileJournal(folder)
    left = await second.open()

    assert [item.seq for item in left] == list(range(11, 50))
    assert (left[0].values, left[0].base_values, left[0].drop, left[0].body) == ({"n": 11}, {"n": None}, ("d",), b"{}")
    await second.remove(left)
    await second.aclose()
    assert list(folder.iterdir()) == []


async def test_journal_files_are_private_to_their_owner(tmp_path):
    """Journal files have mode 0600."""
    journal = FileJournal(tmp_path)
    await journal.open()
    await journal.add([journal_entry(1)])

    for path in tmp_path.glob("*.sqlite"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await journal.aclose()


async def test_a_locked_file_is_not_adopted(tmp_path):
    """Two processes in one folder do not replay each other's writes while both live."""
    one, two = FileJournal(tmp_path), FileJournal(tmp_path)
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
    journal = FileJournal(tmp_path)

    assert await journal.open() == []
    await journal.aclose()

    assert {path.name for path in tmp_path.glob("*.sqlite")} == {"journal-1-damaged.sqlite", "journal-2-other.sqlite"}


async def test_a_failing_disk_acknowledges_nothing(tmp_path):
    """Errors of SQLite reach the caller as StateUnavailableError."""
    journal = FileJournal(tmp_path)
    await journal.open()
    assert journal._connection is not None
    await journal._run_in_thread(lambda: journal._connection.execute("DROP TABLE entries"))

    with pytest.raises(StateUnavailableError):
        await journal.add([journal_entry(1)])
    with pytest.raises(StateUnavailableError):
        await journal.remove([journal_entry(1)])
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
        base=2,
        made=3,
        at=4.0,
        body=b"{}",
        ttl=5.0,
        mode="live",
        expected=6,
        values={"a": 1},
        drop=("b",),
        revive=True,
        messages=[{"role": "user"}],
        request="r",
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
    journal = FileJournal(tmp_path)
    await journal.open()
    await journal.add([journal_entry(1), journal_entry(2)])
    await journal.remove([journal_entry(1, row=1)])

    await journal.aclose()

    after = FileJournal(tmp_path)
    assert [item.seq for item in await after.open()] == [2]
    await after.aclose()
