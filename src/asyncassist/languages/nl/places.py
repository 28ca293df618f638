"""Dutch words around the names of places."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.place_words import PlaceWords
from asyncassist.languages.word_set import words

PLACES: Final = PlaceWords(
    home_countries=words("NL BE SR CW AW"),
    airport_words=words("luchthaven vliegveld airport"),
    route_connectors=words("naar"),
    not_codes=words("het een van met dat die wat wie hoe wij ons uit bij per nee jij kan wil aub svp"),
    other_meanings={},
    before_places=words("van naar"),
    before_lower_case_names={"la": words("naar")},
    adjacent_routes=False,
    short_names_in_capitals=True,
)
