"""Public class of session state: validates arguments and delegates to `StateRuntime`."""

from __future__ import annotations

import contextlib
import math
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic
from asyncassist._lifecycle import Resource
from asyncassist._state.bound_methods import BoundMethods
from asyncassist._state.models import Erased, MutableSession, Session, check_optional_seconds
from asyncassist._state.runtime import StateRuntime, StateSettings
from asyncassist._stores.conversation_info import check_count, check_list, check_title
from asyncassist._stores.encryption import Encryption
from asyncassist._stores.journal import check_journal
from asyncassist._stores.memory_history import check_page, check_version, conversation_key
from asyncassist._stores.registry import STORES, check_capabilities, select_stores
from asyncassist._stores.search import check_query
from asyncassist._stores.serialization import decode, encode, owner_digest, prepare_messages
from asyncassist._stores.session_ids import new_session_id, session_prefix
from asyncassist._stores.session_records import Append, Patch, Update, Write
from asyncassist._stores.store import StoreOptions, check_prefix
from asyncassist._types import Health
from asyncassist._validation import (
    check_flag,
    check_id,
    check_int,
    check_seconds,
    check_user,
    env_variable,
    naming_variables,
)
from asyncassist.errors import (
    ClosedError,
    ConfigurationError,
    InvalidInputError,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from asyncpg import Pool
    from redis.asyncio import Redis

    from asyncassist._state.models import Conflict, Lease, StateStats
    from asyncassist._stores.conversation_info import ConversationInfo
    from asyncassist._stores.search import SearchHit
    from asyncassist._stores.session_records import Operation
    from asyncassist._stores.store import AckLocation, ConversationStore, SessionStore
    from asyncassist._types import Clock, Message

# Environment variables of the arguments, for `from_env`.
_VARIABLES = {name: kind.variable for name, kind in STORES.items() if kind.variable} | {
    "journal": "ASYNCASSIST_JOURNAL"
}


class AsyncStateManager(Resource):
    """Sessions, conversations and locks in Redis, PostgreSQL or SQLite, or in this process.

    It may be shared between tasks. It implements `History`, so a `CachedChatbot` can store its conversations here.

    Args:
        redis: A URL (redis://, rediss://, unix://, redis+sentinel://h:p,h:p/service/0, redis+cluster://h:p,h:p) or a
            client of yours, which is never closed here; None stores sessions in SQLite, else in PostgreSQL, else
            in this process.
        postgres: A URL, or an asyncpg pool of yours, for conversations, which are then stored without expiry, and for
            sessions and locks unless `redis` or `sqlite` is given; None stores conversations in SQLite or, without it,
            with the sessions, for as long as sessions live.
        sqlite: Path of a file on a local disk, which the processes of one machine may share; it and its folder are
            created if missing. It holds sessions and locks unless `redis` is given, and conversations, without expiry,
            unless `postgres` is given. `outage` does not apply to it: a write that the disk does not take raises
            StateUnavailableError, and the next one tries again.
        session_store: An open store of yours for sessions and locks, which is never closed here, instead of `redis`,
            `sqlite` or `postgres`; if it is a `ConversationStore` too, conversations are stored there unless another
            argument names a store of them. `ttl`, `prefix`, `outage` and `timeout` do not apply to a store of yours.
        conversation_store: An open store of yours for conversations; None for what the other arguments say.
        ttl: Seconds until an unused session expires, unless it has its own TTL.
        prefix: Prefix of every key in Redis: at most 64 visible ASCII characters without braces.
        outage: Handling of writes while the store is unavailable: "journal" buffers and replays them, "memory" applies
            them in this process until the store recovers, "raise" raises StateUnavailableError.
        journal: Folder of the journal, which then survives the process and must not be writable by other users; None
            holds the journal in memory.
        max_journal: Writes in the journal, at most; one more raises StateUnavailableError.
        max_session_bytes: Bytes of one session's data as JSON, and of one message, at most.
        max_messages: Messages stored of one conversation in memory and Redis, those of the newest whole turns;
            PostgreSQL and SQLite store all.
        near_cache: Whether to serve sessions read before from this process until Redis announces a change of them; not
            available with a cluster.
        max_connections: Connections to Redis, at most; to PostgreSQL too, but no more than 10.
        timeout: Seconds for one call to Redis or PostgreSQL.
        on_conflict: Called with a `Conflict` for each write of an outage that was not applied on replay, because a
            newer write superseded it or the store refused it.
        retention: Seconds after which conversations that were not written to are deleted; None stores them without
            expiry in PostgreSQL and SQLite, and for `ttl` in memory and Redis, where reads count as use too.
        encryption: Keys with which sessions, messages, titles and the journal are encrypted in stores and on disk; None
            stores them as they are. Data in this process's memory is not encrypted.
        now: Clock, for tests.

    Raises:
        ConfigurationError: An argument has an invalid value.
    """

    def __init__(
        self,
        *,
        redis: Redis | str | None = None,
        postgres: Pool | str | None = None,
        sqlite: Path | str | None = None,
        session_store: SessionStore | None = None,
        conversation_store: ConversationStore | None = None,
        ttl: float = 1800.0,
        prefix: str = "asyncassist:",
        outage: Literal["journal", "memory", "raise"] = "journal",
        journal: Path | None = None,
        max_journal: int = 100_000,
        max_session_bytes: int = 256 << 10,
        max_messages: int = 1000,
        near_cache: bool = False,
        max_connections: int = 50,
        timeout: float = 1.0,  # per call to a store
        on_conflict: Callable[[Conflict], None] | None = None,
        retention: float | None = None,
        encryption: Encryption | None = None,
        now: Clock = SYSTEM_CLOCK,
    ) -> None:
        super().__init__()
        if outage not in ("journal", "memory", "raise"):
            raise ConfigurationError("outage", "must be journal, memory or raise")
        if on_conflict is not None and not callable(on_conflict):
            raise ConfigurationError("on_conflict", "must be a function, or None")
        if encryption is not None and not isinstance(encryption, Encryption):
            raise ConfigurationError("encryption", "must be an Encryption, or None")
        self._is_encrypted = encryption is not None
        sessions, conversations = select_stores(
            session_store=session_store,
            conversation_store=conversation_store,
            redis=redis,
            postgres=postgres,
            sqlite=sqlite,
        )
        check_capabilities(sessions, conversations, encrypts=encryption is not None, retains=retention is not None)
        clock = as_clock(now)
        self._clock = clock
        self._max_session_bytes = check_int("max_session_bytes", max_session_bytes)
        self._near_cache = check_flag("near_cache", near_cache)
        self._ttl = check_seconds("ttl", ttl)
        self._erasers: BoundMethods[Callable[[str], Awaitable[int]]] = BoundMethods()
        self._revokers: BoundMethods[Callable[[str], Awaitable[object]]] = BoundMethods()
        # Of `from_env`: opening may refuse an argument too.
        self._variables: Mapping[str, str] = {}
        self._runtime = StateRuntime(
            StateSettings(
                session_store=sessions,
                conversation_store=conversations,
                options=StoreOptions(
                    prefix=check_prefix(prefix),
                    ttl=self._ttl,
                    max_messages=check_int("max_messages", max_messages),
                    max_connections=check_int("max_connections", max_connections),
                    timeout=check_seconds("timeout", timeout),
                    near_cache=self._near_cache,
                    clock=clock,
                    retention=None if retention is None else check_seconds("retention", retention),
                ),
                outage=outage,
                journal=check_journal("journal", journal),
                max_journal=check_int("max_journal", max_journal),
                on_conflict=on_conflict,
                now=monotonic(clock),
                encryption=encryption,
            )
        )

    async def _open(self) -> None:
        with naming_variables(self._variables):
            await self._runtime.open()

    @classmethod
    def from_env(cls) -> Self:
        """Create a manager from environment variables.

        ASYNCASSIST_REDIS_URL, ASYNCASSIST_POSTGRES_URL, ASYNCASSIST_SQLITE_PATH (a file) and ASYNCASSIST_JOURNAL (a
        folder); without any of them, all state stays in this process.

        Raises:
            ConfigurationError: One of the variables has an invalid value.
        """
        given: dict[str, Any] = {argument: env_variable(name) for argument, name in _VARIABLES.items()}
        given["journal"] = Path(given["journal"]) if given["journal"] else None
        with naming_variables(_VARIABLES):
            manager = cls(**given)
        manager._variables = _VARIABLES
        return manager

    @property
    def backend(self) -> AckLocation:
        """Destination of writes at present: the store of sessions, "journal" or "memory".

        In an outage, and until every buffered write has been replayed, it is not the store.
        """
        return self._runtime.backend

    # sessions

    async def create(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        session_id: str | None = None,
        ttl: float | None = None,
        user: str | None = None,
        lifetime: float | None = None,
    ) -> Session:
        """Create a session.

        Args:
            data: The session's data; None for an empty session.
            session_id: An id of your choice; None for a new one that cannot be guessed.
            ttl: The session's own TTL in seconds, extended by each use; None for the manager's.
            user: Whose session it is, for `revoke`, `export` and `erase`; None for no owner. The id holds a digest of
                the user, so an id of your choice cannot have one.
            lifetime: Seconds after which the session ends, however much it is used; None for no end. The id tells the
                end, so an id of your choice cannot have one.

        Returns:
            The new session.

        Raises:
            ConflictError: A session with that id exists.
            InvalidInputError: An argument is invalid; nothing was written.
            SessionTooLargeError: The data is larger than `max_session_bytes`.
            StateUnavailableError: The store is unavailable and the write cannot be buffered either.
        """
        own_ttl, lifetime = check_optional_seconds(ttl), check_optional_seconds(lifetime, "lifetime")
        if user is not None:
            check_user("user", user)
        if session_id is None:
            ends_at = None if lifetime is None else self._clock() + lifetime
            name = new_session_id(user=user, ends_at=ends_at)
        elif user is None and lifetime is None:
            name = check_id("session_id", session_id)
        else:
            raise InvalidInputError("session_id", "must be None with user= or lifetime=, which are part of the id")
        body = encode("data", {} if data is None else data, limit=self._max_session_bytes)
        if lifetime is not None and lifetime < (own_ttl or self._ttl):
            own_ttl = lifetime
        return await self._change_session(name, Write("free", body, ttl=own_ttl))

    async def get(self, session_id: str, *, touch: bool = True) -> Session | None:
        """Return a session.

        Args:
            session_id: Session id.
            touch: Whether the read extends the session's TTL.

        Returns:
            The session, or None when it does not exist.

        Raises:
            InvalidInputError: The id is invalid.
            StateUnavailableError: The store is unavailable and the session is not cached here.
        """
        check_id("session_id", session_id)
        if not self._is_open_on_loop:
            await self._ensure_open()
        sessions = self._runtime.sessions
        if self._near_cache and (cached := self._runtime.get_fresh(session_id, touch=touch)) is not None:
            sessions.reads += 1
            return sessions.to_session(session_id, cached[0], sessions.target, cached[1])
        return await sessions.get(session_id, touch=touch)

    async def get_many(self, ids: Iterable[str]) -> list[Session | None]:
        """Return several sessions, read in one pipeline; each read extends the session's TTL.

        Args:
            ids: Session ids; repeats are allowed.

        Returns:
            Sessions in the order of the ids, None for each that does not exist.

        Raises:
            InvalidInputError: An id is invalid.
            StateUnavailableError: The store is unavailable and one of the sessions is not cached here.
        """
        if isinstance(ids, str | bytes) or not isinstance(ids, Iterable):
            raise InvalidInputError("ids", "must be a sequence of session ids")
        names = [check_id("ids", name) for name in ids]
        await self._ensure_open()
        return await self._runtime.sessions.get_many(names)

    async def save(
        self,
        session_id: str,
        data: Mapping[str, Any],
        *,
        expected_version: int | None = None,
        ttl: float | None = None,
    ) -> Session:
        """Replace a session's data; create the session if the id never existed.

        Args:
            session_id: Session id.
            data: The complete new data.
            expected_version: The version you read; 0 when the session must not exist; None for any version.
            ttl: A new TTL of the session's own, in seconds; None leaves its TTL as it is.

        Returns:
            The session as written.

        Raises:
            ConflictError: The session has another version, or was deleted.
            InvalidInputError: An argument is invalid; nothing was written.
            SessionTooLargeError: The data is larger than `max_session_bytes`.
            StateUnavailableError: The store is unavailable and the write cannot be buffered either.
        """
        check_id("session_id", session_id)
        check_version(expected_version)
        own_ttl = check_optional_seconds(ttl)
        body = encode("data", data, limit=self._max_session_bytes)
        if expected_version is None:
            write = Write("any", body, ttl=own_ttl)
        elif expected_version == 0:
            write = Write("never", body, ttl=own_ttl)
        else:
            write = Write("live", body, expected_version, own_ttl)
        return await self._change_session(session_id, write)

    async def update(
        self,
        session_id: str,
        change: Callable[[dict[str, Any]], Mapping[str, Any] | None],
        *,
        create: bool = False,
    ) -> Session:
        """Read, change and write a session atomically, whatever other writers do.

        Args:
            session_id: Session id.
            change: Receives the data and either returns the new data, or changes its argument and returns None. A plain
                function without side effects: it may run more than once.
            create: Whether to start from {} when the session does not exist.

        Returns:
            The session as written.

        Raises:
            NotFoundError: The session does not exist, and `create` is off.
            InvalidInputError: `change` is not a plain function, or its result cannot be stored.
            SessionTooLargeError: The result is larger than `max_session_bytes`.
            StateUnavailableError: The store is unavailable and the session is not cached here, or the write cannot be
                buffered.
        """
        check_id("session_id", session_id)
        if not callable(change):
            raise InvalidInputError("change", "must be a function")
        return await self._change_session(session_id, Update(change, create=create, limit=self._max_session_bytes))

    async def patch(self, session_id: str, changes: Mapping[str, Any]) -> Session:
        """Set top-level keys of a session.

        Args:
            session_id: Session id.
            changes: New values by key; None deletes the key.

        Returns:
            The session as written.

        Raises:
            NotFoundError: The session does not exist.
            InvalidInputError: An argument is invalid; nothing was written.
            SessionTooLargeError: The data would be larger than `max_session_bytes`.
            StateUnavailableError: The store is unavailable and the session is not cached here, or the write cannot be
                buffered.
        """
        check_id("session_id", session_id)
        given = decode(encode("changes", changes, limit=self._max_session_bytes))
        values = {key: value for key, value in given.items() if value is not None}
        drop = tuple(key for key, value in given.items() if value is None)
        return await self._change_session(session_id, Patch(values, drop, limit=self._max_session_bytes))

    async def delete(self, session_id: str) -> bool:
        """Delete a session. A tombstone preserves its version for 300 seconds, so that no late write revives it.

        Args:
            session_id: Session id.

        Returns:
            Whether the session existed.

        Raises:
            InvalidInputError: The id is invalid.
            StateUnavailableError: The store is unavailable and the write cannot be buffered either.
        """
        check_id("session_id", session_id)
        await self._ensure_open()
        return await self._runtime.sessions.delete(session_id)

    async def scan(self) -> AsyncIterator[str]:
        """Iterate over the ids of all sessions, in no particular order.

        Sessions created or deleted during the iteration may be included or not.

        Raises:
            StateUnavailableError: The store is unavailable.
        """
        await self._ensure_open()
        async for session_id in self._runtime.sessions.scan():
            yield session_id

    async def rotate(self, session_id: str) -> str:
        """Move a session to a new id, for example after a login, so that whoever knows the old one has nothing.

        Data, TTL, owner and end stay. When the call returns, the old id is deleted in the store, with a tombstone.

        Args:
            session_id: Id of the session.

        Returns:
            The new id, which cannot be guessed.

        Raises:
            NotFoundError: The session does not exist.
            InvalidInputError: The id is invalid.
            StateUnavailableError: The store is unavailable, or writes of an outage wait for it. The old id may still
                be valid.
        """
        check_id("session_id", session_id)
        await self._ensure_open()
        return await self._runtime.sessions.rotate(session_id)

    async def revoke(self, user: str) -> int:
        """Delete all sessions of a user: those made with `create(user=...)`, and those of a `TravelAssistant`.

        It reads the ids of all sessions. A `web.Service` on this manager ends the user's turns and deletes their
        events.

        Args:
            user: Owner of the sessions.

        Returns:
            Number of sessions deleted.

        Raises:
            InvalidInputError: The user is invalid.
            StateUnavailableError: The store is unavailable, or writes of an outage wait for it.
        """
        prefix = session_prefix(check_user("user", user))
        await self._ensure_open()
        deleted = await self._runtime.sessions.delete_all(prefix)
        for end_turns in self._revokers:
            with contextlib.suppress(ClosedError):
                await end_turns(user)
        return deleted

    @contextlib.asynccontextmanager
    async def session(
        self, session_id: str, *, create: bool = True, lock: bool = False
    ) -> AsyncGenerator[MutableSession]:
        """Change a session in a block: a clean exit writes the keys that changed, an error writes nothing.

        Args:
            session_id: Session id.
            create: Whether to create the session when it does not exist.
            lock: Whether to hold the session's lock during the block, so that concurrent blocks wait instead of
                conflicting at the exit.

        Raises:
            NotFoundError: The session does not exist, and `create` is off.
            ConflictError: Another writer changed the same keys, or deleted the session.
            BusyError: `lock` is on and the lock was not free within 10 seconds.
            InvalidInputError: The id is invalid, or the data cannot be stored.
            SessionTooLargeError: The data is larger than `max_session_bytes`.
            StateUnavailableError: The store is unavailable and the session is not cached here, or the write cannot be
                buffered.
        """
        check_id("session_id", session_id)
        async with contextlib.AsyncExitStack() as stack:
            if lock:
                await stack.enter_async_context(self._hold_lock(f"session:{session_id}", ttl=30.0, wait=10.0))
            await self._ensure_open()
            limit = self._max_session_bytes
            yield await stack.enter_async_context(self._runtime.sessions.edit(session_id, create=create, limit=limit))

    def lock(self, name: str, *, ttl: float = 30.0, wait: float = 10.0) -> AbstractAsyncContextManager[Lease]:
        """Hold a lock shared by all processes; its lease is renewed while the block runs.

        Args:
            name: Name of the lock, with the syntax of an id.
            ttl: Seconds until the lease expires when its holder dies.
            wait: Seconds to wait for the lock.

        Raises:
            BusyError: The lock was not free in time.
            InvalidInputError: An argument is invalid.
            StateUnavailableError: The store is unavailable.
        """
        check_id("name", name)
        if ttl is None:
            raise InvalidInputError("ttl", "must be a number of seconds above 0")
        check_optional_seconds(ttl)
        if isinstance(wait, bool) or not isinstance(wait, int | float) or not 0 <= wait < math.inf:
            raise InvalidInputError("wait", "must be a finite number of seconds from 0")
        return self._hold_lock(f"lock:{name}", ttl=ttl, wait=wait)

    @contextlib.asynccontextmanager
    async def _hold_lock(self, name: str, *, ttl: float, wait: float | None) -> AsyncGenerator[Lease]:
        """Open the manager if needed and hold a lock; the lease shows the name without its kind."""
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
        """Append messages to a conversation: all of them or none.

        Args:
            conversation_id: Conversation id; the first append creates the conversation.
            messages: At least one message or mapping.
            user: Owner of the conversation; None for no owner.
            expected_version: The last `seq` you know, 0 for a new conversation; None for any.
            request_id: Makes the append idempotent: a repeated id stores nothing and returns the first result. The last
                100 ids of a conversation are remembered.

        Returns:
            The conversation's version: the last `seq`.

        Raises:
            ConflictError: The conversation has another version.
            InvalidInputError: An argument is invalid; nothing was stored.
            SessionTooLargeError: A message is larger than `max_session_bytes`.
            StateUnavailableError: The store is unavailable and the write cannot be buffered either.
        """
        key = conversation_key(conversation_id, user)
        check_version(expected_version)
        if request_id is not None:
            check_id("request_id", request_id)
        prepared = prepare_messages(
            messages, clock=self._clock, limit=self._max_session_bytes, is_encrypted=self._is_encrypted
        )
        await self._ensure_open()
        return await self._runtime.conversations.append(key, Append(prepared, expected_version, request_id))

    async def messages(
        self, conversation_id: str, *, user: str | None = None, limit: int | None = None, before: int | None = None
    ) -> list[Message]:
        """Return messages of a conversation.

        Args:
            conversation_id: Conversation id.
            user: Owner of the conversation; that of another owner is not visible.
            limit: Maximum number of messages, the newest ones; None for all that are stored.
            before: Only messages with a lower `seq`; None for the newest.

        Returns:
            Messages, oldest first; empty if none.

        Raises:
            InvalidInputError: An argument is invalid.
            StateUnavailableError: The store is unavailable, and `outage` is "raise".
        """
        key = conversation_key(conversation_id, user)
        check_page(limit, before)
        await self._ensure_open()
        return await self._runtime.conversations.messages(key, limit=limit, before=before)

    async def request_messages(
        self, conversation_id: str, request_id: str, *, user: str | None = None
    ) -> list[Message]:
        """Return the messages that were appended under a request id, also when the conversation was trimmed since.

        Args:
            conversation_id: Conversation id.
            request_id: Request id of the append.
            user: Owner of the conversation; that of another owner is not visible.

        Returns:
            Messages, oldest first; empty unless the id is one of the last 100 of the conversation.

        Raises:
            InvalidInputError: An argument is invalid.
            StateUnavailableError: The store is unavailable, and `outage` is "raise".
        """
        key = conversation_key(conversation_id, user)
        check_id("request_id", request_id)
        await self._ensure_open()
        return await self._runtime.conversations.request_messages(key, request_id)

    async def forget(self, conversation_id: str, *, user: str | None = None) -> bool:
        """Delete a conversation.

        Args:
            conversation_id: Conversation id.
            user: Owner of the conversation; None for no owner.

        Returns:
            Whether the conversation existed.

        Raises:
            InvalidInputError: An argument is invalid.
            StateUnavailableError: The store is unavailable and the write cannot be buffered either.
        """
        key = conversation_key(conversation_id, user)
        await self._ensure_open()
        return await self._runtime.conversations.forget(key)

    async def conversations(
        self, *, user: str, limit: int = 50, before: ConversationInfo | None = None
    ) -> list[ConversationInfo]:
        """List the conversations of a user, the last updated first.

        In Redis a list walks every key of the server; PostgreSQL and SQLite read the user's rows alone.

        Args:
            user: Owner of the conversations; those without an owner are never listed.
            limit: Conversations returned, at most: 1 to 1000.
            before: The last conversation of the page before; None for the first page.

        Raises:
            InvalidInputError: An argument is invalid.
            StateUnavailableError: The store is unavailable, or writes of an outage wait for it.
        """
        owner = check_list(user, limit, before)
        await self._ensure_open()
        return await self._runtime.conversations.list_conversations(owner, limit=limit, before=before)

    async def search(self, text: str, *, user: str, limit: int = 20) -> list[SearchHit]:
        """Find messages of a user by their words.

        A message is found when every word of the query occurs in it as a whole word, without regard to case and
        accents; order, punctuation and everything else in the query mean nothing. PostgreSQL and SQLite have an index,
        to which the first search adds what was appended since the last one; with Redis and in memory, a search reads
        all messages of the user.

        Args:
            text: The words: at most 1000 characters and 32 different words.
            user: Owner of the conversations; those without an owner are never searched.
            limit: Messages returned, at most: 1 to 1000.

        Returns:
            Messages with their conversations, the newest message first; empty if none.

        Raises:
            InvalidInputError: An argument is invalid, or the query holds no word.
            StateUnavailableError: The store is unavailable, or writes of an outage wait for it.
        """
        words = check_query(text)
        owner = check_list(user, limit, None)
        await self._ensure_open()
        return await self._runtime.conversations.search(owner, words, limit)

    async def rename(self, conversation_id: str, title: str, *, user: str | None = None) -> None:
        """Set the title of a conversation.

        Args:
            conversation_id: Conversation id.
            title: 1 to 200 printable characters.
            user: Owner of the conversation; None for no owner.

        Raises:
            NotFoundError: The owner has no such conversation.
            InvalidInputError: An argument is invalid.
            StateUnavailableError: The store is unavailable, or writes of an outage wait for it.
        """
        key = conversation_key(conversation_id, user)
        check_title(title)
        await self._ensure_open()
        await self._runtime.conversations.rename(key, title)

    async def branch(self, conversation_id: str, *, at: int, user: str | None = None) -> str:
        """Copy a conversation up to one of its messages into a new conversation, without title and request ids.

        Args:
            conversation_id: Conversation id.
            at: `seq` of the last message to copy.
            user: Owner of the conversation, and of the new one; None for no owner.

        Returns:
            Id of the new conversation, which cannot be guessed. Its `seq` begin at 1.

        Raises:
            NotFoundError: The owner has no such conversation, or none of its messages up to `at` is stored.
            InvalidInputError: An argument is invalid, or no message has this `seq`.
            StateUnavailableError: The store is unavailable, or writes of an outage wait for it.
        """
        key = conversation_key(conversation_id, user)
        if isinstance(at, bool) or not isinstance(at, int) or not 0 < at < 2**53:
            raise InvalidInputError("at", "must be the seq of a message")
        new_id = f"c{secrets.token_urlsafe(24)}"
        await self._ensure_open()
        await self._runtime.conversations.branch(key, conversation_key(new_id, user), at)
        return new_id

    async def undo(self, conversation_id: str, *, turns: int = 1, user: str | None = None) -> int:
        """Remove the newest turns of a conversation, with their request ids.

        A turn begins with a message of the user; messages before the first one stay. Of a conversation of which nothing
        is left, the title goes too.

        Args:
            conversation_id: Conversation id.
            turns: Number of turns, 1 to 1000; with fewer turns stored, all of them.
            user: Owner of the conversation; None for no owner.

        Returns:
            The conversation's version: the last `seq` left, 0 when nothing is. Later messages take the numbers of the
            removed ones.

        Raises:
            NotFoundError: The owner has no such conversation.
            InvalidInputError: An argument is invalid.
            StateUnavailableError: The store is unavailable, or writes of an outage wait for it. When the connection
                failed during the call, the turns may have been removed.
        """
        key = conversation_key(conversation_id, user)
        check_count("turns", turns)
        await self._ensure_open()
        return await self._runtime.conversations.undo(key, turns)

    # a person's data

    async def export(self, user: str) -> AsyncIterator[bytes]:
        """Iterate over everything that is stored of a user, as lines of JSON.

        Each line is an object with a `type`: "session" (`id`, `version`, `data`), "conversation" (`id`, `title`, times
        and number of messages) or "message" (`conversation_id` and the fields of `Message`), the messages of a
        conversation after it, oldest first. What is written during the iteration may be included or not. No TTL is
        extended.

        Args:
            user: Owner of the sessions and conversations.

        Raises:
            InvalidInputError: The user is invalid.
            StateUnavailableError: The store is unavailable, or writes of an outage wait for it.
        """
        owner, prefix = owner_digest(check_user("user", user)), session_prefix(user)
        await self._ensure_open()
        for part in (self._runtime.sessions.export(prefix), self._runtime.conversations.export(owner)):
            async for line in part:
                yield line

    async def erase(self, user: str) -> Erased:
        """Delete everything that is stored of a user: sessions, conversations, request ids, indexes, cached answers.

        So are the events of the user's turns, by a `web.Service` on this manager.

        SQLite files and journals hold nothing of it afterwards; what servers keep until they clean up is described in
        "Erase a person's data" of the documentation. What is written for the user meanwhile may stay: end the user's
        requests first.

        Args:
            user: Owner of the sessions and conversations.

        Returns:
            What was deleted.

        Raises:
            InvalidInputError: The user is invalid.
            StateUnavailableError: A store is unavailable, or writes of an outage wait for it. Not everything was
                deleted: repeat the call.
        """
        owner = owner_digest(check_user("user", user))
        sessions = await self.revoke(user)
        conversations, messages = await self._runtime.erase_owner(owner)
        answers = 0
        for clear in self._erasers:
            with contextlib.suppress(ClosedError):
                answers += await clear(user)
        return Erased(sessions=sessions, conversations=conversations, messages=messages, answers=answers)

    def on_erase(self, clear: Callable[[str], Awaitable[int]]) -> None:
        """Have a method called by each `erase`; a `CachedChatbot` registers itself with its history.

        Args:
            clear: Bound method that takes the user and returns a number of deleted answers; it is held weakly.

        Raises:
            InvalidInputError: It is no bound method.
        """
        self._erasers.add("clear", clear)

    def on_revoke(self, end_turns: Callable[[str], Awaitable[object]]) -> None:
        """Have a method called by each `revoke` and `erase`; a `web.Service` registers itself with its manager.

        Args:
            end_turns: Bound method that takes the user; it is held weakly. What it raises, `revoke` raises.

        Raises:
            InvalidInputError: It is no bound method.
        """
        self._revokers.add("end_turns", end_turns)

    @contextlib.asynccontextmanager
    async def turn(self, conversation_id: str, *, user: str | None = None) -> AsyncGenerator[None]:
        """Hold a conversation for one turn; other turns of it wait, in this process and in others.

        While the store is unavailable, only turns of this process exclude each other.

        Args:
            conversation_id: Conversation id.
            user: Owner of the conversation; None for no owner.

        Raises:
            InvalidInputError: An argument is invalid.
        """
        key = conversation_key(conversation_id, user)
        await self._ensure_open()
        async with self._runtime.locks.turn(key):
            yield

    # operations

    async def flush(self, *, timeout: float = 10.0) -> None:  # noqa: ASYNC109  # part of the contract
        """Wait until every acknowledged write is in its store.

        Args:
            timeout: Seconds to wait.

        Raises:
            InvalidInputError: `timeout` is not a number of seconds above 0.
            StateUnavailableError: Writes are still buffered after this time; `depth` is their number.
        """
        check_optional_seconds(timeout, "timeout")
        await self._ensure_open()
        await self._runtime.flush(timeout)

    async def health(self) -> Health:
        """Check every store and report where writes go.

        Returns:
            "warn" in an outage and for 300 seconds after a conflict on replay; "fail" when a store is unavailable and
            `outage` is "raise", or when a store refuses the check, for example because of wrong credentials.
        """
        await self._ensure_open()
        return Health.of(await self._runtime.checks(), note=f"writes go to {self.backend}")

    def stats(self) -> StateStats:
        """Return counters and latencies since the manager was created."""
        return self._runtime.stats()

    async def _change_session(self, session_id: str, operation: Operation) -> Session:
        """Apply an operation that leaves a live session and return that session."""
        if not self._is_open_on_loop:
            await self._ensure_open()
        return await self._runtime.sessions.change(session_id, operation)

    async def _before_close(self) -> None:
        """Flush buffered writes, then close the runtime."""
        await self._runtime.flush_and_close()
