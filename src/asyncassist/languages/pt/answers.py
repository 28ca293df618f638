"""Portuguese answers about the offers shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.answer_phrases import AnswerPhrases

ANSWERS: Final[AnswerPhrases] = {
    "label": "o n.º {position} ({flight})",
    "price_single": "{flight} custa {price}, taxas incluídas.",
    "price_shared": "{flight} custa {price} no total para {passengers}: cerca de {each} por pessoa.",
    "prices_single": "Todos os preços são para um adulto, taxas incluídas.",
    "prices_shared": "Todos os preços são o total para {passengers}; por pessoa são cerca de {each}.",
    "both_ways": "Inclui a ida e a volta.",
    "one_way": "É só a ida.",
    "currency": "Os preços estão em {currency}.",
    "no_currency": "Só tenho estes preços em {shown}; não os converto para {wanted}.",
    "duration": "{flight} dura {duration}.",
    "longer": "{flight} dura {duration}, mais {difference} do que {other}.",
    "shorter": "{flight} dura {duration}, menos {difference} do que {other}.",
    "same_duration": "{flight} dura {duration}, tanto como {other}.",
    "direct": "{flight} é direto.",
    "stops_at": "{flight} faz escala em {stops}.",
    "stop": "{place} ({duration})",
    "times": "{flight} sai de {origin} em {date} às {departs} e chega a {destination} às {arrives}.",
    "fitting": "Estes servem: {flights}.",
    "none_fitting": "Nenhum dos voos mostrados serve.",
    "airline": "{flight} é operado por {airline}.",
    "bags": "{flight} inclui {bags}.",
    "carry_on": {"one": "{n} bagagem de mão", "other": "{n} bagagens de mão"},
    "checked_bags": {"one": "{n} mala despachada", "other": "{n} malas despachadas"},
    "no_checked_bag": "nenhuma mala despachada",
    "rules": "{flight} {rules}.",
    "refundable": "é reembolsável",
    "not_refundable": "não é reembolsável",
    "changeable": "pode ser alterado",
    "not_changeable": "não pode ser alterado",
    "rules_unknown": (
        "Não conheço as regras de alteração e reembolso para {flight}; a companhia mostra-as antes do pagamento."
    ),
    "seats_left": {
        "one": "Resta {n} lugar a este preço para {flight}.",
        "other": "Restam {n} lugares a este preço para {flight}.",
    },
    "seats_unknown": "Não sei quantos lugares restam para {flight}.",
    "why_best": (
        "Ponho primeiro a melhor combinação de preço, duração e escalas: {flight} custa {price} e "
        "dura {duration}, {stops}."
    ),
    "why_price": "A lista está por preço: {flight} custa {price}.",
    "why_duration": "A lista está por duração: {flight} dura {duration}.",
    "facts": "{flight}: {price}, {duration}, {stops}.",
    "cheaper_by": "{flight} custa menos {difference}.",
    "same_price": "Os dois custam o mesmo.",
    "shorter_by": "{flight} dura menos {difference}.",
    "cheapest": "O mais barato é {flight}: {price}, sai às {departs} e chega às {arrives}.",
    "dearest": "O mais caro é {flight}: {price}.",
    "fastest": "O mais rápido é {flight}: {duration}, {stops}, {price}.",
    "longest": "O mais longo é {flight}: {duration}.",
    "leaves_first": "{flight} sai primeiro, às {departs}: {price}.",
    "leaves_last": "{flight} sai por último, às {departs}: {price}.",
    "lands_first": "{flight} chega primeiro, às {arrives}: {price}.",
    "lands_last": "{flight} chega por último, às {arrives}: {price}.",
    "recommend": "Eu escolheria {flight}: {price}, {duration}, {stops}.",
}
