"""Spanish phrases of the chatbot's default fallback."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.fallback_phrases import FallbackPhrases

FALLBACK: Final = FallbackPhrases(
    unavailable="Ahora mismo no puedo darle una respuesta completa: el modelo de lenguaje no responde.",
    no_model="Trabajo sin modelo de lenguaje, así que solo puedo decirle lo que ya sé.",
    moderated="No puedo ayudar con ese mensaje.",
    known_slots="Por ahora tengo",
    offers="Vuelos encontrados",
    more="y {n} más",
    missing="Para continuar todavía necesito",
    try_again="Inténtelo de nuevo en un momento, por favor.",
    direct="solo vuelos directos",
    stops="{n} escalas como máximo",
    slots={
        "origin": "origen",
        "destination": "destino",
        "departure_date": "salida",
        "return_date": "regreso",
        "date": "fecha",
        "passengers": "pasajeros",
        "cabin": "clase",
        "airline": "aerolínea",
        "max_stops": "escalas",
        "budget": "presupuesto",
        "flight_number": "vuelo",
        "trip_type": "viaje",
    },
    cabins={
        "economy": "turista",
        "premium_economy": "turista premium",
        "business": "business",
        "first": "primera clase",
    },
    trip_types={
        "one_way": "solo ida",
        "round_trip": "ida y vuelta",
    },
    intents={
        "search_flight": "Busca un vuelo.",
        "flight_status": "Pregunta por el estado de un vuelo.",
        "book_flight": "Quiere reservar un vuelo.",
        "change_booking": "Quiere cambiar una reserva.",
        "cancel_booking": "Quiere cancelar una reserva.",
        "baggage": "Pregunta por el equipaje.",
        "check_in": "Pregunta por la facturación.",
        "seats": "Pregunta por un asiento a bordo.",
        "special_assistance": "Pregunta por asistencia en el viaje.",
    },
    travellers={
        "adults": ("{n} adulto", "{n} adultos"),
        "children": ("{n} niño", "{n} niños"),
        "infants": ("{n} bebé", "{n} bebés"),
    },
    function_words=(
        "el los un una no es son quiero necesito usted gracias hola vuelo vuelos para dónde donde"
        " cuándo puedo mi con en del cuál las mañana buenos qué y"
    ),
)
