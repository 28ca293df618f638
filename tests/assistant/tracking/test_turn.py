"""Working context of tracking one message."""

from __future__ import annotations

from asyncassist.assistant.actions import AskSlot, SayPhrase
from asyncassist.assistant.tracking.turn import TurnContext
from tests.assistant.builders import BERLIN, FRIDAY, LISBON, ROME, facts_of, trip


def test_set_slot_records_the_change():
    """A new value changes the state and is recorded; None removes the slot."""
    turn = TurnContext(trip(), facts_of("to Rome"))

    turn.set_slot("destination", ROME)
    turn.set_slot("departure_date", None)

    assert turn.state.slots == {"origin": LISBON, "destination": ROME}
    assert turn.changed == {"destination", "departure_date"}
    assert not turn.answered


def test_set_slot_with_the_known_value_is_no_change():
    """Setting the value that a slot has, or removing an unset slot, records nothing."""
    turn = TurnContext(trip(), facts_of("to Berlin"))

    turn.set_slot("destination", BERLIN)
    turn.set_slot("return_date", None)

    assert turn.changed == set()
    assert turn.state == trip()


def test_set_slot_answers_the_open_question():
    """Setting the slot that was asked for answers the question, also with the known value."""
    turn = TurnContext(trip().replace(asked="departure_date"), facts_of("on 4 December"))

    turn.set_slot("origin", ROME)
    assert not turn.answered
    turn.set_slot("departure_date", FRIDAY)

    assert turn.answered
    assert turn.changed == {"origin"}


def test_reject_slot_removes_explains_and_asks():
    """A rejected slot is removed with its reasons, and asked for."""
    turn = TurnContext(trip(), facts_of("yesterday"))
    reason = SayPhrase(key="past_date", values={"date": FRIDAY})

    turn.reject_slot("departure_date", reason, month="2026-12")

    assert "departure_date" not in turn.state.slots
    assert turn.changed == {"departure_date"}
    assert turn.messages == [reason]
    assert turn.question == AskSlot(slot="departure_date", month="2026-12")


def test_first_rejected_slot_is_asked_for():
    """Every rejected slot gives its reason, but only the first is asked for."""
    turn = TurnContext(trip(), facts_of("twelve of us, yesterday"))

    turn.reject_slot("departure_date", SayPhrase(key="past_date"))
    turn.reject_slot("passengers", SayPhrase(key="too_many"))

    assert [message.key for message in turn.messages] == ["past_date", "too_many"]
    assert turn.question == AskSlot(slot="departure_date")
