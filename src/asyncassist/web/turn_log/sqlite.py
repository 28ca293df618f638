"""Turns in a SQLite file that the workers of one machine share."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from asyncassist.web.turn_log.store import LEASE, MAX_DURATION, PAGE_SIZE, RETENTION, TurnEndedError, TurnPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")

_Ending = tuple[str | None, float]  # how a turn has ended, and when it expires

_SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (
  id TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL, lease REAL NOT NULL, stop INTEGER NOT NULL DEFAULT 0,
  last INTEGER NOT NULL, ending TEXT, expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS turns_by_owner ON turns (owner);
CREATE INDEX IF NOT EXISTS turns_by_expiry ON turns (expires_at);
CREATE TABLE IF NOT EXISTS entries (
  turn TEXT NOT NULL, number INTEGER NOT NULL, entry BLOB NOT NULL, PRIMARY KEY (turn, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS last_turns (owner TEXT NOT NULL PRIMARY KEY, turn TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS claims (
  scope TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, expires_at REAL NOT NULL
) WITHOUT ROWID;
"""
_LOCK_TIMEOUT = 5.0  # seconds that a call waits for other processes, at most
_CLEANED = 20  # expired turns that a new turn deletes, at most


class SQLiteTurnStore:
    """Store of turns in a file of its own beside that of the sessions.

    What it holds lives for minutes: commits are not synchronized with the disk, and survive the end of a process.

    Args:
        path: Path of the file with the sessions; "-turns" is appended to its name.
        now: Seconds since the epoch, the same for all processes.
    """

    def __init__(self, path: Path | str, *, now: Callable[[], float] = time.time) -> None:
        path = Path(path)
        self._now = now
        self._path = path.with_name(f"{path.name}-turns")
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="asyncassist-turns")
        self._connection: sqlite3.Connection | None = None

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run a call as one transaction, in the thread of the store."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, work)

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._connect()
        connection.execute("BEGIN IMMEDIATE")
        try:
            found = work(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return found

    async def _query(self, query: str, *values: Any) -> list[Any]:
        """Read rows without waiting for writers."""

        def work() -> list[Any]:
            return self._connect().execute(query, values).fetchall()

        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):  # with mode 0600: the file holds users' texts
                os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            connection = sqlite3.connect(
                self._path, timeout=_LOCK_TIMEOUT, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten
            connection.executescript(_SCHEMA)
            self._connection = connection
        return self._connection

    async def begin(self, turn_id: str, owner: str, entry: bytes) -> None:
        """Create a turn, and delete a few that have expired."""
        now = self._now()

        def work(connection: sqlite3.Connection) -> None:
            _clean(connection, now)
            connection.execute(
                "INSERT INTO turns (id, owner, lease, last, expires_at) VALUES (?, ?, ?, 1, ?)",
                (turn_id, owner, now + LEASE, now + MAX_DURATION + RETENTION),
            )
            connection.execute("INSERT INTO entries VALUES (?, 1, ?)", (turn_id, entry))
            connection.execute("INSERT OR REPLACE INTO last_turns VALUES (?, ?)", (owner, turn_id))

        await self._run(work)

    async def append(self, turn_id: str, number: int, entry: bytes, end: str | None) -> None:
        """Append an entry."""
        expires_at = self._now() + RETENTION + (0.0 if end else MAX_DURATION)
        if not await self._run(lambda connection: _append(connection, turn_id, number, entry, (end, expires_at))):
            raise TurnEndedError

    async def renew(self, turn_ids: Iterable[str]) -> set[str]:
        """Renew leases."""
        ids, lease = list(turn_ids), self._now() + LEASE

        def work(connection: sqlite3.Connection) -> set[str]:
            connection.executemany("UPDATE turns SET lease = ? WHERE id = ?", [(lease, turn_id) for turn_id in ids])
            found = connection.execute("SELECT id FROM turns WHERE stop AND ending IS NULL").fetchall()
            return {turn_id for (turn_id,) in found}.intersection(ids)

        return await self._run(work)

    async def read(self, turn_id: str, after: int) -> TurnPage | None:
        """Return a part of a turn."""
        # In this order: entries that are appended between the two are not missed, their turn has not ended yet.
        turns = await self._query("SELECT last, ending, lease FROM turns WHERE id = ?", turn_id)
        if not turns:
            return None
        [(last, end, lease)] = turns
        found = await self._query(
            "SELECT entry FROM entries WHERE turn = ? AND number > ? ORDER BY number LIMIT ?", turn_id, after, PAGE_SIZE
        )
        reached = after + len(found) >= last
        return TurnPage([entry for (entry,) in found], end if reached else None, lease > self._now())

    async def owner(self, turn_id: str) -> str | None:
        """Return the owner of a turn."""
        found = await self._query("SELECT owner FROM turns WHERE id = ?", turn_id)
        return found[0][0] if found else None

    async def last_turn(self, owner: str) -> str | None:
        """Return the id of the last turn of an owner."""
        found = await self._query("SELECT turn FROM last_turns WHERE owner = ?", owner)
        return found[0][0] if found else None

    async def interrupt(self, turn_id: str, entry: bytes) -> None:
        """End a turn whose lease has expired."""
        now = self._now()

        def work(connection: sqlite3.Connection) -> None:
            found = connection.execute("SELECT last, lease FROM turns WHERE id = ?", (turn_id,)).fetchone()
            if found is not None and found[1] <= now:
                _append(connection, turn_id, found[0] + 1, entry, ("interrupted", now + RETENTION))

        await self._run(work)

    async def stop(self, turn_id: str) -> None:
        """Ask the worker of a turn to stop it."""
        await self._run(lambda connection: connection.execute("UPDATE turns SET stop = 1 WHERE id = ?", (turn_id,)))

    async def claim(self, scope: str, value: str, replaces: str | None) -> str:
        """Claim an idempotency key."""
        now = self._now()

        def work(connection: sqlite3.Connection) -> str:
            found = connection.execute(
                "SELECT value FROM claims WHERE scope = ? AND expires_at > ?", (scope, now)
            ).fetchone()
            if found is not None and found[0] != replaces:
                return str(found[0])
            connection.execute(
                "INSERT OR REPLACE INTO claims VALUES (?, ?, ?)", (scope, value, now + MAX_DURATION + RETENTION)
            )
            return value

        return await self._run(work)

    async def forget(self, owner: str) -> None:
        """Delete all turns of an owner."""

        def work(connection: sqlite3.Connection) -> None:
            ids = connection.execute("SELECT id FROM turns WHERE owner = ?", (owner,)).fetchall()
            _delete(connection, ids)
            connection.execute("DELETE FROM last_turns WHERE owner = ?", (owner,))

        await self._run(work)

    async def forget_user(self, user: str) -> None:
        """Delete all turns of owners whose keys begin so, and overwrite them in the file and its log."""
        bounds = (user, f"{user}~")  # "~" follows every digit

        def work(connection: sqlite3.Connection) -> None:
            ids = connection.execute("SELECT id FROM turns WHERE owner >= ? AND owner < ?", bounds).fetchall()
            _delete(connection, ids)
            connection.execute("DELETE FROM last_turns WHERE owner >= ? AND owner < ?", bounds)

        await self._run(work)
        [(is_busy, *_)] = await self._query("PRAGMA wal_checkpoint(TRUNCATE)")
        if is_busy:
            raise sqlite3.OperationalError("the file is in use by other processes")

    async def aclose(self) -> None:
        """Close the file."""

        def close() -> None:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

        await asyncio.get_running_loop().run_in_executor(self._thread, close)
        self._thread.shutdown(wait=False)


def _append(connection: sqlite3.Connection, turn_id: str, number: int, entry: bytes, ending: _Ending) -> bool:
    """Append an entry unless the turn has ended or been deleted; return whether it was appended."""
    end, expires_at = ending
    changed = connection.execute(
        "UPDATE turns SET last = ?, ending = ?, expires_at = ? WHERE id = ? AND ending IS NULL AND last = ?",
        (number, end, expires_at, turn_id, number - 1),
    )
    if not changed.rowcount:
        return False
    connection.execute("INSERT INTO entries VALUES (?, ?, ?)", (turn_id, number, entry))
    return True


def _clean(connection: sqlite3.Connection, now: float) -> None:
    ids = connection.execute("SELECT id FROM turns WHERE expires_at <= ? LIMIT ?", (now, _CLEANED)).fetchall()
    _delete(connection, ids)
    connection.execute("DELETE FROM claims WHERE expires_at <= ?", (now,))


def _delete(connection: sqlite3.Connection, ids: list[tuple[str]]) -> None:
    for table, column in (("entries", "turn"), ("last_turns", "turn"), ("turns", "id")):
        connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", ids)  # noqa: S608 - fixed names
