"""Changes of mind, and what people type in a hurry: the slot that is meant is the one that changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from asyncassist._places import airports_of, load_places, place_by_code, place_table
from asyncassist.nlp import AsyncNLPEngine

# A Saturday.
NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
MAY = dt.date(2027, 5, 14)


async def read(text: str, *, language: str, **slots: Any) -> dict[str, Any]:
    """What the engine reads, with codes for places."""
    await load_places()
    known = {name: place_by_code(value) if isinstance(value, str) else value for name, value in slots.items()}
    async with AsyncNLPEngine() as engine:
        analysis = await engine.analyze(text, language=language, now=NOW, context={"slots": known})
    return {name: getattr(value, "code", value) for name, value in analysis.slots.items()}


@pytest.mark.parametrize(
    ("language", "text", "held", "meant"),
    [
        ("en", "not Paris, Lyon", "CDG", "LYS"),
        ("en", "Gatwick instead of Manchester", "MAN", "LGW"),
        ("en", "instead of manchester, liverpool", "MAN", "LPL"),
        ("pt", "não Lisboa, Porto", "LIS", "OPO"),
        ("pt", "porto em vez de lisboa", "LIS", "OPO"),
        ("es", "no Madrid, Sevilla", "MAD", "SVQ"),
        ("es", "no bilbao, santander", "BIO", "SDR"),
        ("es", "sevilla en vez de madrid", "MAD", "SVQ"),
        ("fr", "pas Lyon, Genève", "LYS", "GVA"),
        ("fr", "plutôt Genève au lieu de Lyon", "LYS", "GVA"),
        ("de", "nein, nicht Hamburg, Bremen", "HAM", "BRE"),
        ("de", "bremen statt hamburg", "HAM", "BRE"),
        ("it", "non Milano, Torino", "MXP", "TRN"),
        ("it", "torino invece di milano", "MXP", "TRN"),
    ],
)
async def test_a_correction_changes_the_slot_that_holds_what_is_denied(language: str, text: str, held: str, meant: str):
    """ "Not Hamburg, Bremen" is about where from when Hamburg is where from, and about where to when it is that."""
    other = "JFK"

    assert await read(text, language=language, origin=held, destination=other) == {"origin": meant}
    assert await read(text, language=language, origin=other, destination=held) == {"destination": meant}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "back a week later"),
        ("pt", "volta uma semana depois"),
        ("es", "vuelta una semana después"),
        ("fr", "retour une semaine plus tard"),
        ("de", "Rückflug eine Woche später"),
        ("it", "ritorno una settimana dopo"),
        ("en", "for seven days"),
        ("de", "für sieben Tage"),
        ("en", "back on the 21st"),
        ("en", "coming back on Friday"),
    ],
)
async def test_a_return_counts_from_the_departure_that_is_known(language: str, text: str):
    """Not from today, and the departure stays."""
    assert await read(text, language=language, departure_date=MAY) == {"return_date": dt.date(2027, 5, 21)}


@pytest.mark.parametrize(
    ("language", "text", "out", "back"),
    [
        ("en", "tomorrow morning, returning Sunday evening", dt.date(2026, 11, 22), dt.date(2026, 11, 29)),
        ("de", "nächsten Samstag, eine Woche", dt.date(2026, 11, 28), dt.date(2026, 12, 5)),
        ("en", "the 22nd, for ten days", dt.date(2026, 11, 22), dt.date(2026, 12, 2)),
        ("en", "between 3 and 10 December", dt.date(2026, 12, 3), None),
        ("en", "leaving between 3 and 10 December", dt.date(2026, 12, 3), None),
        ("pt", "hj", dt.date(2026, 11, 21), None),
    ],
)
async def test_a_stay_is_a_return_and_a_window_is_none(language: str, text: str, out: dt.date, back: dt.date | None):
    """ "Between" says when to leave and nothing of the way back."""
    slots = await read(text, language=language)

    assert (slots.get("departure_date"), slots.get("return_date")) == (out, back)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "con Lufthansa no"),
        ("it", "Lufthansa no"),
        ("de", "Lufthansa lieber nicht"),
        ("de", "nicht mit Lufthansa"),
        ("pt", "com a lufthansa não"),
        ("es", "con lufthansa no"),
        ("fr", "avec lufthansa non"),
        ("en", "lufthansa rather not"),
    ],
)
async def test_an_airline_denied_behind_its_name_is_no_wish(language: str, text: str):
    """Nobody who says so wants to fly with it."""
    assert "airline" not in await read(text, language=language)


@pytest.mark.parametrize(
    ("text", "airline"),
    [("with BA", "BA"), ("with BA, please", "BA"), ("is it OK with DE rules", None), ("with AA 100", None)],
)
async def test_an_airline_is_known_by_its_code_behind_with(text: str, airline: str | None):
    """Two capitals alone are no airline, and a flight number is no wish."""
    assert (await read(text, language="en")).get("airline") == airline


@pytest.mark.parametrize(
    ("text", "origin", "destination"),
    [
        ("nyc to sf", "NYC", "SFO"),
        ("jfk to lhr", "JFK", "LHR"),
        ("flight nyc to lax", "NYC", "LAX"),
        ("lax to vegas", "LAX", "LAS"),
        ("it was to be a trip", None, None),
        ("i sat to rest", None, None),
    ],
)
async def test_well_known_codes_need_no_capitals(text: str, origin: str | None, destination: str | None):
    """Words that are codes too stay words."""
    slots = await read(text, language="en")

    assert (slots.get("origin"), slots.get("destination")) == (origin, destination)


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("pt", "pros açores", "PDL"),
        ("pt", "para o algarve", "FAO"),
        ("es", "a canarias", "LPA"),
        ("es", "a mallorca", "PMI"),
        ("fr", "à ténérife", "TCI"),
        ("fr", "partir en corse", "AJA"),
        ("it", "in sicilia", "PMO"),
        ("it", "in sardegna", "OLB"),
        ("de", "auf die kanaren", "LPA"),
        ("de", "nach kreta", "HER"),
        ("en", "to bali", "DPS"),
        ("en", "to hawaii", "HNL"),
    ],
)
async def test_islands_and_coasts_lead_to_their_main_airport(language: str, text: str, code: str):
    """As people say it, in small letters."""
    assert (await read(text, language=language)).get("destination") == code


@pytest.mark.parametrize(
    ("language", "text", "adults", "children"),
    [
        ("it", "siamo in due più un bambino", 2, 1),
        ("es", "somos dos más un niño", 2, 1),
        ("pt", "somos 2 mais uma criança", 2, 1),
        ("en", "with 2 other people", 3, 0),
        ("it", "in 3", 3, 0),
    ],
)
async def test_two_plus_a_child_are_three(language: str, text: str, adults: int, children: int):
    """ "Plus" adds to the number before it."""
    people = (await read(text, language=language))["passengers"]

    assert (people.adults, people.children) == (adults, children)


@pytest.mark.parametrize(
    ("language", "text", "not_intent"),
    [("de", "lieber früher am Tag", "greeting"), ("fr", "il y a plus rapide ?", "goodbye")],
)
async def test_a_word_of_courtesy_inside_a_sentence_is_none(language: str, text: str, not_intent: str):
    """ "Tag" greets at the beginning, "à plus" takes leave at an end."""
    async with AsyncNLPEngine() as engine:
        assert (await engine.analyze(text, language=language, now=NOW)).intent.name != not_intent


@pytest.mark.parametrize("text", ["ok", "Lisboa", "New York", "Paris - Roma", "london, madrid", "3"])
@pytest.mark.parametrize("hint", ["en", "pt", "es", "fr", "de", "it"])
async def test_names_alone_leave_the_language_as_it_was(text: str, hint: str):
    """They say nothing of the language."""
    async with AsyncNLPEngine() as engine:
        assert (await engine.detect_language(text, hint=hint)).code == hint


def test_closed_airports_are_not_in_the_table():
    """Berlin has one airport."""
    assert airports_of("BER") == ("BER",)
    assert airports_of("CMH")[0] == "CMH"
    assert [place_by_code(code) for code in ("TXL", "SXF", "ISL")] == [None, None, None]


def test_cities_are_written_as_each_language_writes_them():
    """One that it has no name for keeps its own."""
    table = place_table()

    assert [table.localized_name("Munich", "DE", code) for code in ("en", "de", "it")] == [
        "Munich",
        "München",
        "Monaco di Baviera",
    ]
    assert table.localized_name("Buenos Aires", "AR", "es") == "Buenos Aires"
    assert table.localized_name("Geneva", "CH", "fr") == "Genève"
    assert table.localized_name("Perth", "AU", "xx") == "Perth"
