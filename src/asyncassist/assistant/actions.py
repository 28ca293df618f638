"""What the dialogue may decide to do; the shell does it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist._types import Place
    from asyncassist.assistant.state import DialogueState, OfferSummary

Refinement = Literal["cheaper", "earlier", "later", "faster", "more"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SayPhrase:
    """Say a sentence of the phrase table.

    Attributes:
        key: Its name.
        values: Typed values that it shows; formatted by the traveller's locale.
        n: The number that decides its plural, None for none.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    n: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSlot:
    """Ask for one thing.

    Attributes:
        slot: What is asked for.
        choices: Places of one name, when that is the question.
        name: That name.
        month: "2027-03" when only the day is missing.
    """

    slot: str
    choices: tuple[Place, ...] = ()
    name: str = ""
    month: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOffers:
    """Look up offers and show the best.

    Attributes:
        refinement: What the new list must be better in than the old one; None for any list.
        order: How this one list is ordered, None for the trip's own order.
        reference: The offer that the wish compares with, None when there is none.
    """

    refinement: Refinement | None = None
    order: Literal["departure", "departure_desc"] | None = None
    reference: OfferSummary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDates:
    """Show what the days around the departure cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeOffer:
    """Show one offer.

    Attributes:
        offer: The few facts of it.
        chosen: Whether the traveller has just picked it: then its price is checked.
    """

    offer: OfferSummary
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskChatbot:
    """Hand the message to the chatbot; without one, say the sentence.

    Attributes:
        fallback_key: Name of the sentence.
    """

    fallback_key: str = "other"


Action = SayPhrase | AskSlot | SearchOffers | SearchDates | DescribeOffer | AskChatbot


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What follows from a message.

    Attributes:
        state: The state after it.
        actions: What to do, in order.
        intent: What the message wanted, all known things considered.
    """

    state: DialogueState
    actions: tuple[Action, ...]
    intent: str
