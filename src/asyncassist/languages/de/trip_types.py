"""German patterns of trip types."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.trip_type_patterns import TripTypePatterns

TRIP_TYPES: Final = TripTypePatterns(
    round_trip="hin und zuruck|hin und ruckfl(?:ug|uge)|hin und ruckreise|hin ?/ ?zuruck|hin und her",
    one_way=(
        "nur hin(?:flug|fluge)?|einfache[nrs]? (?:flug|strecke|fluge|ticket)|einfach hin|nur einfach"
        "|nur der hinflug|ohne ruckflug"
    ),
    final_round_trip="retour",
)
