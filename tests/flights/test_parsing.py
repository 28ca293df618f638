"""Parsers of provider data: exact values, or an error."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import pytest

from asyncassist.flights import parsing
from asyncassist.flights.parsing import UnreadableError, parse_duration, parse_money, resolve_flight_times


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
def test_durations_are_parsed(text, length):
    """ISO 8601 durations may exceed 24 hours; malformed, zero and implausible ones are None."""
    assert parsing.parse_duration(text) == length


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
def test_times_are_parsed(text, time):
    """Times are local or have an offset; hours past midnight belong to the next day."""
    assert parsing.parse_datetime(text) == time


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
def test_invalid_times_are_rejected(text):
    """Bare dates, other values and implausible years raise."""
    with pytest.raises(UnreadableError):
        parsing.parse_datetime(text)


@pytest.mark.parametrize(
    ("amount", "currency", "exact"),
    [("932.70", "EUR", "932.70"), (Decimal("342.2"), "usd", "342.2"), (" 5 ", "EUR ", "5"), (7, "JPY", "7")],
)
def test_money_is_exact(amount, currency, exact):
    """Amounts are parsed digit by digit, currencies in any case."""
    money = parsing.parse_money(amount, currency)

    assert str(money.amount) == exact
    assert money.currency == currency.strip().upper()


@pytest.mark.parametrize(
    ("amount", "currency"), [(None, "EUR"), ("12,50", "EUR"), ("NaN", "EUR"), ("-1", "EUR"), ("1", None), ("1", "E")]
)
def test_invalid_money_is_rejected(amount, currency):
    """Missing, malformed and negative amounts and invalid currencies raise."""
    with pytest.raises(UnreadableError):
        parsing.parse_money(amount, currency)


def test_codes_flight_numbers_and_cabins_are_normalized():
    """Leading zeros are dropped, cabins come in any spelling, and unknown cabins count as economy."""
    assert parsing.parse_flight_number("0042") == "42"
    assert parsing.parse_flight_number(188) == "188"
    assert parsing.parse_cabin("PREMIUM_ECONOMY") == parsing.parse_cabin("Premium Economy") == "premium_economy"
    assert parsing.parse_cabin(None) == parsing.parse_cabin("coach") == "economy"
    assert parsing.parse_iata_code("lis") == "LIS"
    for wrong in (None, "", "LISBON", "L!S", 3):
        with pytest.raises(UnreadableError):
            parsing.parse_iata_code(wrong)
    for wrong in (None, "", "000", "12-3"):
        with pytest.raises(UnreadableError):
            parsing.parse_flight_number(wrong)


def test_flight_times_across_time_zones():
    """Local times of two zones give the true duration."""
    flight = resolve_flight_times("2026-12-12T10:30:00", "2026-12-12T18:05:00", "LIS", "GRU")

    assert flight.duration == hours(10) + dt.timedelta(minutes=35)
    assert flight.departs.utcoffset() == hours(0)
    assert flight.arrives.utcoffset() == hours(-3)
    assert flight.arrives - flight.departs == flight.duration


def test_flight_times_across_a_change_of_clocks():
    """In one zone, in the night that loses an hour: naive subtraction would give 7 hours."""
    flight = resolve_flight_times("2026-03-07T23:00:00", "2026-03-08T06:00:00", "LAX", "SFO")

    assert flight.duration == hours(6)
    assert flight.arrives - flight.departs == hours(6)


def test_ambiguous_local_times_are_resolved_by_the_duration():
    """01:30 in the night that gains an hour is its first or second occurrence, as the duration requires."""
    first = resolve_flight_times("2026-10-25T00:30:00", "2026-10-25T01:30:00", "LIS", "OPO", duration_text="PT1H")
    second = resolve_flight_times("2026-10-25T00:30:00", "2026-10-25T01:30:00", "LIS", "OPO", duration_text="PT2H")
    leaving = resolve_flight_times("2026-10-25T01:30:00", "2026-10-25T03:00:00", "LIS", "OPO", duration_text="PT1H30M")
    neither = resolve_flight_times("2026-10-25T00:30:00", "2026-10-25T01:30:00", "LIS", "OPO", duration_text="PT5H")

    assert first.arrives.utcoffset() == hours(1)
    assert second.arrives.utcoffset() == hours(0)
    assert leaving.departs.utcoffset() == hours(0)
    assert neither.duration == hours(1)


def test_the_duration_gives_the_offset_of_an_unknown_airport():
    """With one airport known, duration and local times give the other's offset; an impossible offset raises."""
    ends = resolve_flight_times("2026-12-12T10:00:00", "2026-12-12T13:00:00", "LIS", "QQQ", duration_text="PT2H")
    starts = resolve_flight_times("2026-12-12T10:00:00", "2026-12-12T13:00:00", "QQQ", "LIS", duration_text="PT2H")

    assert ends.arrives.utcoffset() == hours(1)
    assert starts.departs.utcoffset() == hours(-1)
    assert resolve_flight_times(
        "2026-12-12T10:00:00", "2026-12-12T13:00:00", "QQQ", "QQX", zones=("UTC", "Europe/Paris")
    ).duration == hours(2)
    for origin, destination, duration_text in (
        ("QQQ", "QQX", "PT2H"),
        ("LIS", "QQQ", None),
        ("QQQ", "LIS", None),
        ("LIS", "QQQ", "P9D"),
    ):
        with pytest.raises(UnreadableError):
            resolve_flight_times(
                "2026-12-12T10:00:00", "2026-12-12T13:00:00", origin, destination, duration_text=duration_text
            )


def test_times_with_utc_offsets_are_converted_to_local_time():
    """An offset determines the instant; local times are those of the airport."""
    flight = resolve_flight_times("2026-12-12T10:00:00Z", "2026-12-12T12:00:00+00:00", "LIS", "MAD")
    nowhere = resolve_flight_times("2026-12-12T10:00:00Z", "2026-12-12T12:00:00+00:00", "QQQ", "QQX")

    assert flight.arrives.replace(tzinfo=None) == dt.datetime(2026, 12, 12, 13)
    assert flight.duration == nowhere.duration == hours(2)


def test_an_arrival_before_the_departure_is_rejected():
    """An arrival before the departure or more than ten days after it raises."""
    with pytest.raises(UnreadableError):
        resolve_flight_times("2026-12-12T10:00:00", "2026-12-12T09:00:00", "LIS", "OPO")
    with pytest.raises(UnreadableError):
        resolve_flight_times("2026-12-12T10:00:00", "2026-12-25T09:00:00", "LIS", "OPO")


def test_an_impossible_arrival_is_corrected_by_the_duration():
    """A date not advanced past midnight, an arrival equal to the departure: departure and duration count."""
    overnight = resolve_flight_times(
        "2026-12-12T22:00:00", "2026-12-12T09:30:00", "JFK", "LIS", duration_text="PT6H30M"
    )
    same = resolve_flight_times("2026-12-12T16:38:02", "2026-12-12T16:38:02", "LHR", "LHR", duration_text="PT02H26M")
    unknown = resolve_flight_times("2026-12-12T10:00:00Z", "2026-12-12T09:00:00Z", "QQQ", "QQX", duration_text="PT2H")

    assert overnight.arrives.isoformat() == "2026-12-13T09:30:00+00:00"
    assert same.arrives.isoformat() == "2026-12-12T19:04:02+00:00"
    assert unknown.arrives.isoformat() == "2026-12-12T12:00:00+00:00"
    for found in (overnight, same, unknown):
        assert found.arrives - found.departs == found.duration


def test_segment_defaults_to_the_marketing_airline_and_economy():
    """Without operating airline, cabin and duration: the marketing airline, economy and the time in between."""
    one = parsing.build_segment(
        "LIS",
        "AMS",
        "2026-12-12T10:00:00",
        "2026-12-12T14:00:00",
        "TP",
        "0664",
        None,
        None,
        None,
        None,
        0,
        ("1", None),
    )

    assert (one.flight, one.operating_carrier, one.aircraft, one.cabin) == ("TP664", "TP", None, "economy")
    assert one.duration == hours(3)
    assert one.departs_local == dt.datetime(2026, 12, 12, 10)
    assert (one.origin_terminal, one.destination_terminal) == ("1", None)


def test_itinerary_counts_connections_and_technical_stops():
    """Two segments, one with a technical stop, are two stops; an itinerary without segments is rejected."""
    first = parsing.build_segment(
        "LIS",
        "FRA",
        "2026-12-12T08:00:00",
        "2026-12-12T12:00:00",
        "LH",
        "1",
        None,
        None,
        None,
        None,
        1,
        (None, None),
    )
    second = parsing.build_segment(
        "FRA",
        "AMS",
        "2026-12-12T13:00:00",
        "2026-12-12T14:00:00",
        "LH",
        "2",
        None,
        None,
        None,
        None,
        0,
        (None, None),
    )

    assert parsing.build_itinerary([first, second]).stops == 2
    assert parsing.build_itinerary([first, second]).duration == hours(5)
    for contradictory in ([], [second, first]):
        with pytest.raises(UnreadableError):
            parsing.build_itinerary(contradictory)


@pytest.mark.parametrize("stated", ["PT3H", "PT30H", "P9D", None])
def test_durations_agree_with_the_aware_times(stated):
    """A stated duration that contradicts the local times is not passed on: eight hours from Lisbon to New York."""
    flight = resolve_flight_times("2026-12-12T10:00:00", "2026-12-12T13:00:00", "LIS", "JFK", duration_text=stated)

    assert flight.arrives - flight.departs == flight.duration == hours(8)


@pytest.mark.parametrize("text", [f"P{'9' * 20}D", f"PT{'9' * 5000}M", "P999999999D", f"PT{'9' * 10}S"])
def test_durations_beyond_all_time_are_none(text):
    """No number of digits makes a duration raise."""
    assert parse_duration(text) is None


@pytest.mark.parametrize("amount", ["1E+999999", "1e-400000", "1E+18", "0E+99", "1e-41", Decimal("1E+27")])
def test_amounts_beyond_any_price_are_rejected(amount):
    """An amount has at most 18 digits before the point and 40 after it."""
    with pytest.raises(UnreadableError):
        parse_money(amount, "EUR")


def test_counts_and_coordinates_beyond_sense_are_none():
    """What is no count of seats, bags or stops, or not on the globe, counts as unknown."""
    assert [parsing.count(value, 999) for value in (None, math.nan, math.inf, -1, 10**30, 0, 4.0)] == [
        *[None] * 5,
        0,
        4,
    ]
    assert parsing.coordinates(38.7, -9.1) == (38.7, -9.1)
    for latitude, longitude in ((math.nan, 1.0), (1.0, math.inf), (91.0, 1.0), (None, 1.0)):
        assert parsing.coordinates(latitude, longitude) == (None, None)


def test_overlong_flight_numbers_are_rejected():
    """A flight number has at most eight characters."""
    with pytest.raises(UnreadableError):
        parsing.parse_flight_number("1" * 9)
