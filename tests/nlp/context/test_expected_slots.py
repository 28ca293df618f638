"""Slots that a message of the assistant asks for."""

from __future__ import annotations

import pytest

from asyncassist.nlp.context.expected_slots import expected_slots


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("Where would you like to go?", ("destination",)),
        ("Where are you flying from?", ("origin",)),
        ("Departing from?", ("origin",)),
        ("What city and day are you departing?", ("origin", "departure_date")),
        ("When do you want to leave?", ("departure_date",)),
        ("When are you coming back", ("return_date",)),
        ("How many people are travelling?", ("passengers",)),
        ("Which class would you prefer?", ("cabin",)),
        ("Do you prefer an airline?", ("airline",)),
        ("What is your budget?", ("budget",)),
        ("One way or round trip?", ("trip_type",)),
        ("Para onde quer ir?", ("destination",)),
        ("De onde vai sair?", ("origin",)),
        ("Quando quer viajar?", ("departure_date",)),
        ("Quantas pessoas vão viajar?", ("passengers",)),
        ("¿Desde dónde sales?", ("origin",)),
        ("¿A dónde quieres ir?", ("destination",)),
        ("¿Cuándo quieres volver?", ("return_date",)),
        ("D'où partez-vous ?", ("origin",)),
        ("Où voulez-vous aller ?", ("destination",)),
        ("Quand voulez-vous partir ?", ("departure_date",)),
        ("Von wo fliegen Sie ab?", ("origin",)),
        ("Wohin möchten Sie fliegen?", ("destination",)),
        ("Wann fliegen Sie zurück?", ("return_date",)),
        ("Da dove parti?", ("origin",)),
        ("Dove vuoi andare?", ("destination",)),
        ("Quando vuoi partire?", ("departure_date",)),
        ("Please tell me your destination.", ("destination",)),
        ("I found three flights.", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_a_question_asks_for_its_slots(question, slots):
    """Questions and requests in six languages, with and without a question mark."""
    found = expected_slots(question)
    assert tuple(name for name in found if name in slots) == slots
    assert bool(found) == bool(slots)


def test_slots_of_the_application_take_precedence():
    """`asked` in the context, one slot or several, replaces the message."""
    assert expected_slots("Where to?", {"asked": "origin"}) == ("origin",)
    assert expected_slots(None, {"asked": ["origin", "destination"]}) == ("origin", "destination")
    assert expected_slots("Where do you want to go?", {"slots": {}}) == ("destination",)
