"""Limits of the price without a currency, and prices for each traveller."""

from __future__ import annotations

from decimal import Decimal

import pytest

from asyncassist.nlp import Entity
from asyncassist.nlp.commands.limits import find_limit, is_per_person


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("en", "max 700 in all", 700),
        ("en", "not more than 300 each", 300),
        ("en", "under 1,500 please", None),
        ("en", "up to 1,500", 1500),
        ("en", "700 max", 700),
        ("en", "business if < 600", 600),
        ("en", "no more than 90 minutes", None),
        ("en", "under 20", None),
        ("en", "up to 1,000,000,000,000,000,000,000", None),
        ("en", "before 10:30", None),
        ("de", "höchstens 700 insgesamt", 700),
        ("de", "hauptsache unter 70", 70),
        ("es", "como máximo 700 en total", 700),
        ("fr", "700 maximum en tout", 700),
        ("it", "al massimo 700 in tutto", 700),
        ("pt", "não mais de 300 cada um", 300),
    ],
)
def test_a_limit_ends_its_clause_or_names_who_pays(language: str, text: str, amount: int | None):
    """Another unit after the number, a small number and a time are no limits of the price."""
    found = find_limit(text, language, ())

    assert (found.amount if found else None) == (None if amount is None else Decimal(amount))


def test_numbers_of_entities_are_no_limits():
    """The number of a flight or a date belongs to its entity."""
    entity = Entity(type="flight_number", start=4, end=7, text="700", value="700")

    assert find_limit("max 700", "en", ()) is not None
    assert find_limit("max 700", "en", (entity,)) is None


@pytest.mark.parametrize(
    ("language", "text", "each"),
    [
        ("en", "300 per person", True),
        ("en", "300 in all", False),
        ("de", "300 pro Nase", True),
        ("es", "300 cada uno", True),
        ("fr", "300 par tête", True),
        ("it", "300 a testa", True),
        ("pt", "300 por cabeça", True),
    ],
)
def test_a_price_for_each_traveller_is_recognized(language: str, text: str, each: bool):
    """ "Per person" and its like, in every language."""
    assert is_per_person(text, language) is each


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("en", "five hundred each", 500),
        ("de", "dreihundertfünfzig insgesamt", 350),
        ("it", "duecentocinquanta a testa però", 250),
        ("pt", "mil e quinhentos no máximo na verdade", 1500),
        ("en", "two each", None),
        ("en", "so what is the price", None),
    ],
)
def test_another_limit_needs_no_more_than_who_pays(language: str, text: str, amount: int | None):
    """Where the trip has a limit, an amount for each or in all is another one, in words too."""
    found = find_limit(text, language, (), has_budget=True)

    assert (found.amount if found else None) == (None if amount is None else Decimal(amount))


def test_span_of_a_limit_in_words():
    """The span is that of the words in the text."""
    found = find_limit("for two, at most three hundred in total", "en", ())

    assert found is not None
    assert found.start == 17
    assert found.end == 30
