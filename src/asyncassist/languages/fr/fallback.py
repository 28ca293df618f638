"""French phrases of the chatbot's default fallback."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.fallback_phrases import FallbackPhrases

FALLBACK: Final = FallbackPhrases(
    unavailable=("Je ne peux pas vous donner de réponse complète pour l'instant : le modèle de langage ne répond pas."),
    no_model="Je travaille sans modèle de langage : je ne peux vous dire que ce que je sais déjà.",
    moderated="Je ne peux pas vous aider avec ce message.",
    known_slots="Pour l'instant, j'ai",
    offers="Vols trouvés",
    more="et {n} de plus",
    missing="Pour continuer, il me manque encore",
    try_again="Veuillez réessayer dans un instant.",
    direct="vols directs uniquement",
    stops="{n} escales au plus",
    slots={
        "origin": "départ de",
        "destination": "destination",
        "departure_date": "aller",
        "return_date": "retour",
        "date": "date",
        "passengers": "voyageurs",
        "cabin": "cabine",
        "airline": "compagnie",
        "max_stops": "escales",
        "budget": "budget",
        "flight_number": "vol",
        "trip_type": "voyage",
    },
    cabins={
        "economy": "économique",
        "premium_economy": "économique premium",
        "business": "affaires",
        "first": "première classe",
    },
    trip_types={
        "one_way": "aller simple",
        "round_trip": "aller-retour",
    },
    intents={
        "search_flight": "Vous cherchez un vol.",
        "flight_status": "Vous demandez le statut d'un vol.",
        "book_flight": "Vous voulez réserver un vol.",
        "change_booking": "Vous voulez modifier une réservation.",
        "cancel_booking": "Vous voulez annuler une réservation.",
        "baggage": "Vous avez une question sur les bagages.",
        "check_in": "Vous avez une question sur l'enregistrement.",
        "seats": "Vous avez une question sur un siège à bord.",
        "special_assistance": "Vous avez une question sur l'assistance pendant le voyage.",
    },
    travellers={
        "adults": ("{n} adulte", "{n} adultes"),
        "children": ("{n} enfant", "{n} enfants"),
        "infants": ("{n} bébé", "{n} bébés"),
    },
    function_words=(
        "le les un une ne pas est sont je veux voudrais vous merci bonjour vol vols pour où quand"
        " peux mon ma avec du des quel quelle demain et"
    ),
)
