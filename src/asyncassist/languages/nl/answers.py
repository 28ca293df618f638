"""Dutch answers about the offers shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.answer_phrases import AnswerPhrases

ANSWERS: Final[AnswerPhrases] = {
    "label": "nr. {position} ({flight})",
    "price_single": "{flight} kost {price}, belastingen inbegrepen.",
    "price_shared": "{flight} kost samen {price} voor {passengers}: ongeveer {each} per persoon.",
    "prices_single": "Alle prijzen gelden voor één volwassene, belastingen inbegrepen.",
    "prices_shared": "Alle prijzen zijn totaalprijzen voor {passengers}. Per persoon is dat ongeveer {each}.",
    "both_ways": "Heen- en terugvlucht zijn inbegrepen.",
    "one_way": "Dat is alleen de heenvlucht.",
    "currency": "De prijzen zijn in {currency}.",
    "no_currency": "Ik heb deze prijzen alleen in {shown}; naar {wanted} reken ik ze niet om.",
    "duration": "{flight} duurt {duration}.",
    "longer": "{flight} duurt {duration}, {difference} langer dan {other}.",
    "shorter": "{flight} duurt {duration}, {difference} korter dan {other}.",
    "same_duration": "{flight} duurt {duration}, even lang als {other}.",
    "direct": "{flight} is een rechtstreekse vlucht.",
    "stops_at": "{flight} heeft een tussenstop in {stops}.",
    "stop": "{place} ({duration})",
    "times": "{flight} vertrekt op {date} om {departs} uit {origin} en landt om {arrives} in {destination}.",
    "fitting": "Dit past: {flights}.",
    "none_fitting": "Geen van de getoonde vluchten past daarbij.",
    "airline": "{flight} wordt gevlogen door {airline}.",
    "bags": "Bij {flight} zit {bags}.",
    "carry_on": {"one": "{n} stuk handbagage", "other": "{n} stuks handbagage"},
    "checked_bags": {"one": "{n} stuk ruimbagage", "other": "{n} stuks ruimbagage"},
    "no_checked_bag": "geen ruimbagage",
    "rules": "{flight} is {rules}.",
    "refundable": "terugbetaalbaar",
    "not_refundable": "niet terugbetaalbaar",
    "changeable": "te wijzigen",
    "not_changeable": "niet te wijzigen",
    "rules_unknown": (
        "De voorwaarden voor wijzigen en terugbetalen van {flight} ken ik niet; de luchtvaartmaatschappij toont ze "
        "voordat u betaalt."
    ),
    "seats_left": {
        "one": "{flight} heeft nog {n} plaats voor deze prijs.",
        "other": "{flight} heeft nog {n} plaatsen voor deze prijs.",
    },
    "seats_unknown": "Hoeveel plaatsen {flight} nog heeft, weet ik niet.",
    "why_best": (
        "Bovenaan staat wat prijs, reistijd en tussenstops het best combineert: {flight} kost {price} en duurt "
        "{duration}, {stops}."
    ),
    "why_price": "De lijst staat op prijs: {flight} kost {price}.",
    "why_duration": "De lijst staat op reistijd: {flight} duurt {duration}.",
    "facts": "{flight}: {price}, {duration}, {stops}.",
    "cheaper_by": "{flight} is {difference} goedkoper.",
    "same_price": "Beide kosten evenveel.",
    "shorter_by": "{flight} is {difference} korter.",
    "cheapest": "Het goedkoopst is {flight}: {price}, vertrek {departs}, aankomst {arrives}.",
    "dearest": "Het duurst is {flight}: {price}.",
    "fastest": "Het snelst is {flight}: {duration}, {stops}, {price}.",
    "longest": "Het langst duurt {flight}: {duration}.",
    "leaves_first": "Als eerste vertrekt {flight}, om {departs}: {price}.",
    "leaves_last": "Als laatste vertrekt {flight}, om {departs}: {price}.",
    "lands_first": "Als eerste landt {flight}, om {arrives}: {price}.",
    "lands_last": "Als laatste landt {flight}, om {arrives}: {price}.",
    "recommend": "Ik zou {flight} nemen: {price}, {duration}, {stops}.",
}
