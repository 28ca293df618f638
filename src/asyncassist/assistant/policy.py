"""The dialogue: from a state and the facts of a message to the next state and what to do. Pure; no clock, no I/O."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from asyncassist.assistant.actions import Action, Ask, Chat, Days, Decision, Describe, Say, Search, Wish
from asyncassist.assistant.state import Shown, Trip
from asyncassist.assistant.tracking.slots import asks_about, check, hear
from asyncassist.assistant.tracking.turn import Turn

if TYPE_CHECKING:
    from asyncassist.nlp.followup.message_facts import Facts

# What is about a booking that the traveller has elsewhere: a model may know better than our sentence.
ELSEWHERE = ("check_in", "flight_status", "change_booking", "cancel_booking")

# What the traveller leaves open: the list is shown anew, whether or not that had been narrowed.
_FREE = ("any_airline", "any_stops", "any_time", "any_price")

# So few words about a flight ask for one; more of them may ask anything about flying.
_SHORT = 6
_OPENING = 8

_WISHES: tuple[Wish, ...] = ("cheaper", "earlier", "later", "faster", "more")


def decide(trip: Trip, facts: Facts) -> Decision:
    """What follows from a message.

    Args:
        trip: The state before it.
        facts: What it says.
    """
    if _only_thanks(trip, facts):
        facts = dataclasses.replace(facts, intent="thanks")
    turn = Turn(trip.but(language=facts.language), facts)
    if "start_over" in facts.cues:
        turn.trip = Trip(language=facts.language)
        turn.says.append(Say(key="restarted"))
    hear(turn)
    check(turn)
    actions, intent = _conclude(turn, before=trip)
    return Decision(trip=_asked(turn.trip, actions), actions=actions, intent=intent)


def _only_thanks(trip: Trip, facts: Facts) -> bool:
    """Whether thanks are all that is said: "ok danke" agrees to nothing where nothing was asked."""
    alone = set(facts.cues.names) <= {"thanks", "pick"} and not facts.found and facts.words <= _SHORT
    said = "thanks" in facts.cues and "?" not in facts.text
    return said and alone and (facts.intent == "unknown" or (facts.intent == "affirm" and trip.asked is None))


def _asked(trip: Trip, actions: tuple[Action, ...]) -> Trip:
    """The trip that remembers which question stands now."""
    ask = next((action for action in actions if isinstance(action, Ask)), None)
    if ask is None:
        waits = any(isinstance(action, Chat | Say) for action in actions) and not any(
            isinstance(action, Search | Days | Describe) for action in actions
        )
        return trip if waits else trip.but(asked=None, choices=(), choice_text="")
    settled = trip.settled | {"return_date"} if ask.slot == "return_date" else trip.settled
    return trip.but(asked=ask.slot, choices=ask.choices, choice_text=ask.name, settled=settled)


def _conclude(turn: Turn, *, before: Trip) -> tuple[tuple[Action, ...], str]:
    """The actions, and the intent by all that is known."""
    facts = turn.facts
    says: tuple[Action, ...] = (*turn.says, *_talk(turn))
    search = "search_flight"
    if turn.ask is not None:
        return (*says, turn.ask), _intent(facts, search)
    picked = _pick(turn)
    if picked is not None:
        return (*says, *picked), facts.intent if facts.intent == "book_flight" else _intent(facts, search)
    if turn.changed or turn.answered or _wish(facts) or "start_over" in facts.cues:
        return (*says, *_onward(turn)), _intent(facts, search)
    if _begins(turn):
        return (*says, *_onward(turn)), search
    return _reply_to(turn, says, before), facts.intent


def _begins(turn: Turn) -> bool:
    """Whether somebody who has said nothing yet just speaks of a flight."""
    facts = turn.facts
    nothing = not turn.trip.slots and turn.trip.asked is None and facts.cues.steered is None
    return (
        nothing
        and "?" not in facts.text
        and facts.intent == "unknown"
        and "flight" in facts.cues
        and facts.words <= _OPENING
    )


def _intent(facts: Facts, otherwise: str) -> str:
    """The intent of the message, or what it amounts to when the words alone do not tell."""
    return facts.intent if facts.intent in {"cancel_booking", "check_in", "flight_status"} else otherwise


def _talk(turn: Turn) -> tuple[Say, ...]:
    """What is said on the way to the trip: another request in the same message."""
    busy = bool(turn.changed or turn.answered or _wish(turn.facts))
    if turn.facts.intent == "baggage" and busy:
        return (Say(key="baggage"),)
    return ()


def _onward(turn: Turn) -> tuple[Action, ...]:
    """The next question, or the search when nothing is missing."""
    ask = next_question(turn.trip)
    if ask is not None:
        return (ask,)
    return (Days(),) if "days" in turn.facts.cues else (_search(turn),)


def next_question(trip: Trip) -> Ask | None:
    """What to ask for next; None when a search can start."""
    for slot in ("origin", "destination", "departure_date"):
        if slot not in trip.slots:
            return Ask(slot=slot, month=trip.month if slot == "departure_date" else None)
    wants_return = trip.slots.get("trip_type") == "round_trip" and "return_date" not in trip.slots
    if wants_return and "return_date" not in trip.settled:
        return Ask(slot="return_date")
    return None


def _wish(facts: Facts) -> bool:
    """Whether the message speaks of what was shown."""
    cues = (*_WISHES, "cheapest", "earliest", "latest", "fastest", "again", "days", *_FREE)
    return any(name in facts.cues for name in cues)


def _search(turn: Turn) -> Search:
    """The search, with the wish that the new list must meet."""
    cues = turn.facts.cues
    # A wish compares with the old list only when it is the whole message: another query has other prices.
    compare = turn.trip.shown if not turn.changed - {"sort", "window"} else ()
    reference = _reference(turn.trip) if compare else None
    if "cheapest" in cues or "cheaper" in cues:
        turn.trip = turn.trip.but(sort="price")
        return Search(wish="cheaper" if "cheaper" in cues else None, reference=_best(compare, "price"))
    if "fastest" in cues or "faster" in cues:
        turn.trip = turn.trip.but(sort="duration")
        return Search(wish="faster" if "faster" in cues else None, reference=_best(compare, "duration"))
    if "earliest" in cues or "earlier" in cues:
        return Search(wish="earlier" if "earlier" in cues else None, order="departure", reference=reference)
    if "latest" in cues or "later" in cues:
        latest = "latest" in cues
        order: Literal["departure", "departure_desc"] = "departure_desc" if latest else "departure"
        return Search(wish=None if latest else "later", order=order, reference=reference)
    if "more" in cues and compare:
        return Search(wish="more", reference=reference)
    return Search()


def _best(shown: tuple[Shown, ...], what: Literal["price", "duration"]) -> Shown | None:
    if not shown:
        return None
    return min(shown, key=lambda offer: offer.price if what == "price" else offer.duration)


def _reference(trip: Trip) -> Shown | None:
    """The offer that "earlier" is meant of: the one picked, else the first shown."""
    picked = [offer for offer in trip.shown if offer.id == trip.chosen]
    return next(iter((*picked, *trip.shown)), None)


def _pick(turn: Turn) -> tuple[Action, ...] | None:
    """The offer that the message picks, or what to say when there is none such; None when it picks nothing."""
    trip, cues, facts = turn.trip, turn.facts.cues, turn.facts
    if turn.changed - {"airline", "max_stops"} or trip.asked not in {None, "any_stops"}:
        return None
    short = facts.words <= 6
    if cues.ordinal is not None and (cues.pointing or short):
        if not trip.shown:
            return None if not cues.pointing else (Say(key="nothing_shown"), *_onward(turn))
        if not -1 <= cues.ordinal < len(trip.shown):
            return (Say(key="no_such_offer", n=len(trip.shown)),)
        if "details" in cues or asks_about(trip, facts):
            turn.trip = trip.but(chosen=trip.shown[cues.ordinal].id)
            return (Describe(offer=trip.shown[cues.ordinal]),)
        return _choose(turn, trip.shown[cues.ordinal])
    offer = _pointed_at(turn) if trip.shown else None
    if offer is None and trip.shown and facts.money is not None and cues.pointing and not turn.changed:
        return (Say(key="which_offer", values={"count": len(trip.shown)}),)
    return None if offer is None else _choose(turn, offer)


def _pointed_at(turn: Turn) -> Shown | None:
    """The shown offer that is named by its flight, time, airline, or as the cheapest of them."""
    trip, facts = turn.trip, turn.facts
    numbers = {str(item.value) for item in facts.of("flight_number")}
    cues = facts.cues
    matching = [offer for offer in trip.shown if offer.number in numbers]
    if not matching and cues.minutes is not None:
        matching = [offer for offer in trip.shown if _leaves_at(offer, cues.minutes, whole_hour=cues.whole_hour)]
    if not matching and cues.pointing:
        carriers = {item.value.code for item in facts.of("airline") if not item.excluded}
        matching = [offer for offer in trip.shown if offer.carrier in carriers]
        matching = matching if len(matching) == 1 else []
    if not matching and facts.money is not None and cues.pointing:
        matching = [offer for offer in trip.shown if abs(offer.price - facts.money.amount) < 1]
    if not matching and "pick" in cues:
        matching = _superlative(trip.shown, facts)
    return matching[0] if matching else None


def _leaves_at(offer: Shown, minutes: int, *, whole_hour: bool) -> bool:
    """Whether an offer leaves at that time, or within that hour when only an hour was said."""
    departs = offer.departs.hour * 60 + offer.departs.minute
    return departs // 60 == minutes // 60 if whole_hour else departs == minutes


def _superlative(shown: tuple[Shown, ...], facts: Facts) -> list[Shown]:
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


def _choose(turn: Turn, offer: Shown) -> tuple[Action, ...]:
    turn.trip = turn.trip.but(chosen=offer.id)
    actions: tuple[Action, ...] = (Describe(offer=offer, chosen=True),)
    if _books(turn.facts):
        return (*actions, Say(key="cant_book", values={"flight": offer.number}))
    return actions


def _books(facts: Facts) -> bool:
    return facts.intent == "book_flight" or "book" in facts.cues


def _reply_to(turn: Turn, says: tuple[Action, ...], before: Trip) -> tuple[Action, ...]:
    """The answer to a message that changed nothing."""
    trip, facts = turn.trip, turn.facts
    if facts.cues.steered is not None:
        return (Say(key="refused"), *_again(trip))
    if "legs" in facts.cues:
        return (*says, *_again(trip))
    if facts.switched:
        return _again(trip) or (_onward(turn) if trip.slots else (Say(key="greeting"),))
    if facts.intent in {"greeting", "thanks", "goodbye", "help", "baggage"}:
        return _small_talk(trip, facts, before)
    if _books(facts) or facts.intent == "affirm":
        return _agree(turn, says)
    if facts.intent == "deny":
        return (
            (*says, Ask(slot=trip.asked, choices=trip.choices, name=trip.choice_text))
            if trip.asked in {"origin", "destination", "departure_date"}
            else (Say(key="what_change"),)
        )
    if "details" in facts.cues and trip.shown:
        reference = _reference(trip)
        return (Describe(offer=reference),) if reference else ()
    if "back_question" in facts.cues:
        known = Say(key="summary", values={"trip": trip}) if trip.slots else Say(key="nothing_known")
        return (known, *_again(trip))
    if facts.intent in ELSEWHERE:
        return (Chat(otherwise=facts.intent), *_again(trip))
    if facts.intent == "search_flight":
        return _onward(turn)
    return _not_understood(turn)


def _again(trip: Trip) -> tuple[Ask, ...]:
    """The question that stands, once more."""
    if trip.asked is None:
        return ()
    return (Ask(slot=trip.asked, choices=trip.choices, name=trip.choice_text, month=trip.month),)


def _small_talk(trip: Trip, facts: Facts, before: Trip) -> tuple[Action, ...]:
    if facts.intent == "greeting":
        if not trip.slots and trip.asked is None:
            return (Say(key="greeting"),)
        return (Say(key="greeting_back" if before.language else "greeting"), *_again(trip))
    if facts.intent == "goodbye":
        return (Say(key="goodbye"),)
    return (Say(key=facts.intent), *_again(trip))


def _agree(turn: Turn, says: tuple[Action, ...]) -> tuple[Action, ...]:
    """A yes, or "book it": what that means depends on where the conversation stands."""
    trip = turn.trip
    if trip.asked == "any_stops":
        turn.put("max_stops", None)
        return (*says, *_onward(turn))
    if trip.asked is not None:
        return (*says, *_again(trip))
    picked = next((offer for offer in trip.shown if offer.id == trip.chosen), None)
    if picked is None and len(trip.shown) == 1 and _books(turn.facts):
        picked = trip.shown[0]
        turn.trip = trip.but(chosen=picked.id)
    if picked is not None:
        return (*says, Say(key="cant_book", values={"flight": picked.number}))
    if trip.shown:
        return (*says, Say(key="which_offer", values={"count": len(trip.shown)}))
    return (*says, *_onward(turn))


def _not_understood(turn: Turn) -> tuple[Action, ...]:
    """A message about something else goes to the chatbot; a short answer that says nothing gets the question again."""
    trip, facts = turn.trip, turn.facts
    if trip.asked is not None and facts.words <= 3 and "?" not in facts.text:
        key = "unknown_date" if trip.asked in {"departure_date", "return_date"} else "not_understood"
        return (Say(key=key), *_again(trip))
    return (Chat(otherwise="other"), *_again(trip))
