"""Italian words around the names of airlines."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.airline_words import AirlineWords
from asyncassist.languages.word_set import words

AIRLINES: Final = AirlineWords(
    cues=words("con via"),
    link_words=words("da di del della"),
    preference_words=words("se solo soltanto possibilmente"),
    polite_words=words("per favore grazie"),
    suffixes=frozenset(),
    other_meanings=frozenset(),
    flight_words=words("volo numero"),
    denials=frozenset({"no", "meglio di no", "meglio no", "non la voglio", "non mi piace", "no grazie"}),
    refusal=r"non (?:volo|voliamo|viaggio|la prendo|ci volo)\b",
    flight_status="arriv|ritard|atterra|decol",
)
