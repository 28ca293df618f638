"""The contract of flight providers: one suite that runs over each of them."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest

from asyncassist.errors import AllProvidersFailedError, FlightError, OfferExpiredError
from asyncassist.flights import AsyncFlightClient, FlightProvider, SandboxProvider, Slice
from asyncassist.testing import FakeFlightServer
from tests.flights.conftest import DAY, query

KINDS = ["sandbox", "amadeus", "duffel", "duffel-pages"]


class ProviderCase:
    """A provider of one kind and the fake server behind it."""

    def __init__(self, kind: str, server: FakeFlightServer) -> None:
        self.kind = kind
        self.server = server
        self.provider: Any = {
            "sandbox": lambda: SandboxProvider(price_change_rate=0.0),
            "amadeus": server.amadeus,
            "duffel": server.duffel,
            "duffel-pages": lambda: server.duffel(batches=False),
        }[kind]()


@pytest.fixture(params=KINDS)
async def case(request):
    async with FakeFlightServer(page=7) as server:
        made = ProviderCase(request.param, server)
        yield made
        await made.provider.aclose()


def test_every_provider_satisfies_the_protocol():
    """FlightProvider is structural: no base class is needed."""
    for made in (
        SandboxProvider(),
        FakeFlightServer().amadeus(base_url="http://h", token_url="http://h/t"),
        FakeFlightServer().duffel(base_url="http://h"),
    ):
        assert isinstance(made, FlightProvider)
        assert made.name
        assert "search" in made.capabilities


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"return_date": DAY + dt.timedelta(days=4)},
        {"adults": 2, "children": 1, "infants": 1},
        {"cabin": "business"},
        {"max_stops": 0},
        {"max_stops": 1},
        {"origin": "LON", "destination": "NYC"},
        {"origin": "LIS", "destination": "SYD"},
        {
            "slices": [
                Slice("LIS", "AMS", DAY),
                Slice("AMS", "FCO", DAY + dt.timedelta(days=2)),
                Slice("FCO", "LIS", DAY + dt.timedelta(days=5)),
            ]
        },
    ],
    ids=["one way", "return", "family", "business", "direct", "one stop", "cities", "far", "multi-city"],
)
async def test_offers_match_the_query(case, changes):
    """Slices, dates, times, durations and money of every offer are consistent, and offers are JSON-serializable."""
    asked = query(**changes)
    async with AsyncFlightClient(providers=[case.provider]) as client:
        result = await client.search(asked)

    assert result.offers, result.errors
    for one in result.offers:
        assert one.provider == case.provider.name
        assert one.total.currency == "EUR"
        assert isinstance(one.total.amount, Decimal)
        assert one.total.amount > 0
        assert len(one.itineraries) == len(asked.ways)
        assert one.raw
        for way, itinerary in zip(asked.ways, one.itineraries, strict=True):
            _holds_together(itinerary)
            assert itinerary.departs.replace(tzinfo=None).date() == way.departure
            if asked.max_stops is not None:
                assert itinerary.stops <= asked.max_stops
        for before, after in zip(one.itineraries, one.itineraries[1:], strict=False):
            assert before.arrives < after.departs
        if asked.cabin == "business":
            assert one.cabin == "business"
        assert json.dumps(one.to_dict())
    assert [o.id for o in result.offers] == [o.id for o in sorted(result.offers, key=result.offers.index)]


def _holds_together(itinerary):
    assert itinerary.duration == itinerary.arrives - itinerary.departs
    for segment in itinerary.segments:
        assert segment.duration == segment.arrives - segment.departs > dt.timedelta(minutes=20)
        assert segment.departs_local == segment.departs.replace(tzinfo=None)
        assert segment.arrives_local == segment.arrives.replace(tzinfo=None)
        assert segment.flight
    for before, after in zip(itinerary.segments, itinerary.segments[1:], strict=False):
        assert before.destination == after.origin
        assert before.arrives < after.departs


async def test_all_wire_formats_give_the_same_offers():
    """The sandbox's flights arrive with equal times and prices over every wire format."""
    asked = query(max_offers=250)
    found = []
    async with FakeFlightServer() as server:
        for provider in (SandboxProvider(), server.amadeus(), server.duffel(), server.duffel(batches=False)):
            async with AsyncFlightClient(providers=[provider]) as client:
                offers = (await client.search(asked)).offers
            found.append(
                {
                    (segment.flight, segment.departs, segment.arrives, segment.duration, one.total)
                    for one in offers
                    for way in one.itineraries
                    for segment in way.segments
                    if one.stops <= 2
                }
            )

    assert found[0] == found[1] == found[2] == found[3]


async def test_price_checks_report_unchanged_changed_and_expired_offers(case):
    """An unchanged, a changed and an expired offer are told apart."""
    async with AsyncFlightClient(providers=[case.provider]) as client:
        first = (await client.search(query())).offers[0]
        same = await client.price(first)
        assert not same.changed
        assert same.total == same.old_total == first.total == same.offer.total

        if case.kind == "sandbox":
            return
        case.server.change_prices(Decimal("1.10"))
        changed = await client.price(first)
        assert changed.changed
        assert changed.old_total == first.total
        assert changed.total.amount > first.total.amount
        assert changed.offer.id == first.id
        case.server.expire_offers()
        with pytest.raises(OfferExpiredError) as caught:
            await client.price(first)
        assert caught.value.provider == case.provider.name


async def test_places_and_checks_work_without_a_client(case):
    """The provider opens a handler of its own and closes it."""
    found = await case.provider.places("Lisbon")
    assert "LIS" in [place.code for place in found]
    check = await case.provider.check()
    assert (check.name, check.status) == (case.provider.name, "pass")
    await case.provider.aclose()
    await case.provider.aclose()


async def test_a_provider_can_serve_several_clients(case):
    """Closing a client leaves the provider usable for the next."""
    for _ in range(2):
        async with AsyncFlightClient(providers=[case.provider]) as client:
            assert (await client.search(query())).offers


async def test_a_cancelled_search_leaves_no_task(case, tasks):
    """A search cancelled while the server is slow leaves no task of the package."""
    case.server.latency = 5.0
    if case.kind == "sandbox":
        case.provider = SandboxProvider(latency=5.0)
    async with AsyncFlightClient(providers=[case.provider]) as client:
        await client.health()
        before = tasks()
        search = asyncio.create_task(client.search(query()))
        await asyncio.sleep(0.1)
        search.cancel()
        with pytest.raises(asyncio.CancelledError):
            await search
        left = [task for task in tasks() - before if "asyncassist/flights" in repr(task) or "_http" in repr(task)]
        assert not left


@pytest.mark.parametrize("kind", ["amadeus", "duffel", "duffel-pages"])
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"status": 200, "body": "<html>maintenance</html>", "headers": {"Content-Type": "text/html"}}, "malformed"),
        ({"status": 200, "body": "{}"}, None),
        ({"status": 200, "body": '{"errors": [{"code": "141", "title": "SYSTEM ERROR"}]}'}, "141"),
        ({"status": 200, "body": "[1, 2]"}, "malformed"),
        ({"status": 200, "body": '{"data": 3}'}, "malformed"),
        ({"status": 200, "body": b"\xff\xfe\x00"}, "malformed"),
        ({"status": 200, "body": "[" * 5000}, "malformed"),
        ({"status": 204, "body": ""}, "malformed"),
        ({"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}, "body": ""}, "status_302"),
        ({"status": 400}, "477|fault"),
        ({"status": 401, "body": "no"}, "authentication"),
        ({"status": 403, "body": "<html>no</html>"}, "authentication"),
        ({"status": 400, "body": "<html>test-secret duffel_test_token</html>"}, "status_400"),
        ({"status": 400, "body": '{"errors": [{"code": "x", "title": "bad test-secret duffel_test_token"}]}'}, "x"),
    ],
)
async def test_invalid_responses_are_typed_errors(kind, fault, code, tasks):
    """Any response gives an error with a code or an empty result, and no error contains a secret."""
    async with FakeFlightServer() as server:
        provider = ProviderCase(kind, server).provider
        async with AsyncFlightClient(providers=[provider]) as client:
            await provider.check()
            server.fail(9, path="/v2" if kind == "amadeus" else "/air", **fault)
            error: FlightError | None = None
            try:
                result = await client.search(query())
                assert result.offers == ()
            except FlightError as caught:
                error = caught.errors[provider.name]  # type: ignore[attr-defined]
    if code is None:
        assert error is None or error.code == "malformed"
    else:
        assert error is not None
        assert error.code in code.split("|")
        text = f"{error} {error!r} {error.__cause__!r}"
        assert ("test-secret" if kind == "amadeus" else "duffel_test_token") not in text


@pytest.mark.parametrize(
    ("kind", "path", "body"),
    [
        ("amadeus", "/v2", '{"meta": {"count": 0}, "data": []}'),
        ("duffel", "/air/batch_offer_requests/", '{"data": {"remaining_batches": 0, "offers": []}}'),
        ("duffel-pages", "/air/offers", '{"data": [], "meta": {"after": null}}'),
    ],
)
async def test_a_response_without_offers_is_a_complete_result(kind, path, body, server):
    """No flights on a route is no error."""
    async with AsyncFlightClient(providers=[ProviderCase(kind, server).provider]) as client:
        server.fail(1, path=path, status=200, body=body)
        result = await client.search(query())

    assert result.offers == ()
    assert result.complete


@pytest.mark.parametrize(
    "body",
    [
        '{"message": "Access denied"}',
        '{"fault": {"faultstring": "quota"}}',
        '{"data": null}',
        "{}",
        '{"warnings": [{"title": "try later"}]}',
    ],
)
@pytest.mark.parametrize(
    ("kind", "path"), [("amadeus", "/v2"), ("duffel", "/air/batch_offer_requests/"), ("duffel-pages", "/air/offers")]
)
async def test_a_response_without_data_is_an_error(kind, path, body, server):
    """A provider that declines with status 200 has failed: the result is not empty, and nothing is cached."""
    async with AsyncFlightClient(providers=[ProviderCase(kind, server).provider]) as client:
        server.fail(1, path=path, status=200, body=body)
        with pytest.raises(AllProvidersFailedError) as caught:
            await client.search(query())
        again = await client.search(query())

    assert [error.code for error in caught.value.errors.values()] == ["malformed"]
    assert again.offers
    assert not again.cached


@pytest.mark.parametrize("kind", ["amadeus", "duffel"])
async def test_places_without_data_are_an_error(kind, server):
    """A provider that declines a search for places has failed; a place that cannot be read costs no other."""
    provider = ProviderCase(kind, server).provider
    path = "/v1/reference-data" if kind == "amadeus" else "/places"
    place = (
        '{"iataCode": "LIS", "subType": "CITY", "name": "LISBON"}'
        if kind == "amadeus"
        else '{"iata_code": "QQQ", "type": "airport", "name": "Q", "iata_country_code": "PT", "time_zone": "UTC"}'
    )
    await provider.check()

    server.fail(1, path=path, status=200, body='{"data": null}')
    with pytest.raises(FlightError):
        await provider.places("Lisbon")
    server.fail(1, path=path, status=200, body='{"data": [{"name": {}}, 5, ' + place + "]}")
    assert len(await provider.places("Lisbon")) == 1
    await provider.aclose()


@pytest.mark.parametrize("kind", ["amadeus", "duffel", "duffel-pages"])
async def test_429_and_503_are_retried(kind, server):
    """429 and 503 with Retry-After are retried, whatever the method."""
    provider = ProviderCase(kind, server).provider
    async with AsyncFlightClient(providers=[provider]) as client:
        await provider.check()
        path = "/v2" if kind == "amadeus" else "/air"
        server.fail(1, path=path, status=429, headers={"Retry-After": "0"})
        server.fail(1, path=path, status=503, headers={"Retry-After": "0"})
        assert (await client.search(query())).offers
        assert client.stats().providers[provider.name].details["retries"] == 2
        assert client.stats().providers[provider.name].details["rate_limited"] == 1


@pytest.mark.parametrize("kind", ["amadeus", "duffel"])
async def test_a_retry_after_beyond_the_deadline_is_not_waited_for(kind, server):
    """The call fails immediately with the server's Retry-After."""
    provider = ProviderCase(kind, server).provider
    path = "/v2" if kind == "amadeus" else "/air"
    async with AsyncFlightClient(providers=[provider], deadline=25.0) as client:
        await provider.check()
        server.fail(9, path=path, status=429, headers={"Retry-After": "26"})
        with pytest.raises(FlightError) as caught:
            await client.search(query())
    # The error is the server's 429 and not a timeout, and the search was sent once.
    assert caught.value.errors[provider.name].__cause__.retry_after == 26.0  # type: ignore[attr-defined]
    assert len([call for call in server.requests if call.path.startswith(path)]) == 1


async def test_only_idempotent_calls_are_retried_after_a_broken_connection():
    """A search at Amadeus is retried; an offer request at Duffel is not sent twice."""
    async with FakeFlightServer() as server:
        async with AsyncFlightClient(providers=[server.amadeus()]) as client:
            server.fail(1, path="/v2", disconnect=True)
            assert (await client.search(query())).offers
        async with AsyncFlightClient(providers=[server.duffel()]) as client:
            server.fail(1, path="/air/batch", disconnect=True)
            with pytest.raises(FlightError) as caught:
                await client.search(query())
            assert caught.value.errors["duffel"].code == "connection"  # type: ignore[attr-defined]
            assert (await client.search(query())).offers


@pytest.mark.parametrize("kind", ["amadeus", "duffel"])
async def test_cancellation_at_any_moment_leaves_no_task(kind, server, tasks):
    """Cancelled while the token is fetched or the response awaited: no task remains, and the next search succeeds."""
    async with AsyncFlightClient(providers=[ProviderCase(kind, server).provider], ttl=0.0) as client:
        await client.search(query())
        for moment in range(15):
            server.revoke_tokens()
            with pytest.raises((TimeoutError, asyncio.CancelledError)):
                async with asyncio.timeout(moment / 1000):
                    await client.search(query())
                    await asyncio.sleep(1)
            left = [task for task in tasks() if "asyncassist/flights" in repr(task)]
            assert not left
            assert client.stats().in_flight == 0
        assert (await client.search(query())).complete
