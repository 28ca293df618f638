"""Registry of the dialogue data of all languages: patterns of cues and phrases of the replies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncassist.languages.de import dialogue as de
from asyncassist.languages.en import dialogue as en
from asyncassist.languages.es import dialogue as es
from asyncassist.languages.fr import dialogue as fr
from asyncassist.languages.it import dialogue as it
from asyncassist.languages.pt import dialogue as pt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

LANGUAGES = ("en", "pt", "es", "fr", "de", "it")


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguagePatterns:
    """Regular expressions of one language, for lower-case text without accents.

    Attributes:
        cues: Patterns of requests ("cheaper", "start_over"), by the name of the cue; every language has the same names.
        excluded: Words before an airline that the traveller rejects.
        origin: Words before the origin.
        destination: Words before the destination.
        stay_in: Words before a place where the traveller stays.
        return_: Words that make a date the return.
        passenger_count: Words before the number of passengers.
        departure: Words that make a date the departure.
        article: Article that may stand between these words and the name.
        ordinals: Patterns of "first", "second", ..., in order.
        last_ordinal: Pattern of "the last one".
        offer_number: Number that selects an offer; its first group is the digits.
        not_ordinal: Phrases in which an ordinal selects no offer ("first class").
        offer_reference: Words that refer to one of several offers.
        after_time: Words before the earliest time of departure.
        before_time: Words before the latest time of departure.
        extra_adult: Phrases that add one adult.
        adults_mentioned: Words that show that adults are counted, not only children.
        flight_noun: Nouns of a flight.
        flight_talk: Words of a sentence about flights or offers.
        beside_trip: Words of matters beside the flight: weather, sights, food, city transport.
        question_start: Words that begin a question.
        price_words: Words around a price; a number after them is one.
        stop_words: Nouns that count stops.
        duration_words: Words of how long a flight takes.
        payment: Words of paying and booking.
        offer_naming: Words beside an ordinal that still only name the offer.
        payment_details: Accounts and ways to pay.
    """

    cues: Mapping[str, str]
    excluded: str
    origin: str
    destination: str
    stay_in: str
    return_: str
    passenger_count: str
    departure: str
    article: str
    ordinals: tuple[str, ...]
    last_ordinal: str
    offer_number: str
    not_ordinal: str
    offer_reference: str
    after_time: str
    before_time: str
    extra_adult: str
    adults_mentioned: str
    flight_noun: str
    flight_talk: str
    beside_trip: str
    question_start: str
    price_words: str
    stop_words: str
    duration_words: str
    payment: str
    payment_details: str
    offer_naming: str


def _load_patterns(module: Any) -> LanguagePatterns:
    return LanguagePatterns(
        cues=module.CUES,
        excluded=module.EXCLUDED,
        origin=module.ORIGIN,
        destination=module.DESTINATION,
        stay_in=module.STAY_IN,
        return_=module.RETURN,
        passenger_count=module.PASSENGER_COUNT,
        departure=module.DEPARTURE,
        article=module.ARTICLE,
        ordinals=module.ORDINALS,
        last_ordinal=module.LAST_ORDINAL,
        offer_number=module.OFFER_NUMBER,
        not_ordinal=module.NOT_ORDINAL,
        offer_reference=module.OFFER_REFERENCE,
        after_time=module.AFTER_TIME,
        before_time=module.BEFORE_TIME,
        extra_adult=module.EXTRA_ADULT,
        adults_mentioned=module.ADULTS_MENTIONED,
        flight_noun=module.FLIGHT_NOUN,
        flight_talk=module.FLIGHT_TALK,
        beside_trip=module.BESIDE_TRIP,
        question_start=module.QUESTION_START,
        price_words=module.PRICE_WORDS,
        stop_words=module.STOP_WORDS,
        duration_words=module.DURATION_WORDS,
        payment=module.PAYMENT,
        payment_details=module.PAYMENT_DETAILS,
        offer_naming=module.OFFER_NAMING,
    )


_MODULES: Mapping[str, ModuleType] = {"en": en, "pt": pt, "es": es, "fr": fr, "de": de, "it": it}

PATTERNS: Mapping[str, LanguagePatterns] = {code: _load_patterns(module) for code, module in _MODULES.items()}

PHRASES: Mapping[str, Mapping[str, str | Mapping[str, str]]] = {
    code: module.PHRASES for code, module in _MODULES.items()
}
