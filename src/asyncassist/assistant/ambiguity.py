"""City names that travellers really use for more than one place: these are asked about, others are not.

Nearly every city has a small namesake somewhere; asking about "Paris" would only annoy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._types import Place
from asyncassist.assistant.cues import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAMES = frozenset(
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
        "valencia",
        "victoria",
    }
)
MOST = 4


def candidates(value: Place, metadata: Mapping[str, Any], *, name: str, others: Iterable[Place]) -> tuple[Place, ...]:
    """The places that a name may mean, likeliest first; empty when it need not be asked.

    Args:
        value: The likeliest place.
        metadata: What the engine says about it; "alternatives" are further places of the name.
        name: The traveller's words.
        others: Places already in the trip: one in the same country settles the question.
    """
    if fold(name).strip() not in NAMES or value.country in {place.country for place in others}:
        return ()
    places = [value]
    for item in metadata.get("alternatives") or ():
        place = _place(item)
        if place is not None and place.code not in {known.code for known in places}:
            places.append(place)
    return tuple(places[:MOST]) if len(places) > 1 else ()


def _place(item: object) -> Place | None:
    """An alternative as a place, None when it is not one."""
    if isinstance(item, Place):
        return item
    try:
        return msgspec.convert(item, Place)
    except msgspec.ValidationError:
        return None
