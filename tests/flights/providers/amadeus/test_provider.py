"""AmadeusProvider against the fake server: headers, tokens, rate limits, places, prices and the price calendar."""

from __future__ import annotations

import asyncio
import datetime as dt
import json

import pytest

from asyncassist.errors import AllProvidersFailedError, AuthenticationError, ConfigurationError, FlightError
from asyncassist.flights import AmadeusProvider, AsyncFlightClient
from asyncassist.flights.query import SORTS
from asyncassist.testing import FakeClock, FakeFlightServer
from tests.flights.conftest import DAY, query
from tests.flights.providers.amadeus.payloads import amadeus_offer


async def test_requests_have_the_documented_headers(server):
    """Media types, method override and token as in the API description, and no secret in the URL."""
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


async def test_concurrent_searches_share_one_token_request():
    """A hundred searches without a token, with an expired and with a revoked one: one token request each time."""
    clock = FakeClock(dt.datetime.combine(DAY, dt.time(), dt.UTC).timestamp() - 86400 * 30)
    # A hundred different queries, but few different searches of the fake server; a deadline that a busy machine meets.
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


async def test_rejected_credentials_are_typed(server):
    """The error has Amadeus's code and the cause, but no secret; health fails."""
    async with AsyncFlightClient(providers=[server.amadeus(client_secret="hunter2")]) as client:
        with pytest.raises(AllProvidersFailedError) as caught:
            await client.search(query())
        health = await client.health()
    error = caught.value.errors["amadeus"]
    assert error.code == "38187"
    assert isinstance(error.__cause__, AuthenticationError)
    assert health.status == "fail"
    assert "hunter2" not in f"{error} {error!r} {health}"


async def test_min_interval_keeps_calls_within_a_rate_limit():
    """At ten calls a second, token requests included, all searches succeed, by the real clock."""
    many = [query(max_offers=number) for number in range(1, 26)]
    async with (
        FakeFlightServer(rate_limit=10) as server,
        AsyncFlightClient(providers=[server.amadeus(min_interval=0.1)], deadline=100.0) as client,
    ):
        results = await client.search_many(many)

        assert [result.errors for result in results if not result.offers] == []
        assert server.refused <= 2  # a machine that stalls may let two calls arrive too close together
        calls = [call.at for call in server.requests]
        assert len(calls) == 26 + server.refused
        assert calls[-1] - calls[0] >= 2.3  # no upper bound: a busy machine sleeps longer than requested, never shorter


async def test_an_unknown_rate_limit_is_learned():
    """Without `min_interval` the first burst is rejected, the interval adapts, and all searches succeed."""
    clock = FakeClock(dt.datetime.combine(DAY, dt.time(), dt.UTC).timestamp() - 86400 * 30)
    many = [query(max_offers=number) for number in range(1, 31)]
    async with (
        FakeFlightServer(rate_limit=10, now=clock) as server,
        AsyncFlightClient(providers=[server.amadeus()], deadline=100.0, now=clock) as client,
    ):
        results = await client.search_many(many)

        assert [result.errors for result in results if not result.offers] == []
        assert server.refused < 60


async def test_search_dates_uses_the_price_calendar(server):
    """Dates beyond `max_searches` come from one calendar request."""
    async with AsyncFlightClient(providers=[server.amadeus()]) as client:
        prices = await client.search_dates(query(), window=2, max_searches=1)
    assert [call.path for call in server.requests].count("/v1/shopping/flight-dates") == 1
    assert server.requests[-1].path == "/v1/shopping/flight-dates"
    assert len(prices) >= 3


async def test_warnings_without_offers_are_an_error(server):
    """The error has the warning's code and title; warnings beside offers, or in an unknown form, are ignored."""
    warned = {"warnings": [{"code": 4, "title": "SOURCE AWAY"}]}
    async with AsyncFlightClient(providers=[server.amadeus()]) as client:
        await client.health()
        server.fail(1, path="/v2", status=200, body=json.dumps({"data": [], **warned}))
        with pytest.raises(AllProvidersFailedError) as caught:
            await client.search(query())
        server.fail(1, path="/v2", status=200, body=json.dumps({"data": [amadeus_offer()], **warned}))
        found = await client.search(query(adults=2))
        server.fail(1, path="/v2", status=200, body='{"data": [], "warnings": {"a": 1}}')
        empty = await client.search(query(adults=3))

    assert (caught.value.errors["amadeus"].code, "SOURCE AWAY" in str(caught.value.errors["amadeus"])) == ("4", True)
    assert (len(found.offers), found.complete) == (1, True)
    assert (empty.offers, empty.complete) == ((), True)


@pytest.mark.parametrize(
    "remark",
    [
        {"error": "quota"},
        {"fault": {"faultstring": "quota"}},
        {"message": "Access denied"},
        {"detail": "no access"},
        {"success": False},
        {"status": "error"},
        {"meta": {"count": 3}},
    ],
)
async def test_an_empty_list_beside_a_failure_is_no_result(server, remark):
    """Gateways decline with status 200 and an empty list, or a count that the list lacks: a failure, never kept."""
    async with AsyncFlightClient(providers=[server.amadeus()]) as client:
        await client.health()
        server.fail(1, path="/v2", status=200, body=json.dumps({"data": [], **remark}))
        with pytest.raises(AllProvidersFailedError):
            await client.search(query())
        assert (await client.search(query())).offers
        server.fail(1, path="/v2", status=200, body=json.dumps({"data": [], "meta": {"count": 0}, "status": 200}))
        assert (await client.search(query(adults=3))).complete


async def test_the_price_calendar_leaves_out_what_it_cannot_read(server):
    """A date of another structure costs no other."""
    provider = server.amadeus()
    body = {
        "data": [{"price": 5}, {"departureDate": "2026-12-12", "price": {"total": "9"}}],
        "meta": {"currency": "EUR"},
    }
    async with AsyncFlightClient(providers=[provider]) as client:
        await client.health()
        server.fail(1, path="/v1/shopping/flight-dates", status=200, body=json.dumps(body))
        listed = await provider.cheapest_dates(query(), query().departure, query().departure, client._context())

    assert [str(one.price.amount) for one in listed] == ["9"]


async def test_places_are_searched_by_the_first_word(server):
    """The keyword is reduced to the allowed characters; without any, no request is sent."""
    provider = server.amadeus()
    found = await provider.places("São Paulo")
    assert server.requests[-1].query["keyword"] == "Sao"
    assert found
    count = len(server.requests)
    assert await provider.places("東京") == []
    assert await provider.places("  ") == []
    assert len(server.requests) == count
    await provider.aclose()


async def test_price_checks_send_the_offer_back_unchanged(server):
    """The offer is sent byte for byte, with unknown fields and numbers as written."""
    raw = json.dumps(amadeus_offer(unknown={"x": 1.10})).replace("1.1}", "1.1000}")
    async with AsyncFlightClient(providers=[server.amadeus()]) as client:
        await client.health()
        server.fail(1, path="/v2", status=200, body='{"data": [' + raw + "]}")
        (one,) = (await client.search(query())).offers
        await client.price(one)

    assert raw.encode() in server.requests[-1].body


@pytest.mark.parametrize(
    "body", ["{}", '{"data": {"flightOffers": []}}', '{"data": {"flightOffers": [{"id": "1"}]}}', "<html>"]
)
async def test_invalid_pricing_responses_are_errors(server, body):
    """A pricing response without a valid offer raises."""
    async with AsyncFlightClient(providers=[server.amadeus()]) as client:
        one = (await client.search(query())).offers[0]
        server.fail(1, path="/v1/shopping/flight-offers/pricing", status=200, body=body)
        with pytest.raises(FlightError) as caught:
            await client.price(one)
    assert caught.value.code == "malformed"


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
def test_invalid_arguments_are_rejected(field, facts):
    """ConfigurationError names the argument; there is no default host."""
    given = {"base_url": "http://h", "token_url": "http://h/t", "client_id": "i", "client_secret": "s", **facts}
    with pytest.raises(ConfigurationError) as caught:
        AmadeusProvider(**given)
    assert caught.value.field == field
    with pytest.raises(TypeError):
        AmadeusProvider()  # type: ignore[call-arg]


async def test_cancelling_one_caller_does_not_cancel_the_token_request(server):
    """The other callers share the token request that the cancelled one started."""
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
