"""Amadeus to the letter: what is sent, and how what comes is read."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from decimal import Decimal

import pytest

from asyncassist._clock import SYSTEM_CLOCK
from asyncassist.errors import AllProvidersFailedError, AuthenticationError, ConfigurationError, FlightError
from asyncassist.flights import AmadeusProvider, AsyncFlightClient, Raw, Slice
from asyncassist.flights import amadeus_wire as wire
from asyncassist.flights.reading import UnreadableError
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

    assert wire.takes_get(asked)
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

    assert not wire.takes_get(asked)
    assert not wire.takes_get(query(max_stops=1))
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


def _offer(**changes):
    made = {
        "type": "flight-offer",
        "id": "7",
        "source": "GDS",
        "lastTicketingDate": "2026-11-30",
        "numberOfBookableSeats": 4,
        "itineraries": [
            {
                "duration": "PT26H30M",
                "segments": [
                    {
                        "id": "1",
                        "departure": {"iataCode": "LIS", "terminal": "1", "at": "2026-12-12T10:00:00"},
                        "arrival": {"iataCode": "AMS", "at": "2026-12-12T14:00:00"},
                        "carrierCode": "TP",
                        "number": "0664",
                        "aircraft": {"code": "32N"},
                        "operating": {"carrierCode": "KL"},
                        "duration": "PT3H",
                        "numberOfStops": 0,
                    }
                ],
            }
        ],
        "price": {"currency": "EUR", "total": "120.10", "grandTotal": "125.10"},
        "travelerPricings": [
            {
                "travelerId": "1",
                "fareDetailsBySegment": [
                    {
                        "segmentId": "1",
                        "cabin": "BUSINESS",
                        "brandedFare": "EXEC",
                        "includedCheckedBags": {"weight": 23, "weightUnit": "KG"},
                    }
                ],
            }
        ],
    }
    made.update(changes)
    return made


def _read(made):
    raw = made if isinstance(made, bytes) else json.dumps(made).encode()
    return wire.read_offer(raw, "amadeus")


def test_an_offer():
    """Every field where it belongs; hours above 24; an allowance by weight is a bag."""
    raw = json.dumps(_offer(), indent=3).encode()
    one = _read(raw)
    (way,) = one.itineraries
    (flight,) = way.segments

    assert one.id == "amadeus:7"
    assert str(one.total.amount) == "125.10"
    assert (one.cabin, one.seats_left, one.last_ticketing) == ("business", 4, dt.date(2026, 11, 30))
    assert way.duration == dt.timedelta(hours=26.5)
    assert (flight.flight, flight.operating_carrier, flight.aircraft) == ("TP664", "KL", "32N")
    assert flight.departs.isoformat() == "2026-12-12T10:00:00+00:00"
    assert flight.arrives.isoformat() == "2026-12-12T14:00:00+01:00"
    assert flight.arrives_local == dt.datetime(2026, 12, 12, 14)
    assert (flight.origin_terminal, flight.destination_terminal) == ("1", None)
    assert (one.fare.name, one.fare.checked_bags) == ("EXEC", 1)
    assert bytes(one.raw) == raw
    assert one.raw["id"] == "7"
    assert one.raw == json.loads(raw)


def test_numbers_as_floats_stay_exact():
    """A price that is written as a number is read digit by digit; numbers may come as text and text as numbers."""
    made = _offer(id=7, price={"currency": "EUR", "total": 0.0, "grandTotal": 0.0}, numberOfBookableSeats=4.0)
    made["itineraries"][0]["segments"][0]["number"] = 664
    raw = json.dumps(made).encode().replace(b'"grandTotal": 0.0', b'"grandTotal": 1234567890123456.10')
    one = _read(raw)

    assert str(one.total.amount) == "1234567890123456.10"
    assert (one.id, one.seats_left) == ("amadeus:7", 4)
    assert one.itineraries[0].segments[0].number == "664"
    assert bytes(one.raw) == raw


def test_what_is_missing():
    """Durations are computed, the total stands in for the grand total, the rest is None."""
    made = _offer(price={"currency": "EUR", "total": "99"})
    del made["itineraries"][0]["duration"], made["itineraries"][0]["segments"][0]["duration"]
    for name in ("travelerPricings", "lastTicketingDate", "numberOfBookableSeats"):
        del made[name]
    for name in ("operating", "aircraft"):
        del made["itineraries"][0]["segments"][0][name]
    one = _read(made)
    (flight,) = one.itineraries[0].segments

    assert one.itineraries[0].duration == flight.duration == dt.timedelta(hours=3)
    assert one.total.amount == 99
    assert (one.fare, one.seats_left, one.last_ticketing, one.cabin) == (None, None, None, "economy")
    assert (flight.operating_carrier, flight.aircraft) == ("TP", None)


def test_the_last_day_of_ticketing_in_either_field():
    """A date, or a date and time."""
    made = _offer(lastTicketingDateTime="2026-11-29T20:00:00", lastTicketingDate=None)

    assert _read(made).last_ticketing == dt.date(2026, 11, 29)
    assert _read(_offer(lastTicketingDate="soon")).last_ticketing is None


def test_fares():
    """The fewest bags of any flight; rules where they are said."""
    made = _offer(pricingOptions={"refundableFare": True, "noPenaltyFare": False})
    made["travelerPricings"][0]["fareDetailsBySegment"] = [
        {"segmentId": "1", "includedCheckedBags": {"quantity": 2}, "includedCabinBags": {"quantity": 1}},
        {"segmentId": "2", "includedCheckedBags": {"quantity": 1}, "includedCabinBags": {}},
    ]
    fare = _read(made).fare

    assert (fare.checked_bags, fare.carry_on, fare.refundable, fare.changeable) == (1, 1, True, False)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: made.update(itineraries=[]),
        lambda made: made["itineraries"][0].update(segments=[]),
        lambda made: made.update(price={}),
        lambda made: made["price"].update(grandTotal="free", total=None),
        lambda made: made["itineraries"][0]["segments"][0]["departure"].update(at="2026-12-12"),
        lambda made: made["itineraries"][0]["segments"][0]["departure"].update(at=None),
        lambda made: made["itineraries"][0]["segments"][0]["departure"].update(iataCode="Q?"),
        lambda made: made["itineraries"][0]["segments"][0].update(carrierCode=None),
        lambda made: made["itineraries"][0]["segments"][0].update(number=""),
        lambda made: made["itineraries"][0].pop("segments"),
    ],
    ids=range(10),
)
def test_what_is_no_offer(spoil):
    """Refused; nothing is guessed."""
    made = _offer()
    spoil(made)

    with pytest.raises(UnreadableError):
        _read(made)


async def test_one_unreadable_offer_does_not_hide_the_others(server, caplog):
    """It is left out, counted and logged; all unreadable is an error."""
    bare = _offer()
    bare["itineraries"][0]["segments"][0]["arrival"]["at"] = "2026-12-12"
    async with AsyncFlightClient(providers=[server.amadeus()]) as client:
        await client.health()
        kind = {"Content-Type": "application/json; charset=utf-8"}
        server.fail(1, path="/v2", status=200, body=json.dumps({"data": [bare, _offer()]}), headers=kind)
        assert len((await client.search(query())).offers) == 1
        assert client.stats().providers["amadeus"].details["dropped"] == 1
        assert "left out" in caplog.text
        server.fail(1, path="/v2", status=200, body=json.dumps({"data": [bare]}))
        with pytest.raises(AllProvidersFailedError) as caught:
            await client.search(query(adults=2))
    assert caught.value.errors["amadeus"].code == "malformed"


async def test_other_charsets_are_read(server):
    """A charset in the content type is obeyed; a byte order mark is no harm."""
    text = json.dumps({"data": [_offer()], "dictionaries": {"carriers": {"TP": "Aérea"}}}, ensure_ascii=False)
    async with AsyncFlightClient(providers=[server.amadeus()], ttl=0.0) as client:
        await client.health()
        for body, kind in (
            (text.encode("latin-1"), "application/vnd.amadeus+json; charset=ISO-8859-1"),
            (b"\xef\xbb\xbf" + text.encode(), "application/vnd.amadeus+json"),
            (text.encode(), "text/plain; charset=utf-8"),
        ):
            server.fail(1, path="/v2", status=200, body=body, headers={"Content-Type": kind})
            assert len((await client.search(query())).offers) == 1


async def test_what_was_received_is_sent_back(server):
    """Byte for byte, also fields that nobody reads and numbers in any writing."""
    raw = json.dumps(_offer(unknown={"x": 1.10})).replace("1.1}", "1.1000}")
    async with AsyncFlightClient(providers=[server.amadeus()]) as client:
        await client.health()
        server.fail(1, path="/v2", status=200, body='{"data": [' + raw + "]}")
        (one,) = (await client.search(query())).offers
        await client.price(one)

    assert raw.encode() in server.requests[-1].body
    assert wire.pricing_body({"id": "1"}) == b'{"data":{"type":"flight-offers-pricing","flightOffers":[{"id":"1"}]}}'


@pytest.mark.parametrize(
    "body", ["{}", '{"data": {"flightOffers": []}}', '{"data": {"flightOffers": [{"id": "1"}]}}', "<html>"]
)
async def test_prices_that_cannot_be_read(server, body):
    """An error, not a price."""
    async with AsyncFlightClient(providers=[server.amadeus()]) as client:
        one = (await client.search(query())).offers[0]
        server.fail(1, path="/v1/shopping/flight-offers/pricing", status=200, body=body)
        with pytest.raises(FlightError) as caught:
            await client.price(one)
    assert caught.value.code == "malformed"


async def test_a_revoked_token_costs_one_request():
    """A hundred searches at once, cold, expired and revoked: one token request each time, all answered."""
    clock = FakeClock(dt.datetime.combine(DAY, dt.time(), dt.UTC).timestamp() - 86400 * 30)
    many = [query(max_offers=number) for number in range(1, 101)]  # one question of the server, a hundred of ours
    async with (
        FakeFlightServer(now=clock) as server,
        AsyncFlightClient(providers=[server.amadeus()], ttl=0.0, now=clock) as client,
    ):
        for change in (lambda: None, lambda: clock.advance(1800), server.revoke_tokens):
            change()
            before = server.token_requests
            results = await client.search_many(many)
            assert all(result.complete for result in results)
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
        AsyncFlightClient(providers=[server.amadeus(min_interval=0.1)]) as client,
    ):
        results = await client.search_many(many)

        assert all(result.offers for result in results)
        assert server.refused <= 1
        calls = [call.at for call in server.requests]
        assert len(calls) <= 27
        assert 2.4 <= calls[-1] - calls[0] <= 25 * 0.1 * 1.6  # a busy machine sleeps longer than asked, never shorter


async def test_a_limit_that_nobody_told_us():
    """Without `min_interval`: the first burst is refused, the pace is learned, all are answered."""
    clock = FakeClock(dt.datetime.combine(DAY, dt.time(), dt.UTC).timestamp() - 86400 * 30)
    many = [query(max_offers=number) for number in range(1, 31)]
    async with (
        FakeFlightServer(rate_limit=10, now=clock) as server,
        AsyncFlightClient(providers=[server.amadeus()], now=clock) as client,
    ):
        results = await client.search_many(many)

        assert all(result.offers for result in results)
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
    assert wire.read_date(wire.WireDate(departure_date="soon"), "EUR") is None
    assert wire.read_date(wire.WireDate(departure_date="2026-12-12"), "EUR") is None


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


def test_places_that_the_table_does_not_have():
    """With the zone of their whole-hour offset; without one they are left out."""
    facts = {
        "iata_code": "XQZ",
        "sub_type": "AIRPORT",
        "name": "NEW FIELD",
        "address": wire.WireAddress(city_name="NEWTON", country_code="US"),
    }
    place = wire.read_place(wire.WireLocation(**facts, time_zone_offset="-05:00"))
    assert place is not None
    assert (place.name, place.city, place.timezone) == ("New Field", "Newton", "Etc/GMT+5")
    east = wire.read_place(wire.WireLocation(**facts, time_zone_offset="+03:00"))
    assert east is not None
    assert east.timezone == "Etc/GMT-3"
    for shift in (None, "+05:30", "+xx:00", "+29:00"):
        assert wire.read_place(wire.WireLocation(**facts, time_zone_offset=shift)) is None
    assert wire.read_place(wire.WireLocation(iata_code="LIS", sub_type="DISTRICT")) is None
    assert wire.read_place(wire.WireLocation(sub_type="CITY")) is None


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


def test_raw_reads_like_a_mapping():
    """Equal by content, hashable, and nothing but objects."""
    import copy
    import pickle

    raw = Raw(b'{"a": [1, 2], "b": 0.10}')
    assert (raw["a"], len(raw), list(raw), "b" in raw) == ([1, 2], 2, ["a", "b"], True)
    assert raw == Raw(b'{"a": [1, 2], "b": 0.10}') == {"a": [1, 2], "b": 0.1}
    assert raw != Raw(b"{}")
    assert len({raw, Raw(bytes(raw))}) == 1
    assert pickle.loads(pickle.dumps(raw)) == copy.deepcopy(raw) == raw
    assert dict(Raw(b"[1]")) == {}
    assert "bytes" in repr(raw)


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
