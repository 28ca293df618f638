"""An utterance as one folded line, for patterns, with the way back to its tokens."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from asyncassist.nlp.tokens import Text

# "one-way" and "one way" are one; so are "l'aller" and "l aller".
_DROPPED: Final = frozenset({"-", "'"})


class Flat:
    """The folded tokens with single spaces between, hyphens and apostrophes left out.

    Args:
        text: The utterance.
    """

    __slots__ = ("_starts", "_tokens", "line", "text")

    def __init__(self, text: Text) -> None:
        self.text = text
        self._starts: list[int] = []
        self._tokens: list[int] = []
        parts = []
        at = 0
        for index, word in enumerate(text.words):
            if word in _DROPPED:
                continue
            self._starts.append(at)
            self._tokens.append(index)
            parts.append(word)
            at += len(word) + 1
        self.line = " ".join(parts)

    def token(self, offset: int) -> int:
        """The token that holds a character of the line."""
        return self._tokens[bisect_right(self._starts, offset) - 1]

    def span(self, match: re.Match[str], group: int | str = 0) -> tuple[int, int]:
        """The first and the last token of a match."""
        return self.token(match.start(group)), self.token(max(match.start(group), match.end(group) - 1))

    def find(self, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], int, int]]:
        """Matches of a pattern with their first and last tokens."""
        for match in pattern.finditer(self.line):
            yield match, *self.span(match)
