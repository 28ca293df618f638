"""Normalized text: one string for patterns, with the way back to the tokens."""

from __future__ import annotations

import re

from asyncassist.nlp.normalized import NormalizedText
from asyncassist.nlp.tokens import TokenizedText


def _normalized(raw):
    return NormalizedText(TokenizedText.from_text(raw))


def test_spelling_variants_have_one_string():
    """Hyphens, apostrophes, accents and case make no difference to a pattern."""
    assert (
        _normalized("One-Way à l'Aéroport").string
        == _normalized("one way a l aeroport").string
        == "one way a l aeroport"
    )


def test_offsets_lead_back_to_tokens():
    """Each character of the string belongs to the token it comes from, left-out tokens counted."""
    normalized = _normalized("a one-way trip")

    tokens = [normalized.token_at(normalized.string.index(word)) for word in ("a", "one", "way", "trip")]

    assert tokens == [0, 1, 3, 4]
    assert normalized.token_at(len(normalized.string) - 1) == 4


def test_matches_come_with_their_tokens():
    """The first and the last token of each match, and of a group."""
    normalized = _normalized("one-way or round-trip, one way")

    found = [(match[0], first, last) for match, first, last in normalized.find_matches(re.compile("one way"))]
    match = re.search(r"(?P<kind>round) trip", normalized.string)

    assert found == [("one way", 0, 2), ("one way", 8, 9)]
    assert match is not None
    assert normalized.token_span(match, "kind") == (4, 4)


def test_a_text_without_words_matches_nothing():
    """Punctuation that is left out gives an empty string."""
    assert _normalized("- - '").string == ""
    assert list(_normalized("'").find_matches(re.compile("x"))) == []
