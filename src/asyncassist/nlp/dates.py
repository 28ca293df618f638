"""Dates in an utterance: what day a traveller means, read against the day it was said.

Pure: no clock, no I/O. `today` is handed in.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from asyncassist._types import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.nlp.text import Text

Grain = Literal["day", "week", "weekend", "month", "year"]
PartOfDay = Literal["morning", "noon", "afternoon", "evening", "night"]
DateRole = Literal["departure", "return"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset(Value):
    """A distance from another date: "a week later" is 7 days, "a month later" one month.

    Attributes:
        days: Days.
        months: Months, of the calendar.
    """

    days: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSpan(Value):
    """A date that was said.

    Attributes:
        start: Offset of its first character in the text as given.
        end: Offset after its last character.
        value: The day, or the first day of a week, weekend, month, year or range.
        grain: How exactly it was said.
        alternatives: Other days the words may mean, likelier first; never the value itself.
        range_end: Last day of a range ("from 3 to 10 December") or of a grain wider than a day; None for one day.
        relative_to_departure: The words count from the departure ("a week later", "for ten days"). The value counts
            from the departure said in the same text, else from today: then `anchored` is False, and who knows the
            departure from elsewhere calls `after`.
        anchored: False only where `relative_to_departure` had no departure to count from.
        part_of_day: "morning", "noon", "afternoon", "evening" or "night" where it was said.
        role: What the words themselves say it is for ("returning on", "for ten days"), None where they do not.
        cycle: What the words left open and may be moved by: "week" ("Friday"), "month" ("the 14th"), "year"
            ("3 March"); None when the date was said whole or is relative to today.
    """

    start: int
    end: int
    value: dt.date
    grain: Grain = "day"
    alternatives: tuple[dt.date, ...] = ()
    range_end: dt.date | None = None
    relative_to_departure: Offset | None = None
    anchored: bool = True
    part_of_day: PartOfDay | None = None
    role: DateRole | None = None
    cycle: Literal["week", "month", "year"] | None = None


_ISO = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")


def find_dates(
    text: Text, *, language: str, region: str | None = None, today: dt.date, languages: Sequence[str] = ()
) -> list[DateSpan]:
    """The dates of an utterance, in order, without overlaps; empty if none was said.

    Args:
        text: The utterance.
        language: Its language, two letters: en, pt, es, fr, de or it.
        region: Country of the traveller, two letters; decides "03/04" in English (day first unless US). None: as most
            speakers of the language write; for English US.
        today: The day it was said, where the traveller is.
        languages: Further languages to try where the first gives nothing.
    """
    del language, region, today, languages  # written out whole: ISO 8601 needs none of them
    found = []
    for match in _ISO.finditer(text.raw):
        try:
            value = dt.date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            continue
        found.append(DateSpan(start=match.start(), end=match.end(), value=value))
    return found
