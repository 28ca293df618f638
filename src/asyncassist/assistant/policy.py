"""The dialogue: from a state and the facts of a message to the next state and what to do. Pure; no clock, no I/O."""

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

# What is about a booking that the traveller has elsewhere: a model may know better than our sentence.
BOOKING_INTENTS = ("check_in", "flight_status", "change_booking", "cancel_booking")

# What the traveller leaves open: the list is shown anew, whether or not that had been narrowed.
_UNCONSTRAINED_CUES = ("any_airline", "any_stops", "any_time", "any_price")

# So few words about a flight ask for one; more of them may ask anything about flying.
_SHORT_MESSAGE = 6
_MAX_OPENING_WORDS = 8

_REFINEMENTS: tuple[Refinement, ...] = ("cheaper", "earlier", "later", "faster", "more")


def decide(state: DialogueState, facts: MessageFacts) -> Decision:
    """What follows from a message.

    Args:
        state: The state before it.
        facts: What it says.
    """
    if _is_only_thanks(state, facts):
        facts = dataclasses.replace(facts, intent="thanks")
    turn = TurnContext(state.replace(language=facts.language), facts)
    if "start_over" in facts.cues:
        turn.state = DialogueState(language=facts.language)
        turn.messages.append(SayPhrase(key="restarted"))
    update_state(turn)
    validate(turn)
    actions, intent = _choose_actions(turn, previous=state)
    return Decision(state=_record_question(turn.state, actions), actions=actions, intent=intent)


def _is_only_thanks(state: DialogueState, facts: MessageFacts) -> bool:
    """Whether thanks are all that is said: "ok danke" agrees to nothing where nothing was asked."""
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
    """The trip that remembers which question stands now."""
    question = next((action for action in actions if isinstance(action, AskSlot)), None)
    if question is None:
        waits = any(isinstance(action, AskChatbot | SayPhrase) for action in actions) and not any(
            isinstance(action, SearchOffers | SearchDates | DescribeOffer) for action in actions
        )
        return state if waits else state.replace(asked=None, choices=(), choice_text="")
    settled = state.settled | {"return_date"} if question.slot == "return_date" else state.settled
    return state.replace(asked=question.slot, choices=question.choices, choice_text=question.name, settled=settled)


def _choose_actions(turn: TurnContext, *, previous: DialogueState) -> tuple[tuple[Action, ...], str]:
    """The actions, and the intent by all that is known."""
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
    """Whether somebody who has said nothing yet just speaks of a flight."""
    facts = turn.facts
    nothing = not turn.state.slots and turn.state.asked is None and facts.cues.injection_at is None
    return (
        nothing
        and "?" not in facts.text
        and facts.intent == "unknown"
        and "flight" in facts.cues
        and facts.word_count <= _MAX_OPENING_WORDS
    )


def _resolve_intent(facts: MessageFacts, default: str) -> str:
    """The intent of the message, or what it amounts to when the words alone do not tell."""
    return facts.intent if facts.intent in {"cancel_booking", "check_in", "flight_status"} else default


def _side_messages(turn: TurnContext) -> tuple[SayPhrase, ...]:
    """What is said on the way to the trip: another request in the same message."""
    about_trip = bool(turn.changed or turn.answered or _is_refinement(turn.facts))
    if turn.facts.intent == "baggage" and about_trip:
        return (SayPhrase(key="baggage"),)
    return ()


def _next_step(turn: TurnContext) -> tuple[Action, ...]:
    """The next question, or the search when nothing is missing."""
    question = next_question(turn.state)
    if question is not None:
        return (question,)
    return (SearchDates(),) if "flexible_dates" in turn.facts.cues else (_build_search(turn),)


def next_question(state: DialogueState) -> AskSlot | None:
    """What to ask for next; None when a search can start."""
    for slot in ("origin", "destination", "departure_date"):
        if slot not in state.slots:
            return AskSlot(slot=slot, month=state.month if slot == "departure_date" else None)
    wants_return = state.slots.get("trip_type") == "round_trip" and "return_date" not in state.slots
    if wants_return and "return_date" not in state.settled:
        return AskSlot(slot="return_date")
    return None


def _is_refinement(facts: MessageFacts) -> bool:
    """Whether the message speaks of what was shown."""
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
    """The search, with the wish that the new list must meet."""
    cues = turn.facts.cues
    # A wish compares with the old list only when it is the whole message: another query has other prices.
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
    if not shown:
        return None
    return min(shown, key=lambda offer: offer.price if criterion == "price" else offer.duration)


def _reference_offer(state: DialogueState) -> OfferSummary | None:
    """The offer that "earlier" is meant of: the one picked, else the first shown."""
    picked = [offer for offer in state.shown if offer.id == state.chosen]
    return next(iter((*picked, *state.shown)), None)


def _select_offer(turn: TurnContext) -> tuple[Action, ...] | None:
    """The offer that the message picks, or what to say when there is none such; None when it picks nothing."""
    state, cues, facts = turn.state, turn.facts.cues, turn.facts
    if turn.changed - {"airline", "max_stops"} or state.asked not in {None, "any_stops"}:
        return None
    short = facts.word_count <= 6
    if cues.ordinal is not None and (cues.points_at_offer or short):
        if not state.shown:
            return None if not cues.points_at_offer else (SayPhrase(key="nothing_shown"), *_next_step(turn))
        if not -1 <= cues.ordinal < len(state.shown):
            return (SayPhrase(key="no_such_offer", n=len(state.shown)),)
        if "details" in cues or asks_about_offer(state, facts):
            turn.state = state.replace(chosen=state.shown[cues.ordinal].id)
            return (DescribeOffer(offer=state.shown[cues.ordinal]),)
        return _choose_offer(turn, state.shown[cues.ordinal])
    offer = _find_named_offer(turn) if state.shown else None
    if offer is None and state.shown and facts.money is not None and cues.points_at_offer and not turn.changed:
        return (SayPhrase(key="which_offer", values={"count": len(state.shown)}),)
    return None if offer is None else _choose_offer(turn, offer)


def _find_named_offer(turn: TurnContext) -> OfferSummary | None:
    """The shown offer that is named by its flight, time, airline, or as the cheapest of them."""
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
    """Whether an offer leaves at that time, or within that hour when only an hour was said."""
    departs = offer.departs.hour * 60 + offer.departs.minute
    return departs // 60 == minute_of_day // 60 if whole_hour else departs == minute_of_day


def _find_superlative(shown: tuple[OfferSummary, ...], facts: MessageFacts) -> list[OfferSummary]:
    """The extreme one: "I'll take the cheapest one"."""
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
    turn.state = turn.state.replace(chosen=offer.id)
    actions: tuple[Action, ...] = (DescribeOffer(offer=offer, chosen=True),)
    if _wants_booking(turn.facts):
        return (*actions, SayPhrase(key="cant_book", values={"flight": offer.number}))
    return actions


def _wants_booking(facts: MessageFacts) -> bool:
    return facts.intent == "book_flight" or "book" in facts.cues


def _respond(turn: TurnContext, messages: tuple[Action, ...], previous: DialogueState) -> tuple[Action, ...]:
    """The answer to a message that changed nothing."""
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
    """The question that stands, once more."""
    if state.asked is None:
        return ()
    return (AskSlot(slot=state.asked, choices=state.choices, name=state.choice_text, month=state.month),)


def _small_talk(state: DialogueState, facts: MessageFacts, previous: DialogueState) -> tuple[Action, ...]:
    if facts.intent == "greeting":
        if not state.slots and state.asked is None:
            return (SayPhrase(key="greeting"),)
        return (SayPhrase(key="greeting_back" if previous.language else "greeting"), *_repeat_question(state))
    if facts.intent == "goodbye":
        return (SayPhrase(key="goodbye"),)
    return (SayPhrase(key=facts.intent), *_repeat_question(state))


def _handle_affirmation(turn: TurnContext, messages: tuple[Action, ...]) -> tuple[Action, ...]:
    """A yes, or "book it": what that means depends on where the conversation stands."""
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
    """A message about something else goes to the chatbot; a short answer that says nothing gets the question again."""
    state, facts = turn.state, turn.facts
    if state.asked is not None and facts.word_count <= 3 and "?" not in facts.text:
        key = "unknown_date" if state.asked in {"departure_date", "return_date"} else "not_understood"
        return (SayPhrase(key=key), *_repeat_question(state))
    return (AskChatbot(fallback_key="other"), *_repeat_question(state))
