"""Portuguese phrases of the chatbot's default fallback."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.fallback_phrases import FallbackPhrases

FALLBACK: Final = FallbackPhrases(
    unavailable=("Não consigo dar uma resposta completa neste momento: o modelo de linguagem não está a responder."),
    no_model="Estou a trabalhar sem modelo de linguagem, por isso só posso dizer o que já sei.",
    moderated="Não posso ajudar com essa mensagem.",
    known_slots="Até agora tenho",
    offers="Voos encontrados",
    more="e mais {n}",
    missing="Para continuar ainda preciso de",
    try_again="Por favor, tente de novo dentro de momentos.",
    direct="apenas voos diretos",
    stops="no máximo {n} escalas",
    slots={
        "origin": "origem",
        "destination": "destino",
        "departure_date": "partida",
        "return_date": "regresso",
        "date": "data",
        "passengers": "passageiros",
        "cabin": "classe",
        "airline": "companhia",
        "max_stops": "escalas",
        "budget": "orçamento",
        "flight_number": "voo",
        "trip_type": "viagem",
    },
    cabins={
        "economy": "económica",
        "premium_economy": "económica premium",
        "business": "executiva",
        "first": "primeira classe",
    },
    trip_types={
        "one_way": "só ida",
        "round_trip": "ida e volta",
    },
    intents={
        "search_flight": "Procura um voo.",
        "flight_status": "Pergunta pelo estado de um voo.",
        "book_flight": "Quer reservar um voo.",
        "change_booking": "Quer alterar uma reserva.",
        "cancel_booking": "Quer cancelar uma reserva.",
        "baggage": "Pergunta pela bagagem.",
        "check_in": "Pergunta pelo check-in.",
        "seats": "Pergunta por um lugar a bordo.",
        "special_assistance": "Pergunta por assistência na viagem.",
    },
    travellers={
        "adults": ("{n} adulto", "{n} adultos"),
        "children": ("{n} criança", "{n} crianças"),
        "infants": ("{n} bebé", "{n} bebés"),
    },
    function_words=(
        "o os um uma não é são quero preciso você obrigado olá voo voos para onde quando posso "
        "meu minha com em do da qual as amanhã bom dia"
    ),
)
