"""What a traveller's message is answered with, whole or as it happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist._types import JSONSerializable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist.flights import FlightOffer

STAGES = ("nlp", "state", "flights", "chat", "total")


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantReply(JSONSerializable):
    """The answer to one message.

    Attributes:
        text: What to show, in the traveller's language.
        session_id: Give it with the next message of this conversation.
        language: ISO 639-1 code of the answer.
        intent: What the message wanted, by the names of the NLP engine ("search_flight", "greeting", ...).
        slots: The trip as far as it is known, by the names of the NLP engine, with typed values: `Place`,
            `datetime.date`, `Passengers`, `Money`, `Airline`, int and str; `excluded_airlines` is a tuple of `Airline`.
            Only what the traveller said: one adult, economy and one way are taken for granted.
        missing: Slots still needed before flights can be searched, the next question's first; empty when none.
        offers: Offers that the text speaks of, in the order shown; empty if none.
        source: "rules" for an answer of our own, "flights" when offers were looked up, else the chatbot's source
            ("model", "cache", "stale", "fallback").
        degraded: Whether something was away, so that the answer is less than it could be.
        reason: What was away, in words for an operator; None when nothing was.
        chosen: The offer that the traveller picked, None while none is.
        timings: Seconds of each stage: "nlp", "state", "flights", "chat" and "total", 0.0 where unused.
    """

    text: str
    session_id: str
    language: str
    intent: str
    slots: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    offers: tuple[FlightOffer, ...] = ()
    source: str = "rules"
    degraded: bool = False
    reason: str | None = None
    chosen: FlightOffer | None = None
    timings: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood(JSONSerializable):
    """The message was read; the first event of every stream.

    Attributes:
        language: ISO 639-1 code.
        intent: What the message wanted.
        slots: The trip after the message.
    """

    language: str
    intent: str
    slots: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFound(JSONSerializable):
    """An offer arrived, and it is among the best so far.

    Attributes:
        offer: The offer.
    """

    offer: FlightOffer


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta(JSONSerializable):
    """A piece of the answer; all pieces joined are the reply's text.

    Attributes:
        text: The piece.
    """

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(JSONSerializable):
    """The last event.

    Attributes:
        reply: The whole answer.
    """

    reply: AssistantReply


AssistantEvent = Understood | OfferFound | TextDelta | Done
