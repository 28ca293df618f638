"""Journal of acknowledged writes that their store does not have yet, on disk in acknowledgement order."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import secrets
import sqlite3
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from asyncassist._stores.serialization import decode
from asyncassist._stores.session_records import NO_ANCHOR
from asyncassist._types import Message
from asyncassist.errors import AsyncAssistError, ConfigurationError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncassist._stores.encryption import Cipher


class JournalEntry(msgspec.Struct, array_like=True, omit_defaults=True):
    """Acknowledged write that its store does not have yet.

    On disk an entry is a msgpack array: the order of the fields is the format.

    Attributes:
        target: Name of the store.
        kind: "put" or "patch" of a session, "append" or "forget" of a conversation.
        key: Session id, or key of a conversation.
        writer: Writer id of the process, with `seq` the write id.
        seq: Sequence number of the write.
        base_version: Version known before the write; -1 when none was known.
        acknowledged_version: Version that the caller was given.
        acknowledged_at: Time of the acknowledgement, in seconds since the epoch.
        body: The session's data after the write, as JSON; None for a deletion.
        ttl: The session's own TTL in seconds; None for the default.
        mode: Write mode of a put, see `WriteMode`.
        expected: Version that a put requires in mode "live".
        values: Keys set by a patch, with their values.
        drop: Keys deleted by a patch.
        base_values: Values under these keys that the patch was based on; None to skip the conflict check.
        revive: Whether the patch created the session.
        messages: Messages of an append.
        request_id: Request id of an append; "" for none.
        row: Row of the entry in the journal file; 0 when it is in none.
        anchor: `seq` and id of a message that the conversation must still contain; `NO_ANCHOR` for no condition.
    """

    target: str
    kind: Literal["put", "patch", "append", "forget"]
    key: str
    writer: str
    seq: int
    base_version: int
    acknowledged_version: int
    acknowledged_at: float
    body: bytes | None = None
    ttl: float | None = None
    mode: str = "any"
    expected: int = 0
    values: dict[str, Any] = {}
    drop: tuple[str, ...] = ()
    base_values: dict[str, Any] | None = None
    revive: bool = False
    messages: list[dict[str, Any]] = []
    request_id: str = ""
    row: int = 0
    anchor: tuple[int, str] = NO_ANCHOR


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(JournalEntry)


_SALT = b"journal"  # entries are deleted one by one, not made unreadable for an owner
_SEALED = b"\x01"  # begins an encrypted entry; a plain one is a msgpack array
_FORMAT = 1  # `user_version` of a file; files of format 0 do not say whose their entries are
_SCHEMA = "entries (row INTEGER PRIMARY KEY AUTOINCREMENT, entry BLOB NOT NULL"
_CREATE_FILE = (
    # In memory until the table exists: a rollback journal beside the file would stay behind.
    "PRAGMA journal_mode=MEMORY",
    # Others recognize a journal by its table. Its maker holds the lock before the table can be seen.
    "BEGIN EXCLUSIVE",
    f"CREATE TABLE {_SCHEMA}, store TEXT NOT NULL)",
    f"PRAGMA user_version={_FORMAT}",
    "COMMIT",
    "PRAGMA journal_mode=WAL",
)
_SELECT = "SELECT row, entry, store FROM entries ORDER BY row"
_SELECT_FORMAT_0 = "SELECT row, entry, '' FROM entries ORDER BY row"
# SQLite stores the text of CREATE TABLE on the first page, which is at the start of the file or of its write-ahead log.
_MARK, _HEAD_SIZE = f"CREATE TABLE {_SCHEMA}".encode(), 64 << 10


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


class _HeldFiles:
    """Journal files that this process has locked.

    Closing any descriptor of a file releases all POSIX locks that the process holds on it. So a held file is never
    opened a second time, and one journal at a time searches for orphaned files.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all files: a forked process does not inherit locks."""
        self.paths: set[Path] = set()
        self.adoption = threading.Lock()


_held_files = _HeldFiles()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_held_files.reset)


@dataclass(slots=True)
class AdoptionReport:
    """Result of a search for orphaned files.

    Attributes:
        adopted: Adopted entries, those of the oldest file first.
        waiting: Entries of other stores, left in their files.
        unreadable: Files and entries left as they are because they are damaged, of a newer format or not ours.
    """

    adopted: list[JournalEntry]
    waiting: int = 0
    unreadable: int = 0


class FileJournal:
    """Journal in a folder: one SQLite file per process, synced to disk before a write is acknowledged.

    A process holds an exclusive lock on its file as long as it lives; the entries of a file without a lock are adopted
    by a process that has their store.

    Args:
        folder: Folder of the files; created if missing.
        stores: Identity of the store of each kind of entry that this process can replay, see `store_identity`.
        cipher: Encrypts entries; None stores them as they are.
    """

    def __init__(self, folder: Path, stores: Mapping[str, str], cipher: Cipher | None = None) -> None:
        self._cipher = cipher
        self._folder = folder
        self._stores = stores
        self._path = folder
        # SQLite calls block: they run in one thread of their own, which also serializes them.
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="asyncassist-journal")
        self._connection: sqlite3.Connection | None = None
        self._pending: list[tuple[Sequence[JournalEntry], asyncio.Future[None]]] = []
        self._replayed_rows: list[tuple[int]] = []
        self._write_task: asyncio.Task[None] | None = None
        self.report = AdoptionReport([])

    async def _run_in_thread(self, work: Callable[[], Any]) -> Any:
        """Run blocking work in the journal's thread.

        Raises:
            StateUnavailableError: SQLite or the disk failed.
        """
        try:
            try:
                done = asyncio.get_running_loop().run_in_executor(self._executor, work)
            except RuntimeError:
                # Executors take no work once the interpreter ends, but `aclose` may run then, from `atexit`.
                return work()
            return await done
        except (sqlite3.Error, OSError) as error:
            raise StateUnavailableError(f"the journal cannot be used ({type(error).__name__})") from error

    async def open(self) -> list[JournalEntry]:
        """Create this process's file and return the adopted entries of orphaned files.

        Raises:
            ConfigurationError: The folder is a file or cannot be made, or other users can write to it.
            StateUnavailableError: The disk failed.
        """
        entries: list[JournalEntry] = await self._run_in_thread(self._open)
        return entries

    def _open(self) -> list[JournalEntry]:
        """Create the file and adopt orphaned ones; runs in the journal's thread."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise ConfigurationError("journal", "must be a folder") from None
        except OSError as error:
            raise ConfigurationError("journal", f"the folder cannot be made: {os.strerror(error.errno or 0)}") from None
        self._folder = self._folder.resolve()
        _check_private(self._folder)
        self._path = self._folder / f"journal-{os.getpid()}-{secrets.token_hex(4)}.sqlite"
        self._connection = _create_file(self._path)
        return self._adopt()

    async def adopt(self) -> list[JournalEntry]:
        """Adopt the entries of orphaned files and return them."""
        entries: list[JournalEntry] = await self._run_in_thread(self._adopt)
        return entries

    def _adopt(self) -> list[JournalEntry]:
        """Import entries of files without a lock, oldest file first; runs in the journal's thread."""
        report = AdoptionReport([])
        with _held_files.adoption:
            for path in _list_files(self._folder):
                if path in _held_files.paths:
                    continue
                try:
                    self._adopt_file(path, report)
                except FileNotFoundError:
                    continue  # adopted by another process, or closed, since it was listed
                except (sqlite3.Error, OSError) as error:
                    # A lock means that its process lives. A damaged file is left alone for an operator to inspect.
                    report.unreadable += not _is_lock(error) and path.exists()
        self.report = report
        return report.adopted

    def _adopt_file(self, path: Path, report: AdoptionReport) -> None:
        """Import the entries of one file and delete it when none is left.

        Raises:
            sqlite3.Error: The file is locked or damaged.
            OSError: The file cannot be read.
        """
        if not _is_journal(path):
            # An empty file is one whose process is creating it, or ended before it had.
            found = path.lstat()
            report.unreadable += found.st_size > 0 or not stat.S_ISREG(found.st_mode)
            return
        file = _open_exclusive(path)
        is_empty = False
        try:
            is_empty = self._import_entries(file, report)
        finally:
            _close_file(file, path if is_empty else None)

    def _import_entries(self, file: sqlite3.Connection, report: AdoptionReport) -> bool:
        """Move entries of another file to this process's file and return whether none is left in it.

        A crash in between duplicates entries; their write ids make the second replay a no-op.
        """
        (version,) = file.execute("PRAGMA user_version").fetchone()
        if version > _FORMAT:
            report.unreadable += 1
            return False
        stores = {"", *self._stores.values()}
        adopted: list[JournalEntry] = []
        rows: list[tuple[int]] = []
        left = 0
        for row, blob, store in file.execute(_SELECT if version else _SELECT_FORMAT_0):
            entry = _read_entry(blob, self._cipher) if store in stores else None
            if entry is not None and self._can_replay(entry, store):
                adopted.append(entry)
                rows.append((row,))
                continue
            left += 1
            if entry is None and store in stores:
                report.unreadable += 1
            else:
                report.waiting += 1
        self._write(adopted, ())
        try:
            file.executemany("DELETE FROM entries WHERE row = ?", rows)
            file.commit()
        except sqlite3.Error:
            # They stay in the other file, so they must not be in this one too.
            self._write((), [(entry.row,) for entry in adopted])
            raise
        report.adopted += adopted
        return not left

    def _can_replay(self, entry: JournalEntry, store: str) -> bool:
        """Return whether this process has the store of an entry; `store` is "" in a file that does not say which."""
        identity = self._stores.get(entry.kind, "")
        return identity.partition(" ")[0] == entry.target and store in ("", identity)

    def _write(self, entries: Sequence[JournalEntry], replayed_rows: Sequence[tuple[int]]) -> None:
        """Insert entries, set their row numbers and delete rows, in one synced transaction."""
        assert self._connection is not None
        try:
            for entry in entries:
                entry.row = 0
                blob = _encoder.encode(entry)
                if self._cipher is not None:
                    blob = self._cipher.seal(blob, _SALT, "journal")
                cursor = self._connection.execute(
                    "INSERT INTO entries (entry, store) VALUES (?, ?)", (blob, self._stores.get(entry.kind, ""))
                )
                entry.row = int(cursor.lastrowid or 0)
            self._connection.executemany("DELETE FROM entries WHERE row = ?", replayed_rows)
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
        self._start_writing()
        try:
            await done
        except asyncio.CancelledError:
            if not done.cancelled() and done.exception() is None:
                self.remove(entries)  # written, but never acknowledged
            raise

    def remove(self, entries: Sequence[JournalEntry]) -> None:
        """Delete entries that their store has now, in the background; if the disk fails, with the next write."""
        self._replayed_rows += [(entry.row,) for entry in entries]
        self._start_writing()

    async def wait_written(self) -> None:
        """Wait until entries and deletions are on disk, or the disk has failed."""
        if self._write_task is not None:
            await asyncio.wait([self._write_task])

    async def scrub(self) -> None:
        """Leave nothing on disk of entries that were deleted, in the file and its write-ahead log.

        Raises:
            StateUnavailableError: The disk failed.
        """
        await self.wait_written()

        def work() -> None:
            assert self._connection is not None
            self._write((), self._replayed_rows)
            self._replayed_rows = []
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

        await self._run_in_thread(work)

    def _start_writing(self) -> None:
        """Start the writing task, unless it is running."""
        if self._write_task is None:
            self._write_task = asyncio.get_running_loop().create_task(self._write_pending())

    async def _write_pending(self) -> None:
        """Write queued entries and deletions, all of a round in one transaction, until nothing is queued."""
        try:
            while self._pending or self._replayed_rows:
                waiting = [(entries, done) for entries, done in self._pending if not done.done()]
                self._pending = []
                rows, self._replayed_rows = self._replayed_rows, []
                together = [entry for entries, _ in waiting for entry in entries]
                error: StateUnavailableError | None = None
                try:
                    await self._run_in_thread(functools.partial(self._write, together, rows))
                except StateUnavailableError as caught:
                    error = caught
                for entries, done in waiting:
                    if not done.done():
                        done.set_exception(error) if error else done.set_result(None)
                    elif error is None:
                        self._replayed_rows += [(entry.row,) for entry in entries]  # cancelled meanwhile
                if error is not None:
                    self._replayed_rows += rows
                    if not self._pending:
                        break  # deletions are tried again with the next write, and on closing
        finally:
            self._write_task = None

    async def aclose(self) -> None:
        """Close the file, and delete it when it is empty.

        Raises:
            StateUnavailableError: The disk failed; entries stay in the file.
        """
        await self.wait_written()

        def work() -> None:
            connection, self._connection = self._connection, None
            if connection is None:
                return
            is_empty = False
            try:
                connection.executemany("DELETE FROM entries WHERE row = ?", self._replayed_rows)
                connection.commit()
                is_empty = connection.execute("SELECT 1 FROM entries LIMIT 1").fetchone() is None
            finally:
                _close_file(connection, self._path if is_empty else None)
                _held_files.paths.discard(self._path)

        try:
            await self._run_in_thread(work)
        finally:
            self._executor.shutdown(wait=False)


def _check_private(folder: Path) -> None:
    """Refuse a folder in which other users could replace files.

    Raises:
        ConfigurationError: Other users can write to the folder.
    """
    if os.name != "posix":
        return
    found = folder.stat()
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or found.st_uid not in (0, os.geteuid()):
        raise ConfigurationError("journal", "must be a folder that no other user can write to (mode 0700)")


def _list_files(folder: Path) -> list[Path]:
    """Return the files named like a journal, oldest first; other processes may delete them at any time."""
    found: list[tuple[int, Path]] = []
    for path in folder.glob("journal-*.sqlite"):
        with contextlib.suppress(FileNotFoundError):
            found.append((path.lstat().st_mtime_ns, path))
    return [path for _, path in sorted(found)]


def _is_journal(path: Path) -> bool:
    """Return whether a file holds the table of a journal. It is only read, and links are not followed."""
    return _MARK in _read_head(path) or _MARK in _read_head(path.with_name(path.name + "-wal"))


def _read_head(path: Path) -> bytes:
    """Return the first bytes of a regular file; empty for anything else."""
    try:
        # Opening what is no regular file may block, and a link may lead anywhere.
        if not stat.S_ISREG(path.lstat().st_mode):
            return b""
        with path.open("rb") as file:
            return file.read(_HEAD_SIZE)
    except FileNotFoundError:
        return b""


def _read_entry(blob: object, cipher: Cipher | None) -> JournalEntry | None:
    """Return a stored entry; None when it cannot be read or replayed."""
    try:
        if cipher is not None and isinstance(blob, bytes) and blob[:1] == _SEALED:
            blob = cipher.open(blob, _SALT, "journal")
        entry = _decoder.decode(blob)  # type: ignore[arg-type]  # a damaged file may hold anything
        for message in entry.messages:
            Message.of(message)
        if entry.body is not None:
            decode(entry.body)
    except (AsyncAssistError, msgspec.MsgspecError, TypeError, ValueError, RecursionError):
        return None
    return entry


def _create_file(path: Path) -> sqlite3.Connection:
    """Create and lock the file of this process."""
    _held_files.paths.add(path)
    try:
        # Created here with mode 0600 before SQLite writes to it: the file holds session data.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        return _connect(path, *_CREATE_FILE)
    except BaseException:
        _delete_files(path)
        _held_files.paths.discard(path)
        raise


def _open_exclusive(path: Path) -> sqlite3.Connection:
    """Open an existing journal file and lock it exclusively.

    Raises:
        sqlite3.Error: Another process holds the lock, or the file is not a database.
    """
    # In exclusive mode the first write transaction takes the lock, which is held until the file is closed.
    return _connect(path, "BEGIN IMMEDIATE", "COMMIT")


def _connect(path: Path, *statements: str) -> sqlite3.Connection:
    """Open an existing SQLite file in exclusive mode and execute statements."""
    file = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=0, check_same_thread=False)
    try:
        # What is deleted is overwritten.
        settings = ("PRAGMA locking_mode=EXCLUSIVE", "PRAGMA synchronous=FULL", "PRAGMA secure_delete=ON")
        for statement in (*settings, *statements):
            file.execute(statement)
    except BaseException:
        file.close()
        raise
    return file


def _is_lock(error: Exception) -> bool:
    """Return whether SQLite failed because another process holds the lock."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _close_file(file: sqlite3.Connection, path: Path | None) -> None:
    """Close a file; delete it at `path` if that is given, while its lock is still held."""
    if path is not None:
        with contextlib.suppress(OSError):  # Windows deletes no open file
            path.unlink()
    file.close()
    if path is not None:
        _delete_files(path)


def _delete_files(path: Path) -> None:
    """Delete a SQLite file with its write-ahead log and shared memory file."""
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        with contextlib.suppress(OSError):
            name.unlink()
