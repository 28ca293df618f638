"""From the facts of a message to the slots of the trip; short answers are read by the question that stands."""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from babel import Locale

from asyncassist._types import Passengers, Place
from asyncassist.assistant.actions import Ask, Say
from asyncassist.assistant.ambiguity import candidates
from asyncassist.assistant.calendar_words import is_weekday
from asyncassist.assistant.cues import ear, fold, role_before, unknown_name
from asyncassist.nlp.dates_compose import rolled
from asyncassist.nlp.dates_rulebook import moved

if TYPE_CHECKING:
    from asyncassist.assistant.facts import Facts, Found
    from asyncassist.assistant.trip import Trip

PLACES = ("origin", "destination")
MAX_PASSENGERS = 9
_NEARLY_A_YEAR = 300

# "the 12th", "am 12.", "dia 12": a day without its month.
_ONLY_DAY = re.compile(r"(?:[a-z']+\s+){0,3}\d{1,2}\s?(?:st|nd|rd|th|er|o|a|e|\.|)")

_SHIFTS = {"day_after": 1, "day_before": -1, "week_after": 7, "week_before": -7}
_WINDOWS = {"morning": (0, 719), "afternoon": (720, 1079), "evening": (1080, 1439), "night": (1080, 1439)}


@dataclass(slots=True)
class Turn:
    """One message being worked in: lives only inside the pure core.

    Attributes:
        trip: The state so far.
        facts: The message.
        changed: Slots that the message changed, and "window" and "sort".
        says: What must be said before anything else.
        ask: The question that must be asked now, None when none must.
        answered: Whether the message answered the question that stood.
    """

    trip: Trip
    facts: Facts
    changed: set[str] = field(default_factory=set)
    says: list[Say] = field(default_factory=list)
    ask: Ask | None = None
    answered: bool = False

    def put(self, slot: str, value: Any) -> None:
        """Set a slot, or drop it with None."""
        if self.trip.slots.get(slot) != value:
            self.trip = self.trip.with_slots(**{slot: value})
            self.changed.add(slot)
        if slot == self.trip.asked:
            self.answered = True

    def refuse(self, slot: str, *says: Say, month: str | None = None) -> None:
        """Drop a slot, say why, and ask for it again; the first refusal of a message is the one that is asked."""
        self.trip = self.trip.with_slots(**{slot: None})
        self.changed.add(slot)
        self.says.extend(says)
        self.ask = self.ask or Ask(slot=slot, month=month)


def hear(turn: Turn) -> None:
    """Work all that the message says about the trip into it."""
    _hear_choice(turn)
    _hear_places(turn)
    _hear_dates(turn)
    _hear_shift(turn)
    _hear_rest(turn)
    _hear_type(turn)
    _hear_window(turn)


def _hear_choice(turn: Turn) -> None:
    """The answer to "which San José?": by number, country, code or name; without one the likeliest is taken."""
    trip = turn.trip
    if not trip.choices or trip.asked not in PLACES:
        return
    slot, choices = trip.asked, trip.choices
    turn.trip = trip.but(choices=(), choice_text="", settled=trip.settled | {f"place:{fold(trip.choice_text)}"})
    chosen = _named(turn.facts, choices)
    if chosen is None and any(item.type in PLACES for item in turn.facts.found):
        return
    turn.put(slot, chosen or choices[0])


def _named(facts: Facts, choices: tuple[Place, ...]) -> Place | None:
    """The choice that the message names."""
    codes = {item.value.code for item in facts.found if isinstance(item.value, Place)}
    ordinal = facts.cues.ordinal
    if ordinal is not None and -1 <= ordinal < len(choices):
        return choices[ordinal]
    folded = fold(facts.text)
    for place in choices:
        names = {country_name(place.country, facts.language), country_name(place.country, "en"), place.name, place.code}
        if any(
            f" {fold(name)} " in f" {_spaced(folded)} " for name in names if name != facts.text or len(choices) == 1
        ):
            return place
    matching = [place for place in choices if place.code in codes]
    return matching[0] if len(matching) == 1 and len(codes) == 1 else None


def _spaced(folded: str) -> str:
    return "".join(char if char.isalnum() else " " for char in folded)


def country_name(code: str, language: str) -> str:
    """A country's name in a language; its code when there is none."""
    return str(Locale.parse(language).territories.get(code, code))


def _hear_places(turn: Turn) -> None:
    facts, trip = turn.facts, turn.trip
    found = [item for item in facts.of(*PLACES) if isinstance(item.value, Place)]
    for item in found:
        slot = _role(turn, item, alone=len(found) == 1)
        options = candidates(
            item.value,
            item.metadata,
            name=item.text,
            others=[one.value for one in found if one is not item]
            + [place for name, place in trip.slots.items() if name in PLACES and name != slot],
        )
        if options and turn.ask is None and f"place:{fold(item.text)}" not in trip.settled:
            turn.trip = turn.trip.with_slots(**{slot: None}).but(choices=options, choice_text=item.text)
            turn.changed.add(slot)
            turn.ask = turn.ask or Ask(slot=slot, choices=options, name=item.text)
        else:
            turn.put(slot, item.value)
    if "swap" in facts.cues and not found and all(name in trip.slots for name in PLACES):
        turn.trip = trip.with_slots(origin=trip.slots["destination"], destination=trip.slots["origin"])
        turn.changed.update(PLACES)
    _hear_unknown_place(turn, found)


def _role(turn: Turn, item: Found, *, alone: bool) -> str:
    """Where a place belongs: by the words before it, else by the question that stands, else as the engine says."""
    asked = turn.trip.asked
    if alone and asked in PLACES and asked != item.type:
        said = role_before(turn.facts.text, item.start, language=turn.facts.language)
        if said is None and asked not in turn.trip.slots:
            return asked
    return item.type


def _hear_unknown_place(turn: Turn, found: list[Found]) -> None:
    """Say so when a name stands where a place belongs and nobody knows it."""
    facts, asked = turn.facts, turn.trip.asked
    if turn.answered:
        return
    known = tuple((item.start, item.end) for item in facts.found)
    heard = {item.type for item in found}
    for slot in PLACES:
        if slot in heard or slot in turn.trip.slots:
            continue
        name = unknown_name(facts.text, slot, language=facts.language, known=known)
        if name:
            turn.refuse(slot, Say(key="unknown_place", values={"name": name}))
            return
    nothing = not facts.found and not facts.cues.names and facts.cues.ordinal is None and facts.cues.steered is None
    if asked in PLACES and nothing and facts.intent == "unknown" and facts.words <= 3 and "?" not in facts.text:
        name = facts.text.strip(" .!,;:\"'“”«»\n\t")[:40]
        if name.replace(" ", "").replace("-", "").replace("'", "").isalpha():
            turn.refuse(asked, Say(key="unknown_place", values={"name": name}))


def _hear_dates(turn: Turn) -> None:
    found = [item for item in turn.facts.of("departure_date", "return_date", "date") if isinstance(item.value, dt.date)]
    shifted = [turn.facts.cues.names[name] for name in _SHIFTS if name in turn.facts.cues]
    span = turn.facts.cues.ordinal_span
    if span is not None and turn.trip.shown and turn.trip.asked is None:
        # "El segundo", said of a list, is not the second of the month.
        shifted.append(span)
    if "departure_date" in turn.trip.slots:
        # "Back a week later" says what it is for; "a week later" alone is a shift.
        found = [
            item
            for item in found
            if item.type == "return_date" or not any(a < item.end and item.start < b for a, b in shifted)
        ]
    found = _without_frames(found)
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
        return "return_date"
    waiting = trip.asked == "return_date" and "departure_date" in trip.slots
    if item.type == "date":
        return "return_date" if waiting else "departure_date"
    if waiting and alone and turn.facts.words <= 6 and not ear(turn.facts.language).leave.search(fold(turn.facts.text)):
        return "return_date"
    return "return_date" if alone and _nearer_return(turn, item) else item.type


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
        return moved(out, *offset)
    cycle = item.metadata.get("cycle") or ("month" if _ONLY_DAY.fullmatch(fold(item.text)) else None)
    return value if cycle == "year" else rolled(value, cycle, out) or value


def _near(item: Found, turn: Turn) -> dt.date:
    """A weekday alone is meant near the day spoken of: "rather on Sunday" after the 4th of December."""
    value: dt.date = item.value
    known = turn.trip.slots.get("departure_date")
    if known is None or item.type == "return_date" or not _is_weekday_alone(item):
        return value
    near = _nearest(known, value.weekday())
    return near if near > turn.facts.today else value


def _nearest(day: dt.date, weekday: int) -> dt.date:
    """The weekday that lies nearest to a day."""
    return day + dt.timedelta(days=(weekday - day.weekday() + 3) % 7 - 3)


def _hear_shift(turn: Turn) -> None:
    """The day after, a week earlier: counted from the departure."""
    cues, trip = turn.facts.cues, turn.trip
    out = trip.slots.get("departure_date")
    days = next((days for name, days in _SHIFTS.items() if name in cues), None)
    if days is None or not isinstance(out, dt.date) or turn.changed & {"departure_date", "return_date"}:
        return
    back = trip.asked == "return_date" or ("round_trip" in cues and days > 0)
    slot = "return_date" if back else "departure_date"
    turn.put(slot, out + dt.timedelta(days=days))


def _hear_rest(turn: Turn) -> None:
    facts = turn.facts
    _hear_passengers(turn)
    for slot in ("cabin", "max_stops", "budget", "trip_type"):
        for item in facts.of(slot):
            if item.value is not None:
                turn.put(slot, item.value)
    if "first_class" in facts.cues:
        turn.put("cabin", "first")
    if "any_price" in facts.cues:
        turn.put("budget", None)
    if "any_stops" in facts.cues:
        turn.put("max_stops", None)
    elif "direct" in facts.cues:
        turn.put("max_stops", 0)
    _hear_airlines(turn)


def _hear_passengers(turn: Turn) -> None:
    """Who travels; one more adult, or children who come along with the adults already counted."""
    known: Passengers = turn.trip.slots.get("passengers", Passengers())
    if turn.facts.cues.one_more:
        turn.put("passengers", Passengers(adults=known.adults + 1, children=known.children, infants=known.infants))
        return
    for item in turn.facts.of("passengers"):
        value = item.value
        if not isinstance(value, Passengers):
            continue
        if value.adults <= 1 and value.total > value.adults and not turn.facts.cues.adults:
            value = Passengers(
                adults=known.adults,
                children=value.children or known.children,
                infants=value.infants or known.infants,
            )
        turn.put("passengers", value)


def _hear_airlines(turn: Turn) -> None:
    if "any_airline" in turn.facts.cues:
        turn.put("airline", None)
        turn.put("excluded_airlines", None)
    for item in turn.facts.of("airline"):
        excluded = turn.trip.slots.get("excluded_airlines", ())
        others = tuple(one for one in excluded if one.code != item.value.code)
        wanted = turn.trip.slots.get("airline")
        if item.excluded:
            turn.put("excluded_airlines", (*others, item.value))
            if wanted is not None and wanted.code == item.value.code:
                turn.put("airline", None)
        else:
            turn.put("airline", item.value)
            turn.put("excluded_airlines", others or None)


def _hear_type(turn: Turn) -> None:
    """One way or there and back; a return date says the same without the words."""
    facts, trip = turn.facts, turn.trip
    said = {item.value for item in facts.of("trip_type")}
    denied = facts.intent == "deny" and trip.asked == "return_date"
    if "one_way" in facts.cues or "one_way" in said or (denied and not turn.changed):
        turn.put("trip_type", "one_way")
        turn.put("return_date", None)
        turn.answered = turn.answered or trip.asked == "return_date"
        return
    if "round_trip" in facts.cues or "round_trip" in said:
        if trip.asked != "return_date":
            turn.trip = turn.trip.but(settled=turn.trip.settled - {"return_date"})
        turn.put("trip_type", "round_trip")
    elif "return_date" in turn.changed and turn.trip.slots.get("trip_type") == "one_way":
        turn.put("trip_type", "round_trip" if "return_date" in turn.trip.slots else "one_way")


def _hear_window(turn: Turn) -> None:
    """The part of the day, by the words or by the engine's dates."""
    cues = turn.facts.cues
    window = turn.trip.window
    parts = [item.metadata.get("part_of_day") for item in turn.facts.of("departure_date", "date")]
    for part, minutes in _WINDOWS.items():
        if part in cues or part in parts:
            window = minutes
    window = cues.window or window
    if "any_time" in cues:
        window = None
    if window != turn.trip.window:
        turn.trip = turn.trip.but(window=window)
        turn.changed.add("window")


def check(turn: Turn) -> None:
    """Refuse what cannot be flown, with the reason and a question."""
    _check_dates(turn)
    _check_places(turn)
    _check_passengers(turn)


def _check_dates(turn: Turn) -> None:
    slots = turn.trip.slots
    out, back = slots.get("departure_date"), slots.get("return_date")
    if out is not None and out < turn.facts.today:
        turn.refuse("departure_date", Say(key="past_date", values={"date": out}))
        out = None
    if back is not None and back < turn.facts.today:
        turn.refuse("return_date", Say(key="past_date", values={"date": back}))
        back = None
    if back is None or out is None:
        return
    if "return_date" in turn.changed and (back - out).days > _NEARLY_A_YEAR and f"{back.year}" not in turn.facts.text:
        # "On the 10th, back on the 5th": read as next year's, and surely not meant so.
        back = _year_before(back)
    if back < out:
        turn.refuse("return_date", Say(key="return_before", values={"out": out, "back": back}))


def _year_before(day: dt.date) -> dt.date:
    """The same day a year before; 28 February for the 29th."""
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last))


def _check_places(turn: Turn) -> None:
    slots = turn.trip.slots
    origin, destination = slots.get("origin"), slots.get("destination")
    if origin is None or destination is None or not same_place(origin, destination):
        return
    wrong = "origin" if "origin" in turn.changed and "destination" not in turn.changed else "destination"
    turn.refuse(wrong, Say(key="same_place", values={"place": slots[wrong]}))


def same_place(one: Place, other: Place) -> bool:
    """Whether a flight between the two would go nowhere."""
    return one.code == other.code or (one.city == other.city and one.country == other.country and bool(one.city))


def _check_passengers(turn: Turn) -> None:
    passengers = turn.trip.slots.get("passengers")
    if not isinstance(passengers, Passengers):
        return
    if passengers.adults + passengers.children > MAX_PASSENGERS:
        turn.refuse("passengers", Say(key="too_many"))
    elif passengers.adults < 1:
        turn.refuse("passengers", Say(key="need_adult"))
    elif passengers.infants > passengers.adults:
        turn.refuse("passengers", Say(key="too_many_infants"))
