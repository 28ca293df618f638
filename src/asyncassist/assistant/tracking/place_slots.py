"""The places of the trip: which of those named is where it begins, which where it goes, and which nobody knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncassist._places import place_key, place_table
from asyncassist._types import Place
from asyncassist.assistant.actions import Ask, Say
from asyncassist.assistant.ambiguous_places import candidates, country_name, elsewhere, region
from asyncassist.nlp.followup.cues import fold, role_before, stays_before, unknown_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncassist.assistant.tracking.turn import Turn
    from asyncassist.nlp.followup.message_facts import Facts, Found

PLACES = ("origin", "destination")


def hear_places(turn: Turn) -> None:
    """Work the places that the message names into the trip."""
    if _hear_exchange(turn):
        return
    found = [item for item in turn.facts.of(*PLACES) if isinstance(item.value, Place)]
    _hear_named(turn, _hear_choice(turn, found))
    if not found:
        _hear_instead(turn)
        _hear_proposed(turn)
        _hear_swap(turn)
        _hear_elsewhere(turn)
    _hear_unknown(turn, found)


def _hear_choice(turn: Turn, found: list[Found]) -> list[Found]:
    """The answer to "which San José?": by number, country, code or name; without one the likeliest is taken.

    Returns:
        The places of the message that are no part of that answer.
    """
    trip = turn.trip
    if not trip.choices or trip.asked not in PLACES:
        return found
    slot, choices = trip.asked, trip.choices
    turn.trip = trip.but(choices=(), choice_text="", settled=trip.settled | {f"place:{fold(trip.choice_text)}"})
    chosen = _named(turn.facts, choices)
    if chosen is None and found:
        return found
    turn.put(slot, chosen or choices[0])
    codes = {place.code for place in choices}
    return [item for item in found if item.value.code not in codes]


_NOT_THERE = re.compile(
    r" (?:non|not|no|nao|pas|nicht)(?: (?:in|de|en|do|da|a|the|di|du|celle|quella|la|el))* \w+(?= )"
)


def _named(facts: Facts, choices: tuple[Place, ...]) -> Place | None:
    """The choice that the message names."""
    codes = {item.value.code for item in facts.found if isinstance(item.value, Place)}
    ordinal = facts.cues.ordinal
    if ordinal is not None and -1 <= ordinal < len(choices):
        return choices[ordinal]
    said = _NOT_THERE.sub(" ", f" {_spaced(fold(facts.text))} ")
    # Where it lies tells namesakes apart; their common name does not.
    for names in (_lands(facts.language), _own):
        matching = [
            place for place in choices if any(f" {_spaced(fold(name))} " in said for name in names(place) if name)
        ]
        if len(matching) == 1:
            return matching[0]
    matching = [place for place in choices if place.code in codes]
    return matching[0] if len(matching) == 1 and len(codes) == 1 else None


def _lands(language: str) -> Callable[[Place], set[str]]:
    """Names of the land of a place: its country and its state."""
    return lambda place: {country_name(place.country, language), country_name(place.country, "en"), region(place)}


def _own(place: Place) -> set[str]:
    return {place.name, place.code}


def _spaced(folded: str) -> str:
    return "".join(char if char.isalnum() else " " for char in folded)


def _hear_named(turn: Turn, found: list[Found]) -> None:
    """Each place in its role; a name of several is asked about once."""
    trip = turn.trip
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


def _hear_swap(turn: Turn) -> None:
    """The other way round."""
    slots = turn.trip.slots
    dated = turn.facts.of("departure_date", "return_date", "date")
    if "swap" in turn.facts.cues and not dated and all(name in slots for name in PLACES):
        turn.trip = turn.trip.with_slots(origin=slots["destination"], destination=slots["origin"])
        turn.changed.update(PLACES)


_INSTEAD = re.compile(
    r"(?<!\w)(?:instead of|rather than|em vez de|em lugar de|en vez de|en lugar de|au lieu de|plutot que|(?:an)?statt|"
    r"invece (?:di|che)|anziche)(?!\w)"
)


def _hear_instead(turn: Turn) -> None:
    """A name that is also a word is a place where it takes the place of one: "faro em vez de porto"."""
    match = _INSTEAD.search(fold(turn.facts.text))
    if match is None:
        return
    new, old = (place_key(part).split() for part in (turn.facts.text[: match.start()], turn.facts.text[match.end() :]))
    for slot in PLACES:
        place = turn.trip.slots.get(slot)
        given = _called([old[:size] for size in (3, 2, 1)])
        if place is None or place.city not in {one.city for one in given}:
            continue
        for one in _called([new[-size:] for size in (3, 2, 1)])[:1]:
            turn.put(slot, one)
            return


_SWAPPED = re.compile(
    r"(?<!\w)(?:troc\w*|mud\w*|substitu\w*|cambi\w*|sustitu\w*|swap|change|switch|replace|remplace\w*|chang\w*|"
    r"sostitui\w*|tausch\w*|ersetz\w*)\s+(?:\w{1,3}\s+)?(\w[\w ]{2,24}?)\s+"
    r"(?:por|pra|para|for|with|to|par|contro|con|gegen|durch)\s+(?:\w{1,3}\s+)?(\w[\w ]{2,24}?)\s*(?:[?!.,]|$|"
    r"por favor)"
)


def _hear_exchange(turn: Turn) -> bool:
    """One place for another: "troca Lisboa por Madri", "swap Rome for Milan"."""
    match = _SWAPPED.search(fold(turn.facts.text))
    if match is None:
        return False
    old, new = (_called([place_key(turn.facts.text[slice(*match.span(at))]).split()]) for at in (1, 2))
    for slot in PLACES:
        place = turn.trip.slots.get(slot)
        if new and place is not None and place.city in {one.city for one in old}:
            turn.put(slot, new[0])
            return True
    return False


def _called(names: list[list[str]]) -> list[Place]:
    """The places of the first of these names that any place has."""
    table = place_table()
    found = next((found for name in names if (found := table.find_by_name(" ".join(name)))), ())
    return [table.place(index) for index in found]


_WHY_NOT = re.compile(
    r"(?<!\w)(?:pourquoi pas|disons|allez|why not|how about|what about|let's say|say|por que no|que tal|digamos|"
    r"por que nao|warum nicht|sagen wir|vielleicht|perche no|diciamo|facciamo)\s+(?:a |au |en |in |nach |para )?"
    r"(\w[\w -]{2,24}?)\s*[?!.]*$"
)


def _hear_proposed(turn: Turn) -> None:
    """A place that is proposed where one is asked for: "tiens, pourquoi pas rome"."""
    match = _WHY_NOT.search(fold(turn.facts.text))
    if match is None or turn.trip.asked not in PLACES:
        return
    found = _called([place_key(turn.facts.text[slice(*match.span(1))]).split()])
    if found:
        turn.put(turn.trip.asked, found[0])


def _hear_elsewhere(turn: Turn) -> None:
    """A state or a country alone says which of the namesakes was meant, also when the talk has moved on."""
    if turn.answered or turn.facts.found:
        return
    for slot in ("destination", "origin"):
        place = turn.trip.slots.get(slot)
        other = None if place is None else elsewhere(place, turn.facts.text)
        if other is not None:
            turn.put(slot, other)
            turn.answered = True
            return


def _role(turn: Turn, item: Found, *, alone: bool) -> str:
    """Where a place belongs: by the words before it, else by what is known and asked, else as the engine says."""
    asked, slots = turn.trip.asked, turn.trip.slots
    if not alone:
        return item.type
    text, language = turn.facts.text, turn.facts.language
    said = role_before(text, item.start, language=language)
    if said is None and item.type == "origin" and stays_before(text, item.start, language=language):
        return "destination"
    if said is None and asked not in PLACES:
        # "Gatwick rather" after "from Luton": another airport of a city that is in the trip.
        near = [slot for slot in PLACES if slot in slots and _in_one_city(slots[slot], item.value)]
        if len(near) == 1 and item.type != near[0]:
            return near[0]
    if asked in PLACES and asked != item.type and said is None and asked not in slots:
        return asked
    return item.type


def _in_one_city(one: Place, other: Place) -> bool:
    return one.code != other.code and one.country == other.country and bool(one.city) and one.city == other.city


def _hear_unknown(turn: Turn, found: list[Found]) -> None:
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
