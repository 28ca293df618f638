"""In-memory conversations: default history, test store, and local copy of shared conversations in an outage."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic
from asyncassist._stores.conversation_info import ConversationInfo, from_microseconds, select_newest
from asyncassist._stores.serialization import owner_digest, prepare_messages, with_store_fields
from asyncassist._validation import check_id, check_int, check_seconds, check_user
from asyncassist.errors import BusyError, ConflictError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from asyncassist._types import Clock, Message

MAX_REQUEST_IDS = 100
"""Request ids remembered per conversation, the most recent ones."""


class KeyedLocks:
    """FIFO mutex per key among the tasks of this process."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @contextlib.asynccontextmanager
    async def hold(self, key: str, *, wait: float | None = None) -> AsyncGenerator[None]:
        """Hold the lock of a key while the block runs.

        Args:
            key: The key.
            wait: Seconds to wait for the lock, None for no limit.

        Raises:
            BusyError: Another task did not release the lock in time.
        """
        lock, holders = self._locks.get(key, (None, 0))
        lock = lock or asyncio.Lock()
        self._locks[key] = (lock, holders + 1)
        try:
            if wait is None:
                await lock.acquire()
            else:
                try:
                    async with asyncio.timeout(wait):
                        await lock.acquire()
                except TimeoutError:
                    raise BusyError("the lock is held") from None
            try:
                yield
            finally:
                lock.release()
        finally:
            # The last holder removes the lock, so that the dict does not grow with every key ever used.
            holders = self._locks[key][1] - 1
            if holders:
                self._locks[key] = (lock, holders)
            else:
                del self._locks[key]


class _Conversation:
    """Stored messages, the last `seq`, the version and messages of remembered requests, title, and times."""

    __slots__ = ("created_at", "expires_at", "messages", "requests", "title", "updated_at", "version")

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.version = 0
        self.requests: OrderedDict[str, tuple[int, tuple[Message, ...]]] = OrderedDict()
        self.expires_at = 0.0
        self.title: str | None = None
        self.created_at = self.updated_at = 0.0


def conversation_key(conversation_id: str, user: str | None) -> str:
    """Return the storage key of a conversation: a digest of its owner, and its id.

    Args:
        conversation_id: Conversation id.
        user: Owner of the conversation; None for no owner.

    Raises:
        InvalidInputError: The id or the user is invalid.
    """
    check_id("conversation_id", conversation_id)
    if user is not None:
        check_user("user", user)
    return f"{owner_digest(user)}:{conversation_id}"


def check_page(limit: int | None, before: int | None) -> None:
    """Check `limit` and `before` of a page.

    Raises:
        InvalidInputError: One of them is neither None nor a whole number from 0.
    """
    for name, value in (("limit", limit), ("before", before)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            raise InvalidInputError(name, "must be a whole number from 0, or None")


def check_version(expected_version: int | None) -> None:
    """Check the version that a caller expects.

    Raises:
        InvalidInputError: The version is neither None nor a whole number from 0.
    """
    value = expected_version
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise InvalidInputError("expected_version", "must be a whole number from 0, or None")


def select_page(messages: Sequence[Message], limit: int | None, before: int | None) -> list[Message]:
    """Return the newest `limit` messages with a `seq` below `before`, oldest first."""
    found = [message for message in messages if before is None or message.seq < before]
    return found if limit is None else found[len(found) - min(limit, len(found)) :]


def trim_start(messages: Sequence[Message], max_messages: int, appended: int) -> int:
    """Return the index from which messages are kept, so that whole turns are kept or dropped.

    A turn begins with a message of the user. Of one that is longer than the bound, the last append is kept whole.

    Args:
        messages: All messages, oldest first.
        max_messages: Messages to keep, at most.
        appended: Number of messages of the last append.
    """
    start = max(0, len(messages) - max_messages)
    if not start:
        return 0
    turns = (index for index in range(start, len(messages)) if messages[index].role == "user")
    return next(turns, min(start, len(messages) - appended))


class MemoryHistory:
    """Conversations in this process; implements `History`.

    Args:
        max_messages: Messages stored of one conversation, those of the newest whole turns.
        max_conversations: Conversations stored; the least recently used is evicted first.
        ttl: Seconds until an unused conversation expires; None for no expiry.
        now: Clock, for tests.

    Raises:
        ConfigurationError: An argument has an invalid value.
    """

    def __init__(
        self,
        *,
        max_messages: int = 1000,
        max_conversations: int = 10_000,
        ttl: float | None = None,
        now: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._max_messages = check_int("max_messages", max_messages)
        self._max_conversations = check_int("max_conversations", max_conversations)
        self._ttl = None if ttl is None else check_seconds("ttl", ttl)
        self._clock = as_clock(now)
        self._monotonic = monotonic(self._clock)
        self._conversations: OrderedDict[str, _Conversation] = OrderedDict()
        self._turn_locks = KeyedLocks()

    def __len__(self) -> int:
        return len(self._conversations)

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
            expected_version: The last `seq` the caller knows, 0 for a new conversation; None for any.
            request_id: Makes the append idempotent: a repeated id stores nothing and returns the first result. The last
                100 ids of a conversation are remembered.

        Returns:
            The conversation's version: the last `seq`.

        Raises:
            ConflictError: The conversation has another version.
            InvalidInputError: An argument is invalid; nothing was stored.
        """
        key = conversation_key(conversation_id, user)
        check_version(expected_version)
        if request_id is not None:
            check_id("request_id", request_id)
        prepared = prepare_messages(messages, clock=self._clock)
        return self.append_prepared(key, prepared, expected_version=expected_version, request_id=request_id)

    def append_prepared(
        self,
        key: str,
        prepared: Sequence[Message],
        *,
        expected_version: int | None = None,
        request_id: str | None = None,
    ) -> int:
        """Append prepared messages under a storage key and return the conversation's new version.

        Raises:
            ConflictError: The conversation has another version.
        """
        existing = self._get_unexpired(key)
        conversation = existing or _Conversation()
        if request_id is not None and request_id in conversation.requests:
            return conversation.requests[request_id][0]
        if expected_version is not None and expected_version != conversation.version:
            raise ConflictError(key=key.partition(":")[2], expected=expected_version, actual=conversation.version)
        conversation.updated_at = self._clock()
        if existing is None:
            conversation.created_at = conversation.updated_at
            self._conversations[key] = conversation
            self._evict_oldest()
        stored = tuple(
            with_store_fields(message, message.id, conversation.version + index, message.created_at)
            for index, message in enumerate(prepared, 1)
        )
        conversation.messages.extend(stored)
        conversation.version += len(prepared)
        del conversation.messages[: trim_start(conversation.messages, self._max_messages, len(prepared))]
        if request_id is not None:
            conversation.requests[request_id] = (conversation.version, stored)
            if len(conversation.requests) > MAX_REQUEST_IDS:
                conversation.requests.popitem(last=False)
        self._touch(key, conversation)
        return conversation.version

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
        """
        key = conversation_key(conversation_id, user)
        check_page(limit, before)
        return self.read(key, limit=limit, before=before)

    def read(
        self, key: str, *, limit: int | None = None, before: int | None = None, touch: bool = True
    ) -> list[Message]:
        """Return a page of the conversation under a storage key, oldest message first; with `touch` extend its TTL."""
        conversation = self._get_unexpired(key)
        if conversation is None:
            return []
        if touch:
            self._touch(key, conversation)
        return select_page(conversation.messages, limit, before)

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
        """
        key = conversation_key(conversation_id, user)
        return self.read_request(key, check_id("request_id", request_id))

    def read_request(self, key: str, request_id: str) -> list[Message]:
        """Return the messages appended under a request id to the conversation under a storage key."""
        conversation = self._get_unexpired(key)
        if conversation is None or request_id not in conversation.requests:
            return []
        self._touch(key, conversation)
        return list(conversation.requests[request_id][1])

    async def forget(self, conversation_id: str, *, user: str | None = None) -> bool:
        """Delete a conversation.

        Args:
            conversation_id: Conversation id.
            user: Owner of the conversation; None for no owner.

        Returns:
            Whether the conversation existed.

        Raises:
            InvalidInputError: An argument is invalid.
        """
        return self.delete(conversation_key(conversation_id, user))

    def version(self, key: str) -> int:
        """Return the last `seq` of the conversation under a storage key, 0 when there is none."""
        conversation = self._get_unexpired(key)
        return 0 if conversation is None else conversation.version

    def request_result(self, key: str, request_id: str | None) -> int | None:
        """Return the result of an earlier request with this id; None when there was none."""
        conversation = self._get_unexpired(key)
        if conversation is None or request_id is None or request_id not in conversation.requests:
            return None
        return conversation.requests[request_id][0]

    def seed(self, key: str, version: int, messages: Sequence[Message]) -> None:
        """Cache the newest messages of a conversation that another store holds.

        Args:
            key: Storage key of the conversation.
            version: The conversation's version in that store; 0 removes the cached copy.
            messages: Its newest messages, oldest first.
        """
        existing = self._get_unexpired(key)
        has_all = existing is not None and existing.version == version and len(existing.messages) >= len(messages)
        # After an undo elsewhere other messages may have brought the conversation to the same version.
        if existing is not None and has_all and (not messages or existing.messages[-1].id == messages[-1].id):
            return
        if not version:
            self._conversations.pop(key, None)
            return
        conversation = self._conversations[key] = _Conversation()
        if existing is not None:
            conversation.requests = existing.requests
        conversation.messages, conversation.version = list(messages), version
        self._evict_oldest()
        self._touch(key, conversation)

    def delete(self, key: str) -> bool:
        """Delete the conversation under a storage key and return whether it existed."""
        found = self._get_unexpired(key) is not None
        self._conversations.pop(key, None)
        return found

    def delete_owner(self, owner: str) -> None:
        """Delete all conversations of an owner."""
        for key in [key for key in self._conversations if key.startswith(f"{owner}:")]:
            del self._conversations[key]

    def list_conversations(
        self, owner: str, *, limit: int, before: ConversationInfo | None = None
    ) -> list[ConversationInfo]:
        """Return conversations of an owner, the last updated first; reads every conversation of this process."""
        names = [key for key in self._conversations if key.startswith(f"{owner}:")]
        found = [
            ConversationInfo(
                id=key.partition(":")[2],
                title=conversation.title,
                created_at=from_microseconds(round(conversation.created_at * 1_000_000)),
                updated_at=from_microseconds(round(conversation.updated_at * 1_000_000)),
                messages=len(conversation.messages),
            )
            for key in names
            if (conversation := self._get_unexpired(key)) is not None
        ]
        return select_newest(found, limit, before)

    def rename(self, key: str, title: str) -> bool:
        """Set the title of the conversation under a storage key and return whether it exists."""
        conversation = self._get_unexpired(key)
        if conversation is None:
            return False
        conversation.title = title
        return True

    def undo(self, key: str, turns: int) -> int | None:
        """Remove the newest turns of the conversation under a storage key; see `ConversationStore.undo`."""
        conversation = self._get_unexpired(key)
        if conversation is None:
            return None
        messages = conversation.messages
        starts = [index for index, message in enumerate(messages) if message.role == "user"][-turns:]
        if not starts:
            return conversation.version
        if not starts[0]:
            del self._conversations[key]
            return 0
        del messages[starts[0] :]
        conversation.version = messages[-1].seq
        conversation.updated_at = self._clock()
        for request_id in [name for name, (version, _) in conversation.requests.items() if version > messages[-1].seq]:
            del conversation.requests[request_id]
        self._touch(key, conversation)
        return conversation.version

    @contextlib.asynccontextmanager
    async def turn(self, conversation_id: str, *, user: str | None = None) -> AsyncGenerator[None]:
        """Hold a conversation for one turn; other turns of it in this process wait, first come, first served.

        Args:
            conversation_id: Conversation id.
            user: Owner of the conversation; None for no owner.

        Raises:
            InvalidInputError: An argument is invalid.
        """
        async with self._turn_locks.hold(conversation_key(conversation_id, user)):
            yield

    def _get_unexpired(self, key: str) -> _Conversation | None:
        """Return the conversation under a storage key, None when there is none or it has expired."""
        conversation = self._conversations.get(key)
        if conversation is not None and self._ttl is not None and self._monotonic() >= conversation.expires_at:
            del self._conversations[key]
            return None
        return conversation

    def _evict_oldest(self) -> None:
        """Evict the least recently used conversation when there are too many."""
        if len(self._conversations) > self._max_conversations:
            self._conversations.popitem(last=False)

    def _touch(self, key: str, conversation: _Conversation) -> None:
        """Mark a conversation as used now and extend its TTL."""
        self._conversations.move_to_end(key)
        if self._ttl is not None:
            conversation.expires_at = self._monotonic() + self._ttl
