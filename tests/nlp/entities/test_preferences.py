"""Preferences of a search: cabin, stops, budget, trip type."""

from __future__ import annotations

from decimal import Decimal

import pytest

from asyncassist._types import Money
from asyncassist.nlp.entities.preferences import find_budget, find_cabins, find_stops, find_trip_type
from asyncassist.nlp.normalized import NormalizedText
from asyncassist.nlp.tokens import TokenizedText


@pytest.mark.parametrize(
    ("text", "cabins"),
    [
        ("premium economy", ["premium_economy"]),
        ("business class", ["business"]),
        ("a business trip", []),
        ("on business", []),
        ("first class please", ["first"]),
        ("the most economica", []),
        ("classe affaires", ["business"]),
        ("primeira classe", ["first"]),
        ("not economy but business", ["business"]),
        ("classe éco", ["economy"]),
    ],
)
def test_cabins(text, cabins):
    """Cabins are found in six languages; business trips and denied cabins are not."""
    assert [found.value for found in find_cabins(NormalizedText(TokenizedText.from_text(text)))] == cabins


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("nonstop", 0), ("sem escalas", 0), ("direct flight", 0), ("at most one stop", 1), ("max 2 stops", 2),
        ("less than two stops", 1), ("more than one stop", None), ("not direct", None), ("ohne Umstieg", 0),
        ("un solo scalo", None), ("uno scalo", 1), ("hello", None),
    ],
)  # fmt: skip
def test_stops(text, stops):
    """The value is the maximum number of stops; "more than one" and denied values are no limit."""
    found = find_stops(NormalizedText(TokenizedText.from_text(text)))
    assert (found.value if found else None) == stops


@pytest.mark.parametrize(
    ("text", "asked", "money"),
    [
        ("under $500", (), Money(Decimal(500), "USD")),
        ("até R$ 1.500,50", (), Money(Decimal("1500.50"), "BRL")),
        ("max 1,200 euros", (), Money(Decimal(1200), "EUR")),
        ("less than 2k dollars", (), Money(Decimal(2000), "USD")),
        ("£300 or less", (), Money(Decimal(300), "GBP")),
        ("moins de mille euros", (), Money(Decimal(1000), "EUR")),
        ("my budget is 400", (), Money(Decimal(400), "EUR")),
        ("400", ("budget",), Money(Decimal(400), "EUR")),
        ("it costs 300 euros", (), None),
        ("up to 3 bags", (), None),
        ("under the bridge", (), None),
    ],
)
def test_budgets(text, asked, money):
    """A budget needs a limit; without a currency EUR is assumed and marked as guessed, where a price was meant."""
    found = find_budget(NormalizedText(TokenizedText.from_text(text)), (), asked)
    assert (found.value if found else None) == money
    if found is not None and "400" in text:
        assert found.guessed


@pytest.mark.parametrize(
    ("text", "language", "money"),
    [
        ("até seiscentos reais", "pt", Money(Decimal(600), "BRL")),
        ("pas plus de nonante euros", "fr", Money(Decimal(90), "EUR")),
        ("ten euros at most", "en", None),
    ],
)
def test_budgets_in_words(text, language, money):
    """An amount in words counts from twenty upwards."""
    found = find_budget(NormalizedText(TokenizedText.from_text(text)), language=language)

    assert (found.value if found else None) == money


def test_claimed_tokens_are_no_budget():
    """A number that is part of another entity is no amount."""
    normalized = NormalizedText(TokenizedText.from_text("under 500 euros"))

    assert find_budget(normalized, claimed_tokens={1}) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("one-way", "one_way"), ("round trip", "round_trip"), ("solo ida", "one_way"), ("ida y vuelta", "round_trip"),
        ("aller simple", "one_way"), ("hin und zurück", "round_trip"), ("nur Hinflug", "one_way"),
        ("not one way but round trip", "round_trip"), ("only one", None),
    ],
)  # fmt: skip
def test_trip_types(text, kind):
    """The last mention counts, a denied one does not."""
    found = find_trip_type(NormalizedText(TokenizedText.from_text(text)))
    assert (found.value if found else None) == kind


@pytest.mark.parametrize(
    ("text", "language", "currency"),
    [("up to ninety $", "en", "USD"), ("ninety dollars at most", "en", "USD"), ("até noventa €", "pt", "EUR")],
)
def test_limit_in_words_takes_a_currency_sign(text, language, currency):
    """A bare dollar sign means US dollars beside an amount in words too."""
    found = find_budget(NormalizedText(TokenizedText.from_text(text)), language=language)

    assert found is not None
    assert found.value == Money(Decimal(90), currency)


@pytest.mark.parametrize(
    ("text", "amount", "language"),
    [
        ("up to ten thousand euros", 10_000, "en"),
        ("até quatro mil euros", 4000, "pt"),
        ("hasta siete mil euros", 7000, "es"),
        ("jusqu'à quatre mille euros", 4000, "fr"),
        ("bis zu acht tausend euro", 8000, "de"),
        ("maximal sechshundert euro", 600, "de"),
        ("massimo cinque mila euro", 5000, "it"),
        ("até mil duzentos euros", 1200, "pt"),
    ],
)
def test_a_thousand_is_multiplied_by_the_numbers_of_every_language(text: str, amount: int, language: str):
    """The words of small numbers come from the language's number words; none of them counts as one."""
    found = find_budget(NormalizedText(TokenizedText.from_text(text)), language=language)
    assert found is not None
    assert found.value == Money(Decimal(amount), "EUR")
