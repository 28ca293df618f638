"""Month and weekday names of the six languages."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist.assistant.calendar_names import calendar_meanings, calendar_names, is_weekday


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("december", "month 12"),
        ("dezembro", "month 12"),
        ("diciembre", "month 12"),
        ("decembre", "month 12"),
        ("marz", "month 3"),
        ("marzo", "month 3"),
        ("monday", "day 0"),
        ("segunda", "day 0"),
        ("lunes", "day 0"),
        ("dimanche", "day 6"),
        ("sonntag", "day 6"),
        ("domenica", "day 6"),
    ],
)
def test_names_are_folded_and_numbered(name: str, meaning: str):
    """Names of all languages stand without accents, hyphens and case; months count from 1, weekdays from Monday = 0."""
    assert meaning in calendar_names()[name]


def test_name_may_have_several_meanings():
    """ "Mar" is short for March, and in Italian and Spanish for Tuesday."""
    assert calendar_names()["mar"] == {"month 3", "day 1"}


def test_two_letter_abbreviations_are_left_out():
    """ "Mo" and "Di", German for Monday and Tuesday, are common words elsewhere."""
    assert not {"mo", "di", "so"} & set(calendar_names())


def test_meanings_of_a_date_include_those_of_its_names():
    """A Friday in December means just that; a day in March may also be called "mar", which is a Tuesday too."""
    assert calendar_meanings(dt.date(2026, 12, 4)) == {"month 12", "day 4"}
    assert calendar_meanings(dt.date(2027, 3, 5)) == {"month 3", "day 4", "day 1"}


@pytest.mark.parametrize("word", ["Friday", "sexta", "venerdì", "Mittwoch", "sábado"])
def test_weekday(word: str):
    """A weekday is recognised in any of the languages, with accents and in any case."""
    assert is_weekday(word)
    assert is_weekday(word.upper())


@pytest.mark.parametrize("word", ["March", "tomorrow", ""])
def test_other_word_is_no_weekday(word: str):
    """Months and other words are no weekdays."""
    assert not is_weekday(word)
