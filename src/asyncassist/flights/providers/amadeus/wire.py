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
from asyncassist.flights import parsing as reading
from asyncassist.flights.airports import zone
from asyncassist.flights.models import Fare, FlightOffer, Itinerary, Raw, Segment, cabin_of
from asyncassist.flights.parsing import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist.flights.query import FlightQuery

MEDIA_TYPE = "application/vnd.amadeus+json"
ACCEPT = f"{MEDIA_TYPE}, application/json"
MAX_OFFERS = 250
_KEYWORD = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./:-'()\"")
_COVERAGE = "MOST_SEGMENTS"


class Wire(msgspec.Struct, rename="camel", kw_only=True, gc=False):
    """An object of the wire: fields that are not named are not read. Trees, so the cyclic collector need not look."""


class WirePoint(Wire):
    """Departure or arrival."""

    iata_code: str | None = None
    terminal: str | None = None
    at: str | None = None


class WireOperating(Wire):
    """Who flies it."""

    carrier_code: str | None = None


class WireAircraft(Wire):
    """With what."""

    code: str | int | None = None


class WireSegment(Wire):
    """A flight."""

    departure: WirePoint
    arrival: WirePoint
    carrier_code: str | None = None
    number: str | int | None = None
    aircraft: WireAircraft | None = None
    operating: WireOperating | None = None
    duration: str | None = None
    id: str | int | None = None
    number_of_stops: int | None = None
    stops: list[Any] | None = None


class WireItinerary(Wire):
    """A way."""

    segments: list[WireSegment]
    duration: str | None = None


class WirePrice(Wire):
    """A price; numbers are read exactly, whether they are written as text or not."""

    currency: str | None = None
    total: Decimal | None = None
    grand_total: Decimal | None = None


class WireBags(Wire):
    """Bags that come with the fare: a number of them, or a weight."""

    quantity: int | None = None
    weight: float | None = None


class WireFareDetail(Wire):
    """The fare of a segment."""

    segment_id: str | int | None = None
    cabin: str | None = None
    branded_fare: str | None = None
    included_checked_bags: WireBags | None = None
    included_cabin_bags: WireBags | None = None


class WireTraveler(Wire):
    """The fare of a traveller."""

    fare_details_by_segment: list[WireFareDetail] = []


class WirePricingOptions(Wire):
    """Rules of the fare."""

    refundable_fare: bool | None = None
    no_penalty_fare: bool | None = None


class WireOffer(Wire):
    """An offer."""

    id: str | int
    itineraries: list[WireItinerary]
    price: WirePrice
    number_of_bookable_seats: float | None = None
    last_ticketing_date: str | None = None
    last_ticketing_date_time: str | None = None
    traveler_pricings: list[WireTraveler] | None = None
    pricing_options: WirePricingOptions | None = None


class WireIssue(Wire):
    """An error or a warning."""

    status: int | str | None = None
    code: int | str | None = None
    title: str | None = None


class WireSearch(Wire):
    """The answer of a search: offers are kept as they are until each is read."""

    data: list[msgspec.Raw] | None = None
    errors: list[WireIssue] | None = None


class WirePricing(Wire):
    """What was priced."""

    flight_offers: list[msgspec.Raw] = []


class WirePriced(Wire):
    """The answer of a price check."""

    data: WirePricing | None = None
    errors: list[WireIssue] | None = None


class WireAddress(Wire):
    """Where a place is."""

    city_name: str | None = None
    country_code: str | None = None


class WireGeo(Wire):
    """Where on earth."""

    latitude: float | None = None
    longitude: float | None = None


class WireLocation(Wire):
    """A city or an airport."""

    iata_code: str | None = None
    sub_type: str | None = None
    name: str | None = None
    time_zone_offset: str | None = None
    address: WireAddress | None = None
    geo_code: WireGeo | None = None


class WireLocations(Wire):
    """The answer of a search for places."""

    data: list[WireLocation] | None = None
    errors: list[WireIssue] | None = None


class WireDate(Wire):
    """The price of a date."""

    departure_date: str | None = None
    price: WirePrice | None = None


class WireMeta(Wire):
    """About the answer."""

    currency: str | None = None


class WireDates(Wire):
    """The answer of the calendar."""

    data: list[WireDate] | None = None
    meta: WireMeta | None = None
    errors: list[WireIssue] | None = None


class WireErrors(Wire):
    """An answer that is an error."""

    errors: list[WireIssue] | None = None


SEARCH = msgspec.json.Decoder(WireSearch, strict=False)
OFFER = msgspec.json.Decoder(WireOffer, strict=False)
PRICED = msgspec.json.Decoder(WirePriced, strict=False)
LOCATIONS = msgspec.json.Decoder(WireLocations, strict=False)
DATES = msgspec.json.Decoder(WireDates, strict=False)
ERRORS = msgspec.json.Decoder(WireErrors, strict=False)


def takes_get(query: FlightQuery) -> bool:
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
        params["maxPrice"] = str(_most(query.max_price))
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
        criteria["maxPrice"] = _most(query.max_price)
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
        params["maxPrice"] = str(_most(query.max_price))
    params["viewBy"] = "DATE"
    return params


def keyword(text: str) -> str:
    """The first word of a text in the signs that the search for places takes; "" when there is none."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    words = plain.split()
    return "".join(char for char in words[0] if char in _KEYWORD) if words else ""


def _most(price: Decimal) -> int:
    """The bound for one traveller, whole: who pays less than the total stays within the total."""
    return max(1, math.ceil(price))


def _travelers(query: FlightQuery) -> list[dict[str, str]]:
    kinds = ["ADULT"] * query.adults + ["CHILD"] * query.children + ["HELD_INFANT"] * query.infants
    travelers = [{"id": str(number), "travelerType": kind} for number, kind in enumerate(kinds, 1)]
    for lap, infant in enumerate(travelers[query.adults + query.children :], 1):
        infant["associatedAdultId"] = str(lap)
    return travelers


def read_offer(raw: bytes, provider: str, number: str | None = None) -> FlightOffer:
    """An offer.

    Args:
        raw: As received.
        provider: Name of the provider.
        number: Its id, None for the one it says.

    Raises:
        UnreadableError: It says something that cannot be an offer.
    """
    try:
        wire = OFFER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnreadableError("an offer cannot be read") from None
    details = _details(wire)
    itineraries = tuple([_itinerary(one, details) for one in wire.itineraries])
    if not itineraries:
        raise UnreadableError("an offer has no flights")
    price = wire.price
    total = price.grand_total if price.grand_total is not None else price.total
    seats = wire.number_of_bookable_seats
    return FlightOffer(
        id=f"{provider}:{wire.id}" if number is None else number,
        provider=provider,
        total=reading.money(total, price.currency),
        itineraries=itineraries,
        cabin=cabin_of([segment for one in itineraries for segment in one.segments]),
        seats_left=None if seats is None else int(seats),
        last_ticketing=_last(wire),
        fare=_fare(wire, details),
        raw=Raw(raw),
    )


def read_place(wire: WireLocation) -> Place | None:
    """A place, None when it cannot be told where it is."""
    from asyncassist._places import place_by_code  # noqa: PLC0415 - the table on board knows zones, Amadeus offsets

    kind: Any = {"CITY": "city", "AIRPORT": "airport"}.get((wire.sub_type or "").upper())
    if kind is None or not wire.iata_code:
        return None
    known = place_by_code(wire.iata_code, kind=kind)
    if known is not None:
        return known
    name, address = wire.name or "", wire.address or WireAddress()
    timezone = _zone_at(wire.time_zone_offset)
    if timezone is None or not name or not address.country_code:
        return None
    geo = wire.geo_code or WireGeo()
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


def read_date(wire: WireDate, currency: str | None) -> tuple[dt.date, Any] | None:
    """A date and its price, None when it cannot be read."""
    try:
        price = wire.price or WirePrice()
        return dt.date.fromisoformat(wire.departure_date or ""), reading.money(price.total, price.currency or currency)
    except (ValueError, InvalidInputError):
        return None


def _zone_at(shift: str | None) -> str | None:
    """The zone of a whole-hour offset. Etc zones count westward, which is why the sign turns."""
    if shift is None or len(shift) != 6 or not shift.endswith(":00") or not shift[1:3].isdigit():
        return None
    name = f"Etc/GMT{'-' if shift[0] == '+' else '+'}{int(shift[1:3])}"
    return name if zone(name) is not None else None


def _details(wire: WireOffer) -> dict[str, WireFareDetail]:
    """The fare of each segment, of the first traveller: the adult."""
    travelers = wire.traveler_pricings
    return {str(detail.segment_id): detail for detail in travelers[0].fare_details_by_segment} if travelers else {}


def _itinerary(wire: WireItinerary, details: dict[str, WireFareDetail]) -> Itinerary:
    return reading.itinerary([_segment(one, details.get(str(one.id))) for one in wire.segments], wire.duration)


def _segment(wire: WireSegment, detail: WireFareDetail | None) -> Segment:
    departure, arrival = wire.departure, wire.arrival
    return reading.segment(
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


def _last(wire: WireOffer) -> dt.datetime | dt.date | None:
    for text in (wire.last_ticketing_date, (wire.last_ticketing_date_time or "")[:10]):
        try:
            return dt.date.fromisoformat((text or "")[:10])
        except ValueError:
            continue
    return None


def _fare(wire: WireOffer, details: dict[str, WireFareDetail]) -> Fare | None:
    """What comes with every flight: the fewest bags of any."""
    if not details:
        return None
    options = wire.pricing_options
    name, checked, cabin = "", None, None
    for detail in details.values():
        name = name or detail.branded_fare or ""
        checked = _fewer(checked, detail.included_checked_bags)
        cabin = _fewer(cabin, detail.included_cabin_bags)
    return Fare(
        name=name,
        checked_bags=checked,
        carry_on=cabin,
        refundable=options.refundable_fare if options else None,
        # a penalty says nothing about whether it may be changed
        changeable=True if options and options.no_penalty_fare else None,
    )


def _fewer(least: int | None, bags: WireBags | None) -> int | None:
    if bags is None:
        return least
    # an allowance by weight is at least one bag
    count = bags.quantity if bags.quantity is not None else 1 if bags.weight else None
    return count if least is None or (count is not None and count < least) else least
