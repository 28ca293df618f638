"""Calendar arithmetic: months, weekdays, leap days, Easter and holidays."""

from __future__ import annotations

import calendar
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist.languages.registry import PACKS
from asyncassist.nlp.dates import calendar_math

DAYS = st.dates(dt.date(1901, 1, 1), dt.date(2500, 12, 31))


def test_a_date_that_the_calendar_does_not_have_is_none():
    """Also a month or year out of range."""
    assert calendar_math.date_or_none(2028, 2, 29) == dt.date(2028, 2, 29)
    assert calendar_math.date_or_none(2027, 2, 29) is None
    assert calendar_math.date_or_none(2027, 13, 1) is None
    assert calendar_math.date_or_none(10_000, 1, 1) is None


@given(st.dates(), st.integers(-10_000_000, 10_000_000))
def test_adding_days_never_leaves_the_calendar(start, days):
    """Within the calendar it is exact; beyond it, the first or last day."""
    found = calendar_math.plus_days(start, days)

    if 1 <= start.toordinal() + days <= dt.date.max.toordinal():
        assert (found - start).days == days
    else:
        assert found == (dt.date.max if days > 0 else dt.date.min)


@given(DAYS, st.integers(-600, 600))
def test_adding_months_keeps_the_day_where_the_month_has_it(start, months):
    """In a shorter month it is the last day."""
    found = calendar_math.plus_months(start, months)

    assert (found.year - start.year) * 12 + found.month - start.month == months
    assert found.day == min(start.day, calendar.monthrange(found.year, found.month)[1])


@given(DAYS, st.integers(1, 12), st.integers(1, 31))
def test_the_next_day_of_a_month_is_the_first_one_from_today_on(today, month, day):
    """At most eight years ahead; None for a day that no year has."""
    found = calendar_math.next_month_day(month, day, today)

    if day > (29 if month == 2 else calendar.monthrange(2027, month)[1]):
        assert found is None
        return
    assert found is not None
    assert found >= today
    assert (found.month, found.day) == (month, day)
    earlier = [calendar_math.date_or_none(year, month, day) for year in range(today.year, found.year)]
    assert all(value is None or value < today for value in earlier)


def test_a_leap_day_may_be_eight_years_ahead():
    """1900 and 2100 are no leap years."""
    assert calendar_math.next_month_day(2, 29, dt.date(2096, 3, 1)) == dt.date(2104, 2, 29)


@given(DAYS, st.integers(1, 31))
def test_the_next_and_the_previous_day_of_the_month_enclose_today(today, day):
    """Both include today, and skip months that are too short."""
    following = calendar_math.next_day_of_month(day, today)
    previous = calendar_math.previous_day_of_month(day, today)

    assert following is not None
    assert previous is not None
    assert following.day == previous.day == day
    assert previous <= today <= following
    assert (following - previous).days <= 62
    assert (today.day == day) == (previous == following)


@given(DAYS, st.integers(1, 28), st.integers(0, 6))
def test_a_day_of_the_month_can_be_required_to_fall_on_a_weekday(today, day, weekday):
    """Every combination occurs within five years."""
    found = calendar_math.next_day_of_month(day, today, weekday=weekday)

    assert found is not None
    assert found >= today
    assert (found.day, found.weekday()) == (day, weekday)


def test_a_day_that_no_month_has_is_never_found():
    """The search ends without a result."""
    assert calendar_math.next_day_of_month(32, dt.date(2026, 11, 18)) is None
    assert calendar_math.previous_day_of_month(32, dt.date(2026, 11, 18)) is None


@given(DAYS, st.integers(0, 6))
def test_the_next_weekday_is_one_to_seven_days_ahead(today, weekday):
    """Today itself is excluded."""
    found = calendar_math.next_weekday(weekday, today)

    assert found.weekday() == weekday
    assert 1 <= (found - today).days <= 7


@given(DAYS, st.integers(-5, 5))
def test_weeks_begin_on_monday(date, weeks):
    """The Monday of a week is at most six days before its days."""
    monday = calendar_math.monday_of_week(date, weeks)

    assert monday.weekday() == 0
    assert 0 <= (date - monday).days + 7 * weeks <= 6


@given(st.integers(1901, 2500), st.integers(1, 12), st.integers(0, 6))
def test_the_nth_weekdays_are_all_those_of_the_month(year, month, weekday):
    """Four or five, then None; the last is also the one with -1."""
    expected = [
        dt.date(year, month, day)
        for day in range(1, calendar.monthrange(year, month)[1] + 1)
        if dt.date(year, month, day).weekday() == weekday
    ]

    found = [calendar_math.nth_weekday(year, month, weekday, nth) for nth in range(1, 7)]

    assert found == expected + [None] * (6 - len(expected))
    assert calendar_math.nth_weekday(year, month, weekday, -1) == expected[-1]


@pytest.mark.parametrize(
    "date",
    ["1818-03-22", "1943-04-25", "2000-04-23", "2008-03-23", "2024-03-31", "2026-04-05", "2027-03-28", "2038-04-25"],
)
def test_easter_sundays(date):
    """Published dates, among them the earliest and the latest possible one."""
    expected = dt.date.fromisoformat(date)

    assert calendar_math.easter_sunday(expected.year) == expected


@given(st.integers(1583, 9999))
def test_easter_is_a_sunday_between_its_earliest_and_latest_date(year):
    """From 22 March to 25 April."""
    easter = calendar_math.easter_sunday(year)

    assert easter.weekday() == 6
    assert dt.date(year, 3, 22) <= easter <= dt.date(year, 4, 25)


@pytest.mark.parametrize(
    ("name", "country", "year", "date"),
    [
        ("labor", "US", 2026, "2026-09-07"),
        ("labor", "DE", 2026, "2026-05-01"),
        ("mothers_day", "FR", 2026, "2026-05-31"),
        ("mothers_day", "FR", 2023, "2023-06-04"),  # the last Sunday of May was Pentecost
        ("mothers_day", "GB", 2026, "2026-03-15"),
        ("thanksgiving", "US", 2026, "2026-11-26"),
        ("black_friday", "US", 2026, "2026-11-27"),
        ("memorial", "US", 2026, "2026-05-25"),
        ("repentance", "DE", 2026, "2026-11-18"),
        ("advent1", "DE", 2026, "2026-11-29"),
        ("advent4", "DE", 2023, "2023-12-24"),
        ("ascension", "DE", 2026, "2026-05-14"),
        ("rose_monday", "DE", 2026, "2026-02-16"),
        ("kings_day", "NL", 2026, "2026-04-27"),
        ("kings_day", "NL", 2025, "2025-04-26"),  # 27 April was a Sunday
        ("budget_nl", "NL", 2026, "2026-09-15"),
        ("budget_nl", "NL", 2025, "2025-09-16"),
        ("belgium", "NL", 2026, "2026-07-21"),
    ],
)
def test_holiday_dates(name, country, year, date):
    """Published dates; the country decides where a name has several."""
    assert calendar_math.holiday_date(name, year, country).isoformat() == date


@pytest.mark.parametrize("name", sorted({key.split("/")[0] for key in calendar_math.HOLIDAYS}))
@pytest.mark.parametrize("today", [dt.date(2026, 11, 18), dt.date(2027, 12, 31), dt.date(2028, 2, 29)])
def test_every_holiday_has_a_next_date_within_the_next_two_years(name, today):
    """In each default country; movable holidays may be a little more than a year ahead."""
    for country in {pack.date_rules.default_country for pack in PACKS.values()}:
        assert 0 <= (calendar_math.next_holiday(name, today, country) - today).days < 420


def test_an_unknown_holiday_is_an_error():
    """Names are keys of the table."""
    with pytest.raises(KeyError):
        calendar_math.holiday_date("birthday", 2026, "US")
