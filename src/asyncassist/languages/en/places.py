"""English words around the names of places."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.place_words import PlaceWords
from asyncassist.languages.word_set import words

PLACES: Final = PlaceWords(
    home_countries=words("US GB CA AU IE NZ"),
    airport_words=words("airport airports intl"),
    route_connectors=words("to"),
    not_codes=words(
        "the and for yes one two not you can mon tue wed thu fri sat sun jan feb mar apr may jun jul aug sep oct nov"
        " dec new all any get out our who how why now day bus car air max alt bag asap"
    ),
    other_meanings={
        "washington": words("post"),
        "paris": words("hilton"),
        "london": words("pass"),
        "phoenix": words("suns"),
        "orlando": words("bloom"),
        "berlin": words("wall"),
        "nice": words("to day one and trip weather flight place work job meeting that hotel"),
        "mobile": words("phone app number boarding"),
        "split": words("the it up payment"),
    },
    before_places=words("from to in via"),
    before_lower_case_names={"la": words("to from")},
    adjacent_routes=False,
    short_names_in_capitals=True,
)
