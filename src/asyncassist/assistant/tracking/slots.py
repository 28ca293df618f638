"""From the facts of a message to the slots of the trip; short answers are read by the question that stands."""

from __future__ import annotations

import calendar
import dataclasses
from typing import TYPE_CHECKING

from asyncassist._types import Passengers
from asyncassist.assistant.actions import Say
from asyncassist.assistant.tracking.date_slots import hear_days
from asyncassist.assistant.tracking.place_slots import PLACES, hear_places
from asyncassist.nlp.followup.added_passengers import joining

if TYPE_CHECKING:
    import datetime as dt

    from asyncassist._types import Place
    from asyncassist.assistant.state import Trip
    from asyncassist.assistant.tracking.turn import Turn
    from asyncassist.nlp.followup.message_facts import Facts

MAX_PASSENGERS = 9
_NEARLY_A_YEAR = 300
# More words than these may say anything about an amount.
_SHORT = 8

_WINDOWS = {"morning": (0, 719), "afternoon": (720, 1079), "evening": (1080, 1439), "night": (1080, 1439)}


def hear(turn: Turn) -> None:
    """Work all that the message says about the trip into it."""
    elsewhere = turn.facts.intent == "flight_status" and bool(turn.facts.of("flight_number"))
    if elsewhere or asks_about(turn.trip, turn.facts):
        return
    _hear_legs(turn)
    hear_places(turn)
    hear_days(turn)
    _hear_rest(turn)
    _hear_type(turn)
    _hear_window(turn)


def asks_about(trip: Trip, facts: Facts) -> bool:
    """Whether a question is about one of the offers shown, and wishes nothing: "is the second one direct?"."""
    about = facts.cues.ordinal is not None and bool(trip.shown) and "?" in facts.text
    return (
        about and "pick" not in facts.cues and ("direct" in facts.cues or "cabin" in {one.type for one in facts.found})
    )


def _hear_legs(turn: Turn) -> None:
    """A trip of several legs: it is said that one is searched at a time, and the first is."""
    facts = turn.facts
    one = len([item for item in facts.found if item.type in PLACES]) == 1
    if "legs" not in facts.cues or (one and not turn.trip.shown):
        return  # "then to Rome" may just be the answer
    turn.says.append(Say(key="one_leg"))
    onward = turn.trip.shown and not facts.of("origin")
    kept = [] if onward else [item for item in facts.found if item.type not in {"return_date", "trip_type"}]
    names = {name: span for name, span in facts.cues.names.items() if name != "round_trip"}
    turn.facts = dataclasses.replace(facts, found=tuple(kept), cues=dataclasses.replace(facts.cues, names=names))


def _hear_rest(turn: Turn) -> None:
    facts = turn.facts
    _hear_passengers(turn)
    for slot in ("cabin", "max_stops", "budget", "trip_type"):
        for item in facts.of(slot):
            if item.value is not None:
                turn.put(slot, item.value)
    _hear_money(turn)
    if "first_class" in facts.cues:
        turn.put("cabin", "first")
    if "any_price" in facts.cues:
        turn.put("budget", None)
    if "any_stops" in facts.cues:
        turn.put("max_stops", None)
    elif "direct" in facts.cues:
        turn.put("max_stops", 0)
    _hear_airlines(turn)


def _hear_money(turn: Turn) -> None:
    """An amount without a word of limit is the budget, where prices are what is spoken of: "let's say 500 euros"."""
    facts, trip = turn.facts, turn.trip
    names_offer = facts.cues.pointing or facts.cues.ordinal is not None or "?" in facts.text
    if facts.money is None or names_offer or facts.of("budget"):
        return
    if "budget" in trip.slots or (trip.shown and facts.words <= _SHORT):
        turn.put("budget", facts.money)


def _hear_passengers(turn: Turn) -> None:
    """Who travels; one more adult, or children who come along with the adults already counted."""
    known: Passengers = turn.trip.slots.get("passengers", Passengers())
    if turn.facts.cues.one_more:
        turn.put("passengers", Passengers(adults=known.adults + 1, children=known.children, infants=known.infants))
        return
    if "joins" in turn.facts.cues and _hear_joining(turn, known):
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


def _hear_joining(turn: Turn, known: Passengers) -> bool:
    """Somebody who comes along with those already counted; a number of all of them is left to the engine."""
    facts = turn.facts
    counted = [item.value for item in facts.of("passengers") if isinstance(item.value, Passengers)]
    if any(one.adults > 1 for one in counted) or facts.of("origin", "destination"):
        return False
    more = joining(facts.text, facts.language)
    if more is None:
        return False
    turn.put(
        "passengers",
        Passengers(
            adults=known.adults + more.adults,
            children=known.children + more.children,
            infants=known.infants + more.infants,
        ),
    )
    return True


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
    """The part of the day, by the words or by the engine's dates; who says "good morning" wants nothing of it."""
    if turn.facts.intent == "greeting":
        return
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
