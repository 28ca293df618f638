"""Airports' time zones, and conversions between instants and local times."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist._places import place_table
from asyncassist.flights.airports import (
    airport,
    fixed_offset,
    from_utc,
    localize,
    with_timezone,
    zone_by_name,
    zone_name,
)


def test_skipped_local_times_move_forward():
    """01:30 in the night that loses an hour becomes 02:30."""
    lisbon = zone_by_name("Europe/Lisbon")
    assert lisbon is not None

    assert localize(dt.datetime(2026, 3, 29, 1, 30), lisbon).isoformat() == "2026-03-29T02:30:00+01:00"


def test_unknown_time_zones_are_none():
    """Neither an unknown name nor a path is a time zone."""
    assert zone_by_name("Moon/Tranquility") is None
    assert zone_by_name("../etc/passwd") is None


@given(
    name=st.sampled_from(sorted(set(place_table().zones))),
    moment=st.datetimes(min_value=dt.datetime(2020, 1, 1), max_value=dt.datetime(2037, 1, 1)),
)
def test_instants_and_local_times_round_trip(name, moment):
    """From an instant to local time and back gives the instant, by one of both folds where the time is ambiguous."""
    time_zone = zone_by_name(name)
    assert time_zone is not None
    utc = moment.replace(tzinfo=dt.UTC)

    local = from_utc(utc, time_zone)

    assert local == utc
    assert utc in {localize(local.replace(tzinfo=None), time_zone, fold=fold) for fold in (0, 1)}


def test_time_zones_of_airports_and_cities():
    """A city's code has a time zone too, but is no airport; an unknown code has neither."""
    lisbon, london = airport("LIS"), airport("LON")

    assert lisbon is not None
    assert (lisbon.kind, lisbon.timezone) == ("airport", "Europe/Lisbon")
    assert (london, zone_name("LON")) == (None, "Europe/London")
    assert (airport("QQQ"), zone_name("QQQ")) == (None, None)


def test_local_times_have_fixed_offsets():
    """The difference of two local times across a change of clocks is the elapsed time."""
    lisbon = zone_by_name("Europe/Lisbon")
    assert lisbon is not None

    before, after = (localize(dt.datetime(2026, 10, 25, hour), lisbon) for hour in (0, 3))

    assert after - before == dt.timedelta(hours=4)
    assert before.tzinfo == fixed_offset(dt.timedelta(hours=1))
    assert fixed_offset(dt.timedelta(hours=1)) is fixed_offset(dt.timedelta(hours=1))


@pytest.mark.parametrize(
    ("local", "fold", "offset"),
    [
        (dt.datetime(2026, 7, 1, 12), 0, 1),
        (dt.datetime(2026, 10, 25, 0), 0, 1),
        (dt.datetime(2026, 10, 25, 1, 30), 0, 1),
        (dt.datetime(2026, 10, 25, 1, 30), 1, 0),
        (dt.datetime(2026, 3, 29, 1, 30), 0, 1),
    ],
    ids=["summer", "before the change", "first occurrence", "second occurrence", "skipped"],
)
def test_localize_never_returns_the_zone_itself(local, fold, offset):
    """Every branch gives a fixed offset: times of one zone would be subtracted by wall-clock time."""
    lisbon = zone_by_name("Europe/Lisbon")
    assert lisbon is not None

    assert localize(local, lisbon, fold=fold).tzinfo is fixed_offset(dt.timedelta(hours=offset))


def test_with_timezone_leaves_the_wall_clock_time():
    """Neither adding nor removing a time zone converts."""
    local = dt.datetime(2026, 12, 12, 10, 30, 15, 500)

    assert with_timezone(local, dt.UTC) == local.replace(tzinfo=dt.UTC)
    assert with_timezone(local.replace(tzinfo=dt.UTC), None) == local
