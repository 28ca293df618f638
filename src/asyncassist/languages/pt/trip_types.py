"""Portuguese patterns of trip types."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.trip_type_patterns import TripTypePatterns

TRIP_TYPES: Final = TripTypePatterns(
    round_trip="ida e volta|ida e regresso|volta incluida",
    one_way="somente ida|apenas ida|so ida|so de ida|ida simples|so a ida|sem volta",
    final_round_trip="",
)
