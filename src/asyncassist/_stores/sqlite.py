"""SQLite store of sessions, conversations and locks: one file that the processes of one machine share.

A write is acknowledged when its transaction is synchronized with the disk; concurrent writes share one. Readers work
beside the writer (write-ahead log). Conversations are stored whole and without expiry, as in PostgreSQL.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections import deque
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from asyncassist._stores.conversation_info import ConversationInfo, from_microseconds, to_microseconds
from asyncassist._stores.memory_history import MAX_REQUEST_IDS
from asyncassist._stores.page_copies import PageCopies
from asyncassist._stores.search import SearchHit
from asyncassist._stores.serialization import SALT_BYTES, batch_size
from asyncassist._stores.session_records import ABSENT, SessionRecord, WriteResult, compare_and_set
from asyncassist._stores.sqlite_file import LOCK_TIMEOUT, SQLiteWorker
from asyncassist._stores.store import StoreKind
from asyncassist._types import Message
from asyncassist.errors import ConfigurationError, ConflictError, StateError, StateUnavailableError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncIterator, Callable, Sequence

    from asyncassist._events import RollingWindow
    from asyncassist._stores.session_records import Append, Write, WriteId
    from asyncassist._stores.store import StoreOptions

_MAX_WRITERS = 64  # writers per session whose last write is remembered
_TOUCH_SHARE = 0.9  # a read extends a TTL once a tenth of it has passed: each extension is a write
_SCAN_PAGE = 500
_CLEANING_BATCH = 200  # expired rows that one transaction deletes, at most: writes wait for it
_TOKEN_TTL = 86_400.0  # seconds for which the token of a released lock is remembered
_UNBOUNDED = 2**62
_SLICE = 16  # pages that one statement reads and the event loop decodes at a time, at most: about a millisecond each
_NUMBERS = 1024  # numbers of documents for each millisecond; when they are used up, those of the next one
_MAX_SLICES = 2  # statements under way, at most: one runs while the event loop decodes the result of the other

_encode = msgspec.json.Encoder().encode
_decode_appends = msgspec.json.Decoder(list[tuple[int, str | None, int | None]]).decode
_pages_decoder = msgspec.json.Decoder(list[tuple[int, int, list[Message]]])

_READ = "SELECT version, data, ttl, expires_at FROM sessions WHERE id = ?"
_PUT = """
INSERT INTO sessions (id, version, data, ttl, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (id) DO UPDATE SET version = ?2, data = ?3, ttl = ?4, expires_at = ?5
"""
_PUT_WRITE = """
INSERT INTO writes (session_id, writer, seq, version) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (session_id, writer) DO UPDATE SET seq = ?3, version = ?4
"""
_TRIM_WRITES = """
DELETE FROM writes WHERE session_id = ?1 AND version < (
  SELECT version FROM writes WHERE session_id = ?1 ORDER BY version DESC LIMIT 1 OFFSET ?2
)
"""
_TOUCH = "UPDATE sessions SET expires_at = max(expires_at, ?2) WHERE id = ?1 AND data IS NOT NULL AND expires_at > ?3"
# Pages of several conversations as one JSON value, which SQLite makes without the GIL: the event loop goes on.
_PAGES = """
SELECT json_group_array(json_array(r.key, c.version, (
  SELECT json_group_array(json_object(
    'seq', seq, 'id', id, 'role', role, 'content', content, 'source', source,
    'metadata', json(coalesce(metadata, '{}')), 'created_at', created_at
  )) FROM (
    SELECT * FROM messages WHERE conversation = c.number AND seq < json_extract(r.value, '$[2]')
    AND seq >= min(json_extract(r.value, '$[2]'), c.version + 1) - json_extract(r.value, '$[3]') ORDER BY seq
  )
)))
FROM json_each(?) AS r JOIN conversations AS c
  ON c.owner = json_extract(r.value, '$[0]') AND c.id = json_extract(r.value, '$[1]')
"""
# For each append: version, id of the last message, and the first result of its request id.
_FIND_APPENDS = """
SELECT json_group_array(json_array(version, last, known)) FROM (
  SELECT coalesce(c.version, 0) AS version, m.id AS last, r.version AS known
  FROM json_each(?) AS j
  LEFT JOIN conversations AS c
    ON c.owner = json_extract(j.value, '$[0]') AND c.id = json_extract(j.value, '$[1]')
  LEFT JOIN messages AS m ON m.conversation = c.number AND m.seq = c.version
  LEFT JOIN requests AS r ON r.conversation = c.number AND r.request_id = json_extract(j.value, '$[2]')
  ORDER BY j.key
)
"""
_PUT_CONVERSATIONS = """
INSERT INTO conversations (owner, id, version, created_at, updated_at)
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
  json_extract(value, '$[3]'), json_extract(value, '$[3]')
FROM json_each(?) WHERE true
ON CONFLICT (owner, id) DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at
"""
_PUT_MESSAGES = """
INSERT INTO messages (conversation, seq, id, role, content, source, metadata, created_at)
SELECT c.number, json_extract(j.value, '$[0]'), json_extract(j.value, '$[3]'), json_extract(j.value, '$[4]'),
  json_extract(j.value, '$[5]'), json_extract(j.value, '$[6]'), json_extract(j.value, '$[7]'),
  json_extract(j.value, '$[8]')
FROM json_each(?) AS j CROSS JOIN conversations AS c
  ON c.owner = json_extract(j.value, '$[1]') AND c.id = json_extract(j.value, '$[2]')
"""
_PUT_REQUEST = """
INSERT INTO requests (conversation, version, request_id)
SELECT number, version, ?3 FROM conversations WHERE owner = ?1 AND id = ?2
"""
_LAST = """
SELECT c.version, m.id FROM conversations AS c JOIN messages AS m ON m.conversation = c.number AND m.seq = c.version
WHERE c.owner = ? AND c.id = ?
"""
_TRIM_REQUESTS = """
DELETE FROM requests WHERE (conversation, version) IN (
  SELECT r.conversation, r.version FROM conversations AS c JOIN requests AS r ON r.conversation = c.number
  WHERE c.owner = ?1 AND c.id = ?2 ORDER BY r.version DESC LIMIT -1 OFFSET ?3
)
"""

# The column by which the index `conversations_by_update` is sorted.
_UPDATED = "CAST(round(updated_at * 1000000) AS INTEGER)"
_LIST = f"""
SELECT id, title, CAST(round(created_at * 1000000) AS INTEGER), {_UPDATED}, version FROM conversations
WHERE owner = ?1 AND {_UPDATED} <= ?2 AND ({_UPDATED}, id) < (?2, ?3) ORDER BY {_UPDATED} DESC, id DESC LIMIT ?4
"""  # noqa: S608  # a constant
_UNINDEXED = """
SELECT c.id, m.seq, m.id, m.role, m.content, m.source, m.metadata, m.created_at
FROM conversations AS c JOIN messages AS m ON m.conversation = c.number AND m.seq > c.indexed
WHERE c.owner = ?1 AND c.indexed < c.version ORDER BY c.number, m.seq LIMIT ?2
"""
_LAST_NUMBER = "SELECT max(number) FROM documents WHERE number >= ? AND number < ?"
_MATCHES = """
FROM search CROSS JOIN documents AS d ON d.number = search.rowid
CROSS JOIN conversations AS c ON c.number = d.conversation WHERE search MATCH ?2 AND c.owner = ?1
"""
# Ends after as many matches as are asked for, however many there are.
_LATEST = f"SELECT d.time {_MATCHES} ORDER BY search.rowid DESC LIMIT ?3"
_FIND = f"""
SELECT f.id, f.title, m.seq, m.id, m.role, m.content, m.source, m.metadata, m.created_at
FROM (
  SELECT c.number, c.id, c.title, d.seq, d.time {_MATCHES} AND search.rowid >= ?4
  ORDER BY d.time DESC, c.id DESC, d.seq DESC LIMIT ?3
) AS f JOIN messages AS m ON m.conversation = f.number AND m.seq = f.seq
ORDER BY f.time DESC, f.id DESC, f.seq DESC
"""  # noqa: S608  # a constant
_TURN_START = """
SELECT min(seq) FROM (
  SELECT seq FROM messages WHERE conversation = ?1 AND role = 'user' ORDER BY seq DESC LIMIT ?2
)
"""


def check_sqlite(field: str, path: Path | str | None) -> Path | None:
    """Return the path of the file, without accessing the disk.

    Raises:
        ConfigurationError: The value is not a path of a file.
    """
    if path is None:
        return None
    if not isinstance(path, str | Path) or not str(path) or "\0" in str(path):
        raise ConfigurationError(field, "must be the path of a file, or None")
    if str(path).startswith((":memory:", "file:")):
        raise ConfigurationError(field, "must be the path of a file; without any store, state is in memory")
    return Path(path)


_PageQuery = tuple[str, str, int, int]
_Page = tuple[int, list[Message]]


class _AppendJob(NamedTuple):
    """Append whose columns are encoded: the thread that writes them holds the GIL as briefly as possible."""

    owner: str
    name: str
    expected_version: int | None
    request_id: str | None
    time: float
    rows: list[tuple[Any, ...]]


class SQLiteStore:
    """Store in one file.

    Args:
        path: Path of the file; it and its folder are created if missing.
        ttl: Seconds until an unused session expires, unless it has its own TTL.
        clock: Clock by which sessions expire: its time must mean the same to every process.
        lock_timeout: Seconds that a call waits for writers of other processes, at most.
    """

    def __init__(
        self, path: Path, *, ttl: float, clock: Callable[[], float], lock_timeout: float = LOCK_TIMEOUT
    ) -> None:
        self._ttl = ttl
        self._clock = clock
        self._latest = 0.0
        self._writer = SQLiteWorker(path, is_writer=True, clean=self._clean, lock_timeout=lock_timeout)
        self._reader = SQLiteWorker(path, is_writer=False, lock_timeout=lock_timeout)
        # Extensions that wait for the next transaction: session ids with their new expiry.
        self._touches: dict[str, float] = {}
        # Pages that wait for the next statement: owner, conversation, bounds, and the future of the page.
        self._pages: deque[tuple[_PageQuery, asyncio.Future[_Page]]] = deque()
        self._page_readers: set[asyncio.Task[None]] = set()
        self._copies = PageCopies()

    @property
    def latency(self) -> RollingWindow:
        """Latencies of recent commits, in seconds."""
        return self._writer.latency

    def _now(self) -> float:
        """Return the time; a clock that is set back revives nothing that has expired."""
        self._latest = max(self._latest, self._clock())
        return self._latest

    async def probe(self) -> None:
        """Check that the file can be written to.

        Raises:
            StateUnavailableError: It cannot be written to at present.
            StateError: It is damaged, or belongs to another program or a newer release.
        """
        await self._writer.run(lambda _: None, is_durable=False)

    def stats(self) -> dict[str, Any]:
        """Return the batch and latency fields of `StateStats`."""
        return {
            "batches": self._writer.batch_sizes.total_count,
            "batch_p50": self._writer.batch_sizes.percentile(0.5),
            **self.latency.summary(),
        }

    async def aclose(self) -> None:
        """Wait until what was written is committed, and close the file."""
        await asyncio.gather(self._writer.aclose(), self._reader.aclose())

    def _clean(self, connection: sqlite3.Connection) -> bool:
        """Delete a few expired rows and return whether there may be more; runs in the writer's thread."""
        now = self._clock()
        query = "SELECT id FROM sessions WHERE expires_at <= ? LIMIT ?"
        expired = connection.execute(query, (now, _CLEANING_BATCH)).fetchall()
        connection.executemany("DELETE FROM sessions WHERE id = ?", expired)
        connection.executemany("DELETE FROM writes WHERE session_id = ?", expired)
        connection.execute("DELETE FROM locks WHERE expires_at <= ?", (time.time() - _TOKEN_TTL,))
        return len(expired) == _CLEANING_BATCH

    # sessions

    async def read(self, session_id: str, *, touch: bool = True) -> SessionRecord:
        """Return the record of a session; with `touch` extend its TTL once a tenth of it has passed."""
        row = await self._reader.run(lambda connection: connection.execute(_READ, (session_id,)).fetchone())
        return self._finish_read(session_id, row, touch=touch)

    async def read_many(self, ids: Sequence[str], *, touch: bool = True) -> list[SessionRecord]:
        """Return the records of several sessions, read in one transaction, in the order of the ids."""
        rows = await self._reader.run(
            lambda connection: [connection.execute(_READ, (session_id,)).fetchone() for session_id in ids]
        )
        return [self._finish_read(session_id, row, touch=touch) for session_id, row in zip(ids, rows, strict=True)]

    def _finish_read(self, session_id: str, row: Any, *, touch: bool) -> SessionRecord:
        """Return the record of a row, and queue the extension of its TTL if that is due."""
        now = self._now()
        record = _record_of(row, now)
        ttl = record.ttl or self._ttl
        if not touch or record.body is None or record.expires_in >= _TOUCH_SHARE * ttl:
            return record
        if not self._touches:
            self._writer.submit(self._write_touches, is_durable=False)
        self._touches[session_id] = now + ttl
        return msgspec.structs.replace(record, expires_in=ttl)

    def _write_touches(self, connection: sqlite3.Connection) -> None:
        """Write the extensions gathered; runs in the writer's thread."""
        touches, self._touches = self._touches, {}
        now = self._latest
        connection.executemany(_TOUCH, [(session_id, end, now) for session_id, end in touches.items()])

    async def write(self, session_id: str, write: Write) -> WriteResult:
        """Compare and set one session; a write id that was applied before returns its first result."""
        now = self._now()
        return await self._writer.run(
            lambda connection: _write_session(connection, session_id, write, now=now, default_ttl=self._ttl)
        )

    async def scan(self) -> AsyncIterator[str]:
        """Iterate over the ids of all live sessions."""
        query = "SELECT id FROM sessions WHERE id > ? AND data IS NOT NULL AND expires_at > ? ORDER BY id LIMIT ?"
        last = ""
        while True:
            bounds = (last, self._now(), _SCAN_PAGE)
            rows: list[tuple[str]] = await self._reader.run(partial(_fetch_all, query=query, values=bounds))
            for (session_id,) in rows:
                yield session_id
            if len(rows) < _SCAN_PAGE:
                return
            (last,) = rows[-1]

    # locks: leases expire by the system's time, which the processes of one machine share

    async def acquire(self, name: str, owner: str, ttl: float) -> int | None:
        """Acquire or renew a lock and return its fencing token, None while another owner holds it."""
        return await self._writer.run(lambda connection: _acquire(connection, name, owner, ttl), is_durable=False)

    async def release(self, name: str, owner: str) -> bool:
        """Release a lock and return whether this owner held it."""
        query = "UPDATE locks SET owner = NULL WHERE name = ? AND owner = ?"
        return await self._writer.run(
            lambda connection: connection.execute(query, (name, owner)).rowcount > 0, is_durable=False
        )

    # conversations, by the key of `conversation_key`

    async def append(self, key: str, append: Append, write_id: WriteId) -> int:  # noqa: ARG002  # never repeated
        """Append messages and return the conversation's new version; see `ConversationStore.append`.

        Raises:
            ConflictError: The conversation has another version.
        """
        owner, _, name = key.partition(":")
        copy = self._copies.get(key)
        last = None if copy is None else copy.last
        rows = [(owner, name, *_encode_message(message)) for message in append.messages]
        job = _AppendJob(owner, name, append.expected_version, append.request_id, self._clock(), rows)
        done: tuple[int, tuple[int, str] | None] = await self._writer.run_grouped(job, _append_all)
        version, before = done
        if before == last:
            self._copies.extend(key, last, append.messages)
        return version

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
        done: asyncio.Future[_Page] = asyncio.get_running_loop().create_future()
        self._pages.append(((owner, conversation_id, _bound(before), _bound(limit)), done))
        if len(self._page_readers) < _MAX_SLICES:
            task = asyncio.create_task(self._read_pages())
            self._page_readers.add(task)
            task.add_done_callback(self._page_readers.discard)
        return await done

    async def _read_pages(self) -> None:
        """Read the pages that wait, slice by slice."""
        while self._pages:
            await self._read_slice([self._pages.popleft() for _ in range(min(_SLICE, len(self._pages)))])

    async def _read_slice(self, part: Sequence[tuple[_PageQuery, asyncio.Future[_Page]]]) -> None:
        """Read pages by one statement; if one of them cannot be read, the others are.

        Of a page that a copy holds, only the copy's last message is looked up.
        """
        pages = [page for page, _ in part]
        copies = [self._copies.find_page(f"{owner}:{name}", before, limit) for owner, name, before, limit in pages]
        lasts = [None if copy is None else copy[0] for copy in copies]
        try:
            current, text = await self._reader.run(partial(_select_changed_pages, pages=pages, lasts=lasts))
            read = {index: (version, messages) for index, version, messages in _decode_pages(text)}
        except Exception as error:  # noqa: BLE001  # every caller must get an outcome
            if len(part) > 1 and not isinstance(error, StateUnavailableError):
                for one in part:
                    await self._read_slice([one])
                return
            for _, done in part:
                if not done.done():
                    done.set_exception(error)
            return
        changed = itertools.count()
        for ((owner, name, *_), done), copy, is_current in zip(part, copies, current, strict=True):
            if copy is not None and is_current:
                version, messages = copy[0][0], copy[1]
            else:
                version, messages = read.get(next(changed), (0, []))
                if messages and messages[-1].seq == version:
                    self._copies.put(f"{owner}:{name}", messages)
            if not done.done():
                done.set_result((version, messages))

    async def read_request(self, key: str, request_id: str) -> list[Message]:
        """Return the messages appended under a remembered request id, oldest first; empty if there is none."""
        owner, _, conversation_id = key.partition(":")

        def work(connection: sqlite3.Connection) -> str:
            number, _ = _find_conversation(connection, owner, conversation_id)
            query = "SELECT version FROM requests WHERE conversation = ? AND request_id = ?"
            row = connection.execute(query, (number, request_id)).fetchone()
            if row is None:
                return "[]"
            values = (owner, conversation_id, row[0] + 1)
            (last,) = _decode_pages(_select_pages(connection, [(*values, 1)]))[0][2]
            return _select_pages(connection, [(*values, batch_size(last))])

        found = _decode_pages(await self._reader.run(work))
        return found[0][2] if found else []

    async def forget(self, key: str, write_id: WriteId) -> bool:  # noqa: ARG002  # idempotent
        """Delete a conversation and return whether it existed."""
        owner, _, conversation_id = key.partition(":")

        def work(connection: sqlite3.Connection) -> bool:
            number, _ = _find_conversation(connection, owner, conversation_id)
            _delete_conversation(connection, number)
            return number > 0

        self._copies.drop(key)
        return await self._writer.run(work)

    async def list_conversations(
        self, owner: str, *, limit: int, before: ConversationInfo | None = None
    ) -> list[ConversationInfo]:
        """Return conversations of an owner, the last updated first."""
        last = (_UNBOUNDED, "") if before is None else (to_microseconds(before.updated_at), before.id)
        rows = await self._reader.run(partial(_fetch_all, query=_LIST, values=(owner, *last, limit)))
        return [
            ConversationInfo(
                id=conversation_id,
                title=title,
                created_at=from_microseconds(created_at),
                updated_at=from_microseconds(updated_at),
                messages=count,
            )
            for conversation_id, title, created_at, updated_at, count in rows
        ]

    async def rename(self, key: str, title: str) -> bool:
        """Set a conversation's title and return whether the conversation exists."""
        owner, _, conversation_id = key.partition(":")
        query = "UPDATE conversations SET title = ? WHERE owner = ? AND id = ?"
        values = (title, owner, conversation_id)
        return await self._writer.run(lambda connection: connection.execute(query, values).rowcount > 0)

    async def undo(self, key: str, turns: int, write_id: WriteId) -> int | None:  # noqa: ARG002  # never retried
        """Remove the newest turns; see `ConversationStore.undo`."""
        owner, _, conversation_id = key.partition(":")
        now = self._clock()

        def work(connection: sqlite3.Connection) -> int | None:
            number, version = _find_conversation(connection, owner, conversation_id)
            if not number:
                return None
            (start,) = connection.execute(_TURN_START, (number, turns)).fetchone()
            if start is None:
                return version
            left: int = start - 1
            if not left:
                _delete_conversation(connection, number)
                return left
            _unindex(connection, number, left)
            connection.execute("DELETE FROM messages WHERE conversation = ? AND seq > ?", (number, left))
            connection.execute("DELETE FROM requests WHERE conversation = ? AND version > ?", (number, left))
            update = (
                "UPDATE conversations SET version = ?1, indexed = min(indexed, ?1), updated_at = ?2 WHERE number = ?3"
            )
            connection.execute(update, (left, now, number))
            return left

        return await self._writer.run(work)

    # search

    async def word_keys(self, owner: str) -> list[bytes]:
        """Return the key of an owner's word digests: the salt."""
        return [await self.read_salt(owner)]

    async def read_unindexed(self, owner: str, limit: int) -> list[tuple[str, Message]]:
        """Return messages of an owner that are not in the index, with the ids of their conversations."""
        rows = await self._reader.run(partial(_fetch_all, query=_UNINDEXED, values=(owner, limit)))
        return [(row[0], _message_of(row[1:])) for row in rows]

    async def add_to_index(self, owner: str, found: Sequence[tuple[str, Message, Sequence[int]]]) -> None:
        """Add messages to the index; see `SearchIndex.add_to_index`."""
        groups = [(name, list(group)) for name, group in itertools.groupby(found, key=lambda each: each[0])]

        def work(connection: sqlite3.Connection) -> None:
            rows: list[tuple[int, str]] = []
            for name, group in groups:
                number, _ = _find_conversation(connection, owner, name)
                last = group[-1][1]
                # With the last message the earlier ones are still there: only the newest are ever removed.
                if _has(connection, number, last.seq, last.id):
                    rows += _index(connection, number, group)
            # In ascending order: each row below its predecessor would begin another segment of the index.
            connection.executemany("INSERT INTO search (rowid, words) VALUES (?, ?)", sorted(rows))

        await self._writer.run(work, is_durable=False)

    async def find(self, owner: str, digests: Sequence[int], limit: int) -> list[SearchHit]:
        """Return messages that hold all words, the newest first."""
        values = (owner, " ".join(map(_word, digests)), limit)
        rows = await self._reader.run(partial(_find, values=values))
        return [SearchHit(conversation_id=row[0], title=row[1], message=_message_of(row[2:])) for row in rows]

    # owners

    async def read_salt(self, owner: str) -> bytes:
        """Return the salt of an owner, made by the first call."""
        query = "SELECT salt FROM owners WHERE owner = ?"
        rows = await self._reader.run(partial(_fetch_all, query=query, values=(owner,)))
        if rows:
            return bytes(rows[0][0])

        def work(connection: sqlite3.Connection) -> bytes:
            connection.execute("INSERT OR IGNORE INTO owners VALUES (?, ?)", (owner, secrets.token_bytes(SALT_BYTES)))
            return bytes(connection.execute(query, (owner,)).fetchone()[0])

        return await self._writer.run(work)

    async def erase_owner(self, owner: str) -> None:
        """Delete the salt of an owner, and write everything that was deleted over, in the file and its log."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM owners WHERE owner = ?", (owner,))
            turns = (f"turn:{owner}:", f"turn:{owner};")  # ";" follows ":"
            connection.execute("DELETE FROM locks WHERE name > ? AND name < ? AND owner IS NULL", turns)

        await self._writer.run(work)
        await self._writer.checkpoint()

    async def delete_unused(self, seconds: float, limit: int) -> int:
        """Delete conversations that were not written to for so many seconds."""
        values = (self._clock() - seconds, limit)
        query = "SELECT number FROM conversations WHERE updated_at <= ? LIMIT ?"
        rows = await self._reader.run(partial(_fetch_all, query=query, values=values))

        def work(connection: sqlite3.Connection) -> int:
            query = "SELECT number FROM conversations WHERE number = ? AND updated_at <= ?"
            unused = [number for (number,) in rows if connection.execute(query, (number, values[0])).fetchone()]
            for number in unused:
                _delete_conversation(connection, number)
            return len(unused)

        return await self._writer.run(work) if rows else 0


def _fetch_all(connection: sqlite3.Connection, *, query: str, values: Sequence[Any]) -> list[Any]:
    """Return all rows of a query."""
    return connection.execute(query, values).fetchall()


def _select_pages(connection: sqlite3.Connection, pages: Sequence[_PageQuery]) -> str:
    """Return pages as JSON: for each conversation that exists, the index of its page, the version and the messages."""
    (found,) = connection.execute(_PAGES, (_encode(pages).decode(),)).fetchone()
    return str(found)


def _select_changed_pages(
    connection: sqlite3.Connection, pages: Sequence[_PageQuery], lasts: Sequence[tuple[int, str] | None]
) -> tuple[list[bool], str]:
    """Return for each page whether its copy is current, and the others as JSON."""
    current = [
        last is not None and connection.execute(_LAST, page[:2]).fetchone() == last
        for page, last in zip(pages, lasts, strict=True)
    ]
    others = [page for page, is_current in zip(pages, current, strict=True) if not is_current]
    return current, _select_pages(connection, others) if others else "[]"


def _decode_pages(text: str) -> list[tuple[int, int, list[Message]]]:
    """Decode what `_select_pages` returned.

    Raises:
        StateError: A message is none that this store wrote.
    """
    try:
        return _pages_decoder.decode(text)
    except msgspec.DecodeError as error:
        raise StateError("the stored data cannot be read") from error


def _record_of(row: Any, now: float) -> SessionRecord:
    """Return the record of a row, `ABSENT` when there is none or it has expired."""
    if row is None or row[3] <= now:
        return ABSENT
    version, data, ttl, expires_at = row
    return SessionRecord(version, data, ttl, expires_at - now)


def _write_session(
    connection: sqlite3.Connection, session_id: str, write: Write, *, now: float, default_ttl: float
) -> WriteResult:
    """Compare and set one session."""
    row = connection.execute(_READ, (session_id,)).fetchone()
    found = _record_of(row, now)
    if row is not None and found is ABSENT:
        connection.execute("DELETE FROM writes WHERE session_id = ?", (session_id,))
    elif len(write.write_ids) == 1 and row is not None:
        query = "SELECT seq, version FROM writes WHERE session_id = ? AND writer = ?"
        last = connection.execute(query, (session_id, write.write_ids[0].writer)).fetchone()
        if last is not None and last[0] >= write.write_ids[0].seq:
            return WriteResult(True, SessionRecord(last[1], write.body, found.ttl, found.expires_in))
    result = compare_and_set(found, write, default_ttl)
    if not result.written:
        return result
    version, _, own_ttl, left = msgspec.structs.astuple(result.record)
    connection.execute(_PUT, (session_id, version, write.body, own_ttl, now + left))
    for write_id in write.write_ids:
        connection.execute(_PUT_WRITE, (session_id, write_id.writer, write_id.seq, version))
    if write.write_ids and version % _MAX_WRITERS < write.change_count:
        connection.execute(_TRIM_WRITES, (session_id, _MAX_WRITERS))
    return result


def _acquire(connection: sqlite3.Connection, name: str, owner: str, ttl: float) -> int | None:
    """Acquire or renew a lock; tokens follow the time, so that they rise although old rows are deleted."""
    now = time.time()
    query = "SELECT owner, token, expires_at FROM locks WHERE name = ?"
    row: tuple[str | None, int, float] | None = connection.execute(query, (name,)).fetchone()
    holder, before, end = row or (None, 0, 0.0)
    is_held = holder is not None and end > now
    if is_held and holder != owner:
        return None
    token = before if is_held else max(before + 1, int(now * 1_000_000))
    connection.execute("INSERT OR REPLACE INTO locks VALUES (?, ?, ?, ?)", (name, owner, token, now + ttl))
    return token


def _find_conversation(connection: sqlite3.Connection, owner: str, conversation_id: str) -> tuple[int, int]:
    """Return a conversation's number and version; 0 and 0 when there is none."""
    query = "SELECT number, version FROM conversations WHERE owner = ? AND id = ?"
    found: tuple[int, int] | None = connection.execute(query, (owner, conversation_id)).fetchone()
    return found or (0, 0)


def _delete_conversation(connection: sqlite3.Connection, number: int) -> None:
    """Delete a conversation with everything that belongs to it."""
    _unindex(connection, number, 0)
    connection.execute("DELETE FROM messages WHERE conversation = ?", (number,))
    connection.execute("DELETE FROM requests WHERE conversation = ?", (number,))
    connection.execute("DELETE FROM conversations WHERE number = ?", (number,))


def _unindex(connection: sqlite3.Connection, number: int, left: int) -> None:
    """Remove the messages of a conversation with a higher `seq` from the index."""
    found = "SELECT number FROM documents WHERE conversation = ? AND seq > ?"
    connection.execute(f"DELETE FROM search WHERE rowid IN ({found})", (number, left))  # noqa: S608  # a constant
    connection.execute("DELETE FROM documents WHERE conversation = ? AND seq > ?", (number, left))


def _find(connection: sqlite3.Connection, *, values: tuple[str, str, int]) -> list[Any]:
    """Return the rows of the newest messages that hold all words.

    No document that follows a match in descending order of numbers is newer than its time by a millisecond. So none
    below the first number of the oldest time among the first matches is one of the newest.
    """
    times = [time for (time,) in connection.execute(_LATEST, values)]
    return connection.execute(_FIND, (*values, first_number(min(times)))).fetchall() if times else []


def first_number(time: int) -> int:
    """Return the lowest number of documents whose messages were created in the millisecond of a time.

    Args:
        time: Microseconds since the epoch.
    """
    return time // 1000 * _NUMBERS


def _free_number(connection: sqlite3.Connection, time: int) -> int:
    """Return a free number for a document; it is never below the first number of its time."""
    first = first_number(time)
    while True:
        (last,) = connection.execute(_LAST_NUMBER, (first, first + _NUMBERS)).fetchone()
        if last is None:
            return first
        if last < first + _NUMBERS - 1:
            return int(last) + 1
        first += _NUMBERS


def _index(
    connection: sqlite3.Connection, number: int, group: Sequence[tuple[str, Message, Sequence[int]]]
) -> list[tuple[int, str]]:
    """Add messages of one conversation to the documents, and return the rows of the index; those in it stay."""
    insert = "INSERT OR IGNORE INTO documents (number, conversation, seq, time) VALUES (?, ?, ?, ?)"
    rows: list[tuple[int, str]] = []
    for _, message, digests in group:
        time = 0 if message.created_at is None else to_microseconds(message.created_at)
        place = _free_number(connection, time)
        if connection.execute(insert, (place, number, message.seq, time)).rowcount:
            rows.append((place, " ".join(map(_word, digests))))
    update = "UPDATE conversations SET indexed = max(indexed, ?) WHERE number = ?"
    connection.execute(update, (group[-1][1].seq, number))
    return rows


def _word(digest: int) -> str:
    """Return the digest of a word as a word of the index."""
    return f"w{digest:012x}"


def _append_all(
    connection: sqlite3.Connection, appends: Sequence[_AppendJob]
) -> list[tuple[int, tuple[int, str] | None] | ConflictError]:
    """Append to several conversations by a few statements, each of which runs without the GIL.

    Returns:
        For each append a conflict, or the version and what the conversation ended with before: its version and the id
        of its last message, None for a new one. For a known request id that is a pair that no conversation ends with.
    """
    keys: set[tuple[str, str]] = set()
    for index, append in enumerate(appends):
        if (append.owner, append.name) in keys:
            return [*_append_all(connection, appends[:index]), *_append_all(connection, appends[index:])]
        keys.add((append.owner, append.name))
    asked = [(append.owner, append.name, append.request_id) for append in appends]
    (text,) = connection.execute(_FIND_APPENDS, (_encode(asked).decode(),)).fetchone()
    results: list[tuple[int, tuple[int, str] | None] | ConflictError] = []
    conversations: list[tuple[Any, ...]] = []
    messages: list[tuple[Any, ...]] = []
    requests: list[tuple[str, str, str]] = []
    for append, (version, last, known) in zip(appends, _decode_appends(text), strict=True):
        owner, name, expected, request_id, time_, rows = append
        if known is not None:
            results.append((known, (-1, "")))
        elif expected is not None and expected != version:
            results.append(ConflictError(key=name, expected=expected, actual=version))
        else:
            end = version + len(rows)
            results.append((end, (version, last or "") if version else None))
            conversations.append((owner, name, end, time_))
            messages += [(seq, *row) for seq, row in enumerate(rows, version + 1)]
            if request_id is not None:
                requests.append((owner, name, request_id))
    if conversations:
        connection.execute(_PUT_CONVERSATIONS, (_encode(conversations).decode(),))
        connection.execute(_PUT_MESSAGES, (_encode(messages).decode(),))
    if requests:
        connection.executemany(_PUT_REQUEST, requests)
        connection.executemany(_TRIM_REQUESTS, [(owner, name, MAX_REQUEST_IDS) for owner, name, _ in requests])
    return results


def _has(connection: sqlite3.Connection, number: int, seq: int, message_id: str | None) -> bool:
    """Return whether a conversation contains a message."""
    query = "SELECT 1 FROM messages WHERE conversation = ? AND seq = ? AND id = ?"
    return connection.execute(query, (number, seq, message_id)).fetchone() is not None


def _bound(value: int | None) -> int:
    """Return a bound of a page for SQLite; None for no bound."""
    return _UNBOUNDED if value is None else min(value, _UNBOUNDED)


def _message_of(row: Sequence[Any]) -> Message:
    """Convert a row from `seq` to `created_at` to a message.

    Raises:
        StateError: The row is none that this store wrote.
    """
    seq, message_id, role, content, source, metadata, created_at = row
    facts = {"seq": seq, "id": message_id, "role": role, "content": content, "source": source}
    try:
        more = {"metadata": msgspec.json.decode(metadata or "{}"), "created_at": created_at}
        return msgspec.convert(facts | more, Message)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise StateError("the stored data cannot be read") from error


def _encode_message(message: Message) -> tuple[Any, ...]:
    """Return the columns of a message after its `seq`."""
    metadata = _encode(dict(message.metadata)).decode() if message.metadata else None
    created_at = message.created_at.isoformat() if message.created_at is not None else ""
    return (message.id, message.role, message.content, message.source, metadata, created_at)


async def _open_store(path: Path, options: StoreOptions) -> SQLiteStore:
    """Return the store; its first call opens the file."""
    return SQLiteStore(path, ttl=options.ttl, clock=options.clock)


def _identity(path: Path, _: str) -> str:
    """Return the identity of a file."""
    return f"sqlite {path.absolute()}"


SQLITE = StoreKind(
    name="sqlite",
    label="SQLite",
    variable="ASYNCASSIST_SQLITE_PATH",
    check=check_sqlite,
    identity=_identity,
    open=_open_store,
    is_buffered=False,
)
