"""Commands: what a message does to the conversation, one for each of its sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from asyncassist._types import JSONSerializable

Attribute = Literal[
    "airline", "bags", "compare", "currency", "details", "duration", "other", "price", "recommend", "rules",
    "seats_left", "stops", "superlative", "times", "why",
]  # fmt: skip
"""What a question about offers asks for."""

Topic = Literal[
    "assistance", "baggage", "cancel_booking", "change_booking", "check_in", "children", "destination", "discount",
    "documents", "flight_status", "hold", "hotel", "human", "identity", "inspiration", "invoice", "joke", "loyalty",
    "multi_ticket", "other", "payment", "personal", "pets", "privacy", "refund", "seats", "abuse", "smalltalk",
    "story", "weather",
]  # fmt: skip
"""Matter beside the trip."""


Criterion = Literal[
    "cheapest", "dearest", "fastest", "longest", "leaves_first", "leaves_last", "lands_first", "lands_last"
]  # fmt: skip
"""Superlative by which one of several offers is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferReference(JSONSerializable):
    """Which of the offers shown are meant; nothing at all for "it" or for all of them.

    Attributes:
        positions: Positions in the list from 0; -1 is the last.
        numbers: Flight numbers.
        carriers: IATA codes of airlines.
        departure: Departure time in minutes after midnight, None if none is named.
        whole_hour: Whether that time is an hour without minutes.
        window: Earliest and latest time in minutes after midnight ("before 9:30"), None without a bound.
        criterion: Superlative, None without one.
        landing: Whether the sentence speaks of arriving.
        returning: Whether the sentence speaks of the flight back.
    """

    positions: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    departure: int | None = None
    whole_hour: bool = False
    window: tuple[int, int] | None = None
    criterion: Criterion | None = None
    landing: bool = False
    returning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(JSONSerializable):
    """What one sentence of a message does.

    Attributes:
        start: Offset of the first character of the sentence in the text.
        end: Offset after its last character.
        confidence: 0 to 1.
    """

    start: int
    end: int
    confidence: float = 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON-compatible mapping by name, with the kind of command as "command"."""
        return {"command": type(self).__name__, **JSONSerializable.to_dict(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inform(Command):
    """States or changes the trip: the entities of the sentence are values of its slots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAboutOffers(Command):
    """Asks something about the offers shown; the entities of the sentence only say which.

    Attributes:
        attribute: What is asked for.
        offers: Which offers it is about.
        currency: Currency that it names, ISO 4217; None if it names none.
    """

    attribute: Attribute
    offers: OfferReference = field(default_factory=OfferReference)
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskTopic(Command):
    """Asks or says something beside the trip; its entities are none of the trip.

    Attributes:
        topic: The matter.
    """

    topic: Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCheapestDay(Command):
    """Asks on which day the flight costs least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseOffer(Command):
    """Chooses one of the offers shown.

    Attributes:
        offers: Which offer.
    """

    offers: OfferReference = field(default_factory=OfferReference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book(Command):
    """Asks to book or buy an offer.

    Attributes:
        offers: Which offer.
    """

    offers: OfferReference = field(default_factory=OfferReference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Command):
    """Takes back the last change of the trip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOver(Command):
    """Discards the trip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarize(Command):
    """Asks what is known of the trip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Command):
    """Is a courtesy, a yes or a no, or a request for help.

    Attributes:
        intent: Name of the intent: "affirm", "deny", "greeting", "thanks", "goodbye" or "help".
    """

    intent: Literal["affirm", "deny", "greeting", "thanks", "goodbye", "help"]


TOPIC_INTENTS: Final = frozenset({"baggage", "cancel_booking", "change_booking", "check_in", "flight_status"})
"""Topics that are intents of their own."""

CHAT_TOPICS: Final = frozenset({"human", "identity", "joke", "smalltalk", "story"})
"""Topics of small talk, after which the conversation returns to the trip."""
