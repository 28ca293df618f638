"""The public class: arguments are checked here, work is handed on."""

from __future__ import annotations

import contextlib
import math
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic
from asyncassist._lifecycle import Resource
from asyncassist._redis_client import parse_url
from asyncassist._state.models import MutableSession, Session, check_optional_seconds, to_session
from asyncassist._state.runtime import Settings, StateRuntime
from asyncassist._stores.journal import check_journal
from asyncassist._stores.memory_history import check_page, check_version, conversation_key
from asyncassist._stores.postgres import check_postgres
from asyncassist._stores.redis import check_prefix
from asyncassist._stores.serialization import decode, encode, prepare_messages
from asyncassist._stores.session_records import Patch, Put, Update, diff
from asyncassist._types import Health
from asyncassist._validation import check_id, check_int, check_seconds
from asyncassist.errors import ConfigurationError, ConflictError, InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from asyncpg import Pool
    from redis.asyncio import Redis

    from asyncassist._state.models import AckLocation, Conflict, Lease, StateStats
    from asyncassist._stores.session_records import Operation, SessionRecord
    from asyncassist._types import Clock, Message


class AsyncStateManager(Resource):
    """Keep sessions and conversations, in Redis, in PostgreSQL, or in this process.

    It may be shared between tasks. It is a `History`, so that a `CachedChatbot` can keep its conversations here.

    Args:
        redis: A URL (redis://, rediss://, unix://, redis+sentinel://h:p,h:p/service/0, redis+cluster://h:p,h:p) or a
            client of yours, which we never close; None keeps sessions in this process.
        postgres: A URL or an asyncpg pool of yours for conversations, kept there for good; None keeps them where
            sessions live, as long as sessions.
        ttl: Seconds that a session lives after its last use, unless it has its own.
        prefix: Put before each key in Redis; visible characters without braces.
        outage: What a write does while the store is away: "journal" keeps it and replays it, "memory" keeps it in this
            process until the store is back, "raise" raises StateUnavailableError.
        journal: A folder for the journal, so that it survives the process; None keeps it in memory.
        max_journal: Writes that the journal holds; one more raises StateUnavailableError.
        max_session_bytes: Bytes of one session's data as JSON, and of one message.
        max_messages: Messages kept of one conversation in memory and Redis; PostgreSQL keeps all.
        near_cache: Whether sessions that were read are kept here until Redis says that they changed.
        max_connections: Connections to Redis, at most.
        timeout: Seconds for one call to a store.
        on_conflict: Called with each `Conflict`: a write of an outage that was not done, because it was overtaken or
            refused.
        now: The clock.

    Raises:
        ConfigurationError: An argument has a value that cannot work.
    """

    def __init__(
        self,
        *,
        redis: Redis | str | None = None,
        postgres: Pool | str | None = None,
        ttl: float = 1800.0,
        prefix: str = "asyncassist:",
        outage: Literal["journal", "memory", "raise"] = "journal",
        journal: Path | None = None,
        max_journal: int = 100_000,
        max_session_bytes: int = 256 << 10,
        max_messages: int = 1000,
        near_cache: bool = False,
        max_connections: int = 50,
        timeout: float = 1.0,  # a bound of each call to a store
        on_conflict: Callable[[Conflict], None] | None = None,
        now: Clock = SYSTEM_CLOCK,
    ) -> None:
        super().__init__()
        if outage not in ("journal", "memory", "raise"):
            raise ConfigurationError("outage", "must be journal, memory or raise")
        if on_conflict is not None and not callable(on_conflict):
            raise ConfigurationError("on_conflict", "must be a function, or None")
        check_postgres("postgres", postgres)
        clock = as_clock(now)
        self._clock = clock
        self._max_session_bytes = check_int("max_session_bytes", max_session_bytes)
        self._timeout = check_seconds("timeout", timeout)
        self._near_cache = bool(near_cache)
        self._reads = 0
        self._writes = 0
        self._runtime = StateRuntime(
            Settings(
                redis=parse_url("redis", redis) if isinstance(redis, str) else redis,
                postgres=postgres,
                ttl=check_seconds("ttl", ttl),
                prefix=check_prefix(prefix),
                outage=outage,
                journal=check_journal("journal", journal),
                max_journal=check_int("max_journal", max_journal),
                max_messages=check_int("max_messages", max_messages),
                near_cache=self._near_cache,
                max_connections=check_int("max_connections", max_connections),
                timeout=self._timeout,
                on_conflict=on_conflict,
                clock=clock,
                now=monotonic(clock),
            )
        )

    async def _open(self) -> None:
        await self._runtime.open()

    @classmethod
    def from_env(cls) -> Self:
        """One that the environment describes.

        ASYNCASSIST_REDIS_URL, ASYNCASSIST_POSTGRES_URL and ASYNCASSIST_JOURNAL (a folder); with nothing set everything
        stays in this process.

        Raises:
            ConfigurationError: One of them has a value that cannot work.
        """
        journal = os.environ.get("ASYNCASSIST_JOURNAL")
        return cls(
            redis=os.environ.get("ASYNCASSIST_REDIS_URL") or None,
            postgres=os.environ.get("ASYNCASSIST_POSTGRES_URL") or None,
            journal=Path(journal) if journal else None,
        )

    @property
    def backend(self) -> AckLocation:
        """Where writes go right now: in an outage, and until all of it is replayed, not to the store."""
        return self._runtime.backend

    # sessions

    async def create(
        self, data: Mapping[str, Any] | None = None, *, session_id: str | None = None, ttl: float | None = None
    ) -> Session:
        """Begin a session.

        Args:
            data: Its data; None for none.
            session_id: An id of yours; None for a new one that nobody can guess.
            ttl: Its own seconds to live, slid by each use; None for the manager's.

        Raises:
            ConflictError: There is a session with that id.
            InvalidInputError: An argument cannot be used; nothing was written.
            SessionTooLargeError: The data is larger than allowed.
            StateUnavailableError: The store is away and the write cannot be kept either.
        """
        name = secrets.token_urlsafe(24) if session_id is None else check_id("session_id", session_id)
        if session_id is None:
            # An id begins with a letter or a digit.
            name = f"s{name}"
        body = encode("data", {} if data is None else data, limit=self._max_session_bytes)
        return await self._change_session(name, Put(body, "free", ttl=check_optional_seconds(ttl)))

    async def get(self, session_id: str, *, touch: bool = True) -> Session | None:
        """Read a session.

        Args:
            session_id: Its id.
            touch: Whether reading slides its time to live.

        Returns:
            The session, None when there is none.

        Raises:
            InvalidInputError: The id cannot be used.
            StateUnavailableError: The store is away and the session is not known here.
        """
        check_id("session_id", session_id)
        if not self._is_open_on_loop:
            await self._ensure_open()
        self._reads += 1
        if self._near_cache and (cached := self._runtime.get_fresh(session_id, touch=touch)) is not None:
            return to_session(session_id, cached[0], "redis", cached[1])
        return to_session(session_id, *await self._runtime.sessions.read(session_id, touch=touch))

    async def get_many(self, ids: Iterable[str]) -> list[Session | None]:
        """Read many sessions at once, in order; each as `get` does."""
        names = [check_id("ids", name) for name in ids]
        await self._ensure_open()
        self._reads += len(names)
        found = await self._runtime.sessions.read_many(names)
        return [
            to_session(name, record, ack_location) for name, (record, ack_location) in zip(names, found, strict=True)
        ]

    async def save(
        self,
        session_id: str,
        data: Mapping[str, Any],
        *,
        expected_version: int | None = None,
        ttl: float | None = None,
    ) -> Session:
        """Replace a session's data; it begins one if the id never existed.

        Args:
            session_id: Its id.
            data: The whole new data.
            expected_version: The version you read; 0 when it must not exist; None for any.
            ttl: A new time to live of its own; None keeps what it has.

        Raises:
            ConflictError: The version is another, or the session was deleted.
            InvalidInputError: An argument cannot be used; nothing was written.
            SessionTooLargeError: The data is larger than allowed.
            StateUnavailableError: The store is away and the write cannot be kept either.
        """
        check_id("session_id", session_id)
        check_version(expected_version)
        own = check_optional_seconds(ttl)
        body = encode("data", data, limit=self._max_session_bytes)
        if expected_version is None:
            put = Put(body, "any", ttl=own)
        elif expected_version == 0:
            put = Put(body, "never", ttl=own)
        else:
            put = Put(body, "live", expected_version, own)
        return await self._change_session(session_id, put)

    async def update(
        self,
        session_id: str,
        change: Callable[[dict[str, Any]], Mapping[str, Any] | None],
        *,
        create: bool = False,
    ) -> Session:
        """Read, change and write as one step, whoever else writes.

        Args:
            session_id: Its id.
            change: Gets the data and returns the new data, or changes what it got and returns None. It may run more
                than once, so it does nothing else.
            create: Whether to begin with {} when there is no session.

        Raises:
            NotFoundError: There is no session, and `create` is off.
            InvalidInputError: What it made cannot be kept.
            SessionTooLargeError: What it made is larger than allowed.
            StateUnavailableError: The store is away and the session is not known here.
        """
        check_id("session_id", session_id)
        if not callable(change):
            raise InvalidInputError("change", "must be a function")
        return await self._change_session(session_id, Update(change, create=create, limit=self._max_session_bytes))

    async def patch(self, session_id: str, changes: Mapping[str, Any]) -> Session:
        """Set top-level keys of a session; None deletes a key.

        Raises:
            NotFoundError: There is no session.
            InvalidInputError: An argument cannot be used; nothing was written.
            SessionTooLargeError: The data would be larger than allowed.
            StateUnavailableError: The store is away and the session is not known here.
        """
        check_id("session_id", session_id)
        given = decode(encode("changes", changes, limit=self._max_session_bytes))
        values = {key: value for key, value in given.items() if value is not None}
        drop = tuple(key for key, value in given.items() if value is None)
        return await self._change_session(session_id, Patch(values, drop, limit=self._max_session_bytes))

    async def delete(self, session_id: str) -> bool:
        """End a session. Its version is kept for a while, so that no late write brings it back.

        Returns:
            Whether there was one.

        Raises:
            InvalidInputError: The id cannot be used.
            StateUnavailableError: The store is away and the write cannot be kept either.
        """
        check_id("session_id", session_id)
        try:
            await self._apply(session_id, Put(None, "alive"))
        except ConflictError:
            return False
        return True

    async def scan(self) -> AsyncIterator[str]:
        """The ids of all sessions, in no order; what comes and goes meanwhile may be among them or not.

        Raises:
            StateUnavailableError: The store is away.
        """
        await self._ensure_open()
        async for session_id in self._runtime.scan():
            yield session_id

    @contextlib.asynccontextmanager
    async def session(
        self, session_id: str, *, create: bool = True, lock: bool = False
    ) -> AsyncGenerator[MutableSession]:
        """Change a session in a block; a clean exit writes the keys that changed, an error writes nothing.

        Args:
            session_id: Its id.
            create: Whether to begin a session when there is none.
            lock: Whether to hold the session's lock meanwhile, instead of meeting others at the exit.

        Raises:
            NotFoundError: There is no session, and `create` is off.
            ConflictError: Another changed the same keys, or deleted the session.
            StateUnavailableError: The store is away and the session is not known here.
        """
        check_id("session_id", session_id)
        async with contextlib.AsyncExitStack() as stack:
            if lock:
                await stack.enter_async_context(self._hold_lock(f"session:{session_id}", ttl=30.0, wait=10.0))
            await self._ensure_open()
            self._reads += 1
            record, ack_location = await self._runtime.sessions.read(session_id, touch=True)
            if record.body is None and not create:
                raise NotFoundError(key=session_id)
            before = {} if record.body is None else decode(record.body)
            draft = MutableSession(
                session_id, {} if record.body is None else decode(record.body), record.version, ack_location
            )
            yield draft
            made = decode(encode("data", draft.data, limit=self._max_session_bytes))
            is_new = record.body is None
            operation = diff(before, made, create=is_new, revive=is_new, limit=self._max_session_bytes)
            if operation.values or operation.drop or is_new:
                try:
                    record, draft.acked = await self._apply(session_id, operation)
                except NotFoundError as error:
                    raise ConflictError("the session was deleted", key=session_id, expected=draft.version) from error
                draft.version = record.version

    def lock(self, name: str, *, ttl: float = 30.0, wait: float = 10.0) -> AbstractAsyncContextManager[Lease]:
        """Hold a lock that all processes respect; it is renewed while it is held.

        Args:
            name: Of the lock; an id.
            ttl: Seconds until it falls open when its holder dies.
            wait: Seconds to wait for it.

        Raises:
            BusyError: It was not free in time.
            InvalidInputError: An argument cannot be used.
            StateUnavailableError: The store is away.
        """
        check_id("name", name)
        check_optional_seconds(ttl)
        if isinstance(wait, bool) or not isinstance(wait, int | float) or not 0 <= wait < math.inf:
            raise InvalidInputError("wait", "must be a finite number of seconds from 0")
        return self._hold_lock(f"lock:{name}", ttl=ttl, wait=wait)

    @contextlib.asynccontextmanager
    async def _hold_lock(self, name: str, *, ttl: float, wait: float | None) -> AsyncGenerator[Lease]:
        """Open, then hold."""
        await self._ensure_open()
        async with self._runtime.locks.hold(name, ttl=ttl, wait=wait) as lease:
            lease.name = name.partition(":")[2]
            yield lease

    # conversations

    async def append(
        self,
        conversation_id: str,
        messages: Sequence[Message | Mapping[str, Any]],
        *,
        user: str | None = None,
        expected_version: int | None = None,
        request_id: str | None = None,
    ) -> int:
        """Store all of the messages or none.

        Args:
            conversation_id: The conversation; it begins with its first message.
            messages: At least one message or mapping.
            user: Whose it is; None: nobody's.
            expected_version: The last `seq` you know, 0 for a new conversation; None for any.
            request_id: A repeated one stores nothing and returns what the first returned; the last 100 are known.

        Returns:
            The conversation's version: the last `seq`.

        Raises:
            ConflictError: The version is another.
            InvalidInputError: An argument cannot be used; nothing was stored.
            SessionTooLargeError: A message is larger than allowed.
            StateUnavailableError: The store is away and the write cannot be kept either.
        """
        key = conversation_key(conversation_id, user)
        check_version(expected_version)
        if request_id is not None:
            check_id("request_id", request_id)
        prepared = prepare_messages(messages, now=self._clock, limit=self._max_session_bytes)
        await self._ensure_open()
        version = await self._runtime.conversations.append(
            key, prepared, expected_version=expected_version, request_id=request_id
        )
        self._writes += 1
        return version

    async def messages(
        self, conversation_id: str, *, user: str | None = None, limit: int | None = None, before: int | None = None
    ) -> list[Message]:
        """Read a conversation.

        Args:
            conversation_id: The conversation.
            user: Whose it is; of another it is not visible.
            limit: Messages, newest last; None means all that are kept.
            before: Only messages with a `seq` below it; None for the newest.

        Returns:
            Messages, oldest first; empty if none.

        Raises:
            InvalidInputError: An argument cannot be used.
            StateUnavailableError: The store is away, and `outage` is "raise".
        """
        key = conversation_key(conversation_id, user)
        check_page(limit, before)
        await self._ensure_open()
        self._reads += 1
        return await self._runtime.conversations.messages(key, limit=limit, before=before)

    async def forget(self, conversation_id: str, *, user: str | None = None) -> bool:
        """Delete a conversation.

        Returns:
            Whether there was one.

        Raises:
            InvalidInputError: An argument cannot be used.
            StateUnavailableError: The store is away and the write cannot be kept either.
        """
        key = conversation_key(conversation_id, user)
        await self._ensure_open()
        found = await self._runtime.conversations.forget(key)
        self._writes += 1
        return found

    @contextlib.asynccontextmanager
    async def turn(self, conversation_id: str, *, user: str | None = None) -> AsyncGenerator[None]:
        """Hold the conversation for one turn; others wait, in this process and in others.

        Raises:
            InvalidInputError: An argument cannot be used.
        """
        key = conversation_key(conversation_id, user)
        await self._ensure_open()
        async with self._runtime.locks.turn(key):
            yield

    # the whole

    async def flush(self, *, timeout: float = 10.0) -> None:  # noqa: ASYNC109  # part of the contract
        """Wait until everything acknowledged is in its store.

        Args:
            timeout: Seconds to wait.

        Raises:
            StateUnavailableError: Something still waits; `depth` says how much.
        """
        check_optional_seconds(timeout, "timeout")
        await self._ensure_open()
        await self._runtime.flush(timeout)

    async def health(self) -> Health:
        """Whether it can do its work, and where writes go."""
        await self._ensure_open()
        return Health.of(await self._runtime.checks(), note=f"writes go to {self.backend}")

    def stats(self) -> StateStats:
        """What it has done so far."""
        return self._runtime.stats(reads=self._reads, writes=self._writes)

    async def _change_session(self, session_id: str, operation: Operation) -> Session:
        """Apply a change and show what it made."""
        session = to_session(session_id, *await self._apply(session_id, operation))
        assert session is not None
        return session

    async def _apply(self, session_id: str, operation: Operation) -> tuple[SessionRecord, AckLocation]:
        """Apply a change."""
        if not self._is_open_on_loop:
            await self._ensure_open()
        done = await self._runtime.sessions.change(session_id, operation)
        self._writes += 1
        return done

    async def _before_close(self) -> None:
        """Flush, then close."""
        await self._runtime.flush_and_close()
