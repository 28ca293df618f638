"""Spanish patterns of trip types."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.trip_type_patterns import TripTypePatterns

TRIP_TYPES: Final = TripTypePatterns(
    round_trip="ida y vuelta|ida y regreso|idas y vueltas|redondo|viaje redondo|vuelta incluida",
    one_way=(
        "solo ida|solo de ida|solamente ida|solo la ida|ida solamente|ida nomas|ida nada mas|ida no mas"
        "|sencillo|billete de ida|sin vuelta"
    ),
    final_round_trip="",
)
