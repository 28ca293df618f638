"""Types of the data of a language: everything that a language pack must contain.

A type checker names what a new language lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from asyncassist.languages.date_lexicon import DateLexicon
    from asyncassist.languages.fallback_phrases import FallbackPhrases
    from asyncassist.languages.followup_patterns import FollowupPatterns
    from asyncassist.languages.guard_words import GuardWords
    from asyncassist.languages.identification import Identification
    from asyncassist.languages.intent_words import IntentWords
    from asyncassist.languages.question_patterns import QuestionPatterns
    from asyncassist.languages.tracking_patterns import TrackingPatterns


class CuePatterns(TypedDict):
    """Pattern of each cue of a message ("cheaper", "start_over"), by the name of the cue."""

    afternoon: str
    any_airline: str
    any_price: str
    any_stops: str
    any_time: str
    book: str
    cheaper: str
    cheapest: str
    companions: str
    day_after: str
    day_before: str
    details: str
    direct: str
    earlier: str
    earliest: str
    evening: str
    faster: str
    fastest: str
    first_class: str
    flexible_dates: str
    flight: str
    injection: str
    later: str
    latest: str
    more: str
    morning: str
    multi_city: str
    one_way: str
    relist: str
    round_trip: str
    select: str
    start_over: str
    summary_request: str
    swap: str
    thanks: str
    week_after: str
    week_before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePatterns:
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

    cues: CuePatterns
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


class PluralPhrase(TypedDict):
    """Phrase about a number of things, by plural category; a language may have no other category than these."""

    one: str
    other: str


class ReplyPhrases(TypedDict):
    """Phrases of the assistant's replies, with named placeholders in braces."""

    greeting: str
    greeting_back: str
    thanks: str
    goodbye: str
    help: str
    baggage: str
    check_in: str
    flight_status: str
    change_booking: str
    cancel_booking: str
    other: str
    refused: str
    cant_book: str
    restarted: str
    what_change: str
    which_offer: str
    no_such_offer: PluralPhrase
    nothing_shown: str
    ask_origin: str
    ask_destination: str
    ask_departure_date: str
    ask_return_date: str
    ask_day: str
    ask_passengers: str
    ask_any_stops: str
    which_place: str
    past_date: str
    too_far_ahead: str
    return_before: str
    same_place: str
    unknown_place: str
    unknown_date: str
    not_understood: str
    too_many: str
    need_adult: str
    too_many_infants: str
    route: str
    outbound_date: str
    round_trip_dates: str
    found: PluralPhrase
    best_of: str
    cheaper: str
    no_cheaper: str
    earlier: str
    no_earlier: str
    later: str
    no_later: str
    faster: str
    no_faster: str
    by_day: str
    day_price: str
    no_cheaper_day: str
    one_leg: str
    more: str
    no_more: str
    no_flights: str
    no_direct_flights: str
    no_matching_flights: str
    chosen: str
    price_changed: str
    offer_unknown: str
    price_unchecked: str
    details: str
    next_steps: str
    search_failed: str
    partial: str
    summary: str
    nothing_known: str
    direct: str
    stops: PluralPhrase
    adults: PluralPhrase
    children: PluralPhrase
    infants: PluralPhrase
    for_passengers: str
    economy: str
    premium_economy: str
    business: str
    first: str
    with_airline: str
    without_airlines: str
    within_budget: str
    departure_window: str
    next_day: str
    from_place: str
    to_place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguagePack:
    """Everything that depends on one language.

    Attributes:
        code: ISO 639-1 code, two letters.
        name: Name of the language in English.
        dates: Words of dates.
        fallback: Phrases of the chatbot's default fallback.
        followup: Patterns of small words in follow-up messages.
        guard: Words by which the output guard finds prices and times.
        identification: Words and letters that identify the language.
        intents: Words of intents that are no phrases.
        patterns: Patterns that recognize requests, references and roles in a message.
        phrases: Phrases of the assistant's replies.
        questions: Patterns of the assistant's questions, and of the traveller's about offers.
        tracking: Patterns by which dialogue state tracking reads dates and places.
    """

    code: str
    name: str
    dates: DateLexicon
    fallback: FallbackPhrases
    followup: FollowupPatterns
    guard: GuardWords
    identification: Identification
    intents: IntentWords
    patterns: MessagePatterns
    phrases: ReplyPhrases
    questions: QuestionPatterns
    tracking: TrackingPatterns
