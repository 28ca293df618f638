"""Amadeus's wire format: what is sent, and how responses are parsed."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

from asyncassist.flights import Slice
from asyncassist.flights.parsing import UnreadableError
from asyncassist.flights.providers.amadeus import wire
from tests.flights.conftest import DAY, query
from tests.flights.providers.amadeus.payloads import amadeus_offer


def test_search_params_of_every_field():
    """GET has every parameter of the API description, and no other."""
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


def test_search_body_of_every_field():
    """POST is for several slices or a number of stops that GET cannot express."""
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


def _parse(made):
    raw = made if isinstance(made, bytes) else json.dumps(made).encode()
    return wire.parse_offer(raw, "amadeus")


def test_parse_offer_reads_every_field():
    """The duration is that of the times, and an allowance by weight counts as a bag."""
    raw = json.dumps(amadeus_offer(), indent=3).encode()
    one = _parse(raw)
    (way,) = one.itineraries
    (flight,) = way.segments

    assert one.id == "amadeus:7"
    assert str(one.total.amount) == "125.10"
    assert (one.cabin, one.seats_left, one.last_ticketing) == ("business", 4, dt.date(2026, 11, 30))
    assert way.duration == dt.timedelta(hours=3)
    assert (flight.flight, flight.operating_carrier, flight.aircraft) == ("TP664", "KL", "32N")
    assert flight.departs.isoformat() == "2026-12-12T10:00:00+00:00"
    assert flight.arrives.isoformat() == "2026-12-12T14:00:00+01:00"
    assert flight.arrives_local == dt.datetime(2026, 12, 12, 14)
    assert (flight.origin_terminal, flight.destination_terminal) == ("1", None)
    assert (one.fare.name, one.fare.checked_bags) == ("EXEC", 1)
    assert bytes(one.raw) == raw
    assert one.raw["id"] == "7"
    assert one.raw == json.loads(raw)


def test_prices_written_as_numbers_stay_exact():
    """Numbers are read digit by digit; numbers may come as text and text as numbers."""
    made = amadeus_offer(id=7, price={"currency": "EUR", "total": 0.0, "grandTotal": 0.0}, numberOfBookableSeats=4.0)
    made["itineraries"][0]["segments"][0]["number"] = 664
    raw = json.dumps(made).encode().replace(b'"grandTotal": 0.0', b'"grandTotal": 1234567890123456.10')
    one = _parse(raw)

    assert str(one.total.amount) == "1234567890123456.10"
    assert (one.id, one.seats_left) == ("amadeus:7", 4)
    assert one.itineraries[0].segments[0].number == "664"
    assert bytes(one.raw) == raw


@pytest.mark.parametrize("seats", ["NaN", "Infinity", -3, 10**30])
def test_counts_beyond_sense_are_unknown(seats):
    """The offer stays, without the seats and with the stops that are listed."""
    made = amadeus_offer(numberOfBookableSeats=seats)
    made["itineraries"][0]["segments"][0] |= {"numberOfStops": -5, "stops": [{}]}
    one = _parse(made)

    assert (one.seats_left, one.stops) == (None, 1)


def test_missing_optional_fields():
    """Durations are computed, the total replaces the grand total, and the rest is None."""
    made = amadeus_offer(price={"currency": "EUR", "total": "99"})
    del made["itineraries"][0]["duration"], made["itineraries"][0]["segments"][0]["duration"]
    for name in ("travelerPricings", "lastTicketingDate", "numberOfBookableSeats"):
        del made[name]
    for name in ("operating", "aircraft"):
        del made["itineraries"][0]["segments"][0][name]
    one = _parse(made)
    (flight,) = one.itineraries[0].segments

    assert one.itineraries[0].duration == flight.duration == dt.timedelta(hours=3)
    assert one.total.amount == 99
    assert (one.fare, one.seats_left, one.last_ticketing, one.cabin) == (None, None, None, "economy")
    assert (flight.operating_carrier, flight.aircraft) == ("TP", None)


def test_unknown_codes_are_preserved():
    """Airport, airline and aircraft codes need not be known; an unknown cabin counts as economy."""
    made = amadeus_offer()
    flight = made["itineraries"][0]["segments"][0]
    flight |= {"arrival": {"iataCode": "QQQ", "at": "2026-12-12T15:00:00"}, "carrierCode": "1Z", "operating": {}}
    flight["aircraft"] = {"code": "X9X"}
    made["travelerPricings"][0]["fareDetailsBySegment"][0]["cabin"] = "SUITE"
    (one,) = _parse(made).itineraries[0].segments

    assert one.arrives.isoformat() == "2026-12-12T15:00:00+02:00"
    assert (one.destination, one.flight, one.operating_carrier, one.aircraft) == ("QQQ", "1Z664", "1Z", "X9X")
    assert one.cabin == "economy"


def test_last_ticketing_from_either_field():
    """The last ticketing date comes as a date or as a date and time."""
    made = amadeus_offer(lastTicketingDateTime="2026-11-29T20:00:00", lastTicketingDate=None)

    assert _parse(made).last_ticketing == dt.date(2026, 11, 29)
    assert _parse(amadeus_offer(lastTicketingDate="soon")).last_ticketing is None


def test_fare_of_several_segments():
    """Bags are the fewest of any segment; rules are None where not stated."""
    made = amadeus_offer(pricingOptions={"refundableFare": True, "noPenaltyFare": False})
    made["travelerPricings"][0]["fareDetailsBySegment"] = [
        {"segmentId": "1", "includedCheckedBags": {"quantity": 2}, "includedCabinBags": {"quantity": 1}},
        {"segmentId": "2", "includedCheckedBags": {"quantity": 1}, "includedCabinBags": {}},
    ]
    fare = _parse(made).fare

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
def test_invalid_offers_are_rejected(spoil):
    """Nothing is guessed for a missing or invalid required field."""
    made = amadeus_offer()
    spoil(made)

    with pytest.raises(UnreadableError):
        _parse(made)


def test_places_beyond_the_table_need_a_whole_hour_offset():
    """Their time zone follows from a whole-hour offset; other locations are dropped."""
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


def test_dates_params_of_every_field():
    """A return trip has its length in days; a single date is no range."""
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


def test_invalid_calendar_entries_are_none():
    """An entry needs a date and a price; the response's currency is used where it names none."""
    price = wire.AmadeusPrice(total=Decimal("99.50"))

    assert wire.parse_date(wire.AmadeusFlightDate(departure_date="soon"), "EUR") is None
    assert wire.parse_date(wire.AmadeusFlightDate(departure_date="2026-12-12"), "EUR") is None
    date, money = wire.parse_date(wire.AmadeusFlightDate(departure_date="2026-12-12", price=price), "EUR")
    assert (date, str(money.amount), money.currency) == (dt.date(2026, 12, 12), "99.50", "EUR")


def test_pricing_body_of_a_plain_mapping():
    """An offer whose raw data is a mapping is encoded."""
    assert wire.pricing_body({"id": "1"}) == b'{"data":{"type":"flight-offers-pricing","flightOffers":[{"id":"1"}]}}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [("São Paulo", "Sao"), ("O'Hare", "O'Hare"), ("L@x!", "Lx"), ("東京", ""), ("  ", "")],
)
def test_keyword_is_the_first_word_in_allowed_characters(text, expected):
    """Accents are stripped; a text in another script leaves nothing to search for."""
    assert wire.keyword(text) == expected
