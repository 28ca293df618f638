"""How old children are: the age, and no word, decides whether a seat is a child's or an infant's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from asyncassist.nlp.numbers import read_number

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from asyncassist.nlp.tokens import Text

_YEARS: Final = frozenset(
    {
        "anito", "anitos", "year", "years", "yr", "yrs", "yo", "ano", "anos", "an", "ans", "jahr", "jahre", "jahren",
        "jahrige",
        "jahriger", "jahriges", "jahrigen", "anno", "anni",
    }
)  # fmt: skip
_MONTHS: Final = frozenset(
    {"month", "months", "mo", "mes", "meses", "mois", "monat", "monate", "monaten", "mese", "mesi"}
)
_UNITS: Final = _YEARS | _MONTHS
_OLD: Final = frozenset({"old", "olds", "yo", "alte", "alten", "alter", "altes"})
# Between the child and its age: "ein Kind mit 6 Jahren", "der Kleine (10 Monate)".
_SMALL: Final = frozenset({"of", "de", "d", "di", "da", "von", "mit", "com", "con", "aged", "age", "im", "alter", "("})
# Who is little: a child where an age says so.
LITTLE: Final = frozenset(
    {
        "petit", "petite", "petits", "petites", "pequeno", "pequena", "peque", "kleine", "kleiner", "kleinen",
        "piccolo", "piccola", "one", "otro", "otra", "outro", "outra", "autre", "altro", "altra", "anderes", "uno",
        "una", "junge", "madchen", "garcon",
    }
)  # fmt: skip
# From this age on a seat of one's own; before it a lap.
_SEAT: Final = 2
_GROWN: Final = 18
_REACH: Final = 3
_AND: Final = frozenset({"y", "e", "and", "et", "und"})


class Age(NamedTuple):
    """An age in a text: tokens `first` to `last`, both included, and whose it is."""

    first: int
    last: int
    kind: Literal["child", "infant"]


def find_ages(text: Text, language: str, nouns: Container[str], taken: Container[int]) -> list[Age]:
    """The ages of children, in order.

    Args:
        text: The text.
        language: Two letters.
        nouns: Words for people: one of them stands before an age, unless "old" stands behind it.
        taken: Tokens that are dates and the like.
    """
    words, found = text.words, list[Age]()
    for at in range(len(words)):
        number = None if at in taken else read_number(text.tokens, at, language)
        if number is None:
            continue
        value, size = number
        after = at + size + (at + size < len(words) and words[at + size] == "-")
        unit = words[after] if after < len(words) else ""
        end = after
        if after + 1 < len(words) and words[after + 1] in _OLD:
            end = after + 1
        elif after + 2 < len(words) and words[after + 1] == "-" and words[after + 2] in _OLD:
            end = after + 2
        known = _of_child(words, at, nouns)
        if (
            unit in _UNITS
            and value < (_GROWN if unit in _YEARS else 12 * _GROWN)
            and (end > after or known or _goes_on(words, at, found))
        ):
            years = value if unit in _YEARS else value // 12
            found.append(Age(at, end, "infant" if years < _SEAT else "child"))
        elif known and at and words[at - 1] == "de" and (not unit.isalnum() or unit in _AND) and value < _GROWN:
            found.append(Age(at, at + size - 1, "infant" if value < _SEAT else "child"))  # "una nena de 4"
        elif _goes_on(words, at, found) and not unit.isalpha() and value < _GROWN:
            found.append(Age(at, at + size - 1, "infant" if value < _SEAT else "child"))  # "los nenes de 5 y 10"
    return found


def _goes_on(words: Sequence[str], at: int, found: Sequence[Age]) -> bool:
    """Whether an age stands right before, joined by "and" or a comma."""
    return bool(found) and found[-1].last == at - 2 and words[at - 1] in _AND | {","}


def _of_child(words: Sequence[str], at: int, nouns: Container[str]) -> bool:
    """Whether a word for a child stands right before an age, small words skipped."""
    for index in range(at - 1, max(-1, at - 1 - _REACH), -1):
        if words[index] in nouns or words[index] in LITTLE:
            return True
        if words[index] not in _SMALL:
            return False
    return False
