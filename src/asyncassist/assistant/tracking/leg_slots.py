"""Fills the legs of a trip of several: sets, adds, changes and drops them, and shows one of them alone.

While a trip has legs, the slots origin, destination and departure_date are those of its first leg, or of the one that
is asked about or shown alone; `keep_legs` writes what a message changed in them back to the legs.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re
from typing import TYPE_CHECKING, Final

from asyncassist._places import place_table
from asyncassist._types import Leg, Place
from asyncassist.assistant.actions import SayPhrase
from asyncassist.assistant.state import REQUIRED_SLOTS
from asyncassist.languages.registry import PACKS
from asyncassist.nlp.dates.composition import next_occurrence
from asyncassist.nlp.entities.legs import MAX_LEGS
from asyncassist.nlp.followup.cues import find_ordinals, fold_chars, patterns_for, role_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.assistant.state import DialogueState
    from asyncassist.assistant.tracking.turn import TurnContext
    from asyncassist.nlp.commands.message_facts import FoundEntity

_PLACES: Final = ("origin", "destination")
_DATES: Final = ("departure_date", "date", "return_date")
_PAIR: Final = 2


@functools.cache
def _words(language: str, name: str) -> re.Pattern[str]:
    """Return the compiled words of legs of one kind."""
    pattern = getattr(PACKS[language].legs, name) or "(?!)"
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


def fill_legs(turn: TurnContext) -> None:
    """Fill the legs of the trip, before its places and dates are filled.

    What the message says of the legs is taken out of its facts; what is left is of the leg whose places and date the
    slots then hold.
    """
    legs = _known_legs(turn.state)
    if turn.facts.legs:
        _set_legs(turn)
    elif legs:
        turn.leg_alone = turn.state.leg is not None and turn.state.asked not in REQUIRED_SLOTS
        _change_legs(turn, list(legs))
    else:
        _extend_trip(turn)


def _known_legs(state: DialogueState) -> tuple[Leg, ...]:
    legs: tuple[Leg, ...] = state.slots.get("legs", ())
    return legs


def link_legs(legs: Sequence[Leg]) -> list[Leg]:
    """Return the legs with the places filled that follow from the others: one begins where the one before it ends.

    The last leads back to where the trip begins.
    """
    linked = list(legs)
    for at, leg in enumerate(linked):
        before = linked[at - 1].destination if at else None
        linked[at] = dataclasses.replace(leg, origin=leg.origin or before)
    for at, leg in enumerate(linked):
        after = linked[at + 1].origin if at + 1 < len(linked) else linked[0].origin
        linked[at] = dataclasses.replace(leg, destination=leg.destination or after)
    for at, leg in enumerate(linked):
        before = linked[at - 1].destination if at else None
        linked[at] = dataclasses.replace(leg, origin=leg.origin or before)
    return linked


def _set_legs(turn: TurnContext) -> None:
    """Take the legs that a message names as the trip, or as its continuation where they begin at its end."""
    slots = turn.state.slots
    named = list(turn.facts.legs)
    known = list(_known_legs(turn.state)) or _as_legs(turn.state)
    first = named[0]
    end = known[-1].destination if known else None
    if end is not None and first.origin is not None and _is_same(first.origin, end) and not _is_home(known):
        named = [*known, *named]
    elif first.origin is None and "origin" in slots:
        start = known[0].origin if known else slots["origin"]
        named[0] = dataclasses.replace(first, origin=start)
    _store(turn, link_legs(named[:MAX_LEGS]))


def _as_legs(state: DialogueState) -> list[Leg]:
    """Return a single trip as its legs; empty while it has no origin or no destination."""
    slots = state.slots
    if not all(name in slots for name in _PLACES):
        return []
    out = Leg(origin=slots["origin"], destination=slots["destination"], departure_date=slots.get("departure_date"))
    if "return_date" not in slots:
        return [out]
    return [out, Leg(origin=out.destination, destination=out.origin, departure_date=slots["return_date"])]


def _is_home(legs: Sequence[Leg]) -> bool:
    """Return whether a trip of several legs ends where it begins."""
    start, end = legs[0].origin, legs[-1].destination
    return len(legs) > 1 and start is not None and end is not None and _is_same(start, end)


def _is_same(one: Place | None, other: Place | None) -> bool:
    """Return whether two places are the same or in one city."""
    if one is None or other is None:
        return False
    return one.code == other.code or (one.city, one.country) == (other.city, other.country) != ("", other.country)


def _store(turn: TurnContext, legs: Sequence[Leg], *, shown: int | None = None) -> None:
    """Set the legs, and the slots to the one that is shown or to the first; a single trip and its return have none."""
    single = len(legs) == 1
    is_return = (
        len(legs) == _PAIR
        and _is_same(legs[0].origin, legs[1].destination)
        and _is_same(legs[0].destination, legs[1].origin)
    )
    if single or is_return:
        turn.set_slot("legs", None)
        turn.state = _with_leg(turn.state, legs[0], None)
        if is_return:
            turn.set_slot("return_date", legs[1].departure_date)
            turn.set_slot("trip_type", "round_trip")
        return
    turn.set_slot("legs", tuple(legs))
    turn.set_slot("return_date", None)
    turn.set_slot("trip_type", None)
    turn.leg_alone = shown is not None
    _show(turn, shown)


def _show(turn: TurnContext, index: int | None) -> None:
    """Set the slots to a leg, or to the first for the whole trip."""
    legs = _known_legs(turn.state)
    before = turn.state
    turn.state = _with_leg(before, legs[index or 0], index)
    if turn.state != before:
        turn.changed.add("legs")


def _with_leg(state: DialogueState, leg: Leg, index: int | None) -> DialogueState:
    """Return the state with the slots of a leg."""
    return state.with_slots(origin=leg.origin, destination=leg.destination, departure_date=leg.departure_date).replace(
        leg=index
    )


def show_whole_trip(state: DialogueState) -> DialogueState:
    """Return the state with the slots of the first leg, so that the whole trip is searched; unchanged without legs."""
    legs = _known_legs(state)
    return _with_leg(state, legs[0], None) if legs else state.replace(leg=None)


def _extend_trip(turn: TurnContext) -> None:
    """Make legs of a single trip that goes on ("and then on to Madrid") or back from elsewhere ("home from Milan")."""
    trip = _as_legs(turn.state)
    places = turn.facts.of_type(*_PLACES)
    if not trip or not places:
        return
    place = places[-1]
    start, end = trip[0].origin, trip[0].destination
    if not isinstance(place.value, Place) or _is_same(place.value, start) or _is_same(place.value, end):
        return
    if len(places) == 1 and _returns_from(turn, place):
        back = _first_date(turn) or turn.state.slots.get("return_date")
        _take(turn, *places)
        _store(turn, [trip[0], Leg(origin=place.value, destination=start, departure_date=back)])
    elif _goes_on(turn, places, end):
        _take(turn, *places)
        day = _resolve_after(turn, trip[0].departure_date)
        further = Leg(origin=end, destination=place.value, departure_date=day)
        home = [dataclasses.replace(trip[1], origin=place.value)] if len(trip) == _PAIR else []
        _store(turn, [trip[0], further, *home])


def _goes_on(turn: TurnContext, places: Sequence[FoundEntity], end: Place | None) -> bool:
    """Return whether the places of a message are another leg after the trip."""
    facts = turn.facts
    if turn.state.asked in _PLACES or not _is_onward(turn, places[0]):
        return False
    if len(places) == 1:
        return role_before(facts.text, places[0].start, language=facts.language) != "origin"
    return len(places) == _PAIR and _is_same(places[0].value, end)


def _is_onward(turn: TurnContext, place: FoundEntity) -> bool:
    """Return whether the words before a place say that the trip goes on there."""
    before = fold_chars(turn.facts.text[: place.start])
    return "multi_city" in turn.facts.cues or _words(turn.facts.language, "onward").search(before) is not None


def _returns_from(turn: TurnContext, place: FoundEntity) -> bool:
    """Return whether a message says that the way back begins at a place."""
    facts = turn.facts
    before = fold_chars(facts.text[: place.start])
    returns = (
        patterns_for(facts.language).return_.search(before) is not None
        or _words(facts.language, "exit").search(before) is not None
    )
    return returns and role_before(facts.text, place.start, language=facts.language) == "origin"


def _first_date(turn: TurnContext) -> dt.date | None:
    """Take the first date of the message and return it."""
    dates = turn.facts.of_type(*_DATES)
    if not dates or not isinstance(dates[0].value, dt.date) or dates[0].metadata.get("grain", "day") != "day":
        return None
    _take(turn, dates[0])
    value: dt.date = dates[0].value
    return value


def _resolve_after(turn: TurnContext, before: dt.date | None) -> dt.date | None:
    """Take the first date of the message and return it, as the first such day from another on."""
    dates = turn.facts.of_type(*_DATES)
    value = _first_date(turn)
    return value if value is None else _next_after(dates[0], value, before)


def _next_after(item: FoundEntity, value: dt.date, before: dt.date | None) -> dt.date:
    return value if before is None else next_occurrence(value, item.metadata.get("cycle"), before) or value


def _take(turn: TurnContext, *items: FoundEntity) -> None:
    """Take entities out of the facts."""
    left = tuple(item for item in turn.facts.entities if item not in items)
    turn.facts = dataclasses.replace(turn.facts, entities=left)


def _change_legs(turn: TurnContext, legs: list[Leg]) -> None:
    """Change the legs by a message: drop one, add one, show one, or set the slots to the one it speaks of."""
    places = [item for item in turn.facts.of_type(*_PLACES) if isinstance(item.value, Place)]
    text = fold_chars(turn.facts.text)
    if _words(turn.facts.language, "whole").search(text):
        turn.leg_alone, turn.named = False, True
        _show(turn, None)
        return
    towns = [place for leg in legs for place in (leg.origin, leg.destination) if place is not None]
    new = [item for item in places if not any(_is_same(item.value, town) for town in towns)]
    if len(places) == _PAIR and {item.type for item in places} == set(_PLACES):
        _name_route(turn, legs, places, new)
        return
    index = _spoken_leg(turn, legs, places, text)
    named = [town for town in towns if _is_named(town, text, turn.facts.language)]
    if _words(turn.facts.language, "drop").search(text) and _drop(turn, legs, index, named):
        return
    if len(new) == 1 and len(places) == 1 and _add_town(turn, legs, new[0], named):
        return
    if index is None:
        index = _leg_of_date(turn, legs)
    elif not new:
        _take(turn, *places)
    if index is not None:
        _turn_to(turn, legs, index, has_news=bool(new))


def _turn_to(turn: TurnContext, legs: list[Leg], index: int, *, has_news: bool) -> None:
    """Set the slots to the leg that a message speaks of; without news of it, it is shown alone."""
    dates = turn.facts.of_type(*_DATES)
    asked = turn.state.leg is not None and turn.state.asked in REQUIRED_SLOTS
    if dates:
        _share_dates(turn, legs, index, dates)
        turn.leg_alone = turn.leg_alone and turn.state.leg == index
    elif not has_news and not turn.facts.cues.spans.keys() & {"day_after", "day_before", "week_after", "week_before"}:
        turn.leg_alone = not asked
    turn.named = True
    _show(turn, index)


def _share_dates(turn: TurnContext, legs: list[Leg], index: int, dates: Sequence[FoundEntity]) -> None:
    """Give the first date of a message to a leg, and further ones to the legs after it that have none."""
    waiting = [at for at in range(index + 1, len(legs)) if legs[at].departure_date is None]
    before = legs[index - 1].departure_date if index else None
    first = dates[0]
    known = legs[index].departure_date is not None
    value = first.value if known or not isinstance(first.value, dt.date) else _next_after(first, first.value, before)
    moved = dataclasses.replace(first, type="departure_date", value=value)
    entities = [moved if item is first else item for item in turn.facts.entities if item not in dates[1:]]
    turn.facts = dataclasses.replace(turn.facts, entities=tuple(entities))
    for at, item in zip(waiting, dates[1:], strict=False):
        if isinstance(item.value, dt.date) and isinstance(value, dt.date):
            value = _next_after(item, item.value, value)
            legs[at] = dataclasses.replace(legs[at], departure_date=value)
    turn.set_slot("legs", tuple(legs))


def _name_route(turn: TurnContext, legs: list[Leg], places: Sequence[FoundEntity], new: Sequence[FoundEntity]) -> None:
    """Turn to the leg between two places; another one by a town of the trip is added, else a new trip begins."""
    ends: dict[str, Place] = {item.type: item.value for item in places}
    for at, leg in enumerate(legs):
        if _is_same(leg.origin, ends["origin"]) and _is_same(leg.destination, ends["destination"]):
            _take(turn, *places)
            _turn_to(turn, legs, at, has_news=False)
            return
    if len(new) == len(places) or len(legs) >= MAX_LEGS:
        turn.leg_alone = False
        turn.set_slot("legs", None)
        turn.state = turn.state.with_slots(departure_date=None).replace(leg=None)
        return
    before = next((at for at, leg in enumerate(legs) if _is_same(leg.destination, ends["origin"])), len(legs) - 1)
    _take(turn, *places)
    day = _resolve_after(turn, legs[before].departure_date)
    added = Leg(origin=ends["origin"], destination=ends["destination"], departure_date=day)
    legs.insert(before + 1, added)
    _store(turn, legs, shown=before + 1)


def _add_town(turn: TurnContext, legs: list[Leg], item: FoundEntity, named: Sequence[Place]) -> bool:
    """Add a leg to another town, or put the town in place of one that the message names; return True if done."""
    facts = turn.facts
    if named and not facts.of_type(*_DATES):
        old = named[0]

        def swap(place: Place | None) -> Place | None:
            return item.value if _is_same(place, old) else place

        _take(turn, item)
        changed = [dataclasses.replace(leg, origin=swap(leg.origin), destination=swap(leg.destination)) for leg in legs]
        _store(turn, changed)
        return True
    if not _is_onward(turn, item) or len(legs) >= MAX_LEGS:
        return False
    _take(turn, item)
    home = legs.pop() if _is_home(legs) else None
    day = _resolve_after(turn, legs[-1].departure_date)
    legs.append(Leg(origin=legs[-1].destination, destination=item.value, departure_date=day))
    if home is not None:
        legs.append(dataclasses.replace(home, origin=item.value))
    _store(turn, legs)
    return True


def _drop(turn: TurnContext, legs: list[Leg], index: int | None, named: Sequence[Place]) -> bool:
    """Drop the leg to a town that the message names, or the leg that it names; return True if done."""
    town = next((place for place in named if not _is_same(place, legs[0].origin)), None)
    if town is not None:
        index = next((at for at, leg in enumerate(legs) if _is_same(leg.destination, town)), index)
    if index is None:
        return False
    dropped = legs.pop(index)
    if index < len(legs) and _is_same(legs[index].origin, dropped.destination):
        legs[index] = dataclasses.replace(legs[index], origin=dropped.origin)
    _take(turn, *turn.facts.of_type(*_PLACES))
    _store(turn, legs)
    return True


def _is_named(place: Place, text: str, language: str) -> bool:
    """Return whether a folded text names a town, in its language or in English."""
    own = place_table().localized_name(place.city or place.name, place.country, language)
    names = {fold_chars(name) for name in (own, place.city, place.name) if name}
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names)


def _spoken_leg(turn: TurnContext, legs: list[Leg], places: Sequence[FoundEntity], text: str) -> int | None:
    """Return the index of the leg that a message speaks of, None if it names none."""
    language = turn.facts.language
    if _words(language, "middle").search(text) and len(legs) > _PAIR:
        return len(legs) // 2
    if _words(language, "noun").search(text):
        for at in find_ordinals(text, language=language):
            if -1 <= at < len(legs):
                return len(legs) - 1 if at == -1 else at
    returns = patterns_for(language).return_.search(text) or _words(language, "home").search(text)
    if returns and not ("round_trip" in turn.facts.cues and "?" in turn.facts.text):
        return len(legs) - 1
    if _words(language, "outbound").search(text):
        return 0
    if len(places) == 1:
        ends = ("origin", "destination") if places[0].type == "origin" else ("destination", "origin")
        for end in ends:
            for at, leg in enumerate(legs):
                if _is_same(getattr(leg, end), places[0].value):
                    return at
    return None


def _leg_of_date(turn: TurnContext, legs: list[Leg]) -> int | None:
    """Return the index of the leg that a date without a place is of: the one asked for or shown, else the nearest."""
    dates = [item for item in turn.facts.of_type(*_DATES) if isinstance(item.value, dt.date)]
    if turn.state.leg is not None or not dates:
        return turn.state.leg if dates else None
    if dates[0].type == "return_date":
        return len(legs) - 1
    value: dt.date = dates[0].value

    def distance(at: int) -> int:
        day = legs[at].departure_date
        same_month = None if day is None else _next_after(dates[0], value, day.replace(day=1))
        return abs((day - same_month).days) if day is not None and same_month is not None else 0

    return min(range(len(legs)), key=distance)


def keep_legs(turn: TurnContext) -> None:
    """Write the slots back to the leg that they are of, and set them to the leg that is asked about or shown next."""
    state = turn.state
    legs = list(_known_legs(state))
    if not legs:
        turn.state = state.replace(leg=None) if state.leg is not None else state
        return
    index = state.leg or 0
    old, slots = legs[index], state.slots
    leg = Leg(
        origin=slots.get("origin"), destination=slots.get("destination"), departure_date=slots.get("departure_date")
    )
    legs[index] = leg
    if (
        old.destination != leg.destination
        and index + 1 < len(legs)
        and _is_same(legs[index + 1].origin, old.destination)
    ):
        legs[index + 1] = dataclasses.replace(legs[index + 1], origin=leg.destination)
    if not index and old.origin != leg.origin and (_is_same(legs[-1].destination, old.origin)):
        legs[-1] = dataclasses.replace(legs[-1], destination=leg.origin)
    back = slots.get("return_date")
    if back is not None:
        legs[-1] = dataclasses.replace(legs[-1], departure_date=back)
    legs = link_legs(legs)
    _check_order(turn, legs)
    turn.state = turn.state.with_slots(legs=tuple(legs), return_date=None, trip_type=None)
    if legs != list(_known_legs(state)):
        turn.changed.add("legs")
    open_leg = next(
        (at for at, one in enumerate(legs) if None in (one.origin, one.destination, one.departure_date)), None
    )
    shown = index if turn.leg_alone and state.leg is not None else None
    _show(turn, shown if open_leg is None else open_leg)


def _check_order(turn: TurnContext, legs: list[Leg]) -> None:
    """Drop the dates of legs that are past, too far ahead or before the leg before them, each with its reason."""
    before: Leg | None = None
    for at, leg in enumerate(legs):
        day = leg.departure_date
        if day is None:
            continue
        problem = turn.date_problem(day)
        earlier = before is not None and before.departure_date is not None and day < before.departure_date
        if problem is None and earlier and before is not None:
            problem = SayPhrase(key="leg_before", values={"date": day, "before": before.departure_date})
        if problem is None:
            before = leg
            continue
        turn.messages.append(problem)
        legs[at] = dataclasses.replace(leg, departure_date=None)
