"""Italian phrases of the chatbot's default fallback."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.fallback_phrases import FallbackPhrases

FALLBACK: Final = FallbackPhrases(
    unavailable=("In questo momento non posso dare una risposta completa: il modello linguistico non risponde."),
    no_model="Lavoro senza modello linguistico, quindi posso dire solo ciò che so già.",
    moderated="Non posso aiutare con questo messaggio.",
    known_slots="Finora ho",
    offers="Voli trovati",
    more="e altri {n}",
    missing="Per continuare mi serve ancora",
    try_again="Riprovi tra un momento, per favore.",
    direct="solo voli diretti",
    stops="al massimo {n} scali",
    slots={
        "origin": "partenza da",
        "destination": "destinazione",
        "departure_date": "andata",
        "return_date": "ritorno",
        "date": "data",
        "passengers": "passeggeri",
        "cabin": "classe",
        "airline": "compagnia",
        "max_stops": "scali",
        "budget": "budget",
        "flight_number": "volo",
        "trip_type": "viaggio",
    },
    cabins={
        "economy": "economy",
        "premium_economy": "premium economy",
        "business": "business",
        "first": "prima classe",
    },
    trip_types={
        "one_way": "solo andata",
        "round_trip": "andata e ritorno",
    },
    intents={
        "search_flight": "Cerca un volo.",
        "flight_status": "Chiede lo stato di un volo.",
        "book_flight": "Vuole prenotare un volo.",
        "change_booking": "Vuole modificare una prenotazione.",
        "cancel_booking": "Vuole cancellare una prenotazione.",
        "baggage": "Chiede del bagaglio.",
        "check_in": "Chiede del check-in.",
        "seats": "Chiede di un posto a bordo.",
        "special_assistance": "Chiede dell'assistenza in viaggio.",
    },
    travellers={
        "adults": ("{n} adulto", "{n} adulti"),
        "children": ("{n} bambino", "{n} bambini"),
        "infants": ("{n} neonato", "{n} neonati"),
    },
    function_words=(
        "il gli un una non è sono voglio vorrei lei grazie ciao volo voli per dove quando posso "
        "mio mia con di che quale domani e buongiorno"
    ),
)
