"""Italian patterns of trip types."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.trip_type_patterns import TripTypePatterns

TRIP_TYPES: Final = TripTypePatterns(
    round_trip="andata e ritorno|andata ?/ ?ritorno|andata ritorno|voli? di andata e ritorno",
    one_way="sola andata|solo andata|solo l andata|solo di andata|senza ritorno|volo di andata",
    final_round_trip="",
)
