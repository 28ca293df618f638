"""Duffel's wire format: what is sent, and how responses are parsed."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from asyncassist.flights import Slice
from asyncassist.flights.parsing import UnreadableError
from asyncassist.flights.providers.duffel import wire
from tests.flights.conftest import DAY, query
from tests.flights.providers.duffel.payloads import duffel_offer


def test_request_body_of_every_field():
    """Travellers under 18 have ages; connections are always sent, since Duffel's default is one."""
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


def test_request_body_has_every_slice():
    """A multi-city query has as many slices."""
    several = query(slices=[Slice("LIS", "AMS", DAY), Slice("AMS", "FCO", DAY), Slice("FCO", "LIS", DAY)])
    assert len(json.loads(wire.request_body(several))["data"]["slices"]) == 3


def _parse(made):
    return wire.parse_offer(json.dumps(made).encode(), "duffel")


def test_parse_offer_reads_every_field():
    """Time zones are those Duffel names, also for airports that the table lacks."""
    one = _parse(duffel_offer())
    (way,) = one.itineraries
    (flight,) = way.segments

    assert one.id == "off_1"
    assert (str(one.total.amount), one.total.currency) == ("120.10", "GBP")
    assert one.last_ticketing == dt.datetime(2026, 11, 30, 10, tzinfo=dt.UTC)
    assert (way.duration, way.stops) == (dt.timedelta(hours=3), 1)
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


def test_missing_fields_and_numeric_prices():
    """Prices may be numbers; baggage, expiry and nested objects may be missing."""
    made = duffel_offer(total_amount=99.5, expires_at=None, conditions=None)
    made["slices"][0]["segments"][0].update(passengers=None, aircraft=None, operating_carrier=None, duration=None)
    made["slices"][0]["duration"] = None
    one = _parse(made)

    assert str(one.total.amount) == "99.5"
    assert one.last_ticketing is None
    assert one.fare.checked_bags is None
    assert one.itineraries[0].duration == dt.timedelta(hours=3)
    assert one.itineraries[0].segments[0].operating_carrier == "TP"
    assert wire.parse_expiry("2026-11-30T10:00:00").tzinfo is dt.UTC


@pytest.mark.parametrize(
    "changes", [{"slices": []}, {"slices": [{"segments": []}]}, {"total_amount": None}, {"id": None}], ids=range(4)
)
def test_invalid_offers_are_rejected(changes):
    """Nothing is guessed for a missing or invalid required field."""
    with pytest.raises(UnreadableError):
        _parse(duffel_offer(**changes))


def test_parse_places_needs_a_time_zone():
    """A city has its airports' time zone; places without one are dropped."""
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
