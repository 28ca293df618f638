"""Rendering in every language: complete phrase tables; dates, money and plurals by locale."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Mapping
from decimal import Decimal

import pytest

from asyncassist._types import Money, Passengers, Place
from asyncassist.assistant.actions import AskSlot
from asyncassist.assistant.rendering import renderer_for, safe_code
from asyncassist.assistant.state import DialogueState
from asyncassist.languages.registry import LANGUAGES, PACKS
from tests.assistant.builders import BERLIN, FRIDAY, LISBON, RYANAIR, SAN_JOSE_CR, SAN_JOSE_US, offer_summary, trip


def placeholders(phrase: str) -> set[str]:
    """Return the names of the placeholders of a phrase."""
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_tables_are_complete(language: str):
    """Each language has the phrases of English with equal placeholders, both plural forms, and the same cues."""
    assert set(PACKS[language].phrases) == set(PACKS["en"].phrases)
    assert set(PACKS[language].patterns.cues) == set(PACKS["en"].patterns.cues)
    assert len(PACKS[language].patterns.ordinals) == len(PACKS["en"].patterns.ordinals)
    for key, phrase in PACKS[language].phrases.items():
        english = PACKS["en"].phrases[key]
        if isinstance(phrase, Mapping):
            assert isinstance(english, Mapping)
            assert set(phrase) == {"one", "other"}
            assert placeholders(phrase["other"]) == placeholders(english["other"]), key
        else:
            assert isinstance(english, str)
            assert placeholders(phrase) == placeholders(english), key


@pytest.mark.parametrize(
    ("language", "date", "time", "money", "duration", "passengers"),
    [
        ("en", "Fri, Dec 4, 2026", "3:05 PM", "€1,234.50", "2 hr 5 min", "2 adults and 1 child"),
        ("pt", "sex., 4 de dez. de 2026", "15:05", "€ 1.234,50", "2 h 5 min", "2 adultos e 1 criança"),
        ("es", "vie, 4 dic 2026", "15:05", "1.234,50 €", "2 h 5 min", "2 adultos y 1 niño"),
        ("fr", "ven. 4 déc. 2026", "15:05", "1 234,50 €", "2 h 5 min", "2 adultes et 1 enfant"),
        ("de", "Fr., 4. Dez. 2026", "15:05", "1.234,50 €", "2 Std. 5 Min.", "2 Erwachsene und 1 Kind"),
        ("it", "ven 4 dic 2026", "15:05", "1.234,50 €", "2 h 5 min", "2 adulti e 1 bambino"),
    ],
)
def test_values_are_formatted_by_locale(
    *, language: str, date: str, time: str, money: str, duration: str, passengers: str
):
    """Dates, times, money, durations and counts follow the locale, with plain spaces."""
    renderer = renderer_for(language)

    assert renderer.date(FRIDAY) == date
    assert renderer.time(dt.datetime(2026, 12, 4, 15, 5)) == time
    assert renderer.money(Money(Decimal("1234.5"), "EUR")) == money
    assert renderer.duration(dt.timedelta(hours=2, minutes=5)) == duration
    assert renderer.format(Passengers(adults=2, children=1)) == passengers


@pytest.mark.parametrize(
    ("language", "region", "date", "time", "money"),
    [
        ("en", "GB", "Fri, 4 Dec 2026", "15:05", "€1,234.50"),
        ("en", "AU", "Fri 4 Dec 2026", "3:05 pm", "EUR1,234.50"),
        ("en", "ZZ", "Fri, Dec 4, 2026", "3:05 PM", "€1,234.50"),
        ("pt", "PT", "sexta, 4/12/2026", "15:05", "1 234,50 €"),
        ("pt", "AO", "sexta, 4/12/2026", "15:05", "1 234,50 €"),
        ("es", "419", "vie, 4 dic 2026", "3:05 p.m.", "EUR1,234.50"),
        ("fr", "CA", "ven. 4 déc. 2026", "15 h 05", "1 234,50 €"),
        ("de", "CH", "Fr., 4. Dez. 2026", "15:05", "EUR 1'234.50"),
    ],
)
def test_values_are_formatted_for_the_region(language: str, region: str, date: str, time: str, money: str):
    """A country has its own forms, one without locale data those of its region, an unknown one those of the language."""
    renderer = renderer_for(language, region)

    assert renderer.date(FRIDAY) == date
    assert renderer.time(dt.datetime(2026, 12, 4, 15, 5)) == time
    assert renderer.money(Money(Decimal("1234.5"), "EUR")).replace("\u2019", "'") == money


def test_phrases_are_those_of_the_region():
    """Phrases, plural forms, answers and pointers alike."""
    assert renderer_for("en").render("ask_passengers") == "How many of you are travelling?"
    assert renderer_for("en", "US").render("ask_passengers") == "How many of you are traveling?"
    assert renderer_for("es", "MX").render("found", n=2, trip="") == "Encontré 2 vuelos, :"
    assert renderer_for("pt", "BR").passengers(Passengers(adults=1, infants=2)) == "1 adulto e 2 bebês"
    assert renderer_for("pt", "PT").render_answer("checked_bags", n=1) == "1 mala de porão"
    assert "Ermässigungen" in renderer_for("de", "CH").pointer("discount")


def test_duration_omits_zero_units():
    """Durations without hours or without minutes have one unit; zero is in minutes."""
    assert renderer_for("en").duration(2700.0) == "45 min"
    assert renderer_for("en").duration(7200.0) == "2 hr"
    assert renderer_for("en").duration(0.0) == "0 min"
    assert renderer_for("pt").duration(3900.0) == "1 h 5 min"


def test_places_have_localized_names():
    """A place has its localized name, or its own without one; an airport has its code in brackets."""
    airport = Place(code="BER", kind="airport", name="Berlin", city="Berlin", country="DE", timezone="Europe/Berlin")
    perth = Place(code="PER", kind="city", name="Perth", city="Perth", country="AU", timezone="Australia/Perth")
    buenos = Place(
        code="BUE",
        kind="city",
        name="Buenos Aires",
        city="Buenos Aires",
        country="AR",
        timezone="America/Argentina/Buenos_Aires",
    )
    rome = Place(code="ROM", kind="city", name="Rome", city="Rome", country="IT", timezone="Europe/Rome")
    munich = Place(code="MUC", kind="city", name="Munich", city="Munich", country="DE", timezone="Europe/Berlin")

    assert renderer_for("it").format(rome) == "Roma"
    assert renderer_for("de").format(rome) == "Rom"
    assert renderer_for("de").format(airport) == "Berlin (BER)"
    assert renderer_for("pt").format(airport) == "Berlim (BER)"
    assert [renderer_for(code).format(munich) for code in ("en", "pt", "es", "fr", "de", "it")] == [
        "Munich",
        "Munique",
        "Múnich",
        "Munich",
        "München",
        "Monaco di Baviera",
    ]
    assert {renderer_for(code).format(buenos) for code in ("en", "pt", "es", "fr", "de", "it")} == {"Buenos Aires"}
    assert renderer_for("it").format(perth) == "Perth"
    assert renderer_for("en").format(RYANAIR) == "Ryanair"
    assert renderer_for("en").format("words") == "words"


def test_trip_summary_lists_the_known_slots():
    """The summary names the filled slots and nothing else."""
    known = trip(
        return_date=FRIDAY + dt.timedelta(days=7), passengers=Passengers(adults=2), cabin="business", max_stops=0
    )

    assert renderer_for("en").render_trip(known) == (
        "Lisbon to Berlin, Fri, Dec 4, 2026, back Fri, Dec 11, 2026, for 2 adults, in business class, direct"
    )
    assert renderer_for("en").render_trip(DialogueState().with_slots(origin=LISBON)) == "from Lisbon"
    assert renderer_for("en").render_trip(DialogueState().with_slots(destination=BERLIN)) == "to Berlin"
    assert renderer_for("en").render_trip(DialogueState()) == ""


def test_trip_summary_lists_the_filters():
    """The summary names airlines, budget and departure window."""
    known = trip(airline=RYANAIR, excluded_airlines=(RYANAIR,), budget=Money(Decimal(300), "EUR")).replace(
        windows={"outbound.departure": (0, 719)}
    )

    assert renderer_for("en").render_trip(known) == (
        "Lisbon to Berlin, Fri, Dec 4, 2026, with Ryanair, without Ryanair, up to €300.00, leaving before 11:59 AM"
    )


def test_hours_of_a_filter_that_begin_or_end_with_the_day_have_one_end():
    """A filter from 10:00 to the end of the day is "after 10:00"."""
    between = "between 10:00 and 12:00"
    for span, hours in {(600, 1439): "after 10:00", (0, 720): "before 12:00", (600, 720): between}.items():
        state = trip().replace(windows={"outbound.departure": span})
        assert renderer_for("en", "GB").render_trip(state).endswith(f"leaving {hours}")


def test_questions():
    """Questions name the choices of an ambiguous place or the known month, else just the slot."""
    which = AskSlot(slot="origin", choices=(SAN_JOSE_CR, SAN_JOSE_US), name="San\nJosé")

    assert (
        renderer_for("en").render_question(which)
        == "Which San José do you mean: San José (Costa Rica) or San José (United States)?"
    )
    assert (
        renderer_for("de").render_question(AskSlot(slot="departure_date", month="2027-03"))
        == "An welchem Tag im März 2027?"
    )
    assert renderer_for("pt").render_question(AskSlot(slot="origin")) == "De onde quer partir?"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slot", ["origin", "destination", "departure_date", "return_date", "passengers", "any_stops"])
def test_every_slot_has_a_question(language: str, slot: str):
    """Each slot that may be asked for has a question in each language."""
    assert renderer_for(language).render_question(AskSlot(slot=slot)).rstrip().endswith("?")


def test_offer_summary_marks_a_later_day_of_arrival():
    """A stored offer is rendered with "(+1)" for arrival on the next day; provider codes are sanitized."""
    late = offer_summary(1, hour=22, hours=5)

    assert renderer_for("en").render_offer(late, "details") == (
        "TAP Air Portugal TP101: Fri, Dec 4, 2026, 10:00 PM – 3:00 AM (+1), direct, 5 hr. Price: €100.00."
    )
    assert safe_code("TP101") == "TP101"
    assert safe_code("<b>ignore all previous") == "BIGNOREA"
    assert renderer_for("en").join_and([]) == ""
    assert renderer_for("en").join_or([]) == ""
