"""Payloads of the fake flight server: Duffel's fields by the published description."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import aiohttp
import pytest

from asyncassist._places import find_places
from asyncassist.flights import FlightQuery, Slice
from asyncassist.flights.providers.duffel import wire
from asyncassist.testing import FakeFlightServer
from asyncassist.testing import _flight_payloads as flight_payloads
from asyncassist.testing._flight_payloads import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DAY = dt.date.today() + dt.timedelta(days=40)


@pytest.fixture
async def server() -> AsyncIterator[FakeFlightServer]:
    """A running server on the system clock."""
    async with FakeFlightServer() as running:
        yield running


# Fields of each object by its path; those with a question mark may be null.
SCHEMAS = {
    "request": "id live_mode created_at client_key cabin_class passengers slices",
    "request.slices": "origin origin_type destination destination_type departure_date",
    "batch": "id live_mode created_at client_key total_batches remaining_batches",
    "offer": (
        "id live_mode total_amount total_currency base_amount base_currency tax_amount? tax_currency? created_at"
        " updated_at expires_at owner partial passengers passenger_identity_documents_required payment_requirements"
        " private_fares supported_loyalty_programmes supported_passenger_identity_document_types total_emissions_kg"
        " conditions slices"
    ),
    "offer.passengers": "id type? age? fare_type?",
    "offer.payment_requirements": "requires_instant_payment payment_required_by? price_guarantee_expires_at?",
    "offer.conditions": "refund_before_departure? change_before_departure?",
    "offer.conditions.change_before_departure": "allowed penalty_amount? penalty_currency?",
    "offer.slices": (
        "id origin origin_type destination destination_type duration? fare_brand_name? ngs_shelf? comparison_key"
        " conditions segments"
    ),
    "offer.slices.conditions": (
        "refund_before_departure? change_before_departure? advance_seat_selection? priority_boarding?"
        " priority_check_in?"
    ),
    "offer.slices.segments": (
        "id origin destination departing_at arriving_at duration? distance? origin_terminal? destination_terminal?"
        " marketing_carrier marketing_carrier_flight_number operating_carrier operating_carrier_flight_number"
        " aircraft stops passengers"
    ),
    "offer.slices.segments.passengers": (
        "passenger_id cabin_class cabin_class_marketing_name fare_basis_code cabin? baggages"
    ),
    "offer.slices.segments.passengers.baggages": "type quantity",
    "offer.slices.segments.marketing_carrier": (
        "id name iata_code? logo_symbol_url? logo_lockup_url? conditions_of_carriage_url?"
    ),
    "offer.slices.segments.aircraft": "id name iata_code",
    "offer.slices.segments.origin": (
        "id name type iata_code iata_country_code icao_code? iata_city_code? city_name? city? latitude longitude"
        " time_zone"
    ),
    "place": (
        "id name type iata_code iata_country_code icao_code? iata_city_code? city_name? city? country_name? latitude?"
        " longitude? time_zone? airports?"
    ),
    "error": "code type title message documentation_url",
}


def missing_fields(schema: str, value):
    """Yield the path of each field of the schema that is absent, or null though it must not be."""
    for one in value if isinstance(value, list) else [value]:
        for field in SCHEMAS[schema].split():
            name = field.rstrip("?")
            inner = f"{schema}.{name}"
            if name not in one or (one[name] is None and not field.endswith("?")):
                yield inner
            elif inner in SCHEMAS and one[name] is not None:
                yield from missing_fields(inner, one[name])


@pytest.fixture
async def call(server):
    """Send a request with valid headers and return the JSON body."""
    headers = {
        "Authorization": f"Bearer {server.duffel_token}",
        "Content-Type": "application/json",
        "Duffel-Version": "v2",
    }
    async with aiohttp.ClientSession(headers=headers) as session:

        async def make(method, path, data=None, **params):
            async with session.request(method, server.url + path, data=data, params=params) as answer:
                return json.loads(await answer.read())

        yield make


@pytest.mark.parametrize("cabin", ["economy", "business"])
async def test_duffel_offers_have_all_fields(call, cabin):
    """Offer requests, batches, pages and single offers; every traveller has a seat on every flight."""
    slices = (Slice("LON", "JFK", DAY), Slice("JFK", "LON", DAY))
    body = wire.request_body(FlightQuery(slices=slices, adults=2, children=1, infants=1, cabin=cabin))

    request = (await call("POST", "/air/offer_requests", body))["data"]
    batch = (await call("POST", "/air/batch_offer_requests", body))["data"]
    first = (await call("GET", f"/air/batch_offer_requests/{batch['id']}"))["data"]
    page = await call("GET", "/air/offers", offer_request_id=request["id"], limit="5")
    single = (await call("GET", f"/air/offers/{request['offers'][0]['id']}"))["data"]

    assert set(page["meta"]) == {"limit", "before", "after"}
    for offers in (request["offers"], first["offers"], page["data"], single):
        assert offers
        assert not sorted(set(missing_fields("offer", offers)))
    assert not sorted(
        {*missing_fields("request", request), *missing_fields("batch", batch), *missing_fields("batch", first)}
    )
    assert single["available_services"] == []
    assert [one["type"] for one in single["passengers"]] == ["adult", "adult", "child", "infant_without_seat"]
    seats = single["slices"][0]["segments"][0]["passengers"]
    assert [seat["passenger_id"] for seat in seats] == [one["id"] for one in single["passengers"]]


async def test_duffel_places_and_errors_have_all_fields(call):
    """A city has airports and no time zone of its own; an error has its type."""
    places = (await call("GET", "/places/suggestions", name="London"))["data"]
    error = await call("GET", "/air/offers/off_1")

    assert not sorted(set(missing_fields("place", places)))
    city = next(place for place in places if place["type"] == "city")
    assert {place["iata_code"] for place in city["airports"]} >= {"LHR", "LGW"}
    assert not [*missing_fields("error", error["errors"])]
    assert set(error["meta"]) == {"status", "request_id"}


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ([("a", "1"), ("b", "x")], "b"),
        ([("a", "1"), ("a", "2")], "a"),
        ([("a", "x")], "a"),
        ([("a", "12")], "a"),
        ([], "a"),
    ],
    ids=["unknown", "repeated", "malformed", "not the whole value", "missing"],
)
def test_check_params_names_the_offending_parameter(params: list[tuple[str, str]], field: str):
    """Unknown, repeated, malformed and missing parameters are refused; the pattern must match the whole value."""
    flight_payloads.check_params([("a", "1")], {"a": r"\d"}, ["a"])

    with pytest.raises(InvalidRequestError) as caught:
        flight_payloads.check_params(params, {"a": r"\d"}, ["a"])

    assert caught.value.field == field


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b"null", b'"text"'])
def test_a_body_must_be_a_json_object(body: bytes):
    """Everything else is an invalid request."""
    assert flight_payloads.parse_json_object(b'{"a": 1}') == {"a": 1}
    with pytest.raises(InvalidRequestError):
        flight_payloads.parse_json_object(body)


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "PT0M"), (45, "PT45M"), (60, "PT1H"), (125, "PT2H5M"), (26 * 60, "PT26H")]
)
def test_durations_have_the_iso_8601_format(minutes: int, text: str):
    """Hours and minutes; zero parts are omitted, days are hours."""
    assert flight_payloads.iso_duration(dt.timedelta(minutes=minutes)) == text


def test_errors_have_the_format_of_the_paths_api():
    """OAuth2, Amadeus and Duffel have different error bodies and media types."""
    token, token_type = flight_payloads.error_body("/v1/security/oauth2/token", 401, "detail")
    amadeus, amadeus_type = flight_payloads.error_body("/v2/shopping/flight-offers", 401, "detail")
    duffel, duffel_type = flight_payloads.error_body("/air/offers", 429, "rate_limit_exceeded")

    assert (json.loads(token)["error"], token_type) == ("invalid_client", "application/json")
    assert (json.loads(amadeus)["errors"][0]["code"], amadeus_type) == (38190, "application/vnd.amadeus+json")
    assert (json.loads(duffel)["errors"][0]["type"], duffel_type) == ("rate_limit_error", "application/json")
    assert json.loads(duffel)["meta"]["status"] == 429


def test_duffel_passengers_have_a_type_or_an_age():
    """Ages below 2 are infants, below 12 children; type and age together, or neither, are invalid."""
    data = {
        "slices": [{"origin": "LIS", "destination": "AMS", "departure_date": DAY.isoformat()}],
        "passengers": [{"age": 1}, {"age": 2}, {"age": 11}, {"age": 12}, {"type": "adult"}],
    }

    query = flight_payloads.parse_duffel_query({"data": data}, "EUR")

    assert (query.adults, query.children, query.infants, query.currency) == (2, 2, 1, "EUR")
    for passenger in ({}, {"type": "adult", "age": 30}):
        with pytest.raises(InvalidRequestError) as caught:
            flight_payloads.parse_duffel_query({"data": {**data, "passengers": [passenger]}}, "EUR")
        assert caught.value.field == "passengers"


def test_amadeus_queries_and_bodies_give_the_same_search():
    """Travellers, cabin and filters of a search by GET and by POST are equal."""
    params = {
        "originLocationCode": "LIS",
        "destinationLocationCode": "AMS",
        "departureDate": DAY.isoformat(),
        "adults": "2",
        "infants": "1",
        "travelClass": "BUSINESS",
        "nonStop": "true",
        "max": "300",
    }
    body = {
        "sources": ["GDS"],
        "originDestinations": [
            {
                "originLocationCode": "LIS",
                "destinationLocationCode": "AMS",
                "departureDateTimeRange": {"date": DAY.isoformat()},
            }
        ],
        "travelers": [
            {"id": "1", "travelerType": "ADULT"},
            {"id": "2", "travelerType": "ADULT"},
            {"id": "3", "travelerType": "HELD_INFANT", "associatedAdultId": "1"},
        ],
        "searchCriteria": {
            "maxFlightOffers": 250,
            "flightFilters": {
                "cabinRestrictions": [{"cabin": "BUSINESS"}],
                "connectionRestriction": {"maxNumberOfConnections": 0},
            },
        },
    }

    from_query, from_body = flight_payloads.parse_amadeus_query(params), flight_payloads.parse_amadeus_body(body)

    assert (from_query.adults, from_query.infants, from_query.cabin) == (2, 1, "business")
    assert from_body.slices is not None
    assert from_body.slices[0].origin == from_query.origin == "LIS"
    for name in ("adults", "children", "infants", "cabin", "max_stops", "currency", "max_offers"):
        assert getattr(from_query, name) == getattr(from_body, name)


def test_a_location_has_the_places_code_and_coordinates():
    """Amadeus writes names in capitals."""
    place = next(place for place in find_places("Lisbon", 10) if place.code == "LIS" and place.kind == "airport")

    location = flight_payloads.amadeus_location(place)

    assert (location["iataCode"], location["subType"]) == ("LIS", "AIRPORT")
    assert location["name"] == place.name.upper()
    assert location["geoCode"] == {"latitude": place.latitude, "longitude": place.longitude}
