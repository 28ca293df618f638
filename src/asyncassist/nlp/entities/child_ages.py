"""Ages of children. An age, not the noun, decides between an adult's, a child's and an infant's seat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from asyncassist.languages.registry import union_over_packs
from asyncassist.nlp import passenger_words
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
_FUNCTION_WORDS: Final = union_over_packs(lambda pack: pack.child_ages.links) | frozenset("(,'")
# Words that mean a child if an age follows.
CHILD_HINTS: Final = union_over_packs(lambda pack: pack.child_ages.child_hints)
MIN_CHILD_AGE: Final = 2
"""Years from which a child needs a seat of its own; a younger one travels on a lap."""
MIN_ADULT_AGE: Final = 12
"""Years from which airlines take an adult's fare."""
# From this age on a traveller is not called a child.
_MAX_AGE: Final = 18
MAX_LOOKBACK: Final = 4
"""Tokens before an age that are searched for the child: "Kinder im Alter von 5"."""
# Words before an age that need neither a unit nor "old" after it: "children of 5", "bambini di 5".
_AGE_PREPOSITIONS: Final = union_over_packs(lambda pack: pack.child_ages.prepositions)
_HINT_PREPOSITIONS: Final = union_over_packs(lambda pack: pack.child_ages.hint_prepositions)
_CONJUNCTIONS: Final = union_over_packs(lambda pack: pack.child_ages.conjunctions)
AGE_WORDS: Final = _UNITS | _AGE_PREPOSITIONS
"""Words of an age in a list of people: "a son of 15"."""
# Signs between the children and their ages: "two kids (4 and 9)", "the kids - 15, 8".
_OPENERS: Final = frozenset("(-:,")
# What may stand between the ages of a list: "one of 9 and the other of 1".
_BETWEEN_AGES: Final = (
    _CONJUNCTIONS | CHILD_HINTS | _AGE_PREPOSITIONS | passenger_words.INDEFINITE_ARTICLES | frozenset({","})
)
_MAX_BETWEEN_AGES: Final = 4
_HALF: Final = "½"


class Age(NamedTuple):
    """Age of one child in a text.

    Attributes:
        first: First token.
        last: Last token, included.
        kind: "infant" below 2 years, "child" below 12, else "adult".
    """

    first: int
    last: int
    kind: Literal["adult", "child", "infant"]


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
        known = _follows_child_noun(words, position, nouns) or _continues_list(words, position, found)
        age = _age_with_unit(words, position, position + size, value, known=known)
        if age is None and value < _MAX_AGE and _is_age_alone(words, position, position + size, nouns, found):
            age = Age(position, position + size - 1, kind_of_age(value))
        if age is not None:
            found.append(age)
    return found


def kind_of_age(years: int) -> Literal["adult", "child", "infant"]:
    """Return the kind of passenger of an age."""
    return "infant" if years < MIN_CHILD_AGE else "child" if years < MIN_ADULT_AGE else "adult"


def joins_ages(words: Sequence[str], last: int, first: int) -> bool:
    """Return whether the words between two ages only join them: "9 and the other of 1".

    Args:
        words: Normalized words of the text.
        last: Last token of the earlier age.
        first: First token of the later one.
    """
    between = words[last + 1 : first]
    return 0 < len(between) <= _MAX_BETWEEN_AGES and all(word in _BETWEEN_AGES for word in between)


def _age_with_unit(words: Sequence[str], position: int, after: int, value: int, *, known: bool) -> Age | None:
    """Return an age in years or months: "5 years old", "a child of 18 months"; None if the number is none.

    Args:
        words: Normalized words of the text.
        position: Token of the number.
        after: Token after it.
        value: The number.
        known: Whether the words before it show that a child's age follows.
    """
    after += after < len(words) and words[after] in {"-", _HALF}
    unit = words[after] if after < len(words) else ""
    if unit not in _UNITS or value >= (_MAX_AGE if unit in _YEARS else 12 * _MAX_AGE):
        return None
    end = _end_of_age(words, after)
    if end > after or known:
        return Age(position, end, kind_of_age(value if unit in _YEARS else value // 12))
    return None


def _end_of_age(words: Sequence[str], unit: int) -> int:
    """Return the last token of an age: its unit, or the "old" after it, with or without a hyphen."""
    following = words[unit + 1 : unit + 3]
    if following and following[0] in _OLD:
        return unit + 1
    return unit + 2 if len(following) > 1 and following[0] == "-" and following[1] in _OLD else unit


def _is_age_alone(words: Sequence[str], position: int, after: int, nouns: Container[str], found: Sequence[Age]) -> bool:
    """Return whether a number without a unit is an age: "una nena de 4", "los nenes de 5 y 10", "kids (4 and 9)"."""
    after += after < len(words) and words[after] in {"-", _HALF}
    following = words[after] if after < len(words) else ""
    before = words[position - 1] if position else ""
    if before in _OPENERS and position > 1 and words[position - 2] in nouns:
        ends_list = following == ")" or (before in "-:" and not following.isalnum())
        return ends_list or following == "," or following in _CONJUNCTIONS
    if before in _AGE_PREPOSITIONS and _follows_child_noun(words, position, nouns, hints=before in _HINT_PREPOSITIONS):
        return not following.isalnum() or following in _CONJUNCTIONS
    return _continues_list(words, position, found) and (not following.isalpha() or following in _CONJUNCTIONS)


def _continues_list(words: Sequence[str], position: int, found: Sequence[Age]) -> bool:
    """Return whether the number continues a list of ages: another age stands before it, joined by "and" or a comma."""
    return bool(found) and joins_ages(words, found[-1].last, position)


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
