"""French words around the names of airlines."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.airline_words import AirlineWords
from asyncassist.languages.word_set import words

AIRLINES: Final = AirlineWords(
    cues=words("avec chez via"),
    link_words=words("de"),
    preference_words=words("si s il possible de preference"),
    polite_words=words("svp merci"),
    suffixes=frozenset(),
    other_meanings=frozenset(),
    flight_words=words("vol numero no"),
    denials=frozenset({"non", "pas", "plutot pas", "surtout pas", "non merci"}),
    refusal=(
        r"(?:je|on) (?:ne )?(?:vole|veux|prends|prend) pas\b"
        r"|(?:c est|ce sera) (?:non|sans moi)\b"
    ),
    flight_status="arriv|retard|atterri|decol",
)
