"""Roles of dates: departure or return, where the wording says so; dates that are not the trip's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from asyncassist.nlp.dates import calendar_math
from asyncassist.nlp.dates.composition import move_to_next_occurrence

if TYPE_CHECKING:
    import datetime as dt

    from asyncassist.nlp.dates.lexer import LexedText
    from asyncassist.nlp.dates.models import DateReading, ReadingSpan

DateRole = Literal["departure", "return"]

# Distance, in words, within which a cue on either side of a date applies to it.
_MAX_CUE_DISTANCE: Final = 14
# A cue at most so many words before the next date belongs to that date.
_MAX_NEXT_DATE_DISTANCE: Final = 3
# Words before "today" in which a closing phrase is looked for ("that is all I need for today").
_SMALL_TALK_LOOKBACK: Final = 9


def _cue_role(lexed: LexedText, position: int) -> DateRole | None:
    meaning = lexed.meanings[position]
    return "return" if "RET" in meaning else "departure" if "DEP" in meaning else None


def assign_date_roles(lexed: LexedText, items: list[ReadingSpan]) -> list[DateRole | None]:
    """Return the role of each date, by the nearest cue before it in its sentence, else by the nearest one after it.

    Args:
        lexed: The lexed text.
        items: Its dates, in order.

    Returns:
        One role for each date, in the same order; None where the wording gives none.
    """
    date_roles: list[DateRole | None] = []
    for index, item in enumerate(items):
        if item.reading.range_leg:
            date_roles.append("departure" if item.reading.range_leg == "trip" else "return")
            continue
        left = items[index - 1].last if index else -1
        right = items[index + 1].first if index + 1 < len(items) else len(lexed)
        following = lexed.meanings[item.last + 1] if item.last + 1 < right else {}
        # "am 12. zurück", but not "ab 12. zurück 22.": there the cue belongs to the 22nd.
        is_return = "RETPOST" in following and not (item.last + 2 == right < len(lexed))
        if item.reading.form == "duration" or is_return:
            date_roles.append("return")
            continue
        if "DEPPOST" in following:
            date_roles.append("departure")
            continue
        role = _role_before(lexed, item.first, left)
        if role is None and index and _is_alternative(lexed, left, item.first):
            role = date_roles[-1]  # "returning on the 5th or the 6th"
        if role is None:
            role = _role_after(lexed, item.last, right)
        date_roles.append(role)
    return date_roles


def _is_alternative(lexed: LexedText, left: int, right: int) -> bool:
    """Return whether only "or" and function words stand between two dates."""
    between = lexed.meanings[left + 1 : right]
    function_kinds = {"OR", "THE", "ON", "THED", "COMMA", "DAYW", "DATEON"}
    return any("OR" in meaning for meaning in between) and all(meaning.keys() & function_kinds for meaning in between)


def _role_before(lexed: LexedText, start: int, left: int) -> DateRole | None:
    for position in range(start - 1, max(left, start - 1 - _MAX_CUE_DISTANCE), -1):
        if lexed.sentence_ends[position]:
            return None
        role = _cue_role(lexed, position)
        if role is not None:
            return role
    return None


def _role_after(lexed: LexedText, end: int, right: int) -> DateRole | None:
    for position in range(end + 1, min(right, end + 1 + _MAX_CUE_DISTANCE)):
        if lexed.sentence_ends[position]:
            return None
        role = _cue_role(lexed, position)
        if role is not None:
            # "on the 9th and return on ...": a cue after "and" opens the clause of the next date.
            opens_clause = any("AND" in lexed.meanings[other] for other in range(end + 1, position))
            # So does a cue right before the next date: "on the 5th return on the 8th".
            commas = any("COMMA" in lexed.meanings[other] for other in range(position, min(right, len(lexed))))
            near_next_date = right < len(lexed) and right - position <= _MAX_NEXT_DATE_DISTANCE and not commas
            return None if opens_clause or near_next_date else role
    return None


# Maximum days between an occasion and a date of its trip, and maximum words between a travel cue and its date.
_MAX_OCCASION_DAYS: Final = 10
_MAX_CUE_WORDS: Final = 2


def without_occasions(lexed: LexedText, items: list[ReadingSpan]) -> list[ReadingSpan]:
    """Return the dates without holidays that are only the occasion: "New Year in Prague: leaving on 30 December"."""
    if len(items) < 2 or not any(item.reading.form == "holiday" for item in items):
        return items
    fixed_days = [
        item.reading.value
        for item, role in zip(items, assign_date_roles(lexed, items), strict=True)
        if item.reading.form in {"date", "day"} and item.reading.grain == "day" and role != "return"
    ]
    return [
        item
        for item in items
        if item.reading.form != "holiday"
        or item.reading.range_leg
        or _has_travel_cue(lexed, item)
        or all(abs((day - item.reading.value).days) > _MAX_OCCASION_DAYS for day in fixed_days)
    ]


def _has_travel_cue(lexed: LexedText, item: ReadingSpan) -> bool:
    """Return whether a departure or return cue, and no "for", precedes a date: "leaving on Christmas Eve"."""
    near = range(max(0, item.first - _MAX_CUE_WORDS), item.first)
    is_purpose = bool(item.first) and "FOR" in lexed.meanings[item.first - 1]
    return not is_purpose and any(_cue_role(lexed, position) for position in near)


def is_not_travel(lexed: LexedText) -> bool:
    """Return whether the text is about a rental car or hotel and not about flying: its dates are not the trip's."""
    kinds = {kind for meaning in lexed.meanings for kind in ("AWAY", "FLY") if kind in meaning}
    return kinds == {"AWAY"}


def is_small_talk(lexed: LexedText, item: ReadingSpan) -> bool:
    """Return whether "today" belongs to thanks or small talk: "thanks for your help today", "how are you today?"."""
    if item.reading.form != "relative" or item.first != item.last or lexed.meanings[item.first].get("REL") != 0:
        return False
    ahead = range(item.last + 1, min(item.last + 5, len(lexed)))
    # "per oggi è tutto": after "for today" the closing word may follow.
    closing = bool(
        item.first
        and "FOR" in lexed.meanings[item.first - 1]
        and any("CLOSE" in lexed.meanings[position] for position in ahead)
    )
    for position in range(item.first - 1, max(-1, item.first - 1 - _SMALL_TALK_LOOKBACK), -1):
        if lexed.sentence_ends[position]:
            break
        meaning = lexed.meanings[position]
        if "GO" in meaning:
            return False
        closing = closing or "CLOSE" in meaning
    return closing


def resolve_relative(
    readings: list[DateReading], date_roles: list[DateRole | None], departure: dt.date | None
) -> list[DateReading]:
    """Resolve the return against the departure, and a departure without a month against a return with one.

    Args:
        readings: Readings of the dates, in order.
        date_roles: Their roles, in the same order.
        departure: Departure known from an earlier turn, used if the readings have none; None if unknown.

    Returns:
        The readings in the same order; unchanged returns and distances if there is no departure.
    """
    departure_index = next(
        (i for i, role in enumerate(date_roles) if role == "departure" and _is_departure_independent(readings[i])), None
    )
    if departure_index is None:
        departure_index = next(
            (i for i, role in enumerate(date_roles) if role is None and _is_departure_independent(readings[i])), None
        )
    changed = list(readings)
    return_index = next(
        (i for i, role in enumerate(date_roles) if role == "return" and _is_departure_independent(readings[i])), None
    )
    if departure_index is not None and return_index is not None:
        changed[departure_index] = _departure_before_return(readings[departure_index], readings[return_index])
    start = changed[departure_index].value if departure_index is not None else departure
    if start is None:
        return changed
    for index, role in enumerate(date_roles):
        reading = changed[index]
        if index != departure_index and (role == "return" or reading.form in {"later", "duration"}):
            changed[index] = _return_after_departure(
                reading, start, None if departure_index is None else changed[departure_index]
            )
    return changed


def _is_departure_independent(reading: DateReading) -> bool:
    return reading.form not in {"later", "duration"}


def _departure_before_return(first: DateReading, second: DateReading) -> DateReading:
    """Move a departure "on the 5th" to the last 5th before a return "on 8 May"."""
    if first.form != "day" or second.form != "date" or second.value < first.value:
        return first
    value = calendar_math.previous_day_of_month(first.value.day, second.value)
    if value is None or value < first.value:
        return first
    return first.replace(value=value, alternatives=(first.value,))


def _return_after_departure(reading: DateReading, start: dt.date, departure_reading: DateReading | None) -> DateReading:
    # A traveller who leaves "tomorrow" and returns the same day would say "tomorrow" again, not the weekday.
    relative_departure = departure_reading is None or departure_reading.form == "relative"
    moves_a_week = (
        relative_departure or departure_reading is None or reading.part_of_day in {None, departure_reading.part_of_day}
    )
    back = move_to_next_occurrence(reading, start)
    if reading.form == "weekday" and back.value == start and moves_a_week:
        return move_to_next_occurrence(
            reading, calendar_math.plus_days(start, 1)
        )  # "leave Friday, return Friday": a week later
    return back
