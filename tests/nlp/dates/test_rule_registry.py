"""Helpers that date rules share: distances, parts of periods and periods under way."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist.nlp.dates.models import DateContext, DateReading
from asyncassist.nlp.dates.rule_registry import before_date, clamp_to_today, plus_offset
from tests.nlp.dates.builders import TODAY, find_all, find_one

CONTEXT = DateContext(TODAY, "en", "US")
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))


def test_distances_beyond_any_travel_plan_are_no_dates():
    """More than fifty years are ignored, and the end of the calendar raises no error."""
    assert find_all("in 999999 weeks") == []
    assert find_all("in 9999 months") == []
    assert find_one("in 40 years").value == dt.date(2066, 11, 18)
    assert find_all("the 31st", today=dt.date(9999, 12, 31))[0].value == dt.date(9999, 12, 31)
    assert isinstance(find_all("next week", today=dt.date(9999, 12, 30)), list)


@pytest.mark.parametrize("raw", ["for 99999 days", "99999 days later", "3 hours later"])
def test_durations_that_are_too_long_or_too_short_are_no_dates(raw):
    """A distance needs a unit of at least a day."""
    assert find_all(raw) == []


def test_months_are_added_before_days():
    """31 January plus a month and a day is 1 March: the month ends on 28 February first."""
    assert plus_offset(dt.date(2027, 1, 31), 1, 1) == dt.date(2027, 3, 1)
    assert plus_offset(dt.date(2027, 3, 31), 0, -1) == dt.date(2027, 2, 28)
    assert plus_offset(TODAY, 0, 0) == TODAY


@given(DAYS, st.integers(0, 400))
def test_only_a_period_under_way_is_clamped_to_today(start, length):
    """The result lies in the period, and is not before today unless the period is over."""
    end = start + dt.timedelta(days=length)

    value = clamp_to_today(start, end, CONTEXT)

    assert start <= value <= end
    assert value in {start, TODAY}
    assert value >= TODAY or end < TODAY


@pytest.mark.parametrize(
    ("raw", "first", "last"),
    [
        ("early May", "2027-05-01", "2027-05-10"),
        ("mid May", "2027-05-11", "2027-05-20"),
        ("late May", "2027-05-21", "2027-05-31"),
        ("early next week", "2026-11-23", "2026-11-24"),
        ("mid next week", "2026-11-25", "2026-11-26"),
        ("late next week", "2026-11-26", "2026-11-29"),
        ("early 2028", "2028-01-01", "2028-02-29"),
        ("mid 2028", "2028-06-01", "2028-07-31"),
        ("late 2028", "2028-11-01", "2028-12-31"),
    ],
)
def test_early_mid_and_late_are_parts_of_a_period(raw, first, last):
    """Ten days of a month, some days of a week, two months of a year."""
    span = find_one(raw)

    assert span.range_end is not None
    assert (span.value.isoformat(), span.range_end.isoformat()) == (first, last)


def test_a_day_and_month_move_to_the_year_of_the_later_date():
    """Or to the year before; a complete date, a day after the later one, and 29 February without a leap year stay."""
    leap = DateReading(dt.date(2028, 2, 29), "date", cycle="year")
    spring = DateReading(dt.date(2027, 5, 1), "date", cycle="year")

    assert before_date(spring, dt.date(2030, 5, 1)).value == dt.date(2030, 5, 1)
    assert before_date(spring, dt.date(2030, 4, 30)).value == dt.date(2029, 5, 1)
    assert before_date(spring.replace(value=dt.date(2027, 5, 2)), dt.date(2030, 5, 1)).value == dt.date(2027, 5, 2)
    assert before_date(leap, dt.date(2031, 6, 1)) is leap
    assert before_date(spring.replace(cycle=None), dt.date(2030, 5, 1)).value == dt.date(2027, 5, 1)
