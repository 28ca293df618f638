"""Type of the patterns of questions: the assistant's, and the traveller's about offers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class QuestionPatterns:
    """Regular expressions of one language, for lower-case text without accents; each matches whole words.

    Attributes:
        joiner: Words that join two clauses of a question.
        lead_in: Words before the question word; may be empty.
        question_word: Words that begin a question for a slot.
        request: Requests for information without a question mark.
        returning: Words of the return.
        when: Words that ask for a date.
        where: Words that ask for a place.
        origin: Words that make the place asked for the origin.
        destination: Words that make the place asked for the destination.
        origin_phrase: Phrases that ask for the origin whatever else the question says.
        trailing_preposition: Prepositions that end a question for a place ("Departing from?"); may be empty.
        passengers: Questions for the number of passengers.
        cabin: Words of the cabin.
        airline: Words of the airline.
        budget: Words of the budget.
        trip_type: Questions for one way or round trip.
        max_stops: Words of stops and direct flights.
        flight_number: Words of the flight number.
        offer_lead_in: Words before a question about an offer: agreement, thanks, joiners.
        offer_detail: Beginnings of questions for a time, an airport or a duration of an offer.
        offer_check: Beginnings of questions that are answered with yes or no.
        search: Words that make a question a new search all the same.
        arriving: Words of departing and arriving, after which a place is a detail of the offer.
        not_travel: Words of accommodation, food, cars and weather, which are no part of a flight.
        flying: Words of flights and tickets.
    """

    joiner: str
    lead_in: str
    question_word: str
    request: str
    returning: str
    when: str
    where: str
    origin: str
    destination: str
    origin_phrase: str
    trailing_preposition: str
    passengers: str
    cabin: str
    airline: str
    budget: str
    trip_type: str
    max_stops: str
    flight_number: str
    offer_lead_in: str
    offer_detail: str
    offer_check: str
    search: str
    arriving: str
    not_travel: str
    flying: str
