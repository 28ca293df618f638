"""Flight queries, validated on construction: an invalid field is named before any provider is called."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal  # noqa: TC003 - `typing.get_type_hints` reads the annotations
from typing import Any, Literal, cast

from asyncassist._types import JSONSerializable, Passengers, is_amount
from asyncassist._validation import FIRST_YEAR, LAST_YEAR
from asyncassist.errors import InvalidInputError, InvalidQueryError
from asyncassist.flights.models import CABINS, Cabin

Sort = Literal["best", "price", "duration", "departure"]
SORTS: tuple[Sort, ...] = ("best", "price", "duration", "departure")

MAX_SLICES = 6  # the limit of Amadeus
MAX_SEATS = 9  # per booking, the limit of the airlines' reservation systems
MAX_OFFERS = 1000
MAX_AIRLINES = 99
MAX_STOPS = 9
_MAX_SHIFT = 3650  # days; less than the calendar has beyond the years that a query may be in

_PLACE_CODE = re.compile(r"[A-Za-z]{3}", re.ASCII)
_AIRLINE_CODE = re.compile(r"[A-Za-z0-9]{2}", re.ASCII)
_CURRENCY_CODE = re.compile(r"[A-Za-z]{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Slice(JSONSerializable):
    """One direction of a trip, from an origin to a destination on a date.

    A code may be given in small letters, and a date as ISO 8601 text: both are converted.

    Attributes:
        origin: IATA code of a city or an airport.
        destination: IATA code of a city or an airport, other than the origin.
        departure: Date of departure, local at the origin.

    Raises:
        InvalidQueryError: A field is invalid; the error names it.
    """

    origin: str
    destination: str
    departure: dt.date

    def __post_init__(self) -> None:
        _normalize_slice(self)


@dataclass(frozen=True, slots=True)
class FlightQuery(JSONSerializable):
    """A flight search, validated on construction; past departures are rejected later, by the client's clock.

    Codes may be given in small letters, and dates as ISO 8601 texts: they are converted.

    Attributes:
        origin: IATA code of a city or an airport; None with `slices`.
        destination: IATA code of a city or an airport; None with `slices`.
        departure: Date of departure, local at the origin; None with `slices`.
        return_date: Date of the return flight, None for a one-way trip and with `slices`.
        adults: Travellers from 12 years, at least 1. Adults and children together take at most 9 seats.
        children: Travellers from 2 to 11 years.
        infants: Travellers under 2 years, on an adult's lap; at most one for each adult.
        cabin: "economy", "premium_economy", "business" or "first".
        max_stops: Maximum stops of each slice, 0 to 9: 0 for direct flights, None for any number.
        currency: ISO 4217 code, three capital letters.
        airlines: IATA codes of the only airlines allowed, at most 99; empty for all. Excludes `exclude_airlines`.
        exclude_airlines: IATA codes of airlines to leave out, at most 99.
        max_price: Maximum price for all travellers together, in `currency`; None for any. Offers in another currency
            cannot be compared with it: they are left out, and `SearchResult.errors` says so.
        max_offers: Maximum offers in the result, 1 to 1000.
        sort: "best" (price, time and stops weighed), "price", "duration" or "departure".
        codeshares: True lists one flight once for each flight number it is sold under, False lists it once.
        slices: The trip as one to six slices in order of departure, instead of origin, destination and departure.

    Raises:
        InvalidQueryError: A field is invalid; the error names it.
    """

    origin: str | None = None
    destination: str | None = None
    departure: dt.date | None = None
    return_date: dt.date | None = dataclasses.field(default=None, kw_only=True)
    adults: int = dataclasses.field(default=1, kw_only=True)
    children: int = dataclasses.field(default=0, kw_only=True)
    infants: int = dataclasses.field(default=0, kw_only=True)
    cabin: Cabin = dataclasses.field(default="economy", kw_only=True)
    max_stops: int | None = dataclasses.field(default=None, kw_only=True)
    currency: str = dataclasses.field(default="EUR", kw_only=True)
    airlines: tuple[str, ...] = dataclasses.field(default=(), kw_only=True)
    exclude_airlines: tuple[str, ...] = dataclasses.field(default=(), kw_only=True)
    max_price: Decimal | None = dataclasses.field(default=None, kw_only=True)
    max_offers: int = dataclasses.field(default=50, kw_only=True)
    sort: Sort = dataclasses.field(default="best", kw_only=True)
    codeshares: bool = dataclasses.field(default=False, kw_only=True)
    slices: tuple[Slice, ...] | None = dataclasses.field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        for name in ("airlines", "exclude_airlines"):
            object.__setattr__(self, name, _normalize_airlines(name, getattr(self, name)))
        if self.slices is not None:
            object.__setattr__(self, "slices", _normalize_slices(self))
        else:
            _normalize_slice(self)
        self._check_return()
        self._check_travellers()
        self._check_choices()

    @property
    def passengers(self) -> Passengers:
        """The travellers, counted by age group."""
        return Passengers(adults=self.adults, children=self.children, infants=self.infants)

    @property
    def ways(self) -> tuple[Slice, ...]:
        """The trip as slices in travel order, the return included."""
        if self.slices is not None:
            return self.slices
        origin, destination = cast("str", self.origin), cast("str", self.destination)
        out = Slice(origin, destination, cast("dt.date", self.departure))
        return (out,) if self.return_date is None else (out, Slice(destination, origin, self.return_date))

    def moved(self, days: int) -> FlightQuery:
        """Return a copy of the query with every date shifted.

        Args:
            days: Days to shift by; negative for earlier.

        Raises:
            InvalidInputError: `days` is not a whole number, or a date would leave the calendar.
        """
        if isinstance(days, bool) or not isinstance(days, int) or abs(days) > _MAX_SHIFT:
            raise InvalidInputError("days", f"must be a whole number from -{_MAX_SHIFT} to {_MAX_SHIFT}")
        step = dt.timedelta(days=days)
        if self.slices is not None:
            return dataclasses.replace(
                self,
                slices=tuple(Slice(way.origin, way.destination, way.departure + step) for way in self.slices),
            )
        return dataclasses.replace(
            self,
            departure=cast("dt.date", self.departure) + step,
            return_date=None if self.return_date is None else self.return_date + step,
        )

    def facts(self) -> dict[str, Any]:
        """Return everything that determines the result, as JSON values: the query's part of a cache key.

        Equal trips give equal facts: a return trip and its two slices, airlines in any order, prices with any number
        of trailing zeros.
        """
        facts = self.to_dict()
        for name in ("origin", "destination", "departure", "return_date", "slices"):
            del facts[name]
        facts["airlines"] = sorted(self.airlines)
        facts["exclude_airlines"] = sorted(self.exclude_airlines)
        facts["ways"] = [(way.origin, way.destination, way.departure.isoformat()) for way in self.ways]
        facts["max_price"] = None if self.max_price is None else str(self.max_price.normalize())
        return facts

    def _check_return(self) -> None:
        if self.return_date is None:
            return
        if self.slices is not None:
            raise InvalidQueryError("return_date", "cannot be given together with slices")
        object.__setattr__(self, "return_date", _parse_date("return_date", self.return_date))
        if self.return_date < cast("dt.date", self.departure):
            raise InvalidQueryError("return_date", "must not be before the departure")

    def _check_travellers(self) -> None:
        _check_int("adults", self.adults, 1, MAX_SEATS)
        _check_int("children", self.children, 0, MAX_SEATS)
        _check_int("infants", self.infants, 0, MAX_SEATS)
        if self.adults + self.children > MAX_SEATS:
            field = "adults" if not self.children else "children"
            raise InvalidQueryError(field, f"must take at most {MAX_SEATS} seats, adults and children together")
        if self.infants > self.adults:
            raise InvalidQueryError("infants", "must not be more than adults: each needs a lap")

    def _check_choices(self) -> None:
        if self.airlines and self.exclude_airlines:
            raise InvalidQueryError("exclude_airlines", "cannot be given together with airlines")
        if self.cabin not in CABINS:
            raise InvalidQueryError("cabin", f"must be one of {', '.join(CABINS)}")
        if self.sort not in SORTS:
            raise InvalidQueryError("sort", f"must be one of {', '.join(SORTS)}")
        if not isinstance(self.currency, str) or not _CURRENCY_CODE.fullmatch(self.currency):
            raise InvalidQueryError("currency", "must be three letters, ISO 4217")
        object.__setattr__(self, "currency", self.currency.upper())
        if not isinstance(self.codeshares, bool):
            raise InvalidQueryError("codeshares", "must be True or False")
        if self.max_stops is not None:
            _check_int("max_stops", self.max_stops, 0, MAX_STOPS)
        _check_int("max_offers", self.max_offers, 1, MAX_OFFERS)
        price = self.max_price
        if price is not None and not (is_amount(price) and price > 0):
            raise InvalidQueryError("max_price", "must be a Decimal above 0, of at most 18 digits and 40 decimals")


def reject_past_departure(query: FlightQuery, today: dt.date) -> None:
    """Raise if the first departure is in the past; later slices cannot precede the first.

    Args:
        query: The query.
        today: The current date at the first origin.

    Raises:
        InvalidQueryError: The departure is before today.
    """
    if query.ways[0].departure < today:
        raise InvalidQueryError(field_path(query, 0, "departure"), "must not be in the past")


def field_path(query: FlightQuery, index: int, name: str) -> str:
    """Return the path of a slice's field as the caller gave it: "departure", "return_date" or "slices.1.departure".

    Args:
        query: The query.
        index: Index of the slice in `query.ways`.
        name: Field of the slice: "origin", "destination" or "departure".
    """
    if query.slices is not None:
        return f"slices.{index}.{name}"
    if index == 0:
        return name
    return {"departure": "return_date", "origin": "destination", "destination": "origin"}[name]


def _normalize_slices(query: FlightQuery) -> tuple[Slice, ...]:
    for name in ("origin", "destination", "departure"):
        if getattr(query, name) is not None:
            raise InvalidQueryError(name, "cannot be given together with slices")
    given: Any = query.slices
    if isinstance(given, str | bytes) or not hasattr(given, "__iter__"):
        raise InvalidQueryError("slices", "must be a sequence of Slice")
    slices = tuple(given)
    if not 1 <= len(slices) <= MAX_SLICES:
        raise InvalidQueryError("slices", f"must be 1 to {MAX_SLICES} slices")
    for index, way in enumerate(slices):
        if not isinstance(way, Slice):
            raise InvalidQueryError(f"slices.{index}", "must be a Slice")
        if index and way.departure < slices[index - 1].departure:
            raise InvalidQueryError(f"slices.{index}.departure", "must not be before the previous slice's departure")
    return slices


def _normalize_slice(trip: Slice | FlightQuery) -> None:
    """Check origin, destination and departure, and set codes in capitals and the date as a date."""
    for name in ("origin", "destination"):
        code = getattr(trip, name)
        if code is None:
            raise InvalidQueryError(name, "is missing")
        if not isinstance(code, str) or not _PLACE_CODE.fullmatch(code):
            raise InvalidQueryError(
                name, "must be an IATA code of three letters; AsyncFlightClient.places() finds it by name"
            )
        object.__setattr__(trip, name, code.upper())
    if trip.origin == trip.destination:
        raise InvalidQueryError("destination", "must differ from the origin")
    if trip.departure is None:
        raise InvalidQueryError("departure", "is missing")
    object.__setattr__(trip, "departure", _parse_date("departure", trip.departure))


def _parse_date(field: str, value: object) -> dt.date:
    """Return a date, or the date that an ISO 8601 text holds."""
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value)
        except ValueError:
            raise InvalidQueryError(field, "must be a date, or one as ISO 8601 text: 2027-03-12") from None
    # A datetime is an instance of date, but the two cannot be compared.
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise InvalidQueryError(field, f"must be a date, without a time, not of type {type(value).__name__}")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise InvalidQueryError(field, f"must be in the years {FIRST_YEAR} to {LAST_YEAR}")
    return value


def _check_int(field: str, value: object, minimum: int, maximum: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
        raise InvalidQueryError(field, f"must be a whole number from {minimum} to {maximum}")


def _normalize_airlines(field: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str | bytes) or not hasattr(value, "__iter__"):
        raise InvalidQueryError(field, "must be a sequence of airline codes")
    codes = tuple(value)
    for code in codes:
        if not isinstance(code, str) or not _AIRLINE_CODE.fullmatch(code):
            raise InvalidQueryError(field, "must be airline codes of two letters or digits")
    if len(codes) > MAX_AIRLINES:
        raise InvalidQueryError(field, f"must be at most {MAX_AIRLINES} codes")
    return tuple(code.upper() for code in codes)
