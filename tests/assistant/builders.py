"""Facts made by hand, so that the dialogue is tested without an engine."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from asyncassist._types import Airline, Place
from asyncassist.assistant.state import DialogueState, OfferSummary
from asyncassist.nlp.followup.cues import find_cues
from asyncassist.nlp.followup.message_facts import FoundEntity, MessageFacts

TODAY = dt.date(2026, 11, 21)


def place(code: str, city: str, country: str = "PT") -> Place:
    return Place(code=code, kind="city", name=city, city=city, country=country, timezone="Europe/Lisbon")


LISBON = place("LIS", "Lisbon")
BERLIN = place("BER", "Berlin", "DE")
ROME = place("ROM", "Rome", "IT")
SAN_JOSE_CR = place("SJO", "San José", "CR")
SAN_JOSE_US = place("SJC", "San José", "US")
RYANAIR = Airline(code="FR", name="Ryanair")
TAP = Airline(code="TP", name="TAP Air Portugal")
FRIDAY = dt.date(2026, 12, 4)


def said(text: str, /, *, intent: str = "unknown", language: str = "en", **found: Any) -> MessageFacts:
    """A message; each slot is `(words, value)` or `(words, value, metadata)`, the words being part of the text."""
    items = []
    for kind, (words, value, *more) in found.items():
        start = text.index(words)
        metadata = more[0] if more else {}
        items.append(
            FoundEntity(
                type=kind,
                value=value,
                start=start,
                end=start + len(words),
                text=words,
                metadata=metadata,
                excluded=metadata.get("excluded", False),
            )
        )
    items.sort(key=lambda item: item.start)
    dates = tuple((item.start, item.end) for item in items if "date" in item.type)
    cues = find_cues(text, language=language, dates=dates)
    return MessageFacts(text=text, language=language, intent=intent, today=TODAY, entities=tuple(items), cues=cues)


def shown(number: int, *, price: str = "100", hour: int = 10, hours: float = 3.0, carrier: str = "TP") -> OfferSummary:
    departs = dt.datetime(2026, 12, 4, hour)
    return OfferSummary(
        id=f"sandbox:{number}",
        price=Decimal(price),
        currency="EUR",
        carrier=carrier,
        number=f"{carrier}{100 + number}",
        departs=departs,
        arrives=departs + dt.timedelta(hours=hours),
        duration=hours * 3600,
        stops=0,
    )


def trip(**slots: Any) -> DialogueState:
    """A trip from Lisbon to Berlin that has everything, with other slots where given; None drops one."""
    known = {"origin": LISBON, "destination": BERLIN, "departure_date": FRIDAY, **slots}
    return DialogueState(language="en").with_slots(**known)


THREE = (
    shown(1, price="120", hour=10, hours=3),
    shown(2, price="90", hour=7, hours=6, carrier="FR"),
    shown(3, price="150", hour=18, hours=2.5, carrier="LH"),
)


def listed(**slots: Any) -> DialogueState:
    """The same trip with three offers shown."""
    return trip(**slots).replace(shown=THREE)
