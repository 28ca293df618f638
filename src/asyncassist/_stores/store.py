"""Seam between session state and its stores: what a store must do, and what one kind of store declares about itself.

`SessionStore` and `ConversationStore` are public. The other protocols are capabilities that a store may have besides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from asyncassist._events import RollingWindow
    from asyncassist._stores.conversation_info import ConversationInfo
    from asyncassist._stores.search import SearchHit
    from asyncassist._stores.session_records import Append, SessionRecord, Write, WriteId, WriteResult
    from asyncassist._types import Clock, Message
    from asyncassist.errors import StateError

AckLocation = str
"""Where a write was acknowledged: the name of a `StoreKind`, or "journal" or "memory" in an outage."""

_PREFIX_PATTERN = re.compile(r"[!-z|~]{0,64}", re.ASCII)


def check_prefix(prefix: object) -> str:
    """Return the key prefix. Braces and blanks are refused, so that no id reaches the keys of another prefix.

    Raises:
        ConfigurationError: The prefix is not text of at most 64 visible ASCII characters without braces.
    """
    if not isinstance(prefix, str) or not _PREFIX_PATTERN.fullmatch(prefix):
        raise ConfigurationError("prefix", "must be at most 64 visible ASCII characters without braces")
    return prefix


@runtime_checkable
class Store(Protocol):
    """Open store. Every call raises StateUnavailableError while the store is unavailable, StateError when refused."""

    async def probe(self) -> None:
        """Check that the store responds.

        Raises:
            StateUnavailableError: The store does not respond.
        """
        ...


class LockStore(Protocol):
    """Store of locks."""

    async def acquire(self, name: str, owner: str, ttl: float) -> int | None:
        """Acquire or renew a lock.

        Args:
            name: Name of the lock: printable ASCII characters.
            owner: Identifies the holder; the same owner renews its lease.
            ttl: Seconds of real time until the lease expires.

        Returns:
            The fencing token, which rises with each new holder, or None while another owner holds the lock.
        """
        ...

    async def release(self, name: str, owner: str) -> bool:
        """Release a lock and return whether this owner held it; the next token is higher all the same."""
        ...


@runtime_checkable
class SessionStore(Store, LockStore, Protocol):
    """Store of sessions and locks.

    A session is a `SessionRecord`. It expires a TTL after its last use: its own, or the store's. An expired record is
    never returned. Calls of several tasks and processes may come at the same time.
    """

    async def read(self, session_id: str, *, touch: bool = True) -> SessionRecord:
        """Return the record of a session, `ABSENT` when there is none.

        Args:
            session_id: Session id.
            touch: Whether the read extends the session's TTL; that of a tombstone is never extended.
        """
        ...

    async def read_many(self, ids: Sequence[str], *, touch: bool = True) -> list[SessionRecord]:
        """Return the records of several sessions, in the order of the ids, which may repeat."""
        ...

    async def write(self, session_id: str, write: Write) -> WriteResult:
        """Compare and set one session atomically: read the record, apply `compare_and_set`, store its result.

        A deletion is stored as a tombstone, a record without data, which expires too. A write that was acknowledged
        survives what the store survives. A write id that was applied before must return its first result; only a store
        that repeats writes by itself, for example after a broken connection, ever meets one.
        """
        ...

    def scan(self) -> AsyncIterator[str]:
        """Iterate over the ids of all live sessions; those created or deleted meanwhile may be included or not."""
        ...


class ReplayableSessions(SessionStore, Protocol):
    """Store of sessions whose writes are buffered while it is unavailable, and replayed together when it is back."""

    async def write_many(self, writes: Sequence[tuple[str, Write]]) -> list[WriteResult | StateError]:
        """Compare and set several sessions; return a result or an error for each."""
        ...

    async def read_for_replay(
        self, requests: Sequence[tuple[str, Sequence[str]]]
    ) -> list[tuple[SessionRecord, dict[str, int]] | StateError]:
        """Return the records of several sessions and the last sequence number applied of each writer.

        Args:
            requests: Session ids, each with the writer ids to look up.

        Returns:
            In the order of the requests: the record and the last sequence number by writer, or the session's error.
        """
        ...


@runtime_checkable
class ConversationStore(Store, Protocol):
    """Store of conversations.

    A conversation has a key: the digest of its owner ("-" for no owner), ":", and its id. Its messages are numbered
    from 1 without a gap, and its version is the last number. Calls of several tasks and processes may come at the same
    time.
    """

    async def append(self, key: str, append: Append, write_id: WriteId) -> int:
        """Append messages, all of them or none, and return the conversation's new version.

        A repeated request id stores nothing and returns the first result; the last `MAX_REQUEST_IDS` of a conversation
        are remembered.

        Args:
            key: Key of the conversation; the first append creates it.
            append: The messages and their conditions.
            write_id: Idempotency key of the write, for a store that repeats writes by itself.

        Raises:
            ConflictError: The conversation has another version, or lacks the anchor; the error's `key` is the id alone.
        """
        ...

    async def read_page(
        self, key: str, *, limit: int | None = None, before: int | None = None, touch: bool = True
    ) -> tuple[int, list[Message]]:
        """Return the conversation's version and a page of its messages, oldest first; (0, []) when there is none.

        Args:
            key: Key of the conversation.
            limit: Maximum number of messages, the newest ones; None for all.
            before: Only messages with a lower `seq`; None for the newest.
            touch: Whether the read extends the conversation's TTL, where it has one.
        """
        ...

    async def read_request(self, key: str, request_id: str) -> list[Message]:
        """Return the messages appended under a remembered request id, oldest first; empty for any other id."""
        ...

    async def forget(self, key: str, write_id: WriteId) -> bool:
        """Delete a conversation with all that belongs to it, and return whether it existed."""
        ...

    async def list_conversations(
        self, owner: str, *, limit: int, before: ConversationInfo | None = None
    ) -> list[ConversationInfo]:
        """Return conversations of an owner, the last updated first; of one time, by descending id.

        Args:
            owner: Digest of the owner.
            limit: Conversations returned, at most.
            before: Only those that come after this one in the order; None for the first ones.
        """
        ...

    async def rename(self, key: str, title: str) -> bool:
        """Set a conversation's title and return whether the conversation exists."""
        ...

    async def undo(self, key: str, turns: int, write_id: WriteId) -> int | None:
        """Remove the newest turns; a conversation of which nothing is left is deleted.

        A turn begins with a message of the user. What precedes the first one stays. Request ids of removed messages
        are removed with them.

        Args:
            key: Key of the conversation.
            turns: Number of turns, at least 1; with fewer turns stored, all of them.
            write_id: Idempotency key of the write, for a store that repeats writes by itself.

        Returns:
            The conversation's version, the last `seq` left, 0 for nothing; None when there is no such conversation.
        """
        ...


@runtime_checkable
class SearchIndex(Protocol):
    """Conversation store with an index of words; messages of one without are read when they are searched.

    Messages are added to the index by the first search after them, so that an append costs nothing for it.
    """

    async def word_keys(self, owner: str) -> list[bytes]:
        """Return the keys of an owner's word digests: the first for new ones, all of them to find old ones."""
        ...

    async def read_unindexed(self, owner: str, limit: int) -> list[tuple[str, Message]]:
        """Return messages of an owner that are not in the index, with the ids of their conversations.

        Those of one conversation come in order and without a gap.
        """
        ...

    async def add_to_index(self, owner: str, found: Sequence[tuple[str, Message, Sequence[int]]]) -> None:
        """Add messages to the index, in the order in which `read_unindexed` returned them.

        Args:
            owner: Digest of the owner.
            found: Conversation id, message, and digests of its words. Those that were removed meanwhile are left out.
        """
        ...

    async def find(self, owner: str, digests: Sequence[int], limit: int) -> list[SearchHit]:
        """Return messages that hold all words, in the order of `select_hits`."""
        ...


@runtime_checkable
class OwnerRecords(Protocol):
    """Conversation store that knows what belongs to an owner, and can make it unreadable."""

    async def read_salt(self, owner: str) -> bytes:
        """Return 16 random bytes of an owner, made by the first call; they go when the owner is erased."""
        ...

    async def erase_owner(self, owner: str) -> None:
        """Delete the salt of an owner and what else refers to the owner, and overwrite what was deleted if possible.

        The owner's conversations have been deleted before.
        """
        ...


@runtime_checkable
class RetainsConversations(Protocol):
    """Conversation store whose conversations do not expire by themselves."""

    async def delete_unused(self, seconds: float, limit: int) -> int:
        """Delete conversations that were not written to for so many seconds; return how many were.

        Args:
            seconds: Seconds since the last append or undo, at least.
            limit: Conversations deleted, at most.
        """
        ...


@runtime_checkable
class MeasuredStore(Protocol):
    """Store that measures its calls."""

    @property
    def latency(self) -> RollingWindow:
        """Latencies of recent calls, in seconds."""
        ...

    def stats(self) -> dict[str, Any]:
        """Return the fields of `StateStats` that the store counts."""
        ...


class ChangeListener(Protocol):
    """Subscription to the changes of sessions, on which the near cache relies."""

    @property
    def is_listening(self) -> bool:
        """True while every change is announced."""
        ...

    async def aclose(self) -> None:
        """End the subscription."""
        ...


@runtime_checkable
class AnnouncesChanges(Protocol):
    """Session store that announces changes made by other processes."""

    def listen(self, on_change: Callable[[str], None], on_reset: Callable[[], None]) -> ChangeListener:
        """Subscribe to changes.

        Args:
            on_change: Called with the id of each session that changed.
            on_reset: Called when changes may have been missed.

        Raises:
            ConfigurationError: The server cannot announce changes.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreOptions:
    """Settings of a manager that concern its stores."""

    prefix: str
    ttl: float
    max_messages: int
    max_connections: int
    timeout: float
    near_cache: bool
    clock: Clock
    retention: float | None = None


def _accept(_: str, value: Any) -> Any:
    """Return the value of a kind that no argument names."""
    return value


def _no_identity(_: Any, __: str) -> str:
    """Return the identity of a store to which nothing is ever replayed."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreKind:
    """Kind of store: how an argument of the manager becomes a store.

    Attributes:
        name: Name of the argument, of the health check and of the location of writes.
        label: Name in log messages.
        open: Takes the value and the options, and returns the open store; an unreachable server does not fail it.
        variable: Environment variable of the argument; None without one.
        check: Takes the argument's name and its value, and returns the value or raises ConfigurationError.
        identity: Takes the value and the prefix, and returns what tells one store from another, without a password.
        is_buffered: Whether writes are buffered while the store is unavailable, and replayed: then a store of sessions
            is `ReplayableSessions`, and one of conversations heeds every field of `Append`. Without that a write raises
            StateUnavailableError, and the next one tries again.
        is_handed_in: Whether the value is an open store of the caller's, which the manager does not close.
    """

    name: AckLocation
    label: str
    open: Callable[[Any, StoreOptions], Awaitable[Any]]
    variable: str | None = None
    check: Callable[[str, Any], Any] = _accept
    identity: Callable[[Any, str], str] = _no_identity
    is_buffered: bool = True
    is_handed_in: bool = False
