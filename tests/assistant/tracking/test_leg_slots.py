"""The legs of a trip of several, through the assistant and the policy."""

from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal

import pytest

from asyncassist import AsyncNLPEngine
from asyncassist._types import Leg, Money
from asyncassist.assistant.actions import AskSlot
from asyncassist.assistant.policy import decide
from asyncassist.assistant.rendering import renderer_for
from asyncassist.assistant.state import DialogueState
from asyncassist.assistant.tracking.leg_slots import link_legs, show_whole_trip
from asyncassist.nlp.commands.message_facts import extract_facts
from tests.assistant.builders import BERLIN, LISBON, ROME, action_labels
from tests.assistant.dialogue_scripts import NOW, format_legs

THREE = "Berlin to Rome on the 3rd of December, then Rome to Madrid on the 8th and back home on the 12th"
MOVED = "BER-ROM 2026-12-03; ROM-MAD 2026-12-08; MAD-BER 2026-12-12"


async def talk(*messages: str, language: str = "en") -> tuple[DialogueState, list[str]]:
    """Return the state after some messages, and the actions after the last; a search shows nothing."""
    state, actions = DialogueState(), tuple[str, ...]()
    async with AsyncNLPEngine() as engine:
        for message in messages:
            context = {"slots": dict(state.slots), "asked": state.asked}
            analysis = await engine.analyze(
                message,
                language=language,
                now=NOW,
                context={name: value for name, value in context.items() if value is not None},
            )
            facts = extract_facts(
                analysis, today=NOW.date(), question_open=state.asked is not None, has_legs="legs" in state.slots
            )
            decision = await asyncio.to_thread(decide, state, facts)  # it may load locale data
            state, actions = decision.state, tuple(action_labels(decision.actions))
    return state, list(actions)


@pytest.mark.parametrize(
    ("message", "legs", "origin"),
    [
        ("Rome to Madrid on the 9th please", "BER-ROM 2026-12-03; ROM-MAD 2026-12-09; MAD-BER 2026-12-12", "BER"),
        ("the second leg on the 9th", "BER-ROM 2026-12-03; ROM-MAD 2026-12-09; MAD-BER 2026-12-12", "BER"),
        ("make it the 9th", "BER-ROM 2026-12-03; ROM-MAD 2026-12-09; MAD-BER 2026-12-12", "BER"),
        ("back on the 14th", "BER-ROM 2026-12-03; ROM-MAD 2026-12-08; MAD-BER 2026-12-14", "BER"),
        ("the way there on the 2nd", "BER-ROM 2026-12-02; ROM-MAD 2026-12-08; MAD-BER 2026-12-12", "BER"),
        ("Milan instead of Rome", "BER-MIL 2026-12-03; MIL-MAD 2026-12-08; MAD-BER 2026-12-12", "BER"),
        ("skip Madrid", "", "BER"),
        ("drop the last leg", "BER-ROM 2026-12-03; ROM-MAD 2026-12-08", "BER"),
        ("and then on to Lisbon on the 10th",
         "BER-ROM 2026-12-03; ROM-MAD 2026-12-08; MAD-LIS 2026-12-10; LIS-BER 2026-12-12", "BER"),
        ("show me the middle leg", MOVED, "ROM"),
        ("only the flight back", MOVED, "MAD"),
        ("and the flight from Rome to Madrid?", MOVED, "ROM"),
        ("Rome to Naples on the 5th",
         "BER-ROM 2026-12-03; ROM-NAP 2026-12-05; ROM-MAD 2026-12-08; MAD-BER 2026-12-12", "ROM"),
        ("from Oslo to Paris on 20 December", "", "OSL"),
    ],
)  # fmt: skip
async def test_a_message_changes_the_leg_it_speaks_of(message: str, legs: str, origin: str):
    """By its towns, its number, its direction, or the nearest date; without news of it, it is shown alone."""
    state, actions = await talk(THREE, message)

    assert format_legs(state.slots.get("legs", ())) == legs
    assert state.slots["origin"].code == origin
    assert actions == ["search"]


async def test_a_trip_without_one_of_its_towns_is_a_plain_return():
    """It has no legs any more, but a return date."""
    state, _ = await talk(THREE, "skip Madrid")

    assert state.slots["return_date"] == dt.date(2026, 12, 12)
    assert state.slots["trip_type"] == "round_trip"


async def test_the_leg_shown_alone_stays_so_until_the_whole_trip_is_wanted():
    """Its own date and the wishes of the trip change meanwhile."""
    alone, _ = await talk(THREE, "show me the middle leg", "on the 9th", "direct only")
    whole, actions = await talk(THREE, "show me the middle leg", "the whole trip please")

    assert (alone.leg, alone.slots["departure_date"], alone.slots["max_stops"]) == (1, dt.date(2026, 12, 9), 0)
    assert alone.slots["legs"][1].departure_date == dt.date(2026, 12, 9)
    assert (whole.leg, whole.slots["origin"].code) == (None, "BER")
    assert actions == ["search"]


async def test_dates_are_asked_for_leg_by_leg():
    """The question names the leg; the reply reports the first leg's slots and what is missing by the leg."""
    first, _ = await talk("from Oslo to Copenhagen, then on to Hamburg and then back to Oslo", "on 2 December")
    last, actions = await talk(
        "from Oslo to Copenhagen, then on to Hamburg and then back to Oslo", "on 2 December", "the 5th and the 9th"
    )

    assert first.missing() == ("legs.1.departure_date",)
    assert first.reported_slots()["destination"].code == "CPH"
    assert first.reported_slots()["departure_date"] == dt.date(2026, 12, 2)
    assert format_legs(last.slots["legs"]) == "OSL-CPH 2026-12-02; CPH-HAM 2026-12-05; HAM-OSL 2026-12-09"
    assert actions == ["search"]


async def test_a_leg_before_the_one_before_it_is_refused():
    """Its date is asked for again, with the reason."""
    state, actions = await talk(THREE, "the second leg on the 20th")

    assert state.slots["legs"][2].departure_date is None
    assert actions == ["say leg_before", "ask departure_date"]


async def test_a_past_leg_is_refused():
    """The year that is named has gone by."""
    _, actions = await talk("Berlin to Rome on 3 May 2026, then Rome to Madrid on 8 December 2026, then home")

    assert actions == ["say past_date", "ask departure_date"]


@pytest.mark.parametrize(
    ("messages", "legs"),
    [
        (("Vienna to Athens on 5 December", "then on to Istanbul on the 9th"),
         "VIE-ATH 2026-12-05; ATH-IST 2026-12-09"),
        (("Vienna to Athens on 5 December, back on the 12th", "then on to Istanbul on the 9th"),
         "VIE-ATH 2026-12-05; ATH-IST 2026-12-09; IST-VIE 2026-12-12"),
        (("Vienna to Athens on 5 December", "after that Athens to Istanbul on the 9th"),
         "VIE-ATH 2026-12-05; ATH-IST 2026-12-09"),
        (("Dublin to Milan on 3 December, back on the 10th", "we'd come back from Rome"),
         "DUB-MIL 2026-12-03; ROM-DUB 2026-12-10"),
        (("Dublin to Milan on 3 December", "back from Rome on the 11th"), "DUB-MIL 2026-12-03; ROM-DUB 2026-12-11"),
        (("from Dublin", "into Lisbon on 4 December and out of Porto on the 11th"),
         "DUB-LIS 2026-12-04; OPO-DUB 2026-12-11"),
        (("Dublin to Rome on 3 December", "then Rome to Madrid on the 8th and Madrid to Dublin on the 12th"),
         "DUB-ROM 2026-12-03; ROM-MAD 2026-12-08; MAD-DUB 2026-12-12"),
        (("Dublin to Milan on 3 December", "then back from Milan on the 10th"), ""),
    ],
)  # fmt: skip
async def test_a_single_trip_goes_on_or_back_from_elsewhere(messages: tuple[str, ...], legs: str):
    """A town after "then" is a further leg before the return; a return from another town is an open jaw."""
    state, _ = await talk(*messages)

    assert format_legs(state.slots.get("legs", ())) == legs


async def test_an_undone_change_gives_back_the_legs():
    """The slots are those of the first leg again."""
    state, _ = await talk(THREE, "show me the middle leg", "the second leg on the 9th", "no, leave it as it was")

    assert format_legs(state.slots["legs"]) == MOVED
    assert (state.leg, state.slots["origin"].code) == (None, "BER")


async def test_another_origin_moves_the_way_home():
    """A trip that began and ended in Berlin begins and ends in Munich."""
    state, _ = await talk(THREE, "from Munich instead of Berlin")

    assert format_legs(state.slots["legs"]) == "MUC-ROM 2026-12-03; ROM-MAD 2026-12-08; MAD-MUC 2026-12-12"


def test_places_that_follow_are_filled():
    """A leg begins where the one before it ends; the last leads to where the trip begins."""
    legs = link_legs([Leg(origin=BERLIN), Leg(origin=ROME), Leg()])

    assert [(leg.origin, leg.destination) for leg in legs] == [(BERLIN, ROME), (ROME, None), (None, BERLIN)]


def test_a_state_with_legs_is_stored_and_read():
    """And a state without them stays as it is."""
    legs = (Leg(origin=LISBON, destination=ROME), Leg(origin=ROME, destination=LISBON))
    state = DialogueState(language="en", leg=1).with_slots(legs=legs, budget=Money(Decimal(9), "EUR"))

    assert DialogueState.from_dict(state.to_dict()) == state
    assert show_whole_trip(DialogueState()).leg is None


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "it", "pt"])
def test_the_question_names_the_leg(language: str):
    """In every language."""
    leg = Leg(origin=LISBON, destination=ROME)
    text = renderer_for(language).render_question(AskSlot(slot="departure_date", leg=leg))

    assert "Lis" in text
    assert "Rom" in text
