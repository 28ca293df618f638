"""Dialogue policy: maps a state and the facts of a message to the next state and actions. Pure: no clock, no I/O."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from asyncassist.assistant.actions import (
    Action,
    AskChatbot,
    AskSlot,
    Decision,
    DescribeOffer,
    Refinement,
    SayPhrase,
    SearchDates,
    SearchOffers,
)
from asyncassist.assistant.state import DialogueState, OfferSummary
from asyncassist.assistant.tracking.slots import asks_about_offer, update_state, validate
from asyncassist.assistant.tracking.turn import TurnContext

if TYPE_CHECKING:
    from asyncassist.nlp.followup.message_facts import MessageFacts

# Intents about a booking made elsewhere: a chatbot may answer them better than a fixed phrase.
BOOKING_INTENTS = ("check_in", "flight_status", "change_booking", "cancel_booking")

# Cues that remove a constraint: the list is shown again, whether or not the constraint was set.
_UNCONSTRAINED_CUES = ("any_airline", "any_stops", "any_time", "any_price")

# Longest message, in words, that is nothing but thanks.
_SHORT_MESSAGE = 6
# Longest first message, in words, in which the word "flight" alone starts a search; longer ones may be any question.
_MAX_OPENING_WORDS = 8

_REFINEMENTS: tuple[Refinement, ...] = ("cheaper", "earlier", "later", "faster", "more")


def decide(state: DialogueState, facts: MessageFacts) -> Decision:
    """Decide the next state and actions for a message.

    Args:
        state: Dialogue state before the message.
        facts: Facts of the message.
    """
    if _is_only_thanks(state, facts):
        facts = dataclasses.replace(facts, intent="thanks")
    turn = TurnContext(state.replace(language=facts.language), facts)
    if facts.is_side_question:
        key = facts.intent if facts.intent in {"baggage", *BOOKING_INTENTS} else "other"
        answer: tuple[Action, ...] = (AskChatbot(fallback_key=key), *_repeat_question(turn.state))
        return Decision(state=turn.state, actions=answer, intent=facts.intent)
    if "start_over" in facts.cues:
        turn.state = DialogueState(language=facts.language)
        turn.messages.append(SayPhrase(key="restarted"))
    update_state(turn)
    validate(turn)
    actions, intent = _choose_actions(turn, previous=state)
    return Decision(state=_record_question(turn.state, actions), actions=actions, intent=intent)


def _is_only_thanks(state: DialogueState, facts: MessageFacts) -> bool:
    """Return True if a message only gives thanks: "ok danke" affirms nothing while no question is open."""
    nothing_else = (
        set(facts.cues.spans) <= {"thanks", "select"} and not facts.entities and facts.word_count <= _SHORT_MESSAGE
    )
    has_thanks = "thanks" in facts.cues and "?" not in facts.text
    return (
        has_thanks
        and nothing_else
        and (facts.intent == "unknown" or (facts.intent == "affirm" and state.asked is None))
    )


def _record_question(state: DialogueState, actions: tuple[Action, ...]) -> DialogueState:
    """Return the state with the open question that the actions leave.

    Phrases and chatbot answers keep an open question; showing offers closes it.
    """
    question = next((action for action in actions if isinstance(action, AskSlot)), None)
    if question is None:
        waits = any(isinstance(action, AskChatbot | SayPhrase) for action in actions) and not any(
            isinstance(action, SearchOffers | SearchDates | DescribeOffer) for action in actions
        )
        return state if waits else state.replace(asked=None, choices=(), choice_text="")
    settled = state.settled | {"return_date"} if question.slot == "return_date" else state.settled
    return state.replace(asked=question.slot, choices=question.choices, choice_text=question.name, settled=settled)


def _choose_actions(turn: TurnContext, *, previous: DialogueState) -> tuple[tuple[Action, ...], str]:
    """Return the actions for a tracked message, and its intent resolved with the state."""
    facts = turn.facts
    messages: tuple[Action, ...] = (*turn.messages, *_side_messages(turn))
    search = "search_flight"
    if turn.question is not None:
        return (*messages, turn.question), _resolve_intent(facts, search)
    picked = _select_offer(turn)
    if picked is not None:
        return (*messages, *picked), facts.intent if facts.intent == "book_flight" else _resolve_intent(facts, search)
    if turn.changed or turn.answered or _is_refinement(facts) or "start_over" in facts.cues:
        return (*messages, *_next_step(turn)), _resolve_intent(facts, search)
    if _starts_search(turn):
        return (*messages, *_next_step(turn)), search
    return _respond(turn, messages, previous), facts.intent


def _starts_search(turn: TurnContext) -> bool:
    """Return True if a first, short message merely mentions a flight."""
    facts = turn.facts
    is_fresh = not turn.state.slots and turn.state.asked is None and facts.cues.injection_at is None
    return (
        is_fresh
        and "?" not in facts.text
        and facts.intent == "unknown"
        and "flight" in facts.cues
        and facts.word_count <= _MAX_OPENING_WORDS
    )


def _resolve_intent(facts: MessageFacts, default: str) -> str:
    """Return the intent of the message if it names a booking of its own, else the default."""
    return facts.intent if facts.intent in {"cancel_booking", "check_in", "flight_status"} else default


def _side_messages(turn: TurnContext) -> tuple[SayPhrase, ...]:
    """Return phrases for a second request in a message about the trip: a question about baggage."""
    about_trip = bool(turn.changed or turn.answered or _is_refinement(turn.facts))
    if turn.facts.intent == "baggage" and about_trip:
        return (SayPhrase(key="baggage"),)
    return ()


def _next_step(turn: TurnContext) -> tuple[Action, ...]:
    """Return the next question, or the search if no slot is missing."""
    question = next_question(turn.state)
    if question is not None:
        return (question,)
    return (SearchDates(),) if "flexible_dates" in turn.facts.cues else (_build_search(turn),)


def next_question(state: DialogueState) -> AskSlot | None:
    """Return the question for the first missing slot; None when a search can start."""
    for slot in ("origin", "destination", "departure_date"):
        if slot not in state.slots:
            return AskSlot(slot=slot, month=state.month if slot == "departure_date" else None)
    wants_return = state.slots.get("trip_type") == "round_trip" and "return_date" not in state.slots
    if wants_return and "return_date" not in state.settled:
        return AskSlot(slot="return_date")
    return None


def _is_refinement(facts: MessageFacts) -> bool:
    """Return True if the message refines, reorders or repeats the list of offers."""
    cues = (
        *_REFINEMENTS,
        "cheapest",
        "earliest",
        "latest",
        "fastest",
        "relist",
        "flexible_dates",
        *_UNCONSTRAINED_CUES,
    )
    return any(name in facts.cues for name in cues)


def _build_search(turn: TurnContext) -> SearchOffers:
    """Build the search action with the refinement that the message asks for; may change the sort order."""
    cues = turn.facts.cues
    # A refinement compares with the last list only if the query is unchanged: another query has other prices.
    compare = turn.state.shown if not turn.changed - {"sort", "window"} else ()
    reference = _reference_offer(turn.state) if compare else None
    if "cheapest" in cues or "cheaper" in cues:
        turn.state = turn.state.replace(sort="price")
        return SearchOffers(
            refinement="cheaper" if "cheaper" in cues else None, reference=_best_offer(compare, "price")
        )
    if "fastest" in cues or "faster" in cues:
        turn.state = turn.state.replace(sort="duration")
        return SearchOffers(
            refinement="faster" if "faster" in cues else None, reference=_best_offer(compare, "duration")
        )
    if "earliest" in cues or "earlier" in cues:
        return SearchOffers(refinement="earlier" if "earlier" in cues else None, order="departure", reference=reference)
    if "latest" in cues or "later" in cues:
        latest = "latest" in cues
        order: Literal["departure", "departure_desc"] = "departure_desc" if latest else "departure"
        return SearchOffers(refinement=None if latest else "later", order=order, reference=reference)
    if "more" in cues and compare:
        return SearchOffers(refinement="more", reference=reference)
    return SearchOffers()


def _best_offer(shown: tuple[OfferSummary, ...], criterion: Literal["price", "duration"]) -> OfferSummary | None:
    """Return the cheapest or fastest shown offer, None if none is shown."""
    if not shown:
        return None
    return min(shown, key=lambda offer: offer.price if criterion == "price" else offer.duration)


def _reference_offer(state: DialogueState) -> OfferSummary | None:
    """Return the offer that "earlier" compares with: the picked one, else the first shown."""
    picked = [offer for offer in state.shown if offer.id == state.chosen]
    return next(iter((*picked, *state.shown)), None)


def _select_offer(turn: TurnContext) -> tuple[Action, ...] | None:
    """Return the actions for a message that picks an offer, by position or description; None if it picks none."""
    state, cues, facts = turn.state, turn.facts.cues, turn.facts
    if turn.changed - {"airline", "max_stops"} or state.asked not in {None, "any_stops"}:
        return None
    # A bare ordinal picks an offer only in a short message: elsewhere it may be a date or a count.
    short = facts.word_count <= 6
    if cues.ordinal is not None and (cues.points_at_offer or short):
        if not state.shown:
            return None if not cues.points_at_offer else (SayPhrase(key="nothing_shown"), *_next_step(turn))
        if not -1 <= cues.ordinal < len(state.shown):
            return (SayPhrase(key="no_such_offer", n=len(state.shown)),)
        if asks_about_offer(state, facts) or "details" in cues:
            # No choice, but "it" in the next message is this offer.
            turn.state = state.replace(chosen=state.shown[cues.ordinal].id)
            return (_answer_about_offer(state.shown[cues.ordinal], facts),)
        return _choose_offer(turn, state.shown[cues.ordinal])
    offer = _find_named_offer(turn) if state.shown else None
    if offer is None and state.shown and facts.money is not None and cues.points_at_offer and not turn.changed:
        return (SayPhrase(key="which_offer", values={"count": len(state.shown)}),)
    return None if offer is None else _choose_offer(turn, offer)


def _answer_about_offer(offer: OfferSummary, facts: MessageFacts) -> Action:
    """Return the action that answers a question about a shown offer: from what is known of it, else by the chatbot."""
    if facts.intent == "baggage":
        return SayPhrase(key="baggage")
    is_known = not {"details", "direct"}.isdisjoint(facts.cues.spans) or facts.of_type("cabin")
    return DescribeOffer(offer=offer) if is_known else AskChatbot(fallback_key="offer_unknown")


def _find_named_offer(turn: TurnContext) -> OfferSummary | None:
    """Return the shown offer identified by flight number, time, airline, price or superlative; None if none is."""
    state, facts = turn.state, turn.facts
    numbers = {str(item.value) for item in facts.of_type("flight_number")}
    cues = facts.cues
    matching = [offer for offer in state.shown if offer.number in numbers]
    if not matching and cues.minute_of_day is not None:
        matching = [
            offer for offer in state.shown if _departs_at(offer, cues.minute_of_day, whole_hour=cues.is_whole_hour)
        ]
    if not matching and cues.points_at_offer:
        carriers = {item.value.code for item in facts.of_type("airline") if not item.excluded}
        matching = [offer for offer in state.shown if offer.carrier in carriers]
        matching = matching if len(matching) == 1 else []
    if not matching and facts.money is not None and cues.points_at_offer:
        matching = [offer for offer in state.shown if abs(offer.price - facts.money.amount) < 1]
    if not matching and "select" in cues:
        matching = _find_superlative(state.shown, facts)
    return matching[0] if matching else None


def _departs_at(offer: OfferSummary, minute_of_day: int, *, whole_hour: bool) -> bool:
    """Return True if an offer departs at a minute of the day, or within its hour for a whole hour."""
    departs = offer.departs.hour * 60 + offer.departs.minute
    return departs // 60 == minute_of_day // 60 if whole_hour else departs == minute_of_day


def _find_superlative(shown: tuple[OfferSummary, ...], facts: MessageFacts) -> list[OfferSummary]:
    """Return the cheapest, fastest, earliest or latest offer, as in "I'll take the cheapest one"."""
    cues = facts.cues
    if "cheapest" in cues:
        return [min(shown, key=lambda offer: offer.price)]
    if "fastest" in cues:
        return [min(shown, key=lambda offer: offer.duration)]
    if "earliest" in cues:
        return [min(shown, key=lambda offer: offer.departs)]
    if "latest" in cues:
        return [max(shown, key=lambda offer: offer.departs)]
    return []


def _choose_offer(turn: TurnContext, offer: OfferSummary) -> tuple[Action, ...]:
    """Record the picked offer and return the actions that show it."""
    turn.state = turn.state.replace(chosen=offer.id)
    actions: tuple[Action, ...] = (DescribeOffer(offer=offer, chosen=True),)
    if _wants_booking(turn.facts):
        return (*actions, SayPhrase(key="cant_book", values={"flight": offer.number}))
    return actions


def _wants_booking(facts: MessageFacts) -> bool:
    """Return True if the message asks to book."""
    return facts.intent == "book_flight" or "book" in facts.cues


def _respond(turn: TurnContext, messages: tuple[Action, ...], previous: DialogueState) -> tuple[Action, ...]:
    """Return the actions for a message that changed no slot and picked no offer."""
    state, facts = turn.state, turn.facts
    if facts.cues.injection_at is not None:
        return (SayPhrase(key="refused"), *_repeat_question(state))
    if "multi_city" in facts.cues:
        return (*messages, *_repeat_question(state))
    if facts.language_requested:
        return _repeat_question(state) or (_next_step(turn) if state.slots else (SayPhrase(key="greeting"),))
    if facts.intent in {"greeting", "thanks", "goodbye", "help", "baggage"}:
        return _small_talk(state, facts, previous)
    if _wants_booking(facts) or facts.intent == "affirm":
        return _handle_affirmation(turn, messages)
    if facts.intent == "deny":
        return (
            (*messages, AskSlot(slot=state.asked, choices=state.choices, name=state.choice_text))
            if state.asked in {"origin", "destination", "departure_date"}
            else (SayPhrase(key="what_change"),)
        )
    if "details" in facts.cues and state.shown:
        reference = _reference_offer(state)
        return (DescribeOffer(offer=reference),) if reference else ()
    if "summary_request" in facts.cues:
        known = SayPhrase(key="summary", values={"trip": state}) if state.slots else SayPhrase(key="nothing_known")
        return (known, *_repeat_question(state))
    if facts.intent in BOOKING_INTENTS:
        return (AskChatbot(fallback_key=facts.intent), *_repeat_question(state))
    if facts.intent == "search_flight":
        return _next_step(turn)
    return _not_understood(turn)


def _repeat_question(state: DialogueState) -> tuple[AskSlot, ...]:
    """Return the open question again, nothing if none is open."""
    if state.asked is None:
        return ()
    return (AskSlot(slot=state.asked, choices=state.choices, name=state.choice_text, month=state.month),)


def _small_talk(state: DialogueState, facts: MessageFacts, previous: DialogueState) -> tuple[Action, ...]:
    """Return the phrase for a greeting, thanks, goodbye, help or baggage, and the open question again."""
    if facts.intent == "greeting":
        if not state.slots and state.asked is None:
            return (SayPhrase(key="greeting"),)
        return (SayPhrase(key="greeting_back" if previous.language else "greeting"), *_repeat_question(state))
    if facts.intent == "goodbye":
        return (SayPhrase(key="goodbye"),)
    return (SayPhrase(key=facts.intent), *_repeat_question(state))


def _handle_affirmation(turn: TurnContext, messages: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the actions for "yes" or "book it", whose meaning depends on the open question and the offers shown."""
    state = turn.state
    if state.asked == "any_stops":
        turn.set_slot("max_stops", None)
        return (*messages, *_next_step(turn))
    if state.asked is not None:
        return (*messages, *_repeat_question(state))
    picked = next((offer for offer in state.shown if offer.id == state.chosen), None)
    if picked is None and len(state.shown) == 1 and _wants_booking(turn.facts):
        picked = state.shown[0]
        turn.state = state.replace(chosen=picked.id)
    if picked is not None:
        return (*messages, SayPhrase(key="cant_book", values={"flight": picked.number}))
    if state.shown:
        return (*messages, SayPhrase(key="which_offer", values={"count": len(state.shown)}))
    return (*messages, *_next_step(turn))


def _not_understood(turn: TurnContext) -> tuple[Action, ...]:
    """Repeat the open question after a short answer that was not understood; pass other messages to the chatbot."""
    state, facts = turn.state, turn.facts
    if state.asked is not None and facts.word_count <= 3 and "?" not in facts.text:
        key = "unknown_date" if state.asked in {"departure_date", "return_date"} else "not_understood"
        return (SayPhrase(key=key), *_repeat_question(state))
    return (AskChatbot(fallback_key="other"), *_repeat_question(state))
