"""Dialogue state as flat JSON."""

from __future__ import annotations

import json
from decimal import Decimal

from asyncassist._types import Money, Passengers
from asyncassist.assistant.state import DialogueState
from tests.assistant.builders import RYANAIR, SAN_JOSE_CR, SAN_JOSE_US, TAP, THREE_OFFERS, trip


def test_state_round_trips_through_json():
    """Every slot and field keeps its value and type; each slot has a key of its own, so that states merge by key."""
    state = trip(
        passengers=Passengers(adults=2, infants=1),
        cabin="business",
        airline=TAP,
        excluded_airlines=(RYANAIR,),
        max_stops=0,
        budget=Money(Decimal("300.50"), "EUR"),
        trip_type="one_way",
    ).replace(
        asked="origin",
        choices=(SAN_JOSE_CR, SAN_JOSE_US),
        choice_text="San José",
        settled=frozenset({"return_date"}),
        month="2027-03",
        sort="price",
        windows={"outbound.departure": (0, 719)},
        shown=THREE_OFFERS,
        chosen="sandbox:2",
    )

    data = json.loads(json.dumps(state.to_dict()))

    assert DialogueState.from_dict(data) == state
    assert data["slot.cabin"] == "business"
    assert {"v", "slot.origin", "slot.max_stops"} <= set(data)


def test_unreadable_values_are_left_out():
    """A value of another version, or a damaged one, is left out without affecting the rest."""
    data = {
        **trip().to_dict(),
        "slot.origin": "somewhere",
        "slot.cabin": "balcony",
        "slot.unknown": 1,
        "shown": "not a list",
        "sort": "beauty",
        "asked": "origin",
        "future": {"a": 1},
    }

    read = DialogueState.from_dict(data)

    assert set(read.slots) == {"destination", "departure_date"}
    assert read.shown == ()
    assert read.sort == "best"
    assert read.asked == "origin"


def test_empty_data_are_an_empty_state():
    """Empty data give an empty state, which is stored as its version only."""
    assert DialogueState.from_dict({}) == DialogueState()
    assert DialogueState().to_dict() == {"v": 1}
