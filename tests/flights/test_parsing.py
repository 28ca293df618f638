"""What providers write is read exactly, or refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist._places import place_table
from asyncassist.flights import parsing
from asyncassist.flights.airports import from_utc, localize, zone_by_name
from asyncassist.flights.parsing import UnreadableError, flight_times


def hours(number: float) -> dt.timedelta:
    return dt.timedelta(hours=number)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT2H10M", hours(2) + dt.timedelta(minutes=10)),
        ("PT32H15M", hours(32.25)),
        ("P1DT2H", hours(26)),
        ("PT02H26M", hours(2) + dt.timedelta(minutes=26)),
        ("PT95M", dt.timedelta(minutes=95)),
        ("PT1H0.5S", hours(1)),
        ("P2D", hours(48)),
        ("PT", None),
        ("P", None),
        ("PT0M", None),
        ("P20D", None),
        ("2:10", None),
        ("", None),
        (None, None),
        (130, None),
        ("PT٣H", None),
    ],
)
def test_durations(text, length):
    """ISO 8601, hours may be above 24; what means nothing is None."""
    assert parsing.duration(text) == length


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-10-23T20:00:00", dt.datetime(2026, 10, 23, 20)),
        ("2026-10-23T20:00", dt.datetime(2026, 10, 23, 20)),
        ("2026-10-23 20:00:00", dt.datetime(2026, 10, 23, 20)),
        ("2026-10-23T24:30:00", dt.datetime(2026, 10, 24, 0, 30)),
        ("2026-12-31T25:10", dt.datetime(2027, 1, 1, 1, 10)),
        ("2026-10-23T20:00:00Z", dt.datetime(2026, 10, 23, 20, tzinfo=dt.UTC)),
        ("2026-10-23T20:00:00+02:00", dt.datetime(2026, 10, 23, 20, tzinfo=dt.timezone(hours(2)))),
    ],
)
def test_moments(text, time):
    """Local or with an offset; hours past midnight belong to the next day."""
    assert parsing.iso_datetime(text) == time


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-23",
        "",
        None,
        5,
        "tomorrow at noon!",
        "2026-13-23T20:00",
        "2026-02-30T25:00",
        "0001-01-01T00:00:00",
        "9999-12-31T23:00:00",
        "9999-12-31T25:00:00",
    ],
)
def test_moments_that_are_none(text):
    """A bare date has no time."""
    with pytest.raises(UnreadableError):
        parsing.iso_datetime(text)


@pytest.mark.parametrize(
    ("amount", "currency", "exact"),
    [("932.70", "EUR", "932.70"), (Decimal("342.2"), "usd", "342.2"), (" 5 ", "EUR ", "5"), (7, "JPY", "7")],
)
def test_money(amount, currency, exact):
    """Exact, as written."""
    money = parsing.money(amount, currency)

    assert str(money.amount) == exact
    assert money.currency == currency.strip().upper()


@pytest.mark.parametrize(
    ("amount", "currency"), [(None, "EUR"), ("12,50", "EUR"), ("NaN", "EUR"), ("-1", "EUR"), ("1", None), ("1", "E")]
)
def test_money_that_is_none(amount, currency):
    """A price that cannot be read is no price."""
    with pytest.raises(UnreadableError):
        parsing.money(amount, currency)


def test_codes_numbers_and_cabins():
    """Leading zeros go; words for cabins in any writing; unknown ones count as economy."""
    assert parsing.flight_number("0042") == "42"
    assert parsing.flight_number(188) == "188"
    assert parsing.cabin("PREMIUM_ECONOMY") == parsing.cabin("Premium Economy") == "premium_economy"
    assert parsing.cabin(None) == parsing.cabin("coach") == "economy"
    assert parsing.iata_code("lis") == "LIS"
    for wrong in (None, "", "LISBON", "L!S", 3):
        with pytest.raises(UnreadableError):
            parsing.iata_code(wrong)
    for wrong in (None, "", "000", "12-3"):
        with pytest.raises(UnreadableError):
            parsing.flight_number(wrong)


def test_times_over_zones():
    """Local times of two zones: the duration is that of the flight."""
    flight = flight_times("2026-12-12T10:30:00", "2026-12-12T18:05:00", "LIS", "GRU")

    assert flight.duration == hours(10) + dt.timedelta(minutes=35)
    assert flight.departs.utcoffset() == hours(0)
    assert flight.arrives.utcoffset() == hours(-3)
    assert flight.arrives - flight.departs == flight.duration


def test_times_over_a_change_of_clocks():
    """Within one zone, over the night that loses an hour: naive subtraction would say 7 hours."""
    flight = flight_times("2026-03-07T23:00:00", "2026-03-08T06:00:00", "LAX", "SFO")

    assert flight.duration == hours(6)
    assert flight.arrives - flight.departs == hours(6)


def test_an_hour_that_comes_twice_is_told_by_the_duration():
    """01:30 on the night of the change: first or second, as the duration says."""
    first = flight_times("2026-10-25T00:30:00", "2026-10-25T01:30:00", "LIS", "OPO", duration_text="PT1H")
    second = flight_times("2026-10-25T00:30:00", "2026-10-25T01:30:00", "LIS", "OPO", duration_text="PT2H")
    leaving = flight_times("2026-10-25T01:30:00", "2026-10-25T03:00:00", "LIS", "OPO", duration_text="PT1H30M")
    neither = flight_times("2026-10-25T00:30:00", "2026-10-25T01:30:00", "LIS", "OPO", duration_text="PT5H")

    assert first.arrives.utcoffset() == hours(1)
    assert second.arrives.utcoffset() == hours(0)
    assert leaving.departs.utcoffset() == hours(0)
    assert neither.duration == hours(5)


def test_unknown_airports_have_the_clock_that_the_duration_says():
    """One end known and the duration given: the other end can be told; else it is refused."""
    ends = flight_times("2026-12-12T10:00:00", "2026-12-12T13:00:00", "LIS", "QQQ", duration_text="PT2H")
    starts = flight_times("2026-12-12T10:00:00", "2026-12-12T13:00:00", "QQQ", "LIS", duration_text="PT2H")

    assert ends.arrives.utcoffset() == hours(1)
    assert starts.departs.utcoffset() == hours(-1)
    assert flight_times(
        "2026-12-12T10:00:00", "2026-12-12T13:00:00", "QQQ", "QQX", zones=("UTC", "Europe/Paris")
    ).duration == hours(2)
    for origin, destination, said in (
        ("QQQ", "QQX", "PT2H"),
        ("LIS", "QQQ", None),
        ("QQQ", "LIS", None),
        ("LIS", "QQQ", "P9D"),
    ):
        with pytest.raises(UnreadableError):
            flight_times("2026-12-12T10:00:00", "2026-12-12T13:00:00", origin, destination, duration_text=said)


def test_times_with_offsets():
    """An offset says the moment; the clock on the wall is that of the airport."""
    flight = flight_times("2026-12-12T10:00:00Z", "2026-12-12T12:00:00+00:00", "LIS", "MAD")
    nowhere = flight_times("2026-12-12T10:00:00Z", "2026-12-12T12:00:00+00:00", "QQQ", "QQX")

    assert flight.arrives.replace(tzinfo=None) == dt.datetime(2026, 12, 12, 13)
    assert flight.duration == nowhere.duration == hours(2)


def test_who_arrives_before_leaving_is_refused():
    """Also who takes longer than any flight."""
    with pytest.raises(UnreadableError):
        flight_times("2026-12-12T10:00:00", "2026-12-12T09:00:00", "LIS", "OPO")
    with pytest.raises(UnreadableError):
        flight_times("2026-12-12T10:00:00", "2026-12-25T09:00:00", "LIS", "OPO")


def test_an_impossible_arrival_is_told_by_the_duration():
    """A date that was not moved over midnight, an arrival that is the departure: departure and duration count."""
    overnight = flight_times("2026-12-12T22:00:00", "2026-12-12T09:30:00", "JFK", "LIS", duration_text="PT6H30M")
    same = flight_times("2026-12-12T16:38:02", "2026-12-12T16:38:02", "LHR", "LHR", duration_text="PT02H26M")
    unknown = flight_times("2026-12-12T10:00:00Z", "2026-12-12T09:00:00Z", "QQQ", "QQX", duration_text="PT2H")

    assert overnight.arrives.isoformat() == "2026-12-13T09:30:00+00:00"
    assert same.arrives.isoformat() == "2026-12-12T19:04:02+00:00"
    assert unknown.arrives.isoformat() == "2026-12-12T12:00:00+00:00"
    for found in (overnight, same, unknown):
        assert found.arrives - found.departs == found.duration


def test_skipped_local_times_move_forward():
    """01:30 on the night that loses an hour is 02:30."""
    lisbon = zone_by_name("Europe/Lisbon")
    assert lisbon is not None

    assert localize(dt.datetime(2026, 3, 29, 1, 30), lisbon).isoformat() == "2026-03-29T02:30:00+01:00"


def test_unknown_zones_are_none():
    """Nothing is guessed."""
    assert zone_by_name("Moon/Tranquility") is None
    assert zone_by_name("../etc/passwd") is None


@given(
    name=st.sampled_from(sorted(set(place_table().zones))),
    moment=st.datetimes(min_value=dt.datetime(2020, 1, 1), max_value=dt.datetime(2037, 1, 1)),
)
def test_moments_and_local_times_agree(name, moment):
    """From a moment to the clock of any place and back: the same moment, one of the two readings where it is twofold."""
    there = zone_by_name(name)
    assert there is not None
    utc = moment.replace(tzinfo=dt.UTC)

    local = from_utc(utc, there)

    assert local == utc
    assert utc in {localize(local.replace(tzinfo=None), there, fold=fold) for fold in (0, 1)}
