"""DuffelProvider against the fake server: batches, pages, expired offers, rate limit and health."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from asyncassist.errors import (
    AllProvidersFailedError,
    ConfigurationError,
    FlightError,
    InvalidQueryError,
    OfferExpiredError,
)
from asyncassist.flights import AsyncFlightClient, DuffelProvider
from asyncassist.testing import FakeClock, FakeFlightServer
from tests.flights.conftest import DAY, offer, query
from tests.flights.providers.duffel.payloads import duffel_offer


async def test_batches_are_polled_with_the_documented_headers():
    """One POST creates the request, one GET fetches each batch."""
    async with FakeFlightServer(batches=3) as server:
        async with AsyncFlightClient(providers=[server.duffel()]) as client:
            result = await client.search(query())

        begin, *batches = server.requests
    assert (begin.method, begin.path) == ("POST", "/air/batch_offer_requests")
    assert 2000 <= int(begin.query["supplier_timeout"]) <= 60000
    assert len(batches) == 3
    assert {call.method for call in batches} == {"GET"}
    for call in (begin, *batches):
        assert call.headers["duffel-version"] == "v2"
        assert call.headers["accept"] == "application/json"
        assert call.headers["authorization"] == "Bearer duffel_test_token"
    assert begin.headers["content-type"] == "application/json"
    assert result.complete


async def test_a_stream_yields_each_batch_as_it_arrives():
    """The first batch is yielded before the last one is requested."""
    async with (
        FakeFlightServer(batches=2) as server,
        AsyncFlightClient(providers=[server.duffel()]) as client,
        client.stream(query()) as stream,
    ):
        await anext(stream)
        asked = len(server.requests)
        async for _ in stream:
            pass
        assert len(server.requests) > asked
        assert stream.result.complete


async def test_without_batch_requests_offers_are_paginated():
    """Pages are read cheapest first until the cursor ends; later searches skip the batch endpoint."""
    async with FakeFlightServer(batches=0, page=9) as server:
        provider = server.duffel()
        async with AsyncFlightClient(providers=[provider], ttl=0.0) as client:
            first = await client.search(query(max_offers=500))
            paths = [call.path for call in server.requests]
            await client.search(query(max_offers=500))

        pages = [call for call in server.requests if call.path == "/air/offers"]
        posts = [call for call in server.requests if call.method == "POST"]
    assert paths[:2] == ["/air/batch_offer_requests", "/air/offer_requests"]
    assert [call.path for call in posts].count("/air/batch_offer_requests") == 1
    assert posts[1].query["return_offers"] == "false"
    assert pages[0].query == {
        "offer_request_id": pages[0].query["offer_request_id"],
        "limit": "200",
        "sort": "total_amount",
        "max_connections": "2",
    }
    assert pages[1].query["after"] == "c9"
    assert sum(len(one.alternatives) + 1 for one in first.offers) > 18


async def test_a_repeated_cursor_ends_pagination():
    """A cursor equal to the previous one does not loop."""
    async with FakeFlightServer() as server:
        async with AsyncFlightClient(providers=[server.duffel(batches=False)]) as client:
            for _ in range(2):
                server.fail(1, path="/air/offers", status=200, body='{"data": [], "meta": {"after": "same"}}')
            assert (await client.search(query())).offers == ()
        assert len(server.requests) == 3


async def test_empty_polls_back_off():
    """A host that answers at once without offers is not polled in a busy loop."""
    clock = FakeClock(dt.datetime.combine(DAY, dt.time(), dt.UTC).timestamp() - 86400 * 20)
    async with (
        FakeFlightServer(now=clock) as server,
        AsyncFlightClient(providers=[server.duffel()], now=clock) as client,
    ):
        empty = '{"data": {"id": "orq_1", "remaining_batches": 2, "offers": []}}'
        server.fail(5, path="/air/batch_offer_requests/", status=200, body=empty)
        begun = clock()
        assert (await client.search(query())).offers
        assert clock() - begun >= 1.0


async def test_unparsable_offers_are_dropped_and_counted(server, caplog):
    """The other offers of the batch are returned; a search without any valid offer is an error."""
    async with AsyncFlightClient(providers=[server.duffel()]) as client:
        for offers, whole in (([{"id": "x"}, duffel_offer()], True), ([{"id": "x"}], False)):
            body = json.dumps({"data": {"id": "orq_1", "remaining_batches": 0, "offers": offers}})
            server.fail(1, path="/air/batch_offer_requests/", status=200, body=body)
            if whole:
                assert len((await client.search(query())).offers) == 1
            else:
                with pytest.raises(AllProvidersFailedError) as caught:
                    await client.search(query(adults=2))
        assert client.stats().providers["duffel"].details["dropped"] == 2
    assert caught.value.errors["duffel"].code == "malformed"
    assert "left out" in caplog.text


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, None, OfferExpiredError),
        (410, "gone", OfferExpiredError),
        (422, '{"errors": [{"code": "offer_no_longer_available"}]}', OfferExpiredError),
        (200, json.dumps({"data": duffel_offer(expires_at="2020-01-01T00:00:00Z")}), OfferExpiredError),
        (200, '{"data": null}', None),
        (200, '{"data": {"id": "off_1"}}', None),
    ],
    ids=range(6),
)
async def test_expired_offers_are_recognized_in_every_form(server, status, body, error):
    """Status, error code and expiry time lead to OfferExpiredError; other invalid responses are errors."""
    async with AsyncFlightClient(providers=[server.duffel()]) as client:
        one = (await client.search(query())).offers[0]
        server.fail(1, path="/air/offers/", status=status, body=body)
        with pytest.raises(error or Exception) as caught:
            await client.price(one)
    if error is None:
        assert caught.value.code == "malformed"  # type: ignore[attr-defined]


async def test_an_exhausted_quota_delays_the_next_call():
    """With no calls left, the next one waits for the reset, here a date."""
    clock = FakeClock(dt.datetime.combine(DAY, dt.time(), dt.UTC).timestamp() - 86400 * 20)
    async with (
        FakeFlightServer(rate_limit=2, rate_window=30.0, now=clock) as server,
        AsyncFlightClient(providers=[server.duffel()], now=clock, deadline=600.0) as client,
    ):
        assert (await client.search(query())).offers
        assert (await client.search(query(adults=2))).offers
        assert server.refused <= 1


async def test_check_requests_no_offer(server):
    """Any response other than 5xx passes; no server fails."""
    async with AsyncFlightClient(providers=[server.duffel()]) as client:
        assert (await client.health()).status == "pass"
        server.fail(1, status=503)
        assert (await client.health()).status == "fail"
    async with AsyncFlightClient(providers=[DuffelProvider(token="t", base_url="http://127.0.0.1:1")]) as client:
        assert (await client.health()).status == "fail"


async def test_invalid_request_ids_are_rejected(server):
    """An id that could lead to another path is an error."""
    async with AsyncFlightClient(providers=[server.duffel()]) as client:
        server.fail(1, path="/air/batch", status=201, body='{"data": {"id": "../../x"}}')
        with pytest.raises(AllProvidersFailedError) as caught:
            await client.search(query())
        server.fail(1, path="/air/batch_offer_requests/", status=200, body='{"data": null}')
        with pytest.raises(AllProvidersFailedError):
            await client.search(query())
    assert caught.value.errors["duffel"].code == "malformed"
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [500, 502])
async def test_500_and_502_are_not_retried(server, status):
    """Duffel asks clients not to."""
    async with AsyncFlightClient(providers=[server.duffel()]) as client:
        server.fail(1, path="/air", status=status)
        with pytest.raises(FlightError):
            await client.search(query())
    assert len(server.requests) == 1


async def test_price_rejects_ids_that_are_not_duffels():
    """The error names the provider, and no request is sent."""
    async with FakeFlightServer() as server, AsyncFlightClient(providers=[server.duffel()]) as client:
        with pytest.raises(InvalidQueryError) as caught:
            await client.price(offer("../../etc/passwd", provider="duffel"))
    assert caught.value.provider == "duffel"
    assert not server.requests


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("token", {"token": ""}),
        ("token", {"token": "a b\n"}),
        ("base_url", {"base_url": "api.duffel.com"}),
        ("min_interval", {"min_interval": float("inf")}),
        ("retry", {"retry": True}),
    ],
)
def test_invalid_arguments_are_rejected(field, facts):
    """ConfigurationError names the argument."""
    with pytest.raises(ConfigurationError) as caught:
        DuffelProvider(**{"token": "t", **facts})
    assert caught.value.field == field
