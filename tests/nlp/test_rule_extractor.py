"""Rule extractor: which matches become entities, and how they share the words of a text."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist.nlp import AsyncNLPEngine, Passengers, Reading
from asyncassist.nlp.rule_extractor import RuleExtractor, extract_entities
from asyncassist.nlp.tokens import TokenizedText
from tests.nlp.extraction import TODAY, extract


def test_other_places_of_a_name_are_alternatives():
    """The largest place is the value, the others are in the metadata; a state or country decides between them."""
    entity = extract("to San Jose")["destination"]
    assert entity.value.country == "US"
    assert {place.country for place in entity.metadata["alternatives"]} >= {"CR"}
    assert extract("a San José", "es")["destination"].value.country == "CR"
    assert extract("to Portland, ME")["destination"].value.code == "PWM"
    assert extract("to Manchester, New Hampshire")["destination"].value.code == "MHT"
    assert extract("to London, Canada")["destination"].value.code == "YXU"
    assert extract("from Barcelnoa")["origin"].metadata["misspelled"]


async def test_an_entity_inside_another_keeps_both():
    """A cabin or a trip type between a number and its noun leaves the number to the passengers."""
    async with AsyncNLPEngine() as engine:
        analysis = await engine.analyze("I need 2 economy class one way tickets")

    assert analysis.slots == {"passengers": Passengers(adults=2), "cabin": "economy", "trip_type": "one_way"}


def test_entities_are_in_order_and_quote_the_text():
    """Entities are sorted by their offsets, which cut exactly their words out of the text."""
    raw = "LH 400 on 5 December to Rome, two adults, business, under 900 euros"
    reading = Reading(text=TokenizedText.from_text(raw), language="en", today=TODAY)

    entities = extract_entities(reading)

    assert [entity.type for entity in entities] == [
        "flight_number",
        "departure_date",
        "destination",
        "passengers",
        "cabin",
        "budget",
    ]
    assert all(raw[entity.start : entity.end] == entity.text for entity in entities)
    assert list(RuleExtractor().extract(reading)) == entities


@pytest.mark.parametrize(
    ("text", "language", "slots"),
    [
        ("from San José to Miami", "en", {"origin", "destination"}),
        ("para Natal", "pt", {"destination"}),
        ("no Natal", "pt", {"departure_date"}),
        ("quero ir no Natal para o Rio de Janeiro", "pt", {"departure_date", "destination"}),
    ],
)
def test_a_holiday_that_is_also_a_city_is_decided_by_its_preposition(text, language, slots):
    """ "Para Natal" goes to the city, "no Natal" is Christmas; a month inside a city's name is no date."""
    assert set(extract(text, language)) == slots


def test_a_goodbye_gives_no_date():
    """ "See you tomorrow" states no departure, except as the answer to a question for it."""
    assert extract("see you tomorrow") == {}
    assert extract("see you tomorrow", asked=("departure_date",))["departure_date"].value == dt.date(2026, 11, 22)


def test_an_ordinal_inside_a_booking_phrase_is_no_date():
    """Portuguese "segunda" is Monday as well as the second offer."""
    assert extract("fico com a segunda", "pt") == {}
    assert set(extract("na segunda", "pt")) == {"departure_date"}


def test_a_choice_of_cabins_is_no_preference():
    """ "Business or economy" accepts both; a denied cabin leaves the other."""
    assert "cabin" not in extract("business or economy")
    assert extract("business not economy")["cabin"].value == "business"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("not with Ryanair but with KLM", "KL"),
        ("anything but Ryanair", None),
        ("The Air Canada flight sounds good", None),
        ("Air Canada flight to Rome", "AC"),
    ],
)
def test_only_a_preferred_airline_is_a_slot(text, code):
    """A denied airline, and one that only identifies an offer, is left out."""
    found = extract(text)

    assert (found["airline"].value.code if "airline" in found else None) == code


def test_an_assumed_currency_is_marked():
    """A budget without a currency has a lower confidence and says that EUR was assumed."""
    budget = extract("under 300", asked=("budget",))["budget"]

    assert budget.value.currency == "EUR"
    assert budget.metadata == {"currency_guessed": True}
    assert budget.confidence < extract("under 300 euros")["budget"].confidence


def test_name_of_an_alliance_is_no_place():
    """There is a town called Alliance."""
    text = TokenizedText.from_text("Star Alliance only, Newark to Singapore")
    found = extract_entities(Reading(text=text, language="en", today=dt.date(2026, 3, 1)))
    assert [(item.type, item.value.code) for item in found] == [("origin", "EWR"), ("destination", "SIN")]
