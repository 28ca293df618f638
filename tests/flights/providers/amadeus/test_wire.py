"""How what Amadeus sends is read."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from asyncassist.errors import AllProvidersFailedError, FlightError
from asyncassist.flights import AsyncFlightClient, Raw
from asyncassist.flights.parsing import UnreadableError
from asyncassist.flights.providers.amadeus import wire
from tests.flights.conftest import query


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
    return wire.parse_offer(raw, "amadeus")


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


def test_unknown_codes_are_kept():
    """An airport whose clock the duration tells, an airline, an aircraft and a cabin that nobody knows."""
    made = _offer()
    flight = made["itineraries"][0]["segments"][0]
    flight |= {"arrival": {"iataCode": "QQQ", "at": "2026-12-12T15:00:00"}, "carrierCode": "1Z", "operating": {}}
    flight["aircraft"] = {"code": "X9X"}
    made["travelerPricings"][0]["fareDetailsBySegment"][0]["cabin"] = "SUITE"
    (one,) = _read(made).itineraries[0].segments

    assert one.arrives.isoformat() == "2026-12-12T15:00:00+02:00"
    assert (one.destination, one.flight, one.operating_carrier, one.aircraft) == ("QQQ", "1Z664", "1Z", "X9X")
    assert one.cabin == "economy"


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

    assert (fare.checked_bags, fare.carry_on, fare.refundable, fare.changeable) == (1, 1, True, None)


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


def test_places_that_the_table_does_not_have():
    """With the zone of their whole-hour offset; without one they are left out."""
    facts = {
        "iata_code": "XQZ",
        "sub_type": "AIRPORT",
        "name": "NEW FIELD",
        "address": wire.AmadeusAddress(city_name="NEWTON", country_code="US"),
    }
    place = wire.parse_place(wire.AmadeusLocation(**facts, time_zone_offset="-05:00"))
    assert place is not None
    assert (place.name, place.city, place.timezone) == ("New Field", "Newton", "Etc/GMT+5")
    east = wire.parse_place(wire.AmadeusLocation(**facts, time_zone_offset="+03:00"))
    assert east is not None
    assert east.timezone == "Etc/GMT-3"
    for shift in (None, "+05:30", "+xx:00", "+29:00"):
        assert wire.parse_place(wire.AmadeusLocation(**facts, time_zone_offset=shift)) is None
    assert wire.parse_place(wire.AmadeusLocation(iata_code="LIS", sub_type="DISTRICT")) is None
    assert wire.parse_place(wire.AmadeusLocation(sub_type="CITY")) is None


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
