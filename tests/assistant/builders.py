"""Builders of message facts, dialogue states and offer summaries, to test the policy without an NLP engine."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

from asyncassist._types import Airline, Money, Place
from asyncassist.assistant.actions import (
    Action,
    AnswerQuestion,
    AskChatbot,
    AskSlot,
    DescribeOffer,
    SayPhrase,
    SearchOffers,
)
from asyncassist.assistant.state import DialogueState, LegSummary, OfferSummary
from asyncassist.nlp.commands.message_facts import MessageFacts, extract_facts
from asyncassist.nlp.commands.reader import read_commands
from asyncassist.nlp.models import Analysis, Entity, Intent, Language

TODAY = dt.date(2026, 11, 21)


def place(code: str, city: str, country: str = "PT") -> Place:
    """Build a city."""
    return Place(code=code, kind="city", name=city, city=city, country=country, timezone="Europe/Lisbon")


LISBON = place("LIS", "Lisbon")
BERLIN = place("BER", "Berlin", "DE")
ROME = place("ROM", "Rome", "IT")
SAN_JOSE_CR = place("SJO", "San José", "CR")
SAN_JOSE_US = place("SJC", "San José", "US")
RYANAIR = Airline(code="FR", name="Ryanair")
TAP = Airline(code="TP", name="TAP Air Portugal")
FRIDAY = dt.date(2026, 12, 4)
DAY = dt.timedelta(days=1)

COMPLETE_REQUEST = "I need a flight from Lisbon to Berlin on 4 December for two adults"
SIDE_QUESTION = "What is the weather like in Berlin in winter?"


def facts_of(
    text: str,
    /,
    *,
    intent: str = "unknown",
    language: str = "en",
    offers_shown: bool = True,
    question_open: bool = False,
    known_budget: Money | None = None,
    **entities: Any,
) -> MessageFacts:
    """Build the facts of a message.

    Args:
        text: The message.
        intent: Its intent.
        language: Its language.
        offers_shown: Whether offers are on display.
        question_open: Whether the assistant waits for an answer.
        known_budget: Budget of the trip so far.
        entities: By type, `(words, value)` or `(words, value, metadata)`; the words are part of the text.
    """
    found = []
    rejected = set()
    for kind, (words, value, *more) in entities.items():
        start = text.index(words)
        metadata = dict(more[0]) if more else {}
        if metadata.pop("excluded", False):
            rejected.add(start)
        found.append(Entity(type=kind, value=value, start=start, end=start + len(words), text=words, metadata=metadata))
    found.sort(key=lambda item: item.start)
    analysis = Analysis(
        text=text,
        language=Language(code=language, confidence=1.0),
        intent=Intent(name=intent, confidence=1.0),
        entities=tuple(found),
        commands=read_commands(text, language, found),
    )
    facts = extract_facts(
        analysis, today=TODAY, offers_shown=offers_shown, question_open=question_open, budget=known_budget
    )
    marked = tuple(
        dataclasses.replace(item, excluded=item.excluded or item.start in rejected) for item in facts.entities
    )
    return dataclasses.replace(facts, entities=marked)


def offer_summary(
    number: int, *, price: str = "100", hour: int = 10, hours: float = 3.0, carrier: str = "TP"
) -> OfferSummary:
    """Build the stored summary of an offer on 4 December."""
    departs = dt.datetime(2026, 12, 4, hour)
    return OfferSummary(
        id=f"sandbox:{number}",
        price=Decimal(price),
        currency="EUR",
        legs=(
            LegSummary(
                origin="LIS",
                destination="BER",
                carriers=(carrier,),
                number=f"{carrier}{100 + number}",
                departs=departs,
                arrives=departs + dt.timedelta(hours=hours),
                duration=hours * 3600,
                stops=0,
            ),
        ),
    )


def trip(**slots: Any) -> DialogueState:
    """Build the state of a complete trip from Lisbon to Berlin, with changed slots; None removes a slot."""
    known = {"origin": LISBON, "destination": BERLIN, "departure_date": FRIDAY, **slots}
    return DialogueState(language="en").with_slots(**known)


THREE_OFFERS = (
    offer_summary(1, price="120", hour=10, hours=3),
    offer_summary(2, price="90", hour=7, hours=6, carrier="FR"),
    offer_summary(3, price="150", hour=18, hours=2.5, carrier="LH"),
)


def trip_with_offers(**slots: Any) -> DialogueState:
    """Build the state of a complete trip with three offers shown."""
    return trip(**slots).replace(shown=THREE_OFFERS)


def action_labels(actions: tuple[Action, ...]) -> list[str]:
    """Return one short label per action, for comparison in tables."""
    labels = []
    for action in actions:
        match action:
            case SayPhrase(key=key):
                labels.append(f"say {key}")
            case AskSlot(slot=slot, choices=choices):
                labels.append(f"ask which {slot}" if choices else f"ask {slot}")
            case SearchOffers(refinement=refinement, order=order):
                labels.append(" ".join(["search", *[word for word in (refinement, order) if word]]))
            case DescribeOffer(offer=offer, chosen=chosen):
                labels.append(f"{'choose' if chosen else 'describe'} {offer.id.partition(':')[2]}")
            case AnswerQuestion(attribute=attribute, offers=offers):
                labels.append(" ".join(["answer", attribute, *[one.id.partition(":")[2] for one in offers]]))
            case AskChatbot(fallback_key=key):
                labels.append(f"chat {key}")
    return labels
