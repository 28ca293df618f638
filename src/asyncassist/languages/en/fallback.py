"""English phrases of the chatbot's default fallback."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.fallback_phrases import FallbackPhrases

FALLBACK: Final = FallbackPhrases(
    unavailable="I cannot give you a full answer right now: the language model is not answering.",
    no_model="I am working without a language model, so I can only tell you what I already know.",
    moderated="I cannot help with that message.",
    known_slots="So far I have",
    offers="Flights found",
    more="and {n} more",
    missing="To go on I still need",
    try_again="Please try again in a moment.",
    direct="direct flights only",
    stops="at most {n} stops",
    slots={
        "origin": "from",
        "destination": "to",
        "departure_date": "departure",
        "return_date": "return",
        "date": "date",
        "passengers": "travellers",
        "cabin": "cabin",
        "airline": "airline",
        "max_stops": "stops",
        "budget": "budget",
        "flight_number": "flight",
        "trip_type": "trip",
    },
    cabins={
        "economy": "economy",
        "premium_economy": "premium economy",
        "business": "business",
        "first": "first class",
    },
    trip_types={
        "one_way": "one way",
        "round_trip": "round trip",
    },
    intents={
        "search_flight": "You are looking for a flight.",
        "flight_status": "You are asking about the status of a flight.",
        "book_flight": "You want to book a flight.",
        "change_booking": "You want to change a booking.",
        "cancel_booking": "You want to cancel a booking.",
        "baggage": "You are asking about baggage.",
        "check_in": "You are asking about check-in.",
        "seats": "You are asking about a seat on board.",
        "special_assistance": "You are asking about assistance on a trip.",
    },
    travellers={
        "adults": ("{n} adult", "{n} adults"),
        "children": ("{n} child", "{n} children"),
        "infants": ("{n} infant", "{n} infants"),
    },
    function_words=(
        "the is are and of what how i my you can want need from please where when hello with for flight to"
    ),
)
