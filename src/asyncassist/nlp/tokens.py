"""An utterance cut into tokens, folded for look-ups, with every offset kept into the text as given.

What a token is:

- a run of letters of any script together with the accents written after them ("São" in NFC or NFD is one token);
- a run of decimal digits, apart from letters: "12th" is "12" and "th", "TP1234" is "TP" and "1234";
- any other visible character, alone: hyphens, apostrophes and signs ("one-way" is "one", "-", "way";
  "l'aéroport" is "l", "'", "aéroport"; "$450" is "$", "450"). An underscore is such a sign.

White space separates and is no token. Nothing else is lost: the tokens and the gaps between them are the whole text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final, NamedTuple

# Marks that continue a word: accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic, vowels of Devanagari
# and Thai, the joiner of emoji and their variation selectors.
_MARKS: Final = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1dc4-\u1dff\u20d0-\u20f0"
)
_TOKEN: Final = re.compile(rf"(?:[^\W\d_][{_MARKS}]*)+|\d+|\S")
_ACCENT: Final = re.compile("[\u0300-\u036f]+")
# Letters that Unicode does not take apart, and the apostrophes and dashes that people's keyboards make of ' and -.
_CHAR_REPLACEMENTS: Final = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h",
        "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
        "º": "o", "ª": "a", "°": "o",
    }
)  # fmt: skip


def normalize(text: str) -> str:
    """Caseless and without accents, for look-ups: "São" -> "sao", "GRÜSSE" and "Grüße" -> "grusse".

    Only the accents of the Latin kind go; letters and signs of other scripts stay. The length may change.
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", text.casefold().translate(_CHAR_REPLACEMENTS))
    return unicodedata.normalize("NFC", _ACCENT.sub("", apart))


class Token(NamedTuple):
    """A piece of an utterance.

    Attributes:
        start: Offset of its first character in the text as given.
        end: Offset after its last character.
        raw: As written: `text[start:end]`.
        folded: For look-ups: see `fold`.
    """

    start: int
    end: int
    raw: str
    folded: str


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """An utterance as given, and its tokens.

    Attributes:
        raw: As given.
        tokens: In order, without overlaps.
        words: The folded tokens.
    """

    raw: str
    tokens: tuple[Token, ...]
    words: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", tuple([token.folded for token in self.tokens]))

    @classmethod
    def from_text(cls, raw: str) -> TokenizedText:
        """Cut the text. Time is linear in its length."""
        if raw.isascii():
            lower = raw.lower()
            spans = [match.span() for match in _TOKEN.finditer(raw)]
            return cls(raw, tuple([Token(a, b, raw[a:b], lower[a:b]) for a, b in spans]))
        return cls(raw, tuple([Token(*m.span(), m[0], normalize(m[0])) for m in _TOKEN.finditer(raw)]))

    def is_adjacent(self, index: int) -> bool:
        """Whether the token follows the one before it without a gap: "th" in "12th"."""
        return index > 0 and self.tokens[index - 1].end == self.tokens[index].start

    def span_text(self, first: int, last: int) -> str:
        """The text as given from token `first` to token `last`, both included."""
        return self.raw[self.tokens[first].start : self.tokens[last].end]
