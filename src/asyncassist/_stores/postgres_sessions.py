"""Sessions and locks in PostgreSQL; concurrent reads and writes share statements and commits.

Times are those of the server. An expired row is invisible at once, and deleted by the cleaner.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from asyncassist._lifecycle import cancel_and_wait
from asyncassist._stores.group_commit import GroupCommit
from asyncassist._stores.session_records import ABSENT, TOMBSTONE_TTL, SessionRecord, WriteResult
from asyncassist.errors import AsyncAssistError, StateError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from asyncassist._events import RollingWindow
    from asyncassist._stores.session_records import Write

T = TypeVar("T")

CLEANING_INTERVAL = 30.0
"""Seconds between searches for expired rows."""
_CLEANING_BATCH = 200  # expired rows that one statement deletes, at most
_TOKEN_TTL = 86_400.0  # seconds for which the token of a released lock is remembered
_TOUCH_SHARE = 0.9  # a read extends a TTL once a tenth of it has passed: each extension is a write
_PAGE = 500  # ids of one statement, at most

_decode_seqs = msgspec.json.Decoder(dict[str, tuple[int, int]]).decode
_encode = msgspec.json.Encoder().encode

_READ_SQL = """
SELECT s.version, s.data, s.ttl, extract(epoch FROM s.expires_at - clock_timestamp())::float8, s.writes
FROM unnest($1::text[]) WITH ORDINALITY AS g (id, place) LEFT JOIN LATERAL (
  SELECT * FROM asyncassist.sessions AS s WHERE s.id = g.id AND s.expires_at > clock_timestamp() LIMIT 1
) AS s ON true
ORDER BY g.place
"""
_WRITE_SQL = "SELECT * FROM asyncassist.write_sessions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
# In order, as writes lock them, so that no two wait for one another.
_TOUCH_SQL = """
UPDATE asyncassist.sessions AS s SET expires_at = greatest(s.expires_at, clock_timestamp() + f.ttl * interval '1 s')
FROM (
  SELECT t.id, coalesce(t.ttl, $2) AS ttl FROM asyncassist.sessions AS t
  WHERE t.id = ANY($1::text[]) AND t.data IS NOT NULL AND t.expires_at > clock_timestamp()
  ORDER BY t.id FOR UPDATE
) AS f
WHERE s.id = f.id
"""
_SCAN_SQL = """
SELECT s.id FROM asyncassist.sessions AS s
WHERE s.id > $1 AND s.data IS NOT NULL AND s.expires_at > clock_timestamp() ORDER BY s.id LIMIT $2
"""
_CLEAN_SQL = """
WITH locks AS (
  DELETE FROM asyncassist.locks WHERE expires_at <= clock_timestamp() - $2 * interval '1 s'
), expired AS (
  SELECT s.id FROM asyncassist.sessions AS s WHERE s.expires_at <= clock_timestamp()
  ORDER BY s.expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
), gone AS (
  DELETE FROM asyncassist.sessions AS s USING expired AS e WHERE s.id = e.id RETURNING s.id
)
SELECT count(*) FROM gone
"""
# Tokens follow the time, so that they rise although old rows are deleted.
_ACQUIRE_SQL = """
INSERT INTO asyncassist.locks AS l (name, owner, token, expires_at)
VALUES ($1, $2, floor(extract(epoch FROM clock_timestamp()) * 1000000), clock_timestamp() + $3 * interval '1 s')
ON CONFLICT (name) DO UPDATE SET
  owner = excluded.owner,
  token = CASE WHEN l.owner IS NOT NULL AND l.expires_at > clock_timestamp() THEN l.token
    ELSE greatest(l.token + 1, excluded.token) END,
  expires_at = clock_timestamp() + $3 * interval '1 s'
WHERE l.owner IS NULL OR l.owner = excluded.owner OR l.expires_at <= clock_timestamp()
RETURNING token
"""
_RELEASE_SQL = "UPDATE asyncassist.locks SET owner = NULL WHERE name = $1 AND owner = $2 RETURNING token"


class PostgresSessions:
    """Sessions and locks of a `PostgresStore`.

    Args:
        run: Runs a call on a connection of the store.
        ttl: Seconds until an unused session expires, unless it has its own TTL.
        batch_sizes: Where the sizes of the groups of writes are recorded.
        cleaning_interval: Seconds between searches for expired rows.
    """

    def __init__(
        self,
        run: Callable[[Callable[[Any], Awaitable[Any]]], Awaitable[Any]],
        *,
        ttl: float,
        batch_sizes: RollingWindow,
        cleaning_interval: float,
    ) -> None:
        self._run_on_connection = run
        self._ttl = ttl
        self._cleaning_interval = cleaning_interval
        self._reads: GroupCommit[str, SessionRecord] = GroupCommit(self._read_group)
        self._writes: GroupCommit[tuple[str, Write], WriteResult] = GroupCommit(self._write_group, batch_sizes)
        # Sessions whose TTL is to be extended by the next statement.
        self._touched: set[str] = set()
        self._touch_task: asyncio.Task[None] | None = None
        self._cleaning_task: asyncio.Task[None] | None = None
        self._numbers = itertools.count()

    async def read(self, session_id: str, *, touch: bool = True) -> SessionRecord:
        """Return the record of a session; with `touch` extend its TTL once a tenth of it has passed."""
        # Reads of one session may share a statement: no two keys are the same.
        return self._finish_read(session_id, await self._reads.submit(next(self._numbers), session_id), touch=touch)

    async def read_many(self, ids: Sequence[str], *, touch: bool = True) -> list[SessionRecord]:
        """Return the records of several sessions, in the order of the ids."""
        found = [record for part in _pages(ids) for record in await self._read_group(part)]
        return [self._finish_read(name, record, touch=touch) for name, record in zip(ids, found, strict=True)]

    async def _read_group(self, ids: Sequence[str]) -> list[SessionRecord]:
        """Read sessions by one statement, without extending them."""
        return [_record_of(row) for row in await self._read_rows(ids)]

    async def _read_rows(self, ids: Sequence[str]) -> Sequence[Any]:
        """Return a row for each session, of nulls for one that does not exist."""
        rows: Sequence[Any] = await self._run_on_connection(lambda connection: connection.fetch(_READ_SQL, ids))
        return rows

    def _finish_read(self, session_id: str, record: SessionRecord, *, touch: bool) -> SessionRecord:
        """Return the record, and queue the extension of its TTL if that is due."""
        ttl = record.ttl or self._ttl
        if not touch or record.body is None or record.expires_in >= _TOUCH_SHARE * ttl:
            return record
        self._touched.add(session_id)
        if self._touch_task is None:
            self._touch_task = asyncio.get_running_loop().create_task(self._touch())
        return msgspec.structs.replace(record, expires_in=ttl)

    async def _touch(self) -> None:
        """Extend the sessions gathered; what the database does not take now, the next read asks for again."""
        try:
            while self._touched:
                arguments = (_TOUCH_SQL, list(self._touched), self._ttl)
                self._touched.clear()
                with contextlib.suppress(AsyncAssistError):
                    await self._run_on_connection(partial(_execute, arguments=arguments))
        finally:
            self._touch_task = None

    async def write(self, session_id: str, write: Write) -> WriteResult:
        """Compare and set one session; a write id that was applied before returns its first result."""
        if self._cleaning_task is None:
            self._cleaning_task = asyncio.get_running_loop().create_task(self._clean_regularly())
        return await self._writes.submit(session_id, (session_id, write))

    async def write_many(self, writes: Sequence[tuple[str, Write]]) -> list[WriteResult | StateError]:
        """Compare and set several sessions; return a result or an error for each."""
        found = await asyncio.gather(*(self.write(*pair) for pair in writes), return_exceptions=True)
        for result in found:
            if isinstance(result, BaseException) and (
                not isinstance(result, StateError) or isinstance(result, StateUnavailableError)
            ):
                raise result
        return found  # type: ignore[return-value]

    async def _write_group(self, group: Sequence[tuple[str, Write]]) -> list[WriteResult]:
        """Compare and set sessions by one statement."""
        rows = await self._run_on_connection(
            lambda connection: connection.fetch(_WRITE_SQL, *_write_arguments(group), self._ttl, TOMBSTONE_TTL)
        )
        return [
            WriteResult(written, SessionRecord(version, write.body if written else body, ttl, expires_in))
            for (_, write), (written, version, body, ttl, expires_in) in zip(group, rows, strict=True)
        ]

    async def read_for_replay(
        self, requests: Sequence[tuple[str, Sequence[str]]]
    ) -> list[tuple[SessionRecord, dict[str, int]] | StateError]:
        """Return the records of several sessions and the last sequence number applied of each writer."""
        found: list[tuple[SessionRecord, dict[str, int]] | StateError] = []
        for part in _pages(requests):
            rows = await self._read_rows([session_id for session_id, _ in part])
            for (_, writers), row in zip(part, rows, strict=True):
                last = {} if row["writes"] is None else _decode_seqs(row["writes"])
                found.append((_record_of(row), {writer: last.get(writer, (0, 0))[0] for writer in writers}))
        return found

    async def scan(self) -> AsyncIterator[str]:
        """Iterate over the ids of all live sessions."""
        last = ""
        while True:
            rows = await self._run_on_connection(partial(_fetch, arguments=(_SCAN_SQL, last, _PAGE)))
            for (session_id,) in rows:
                yield session_id
            if len(rows) < _PAGE:
                return
            (last,) = rows[-1]

    # locks

    async def acquire(self, name: str, owner: str, ttl: float) -> int | None:
        """Acquire or renew a lock and return its fencing token, None while another owner holds it."""
        token: int | None = await self._run_on_connection(
            lambda connection: connection.fetchval(_ACQUIRE_SQL, name, owner, ttl)
        )
        return token

    async def release(self, name: str, owner: str) -> bool:
        """Release a lock and return whether this owner held it."""
        found = await self._run_on_connection(lambda connection: connection.fetchval(_RELEASE_SQL, name, owner))
        return found is not None

    # expired rows

    async def clean(self) -> bool:
        """Delete a few expired sessions and forgotten locks, and return whether there may be more."""
        count = await self._run_on_connection(
            lambda connection: connection.fetchval(_CLEAN_SQL, _CLEANING_BATCH, _TOKEN_TTL)
        )
        return bool(count == _CLEANING_BATCH)

    async def _clean_regularly(self) -> None:
        """Delete expired rows in small batches, so that writes need not wait for them."""
        more = False
        while True:
            await asyncio.sleep(0.05 if more else self._cleaning_interval)
            more = False
            # What cannot be deleted now is deleted later; reads do not show it.
            with contextlib.suppress(AsyncAssistError):
                more = await self.clean()

    async def _close_sessions(self) -> None:
        """Finish the calls under way."""
        if self._cleaning_task is not None:
            await cancel_and_wait(self._cleaning_task)
        await asyncio.gather(self._reads.aclose(), self._writes.aclose())
        if self._touch_task is not None:
            await asyncio.wait([self._touch_task])


async def _execute(connection: Any, *, arguments: Sequence[Any]) -> None:
    """Run a statement."""
    await connection.execute(*arguments)


async def _fetch(connection: Any, *, arguments: Sequence[Any]) -> Sequence[Any]:
    """Return the rows of a query."""
    rows: Sequence[Any] = await connection.fetch(*arguments)
    return rows


def _pages(items: Sequence[T]) -> list[Sequence[T]]:
    """Return the items in parts that one statement takes."""
    return [items[start : start + _PAGE] for start in range(0, len(items), _PAGE)]


def _record_of(row: Any) -> SessionRecord:
    """Return the record of a row, `ABSENT` for one of nulls."""
    version, body, ttl, expires_in, _ = row
    return ABSENT if version is None else SessionRecord(version, body, ttl, expires_in)


def _write_arguments(group: Sequence[tuple[str, Write]]) -> tuple[list[Any], ...]:
    """Return writes as columns of `asyncassist.write_sessions`."""
    writes = [write for _, write in group]
    return (
        [session_id for session_id, _ in group],
        [write.mode for write in writes],
        [write.body for write in writes],
        [write.expected for write in writes],
        [write.ttl for write in writes],
        [write.change_count for write in writes],
        [write.age for write in writes],
        # Only a write of its own is ever repeated; a replay looks up what was applied before it writes.
        [write.write_ids[0].writer if len(write.write_ids) == 1 else None for write in writes],
        [_encode({write_id.writer: write_id.seq for write_id in write.write_ids}).decode() for write in writes],
    )
