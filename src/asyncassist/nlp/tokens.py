"""Tokenization of a text, with normalized forms for lookups and the offsets of the original text.

A token is one of:

- a run of letters of any script, including combining accents ("São" in NFC or NFD is one token);
- a run of decimal digits, separate from letters: "12th" is "12" and "th", "TP1234" is "TP" and "1234";
- any other visible character on its own: hyphens, apostrophes, signs and underscores ("one-way" is "one", "-", "way";
  "l'aéroport" is "l", "'", "aéroport"; "$450" is "$", "450").

White space separates tokens and is not a token itself. The tokens and the gaps between them make up the whole text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final, NamedTuple

# Combining marks that continue a word: accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic, vowel signs
# of Devanagari and Thai, the combining marks for symbols.
_MARKS: Final = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1dc4-\u1dff\u20d0-\u20f0"
)
_TOKEN: Final = re.compile(rf"(?:[^\W\d_][{_MARKS}]*)+|\d+|\S")
_ACCENT: Final = re.compile("[\u0300-\u036f]+")
# Letters that NFD does not decompose, and the typographic variants of the apostrophe and the hyphen.
_CHAR_REPLACEMENTS: Final = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h",
        "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
        "º": "o", "ª": "a", "°": "o",
    }
)  # fmt: skip


def lower_chars(text: str) -> str:
    """Return the text in lower case with the same length, so that offsets in one hold in the other.

    `str.lower` makes two characters of the capital I with a dot, of no other character.
    """
    return text.lower() if text.isascii() else text.replace("İ", "i").lower()


def normalize(text: str) -> str:
    """Return the text casefolded and without accents, for lookups: "São" -> "sao", "GRÜSSE" and "Grüße" -> "grusse".

    Only combining marks of the Latin kind are removed; letters and signs of other scripts stay. The length may change.
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", text.casefold().translate(_CHAR_REPLACEMENTS))
    return unicodedata.normalize("NFC", _ACCENT.sub("", apart))


class Token(NamedTuple):
    """Word, number or sign of a text.

    Attributes:
        start: Offset of the first character in the original text.
        end: Offset after the last character.
        raw: Original spelling: `text[start:end]`.
        folded: Normalized form for lookups, not empty; see `normalize`. An accent on its own stays as it is.
    """

    start: int
    end: int
    raw: str
    folded: str


# What the constructor of a named tuple calls, without its call.
_new_token: Final = tuple.__new__


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """Original text together with its tokens.

    Attributes:
        raw: Original text.
        tokens: Tokens in order, without overlaps.
        words: Normalized forms of the tokens.
    """

    raw: str
    tokens: tuple[Token, ...]
    words: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", tuple([token.folded for token in self.tokens]))

    @classmethod
    def from_text(cls, raw: str) -> TokenizedText:
        """Tokenize a text in time linear in its length."""
        if raw.isascii():
            # fast path: one lowered string is sliced with the same offsets
            lower = lower_chars(raw)
            spans = [match.span() for match in _TOKEN.finditer(raw)]
            return cls(raw, tuple([_new_token(Token, (a, b, raw[a:b], lower[a:b])) for a, b in spans]))
        rows = [(*match.span(), match[0], normalize(match[0]) or match[0]) for match in _TOKEN.finditer(raw)]
        return cls(raw, tuple([_new_token(Token, row) for row in rows]))

    def is_adjacent(self, index: int) -> bool:
        """Return whether no gap separates the token from the one before it: "th" in "12th"."""
        return index > 0 and self.tokens[index - 1].end == self.tokens[index].start

    def span_text(self, first: int, last: int) -> str:
        """Return the original text from token `first` to token `last`, both included."""
        return self.raw[self.tokens[first].start : self.tokens[last].end]
