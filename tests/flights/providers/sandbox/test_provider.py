"""SandboxProvider: deterministic, plausible offers, and simulated latency, failures and price changes."""

from __future__ import annotations

import asyncio
import datetime as dt
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncassist._clock import SYSTEM_CLOCK
from asyncassist._places import distance_km
from asyncassist.errors import AllProvidersFailedError, ConfigurationError, FlightError, OfferExpiredError
from asyncassist.flights import AsyncFlightClient, FlightQuery, SandboxProvider, SearchContext
from asyncassist.flights.airports import airport
from asyncassist.flights.providers.sandbox.data import CARRIERS_BY_CODE, CARRIERS_BY_HUB
from asyncassist.testing import FakeClock
from tests.flights.conftest import DAY, query

NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


def sandbox_offers(asked, sandbox=None, earliest_departure=NOON):
    return (sandbox or SandboxProvider())._offers(asked, earliest_departure)


def trip_query(origin, destination, day=dt.date(2026, 9, 10), **more):
    return FlightQuery(origin, destination, day, **more)


def context(clock):
    return SearchContext(handler=lambda: None, clock=clock, left=lambda: 60.0)


def test_offers_are_deterministic_across_processes():
    """Offers, prices and ids depend on query and seed only."""
    code = (
        "import datetime as dt; from asyncassist.flights import *;"
        "found = SandboxProvider()._offers(FlightQuery('LIS', 'BER', dt.date(2026, 9, 10)),"
        " dt.datetime(2026, 6, 1, tzinfo=dt.UTC));"
        "print([(o.id, str(o.total.amount)) for o in found])"
    )
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }

    assert len(runs) == 1
    assert (
        str([(one.id, str(one.total.amount)) for one in sandbox_offers(trip_query("LIS", "BER"))]) == runs.pop().strip()
    )
    assert sandbox_offers(trip_query("LIS", "BER")) != sandbox_offers(
        trip_query("LIS", "BER"), SandboxProvider(seed="another")
    )


@pytest.mark.parametrize(
    ("origin", "destination"),
    [("LIS", "MAD"), ("LON", "NYC"), ("OPO", "GVA"), ("GRU", "LIS"), ("SYD", "LIS"), ("VXE", "NRT"), ("XRY", "PVH")],
)
def test_flights_are_plausible(origin, destination):
    """Speeds are those of aircraft, an end of each flight is a hub of its airline, and connections can be made."""
    found = sandbox_offers(trip_query(origin, destination))

    assert found
    for one in found:
        for way in one.itineraries:
            for segment in way.segments:
                origin_airport, destination_airport = airport(segment.origin), airport(segment.destination)
                assert origin_airport is not None
                assert destination_airport is not None
                speed = distance_km(origin_airport, destination_airport) / (segment.duration.total_seconds() / 3600)
                assert 60 < speed < 950
                operator = CARRIERS_BY_CODE[segment.operating_carrier]
                assert {segment.origin, segment.destination} & set(operator.hubs)
            for before, after in zip(way.segments, way.segments[1:], strict=False):
                assert dt.timedelta(minutes=55) <= after.departs - before.arrives <= dt.timedelta(hours=9)


def test_offers_have_up_to_two_stops():
    """There are direct flights, one and two stops, and overnight arrivals."""
    found = [
        *sandbox_offers(trip_query("LIS", "MAD")),
        *sandbox_offers(trip_query("SYD", "LIS")),
        *sandbox_offers(trip_query("XRY", "PVH")),
    ]
    stops = {one.stops for one in found}

    assert {0, 1, 2} <= stops
    assert any(one.itineraries[0].segments[-1].arrives_local.date() > dt.date(2026, 9, 10) for one in found)


def test_remote_places_have_offers():
    """Small airports are connected too; an unknown code gives no offers."""
    assert sandbox_offers(trip_query("BVC", "LIS"))
    assert sandbox_offers(trip_query("FNC", "AKL"))
    assert sandbox_offers(trip_query("QQQ", "LIS")) == []


def test_cabins_depend_on_airline_and_distance():
    """Low-cost airlines have economy only; first class exists on some long flights."""
    business = sandbox_offers(trip_query("LIS", "JFK", cabin="business"))
    first = sandbox_offers(trip_query("FRA", "JFK", cabin="first"))
    premium = sandbox_offers(trip_query("LHR", "SIN", cabin="premium_economy"))

    assert {one.cabin for one in business} == {"business"}
    assert first
    assert all(CARRIERS_BY_CODE[one.itineraries[0].segments[0].operating_carrier].kind != "low" for one in first)
    assert {one.cabin for one in premium} == {"premium_economy"}
    assert sandbox_offers(trip_query("LIS", "MAD", cabin="first")) == []
    assert sandbox_offers(trip_query("LIS", "MAD", cabin="premium_economy")) == []


def test_fares_by_family_traveller_and_currency():
    """Dearer fares include bags, children pay less, infants a tenth, and yen have no decimals."""
    one, family = (
        sandbox_offers(trip_query("LIS", "AMS")),
        sandbox_offers(trip_query("LIS", "AMS", adults=2, children=1, infants=1)),
    )
    yen = sandbox_offers(trip_query("LIS", "AMS", currency="JPY"))
    other = sandbox_offers(trip_query("LIS", "AMS", currency="XTS"))

    by_fare = {made.fare.name: made for made in one if made.itineraries == one[0].itineraries}
    assert by_fare["Light"].total.amount < by_fare["Classic"].total.amount
    assert by_fare["Light"].fare.checked_bags == 0
    ratio = family[0].total.amount / one[0].total.amount
    assert Decimal("2.84") < ratio < Decimal("2.86")
    assert yen[0].total.amount == yen[0].total.amount.to_integral_value()
    assert other[0].total.amount == one[0].total.amount
    assert all(1 <= made.seats_left <= 9 for made in one)


def test_departed_flights_are_not_offered():
    """On the day of departure only later flights are offered."""
    day = dt.date(2026, 9, 10)
    noon = dt.datetime(2026, 9, 10, 12, tzinfo=dt.UTC)

    left = sandbox_offers(trip_query("LIS", "MAD", day), earliest_departure=noon)

    assert len(left) < len(sandbox_offers(trip_query("LIS", "MAD", day)))
    assert all(one.itineraries[0].departs > noon for one in left)


def test_codeshares_have_the_partners_number():
    """Some flights are sold by an alliance partner too, under its own number."""
    found = [
        segment
        for destination in ("FRA", "VIE", "ZRH", "WAW", "BRU")
        for one in sandbox_offers(trip_query("LIS", destination))
        for way in one.itineraries
        for segment in way.segments
        if segment.carrier != segment.operating_carrier
    ]

    assert found
    for segment in found:
        assert CARRIERS_BY_CODE[segment.carrier].alliance == CARRIERS_BY_CODE[segment.operating_carrier].alliance != ""
        assert int(segment.number) >= 4000


async def test_latency_and_failures_are_simulated(clock):
    """Latency is slept by the clock, and a retry of a failed call may succeed."""
    later = query()
    async with AsyncFlightClient(providers=[SandboxProvider(latency=2.1)], now=SYSTEM_CLOCK):
        pass
    slow = SandboxProvider(latency=2.0)
    begun = clock()
    sizes = [len(batch) async for batch in slow.search(trip_query("LIS", "FRA", DAY), context(clock))]
    assert clock() - begun == pytest.approx(2.0)
    assert sizes

    async with AsyncFlightClient(providers=[SandboxProvider(failure_rate=1.0)]) as client:
        with pytest.raises(AllProvidersFailedError) as caught:
            await client.search(later)
        assert caught.value.errors["sandbox"].code == "sandbox"

    async with AsyncFlightClient(providers=[SandboxProvider(failure_rate=0.5)], ttl=0.0) as client:
        outcomes = [bool(result.offers) for result in [(await client.search_many([later]))[0] for _ in range(20)]]
    assert {True, False} == set(outcomes)


async def test_price_changes_and_expiries_are_simulated():
    """Changes are deterministic, a checked price is final, and departed flights have expired."""
    clock = FakeClock(NOON.timestamp())
    asked = trip_query("LIS", "FRA")
    provider = SandboxProvider(price_change_rate=1.0, latency=1.0)
    found = await asyncio.to_thread(sandbox_offers, asked, provider)  # reads time zones from disk

    first = [await provider.price(one, context(clock)) for one in found]
    again = [await provider.price(one, context(clock)) for one in found]
    assert [one.total for one in first] == [one.total for one in again]
    assert all(one.changed for one in first)
    assert {one.total.amount > one.old_total.amount for one in first} == {True, False}
    second = await provider.price(first[0].offer, context(clock))
    assert not second.changed

    expiring = SandboxProvider(expire_rate=1.0)
    with pytest.raises(OfferExpiredError):
        await expiring.price(found[0], context(clock))
    clock.advance(86400 * 365)
    with pytest.raises(OfferExpiredError):
        await provider.price(found[0], context(clock))
    broken = SandboxProvider(failure_rate=1.0)
    with pytest.raises(FlightError):
        await broken.price(found[0], context(FakeClock(NOON.timestamp())))


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("latency", {"latency": -1}),
        ("failure_rate", {"failure_rate": 1.5}),
        ("price_change_rate", {"price_change_rate": -0.1}),
        ("expire_rate", {"expire_rate": "x"}),
        ("seed", {"seed": 5}),
    ],
)
def test_invalid_arguments_are_rejected(field, facts):
    """ConfigurationError names the argument."""
    with pytest.raises(ConfigurationError) as caught:
        SandboxProvider(**facts)
    assert caught.value.field == field


HUB_CODES = sorted(CARRIERS_BY_HUB)


@settings(max_examples=40, deadline=None)
@given(
    pair=st.lists(st.sampled_from(HUB_CODES), min_size=2, max_size=2, unique=True),
    day=st.dates(min_value=dt.date(2026, 6, 10), max_value=dt.date(2027, 5, 1)),
    back=st.none() | st.integers(0, 14),
)
def test_offers_between_any_hubs_are_consistent(pair, day, back):
    """Times fit zones and durations across every change of clocks; the return departs after the arrival."""
    home = None if back is None else day + dt.timedelta(days=back)
    for one in sandbox_offers(trip_query(*pair, day, return_date=home)):
        assert one.total.amount > 0
        for way in one.itineraries:
            assert (
                way.duration
                == way.arrives - way.departs
                == sum((s.duration for s in way.segments), dt.timedelta())
                + sum(
                    (b.departs - a.arrives for a, b in zip(way.segments, way.segments[1:], strict=False)),
                    dt.timedelta(),
                )
            )
        if home is not None:
            assert one.itineraries[0].arrives < one.itineraries[1].departs


def test_offers_say_that_they_are_invented():
    """Offers of a sandbox under any name are invented."""
    for name in ("sandbox", "Avion"):
        offers = sandbox_offers(trip_query("LIS", "BER"), SandboxProvider(name=name))
        assert offers
        assert all(offer.invented and offer.provider == name for offer in offers)
