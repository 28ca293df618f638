"""Patterns over kinds of words instead of words.

The lexer (`dates_lexicon`) gives every word of an utterance a set of kinds: "march" is a MONTH, "next" is NEXT, the
Spanish "mañana" is REL (tomorrow) and PART (morning) at once. Each set of kinds is one letter, so that an utterance is
a short string of letters and a pattern over kinds is a regular expression over that string. In a pattern

- `MONTH` is any word that may be of that kind, `D|ORD` either, `( )` a group;
- `?` after a piece makes it optional, `?+` too, but then it is taken wherever it stands;
- `day=D` keeps the place of the word under a name, `day=(D|ORD)` too;
- `[ ]` marks what belongs to the date where that is less than what must stand there;
- `<ON` and `<(ON|TO)` look behind: the word before is one of these, and is left alone;
- `!COUNT` and `!(X|Y)` look ahead: the next word is none of these; `OTHER` is a word of no kind;
- `END` is the end of the utterance, or a sign that closes a piece of it, which is left alone.

There is no repetition, so matching takes bounded time at each place and linear time in all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

Kinds = frozenset[str]

_PIECE: Final = re.compile(r"[A-Z][A-Z0-9]*|[a-z]\w*=|[()\[\]|?!<+]")
_OTHER: Final = "x"
# Letters from a private area of Unicode: none of them means anything to `re`.
_FIRST_LETTER: Final = 0xE000


class Alphabet:
    """One letter for each set of kinds that some word has."""

    def __init__(self) -> None:
        self._letters: dict[Kinds, str] = {frozenset(): _OTHER}

    def letter(self, kinds: Iterable[str]) -> str:
        """The letter of words with exactly these kinds."""
        key = frozenset(kinds)
        found = self._letters.get(key)
        if found is None:
            found = self._letters[key] = chr(_FIRST_LETTER + len(self._letters))
        return found

    def letters(self, kind: str) -> frozenset[str]:
        """The letters of all words that may be of this kind.

        Raises:
            KeyError: No word is of that kind: a slip of the pen in a pattern.
        """
        if kind == "OTHER":
            return frozenset(_OTHER)
        found = frozenset(letter for kinds, letter in self._letters.items() if kind in kinds)
        if not found:
            raise KeyError(kind)
        return found


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern ready for use.

    Attributes:
        regex: Over strings of letters.
        first: The letters it can begin with.
    """

    regex: re.Pattern[str]
    first: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Part:
    regex: str
    first: frozenset[str]
    empty: bool  # whether it can match nothing


class _Compiler:
    """Recursive descent over the pieces of one pattern."""

    def __init__(self, source: str, alphabet: Alphabet) -> None:
        self._pieces = _PIECE.findall(source)
        self._at = 0
        self._alphabet = alphabet

    def compile(self) -> Pattern:
        part = self._alternatives()
        return Pattern(re.compile(part.regex), part.first)

    def _peek(self) -> str:
        return self._pieces[self._at] if self._at < len(self._pieces) else ""

    def _take(self) -> str:
        self._at += 1
        return str(self._pieces[self._at - 1])

    def _alternatives(self) -> _Part:
        parts = [self._sequence()]
        while self._peek() == "|":
            self._take()
            parts.append(self._sequence())
        if len(parts) == 1:
            return parts[0]
        first = frozenset[str]().union(*(part.first for part in parts))
        return _Part("|".join(part.regex for part in parts), first, any(part.empty for part in parts))

    def _sequence(self) -> _Part:
        regex, first, empty = "", frozenset[str](), True
        while self._peek() not in {"", ")", "]", "|"}:
            part = self._piece()
            first |= part.first if empty else frozenset()
            empty = empty and part.empty
            regex += part.regex
        return _Part(regex, first, empty)

    def _piece(self) -> _Part:
        piece = self._take()
        if piece == "!":
            return _Part(f"(?!{self._piece().regex})", frozenset(), empty=True)
        if piece == "<":
            return _Part(f"(?<={self._piece().regex})", frozenset(), empty=True)
        if piece == "END":
            signs = "".join(sorted(self._alphabet.letters("COMMA") | self._alphabet.letters("STOP")))
            dot = "".join(sorted(self._alphabet.letters("DOT")))
            return _Part(f"(?=$|[{signs}{dot}])", frozenset(), empty=True)
        if piece.endswith("="):
            inner = self._piece()
            return _Part(f"(?P<{piece[:-1]}>{inner.regex})", inner.first, inner.empty)
        if piece in "([":
            inner = self._alternatives()
            self._take()
            head = "(?P<span>" if piece == "[" else "(?:"
            part = _Part(f"{head}{inner.regex})", inner.first, inner.empty)
        else:
            letters = self._alphabet.letters(piece)
            part = _Part(f"[{''.join(sorted(letters))}]", letters, empty=False)
        if self._peek() == "?":
            self._take()
            part = _Part(f"(?:{part.regex})?", part.first, empty=True)
            if self._peek() == "+":
                self._take()
                part = _Part(part.regex + "+", part.first, empty=True)
        return part


def compile_pattern(source: str, alphabet: Alphabet) -> Pattern:
    """A pattern in the notation of this module.

    Raises:
        KeyError: It names a kind that no word has.
    """
    return _Compiler(source, alphabet).compile()
