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

_TOKEN: Final = re.compile(r"[A-Z][A-Z0-9]*|[a-z]\w*=|[()\[\]|?!<+]")
_OTHER_LETTER: Final = "x"
# Letters from a private area of Unicode: none of them means anything to `re`.
_FIRST_CODE_POINT: Final = 0xE000


class Alphabet:
    """One letter for each set of kinds that some word has."""

    def __init__(self) -> None:
        self._letters: dict[Kinds, str] = {frozenset(): _OTHER_LETTER}

    def letter_for(self, kinds: Iterable[str]) -> str:
        """The letter of words with exactly these kinds."""
        key = frozenset(kinds)
        found = self._letters.get(key)
        if found is None:
            found = self._letters[key] = chr(_FIRST_CODE_POINT + len(self._letters))
        return found

    def letters_with(self, kind: str) -> frozenset[str]:
        """The letters of all words that may be of this kind.

        Raises:
            KeyError: No word is of that kind: a slip of the pen in a pattern.
        """
        if kind == "OTHER":
            return frozenset(_OTHER_LETTER)
        found = frozenset(letter for kinds, letter in self._letters.items() if kind in kinds)
        if not found:
            raise KeyError(kind)
        return found


@dataclass(frozen=True, slots=True)
class KindPattern:
    """A pattern ready for use.

    Attributes:
        regex: Over strings of letters.
        first_letters: The letters it can begin with.
    """

    regex: re.Pattern[str]
    first_letters: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Fragment:
    regex: str
    first_letters: frozenset[str]
    nullable: bool  # whether it can match nothing


class _Compiler:
    """Recursive descent over the pieces of one pattern."""

    def __init__(self, source: str, alphabet: Alphabet) -> None:
        self._tokens = _TOKEN.findall(source)
        self._position = 0
        self._alphabet = alphabet

    def compile(self) -> KindPattern:
        part = self._parse_alternatives()
        return KindPattern(re.compile(part.regex), part.first_letters)

    def _peek(self) -> str:
        return self._tokens[self._position] if self._position < len(self._tokens) else ""

    def _advance(self) -> str:
        self._position += 1
        return str(self._tokens[self._position - 1])

    def _parse_alternatives(self) -> _Fragment:
        parts = [self._parse_sequence()]
        while self._peek() == "|":
            self._advance()
            parts.append(self._parse_sequence())
        if len(parts) == 1:
            return parts[0]
        first = frozenset[str]().union(*(part.first_letters for part in parts))
        return _Fragment("|".join(part.regex for part in parts), first, any(part.nullable for part in parts))

    def _parse_sequence(self) -> _Fragment:
        regex, first, nullable = "", frozenset[str](), True
        while self._peek() not in {"", ")", "]", "|"}:
            part = self._parse_element()
            first |= part.first_letters if nullable else frozenset()
            nullable = nullable and part.nullable
            regex += part.regex
        return _Fragment(regex, first, nullable)

    def _parse_element(self) -> _Fragment:
        element = self._advance()
        if element == "!":
            return _Fragment(f"(?!{self._parse_element().regex})", frozenset(), nullable=True)
        if element == "<":
            return _Fragment(f"(?<={self._parse_element().regex})", frozenset(), nullable=True)
        if element == "END":
            signs = "".join(sorted(self._alphabet.letters_with("COMMA") | self._alphabet.letters_with("STOP")))
            dot = "".join(sorted(self._alphabet.letters_with("DOT")))
            return _Fragment(f"(?=$|[{signs}{dot}])", frozenset(), nullable=True)
        if element.endswith("="):
            inner = self._parse_element()
            return _Fragment(f"(?P<{element[:-1]}>{inner.regex})", inner.first_letters, inner.nullable)
        if element in "([":
            inner = self._parse_alternatives()
            self._advance()
            head = "(?P<span>" if element == "[" else "(?:"
            part = _Fragment(f"{head}{inner.regex})", inner.first_letters, inner.nullable)
        else:
            letters = self._alphabet.letters_with(element)
            part = _Fragment(f"[{''.join(sorted(letters))}]", letters, nullable=False)
        if self._peek() == "?":
            self._advance()
            part = _Fragment(f"(?:{part.regex})?", part.first_letters, nullable=True)
            if self._peek() == "+":
                self._advance()
                part = _Fragment(part.regex + "+", part.first_letters, nullable=True)
        return part


def compile_pattern(source: str, alphabet: Alphabet) -> KindPattern:
    """A pattern in the notation of this module.

    Raises:
        KeyError: It names a kind that no word has.
    """
    return _Compiler(source, alphabet).compile()
