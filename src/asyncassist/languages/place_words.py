"""Words around the names of places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PlaceWords:
    """Words of one language that decide what the name of a place means; all words are normalized.

    Attributes:
        home_countries: Countries of the language, two capital letters: for a French text "Brest" is in France.
        airport_words: "Airport".
        route_connectors: Words after the origin of a route: "jfk to lhr".
        not_codes: Words and abbreviations of three letters that in capitals are no airport codes.
        other_meanings: Words after a name that make it something other than a place, by name: "nice trip".
        before_places: Words before such a name that make it a place all the same: "from nice to ...".
        before_lower_case_names: Words before a name of at most three letters that make it a place in lower case too, by
            name: "to la".
        adjacent_routes: Whether two names side by side are a route: "aller-retour nice londres".
        short_names_in_capitals: Whether a name of at most three letters is a place in capitals though it is a word:
            "LA", where "la" is no article.
    """

    home_countries: frozenset[str]
    airport_words: frozenset[str]
    route_connectors: frozenset[str]
    not_codes: frozenset[str]
    other_meanings: Mapping[str, frozenset[str]]
    before_places: frozenset[str]
    before_lower_case_names: Mapping[str, frozenset[str]]
    adjacent_routes: bool
    short_names_in_capitals: bool
