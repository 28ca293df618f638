"""Writes of an outage, in the order they were acknowledged, in a file that survives the process."""

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
    """One acknowledged write that its store does not have yet.

    Attributes:
        target: Which store: "redis" or "postgres".
        kind: "put" and "patch" of sessions, "append" and "forget" of conversations.
        key: Session id, or the key of a conversation.
        writer: Who wrote, and `seq`, its how-manieth write.
        base: The version that was known before it; -1 when nothing was known.
        made: The version that the caller was told.
        at: When, seconds since the epoch.
        body: The data after it, as JSON; None for a deletion.
        ttl: The session's own time to live.
        mode: Condition of a put, and `expected`, its version.
        values: Keys that a patch sets.
        drop: Keys that it deletes.
        saw: What its caller saw under them; None when that does not matter.
        revive: Whether it began a session where none was.
        messages: What is appended.
        request: Its request id.
        row: Its row in the file.
        anchor: A message that the conversation must hold still, by place and id.
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
    saw: dict[str, Any] | None = None
    revive: bool = False
    messages: list[dict[str, Any]] = []
    request: str = ""
    row: int = 0
    anchor: tuple[int, str] = NO_ANCHOR


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(JournalEntry)


_CREATE_TABLE = "CREATE TABLE IF NOT EXISTS entries (row INTEGER PRIMARY KEY AUTOINCREMENT, entry BLOB NOT NULL)"


def check_journal(field: str, folder: Path | str | None) -> Path | None:
    """The folder of a journal; nothing is looked at yet.

    Raises:
        ConfigurationError: It is no path.
    """
    if folder is None:
        return None
    if not isinstance(folder, str | Path) or not str(folder):
        raise ConfigurationError(field, "must be the path of a folder, or None")
    return Path(folder)


class FileJournal:
    """A journal in a folder: one SQLite file per process, written through to the disk before anything is acknowledged.

    A file is held by an exclusive lock as long as its process lives; one that nobody holds is taken over.

    Args:
        folder: Where the files are; it is made if it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"journal-{os.getpid()}-{secrets.token_hex(4)}.sqlite"
        # SQLite blocks: it has a thread of its own, which also keeps everything in order.
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="asyncassist-journal")
        self._connection: sqlite3.Connection | None = None
        self._pending: list[tuple[Sequence[JournalEntry], asyncio.Future[None]]] = []
        self._write_task: asyncio.Task[None] | None = None

    async def _run_in_thread(self, work: Callable[[], Any]) -> Any:
        """Do it in the thread; an error of SQLite or the disk becomes ours."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        except (sqlite3.Error, OSError) as error:
            raise StateUnavailableError(f"the journal cannot be used ({type(error).__name__})") from error

    async def open(self) -> list[JournalEntry]:
        """Make our file, and take over what nobody holds."""
        entries: list[JournalEntry] = await self._run_in_thread(self._open)
        return entries

    def _open(self) -> list[JournalEntry]:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise ConfigurationError("journal", "must be a folder") from None
        # Made by us with these rights, before SQLite fills it: it holds the data of sessions.
        os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        self._connection = _open_exclusive(self._path)
        self._connection.execute(_CREATE_TABLE)
        self._connection.commit()
        return self._adopt()

    async def adopt(self) -> list[JournalEntry]:
        """Take over what nobody holds."""
        entries: list[JournalEntry] = await self._run_in_thread(self._adopt)
        return entries

    def _adopt(self) -> list[JournalEntry]:
        adopted: list[JournalEntry] = []
        for path in sorted(self._folder.glob("journal-*.sqlite"), key=lambda path: path.stat().st_mtime):
            if path == self._path:
                continue
            try:
                file = _open_exclusive(path)
            except sqlite3.Error:
                continue  # somebody holds it
            try:
                adopted += self._import_entries(file)
            except sqlite3.Error:
                # Not one of ours, or damaged: it stays for somebody to look at.
                file.close()
                continue
            file.close()
            _delete_files(path)
        return adopted

    def _import_entries(self, file: sqlite3.Connection) -> list[JournalEntry]:
        """Copy their entries into our file, then empty theirs; a crash between leaves them twice, which is harmless."""
        file.execute(_CREATE_TABLE)
        blobs = [blob for (blob,) in file.execute("SELECT entry FROM entries ORDER BY row")]
        entries = [_decoder.decode(blob) for blob in blobs]
        self._insert(entries)
        file.execute("DELETE FROM entries")
        file.commit()
        return entries

    def _insert(self, entries: Sequence[JournalEntry]) -> None:
        """Write entries and make sure of them."""
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
        """Keep them on disk; those that come at the same time share one synchronisation."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((entries, done))
        if self._write_task is None:
            self._write_task = asyncio.get_running_loop().create_task(self._write_pending())
        await done

    async def _write_pending(self) -> None:
        """Write what waits until nothing does."""
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
        """Their store has them."""
        rows = [(entry.row,) for entry in entries]

        def work() -> None:
            assert self._connection is not None
            self._connection.executemany("DELETE FROM entries WHERE row = ?", rows)
            self._connection.commit()

        await self._run_in_thread(work)

    async def aclose(self) -> None:
        """Close; an empty file goes."""
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
    """Open a file that exists and hold it.

    Raises:
        sqlite3.Error: Another process holds it, or it is none.
    """
    file = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=0, check_same_thread=False)
    try:
        file.execute("PRAGMA locking_mode=EXCLUSIVE")
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("PRAGMA synchronous=FULL")
        # The lock is taken by the first write, and kept until the file is closed.
        file.execute("BEGIN IMMEDIATE")
        file.commit()
    except BaseException:
        file.close()
        raise
    return file


def _delete_files(path: Path) -> None:
    """Remove a file and what SQLite keeps beside it."""
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        with contextlib.suppress(OSError):
            name.unlink()
