"""Date extraction: finds the dates in an utterance and resolves them against the day it was said.

Pure: no clock and no I/O; the caller passes `today`. `asyncassist.nlp.dates.grammar` lists how dates are interpreted.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, cast

from asyncassist._types import JSONSerializable
from asyncassist.languages.registry import PACKS
from asyncassist.nlp._gil import yield_gil
from asyncassist.nlp.dates.calendar_math import plus_days
from asyncassist.nlp.dates.composition import compile_composition_rules, compose_dates, may_compose, next_occurrence
from asyncassist.nlp.dates.grammar import rules_beginning_with
from asyncassist.nlp.dates.lexer import DATE_LEXICONS, UNAMBIGUOUS_KINDS, LexedText, get_lexicon_index
from asyncassist.nlp.dates.models import DateContext, DateReading, Grain, ReadingSpan, RuleMatch
from asyncassist.nlp.dates.roles import (
    DateRole,
    assign_date_roles,
    is_not_travel,
    is_small_talk,
    resolve_relative,
    without_occasions,
)
from asyncassist.nlp.dates.rule_registry import plus_offset
from asyncassist.nlp.tokens import TokenizedText, normalize

if TYPE_CHECKING:
    from collections.abc import Sequence


PartOfDay = Literal["morning", "noon", "afternoon", "evening", "night"]

# Longest answer, in words, that can be only a date ("on the twelfth please"): in longer ones numbers count things.
_SHORT_ANSWER_WORDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DateOffset(JSONSerializable):
    """A distance from another date: "a week later" is 7 days, "a month later" one month.

    Attributes:
        days: Number of days.
        months: Number of calendar months, added before the days.
    """

    days: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSpan(JSONSerializable):
    """A date found in a text.

    A trip "from 3 to 10 December" is two spans, departure and return; a choice "between 3 and 10 December" is one span
    with a `range_end`.

    Attributes:
        start: Offset of its first character in the original text.
        end: Offset after its last character.
        value: The day, or the first day of a week, weekend, month, year or range.
        grain: Precision of the words.
        alternatives: Other days the words may mean, likelier first; never the value itself.
        range_end: Last day of a range or of a grain wider than a day; on a departure "from 3 to 10 December" the
            return. None for a single day.
        relative_to_departure: Distance from the departure, where the words give one ("a week later", "for ten days").
            The value counts from the departure in the same text or passed by the caller; without either it counts from
            today and `anchored` is False: a caller that learns the departure later calls `resolve_after`.
        anchored: False only if `relative_to_departure` is set and no departure was known.
        part_of_day: "morning", "noon", "afternoon", "evening" or "night"; None if the words name none.
        role: "departure" or "return" where the words say so ("returning on", "for ten days"); else None.
        cycle: Period by which the incomplete date may be moved: "week" ("Friday"), "month" ("the 14th") or "year"
            ("3 March"); None if the date is complete or relative to today.
        instead_of: The incomplete date that the text rules out, where this one is the only other date: the 14th in "not
            the 14th, the 15th".
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
    instead_of: dt.date | None = None

    def resolve_after(self, departure: dt.date) -> DateSpan:
        """Return this date read as the return of a trip that departs on `departure`.

        A distance counts from the departure; an incomplete date becomes the first such day on or after it; a complete
        date stays as it is, even if it lies before the departure.
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
    """Find the dates of an utterance.

    Args:
        text: The tokenized utterance.
        language: Code of its language, two letters; a language without a pack has no dates.
        region: Country of the traveller, two letters. Decides how English reads "03/04" (day first except in the US
            and a few other countries), which day a holiday is and when seasons begin. None means the default country of
            the language: for English the US.
        today: Day of the utterance, where the traveller is.
        languages: Further languages to try, in order, if the first one yields no date; of these, only dates with an
            unambiguous word count that is neither a part of the day nor a common word of the first.
        expected: Whether a date was just asked for: a bare number, ordinal, short weekday or month then is one.
        departure: Departure known from an earlier turn; a return counts from it if the text itself names none.

    Returns:
        Spans ordered by their start, without overlaps; empty if the text has no date. "For ten days" is a date only if
        a departure is known.
    """
    found = _find_in_language(text, language, region, today, expected=expected, departure=departure)
    # Dates that the text's own language rejects ("born on 3 May") are none in another one.
    spans = found or []
    # A word of the text's own language is no date in another one: neither "am Morgen" tomorrow nor "hier" yesterday.
    words = _words_beside(text, language) if languages and found is None else frozenset()
    for other in languages:
        if spans:
            break
        if (
            other != language
            and other in DATE_LEXICONS
            and not get_lexicon_index(other).unambiguous_words.isdisjoint(words)
        ):
            spans = (
                _find_in_language(
                    text, other, region, today, expected=False, departure=departure, unambiguous_only=True
                )
                or []
            )
    return spans


def _words_beside(text: TokenizedText, language: str) -> frozenset[str]:
    """Return the normalized words of a text that are neither parts of the day nor common words of a language."""
    own = get_lexicon_index(language).part_words if language in DATE_LEXICONS else frozenset()
    return frozenset(text.words) - own - _common_words(language)


@functools.cache
def _common_words(language: str) -> frozenset[str]:
    """Return the words by which a language is identified, normalized, without its own words of dates."""
    pack = PACKS.get(language)
    if pack is None:
        return frozenset()
    return frozenset(normalize(pack.identification.words).split()) - get_lexicon_index(language).unambiguous_words


def warm_up() -> None:
    """Build the lexicons and patterns of all languages now (about 0.17 s) instead of at the first utterance."""
    for language in DATE_LEXICONS:
        find_dates(TokenizedText.from_text("1"), language=language, today=dt.date(2000, 1, 1), expected=True)
    compile_composition_rules()


def _find_in_language(
    text: TokenizedText, language: str, region: str | None, today: dt.date, *,
    expected: bool, departure: dt.date | None, unambiguous_only: bool = False,
) -> list[DateSpan] | None:  # fmt: skip
    """Return the dates that a language reads in a text; None if it reads none, not even one that it rejects."""
    if language not in DATE_LEXICONS:
        return None
    rules = PACKS[language].date_rules
    country = (region or rules.default_country).upper()
    context = DateContext(today, language, country, expected)
    lexed = LexedText(text, get_lexicon_index(language), month_first=country in rules.month_first_countries)
    yield_gil()
    items = _read_items(lexed, context)
    yield_gil()
    if is_not_travel(lexed) or not (items or may_compose(lexed)):
        return None
    composed = compose_dates(lexed, items, context)
    items = without_occasions(lexed, [item for item in composed if _is_meant(lexed, item)])
    if unambiguous_only:
        items = [item for item in items if _is_unambiguous(lexed, item)]
    spans = _build_spans(lexed, items, today, departure)
    denied = [item.reading for item in composed if item.reading.form == "dropped" and item.reading.cycle]
    if len(spans) == len(denied) == 1 and spans[0].cycle == denied[0].cycle:
        spans = [replace(spans[0], instead_of=denied[0].value)]
    rejects_all = bool(composed) and all(item.reading.form == "dropped" for item in composed)
    return spans if spans or rejects_all else None


def _read_items(lexed: LexedText, context: DateContext) -> list[ReadingSpan]:
    """Return the dates that the rules read; only an answer that is little more than a date is read with looser ones."""
    items = _match_rules(lexed, context, expected=False)
    if not items and context.expected and len(lexed) <= _SHORT_ANSWER_WORDS:
        items = _match_rules(lexed, context, expected=True)
    return [_with_far_year(lexed, item) for item in items]


def _is_meant(lexed: LexedText, item: ReadingSpan) -> bool:
    return item.reading.form != "dropped" and not is_small_talk(lexed, item)


def _with_far_year(lexed: LexedText, item: ReadingSpan) -> ReadingSpan:
    """Return the date, dropped if a year follows in which no one travels: "31 December 9999" is not read in part."""
    if item.reading.cycle != "year":
        return item
    following = range(item.last + 1, min(item.last + 3, len(lexed)))
    far = next((position for position in following if "FARYEAR" in lexed.meanings[position]), None)
    between = range(item.last + 1, far or item.last + 1)
    if far is None or not all(
        lexed.meanings[position].keys() & {"DASH", "SLASH", "COMMA", "OF"} for position in between
    ):
        return item
    return ReadingSpan(item.first, far, item.reading.replace(form="dropped"))


def _is_unambiguous(lexed: LexedText, item: ReadingSpan) -> bool:
    return any(lexed.meanings[position].keys() & UNAMBIGUOUS_KINDS for position in range(item.first, item.last + 1))


def _match_rules(lexed: LexedText, context: DateContext, *, expected: bool) -> list[ReadingSpan]:
    """Match the rules from left to right: the longest match wins, among equally long ones the earlier rule."""
    items: list[ReadingSpan] = []
    letters, position = lexed.letters, 0
    while position < len(letters):
        best: list[ReadingSpan] = []
        best_end = position
        for rule in rules_beginning_with(letters[position : position + 2], expected=expected):
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


def _build_spans(
    lexed: LexedText, items: list[ReadingSpan], today: dt.date, departure: dt.date | None
) -> list[DateSpan]:
    date_roles = assign_date_roles(lexed, items)
    readings = resolve_relative([item.reading for item in items], date_roles, departure)
    has_departure = departure is not None or any(item.reading.form not in {"later", "duration"} for item in items)
    spans = []
    for item, reading, role in zip(items, readings, date_roles, strict=True):
        if not has_departure and (reading.form == "duration" or _is_undetermined_same_day(reading, role)):
            continue
        if not (dt.date.min < reading.value < dt.date.max or reading.value == today):
            continue  # a sum that stopped at the end of the calendar
        spans.append(_build_span(lexed, item, reading, role, has_departure=has_departure))
    return spans


def _is_undetermined_same_day(reading: DateReading, role: DateRole | None) -> bool:
    """Return whether a reading is "the same day" of something else than a return."""
    return reading.form == "later" and not (reading.days or reading.months) and role != "return"


def _build_span(
    lexed: LexedText, item: ReadingSpan, reading: DateReading, role: DateRole | None, *, has_departure: bool
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
    """Return the part of day contained in a weekday's word ("Freitagabend"); None if there is none."""
    meanings = lexed.meanings[item.first : item.last + 1]
    return next((meaning["WPART"] for meaning in meanings if "WPART" in meaning), None)
