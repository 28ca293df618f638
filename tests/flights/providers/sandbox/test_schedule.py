"""The sandbox's synthetic schedule: seeded random numbers, distances, journeys and codeshares."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist.flights.airports import airport
from asyncassist.flights.providers.sandbox.data import CARRIERS_BY_CODE
from asyncassist.flights.providers.sandbox.schedule import (
    ScheduleGenerator,
    SeededRandom,
    codeshare_partner,
    distance_km,
)

DAY = dt.date(2026, 9, 10)


@pytest.fixture(scope="module")
def schedule():
    """The schedule of the default seed."""
    return ScheduleGenerator(SeededRandom("asyncassist"))


@given(st.text(max_size=20), st.integers(1, 1000))
def test_random_numbers_depend_on_seed_and_key_only(key, count):
    """One seed and key give one number in range, whatever was drawn before; another seed gives another."""
    random = SeededRandom("a")
    number = random.random(key)
    random.random("other")

    assert 0.0 <= number < 1.0
    assert number == random.random(key) == SeededRandom("a").random(key) != SeededRandom("b").random(key)
    assert 0 <= random.randrange(count, key) < count


def test_distances_are_great_circles():
    """Lisbon to New York is some 5400 km in both directions, and a place is 0 km from itself."""
    lisbon, new_york = airport("LIS"), airport("JFK")
    assert lisbon is not None
    assert new_york is not None

    assert distance_km(lisbon, new_york) == distance_km(new_york, lisbon) == pytest.approx(5410, rel=0.01)
    assert distance_km(lisbon, lisbon) == 0.0


@pytest.mark.parametrize(("origin", "destination"), [("LIS", "MAD"), ("LON", "NYC"), ("SYD", "LIS"), ("FNC", "PVH")])
def test_journeys_connect_and_are_sorted_by_duration(schedule, origin, destination):
    """All depart on the local date; connections take 55 minutes to 9 hours."""
    journeys = schedule.journeys(origin, destination, DAY)

    assert journeys
    assert [one.duration for one in journeys] == sorted(one.duration for one in journeys)
    for journey in journeys:
        assert journey.flights[0].departs.date() == DAY
        assert journey.distance == sum(flight.distance for flight in journey.flights)
        assert journey.carrier in {flight.carrier for flight in journey.flights}
        for flight in journey.flights:
            assert flight.duration > dt.timedelta(minutes=30)
        for before, after in zip(journey.flights, journey.flights[1:], strict=False):
            assert before.destination == after.origin
            assert dt.timedelta(minutes=55) <= after.departs - before.arrives <= dt.timedelta(hours=9)


def test_schedules_depend_on_the_seed(schedule):
    """An equal seed gives equal journeys, another seed others, and an unknown code none."""
    expected = schedule.journeys("LIS", "BER", DAY)

    assert ScheduleGenerator(SeededRandom("asyncassist")).journeys("LIS", "BER", DAY) == expected
    assert ScheduleGenerator(SeededRandom("another")).journeys("LIS", "BER", DAY) != expected
    assert schedule.journeys("QQQ", "LIS", DAY) == []


def test_codeshare_partners_are_of_the_alliance_and_an_end_of_the_route():
    """Lufthansa sells TAP's flights to Germany; a route elsewhere and an airline without alliance have no partner."""
    lisbon, frankfurt, new_york = airport("LIS"), airport("FRA"), airport("JFK")
    tap = CARRIERS_BY_CODE["TP"]
    assert lisbon is not None
    assert frankfurt is not None
    assert new_york is not None

    partner = codeshare_partner(tap, lisbon, frankfurt)

    assert partner is CARRIERS_BY_CODE["LH"]
    assert codeshare_partner(tap, lisbon, lisbon) is None
    assert codeshare_partner(CARRIERS_BY_CODE["FR"], lisbon, frankfurt) is None
