"""German words around the names of airlines."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.airline_words import AirlineWords
from asyncassist.languages.word_set import words

AIRLINES: Final = AirlineWords(
    cues=words("mit bei via"),
    link_words=frozenset(),
    preference_words=words("wenn moglich am liebsten nur bitte"),
    polite_words=words("bitte danke"),
    suffixes=frozenset(),
    other_meanings=frozenset(),
    flight_words=words("flug flugnummer nummer nr"),
    denials=frozenset(
        {"nicht", "lieber nicht", "nein", "bitte nicht", "auf keinen fall", "mag ich nicht", "besser nicht"}
    ),
    refusal=(
        r"(?:flieg\w*|reis\w*|will|mag|mocht\w*) (?:ich|wir) (?:aber |lieber |gar )?nich(?:t)?\b"
        "|(?:aber |bitte |lieber |bloss )?nich(?:t)?$"
    ),
    flight_status="land|status|gate|versp|pünktlich",
)
