"""Search in conversations: what counts as a word, and the same answers over every store.

A message is found by its text when every word of the query occurs in it as a word. Words are runs of letters and
digits without regard to case, accents and width; in scripts that are written without blanks, each character is one.
Indexes hold keyed digests of words, never the words.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncassist.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncassist._types import Message

MAX_QUERY, MAX_WORDS = 1000, 32
"""Characters and words of a query, at most."""

# Thai, Lao, Khmer, kana and Han are written without blanks between words.
_UNSPACED = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_OLDEST = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """Message that a search found.

    Attributes:
        conversation_id: Conversation id.
        title: Title of the conversation; None without one.
        message: The message, with its `seq`.
    """

    conversation_id: str
    title: str | None
    message: Message


def fold(text: str) -> str:
    """Return a text without differences of case, accents and width."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in unicodedata.normalize("NFKD", plain) if unicodedata.category(char) != "Mn")


def split_words(text: str) -> frozenset[str]:
    """Return the different words of a text."""
    return frozenset(_WORD.findall(fold(text)))


def check_query(text: object) -> frozenset[str]:
    """Return the words of a query.

    Raises:
        InvalidInputError: The query is no text of at most 1000 characters with 1 to 32 words.
    """
    if not isinstance(text, str) or len(text) > MAX_QUERY:
        raise InvalidInputError("text", f"must be text of at most {MAX_QUERY} characters")
    words = split_words(text)
    if not 0 < len(words) <= MAX_WORDS:
        raise InvalidInputError("text", f"must hold 1 to {MAX_WORDS} different words")
    return words


def contains_words(text: str, words: frozenset[str]) -> bool:
    """Return whether all words occur in a text."""
    folded = fold(text)
    return all(word in folded for word in words) and words <= frozenset(_WORD.findall(folded))


def digest_words(words: Iterable[str], key: bytes) -> list[int]:
    """Return the keyed digests of words, of 48 bits each, in ascending order.

    Args:
        words: The words.
        key: Key of the owner, at most 64 bytes: without it, digests do not tell which words they stand for.
    """
    return sorted(
        int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=6, key=key).digest())
        for word in words
    )


def select_hits(found: Iterable[SearchHit], limit: int) -> list[SearchHit]:
    """Return hits, the newest message first; of one time, by descending conversation id and `seq`."""

    def place(hit: SearchHit) -> tuple[dt.datetime, str, int]:
        return hit.message.created_at or _OLDEST, hit.conversation_id, hit.message.seq

    return sorted(found, key=place, reverse=True)[:limit]
