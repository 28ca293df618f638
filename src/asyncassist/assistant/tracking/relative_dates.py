"""Dates relative to the trip: "same days in June", "the following weekend", "one more night", "the Saturday after"."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from asyncassist.assistant.calendar_names import calendar_names
from asyncassist.languages.registry import PACKS
from asyncassist.nlp.dates.calendar_math import monday_of_week, next_weekday, plus_days
from asyncassist.nlp.dates.rule_registry import plus_offset
from asyncassist.nlp.followup.cues import fold_chars
from asyncassist.nlp.numbers import parse_number
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    import datetime as dt

    from asyncassist.assistant.tracking.turn import TurnContext
    from asyncassist.nlp.commands.message_facts import FoundEntity

_DATE_TYPES = ("departure_date", "return_date", "date")
_WEEK = 7
_YEAR = 12  # months
# Longest stay, in days, that a counted duration may mean.
_MAX_STAY = 200


class _Patterns:
    """Compiled patterns of one language."""

    def __init__(self, language: str) -> None:
        words = PACKS[language].tracking
        self.same_days = re.compile(rf"(?<!\w)(?:{words.same_days})(?!\w)")
        self.weekend_after = re.compile(rf"(?<!\w)(?:{words.weekend_after})(?!\w)")
        self.weekend_before = re.compile(rf"(?<!\w)(?:{words.weekend_before})(?!\w)")
        self.weekday_after = re.compile(rf"\s*(?:{words.weekday_after})(?!\w)")
        self.weekday_before = re.compile(rf"\s*(?:{words.weekday_before})(?!\w)")
        self.following = re.compile(rf"(?<!\w)(?:{words.following})(?!\w)")
        self.longer = re.compile(rf"(?<!\w)(?:{words.longer})(?!\w)")
        self.shorter = re.compile(rf"(?<!\w)(?:{words.shorter})(?!\w)")
        self.whole_trip = re.compile(rf"(?<!\w)(?:{words.whole_trip})(?!\w)")


@functools.cache
def _patterns(language: str) -> _Patterns:
    return _Patterns(language)


def move_trip(turn: TurnContext) -> bool:
    """Move the trip, or one end of it, by what the message says relative to it; return True if it did."""
    out = turn.state.slots.get("departure_date")
    if out is None:
        return False
    return _move_same_days(turn, out) or _move_weekend(turn) or _change_stay(turn)


def shift_trip(turn: TurnContext, days: int, months: int = 0) -> None:
    """Move the departure and the return, if it is known, by the same distance."""
    for slot in ("departure_date", "return_date"):
        day = turn.state.slots.get(slot)
        if day is not None:
            turn.set_slot(slot, plus_offset(day, days, months))


def whole_trip_named(turn: TurnContext) -> bool:
    """Return True if the message says that both directions move: "everything two days later"."""
    return _patterns(turn.facts.language).whole_trip.search(fold_chars(turn.facts.text)) is not None


def _move_same_days(turn: TurnContext, out: dt.date) -> bool:
    """Move the trip to the same days of another month or week: "next week, same days", "same days in June"."""
    if not _patterns(turn.facts.language).same_days.search(fold_chars(turn.facts.text)):
        return False
    distance = _distance_named(turn, out)
    if distance is None or distance == (0, 0):
        return False
    shift_trip(turn, *distance)
    return True


def _distance_named(turn: TurnContext, out: dt.date) -> tuple[int, int] | None:
    """Return the days and months by which a message moves the trip, None if it names no other period."""
    today = turn.facts.today
    for item in reversed(turn.facts.of_type(*_DATE_TYPES)):
        offset = item.metadata.get("after_departure")
        grain = item.metadata.get("grain")
        if offset is not None:
            return int(offset[0]), int(offset[1])
        if grain == "week":
            return (monday_of_week(item.value, 0) - monday_of_week(today, 0)).days, 0
        if grain == "month":
            start = out if item.metadata.get("cycle") == "year" else today
            return 0, (item.value.year - start.year) * _YEAR + item.value.month - start.month
    shifts = find_shifts(turn)
    if shifts:
        return shifts[-1][1]
    month = _last_month_named(turn.facts.text)
    return None if month is None else (0, (month - out.month) % _YEAR)


def _last_month_named(text: str) -> int | None:
    """Return the last month that a text names, 1 to 12; None without one."""
    names = calendar_names()
    for word in reversed(re.findall(r"[^\W\d_]{3,}", fold_chars(text))):
        senses = names.get(word, frozenset())
        if len(senses) == 1 and next(iter(senses)).startswith("month "):
            return int(next(iter(senses)).removeprefix("month "))
    return None


def _move_weekend(turn: TurnContext) -> bool:
    """Move the trip by a week: "the following weekend", "le week-end d'après"."""
    patterns, text = _patterns(turn.facts.language), fold_chars(turn.facts.text)
    later = patterns.weekend_after.search(text) is not None
    if not later and not patterns.weekend_before.search(text):
        return False
    shift_trip(turn, _WEEK if later else -_WEEK)
    return True


def _change_stay(turn: TurnContext) -> bool:
    """Lengthen or shorten the stay: "one more night", "zwei Tage kürzer"."""
    facts = turn.facts
    back = turn.state.slots.get("return_date")
    patterns = _patterns(facts.language)
    folded = fold_chars(facts.text)
    longer = patterns.longer.search(folded)
    found = longer or patterns.shorter.search(folded)
    if back is None or found is None:
        return False
    text = TokenizedText.from_text(found[0])
    number = next((n for at in range(len(text.words)) if (n := parse_number(text.tokens, at, facts.language))), None)
    units = PACKS[facts.language].tracking.unit_days
    unit = next((units[word] for word in text.words if word in units), 1)
    days = (1 if number is None else number[0]) * unit
    if not 0 < days <= _MAX_STAY:
        return False
    turn.set_slot("return_date", plus_days(back, days if longer else -days))
    return True


def weekday_near(turn: TurnContext, item: FoundEntity, anchor: dt.date) -> dt.date | None:
    """Return the weekday after or before a date of the trip: "the Saturday after"; None if the words say neither.

    Args:
        turn: The turn.
        item: A date whose text is a weekday.
        anchor: The date that it is relative to.
    """
    patterns, text = _patterns(turn.facts.language), fold_chars(turn.facts.text)
    # The engine reads some of these words as part of the date: "mardi d'après".
    at_end = next((at for at in range(item.start, item.end) if text[at] == " "), item.end)
    if patterns.weekday_after.match(text, item.end) or patterns.following.search(text, item.start, item.end):
        return next_weekday(item.value.weekday(), anchor)
    if patterns.weekday_after.match(text, at_end):
        return next_weekday(item.value.weekday(), anchor)
    if patterns.weekday_before.match(text, item.end):
        return plus_days(next_weekday(item.value.weekday(), plus_days(anchor, -1)), -_WEEK)
    return None


# Days by which a cue shifts a date.
_CUE_SHIFTS = {"day_after": 1, "day_before": -1, "week_after": 7, "week_before": -7}


def find_shifts(turn: TurnContext) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return the relative shifts of a message as ((start, end), (days, months)): "two days earlier" is -2 days."""
    facts = turn.facts
    shifts = {span: (_CUE_SHIFTS[name], 0) for name, span in facts.cues.spans.items() if name in _CUE_SHIFTS}
    text = TokenizedText.from_text(facts.text)
    words = PACKS[facts.language].tracking
    comparatives = frozenset(words.comparatives.split())
    directions = {**dict.fromkeys(words.later.split(), 1), **dict.fromkeys(words.earlier.split(), -1)}
    for (days, months), first, after in find_durations(text, facts.language):
        at = after + (after < len(text.words) and text.words[after] in comparatives)
        direction = directions.get(text.words[at]) if at < len(text.words) else None
        if direction is None:
            continue
        begin, end = text.tokens[first].start, text.tokens[at].end
        dates = facts.of_type(*_DATE_TYPES)
        anchored = any(item.start < end < item.end for item in dates)  # "three days before Christmas" is a date
        if not anchored and not any(span[0] < end and begin < span[1] for span in shifts):
            shifts[begin, end] = (direction * days, direction * months)
    return sorted(shifts.items())


def find_durations(text: TokenizedText, language: str) -> list[tuple[tuple[int, int], int, int]]:
    """Return the durations in a text ("three days", "a month") as (days, months), first token, token after the last."""
    words = PACKS[language].tracking
    ones, months = frozenset(words.one_words.split()), frozenset(words.unit_months.split())
    found = []
    for at, word in enumerate(text.words):
        number = _couple_at(text, at, language) or parse_number(text.tokens, at, language)
        if number is None and word in ones:
            number = (1, 1)
        if number is None or at + number[1] >= len(text.words):
            continue
        unit = text.words[at + number[1]]
        days = number[0] * words.unit_days.get(unit, 0)
        if 0 < days <= _MAX_STAY:
            found.append(((days, 0), at, at + number[1] + 1))
        elif unit in months and 0 < number[0] <= _YEAR:
            found.append(((0, number[0]), at, at + number[1] + 1))
    return found


@functools.cache
def _couples(language: str) -> tuple[tuple[tuple[str, ...], int], ...]:
    """Return the phrases of an approximate number ("a couple of") as words, with the number; longest first."""
    entry = PACKS[language].dates.get("COUPLE", {})
    phrases = [
        (TokenizedText.from_text(phrase).words, int(str(number)))
        for number, spellings in (entry.items() if not isinstance(entry, str) else ())
        for phrase in str(spellings).split(", ")
    ]
    return tuple(sorted(phrases, key=lambda phrase: -len(phrase[0])))


def _couple_at(text: TokenizedText, at: int, language: str) -> tuple[int, int] | None:
    """Return the approximate number that begins at a token, and its tokens; None without one."""
    for words, number in _couples(language):
        if text.words[at : at + len(words)] == words:
            return number, len(words)
    return None


# Days around the departure where the traveller is flexible without a number, and the most that are searched.
_FLEXIBLE_DAYS, _MAX_FLEXIBLE_DAYS = 3, 7


def flexible_days(turn: TurnContext) -> int:
    """Return the days before and after the departure in which the traveller is flexible: "plus minus two days" is 2."""
    span = turn.facts.cues.spans.get("flexible_dates", (0, 0))
    text = TokenizedText.from_text(turn.facts.text[slice(*span)])
    counted = find_durations(text, turn.facts.language)
    days = counted[0][0][0] if counted else 0
    return min(days, _MAX_FLEXIBLE_DAYS) if days else _FLEXIBLE_DAYS
