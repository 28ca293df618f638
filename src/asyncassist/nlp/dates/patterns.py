"""Pattern compiler of the date grammar: patterns over kinds of words, compiled to regular expressions.

The lexer (`asyncassist.nlp.dates.lexer`) assigns every word of an utterance a set of kinds: "march" is a MONTH, "next"
is a MOD, the German "Nacht" is both PART (part of the day) and UNIGHT (unit of time). Each set of kinds is one letter,
so that an utterance is a short string of letters and a pattern over kinds is a regular expression over that string. In
a pattern

- `MONTH` matches any word that may be of that kind, `D|ORD` a word of either, `( )` is a group;
- `?` makes the preceding element optional, `?+` makes it optional and possessive: no backtracking gives it up again;
- `day=D` and `day=(D|ORD)` name the matched word;
- `[ ]` encloses the words that belong to the date, if the pattern requires others around them;
- `<ON` and `<(ON|TO)` are lookbehinds: the previous word is one of these and is not consumed;
- `!COUNT` and `!(X|Y)` are negative lookaheads: the next word is none of these; `OTHER` is a word without a kind;
- `START` matches, without consuming anything, the beginning of the utterance;
- `END` matches, without consuming it, the end of the utterance or a punctuation mark that ends a clause.

There is no repetition, so that matching takes bounded time at each position and linear time in total.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

Kinds = frozenset[str]

_TOKEN: Final = re.compile(r"[A-Z][A-Z0-9]*|[a-z]\w*=|[()\[\]|?!<+]")
_OTHER_LETTER: Final = "x"
# Start of a private use area of Unicode: no letter from there is special to `re`.
_FIRST_CODE_POINT: Final = 0xE000


class Alphabet:
    """Mapping of each set of kinds that some word has to one letter."""

    def __init__(self) -> None:
        self._letters: dict[Kinds, str] = {frozenset(): _OTHER_LETTER}

    def letter_for(self, kinds: Iterable[str]) -> str:
        """Return the letter of words with exactly these kinds, assigning one at first use."""
        key = frozenset(kinds)
        found = self._letters.get(key)
        if found is None:
            found = self._letters[key] = chr(_FIRST_CODE_POINT + len(self._letters))
        return found

    def letters_with(self, kind: str) -> frozenset[str]:
        """Return the letters of all words that may be of this kind.

        Raises:
            KeyError: No word has this kind: it is misspelled in a pattern.
        """
        if kind == "OTHER":
            return frozenset(_OTHER_LETTER)
        found = frozenset(letter for kinds, letter in self._letters.items() if kind in kinds)
        if not found:
            raise KeyError(kind)
        return found


@dataclass(frozen=True, slots=True)
class KindPattern:
    """A compiled pattern.

    Attributes:
        regex: Regular expression over strings of letters.
        first_letters: Letters that a match can begin with.
        second_letters: Letters that can come second in a match.
        may_be_single: Whether a match may be one letter long.
    """

    regex: re.Pattern[str]
    first_letters: frozenset[str]
    second_letters: frozenset[str]
    may_be_single: bool

    def may_begin(self, pair: str) -> bool:
        """Return whether a match can begin with two letters, or with the last one of a text."""
        return pair[0] in self.first_letters and (
            self.may_be_single or (len(pair) > 1 and pair[1] in self.second_letters)
        )


@dataclass(frozen=True, slots=True)
class _Fragment:
    """Part of a pattern: its regular expression, and the lengths and first two letters of its matches."""

    regex: str
    first_letters: frozenset[str] = frozenset()
    second_letters: frozenset[str] = frozenset()
    nullable: bool = False  # can match the empty string
    single: bool = False  # can match one letter

    def then(self, following: _Fragment) -> _Fragment:
        """Return this part followed by another one."""
        first, second = self.first_letters, self.second_letters
        if self.nullable:
            first, second = first | following.first_letters, second | following.second_letters
        if self.single:
            second = second | following.first_letters
        return _Fragment(
            self.regex + following.regex,
            first,
            second,
            self.nullable and following.nullable,
            (self.single and following.nullable) or (self.nullable and following.single),
        )


class _Compiler:
    """Recursive-descent parser that compiles one pattern."""

    def __init__(self, source: str, alphabet: Alphabet) -> None:
        self._tokens = _TOKEN.findall(source)
        self._position = 0
        self._alphabet = alphabet

    def compile(self) -> KindPattern:
        part = self._parse_alternatives()
        return KindPattern(re.compile(part.regex), part.first_letters, part.second_letters, part.single)

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
        return _Fragment(
            "|".join(part.regex for part in parts),
            frozenset[str]().union(*(part.first_letters for part in parts)),
            frozenset[str]().union(*(part.second_letters for part in parts)),
            any(part.nullable for part in parts),
            any(part.single for part in parts),
        )

    def _parse_sequence(self) -> _Fragment:
        whole = _Fragment("", nullable=True)
        while self._peek() not in {"", ")", "]", "|"}:
            whole = whole.then(self._parse_element())
        return whole

    def _parse_element(self) -> _Fragment:
        element = self._advance()
        if element == "!":
            return _Fragment(f"(?!{self._parse_element().regex})", nullable=True)
        if element == "<":
            return _Fragment(f"(?<={self._parse_element().regex})", nullable=True)
        if element == "START":
            return _Fragment("^", nullable=True)
        if element == "END":
            signs = "".join(sorted(self._alphabet.letters_with("COMMA") | self._alphabet.letters_with("STOP")))
            dot = "".join(sorted(self._alphabet.letters_with("DOT")))
            return _Fragment(f"(?=$|[{signs}{dot}])", nullable=True)
        if element.endswith("="):
            inner = self._parse_element()
            return replace(inner, regex=f"(?P<{element[:-1]}>{inner.regex})")
        if element in "([":
            inner = self._parse_alternatives()
            self._advance()
            head = "(?P<span>" if element == "[" else "(?:"
            part = replace(inner, regex=f"{head}{inner.regex})")
        else:
            letters = self._alphabet.letters_with(element)
            part = _Fragment(f"[{''.join(sorted(letters))}]", letters, single=True)
        if self._peek() == "?":
            self._advance()
            part = replace(part, regex=f"(?:{part.regex})?", nullable=True)
            if self._peek() == "+":
                self._advance()
                part = replace(part, regex=part.regex + "+")
        return part


def compile_pattern(source: str, alphabet: Alphabet) -> KindPattern:
    """Compile a pattern in the notation of this module.

    Args:
        source: The pattern.
        alphabet: Alphabet in which the letters of all words are registered already.

    Raises:
        KeyError: The pattern names a kind that no word has.
    """
    return _Compiler(source, alphabet).compile()
