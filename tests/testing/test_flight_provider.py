"""FakeProvider: offers of the test, in this process."""

import datetime as dt
from decimal import Decimal

import pytest

from asyncassist.errors import AllProvidersFailedError, ConfigurationError, FlightError, OfferExpiredError
from asyncassist.flights import AsyncFlightClient, FlightProvider, FlightQuery, Money
from asyncassist.testing import FakeProvider, fake_offer, fake_segment

MORNING = dt.datetime(2027, 3, 12, 9)
QUERY = FlightQuery("LIS", "BER", MORNING.date())
OFFER = fake_offer(fake_segment("LIS", "BER", MORNING))


def now():
    return dt.datetime(2027, 1, 1, tzinfo=dt.UTC).timestamp()


async def test_offers_are_returned_whatever_the_query():
    """As those of the provider; the queries are recorded."""
    provider = FakeProvider([OFFER], name="mine")
    assert isinstance(provider, FlightProvider)
    async with AsyncFlightClient(providers=[provider], now=now) as flights:
        result = await flights.search(QUERY)
        health = await flights.health()

    assert [(offer.id, offer.provider) for offer in result.offers] == [(OFFER.id, "mine")]
    assert provider.queries == [QUERY]
    assert health.status == "pass"


async def test_offers_can_follow_the_query():
    """A function of the query returns them."""
    provider = FakeProvider(lambda query: [fake_offer(fake_segment(query.origin, query.destination, MORNING))])
    async with AsyncFlightClient(providers=[provider], now=now) as flights:
        result = await flights.search(FlightQuery("MAD", "VIE", MORNING.date()))

    assert str(result.offers[0].itineraries[0]) == "MAD-VIE 2027-03-12 09:00, direct"


async def test_prices_change_and_offers_expire():
    """A price check finds the current price, or that the offer is no longer sold."""
    provider = FakeProvider([OFFER])
    async with AsyncFlightClient(providers=[provider], now=now) as flights:
        offer = (await flights.search(QUERY)).offers[0]
        same = await flights.price(offer)
        provider.prices[offer.id] = Money(Decimal("120.00"), "EUR")
        priced = await flights.price(offer)
        provider.expired.add(offer.id)
        with pytest.raises(OfferExpiredError):
            await flights.price(offer)

    assert (same.changed, priced.changed) == (False, True)
    assert (str(priced.total), str(priced.old_total)) == ("120.00 EUR", "99.00 EUR")


async def test_an_error_fails_searches_price_checks_and_health():
    """Until it is taken away."""
    provider = FakeProvider([OFFER], error=FlightError("unavailable", provider="fake", code="503"))
    async with AsyncFlightClient(providers=[provider], now=now) as flights:
        with pytest.raises(AllProvidersFailedError):
            await flights.search(QUERY)
        with pytest.raises(FlightError, match="unavailable"):
            await flights.price(OFFER)
        failing = await provider.check()
        provider.error = None
        result = await flights.search(QUERY)

    assert failing.status == "fail"
    assert len(result.offers) == 1
    assert await provider.places("lis") == []
    await provider.aclose()


async def test_a_delay_is_by_the_clock_of_the_client(clock):
    """No real time passes on a fake clock."""
    provider = FakeProvider([OFFER], delay=3.0)
    start = clock()
    async with AsyncFlightClient(providers=[provider], now=clock) as flights:
        await flights.search(FlightQuery("LIS", "BER", dt.date(2026, 3, 12)))

    assert clock() - start >= 3.0


def test_times_are_local_at_the_airports():
    """A flight to another time zone arrives by the clock there; a skipped hour does not exist."""
    west = fake_segment("BER", "LIS", MORNING, minutes=180)
    night = fake_segment("LIS", "BER", dt.datetime(2027, 3, 28, 0, 30), minutes=60)

    assert (west.departs_local, west.arrives_local) == (MORNING, MORNING + dt.timedelta(hours=2))
    assert west.arrives - west.departs == dt.timedelta(hours=3)
    assert night.arrives - night.departs == dt.timedelta(hours=1)


def test_slices_with_stops_are_a_return_trip():
    """Several flights are one slice, in order."""
    there = [fake_segment("LIS", "MAD", MORNING), fake_segment("MAD", "BER", MORNING + dt.timedelta(hours=6))]
    back = fake_segment("BER", "LIS", MORNING + dt.timedelta(days=5), flight="TP7")
    offer = fake_offer(there, back, price="250.50", currency="USD")

    assert [itinerary.stops for itinerary in offer.itineraries] == [1, 0]
    assert str(offer.total) == "250.50 USD"
    assert offer.id != OFFER.id
    assert fake_offer(back, ident="mine").id == "mine"


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: fake_segment("LIS", "???", MORNING), "airport"),
        (lambda: fake_segment("LIS", "BER", MORNING.replace(tzinfo=dt.UTC)), "departs"),
        (lambda: fake_segment("LIS", "BER", MORNING, flight="XX"), "flight"),
        (lambda: fake_segment("LIS", "BER", MORNING.date()), "departs"),
        (fake_offer, "flights"),
        (lambda: fake_offer([]), "flights"),
        (lambda: fake_offer("LIS-BER"), "flights"),
        (lambda: fake_offer(None), "flights"),
        (lambda: fake_offer(fake_segment("LIS", "BER", MORNING), price="12 EUR"), "price"),
        (lambda: fake_offer(fake_segment("LIS", "BER", MORNING), price="NaN"), "price"),
        (lambda: FakeProvider(OFFER), "offers"),
        (lambda: FakeProvider(["LIS-BER"]), "offers"),
        (lambda: FakeProvider(error="down"), "error"),
    ],
    ids=map(str, range(13)),
)
def test_invalid_arguments_are_named(make, field):
    """A test that is written wrongly fails where it is wrong."""
    with pytest.raises(ValueError, match=field):
        make()


def test_invalid_assignments_are_named():
    """What is assigned later is checked like an argument, and what was there stays."""
    provider = FakeProvider([OFFER])
    with pytest.raises(ConfigurationError, match="offers"):
        provider.offers = OFFER  # type: ignore[assignment]
    with pytest.raises(ConfigurationError, match="error"):
        provider.error = "down"  # type: ignore[assignment]

    assert (provider.offers, provider.error) == ([OFFER], None)
