"""French answers about the offers shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.answer_phrases import AnswerPhrases

ANSWERS: Final[AnswerPhrases] = {
    "label": "le nº {position} ({flight})",
    "price_single": "{flight} coûte {price}, taxes comprises.",
    "price_shared": "{flight} coûte {price} en tout pour {passengers}, soit environ {each} par personne.",
    "prices_single": "Tous les prix sont pour un adulte, taxes comprises.",
    "prices_shared": "Tous les prix sont des totaux pour {passengers}, soit environ {each} par personne.",
    "both_ways": "L'aller et le retour sont compris.",
    "one_way": "C'est pour l'aller seulement.",
    "currency": "Les prix sont en {currency}.",
    "no_currency": "Je n'ai ces prix qu'en {shown} ; je ne les convertis pas en {wanted}.",
    "duration": "{flight} dure {duration}.",
    "longer": "{flight} dure {duration}, soit {difference} de plus que {other}.",
    "shorter": "{flight} dure {duration}, soit {difference} de moins que {other}.",
    "same_duration": "{flight} dure {duration}, exactement comme {other}.",
    "direct": "{flight} est direct.",
    "stops_at": "{flight} fait escale à {stops}.",
    "stop": "{place} ({duration})",
    "times": "{flight} part de {origin} le {date} à {departs} et arrive à {destination} à {arrives}.",
    "fitting": "Ceux-ci conviennent : {flights}.",
    "none_fitting": "Aucun des vols affichés ne convient.",
    "airline": "{flight} est assuré par {airline}.",
    "bags": "{flight} comprend {bags}.",
    "carry_on": {"one": "{n} bagage cabine", "other": "{n} bagages cabine"},
    "checked_bags": {"one": "{n} bagage en soute", "other": "{n} bagages en soute"},
    "no_checked_bag": "aucun bagage en soute",
    "rules": "{flight} est {rules}.",
    "refundable": "remboursable",
    "not_refundable": "non remboursable",
    "changeable": "modifiable",
    "not_changeable": "non modifiable",
    "rules_unknown": (
        "Je ne connais pas les conditions de modification et de remboursement pour {flight} ; la "
        "compagnie les montre avant le paiement."
    ),
    "seats_left": {
        "one": "Il reste {n} place à ce prix sur {flight}.",
        "other": "Il reste {n} places à ce prix sur {flight}.",
    },
    "seats_unknown": "Je ne sais pas combien de places il reste sur {flight}.",
    "why_best": (
        "Je mets d'abord le meilleur compromis entre prix, durée et escales : {flight} coûte {price} "
        "et dure {duration}, {stops}."
    ),
    "why_price": "La liste est triée par prix : {flight} coûte {price}.",
    "why_duration": "La liste est triée par durée : {flight} dure {duration}.",
    "facts": "{flight} : {price}, {duration}, {stops}.",
    "cheaper_by": "{flight} coûte {difference} de moins.",
    "same_price": "Les deux sont au même prix.",
    "shorter_by": "{flight} dure {difference} de moins.",
    "cheapest": "Le moins cher est {flight} : {price}, départ à {departs}, arrivée à {arrives}.",
    "dearest": "Le plus cher est {flight} : {price}.",
    "fastest": "Le plus rapide est {flight} : {duration}, {stops}, {price}.",
    "longest": "Le plus long est {flight} : {duration}.",
    "leaves_first": "{flight} part en premier, à {departs} : {price}.",
    "leaves_last": "{flight} part en dernier, à {departs} : {price}.",
    "lands_first": "{flight} arrive en premier, à {arrives} : {price}.",
    "lands_last": "{flight} arrive en dernier, à {arrives} : {price}.",
    "recommend": "Je prendrais {flight} : {price}, {duration}, {stops}.",
}
