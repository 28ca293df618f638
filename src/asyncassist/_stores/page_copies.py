"""Copies of the newest messages of conversations, which a store validates instead of reading the messages again.

A copy is current as long as the conversation has its version and its last message: ids of messages are unique, and what
precedes a message never changes.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from asyncassist._stores.serialization import with_store_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist._types import Message

_MAX_COPIES = 500
_MAX_CHARACTERS = 32_000  # of one copy: 16 million in all
_MAX_MESSAGES = 100  # of one copy


class Copy(NamedTuple):
    """The newest messages of a conversation, oldest first, at least one, and their characters."""

    messages: tuple[Message, ...]
    size: int

    @property
    def last(self) -> tuple[int, str]:
        """The conversation's version, which is the last `seq`, and the id of the last message."""
        last = self.messages[-1]
        return last.seq, last.id or ""

    def page(self, before: int, limit: int) -> list[Message] | None:
        """Return a page of the conversation, None when the copy does not reach so far back.

        Args:
            before: Only messages with a lower `seq`.
            limit: Maximum number of messages, the newest ones.
        """
        first = self.messages[0].seq
        end = max(first, min(before, self.messages[-1].seq + 1))
        start = max(1, min(before, self.messages[-1].seq + 1) - limit)
        return None if start < first else list(self.messages[start - first : end - first])


class PageCopies:
    """Copies by conversation key; those used least recently are dropped first."""

    def __init__(self) -> None:
        self._copies: OrderedDict[str, Copy] = OrderedDict()

    def get(self, key: str) -> Copy | None:
        """Return the copy of a conversation, which is to be validated before use."""
        copy = self._copies.get(key)
        if copy is not None:
            self._copies.move_to_end(key)
        return copy

    def find_page(self, key: str, before: int, limit: int) -> tuple[tuple[int, str], list[Message]] | None:
        """Return a page of a copy, and the copy's version and last id; None when no copy holds the page."""
        copy = self.get(key)
        messages = None if copy is None else copy.page(before, limit)
        return None if copy is None or messages is None else (copy.last, messages)

    def put(self, key: str, messages: Sequence[Message]) -> None:
        """Replace the copy of a conversation by its newest messages.

        Too many or too large ones are not kept, nor any with metadata, which callers could change.
        """
        self._copies.pop(key, None)
        if messages and not any(message.metadata for message in messages):
            self._put(key, Copy(tuple(messages), sum(len(message.content) for message in messages)))

    def _put(self, key: str, copy: Copy) -> None:
        """Keep a copy unless it is too long or too large."""
        if len(copy.messages) <= _MAX_MESSAGES and copy.size <= _MAX_CHARACTERS:
            self._copies[key] = copy
            if len(self._copies) > _MAX_COPIES:
                self._copies.popitem(last=False)

    def extend(self, key: str, last: tuple[int, str] | None, appended: Sequence[Message]) -> None:
        """Bring a copy up to date after an append.

        Args:
            key: Key of the conversation.
            last: What the copy ended with when the messages were appended to it; None for a new conversation.
            appended: The messages.
        """
        copy = self._copies.pop(key, None)
        if (None if copy is None else copy.last) != last or any(message.metadata for message in appended):
            return
        start = 1 if last is None else last[0] + 1
        stored = [
            with_store_fields(message, message.id, seq, message.created_at)
            for seq, message in enumerate(appended, start)
        ]
        size = sum(len(message.content) for message in stored)
        if copy is None:
            self._put(key, Copy(tuple(stored), size))
            return
        # Half of it goes at once, so that most appends count the new messages alone.
        older, older_size = copy
        if len(older) + len(stored) > _MAX_MESSAGES:
            older = older[-_MAX_MESSAGES // 2 :]
            older_size = sum(len(message.content) for message in older)
        self._put(key, Copy((*older, *stored), older_size + size))

    def drop(self, key: str) -> None:
        """Drop the copy of a conversation."""
        self._copies.pop(key, None)

    def clear(self) -> None:
        """Drop all copies."""
        self._copies.clear()
