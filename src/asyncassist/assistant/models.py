"""Reply and stream events of the assistant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist._chat import ToolFinished, ToolStarted
from asyncassist._types import BriefRepr, JSONSerializable
from asyncassist._types import TextDelta as TextDelta  # noqa: PLC0414 - the event of both streams

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from asyncassist.flights import DatePrice, FlightOffer

STAGES = ("nlp", "state", "flights", "chat", "total")
"""Keys of `AssistantReply.timings`."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AssistantReply(BriefRepr):
    """Reply to one message.

    Attributes:
        text: Text to show, in the traveller's language.
        session_id: Id of the conversation; pass it with the next message.
        language: ISO 639-1 code of the reply's language.
        intent: Intent of the message, by the names of the NLP engine ("search_flight", "greeting", ...).
        slots: Filled slots of the trip, by the names of the NLP engine, with typed values: `Place`, `datetime.date`,
            `Passengers`, `Money`, `Airline`, int and str; `excluded_airlines` and `more_airlines` are tuples of
            `Airline`, `via`, `not_via`, `more_origins` and `more_destinations` of `Place`, `legs` of `Leg`; `alliance`
            is a name; `checked_bags` is 1 and `refundable` True where only such fares are wanted.
            With `legs`, the origin, destination and departure date are those of the first leg, or of the
            one that is shown alone. Holds only what the traveller said; the defaults of a search (one adult,
            economy, one way) are not filled in.
        missing: Slots still needed before flights can be searched, the next question's first, those of a later leg
            with its index ("legs.1.departure_date"), and "split_party" while a party too large for one booking
            waits for an answer; empty if none.
        offers: Offers that the text refers to, in the order shown; empty if none.
        source: "rules" for a reply from the phrase tables, "flights" after a flight search, else the chatbot's source
            ("model", "cache", "stale", "fallback").
        degraded: True if a component failed or ran out of time, so that the reply may be incomplete.
        reason: What failed, for operators, as "component: cause" joined by "; "; None if nothing did.
        chosen: The offer that the traveller picked with this message, with its confirmed price; None otherwise.
        best: Id of the offer that ranks first of all that were found and match the trip, by price, travel time and
            stops weighed together; None if it is not in `offers`, or there is no other.
        cheapest: Id of the offer with the lowest price of all, None as for `best` and where currencies differ.
        fastest: Id of the offer with the shortest travel time of all, None as for `best`.
        fares: Number of all offers that have a checked bag ("checked_bags") or are refundable ("refundable"), where
            there are others too, or the trip wants them.
        more: Number of offers found that match and were not shown yet; "show more" shows the next ones.
        date_prices: Lowest prices by ascending date, if the traveller asked which day is cheapest; empty otherwise.
        sort: Order of the offers: "best", "price" or "duration".
        windows: First and last minute of the day in which flights may depart or arrive, by direction and event such as
            "outbound.departure"; a minute beyond 1439 is on the next day. Empty if the traveller named no times.
        timings: Seconds spent in each stage: "nlp", "state", "flights", "chat" and "total"; 0.0 if unused.
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
    best: str | None = None
    cheapest: str | None = None
    fastest: str | None = None
    fares: Mapping[str, int] = field(default_factory=dict)
    more: int = 0
    date_prices: tuple[DatePrice, ...] = ()
    sort: str = "best"
    windows: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SessionInfo(BriefRepr):
    """Conversation of a user in a list.

    Attributes:
        session_id: Id of the conversation.
        title: Title that `TravelAssistant.rename` gave it; None until then.
        created_at: Time of the first message.
        updated_at: Time of the last message.
        messages: Number of messages stored.
        language: ISO 639-1 code of the last reply; None once the dialogue state has expired.
        slots: Filled slots of the trip, as in `AssistantReply.slots`; empty once the dialogue state has expired.
    """

    session_id: str
    title: str | None
    created_at: dt.datetime
    updated_at: dt.datetime
    messages: int
    language: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood(JSONSerializable):
    """Event: the message was analysed; the first event of every stream.

    Attributes:
        language: ISO 639-1 code of the reply's language.
        intent: Intent of the message, as in `AssistantReply.intent`.
        slots: Filled slots after the message, as in `AssistantReply.slots`.
    """

    language: str
    intent: str
    slots: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFound(JSONSerializable):
    """Event: an offer arrived that ranks among the best so far.

    Attributes:
        offer: The offer.
    """

    offer: FlightOffer


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(JSONSerializable):
    """Event: the turn is complete and stored; the last event of every stream.

    Attributes:
        reply: The complete reply.
    """

    reply: AssistantReply


AssistantEvent = Understood | OfferFound | ToolStarted | ToolFinished | TextDelta | Done
