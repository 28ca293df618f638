"""The contextual fallback: what is known, in the user's language, and nothing that is not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from asyncassist import Airline, Money, Passengers, Place
from asyncassist._chat import Question
from asyncassist._chat.fallback import detect_language, refusal, render_fallback
from asyncassist._chat.phrases import LANGUAGE_HINTS, PHRASES
from asyncassist._chat.prompt import check_context
from asyncassist._types import JSONSerializable

LISBON = Place(code="LIS", kind="city", name="Lisbon", city="Lisbon", country="PT", timezone="Europe/Lisbon")
SLOTS = {
    "origin": LISBON,
    "destination": "Madrid",
    "departure_date": dt.date(2026, 12, 4),
    "passengers": Passengers(adults=2, children=1),
    "cabin": "business",
    "airline": Airline(code="TP", name="TAP Air Portugal"),
    "max_stops": 0,
    "budget": Money(Decimal("250.50"), "EUR"),
    "trip_type": "round_trip",
    "flight_number": "TP1234",
}


def said(context: dict[str, Any], *, language: str = "en", reason: str = "status 503") -> str:
    return render_fallback(Question(message="x", reason=reason, language=language, context=check_context(context)))


def test_all_that_is_known_is_said():
    """Every slot in words, and what was asked for."""
    text = said({"intent": "search_flight", "slots": SLOTS})

    for part in (
        "You are looking for a flight.",
        "from Lisbon (LIS)",
        "to Madrid",
        "departure December 4, 2026",
        "2 adults, 1 child",
        "cabin business",
        "airline TAP Air Portugal (TP)",
        "direct flights only",
        "budget €250.50",
        "trip round trip",
        "flight TP1234",
    ):
        assert part in text
    assert "still need" not in text
    assert "try again" in text


@pytest.mark.parametrize("language", PHRASES)
def test_six_languages_say_the_same(language: str):
    """All is translated: names, numbers, dates; the values that are known stand in each."""
    text = said({"intent": "search_flight", "slots": SLOTS}, language=language)
    other = said({"intent": "search_flight", "slots": SLOTS}, language="en" if language != "en" else "de")

    phrases = PHRASES[language]
    assert text.startswith(phrases.unavailable)
    assert phrases.intents["search_flight"] in text
    assert "LIS" in text
    assert "2026" in text
    assert "250" in text
    assert "TP1234" in text
    assert text != other
    assert refusal(language) == phrases.refusal


@pytest.mark.parametrize("language", PHRASES)
def test_no_phrase_is_missing(language: str):
    """Every language has every name."""
    one, english = PHRASES[language], PHRASES["en"]

    for table in ("slots", "cabins", "trip_types", "intents", "travellers"):
        assert getattr(one, table).keys() == getattr(english, table).keys()
        assert all(getattr(one, table).values())
    assert "{n}" in one.more
    assert "{n}" in one.stops
    assert LANGUAGE_HINTS[language]


def test_what_is_missing_is_asked_for():
    """By the application's own list, else by what a search cannot do without."""
    assert "still need: to, departure." in said({"intent": "search_flight", "slots": {"origin": "Porto"}})
    assert "still need: return, seat." in said({"intent": "search_flight", "missing": ["return_date", "seat"]})
    assert "still need" not in said({"intent": "greeting"})
    assert "still need" not in said({"intent": "search_flight", "missing": []})


def test_offers_are_shown_with_their_prices():
    """Three of them, and how many more there are."""
    offers = [{"carrier": f"C{n}", "price": Decimal(100 + n), "currency": "EUR"} for n in range(5)]

    text = said({"offers": offers})

    assert "Flights found: C0 €100.00; C1 €101.00; C2 €102.00 and 2 more." in text


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(JSONSerializable):
    total: Money
    itineraries: tuple[dict[str, Any], ...]


def test_offers_of_the_flight_client_are_shown_too():
    segments = ({"carrier": "TP", "number": "1234"}, {"carrier": {"code": "IB", "name": "Iberia"}, "number": "7"}, "?")
    offer = Offer(total=Money(Decimal("120.00"), "EUR"), itineraries=({"segments": segments},))

    assert "TP 1234 + IB 7 €120.00" in said({"offers": [offer]})


@pytest.mark.parametrize(
    ("offer", "shown"),
    [
        ({"carrier": {"code": "TP", "name": "TAP"}, "price": "10", "currency": "EUR"}, "TAP (TP) €10.00"),
        ({"price": "10"}, "10"),
        ({"carrier": "TP", "price": "cheap", "currency": "EUR"}, "TP"),
        ({"carrier": "TP", "price": "NaN", "currency": "EUR"}, "TP"),
        ({"carrier": "TP", "price": "10", "currency": "euro"}, "TP 10"),
        ({"itineraries": []}, None),
        ({"itineraries": [{}]}, None),
        ("rubbish", None),
    ],
)
def test_an_offer_that_lacks_something_shows_the_rest(offer: Any, shown: str | None):
    text = said({"offers": [offer]})

    assert ("Flights found" in text) is (shown is not None)
    assert shown is None or f"Flights found: {shown}." in text


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"intent": 7, "slots": "x", "offers": {}, "missing": "y", "language": 3},
        {"slots": {"origin": None, "destination": "", "date": [], "passengers": {"adults": 0}}},
        {"intent": {"name": "unknown", "confidence": 0.2}},
    ],
)
def test_odd_contexts_say_nothing_wrong(context: dict[str, Any]):
    """What cannot be understood is left out."""
    assert said(context) == f"{PHRASES['en'].unavailable} {PHRASES['en'].try_again}"


@pytest.mark.parametrize(
    ("slots", "shown"),
    [
        ({"departure_date": "soon"}, "departure soon"),
        ({"departure_date": "2026-13-45"}, "departure 2026-13-45"),
        ({"max_stops": 2}, "at most 2 stops"),
        ({"passengers": 3}, "travellers 3"),
        ({"cabin": "couch"}, "cabin couch"),
        ({"trip_type": "circle"}, "trip circle"),
        ({"seat": "a\nwindow"}, "seat a window"),
        ({"origin": {"code": "XXX"}}, "from XXX"),
        ({"airline": ["TP", "IB"]}, "airline TP, IB"),
        ({"note": "x" * 200}, "note " + "x" * 80 + "."),
    ],
)
def test_values_of_other_shapes_are_shown_as_they_are(slots: dict[str, Any], shown: str):
    """On one line, and short."""
    assert f"So far I have: {shown}" in said({"slots": slots})


def test_without_a_model_it_does_not_ask_to_try_again():
    text = said({}, reason="no model configured")

    assert text == PHRASES["en"].no_model


def test_another_language_is_answered_in_english():
    assert said({}, language="nl").startswith(PHRASES["en"].unavailable)


@pytest.mark.parametrize(
    ("context", "message", "language"),
    [
        ({"language": "pt"}, "hello", "pt"),
        ({"language": "pt-BR"}, "hello", "pt"),
        ({"language": {"code": "fr", "confidence": 0.9}}, "hello", "fr"),
        ({}, "I need a flight to Lisbon", "en"),
        ({}, "Quero um voo para Lisboa, por favor, quando posso?", "pt"),
        ({}, "Quiero un vuelo a Madrid, ¿cuándo puedo?", "es"),
        ({}, "Je voudrais un vol pour Paris demain", "fr"),
        ({}, "Ich möchte einen Flug nach Berlin", "de"),
        ({}, "Vorrei un volo per Roma domani", "it"),
        ({}, "42", "en"),
        ({}, "para", "en"),
        ({"language": 7}, "Ich möchte", "de"),
    ],
)
def test_the_language(context: dict[str, Any], message: str, language: str):
    """The context's word counts; without one the short words of the message; in doubt English."""
    assert detect_language(context, message) == language
