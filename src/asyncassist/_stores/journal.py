"""Journal of acknowledged writes that their store does not have yet, on disk in acknowledgement order."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import secrets
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from asyncassist._stores.session_records import NO_ANCHOR
from asyncassist.errors import ConfigurationError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class JournalEntry(msgspec.Struct, array_like=True, omit_defaults=True):
    """Acknowledged write that its store does not have yet.

    On disk an entry is a msgpack array: the order of the fields is the format.

    Attributes:
        target: The store: "redis" or "postgres".
        kind: "put" or "patch" of a session, "append" or "forget" of a conversation.
        key: Session id, or key of a conversation.
        writer: Writer id of the process, with `seq` the write id.
        seq: Sequence number of the write.
        base: Version known before the write; -1 when none was known.
        made: Version that the caller was given.
        at: Time of the acknowledgement, in seconds since the epoch.
        body: The session's data after the write, as JSON; None for a deletion.
        ttl: The session's own TTL in seconds; None for the default.
        mode: Write mode of a put, see `WriteMode`.
        expected: Version that a put requires in mode "live".
        values: Keys set by a patch, with their values.
        drop: Keys deleted by a patch.
        base_values: Values under these keys that the patch was based on; None to skip the conflict check.
        revive: Whether the patch created the session.
        messages: Messages of an append.
        request: Request id of an append; "" for none.
        row: Row of the entry in the journal file; 0 when it is in none.
        anchor: `seq` and id of a message that the conversation must still contain; `NO_ANCHOR` for no condition.
    """

    target: Literal["redis", "postgres"]
    kind: Literal["put", "patch", "append", "forget"]
    key: str
    writer: str
    seq: int
    base: int
    made: int
    at: float
    body: bytes | None = None
    ttl: float | None = None
    mode: str = "any"
    expected: int = 0
    values: dict[str, Any] = {}
    drop: tuple[str, ...] = ()
    base_values: dict[str, Any] | None = None
    revive: bool = False
    messages: list[dict[str, Any]] = []
    request: str = ""
    row: int = 0
    anchor: tuple[int, str] = NO_ANCHOR


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(JournalEntry)


_CREATE_TABLE = "CREATE TABLE IF NOT EXISTS entries (row INTEGER PRIMARY KEY AUTOINCREMENT, entry BLOB NOT NULL)"


def check_journal(field: str, folder: Path | str | None) -> Path | None:
    """Return the journal folder as a path, without accessing the disk.

    Raises:
        ConfigurationError: The value is not a path.
    """
    if folder is None:
        return None
    if not isinstance(folder, str | Path) or not str(folder):
        raise ConfigurationError(field, "must be the path of a folder, or None")
    return Path(folder)


class FileJournal:
    """Journal in a folder: one SQLite file per process, synced to disk before a write is acknowledged.

    A process holds an exclusive lock on its file as long as it lives; a file without a lock is orphaned and is adopted.

    Args:
        folder: Folder of the files; created if missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"journal-{os.getpid()}-{secrets.token_hex(4)}.sqlite"
        # SQLite calls block: they run in one thread of their own, which also serializes them.
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="asyncassist-journal")
        self._connection: sqlite3.Connection | None = None
        self._pending: list[tuple[Sequence[JournalEntry], asyncio.Future[None]]] = []
        self._write_task: asyncio.Task[None] | None = None

    async def _run_in_thread(self, work: Callable[[], Any]) -> Any:
        """Run blocking work in the journal's thread.

        Raises:
            StateUnavailableError: SQLite or the disk failed.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        except (sqlite3.Error, OSError) as error:
            raise StateUnavailableError(f"the journal cannot be used ({type(error).__name__})") from error

    async def open(self) -> list[JournalEntry]:
        """Create this process's file and return the entries of orphaned files, which are adopted."""
        entries: list[JournalEntry] = await self._run_in_thread(self._open)
        return entries

    def _open(self) -> list[JournalEntry]:
        """Create the file and adopt orphaned ones; runs in the journal's thread."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise ConfigurationError("journal", "must be a folder") from None
        # Created here with mode 0600 before SQLite writes to it: the file holds session data.
        os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        self._connection = _open_exclusive(self._path)
        self._connection.execute(_CREATE_TABLE)
        self._connection.commit()
        return self._adopt()

    async def adopt(self) -> list[JournalEntry]:
        """Adopt orphaned files and return their entries."""
        entries: list[JournalEntry] = await self._run_in_thread(self._adopt)
        return entries

    def _adopt(self) -> list[JournalEntry]:
        """Import and delete every file without a lock, oldest first; runs in the journal's thread."""
        adopted: list[JournalEntry] = []
        for path in sorted(self._folder.glob("journal-*.sqlite"), key=lambda path: path.stat().st_mtime):
            if path == self._path:
                continue
            try:
                file = _open_exclusive(path)
            except sqlite3.Error:
                continue  # locked: its process lives
            try:
                adopted += self._import_entries(file)
            except sqlite3.Error:
                # A foreign or damaged file is left alone for an operator to inspect.
                file.close()
                continue
            file.close()
            _delete_files(path)
        return adopted

    def _import_entries(self, file: sqlite3.Connection) -> list[JournalEntry]:
        """Copy the entries of another file into this process's file, then empty the other.

        A crash in between duplicates entries; their write ids make the second replay a no-op.
        """
        file.execute(_CREATE_TABLE)
        blobs = [blob for (blob,) in file.execute("SELECT entry FROM entries ORDER BY row")]
        entries = [_decoder.decode(blob) for blob in blobs]
        self._insert(entries)
        file.execute("DELETE FROM entries")
        file.commit()
        return entries

    def _insert(self, entries: Sequence[JournalEntry]) -> None:
        """Insert entries in one synced transaction and set their row numbers."""
        assert self._connection is not None
        try:
            for entry in entries:
                entry.row = 0
                cursor = self._connection.execute("INSERT INTO entries (entry) VALUES (?)", (_encoder.encode(entry),))
                entry.row = int(cursor.lastrowid or 0)
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise

    async def add(self, entries: Sequence[JournalEntry]) -> None:
        """Write entries to disk; concurrent calls share one sync.

        Raises:
            StateUnavailableError: The disk failed; no entry was written.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((entries, done))
        if self._write_task is None:
            self._write_task = asyncio.get_running_loop().create_task(self._write_pending())
        await done

    async def _write_pending(self) -> None:
        """Write queued entries, all of a round in one transaction, until the queue is empty."""
        try:
            while self._pending:
                waiting, self._pending = self._pending, []
                together = [entry for entries, _ in waiting for entry in entries]
                error: Exception | None = None
                try:
                    await self._run_in_thread(functools.partial(self._insert, together))
                except StateUnavailableError as caught:
                    error = caught
                for _, done in waiting:
                    if not done.done():
                        done.set_exception(error) if error else done.set_result(None)
        finally:
            self._write_task = None

    async def remove(self, entries: Sequence[JournalEntry]) -> None:
        """Delete entries that their store has now.

        Raises:
            StateUnavailableError: The disk failed.
        """
        rows = [(entry.row,) for entry in entries]

        def work() -> None:
            assert self._connection is not None
            self._connection.executemany("DELETE FROM entries WHERE row = ?", rows)
            self._connection.commit()

        await self._run_in_thread(work)

    async def aclose(self) -> None:
        """Close the file, and delete it when it is empty."""
        if self._write_task is not None:
            await asyncio.wait([self._write_task])

        def work() -> None:
            if self._connection is None:
                return
            empty = self._connection.execute("SELECT 1 FROM entries LIMIT 1").fetchone() is None
            self._connection.close()
            if empty:
                _delete_files(self._path)

        try:
            await self._run_in_thread(work)
        finally:
            self._executor.shutdown(wait=False)


def _open_exclusive(path: Path) -> sqlite3.Connection:
    """Open an existing SQLite file and lock it exclusively.

    Raises:
        sqlite3.Error: Another process holds the lock, or the file is not a database.
    """
    file = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=0, check_same_thread=False)
    try:
        file.execute("PRAGMA locking_mode=EXCLUSIVE")
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("PRAGMA synchronous=FULL")
        # In exclusive mode the first write transaction takes the lock, which is held until the file is closed.
        file.execute("BEGIN IMMEDIATE")
        file.commit()
    except BaseException:
        file.close()
        raise
    return file


def _delete_files(path: Path) -> None:
    """Delete a SQLite file with its write-ahead log and shared memory file."""
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        with contextlib.suppress(OSError):
            name.unlink()
