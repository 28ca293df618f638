"""French words around the names of places."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.place_words import PlaceWords
from asyncassist.languages.word_set import words

PLACES: Final = PlaceWords(
    home_countries=words("FR"),
    airport_words=words("aeroport"),
    route_connectors=frozenset(),
    not_codes=words("que une les des vol"),
    other_meanings={
        "reunion": words("est etait sera commence finit dure termine decalee reportee avancee"),
    },
    before_places=frozenset(),
    before_lower_case_names={},
    adjacent_routes=True,
    short_names_in_capitals=False,
)
