"""English pointers for what the assistant cannot know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.pointer_phrases import PointerPhrases

POINTERS: Final[PointerPhrases] = {
    "documents": (
        "Which passport, visa or vaccination is needed depends on your nationality: the embassy or "
        "the foreign ministry says it bindingly. I can't check that."
    ),
    "pets": (
        "Whether animals may fly along, and for how much, is decided by each airline: please ask it "
        "before you buy, as places are few."
    ),
    "seats": (
        "Seats are chosen with the airline, when you buy or at check-in; parties on one booking are "
        "usually seated together if there is room. I can't reserve seats."
    ),
    "assistance": (
        "Assistance at the airport, for example with a wheelchair, is free: tell the airline at least"
        " 48 hours before departure. I can't register it for you."
    ),
    "payment": (
        "You don't pay here: I only find flights. The airline or agency where you book tells you how you can pay."
    ),
    "refund": (
        "After a delay or a cancellation the airline is the one to ask; in the EU and the UK "
        "passengers have a right to a refund or compensation in many cases. I can't decide that."
    ),
    "invoice": "I can't issue invoices; the airline or agency where you book makes one out to your company.",
    "loyalty": (
        "I don't know your frequent flyer account: whether miles are earned or can be used depends on"
        " the airline and the fare."
    ),
    "weather": "I can't see weather forecasts, so I'd rather say nothing about it.",
    "destination": "I only know my way around flights; a tourist office or a travel guide will help you better there.",
    "hotel": "I only find flights: no hotels, cars, trains or insurance.",
    "discount": (
        "I know of no discounts for students, seniors or residents: the prices are those of the "
        "airlines, and some offer such fares on their own sites."
    ),
    "hold": (
        "I can't hold a price or a seat, nor watch prices: fares may change at any time until you "
        "book with the airline."
    ),
    "personal": (
        "I don't need names, documents or card numbers, so please don't write them here; the airline "
        "asks for them when you book."
    ),
    "children": (
        "Under 2 years a child flies as an infant on an adult's lap, from 2 to 11 with a seat at the "
        "child's fare. What counts is the age on each day of travel: an infant who turns 2 before the"
        " flight back needs a seat on it. For children who fly alone, ask the airline."
    ),
    "privacy": (
        "I keep this conversation so that I remember your trip; you can have it deleted. The operator"
        " of this page answers everything else."
    ),
    "inspiration": "I can't advise where to go, but tell me a city and a day and I'll look for flights at once.",
    "multi_ticket": (
        "I find flights and don't sell them; whether several flights fit on one ticket, and what that"
        " saves, the airline or an agency can tell you."
    ),
    "human": (
        "There is no person here: I'm a program. For a person, please turn to the airline or to the "
        "operator of this page."
    ),
    "identity": "I'm a program that finds flights, not a person.",
    "joke": "Jokes are not my strength; flights are.",
    "abuse": (
        "I'm sorry that I wasn't of help. Tell me in a few words what you need, for example “Lisbon to Rome on Friday”."
    ),
    "smalltalk": "All well here, thank you!",
    "story": "I see.",
}
