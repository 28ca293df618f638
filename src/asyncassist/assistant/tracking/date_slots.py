"""Fills the departure and return date slots: roles of dates, relative shifts, and lengths of stay."""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import itertools
import re
from typing import TYPE_CHECKING

from asyncassist.assistant.actions import AskSlot
from asyncassist.assistant.calendar_names import is_weekday
from asyncassist.languages.registry import PACKS, join_patterns, union_over_packs
from asyncassist.nlp.dates.calendar_math import plus_days, plus_months
from asyncassist.nlp.dates.composition import next_occurrence
from asyncassist.nlp.dates.rule_registry import plus_offset
from asyncassist.nlp.followup.cues import fold_chars, patterns_for
from asyncassist.nlp.numbers import parse_number
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    from asyncassist.assistant.tracking.turn import TurnContext
    from asyncassist.nlp.commands.message_facts import FoundEntity

# A day of the month without its month: "the 12th", "am 12.", "dia 12".
_DAY_OF_MONTH = re.compile(
    rf"(?:[a-z']+\s+){{0,3}}\d{{1,2}}\s?(?:{join_patterns(lambda pack: pack.tracking.date_suffix)}|)"
)

# Days by which a cue shifts a date.
_CUE_SHIFTS = {"day_after": 1, "day_before": -1, "week_after": 7, "week_before": -7}


def fill_dates(turn: TurnContext) -> None:
    """Fill departure and return date from the dates, shifts and durations of the message."""
    _fill_named_dates(turn)
    _fill_bare_return(turn)
    _apply_shifts(turn)
    _apply_stay_length(turn)


def _fill_named_dates(turn: TurnContext) -> None:
    """Fill each date entity into its slot; a month or year alone leads to a question for the day."""
    found = [
        item for item in turn.facts.of_type("departure_date", "return_date", "date") if isinstance(item.value, dt.date)
    ]
    shifted = [span for span, _ in _find_shifts(turn)]
    span = turn.facts.cues.ordinal_span
    if span is not None and turn.state.shown and turn.state.asked is None:
        # After a list of offers, "el segundo" selects one; it is not the second day of the month.
        shifted.append(span)
    if "departure_date" in turn.state.slots:
        # "A week later" shifts a known date, which `_apply_shifts` does; "back a week later" is a new return date as
        # long as none is known.
        known = "return_date" in turn.state.slots
        found = [
            item
            for item in found
            if (item.type == "return_date" and not known)
            or not any(begin < item.end and item.start < end for begin, end in shifted)
        ]
    found = _drop_denied(turn, _drop_enclosing_periods(found))
    for item in found:
        slot = _date_slot(turn, item, alone=len(found) == 1)
        grain = item.metadata.get("grain", "day")
        if grain in {"month", "year"}:
            month = f"{item.value:%Y-%m}" if grain == "month" else None
            turn.state = turn.state.with_slots(**{slot: None}).replace(month=month)
            turn.changed.add(slot)
            turn.question = turn.question or AskSlot(slot=slot, month=month)
        else:
            turn.set_slot(
                slot, _resolve_return(turn, item) if slot == "return_date" else _resolve_departure(turn, item)
            )
            turn.state = turn.state.replace(month=None)


# Words after a date that rule it out: "mañana imposible".
_DENIAL = re.compile(
    rf"\s*(?:{join_patterns(lambda pack: pack.tracking.denial_verb)} )?"
    rf"{join_patterns(lambda pack: pack.tracking.denial)}(?!\w)"
)


def _drop_denied(turn: TurnContext, found: list[FoundEntity]) -> list[FoundEntity]:
    """Drop dates that the traveller rules out if another one is named: "mañana imposible. El martes"."""
    text = fold_chars(turn.facts.text)
    remaining = [item for item in found if _DENIAL.match(text, item.end) is None]
    if len(remaining) != 1 or len(remaining) == len(found) or patterns_for(turn.facts.language).return_.search(text):
        return remaining or found
    return [dataclasses.replace(remaining[0], type="departure_date")]


# After a word for returning: at most three function words, then a day of the month.
_BARE_RETURN_DAY = rf"\w*\W+(?:{join_patterns(lambda pack: pack.tracking.before_return_day)}\W+){{0,3}}(\d{{1,2}})"


def _fill_bare_return(turn: TurnContext) -> None:
    """Take a bare number after a word for returning as the return day: "ida 19 dezembro e volta 27".

    The day is in the month of the departure, or in the next month if it is not after the departure day.
    """
    out = turn.state.slots.get("departure_date")
    if out is None or "return_date" in turn.changed or turn.facts.of_type("return_date"):
        return
    back = patterns_for(turn.facts.language).return_.pattern
    match = re.search(rf"{back}{_BARE_RETURN_DAY}\W*$", fold_chars(turn.facts.text))
    day = 0 if match is None else int(match[match.lastindex or 0])
    taken = match is None or any(item.end >= match.end() for item in turn.facts.entities)
    month = plus_months(out.replace(day=1), 0 if day > out.day else 1)
    if not taken and 0 < day <= calendar.monthrange(month.year, month.month)[1]:
        turn.set_slot("return_date", month.replace(day=day))


def _drop_enclosing_periods(found: list[FoundEntity]) -> list[FoundEntity]:
    """Drop a week or month that only encloses a single day: "next week, on Wednesday" is one date."""
    periods = [item for item in found if item.metadata.get("grain", "day") != "day" and item.metadata.get("range_end")]
    for period in periods:
        last = period.metadata["range_end"]
        inside = [item for item in found if item is not period and period.value <= item.value <= last]
        if len(inside) == 1 and inside[0].metadata.get("grain", "day") == "day":
            day = dataclasses.replace(inside[0], type=period.type)
            found = [day if item is inside[0] else item for item in found if item is not period]
    return found


def _date_slot(turn: TurnContext, item: FoundEntity, *, alone: bool) -> str:
    """Return the slot of a date: by the engine's role, corrected by the open question and the words of the message.

    Args:
        turn: The turn.
        item: The date entity.
        alone: True if it is the only date of the message.
    """
    state = turn.state
    if item.type == "return_date":
        return "departure_date" if alone and _starts_trip(turn, item) else "return_date"
    waiting = state.asked == "return_date" and "departure_date" in state.slots
    if item.type == "date":
        return "return_date" if waiting else "departure_date"
    if (
        waiting
        and alone
        and turn.facts.word_count <= 6
        and not patterns_for(turn.facts.language).departure.search(fold_chars(turn.facts.text))
    ):
        return "return_date"
    if alone and "departure_date" in state.slots and _mentions_only_return(turn):
        return "return_date"
    return "return_date" if alone and _corrects_return(turn, item) else item.type


# "Let's go back to the 5th" returns to an earlier choice of date; it is not about the return flight.
_BACK_TO_DATE = re.compile(rf"(?<!\w){join_patterns(lambda pack: pack.tracking.back_to)}(?: \w+)? ?\d")


def _mentions_only_return(turn: TurnContext) -> bool:
    """Return True if the message mentions the return flight only: "y volverme el 15"."""
    patterns, text = patterns_for(turn.facts.language), fold_chars(turn.facts.text)
    if _BACK_TO_DATE.search(text):
        return False
    return (
        patterns.return_.search(text) is not None
        and patterns.departure.search(text) is None
        and turn.state.asked != "departure_date"
    )


def _starts_trip(turn: TurnContext, item: FoundEntity) -> bool:
    """Return True if a lone date is the departure: in "a return trip on Friday", "return" names the trip type."""
    facts, cues = turn.facts, turn.facts.cues
    if "departure_date" in turn.state.slots or turn.state.asked == "return_date" or "round_trip" not in cues:
        return False
    begin, end = cues.spans["round_trip"]
    around = fold_chars(facts.text[:begin] + " " + facts.text[end:])
    return patterns_for(facts.language).return_.search(around) is None and "after_departure" not in item.metadata


def _corrects_return(turn: TurnContext, item: FoundEntity) -> bool:
    """Return True if a lone weekday is nearer to the return than to the departure, which it then corrects.

    "Rather on Tuesday" changes a return on Monday.
    """
    out, back = turn.state.slots.get("departure_date"), turn.state.slots.get("return_date")
    if out is None or back is None or not _is_weekday_alone(item):
        return False
    if patterns_for(turn.facts.language).departure.search(fold_chars(turn.facts.text)):
        return False
    distances: list[int] = [abs((item.value.weekday() - day.weekday() + 3) % 7 - 3) for day in (back, out)]
    return distances[0] < distances[1]


_WEEKDAY_SUFFIXES = union_over_packs(lambda pack: pack.tracking.weekday_suffix.split())


def _is_weekday_alone(item: FoundEntity) -> bool:
    """Return True if the text of a date is just a weekday, apart from words of up to three letters."""
    words = [word for word in re.findall(r"[^\W\d_]+", item.text) if len(word) > 3 and word not in _WEEKDAY_SUFFIXES]
    return len(words) == 1 and bool(is_weekday(words[0])) and not any(char.isdigit() for char in item.text)


def _resolve_departure(turn: TurnContext, item: FoundEntity) -> dt.date:
    """Return the departure date meant; "the 12th" after "in March" is 12 March."""
    value: dt.date = _resolve_nearby_date(item, turn)
    state = turn.state
    if state.month is None or not _DAY_OF_MONTH.fullmatch(fold_chars(item.text)):
        return value
    year, month = (int(part) for part in state.month.split("-"))
    if value.day > calendar.monthrange(year, month)[1]:
        return value
    return dt.date(year, month, value.day)


def _resolve_return(turn: TurnContext, item: FoundEntity) -> dt.date:
    """Return the return date meant.

    The engine resolves open dates (a weekday, a day of the month, an offset) after today; a return is resolved after
    the departure instead.
    """
    value: dt.date = item.value
    out = turn.state.slots.get("departure_date")
    if out is None:
        return value
    back = turn.state.slots.get("return_date")
    if item.type != "return_date" and back is not None and _is_weekday_alone(item):
        near = _nearest_weekday(back, value.weekday())
        return near if near >= out else plus_days(near, 7)
    offset = item.metadata.get("after_departure")
    if offset is not None:
        return plus_offset(out, *offset)
    cycle = item.metadata.get("cycle") or ("month" if _DAY_OF_MONTH.fullmatch(fold_chars(item.text)) else None)
    return value if cycle == "year" else next_occurrence(value, cycle, out) or value


def _resolve_nearby_date(item: FoundEntity, turn: TurnContext) -> dt.date:
    """Resolve a lone weekday or day of the month near the known departure: "rather on Sunday" said of 4 December."""
    value: dt.date = item.value
    known = turn.state.slots.get("departure_date")
    if known is None or item.type == "return_date":
        return value
    numbered = _DAY_OF_MONTH.fullmatch(fold_chars(item.text)) and not any(
        map(is_weekday, re.findall(r"[^\W\d_]+", item.text))
    )
    if numbered and value.day <= calendar.monthrange(known.year, known.month)[1]:
        same = known.replace(day=value.day)
        return same if same > turn.facts.today else value
    if not _is_weekday_alone(item):
        return value
    near = _nearest_weekday(known, value.weekday())
    return near if near > turn.facts.today else value


def _nearest_weekday(day: dt.date, weekday: int) -> dt.date:
    """Return the date nearest to a day that falls on a weekday (0 is Monday)."""
    return plus_days(day, (weekday - day.weekday() + 3) % 7 - 3)


def _apply_shifts(turn: TurnContext) -> None:
    """Apply relative shifts ("the day after", "a week earlier") to the departure, or the return if the words say so.

    Each shift is assigned by the words between the previous shift and its own end.
    """
    if turn.changed & {"departure_date", "return_date"}:
        return
    shifts = _find_shifts(turn)
    begin, text = 0, turn.facts.text
    for (span, days), later in itertools.zip_longest(shifts, shifts[1:]):
        end = len(text) if later is None else span[1]
        words = fold_chars(text[begin : span[0]] + " " + text[span[1] : end])
        begin = span[1]
        slot, base = _shift_target(turn, words, days)
        if base is not None:
            turn.set_slot(slot, plus_days(base, days))


def _shift_target(turn: TurnContext, words: str, days: int) -> tuple[str, dt.date | None]:
    """Return the slot that a shift changes, by the words around it, and the date that it counts from."""
    slots, patterns = turn.state.slots, patterns_for(turn.facts.language)
    out, back = slots.get("departure_date"), slots.get("return_date")
    if back is not None and patterns.return_.search(words) and not patterns.departure.search(words):
        return "return_date", back
    adds_return = back is None and days > 0 and patterns.return_.search(words) is not None
    for_return = adds_return or turn.state.asked == "return_date" or ("round_trip" in turn.facts.cues and days > 0)
    return ("return_date" if for_return else "departure_date"), out


_DAYS_PER_UNIT = {word: days for pack in PACKS.values() for word, days in pack.tracking.unit_days.items()}
_ONE_WORDS = union_over_packs(lambda pack: pack.tracking.one_words.split())
# Longest stay, in days, that a counted duration may mean.
_MAX_STAY = 200
# Longest message, in words, in which a duration is taken for the length of stay.
_SHORT_MESSAGE = 7


def _apply_stay_length(turn: TurnContext) -> None:
    """Fill the return date from a length of stay ("three days", "eine Woche") if a return is asked for or known."""
    state, facts = turn.state, turn.facts
    out = state.slots.get("departure_date")
    wanted = (
        state.asked == "return_date" or state.slots.get("trip_type") == "round_trip" or "return_date" in state.slots
    )
    if out is None or not wanted or turn.changed or facts.word_count > _SHORT_MESSAGE or _find_shifts(turn):
        return
    counted = _find_durations(TokenizedText.from_text(facts.text), facts.language)
    if counted:
        turn.set_slot("return_date", plus_days(out, counted[0][0]))


def _find_durations(text: TokenizedText, language: str) -> list[tuple[int, int, int]]:
    """Return the durations in a text ("three days", "a week") as (days, index of first token, index after the last)."""
    found = []
    for at, word in enumerate(text.words):
        number = (1, 1) if word in _ONE_WORDS else parse_number(text.tokens, at, language)
        if number is not None and at + number[1] < len(text.words):
            days = number[0] * _DAYS_PER_UNIT.get(text.words[at + number[1]], 0)
            if 0 < days <= _MAX_STAY:
                found.append((days, at, at + number[1] + 1))
    return found


# Words between a duration and its direction: "dos días más tarde".
_COMPARATIVES = union_over_packs(lambda pack: pack.tracking.comparatives.split())
_DIRECTIONS = {
    **dict.fromkeys(union_over_packs(lambda pack: pack.tracking.later.split()), 1),
    **dict.fromkeys(union_over_packs(lambda pack: pack.tracking.earlier.split()), -1),
}


def _find_shifts(turn: TurnContext) -> list[tuple[tuple[int, int], int]]:
    """Return the relative shifts of a message as ((start, end), days), in text order: "two days earlier" is -2."""
    facts = turn.facts
    shifts = {span: _CUE_SHIFTS[name] for name, span in facts.cues.spans.items() if name in _CUE_SHIFTS}
    text = TokenizedText.from_text(facts.text)
    for days, first, after in _find_durations(text, facts.language):
        at = after + (after < len(text.words) and text.words[after] in _COMPARATIVES)
        direction = _DIRECTIONS.get(text.words[at]) if at < len(text.words) else None
        if direction is None:
            continue
        begin, end = text.tokens[first].start, text.tokens[at].end
        dates = facts.of_type("departure_date", "return_date", "date")
        anchored = any(item.start < end < item.end for item in dates)  # "three days before Christmas" is a date
        if not anchored and not any(span[0] < end and begin < span[1] for span in shifts):
            shifts[begin, end] = direction * days
    return sorted(shifts.items())
