"""The state of a conversation as flat JSON."""

from __future__ import annotations

import json
from decimal import Decimal

from asyncassist._types import Money, Passengers
from asyncassist.assistant.state import DialogueState
from tests.assistant.builders import RYANAIR, SAN_JOSE_CR, SAN_JOSE_US, TAP, THREE, trip


def test_a_whole_trip_comes_back_from_json():
    """Every slot and every field, typed as before; one key a slot, so that two halves merge by key."""
    whole = trip(
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
        window=(0, 719),
        shown=THREE,
        chosen="sandbox:2",
    )

    data = json.loads(json.dumps(whole.to_dict()))

    assert DialogueState.from_dict(data) == whole
    assert data["slot.cabin"] == "business"
    assert {"v", "slot.origin", "slot.max_stops"} <= set(data)


def test_what_cannot_be_read_is_left_out():
    """Another version's words, or damage, cost that one fact and nothing else."""
    data = {
        **trip().to_dict(),
        "slot.origin": "somewhere",
        "slot.cabin": "balcony",
        "slot.unheard_of": 1,
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


def test_an_empty_state_is_an_empty_trip():
    """A new session."""
    assert DialogueState.from_dict({}) == DialogueState()
    assert DialogueState().to_dict() == {"v": 1}
