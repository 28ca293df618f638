"""The wire format of Duffel: what is sent and how answers are read. Pure."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal  # noqa: TC003 - msgspec reads the annotations
from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._types import Place
from asyncassist.flights import parsing
from asyncassist.flights.models import Fare, FlightOffer, Itinerary, Raw, Segment, main_cabin
from asyncassist.flights.parsing import UnreadableError

if TYPE_CHECKING:
    from asyncassist.flights.query import FlightQuery

API_VERSION = "v2"
PAGE_SIZE = 200  # the most of a page
_CHILD_AGE = 8  # our children are 2 to 11; Duffel asks for an age below 18
_INFANT_AGE = 1
_MAX_CONNECTIONS = 2  # the most that Duffel takes


class DuffelObject(msgspec.Struct, gc=False):
    """An object of the wire: fields that are not named are not read. Trees, so the cyclic collector need not look."""


class DuffelPlace(DuffelObject):
    """An airport or a city."""

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
    """An airline."""

    iata_code: str | None = None


class DuffelAircraft(DuffelObject):
    """An aircraft."""

    iata_code: str | None = None


class DuffelBaggage(DuffelObject):
    """Bags of a kind."""

    type: str | None = None
    quantity: int | None = None


class DuffelSegmentPassenger(DuffelObject):
    """What a passenger has on a flight."""

    cabin_class: str | None = None
    baggages: list[DuffelBaggage] | None = None


class DuffelSegment(DuffelObject):
    """A flight."""

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
    """A way."""

    segments: list[DuffelSegment]
    duration: str | None = None
    fare_brand_name: str | None = None


class DuffelCondition(DuffelObject):
    """Whether something may be done to a booking."""

    allowed: bool | None = None


class DuffelConditions(DuffelObject):
    """What may be done to a booking."""

    refund_before_departure: DuffelCondition | None = None
    change_before_departure: DuffelCondition | None = None


class DuffelOffer(DuffelObject):
    """An offer."""

    id: str
    slices: list[DuffelSlice]
    total_amount: Decimal | None = None
    total_currency: str | None = None
    expires_at: str | None = None
    conditions: DuffelConditions | None = None


class DuffelErrorDetail(DuffelObject):
    """An error."""

    code: str | None = None
    type: str | None = None
    title: str | None = None


class DuffelMeta(DuffelObject):
    """Where a list goes on."""

    after: str | None = None


class DuffelOfferRequest(DuffelObject):
    """An offer request, or a batch of one."""

    id: str | None = None
    offers: list[msgspec.Raw] | None = None
    remaining_batches: int | None = None


class DuffelOfferRequestResponse(DuffelObject):
    """The answer to a search."""

    data: DuffelOfferRequest | None = None
    errors: list[DuffelErrorDetail] | None = None


class DuffelOffersResponse(DuffelObject):
    """A page of offers."""

    data: list[msgspec.Raw] | None = None
    meta: DuffelMeta | None = None
    errors: list[DuffelErrorDetail] | None = None


class DuffelOfferResponse(DuffelObject):
    """One offer."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[DuffelErrorDetail] | None = None


class DuffelPlacesResponse(DuffelObject):
    """Places."""

    data: list[DuffelPlace] | None = None
    errors: list[DuffelErrorDetail] | None = None


class DuffelErrorResponse(DuffelObject):
    """An answer that is an error."""

    errors: list[DuffelErrorDetail] | None = None


OFFER_REQUEST_DECODER = msgspec.json.Decoder(DuffelOfferRequestResponse, strict=False)
OFFERS_DECODER = msgspec.json.Decoder(DuffelOffersResponse, strict=False)
OFFER_RESPONSE_DECODER = msgspec.json.Decoder(DuffelOfferResponse, strict=False)
OFFER_DECODER = msgspec.json.Decoder(DuffelOffer, strict=False)
PLACES_DECODER = msgspec.json.Decoder(DuffelPlacesResponse, strict=False)
ERROR_DECODER = msgspec.json.Decoder(DuffelErrorResponse, strict=False)


def request_body(query: FlightQuery) -> bytes:
    """The body of an offer request, batched or not."""
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
    """The most changes of aircraft; without a word Duffel would take one."""
    return _MAX_CONNECTIONS if query.max_stops is None else min(query.max_stops, _MAX_CONNECTIONS)


def parse_offer(raw: bytes, provider: str) -> FlightOffer:
    """An offer.

    Args:
        raw: As received.
        provider: Name of the provider.

    Raises:
        UnreadableError: It says something that cannot be an offer.
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
        total=parsing.money(wire.total_amount, wire.total_currency),
        itineraries=itineraries,
        cabin=main_cabin([segment for one in itineraries for segment in one.segments]),
        last_ticketing=parse_expiry(wire.expires_at),
        fare=_fare(wire),
        raw=Raw(raw),
    )


def parse_expiry(text: str | None) -> dt.datetime | None:
    """Until when an offer is sold; None when it does not say."""
    try:
        found = parsing.iso_datetime(text)
    except UnreadableError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)


def parse_places(wires: list[DuffelPlace]) -> list[Place]:
    """Places; those without a code or a zone are left out."""
    found = []
    for wire in wires:
        kind: Any = {"city": "city", "airport": "airport"}.get(wire.type or "")
        # a city has no zone of its own here, its airports do
        zones = [wire.time_zone, *(airport.time_zone for airport in wire.airports or ())]
        timezone = next((zone for zone in zones if zone), None)
        if kind is None or not wire.iata_code or not wire.name or not wire.iata_country_code or timezone is None:
            continue
        found.append(
            Place(
                code=wire.iata_code,
                kind=kind,
                name=wire.name,
                city=wire.city_name or wire.name,
                country=wire.iata_country_code,
                timezone=timezone,
                latitude=wire.latitude,
                longitude=wire.longitude,
            )
        )
    return found


def _itinerary(wire: DuffelSlice) -> Itinerary:
    return parsing.itinerary([_segment(one) for one in wire.segments], wire.duration)


def _segment(wire: DuffelSegment) -> Segment:
    return parsing.segment(
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
    passengers = [segment.passengers[0] for way in wire.slices for segment in way.segments if segment.passengers]
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
    """The bags of a kind that come with every flight; None when nothing is said."""
    counts = [
        sum(bag.quantity or 0 for bag in seat.baggages if bag.type == kind)
        for seat in passengers
        if seat.baggages is not None
    ]
    return min(counts, default=None)
