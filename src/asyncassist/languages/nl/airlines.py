"""Dutch words around the names of airlines."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.airline_words import AirlineWords
from asyncassist.languages.word_set import words

AIRLINES: Final = AirlineWords(
    cues=words("met bij via"),
    link_words=words("van"),
    preference_words=words("alleen graag liefst het alstublieft alsjeblieft aub indien mogelijk bij voorkeur"),
    polite_words=words("alstublieft alsjeblieft aub bedankt graag"),
    suffixes=frozenset(),
    other_meanings=frozenset(),
    flight_words=words("vlucht vluchtnummer nummer nr"),
    offer_articles=words("die de deze"),
    offer_nouns=words("vlucht optie"),
    denials=frozenset(
        {"niet", "liever niet", "nee", "graag niet", "absoluut niet", "wil ik niet", "hoeft niet", "mag niet"}
    ),
    refusal=(
        r"(?:vlieg\w*|reis\w*|wil\w*|neem|ga|hoef\w*) (?:ik|wij|we) (?:liever |echt |zeker )?niet\b"
        "|(?:maar |liever |absoluut |zeker )?niet$"
    ),
    flight_status="land|status|gate|vertrag|op tijd",
)
