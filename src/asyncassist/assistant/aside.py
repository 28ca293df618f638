"""Answers what is not about changing the trip: questions about the offers shown, and matters beside it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncassist.assistant.actions import Action, AnswerQuestion, AskChatbot, SayPhrase, SearchOffers
from asyncassist.assistant.answers import pick_by_criterion
from asyncassist.nlp.command_types import AskAboutOffers, AskTopic

if TYPE_CHECKING:
    from asyncassist.assistant.state import DialogueState, OfferSummary
    from asyncassist.assistant.tracking.turn import TurnContext
    from asyncassist.nlp.command_types import Command, OfferReference

# Pointers given in place of an answer about offers while none are shown.
_WITHOUT_OFFERS = {"bags": "baggage", "rules": "refund", "seats_left": "hold", "other": "offer_unknown"}
# Topics of which a phrase says all that there is to say; a model would only invent.
_FIXED_TOPICS = frozenset(
    {"abuse", "hold", "human", "identity", "payment", "personal", "privacy", "smalltalk", "story"}
)
# What is asked of all offers at once, unless one is named or was spoken of last.
_OF_ALL = frozenset({"superlative", "recommend", "currency", "price", "stops", "airline", "bags", "duration", "times"})


def answer_aside(turn: TurnContext, command: Command) -> Action:
    """Return the action that answers a command beside the trip; an offer it names is what "it" means next.

    Args:
        turn: The turn; its state remembers the offer spoken of.
        command: A question about offers, or a topic.
    """
    if isinstance(command, AskTopic):
        return (
            SayPhrase(key=command.topic) if command.topic in _FIXED_TOPICS else AskChatbot(fallback_key=command.topic)
        )
    assert isinstance(command, AskAboutOffers)
    if not turn.state.shown:
        return AskChatbot(fallback_key=_WITHOUT_OFFERS.get(command.attribute, "nothing_shown"))
    if command.attribute == "other":
        return AskChatbot(fallback_key="offer_unknown")
    shown = turn.state.shown[0].currency
    if (
        command.currency not in {None, shown}
        and "budget" not in turn.state.slots
        and command.currency != turn.state.currency
    ):
        turn.state = turn.state.replace(currency=command.currency)
        return SearchOffers()
    return _answer_about_offers(turn, command)


def _answer_about_offers(turn: TurnContext, command: AskAboutOffers) -> Action:
    """Return the answer to a question about offers; the offer it is about becomes the one spoken of."""
    state, named = turn.state, command.offers
    wrong = [at for at in named.positions if not -1 <= at < len(state.shown)]
    if wrong:
        return SayPhrase(key="no_such_offer", n=len(state.shown))
    found = resolve_offers(state, named)
    spoken_of = next((one for one in state.shown if one.id == state.chosen), None)
    criterion = named.criterion if command.attribute in {"superlative", "times", "recommend"} else None
    specific = found is not None
    offers = found or (
        (spoken_of,) if spoken_of is not None and command.attribute not in {"superlative", "recommend"} else ()
    )
    if command.attribute == "compare" and len(offers) < 2:
        offers = _pair(state, offers)
    if not offers:
        offers = state.shown if command.attribute in _OF_ALL else state.shown[:1]
    if command.attribute in {"superlative", "recommend"} and not specific:
        offers = state.shown[:1]
    if len(offers) == 1:
        turn.state = state.replace(chosen=offers[0].id)
    return AnswerQuestion(
        attribute=command.attribute,
        offers=tuple(offers),
        specific=specific or len(offers) == 1,
        other=_other_of(state, offers, spoken_of) if command.attribute == "duration" and named.criterion else None,
        criterion=criterion if specific else None,
        window=named.window if command.attribute == "times" else None,
        landing=named.landing,
        returning=named.returning,
        currency=command.currency,
    )


def resolve_offers(state: DialogueState, named: OfferReference) -> tuple[OfferSummary, ...] | None:
    """Return the shown offers that a reference names; None if it names none."""
    shown = state.shown
    if not shown:
        return None
    if named.positions:
        return tuple(shown[at] for at in named.positions if -1 <= at < len(shown)) or None
    matching = [one for one in shown if any(leg.number in named.numbers for leg in one.legs)]
    if not matching and named.departure is not None:
        matching = [one for one in shown if _departs_at(one, named.departure, whole_hour=named.whole_hour)]
    if not matching and named.carriers:
        matching = [one for one in shown if set(named.carriers) & set(one.outbound.carriers)]
    if not matching and named.criterion is not None:
        matching = [pick_by_criterion(shown, named.criterion, returning=named.returning)]
    return tuple(matching) or None


def _departs_at(offer: OfferSummary, minute_of_day: int, *, whole_hour: bool) -> bool:
    """Return True if an offer departs at a minute of the day, or within its hour for a whole hour."""
    departs = offer.departs.hour * 60 + offer.departs.minute
    return departs // 60 == minute_of_day // 60 if whole_hour else departs == minute_of_day


def _pair(state: DialogueState, offers: tuple[OfferSummary, ...]) -> tuple[OfferSummary, ...]:
    """Return the two offers of a comparison that names at most one: with the first, or the first with the second."""
    if not offers:
        return state.shown[:2]
    first = state.shown[0] if state.shown[0].id != offers[0].id or len(state.shown) == 1 else state.shown[1]
    return (offers[0], first)


def _other_of(
    state: DialogueState, offers: tuple[OfferSummary, ...], spoken_of: OfferSummary | None
) -> OfferSummary | None:
    """Return the offer that a difference in time is asked to: the one spoken of, else the first of the list."""
    others = [one for one in (spoken_of, *state.shown) if one is not None and one.id != offers[0].id]
    return others[0] if others else None
