"""An utterance as one folded line, for patterns, with the way back to its tokens."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from asyncassist.nlp.tokens import TokenizedText

# "one-way" and "one way" are one; so are "l'aller" and "l aller".
_IGNORED_TOKENS: Final = frozenset({"-", "'"})


class NormalizedText:
    """The folded tokens with single spaces between, hyphens and apostrophes left out.

    Args:
        text: The utterance.
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
        """The token that holds a character of the line."""
        return self._token_indices[bisect_right(self._token_offsets, offset) - 1]

    def token_span(self, match: re.Match[str], group: int | str = 0) -> tuple[int, int]:
        """The first and the last token of a match."""
        return self.token_at(match.start(group)), self.token_at(max(match.start(group), match.end(group) - 1))

    def find_matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], int, int]]:
        """Matches of a pattern with their first and last tokens."""
        for match in pattern.finditer(self.string):
            yield match, *self.token_span(match)
