"""French patterns of trip types."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.trip_type_patterns import TripTypePatterns

TRIP_TYPES: Final = TripTypePatterns(
    round_trip="allers? retours?|aller et retour|a ?/ ?r",
    one_way="aller simple|allers simples|simple aller|aller seulement|juste l aller|que l aller|sans retour",
    final_round_trip="",
)
