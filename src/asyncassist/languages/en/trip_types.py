"""English patterns of trip types."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.trip_type_patterns import TripTypePatterns

TRIP_TYPES: Final = TripTypePatterns(
    round_trip=(
        "round ?trips?|roundtrips?|round way|two way|both ways|there and back|return (?:tickets?|fares?|trips?)"
        r"|return flights?(?= (?:to|from|for) | (?:\w+ ){1,4}to )"
    ),
    one_way=("one ?ways?(?! or (?:an)?other)|oneways?|1 way|single (?:tickets?|fares?|trip)|no return|without return"),
    final_round_trip="",
)
