"""Dutch patterns of trip types."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.trip_type_patterns import TripTypePatterns

TRIP_TYPES: Final = TripTypePatterns(
    round_trip=(
        "heen en terug(?:vlucht|reis)?|heen ?/ ?terug|heen en weer|retour(?:vlucht|vluchten|ticket|tickets|tje|tjes)"
        r"|een retour|retour(?= (?:van|vanaf|vanuit|naar)\b)"
    ),
    one_way=(
        "enkele reis|enkele vlucht|enkeltje|enkel ticket|enkele tickets|alleen heen|alleen de heen(?:vlucht|reis)"
        "|enkel heen|zonder terug(?:vlucht|reis)|geen terug(?:vlucht|reis)|alleen een heenvlucht"
    ),
    final_round_trip="retour",
)
