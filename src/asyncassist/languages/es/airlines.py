"""Spanish words around the names of airlines."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.airline_words import AirlineWords
from asyncassist.languages.word_set import words

AIRLINES: Final = AirlineWords(
    cues=words("con por via"),
    link_words=words("de del"),
    preference_words=words("si posible solo de preferencia"),
    polite_words=words("por favor"),
    suffixes=words("aerolineas"),
    other_meanings=frozenset(),
    flight_words=words("vuelo numero no"),
    denials=frozenset({"no", "no quiero", "mejor no", "no gracias"}),
    refusal=(
        r"no (?:vuelo|volamos|viajo|viajamos|me gusta|la quiero|quiero)\b"
        r"|ni (?:loco|loca|hablar|de broma)\b"
    ),
    flight_status="atras|llega|retras|aterri|despeg|sali[oó]",
)
