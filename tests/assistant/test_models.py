"""Replies and events as JSON."""

from __future__ import annotations

import json
from decimal import Decimal

from asyncassist._types import Money, Passengers
from asyncassist.assistant import AssistantReply, Done, TextDelta, Understood
from tests.assistant.builders import FRIDAY, LISBON, RYANAIR


def test_reply_to_dict_is_json():
    """Typed slots become JSON values: dates ISO 8601, amounts exact strings, places and airlines objects."""
    reply = AssistantReply(
        text="Where to?",
        session_id="trip",
        language="en",
        intent="search_flight",
        slots={
            "origin": LISBON,
            "departure_date": FRIDAY,
            "passengers": Passengers(adults=2),
            "budget": Money(Decimal("300.50"), "EUR"),
            "excluded_airlines": (RYANAIR,),
        },
        missing=("destination",),
    )

    data = json.loads(json.dumps(reply.to_dict()))

    assert data["slots"]["origin"]["code"] == "LIS"
    assert data["slots"]["departure_date"] == "2026-12-04"
    assert data["slots"]["passengers"] == {"adults": 2, "children": 0, "infants": 0}
    assert data["slots"]["budget"] == {"amount": "300.50", "currency": "EUR"}
    assert data["slots"]["excluded_airlines"] == [{"code": "FR", "name": "Ryanair"}]
    assert data["missing"] == ["destination"]


def test_reply_defaults():
    """A reply without further facts is from the rules, not degraded, and has all five timings at zero."""
    reply = AssistantReply(text="Hi", session_id="trip", language="en", intent="greeting")

    assert (reply.source, reply.degraded, reply.reason, reply.chosen) == ("rules", False, None, None)
    assert reply.timings == {"nlp": 0.0, "state": 0.0, "flights": 0.0, "chat": 0.0, "total": 0.0}


def test_events_to_dict_are_json():
    """Each event is a JSON object of its fields; `Done` holds the whole reply."""
    reply = AssistantReply(text="Hi", session_id="trip", language="en", intent="greeting")

    assert TextDelta(text="Hi").to_dict() == {"text": "Hi"}
    assert Understood(language="en", intent="greeting", slots={"departure_date": FRIDAY}).to_dict() == {
        "language": "en",
        "intent": "greeting",
        "slots": {"departure_date": "2026-12-04"},
    }
    assert Done(reply=reply).to_dict() == {"reply": reply.to_dict()}


def test_a_reply_is_readable():
    """`str` is its text; `repr` cuts it."""
    reply = AssistantReply(text="word " * 100, session_id="s", language="en", intent="greeting")

    assert str(reply) == reply.text
    assert len(repr(reply)) < 250
