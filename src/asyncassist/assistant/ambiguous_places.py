"""Disambiguates city names that travellers use for several well-known places.

Nearly every city has a small namesake somewhere, so only the names listed here lead to a question: asking about "Paris"
would only annoy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from babel import Locale

from asyncassist._places import distance_km, place_key, place_table
from asyncassist._types import Place
from asyncassist.nlp.followup.cues import fold_chars

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

AMBIGUOUS_NAMES = frozenset(
    {
        "birmingham",
        "cartagena",
        "cordoba",
        "georgetown",
        "la paz",
        "leon",
        "merida",
        "portland",
        "saint petersburg",
        "san jose",
        "san juan",
        "santa cruz",
        "santiago",
        "springfield",
        "st. petersburg",
        "st petersburg",
        "victoria",
    }
)
MAX_CHOICES = 4
"""Maximum number of places offered in a question."""
# How many times farther away the next namesake is, at least, if the nearest place is the one that is meant.
_FAR = 2.5
# Longest message, in words, that may be only the country or state of a place.
_MAX_WORDS = 6
# Names up to this length match no state: "or", "me" and "in" are abbreviations of states and common words.
_MAX_SHORT_NAME = 2


def candidate_places(
    value: Place, metadata: Mapping[str, Any], *, name: str, known_places: Iterable[Place]
) -> tuple[Place, ...]:
    """Return the places that a name may mean, likeliest first; empty if no question is needed.

    Args:
        value: The likeliest place.
        metadata: Metadata of the entity; "alternatives" lists further places with the name.
        name: The name as the traveller wrote it.
        known_places: Other places of the trip; one in the country of `value` makes a question unnecessary, and so does
            one that is near it and far from all its namesakes.
    """
    known_places = tuple(known_places)
    if fold_chars(name).strip() not in AMBIGUOUS_NAMES or value.country in {place.country for place in known_places}:
        return ()
    places = [value]
    for item in metadata.get("alternatives") or ():
        place = _to_place(item)
        if place is not None and place.code not in {known.code for known in places}:
            places.append(place)
    return tuple(places[:MAX_CHOICES]) if len(places) > 1 else ()


def nearest_candidate(candidates: Sequence[Place], known_places: Iterable[Place]) -> Place | None:
    """Return the candidate that the rest of the trip tells: far nearer to it than its namesakes abroad.

    From Málaga, Birmingham is the English one. A namesake in the country of the other place remains a question: people
    fly from Madrid to both cities named Santiago.

    Args:
        candidates: At least two places, from `candidate_places`.
        known_places: Other places of the trip.
    """
    for other in known_places:
        near, next_one = sorted(candidates, key=lambda place: distance_km(place, other))[:2]
        is_abroad = other.country not in {place.country for place in candidates} and near.country != next_one.country
        if is_abroad and distance_km(near, other) * _FAR < distance_km(next_one, other):
            return near
    return None


def _to_place(item: object) -> Place | None:
    """Convert an alternative to a place: a `Place`, or a dict of its fields; None if it is neither."""
    if isinstance(item, Place):
        return item
    try:
        return msgspec.convert(item, Place)
    except msgspec.ValidationError:
        return None


def country_name(code: str, language: str) -> str:
    """Return the name of a country in a language; its code if the locale data have none."""
    return str(Locale.parse(language).territories.get(code, code))


def region_name(place: Place) -> str:
    """Return the state or province of a place, "" if unknown."""
    index = place_table().find_by_code(place.code, "city" if place.kind == "city" else "airport")
    return "" if index is None else place_table().region(index)


def find_namesake(place: Place, text: str) -> Place | None:
    """Return the namesake of a place in the state or country that a short message names ("the one in Chile").

    Args:
        place: The place assumed so far.
        text: The message.

    Returns:
        The namesake; None if the message is longer than a few words or names no such region.
    """
    words = place_key(text).split()
    if len(words) > _MAX_WORDS:
        return None
    table = place_table()
    namesakes = [table.place(index) for index in table.find_by_name(place_key(place.city or place.name))]
    for name in (" ".join(words[-size:]) for size in (3, 2, 1)):
        states = {
            (country, state.casefold()) for country, state in table.states.get(name, ()) if len(name) > _MAX_SHORT_NAME
        }
        for one in namesakes:
            if (one.country, region_name(one).casefold()) in states or table.countries.get(name) == one.country:
                return one
    return None
