"""Types of the data of a language: everything that a language pack must contain.

A type checker names what a new language lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from asyncassist.languages.added_passenger_words import AddedPassengerWords
    from asyncassist.languages.airline_words import AirlineWords
    from asyncassist.languages.answer_phrases import AnswerPhrases
    from asyncassist.languages.child_age_words import ChildAgeWords
    from asyncassist.languages.date_lexicon import DateLexicon
    from asyncassist.languages.date_role_words import DateRoleWords
    from asyncassist.languages.date_rules import DateRules
    from asyncassist.languages.fallback_phrases import FallbackPhrases
    from asyncassist.languages.followup_patterns import FollowupPatterns
    from asyncassist.languages.guard_words import GuardWords
    from asyncassist.languages.hour_words import HourWords
    from asyncassist.languages.identification import Identification
    from asyncassist.languages.intent_words import IntentWords
    from asyncassist.languages.leg_words import LegWords
    from asyncassist.languages.number_words import NumberWords
    from asyncassist.languages.offer_columns import OfferColumns
    from asyncassist.languages.offer_words import OfferWords
    from asyncassist.languages.passenger_words import PassengerWords
    from asyncassist.languages.place_words import PlaceWords
    from asyncassist.languages.plural_phrase import PluralPhrase
    from asyncassist.languages.pointer_phrases import PointerPhrases
    from asyncassist.languages.preference_patterns import PreferencePatterns
    from asyncassist.languages.question_patterns import QuestionPatterns
    from asyncassist.languages.region_variant import RegionVariant
    from asyncassist.languages.role_words import RoleWords
    from asyncassist.languages.time_words import TimeWords
    from asyncassist.languages.tracking_patterns import TrackingPatterns
    from asyncassist.languages.trip_type_patterns import TripTypePatterns


class CuePatterns(TypedDict):
    """Pattern of each cue of a message ("cheaper", "start_over"), by the name of the cue."""

    afternoon: str
    any_airline: str
    any_price: str
    with_bag: str
    any_bag: str
    refundable: str
    any_refund: str
    any_stops: str
    any_time: str
    best_first: str
    book: str
    cheaper: str
    cheapest: str
    companions: str
    day_after: str
    day_before: str
    details: str
    direct: str
    dropouts: str
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


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MessagePatterns:
    """Regular expressions of one language, for lower-case text without accents.

    Attributes:
        adults_mentioned: Words that show that adults are counted, not only children.
        after_time: Words before the earliest time of departure.
        article: Article that may stand between these words and the name.
        before_time: Words before the latest time of departure.
        beside_trip: Words of matters beside the flight: weather, sights, food, city transport.
        cues: Patterns of requests ("cheaper", "start_over"), by the name of the cue; every language has the same names.
        departure: Words that make a date the departure.
        destination: Words before the destination.
        duration_words: Words of how long a flight takes.
        excluded: Words before an airline that the traveller rejects.
        extra_adult: Phrases that add one adult.
        flight_noun: Nouns of a flight.
        flight_talk: Words of a sentence about flights or offers.
        last_ordinal: Pattern of "the last one".
        not_ordinal: Phrases in which an ordinal selects no offer ("first class").
        offer_number: Number that selects an offer; its first group is the digits.
        offer_reference: Words that refer to one of several offers.
        ordinals: Patterns of "first", "second", ..., in order.
        origin: Words before the origin.
        passenger_count: Words before the number of passengers.
        payment: Words of paying and booking.
        payment_details: Accounts and ways to pay.
        price_words: Words around a price; a number after them is one.
        return_: Words that make a date the return.
        stay_in: Words before a place where the traveller stays.
        stop_words: Nouns that count stops.
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
    price_words: str
    stop_words: str
    duration_words: str
    payment: str
    payment_details: str


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
    ask_leg_date: str
    ask_return_date: str
    ask_day: str
    ask_passengers: str
    ask_split_party: str
    ask_any_stops: str
    which_place: str
    which_city: str
    past_date: str
    too_far_ahead: str
    return_before: str
    leg_before: str
    same_place: str
    unknown_place: str
    unknown_date: str
    not_understood: str
    not_understood_name: str
    example_place: str
    example_date: str
    example_passengers: str
    example_yes: str
    example_trip: str
    other_ways: str
    too_many: str
    split_party: str
    need_adult: str
    too_many_infants: str
    infant_age_counts: str
    infant_by_departure: str
    infant_by_return: str
    infant_after_trip: str
    child_age_counts: str
    child_by_departure: str
    child_by_return: str
    child_after_trip: str
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
    several_legs: str
    more: str
    last_more: str
    no_more: str
    no_flights: str
    no_direct_flights: str
    no_matching_flights: str
    no_matching_fares: str
    fares: str
    fare_bag: str
    fare_no_bag: str
    fare_refundable: str
    fare_not_refundable: str
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
    adults: PluralPhrase
    children: PluralPhrase
    infants: PluralPhrase
    stops: PluralPhrase
    for_passengers: str
    economy: str
    premium_economy: str
    business: str
    first: str
    with_airline: str
    without_airlines: str
    within_budget: str
    with_checked_bags: str
    with_refundable: str
    hours_between: str
    hours_after: str
    hours_before: str
    outbound_departure_window: str
    outbound_arrival_window: str
    return_departure_window: str
    return_arrival_window: str
    stop_via: str
    stop_not_via: str
    next_day: str
    from_place: str
    to_place: str


class PageTexts(TypedDict):
    """Texts of the web page, with named placeholders in braces; `say_...` are messages that the assistant reads."""

    examples: tuple[str, ...]
    title: str
    lead: str
    description: str
    skip: str
    new_trip: str
    theme_system: str
    theme_light: str
    theme_dark: str
    conversation: str
    examples_title: str
    recent_title: str
    remove: str
    removed: str
    undo: str
    message: str
    placeholder: str
    placeholder_trip: str
    send: str
    stop: str
    characters_left: str
    fine: str
    you: str
    assistant: str
    reading: str
    stopped: str
    broke_off: str
    unreachable: str
    failed: str
    too_many: str
    degraded: str
    retry: str
    copy: str
    copied: str
    share: str
    session_gone: str
    invented: str
    invented_note: str
    offer: str
    offer_sentence: str
    choose: str
    details: str
    chosen: str
    direct: str
    layover: str
    change_at: str
    operated_by: str
    per_person: str
    no_checked_bag: str
    refundable: str
    not_refundable: str
    changeable: str
    not_changeable: str
    cheapest: str
    fastest: str
    economy: str
    premium_economy: str
    business: str
    first: str
    chart: str
    chart_note: str
    chart_note_night: str
    sort: str
    narrow: str
    searching: str
    next_title: str
    next_text: str
    book: str
    say_number: str
    say_best: str
    say_more: str
    say_cheaper: str
    say_faster: str
    say_earlier: str
    say_later: str
    say_direct: str
    say_any_stops: str
    say_morning: str
    say_any_time: str
    say_airline: str
    say_any_airline: str
    say_budget: str
    say_any_price: str
    say_bag: str
    say_any_bag: str
    say_refundable: str
    say_any_refund: str
    best: str
    best_note: str
    leg: str
    outbound: str
    inbound: str
    compare: str
    compare_one: str
    compare_title: str
    compare_close: str
    less_by: str
    row_price: str
    row_departs: str
    row_arrives: str
    row_duration: str
    row_stops: str
    row_airline: str
    row_bags: str
    row_rules: str
    not_stated: str
    day_prices: str
    day_prices_note: str
    lowest: str
    your_day: str
    day_price: str
    say_day: str
    say_days: str
    say_cheapest_day: str
    conversations: str
    rename: str
    new_name: str
    save: str
    cancel: str
    renamed: str
    sign_in: str
    sign_in_note: str
    no_script: str
    providers: PluralPhrase
    more_flights: PluralPhrase
    offers: PluralPhrase
    stops: PluralPhrase
    days_later: PluralPhrase
    travellers: PluralPhrase
    for_all: PluralPhrase
    checked_bags: PluralPhrase
    carry_on: PluralPhrase
    seats_left: PluralPhrase


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LanguagePack:
    """Everything that depends on one language.

    Attributes:
        code: ISO 639-1 code, two letters.
        name: Name of the language in English.
        added_passengers: Words of passengers that a message adds.
        airlines: Words around the names of airlines.
        answers: Phrases that answer questions about the offers shown.
        child_ages: Words of the ages of children.
        date_roles: Words around dates that decide their roles.
        date_rules: How dates are written, and what their words mean.
        dates: Words of dates.
        fallback: Phrases of the chatbot's default fallback.
        followup: Patterns of small words in follow-up messages.
        guard: Words by which the output guard finds prices and times.
        hours: Words of hours and parts of the day.
        identification: Words and letters that identify the language.
        intents: Words of intents that are no phrases.
        legs: Words of trips of several legs.
        numbers: Words of numbers.
        offers: Words by which a question says which of the offers it is about.
        page: Texts of the web page.
        passengers: Words about passengers.
        patterns: Patterns that recognize requests, references and roles in a message.
        phrases: Phrases of the assistant's replies.
        places: Words around the names of places.
        pointers: Pointers for what the assistant cannot know.
        preferences: Patterns of cabins, stops and budgets.
        questions: Patterns of the assistant's questions, and of the traveller's about offers.
        regions: What regions say and write in another way; empty where all do the same.
        roles: Words around places and dates that decide their roles.
        times: Words by which times are told from dates.
        tracking: Patterns by which dialogue state tracking reads dates and places.
        trip_types: Patterns of trip types.
    """

    code: str
    name: str
    added_passengers: AddedPassengerWords
    airlines: AirlineWords
    answers: AnswerPhrases
    child_ages: ChildAgeWords
    date_roles: DateRoleWords
    date_rules: DateRules
    dates: DateLexicon
    fallback: FallbackPhrases
    followup: FollowupPatterns
    guard: GuardWords
    hours: HourWords
    identification: Identification
    intents: IntentWords
    legs: LegWords
    numbers: NumberWords
    offer_columns: OfferColumns
    offers: OfferWords
    page: PageTexts
    passengers: PassengerWords
    patterns: MessagePatterns
    phrases: ReplyPhrases
    places: PlaceWords
    pointers: PointerPhrases
    preferences: PreferencePatterns
    questions: QuestionPatterns
    regions: tuple[RegionVariant, ...]
    roles: RoleWords
    times: TimeWords
    tracking: TrackingPatterns
    trip_types: TripTypePatterns
