"""Airport codes at the start of a message, and the language of messages without words."""

from __future__ import annotations

import pytest

from asyncassist.nlp.followup.airport_codes import find_code_pair, language_of_origin


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
        ("flights muc lhr", []),
        ("", []),
    ],
)
def test_two_codes_at_the_start_are_places(text: str, codes: list[str]):
    """Only if both codes are known and nothing but a number follows them."""
    assert [place.code for place, _ in find_code_pair(text)] == codes


def test_spans_are_those_of_the_codes():
    """Offsets refer to the message, including what precedes the first code."""
    text = " muc/lhr 2.12."

    assert [text[start:end] for _, (start, end) in find_code_pair(text)] == ["muc", "lhr"]


@pytest.mark.parametrize(
    ("text", "language"),
    [("cdg bcn 4/12", "fr"), ("lhr cdg 4/12", None), ("cdg bcn 4/12 please", None), ("hello", None)],
)
def test_codes_without_words_have_the_language_of_the_origin(text: str, language: str | None):
    """The order of day and month in "4/12" depends on it; words, if any, decide themselves."""
    assert language_of_origin(text) == language
