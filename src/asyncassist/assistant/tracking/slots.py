"""Dialogue state tracking: fills slots from the facts of a message, in the context of the open question."""

from __future__ import annotations

import calendar
from types import MappingProxyType
from typing import TYPE_CHECKING

from asyncassist._types import Money, Passengers, is_amount
from asyncassist.assistant.actions import AskSlot, SayPhrase
from asyncassist.assistant.tracking.date_slots import fill_dates
from asyncassist.assistant.tracking.leg_slots import fill_legs, keep_legs
from asyncassist.assistant.tracking.place_slots import fill_places
from asyncassist.nlp.commands.references import find_currency
from asyncassist.nlp.entities.child_ages import MIN_ADULT_AGE, MIN_CHILD_AGE
from asyncassist.nlp.followup.added_passengers import find_added_passengers
from asyncassist.nlp.followup.cues import fold_chars, patterns_for
from asyncassist.nlp.followup.removed_passengers import find_removed_passengers, stated_rest, without_passengers

if TYPE_CHECKING:
    import datetime as dt

    from asyncassist._types import Place, TimeWindow
    from asyncassist.assistant.state import DialogueState
    from asyncassist.assistant.tracking.turn import TurnContext

MAX_PASSENGERS = 9
"""Maximum number of adults and children together."""
# Days between departure and return beyond which a return without its year was probably resolved to the wrong year.
_IMPLAUSIBLE_STAY = 300
# Longest message, in words, in which a bare amount is taken for a budget; longer ones may mention any amount.
_SHORT_MESSAGE = 8

# What is wanted of the fare: slot and its value, and the cues that want it and that drop it.
_FARE_CUES = (("checked_bags", 1, "with_bag", "any_bag"), ("refundable", True, "refundable", "any_refund"))
_LAST_MINUTE = 1439
_AROUND = 60
"""Minutes before and after an exact time that still fit it."""
_DATE_SLOTS = frozenset({"departure_date", "return_date"})
# First and last minute of the day for departures.
_DAY_PARTS = {"morning": (0, 719), "afternoon": (720, 1079), "evening": (1080, 1439), "night": (1080, 1439)}


def update_state(turn: TurnContext) -> None:
    """Update the state with what the message says about the trip; questions about flights or offers change nothing."""
    about_booked_flight = turn.facts.intent == "flight_status" and bool(turn.facts.of_type("flight_number"))
    if about_booked_flight:
        return
    fill_legs(turn)
    fill_places(turn)
    fill_dates(turn)
    _fill_other_slots(turn)
    _apply_birthdays(turn)
    _fill_trip_type(turn)
    keep_legs(turn)
    _fill_window(turn)
    _fill_currency(turn)


def _fill_other_slots(turn: TurnContext) -> None:
    """Fill passengers, cabin, stops, budget, trip type and airlines from entities and cues."""
    facts = turn.facts
    _fill_passengers(turn)
    for slot in ("cabin", "max_stops", "trip_type"):
        for item in facts.of_type(slot):
            if item.value is not None:
                turn.set_slot(slot, item.value)
    _fill_budget(turn)
    if "first_class" in facts.cues:
        turn.set_slot("cabin", "first")
    if "any_price" in facts.cues:
        turn.set_slot("budget", None)
    if "any_stops" in facts.cues and not any(item.value for item in facts.of_type("max_stops")):
        turn.set_slot("max_stops", None)
    elif "direct" in facts.cues:
        turn.set_slot("max_stops", 0)
    for slot, value, wanted, dropped in _FARE_CUES:
        if dropped in facts.cues:
            turn.set_slot(slot, None)
        elif wanted in facts.cues:
            turn.set_slot(slot, value)
    _fill_airlines(turn)
    _fill_layovers(turn)


def _fill_layovers(turn: TurnContext) -> None:
    """Fill the cities in which a stop is wanted or not; the latest mention of one wins."""
    for item in turn.facts.of_type("via"):
        for slot, adds in (("via", not item.excluded), ("not_via", item.excluded)):
            others = tuple(one for one in turn.state.slots.get(slot, ()) if one.code != item.value.code)
            turn.set_slot(slot, ((*others, item.value) if adds else others) or None)


def _fill_budget(turn: TurnContext) -> None:
    """Fill the budget from a limit, or an amount while prices are the topic: "let's say 500 euros".

    A price for each traveller is multiplied by the seats.
    """
    facts, state = turn.facts, turn.state
    names_offer = facts.cues.points_at_offer or facts.cues.ordinal is not None or "?" in facts.text
    budget: Money | None = next((item.value for item in facts.of_type("budget")), None)
    if budget is None and facts.money is not None and not names_offer:
        limited = facts.limit is not None or "budget" in state.slots
        if limited or (state.shown and facts.word_count <= _SHORT_MESSAGE):
            budget = facts.money
    if budget is None and facts.money is None and facts.limit is not None:
        budget = Money(facts.limit.amount, _known_currency(state))
    if budget is None:
        return
    people: Passengers = turn.state.slots.get("passengers", Passengers())
    seats = people.adults + people.children
    in_all = budget.amount * seats
    if facts.per_person and is_amount(in_all):
        budget = Money(in_all, budget.currency)
    turn.set_slot("budget", budget)


def _known_currency(state: DialogueState) -> str:
    """Return the currency of the conversation: of the budget, asked for, or of the offers shown; else euros."""
    known: Money | None = state.slots.get("budget")
    if known is not None:
        return known.currency
    return state.currency or (state.shown[0].currency if state.shown else "EUR")


def _fill_currency(turn: TurnContext) -> None:
    """Remember the currency in which prices are wanted: "prices in francs"."""
    facts = turn.facts
    wanted = None if facts.money is not None or facts.of_type("budget") else find_currency(facts.text, wanted=True)
    if wanted is not None and wanted != turn.state.currency:
        turn.state = turn.state.replace(currency=wanted)
        turn.changed.add("currency")


def _fill_passengers(turn: TurnContext) -> None:
    """Fill passengers; additional adults, children and infants are added to the adults already counted."""
    known: Passengers = turn.state.slots.get("passengers", Passengers())
    if turn.facts.cues.extra_adult:
        turn.set_slot("passengers", Passengers(adults=known.adults + 1, children=known.children, infants=known.infants))
        return
    if "dropouts" in turn.facts.cues and _remove_passengers(turn, known):
        return
    if "companions" in turn.facts.cues and _add_passengers(turn, known):
        return
    for item in turn.facts.of_type("passengers"):
        value = item.value
        if not isinstance(value, Passengers):
            continue
        # "And a child" is analysed as one adult and one child: unless adults are mentioned, keep the known ones.
        if value.adults <= 1 and value.total > value.adults and not turn.facts.cues.adults_mentioned:
            value = Passengers(
                adults=known.adults,
                children=value.children or known.children,
                infants=value.infants or known.infants,
            )
        turn.set_slot("passengers", value)


def _add_passengers(turn: TurnContext, known: Passengers) -> bool:
    """Add companions to the passengers already counted; return False if the message counts all passengers instead."""
    facts = turn.facts
    counted = [item.value for item in facts.of_type("passengers") if isinstance(item.value, Passengers)]
    if any(one.adults > 1 for one in counted) or facts.of_type("origin", "destination"):
        return False
    added = find_added_passengers(facts.text, facts.language)
    if added is None:
        return False
    turn.set_slot(
        "passengers",
        Passengers(
            adults=known.adults + added.adults,
            children=known.children + added.children,
            infants=known.infants + added.infants,
        ),
    )
    return True


def _remove_passengers(turn: TurnContext, known: Passengers) -> bool:
    """Take those who drop out from the passengers; return False if the message counts the rest itself."""
    facts, span = turn.facts, turn.facts.cues.spans["dropouts"]
    if any(item.start >= span[1] for item in facts.of_type("passengers")):
        return False  # "my mate pulled out, so only me"
    removed = find_removed_passengers(facts.text, facts.language, span)
    if removed is None:
        return False
    rest = without_passengers(known, removed)
    count = stated_rest(facts.text, facts.language, span[1])
    if count is not None and not (known.children or known.infants):
        rest = Passengers(adults=count)
    if rest is not None:
        turn.set_slot("passengers", rest)
    turn.named = True
    return True


def _apply_birthdays(turn: TurnContext) -> None:
    """Count a child by the age on the days of the flights, and say what a birthday changes."""
    slots = turn.state.slots
    out, back = slots.get("departure_date"), slots.get("return_date")
    for item in turn.facts.of_type("birthday"):
        age = item.metadata["age"]
        if age not in {MIN_CHILD_AGE, MIN_ADULT_AGE}:
            continue
        group = "infant" if age == MIN_CHILD_AGE else "child"
        if item.value is None or out is None:
            turn.messages.append(SayPhrase(key=f"{group}_age_counts"))
            continue
        by_departure, by_return = item.value <= out, back is not None and item.value <= back
        known: Passengers = turn.state.slots.get("passengers", Passengers())
        if by_departure or (by_return and group == "infant"):
            turn.set_slot("passengers", _grow_up(known, group))
        key = "by_departure" if by_departure else "by_return" if by_return else "after_trip"
        turn.messages.append(SayPhrase(key=f"{group}_{key}", values={"date": item.value}))


def _grow_up(known: Passengers, group: str) -> Passengers:
    """Return the passengers with one infant as a child, or one child as an adult; the same without one."""
    if group == "infant" and known.infants:
        return Passengers(adults=known.adults, children=known.children + 1, infants=known.infants - 1)
    if group == "child" and known.children:
        return Passengers(adults=known.adults + 1, children=known.children - 1, infants=known.infants)
    return known


def _fill_airlines(turn: TurnContext) -> None:
    """Fill wanted and excluded airlines; the latest mention of an airline wins."""
    if "any_airline" in turn.facts.cues:
        turn.set_slot("airline", None)
        turn.set_slot("excluded_airlines", None)
        turn.set_slot("more_airlines", None)
        turn.set_slot("alliance", None)
    for item in turn.facts.of_type("alliance"):
        turn.set_slot("alliance", item.value)
        turn.set_slot("airline", None)
        turn.set_slot("more_airlines", None)
    mentioned = turn.facts.of_type("airline")
    wanted = [item.value for item in mentioned if not item.excluded]
    for item in mentioned:
        if not item.excluded:
            continue
        excluded = turn.state.slots.get("excluded_airlines", ())
        others = tuple(one for one in excluded if one.code != item.value.code)
        turn.set_slot("excluded_airlines", (*others, item.value))
        for slot in ("airline", "more_airlines"):
            _drop_airline(turn, slot, item.value.code)
    if wanted:
        codes = {one.code for one in wanted}
        left = tuple(one for one in turn.state.slots.get("excluded_airlines", ()) if one.code not in codes)
        turn.set_slot("airline", wanted[0])
        turn.set_slot("more_airlines", tuple(wanted[1:]) or None)
        turn.set_slot("excluded_airlines", left or None)
        turn.set_slot("alliance", None)


def _drop_airline(turn: TurnContext, slot: str, code: str) -> None:
    """Remove an airline that is no longer wanted from a slot of one or several."""
    known = turn.state.slots.get(slot)
    if isinstance(known, tuple):
        turn.set_slot(slot, tuple(one for one in known if one.code != code) or None)
    elif known is not None and known.code == code:
        turn.set_slot(slot, None)


def _fill_trip_type(turn: TurnContext) -> None:
    """Fill the trip type from cues, entities, a "no" to the return question, or a changed return date."""
    facts, state = turn.facts, turn.state
    named = {item.value for item in facts.of_type("trip_type")}
    denied = facts.intent == "deny" and state.asked == "return_date"
    if "one_way" in facts.cues or "one_way" in named or (denied and not turn.changed):
        turn.set_slot("trip_type", "one_way")
        turn.set_slot("return_date", None)
        turn.answered = turn.answered or state.asked == "return_date"
        return
    if "round_trip" in facts.cues or "round_trip" in named:
        if state.asked != "return_date":
            turn.state = turn.state.replace(settled=turn.state.settled - {"return_date"})
        turn.set_slot("trip_type", "round_trip")
    elif "return_date" in turn.changed and turn.state.slots.get("trip_type") == "one_way":
        turn.set_slot("trip_type", "round_trip" if "return_date" in turn.state.slots else "one_way")


def _fill_window(turn: TurnContext) -> None:
    """Fill the times of departures and arrivals from hours and parts of the day; "good morning" sets none.

    What is said of a direction replaces what was said of it before.
    """
    facts = turn.facts
    if facts.intent == "greeting":
        return
    found: dict[str, tuple[int, int]] = {}
    about_return = turn.changed & _DATE_SLOTS == {"return_date"} or (
        bool(facts.of_type("return_date")) and not facts.of_type("departure_date", "date")
    )
    spoken = patterns_for(facts.language).return_.search(fold_chars(facts.text)) is not None
    default = "return" if about_return or (spoken and "return_date" in turn.state.slots) else "outbound"
    for item in facts.of_type("departure_date", "date", "return_date"):
        span = _DAY_PARTS.get(str(item.metadata.get("part_of_day")))
        if span is not None:
            found[f"{'return' if item.type == 'return_date' else default}.departure"] = span
    for part, minutes in _DAY_PARTS.items():
        if part in facts.cues and not found:
            found[f"{default}.departure"] = minutes
    for item in facts.of_type("time"):
        direction, event = item.metadata.get("direction"), item.metadata.get("event") or "departure"
        every = item.metadata.get("every") and direction is None and "return_date" in turn.state.slots
        for way in ("outbound", "return") if every else (direction or default,):
            found[f"{way}.{event}"] = _minutes_of(item.value)
    if "any_time" in facts.cues:
        windows: dict[str, tuple[int, int]] = {}
    else:
        changed = {name.partition(".")[0] for name in found}
        earlier = turn.state.windows.items()
        windows = {name: span for name, span in earlier if name.partition(".")[0] not in changed} | found
    if windows != turn.state.windows:
        turn.state = turn.state.replace(windows=MappingProxyType(windows))
        turn.changed.add("window")


def _minutes_of(window: TimeWindow) -> tuple[int, int]:
    """Return the first and last minute of a window; the last is on the next day if it lasts over midnight.

    An exact time stands for the hour around it.
    """
    first = 0 if window.earliest is None else window.earliest.hour * 60 + window.earliest.minute
    last = _LAST_MINUTE if window.latest is None else window.latest.hour * 60 + window.latest.minute
    if window.earliest is not None and first == last:
        return max(0, first - _AROUND), min(_LAST_MINUTE, last + _AROUND)
    return first, last if last >= first else last + _LAST_MINUTE + 1


def validate(turn: TurnContext) -> None:
    """Reject slot values that cannot be flown, each with its reason and a question."""
    _validate_dates(turn)
    _validate_places(turn)
    _validate_passengers(turn)


def _validate_dates(turn: TurnContext) -> None:
    """Reject dates in the past, dates too far ahead, and a return before the departure."""
    for slot in ("departure_date", "return_date"):
        day = turn.state.slots.get(slot)
        problem = None if day is None else turn.date_problem(day)
        if problem is not None:
            turn.reject_slot(slot, problem)
    slots = turn.state.slots
    out, back = slots.get("departure_date"), slots.get("return_date")
    if back is None or out is None:
        return
    if (
        "return_date" in turn.changed
        and (back - out).days > _IMPLAUSIBLE_STAY
        and f"{back.year}" not in turn.facts.text
    ):
        # "On the 10th, back on the 5th": resolved to next year; undo that, so that the return is rejected below.
        back = _year_before(back)
    if back < out:
        turn.reject_slot("return_date", SayPhrase(key="return_before", values={"out": out, "back": back}))


def _year_before(day: dt.date) -> dt.date:
    """Return the date one year earlier; 28 February for the 29th."""
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last))


def _validate_places(turn: TurnContext) -> None:
    """Reject equal origin and destination: the one just changed, else the destination."""
    slots = turn.state.slots
    origin, destination = slots.get("origin"), slots.get("destination")
    if origin is None or destination is None or not is_same_place(origin, destination):
        return
    wrong = "origin" if "origin" in turn.changed and "destination" not in turn.changed else "destination"
    turn.reject_slot(wrong, SayPhrase(key="same_place", values={"place": slots[wrong]}))


def is_same_place(one: Place, other: Place) -> bool:
    """Return True if both places are in the same city."""
    return one.code == other.code or (one.city == other.city and one.country == other.country and bool(one.city))


def first_group(passengers: Passengers) -> Passengers | None:
    """Return the first of the equal groups into which a party too large for one booking is split.

    None for a party that one booking holds, and for one without an adult for each group.
    """
    groups = -(-(passengers.adults + passengers.children) // MAX_PASSENGERS)
    if groups < 2 or passengers.adults < groups or passengers.infants > passengers.adults:
        return None

    def share(count: int) -> int:
        return -(-count // groups)

    first = Passengers(
        adults=share(passengers.adults), children=share(passengers.children), infants=share(passengers.infants)
    )
    over = max(0, first.adults + first.children - MAX_PASSENGERS)
    return Passengers(adults=first.adults, children=first.children - over, infants=first.infants)


def _validate_passengers(turn: TurnContext) -> None:
    """Reject too many passengers, none of them adult, or more infants than adults."""
    passengers = turn.state.slots.get("passengers")
    if not isinstance(passengers, Passengers):
        return
    turn.state = turn.state.replace(party=None)
    first = first_group(passengers)
    if first is not None:
        rest = Passengers(
            adults=passengers.adults - first.adults,
            children=passengers.children - first.children,
            infants=passengers.infants - first.infants,
        )
        reason = SayPhrase(key="split_party", values={"party": passengers, "first": first, "rest": rest})
        turn.state = turn.state.with_slots(passengers=None).replace(party=passengers)
        turn.changed.add("passengers")
        turn.messages.append(reason)
        turn.question = turn.question or AskSlot(slot="split_party")
    elif passengers.adults + passengers.children > MAX_PASSENGERS:
        turn.reject_slot("passengers", SayPhrase(key="too_many"))
    elif passengers.adults < 1:
        turn.reject_slot("passengers", SayPhrase(key="need_adult"))
    elif passengers.infants > passengers.adults:
        turn.reject_slot("passengers", SayPhrase(key="too_many_infants"))
