"""Redis or Valkey store of sessions, conversations and locks."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._redis_client import escape_pattern, parse_redis
from asyncassist._stores import redis_scripts
from asyncassist._stores.conversation_info import ConversationInfo, from_microseconds, select_newest
from asyncassist._stores.memory_history import MAX_REQUEST_IDS
from asyncassist._stores.redis_errors import NoScriptError
from asyncassist._stores.redis_executor import RedisExecutor, open_redis_executor
from asyncassist._stores.redis_invalidation import InvalidationListener
from asyncassist._stores.serialization import SALT_BYTES, batch_size
from asyncassist._stores.session_records import ABSENT, TOMBSTONE_TTL, SessionRecord, WriteResult
from asyncassist._stores.store import StoreKind
from asyncassist._stores.store_identity import redis_identity
from asyncassist._types import Message
from asyncassist.errors import ConfigurationError, ConflictError, StateError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from asyncassist._events import RollingWindow
    from asyncassist._stores.redis_executor import ClusterExecutor
    from asyncassist._stores.redis_scripts import Script
    from asyncassist._stores.session_records import Append, Write, WriteId
    from asyncassist._stores.store import StoreOptions

_SCAN_COUNT = 500

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def _milliseconds(seconds: float) -> int:
    """Convert seconds to whole milliseconds, at least 1."""
    return max(1, round(seconds * 1000))


def _encode_message(message: Message) -> bytes:
    """Encode a message as stored JSON; its `seq` is part of the field name instead."""
    facts: dict[str, Any] = {"r": message.role, "c": message.content, "i": message.id}
    if message.created_at is not None:
        facts["t"] = message.created_at.isoformat()
    if message.source is not None:
        facts["s"] = message.source
    if message.metadata:
        facts["m"] = dict(message.metadata)
    return _encode(facts)


def _decode_message(text: bytes, seq: int) -> Message:
    """Decode a stored message."""
    return _message_of(_decode(text), seq)


def _message_of(facts: dict[str, Any], seq: int) -> Message:
    """Build a message from its decoded JSON."""
    return Message.of(
        {
            "role": facts["r"],
            "content": facts["c"],
            "id": facts["i"],
            "created_at": facts.get("t"),
            "source": facts.get("s"),
            "metadata": facts.get("m", {}),
            "seq": seq,
        }
    )


class RedisStore:
    """Store of the sessions, conversations and locks under one prefix.

    A key is the prefix, a letter for the kind, and the id in braces. Neither ids nor prefixes contain braces, so keys
    are unambiguous.

    Args:
        executor: Sends commands to the server or the cluster.
        prefix: Prefix of every key.
        ttl: Seconds until an unused session or conversation expires, unless it has its own TTL.
        max_messages: Messages stored of one conversation, those of the newest whole turns.
        retention: Seconds until an unused conversation expires; None for `ttl`.
        lazy_touch: Whether a read extends a session's TTL only once a tenth of it has passed.
        timeout: Seconds within which the server must respond to the listener of `listen`.
    """

    def __init__(
        self,
        executor: RedisExecutor | ClusterExecutor,
        *,
        prefix: str,
        ttl: float,
        max_messages: int,
        retention: float | None = None,
        lazy_touch: bool = False,
        timeout: float = 1.0,
    ) -> None:
        self._executor = executor
        self._timeout = timeout
        self._touch_mode = "2" if lazy_touch else "1"
        self.session_prefix = f"{prefix}s{{"
        self._conversation_prefix = f"{prefix}c{{"
        self._lock_prefix = f"{prefix}l{{"
        self._owner_prefix = f"{prefix}o{{"
        self._ttl_ms = _milliseconds(ttl)
        self._ttl_seconds = ttl
        # At least the TTL of the conversation: a late append cannot revive a deleted one while it would have lived.
        self._conversation_ttl_ms = _milliseconds(retention or ttl)
        self._tombstone_ttl_ms = max(self._conversation_ttl_ms, _milliseconds(TOMBSTONE_TTL))
        self._max_messages = max_messages

    @property
    def latency(self) -> RollingWindow:
        """Latencies of recent pipelines, in seconds."""
        return self._executor.latency

    async def probe(self) -> None:
        """Ping the server; raise StateUnavailableError when it does not respond."""
        await self._executor.submit(("PING",))

    def stats(self) -> dict[str, Any]:
        """Return the connection and batch fields of `StateStats`."""
        return self._executor.stats()

    async def aclose(self) -> None:
        """Wait for commands in flight and close the connections, if they are the store's own."""
        await self._executor.aclose()

    def listen(self, on_change: Callable[[str], None], on_reset: Callable[[], None]) -> InvalidationListener:
        """Subscribe to the server's invalidation messages of sessions.

        Raises:
            ConfigurationError: The server is a cluster.
        """
        if not isinstance(self._executor, RedisExecutor):
            raise ConfigurationError("near_cache", "does not work with a cluster")
        start = len(self.session_prefix)
        return InvalidationListener(
            self._executor.pool,
            prefix=self.session_prefix,
            on_change=lambda key: on_change(key[start:-1]),
            on_reset=on_reset,
            liveness_timeout=self._timeout,
        )

    async def _run_script(self, script: Script, *call: bytes | str | int) -> Any:
        """Run a script by its digest, or by its text if the server does not have it cached."""
        try:
            return await self._executor.submit(("EVALSHA", script.sha, 1, *call))
        except NoScriptError:
            return await self._executor.submit(("EVAL", script.text, 1, *call))

    async def _run_script_many(self, script: Script, calls: Sequence[tuple[str | bytes | int, ...]]) -> list[Any]:
        """Run a script many times in one pipeline and return results and errors of single runs, in order.

        Raises:
            StateUnavailableError: The store is unavailable. By then every run has ended, so none still writes in the
                background.
        """
        # All commands are submitted before the first is awaited, so that they share a pipeline.
        requests = [self._executor.submit(("EVALSHA", script.sha, 1, *call)) for call in calls]
        answers: list[Any] = []
        for future in requests:
            try:
                answers.append(await future)
            except StateError as error:
                answers.append(error)
        unknown = [index for index, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unknown:
            # A restarted server has lost the script: one EVAL loads it, then the rest are sent again together.
            try:
                answers[unknown[0]] = await self._run_script(script, *calls[unknown[0]])
            except StateError as error:
                answers[unknown[0]] = error
            retried = await self._run_script_many(script, [calls[index] for index in unknown[1:]])
            for index, answer in zip(unknown[1:], retried, strict=True):
                answers[index] = answer
        for answer in answers:
            if isinstance(answer, StateUnavailableError):
                raise answer
        return answers

    # sessions

    async def read(self, session_id: str, *, touch: bool = True) -> SessionRecord:
        """Return the record of a session; with `touch` extend its TTL."""
        key = f"{self.session_prefix}{session_id}}}"
        return self._parse_record(
            await self._run_script(redis_scripts.READ, key, self._ttl_ms, self._touch_mode if touch else "0")
        )

    async def read_many(self, ids: Sequence[str], *, touch: bool = True) -> list[SessionRecord]:
        """Return the records of several sessions, read in one pipeline, in the order of the ids."""
        more = (self._ttl_ms, self._touch_mode if touch else "0")
        answers = await self._run_script_many(
            redis_scripts.READ, [(f"{self.session_prefix}{name}}}", *more) for name in ids]
        )
        for answer in answers:
            if isinstance(answer, StateError):
                raise answer
        return [self._parse_record(answer) for answer in answers]

    async def write(self, session_id: str, write: Write) -> WriteResult:
        """Compare and set one session."""
        return self._parse_write_result(
            write, await self._run_script(redis_scripts.WRITE, *self._write_arguments(session_id, write))
        )

    async def write_many(self, writes: Sequence[tuple[str, Write]]) -> list[WriteResult | StateError]:
        """Compare and set several sessions in one pipeline; return a result or an error for each."""
        answers = await self._run_script_many(redis_scripts.WRITE, [self._write_arguments(*pair) for pair in writes])
        return [
            answer if isinstance(answer, StateError) else self._parse_write_result(write, answer)
            for (_, write), answer in zip(writes, answers, strict=True)
        ]

    def _write_arguments(self, session_id: str, write: Write) -> tuple[str | bytes | int, ...]:
        """Return a write as the key and arguments of the script `WRITE`."""
        own_ttl = "" if write.ttl is None else _milliseconds(write.ttl)
        facts = (write.mode, write.expected, write.change_count, write.body or b"", own_ttl)
        ttl = (self._ttl_ms, round(write.age * 1000))
        return (f"{self.session_prefix}{session_id}}}", *facts, *ttl, *_write_id_arguments(write.write_ids))

    def _parse_write_result(self, write: Write, answer: Any) -> WriteResult:
        """Convert the reply of the script `WRITE`."""
        if type(answer) is int:
            return WriteResult(
                True, SessionRecord(answer, write.body, None, self._ttl_seconds if write.body else TOMBSTONE_TTL)
            )
        if answer[0]:
            return WriteResult(True, SessionRecord(answer[1], write.body, _parse_ttl(answer[2]), answer[3] / 1000))
        return WriteResult(False, self._parse_record(answer[1:]))

    async def read_for_replay(
        self, requests: Sequence[tuple[str, Sequence[str]]]
    ) -> list[tuple[SessionRecord, dict[str, int]] | StateError]:
        """Return, for a replay, the records of several sessions and the last sequence number applied of each writer.

        Args:
            requests: Session ids, each with the writer ids to look up.

        Returns:
            In the order of the requests: the record and the last sequence number by writer, or the session's error.
        """
        calls = [
            (f"{self.session_prefix}{name}}}", *(f"w:{writer}" for writer in writers)) for name, writers in requests
        ]
        found: list[tuple[SessionRecord, dict[str, int]] | StateError] = []
        for (_, writers), answer in zip(
            requests, await self._run_script_many(redis_scripts.READ_FOR_REPLAY, calls), strict=True
        ):
            if isinstance(answer, StateError):
                found.append(answer)
                continue
            version, body, own_ttl, *seqs = answer
            record = SessionRecord(abs(int(version or 0)), body, _parse_ttl(own_ttl))
            found.append((record, {writer: int(seq) for writer, seq in zip(writers, seqs, strict=True)}))
        return found

    def _parse_record(self, found: Sequence[Any] | None) -> SessionRecord:
        """Convert the reply of the script `READ`."""
        if not found:
            return ABSENT
        version = int(found[0])
        if len(found) == 2:
            return SessionRecord(abs(version), expires_in=max(0, found[1]) / 1000)
        own_ttl = _parse_ttl(found[2])
        return SessionRecord(
            version, found[1], own_ttl, found[3] / 1000 if len(found) == 4 else own_ttl or self._ttl_seconds
        )

    async def scan(self) -> AsyncIterator[str]:
        """Iterate over the ids of all live sessions."""
        start = len(self.session_prefix)
        async for keys in self._executor.scan(f"{escape_pattern(self.session_prefix)}*}}", _SCAN_COUNT):
            alive = [self._executor.submit(("HEXISTS", key, "d")) for key in keys]
            for key, future in zip(keys, alive, strict=True):
                if await future:
                    yield key[start:-1].decode()

    # locks

    async def acquire(self, name: str, owner: str, ttl: float) -> int | None:
        """Acquire or renew a lock and return its fencing token, None while another owner holds it."""
        token = await self._run_script(redis_scripts.ACQUIRE, f"{self._lock_prefix}{name}}}", owner, _milliseconds(ttl))
        return int(token) if token else None

    async def release(self, name: str, owner: str) -> bool:
        """Release a lock and return whether this owner held it."""
        return bool(await self._run_script(redis_scripts.RELEASE, f"{self._lock_prefix}{name}}}", owner))

    # conversations, by the key of `conversation_key`

    async def append(self, key: str, append: Append, write_id: WriteId) -> int:
        """Append messages and return the conversation's new version; a repeated write id tells a replay.

        Raises:
            ConflictError: The conversation has another version, or does not contain the anchor.
        """
        written, version = await self._run_script(
            redis_scripts.APPEND,
            f"{self._conversation_prefix}{key}}}",
            *_write_id_arguments((write_id,)),
            -1 if append.expected_version is None else append.expected_version,
            append.request_id or "",
            self._conversation_ttl_ms,
            self._max_messages,
            MAX_REQUEST_IDS,
            *append.anchor,
            round(append.age * 1000),
            *(_encode_message(message) for message in append.messages),
        )
        if not written:
            raise ConflictError(key=key.partition(":")[2], expected=append.expected_version, actual=int(version))
        return int(version)

    async def read_page(
        self, key: str, *, limit: int | None = None, before: int | None = None, touch: bool = True
    ) -> tuple[int, list[Message]]:
        """Return the conversation's version and a page of its messages, oldest first."""
        found = await self._run_script(
            redis_scripts.READ_PAGE,
            f"{self._conversation_prefix}{key}}}",
            self._conversation_ttl_ms if touch else "",
            -1 if limit is None else limit,
            -1 if before is None else before,
        )
        version, texts = int(found[0]), found[1:]
        top = version if before is None else min(version, before - 1)
        return version, [_decode_message(text, seq) for seq, text in enumerate(texts, top - len(texts) + 1)]

    async def read_request(self, key: str, request_id: str) -> list[Message]:
        """Return the messages appended under a remembered request id, oldest first; empty if there is none."""
        version, texts = await self._run_script(
            redis_scripts.READ_REQUEST, f"{self._conversation_prefix}{key}}}", self._conversation_ttl_ms, request_id
        )
        if version is None:
            return []
        if texts is not None:
            found = _decode(texts)
            return [_message_of(facts, seq) for seq, facts in enumerate(found, int(version) - len(found) + 1)]
        _, last = await self.read_page(key, limit=1, before=int(version) + 1)
        count = batch_size(last[0]) if last else 0
        return (await self.read_page(key, limit=count, before=int(version) + 1))[1] if count else []

    async def forget(self, key: str, write_id: WriteId) -> bool:
        """Delete a conversation and return whether it existed."""
        return bool(
            await self._run_script(
                redis_scripts.FORGET,
                f"{self._conversation_prefix}{key}}}",
                *_write_id_arguments((write_id,)),
                self._tombstone_ttl_ms,
            )
        )

    async def list_conversations(
        self, owner: str, *, limit: int, before: ConversationInfo | None = None
    ) -> list[ConversationInfo]:
        """Return conversations of an owner, the last updated first; walks all keys of the server."""
        start = len(self._conversation_prefix) + len(owner) + 1
        pattern = f"{escape_pattern(f'{self._conversation_prefix}{owner}:')}*}}"
        # A walk may meet a key twice.
        found: dict[str, ConversationInfo] = {}
        async for keys in self._executor.scan(pattern, _SCAN_COUNT):
            answers = await self._run_script_many(redis_scripts.DESCRIBE, [(key,) for key in keys])
            for key, answer in zip(keys, answers, strict=True):
                if isinstance(answer, StateError):
                    raise answer
                if answer:
                    name = key[start:-1].decode()
                    found[name] = _info_of(name, answer)
        return select_newest(found.values(), limit, before)

    async def rename(self, key: str, title: str) -> bool:
        """Set a conversation's title and return whether the conversation exists."""
        return bool(await self._run_script(redis_scripts.RENAME, f"{self._conversation_prefix}{key}}}", title))

    async def undo(self, key: str, turns: int, write_id: WriteId) -> int | None:
        """Remove the newest turns; see `ConversationStore.undo`."""
        version = await self._run_script(
            redis_scripts.UNDO,
            f"{self._conversation_prefix}{key}}}",
            *_write_id_arguments((write_id,)),
            turns,
            self._conversation_ttl_ms,
            self._tombstone_ttl_ms,
        )
        return None if version < 0 else int(version)

    # owners

    async def read_salt(self, owner: str) -> bytes:
        """Return the salt of an owner, made by the first call; it does not expire."""
        key = f"{self._owner_prefix}{owner}}}"
        while (found := await self._executor.submit(("GET", key))) is None:
            await self._executor.submit(("SET", key, secrets.token_bytes(SALT_BYTES), "NX"))
        return bytes(found)

    async def erase_owner(self, owner: str) -> None:
        """Delete the salt of an owner; an append-only file holds what was deleted until the server rewrites it."""
        await self._executor.submit(("DEL", f"{self._owner_prefix}{owner}}}"))


def _info_of(name: str, answer: Sequence[Any]) -> ConversationInfo:
    """Convert the reply of the script `DESCRIBE`."""
    last, first, title, created_at, updated_at = answer
    return ConversationInfo(
        id=name,
        title=None if title is None else title.decode(),
        created_at=_parse_time(created_at),
        updated_at=_parse_time(updated_at),
        messages=int(last) - int(first) + 1,
    )


def _parse_time(text: bytes) -> dt.datetime:
    """Convert microseconds since the epoch, or a message, to the time it names."""
    if text.startswith(b"{"):
        return dt.datetime.fromisoformat(_decode(text)["t"])
    return from_microseconds(int(text))


def _write_id_arguments(write_ids: Sequence[WriteId]) -> list[str | int]:
    """Return write ids as script arguments: the hash field of each writer, and its sequence number."""
    return [part for write_id in write_ids for part in (f"w:{write_id.writer}", write_id.seq)]


def _parse_ttl(text: bytes | None) -> float | None:
    """Convert a session's own TTL from milliseconds; None when it has none."""
    return int(text) / 1000 if text else None


async def _open_store(redis: Any, options: StoreOptions) -> RedisStore:
    """Open the connections to the server, which need not respond yet."""
    executor = await open_redis_executor(redis, max_connections=options.max_connections, timeout=options.timeout)
    return RedisStore(
        executor,
        prefix=options.prefix,
        ttl=options.ttl,
        max_messages=options.max_messages,
        retention=options.retention,
        lazy_touch=options.near_cache,
        timeout=options.timeout,
    )


REDIS = StoreKind(
    name="redis",
    label="Redis",
    variable="ASYNCASSIST_REDIS_URL",
    check=parse_redis,
    identity=redis_identity,
    open=_open_store,
)
