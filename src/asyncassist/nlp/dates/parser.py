"""Dates in an utterance: what day a traveller means, read against the day it was said.

Pure: no clock, no I/O. `today` is handed in. The reading rules stand at the head of `dates_rules`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, cast

from asyncassist._types import JSONSerializable
from asyncassist.nlp._gil import yield_gil
from asyncassist.nlp.dates.calendar_math import HOME, plus_days
from asyncassist.nlp.dates.composition import compose, compose_rules, may_compose, rolled
from asyncassist.nlp.dates.grammar import Rule, rules
from asyncassist.nlp.dates.lexer import SURE, TABLES, Atoms, lexicon
from asyncassist.nlp.dates.models import Found, Item, Reading, Setting
from asyncassist.nlp.dates.roles import Role, anchor, closes_talk, elsewhere, roles, without_occasions
from asyncassist.nlp.dates.rule_registry import moved
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    from collections.abc import Sequence


Grain = Literal["day", "week", "weekend", "month", "year"]
PartOfDay = Literal["morning", "noon", "afternoon", "evening", "night"]
DateRole = Literal["departure", "return"]

# Countries whose English writes the month first in figures.
_MONTH_FIRST: Final = frozenset({"US", "PH", "PR", "GU", "VI"})
# Words of an answer that is nothing but a date ("on the twelfth please"); in a longer one a bare number counts things.
_SHORT_ANSWER: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset(JSONSerializable):
    """A distance from another date: "a week later" is 7 days, "a month later" one month.

    Attributes:
        days: Days.
        months: Months, of the calendar.
    """

    days: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSpan(JSONSerializable):
    """A date that was said.

    A trip "from 3 to 10 December" is two spans, departure and return; a choice "between 3 and 10 December" is one span
    with a `range_end`.

    Attributes:
        start: Offset of its first character in the text as given.
        end: Offset after its last character.
        value: The day, or the first day of a week, weekend, month, year or range.
        grain: How exactly it was said.
        alternatives: Other days the words may mean, likelier first; never the value itself.
        range_end: Last day of a range or of a grain wider than a day; on a departure "from 3 to 10 December" the
            return. None for one day.
        relative_to_departure: The words count from the departure ("a week later", "for ten days"). The value counts
            from the departure said in the same text or handed in; without one from today, and `anchored` is False:
            who knows the departure from elsewhere calls `after`.
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

    def after(self, departure: dt.date) -> DateSpan:
        """The same words read as a return from a departure on that day.

        A distance counts from it; what was left open becomes the first such day on or after it; a date said whole
        stays, even where it lies before.
        """
        if self.relative_to_departure is not None:
            offset = self.relative_to_departure
            value: dt.date | None = moved(departure, offset.days, offset.months)
        else:
            value = rolled(self.value, self.cycle, departure)
        if value is None or value == self.value:
            return replace(self, anchored=True)
        shift = (value - self.value).days
        end = None if self.range_end is None else plus_days(self.range_end, shift)
        return replace(self, value=value, range_end=end, alternatives=(), anchored=True)


def find_dates(
    text: TokenizedText,
    *,
    language: str,
    region: str | None = None,
    today: dt.date,
    languages: Sequence[str] = (),
    expected: bool = False,
    departure: dt.date | None = None,
) -> list[DateSpan]:
    """The dates of an utterance, in order, without overlaps; empty if none was said.

    Args:
        text: The utterance.
        language: Its language, two letters: en, pt, es, fr, de or it.
        region: Country of the traveller, two letters; decides "03/04" in English (day first unless US) and which day
            a holiday is. None: as most speakers of the language write; for English US.
        today: The day it was said, where the traveller is.
        languages: Further languages to try, in order, where the first gives nothing; of these only dates with a word
            that means nothing else.
        expected: A date was just asked for: a bare number, ordinal, short weekday or month is one.
        departure: Departure known from before, which a return counts from where the text names none.

    Returns:
        Spans by their start. "For ten days" is one only where there is a departure to count from.
    """
    spans = _read(text, language, region, today, expected=expected, departure=departure)
    words = text.words if languages and not spans else ()
    for other in languages:
        if spans:
            break
        if other != language and other in TABLES and not lexicon(other).sure.isdisjoint(words):
            spans = _read(text, other, region, today, expected=False, departure=departure, sure=True)
    return spans


def warm_up() -> None:
    """Read the tables and patterns of all languages now (a sixth of a second) instead of at the first utterance."""
    for language in TABLES:
        find_dates(TokenizedText.from_text("1"), language=language, today=dt.date(2000, 1, 1), expected=True)
    compose_rules()


def _read(
    text: TokenizedText, language: str, region: str | None, today: dt.date, *,
    expected: bool, departure: dt.date | None, sure: bool = False,
) -> list[DateSpan]:  # fmt: skip
    if language not in TABLES:
        return []
    country = (region or HOME[language]).upper()
    setting = Setting(today, language, country, expected)
    usual, wide = rules()
    atoms = Atoms(text, lexicon(language), month_first=language == "en" and country in _MONTH_FIRST)
    yield_gil()
    items = _match(atoms, usual, setting)
    if not items and expected and len(atoms) <= _SHORT_ANSWER:
        items = _match(atoms, wide, setting)
    yield_gil()
    if elsewhere(atoms) or not (items or may_compose(atoms)):
        return []
    items = [item for item in compose(atoms, items, setting) if item.reading.sort != "dropped"]
    items = [item for item in items if not closes_talk(atoms, item)]
    items = without_occasions(atoms, items)
    if sure:
        items = [item for item in items if _is_sure(atoms, item)]
    return _spans(atoms, items, departure)


def _is_sure(atoms: Atoms, item: Item) -> bool:
    return any(atoms.meanings[place].keys() & SURE for place in range(item.first, item.last + 1))


def _match(atoms: Atoms, by_letter: dict[str, tuple[Rule, ...]], setting: Setting) -> list[Item]:
    """The dates of the grammar, left to right; the longest match wins, the earlier rule among equals."""
    items: list[Item] = []
    letters, at = atoms.letters, 0
    while at < len(letters):
        best: list[Item] = []
        best_end = at
        for rule in by_letter.get(letters[at], ()):
            match = rule.pattern.regex.match(letters, at)
            if match is None or match.end() <= best_end:
                continue
            found = Found(match, atoms, setting)
            result = rule.action(found)
            if result:
                best = [Item(*found.span, result)] if isinstance(result, Reading) else result
                best_end = match.end()
        items += best
        at = best[-1].last + 1 if best else at + 1
    return items


def _spans(atoms: Atoms, items: list[Item], departure: dt.date | None) -> list[DateSpan]:
    found = roles(atoms, items)
    readings = anchor([item.reading for item in items], found, departure)
    known = departure is not None or any(item.reading.sort not in {"later", "duration"} for item in items)
    spans = []
    for item, reading, role in zip(items, readings, found, strict=True):
        if reading.sort == "duration" and not known:
            continue
        spans.append(_span(atoms, item, reading, role, known=known))
    return spans


def _span(atoms: Atoms, item: Item, reading: Reading, role: Role | None, *, known: bool) -> DateSpan:
    tokens = atoms.text.tokens
    counted = reading.sort in {"later", "duration"}
    return DateSpan(
        start=tokens[atoms.first[item.first]].start,
        end=tokens[atoms.last[item.last]].end,
        value=reading.value,
        grain=reading.grain,
        alternatives=reading.alternatives,
        range_end=reading.end,
        relative_to_departure=Offset(days=reading.days, months=reading.months) if counted else None,
        anchored=known or not counted,
        part_of_day=cast("PartOfDay | None", reading.part or _glued_part(atoms, item)),
        role=role,
        cycle=reading.cycle,
    )


def _glued_part(atoms: Atoms, item: Item) -> str | None:
    """The part of day inside a word ("Freitagabend")."""
    meanings = atoms.meanings[item.first : item.last + 1]
    return next((meaning["WPART"] for meaning in meanings if "WPART" in meaning), None)
