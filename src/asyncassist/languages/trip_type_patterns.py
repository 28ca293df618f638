"""Patterns of trip types."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TripTypePatterns:
    """Patterns of one language that state the type of a trip, for normalized text.

    Attributes:
        round_trip: Phrases of a trip there and back.
        one_way: Phrases of a trip without a return.
        final_round_trip: Words that mean a round trip at the end of a clause in this language, another thing in others:
            German "retour"; "" for none.
    """

    round_trip: str
    one_way: str
    final_round_trip: str
