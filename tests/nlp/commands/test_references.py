"""References to offers in six languages."""

from __future__ import annotations

import pytest

from asyncassist._types import Airline
from asyncassist.nlp.commands.references import find_compared, find_currency, find_reference
from asyncassist.nlp.models import Entity


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "what's the difference between the first and the third?", {"positions": (0, 2)}),
        ("en", "compare the first two", {"positions": (0, 1)}),
        ("en", "which leaves last", {"criterion": "leaves_last"}),
        ("en", "how much is the most expensive one", {"criterion": "dearest"}),
        ("en", "when do I land on the way back?", {"returning": True, "landing": True}),
        ("de", "welcher ist am günstigsten?", {"criterion": "cheapest"}),
        ("de", "wann kommt der erste an?", {"positions": (0,), "criterion": None}),
        ("fr", "lequel est le plus rapide ?", {"criterion": "fastest"}),
        ("es", "cuál llega más temprano", {"criterion": "lands_first"}),
        ("pt", "qual é o mais barato?", {"criterion": "cheapest"}),
        ("it", "qual è il più lungo?", {"criterion": "longest"}),
        ("en", "is the 10:30 one direct?", {"departure": 630, "whole_hour": False}),
        ("en", "which ones arrive before 9:30?", {"window": (0, 570), "departure": None}),
    ],
)
def test_reference(language: str, text: str, expected: dict[str, object]):
    """By position, pair, time, bound, superlative or direction; a position leaves no superlative."""
    found = find_reference(text, language, [])

    assert {name: getattr(found, name) for name in expected} == expected


def test_first_by_a_measure_is_no_position():
    """ "Which one lands first?" asks for the earliest arrival, not for the first of the list."""
    found = find_reference("which one lands first?", "en", [], by_measure=True)

    assert (found.positions, found.criterion, found.landing) == ((), "lands_first", True)


def test_reference_by_entities():
    """Airlines and flight numbers name offers."""
    entities = [
        Entity(type="airline", start=0, end=3, text="TAP", value=Airline(code="TP", name="TAP")),
        Entity(type="flight_number", start=4, end=9, text="LH103", value="LH103"),
        Entity(type="return_date", start=10, end=12, text="it", value=None),
    ]
    found = find_reference("TAP LH103 it", "en", entities)

    assert (found.carriers, found.numbers, found.returning) == (("TP",), ("LH103",), True)


@pytest.mark.parametrize(
    ("text", "anywhere", "wanted"),
    [
        ("prices in Swiss francs please", "CHF", "CHF"),
        ("preise in franken", "CHF", "CHF"),
        ("max 300 €", "EUR", None),
        ("quanto viene in sterline", "GBP", "GBP"),
        ("nothing here", None, None),
    ],
)
def test_currency(text: str, anywhere: str | None, wanted: str | None):
    """By name, sign or code; one that prices are wanted in stands after a preposition."""
    assert (find_currency(text), find_currency(text, wanted=True)) == (anywhere, wanted)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("entre le 1 et le 2", (0, 1)),
        ("between 8 pm and 2 am", ()),
        ("zwischen 1 und 30", ()),
        ("tussen 1, 2 en 3", ()),
        ("the 2", ()),
    ],
)
def test_two_bare_numbers_are_compared(text: str, expected: tuple[int, ...]):
    """Hours, one number and more than two name no pair of offers."""
    assert find_compared(text) == expected
