"""Dialogue actions: what the policy may decide and `action_executor` executes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist._types import Leg, Place
    from asyncassist.assistant.state import DialogueState, OfferSummary

Refinement = Literal["cheaper", "earlier", "later", "faster", "more"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SayPhrase:
    """Action that renders a phrase of the phrase table.

    Attributes:
        key: Key of the phrase.
        values: Typed values of its placeholders, formatted for the traveller's locale.
        n: Count that selects the plural form, None for phrases without one.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    n: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSlot:
    """Action that asks for one slot.

    Attributes:
        slot: Name of the slot.
        choices: Places to choose from when a name is ambiguous, else empty.
        name: The ambiguous name as the traveller wrote it.
        month: Known month as "2027-03" when only the day is missing, else None.
        leg: Leg of the trip that is asked about, None for a single trip.
    """

    slot: str
    choices: tuple[Place, ...] = ()
    name: str = ""
    month: str | None = None
    leg: Leg | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOffers:
    """Action that searches for offers and shows the best.

    Attributes:
        refinement: In what the new list must improve on the last one; None for a plain search.
        order: Order of this list only, None for the sort order of the state.
        reference: Offer that a refinement compares with, None without one.
    """

    refinement: Refinement | None = None
    order: Literal["departure", "departure_desc"] | None = None
    reference: OfferSummary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDates:
    """Action that shows the lowest price of each day around the departure, or in a month.

    Attributes:
        window: Days before and after the departure.
        month: Month as "2027-03" while the departure is not known, else None.
    """

    window: int = 3
    month: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeOffer:
    """Action that shows one offer.

    Attributes:
        offer: Summary of the offer.
        chosen: True if the traveller has just picked the offer; its price is then confirmed.
    """

    offer: OfferSummary
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestion:
    """Action that answers a question about the offers shown, from their data.

    Attributes:
        attribute: What is asked for.
        offers: The offers that it is about, at least one.
        specific: Whether the message names them, rather than all that are shown.
        other: Offer that a difference is asked to, None without one.
        criterion: Superlative that selected the offer, None if none did.
        window: Earliest and latest minute of the day that is asked for, None without a bound.
        landing: Whether the question is about arriving.
        returning: Whether the question is about the flight back.
        currency: Currency that is asked for, ISO 4217; None if none is named.
    """

    attribute: str
    offers: tuple[OfferSummary, ...]
    specific: bool = True
    other: OfferSummary | None = None
    criterion: str | None = None
    window: tuple[int, int] | None = None
    landing: bool = False
    returning: bool = False
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskChatbot:
    """Action that passes the message to the chatbot.

    Attributes:
        fallback_key: Key of the phrase rendered without a chatbot or when the chatbot fails.
    """

    fallback_key: str = "other"


Action = SayPhrase | AskSlot | SearchOffers | SearchDates | DescribeOffer | AnswerQuestion | AskChatbot


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Result of the policy for one message.

    Attributes:
        state: Dialogue state after the message.
        actions: Actions to execute, in order.
        intent: Intent of the message, resolved with the dialogue state.
    """

    state: DialogueState
    actions: tuple[Action, ...]
    intent: str
