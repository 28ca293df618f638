"""The wire format of Amadeus: what is sent and how answers are read. Pure."""

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
from asyncassist.flights.parsing import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist.flights.query import FlightQuery

MEDIA_TYPE = "application/vnd.amadeus+json"
ACCEPT = f"{MEDIA_TYPE}, application/json"
MAX_OFFERS = 250
_KEYWORD_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./:-'()\"")
_COVERAGE = "MOST_SEGMENTS"


class AmadeusObject(msgspec.Struct, rename="camel", kw_only=True, gc=False):
    """An object of the wire: fields that are not named are not read. Trees, so the cyclic collector need not look."""


class AmadeusFlightEndpoint(AmadeusObject):
    """Departure or arrival."""

    iata_code: str | None = None
    terminal: str | None = None
    at: str | None = None


class AmadeusOperatingFlight(AmadeusObject):
    """Who flies it."""

    carrier_code: str | None = None


class AmadeusAircraft(AmadeusObject):
    """With what."""

    code: str | int | None = None


class AmadeusSegment(AmadeusObject):
    """A flight."""

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
    """A way."""

    segments: list[AmadeusSegment]
    duration: str | None = None


class AmadeusPrice(AmadeusObject):
    """A price; numbers are read exactly, whether they are written as text or not."""

    currency: str | None = None
    total: Decimal | None = None
    grand_total: Decimal | None = None


class AmadeusBaggageAllowance(AmadeusObject):
    """Bags that come with the fare: a number of them, or a weight."""

    quantity: int | None = None
    weight: float | None = None


class AmadeusFareDetails(AmadeusObject):
    """The fare of a segment."""

    segment_id: str | int | None = None
    cabin: str | None = None
    branded_fare: str | None = None
    included_checked_bags: AmadeusBaggageAllowance | None = None
    included_cabin_bags: AmadeusBaggageAllowance | None = None


class AmadeusTravelerPricing(AmadeusObject):
    """The fare of a traveller."""

    fare_details_by_segment: list[AmadeusFareDetails] = []


class AmadeusPricingOptions(AmadeusObject):
    """Rules of the fare."""

    refundable_fare: bool | None = None
    no_penalty_fare: bool | None = None


class AmadeusOffer(AmadeusObject):
    """An offer."""

    id: str | int
    itineraries: list[AmadeusItinerary]
    price: AmadeusPrice
    number_of_bookable_seats: float | None = None
    last_ticketing_date: str | None = None
    last_ticketing_date_time: str | None = None
    traveler_pricings: list[AmadeusTravelerPricing] | None = None
    pricing_options: AmadeusPricingOptions | None = None


class AmadeusIssue(AmadeusObject):
    """An error or a warning."""

    status: int | str | None = None
    code: int | str | None = None
    title: str | None = None


class AmadeusSearchResponse(AmadeusObject):
    """The answer of a search: offers are kept as they are until each is read."""

    data: list[msgspec.Raw] | None = None
    errors: list[AmadeusIssue] | None = None


class AmadeusPricingData(AmadeusObject):
    """What was priced."""

    flight_offers: list[msgspec.Raw] = []


class AmadeusPricingResponse(AmadeusObject):
    """The answer of a price check."""

    data: AmadeusPricingData | None = None
    errors: list[AmadeusIssue] | None = None


class AmadeusAddress(AmadeusObject):
    """Where a place is."""

    city_name: str | None = None
    country_code: str | None = None


class AmadeusGeoCode(AmadeusObject):
    """Where on earth."""

    latitude: float | None = None
    longitude: float | None = None


class AmadeusLocation(AmadeusObject):
    """A city or an airport."""

    iata_code: str | None = None
    sub_type: str | None = None
    name: str | None = None
    time_zone_offset: str | None = None
    address: AmadeusAddress | None = None
    geo_code: AmadeusGeoCode | None = None


class AmadeusLocationsResponse(AmadeusObject):
    """The answer of a search for places."""

    data: list[AmadeusLocation] | None = None
    errors: list[AmadeusIssue] | None = None


class AmadeusFlightDate(AmadeusObject):
    """The price of a date."""

    departure_date: str | None = None
    price: AmadeusPrice | None = None


class AmadeusMeta(AmadeusObject):
    """About the answer."""

    currency: str | None = None


class AmadeusDatesResponse(AmadeusObject):
    """The answer of the calendar."""

    data: list[AmadeusFlightDate] | None = None
    meta: AmadeusMeta | None = None
    errors: list[AmadeusIssue] | None = None


class AmadeusErrorResponse(AmadeusObject):
    """An answer that is an error."""

    errors: list[AmadeusIssue] | None = None


SEARCH_DECODER = msgspec.json.Decoder(AmadeusSearchResponse, strict=False)
OFFER_DECODER = msgspec.json.Decoder(AmadeusOffer, strict=False)
PRICING_DECODER = msgspec.json.Decoder(AmadeusPricingResponse, strict=False)
LOCATIONS_DECODER = msgspec.json.Decoder(AmadeusLocationsResponse, strict=False)
DATES_DECODER = msgspec.json.Decoder(AmadeusDatesResponse, strict=False)
ERROR_DECODER = msgspec.json.Decoder(AmadeusErrorResponse, strict=False)


def supports_get(query: FlightQuery) -> bool:
    """Whether the query fits into the parameters of a GET."""
    return query.slices is None and query.max_stops in {None, 0}


def search_params(query: FlightQuery) -> dict[str, str]:
    """The parameters of a search by GET."""
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
    """The body of a search by POST."""
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
    """The body of a price check: the offer as it was received, byte for byte."""
    offer = msgspec.Raw(bytes(raw) if isinstance(raw, Raw | bytes) else msgspec.json.encode(dict(raw)))
    return msgspec.json.encode({"data": {"type": "flight-offers-pricing", "flightOffers": [offer]}})


def dates_params(query: FlightQuery, first: dt.date, last: dt.date) -> dict[str, str]:
    """The parameters of the calendar of prices."""
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
    """The first word of a text in the signs that the search for places takes; "" when there is none."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    words = plain.split()
    return "".join(char for char in words[0] if char in _KEYWORD_CHARACTERS) if words else ""


def _max_price(price: Decimal) -> int:
    """The bound for one traveller, whole: who pays less than the total stays within the total."""
    return max(1, math.ceil(price))


def _travelers(query: FlightQuery) -> list[dict[str, str]]:
    kinds = ["ADULT"] * query.adults + ["CHILD"] * query.children + ["HELD_INFANT"] * query.infants
    travelers = [{"id": str(number), "travelerType": kind} for number, kind in enumerate(kinds, 1)]
    for lap, infant in enumerate(travelers[query.adults + query.children :], 1):
        infant["associatedAdultId"] = str(lap)
    return travelers


def parse_offer(raw: bytes, provider: str, offer_id: str | None = None) -> FlightOffer:
    """An offer.

    Args:
        raw: As received.
        provider: Name of the provider.
        offer_id: Its id, None for the one it says.

    Raises:
        UnreadableError: It says something that cannot be an offer.
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
    seats = wire.number_of_bookable_seats
    return FlightOffer(
        id=f"{provider}:{wire.id}" if offer_id is None else offer_id,
        provider=provider,
        total=parsing.money(total, price.currency),
        itineraries=itineraries,
        cabin=main_cabin([segment for one in itineraries for segment in one.segments]),
        seats_left=None if seats is None else int(seats),
        last_ticketing=_last_ticketing(wire),
        fare=_fare(wire, details),
        raw=Raw(raw),
    )


def parse_place(wire: AmadeusLocation) -> Place | None:
    """A place, None when it cannot be told where it is."""
    from asyncassist._places import place_by_code  # noqa: PLC0415 - the table on board knows zones, Amadeus offsets

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
    return Place(
        code=wire.iata_code,
        kind=kind,
        name=name.title(),
        city=(address.city_name or name).title(),
        country=address.country_code,
        timezone=timezone,
        latitude=geo.latitude,
        longitude=geo.longitude,
    )


def parse_date(wire: AmadeusFlightDate, currency: str | None) -> tuple[dt.date, Any] | None:
    """A date and its price, None when it cannot be read."""
    try:
        price = wire.price or AmadeusPrice()
        return dt.date.fromisoformat(wire.departure_date or ""), parsing.money(price.total, price.currency or currency)
    except (ValueError, InvalidInputError):
        return None


def _zone_from_offset(utc_offset: str | None) -> str | None:
    """The zone of a whole-hour offset. Etc zones count westward, which is why the sign turns."""
    if utc_offset is None or len(utc_offset) != 6 or not utc_offset.endswith(":00") or not utc_offset[1:3].isdigit():
        return None
    name = f"Etc/GMT{'-' if utc_offset[0] == '+' else '+'}{int(utc_offset[1:3])}"
    return name if zone_by_name(name) is not None else None


def _fare_details(wire: AmadeusOffer) -> dict[str, AmadeusFareDetails]:
    """The fare of each segment, of the first traveller: the adult."""
    travelers = wire.traveler_pricings
    return {str(detail.segment_id): detail for detail in travelers[0].fare_details_by_segment} if travelers else {}


def _itinerary(wire: AmadeusItinerary, details: dict[str, AmadeusFareDetails]) -> Itinerary:
    return parsing.itinerary([_segment(one, details.get(str(one.id))) for one in wire.segments], wire.duration)


def _segment(wire: AmadeusSegment, detail: AmadeusFareDetails | None) -> Segment:
    departure, arrival = wire.departure, wire.arrival
    return parsing.segment(
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
        wire.number_of_stops or len(wire.stops or ()),
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
    """What comes with every flight: the fewest bags of any."""
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
        # a penalty says nothing about whether it may be changed
        changeable=True if options and options.no_penalty_fare else None,
    )


def _min_bags(least: int | None, bags: AmadeusBaggageAllowance | None) -> int | None:
    if bags is None:
        return least
    # an allowance by weight is at least one bag
    count = bags.quantity if bags.quantity is not None else 1 if bags.weight else None
    return count if least is None or (count is not None and count < least) else least
