"""City names that travellers really use for more than one place: these are asked about, others are not.

Nearly every city has a small namesake somewhere; asking about "Paris" would only annoy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from babel import Locale

from asyncassist._places import place_key, place_table
from asyncassist._types import Place
from asyncassist.nlp.followup.cues import fold_chars

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
# So many words say where a place lies, and no more than that.
_MAX_WORDS = 6
# "or", "me" and "in" are states too.
_MAX_SHORT_NAME = 2


def candidate_places(
    value: Place, metadata: Mapping[str, Any], *, name: str, known_places: Iterable[Place]
) -> tuple[Place, ...]:
    """The places that a name may mean, likeliest first; empty when it need not be asked.

    Args:
        value: The likeliest place.
        metadata: What the engine says about it; "alternatives" are further places of the name.
        name: The traveller's words.
        known_places: Places already in the trip: one in the same country settles the question.
    """
    if fold_chars(name).strip() not in AMBIGUOUS_NAMES or value.country in {place.country for place in known_places}:
        return ()
    places = [value]
    for item in metadata.get("alternatives") or ():
        place = _to_place(item)
        if place is not None and place.code not in {known.code for known in places}:
            places.append(place)
    return tuple(places[:MAX_CHOICES]) if len(places) > 1 else ()


def _to_place(item: object) -> Place | None:
    """An alternative as a place, None when it is not one."""
    if isinstance(item, Place):
        return item
    try:
        return msgspec.convert(item, Place)
    except msgspec.ValidationError:
        return None


def country_name(code: str, language: str) -> str:
    """A country's name in a language; its code when there is none."""
    return str(Locale.parse(language).territories.get(code, code))


def region_name(place: Place) -> str:
    """The state or province that a place lies in, "" when it is not known."""
    index = place_table().find_by_code(place.code, "city" if place.kind == "city" else "airport")
    return "" if index is None else place_table().region(index)


def find_namesake(place: Place, text: str) -> Place | None:
    """The namesake of a place in the state or country that a few words name: "Oregon", "the one in Chile".

    Args:
        place: The place that was taken.
        text: The message.
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
