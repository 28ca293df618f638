"""Duffel's wire format: request bodies, response types and parsers. Pure functions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal  # noqa: TC003 - msgspec reads the annotations
from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._types import Place
from asyncassist.flights import parsing
from asyncassist.flights.models import Fare, FlightOffer, Itinerary, Raw, Segment, main_cabin
from asyncassist.flights.parsing import MAX_COUNT, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncassist.flights.query import FlightQuery

API_VERSION = "v2"
PAGE_SIZE = 200  # Duffel's maximum
_CHILD_AGE = 8  # our children are 2 to 11 years old; Duffel needs an age for travellers under 18
_INFANT_AGE = 1
_MAX_CONNECTIONS = 2  # Duffel's maximum


class DuffelObject(msgspec.Struct, gc=False):
    """Base of the JSON objects; unknown fields are ignored.

    The objects form trees without cycles, so `gc=False` spares the garbage collector.
    """


class DuffelPlace(DuffelObject):
    """Airport or city."""

    iata_code: str | None = None
    time_zone: str | None = None
    type: str | None = None
    name: str | None = None
    city_name: str | None = None
    iata_country_code: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    airports: list[DuffelPlace] | None = None


class DuffelAirline(DuffelObject):
    """Airline."""

    iata_code: str | None = None


class DuffelAircraft(DuffelObject):
    """Aircraft type."""

    iata_code: str | None = None


class DuffelBaggage(DuffelObject):
    """Included bags of one type."""

    type: str | None = None
    quantity: int | None = None


class DuffelSegmentPassenger(DuffelObject):
    """Cabin and baggage of one passenger on a segment."""

    cabin_class: str | None = None
    baggages: list[DuffelBaggage] | None = None


class DuffelSegment(DuffelObject):
    """Segment: one flight."""

    origin: DuffelPlace
    destination: DuffelPlace
    departing_at: str | None = None
    arriving_at: str | None = None
    duration: str | None = None
    marketing_carrier: DuffelAirline | None = None
    marketing_carrier_flight_number: str | int | None = None
    operating_carrier: DuffelAirline | None = None
    aircraft: DuffelAircraft | None = None
    passengers: list[DuffelSegmentPassenger] | None = None
    stops: list[Any] | None = None
    origin_terminal: str | None = None
    destination_terminal: str | None = None


class DuffelSlice(DuffelObject):
    """Slice of an offer: the segments of one direction."""

    segments: list[DuffelSegment]
    fare_brand_name: str | None = None


class DuffelCondition(DuffelObject):
    """Condition: permission for one kind of change."""

    allowed: bool | None = None


class DuffelConditions(DuffelObject):
    """Conditions of an offer for refunds and changes."""

    refund_before_departure: DuffelCondition | None = None
    change_before_departure: DuffelCondition | None = None


class DuffelOffer(DuffelObject):
    """Offer."""

    id: str
    slices: list[DuffelSlice]
    total_amount: Decimal | None = None
    total_currency: str | None = None
    expires_at: str | None = None
    conditions: DuffelConditions | None = None


class DuffelErrorDetail(DuffelObject):
    """One error of a response."""

    code: str | None = None
    type: str | None = None
    title: str | None = None


class DuffelMeta(DuffelObject):
    """Pagination cursor of a list."""

    after: str | None = None


class DuffelOfferRequest(DuffelObject):
    """Offer request, or a batch of a batch offer request; its offers stay undecoded until each is parsed."""

    id: str | None = None
    offers: list[msgspec.Raw] | None = None
    remaining_batches: int | None = None


class DuffelOfferRequestResponse(DuffelObject):
    """Response to an offer request or a batch offer request."""

    data: DuffelOfferRequest | None = None
    errors: list[DuffelErrorDetail] | None = None


class DuffelOffersResponse(DuffelObject):
    """Response with one page of offers."""

    data: list[msgspec.Raw] | None = None
    meta: DuffelMeta | None = None
    errors: list[DuffelErrorDetail] | None = None


class DuffelOfferResponse(DuffelObject):
    """Response with one offer."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[DuffelErrorDetail] | None = None


class DuffelPlacesResponse(DuffelObject):
    """Response with place suggestions; each is decoded by itself."""

    data: list[msgspec.Raw] | None = None
    errors: list[DuffelErrorDetail] | None = None


class DuffelErrorResponse(DuffelObject):
    """Response with an error status."""

    errors: list[DuffelErrorDetail] | None = None


OFFER_REQUEST_DECODER = msgspec.json.Decoder(DuffelOfferRequestResponse, strict=False)
OFFERS_DECODER = msgspec.json.Decoder(DuffelOffersResponse, strict=False)
OFFER_RESPONSE_DECODER = msgspec.json.Decoder(DuffelOfferResponse, strict=False)
OFFER_DECODER = msgspec.json.Decoder(DuffelOffer, strict=False)
PLACES_DECODER = msgspec.json.Decoder(DuffelPlacesResponse, strict=False)
PLACE_DECODER = msgspec.json.Decoder(DuffelPlace, strict=False)
ERROR_DECODER = msgspec.json.Decoder(DuffelErrorResponse, strict=False)


def request_body(query: FlightQuery) -> bytes:
    """Build the body of an offer request, batch or not."""
    passengers: list[dict[str, Any]] = [{"type": "adult"} for _ in range(query.adults)]
    passengers += [{"age": _CHILD_AGE} for _ in range(query.children)]
    passengers += [{"age": _INFANT_AGE} for _ in range(query.infants)]
    data = {
        "slices": [
            {"origin": way.origin, "destination": way.destination, "departure_date": way.departure.isoformat()}
            for way in query.ways
        ],
        "passengers": passengers,
        "cabin_class": query.cabin,
        "max_connections": max_connections(query),
    }
    return msgspec.json.encode({"data": data})


def max_connections(query: FlightQuery) -> int:
    """Return the `max_connections` of a query, at most 2; it is always sent, since Duffel's default is 1."""
    return _MAX_CONNECTIONS if query.max_stops is None else min(query.max_stops, _MAX_CONNECTIONS)


def parse_offer(raw: bytes, provider: str) -> FlightOffer:
    """Parse an offer.

    Args:
        raw: JSON of the offer as received; it becomes the offer's `raw`.
        provider: Name of the provider.

    Raises:
        UnreadableError: A required field is missing or invalid.
    """
    try:
        wire = OFFER_DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnreadableError("an offer cannot be read") from None
    itineraries = tuple([_itinerary(one) for one in wire.slices])
    if not itineraries:
        raise UnreadableError("an offer has no flights")
    return FlightOffer(
        id=wire.id,
        provider=provider,
        total=parsing.parse_money(wire.total_amount, wire.total_currency),
        itineraries=itineraries,
        cabin=main_cabin([segment for one in itineraries for segment in one.segments]),
        last_ticketing=parse_expiry(wire.expires_at),
        fare=_fare(wire),
        raw=Raw(raw),
    )


def parse_expiry(text: str | None) -> dt.datetime | None:
    """Parse the expiry of an offer as an aware time; None if it is missing or invalid."""
    try:
        found = parsing.parse_datetime(text)
    except UnreadableError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)


def parse_places(wires: Iterable[DuffelPlace]) -> list[Place]:
    """Convert place suggestions; those without code, name, country or time zone are dropped."""
    found = []
    for wire in wires:
        kind: Any = {"city": "city", "airport": "airport"}.get(wire.type or "")
        # Duffel gives time zones for airports only: a city has that of its first airport with one.
        zones = [wire.time_zone, *(airport.time_zone for airport in wire.airports or ())]
        timezone = next((zone for zone in zones if zone), None)
        if kind is None or not wire.iata_code or not wire.name or not wire.iata_country_code or timezone is None:
            continue
        latitude, longitude = parsing.coordinates(wire.latitude, wire.longitude)
        found.append(
            Place(
                code=wire.iata_code,
                kind=kind,
                name=wire.name,
                city=wire.city_name or wire.name,
                country=wire.iata_country_code,
                timezone=timezone,
                latitude=latitude,
                longitude=longitude,
            )
        )
    return found


def _itinerary(wire: DuffelSlice) -> Itinerary:
    return parsing.build_itinerary([_segment(one) for one in wire.segments])


def _segment(wire: DuffelSegment) -> Segment:
    return parsing.build_segment(
        wire.origin.iata_code,
        wire.destination.iata_code,
        wire.departing_at,
        wire.arriving_at,
        wire.marketing_carrier.iata_code if wire.marketing_carrier else None,
        wire.marketing_carrier_flight_number,
        wire.operating_carrier.iata_code if wire.operating_carrier else None,
        wire.aircraft.iata_code if wire.aircraft else None,
        wire.duration,
        wire.passengers[0].cabin_class if wire.passengers else None,
        len(wire.stops or ()),
        (wire.origin_terminal, wire.destination_terminal),
        (wire.origin.time_zone, wire.destination.time_zone),
    )


def _fare(wire: DuffelOffer) -> Fare:
    passengers = [
        segment.passengers[0] for wire_slice in wire.slices for segment in wire_slice.segments if segment.passengers
    ]
    conditions = wire.conditions or DuffelConditions()
    refund, change = conditions.refund_before_departure, conditions.change_before_departure
    return Fare(
        name=wire.slices[0].fare_brand_name or "",
        checked_bags=_included_bags(passengers, "checked"),
        carry_on=_included_bags(passengers, "carry_on"),
        refundable=refund.allowed if refund else None,
        changeable=change.allowed if change else None,
    )


def _included_bags(passengers: list[DuffelSegmentPassenger], kind: str) -> int | None:
    """Return the number of bags of a kind included on every segment, None if unknown."""
    counts = [
        sum(parsing.count(bag.quantity, MAX_COUNT) or 0 for bag in seat.baggages if bag.type == kind)
        for seat in passengers
        if seat.baggages is not None
    ]
    return min(counts, default=None)
