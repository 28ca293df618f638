"""PostgreSQL store of conversations, sessions and locks; concurrent appends are committed in groups.

Each call is a single statement, so it also works behind a transaction pooler; there no statement is prepared by name.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import inspect
import os
import re
import secrets
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import parse_qs, urlsplit

import msgspec

from asyncassist._events import RollingWindow
from asyncassist._lifecycle import import_in_thread
from asyncassist._stores.conversation_info import ConversationInfo
from asyncassist._stores.group_commit import GroupCommit
from asyncassist._stores.memory_history import MAX_REQUEST_IDS
from asyncassist._stores.postgres_migrations import MIGRATION_LOCK_ID, MIGRATIONS
from asyncassist._stores.postgres_sessions import CLEANING_INTERVAL, PostgresSessions
from asyncassist._stores.search import SearchHit
from asyncassist._stores.serialization import SALT_BYTES, batch_size
from asyncassist._stores.session_records import RefusedWriteError
from asyncassist._stores.store import StoreKind
from asyncassist._stores.store_identity import postgres_identity
from asyncassist._types import Message
from asyncassist.errors import (
    AsyncAssistError,
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    StateError,
    StateUnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from asyncassist._stores.session_records import Append, WriteId
    from asyncassist._stores.store import StoreOptions

T = TypeVar("T")

_SCHEMES = ("postgres://", "postgresql://")
_MAX_CONNECTIONS = 10
_DEFAULT_TTL = 1800.0

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

_APPEND_SQL = f"SELECT asyncassist.append({', '.join(f'${place}' for place in range(1, 17))})"
_PAGE_SQL = """
SELECT c.version, m.seq, m.id, m.role, m.content, m.source, m.metadata, m.created_at
FROM asyncassist.conversations AS c LEFT JOIN LATERAL (
  SELECT * FROM asyncassist.messages AS m
  WHERE m.owner = c.owner AND m.conversation_id = c.id AND m.seq < $3 ORDER BY m.seq DESC LIMIT $4
) AS m ON true
WHERE c.owner = $1 AND c.id = $2 ORDER BY m.seq
"""
_REQUEST_SQL = """
SELECT m.seq, m.id, m.role, m.content, m.source, m.metadata, m.created_at
FROM asyncassist.requests AS r JOIN asyncassist.messages AS m
  ON m.owner = r.owner AND m.conversation_id = r.conversation_id AND m.seq = r.version
WHERE r.owner = $1 AND r.conversation_id = $2 AND r.request_id = $3 AND $4 > (
  SELECT count(*) FROM asyncassist.requests AS o
  WHERE o.owner = r.owner AND o.conversation_id = r.conversation_id AND o.version > r.version
)
"""
# Deletes the conversation's row first: concurrent appends hold its row lock.
_FORGET_SQL = """
WITH gone AS (
  DELETE FROM asyncassist.conversations WHERE owner = $1 AND id = $2 RETURNING owner, id
), messages AS (
  DELETE FROM asyncassist.messages AS m USING gone WHERE m.owner = gone.owner AND m.conversation_id = gone.id
), requests AS (
  DELETE FROM asyncassist.requests AS r USING gone WHERE r.owner = gone.owner AND r.conversation_id = gone.id
)
SELECT count(*) FROM gone
"""
_LIST_SQL = """
SELECT c.id, c.title, c.version, c.updated_at, coalesce(c.created_at, (
  SELECT m.created_at FROM asyncassist.messages AS m
  WHERE m.owner = c.owner AND m.conversation_id = c.id ORDER BY m.seq LIMIT 1
), c.updated_at) AS created_at
FROM asyncassist.conversations AS c
WHERE c.owner = $1 AND c.version > 0
  AND ($2::timestamptz IS NULL OR (c.updated_at, c.id COLLATE "C") < ($2, $3 COLLATE "C"))
ORDER BY c.updated_at DESC, c.id COLLATE "C" DESC LIMIT $4
"""
_RENAME_SQL = "UPDATE asyncassist.conversations SET title = $3 WHERE owner = $1 AND id = $2 RETURNING version"
_UNDO_SQL = "SELECT asyncassist.undo($1, $2, $3)"
_UNINDEXED_SQL = """
SELECT c.id AS conversation_id, m.seq, m.id, m.role, m.content, m.source, m.metadata, m.created_at
FROM asyncassist.conversations AS c CROSS JOIN LATERAL (
  SELECT * FROM asyncassist.messages AS m
  WHERE m.owner = c.owner AND m.conversation_id = c.id AND m.seq > c.indexed ORDER BY m.seq LIMIT $2
) AS m
WHERE c.owner = $1 AND c.indexed < c.version ORDER BY c.id COLLATE "C", m.seq LIMIT $2
"""
# Locks the conversations first: an undo waits, and what it removed before is not indexed.
_INDEX_SQL = """
WITH conversations AS (
  SELECT c.owner, c.id, g.last FROM unnest($2::text[], $3::bigint[], $4::text[]) AS g (id, last, message_id)
  JOIN asyncassist.conversations AS c ON c.owner = $1 AND c.id = g.id
  JOIN asyncassist.messages AS m
    ON m.owner = c.owner AND m.conversation_id = c.id AND m.seq = g.last AND m.id = g.message_id
  ORDER BY c.id FOR UPDATE OF c
), documents AS (
  INSERT INTO asyncassist.documents (owner, conversation_id, seq, created_at, words)
  SELECT c.owner, c.id, d.seq, d.created_at, d.words::bigint[]
  FROM unnest($5::text[], $6::bigint[], $7::timestamptz[], $8::text[]) AS d (id, seq, created_at, words)
  JOIN conversations AS c ON c.id = d.id
  ON CONFLICT DO NOTHING
)
UPDATE asyncassist.conversations AS c SET indexed = greatest(c.indexed, l.last)
FROM conversations AS l WHERE c.owner = l.owner AND c.id = l.id
"""
_FIND_SQL = """
SELECT f.conversation_id, c.title, m.seq, m.id, m.role, m.content, m.source, m.metadata, m.created_at
FROM asyncassist.find($1, $2, $3) AS f
JOIN asyncassist.conversations AS c ON c.owner = f.owner AND c.id = f.conversation_id
JOIN asyncassist.messages AS m ON m.owner = f.owner AND m.conversation_id = f.conversation_id AND m.seq = f.seq
ORDER BY f.created_at DESC, f.conversation_id COLLATE "C" DESC, f.seq DESC
"""
_SALT_SQL = "INSERT INTO asyncassist.owners (owner, salt) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_READ_SALT_SQL = "SELECT salt FROM asyncassist.owners WHERE owner = $1"
_ERASE_SQL = """
WITH locks AS (
  DELETE FROM asyncassist.locks WHERE starts_with(name, 'turn:' || $1 || ':') AND owner IS NULL
)
DELETE FROM asyncassist.owners WHERE owner = $1
"""
_UNUSED_SQL = """
WITH gone AS (
  DELETE FROM asyncassist.conversations WHERE (owner, id) IN (
    SELECT owner, id FROM asyncassist.conversations
    WHERE version > 0 AND updated_at <= now() - make_interval(secs => $1) LIMIT $2 FOR UPDATE SKIP LOCKED
  ) RETURNING owner, id
), messages AS (
  DELETE FROM asyncassist.messages AS m USING gone WHERE m.owner = gone.owner AND m.conversation_id = gone.id
), requests AS (
  DELETE FROM asyncassist.requests AS r USING gone WHERE r.owner = gone.owner AND r.conversation_id = gone.id
)
SELECT count(*) FROM gone
"""
# Fails unless the schema is complete.
_PROBE_SQL = """
SELECT 'asyncassist.append'::regproc, 'asyncassist.undo'::regproc, 'asyncassist.write_sessions'::regproc,
  'asyncassist.find'::regproc
FROM asyncassist.conversations, asyncassist.messages, asyncassist.requests, asyncassist.sessions, asyncassist.locks,
  asyncassist.documents, asyncassist.owners
LIMIT 0
"""
_UNBOUNDED = 2**62
_HOST = re.compile(r"(?:\[[^\[\]]*\]|[^:\[\]]*)(?::[0-9]*)?")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def check_postgres(field: str, postgres: Any) -> Any:
    """Return the `postgres` argument, a pool or a URL, without connecting.

    Raises:
        ConfigurationError: The URL has another scheme than PostgreSQL's, its hosts and ports cannot be read, or the
            object is not a pool of asyncpg.
    """
    if not isinstance(postgres, str):
        # By what is called and not by class: asyncpg is imported only when the store opens.
        is_pool = hasattr(postgres, "acquire") and inspect.iscoroutinefunction(getattr(postgres, "fetchval", None))
        if postgres is not None and not is_pool:
            raise ConfigurationError(field, "must be a URL or a pool of asyncpg")
        return postgres
    if not postgres.startswith(_SCHEMES):
        raise ConfigurationError(field, f"must begin with one of {', '.join(_SCHEMES)}")
    # asyncpg's error would quote a part of the password.
    authority = re.split("[/?#]", postgres.partition("://")[2], maxsplit=1)[0]
    if not all(_HOST.fullmatch(host) for host in authority.rpartition("@")[2].split(",")):
        raise ConfigurationError(field, "has no usable host and port; a password's special characters are %-encoded")
    return postgres


class SchemaError(StateError):
    """The schema is missing or incomplete."""


class RolledBackError(StateUnavailableError):
    """The database rolled the call back, because of what others did at the same time: nothing of it was stored."""


class PostgresStore(PostgresSessions):
    """Store in one PostgreSQL database.

    Args:
        postgres: A URL, or an asyncpg pool, which is not closed here.
        max_connections: Connections of the store's own pool, at most.
        timeout: Seconds for one call.
        ttl: Seconds until an unused session expires, unless it has its own TTL.
        cleaning_interval: Seconds between searches for expired sessions.
    """

    def __init__(
        self,
        postgres: Any,
        *,
        max_connections: int,
        timeout: float,
        ttl: float = _DEFAULT_TTL,
        cleaning_interval: float = CLEANING_INTERVAL,
    ) -> None:
        self._url_or_pool = postgres
        self._pool: Any = None
        self._asyncpg: Any = None
        self._connection_options: dict[str, Any] = {}
        self._max_connections = max_connections
        self._timeout = timeout
        self._migrated = False
        self._migration_lock = asyncio.Lock()
        self.batch_sizes = RollingWindow()
        self.latency = RollingWindow()
        self._appends: GroupCommit[tuple[str, Append], int] = GroupCommit(self._append_group, self.batch_sizes)
        super().__init__(self._run, ttl=ttl, batch_sizes=self.batch_sizes, cleaning_interval=cleaning_interval)

    async def open(self) -> None:
        """Load asyncpg and prepare the connection options; the first call connects."""
        self._asyncpg = await import_in_thread("asyncpg")
        if isinstance(self._url_or_pool, str):
            self._connection_options = await asyncio.to_thread(_connection_options, self._url_or_pool)
            self._connection_options["timeout"] = self._connection_options["command_timeout"] = self._timeout
        else:
            self._pool = self._url_or_pool

    async def _make_pool(self) -> Any:
        """Create a pool, with prepared statements only on direct connections.

        Behind a pooler every transaction may run on another server connection, which does not have them. A pooler is
        detected by the process id it announces, which differs from the server's.
        """
        try:
            async with asyncio.timeout(self._timeout):
                first = await self._asyncpg.connect(
                    self._url_or_pool, statement_cache_size=0, **self._connection_options
                )
                direct = await first.fetchval("SELECT pg_backend_pid()") == first.get_server_pid()
                await first.close()
                return await self._asyncpg.create_pool(
                    self._url_or_pool,
                    min_size=0,
                    max_size=self._max_connections,
                    statement_cache_size=100 if direct else 0,
                    reset=_skip_reset,
                    **self._connection_options,
                )
        except ValueError as error:  # about the URL, from which it may quote a password
            raise _translate_error(error) from None
        except Exception as error:
            raise _translate_error(error) from error

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncGenerator[Any]:
        """Acquire a connection; errors of asyncpg are translated."""
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._timeout), self._pool.acquire(timeout=self._timeout) as connection:
                yield connection
        except (AsyncAssistError, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001  # translated and raised
            translated = _translate_error(error)
            # A refused statement is reported without its cause, which may quote the messages that were to be stored.
            is_refused = isinstance(translated, RefusedWriteError) or type(translated) is StateError
            raise translated from None if is_refused else error
        self.latency.add(asyncio.get_running_loop().time() - began)

    async def probe(self) -> None:
        """Check that the database responds and has the schema.

        Raises:
            StateUnavailableError: The database does not respond.
            SchemaError: The schema is incomplete, and migrations do not complete it.
        """
        await self._run(lambda connection: connection.execute(_PROBE_SQL))

    async def _run(self, call: Callable[[Any], Awaitable[T]]) -> T:
        """Run a call on a connection, after migrations if needed.

        A database may lose its schema at any time, for example to a restored backup: then it is migrated again. A call
        that the database rolled back, for example to end a deadlock with another process, is repeated.
        """
        await self._migrate()
        try:
            async with self._connection() as connection:
                return await call(connection)
        except SchemaError:
            self._migrated = False
        except RolledBackError:
            pass
        await self._migrate()
        async with self._connection() as connection:
            return await call(connection)

    async def _migrate(self) -> None:
        """Apply missing migrations once; an advisory lock lets one process at a time migrate."""
        if self._migrated:
            return
        async with self._migration_lock:
            if self._migrated:
                return
            if self._pool is None:
                self._pool = await self._make_pool()
            async with self._connection() as connection, connection.transaction():
                # A transaction-level lock: a session-level one would not work behind a transaction pooler.
                await connection.execute(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK_ID})")
                await connection.execute(MIGRATIONS[0])
                done = await connection.fetchval("SELECT coalesce(max(number), 0) FROM asyncassist.migrations")
                for number, text in enumerate(MIGRATIONS[1:], 1):
                    if number > done:
                        await connection.execute(text)
                        await connection.execute("INSERT INTO asyncassist.migrations (number) VALUES ($1)", number)
            self._migrated = True

    # appends

    async def append(self, key: str, append: Append, write_id: WriteId) -> int:  # noqa: ARG002  # the message ids tell
        """Append messages and return the conversation's new version; see `ConversationStore.append`.

        Raises:
            ConflictError: The conversation has another version, or does not contain the anchor.
        """
        return await self._appends.submit(key, (key, append))

    async def _append_group(self, group: Sequence[tuple[str, Append]]) -> list[int | AsyncAssistError]:
        """Append a group in one statement and return a version or a conflict for each append."""
        answers = await self._run(lambda connection: connection.fetchval(_APPEND_SQL, *_append_arguments(group)))
        return [
            answer
            if answer >= 0
            else ConflictError(key=key.partition(":")[2], expected=append.expected_version, actual=-1 - answer)
            for (key, append), answer in zip(group, answers, strict=True)
        ]

    # reads

    async def read_page(
        self,
        key: str,
        *,
        limit: int | None = None,
        before: int | None = None,
        touch: bool = True,  # noqa: ARG002  # conversations do not expire here
    ) -> tuple[int, list[Message]]:
        """Return the conversation's version and a page of its messages, oldest first."""
        owner, _, conversation_id = key.partition(":")
        bounds = (_UNBOUNDED if before is None else before, _UNBOUNDED if limit is None else limit)
        rows = await self._run(lambda connection: connection.fetch(_PAGE_SQL, owner, conversation_id, *bounds))
        return (rows[0]["version"] if rows else 0), [_decode_message(row) for row in rows if row["seq"] is not None]

    async def read_request(self, key: str, request_id: str) -> list[Message]:
        """Return the messages appended under a remembered request id, oldest first; empty if there is none."""
        owner, _, conversation_id = key.partition(":")
        row = await self._run(
            lambda connection: connection.fetchrow(_REQUEST_SQL, owner, conversation_id, request_id, MAX_REQUEST_IDS)
        )
        if row is None:
            return []
        last = _decode_message(row)
        return (await self.read_page(key, limit=batch_size(last), before=last.seq + 1))[1]

    async def forget(self, key: str, write_id: WriteId) -> bool:  # noqa: ARG002  # idempotent
        """Delete a conversation and return whether it existed."""
        owner, _, conversation_id = key.partition(":")
        return bool(await self._run(lambda connection: connection.fetchval(_FORGET_SQL, owner, conversation_id)))

    async def list_conversations(
        self, owner: str, *, limit: int, before: ConversationInfo | None = None
    ) -> list[ConversationInfo]:
        """Return conversations of an owner, the last updated first."""
        last = (None, "") if before is None else (before.updated_at, before.id)
        rows = await self._run(lambda connection: connection.fetch(_LIST_SQL, owner, *last, limit))
        return [
            ConversationInfo(
                id=row["id"],
                title=row["title"],
                created_at=row["created_at"],
                updated_at=row["updated_at"],
                messages=row["version"],
            )
            for row in rows
        ]

    async def rename(self, key: str, title: str) -> bool:
        """Set a conversation's title and return whether the conversation exists."""
        owner, _, conversation_id = key.partition(":")
        found = await self._run(lambda connection: connection.fetchval(_RENAME_SQL, owner, conversation_id, title))
        return found is not None

    async def undo(self, key: str, turns: int, write_id: WriteId) -> int | None:  # noqa: ARG002  # never retried
        """Remove the newest turns; see `ConversationStore.undo`."""
        owner, _, conversation_id = key.partition(":")
        return cast(
            "int | None",
            await self._run(lambda connection: connection.fetchval(_UNDO_SQL, owner, conversation_id, turns)),
        )

    # search

    async def word_keys(self, owner: str) -> list[bytes]:
        """Return the key of an owner's word digests: the salt."""
        return [await self.read_salt(owner)]

    async def read_unindexed(self, owner: str, limit: int) -> list[tuple[str, Message]]:
        """Return messages of an owner that are not in the index, with the ids of their conversations."""
        rows = await self._run(lambda connection: connection.fetch(_UNINDEXED_SQL, owner, limit))
        return [(row["conversation_id"], _decode_message(row)) for row in rows]

    async def add_to_index(self, owner: str, found: Sequence[tuple[str, Message, Sequence[int]]]) -> None:
        """Add messages to the index; see `SearchIndex.add_to_index`."""
        last = {name: message for name, message, _ in found}
        columns: list[list[Any]] = [
            list(last),
            [message.seq for message in last.values()],
            [message.id for message in last.values()],
            [name for name, _, _ in found],
            [message.seq for _, message, _ in found],
            [message.created_at for _, message, _ in found],
            [f"{{{','.join(map(str, digests))}}}" for _, _, digests in found],
        ]
        await self._run(lambda connection: connection.execute(_INDEX_SQL, owner, *columns))

    async def find(self, owner: str, digests: Sequence[int], limit: int) -> list[SearchHit]:
        """Return messages that hold all words, the newest first."""
        rows = await self._run(lambda connection: connection.fetch(_FIND_SQL, owner, digests, limit))
        return [
            SearchHit(conversation_id=row["conversation_id"], title=row["title"], message=_decode_message(row))
            for row in rows
        ]

    # owners

    async def read_salt(self, owner: str) -> bytes:
        """Return the salt of an owner, made by the first call."""
        while (found := await self._run(lambda connection: connection.fetchval(_READ_SALT_SQL, owner))) is None:
            made = secrets.token_bytes(SALT_BYTES)
            await self._run(partial(_execute, query=_SALT_SQL, values=(owner, made)))
        return bytes(found)

    async def erase_owner(self, owner: str) -> None:
        """Delete the salt and the released locks of an owner; the server overwrites deleted rows when it vacuums."""
        await self._run(lambda connection: connection.execute(_ERASE_SQL, owner))

    async def delete_unused(self, seconds: float, limit: int) -> int:
        """Delete conversations that were not written to for so many seconds."""
        return int(await self._run(lambda connection: connection.fetchval(_UNUSED_SQL, seconds, limit)))

    def stats(self) -> dict[str, Any]:
        """Return the batch and latency fields of `StateStats`."""
        return {
            "batches": self.batch_sizes.total_count,
            "batch_p50": self.batch_sizes.percentile(0.5),
            **self.latency.summary(),
        }

    async def aclose(self) -> None:
        """Wait for commits in flight and close the pool, if it is the store's own."""
        await asyncio.gather(self._appends.aclose(), self._close_sessions())
        if self._pool is not None and self._pool is not self._url_or_pool:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(self._timeout):
                    await self._pool.close()
                return
            self._pool.terminate()


def _append_arguments(group: Sequence[tuple[str, Append]]) -> list[list[Any]]:
    """Return the arguments of `asyncassist.append` as columns: first one row per append, then one row per message.

    A column that holds only None is sent as an empty array.
    """
    keys = [key.partition(":") for key, _ in group]
    appends = [append for _, append in group]
    messages = [message for append in appends for message in append.messages]
    columns: list[list[Any]] = [
        [owner for owner, _, _ in keys],
        [name for _, _, name in keys],
        [append.expected_version for append in appends],
        [len(append.messages) for append in appends],
        [append.request_id for append in appends],
        [append.messages[-1].id if append.is_replay else None for append in appends],
        [append.anchor[0] or None for append in appends],
        [append.anchor[1] or None for append in appends],
        [place for place, append in enumerate(appends, 1) for _ in append.messages],
        [nth for append in appends for nth in range(1, len(append.messages) + 1)],
        [message.id for message in messages],
        [message.role for message in messages],
        [message.content for message in messages],
        [message.source for message in messages],
        [_encode(dict(message.metadata)).decode() if message.metadata else None for message in messages],
        [message.created_at for message in messages],
    ]
    return [column if any(item is not None for item in column) else [] for column in columns]


def _decode_message(row: Any) -> Message:
    """Convert a row to a message."""
    return Message(
        row["role"],
        row["content"],
        id=row["id"],
        seq=row["seq"],
        created_at=row["created_at"].replace(tzinfo=dt.UTC),  # asyncpg returns the last microsecond of 9999 as naive
        source=row["source"],
        metadata=_decode(row["metadata"]) if row["metadata"] else {},
    )


async def _execute(connection: Any, *, query: str, values: Sequence[Any]) -> None:
    """Execute a statement."""
    await connection.execute(query, *values)


async def _skip_reset(_: Any) -> None:
    """Skip the reset of a released connection: the store's transactions leave no session state."""


def _connection_options(url: str) -> dict[str, Any]:
    """Return connection options that spare asyncpg file lookups on every connect.

    Without any source of a password it is set to ""; for a loopback host TLS is off, so that no certificates are looked
    up in the home folder.
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


def _translate_error(error: Exception) -> AsyncAssistError:
    """Translate an error of asyncpg."""
    import asyncpg  # noqa: PLC0415  # loaded already: the error comes from it

    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError | asyncpg.InsufficientPrivilegeError):
        return AuthenticationError("PostgreSQL refused the credentials, or the user lacks a privilege")
    if isinstance(error, asyncpg.InvalidCachedStatementError):
        # Another process migrated the schema: a retry prepares the statement again.
        return StateUnavailableError("the schema of PostgreSQL changed")
    if isinstance(error, asyncpg.PostgresError):
        state: str = getattr(error, "sqlstate", None) or ""
        # 08: connection, 53: resources, 57: operator, 40: serialization, 58: system, 25006: read only, 55P03: lock
        if state in {"40001", "40P01"}:
            return RolledBackError("PostgreSQL is not available")
        if state[:2] in {"08", "53", "57", "40", "58"} or state in {"25006", "55P03"}:
            return StateUnavailableError("PostgreSQL is not available")
        # 3F: no such schema, 42: no such table, function or column
        if state[:2] in {"3F", "42"}:
            return SchemaError(f"the schema of PostgreSQL is incomplete ({state})")
        # 22: a value that the database cannot hold, 23: a constraint, 54: a limit, P0: an exception of a trigger
        kind = RefusedWriteError if state[:2] in {"22", "23", "54", "P0"} else StateError
        return kind(f"PostgreSQL refused the statement ({state})")
    # What remains: refused, broken or timed-out connections, and a closing pool.
    return StateUnavailableError("PostgreSQL is not available")


async def _open_store(postgres: Any, options: StoreOptions) -> PostgresStore:
    """Prepare the store; its first call connects."""
    store = PostgresStore(
        postgres,
        max_connections=min(options.max_connections, _MAX_CONNECTIONS),
        timeout=options.timeout,
        ttl=options.ttl,
    )
    await store.open()
    return store


POSTGRES = StoreKind(
    name="postgres",
    label="PostgreSQL",
    variable="ASYNCASSIST_POSTGRES_URL",
    check=check_postgres,
    identity=postgres_identity,
    open=_open_store,
)
