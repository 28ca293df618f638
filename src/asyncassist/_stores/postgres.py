"""Conversations in PostgreSQL, kept for good: appends that come together are committed together.

Every statement runs inside a transaction, and none is prepared under a name when a pooler stands between.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit

import msgspec

from asyncassist._events import Window
from asyncassist._resource import import_in_thread
from asyncassist._stores.memory import KEPT_REQUESTS
from asyncassist._stores.migrations import LOCK, MIGRATIONS
from asyncassist._types import Message
from asyncassist.errors import (
    AsyncAssistError,
    AuthenticationError,
    ClosedError,
    ConfigurationError,
    ConflictError,
    StateError,
    StateUnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from asyncassist._stores.records import Stamp

_SCHEMES = ("postgres://", "postgresql://")
_MAX_GROUP = 256  # appends of one commit
_MAX_COMMITS = 4  # commits under way at once

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

# Sorted, so that two processes that commit the same conversations lock them in the same order.
_LOCK_ROWS = """
INSERT INTO asyncassist.conversations AS c (owner, id)
SELECT owner, id FROM unnest($1::text[], $2::text[]) AS given (owner, id) ORDER BY owner, id
ON CONFLICT (owner, id) DO UPDATE SET version = c.version
RETURNING owner, id, version
"""
_REQUESTS = """
SELECT r.owner, r.conversation_id, r.request_id, r.version FROM asyncassist.requests AS r
JOIN unnest($1::text[], $2::text[], $3::text[]) AS given (owner, id, request)
ON r.owner = given.owner AND r.conversation_id = given.id AND r.request_id = given.request
"""
_REPEATED = """
SELECT m.owner, m.conversation_id, m.id, m.seq FROM asyncassist.messages AS m
JOIN unnest($1::text[], $2::text[], $3::text[]) AS given (owner, conversation, id)
ON m.owner = given.owner AND m.conversation_id = given.conversation AND m.id = given.id
"""
_STORE = """
WITH stored AS (
  INSERT INTO asyncassist.messages
  (owner, conversation_id, seq, id, role, content, source, metadata, created_at)
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
                       $8::text[], $9::timestamptz[])
), asked AS (
  INSERT INTO asyncassist.requests (owner, conversation_id, request_id, version)
  SELECT * FROM unnest($10::text[], $11::text[], $12::text[], $13::bigint[])
)
UPDATE asyncassist.conversations AS c SET version = given.version, updated_at = now()
FROM unnest($14::text[], $15::text[], $16::bigint[]) AS given (owner, id, version)
WHERE c.owner = given.owner AND c.id = given.id
"""
_FORGET_REQUESTS = """
DELETE FROM asyncassist.requests WHERE (owner, conversation_id, request_id) IN (
  SELECT r.owner, r.conversation_id, r.request_id FROM unnest($1::text[], $2::text[]) AS given (owner, id)
  CROSS JOIN LATERAL (
    SELECT owner, conversation_id, request_id FROM asyncassist.requests
    WHERE owner = given.owner AND conversation_id = given.id ORDER BY version DESC OFFSET $3
  ) AS r
)
"""
_PAGE = """
SELECT seq, id, role, content, source, metadata, created_at FROM asyncassist.messages
WHERE owner = $1 AND conversation_id = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4
"""
# The conversation's row first: whoever appends holds it.
_FORGET = """
WITH gone AS (
  DELETE FROM asyncassist.conversations WHERE owner = $1 AND id = $2 RETURNING owner, id
), messages AS (
  DELETE FROM asyncassist.messages AS m USING gone WHERE m.owner = gone.owner AND m.conversation_id = gone.id
), requests AS (
  DELETE FROM asyncassist.requests AS r USING gone WHERE r.owner = gone.owner AND r.conversation_id = gone.id
)
SELECT count(*) FROM gone
"""
_VERSION = "SELECT version FROM asyncassist.conversations WHERE owner = $1 AND id = $2"
_LAST = 2**62
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def check_postgres(field: str, postgres: Any) -> None:
    """A pool or a URL; nothing is opened.

    Raises:
        ConfigurationError: The URL has another scheme.
    """
    if isinstance(postgres, str) and not postgres.startswith(_SCHEMES):
        raise ConfigurationError(field, f"must begin with one of {', '.join(_SCHEMES)}")


class _Append:
    """An append that waits for its commit."""

    __slots__ = ("done", "expected", "key", "ready", "repeated", "request")

    def __init__(
        self,
        key: tuple[str, str],
        ready: Sequence[Message],
        expected: int | None,
        request: str | None,
        *,
        repeated: bool,
    ) -> None:
        self.key = key
        self.ready = ready
        self.expected = expected
        self.request = request
        self.repeated = repeated
        self.done: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def answer(self, result: int | BaseException) -> None:
        """Tell the caller, unless it has left."""
        if self.done.done():
            return
        if isinstance(result, BaseException):
            self.done.set_exception(result)
        else:
            self.done.set_result(result)


class PostgresStore:
    """Conversations in one PostgreSQL.

    Args:
        postgres: A URL, or an asyncpg pool of yours.
        max_connections: Connections of our own pool, at most.
        timeout: Seconds for one call.
    """

    def __init__(self, postgres: Any, *, max_connections: int, timeout: float) -> None:
        self._given = postgres
        self._pool: Any = None
        self._module: Any = None
        self._options: dict[str, Any] = {}
        self._max_connections = max_connections
        self._timeout = timeout
        self._migrated = False
        self._migrating = asyncio.Lock()
        self._waiting: list[_Append] = []
        self._commits: set[asyncio.Task[None]] = set()
        self._closed = False
        self.batch_sizes = Window()
        self.latency = Window()

    async def open(self) -> None:
        """Make ready; it connects when it is used."""
        self._module = await import_in_thread("asyncpg")
        if isinstance(self._given, str):
            self._options = await asyncio.to_thread(_options, self._given)
            self._options["timeout"] = self._options["command_timeout"] = self._timeout
        else:
            self._pool = self._given

    async def _make_pool(self) -> Any:
        """A pool of ours, with prepared statements where they are safe.

        Behind a pooler every transaction may meet another server, which does not know them. A pooler shows by its
        process id: it is not the server's.
        """
        try:
            async with asyncio.timeout(self._timeout):
                first = await self._module.connect(self._given, statement_cache_size=0, **self._options)
                direct = await first.fetchval("SELECT pg_backend_pid()") == first.get_server_pid()
                await first.close()
                return await self._module.create_pool(
                    self._given,
                    min_size=0,
                    max_size=self._max_connections,
                    statement_cache_size=100 if direct else 0,
                    reset=_leave_as_it_is,
                    **self._options,
                )
        except Exception as error:
            raise _verdict(error) from error

    @contextlib.asynccontextmanager
    async def _transaction(self) -> AsyncGenerator[Any]:
        """A connection inside a transaction; foreign errors become ours."""
        began = asyncio.get_running_loop().time()
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._pool.acquire(timeout=self._timeout) as connection,
                connection.transaction(),
            ):
                yield connection
        except (AsyncAssistError, asyncio.CancelledError):
            raise
        except Exception as error:
            raise _verdict(error) from error
        self.latency.add(asyncio.get_running_loop().time() - began)

    async def probe(self) -> None:
        """Ask for an answer, and see to the tables."""
        await self._migrate()
        async with self._transaction() as connection:
            await connection.execute("SELECT 1")

    async def _migrate(self) -> None:
        """Bring the tables up to date, once; of several processes one does it and the others wait."""
        if self._migrated:
            return
        async with self._migrating:
            if self._migrated:
                return
            if self._pool is None:
                self._pool = await self._make_pool()
            async with self._transaction() as connection:
                # Held until the transaction ends: also behind a pooler that gives each transaction another connection.
                await connection.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
                await connection.execute(MIGRATIONS[0])
                done = await connection.fetchval("SELECT coalesce(max(number), 0) FROM asyncassist.migrations")
                for number, text in enumerate(MIGRATIONS[1:], 1):
                    if number > done:
                        await connection.execute(text)
                        await connection.execute("INSERT INTO asyncassist.migrations (number) VALUES ($1)", number)
            self._migrated = True

    # appends

    async def append(
        self,
        key: str,
        ready: Sequence[Message],
        stamp: Stamp,  # noqa: ARG002  # a repeated append is known by the ids of its messages
        *,
        expected_version: int | None = None,
        request_id: str | None = None,
        repeated: bool = False,
    ) -> int:
        """Store prepared messages; the version."""
        if self._closed:
            raise ClosedError("the connections to the store are closed")
        owner, _, conversation_id = key.partition(":")
        append = _Append((owner, conversation_id), ready, expected_version, request_id, repeated=repeated)
        self._waiting.append(append)
        if len(self._commits) < _MAX_COMMITS and (not self._commits or len(self._waiting) >= _MAX_GROUP):
            task = asyncio.get_running_loop().create_task(self._work())
            self._commits.add(task)
        return await append.done

    async def _work(self) -> None:
        """Commit what waits until nothing does."""
        try:
            # Those who are ready now shall be in the first group.
            await asyncio.sleep(0)
            while self._waiting:
                group = [append for append in self._waiting[:_MAX_GROUP] if not append.done.done()]
                del self._waiting[:_MAX_GROUP]
                if group:
                    await self._settle(group)
        finally:
            # Not in a callback: an append that came in between would wait for a task that has ended.
            self._commits.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _settle(self, group: Sequence[_Append]) -> None:
        """Commit a group and answer everybody in it."""
        self.batch_sizes.add(len(group))
        try:
            results = await self._commit(group)
        except AsyncAssistError as error:
            for append in group:
                append.answer(error)
        except BaseException:
            for append in group:
                append.answer(ClosedError("closed before the answer came"))
            raise
        else:
            for append, result in zip(group, results, strict=True):
                append.answer(result)

    async def _commit(self, group: Sequence[_Append]) -> list[int | ConflictError]:
        """One transaction for all of them; a conflict of one does not hurt the others."""
        await self._migrate()
        async with self._transaction() as connection:
            keys = sorted({append.key for append in group})
            rows = await connection.fetch(_LOCK_ROWS, [key[0] for key in keys], [key[1] for key in keys])
            versions: dict[tuple[str, str], int] = {(row["owner"], row["id"]): row["version"] for row in rows}
            requests = await _known_requests(connection, group)
            stored = await _known_messages(connection, group)
            plan = _Plan(versions, requests, stored)
            results = [plan.add(append) for append in group]
            if plan.seqs:
                await connection.execute(_STORE, *plan.columns())
                if plan.requested:
                    owners, ids, _, _ = zip(*plan.requested, strict=True)
                    await connection.execute(_FORGET_REQUESTS, list(owners), list(ids), KEPT_REQUESTS)
            elif plan.empty:
                # Nothing may be left of a conversation that never began.
                await connection.execute(_UNDO, *_pairs(plan.empty))
        return results

    # reads

    async def page(self, key: str, *, limit: int | None = None, before: int | None = None) -> tuple[int, list[Message]]:
        """The version, and messages, oldest first."""
        await self._migrate()
        owner, _, conversation_id = key.partition(":")
        async with self._transaction() as connection:
            version = await connection.fetchval(_VERSION, owner, conversation_id)
            rows = await connection.fetch(
                _PAGE, owner, conversation_id, _LAST if before is None else before, _LAST if limit is None else limit
            )
        return version or 0, [_message(row) for row in reversed(rows)]

    async def forget(self, key: str, stamp: Stamp) -> bool:  # noqa: ARG002  # deleting twice is deleting once
        """Delete a conversation; whether there was one."""
        await self._migrate()
        owner, _, conversation_id = key.partition(":")
        async with self._transaction() as connection:
            return bool(await connection.fetchval(_FORGET, owner, conversation_id))

    async def aclose(self) -> None:
        """Let the commits under way end, and close what is ours."""
        self._closed = True
        while self._commits:
            await asyncio.wait(list(self._commits))
        if self._pool is not None and self._pool is not self._given:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(self._timeout):
                    await self._pool.close()
                return
            self._pool.terminate()


_UNDO = """
DELETE FROM asyncassist.conversations AS c USING unnest($1::text[], $2::text[]) AS given (owner, id)
WHERE c.owner = given.owner AND c.id = given.id AND c.version = 0
"""


def _pairs(keys: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Pairs as two columns."""
    return [key[0] for key in keys], [key[1] for key in keys]


async def _known_requests(connection: Any, group: Sequence[_Append]) -> dict[tuple[str, str, str], int]:
    """What the requests of a group returned that were made before."""
    asked = [(*append.key, append.request) for append in group if append.request is not None]
    if not asked:
        return {}
    rows = await connection.fetch(_REQUESTS, *([item[place] for item in asked] for place in range(3)))
    return {(row["owner"], row["conversation_id"], row["request_id"]): row["version"] for row in rows}


async def _known_messages(connection: Any, group: Sequence[_Append]) -> dict[tuple[str, str, str], int]:
    """Where the last messages of repeated appends stand, if they were stored."""
    asked = [(*append.key, append.ready[-1].id) for append in group if append.repeated]
    if not asked:
        return {}
    rows = await connection.fetch(_REPEATED, *([item[place] for item in asked] for place in range(3)))
    return {(row["owner"], row["conversation_id"], row["id"]): row["seq"] for row in rows}


class _Plan:
    """What one commit writes. Pure.

    Args:
        versions: Of the conversations, locked.
        requests: What known requests returned.
        stored: Where messages of repeated appends stand already.
    """

    def __init__(
        self,
        versions: dict[tuple[str, str], int],
        requests: dict[tuple[str, str, str], int],
        stored: dict[tuple[str, str, str], int],
    ) -> None:
        self._versions = versions
        self._requests = requests
        self._stored = stored
        self._changed: set[tuple[str, str]] = set()
        self.seqs: list[tuple[tuple[str, str], int, Message]] = []
        self.requested: list[tuple[str, str, str, int]] = []

    def add(self, append: _Append) -> int | ConflictError:
        """Its version, or why not."""
        key = append.key
        known = self._stored.get((*key, append.ready[-1].id or "")) if append.repeated else None
        if known is None and append.request is not None:
            known = self._requests.get((*key, append.request))
        if known is not None:
            return known
        version = self._versions[key]
        if append.expected is not None and append.expected != version:
            return ConflictError(key=key[1], expected=append.expected, actual=version)
        for seq, message in enumerate(append.ready, version + 1):
            self.seqs.append((key, seq, message))
        version += len(append.ready)
        self._versions[key] = version
        self._changed.add(key)
        if append.request is not None:
            self._requests[(*key, append.request)] = version
            self.requested.append((*key, append.request, version))
        return version

    @property
    def empty(self) -> list[tuple[str, str]]:
        """Conversations that have not begun."""
        return [key for key, version in self._versions.items() if not version]

    def columns(self) -> list[list[Any]]:
        """What `_STORE` takes."""
        rows = self.seqs
        changed = sorted(self._changed)
        return [
            [key[0] for key, _, _ in rows],
            [key[1] for key, _, _ in rows],
            [seq for _, seq, _ in rows],
            [message.id for _, _, message in rows],
            [message.role for _, _, message in rows],
            [message.content for _, _, message in rows],
            [message.source for _, _, message in rows],
            [_encode(dict(message.metadata)).decode() if message.metadata else None for _, _, message in rows],
            [message.created_at for _, _, message in rows],
            *([item[place] for item in self.requested] for place in range(4)),
            [key[0] for key in changed],
            [key[1] for key in changed],
            [self._versions[key] for key in changed],
        ]


def _message(row: Any) -> Message:
    """A row as a message."""
    return Message(
        row["role"],
        row["content"],
        id=row["id"],
        seq=row["seq"],
        created_at=row["created_at"],
        source=row["source"],
        metadata=_decode(row["metadata"]) if row["metadata"] else {},
    )


async def _leave_as_it_is(_: Any) -> None:
    """Our transactions leave nothing behind that would have to be reset."""


def _options(url: str) -> dict[str, Any]:
    """What spares asyncpg looks at the disk at each connection.

    A missing password is none where no file has one; loopback needs no certificates of the home folder.
    """
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    options: dict[str, Any] = {}
    given = parts.password or "password" in query or "PGPASSWORD" in os.environ
    has_file = "passfile" in query or "PGPASSFILE" in os.environ or (Path.home() / ".pgpass").exists()
    if not given and not has_file:
        options["password"] = ""
    if parts.hostname in _LOOPBACK and "sslmode" not in query and "PGSSLMODE" not in os.environ:
        options["ssl"] = False
    return options


def _verdict(error: Exception) -> AsyncAssistError:
    """What an error of asyncpg means."""
    import asyncpg  # noqa: PLC0415  # loaded long before the first error

    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError | asyncpg.InsufficientPrivilegeError):
        return AuthenticationError("PostgreSQL refused the credentials")
    if isinstance(error, asyncpg.InvalidCachedStatementError):
        # Another version migrated under us: the next try prepares anew.
        return StateUnavailableError("PostgreSQL changed its tables")
    if isinstance(error, asyncpg.PostgresError):
        state: str = getattr(error, "sqlstate", None) or ""
        # 08: connection, 53: resources, 57: the operator, 40: serialisation, 25006: read only, 55P03: lock
        if state[:2] in {"08", "53", "57", "40", "58"} or state in {"25006", "55P03"}:
            return StateUnavailableError("PostgreSQL is not available")
        return StateError(f"PostgreSQL refused the statement ({state})")
    # Refused, broken and timed out connections, a pool that is closing.
    return StateUnavailableError("PostgreSQL is not available")
