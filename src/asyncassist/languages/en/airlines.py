"""English words around the names of airlines."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.airline_words import AirlineWords
from asyncassist.languages.word_set import words

AIRLINES: Final = AirlineWords(
    cues=words("with fly on prefer preferably via"),
    link_words=frozenset(),
    preference_words=words("only if possible please preferably preferred would be great nice best so s"),
    polite_words=words("please"),
    suffixes=words("airlines airline airways air airlanes arlines airlins airllines arilines"),
    other_meanings=words(
        "states kingdom nations emirates express passport citizen dollars dollar samoa embassy junction variant visa"
        " arab state restaurant food lounge river"
    ),
    flight_words=words("flight flights number no"),
    offer_articles=words("the that this"),
    offer_nouns=words("flight one option"),
    denials=frozenset({"no", "not", "rather not", "no thanks", "is out", "leave them out", "leave it out"}),
    refusal=r"i (?:won|don|refuse|can)\b",
    flight_status="land|arriv|delay|status|on time|gate|depart",
)
