"""The sandbox: the same for the same question, and like the world."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncassist._clock import SYSTEM_CLOCK
from asyncassist.errors import AllProvidersFailedError, ConfigurationError, FlightError, OfferExpiredError
from asyncassist.flights import AsyncFlightClient, FlightQuery, SandboxProvider, SearchContext
from asyncassist.flights.airports import airport
from asyncassist.flights.providers.sandbox.data import CARRIERS, CARRIERS_BY_CODE, CARRIERS_BY_HUB
from asyncassist.flights.providers.sandbox.schedule import distance_km
from asyncassist.testing import FakeClock
from tests.flights.conftest import DAY, query

NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


def offers(asked, sandbox=None, opens=NOON):
    return (sandbox or SandboxProvider())._offers(asked, opens)


def ask(origin, destination, day=dt.date(2026, 9, 10), **more):
    return FlightQuery(origin, destination, day, **more)


def context(clock):
    return SearchContext(handler=lambda: None, clock=clock, left=lambda: 60.0)


def test_the_same_question_has_the_same_answer_in_every_process():
    """Offers, prices, ids; another seed is another world."""
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
    assert str([(one.id, str(one.total.amount)) for one in offers(ask("LIS", "BER"))]) == runs.pop().strip()
    assert offers(ask("LIS", "BER")) != offers(ask("LIS", "BER"), SandboxProvider(seed="another"))


@pytest.mark.parametrize(
    ("origin", "destination"),
    [("LIS", "MAD"), ("LON", "NYC"), ("OPO", "GVA"), ("GRU", "LIS"), ("SYD", "LIS"), ("VXE", "NRT"), ("XRY", "PVH")],
)
def test_flights_are_like_flights(origin, destination):
    """Speeds of aircraft, airlines at home at one end of each flight, changes that can be made."""
    found = offers(ask(origin, destination))

    assert found
    for one in found:
        for way in one.itineraries:
            for segment in way.segments:
                here, there = airport(segment.origin), airport(segment.destination)
                assert here is not None
                assert there is not None
                speed = distance_km(here, there) / (segment.duration.total_seconds() / 3600)
                assert 60 < speed < 950
                operator = CARRIERS_BY_CODE[segment.operating_carrier]
                assert {segment.origin, segment.destination} & set(operator.hubs)
            for before, after in zip(way.segments, way.segments[1:], strict=False):
                assert dt.timedelta(minutes=55) <= after.departs - before.arrives <= dt.timedelta(hours=9)


def test_every_kind_of_way():
    """Direct, one stop, two stops, overnight."""
    found = [*offers(ask("LIS", "MAD")), *offers(ask("SYD", "LIS")), *offers(ask("XRY", "PVH"))]
    stops = {one.stops for one in found}

    assert {0, 1, 2} <= stops
    assert any(one.itineraries[0].segments[-1].arrives_local.date() > dt.date(2026, 9, 10) for one in found)


def test_the_rest_of_the_world():
    """From anywhere in the tables to anywhere: there is a way, or it is said that there is none."""
    assert offers(ask("BVC", "LIS"))
    assert offers(ask("FNC", "AKL"))
    assert offers(ask("QQQ", "LIS")) == []


def test_cabins():
    """Business on every airline but the cheap ones; first only where there is one, on long flights."""
    business = offers(ask("LIS", "JFK", cabin="business"))
    first = offers(ask("FRA", "JFK", cabin="first"))
    premium = offers(ask("LHR", "SIN", cabin="premium_economy"))

    assert {one.cabin for one in business} == {"business"}
    assert first
    assert all(CARRIERS_BY_CODE[one.itineraries[0].segments[0].operating_carrier].kind != "low" for one in first)
    assert {one.cabin for one in premium} == {"premium_economy"}
    assert offers(ask("LIS", "MAD", cabin="first")) == []
    assert offers(ask("LIS", "MAD", cabin="premium_economy")) == []


def test_fares_and_travellers():
    """Dearer fares bring bags and rules; children pay less, infants a tenth; yen have no hundredths."""
    one, family = offers(ask("LIS", "AMS")), offers(ask("LIS", "AMS", adults=2, children=1, infants=1))
    yen = offers(ask("LIS", "AMS", currency="JPY"))
    other = offers(ask("LIS", "AMS", currency="XTS"))

    by_fare = {made.fare.name: made for made in one if made.itineraries == one[0].itineraries}
    assert by_fare["Light"].total.amount < by_fare["Classic"].total.amount
    assert by_fare["Light"].fare.checked_bags == 0
    ratio = family[0].total.amount / one[0].total.amount
    assert Decimal("2.84") < ratio < Decimal("2.86")
    assert yen[0].total.amount == yen[0].total.amount.to_integral_value()
    assert other[0].total.amount == one[0].total.amount
    assert all(1 <= made.seats_left <= 9 for made in one)


def test_flights_that_have_left_are_not_sold():
    """On the day itself only what leaves later."""
    day = dt.date(2026, 9, 10)
    noon = dt.datetime(2026, 9, 10, 12, tzinfo=dt.UTC)

    left = offers(ask("LIS", "MAD", day), opens=noon)

    assert len(left) < len(offers(ask("LIS", "MAD", day)))
    assert all(one.itineraries[0].departs > noon for one in left)


def test_code_shares():
    """Some flights are sold by a partner too, under its own number."""
    found = [
        segment
        for destination in ("FRA", "VIE", "ZRH", "WAW", "BRU")
        for one in offers(ask("LIS", destination))
        for way in one.itineraries
        for segment in way.segments
        if segment.carrier != segment.operating_carrier
    ]

    assert found
    for segment in found:
        assert CARRIERS_BY_CODE[segment.carrier].alliance == CARRIERS_BY_CODE[segment.operating_carrier].alliance != ""
        assert int(segment.number) >= 4000


async def test_latency_and_failures_on_demand(clock):
    """By the clock; asking again may help."""
    later = query()
    async with AsyncFlightClient(providers=[SandboxProvider(latency=2.1)], now=SYSTEM_CLOCK):
        pass
    slow = SandboxProvider(latency=2.0)
    begun = clock()
    sizes = [len(batch) async for batch in slow.search(ask("LIS", "FRA", DAY), context(clock))]
    assert clock() - begun == pytest.approx(2.0)
    assert sizes

    async with AsyncFlightClient(providers=[SandboxProvider(failure_rate=1.0)]) as client:
        with pytest.raises(AllProvidersFailedError) as caught:
            await client.search(later)
        assert caught.value.errors["sandbox"].code == "sandbox"

    async with AsyncFlightClient(providers=[SandboxProvider(failure_rate=0.5)], ttl=0.0) as client:
        outcomes = [bool(result.offers) for result in [(await client.search_many([later]))[0] for _ in range(20)]]
    assert {True, False} == set(outcomes)


async def test_prices_change_and_offers_go():
    """Always the same ones; a price that was checked stays; what has left is gone."""
    clock = FakeClock(NOON.timestamp())
    asked = ask("LIS", "FRA")
    moving = SandboxProvider(price_change_rate=1.0, latency=1.0)
    found = offers(asked, moving)

    first = [await moving.price(one, context(clock)) for one in found]
    again = [await moving.price(one, context(clock)) for one in found]
    assert [one.total for one in first] == [one.total for one in again]
    assert all(one.changed for one in first)
    assert {one.total.amount > one.old_total.amount for one in first} == {True, False}
    kept = await moving.price(first[0].offer, context(clock))
    assert not kept.changed

    gone = SandboxProvider(expire_rate=1.0)
    with pytest.raises(OfferExpiredError):
        await gone.price(found[0], context(clock))
    clock.advance(86400 * 365)
    with pytest.raises(OfferExpiredError):
        await moving.price(found[0], context(clock))
    broken = SandboxProvider(failure_rate=1.0)
    with pytest.raises(FlightError):
        await broken.price(found[0], context(FakeClock(NOON.timestamp())))


def test_the_tables_hold_together():
    """Every hub is an airport that is known, every code is one airline's."""
    assert len(CARRIERS_BY_CODE) == len(CARRIERS)
    assert all(airport(code) is not None for code in CARRIERS_BY_HUB)
    assert all(len(carrier.country) == 2 for carrier in CARRIERS)


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
def test_constructor_refuses_what_cannot_work(field, facts):
    """By name."""
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
def test_any_two_hubs_on_any_day(pair, day, back):
    """Times agree with zones and durations on both sides of every change of clocks; the way back leaves after arrival."""
    home = None if back is None else day + dt.timedelta(days=back)
    for one in offers(ask(*pair, day, return_date=home)):
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
