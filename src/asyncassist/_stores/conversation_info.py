"""Lists of conversations: what is known of each without its messages, and pages of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncassist._stores.serialization import owner_digest
from asyncassist._validation import check_user
from asyncassist.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_TITLE = 200
"""Characters of a title, at most."""
MAX_LISTED = 1000
"""Conversations of one page, at most."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationInfo:
    """Conversation in a list.

    Attributes:
        id: Conversation id.
        title: Title that `rename` gave it; None until then.
        created_at: Time of the first append.
        updated_at: Time of the last append or undo.
        messages: Number of messages stored.
    """

    id: str
    title: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    messages: int


def to_microseconds(time: dt.datetime) -> int:
    """Return the microseconds since the epoch."""
    return (time - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> dt.datetime:
    """Return the time that many microseconds after the epoch."""
    return _EPOCH + count * _MICROSECOND


def check_title(title: object) -> str:
    """Return a title: 1 to 200 printable characters, not only blanks.

    Raises:
        InvalidInputError: The title is anything else.
    """
    if not isinstance(title, str) or not 0 < len(title) <= MAX_TITLE or not title.isprintable() or title.isspace():
        raise InvalidInputError("title", f"must be 1 to {MAX_TITLE} printable characters, not only blanks")
    return title


def check_list(user: object, limit: object, before: object) -> str:
    """Return the owner of a list of conversations: the digest of a user.

    Raises:
        InvalidInputError: An argument is invalid. Conversations without an owner are never listed.
    """
    owner = owner_digest(check_user("user", user))
    check_count("limit", limit)
    if before is not None and not isinstance(before, ConversationInfo):
        raise InvalidInputError("before", "must be the last ConversationInfo of the page before, or None")
    return owner


def check_count(field: str, value: object) -> int:
    """Return a whole number from 1 to 1000.

    Raises:
        InvalidInputError: The value is anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MAX_LISTED:
        raise InvalidInputError(field, f"must be a whole number from 1 to {MAX_LISTED}")
    return value


def select_newest(
    found: Iterable[ConversationInfo], limit: int, before: ConversationInfo | None
) -> list[ConversationInfo]:
    """Return a page of conversations, the last updated first; of one time, by descending id.

    Args:
        found: Conversations in any order.
        limit: Conversations of the page, at most.
        before: The last one of the page before; None for the first page.
    """
    older = [info for info in found if before is None or _place(info) < _place(before)]
    return sorted(older, key=_place, reverse=True)[:limit]


def _place(info: ConversationInfo) -> tuple[dt.datetime, str]:
    """Return what the order of conversations follows."""
    return info.updated_at, info.id
