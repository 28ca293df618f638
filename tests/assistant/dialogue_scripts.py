"""Reads and runs the dialogue scripts of `tests/dialogues`; the README there defines the expectations."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncassist._types import Airline, Money, Passengers, Place
from asyncassist.languages.registry import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.assistant import AssistantReply, TravelAssistant
    from asyncassist.flights import FlightOffer

FOLDER = Path(__file__).parent.parent / "dialogues"
KINDS = ("legs", "either", "parties", "misses", "corrections")
NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)

SLOTS = {
    "origin",
    "destination",
    "departure_date",
    "return_date",
    "passengers",
    "cabin",
    "airline",
    "max_stops",
    "checked_bags",
    "refundable",
    "budget",
    "trip_type",
}


@dataclass
class ScriptedTurn:
    """Message of the traveller, and expectations of the reply."""

    message: str
    expectations: list[str] = field(default_factory=list)


@dataclass
class Dialogue:
    """Script of one conversation."""

    language: str
    title: str
    turns: list[ScriptedTurn] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.language}: {self.title}"


def read_dialogues(path: Path) -> list[Dialogue]:
    """Read the dialogues of a file."""
    found: list[Dialogue] = []
    for raw in path.read_text(encoding="utf-8").splitlines():
        line = raw.strip()
        if line.startswith("# "):
            found.append(Dialogue(path.stem, line[2:]))
        elif line.startswith("- "):
            found[-1].turns.append(ScriptedTurn(line[2:]))
        elif line:
            found[-1].turns[-1].expectations += re.findall(r'(?:[^,"]|"[^"]*")+', line)
    return found


def all_dialogues() -> list[Dialogue]:
    """Read the dialogues of all languages."""
    paths = [*sorted(FOLDER.glob("*.txt")), *(FOLDER / kind / f"{code}.txt" for kind in KINDS for code in LANGUAGES)]
    return [dialogue for path in paths if path.exists() for dialogue in read_dialogues(path)]


async def run_dialogue(assistant: TravelAssistant, dialogue: Dialogue) -> list[str]:
    """Run a dialogue and return its unmet expectations."""
    failures: list[str] = []
    session: str | None = None
    last_offers: Sequence[FlightOffer] = ()
    for turn in dialogue.turns:
        reply = await assistant.reply(turn.message, session_id=session, now=NOW)
        session = reply.session_id
        problems = [item for item in map(str.strip, turn.expectations) if not is_met(item, reply, last_offers)]
        if not any("speaks" in item for item in turn.expectations) and reply.language != dialogue.language:
            problems.append(f"speaks {dialogue.language}")
        failures += [f"{turn.message!r}: {problem}   (got {summary(reply)})" for problem in problems]
        if len(reply.offers) > 0 and reply.chosen is None:
            last_offers = reply.offers
    return failures


def is_met(expectation: str, reply: AssistantReply, last_offers: Sequence[FlightOffer]) -> bool:
    """Return True if a reply meets an expectation."""
    word, _, rest = expectation.partition(" ")
    offers = reply.offers
    if word in SLOTS:
        return format_slot(reply.slots.get(word)) == rest
    match word:
        case "no":
            return not offers if rest == "offers" else rest not in reply.slots
        case "asks":
            return reply.missing[:1] == (rest,) and reply.text.rstrip().endswith("?") and not offers
        case "offers":
            return len(offers) > 0 and reply.source == "flights"
        case "legs":
            return format_legs(reply.slots.get("legs", ())) == rest
        case "itineraries":
            return bool(offers) and {len(offer.itineraries) for offer in offers} == {int(rest)}
        case "arrives" | "leaves":
            return bool(offers) and {end_of(offer, word) for offer in offers} <= set(rest.split())
        case "flown":
            return bool(offers) and set().union(*map(carriers, offers)) <= set(rest.removeprefix("by ").split())
        case "direct":
            return all(way.stops == 0 for offer in offers for way in offer.itineraries)
        case "cheapest":
            prices = [offer.total.amount for offer in offers]
            return prices == sorted(prices)
        case "earlier":
            return bool(offers) and all(departure(offer) < departure(last_offers[0]) for offer in offers)
        case "later":
            return bool(offers) and all(departure(offer) > departure(last_offers[0]) for offer in offers)
        case "without" | "only":
            return all((rest in carriers(offer)) == (word == "only") for offer in offers)
        case "before" | "after":
            hour = dt.time.fromisoformat(rest)
            return all((departure(offer).time() < hour) == (word == "before") for offer in offers)
        case "picked":
            chosen = reply.chosen
            return chosen is not None and flight_numbers(chosen) == flight_numbers(last_offers[int(rest) - 1])
        case "intent":
            return reply.intent == rest
        case "speaks":
            return reply.language == rest
        case "says":
            return rest.strip('"').casefold() in reply.text.casefold()
        case "text":
            return not offers and not reply.text.rstrip().endswith("?")
    raise AssertionError(f"unknown expectation: {expectation!r}")


def format_slot(value: Any) -> str:
    """Format a slot value as the scripts write it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case Place() | Airline():
            return value.code
        case Passengers():
            return f"{value.adults}+{value.children}+{value.infants}"
        case Money():
            return f"{value.amount.normalize():f} {value.currency}"
        case Decimal():
            return f"{value:f}"
        case dt.date():
            return value.isoformat()
    return str(value)


def format_legs(legs: Sequence[Any]) -> str:
    """Format the legs of a trip: "BER-ROM 2026-12-03; ROM-BER", with a question mark for a place that is missing."""
    return "; ".join(
        "-".join("?" if place is None else place.code for place in (leg.origin, leg.destination))
        + ("" if leg.departure_date is None else f" {leg.departure_date}")
        for leg in legs
    )


def end_of(offer: FlightOffer, word: str) -> str:
    """Return the airport at which the outbound flight of an offer "arrives", or which it "leaves"."""
    segments = offer.itineraries[0].segments
    return segments[-1].destination if word == "arrives" else segments[0].origin


def departure(offer: FlightOffer) -> dt.datetime:
    """Return the local departure time of an offer."""
    return offer.itineraries[0].segments[0].departs_local


def carriers(offer: FlightOffer) -> set[str]:
    """Return the airlines of an offer."""
    return {segment.carrier for way in offer.itineraries for segment in way.segments}


def flight_numbers(offer: FlightOffer) -> list[str]:
    """Return the flight numbers of an offer."""
    return [segment.flight for way in offer.itineraries for segment in way.segments]


def summary(reply: AssistantReply) -> str:
    """Return the facts of a reply in one line, for failure messages."""
    slots = {name: format_slot(value) for name, value in reply.slots.items()}
    return f"{reply.language} {reply.intent} {slots} missing={reply.missing} offers={len(reply.offers)} {reply.text[:120]!r}"
