"""Dutch phrases of the chatbot's default fallback."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.fallback_phrases import FallbackPhrases

FALLBACK: Final = FallbackPhrases(
    unavailable="Ik kan nu geen volledig antwoord geven: het taalmodel antwoordt niet.",
    no_model="Ik werk zonder taalmodel en kan dus alleen zeggen wat ik al weet.",
    moderated="Bij dit bericht kan ik niet helpen.",
    known_slots="Tot nu toe heb ik",
    offers="Gevonden vluchten",
    more="en nog {n}",
    missing="Om verder te gaan heb ik nog nodig",
    try_again="Probeer het zo meteen nog eens.",
    direct="alleen rechtstreekse vluchten",
    stops="hoogstens {n} tussenstops",
    slots={
        "origin": "van",
        "destination": "naar",
        "departure_date": "vertrek",
        "return_date": "terugvlucht",
        "date": "datum",
        "passengers": "reizigers",
        "cabin": "klasse",
        "airline": "luchtvaartmaatschappij",
        "max_stops": "tussenstops",
        "budget": "budget",
        "flight_number": "vlucht",
        "trip_type": "reis",
    },
    cabins={
        "economy": "economy class",
        "premium_economy": "premium economy",
        "business": "business class",
        "first": "first class",
    },
    trip_types={
        "one_way": "enkele reis",
        "round_trip": "heen en terug",
    },
    intents={
        "search_flight": "U zoekt een vlucht.",
        "flight_status": "U vraagt naar de status van een vlucht.",
        "book_flight": "U wilt een vlucht boeken.",
        "change_booking": "U wilt een boeking wijzigen.",
        "cancel_booking": "U wilt een boeking annuleren.",
        "baggage": "U hebt een vraag over bagage.",
        "check_in": "U hebt een vraag over het inchecken.",
        "seats": "U hebt een vraag over een stoel aan boord.",
        "special_assistance": "U hebt een vraag over assistentie op reis.",
    },
    travellers={
        "adults": ("{n} volwassene", "{n} volwassenen"),
        "children": ("{n} kind", "{n} kinderen"),
        "infants": ("{n} baby", "{n} baby's"),
    },
    function_words=(
        "de het een niet is zijn ik wil graag zou nodig u je bedankt hallo hoi vlucht vluchten naar waar wanneer kan "
        "mijn met van en morgen hoe wat"
    ),
)
