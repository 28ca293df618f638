"""English answers about the offers shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.answer_phrases import AnswerPhrases

ANSWERS: Final[AnswerPhrases] = {
    "label": "no. {position} ({flight})",
    "price_single": "{flight} costs {price}, taxes included.",
    "price_shared": "{flight} costs {price} in all for {passengers}: about {each} each.",
    "prices_single": "All prices are for one adult, taxes included.",
    "prices_shared": "All prices are totals for {passengers}. Each person pays about {each}.",
    "both_ways": "That covers both ways.",
    "one_way": "That is for the way out only.",
    "currency": "The prices are in {currency}.",
    "no_currency": "I have these prices in {shown} only; I don't convert them to {wanted}.",
    "duration": "{flight} takes {duration}.",
    "longer": "{flight} takes {duration}, {difference} longer than {other}.",
    "shorter": "{flight} takes {duration}, {difference} less than {other}.",
    "same_duration": "{flight} takes {duration}, exactly as long as {other}.",
    "direct": "{flight} is direct.",
    "stops_at": "{flight} stops in {stops}.",
    "stop": "{place} for {duration}",
    "times": "{flight} leaves {origin} on {date} at {departs} and lands in {destination} at {arrives}.",
    "fitting": "These fit: {flights}.",
    "none_fitting": "None of the flights shown fits that.",
    "airline": "{flight} is operated by {airline}.",
    "bags": "{flight} includes {bags}.",
    "carry_on": {"one": "{n} cabin bag", "other": "{n} cabin bags"},
    "checked_bags": {"one": "{n} checked bag", "other": "{n} checked bags"},
    "no_checked_bag": "no checked bag",
    "rules": "{flight} {rules}.",
    "refundable": "can be refunded",
    "not_refundable": "can't be refunded",
    "changeable": "can be changed",
    "not_changeable": "can't be changed",
    "rules_unknown": "I don't know the change and refund rules of {flight}; the airline shows them before you pay.",
    "seats_left": {
        "one": "{flight} has {n} seat left at this price.",
        "other": "{flight} has {n} seats left at this price.",
    },
    "seats_unknown": "I don't know how many seats are left on {flight}.",
    "why_best": (
        "I put the best mix of price, travel time and stops first: {flight} costs {price} and takes "
        "{duration}, {stops}."
    ),
    "why_price": "The list is sorted by price: {flight} costs {price}.",
    "why_duration": "The list is sorted by travel time: {flight} takes {duration}.",
    "facts": "{flight}: {price}, {duration}, {stops}.",
    "cheaper_by": "{flight} is {difference} cheaper.",
    "same_price": "Both cost the same.",
    "shorter_by": "{flight} is {difference} shorter.",
    "cheapest": "The cheapest is {flight}: {price}, leaving at {departs} and landing at {arrives}.",
    "dearest": "The most expensive is {flight}: {price}.",
    "fastest": "The fastest is {flight}: {duration}, {stops}, {price}.",
    "longest": "The longest is {flight}: {duration}.",
    "leaves_first": "{flight} leaves first, at {departs}: {price}.",
    "leaves_last": "{flight} leaves last, at {departs}: {price}.",
    "lands_first": "{flight} lands first, at {arrives}: {price}.",
    "lands_last": "{flight} lands last, at {arrives}: {price}.",
    "recommend": "I would take {flight}: {price}, {duration}, {stops}.",
}
