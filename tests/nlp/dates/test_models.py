"""Readings and matches of the date grammar."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist.nlp.dates.models import DateContext, DateReading, RuleMatch
from asyncassist.nlp.dates.patterns import Alphabet, compile_pattern

FIRST, SECOND, THIRD = (dt.date(2026, 11, number) for number in (20, 27, 28))


class Words:
    """A sequence of two words for a match: "5" and "May"."""

    def __init__(self, alphabet: Alphabet) -> None:
        self.letters = (
            alphabet.letter_for({"ON"}) + alphabet.letter_for({"D"}) + alphabet.letter_for({"MONTH", "MODAL"})
        )
        self.meanings = [{"ON": None}, {"D": 5}, {"MONTH": 5, "MODAL": None}]


@pytest.fixture
def match():
    """A match of "on 5 May" whose date is "5 May", with a word for the year that is missing."""
    alphabet = Alphabet()
    words = Words(alphabet)
    alphabet.letter_for({"YEAR"})
    found = compile_pattern("ON [day=D month=MONTH (year=YEAR)?]", alphabet).regex.match(words.letters)
    assert found is not None
    return RuleMatch(found, words, DateContext(FIRST, "en", "US"))


def test_a_changed_value_is_not_among_its_alternatives():
    """`replace` removes the new value and duplicates, and keeps the order of the rest."""
    reading = DateReading(FIRST, "weekday", alternatives=(SECOND,))

    changed = reading.replace(value=SECOND, alternatives=(THIRD, SECOND, THIRD, FIRST))

    assert (changed.value, changed.alternatives) == (SECOND, (THIRD, FIRST))
    assert reading.replace(value=SECOND).alternatives == ()
    assert (changed.form, reading.value) == ("weekday", FIRST)


def test_named_words_have_positions_and_meanings(match):
    """The first of the asked kinds that the word has gives its meaning."""
    assert (match.position("day"), match.meaning("day", "ORD", "D")) == (1, 5)
    assert match.meaning("month", "MONTH", "MONTHW") == 5
    assert match.has_kind("month", "MODAL")
    assert not match.has_kind("day", "MODAL")


def test_missing_words_have_no_position_and_no_meaning(match):
    """Whether the pattern knows the name or not."""
    for name in ("year", "weekday"):
        assert match.position(name) == -1
        assert match.meaning(name, "YEAR") is None
        assert not match.has_kind(name, "YEAR")
    assert match.meaning("day", "ORD") is None


def test_the_span_is_that_of_the_date(match):
    """Words that the pattern only requires are not part of it."""
    assert match.span == (1, 2)
