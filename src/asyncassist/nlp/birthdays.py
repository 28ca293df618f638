"""Birthdays on which a child comes to a fare age: "she turns 2 on 15 May". They are no days of travel."""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from asyncassist.languages.registry import PACKS
from asyncassist.nlp.dates.calendar_math import month_end
from asyncassist.nlp.followup.cues import fold_chars
from asyncassist.nlp.numbers import CARDINALS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.nlp.dates.parser import DateSpan

_MAX_AGE: Final = 17
# Characters between a birthday's words and its date.
_MAX_GAP: Final = 24
_CLAUSE_END: Final = re.compile(r"[.!?;\n]")
_COMMA_OR_END: Final = re.compile(r"[,.!?;\n]")


class Birthday(NamedTuple):
    """A birthday that a text mentions.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last one.
        age: Age in years that the child comes to.
        date: Its day, or the period it is in; None if the text names none.
    """

    start: int
    end: int
    age: int
    date: DateSpan | None


@functools.cache
def _pattern(language: str) -> tuple[re.Pattern[str], dict[str, int]]:
    """Return the pattern of a birthday, whose group "age" is the number, and the numbers in words."""
    numbers = {
        word: value
        for word, tails in CARDINALS[language].items()
        for tail, value in tails
        if not tail and 0 < value <= _MAX_AGE
    }
    age = rf"(?P<age>\d{{1,2}}|{'|'.join(sorted(numbers, key=len, reverse=True))})"
    return re.compile(rf"(?<!\w)(?:{PACKS[language].child_ages.becomes_age.replace('AGE', age)})"), numbers


def find_birthdays(text: str, language: str, dates: Sequence[DateSpan]) -> list[Birthday]:
    """Return the birthdays of a text, each with the nearest date of its clause.

    Args:
        text: The message.
        language: Two-letter code of its language.
        dates: Dates of the text, in order.
    """
    pattern, numbers = _pattern(language)
    folded = fold_chars(text)
    found = []
    for match in pattern.finditer(folded):
        age = numbers.get(match["age"]) or int(match["age"] if match["age"].isdecimal() else 0)
        if not 0 < age <= _MAX_AGE:
            continue
        date = _date_of(folded, match, dates)
        start, end = match.span()
        if date is None and any(span.start <= start and end <= span.end for span in dates):
            continue  # "faz dois anos" alone is a distance from today
        if date is not None:
            start, end = min(start, date.start), max(end, date.end)
        found.append(Birthday(start, end, age, date))
    return found


def _date_of(folded: str, match: re.Match[str], dates: Sequence[DateSpan]) -> DateSpan | None:
    """Return the date inside or right after the words of a birthday, else the one right before them."""
    age = match.span("age")
    for span in dates:
        if span.start == age[0] and span.end > match.end():  # "two in June" is no second of June
            first = span.value.replace(day=1)
            return dataclasses.replace(span, start=age[1], value=first, grain="month", range_end=month_end(first))
        if span.start < age[1] and age[0] < span.end:
            continue  # "faz dois anos" is no distance from today
        gap = folded[match.end() : span.start]
        if match.start() <= span.start and len(gap) <= _MAX_GAP and not _CLAUSE_END.search(gap):
            return span
    before = [span for span in dates if span.end <= match.start()]
    gap = folded[before[-1].end : match.start()] if before else ""
    return before[-1] if before and len(gap) <= _MAX_GAP and not _COMMA_OR_END.search(gap) else None
