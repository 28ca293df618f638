"""Dialogue policy: maps a state and the facts of a message to the next state and actions. Pure: no clock, no I/O."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Literal

from asyncassist._types import Place
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
from asyncassist.assistant.aside import answer_aside, resolve_offers
from asyncassist.assistant.state import DialogueState, OfferSummary
from asyncassist.assistant.tracking.leg_slots import show_whole_trip
from asyncassist.assistant.tracking.relative_dates import flexible_days
from asyncassist.assistant.tracking.slots import first_group, update_state, validate
from asyncassist.assistant.tracking.turn import TurnContext
from asyncassist.nlp.command_types import (
    CHAT_TOPICS,
    AskCheapestDay,
    AskTopic,
    Book,
    ChooseOffer,
    OfferReference,
    StartOver,
    Summarize,
    Undo,
)
from asyncassist.nlp.commands.message_facts import ASIDE

if TYPE_CHECKING:
    from asyncassist.nlp.command_types import Command
    from asyncassist.nlp.commands.message_facts import MessageFacts

# Intents about a booking made elsewhere: a chatbot may answer them better than a fixed phrase.
BOOKING_INTENTS = ("check_in", "flight_status", "change_booking", "cancel_booking")
# Intents about what only the airline arranges, and the topic of each.
_AIRLINE_INTENTS = {"seats": "seats", "special_assistance": "assistance"}

# Cues that remove a constraint: the list is shown again, whether or not the constraint was set.
_UNCONSTRAINED_CUES = ("any_airline", "any_stops", "any_time", "any_price", "any_bag", "any_refund")

# Longest message, in words, that is nothing but thanks.
_SHORT_MESSAGE = 6
# Longest first message, in words, in which the word "flight" alone starts a search; longer ones may be any question.
_MAX_OPENING_WORDS = 8

# Longest quotation of what was not understood, in characters.
_MAX_QUOTED = 40

_REFINEMENTS: tuple[Refinement, ...] = ("cheaper", "earlier", "later", "faster", "more")


def decide(state: DialogueState, facts: MessageFacts) -> Decision:
    """Decide the next state and actions for a message.

    Args:
        state: Dialogue state before the message.
        facts: Facts of the message.
    """
    if _is_only_thanks(state, facts):
        facts = dataclasses.replace(facts, intent="thanks")
    turn = TurnContext(state.replace(language=facts.language, region=facts.region), facts)
    answers = tuple(answer_aside(turn, command) for command in facts.commands if isinstance(command, ASIDE))
    if facts.only_aside:
        follow_up = _repeat_question(turn.state) or _invitation(turn)
        return Decision(
            state=_record_question(turn.state, (*answers, *follow_up)),
            actions=(*answers, *follow_up),
            intent=facts.intent,
        )
    if "start_over" in facts.cues or _has(facts, StartOver):
        turn.state = DialogueState(language=facts.language, region=facts.region, last_reply=state.last_reply)
        turn.messages.append(SayPhrase(key="restarted"))
    if not _take_back(turn):
        update_state(turn)
    validate(turn)
    actions, intent = _choose_actions(turn, previous=state)
    decided = _record_question(turn.state, (*answers, *actions))
    if turn.changed and decided.slots != state.slots:
        decided = decided.replace(earlier=state.slots)
    return Decision(state=decided, actions=(*answers, *actions), intent=intent)


def _invitation(turn: TurnContext) -> tuple[AskSlot, ...]:
    """Return the first question about a trip after small talk at the start of a conversation."""
    chats = any(isinstance(one, AskTopic) and one.topic in CHAT_TOPICS for one in turn.facts.commands)
    question = next_question(turn.state) if chats and not turn.state.shown else None
    return () if question is None else (question,)


def _take_back(turn: TurnContext) -> bool:
    """Restore the slots before the last change, if the message takes it back; return True if it did.

    A day or a place in the message must be one of those, or of what is dropped: "leave it, back to Friday".
    """
    earlier = turn.state.earlier
    if not earlier or not any(isinstance(command, Undo) for command in turn.facts.commands):
        return False
    values = (*earlier.values(), *turn.state.slots.values())
    known = {value for value in values if isinstance(value, Place | dt.date)}
    weekdays = {day.weekday() for day in known if isinstance(day, dt.date)}
    for item in turn.facts.of_type("origin", "destination", "departure_date", "return_date", "date"):
        if item.value not in known and not (isinstance(item.value, dt.date) and item.value.weekday() in weekdays):
            return False
    turn.changed.update(
        name for name in {*earlier, *turn.state.slots} if earlier.get(name) != turn.state.slots.get(name)
    )
    turn.state = show_whole_trip(turn.state.replace(slots=earlier))
    return True


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
    if turn.changed or turn.answered or turn.named or _is_refinement(facts) or turn.messages:
        return (*messages, *_next_step(turn)), _resolve_intent(facts, search)
    if _starts_search(turn):
        return (*messages, *_next_step(turn)), search
    if any(isinstance(command, ASIDE) for command in facts.commands):
        return (*messages, *_repeat_question(turn.state)), facts.intent  # the rest of the message only addresses
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
    filtered = "with_bag" in turn.facts.cues or "any_bag" in turn.facts.cues
    if turn.facts.intent == "baggage" and about_trip and not filtered:
        return (SayPhrase(key="baggage"),)
    return ()


def _next_step(turn: TurnContext) -> tuple[Action, ...]:
    """Return the next question, or the search if no slot is missing."""
    question = next_question(turn.state)
    asks_for_days = _asks_for_days(turn.facts)
    if question is not None:
        month = question.month if asks_for_days and question.slot == "departure_date" else None
        return (question,) if month is None else (SearchDates(month=month), question)
    return (SearchDates(window=flexible_days(turn)),) if asks_for_days else (_build_search(turn),)


def next_question(state: DialogueState) -> AskSlot | None:
    """Return the question for the first missing slot; None when a search can start."""
    if state.party is not None:
        return AskSlot(slot="split_party")
    for slot in ("origin", "destination", "departure_date"):
        if slot not in state.slots:
            dated = slot == "departure_date"
            return AskSlot(slot=slot, month=state.month if dated else None, leg=state.asked_leg() if dated else None)
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
        "best_first",
        "flexible_dates",
        *_UNCONSTRAINED_CUES,
    )
    return _has(facts, AskCheapestDay) or any(name in facts.cues for name in cues)


def _asks_for_days(facts: MessageFacts) -> bool:
    """Return True if the message asks for the prices of other days."""
    return "flexible_dates" in facts.cues or _has(facts, AskCheapestDay)


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
    if "best_first" in cues:
        turn.state = turn.state.replace(sort="best")
        return SearchOffers()
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
    state, facts = turn.state, turn.facts
    command = _choice(facts)
    if turn.changed - {"airline", "max_stops"} or state.asked not in {None, "any_stops"}:
        return None
    if command is None:
        return None
    named = command.offers
    if named.positions and not state.shown:
        return (SayPhrase(key="nothing_shown"), *_next_step(turn))
    wrong = [at for at in named.positions if not -1 <= at < len(state.shown)]
    if wrong:
        return (SayPhrase(key="no_such_offer", n=len(state.shown)),)
    found = resolve_offers(state, named)
    if found is None and isinstance(command, ChooseOffer):
        picked = _reference_offer(state) if len(state.shown) == 1 or state.chosen else None
        if picked is None:
            return (SayPhrase(key="which_offer", values={"count": len(state.shown)}),) if state.shown else None
        return _choose_offer(turn, picked)
    if not found:
        return None
    return _choose_offer(turn, found[0])


def _choice(facts: MessageFacts) -> ChooseOffer | Book | None:
    """Return the choice of an offer, also that of a short message that names one by position only."""
    if "best_first" in facts.cues:
        return None  # "first" is a place in the order, not an offer
    command = next((one for one in facts.commands if isinstance(one, ChooseOffer | Book)), None)
    ordinal = facts.cues.ordinal
    if command is not None or ordinal is None or facts.word_count > _SHORT_MESSAGE or "?" in facts.text:
        return command
    return ChooseOffer(start=0, end=len(facts.text), offers=OfferReference(positions=(ordinal,)))


def _choose_offer(turn: TurnContext, offer: OfferSummary) -> tuple[Action, ...]:
    """Record the picked offer and return the actions that show it."""
    turn.state = turn.state.replace(chosen=offer.id, picked=offer.id)
    actions: tuple[Action, ...] = (DescribeOffer(offer=offer, chosen=True),)
    if _wants_booking(turn.facts):
        return (*actions, SayPhrase(key="cant_book", values={"flight": offer.number}))
    return actions


def _wants_booking(facts: MessageFacts) -> bool:
    """Return True if the message asks to book."""
    return facts.intent == "book_flight" or "book" in facts.cues or _has(facts, Book)


def _has(facts: MessageFacts, kind: type[Command]) -> bool:
    """Return True if a sentence of the message is a command of a kind."""
    return any(isinstance(command, kind) for command in facts.commands)


def _respond(turn: TurnContext, messages: tuple[Action, ...], previous: DialogueState) -> tuple[Action, ...]:
    """Return the actions for a message that changed no slot and picked no offer."""
    state, facts = turn.state, turn.facts
    if facts.cues.injection_at is not None:
        return (SayPhrase(key="refused"), *_repeat_question(state))
    if "multi_city" in facts.cues:
        return (*messages, SayPhrase(key="several_legs"), *_repeat_question(state))
    if facts.language_requested:
        return _repeat_question(state) or (_next_step(turn) if state.slots else (SayPhrase(key="greeting"),))
    if facts.intent in {"greeting", "thanks", "goodbye", "help", "baggage"}:
        return _small_talk(state, facts, previous)
    if _wants_booking(facts) or facts.intent == "affirm":
        return _handle_affirmation(turn, messages)
    if facts.intent == "deny":
        return _handle_denial(turn, messages)
    if "details" in facts.cues and state.shown:
        reference = _reference_offer(state)
        return (DescribeOffer(offer=reference),) if reference else ()
    if "summary_request" in facts.cues or _has(facts, Summarize):
        known = SayPhrase(key="summary", values={"trip": state}) if state.slots else SayPhrase(key="nothing_known")
        return (known, *_repeat_question(state))
    if facts.intent in _AIRLINE_INTENTS:
        return (AskChatbot(fallback_key=_AIRLINE_INTENTS[facts.intent]), *_repeat_question(state))
    if facts.intent in BOOKING_INTENTS:
        return (AskChatbot(fallback_key=facts.intent), *_repeat_question(state))
    if facts.intent == "search_flight":
        return _next_step(turn)
    return _not_understood(turn)


def _repeat_question(state: DialogueState) -> tuple[AskSlot, ...]:
    """Return the open question again, nothing if none is open."""
    if state.asked is None:
        return ()
    leg = state.asked_leg() if state.asked == "departure_date" else None
    return (AskSlot(slot=state.asked, choices=state.choices, name=state.choice_text, month=state.month, leg=leg),)


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
    first = None if state.party is None else first_group(state.party)
    if state.asked == "split_party" and first is not None:
        turn.set_slot("passengers", first)
        turn.state = turn.state.replace(party=None)
        return (*messages, *_next_step(turn))
    if state.asked is not None:
        return (*messages, *_repeat_question(state))
    picked = next((offer for offer in state.shown if offer.id == state.chosen), None)
    if picked is None and len(state.shown) == 1 and _wants_booking(turn.facts):
        picked = state.shown[0]
        turn.state = state.replace(chosen=picked.id)
    if picked is not None and picked.id != state.picked:
        return (*messages, *_choose_offer(turn, picked))
    if picked is not None:
        return (*messages, SayPhrase(key="cant_book", values={"flight": picked.number}))
    if state.shown:
        return (*messages, SayPhrase(key="which_offer", values={"count": len(state.shown)}))
    return (*messages, *_next_step(turn))


def _handle_denial(turn: TurnContext, messages: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the actions for "no", whose meaning depends on the open question."""
    state = turn.state
    if state.asked == "split_party":
        turn.state = state.replace(party=None)
        return (*messages, AskSlot(slot="passengers"))
    if state.asked in {"origin", "destination", "departure_date"}:
        return (*messages, *_repeat_question(state))
    return (SayPhrase(key="what_change"),)


def _not_understood(turn: TurnContext) -> tuple[Action, ...]:
    """Repeat the open question after a short answer that was not understood; pass other messages to the chatbot."""
    state, facts = turn.state, turn.facts
    if state.asked is not None and facts.word_count <= 3 and "?" not in facts.text:
        if state.asked in {"departure_date", "return_date"}:
            return (SayPhrase(key="unknown_date"), *_repeat_question(state))
        name = " ".join(facts.text.split()).strip(".!,;:")[:_MAX_QUOTED]
        if name.replace(" ", "").isalpha():
            return (SayPhrase(key="not_understood_name", values={"name": name}), *_repeat_question(state))
        return (SayPhrase(key="not_understood"), *_repeat_question(state))
    return (AskChatbot(fallback_key="other"), *_repeat_question(state))
