"""German phrases of the chatbot's default fallback."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.fallback_phrases import FallbackPhrases

FALLBACK: Final = FallbackPhrases(
    unavailable="Ich kann gerade keine vollständige Antwort geben: Das Sprachmodell antwortet nicht.",
    no_model="Ich arbeite ohne Sprachmodell und kann daher nur sagen, was ich schon weiß.",
    moderated="Bei dieser Nachricht kann ich nicht helfen.",
    known_slots="Bisher habe ich",
    offers="Gefundene Flüge",
    more="und {n} weitere",
    missing="Um weiterzumachen, brauche ich noch",
    try_again="Bitte versuchen Sie es gleich noch einmal.",
    direct="nur Direktflüge",
    stops="höchstens {n} Stopps",
    slots={
        "origin": "von",
        "destination": "nach",
        "departure_date": "Abflug",
        "return_date": "Rückflug",
        "date": "Datum",
        "passengers": "Reisende",
        "cabin": "Klasse",
        "airline": "Fluggesellschaft",
        "max_stops": "Stopps",
        "budget": "Budget",
        "flight_number": "Flug",
        "trip_type": "Reise",
    },
    cabins={
        "economy": "Economy",
        "premium_economy": "Premium Economy",
        "business": "Business",
        "first": "First Class",
    },
    trip_types={
        "one_way": "nur Hinflug",
        "round_trip": "Hin- und Rückflug",
    },
    intents={
        "search_flight": "Sie suchen einen Flug.",
        "flight_status": "Sie fragen nach dem Status eines Fluges.",
        "book_flight": "Sie möchten einen Flug buchen.",
        "change_booking": "Sie möchten eine Buchung ändern.",
        "cancel_booking": "Sie möchten eine Buchung stornieren.",
        "baggage": "Sie haben eine Frage zum Gepäck.",
        "check_in": "Sie haben eine Frage zum Check-in.",
        "seats": "Sie haben eine Frage zu einem Sitzplatz an Bord.",
        "special_assistance": "Sie haben eine Frage zur Betreuung auf der Reise.",
    },
    travellers={
        "adults": ("{n} Erwachsener", "{n} Erwachsene"),
        "children": ("{n} Kind", "{n} Kinder"),
        "infants": ("{n} Kleinkind", "{n} Kleinkinder"),
    },
    function_words=(
        "der die das ein eine nicht ist sind ich möchte will brauche sie danke hallo flug flüge "
        "nach wo wann kann mein meine mit von und morgen wie was"
    ),
)
