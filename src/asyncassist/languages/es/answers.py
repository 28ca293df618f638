"""Spanish answers about the offers shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.answer_phrases import AnswerPhrases

ANSWERS: Final[AnswerPhrases] = {
    "label": "el n.º {position} ({flight})",
    "price_single": "{flight} cuesta {price}, impuestos incluidos.",
    "price_shared": "{flight} cuesta {price} en total para {passengers}: unos {each} por persona.",
    "prices_single": "Todos los precios son para un adulto, impuestos incluidos.",
    "prices_shared": "Todos los precios son totales para {passengers}; por persona son unos {each}.",
    "both_ways": "Incluye la ida y la vuelta.",
    "one_way": "Es solo la ida.",
    "currency": "Los precios están en {currency}.",
    "no_currency": "Solo tengo estos precios en {shown}; no los convierto a {wanted}.",
    "duration": "{flight} dura {duration}.",
    "longer": "{flight} dura {duration}, {difference} más que {other}.",
    "shorter": "{flight} dura {duration}, {difference} menos que {other}.",
    "same_duration": "{flight} dura {duration}, lo mismo que {other}.",
    "direct": "{flight} es directo.",
    "stops_at": "{flight} hace escala en {stops}.",
    "stop": "{place} ({duration})",
    "times": "{flight} sale de {origin} el {date} a las {departs} y llega a {destination} a las {arrives}.",
    "fitting": "Estos encajan: {flights}.",
    "none_fitting": "Ninguno de los vuelos mostrados encaja.",
    "airline": "{flight} lo opera {airline}.",
    "bags": "{flight} incluye {bags}.",
    "carry_on": {"one": "{n} bulto de mano", "other": "{n} bultos de mano"},
    "checked_bags": {"one": "{n} maleta facturada", "other": "{n} maletas facturadas"},
    "no_checked_bag": "ninguna maleta facturada",
    "rules": "{flight} {rules}.",
    "refundable": "es reembolsable",
    "not_refundable": "no es reembolsable",
    "changeable": "se puede cambiar",
    "not_changeable": "no se puede cambiar",
    "rules_unknown": (
        "No conozco las condiciones de cambio y reembolso para {flight}; la aerolínea las muestra antes del pago."
    ),
    "seats_left": {
        "one": "Queda {n} plaza a este precio en {flight}.",
        "other": "Quedan {n} plazas a este precio en {flight}.",
    },
    "seats_unknown": "No sé cuántas plazas quedan en {flight}.",
    "why_best": (
        "Pongo primero la mejor combinación de precio, duración y escalas: {flight} cuesta {price} y "
        "dura {duration}, {stops}."
    ),
    "why_price": "La lista está ordenada por precio: {flight} cuesta {price}.",
    "why_duration": "La lista está ordenada por duración: {flight} dura {duration}.",
    "facts": "{flight}: {price}, {duration}, {stops}.",
    "cheaper_by": "{flight} cuesta {difference} menos.",
    "same_price": "Los dos cuestan lo mismo.",
    "shorter_by": "{flight} dura {difference} menos.",
    "cheapest": "El más barato es {flight}: {price}, sale a las {departs} y llega a las {arrives}.",
    "dearest": "El más caro es {flight}: {price}.",
    "fastest": "El más rápido es {flight}: {duration}, {stops}, {price}.",
    "longest": "El más largo es {flight}: {duration}.",
    "leaves_first": "{flight} sale primero, a las {departs}: {price}.",
    "leaves_last": "{flight} sale el último, a las {departs}: {price}.",
    "lands_first": "{flight} llega primero, a las {arrives}: {price}.",
    "lands_last": "{flight} llega el último, a las {arrives}: {price}.",
    "recommend": "Yo tomaría {flight}: {price}, {duration}, {stops}.",
}
