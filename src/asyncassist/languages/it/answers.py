"""Italian answers about the offers shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.answer_phrases import AnswerPhrases

ANSWERS: Final[AnswerPhrases] = {
    "label": "il n. {position} ({flight})",
    "price_single": "{flight} costa {price}, tasse incluse.",
    "price_shared": "{flight} costa {price} in totale per {passengers}: circa {each} a persona.",
    "prices_single": "Tutti i prezzi sono per un adulto, tasse incluse.",
    "prices_shared": "Tutti i prezzi sono totali per {passengers}; a persona sono circa {each}.",
    "both_ways": "Andata e ritorno sono compresi.",
    "one_way": "È solo per l'andata.",
    "currency": "I prezzi sono in {currency}.",
    "no_currency": "Ho questi prezzi solo in {shown}; non li converto in {wanted}.",
    "duration": "{flight} dura {duration}.",
    "longer": "{flight} dura {duration}: {other} dura {difference} in meno.",
    "shorter": "{flight} dura {duration}: {other} dura {difference} in più.",
    "same_duration": "{flight} dura {duration}, esattamente come {other}.",
    "direct": "{flight} è diretto.",
    "stops_at": "{flight} fa scalo a {stops}.",
    "stop": "{place} ({duration})",
    "times": "{flight} parte da {origin} {date} alle {departs} e arriva a {destination} alle {arrives}.",
    "fitting": "Questi vanno bene: {flights}.",
    "none_fitting": "Nessuno dei voli mostrati va bene.",
    "airline": "{flight} è operato da {airline}.",
    "bags": "{flight} comprende {bags}.",
    "carry_on": {"one": "{n} bagaglio a mano", "other": "{n} bagagli a mano"},
    "checked_bags": {"one": "{n} bagaglio da stiva", "other": "{n} bagagli da stiva"},
    "no_checked_bag": "nessun bagaglio da stiva",
    "rules": "{flight} {rules}.",
    "refundable": "è rimborsabile",
    "not_refundable": "non è rimborsabile",
    "changeable": "si può modificare",
    "not_changeable": "non si può modificare",
    "rules_unknown": (
        "Non conosco le regole di modifica e rimborso per {flight}; la compagnia le mostra prima del pagamento."
    ),
    "seats_left": {
        "one": "Resta {n} posto a questo prezzo per {flight}.",
        "other": "Restano {n} posti a questo prezzo per {flight}.",
    },
    "seats_unknown": "Non so quanti posti restano per {flight}.",
    "why_best": (
        "Metto per primo il miglior compromesso tra prezzo, durata e scali: {flight} costa {price} e "
        "dura {duration}, {stops}."
    ),
    "why_price": "L'elenco è ordinato per prezzo: {flight} costa {price}.",
    "why_duration": "L'elenco è ordinato per durata: {flight} dura {duration}.",
    "facts": "{flight}: {price}, {duration}, {stops}.",
    "cheaper_by": "{flight} costa {difference} in meno.",
    "same_price": "Costano uguale.",
    "shorter_by": "{flight} dura {difference} in meno.",
    "cheapest": "Il più economico è {flight}: {price}, parte alle {departs} e arriva alle {arrives}.",
    "dearest": "Il più caro è {flight}: {price}.",
    "fastest": "Il più veloce è {flight}: {duration}, {stops}, {price}.",
    "longest": "Il più lungo è {flight}: {duration}.",
    "leaves_first": "{flight} parte per primo, alle {departs}: {price}.",
    "leaves_last": "{flight} parte per ultimo, alle {departs}: {price}.",
    "lands_first": "{flight} arriva per primo, alle {arrives}: {price}.",
    "lands_last": "{flight} arriva per ultimo, alle {arrives}: {price}.",
    "recommend": "Prenderei {flight}: {price}, {duration}, {stops}.",
}
