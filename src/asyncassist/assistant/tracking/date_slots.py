"""The days of the trip: which of those named is the departure, which the return, and what is counted from them."""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import itertools
import re
from typing import TYPE_CHECKING

from asyncassist.assistant.actions import Ask
from asyncassist.assistant.calendar_names import is_weekday
from asyncassist.nlp.dates.composition import next_occurrence
from asyncassist.nlp.dates.rule_registry import plus_offset
from asyncassist.nlp.followup.cues import ear, fold
from asyncassist.nlp.numbers import parse_number
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    from asyncassist.assistant.tracking.turn import Turn
    from asyncassist.nlp.followup.message_facts import Found

# "the 12th", "am 12.", "dia 12": a day without its month.
_ONLY_DAY = re.compile(r"(?:[a-z']+\s+){0,3}\d{1,2}\s?(?:st|nd|rd|th|er|o|a|e|\.|)")

_SHIFTS = {"day_after": 1, "day_before": -1, "week_after": 7, "week_before": -7}


def hear_days(turn: Turn) -> None:
    """Work the days that the message names or counts into the trip."""
    _hear_dates(turn)
    _hear_bare_return(turn)
    _hear_shift(turn)
    _hear_stay(turn)


def _hear_dates(turn: Turn) -> None:
    found = [item for item in turn.facts.of("departure_date", "return_date", "date") if isinstance(item.value, dt.date)]
    shifted = [span for span, _ in _shifts(turn)]
    span = turn.facts.cues.ordinal_span
    if span is not None and turn.trip.shown and turn.trip.asked is None:
        # "El segundo", said of a list, is not the second of the month.
        shifted.append(span)
    if "departure_date" in turn.trip.slots:
        # "Back a week later" says what it is for, unless the way back is known; "a week later" alone is a shift.
        known = "return_date" in turn.trip.slots
        found = [
            item
            for item in found
            if (item.type == "return_date" and not known)
            or not any(begin < item.end and item.start < end for begin, end in shifted)
        ]
    found = _without_denied(turn, _without_frames(found))
    for item in found:
        slot = _date_role(turn, item, alone=len(found) == 1)
        grain = item.metadata.get("grain", "day")
        if grain in {"month", "year"}:
            month = f"{item.value:%Y-%m}" if grain == "month" else None
            turn.trip = turn.trip.with_slots(**{slot: None}).but(month=month)
            turn.changed.add(slot)
            turn.ask = turn.ask or Ask(slot=slot, month=month)
        else:
            turn.put(slot, _after_departure(turn, item) if slot == "return_date" else _day(turn, item))
            turn.trip = turn.trip.but(month=None)


_DENIED = re.compile(
    r"\s*(?:is |es |e |est |ist |it )?(?:impossible|impos+ivel|imposible|unmoglich|no (?:good|puedo|posso|podemos|"
    r"me va)|"
    r"doesn'?t work|won'?t work|(?:i|we) can'?t|geht (?:\w+ )?nicht|(?:kann|klappt) (?:ich |es )?nicht|"
    r"nao (?:da|posso|consigo|podemos)|(?:je|on) (?:ne )?peux? pas|ne va pas|non (?:va|posso|riesco|possiamo))(?!\w)"
)


def _without_denied(turn: Turn, found: list[Found]) -> list[Found]:
    """The days without those that do not suit, where another is named: "mañana imposible. El martes"."""
    text = fold(turn.facts.text)
    kept = [item for item in found if _DENIED.match(text, item.end) is None]
    if len(kept) != 1 or len(kept) == len(found) or ear(turn.facts.language).back.search(text):
        return kept or found
    return [dataclasses.replace(kept[0], type="departure_date")]


_BARE_DAY = r"\w*\W+(?:(?:e|is|est|ist|es|a|on|the|el|le|il|am|den|dia|em|no|para|o|al|then|dann)\W+){0,3}(\d{1,2})"


def _hear_bare_return(turn: Turn) -> None:
    """A number alone behind a word of the way back: "ida 19 dezembro e volta 27", "o regresso é a 21"."""
    out = turn.trip.slots.get("departure_date")
    if out is None or "return_date" in turn.changed or turn.facts.of("return_date"):
        return
    back = ear(turn.facts.language).back.pattern
    match = re.search(rf"{back}{_BARE_DAY}\W*$", fold(turn.facts.text))
    day = 0 if match is None else int(match[match.lastindex or 0])
    taken = match is None or any(item.end >= match.end() for item in turn.facts.found)
    first = out.replace(day=1)
    month = first if day > out.day else (first + dt.timedelta(days=31)).replace(day=1)
    if not taken and 0 < day <= calendar.monthrange(month.year, month.month)[1]:
        turn.put("return_date", month.replace(day=day))


def _without_frames(found: list[Found]) -> list[Found]:
    """The days alone, where a wider date only says in which week or month they lie: "next week, on Wednesday"."""
    frames = [item for item in found if item.metadata.get("grain", "day") != "day" and item.metadata.get("range_end")]
    for frame in frames:
        last = frame.metadata["range_end"]
        inside = [item for item in found if item is not frame and frame.value <= item.value <= last]
        if len(inside) == 1 and inside[0].metadata.get("grain", "day") == "day":
            day = dataclasses.replace(inside[0], type=frame.type)
            found = [day if item is inside[0] else item for item in found if item is not frame]
    return found


def _date_role(turn: Turn, item: Found, *, alone: bool) -> str:
    trip = turn.trip
    if item.type == "return_date":
        return "departure_date" if alone and _opens(turn, item) else "return_date"
    waiting = trip.asked == "return_date" and "departure_date" in trip.slots
    if item.type == "date":
        return "return_date" if waiting else "departure_date"
    if waiting and alone and turn.facts.words <= 6 and not ear(turn.facts.language).leave.search(fold(turn.facts.text)):
        return "return_date"
    if alone and "departure_date" in trip.slots and _speaks_of_back(turn):
        return "return_date"
    return "return_date" if alone and _nearer_return(turn, item) else item.type


# "Let's go back to the 5th" speaks of the day, not of the way.
_BACK_TO = re.compile(
    r"(?<!\w)(?:back to|volv\w+ al|volt\w+ (?:ao|para o|pro)|reven\w+ au|zuruck zum|torn\w+ al)(?: \w+)? ?\d"
)


def _speaks_of_back(turn: Turn) -> bool:
    """Whether the words speak of the way back, and of it alone: "y volverme el 15"."""
    me, text = ear(turn.facts.language), fold(turn.facts.text)
    if _BACK_TO.search(text):
        return False
    return me.back.search(text) is not None and me.leave.search(text) is None and turn.trip.asked != "departure_date"


def _opens(turn: Turn, item: Found) -> bool:
    """Whether a date alone begins the trip: in "a return trip on Friday" the return is the kind of the trip."""
    facts, cues = turn.facts, turn.facts.cues
    if "departure_date" in turn.trip.slots or turn.trip.asked == "return_date" or "round_trip" not in cues:
        return False
    begin, end = cues.names["round_trip"]
    around = fold(facts.text[:begin] + " " + facts.text[end:])
    return ear(facts.language).back.search(around) is None and "after_departure" not in item.metadata


def _nearer_return(turn: Turn, item: Found) -> bool:
    """Whether a weekday alone corrects the return: "rather on Tuesday" where the way back was to be on Monday."""
    out, back = turn.trip.slots.get("departure_date"), turn.trip.slots.get("return_date")
    if out is None or back is None or not _is_weekday_alone(item):
        return False
    if ear(turn.facts.language).leave.search(fold(turn.facts.text)):
        return False
    moves: list[int] = [abs((item.value.weekday() - day.weekday() + 3) % 7 - 3) for day in (back, out)]
    return moves[0] < moves[1]


def _is_weekday_alone(item: Found) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", item.text) if len(word) > 3 and word != "feira"]
    return len(words) == 1 and bool(is_weekday(words[0])) and not any(char.isdigit() for char in item.text)


def _day(turn: Turn, item: Found) -> dt.date:
    """The day meant; "the 12th" after "in March" is the 12th of March."""
    value: dt.date = _near(item, turn)
    trip = turn.trip
    if trip.month is None or not _ONLY_DAY.fullmatch(fold(item.text)):
        return value
    year, month = (int(part) for part in trip.month.split("-"))
    if value.day > calendar.monthrange(year, month)[1]:
        return value
    return dt.date(year, month, value.day)


def _after_departure(turn: Turn, item: Found) -> dt.date:
    """A return: what was left open, or counted, is meant after the departure and not after today."""
    value: dt.date = item.value
    out = turn.trip.slots.get("departure_date")
    if out is None:
        return value
    back = turn.trip.slots.get("return_date")
    if item.type != "return_date" and back is not None and _is_weekday_alone(item):
        near = _nearest(back, value.weekday())
        return near if near >= out else near + dt.timedelta(days=7)
    offset = item.metadata.get("after_departure")
    if offset is not None:
        return plus_offset(out, *offset)
    cycle = item.metadata.get("cycle") or ("month" if _ONLY_DAY.fullmatch(fold(item.text)) else None)
    return value if cycle == "year" else next_occurrence(value, cycle, out) or value


def _near(item: Found, turn: Turn) -> dt.date:
    """A weekday alone is meant near the day spoken of: "rather on Sunday" after the 4th of December."""
    value: dt.date = item.value
    known = turn.trip.slots.get("departure_date")
    if known is None or item.type == "return_date":
        return value
    numbered = _ONLY_DAY.fullmatch(fold(item.text)) and not any(map(is_weekday, re.findall(r"[^\W\d_]+", item.text)))
    if numbered and value.day <= calendar.monthrange(known.year, known.month)[1]:
        same = known.replace(day=value.day)
        return same if same > turn.facts.today else value
    if not _is_weekday_alone(item):
        return value
    near = _nearest(known, value.weekday())
    return near if near > turn.facts.today else value


def _nearest(day: dt.date, weekday: int) -> dt.date:
    """The weekday that lies nearest to a day."""
    return day + dt.timedelta(days=(weekday - day.weekday() + 3) % 7 - 3)


def _hear_shift(turn: Turn) -> None:
    """The day after, a week earlier: counted from the departure, or from the return where the words speak of it."""
    if turn.changed & {"departure_date", "return_date"}:
        return
    shifts = _shifts(turn)
    begin, text = 0, turn.facts.text
    for (span, days), later in itertools.zip_longest(shifts, shifts[1:]):
        end = len(text) if later is None else span[1]
        words = fold(text[begin : span[0]] + " " + text[span[1] : end])
        begin = span[1]
        slot, base = _shifted(turn, words, days)
        if base is not None:
            turn.put(slot, base + dt.timedelta(days=days))


def _shifted(turn: Turn, words: str, days: int) -> tuple[str, dt.date | None]:
    """What the words around a shift move, and the day that it counts from."""
    slots, me = turn.trip.slots, ear(turn.facts.language)
    out, back = slots.get("departure_date"), slots.get("return_date")
    if back is not None and me.back.search(words) and not me.leave.search(words):
        return "return_date", back
    home = back is None and days > 0 and me.back.search(words) is not None
    waits = home or turn.trip.asked == "return_date" or ("round_trip" in turn.facts.cues and days > 0)
    return ("return_date" if waits else "departure_date"), out


_DAYS = (
    "day days night nights tag tage tagen nacht nachte nachten jour jours nuit nuits dia dias noite noites noche noches"
    " giorno giorni notte notti"
)
_WEEKS = "week weeks woche wochen semaine semaines semana semanas settimana settimane"
_UNITS = {
    **dict.fromkeys(_DAYS.split(), 1),
    **dict.fromkeys(_WEEKS.split(), 7),
    "fortnight": 14,
}
_ONES = "a an one un une uno una um uma ein eine einen einer"
_ONE = frozenset(_ONES.split())
_LONGEST_STAY = 200
_SHORT = 7


def _hear_stay(turn: Turn) -> None:
    """How long the traveller stays, where the return is asked for or known: "three days", "eine Woche"."""
    trip, facts = turn.trip, turn.facts
    out = trip.slots.get("departure_date")
    wanted = trip.asked == "return_date" or trip.slots.get("trip_type") == "round_trip" or "return_date" in trip.slots
    if out is None or not wanted or turn.changed or facts.words > _SHORT or _shifts(turn):
        return
    counted = _counted(TokenizedText.from_text(facts.text), facts.language)
    if counted:
        turn.put("return_date", out + dt.timedelta(days=counted[0][0]))


def _counted(text: TokenizedText, language: str) -> list[tuple[int, int, int]]:
    """Days that are counted in a text, each with its first token and the token after it: "three days", "a week"."""
    found = []
    for at, word in enumerate(text.words):
        number = (1, 1) if word in _ONE else parse_number(text.tokens, at, language)
        if number is not None and at + number[1] < len(text.words):
            days = number[0] * _UNITS.get(text.words[at + number[1]], 0)
            if 0 < days <= _LONGEST_STAY:
                found.append((days, at, at + number[1] + 1))
    return found


_MORE = frozenset({"plus", "mas", "mais", "piu", "no"})
_WAYS = {
    **dict.fromkeys(("later", "after", "afterwards", "spater", "danach", "tard", "apres", "tarde", "depois"), 1),
    **dict.fromkeys(("despues", "dopo", "tardi"), 1),
    **dict.fromkeys(("earlier", "before", "sooner", "fruher", "eher", "vorher", "davor", "tot", "avant", "antes"), -1),
    **dict.fromkeys(("cedo", "temprano", "prima", "presto"), -1),
}


def _shifts(turn: Turn) -> list[tuple[tuple[int, int], int]]:
    """What moves a day, where it stands and by how many days: "the day after", "two days earlier"."""
    facts = turn.facts
    shifts = {span: _SHIFTS[name] for name, span in facts.cues.names.items() if name in _SHIFTS}
    text = TokenizedText.from_text(facts.text)
    for days, first, after in _counted(text, facts.language):
        at = after + (after < len(text.words) and text.words[after] in _MORE)
        way = _WAYS.get(text.words[at]) if at < len(text.words) else None
        if way is None:
            continue
        begin, end = text.tokens[first].start, text.tokens[at].end
        dates = facts.of("departure_date", "return_date", "date")
        anchored = any(item.start < end < item.end for item in dates)  # "three days before Christmas"
        if not anchored and not any(span[0] < end and begin < span[1] for span in shifts):
            shifts[begin, end] = way * days
    return sorted(shifts.items())
