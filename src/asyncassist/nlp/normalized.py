"""Normalized text as one string for regular expressions, with a mapping from offsets back to tokens."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from asyncassist.nlp.tokens import TokenizedText

# Left out so that one pattern matches "one-way" and "one way", "l'aller" and "l aller".
_IGNORED_TOKENS: Final = frozenset({"-", "'"})


class NormalizedText:
    """Normalized tokens joined by single spaces, without hyphens and apostrophes.

    Args:
        text: Tokenized text.

    Attributes:
        string: String to search.
        text: Tokenized text.
    """

    __slots__ = ("_token_indices", "_token_offsets", "string", "text")

    def __init__(self, text: TokenizedText) -> None:
        self.text = text
        self._token_offsets: list[int] = []
        self._token_indices: list[int] = []
        parts = []
        position = 0
        for index, word in enumerate(text.words):
            if word in _IGNORED_TOKENS:
                continue
            self._token_offsets.append(position)
            self._token_indices.append(index)
            parts.append(word)
            position += len(word) + 1
        self.string = " ".join(parts)

    def token_at(self, offset: int) -> int:
        """Return the index of the token that holds the character at an offset of `string`."""
        return self._token_indices[bisect_right(self._token_offsets, offset) - 1]

    def token_span(self, match: re.Match[str], group: int | str = 0) -> tuple[int, int]:
        """Return the first and the last token of a match or of one of its groups."""
        return self.token_at(match.start(group)), self.token_at(max(match.start(group), match.end(group) - 1))

    def find_matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], int, int]]:
        """Yield the matches of a pattern with their first and last tokens."""
        for match in pattern.finditer(self.string):
            yield match, *self.token_span(match)
