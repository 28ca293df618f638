"""German answers about the offers shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.answer_phrases import AnswerPhrases

ANSWERS: Final[AnswerPhrases] = {
    "label": "Nr. {position} ({flight})",
    "price_single": "{flight} kostet {price}, Steuern inbegriffen.",
    "price_shared": "{flight} kostet zusammen {price} für {passengers}: etwa {each} pro Person.",
    "prices_single": "Alle Preise gelten für einen Erwachsenen, Steuern inbegriffen.",
    "prices_shared": "Alle Preise sind Gesamtpreise für {passengers}. Pro Person sind das etwa {each}.",
    "both_ways": "Hin- und Rückflug sind enthalten.",
    "one_way": "Das gilt nur für den Hinflug.",
    "currency": "Die Preise sind in {currency}.",
    "no_currency": "Diese Preise habe ich nur in {shown}; in {wanted} rechne ich sie nicht um.",
    "duration": "{flight} dauert {duration}.",
    "longer": "{flight} dauert {duration}, {difference} länger als {other}.",
    "shorter": "{flight} dauert {duration}, {difference} weniger als {other}.",
    "same_duration": "{flight} dauert {duration}, genauso lange wie {other}.",
    "direct": "{flight} ist ein Direktflug.",
    "stops_at": "{flight} hat einen Stopp in {stops}.",
    "stop": "{place} ({duration})",
    "times": "{flight} startet am {date} um {departs} in {origin} und landet um {arrives} in {destination}.",
    "fitting": "Das passt: {flights}.",
    "none_fitting": "Keiner der gezeigten Flüge passt dazu.",
    "airline": "{flight} wird von {airline} geflogen.",
    "bags": "{flight} enthält {bags}.",
    "carry_on": {"one": "{n} Handgepäckstück", "other": "{n} Handgepäckstücke"},
    "checked_bags": {"one": "{n} Aufgabegepäckstück", "other": "{n} Aufgabegepäckstücke"},
    "no_checked_bag": "kein Aufgabegepäck",
    "rules": "{flight} ist {rules}.",
    "refundable": "erstattbar",
    "not_refundable": "nicht erstattbar",
    "changeable": "umbuchbar",
    "not_changeable": "nicht umbuchbar",
    "rules_unknown": (
        "Die Umbuchungs- und Erstattungsregeln von {flight} kenne ich nicht; die Fluggesellschaft "
        "zeigt sie vor der Zahlung."
    ),
    "seats_left": {
        "one": "{flight} hat noch {n} Platz zu diesem Preis.",
        "other": "{flight} hat noch {n} Plätze zu diesem Preis.",
    },
    "seats_unknown": "Wie viele Plätze {flight} noch hat, weiß ich nicht.",
    "why_best": (
        "Zuerst steht, was Preis, Reisezeit und Stopps am besten verbindet: {flight} kostet {price} "
        "und dauert {duration}, {stops}."
    ),
    "why_price": "Die Liste ist nach Preis sortiert: {flight} kostet {price}.",
    "why_duration": "Die Liste ist nach Reisezeit sortiert: {flight} dauert {duration}.",
    "facts": "{flight}: {price}, {duration}, {stops}.",
    "cheaper_by": "{flight} ist {difference} günstiger.",
    "same_price": "Beide kosten gleich viel.",
    "shorter_by": "{flight} ist {difference} kürzer.",
    "cheapest": "Am günstigsten ist {flight}: {price}, Abflug {departs}, Ankunft {arrives}.",
    "dearest": "Am teuersten ist {flight}: {price}.",
    "fastest": "Am schnellsten ist {flight}: {duration}, {stops}, {price}.",
    "longest": "Am längsten dauert {flight}: {duration}.",
    "leaves_first": "Zuerst startet {flight}, um {departs}: {price}.",
    "leaves_last": "Zuletzt startet {flight}, um {departs}: {price}.",
    "lands_first": "Zuerst landet {flight}, um {arrives}: {price}.",
    "lands_last": "Zuletzt landet {flight}, um {arrives}: {price}.",
    "recommend": "Ich würde {flight} nehmen: {price}, {duration}, {stops}.",
}
