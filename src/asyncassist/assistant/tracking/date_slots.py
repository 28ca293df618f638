"""Fills the departure and return date slots: roles of dates, relative shifts, and lengths of stay."""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import itertools
import re
from typing import TYPE_CHECKING, Any

from asyncassist.assistant.actions import AskSlot
from asyncassist.assistant.calendar_names import is_weekday
from asyncassist.assistant.tracking.relative_dates import (
    find_durations,
    find_shifts,
    move_trip,
    shift_trip,
    weekday_near,
    whole_trip_named,
)
from asyncassist.languages.registry import PACKS, join_patterns, union_over_packs
from asyncassist.nlp.dates.calendar_math import next_weekday, plus_days, plus_months
from asyncassist.nlp.dates.composition import next_occurrence
from asyncassist.nlp.dates.rule_registry import plus_offset
from asyncassist.nlp.followup.added_passengers import PEOPLE
from asyncassist.nlp.followup.cues import fold_chars, patterns_for
from asyncassist.nlp.numbers import parse_number, parse_ordinal
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist.assistant.tracking.turn import TurnContext
    from asyncassist.nlp.commands.message_facts import FoundEntity

# A day of the month without its month: "the 12th", "am 12.", "dia 12".
_DAY_OF_MONTH = re.compile(
    rf"(?:[a-z']+\s+){{0,3}}\d{{1,2}}\s?(?:{join_patterns(lambda pack: pack.tracking.date_suffix)}|)"
)


def fill_dates(turn: TurnContext) -> None:
    """Fill departure and return date from the dates, shifts and durations of the message."""
    if move_trip(turn):
        return
    earlier = turn.state.slots
    _fill_named_dates(turn)
    _fill_bare_return(turn)
    _fill_bare_days(turn)
    _apply_shifts(turn)
    _apply_stay_length(turn)
    _keep_stay(turn, earlier)


def _fill_named_dates(turn: TurnContext) -> None:
    """Fill each date entity into its slot; a month or year alone leads to a question for the day."""
    found = [
        item for item in turn.facts.of_type("departure_date", "return_date", "date") if isinstance(item.value, dt.date)
    ]
    shifted = [span for span, _ in find_shifts(turn)]
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
    found = _drop_denied(turn, _drop_enclosing_periods(_without_stay(turn, found)))
    corrected = _corrected_slot(turn, found[0]) if len(found) == 1 else None
    if corrected is not None:
        found = [dataclasses.replace(found[0], type=corrected)]
    for item in found:
        slot = corrected or _date_slot(turn, item, alone=len(found) == 1)
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


def _without_stay(turn: TurnContext, found: list[FoundEntity]) -> list[FoundEntity]:
    """Drop a return that is a length of stay while no day of departure is named or known: "in May for ten days".

    The length is remembered; so it is where the departure is known, for a departure that moves later.
    """
    stays = [item for item in found if item.type == "return_date" and _stay_of(item)]
    if not stays:
        return found
    others = [item for item in found if item not in stays]
    days = [item for item in others if item.metadata.get("grain", "day") not in {"month", "year"}]
    turn.state = turn.state.replace(stay=_stay_of(stays[-1]))
    return found if days or (not others and "departure_date" in turn.state.slots) else others


def _stay_of(item: FoundEntity) -> int:
    """Return the days after the departure that a return names, 0 if it names a day."""
    days, months = item.metadata.get("after_departure") or (0, 0)
    return int(days) + int(months) * _DAYS_PER_MONTH


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


# "17 a 21", "vom 17. bis 21.": two days of a month that the trip gives.
_BARE_RANGE = re.compile(
    rf"(?<![\w.,:/-])(\d{{1,2}})\.?\s*(?:{join_patterns(lambda pack: pack.tracking.between_days)}|-)\s*"
    rf"(\d{{1,2}})(?![\d:/]|[.,]\d|\s*(?:h|{join_patterns(lambda pack: pack.hours.units or 'h')}|%|€|\$)|"
    r"\s*[^\W\d_]{3,}s\b)"
)
_MAX_BARE_WORDS = 4


def _fill_bare_days(turn: TurnContext) -> None:
    """Take bare numbers as days of the month of the trip, or the month asked for: "17 a 21", "dann der 11."."""
    facts, month = turn.facts, turn.state.month
    out = turn.state.slots.get("departure_date")
    if out is None and month is not None:
        out = dt.date.fromisoformat(f"{month}-01")
    if out is None or "return_date" in turn.changed:
        return
    dates = facts.of_type("departure_date", "return_date", "date")
    match = _BARE_RANGE.search(fold_chars(facts.text))
    others = [item for item in facts.entities if item not in dates]
    if match is not None and not any(item.start < match.end() and match.start() < item.end for item in others):
        first, last = (_day_of_month(out, int(number)) for number in match.groups())
        if first is not None and last is not None and facts.today <= first <= last:
            turn.set_slot("departure_date", first)
            turn.set_slot("return_date", last)
        return
    if "departure_date" in turn.changed:
        return
    cues = facts.cues
    names_offer = cues.points_at_offer or cues.ordinal is not None or cues.minute_of_day is not None
    if facts.entities or names_offer or facts.word_count > _MAX_BARE_WORDS:
        return
    day = _only_number(turn)
    near = None if day is None or day <= len(turn.state.shown) else _day_of_month(out, day)
    if near is not None and near > facts.today:
        turn.set_slot("departure_date", near)


def _day_of_month(month: dt.date, day: int) -> dt.date | None:
    """Return the day of the month of a date, None if the month lacks it."""
    return month.replace(day=day) if 0 < day <= calendar.monthrange(month.year, month.month)[1] else None


def _only_number(turn: TurnContext) -> int | None:
    """Return the number, cardinal or ordinal, of a text with just one; None with another count of them, or a unit."""
    text, language = TokenizedText.from_text(turn.facts.text), turn.facts.language
    found = _numbers(text, language)
    return found[0] if len(found) == 1 and not find_durations(text, language) else None


def _numbers(text: TokenizedText, language: str) -> list[int]:
    """Return the cardinals and ordinals of a text, without words for "one"."""
    found, at = list[int](), 0
    while at < len(text.words):
        number = parse_ordinal(text.tokens, at, language) or parse_number(text.tokens, at, language)
        if number is not None and text.words[at] not in PACKS[language].tracking.one_words.split():
            found.append(number[0])
        at += 1 if number is None else number[1]
    return found


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
    replaced = _replaced_slot(turn, item)
    if replaced is not None:
        return replaced
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


def _replaced_slot(turn: TurnContext, item: FoundEntity) -> str | None:
    """Return the slot of the date that the text rules out: the 14th in "not the 14th, the 15th"; None without one."""
    denied = item.metadata.get("instead_of")
    if denied is None:
        return None
    slots, cycle = turn.state.slots, item.metadata["cycle"]
    found = [
        slot for slot in ("departure_date", "return_date") if slot in slots and _recurs_on(slots[slot], denied, cycle)
    ]
    return found[0] if len(found) == 1 else None


def _recurs_on(day: dt.date, other: dt.date, cycle: str) -> bool:
    """Return whether a day is one of those that recur with a date each week, month or year."""
    if cycle == "week":
        return day.weekday() == other.weekday()
    return day.day == other.day and (cycle == "month" or day.month == other.month)


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


def _corrected_slot(turn: TurnContext, item: FoundEntity) -> str | None:
    """Return the slot whose day a message names beside a lone new one: "not the 14th, the 15th"; None if unclear."""
    slots, text = turn.state.slots, turn.facts.text
    days = {slot: slots[slot].day for slot in ("departure_date", "return_date") if slot in slots}
    if len(days) < 2 or item.value.day in days.values():
        return None
    rest = text[: item.start] + " " * (item.end - item.start) + text[item.end :]
    named = _numbers(TokenizedText.from_text(rest), turn.facts.language)
    matching = [slot for slot, day in days.items() if named == [day]]
    return matching[0] if len(matching) == 1 else None


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
    """Return True if the text of a date is just a weekday, apart from a part of the day and words of three letters."""
    words = re.findall(r"[^\W\d_]+", item.text)
    words = [one for one in words if (len(one) > 3 or is_weekday(one)) and one not in _WEEKDAY_SUFFIXES]
    if "part_of_day" in item.metadata:
        words = [word for word in words if is_weekday(word)]
    return len(words) == 1 and bool(is_weekday(words[0])) and not any(char.isdigit() for char in item.text)


def _has_weekday(item: FoundEntity) -> bool:
    """Return True if the text of a date names a weekday and no number."""
    words = re.findall(r"[^\W\d_]+", item.text)
    return any(map(is_weekday, words)) and not any(char.isdigit() for char in item.text)


def _resolve_departure(turn: TurnContext, item: FoundEntity) -> dt.date:
    """Return the departure date meant; "the 12th" or "a Tuesday" after "in March" is one of March."""
    value: dt.date = _resolve_nearby_date(item, turn)
    state = turn.state
    if state.month is None or state.slots.get("departure_date") is not None:
        return value
    first = dt.date.fromisoformat(f"{state.month}-01")
    if _is_weekday_alone(item) and f"{value:%Y-%m}" != state.month:
        return next_weekday(value.weekday(), max(plus_days(first, -1), turn.facts.today))
    numbered = item.metadata.get("cycle") == "month" or _DAY_OF_MONTH.fullmatch(fold_chars(item.text)) is not None
    return (_day_of_month(first, value.day) or value) if numbered else value


def _resolve_return(turn: TurnContext, item: FoundEntity) -> dt.date:
    """Return the return date meant.

    The engine resolves open dates (a weekday, a day of the month, an offset) after today; a return is resolved after
    the departure instead.
    """
    value: dt.date = item.value
    out = turn.state.slots.get("departure_date")
    if out is None:
        return value
    relative = weekday_near(turn, item, out) if _has_weekday(item) else None
    if relative is not None:
        return relative
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
    relative = weekday_near(turn, item, known) if _has_weekday(item) else None
    if relative is not None:
        turn.moved = True
        return relative
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

    Each shift is assigned by the words between the previous shift and its own end. A shift of whole weeks or months
    moves the whole trip, unless the words name one direction.
    """
    if turn.changed & {"departure_date", "return_date"}:
        return
    shifts = find_shifts(turn)
    begin, text = 0, turn.facts.text
    for (span, (days, months)), later in itertools.zip_longest(shifts, shifts[1:]):
        end = len(text) if later is None else span[1]
        words = fold_chars(text[begin : span[0]] + " " + text[span[1] : end])
        begin = span[1]
        slot, base = _shift_target(turn, words, days or months)
        if base is None:
            continue
        whole = months or days % _DAYS_PER_WEEK == 0 or whole_trip_named(turn)
        if slot == "departure_date" and whole and not _names_direction(turn, words):
            shift_trip(turn, days, months)
        else:
            turn.set_slot(slot, plus_offset(base, days, months))


def _names_direction(turn: TurnContext, words: str) -> bool:
    """Return True if words name the way out or the way back."""
    patterns = patterns_for(turn.facts.language)
    return patterns.departure.search(words) is not None or patterns.return_.search(words) is not None


def _shift_target(turn: TurnContext, words: str, days: int) -> tuple[str, dt.date | None]:
    """Return the slot that a shift changes, by the words around it, and the date that it counts from."""
    slots, patterns = turn.state.slots, patterns_for(turn.facts.language)
    out, back = slots.get("departure_date"), slots.get("return_date")
    if back is not None and patterns.return_.search(words) and not patterns.departure.search(words):
        return "return_date", back
    adds_return = back is None and days > 0 and patterns.return_.search(words) is not None
    for_return = adds_return or turn.state.asked == "return_date" or ("round_trip" in turn.facts.cues and days > 0)
    return ("return_date" if for_return else "departure_date"), out


# Longest message, in words, in which a duration is taken for the length of stay.
_SHORT_MESSAGE = 7
_DAYS_PER_MONTH = 30
_DAYS_PER_WEEK = 7


def _apply_stay_length(turn: TurnContext) -> None:
    """Fill the return date from a length of stay ("three days", "eine Woche"), or remember it until a day is known."""
    state, facts = turn.state, turn.facts
    out = state.slots.get("departure_date")
    counted = _stay_named(turn)
    if counted is None:
        return
    if out is None:
        days = counted[0] + counted[1] * _DAYS_PER_MONTH
        turn.state = state.replace(stay=days) if days > 1 else state  # "is there a day that ..."
        return
    known = "return_date" in state.slots or state.stay is not None
    wanted = known or state.asked == "return_date" or state.slots.get("trip_type") == "round_trip"
    if not wanted or turn.changed & {"return_date"} or facts.word_count > _SHORT_MESSAGE + 3 * known:
        return
    turn.set_slot("return_date", plus_offset(out, *counted))
    turn.state = turn.state.replace(stay=(turn.state.slots["return_date"] - out).days)


def _stay_named(turn: TurnContext) -> tuple[int, int] | None:
    """Return the length of stay that a message names, as days and months; None without one."""
    facts = turn.facts
    if find_shifts(turn):
        return None
    text = TokenizedText.from_text(facts.text)
    flexible = facts.cues.spans.get("flexible_dates", (0, 0))
    has_child = not PEOPLE.isdisjoint(text.words)  # "the baby is ten months"
    others = [item for item in facts.entities if item.type in {"passengers", "birthday", "budget", "time"}]
    others += [item for item in facts.of_type("departure_date", "date") if "after_departure" not in item.metadata]
    for duration, first, after in find_durations(text, facts.language):
        begin, end = text.tokens[first].start, text.tokens[after - 1].end
        taken = any(item.start < end and begin < item.end for item in others)
        if not taken and not (begin < flexible[1] and flexible[0] < end) and not (duration[1] and has_child):
            return duration
    return None


def _keep_stay(turn: TurnContext, earlier: Mapping[str, Any]) -> None:
    """Keep the length of the stay that the traveller named where only the departure moves.

    So does a departure that is moved relative to the old one beyond the return.
    """
    slots = turn.state.slots
    out, back = slots.get("departure_date"), slots.get("return_date")
    if "return_date" in turn.changed:
        if turn.state.stay is not None and (out is None or back is None or (back - out).days != turn.state.stay):
            turn.state = turn.state.replace(stay=None)
        return
    if out is None or out == earlier.get("departure_date"):
        return
    if turn.state.stay is not None and slots.get("trip_type") != "one_way":
        turn.set_slot("return_date", plus_days(out, turn.state.stay))
    elif back is not None and back < out and turn.moved:
        turn.set_slot("return_date", plus_days(back, (out - earlier["departure_date"]).days))
