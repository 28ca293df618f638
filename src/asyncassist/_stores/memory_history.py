"""Sessions and conversations in this process: the store of tests, of one worker, and of an outage."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic
from asyncassist._stores.serialization import owner_of, prepare, stored
from asyncassist._validation import check_id, check_int, check_seconds, check_user
from asyncassist.errors import ConflictError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from asyncassist._types import Clock, Message

KEPT_REQUESTS = 100
"""Request ids that a conversation remembers."""


class Turns:
    """One at a time per key in this process, first come first served."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @contextlib.asynccontextmanager
    async def hold(self, key: str) -> AsyncGenerator[None]:
        """Hold the key while the block runs."""
        lock, holders = self._locks.get(key, (None, 0))
        lock = lock or asyncio.Lock()
        self._locks[key] = (lock, holders + 1)
        try:
            async with lock:
                yield
        finally:
            # The last one takes the lock away, so that conversations of the past hold no memory.
            holders = self._locks[key][1] - 1
            if holders:
                self._locks[key] = (lock, holders)
            else:
                del self._locks[key]


class _Conversation:
    """Messages kept, the last `seq` given, and what each remembered request returned."""

    __slots__ = ("expires", "messages", "requests", "version")

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.version = 0
        self.requests: OrderedDict[str, int] = OrderedDict()
        self.expires = 0.0


def check_conversation(conversation_id: str, user: str | None) -> str:
    """The key of a conversation: its owner and its id.

    Raises:
        InvalidInputError: One of them cannot be used.
    """
    check_id("conversation_id", conversation_id)
    if user is not None:
        check_user("user", user)
    return f"{owner_of(user)}:{conversation_id}"


def check_page(limit: int | None, before: int | None) -> None:
    """The arguments of `messages`.

    Raises:
        InvalidInputError: One of them is not a whole number from 0.
    """
    for name, value in (("limit", limit), ("before", before)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            raise InvalidInputError(name, "must be a whole number from 0, or None")


def check_version(expected_version: int | None) -> None:
    """The version that a caller expects.

    Raises:
        InvalidInputError: It is not a whole number from 0.
    """
    value = expected_version
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise InvalidInputError("expected_version", "must be a whole number from 0, or None")


def page(messages: Sequence[Message], limit: int | None, before: int | None) -> list[Message]:
    """The newest `limit` of the messages with a `seq` below `before`, oldest first."""
    found = [message for message in messages if before is None or message.seq < before]
    return found if limit is None else found[len(found) - min(limit, len(found)) :]


class MemoryHistory:
    """Conversations in this process; a `History`.

    Args:
        max_messages: Messages kept of one conversation; the oldest go first.
        max_conversations: Conversations kept; the one longest unused goes first.
        ttl: Seconds that an unused conversation is kept, None for as long as there is room.
        now: The clock.
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
        self._steady = monotonic(self._clock)
        self._kept: OrderedDict[str, _Conversation] = OrderedDict()
        self._turns = Turns()

    def __len__(self) -> int:
        return len(self._kept)

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
            expected_version: The last `seq` the caller knows, 0 for a new conversation; None for any.
            request_id: A repeated one stores nothing and returns what the first returned.

        Returns:
            The conversation's version: the last `seq`.

        Raises:
            ConflictError: The version is another.
            InvalidInputError: An argument cannot be used; nothing was stored.
        """
        key = check_conversation(conversation_id, user)
        check_version(expected_version)
        if request_id is not None:
            check_id("request_id", request_id)
        ready = prepare(messages, now=self._clock)
        return self.put(key, ready, expected_version=expected_version, request_id=request_id)

    def put(
        self, key: str, ready: Sequence[Message], *, expected_version: int | None = None, request_id: str | None = None
    ) -> int:
        """Store prepared messages under the key of a conversation; the version."""
        known = self._find(key)
        talk = known or _Conversation()
        if request_id is not None and request_id in talk.requests:
            return talk.requests[request_id]
        if expected_version is not None and expected_version != talk.version:
            raise ConflictError(key=key.partition(":")[2], expected=expected_version, actual=talk.version)
        if known is None:
            self._kept[key] = talk
            self._bound()
        talk.messages.extend(
            stored(message, message.id, talk.version + place, message.created_at)
            for place, message in enumerate(ready, 1)
        )
        talk.version += len(ready)
        del talk.messages[: -self._max_messages]
        if request_id is not None:
            talk.requests[request_id] = talk.version
            if len(talk.requests) > KEPT_REQUESTS:
                talk.requests.popitem(last=False)
        self._touch(key, talk)
        return talk.version

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
        """
        key = check_conversation(conversation_id, user)
        check_page(limit, before)
        return self.read(key, limit=limit, before=before)

    def read(self, key: str, *, limit: int | None = None, before: int | None = None) -> list[Message]:
        """Messages under the key of a conversation."""
        talk = self._find(key)
        if talk is None:
            return []
        self._touch(key, talk)
        return page(talk.messages, limit, before)

    async def forget(self, conversation_id: str, *, user: str | None = None) -> bool:
        """Delete a conversation.

        Returns:
            Whether there was one.

        Raises:
            InvalidInputError: An argument cannot be used.
        """
        return self.drop(check_conversation(conversation_id, user))

    def version(self, key: str) -> int:
        """The last `seq` under the key of a conversation, 0 without one."""
        talk = self._find(key)
        return 0 if talk is None else talk.version

    def answered(self, key: str, request_id: str | None) -> int | None:
        """What a request returned that was made before; None when it is new."""
        talk = self._find(key)
        return None if talk is None or request_id is None else talk.requests.get(request_id)

    def seed(self, key: str, version: int, messages: Sequence[Message]) -> None:
        """Take over the newest messages of a conversation that is kept elsewhere."""
        known = self._find(key)
        if known is not None and known.version == version and len(known.messages) >= len(messages):
            return
        if not version:
            self._kept.pop(key, None)
            return
        talk = self._kept[key] = _Conversation()
        if known is not None:
            talk.requests = known.requests
        talk.messages, talk.version = list(messages), version
        self._bound()
        self._touch(key, talk)

    def drop(self, key: str) -> bool:
        """Delete what is under the key of a conversation; whether there was something."""
        found = self._find(key) is not None
        self._kept.pop(key, None)
        return found

    @contextlib.asynccontextmanager
    async def turn(self, conversation_id: str, *, user: str | None = None) -> AsyncGenerator[None]:
        """Hold the conversation for one turn; others of this process wait, first come first served.

        Raises:
            InvalidInputError: An argument cannot be used.
        """
        async with self._turns.hold(check_conversation(conversation_id, user)):
            yield

    def _find(self, key: str) -> _Conversation | None:
        """The conversation, unless its time is over."""
        talk = self._kept.get(key)
        if talk is not None and self._ttl is not None and self._steady() >= talk.expires:
            del self._kept[key]
            return None
        return talk

    def _bound(self) -> None:
        """Drop the one longest unused when there are too many."""
        if len(self._kept) > self._max_conversations:
            self._kept.popitem(last=False)

    def _touch(self, key: str, talk: _Conversation) -> None:
        """It was used just now."""
        self._kept.move_to_end(key)
        if self._ttl is not None:
            talk.expires = self._steady() + self._ttl
