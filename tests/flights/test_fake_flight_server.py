"""The fake server is as strict as the descriptions, and misbehaves as told."""

from __future__ import annotations

import json

import aiohttp
import pytest

from asyncassist.testing import FakeFlightServer
from tests.flights.conftest import DAY

MEDIA = "application/vnd.amadeus+json"


@pytest.fixture
async def call(server):
    """Calls with a good token and good headers, that a test spoils."""
    async with aiohttp.ClientSession() as session:
        form = {
            "grant_type": "client_credentials",
            "client_id": server.client_id,
            "client_secret": server.client_secret,
        }
        async with session.post(server.token_url, data=form) as answer:
            token = (await answer.json())["access_token"]

        async def make(method, path, *, json_body=None, **changes):
            headers = {
                "Authorization": f"Bearer {server.duffel_token if path.startswith(('/air', '/places')) else token}",
                "Content-Type": "application/json" if path.startswith("/air") else MEDIA,
                "X-HTTP-Method-Override": "GET",
                "Duffel-Version": "v2",
            }
            headers |= changes.pop("headers", {})
            data = changes.pop("data", None if json_body is None else json.dumps(json_body).encode())
            async with session.request(method, server.url + path, headers=headers, data=data, **changes) as answer:
                return answer.status, await answer.json(content_type=None)

        yield make


GOOD = {
    "originLocationCode": "LIS",
    "destinationLocationCode": "AMS",
    "departureDate": DAY.isoformat(),
    "adults": "1",
}


@pytest.mark.parametrize(
    "spoil",
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
async def test_amadeus_parameters(call, spoil):
    """What the description does not allow is a 400 that names it."""
    assert (await call("GET", "/v2/shopping/flight-offers", params=GOOD))[0] == 200
    status, body = await call("GET", "/v2/shopping/flight-offers", params={**GOOD, **spoil})

    assert status == 400
    assert body["errors"][0]["code"] == 477


async def test_amadeus_needs_what_it_needs(call):
    """Parameters, media type, override, token."""
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
    for wrong in (
        {**body, "sources": []},
        {**body, "travelers": [{"id": "1", "travelerType": "ADULT"}] * 2},
        {**body, "originDestinations": [{}]},
        {**body, "originDestinations": []},
        {**body, "searchCriteria": {"maxFlightOffers": 251}},
        [],
    ):
        assert (await call("POST", path, json_body=wrong))[0] == 400
    assert (await call("POST", path, data=b"{"))[0] == 400
    assert (await call("GET", path, params={"adults": "1"}))[0] == 400
    assert (await call("GET", path, params=GOOD, headers={"Authorization": ""}))[0] == 401
    assert (await call("POST", "/v1/shopping/flight-offers/pricing", json_body={"data": {}}))[0] == 400
    assert (await call("POST", "/v1/shopping/flight-offers/pricing", json_body={}, headers={"Authorization": ""}))[
        0
    ] == 401
    assert (await call("GET", "/v1/shopping/flight-dates", params={"origin": "LIS"}))[0] == 400
    assert (await call("GET", "/v1/shopping/flight-dates", headers={"Authorization": ""}))[0] == 401
    assert (await call("GET", "/v1/reference-data/locations", params={"keyword": "x"}))[0] == 400
    assert (await call("GET", "/v1/reference-data/locations", headers={"Authorization": ""}))[0] == 401
    assert (await call("GET", "/v3/nowhere"))[0] == 404


async def test_duffel_needs_what_it_needs(call):
    """Version, token, media type, and a body by the description."""
    body = {
        "data": {
            "slices": [{"origin": "LIS", "destination": "AMS", "departure_date": DAY.isoformat()}],
            "passengers": [{"type": "adult"}],
        }
    }
    for path in ("/air/offer_requests", "/air/batch_offer_requests"):
        status, answer = await call("POST", path, json_body=body)
        assert status == 201
        assert answer["data"]["id"].startswith("orq_")
        assert (await call("POST", path, json_body=body, headers={"Duffel-Version": "v1"}))[0] == 400
        assert (await call("POST", path, json_body=body, headers={"Authorization": "Bearer x"}))[0] == 401
        assert (await call("POST", path, json_body=body, headers={"Content-Type": "text/plain"}))[0] == 415
        for wrong in (
            {},
            {"data": []},
            {"data": {**body["data"], "surprise": 1}},
            {"data": {**body["data"], "max_connections": 3}},
            {"data": {**body["data"], "passengers": [{"type": "adult", "age": 9}]}},
            {"data": {**body["data"], "passengers": [{"type": "infant_without_seat"}]}},
        ):
            assert (await call("POST", path, json_body=wrong))[0] == 400
    whole = await call("POST", "/air/offer_requests", json_body=body)
    assert whole[1]["data"]["offers"]
    for path in ("/air/offers", "/air/offers/off_1", "/air/batch_offer_requests/orq_1", "/places/suggestions"):
        assert (await call("GET", path, headers={"Duffel-Version": ""}))[0] == 400
    assert (await call("GET", "/air/batch_offer_requests/orq_1"))[0] == 404
    assert (await call("GET", "/air/offers", params={"limit": "201"}))[0] == 400
    status, answer = await call("GET", "/places/suggestions", params={"name": "London"})
    assert "LON" in [place["iata_code"] for place in answer["data"]]


async def test_tokens_have_a_life(server):
    """The form is checked, credentials too; a wrong grant is refused."""
    form = {"grant_type": "client_credentials", "client_id": server.client_id, "client_secret": server.client_secret}
    async with aiohttp.ClientSession() as session:
        for changes, status in (({}, 200), ({"client_secret": "x"}, 401), ({"grant_type": "password"}, 400)):
            async with session.post(server.token_url, data={**form, **changes}) as answer:
                assert answer.status == status
        async with session.post(server.token_url, json=form) as answer:
            assert answer.status == 400
    assert server.token_requests == 4


async def test_faults_on_demand(server):
    """So many calls, by path, late, with any body and headers, or no answer at all."""
    async with aiohttp.ClientSession() as session:
        server.fail(2, path="/air", status=429, headers={"Retry-After": "7"})
        async with session.get(f"{server.url}/places/suggestions") as answer:
            assert answer.status == 400
        for _ in range(2):
            async with session.get(f"{server.url}/air/offers") as answer:
                assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
        async with session.get(f"{server.url}/air/offers") as answer:
            assert answer.status == 400
        server.fail(1, status=200, body="<html>", headers={"Content-Type": "text/html"}, delay=0.01)
        async with session.get(f"{server.url}/air/offers") as answer:
            assert (answer.content_type, await answer.text()) == ("text/html", "<html>")
        server.fail(1, disconnect=True)
        with pytest.raises(aiohttp.ClientError):
            await session.post(f"{server.url}/air/offers")  # a GET the client would repeat by itself
    assert server.refused == 2
    assert server.requests[0].path == "/places/suggestions"


async def test_the_rate_limit(clock):
    """So many in a window; how long to wait is said."""
    async with (
        FakeFlightServer(rate_limit=2, rate_window=10.0, now=clock) as server,
        aiohttp.ClientSession() as session,
    ):
        statuses = []
        for _ in range(3):
            async with session.get(f"{server.url}/places/suggestions", headers={"Duffel-Version": "v2"}) as answer:
                statuses.append(answer.status)
        assert statuses == [401, 401, 429]
        assert float(answer.headers["Retry-After"]) == pytest.approx(10.0)
        clock.advance(10.0)
        async with session.get(f"{server.url}/places/suggestions") as answer:
            assert answer.status == 400
        assert server.refused == 1


async def test_it_closes_twice():
    """And before it was opened."""
    server = FakeFlightServer(latency=0.01)
    await server.__aexit__()
    async with server:
        assert server.url.startswith("http://127.0.0.1:")
    await server.__aexit__()
