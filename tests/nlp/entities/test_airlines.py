"""Airlines by name and code, denied airlines, and flight numbers."""

from __future__ import annotations

import pytest

from asyncassist.nlp.entities.airlines import (
    airline_by_code,
    covered_tokens,
    find_airlines,
    find_flight_numbers,
    is_denied_after,
)
from asyncassist.nlp.tokens import TokenizedText
from tests.nlp.extraction import analyze_slots


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("with Delta", ["DL"]), ("the river delta", []), ("United States", []), ("American Express card", []),
        ("american airlines", ["AA"]), ("Air France or KLM", ["AF", "KL"]), ("LOT", []), ("fly LOT to Warsaw", ["LO"]),
        ("easy jet", ["U2"]), ("gol", []), ("a Gol", ["G3"]),
    ],
)  # fmt: skip
def test_airlines_are_found_by_name(text, codes):
    """A name that is also a common word needs a capital letter or a flight word beside it."""
    assert [one.airline.code for one in find_airlines(TokenizedText.from_text(text))] == codes
    assert airline_by_code("TP") is not None
    assert airline_by_code("??") is None


def test_an_expected_airline_needs_no_capital():
    """As the answer to "which airline?" a name in lower case counts."""
    text = TokenizedText.from_text("gol")

    assert find_airlines(text) == []
    assert [one.airline.code for one in find_airlines(text, expected=True)] == ["G3"]


def test_mentions_cover_all_words_of_the_names():
    """Every token of a name is covered, nothing between two names is."""
    assert covered_tokens(find_airlines(TokenizedText.from_text("with Air France or KLM"))) == {1, 2, 4}


@pytest.mark.parametrize(
    ("text", "language", "denied"),
    [
        ("Lufthansa no", "it", True),
        ("Ryanair lieber nicht", "de", True),
        ("KLM not please", "en", True),
        ("Iberia no vuelo", "es", True),
        ("Lufthansa please", "en", False),
        ("KLM, no", "en", False),
        ("KLM", "en", False),
    ],
)
def test_a_denial_follows_the_name_directly(text, language, denied):
    """Words after the name deny it, unless punctuation separates them from it."""
    assert is_denied_after(TokenizedText.from_text(text), 0, language) is denied


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
async def test_a_denied_airline_is_no_slot(language: str, text: str):
    """An airline with a denial before or after its name is left out of the analysis."""
    assert "airline" not in await analyze_slots(text, language=language)


@pytest.mark.parametrize(
    ("text", "airline"),
    [("with BA", "BA"), ("with BA, please", "BA"), ("is it OK with DE rules", None), ("with AA 100", None)],
)
async def test_an_airline_code_counts_after_with(text: str, airline: str | None):
    """Two capitals alone are not an airline, and a flight number states no preference."""
    assert (await analyze_slots(text, language="en")).get("airline") == airline


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("TP1234", ["TP1234"]), ("tp1234", ["TP1234"]), ("flight ba 7", ["BA7"]), ("LH-400", ["LH400"]),
        ("at 5 PM 300", []), ("in 2026", []), ("flight TP 0042", ["TP42"]), ("ZZ1234", []), ("DL 45 landed", ["DL45"]),
        ("US 500", []), ("U2 8443", ["U28443"]),
    ],
)  # fmt: skip
def test_flight_numbers(text, numbers):
    """A number needs the code of a known airline and loses its leading zeros; times and years are not flight numbers."""
    assert [value for _, _, value in find_flight_numbers(TokenizedText.from_text(text))] == numbers
