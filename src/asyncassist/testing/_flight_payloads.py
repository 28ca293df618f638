"""Response payloads of Amadeus and Duffel, and validation of requests by their published API descriptions."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from asyncassist._places import airports_of, place_by_code
from asyncassist.errors import InvalidQueryError
from asyncassist.flights import FlightQuery, Slice
from asyncassist.flights.models import Fare
from asyncassist.flights.providers.amadeus.wire import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asyncassist.flights import FlightOffer, Itinerary, Place, Segment

_AIRLINES = r"[0-9A-Z]{2}(,[0-9A-Z]{2})*"
_DATE = r"\d{4}-\d\d-\d\d"
# Allowed query parameters of each call with the pattern of their values; REQUIRED has the mandatory ones.
AMADEUS_SEARCH = {
    "originLocationCode": r"[A-Z]{3}",
    "destinationLocationCode": r"[A-Z]{3}",
    "departureDate": _DATE,
    "returnDate": _DATE,
    "adults": r"[1-9]",
    "children": r"[0-9]",
    "infants": r"[0-9]",
    "travelClass": r"ECONOMY|PREMIUM_ECONOMY|BUSINESS|FIRST",
    "includedAirlineCodes": _AIRLINES,
    "excludedAirlineCodes": _AIRLINES,
    "nonStop": r"true|false",
    "currencyCode": r"[A-Z]{3}",
    "maxPrice": r"[1-9]\d*",
    "max": r"[1-9]\d*",
}
AMADEUS_DATES = {
    "origin": r"[A-Z]{3}",
    "destination": r"[A-Z]{3}",
    "departureDate": rf"{_DATE}(,{_DATE})?",
    "oneWay": r"true|false",
    "duration": r"\d+(,\d+)?",
    "nonStop": r"true|false",
    "maxPrice": r"\d+",
    "viewBy": r"DATE|DURATION|WEEK",
}
AMADEUS_LOCATIONS = {
    "subType": r"(AIRPORT|CITY)(,(AIRPORT|CITY))*",
    "keyword": r"[A-Za-z0-9./:\-'()\"]+",
    "countryCode": r"[A-Z]{2}",
    "page[limit]": r"\d+",
    "page[offset]": r"\d+",
    "sort": r"analytics\.travelers\.score",
    "view": r"LIGHT|FULL",
}
DUFFEL_OFFERS = {
    "offer_request_id": r"orq_\w+",
    "limit": r"[1-9]|[1-9]\d|1\d\d|200",
    "after": r"\S+",
    "before": r"\S+",
    "sort": r"-?total_amount|-?total_duration",
    "max_connections": r"\d",
}
DUFFEL_REQUEST = {"return_offers": r"true|false", "supplier_timeout": r"\d+", "view": r"offers|itineraries"}
REQUIRED = {
    "AMADEUS_SEARCH": ("originLocationCode", "destinationLocationCode", "departureDate", "adults"),
    "AMADEUS_DATES": ("origin", "destination"),
    "AMADEUS_LOCATIONS": ("subType", "keyword"),
    "DUFFEL_OFFERS": ("offer_request_id",),
}


class InvalidRequestError(ValueError):
    """Request that the published API description does not allow.

    Attributes:
        field: Name of the offending parameter, header or body field.
    """

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def check_params(params: Iterable[tuple[str, str]], allowed: Mapping[str, str], required: Iterable[str] = ()) -> None:
    """Check query parameters against an API description.

    Args:
        params: Names and values.
        allowed: Pattern of the whole value by parameter name.
        required: Names of the mandatory parameters.

    Raises:
        InvalidRequestError: A parameter is unknown, repeated, malformed or missing.
    """
    seen: set[str] = set()
    for name, value in params:
        if name not in allowed or name in seen or not re.fullmatch(allowed[name], value):
            raise InvalidRequestError(name)
        seen.add(name)
    for name in required:
        if name not in seen:
            raise InvalidRequestError(name)


def parse_json_object(body: bytes) -> Any:
    """Parse a body as a JSON object.

    Raises:
        InvalidRequestError: The body is no JSON object.
    """
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise InvalidRequestError("body") from error
    if not isinstance(parsed, dict):
        raise InvalidRequestError("body")
    return parsed


def error_body(path: str, status: int, detail: str) -> tuple[bytes, str]:
    """Return an error body in the format of the API that the path belongs to, and its media type."""
    body: Any
    if path.startswith("/v1/security"):
        body = {"error": "invalid_client", "error_description": detail, "code": 38187, "title": "Invalid request"}
    elif path.startswith("/v"):
        code = {400: 477, 401: 38190, 404: 1797, 429: 38194}.get(status, 141)
        body = {"errors": [{"status": status, "code": code, "title": detail.upper(), "detail": detail}]}
        return json.dumps(body).encode(), MEDIA_TYPE
    else:
        kind = {401: "authentication_error", 429: "rate_limit_error"}.get(status)
        facts = {
            "code": detail,
            "title": detail.replace("_", " "),
            "message": detail,
            "type": kind or ("api_error" if status >= 500 else "invalid_request_error"),
            "documentation_url": "https://duffel.com/docs/api/overview/response-handling",
        }
        body = {"errors": [facts], "meta": {"status": status, "request_id": "fake"}}
    return json.dumps(body).encode(), "application/json"


def parse_amadeus_query(params: Mapping[str, str]) -> FlightQuery:
    """Parse the query parameters of an Amadeus flight-offers search (GET).

    Raises:
        InvalidRequestError: A value is invalid.
    """
    try:
        return FlightQuery(
            params["originLocationCode"],
            params["destinationLocationCode"],
            dt.date.fromisoformat(params["departureDate"]),
            return_date=dt.date.fromisoformat(params["returnDate"]) if "returnDate" in params else None,
            adults=int(params["adults"]),
            children=int(params.get("children", 0)),
            infants=int(params.get("infants", 0)),
            cabin=params.get("travelClass", "ECONOMY").lower(),  # type: ignore[arg-type]
            max_stops=0 if params.get("nonStop") == "true" else None,
            currency=params.get("currencyCode", "EUR"),
            airlines=tuple(filter(None, params.get("includedAirlineCodes", "").split(","))),
            exclude_airlines=tuple(filter(None, params.get("excludedAirlineCodes", "").split(","))),
            max_offers=min(int(params.get("max", 250)), 250),
        )
    except InvalidQueryError as error:
        raise InvalidRequestError(error.field) from error
    except ValueError as error:
        raise InvalidRequestError("departureDate") from error


def parse_amadeus_body(body: Any) -> FlightQuery:
    """Parse the body of an Amadeus flight-offers search (POST).

    Raises:
        InvalidRequestError: The body does not follow the API description.
    """
    try:
        if {"originDestinations", "travelers", "sources"} - set(body) or body["sources"] != ["GDS"]:
            raise InvalidRequestError("sources")
        kinds = [one["travelerType"] for one in body["travelers"]]
        lap_adult_ids = [one["associatedAdultId"] for one in body["travelers"] if one["travelerType"] == "HELD_INFANT"]
        if len(set(lap_adult_ids)) != len(lap_adult_ids) or len({one["id"] for one in body["travelers"]}) != len(kinds):
            raise InvalidRequestError("travelers")
        criteria = body.get("searchCriteria", {})
        filters = criteria.get("flightFilters", {})
        if not 1 <= criteria.get("maxFlightOffers", 250) <= 250:
            raise InvalidRequestError("maxFlightOffers")
        carriers = filters.get("carrierRestrictions", {})
        cabins = filters.get("cabinRestrictions", [{"cabin": "ECONOMY"}])
        return FlightQuery(
            slices=tuple(
                Slice(
                    way["originLocationCode"],
                    way["destinationLocationCode"],
                    dt.date.fromisoformat(way["departureDateTimeRange"]["date"]),
                )
                for way in body["originDestinations"]
            ),
            adults=kinds.count("ADULT"),
            children=kinds.count("CHILD"),
            infants=kinds.count("HELD_INFANT"),
            cabin=cabins[0]["cabin"].lower(),
            max_stops=filters.get("connectionRestriction", {}).get("maxNumberOfConnections"),
            currency=body.get("currencyCode", "EUR"),
            airlines=tuple(carriers.get("includedCarrierCodes", ())),
            exclude_airlines=tuple(carriers.get("excludedCarrierCodes", ())),
            max_offers=criteria.get("maxFlightOffers", 250),
        )
    except InvalidQueryError as error:
        raise InvalidRequestError(error.field) from error
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise InvalidRequestError("originDestinations") from error


def parse_duffel_query(body: Any, currency: str) -> FlightQuery:
    """Parse the body of a Duffel offer request.

    Args:
        body: JSON body.
        currency: Currency of the prices; Duffel's requests name none.

    Raises:
        InvalidRequestError: The body does not follow the API description.
    """
    try:
        data = body["data"]
        if set(data) - {"slices", "passengers", "cabin_class", "max_connections", "private_fares"}:
            raise InvalidRequestError("data")
        kinds = [_duffel_passenger_type(one) for one in data["passengers"]]
        if data.get("max_connections", 1) not in {0, 1, 2}:
            raise InvalidRequestError("max_connections")
        return FlightQuery(
            slices=tuple(
                Slice(way["origin"], way["destination"], dt.date.fromisoformat(way["departure_date"]))
                for way in data["slices"]
            ),
            adults=kinds.count("adult"),
            children=kinds.count("child"),
            infants=kinds.count("infant"),
            cabin=data.get("cabin_class", "economy"),
            max_stops=data.get("max_connections", 1),
            currency=currency,
            max_offers=1000,
        )
    except InvalidQueryError as error:
        raise InvalidRequestError(error.field) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidRequestError("data") from error


def _duffel_passenger_type(passenger: Mapping[str, Any]) -> str:
    if ("type" in passenger) == ("age" in passenger):
        raise InvalidRequestError("passengers")
    if "type" in passenger:
        return "infant" if passenger["type"] == "infant_without_seat" else str(passenger["type"])
    return "infant" if passenger["age"] < 2 else "child" if passenger["age"] < 12 else "adult"


def iso_duration(length: dt.timedelta) -> str:
    """Format a duration by ISO 8601, in hours and minutes."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes or not hours else "")


def amadeus_offer(offer: FlightOffer, number: int, query: FlightQuery) -> dict[str, Any]:
    """Build an Amadeus flight offer.

    Args:
        offer: The offer.
        number: Its id in the response, from 1.
        query: The search, for the travellers.
    """
    total = f"{offer.total.amount:.2f}"
    kinds = ["ADULT"] * query.adults + ["CHILD"] * query.children + ["HELD_INFANT"] * query.infants
    segments = [segment for one in offer.itineraries for segment in one.segments]
    price = {"currency": offer.total.currency, "total": total, "base": f"{offer.total.amount * Decimal('0.8'):.2f}"}
    bags = offer.fare.checked_bags if offer.fare else 0
    name = (offer.fare.name if offer.fare else "").upper()
    details = [
        {
            "segmentId": str(position),
            "cabin": segment.cabin.upper(),
            "fareBasis": f"{segment.cabin[0].upper()}OW",
            "brandedFare": name,
            "class": segment.cabin[0].upper(),
            "includedCheckedBags": {"quantity": bags},
        }
        for position, segment in enumerate(segments, 1)
    ]
    numbers = iter(range(1, len(segments) + 1))
    return {
        "type": "flight-offer",
        "id": str(number),
        "source": "GDS",
        "instantTicketingRequired": False,
        "nonHomogeneous": False,
        "oneWay": False,
        "lastTicketingDate": segments[0].departs_local.date().isoformat(),
        "numberOfBookableSeats": offer.seats_left or 9,
        "itineraries": [_amadeus_itinerary(one, numbers) for one in offer.itineraries],
        "price": {**price, "fees": [{"amount": "0.00", "type": "TICKETING"}], "grandTotal": total},
        "pricingOptions": {"fareType": ["PUBLISHED"], "includedCheckedBagsOnly": bool(bags)},
        "validatingAirlineCodes": [segments[0].carrier],
        "travelerPricings": [
            {
                "travelerId": str(position),
                "fareOption": "STANDARD",
                "travelerType": kind,
                "price": price,
                "fareDetailsBySegment": details,
            }
            for position, kind in enumerate(kinds, 1)
        ],
    }


def _amadeus_itinerary(itinerary: Itinerary, numbers: Any) -> dict[str, Any]:
    return {
        "duration": iso_duration(itinerary.duration),
        "segments": [
            {
                "departure": {"iataCode": one.origin, "terminal": "1", "at": one.departs_local.isoformat()},
                "arrival": {"iataCode": one.destination, "at": one.arrives_local.isoformat()},
                "carrierCode": one.carrier,
                "number": one.number,
                "aircraft": {"code": one.aircraft},
                "operating": {"carrierCode": one.operating_carrier},
                "duration": iso_duration(one.duration),
                "id": str(next(numbers)),
                "numberOfStops": 0,
                "blacklistedInEU": False,
            }
            for one in itinerary.segments
        ],
    }


def amadeus_location(place: Place) -> dict[str, Any]:
    """Build an Amadeus location."""
    return {
        "type": "location",
        "subType": place.kind.upper(),
        "name": place.name.upper(),
        "detailedName": f"{place.city}/{place.country}",
        "id": f"{place.kind[0].upper()}{place.code}",
        "timeZoneOffset": "+00:00",
        "iataCode": place.code,
        "geoCode": {"latitude": place.latitude, "longitude": place.longitude},
        "address": {"cityName": place.city.upper(), "countryCode": place.country},
    }


def duffel_passengers(query: FlightQuery) -> list[dict[str, Any]]:
    """Build the passengers of a Duffel offer request."""
    kinds = ["adult"] * query.adults + ["child"] * query.children + ["infant_without_seat"] * query.infants
    facts: dict[str, Any] = {"age": None, "fare_type": None, "loyalty_programme_accounts": []}
    return [{"id": f"pas_{number}", "type": kind, **facts} for number, kind in enumerate(kinds, 1)]


def duffel_request(ident: str, query: FlightQuery, created_at: dt.datetime) -> dict[str, Any]:
    """Build a Duffel offer request without its offers."""
    return {
        "id": ident,
        "live_mode": False,
        "created_at": _format_utc(created_at),
        "client_key": f"key_{ident}",
        "cabin_class": query.cabin,
        "passengers": duffel_passengers(query),
        "slices": [
            {**_duffel_endpoints(way.origin, way.destination), "departure_date": way.departure.isoformat()}
            for way in query.ways
        ],
    }


def duffel_offer(
    offer: FlightOffer, ident: str, query: FlightQuery, created_at: dt.datetime, expires_at: dt.datetime
) -> dict[str, Any]:
    """Build a Duffel offer as in a list; a single offer has `available_services` too.

    Args:
        offer: The offer.
        ident: Id of the offer at Duffel.
        query: The search, for the travellers.
        created_at: Time of creation.
        expires_at: Time of expiry.
    """
    fare, currency = offer.fare or Fare(), offer.total.currency
    conditions = {
        "refund_before_departure": _duffel_condition(currency, allowed=bool(fare.refundable)),
        "change_before_departure": _duffel_condition(currency, allowed=bool(fare.changeable)),
    }
    perks = {"advance_seat_selection": None, "priority_boarding": None, "priority_check_in": None}
    passengers = duffel_passengers(query)
    return {
        "id": ident,
        "live_mode": False,
        "total_amount": f"{offer.total.amount:.2f}",
        "total_currency": currency,
        "base_amount": f"{offer.total.amount * Decimal('0.8'):.2f}",
        "base_currency": currency,
        "tax_amount": f"{offer.total.amount * Decimal('0.2'):.2f}",
        "tax_currency": currency,
        "total_emissions_kg": str(90 * len(offer.itineraries[0].segments)),
        "created_at": _format_utc(created_at),
        "updated_at": _format_utc(created_at),
        "expires_at": _format_utc(expires_at),
        "owner": duffel_airline(offer.itineraries[0].segments[0].carrier),
        "partial": False,
        "passengers": passengers,
        "passenger_identity_documents_required": False,
        "supported_passenger_identity_document_types": ["passport"],
        "supported_loyalty_programmes": [],
        "private_fares": [],
        "payment_requirements": {
            "requires_instant_payment": True,
            "payment_required_by": None,
            "price_guarantee_expires_at": None,
        },
        "conditions": conditions,
        "slices": [
            {
                "id": f"sli_{ident}_{number}",
                **_duffel_endpoints(one.origin, one.destination),
                "duration": iso_duration(one.duration),
                "fare_brand_name": fare.name or None,
                "ngs_shelf": None,
                "comparison_key": "-".join(segment.flight for segment in one.segments),
                "conditions": {**conditions, **perks},
                "segments": [
                    _duffel_segment(segment, ident, fare.checked_bags or 0, passengers) for segment in one.segments
                ],
            }
            for number, one in enumerate(offer.itineraries)
        ],
    }


def _format_utc(moment: dt.datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _duffel_endpoints(origin: str, destination: str) -> dict[str, Any]:
    ends = {"origin": duffel_place(origin, depth=0), "destination": duffel_place(destination, depth=0)}
    return {**ends, **{f"{name}_type": place["type"] for name, place in ends.items()}}


def _duffel_condition(currency: str, *, allowed: bool) -> dict[str, Any]:
    penalty = {"penalty_amount": "0.00", "penalty_currency": currency}
    return {"allowed": allowed, **(penalty if allowed else dict.fromkeys(penalty))}


def _duffel_segment(segment: Segment, ident: str, bags: int, passengers: list[dict[str, Any]]) -> dict[str, Any]:
    name = segment.cabin.replace("_", " ").title()
    seat = {
        "cabin_class": segment.cabin,
        "cabin_class_marketing_name": name,
        "cabin": {"name": segment.cabin, "marketing_name": name, "amenities": None},
        "fare_basis_code": f"{segment.cabin[0].upper()}OW",
        "baggages": [{"type": "checked", "quantity": bags}, {"type": "carry_on", "quantity": 1}],
    }
    return {
        "id": f"seg_{ident}_{segment.flight}",
        "origin": duffel_place(segment.origin),
        "destination": duffel_place(segment.destination),
        "departing_at": segment.departs_local.isoformat(),
        "arriving_at": segment.arrives_local.isoformat(),
        "duration": iso_duration(segment.duration),
        "distance": None,
        "origin_terminal": "1",
        "destination_terminal": None,
        "marketing_carrier": duffel_airline(segment.carrier),
        "marketing_carrier_flight_number": segment.number.zfill(4),
        "operating_carrier": duffel_airline(segment.operating_carrier),
        "operating_carrier_flight_number": segment.number.zfill(4),
        "aircraft": {"iata_code": segment.aircraft, "id": f"arc_{segment.aircraft}", "name": segment.aircraft},
        "stops": [],
        "passengers": [{"passenger_id": one["id"], **seat} for one in passengers],
    }


def duffel_airline(code: str) -> dict[str, Any]:
    """Build a Duffel airline."""
    empty_fields = dict.fromkeys(("logo_symbol_url", "logo_lockup_url", "conditions_of_carriage_url"))
    return {"id": f"arl_{code}", "iata_code": code, "name": code, **empty_fields}


def duffel_place(code: str, *, kind: str = "airport", depth: int = 1) -> dict[str, Any]:
    """Build a Duffel place; an unknown code gives a place without name and coordinates.

    Args:
        code: IATA code of an airport or a city.
        kind: "airport" or "city"; a code that is no airport becomes a city.
        depth: 1 to include the airports of a city, 0 to omit them.
    """
    place = place_by_code(code, kind="city" if kind == "city" else "airport")
    if place is None and kind == "airport":
        place, kind = place_by_code(code, kind="city"), "city"
    country = "" if place is None else place.country
    facts: dict[str, Any] = {
        "id": f"{'cit' if kind == 'city' else 'arp'}_{code.lower()}_{country.lower()}",
        "iata_code": code,
        "icao_code": None,
        "type": kind,
        "name": code,
        "city": None,
        "iata_city_code": None,
        "country_name": None,
    }
    if place is None:
        return {**facts, "time_zone": None, "city_name": None, "iata_country_code": None}
    airports = [duffel_place(one, depth=0) for one in airports_of(code)] if kind == "city" and depth else None
    return {
        **facts,
        "name": place.name,
        "time_zone": None if kind == "city" else place.timezone,
        "city_name": place.city,
        "iata_country_code": country,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "airports": airports,
    }
