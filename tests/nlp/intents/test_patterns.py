"""Phrase patterns: whole words, fragments, and courtesies that do not overlap."""

from __future__ import annotations

import pytest

from asyncassist.nlp.intents import patterns


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (patterns.WANT, "i want a flight"), (patterns.FLIGHT, "um voo"), (patterns.CANCEL, "cancel my booking"),
        (patterns.CHANGE, "change my flight"), (patterns.BOOKED, "meine buchung"), (patterns.LOST, "where is my bag"),
        (patterns.STATUS, "is my flight delayed"), (patterns.OFF_TOPIC, "a hotel"), (patterns.BOOK, "book it"),
        (patterns.BOOKED, "mijn boeking"), (patterns.CHECK_IN, "instapkaart"),
    ],
)  # fmt: skip
def test_sections_match_their_phrases(pattern, text):
    """Every section is compiled into the pattern of its name, with what the folder of a language adds."""
    assert pattern.search(text)


def test_phrases_match_whole_words_only():
    """A phrase inside a longer word does not match."""
    assert patterns.COURTESY["thanks"].search("thanks")
    assert not patterns.COURTESY["thanks"].search("thanksgiving")
    assert not patterns.FLIGHT.search("flightless")


@pytest.mark.parametrize("pattern", [patterns.CANCEL, patterns.CHANGE, patterns.BOOK, patterns.BOOKED, patterns.FLIGHT])
def test_fragments_are_inserted(pattern):
    """No placeholder of a fragment is left in a compiled pattern."""
    assert not [name for name in ("{booked}", "{flight}", "{travel}", "{want}") if name in pattern.pattern]


@pytest.mark.parametrize(
    ("text", "courtesy"),
    [("thanks", "thanks"), ("tchau", "goodbye"), ("buongiorno", "greeting"), ("oui", "affirm"), ("nein", "deny")],
)
def test_a_plain_courtesy_has_one_kind(text, courtesy):
    """Each plain courtesy matches the pattern of its kind and no other."""
    assert [name for name, pattern in patterns.COURTESY.items() if pattern.search(text)] == [courtesy]
