"""The default fallback: a reply from the context, in the user's language."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from asyncassist import Airline, Money, Passengers, Place
from asyncassist._chat import Question
from asyncassist._chat.fallback import detect_language, moderation_message, render_fallback
from asyncassist._chat.prompt import check_context
from asyncassist._types import JSONSerializable
from asyncassist.languages.registry import PACKS

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


def fallback_text(context: dict[str, Any], *, language: str = "en", reason: str = "status 503") -> str:
    return render_fallback(Question(message="x", reason=reason, language=language, context=check_context(context)))


def test_every_known_slot_is_listed():
    """Every slot with its label, and the user's intent."""
    text = fallback_text({"intent": "search_flight", "slots": SLOTS})

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


@pytest.mark.parametrize("language", PACKS)
def test_every_language_lists_the_same_facts(language: str):
    """Labels, numbers and dates are localized; the known values are in each text."""
    text = fallback_text({"intent": "search_flight", "slots": SLOTS}, language=language)
    other = fallback_text({"intent": "search_flight", "slots": SLOTS}, language="en" if language != "en" else "de")

    phrases = PACKS[language].fallback
    assert text.startswith(phrases.unavailable)
    assert phrases.intents["search_flight"] in text
    assert "LIS" in text
    assert "2026" in text
    assert "250" in text
    assert "TP1234" in text
    assert text != other
    assert moderation_message(language) == phrases.moderated


def test_missing_slots_are_requested():
    """Those of the application's list, else those that a search requires."""
    assert "still need: to, departure." in fallback_text({"intent": "search_flight", "slots": {"origin": "Porto"}})
    assert "still need: return, seat." in fallback_text({"intent": "search_flight", "missing": ["return_date", "seat"]})
    assert "still need" not in fallback_text({"intent": "greeting"})
    assert "still need" not in fallback_text({"intent": "search_flight", "missing": []})


def test_offers_are_listed_with_their_prices():
    """The first three, and the number of the others."""
    offers = [{"carrier": f"C{n}", "price": Decimal(100 + n), "currency": "EUR"} for n in range(5)]

    text = fallback_text({"offers": offers})

    assert "Flights found: C0 €100.00; C1 €101.00; C2 €102.00 and 2 more." in text


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(JSONSerializable):
    total: Money
    itineraries: tuple[dict[str, Any], ...]


def test_offers_of_the_flight_client_are_listed():
    """Flight numbers and total of an offer with itineraries."""
    segments = ({"carrier": "TP", "number": "1234"}, {"carrier": {"code": "IB", "name": "Iberia"}, "number": "7"}, "?")
    offer = Offer(total=Money(Decimal("120.00"), "EUR"), itineraries=({"segments": segments},))

    assert "TP 1234 + IB 7 €120.00" in fallback_text({"offers": [offer]})


@pytest.mark.parametrize(
    ("offer", "shown"),
    [
        ({"carrier": {"code": "TP", "name": "TAP"}, "price": "10", "currency": "EUR"}, "TAP (TP) €10.00"),
        ({"price": "10"}, "10"),
        ({"carrier": "TP", "price": "cheap", "currency": "EUR"}, "TP"),
        ({"carrier": "TP", "price": "NaN", "currency": "EUR"}, "TP"),
        ({"carrier": "TP", "price": "1E+40", "currency": "EUR"}, "TP"),
        ({"carrier": "TP", "price": "1E+999999999"}, "TP"),
        ({"carrier": "TP", "price": 10**4000, "currency": "EUR"}, "TP"),
        ({"carrier": "TP", "price": "999999999999999999.99", "currency": "EUR"}, "TP €999,999,999,999,999,999.99"),
        ({"carrier": "TP", "price": "10", "currency": "euro"}, "TP 10"),
        ({"itineraries": []}, None),
        ({"itineraries": [{}]}, None),
        ("malformed", None),
    ],
)
def test_an_incomplete_offer_shows_what_it_has(offer: Any, shown: str | None):
    """Missing or malformed carriers, prices and currencies are omitted."""
    text = fallback_text({"offers": [offer]})

    assert ("Flights found" in text) is (shown is not None)
    assert shown is None or f"Flights found: {shown}." in text


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"intent": 7, "slots": "x", "offers": {}, "missing": "y", "language": 3},
        {"slots": {"origin": None, "destination": "", "date": [], "passengers": {"adults": 0}}},
        {"intent": {"name": "unknown", "confidence": 0.2}},
        {"slots": {"budget": {"amount": "1E+27", "currency": "EUR"}}},
    ],
)
def test_malformed_contexts_are_ignored(context: dict[str, Any]):
    """Values of unexpected types are omitted."""
    assert fallback_text(context) == f"{PACKS['en'].fallback.unavailable} {PACKS['en'].fallback.try_again}"


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
def test_unexpected_slot_values_are_shown_verbatim(slots: dict[str, Any], shown: str):
    """On one line, and at most 80 characters."""
    assert f"So far I have: {shown}" in fallback_text({"slots": slots})


def test_without_a_model_there_is_no_advice_to_try_again():
    """The text of an unconfigured model has no advice to retry."""
    text = fallback_text({}, reason="no model configured")

    assert text == PACKS["en"].fallback.no_model


def test_an_unsupported_language_falls_back_to_english():
    """Swedish has no phrases."""
    assert fallback_text({}, language="sv").startswith(PACKS["en"].fallback.unavailable)


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
        ({}, "Ik wil graag een vlucht naar Rome", "nl"),
        ({}, "42", "en"),
        ({}, "para", "en"),
        ({"language": 7}, "Ich möchte", "de"),
    ],
)
def test_language_detection(context: dict[str, Any], message: str, language: str):
    """The context's language takes precedence, then the function words of the message; English when in doubt."""
    assert detect_language(context, message) == language
