"""Amadeus's wire format: parameters, request bodies, response types and parsers. Pure functions."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from decimal import Decimal  # noqa: TC003 - msgspec reads the annotations
from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._types import Place
from asyncassist.errors import InvalidInputError
from asyncassist.flights import parsing
from asyncassist.flights.airports import zone_by_name
from asyncassist.flights.models import Fare, FlightOffer, Itinerary, Raw, Segment, main_cabin
from asyncassist.flights.parsing import MAX_COUNT, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist.flights.query import FlightQuery

MEDIA_TYPE = "application/vnd.amadeus+json"
ACCEPT = f"{MEDIA_TYPE}, application/json"
MAX_OFFERS = 250
_KEYWORD_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./:-'()\"")
_COVERAGE = "MOST_SEGMENTS"


class AmadeusObject(msgspec.Struct, rename="camel", kw_only=True, gc=False):
    """Base of the JSON objects; unknown fields are ignored.

    The objects form trees without cycles, so `gc=False` spares the garbage collector.
    """


class AmadeusFlightEndpoint(AmadeusObject):
    """Departure or arrival of a segment."""

    iata_code: str | None = None
    terminal: str | None = None
    at: str | None = None


class AmadeusOperatingFlight(AmadeusObject):
    """Operating airline of a segment."""

    carrier_code: str | None = None


class AmadeusAircraft(AmadeusObject):
    """Aircraft type."""

    code: str | int | None = None


class AmadeusSegment(AmadeusObject):
    """Segment: one flight."""

    departure: AmadeusFlightEndpoint
    arrival: AmadeusFlightEndpoint
    carrier_code: str | None = None
    number: str | int | None = None
    aircraft: AmadeusAircraft | None = None
    operating: AmadeusOperatingFlight | None = None
    duration: str | None = None
    id: str | int | None = None
    number_of_stops: int | None = None
    stops: list[Any] | None = None


class AmadeusItinerary(AmadeusObject):
    """Itinerary: the segments of one direction."""

    segments: list[AmadeusSegment]


class AmadeusPrice(AmadeusObject):
    """Price; amounts are decoded exactly, from JSON strings and numbers alike."""

    currency: str | None = None
    total: Decimal | None = None
    grand_total: Decimal | None = None


class AmadeusBaggageAllowance(AmadeusObject):
    """Included bags, as a number or as a weight."""

    quantity: int | None = None
    weight: float | None = None


class AmadeusFareDetails(AmadeusObject):
    """Fare of one traveller on a segment."""

    segment_id: str | int | None = None
    cabin: str | None = None
    branded_fare: str | None = None
    included_checked_bags: AmadeusBaggageAllowance | None = None
    included_cabin_bags: AmadeusBaggageAllowance | None = None


class AmadeusTravelerPricing(AmadeusObject):
    """Fare of one traveller on all segments."""

    fare_details_by_segment: list[AmadeusFareDetails] = []


class AmadeusPricingOptions(AmadeusObject):
    """Rules of the fare: refunds and penalties."""

    refundable_fare: bool | None = None
    no_penalty_fare: bool | None = None


class AmadeusOffer(AmadeusObject):
    """Flight offer."""

    id: str | int
    itineraries: list[AmadeusItinerary]
    price: AmadeusPrice
    number_of_bookable_seats: float | None = None
    last_ticketing_date: str | None = None
    last_ticketing_date_time: str | None = None
    traveler_pricings: list[AmadeusTravelerPricing] | None = None
    pricing_options: AmadeusPricingOptions | None = None


class AmadeusIssue(AmadeusObject):
    """Error or warning of a response."""

    status: int | str | None = None
    code: int | str | None = None
    title: str | None = None


class AmadeusSearchResponse(AmadeusObject):
    """Response to a search; its offers stay undecoded until each is parsed."""

    data: list[msgspec.Raw] | None = None
    errors: list[AmadeusIssue] | None = None
    warnings: msgspec.Raw = msgspec.Raw(b"null")


class AmadeusPricingData(AmadeusObject):
    """Data of a pricing response."""

    flight_offers: list[msgspec.Raw] = []


class AmadeusPricingResponse(AmadeusObject):
    """Response to a price check."""

    data: AmadeusPricingData | None = None
    errors: list[AmadeusIssue] | None = None


class AmadeusAddress(AmadeusObject):
    """City and country of a place."""

    city_name: str | None = None
    country_code: str | None = None


class AmadeusGeoCode(AmadeusObject):
    """Coordinates of a place, in degrees."""

    latitude: float | None = None
    longitude: float | None = None


class AmadeusLocation(AmadeusObject):
    """City or airport."""

    iata_code: str | None = None
    sub_type: str | None = None
    name: str | None = None
    time_zone_offset: str | None = None
    address: AmadeusAddress | None = None
    geo_code: AmadeusGeoCode | None = None


class AmadeusLocationsResponse(AmadeusObject):
    """Response to a search for places; each is decoded by itself."""

    data: list[msgspec.Raw] | None = None
    errors: list[AmadeusIssue] | None = None


class AmadeusFlightDate(AmadeusObject):
    """Lowest price of a departure date."""

    departure_date: str | None = None
    price: AmadeusPrice | None = None


class AmadeusMeta(AmadeusObject):
    """Metadata of a response."""

    currency: str | None = None


class AmadeusDatesResponse(AmadeusObject):
    """Response of the price calendar; each date is decoded by itself."""

    data: list[msgspec.Raw] | None = None
    meta: AmadeusMeta | None = None
    errors: list[AmadeusIssue] | None = None


class AmadeusErrorResponse(AmadeusObject):
    """Response with an error status."""

    errors: list[AmadeusIssue] | None = None


SEARCH_DECODER = msgspec.json.Decoder(AmadeusSearchResponse, strict=False)
OFFER_DECODER = msgspec.json.Decoder(AmadeusOffer, strict=False)
PRICING_DECODER = msgspec.json.Decoder(AmadeusPricingResponse, strict=False)
LOCATIONS_DECODER = msgspec.json.Decoder(AmadeusLocationsResponse, strict=False)
DATES_DECODER = msgspec.json.Decoder(AmadeusDatesResponse, strict=False)
LOCATION_DECODER = msgspec.json.Decoder(AmadeusLocation, strict=False)
DATE_DECODER = msgspec.json.Decoder(AmadeusFlightDate, strict=False)
WARNINGS_DECODER = msgspec.json.Decoder(list[AmadeusIssue], strict=False)
ERROR_DECODER = msgspec.json.Decoder(AmadeusErrorResponse, strict=False)


def supports_get(query: FlightQuery) -> bool:
    """Return True if GET can express the query: no `slices`, and either any number of stops or none."""
    return query.slices is None and query.max_stops in {None, 0}


def search_params(query: FlightQuery) -> dict[str, str]:
    """Build the parameters of a search by GET."""
    out, *back = query.ways
    params = {
        "originLocationCode": out.origin,
        "destinationLocationCode": out.destination,
        "departureDate": out.departure.isoformat(),
    }
    if back:
        params["returnDate"] = back[0].departure.isoformat()
    params["adults"] = str(query.adults)
    if query.children:
        params["children"] = str(query.children)
    if query.infants:
        params["infants"] = str(query.infants)
    params["travelClass"] = query.cabin.upper()
    if query.airlines:
        params["includedAirlineCodes"] = ",".join(query.airlines)
    if query.exclude_airlines:
        params["excludedAirlineCodes"] = ",".join(query.exclude_airlines)
    if query.max_stops == 0:
        params["nonStop"] = "true"
    params["currencyCode"] = query.currency
    if query.max_price is not None:
        params["maxPrice"] = str(_max_price(query.max_price))
    params["max"] = str(min(query.max_offers, MAX_OFFERS))
    return params


def search_body(query: FlightQuery) -> dict[str, Any]:
    """Build the body of a search by POST."""
    ways = [
        {
            "id": str(number),
            "originLocationCode": way.origin,
            "destinationLocationCode": way.destination,
            "departureDateTimeRange": {"date": way.departure.isoformat()},
        }
        for number, way in enumerate(query.ways, 1)
    ]
    filters: dict[str, Any] = {
        "cabinRestrictions": [
            {
                "cabin": query.cabin.upper(),
                "coverage": _COVERAGE,
                "originDestinationIds": [way["id"] for way in ways],
            }
        ]
    }
    if query.airlines:
        filters["carrierRestrictions"] = {"includedCarrierCodes": list(query.airlines)}
    if query.exclude_airlines:
        filters["carrierRestrictions"] = {"excludedCarrierCodes": list(query.exclude_airlines)}
    if query.max_stops is not None and query.max_stops <= 2:
        filters["connectionRestriction"] = {"maxNumberOfConnections": query.max_stops}
    criteria: dict[str, Any] = {"maxFlightOffers": min(query.max_offers, MAX_OFFERS), "flightFilters": filters}
    if query.max_price is not None:
        criteria["maxPrice"] = _max_price(query.max_price)
    return {
        "currencyCode": query.currency,
        "originDestinations": ways,
        "travelers": _travelers(query),
        "sources": ["GDS"],
        "searchCriteria": criteria,
    }


def pricing_body(raw: Mapping[str, Any] | bytes) -> bytes:
    """Build the body of a price check, with the offer byte for byte as it was received."""
    offer = msgspec.Raw(bytes(raw) if isinstance(raw, Raw | bytes) else msgspec.json.encode(dict(raw)))
    return msgspec.json.encode({"data": {"type": "flight-offers-pricing", "flightOffers": [offer]}})


def dates_params(query: FlightQuery, first: dt.date, last: dt.date) -> dict[str, str]:
    """Build the parameters of the price calendar for departures from the first to the last date."""
    out, *back = query.ways
    params = {
        "origin": out.origin,
        "destination": out.destination,
        "departureDate": first.isoformat() if first == last else f"{first.isoformat()},{last.isoformat()}",
        "oneWay": "false" if back else "true",
    }
    if back:
        params["duration"] = str((back[0].departure - out.departure).days)
    if query.max_stops == 0:
        params["nonStop"] = "true"
    if query.max_price is not None:
        params["maxPrice"] = str(_max_price(query.max_price))
    params["viewBy"] = "DATE"
    return params


def keyword(text: str) -> str:
    """Return the first word of a text, reduced to the characters that the search for places accepts.

    Accents are stripped. The result is "" if nothing remains, as for a text in another script.
    """
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    words = plain.split()
    return "".join(char for char in words[0] if char in _KEYWORD_CHARACTERS) if words else ""


def _max_price(price: Decimal) -> int:
    """Return the `maxPrice` of a request, a whole number for one traveller.

    The total bound is safe for it: a traveller whose price exceeds it cannot be part of a total within it.
    """
    return max(1, math.ceil(price))


def _travelers(query: FlightQuery) -> list[dict[str, str]]:
    kinds = ["ADULT"] * query.adults + ["CHILD"] * query.children + ["HELD_INFANT"] * query.infants
    travelers = [{"id": str(number), "travelerType": kind} for number, kind in enumerate(kinds, 1)]
    for lap, infant in enumerate(travelers[query.adults + query.children :], 1):
        infant["associatedAdultId"] = str(lap)
    return travelers


def parse_warnings(raw: bytes) -> list[AmadeusIssue]:
    """Parse the warnings of a response; empty if there are none that can be read."""
    try:
        return WARNINGS_DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []


def parse_offer(raw: bytes, provider: str, offer_id: str | None = None) -> FlightOffer:
    """Parse an offer.

    Args:
        raw: JSON of the offer as received; it becomes the offer's `raw`.
        provider: Name of the provider.
        offer_id: Id to give the offer; None for the provider's name, a colon and Amadeus's id.

    Raises:
        UnreadableError: A required field is missing or invalid.
    """
    try:
        wire = OFFER_DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnreadableError("an offer cannot be read") from None
    details = _fare_details(wire)
    itineraries = tuple([_itinerary(one, details) for one in wire.itineraries])
    if not itineraries:
        raise UnreadableError("an offer has no flights")
    price = wire.price
    total = price.grand_total if price.grand_total is not None else price.total
    return FlightOffer(
        id=f"{provider}:{wire.id}" if offer_id is None else offer_id,
        provider=provider,
        total=parsing.parse_money(total, price.currency),
        itineraries=itineraries,
        cabin=main_cabin([segment for one in itineraries for segment in one.segments]),
        seats_left=parsing.count(wire.number_of_bookable_seats, MAX_COUNT),
        last_ticketing=_last_ticketing(wire),
        fare=_fare(wire, details),
        raw=Raw(raw),
    )


def parse_place(wire: AmadeusLocation) -> Place | None:
    """Convert a location; None without code, name or country, or if its time zone cannot be determined.

    The built-in table takes precedence: it has time zones, Amadeus only UTC offsets.
    """
    from asyncassist._places import place_by_code  # noqa: PLC0415 - load the place table only when it is used

    kind: Any = {"CITY": "city", "AIRPORT": "airport"}.get((wire.sub_type or "").upper())
    if kind is None or not wire.iata_code:
        return None
    known = place_by_code(wire.iata_code, kind=kind)
    if known is not None:
        return known
    name, address = wire.name or "", wire.address or AmadeusAddress()
    timezone = _zone_from_offset(wire.time_zone_offset)
    if timezone is None or not name or not address.country_code:
        return None
    geo = wire.geo_code or AmadeusGeoCode()
    latitude, longitude = parsing.coordinates(geo.latitude, geo.longitude)
    return Place(
        code=wire.iata_code,
        kind=kind,
        name=name.title(),
        city=(address.city_name or name).title(),
        country=address.country_code,
        timezone=timezone,
        latitude=latitude,
        longitude=longitude,
    )


def parse_date(wire: AmadeusFlightDate, currency: str | None) -> tuple[dt.date, Any] | None:
    """Parse a calendar entry to its date and price, None if it is invalid.

    Args:
        wire: The entry.
        currency: Currency of the response, for a price that names none.
    """
    try:
        price = wire.price or AmadeusPrice()
        return dt.date.fromisoformat(wire.departure_date or ""), parsing.parse_money(
            price.total, price.currency or currency
        )
    except (ValueError, InvalidInputError):
        return None


def _zone_from_offset(utc_offset: str | None) -> str | None:
    """Return the IANA zone of a whole-hour UTC offset, None for others; zones of "Etc" have the opposite sign."""
    if utc_offset is None or len(utc_offset) != 6 or not utc_offset.endswith(":00") or not utc_offset[1:3].isdigit():
        return None
    name = f"Etc/GMT{'-' if utc_offset[0] == '+' else '+'}{int(utc_offset[1:3])}"
    return name if zone_by_name(name) is not None else None


def _fare_details(wire: AmadeusOffer) -> dict[str, AmadeusFareDetails]:
    """Return the fare details by segment id, those of the first traveller: an adult."""
    travelers = wire.traveler_pricings
    return {str(detail.segment_id): detail for detail in travelers[0].fare_details_by_segment} if travelers else {}


def _itinerary(wire: AmadeusItinerary, details: dict[str, AmadeusFareDetails]) -> Itinerary:
    return parsing.build_itinerary([_segment(one, details.get(str(one.id))) for one in wire.segments])


def _segment(wire: AmadeusSegment, detail: AmadeusFareDetails | None) -> Segment:
    departure, arrival = wire.departure, wire.arrival
    return parsing.build_segment(
        departure.iata_code,
        arrival.iata_code,
        departure.at,
        arrival.at,
        wire.carrier_code,
        wire.number,
        wire.operating.carrier_code if wire.operating else None,
        wire.aircraft.code if wire.aircraft else None,
        wire.duration,
        detail.cabin if detail else None,
        parsing.count(wire.number_of_stops, MAX_COUNT) or len(wire.stops or ()),
        (departure.terminal, arrival.terminal),
    )


def _last_ticketing(wire: AmadeusOffer) -> dt.datetime | dt.date | None:
    for text in (wire.last_ticketing_date, (wire.last_ticketing_date_time or "")[:10]):
        try:
            return dt.date.fromisoformat((text or "")[:10])
        except ValueError:
            continue
    return None


def _fare(wire: AmadeusOffer, details: dict[str, AmadeusFareDetails]) -> Fare | None:
    """Return baggage and rules of the offer; bags are those included on every segment, the minimum."""
    if not details:
        return None
    options = wire.pricing_options
    name, checked, cabin = "", None, None
    for detail in details.values():
        name = name or detail.branded_fare or ""
        checked = _min_bags(checked, detail.included_checked_bags)
        cabin = _min_bags(cabin, detail.included_cabin_bags)
    return Fare(
        name=name,
        checked_bags=checked,
        carry_on=cabin,
        refundable=options.refundable_fare if options else None,
        # noPenaltyFare false says nothing about whether changes are possible.
        changeable=True if options and options.no_penalty_fare else None,
    )


def _min_bags(least: int | None, bags: AmadeusBaggageAllowance | None) -> int | None:
    if bags is None:
        return least
    # An allowance by weight is at least one bag.
    count = parsing.count(bags.quantity, MAX_COUNT)
    if count is None and bags.weight:
        count = 1
    return count if least is None or (count is not None and count < least) else least
