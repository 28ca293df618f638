"""A language that is asked for, and codes in small letters: what is one, and what only looks like it."""

from __future__ import annotations

import pytest

from asyncassist.nlp.followup.airport_codes import find_code_pair, language_of_origin
from asyncassist.nlp.followup.language_switch import blank_span, requested_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("in English please", "en"),
        ("can we go back to English and look at the 13th?", "en"),
        ("English", "en"),
        ("voltemos ao português", "pt"),
        ("podemos seguir en español?", "es"),
        ("on repasse en français : plutôt le 11", "fr"),
        ("wieder auf Deutsch bitte", "de"),
        ("torniamo all'italiano: meglio il 7", "it"),
        ("em inglês, por favor", "en"),
    ],
)
def test_a_language_that_is_asked_for(text: str, language: str):
    """In any of the six languages, by a verb, by a please, or alone."""
    asked = requested_language(text)

    assert asked is not None
    assert asked[0] == language


@pytest.mark.parametrize(
    "text",
    [
        "I don't speak German",
        "ich spreche kein Englisch",
        "je ne parle pas anglais",
        "a flight with an Italian breakfast on Friday to Rome",
        "from London to Paris",
    ],
)
def test_a_language_that_is_only_named(text: str):
    """What is denied, or said of something else, changes nothing."""
    assert requested_language(text) is None


def test_the_request_is_left_out_and_offsets_stay():
    """ "Back to English" is no way back, and what stands behind it stands where it stood."""
    text = "can we go back to English and leave on the 13th"
    asked = requested_language(text)
    assert asked is not None

    rest = blank_span(text, asked[1])

    assert "back" not in rest
    assert rest.index("13th") == text.index("13th")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("muc lhr 2.12.", ["MUC", "LHR"]),
        ("FCO-MAD 1/12", ["FCO", "MAD"]),
        ("lis > opo", ["LIS", "OPO"]),
        ("the man is here", []),
        ("can you help", []),
        ("qqq lhr 2.12.", []),
        ("muc lhr or so", []),
    ],
)
def test_two_codes(text: str, codes: list[str]):
    """Two codes with nothing but a number behind them are places; other words are words."""
    assert [place.code for place, _ in find_code_pair(text)] == codes


@pytest.mark.parametrize(
    ("text", "language"),
    [("cdg bcn 4/12", "fr"), ("lhr cdg 4/12", None), ("cdg bcn 4/12 please", None), ("hello", None)],
)
def test_codes_without_words_speak_the_language_of_their_land(text: str, language: str | None):
    """The day of "4/12" depends on it; where there are words, these tell."""
    assert language_of_origin(text) == language
