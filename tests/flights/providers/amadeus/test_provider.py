"""Amadeus to the letter: what is sent, and how what comes is read."""

from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal

import pytest

from asyncassist._clock import SYSTEM_CLOCK
from asyncassist.errors import AllProvidersFailedError, AuthenticationError, ConfigurationError
from asyncassist.flights import AmadeusProvider, AsyncFlightClient, Slice
from asyncassist.flights.providers.amadeus import wire
from asyncassist.flights.query import SORTS
from asyncassist.testing import FakeClock, FakeFlightServer
from tests.flights.conftest import DAY, query


def test_a_search_by_get():
    """Every parameter of the description, none else, with its spelling."""
    asked = query(
        return_date=DAY + dt.timedelta(days=7),
        adults=2,
        children=1,
        infants=1,
        cabin="premium_economy",
        max_stops=0,
        currency="USD",
        airlines=["TP", "KL"],
        max_price=Decimal("499.10"),
        max_offers=300,
    )

    assert wire.supports_get(asked)
    assert wire.search_params(asked) == {
        "originLocationCode": "LIS",
        "destinationLocationCode": "AMS",
        "departureDate": DAY.isoformat(),
        "returnDate": (DAY + dt.timedelta(days=7)).isoformat(),
        "adults": "2",
        "children": "1",
        "infants": "1",
        "travelClass": "PREMIUM_ECONOMY",
        "includedAirlineCodes": "TP,KL",
        "nonStop": "true",
        "currencyCode": "USD",
        "maxPrice": "500",
        "max": "250",
    }
    assert wire.search_params(query(exclude_airlines=["FR"])) == {
        "originLocationCode": "LIS",
        "destinationLocationCode": "AMS",
        "departureDate": DAY.isoformat(),
        "adults": "1",
        "travelClass": "ECONOMY",
        "excludedAirlineCodes": "FR",
        "currencyCode": "EUR",
        "max": "50",
    }


def test_a_search_by_post():
    """Several ways, or a number of stops that GET cannot say."""
    asked = query(
        slices=[Slice("LIS", "AMS", DAY), Slice("AMS", "FCO", DAY + dt.timedelta(days=2))],
        adults=2,
        children=1,
        infants=2,
        max_stops=1,
        airlines=["TP"],
        max_price=Decimal(900),
        cabin="business",
    )

    assert not wire.supports_get(asked)
    assert not wire.supports_get(query(max_stops=1))
    assert wire.search_body(asked) == {
        "currencyCode": "EUR",
        "originDestinations": [
            {
                "id": "1",
                "originLocationCode": "LIS",
                "destinationLocationCode": "AMS",
                "departureDateTimeRange": {"date": DAY.isoformat()},
            },
            {
                "id": "2",
                "originLocationCode": "AMS",
                "destinationLocationCode": "FCO",
                "departureDateTimeRange": {"date": (DAY + dt.timedelta(days=2)).isoformat()},
            },
        ],
        "travelers": [
            {"id": "1", "travelerType": "ADULT"},
            {"id": "2", "travelerType": "ADULT"},
            {"id": "3", "travelerType": "CHILD"},
            {"id": "4", "travelerType": "HELD_INFANT", "associatedAdultId": "1"},
            {"id": "5", "travelerType": "HELD_INFANT", "associatedAdultId": "2"},
        ],
        "sources": ["GDS"],
        "searchCriteria": {
            "maxFlightOffers": 50,
            "maxPrice": 900,
            "flightFilters": {
                "cabinRestrictions": [
                    {"cabin": "BUSINESS", "coverage": "MOST_SEGMENTS", "originDestinationIds": ["1", "2"]}
                ],
                "carrierRestrictions": {"includedCarrierCodes": ["TP"]},
                "connectionRestriction": {"maxNumberOfConnections": 1},
            },
        },
    }
    many = wire.search_body(query(max_stops=3, exclude_airlines=["FR"]))["searchCriteria"]["flightFilters"]
    assert "connectionRestriction" not in many
    assert many["carrierRestrictions"] == {"excludedCarrierCodes": ["FR"]}


async def test_headers(server):
    """Media types and the override of the description, the token, and no secret in the URL."""
    async with AsyncFlightClient(providers=[server.amadeus()]) as client:
        offers = (await client.search(query())).offers
        await client.search(query(max_stops=1))
        await client.price(offers[0])

    token, get, post, price = server.requests
    assert token.path == "/v1/security/oauth2/token"
    assert token.headers["content-type"] == "application/x-www-form-urlencoded"
    assert b"grant_type=client_credentials" in token.body
    assert get.method == "GET"
    assert "x-http-method-override" not in get.headers
    for call in (get, post, price):
        assert call.headers["accept"] == "application/vnd.amadeus+json, application/json"
        assert call.headers["authorization"].startswith("Bearer ")
        assert "test-secret" not in str(call.query)
    for call in (post, price):
        assert call.method == "POST"
        assert call.headers["content-type"] == "application/vnd.amadeus+json"
        assert call.headers["x-http-method-override"] == "GET"


async def test_a_revoked_token_costs_one_request():
    """A hundred searches at once, cold, expired and revoked: one token request each time, all answered."""
    clock = FakeClock(dt.datetime.combine(DAY, dt.time(), dt.UTC).timestamp() - 86400 * 30)
    # Few questions of the server, a hundred of ours; and a deadline that a machine busy with other things meets too.
    many = [query(max_offers=most, sort=sort) for most in range(1, 26) for sort in SORTS]
    assert len(many) == 100
    async with (
        FakeFlightServer(now=clock) as server,
        AsyncFlightClient(providers=[server.amadeus()], ttl=0.0, deadline=100.0, now=clock) as client,
    ):
        for change in (lambda: None, lambda: clock.advance(1800), server.revoke_tokens):
            change()
            before = server.token_requests
            results = await client.search_many(many)
            assert [result.errors for result in results if not result.complete] == []
            assert server.token_requests == before + 1


async def test_wrong_credentials_are_typed(server):
    """The code of Amadeus, the cause, no secret; health fails."""
    async with AsyncFlightClient(providers=[server.amadeus(client_secret="hunter2")]) as client:
        with pytest.raises(AllProvidersFailedError) as caught:
            await client.search(query())
        health = await client.health()
    error = caught.value.errors["amadeus"]
    assert error.code == "38187"
    assert isinstance(error.__cause__, AuthenticationError)
    assert health.status == "fail"
    assert "hunter2" not in f"{error} {error!r} {health}"


async def test_searches_at_a_limit():
    """Ten calls a second, tokens included, paced by `min_interval`: all answered, by the real clock, hardly any refused."""
    many = [query(max_offers=number) for number in range(1, 26)]
    async with (
        FakeFlightServer(rate_limit=10) as server,
        AsyncFlightClient(providers=[server.amadeus(min_interval=0.1)], deadline=100.0) as client,
    ):
        results = await client.search_many(many)

        assert [result.errors for result in results if not result.offers] == []
        assert server.refused <= 2  # a machine that stalls can make one of them come too soon
        calls = [call.at for call in server.requests]
        assert len(calls) == 26 + server.refused
        assert calls[-1] - calls[0] >= 2.3  # no upper bound: a busy machine sleeps longer than asked, never shorter


async def test_a_limit_that_nobody_told_us():
    """Without `min_interval`: the first burst is refused, the pace is learned, all are answered."""
    clock = FakeClock(dt.datetime.combine(DAY, dt.time(), dt.UTC).timestamp() - 86400 * 30)
    many = [query(max_offers=number) for number in range(1, 31)]
    async with (
        FakeFlightServer(rate_limit=10, now=clock) as server,
        AsyncFlightClient(providers=[server.amadeus()], deadline=100.0, now=clock) as client,
    ):
        results = await client.search_many(many)

        assert [result.errors for result in results if not result.offers] == []
        assert server.refused < 60


async def test_the_calendar(server):
    """Dates in one call; a return trip says how long it is."""
    async with AsyncFlightClient(providers=[server.amadeus()]) as client:
        prices = await client.search_dates(query(), window=2, max_searches=1)
    call = server.requests[-1]
    assert call.path == "/v1/shopping/flight-dates"
    assert len(prices) >= 3

    first, last = DAY, DAY + dt.timedelta(days=3)
    back = query(return_date=DAY + dt.timedelta(days=5), max_stops=0, max_price=Decimal("99.5"))
    assert wire.dates_params(back, first, last) == {
        "origin": "LIS",
        "destination": "AMS",
        "departureDate": f"{first},{last}",
        "oneWay": "false",
        "duration": "5",
        "nonStop": "true",
        "maxPrice": "100",
        "viewBy": "DATE",
    }
    assert wire.dates_params(query(), first, first)["departureDate"] == first.isoformat()
    assert wire.parse_date(wire.AmadeusFlightDate(departure_date="soon"), "EUR") is None
    assert wire.parse_date(wire.AmadeusFlightDate(departure_date="2026-12-12"), "EUR") is None


async def test_places(server):
    """The first word in the signs that Amadeus takes; nothing to ask, nothing asked."""
    provider = server.amadeus()
    found = await provider.places("São Paulo")
    assert server.requests[-1].query["keyword"] == "Sao"
    assert found
    count = len(server.requests)
    assert await provider.places("東京") == []
    assert await provider.places("  ") == []
    assert len(server.requests) == count
    await provider.aclose()


async def test_a_clock_of_its_own_stays(server):
    """A provider with a clock keeps it; without one it goes by the client's."""
    own, lent = FakeClock(), FakeClock()
    async with AsyncFlightClient(providers=[server.amadeus(now=own)], now=lent) as client:
        assert client._providers["amadeus"]._clock is own
    free = server.amadeus()
    async with AsyncFlightClient(providers=[free], now=lent):
        assert free._clock is lent
    async with AsyncFlightClient(providers=[server.amadeus()], now=SYSTEM_CLOCK) as client:
        await client.health()


async def test_a_handler_of_yours_is_used(server):
    """By every call, and never closed."""
    from asyncassist._http import AsyncHandler

    async with AsyncHandler() as http:
        provider = server.amadeus(http=http)
        async with AsyncFlightClient(providers=[provider]) as client:
            assert (await client.search(query())).offers
        assert await provider.places("Lisbon")
        await provider.aclose()
        assert http.stats().bypassed >= 2
        async with AsyncFlightClient(providers=[server.amadeus()], http=http) as client:
            assert (await client.search(query())).offers
        assert (await http.get(server.url)).status == 404


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("base_url", {"base_url": "host"}),
        ("base_url", {"base_url": ""}),
        ("token_url", {"token_url": "x"}),
        ("min_interval", {"min_interval": -1}),
        ("retry", {"retry": 3}),
        ("client_secret", {"client_secret": ""}),
        ("store", {"store": 5}),
    ],
)
def test_constructor_refuses_what_cannot_work(field, facts):
    """By name; there is no default host."""
    given = {"base_url": "http://h", "token_url": "http://h/t", "client_id": "i", "client_secret": "s", **facts}
    with pytest.raises(ConfigurationError) as caught:
        AmadeusProvider(**given)
    assert caught.value.field == field
    with pytest.raises(TypeError):
        AmadeusProvider()  # type: ignore[call-arg]


async def test_many_callers_and_one_leaves(server):
    """A caller that leaves while the token is fetched does not hurt the others."""
    async with AsyncFlightClient(providers=[server.amadeus()], ttl=0.0) as client:
        await client.places("Lisbon", limit=1)
        server.fail(1, path="/v1/security", status=503)
        many = [query(departure=DAY + dt.timedelta(days=step)) for step in range(10)]
        calls = [asyncio.create_task(client.search(one)) for one in many]
        await asyncio.sleep(0.02)
        calls[0].cancel()
        results = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert all(result.offers for result in results[1:])
