"""Ages of children. An age, not the noun, decides between a child's and an infant's seat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from asyncassist.languages.registry import union_over_packs
from asyncassist.nlp.numbers import parse_number

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from asyncassist.nlp.tokens import TokenizedText

_YEARS: Final = union_over_packs(lambda pack: pack.child_ages.years)
MONTHS: Final = union_over_packs(lambda pack: pack.child_ages.months)
"""Units of an age in months."""
_UNITS: Final = _YEARS | MONTHS
_OLD: Final = union_over_packs(lambda pack: pack.child_ages.old)
# Words that may stand between the child and its age: "ein Kind mit 6 Jahren", "der Kleine (10 Monate)".
_FUNCTION_WORDS: Final = union_over_packs(lambda pack: pack.child_ages.links) | {"("}
# Words that mean a child if an age follows.
CHILD_HINTS: Final = union_over_packs(lambda pack: pack.child_ages.child_hints)
# Years from which a child needs a seat of its own; a younger one travels on a lap.
_MIN_CHILD_AGE: Final = 2
_ADULT_AGE: Final = 18
MAX_LOOKBACK: Final = 4
"""Tokens before an age that are searched for the child: "Kinder im Alter von 5"."""
# Words before an age that need neither a unit nor "old" after it: "children of 5", "bambini di 5".
_AGE_PREPOSITIONS: Final = union_over_packs(lambda pack: pack.child_ages.prepositions)
_HINT_PREPOSITIONS: Final = union_over_packs(lambda pack: pack.child_ages.hint_prepositions)
_CONJUNCTIONS: Final = union_over_packs(lambda pack: pack.child_ages.conjunctions)


class Age(NamedTuple):
    """Age of one child in a text.

    Attributes:
        first: First token.
        last: Last token, included.
        kind: "infant" below two years, else "child".
    """

    first: int
    last: int
    kind: Literal["child", "infant"]


def find_ages(text: TokenizedText, language: str, nouns: Container[str], claimed_tokens: Container[int]) -> list[Age]:
    """Return the ages of children, in order.

    Args:
        text: Tokenized text.
        language: Two letters.
        nouns: Nouns for children: an age needs one of them before it, "old" after it, or another age before it in a
            list.
        claimed_tokens: Tokens of other entities, such as dates.
    """
    words, found = text.words, list[Age]()
    for position in range(len(words)):
        number = None if position in claimed_tokens else parse_number(text.tokens, position, language)
        if number is None:
            continue
        value, size = number
        after = position + size + (position + size < len(words) and words[position + size] == "-")
        unit = words[after] if after < len(words) else ""
        end = after
        if after + 1 < len(words) and words[after + 1] in _OLD:
            end = after + 1
        elif after + 2 < len(words) and words[after + 1] == "-" and words[after + 2] in _OLD:
            end = after + 2
        known = _follows_child_noun(words, position, nouns)
        if (
            unit in _UNITS
            and value < (_ADULT_AGE if unit in _YEARS else 12 * _ADULT_AGE)
            and (end > after or known or _continues_list(words, position, found))
        ):
            years = value if unit in _YEARS else value // 12
            found.append(Age(position, end, "infant" if years < _MIN_CHILD_AGE else "child"))
        elif (
            position
            and words[position - 1] in _AGE_PREPOSITIONS
            and (
                known
                if words[position - 1] in _HINT_PREPOSITIONS
                else _follows_child_noun(words, position, nouns, hints=False)
            )
            and (not unit.isalnum() or unit in _CONJUNCTIONS)
            and value < _ADULT_AGE
        ):
            found.append(
                Age(position, position + size - 1, "infant" if value < _MIN_CHILD_AGE else "child")
            )  # "una nena de 4"
        elif (
            _continues_list(words, position, found)
            and (not unit.isalpha() or unit in _CONJUNCTIONS)
            and value < _ADULT_AGE
        ):
            found.append(
                Age(position, position + size - 1, "infant" if value < _MIN_CHILD_AGE else "child")
            )  # "los nenes de 5 y 10"
    return found


def _continues_list(words: Sequence[str], position: int, found: Sequence[Age]) -> bool:
    """Return whether the number continues a list of ages: another age stands before it, joined by "and" or a comma."""
    return bool(found) and found[-1].last == position - 2 and words[position - 1] in _CONJUNCTIONS | {","}


def _follows_child_noun(words: Sequence[str], position: int, nouns: Container[str], *, hints: bool = True) -> bool:
    """Return whether a noun for a child, or a word that can mean one, stands before the number, function words skipped.

    Args:
        words: Normalized words of the text.
        position: Token of the number.
        nouns: Nouns for children.
        hints: Whether words that only can mean a child count too.
    """
    for index in range(position - 1, max(-1, position - 1 - MAX_LOOKBACK), -1):
        if words[index] in nouns or (hints and words[index] in CHILD_HINTS):
            return True
        if words[index] not in _FUNCTION_WORDS:
            return False
    return False
