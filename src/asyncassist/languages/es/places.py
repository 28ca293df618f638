"""Spanish words around the names of places."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.place_words import PlaceWords
from asyncassist.languages.word_set import words

PLACES: Final = PlaceWords(
    home_countries=words("ES MX AR CO CL PE EC UY CR PA DO"),
    airport_words=words("aeropuerto"),
    route_connectors=words("para"),
    not_codes=words("que por los las ida"),
    other_meanings={},
    before_places=frozenset(),
    before_lower_case_names={},
    adjacent_routes=True,
    short_names_in_capitals=False,
)
