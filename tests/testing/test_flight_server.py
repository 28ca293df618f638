"""FakeFlightServer: as strict as the published API descriptions, with faults and rate limits on demand."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import aiohttp
import pytest

from asyncassist.errors import OfferExpiredError
from asyncassist.flights import AsyncFlightClient, FlightQuery
from asyncassist.testing import FakeFlightServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MEDIA = "application/vnd.amadeus+json"
DAY = dt.date.today() + dt.timedelta(days=40)


@pytest.fixture
async def server() -> AsyncIterator[FakeFlightServer]:
    """A running server on the system clock."""
    async with FakeFlightServer() as running:
        yield running


@pytest.fixture
async def call(server):
    """Send requests with a valid token and valid headers, which a test may override."""
    async with aiohttp.ClientSession() as session:
        form = {
            "grant_type": "client_credentials",
            "client_id": server.client_id,
            "client_secret": server.client_secret,
        }
        async with session.post(server.token_url, data=form) as response:
            token = (await response.json())["access_token"]

        async def make(method, path, *, json_body=None, **changes):
            headers = {
                "Authorization": f"Bearer {server.duffel_token if path.startswith(('/air', '/places')) else token}",
                "Content-Type": "application/json" if path.startswith("/air") else MEDIA,
                "X-HTTP-Method-Override": "GET",
                "Duffel-Version": "v2",
            }
            headers |= changes.pop("headers", {})
            data = changes.pop("data", None if json_body is None else json.dumps(json_body).encode())
            async with session.request(method, server.url + path, headers=headers, data=data, **changes) as response:
                return response.status, await response.json(content_type=None)

        yield make


VALID = {
    "originLocationCode": "LIS",
    "destinationLocationCode": "AMS",
    "departureDate": DAY.isoformat(),
    "adults": "1",
}


@pytest.mark.parametrize(
    "changes",
    [
        {"adults": "0"},
        {"adults": "x"},
        {"originLocationCode": "lis"},
        {"travelClass": "economy"},
        {"nonStop": "True"},
        {"maxPrice": "99.5"},
        {"max": "0"},
        {"surprise": "1"},
        {"departureDate": "12.12.2026"},
        {"departureDate": "2026-13-12"},
        {"infants": "2"},
        {"includedAirlineCodes": "TAP"},
    ],
    ids=str,
)
async def test_invalid_amadeus_parameters_are_refused(call, changes):
    """A parameter that the description does not allow gets status 400."""
    assert (await call("GET", "/v2/shopping/flight-offers", params=VALID))[0] == 200
    status, body = await call("GET", "/v2/shopping/flight-offers", params={**VALID, **changes})

    assert status == 400
    assert body["errors"][0]["code"] == 477


async def test_invalid_amadeus_requests_are_refused(call):
    """Body, media type, method override and token are checked."""
    path = "/v2/shopping/flight-offers"
    body = {
        "originDestinations": [
            {
                "id": "1",
                "originLocationCode": "LIS",
                "destinationLocationCode": "AMS",
                "departureDateTimeRange": {"date": DAY.isoformat()},
            }
        ],
        "travelers": [{"id": "1", "travelerType": "ADULT"}],
        "sources": ["GDS"],
    }
    assert (await call("POST", path, json_body=body))[0] == 200
    assert (await call("POST", path, json_body=body, headers={"Content-Type": "application/json"}))[0] == 400
    assert (await call("POST", path, json_body=body, headers={"X-HTTP-Method-Override": "POST"}))[0] == 400
    assert (await call("POST", path, json_body=body, headers={"Authorization": "Bearer old"}))[0] == 401
    for invalid in (
        {**body, "sources": []},
        {**body, "travelers": [{"id": "1", "travelerType": "ADULT"}] * 2},
        {**body, "originDestinations": [{}]},
        {**body, "originDestinations": []},
        {**body, "searchCriteria": {"maxFlightOffers": 251}},
        [],
    ):
        assert (await call("POST", path, json_body=invalid))[0] == 400
    assert (await call("POST", path, data=b"{"))[0] == 400
    assert (await call("GET", path, params={"adults": "1"}))[0] == 400
    assert (await call("GET", path, params=VALID, headers={"Authorization": ""}))[0] == 401
    assert (await call("POST", "/v1/shopping/flight-offers/pricing", json_body={"data": {}}))[0] == 400
    assert (await call("POST", "/v1/shopping/flight-offers/pricing", json_body={}, headers={"Authorization": ""}))[
        0
    ] == 401
    assert (await call("GET", "/v1/shopping/flight-dates", params={"origin": "LIS"}))[0] == 400
    assert (await call("GET", "/v1/shopping/flight-dates", headers={"Authorization": ""}))[0] == 401
    assert (await call("GET", "/v1/reference-data/locations", params={"keyword": "x"}))[0] == 400
    assert (await call("GET", "/v1/reference-data/locations", headers={"Authorization": ""}))[0] == 401
    assert (await call("GET", "/v3/nowhere"))[0] == 404


async def test_invalid_duffel_requests_are_refused(call):
    """Version, token, media type and body are checked."""
    body = {
        "data": {
            "slices": [{"origin": "LIS", "destination": "AMS", "departure_date": DAY.isoformat()}],
            "passengers": [{"type": "adult"}],
        }
    }
    for path in ("/air/offer_requests", "/air/batch_offer_requests"):
        status, response = await call("POST", path, json_body=body)
        assert status == 201
        assert response["data"]["id"].startswith("orq_")
        assert (await call("POST", path, json_body=body, headers={"Duffel-Version": "v1"}))[0] == 400
        assert (await call("POST", path, json_body=body, headers={"Authorization": "Bearer x"}))[0] == 401
        assert (await call("POST", path, json_body=body, headers={"Content-Type": "text/plain"}))[0] == 415
        for invalid in (
            {},
            {"data": []},
            {"data": {**body["data"], "surprise": 1}},
            {"data": {**body["data"], "max_connections": 3}},
            {"data": {**body["data"], "passengers": [{"type": "adult", "age": 9}]}},
            {"data": {**body["data"], "passengers": [{"type": "infant_without_seat"}]}},
        ):
            assert (await call("POST", path, json_body=invalid))[0] == 400
    created = await call("POST", "/air/offer_requests", json_body=body)
    assert created[1]["data"]["offers"]
    for path in ("/air/offers", "/air/offers/off_1", "/air/batch_offer_requests/orq_1", "/places/suggestions"):
        assert (await call("GET", path, headers={"Duffel-Version": ""}))[0] == 400
    assert (await call("GET", "/air/batch_offer_requests/orq_1"))[0] == 404
    assert (await call("GET", "/air/offers", params={"limit": "201"}))[0] == 400
    status, response = await call("GET", "/places/suggestions", params={"name": "London"})
    assert "LON" in [place["iata_code"] for place in response["data"]]


async def test_token_requests_are_checked(server):
    """Form, credentials and grant type; every token request is counted."""
    form = {"grant_type": "client_credentials", "client_id": server.client_id, "client_secret": server.client_secret}
    async with aiohttp.ClientSession() as session:
        for changes, status in (({}, 200), ({"client_secret": "x"}, 401), ({"grant_type": "password"}, 400)):
            async with session.post(server.token_url, data={**form, **changes}) as response:
                assert response.status == status
        async with session.post(server.token_url, json=form) as response:
            assert response.status == 400
    assert server.token_requests == 4


async def test_faults_on_demand(server):
    """A number of faults by path, with delay, any body and headers, or a closed connection."""
    async with aiohttp.ClientSession() as session:
        server.fail(2, path="/air", status=429, headers={"Retry-After": "7"})
        async with session.get(f"{server.url}/places/suggestions") as response:
            assert response.status == 400
        for _ in range(2):
            async with session.get(f"{server.url}/air/offers") as response:
                assert (response.status, response.headers["Retry-After"]) == (429, "7")
        async with session.get(f"{server.url}/air/offers") as response:
            assert response.status == 400
        server.fail(1, status=200, body="<html>", headers={"Content-Type": "text/html"}, delay=0.01)
        async with session.get(f"{server.url}/air/offers") as response:
            assert (response.content_type, await response.text()) == ("text/html", "<html>")
        server.fail(1, disconnect=True)
        with pytest.raises(aiohttp.ClientError):
            await session.post(f"{server.url}/air/offers")  # a GET the client would repeat by itself
    assert server.refused == 2
    assert server.requests[0].path == "/places/suggestions"


async def test_the_rate_limit_has_a_sliding_window(clock):
    """Calls beyond the limit get status 429 with the seconds to wait."""
    async with (
        FakeFlightServer(rate_limit=2, rate_window=10.0, now=clock) as server,
        aiohttp.ClientSession() as session,
    ):
        statuses = []
        for _ in range(3):
            async with session.get(f"{server.url}/places/suggestions", headers={"Duffel-Version": "v2"}) as response:
                statuses.append(response.status)
        assert statuses == [401, 401, 429]
        assert float(response.headers["Retry-After"]) == pytest.approx(10.0)
        clock.advance(10.0)
        async with session.get(f"{server.url}/places/suggestions") as response:
            assert response.status == 400
        assert server.refused == 1


async def test_closing_is_idempotent():
    """Closing before the start and closing twice do nothing."""
    server = FakeFlightServer(latency=0.01)
    await server.__aexit__()
    async with server:
        assert server.url.startswith("http://127.0.0.1:")
    await server.__aexit__()


async def test_revoked_tokens_are_refused(server):
    """The provider gets a new token after one refusal, and the search succeeds."""
    query = FlightQuery("LIS", "AMS", DAY)

    async with AsyncFlightClient(providers=[server.amadeus()], ttl=0.0) as client:
        assert (await client.search(query)).complete
        server.revoke_tokens()
        assert (await client.search(query)).complete

    assert server.token_requests == 2


@pytest.mark.parametrize("provider", ["amadeus", "duffel"])
async def test_price_checks_follow_changed_prices_and_expired_offers(server, provider):
    """`change_prices` multiplies the price of an offer that was found; `expire_offers` makes it unavailable."""
    async with AsyncFlightClient(providers=[getattr(server, provider)()]) as client:
        offer = (await client.search(FlightQuery("LIS", "AMS", DAY))).offers[0]

        server.change_prices(Decimal(2))

        assert (await client.price(offer)).total.amount == 2 * offer.total.amount
        server.expire_offers()
        with pytest.raises(OfferExpiredError):
            await client.price(offer)


async def test_duffel_offers_are_paged(server, call):
    """`limit` and `after` page through an offer request, cheapest first, with every offer once."""
    body = {
        "data": {
            "slices": [{"origin": "LIS", "destination": "AMS", "departure_date": DAY.isoformat()}],
            "passengers": [{"type": "adult"}],
        }
    }
    _, created = await call("POST", "/air/offer_requests", json_body=body)
    params = {"offer_request_id": created["data"]["id"], "limit": "3"}
    offers = []

    while params.get("after", "") is not None:
        _, page = await call("GET", "/air/offers", params=params)
        offers += page["data"]
        params["after"] = page["meta"]["after"]

    assert {offer["id"] for offer in offers} == {offer["id"] for offer in created["data"]["offers"]}
    assert len(offers) == len(created["data"]["offers"]) > 3
    amounts = [float(offer["total_amount"]) for offer in offers]
    assert amounts == sorted(amounts)
