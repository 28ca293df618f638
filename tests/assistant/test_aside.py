"""Answers beside the trip: which offers a question is about, and what replaces an answer."""

from __future__ import annotations

import pytest

from asyncassist.assistant.actions import AnswerQuestion, SearchOffers
from asyncassist.assistant.aside import answer_aside, resolve_offers
from asyncassist.assistant.policy import decide
from asyncassist.assistant.tracking.turn import TurnContext
from asyncassist.nlp.command_types import AskAboutOffers, AskTopic, OfferReference
from tests.assistant.builders import BERLIN, ROME, THREE_OFFERS, action_labels, facts_of, trip, trip_with_offers

SPAN = {"start": 0, "end": 1}


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        (OfferReference(positions=(1, -1)), (2, 3)),
        (OfferReference(positions=(9,)), None),
        (OfferReference(numbers=("LH103",)), (3,)),
        (OfferReference(departure=420), (2,)),
        (OfferReference(departure=430), None),
        (OfferReference(departure=430, whole_hour=True), (2,)),
        (OfferReference(carriers=("FR",)), (2,)),
        (OfferReference(criterion="cheapest"), (2,)),
        (OfferReference(criterion="dearest"), (3,)),
        (OfferReference(criterion="fastest"), (3,)),
        (OfferReference(criterion="longest"), (2,)),
        (OfferReference(criterion="leaves_first"), (2,)),
        (OfferReference(criterion="lands_last"), (3,)),
        (OfferReference(), None),
    ],
)
def test_reference_is_resolved(reference: OfferReference, found: tuple[int, ...] | None):
    """By position, flight number, departure, airline or superlative."""
    offers = resolve_offers(trip_with_offers(), reference)

    assert (None if offers is None else tuple(THREE_OFFERS.index(one) + 1 for one in offers)) == found


def test_nothing_is_resolved_without_offers():
    """No offer can be meant before any was shown."""
    assert resolve_offers(trip(), OfferReference(positions=(0,))) is None


@pytest.mark.parametrize(
    ("message", "labels"),
    [
        ("how much is the second one?", ["answer price 2"]),
        ("which one is the cheapest?", ["answer superlative 2"]),
        ("what's the difference between the first and the third?", ["answer compare 1 3"]),
        ("compare the third one with the others", ["answer compare 3 1"]),
        ("why is that first?", ["answer why 1"]),
        ("which would you recommend?", ["answer recommend 1"]),
        ("is the seventh one refundable?", ["say no_such_offer"]),
        ("is there wifi on board?", ["chat offer_unknown"]),
        ("are you a human?", ["say identity"]),
        ("do I need a visa for Brazil?", ["chat documents"]),
    ],
)
def test_question_after_a_list(message: str, labels: list[str]):
    """It is answered and leaves the trip as it was."""
    decision = decide(trip_with_offers(), facts_of(message))

    assert action_labels(decision.actions) == labels
    assert decision.state.slots == trip_with_offers().slots


@pytest.mark.parametrize(
    ("attribute", "label"),
    [("bags", "chat baggage"), ("rules", "chat refund"), ("seats_left", "chat hold"), ("price", "chat nothing_shown")],
)
def test_question_without_offers(attribute: str, label: str):
    """A pointer is given instead of an answer."""
    command = AskAboutOffers(attribute=attribute, **SPAN)  # type: ignore[arg-type]

    assert action_labels((answer_aside(TurnContext(trip(), facts_of("hm")), command),)) == [label]


def test_offer_spoken_of_is_what_it_means_next():
    """ "How long is the second one?", "and where does it stop?"."""
    first = decide(trip_with_offers(), facts_of("how long does the second one take?"))
    then = decide(first.state, facts_of("where does it stop?"))

    assert action_labels(then.actions) == ["answer stops 2"]


def test_difference_in_time_is_to_the_offer_spoken_of():
    """ "And how much longer does the cheapest one take?" compares with it."""
    state = trip_with_offers().replace(chosen=THREE_OFFERS[2].id)
    reference = OfferReference(criterion="cheapest")
    command = AskAboutOffers(attribute="duration", offers=reference, **SPAN)  # type: ignore[arg-type]
    action = answer_aside(TurnContext(state, facts_of("hm")), command)

    assert isinstance(action, AnswerQuestion)
    assert (action.offers, action.other) == ((THREE_OFFERS[1],), THREE_OFFERS[2])


def test_prices_in_another_currency_are_searched():
    """Once; then the answer says that they are not converted."""
    turn = TurnContext(trip_with_offers(), facts_of("hm"))
    command = AskAboutOffers(attribute="currency", currency="CHF", **SPAN)  # type: ignore[arg-type]
    first, second = answer_aside(turn, command), answer_aside(turn, command)

    assert isinstance(first, SearchOffers)
    assert isinstance(second, AnswerQuestion)
    assert (turn.state.currency, second.currency) == ("CHF", "CHF")


def test_small_talk_returns_to_the_trip():
    """At the start of a conversation it is answered, and the first question asked."""
    decision = decide(trip(origin=None, destination=None, departure_date=None), facts_of("how are you?"))

    assert action_labels(decision.actions) == ["say smalltalk", "ask origin"]
    assert action_labels((answer_aside(TurnContext(trip(), facts_of("hm")), AskTopic(topic="weather", **SPAN)),)) == [  # type: ignore[arg-type]
        "chat weather"
    ]


def test_last_change_is_taken_back():
    """ "Leave it as it was" restores the slots before it, also with the day that was; another day is a new wish."""
    changed = decide(trip_with_offers(), facts_of("to Rome please", destination=("Rome", ROME)))
    back = decide(changed.state, facts_of("no, leave it as it was"))

    with_place = decide(changed.state, facts_of("no, leave it, back to Berlin", destination=("Berlin", BERLIN)))

    assert with_place.state.slots == trip_with_offers().slots
    assert changed.state.slots["destination"] == ROME
    assert back.state.slots == trip_with_offers().slots
    assert action_labels(back.actions) == ["search"]
    assert action_labels(decide(trip_with_offers(), facts_of("leave it as it was")).actions) != ["search"]
