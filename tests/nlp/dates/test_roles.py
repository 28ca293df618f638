"""Roles of dates: departure and return cues, occasions, and dates that are not the trip's."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist.nlp.dates.models import DateReading
from asyncassist.nlp.dates.roles import resolve_relative
from tests.nlp.dates.builders import SATURDAY, TODAY, day, find_all, find_one, values


@pytest.mark.parametrize(
    ("raw", "language", "roles"),
    [
        ("returning on the 9th", "en", ["return"]),
        ("leaving on the 9th", "en", ["departure"]),
        ("on the 9th", "en", [None]),
        ("March 9th is when I come back", "en", ["return"]),
        ("returning on the 5th or the 6th", "en", ["return", "return"]),
        ("a return ticket to Paris for May 5", "en", [None]),
        ("I leave on the 5th. The 9th suits me.", "en", ["departure", None]),
        ("volto no dia 9", "pt", ["return"]),
        ("ida e volta no dia 9", "pt", [None]),
        ("vuelvo el 9", "es", ["return"]),
        ("je rentre le 9", "fr", ["return"]),
        ("wir fliegen am 9. zurück", "de", ["return"]),
        ("torno il 9", "it", ["return"]),
    ],
)
def test_roles_come_from_the_wording(raw, language, roles):
    """Departure and return where the words say so, None where they do not."""
    assert [span.role for span in find_all(raw, language)] == roles


def test_a_departure_without_a_month_precedes_a_return_with_one():
    """ "The 5th ... 8 May" is the 5th of May."""
    out, back = find_all("leave on the 5th and return on 8 May")

    assert (out.value, back.value) == (day(5, 5), day(5, 8))
    assert out.alternatives == (day(12, 5),)


def test_departure_and_return_on_the_same_weekday_are_a_week_apart():
    """Unless parts of the day distinguish them."""
    out, back = find_all("leave on Friday and return on Friday")
    morning, night = find_all("leave on Friday morning and return on Friday night")

    assert (out.value, back.value) == (day(11, 20), day(11, 27))
    assert (morning.value, night.value) == (day(11, 20), day(11, 20))


def test_without_a_departure_readings_are_unchanged():
    """Only a departure, in the text or from an earlier turn, moves a return."""
    back = DateReading(day(11, 20), "weekday", cycle="week")

    assert resolve_relative([back], ["return"], None) == [back]
    assert resolve_relative([back], ["return"], day(12, 1))[0].value == day(12, 4)
    assert resolve_relative([], [], TODAY) == []


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("en", "New Year in Prague: leaving on 30 December", ["2026-12-30"]),
        ("fr", "nouvel an à Prague : départ le 30/12, retour le 2 janvier", ["2026-12-30", "2027-01-02"]),
        ("de", "Silvester wollen wir nach Prag, also am 31.12.", ["2026-12-31"]),
        ("it", "capodanno a Praga: si parte il 30/12", ["2026-12-30"]),
        ("pt", "passar o fim de ano na Madeira, vou no dia 29 de dezembro", ["2026-12-29"]),
        ("es", "Nochevieja en Madrid: salgo el 29 de diciembre", ["2026-12-29"]),
        ("en", "leaving on Christmas Eve and back on 27 December", ["2026-12-24", "2026-12-27"]),
        ("en", "from Christmas Eve to 27 December", ["2026-12-24", "2026-12-27"]),
    ],
)
def test_a_holiday_beside_a_travel_date_is_only_the_occasion(language, text, days):
    """Unless a departure or return cue precedes the holiday."""
    assert [value.isoformat() for value in values(text, language, today=SATURDAY)] == days


def test_today_in_small_talk_is_no_date():
    """Beside a word of travelling it is one, even after thanks."""
    assert find_all("thanks for your help today") == []
    assert find_all("nothing else, that is all for today") == []
    assert find_one("thanks, I want to leave today").value == TODAY
    assert find_one("Thanks. Today, please").value == TODAY


def test_dates_of_a_rental_car_are_no_travel_dates():
    """Unless the text mentions a flight too."""
    assert find_all("I need a rental car from the 5th") == []
    assert len(find_all("I need a rental car and a flight on the 5th")) == 1


def test_a_cue_before_the_next_date_belongs_to_that_date():
    """ "On the 5th return on the 8th" leaves the first date without a role."""
    roles = {span.value: span.role for span in find_all("on the 5th return on the 8th")}

    assert roles == {dt.date(2026, 12, 5): None, dt.date(2026, 12, 8): "return"}
