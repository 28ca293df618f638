"""Words around the names of airlines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class AirlineWords:
    """Words of one language around an airline; all words are normalized, and so is the text of `refusal`.

    Attributes:
        cues: Words before an airline: "with".
        link_words: Prepositions between a flight and its airline: "voo da azul".
        preference_words: Words of a phrase that only states a preferred airline: "delta only".
        polite_words: Words that may end a denial: "please".
        suffixes: Words that end the name of an airline: "airlines".
        other_meanings: Words after a name that make it something other than an airline: "United States".
        flight_words: Nouns before the number of a flight.
        offer_articles: Words before the name of an airline that only identifies an offer: "the Delta flight is fine".
        offer_nouns: Nouns of such an offer.
        denials: Complete phrases after the name of an airline that deny it.
        refusal: Pattern of a negated verb after the name: "mit Ryanair fliege ich nicht".
        flight_status: Pattern of words that ask for the status of a flight, for the original text in any case.
    """

    cues: frozenset[str]
    link_words: frozenset[str]
    preference_words: frozenset[str]
    polite_words: frozenset[str]
    suffixes: frozenset[str]
    other_meanings: frozenset[str]
    flight_words: frozenset[str]
    offer_articles: frozenset[str] = frozenset()
    offer_nouns: frozenset[str] = frozenset()
    denials: frozenset[str]
    refusal: str
    flight_status: str
