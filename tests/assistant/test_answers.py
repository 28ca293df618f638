"""Answers about offers, in words: facts of the offers in every language."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from asyncassist._types import Passengers
from asyncassist.assistant.actions import AnswerQuestion
from asyncassist.assistant.answers import AnswerRenderer, pick_by_criterion
from asyncassist.assistant.rendering import renderer_for
from asyncassist.assistant.state import Layover, OfferSummary
from asyncassist.languages.registry import LANGUAGES
from tests.assistant.builders import THREE_OFFERS, trip_with_offers

ONE, TWO, THREE = THREE_OFFERS


def answer(question: AnswerQuestion, *offers: OfferSummary, language: str = "en", **slots: object) -> str:
    """Return the answer to a question after a list of offers."""
    state = trip_with_offers(**slots).replace(shown=offers or THREE_OFFERS)
    return AnswerRenderer(renderer_for(language), state).answer(question)


def ask(attribute: str, *offers: OfferSummary, **more: object) -> AnswerQuestion:
    """Build a question about offers."""
    return AnswerQuestion(attribute=attribute, offers=offers or (ONE,), **more)  # type: ignore[arg-type]


def test_price_for_one_and_for_several():
    """In all, and for each of several travellers; of a whole list once, with the directions that it covers."""
    two = Passengers(adults=2)

    assert (
        answer(ask("price"))
        == "No. 1 (TAP Air Portugal TP101) costs €120.00, taxes included. That is for the way out only."
    )
    assert "€120.00 in all for 2 adults: about €60.00 each" in answer(ask("price"), passengers=two)
    assert "All prices are for one adult" in answer(ask("price", *THREE_OFFERS, specific=False))
    listed = answer(ask("price", *THREE_OFFERS, specific=False), passengers=two)
    assert "€60.00, €45.00, and €75.00" in listed


def test_both_ways():
    """The price of a return trip covers both."""
    there_and_back = dataclasses.replace(ONE, legs=ONE.legs * 2)

    assert "covers both ways" in answer(ask("price", there_and_back), there_and_back)


def test_currency():
    """The one shown; another is not converted."""
    assert answer(ask("currency")) == "The prices are in euros (EUR)."
    assert "I don't convert them to Swiss francs (CHF)" in answer(ask("currency", currency="CHF"))


def test_duration_and_difference():
    """How long, and how much longer or shorter than another."""
    assert answer(ask("duration")) == "No. 1 (TAP Air Portugal TP101) takes 3 hr."
    assert "3 hr longer than no. 1" in answer(ask("duration", TWO, other=ONE))
    assert "30 min less than no. 1" in answer(ask("duration", THREE, other=ONE))
    assert "exactly as long as" in answer(ask("duration", ONE, other=dataclasses.replace(TWO, legs=ONE.legs)))


def test_stops_with_place_and_length():
    """Each stop by its city and how long it is."""
    leg = dataclasses.replace(ONE.outbound, stops=1, layovers=(Layover(airport="MAD", seconds=5400.0),))
    stopping = dataclasses.replace(ONE, legs=(leg,))

    assert answer(ask("stops")) == "No. 1 (TAP Air Portugal TP101) is direct."
    assert answer(ask("stops", stopping), stopping).endswith("stops in Madrid for 1 hr 30 min.")
    unknown = dataclasses.replace(leg, layovers=(Layover(airport="QQQ", seconds=60.0),))
    assert "QQQ" in answer(ask("stops", dataclasses.replace(ONE, legs=(unknown,))))


def test_times_of_either_direction():
    """Departure and arrival, of the way back where it is asked for."""
    back = dataclasses.replace(
        ONE.outbound,
        origin="BER",
        destination="LIS",
        departs=dt.datetime(2026, 12, 9, 21),
        arrives=dt.datetime(2026, 12, 10, 1),
    )
    offer = dataclasses.replace(ONE, legs=(*ONE.legs, back))

    assert "leaves Lisbon on Fri, Dec 4, 2026 at 10:00 AM and lands in Berlin at 1:00 PM" in answer(ask("times", offer))
    assert "leaves Berlin on Wed, Dec 9, 2026 at 9:00 PM and lands in Lisbon at 1:00 AM (+1)" in answer(
        ask("times", offer, returning=True)
    )


def test_times_inside_bounds():
    """The offers that fit are named with their time; or that none does."""
    before_noon = ask("times", *THREE_OFFERS, window=(0, 720))

    assert (
        answer(before_noon) == "These fit: no. 1 (TAP Air Portugal TP101), 10:00 AM and no. 2 (Ryanair FR102), 7:00 AM."
    )
    assert answer(ask("times", *THREE_OFFERS, window=(0, 60))) == "None of the flights shown fits that."
    assert "8:30 PM" in answer(ask("times", *THREE_OFFERS, window=(1200, 1439), landing=True))


def test_airline_by_name():
    """By its name; by a safe code where it is unknown."""
    strange = dataclasses.replace(ONE, legs=(dataclasses.replace(ONE.outbound, carriers=("<b",)),))

    assert "operated by TAP Air Portugal" in answer(ask("airline"))
    assert "<" not in answer(ask("airline", strange), strange)


def test_bags_and_rules():
    """What the fare includes and allows; a pointer where it is not known."""
    known = dataclasses.replace(ONE, carry_on=1, checked_bags=0, refundable=False, changeable=True)
    more = dataclasses.replace(ONE, checked_bags=2)

    assert answer(ask("bags", known), known).endswith("includes 1 cabin bag and no checked bag.")
    assert answer(ask("bags", more), more).endswith("includes 2 checked bags.")
    assert "depends on the airline" in answer(ask("bags"))
    assert answer(ask("rules", known), known).endswith("can't be refunded and can be changed.")
    assert "I don't know the change and refund rules" in answer(ask("rules"))


def test_seats_left():
    """Where the provider tells them."""
    left = dataclasses.replace(ONE, seats_left=1)

    assert "has 1 seat left" in answer(ask("seats_left", left), left)
    assert "I don't know how many seats" in answer(ask("seats_left"))


@pytest.mark.parametrize(
    ("sort", "words"), [("best", "best mix"), ("price", "by price"), ("duration", "by travel time")]
)
def test_why_first(sort: str, words: str):
    """By the order of the list."""
    state = trip_with_offers().replace(sort=sort)

    assert words in AnswerRenderer(renderer_for("en"), state).answer(ask("why"))


def test_comparison():
    """The facts of both, and which is cheaper and shorter by how much."""
    text = answer(ask("compare", ONE, TWO))

    assert "No. 2 (Ryanair FR102) is €30.00 cheaper." in text
    assert "No. 1 (TAP Air Portugal TP101) is 3 hr shorter." in text
    same = answer(ask("compare", ONE, dataclasses.replace(TWO, price=ONE.price, legs=ONE.legs)))
    assert same.endswith("Both cost the same.")
    other_currency = answer(ask("compare", ONE, dataclasses.replace(TWO, currency="CHF")))
    assert "cheaper" not in other_currency


def test_superlatives():
    """The answer names the offer and its measure."""
    for criterion, words in {
        "cheapest": "The cheapest is no. 2",
        "dearest": "The most expensive is no. 3",
        "fastest": "The fastest is no. 3",
        "longest": "The longest is no. 2",
        "leaves_first": "No. 2 (Ryanair FR102) leaves first",
        "leaves_last": "leaves last",
        "lands_first": "lands first",
        "lands_last": "lands last",
    }.items():
        offer = pick_by_criterion(THREE_OFFERS, criterion)
        assert words in answer(ask("superlative", offer, criterion=criterion)), criterion


def test_recommendation_and_details():
    """The first offer is recommended; details are those of the offer."""
    assert answer(ask("recommend")).startswith("I would take no. 1")
    assert "Price: €120.00" in answer(ask("details"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "attribute",
    [
        "airline",
        "bags",
        "compare",
        "currency",
        "duration",
        "price",
        "recommend",
        "rules",
        "seats_left",
        "stops",
        "times",
        "why",
    ],
)
def test_every_language_answers(language: str, attribute: str):
    """A whole sentence that begins with a capital, without a placeholder."""
    offer = dataclasses.replace(ONE, carry_on=1, checked_bags=1, refundable=True, changeable=False, seats_left=3)
    text = answer(ask(attribute, offer, TWO), offer, TWO, language=language, passengers=Passengers(adults=2))

    assert text
    assert text[0] == text[0].upper()
    assert "{" not in text
    assert str(Decimal(120)) in text or attribute not in {"price", "compare", "recommend"}
