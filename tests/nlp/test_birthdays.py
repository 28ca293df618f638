"""Birthdays of children: the age they come to, and the day, which is no day of travel."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.nlp.extraction import extract


@pytest.mark.parametrize(
    ("language", "text", "age", "day"),
    [
        ("en", "my daughter turns 2 on 15 May", 2, dt.date(2027, 5, 15)),
        ("en", "the baby will be 2 on the 1st of April, does she need a seat?", 2, dt.date(2027, 4, 1)),
        ("en", "she'll be two in June", 2, dt.date(2027, 6, 1)),
        ("en", "on 15 June she turns two", 2, dt.date(2027, 6, 15)),
        ("en", "he turns 12 while we're there", 12, None),
        ("pt", "ele faz dois anos a 15 de maio", 2, dt.date(2027, 5, 15)),
        ("es", "la nena cumple 2 el 15 de mayo", 2, dt.date(2027, 5, 15)),
        ("fr", "elle aura deux ans le 15 mai", 2, dt.date(2027, 5, 15)),
        ("de", "sie wird am 16. Mai zwei", 2, dt.date(2027, 5, 16)),
        ("it", "compie due anni il 15 maggio", 2, dt.date(2027, 5, 15)),
    ],
)
def test_a_birthday_is_no_day_of_travel(language: str, text: str, age: int, day: dt.date | None):
    """The birthday has its own entity, and the text has no departure and no return."""
    found = extract(text, language)

    assert (found["birthday"].metadata["age"], found["birthday"].value) == (age, day)
    assert not [name for name in found if name.endswith("date")]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "there will be 2 adults"),
        ("en", "she turns 40 in May"),
        ("en", "we will be 2 on 5 May"),
        ("de", "es wird am 16. Mai regnen"),
        ("es", "hace dos años"),
        ("pt", "faz dois anos"),
    ],
)
def test_other_numbers_are_no_birthdays(language: str, text: str):
    """Counts of people, other ages and distances of time are no birthdays of children."""
    assert "birthday" not in extract(text, language)


def test_the_dates_of_the_trip_stay_beside_a_birthday():
    """ "3 April, back 10 April" are the trip's dates, and the 5th is the birthday."""
    found = extract("out 3 April, back 10 April and she turns 2 on 5 April")

    assert {name: item.value for name, item in found.items()} == {
        "departure_date": dt.date(2027, 4, 3),
        "return_date": dt.date(2027, 4, 10),
        "birthday": dt.date(2027, 4, 5),
    }


def test_a_list_of_ages_is_no_length_of_stay():
    """ "9 and 20 months" after children are ages, not a stay of twenty months."""
    found = extract("on 3 April with two kids, 9 and 20 months")

    assert set(found) == {"departure_date", "passengers"}
