"""Dates in an utterance: what day a traveller means, read against the day it was said.

Pure: no clock, no I/O. `today` is handed in. The reading rules stand at the head of `dates_rules`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, cast

from asyncassist._types import JSONSerializable
from asyncassist.nlp._gil import yield_gil
from asyncassist.nlp.dates.calendar_math import DEFAULT_COUNTRIES, plus_days
from asyncassist.nlp.dates.composition import compile_composition_rules, compose_dates, may_compose, next_occurrence
from asyncassist.nlp.dates.grammar import DateRule, compile_rules
from asyncassist.nlp.dates.lexer import DATE_LEXICONS, UNAMBIGUOUS_KINDS, LexedText, get_lexicon_index
from asyncassist.nlp.dates.models import DateContext, DateReading, ReadingSpan, RuleMatch
from asyncassist.nlp.dates.roles import (
    TripDateRole,
    assign_date_roles,
    is_not_travel,
    is_small_talk,
    resolve_relative,
    without_occasions,
)
from asyncassist.nlp.dates.rule_registry import plus_offset
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    from collections.abc import Sequence


Grain = Literal["day", "week", "weekend", "month", "year"]
PartOfDay = Literal["morning", "noon", "afternoon", "evening", "night"]
DateRole = Literal["departure", "return"]

# Countries whose English writes the month first in figures.
_MONTH_FIRST_COUNTRIES: Final = frozenset({"US", "PH", "PR", "GU", "VI"})
# Words of an answer that is nothing but a date ("on the twelfth please"); in a longer one a bare number counts things.
_SHORT_ANSWER_WORDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DateOffset(JSONSerializable):
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
            who knows the departure from elsewhere calls `resolve_after`.
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
    relative_to_departure: DateOffset | None = None
    anchored: bool = True
    part_of_day: PartOfDay | None = None
    role: DateRole | None = None
    cycle: Literal["week", "month", "year"] | None = None

    def resolve_after(self, departure: dt.date) -> DateSpan:
        """The same words read as a return from a departure on that day.

        A distance counts from it; what was left open becomes the first such day on or after it; a date said whole
        stays, even where it lies before.
        """
        if self.relative_to_departure is not None:
            offset = self.relative_to_departure
            value: dt.date | None = plus_offset(departure, offset.days, offset.months)
        else:
            value = next_occurrence(self.value, self.cycle, departure)
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
    spans = _find_in_language(text, language, region, today, expected=expected, departure=departure)
    words = text.words if languages and not spans else ()
    for other in languages:
        if spans:
            break
        if (
            other != language
            and other in DATE_LEXICONS
            and not get_lexicon_index(other).unambiguous_words.isdisjoint(words)
        ):
            spans = _find_in_language(
                text, other, region, today, expected=False, departure=departure, unambiguous_only=True
            )
    return spans


def warm_up() -> None:
    """Read the tables and patterns of all languages now (a sixth of a second) instead of at the first utterance."""
    for language in DATE_LEXICONS:
        find_dates(TokenizedText.from_text("1"), language=language, today=dt.date(2000, 1, 1), expected=True)
    compile_composition_rules()


def _find_in_language(
    text: TokenizedText, language: str, region: str | None, today: dt.date, *,
    expected: bool, departure: dt.date | None, unambiguous_only: bool = False,
) -> list[DateSpan]:  # fmt: skip
    if language not in DATE_LEXICONS:
        return []
    country = (region or DEFAULT_COUNTRIES[language]).upper()
    context = DateContext(today, language, country, expected)
    default_rules, all_rules = compile_rules()
    lexed = LexedText(
        text, get_lexicon_index(language), month_first=language == "en" and country in _MONTH_FIRST_COUNTRIES
    )
    yield_gil()
    items = _match_rules(lexed, default_rules, context)
    if not items and expected and len(lexed) <= _SHORT_ANSWER_WORDS:
        items = _match_rules(lexed, all_rules, context)
    yield_gil()
    if is_not_travel(lexed) or not (items or may_compose(lexed)):
        return []
    items = [item for item in compose_dates(lexed, items, context) if item.reading.form != "dropped"]
    items = [item for item in items if not is_small_talk(lexed, item)]
    items = without_occasions(lexed, items)
    if unambiguous_only:
        items = [item for item in items if _is_unambiguous(lexed, item)]
    return _build_spans(lexed, items, departure)


def _is_unambiguous(lexed: LexedText, item: ReadingSpan) -> bool:
    return any(lexed.meanings[position].keys() & UNAMBIGUOUS_KINDS for position in range(item.first, item.last + 1))


def _match_rules(
    lexed: LexedText, rules_by_letter: dict[str, tuple[DateRule, ...]], context: DateContext
) -> list[ReadingSpan]:
    """The dates of the grammar, left to right; the longest match wins, the earlier rule among equals."""
    items: list[ReadingSpan] = []
    letters, position = lexed.letters, 0
    while position < len(letters):
        best: list[ReadingSpan] = []
        best_end = position
        for rule in rules_by_letter.get(letters[position], ()):
            match = rule.pattern.regex.match(letters, position)
            if match is None or match.end() <= best_end:
                continue
            rule_match = RuleMatch(match, lexed, context)
            result = rule.action(rule_match)
            if result:
                best = [ReadingSpan(*rule_match.span, result)] if isinstance(result, DateReading) else result
                best_end = match.end()
        items += best
        position = best[-1].last + 1 if best else position + 1
    return items


def _build_spans(lexed: LexedText, items: list[ReadingSpan], departure: dt.date | None) -> list[DateSpan]:
    date_roles = assign_date_roles(lexed, items)
    readings = resolve_relative([item.reading for item in items], date_roles, departure)
    has_departure = departure is not None or any(item.reading.form not in {"later", "duration"} for item in items)
    spans = []
    for item, reading, role in zip(items, readings, date_roles, strict=True):
        if reading.form == "duration" and not has_departure:
            continue
        spans.append(_build_span(lexed, item, reading, role, has_departure=has_departure))
    return spans


def _build_span(
    lexed: LexedText, item: ReadingSpan, reading: DateReading, role: TripDateRole | None, *, has_departure: bool
) -> DateSpan:
    tokens = lexed.text.tokens
    counts_from_departure = reading.form in {"later", "duration"}
    return DateSpan(
        start=tokens[lexed.first_tokens[item.first]].start,
        end=tokens[lexed.last_tokens[item.last]].end,
        value=reading.value,
        grain=reading.grain,
        alternatives=reading.alternatives,
        range_end=reading.end,
        relative_to_departure=DateOffset(days=reading.days, months=reading.months) if counts_from_departure else None,
        anchored=has_departure or not counts_from_departure,
        part_of_day=cast("PartOfDay | None", reading.part_of_day or _part_of_day_in_word(lexed, item)),
        role=role,
        cycle=reading.cycle,
    )


def _part_of_day_in_word(lexed: LexedText, item: ReadingSpan) -> str | None:
    """The part of day inside a word ("Freitagabend")."""
    meanings = lexed.meanings[item.first : item.last + 1]
    return next((meaning["WPART"] for meaning in meanings if "WPART" in meaning), None)
