"""Duffel to the letter: what is sent, and how what comes is read."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from asyncassist.errors import AllProvidersFailedError, ConfigurationError, OfferExpiredError
from asyncassist.flights import AsyncFlightClient, DuffelProvider, Slice
from asyncassist.flights.parsing import UnreadableError
from asyncassist.flights.providers.duffel import wire
from asyncassist.testing import FakeClock, FakeFlightServer
from tests.flights.conftest import DAY, query


def test_an_offer_request():
    """Ages for those under eighteen, connections said always: Duffel would take one without a word."""
    asked = query(return_date=DAY, adults=2, children=1, infants=1, cabin="business", max_stops=1)

    assert json.loads(wire.request_body(asked)) == {
        "data": {
            "slices": [
                {"origin": "LIS", "destination": "AMS", "departure_date": DAY.isoformat()},
                {"origin": "AMS", "destination": "LIS", "departure_date": DAY.isoformat()},
            ],
            "passengers": [{"type": "adult"}, {"type": "adult"}, {"age": 8}, {"age": 1}],
            "cabin_class": "business",
            "max_connections": 1,
        }
    }
    assert wire.max_connections(query()) == wire.max_connections(query(max_stops=5)) == 2
    assert wire.max_connections(query(max_stops=0)) == 0


async def test_batches():
    """A request, then each batch as it is there; headers of the description."""
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


async def test_a_stream_has_the_first_batch_before_the_last():
    """Offers are shown as airlines answer."""
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


async def test_a_host_without_batches():
    """Is asked for pages, from then on at once: cheapest first, until the cursor ends."""
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


async def test_pages_end():
    """A cursor that says the same again is the end."""
    async with FakeFlightServer() as server:
        async with AsyncFlightClient(providers=[server.duffel(batches=False)]) as client:
            for _ in range(2):
                server.fail(1, path="/air/offers", status=200, body='{"data": [], "meta": {"after": "same"}}')
            assert (await client.search(query())).offers == ()
        assert len(server.requests) == 3


async def test_a_host_that_does_not_hold_the_call():
    """Batches that stay empty are not asked for in a loop."""
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


def _offer(**changes):
    made = {
        "id": "off_1",
        "total_amount": "120.10",
        "total_currency": "GBP",
        "expires_at": "2026-11-30T10:00:00Z",
        "slices": [
            {
                "duration": "P1DT2H30M",
                "fare_brand_name": "Basic",
                "segments": [
                    {
                        "origin": {"iata_code": "LIS", "time_zone": "Europe/Lisbon"},
                        "destination": {"iata_code": "QQQ", "time_zone": "Europe/Amsterdam"},
                        "departing_at": "2026-12-12T10:00:00",
                        "arriving_at": "2026-12-12T14:00:00",
                        "duration": "PT3H",
                        "marketing_carrier": {"iata_code": "TP"},
                        "marketing_carrier_flight_number": "0664",
                        "operating_carrier": {"iata_code": "KL"},
                        "aircraft": {"iata_code": "32N"},
                        "stops": [{"airport": {}}],
                        "passengers": [
                            {
                                "cabin_class": "premium_economy",
                                "baggages": [
                                    {"type": "checked", "quantity": 2},
                                    {"type": "carry_on", "quantity": 1},
                                ],
                            }
                        ],
                    }
                ],
            }
        ],
        "conditions": {"refund_before_departure": {"allowed": True}, "change_before_departure": None},
    }
    made.update(changes)
    return made


def _read(made):
    return wire.parse_offer(json.dumps(made).encode(), "duffel")


def test_an_offer():
    """Every field where it belongs; zones are those that Duffel names, also of airports nobody else knows."""
    one = _read(_offer())
    (way,) = one.itineraries
    (flight,) = way.segments

    assert one.id == "off_1"
    assert (str(one.total.amount), one.total.currency) == ("120.10", "GBP")
    assert one.last_ticketing == dt.datetime(2026, 11, 30, 10, tzinfo=dt.UTC)
    assert (way.duration, way.stops) == (dt.timedelta(hours=26.5), 1)
    assert (flight.flight, flight.operating_carrier, flight.aircraft, flight.cabin) == (
        "TP664",
        "KL",
        "32N",
        "premium_economy",
    )
    assert flight.arrives.isoformat() == "2026-12-12T14:00:00+01:00"
    fare = one.fare
    assert (fare.name, fare.checked_bags, fare.carry_on, fare.refundable, fare.changeable) == (
        "Basic",
        2,
        1,
        True,
        None,
    )


def test_what_is_missing_or_a_number():
    """A fare without bags, prices as numbers, no end of sale, nulls where objects are."""
    made = _offer(total_amount=99.5, expires_at=None, conditions=None)
    made["slices"][0]["segments"][0].update(passengers=None, aircraft=None, operating_carrier=None, duration=None)
    made["slices"][0]["duration"] = None
    one = _read(made)

    assert str(one.total.amount) == "99.5"
    assert one.last_ticketing is None
    assert one.fare.checked_bags is None
    assert one.itineraries[0].duration == dt.timedelta(hours=3)
    assert one.itineraries[0].segments[0].operating_carrier == "TP"
    assert wire.parse_expiry("2026-11-30T10:00:00").tzinfo is dt.UTC


@pytest.mark.parametrize(
    "changes", [{"slices": []}, {"slices": [{"segments": []}]}, {"total_amount": None}, {"id": None}], ids=range(4)
)
def test_what_is_no_offer(changes):
    """Refused; nothing is guessed."""
    with pytest.raises(UnreadableError):
        _read(_offer(**changes))


async def test_one_unreadable_offer_does_not_hide_the_others(server, caplog):
    """It is left out, counted and logged; all unreadable is an error."""
    async with AsyncFlightClient(providers=[server.duffel()]) as client:
        for offers, whole in (([{"id": "x"}, _offer()], True), ([{"id": "x"}], False)):
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
        (200, json.dumps({"data": _offer(expires_at="2020-01-01T00:00:00Z")}), OfferExpiredError),
        (200, '{"data": null}', None),
        (200, '{"data": {"id": "off_1"}}', None),
    ],
    ids=range(6),
)
async def test_offers_that_are_gone(server, status, body, error):
    """However Duffel says it."""
    async with AsyncFlightClient(providers=[server.duffel()]) as client:
        one = (await client.search(query())).offers[0]
        server.fail(1, path="/air/offers/", status=status, body=body)
        with pytest.raises(error or Exception) as caught:
            await client.price(one)
    if error is None:
        assert caught.value.code == "malformed"  # type: ignore[attr-defined]


async def test_the_announced_bucket_is_kept():
    """No calls left: the next one waits for the reset, a date."""
    clock = FakeClock(dt.datetime.combine(DAY, dt.time(), dt.UTC).timestamp() - 86400 * 20)
    async with (
        FakeFlightServer(rate_limit=2, rate_window=30.0, now=clock) as server,
        AsyncFlightClient(providers=[server.duffel()], now=clock, deadline=600.0) as client,
    ):
        assert (await client.search(query())).offers
        assert (await client.search(query(adults=2))).offers
        assert server.refused <= 1


def test_places():
    """A city's zone is that of its airports; what cannot be placed is left out."""
    city = wire.DuffelPlace(iata_code="LON", type="city", name="London", iata_country_code="GB")
    airport = wire.DuffelPlace(
        iata_code="LHR", type="airport", name="Heathrow", iata_country_code="GB", time_zone="Europe/London"
    )
    assert wire.parse_places([city]) == []
    city.airports = [airport]
    found = wire.parse_places([city, airport, wire.DuffelPlace(type="planet")])
    assert [(place.code, place.kind, place.timezone) for place in found] == [
        ("LON", "city", "Europe/London"),
        ("LHR", "airport", "Europe/London"),
    ]


async def test_health_needs_no_offer(server):
    """Any answer but a 5xx says that the host is there; nobody there is a failure."""
    async with AsyncFlightClient(providers=[server.duffel()]) as client:
        assert (await client.health()).status == "pass"
        server.fail(1, status=503)
        assert (await client.health()).status == "fail"
    async with AsyncFlightClient(providers=[DuffelProvider(token="t", base_url="http://127.0.0.1:1")]) as client:
        assert (await client.health()).status == "fail"


async def test_odd_requests_are_refused(server):
    """An id that could lead elsewhere is no id."""
    async with AsyncFlightClient(providers=[server.duffel()]) as client:
        server.fail(1, path="/air/batch", status=201, body='{"data": {"id": "../../x"}}')
        with pytest.raises(AllProvidersFailedError) as caught:
            await client.search(query())
        server.fail(1, path="/air/batch_offer_requests/", status=200, body='{"data": null}')
        with pytest.raises(AllProvidersFailedError):
            await client.search(query())
    assert caught.value.errors["duffel"].code == "malformed"
    assert len(server.requests) == 3


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
def test_constructor_refuses_what_cannot_work(field, facts):
    """By name."""
    with pytest.raises(ConfigurationError) as caught:
        DuffelProvider(**{"token": "t", **facts})
    assert caught.value.field == field


def test_slices_of_several_ways():
    """As many as the query has."""
    several = query(slices=[Slice("LIS", "AMS", DAY), Slice("AMS", "FCO", DAY), Slice("FCO", "LIS", DAY)])
    assert len(json.loads(wire.request_body(several))["data"]["slices"]) == 3
