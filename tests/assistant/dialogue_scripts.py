"""Dialogues as they stand in `tests/dialogues`, read and checked. The README there says what each expectation means."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncassist._types import Airline, Money, Passengers, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.assistant import AssistantReply, TravelAssistant
    from asyncassist.flights import FlightOffer

FOLDER = Path(__file__).parent.parent / "dialogues"
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
    "budget",
    "trip_type",
}


@dataclass
class Line:
    says: str
    expects: list[str] = field(default_factory=list)


@dataclass
class Dialogue:
    language: str
    title: str
    lines: list[Line] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.language}: {self.title}"


def read(path: Path) -> list[Dialogue]:
    """All dialogues of a file."""
    found: list[Dialogue] = []
    for raw in path.read_text(encoding="utf-8").splitlines():
        line = raw.strip()
        if line.startswith("# "):
            found.append(Dialogue(path.stem, line[2:]))
        elif line.startswith("- "):
            found[-1].lines.append(Line(line[2:]))
        elif line:
            found[-1].lines[-1].expects += re.findall(r'(?:[^,"]|"[^"]*")+', line)
    return found


def all_dialogues() -> list[Dialogue]:
    return [dialogue for path in sorted(FOLDER.glob("*.txt")) for dialogue in read(path)]


async def play(assistant: TravelAssistant, dialogue: Dialogue) -> list[str]:
    """What did not come as it should; empty when all did."""
    wrong: list[str] = []
    session: str | None = None
    before: Sequence[FlightOffer] = ()
    for line in dialogue.lines:
        reply = await assistant.reply(line.says, session_id=session, now=NOW)
        session = reply.session_id
        problems = [want for want in map(str.strip, line.expects) if not holds(want, reply, before)]
        if not any("speaks" in want for want in line.expects) and reply.language != dialogue.language:
            problems.append(f"speaks {dialogue.language}")
        wrong += [f"{line.says!r}: {problem}   (got {summary(reply)})" for problem in problems]
        if len(reply.offers) > 0 and reply.chosen is None:
            before = reply.offers
    return wrong


def holds(want: str, reply: AssistantReply, before: Sequence[FlightOffer]) -> bool:
    """Whether an expectation is met."""
    word, _, rest = want.partition(" ")
    offers = reply.offers
    if word in SLOTS:
        return shown(reply.slots.get(word)) == rest
    match word:
        case "no":
            return not offers if rest == "offers" else rest not in reply.slots
        case "asks":
            return reply.missing[:1] == (rest,) and reply.text.rstrip().endswith("?") and not offers
        case "offers":
            return len(offers) > 0 and reply.source == "flights"
        case "direct":
            return all(way.stops == 0 for offer in offers for way in offer.itineraries)
        case "cheapest":
            prices = [offer.total.amount for offer in offers]
            return prices == sorted(prices)
        case "earlier":
            return bool(offers) and all(leaves(offer) < leaves(before[0]) for offer in offers)
        case "later":
            return bool(offers) and all(leaves(offer) > leaves(before[0]) for offer in offers)
        case "without" | "only":
            return all((rest in carriers(offer)) == (word == "only") for offer in offers)
        case "before" | "after":
            hour = dt.time.fromisoformat(rest)
            return all((leaves(offer).time() < hour) == (word == "before") for offer in offers)
        case "picked":
            chosen = reply.chosen
            return chosen is not None and flights(chosen) == flights(before[int(rest) - 1])
        case "intent":
            return reply.intent == rest
        case "speaks":
            return reply.language == rest
        case "says":
            return rest.strip('"').casefold() in reply.text.casefold()
        case "text":
            return not offers and not reply.text.rstrip().endswith("?")
    raise AssertionError(f"nobody knows what {want!r} means")


def shown(value: Any) -> str:
    """A slot as the files write it."""
    match value:
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


def leaves(offer: FlightOffer) -> dt.datetime:
    return offer.itineraries[0].segments[0].departs_local


def carriers(offer: FlightOffer) -> set[str]:
    return {segment.carrier for way in offer.itineraries for segment in way.segments}


def flights(offer: FlightOffer) -> list[str]:
    return [segment.flight for way in offer.itineraries for segment in way.segments]


def summary(reply: AssistantReply) -> str:
    slots = {name: shown(value) for name, value in reply.slots.items()}
    return f"{reply.language} {reply.intent} {slots} missing={reply.missing} offers={len(reply.offers)} {reply.text[:120]!r}"
