"""What the fake server sends in Duffel's place has every field that Duffel describes, null or not as described."""

from __future__ import annotations

import json

import aiohttp
import pytest

from asyncassist.flights import Slice
from asyncassist.flights.providers.duffel import wire
from tests.flights.conftest import DAY, query

# Fields by where they stand; those with a question mark may be null.
SHAPES = {
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


def missing(shape: str, value):
    """Where a field of the shape is not there, or null and may not be."""
    for one in value if isinstance(value, list) else [value]:
        for field in SHAPES[shape].split():
            name = field.rstrip("?")
            inner = f"{shape}.{name}"
            if name not in one or (one[name] is None and not field.endswith("?")):
                yield inner
            elif inner in SHAPES and one[name] is not None:
                yield from missing(inner, one[name])


@pytest.fixture
async def ask(server):
    """A call with good headers."""
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
async def test_requests_and_offers(ask, cabin):
    """Offer requests, batches, pages and single offers; every traveller is there, with a seat on every flight."""
    ways = (Slice("LON", "JFK", DAY), Slice("JFK", "LON", DAY))
    body = wire.request_body(query(slices=ways, adults=2, children=1, infants=1, cabin=cabin))

    whole = (await ask("POST", "/air/offer_requests", body))["data"]
    batch = (await ask("POST", "/air/batch_offer_requests", body))["data"]
    first = (await ask("GET", f"/air/batch_offer_requests/{batch['id']}"))["data"]
    page = await ask("GET", "/air/offers", offer_request_id=whole["id"], limit="5")
    single = (await ask("GET", f"/air/offers/{whole['offers'][0]['id']}"))["data"]

    assert set(page["meta"]) == {"limit", "before", "after"}
    for offers in (whole["offers"], first["offers"], page["data"], single):
        assert offers
        assert not sorted(set(missing("offer", offers)))
    assert not sorted({*missing("request", whole), *missing("batch", batch), *missing("batch", first)})
    assert single["available_services"] == []
    assert [one["type"] for one in single["passengers"]] == ["adult", "adult", "child", "infant_without_seat"]
    seats = single["slices"][0]["segments"][0]["passengers"]
    assert [seat["passenger_id"] for seat in seats] == [one["id"] for one in single["passengers"]]


async def test_places_and_errors(ask):
    """A city has airports and no zone of its own; an error says what kind it is."""
    places = (await ask("GET", "/places/suggestions", name="London"))["data"]
    error = await ask("GET", "/air/offers/off_1")

    assert not sorted(set(missing("place", places)))
    city = next(place for place in places if place["type"] == "city")
    assert {place["iata_code"] for place in city["airports"]} >= {"LHR", "LGW"}
    assert not [*missing("error", error["errors"])]
    assert set(error["meta"]) == {"status", "request_id"}
