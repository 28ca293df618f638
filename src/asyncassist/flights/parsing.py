"""Pure parsers for provider data: durations, local times of airports, money, segments and itineraries."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from asyncassist._types import Money
from asyncassist.errors import InvalidInputError
from asyncassist.flights.airports import fixed_offset, from_utc, localize, with_timezone, zone_by_name, zone_name
from asyncassist.flights.models import CABINS, Cabin, Itinerary, Segment

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?", re.ASCII)
# Some systems keep counting hours past midnight: 24:30 is 00:30 of the next day.
_PAST_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](2[4-9]|[3-4]\d):(\d\d)(?::(\d\d))?", re.ASCII)
_MAX_DURATION = dt.timedelta(days=10)
_MAX_DURATION_DIGITS = 9  # more would exceed `timedelta`, or be too many for `int`
_MAX_NUMBER_CHARS = 8  # flight numbers have up to four digits and a letter
MAX_COUNT = 999  # seats, bags or stops: a provider's count beyond it is none
_YEAR_RANGE = (1920, 9990)  # leaves a margin for sums of times within the range of datetime
_ZERO = dt.timedelta()
# One response repeats the same strings many times: each is parsed once. All arguments are hashable.
_cached = functools.lru_cache(maxsize=8192)


class UnreadableError(ValueError):
    """A required part of an offer is missing or invalid; the offer is dropped."""


@_cached
def parse_duration(text: Any) -> dt.timedelta | None:
    """Parse an ISO 8601 duration; hours may exceed 24.

    Returns:
        The duration; None if it is missing, malformed, zero or longer than ten days.
    """
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    if any(part is not None and len(part) > _MAX_DURATION_DIGITS for part in match.groups()):
        return None
    days, hours, minutes, seconds = (int(part) if part else 0 for part in match.groups())
    found = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return found if _ZERO < found <= _MAX_DURATION else None


def parse_datetime(text: Any) -> dt.datetime:
    """Parse an ISO 8601 date and time; the result is aware if the text has an offset.

    Raises:
        UnreadableError: The text is no date and time (a bare date is not enough), or its year is implausible.
    """
    if not isinstance(text, str) or len(text) < 16:
        raise UnreadableError("a time is missing")
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = _parse_past_midnight(text)
    if not _YEAR_RANGE[0] <= found.year <= _YEAR_RANGE[1]:
        raise UnreadableError("a time has an implausible year")
    return found


def _parse_past_midnight(text: str) -> dt.datetime:
    """Parse a time whose hours run past 24.

    Raises:
        UnreadableError: The text is no such time.
    """
    match = _PAST_MIDNIGHT.fullmatch(text)
    if match is None:
        raise UnreadableError("a time cannot be read")
    day, hours, minutes, seconds = match.groups()
    try:
        start = dt.datetime.fromisoformat(day)
        return start + dt.timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0))
    except (ValueError, OverflowError):
        raise UnreadableError("a time cannot be read") from None


def parse_money(amount: Any, currency: Any) -> Money:
    """Parse an exact amount of money.

    Args:
        amount: Text, an int, or a Decimal that the JSON decoder read exactly.
        currency: ISO 4217 code in any case.

    Raises:
        UnreadableError: The amount or the currency is missing or invalid, or the amount is negative or
            beyond any price.
    """
    try:
        exact = amount if isinstance(amount, Decimal) else Decimal(str(amount).strip())
        found = Money(exact, str(currency).strip().upper())
    except (InvalidOperation, InvalidInputError):
        raise UnreadableError("a price cannot be read") from None
    if found.amount < 0:
        raise UnreadableError("a price is below zero")
    return found


def count(value: float | None, maximum: int) -> int | None:
    """Return a count as a provider sent it; None if it is missing, no number, or not within 0 and the maximum."""
    return int(value) if value is not None and 0 <= value <= maximum else None


def coordinates(latitude: float | None, longitude: float | None) -> tuple[float | None, float | None]:
    """Return the coordinates of a place in degrees; both None unless both are on the globe."""
    if latitude is None or longitude is None or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None, None
    return latitude, longitude


@_cached
def parse_cabin(text: Any) -> Cabin:
    """Parse a cabin name in any spelling; unknown and missing ones count as economy."""
    word = str(text or "").strip().lower().replace(" ", "_").replace("-", "_")
    return word if word in CABINS else "economy"


@_cached
def parse_flight_number(text: Any) -> str:
    """Parse a flight number, dropping leading zeros.

    Raises:
        UnreadableError: The number is missing, has characters other than letters and digits, or is longer than eight.
    """
    number = str(text if text is not None else "").strip().lstrip("0")
    if not number.isalnum() or len(number) > _MAX_NUMBER_CHARS:
        raise UnreadableError("a flight number cannot be read")
    return number


@_cached
def parse_iata_code(text: Any) -> str:
    """Parse an IATA code of an airport or airline, in upper case.

    Raises:
        UnreadableError: The value is not two or three letters and digits.
    """
    if not isinstance(text, str) or not 2 <= len(text) <= 3 or not text.isalnum():
        raise UnreadableError("an IATA code is missing or invalid")
    return text.upper()


@functools.lru_cache(maxsize=2048)  # offers share flights: equal segments are built once and share one object
def build_segment(  # noqa: PLR0917 - positional, since keyword names would double the size of the cache keys
    origin: str | None,
    destination: str | None,
    departs: str | None,
    arrives: str | None,
    carrier: str | None,
    number: str | int | None,
    operator: str | None,
    aircraft: str | int | None,
    duration_text: str | None,
    cabin_text: str | None,
    stops: int,
    terminals: tuple[str | None, str | None],
    zones: tuple[str | None, str | None] = (None, None),
) -> Segment:
    """Build a segment from a provider's fields.

    Args:
        origin: IATA code of the departure airport.
        destination: IATA code of the arrival airport.
        departs: ISO 8601 departure time, local or with an offset.
        arrives: ISO 8601 arrival time, local or with an offset.
        carrier: IATA code of the marketing airline.
        number: Flight number of the marketing airline.
        operator: IATA code of the operating airline; None or empty for the marketing airline.
        aircraft: IATA code of the aircraft type, None if unknown.
        duration_text: ISO 8601 duration, None if unknown.
        cabin_text: Cabin name in any spelling.
        stops: Number of technical stops.
        terminals: Terminals of departure and arrival, None where unknown.
        zones: IANA time zones of the two airports; None where the provider names none and the airport table decides.

    Raises:
        UnreadableError: A required field is missing or invalid, or the times are contradictory.
    """
    origin_code, destination_code = parse_iata_code(origin), parse_iata_code(destination)
    marketing_carrier = parse_iata_code(carrier)
    times = resolve_flight_times(departs, arrives, origin_code, destination_code, duration_text, zones=zones)
    return Segment(
        origin=origin_code,
        destination=destination_code,
        carrier=marketing_carrier,
        number=parse_flight_number(number),
        operating_carrier=operator or marketing_carrier,
        aircraft=None if aircraft is None else str(aircraft),
        departs=times.departs,
        arrives=times.arrives,
        departs_local=with_timezone(times.departs, None),
        arrives_local=with_timezone(times.arrives, None),
        duration=times.duration,
        cabin=parse_cabin(cabin_text),
        stops=stops,
        origin_terminal=terminals[0],
        destination_terminal=terminals[1],
    )


class FlightTimes(NamedTuple):
    """Departure, arrival and duration of a flight.

    Attributes:
        departs: Aware departure time.
        arrives: Aware arrival time.
        duration: The time between departure and arrival.
    """

    departs: dt.datetime
    arrives: dt.datetime
    duration: dt.timedelta


def resolve_flight_times(
    departs: str | None,
    arrives: str | None,
    origin: str,
    destination: str,
    duration_text: str | None = None,
    *,
    zones: tuple[str | None, str | None] = (None, None),
) -> FlightTimes:
    """Resolve a flight's local times to aware times; the arguments are those of `segment`.

    The provider's duration settles only what local times leave open: ambiguous times on a change of clocks, an
    airport with an unknown time zone, an arrival before the departure. One that contradicts the times is ignored.

    Raises:
        UnreadableError: The times are missing or contradictory, or a time zone is unknown.
    """
    departure_local, arrival_local = parse_datetime(departs), parse_datetime(arrives)
    length = parse_duration(duration_text)
    origin_zone, destination_zone = _resolve_zone(zones[0], origin), _resolve_zone(zones[1], destination)
    departure, arrival = _make_aware(departure_local, origin_zone), _make_aware(arrival_local, destination_zone)
    if length is not None:
        if departure is not None and arrival is not None:
            if arrival - departure != length:
                departure, arrival = _resolve_ambiguous(
                    departure_local, arrival_local, origin_zone, destination_zone, length
                ) or (departure, arrival)
        # One airport has no known zone: its offset follows from the other end and the duration.
        elif departure is not None:
            arrival = _with_inferred_offset(departure + length, arrival_local)
        elif arrival is not None:
            departure = _with_inferred_offset(arrival - length, departure_local)
    if departure is None or arrival is None:
        raise UnreadableError("the time zone of an airport is unknown")
    if not _ZERO < arrival - departure <= _MAX_DURATION:
        if length is None:
            raise UnreadableError("a flight arrives before it departs")
        # One of the two times is wrong, usually an arrival date not advanced past midnight: trust the duration.
        arrival = (
            (departure + length).astimezone(arrival.tzinfo)
            if destination_zone is None
            else from_utc(departure + length, destination_zone)
        )
    return FlightTimes(departure, arrival, arrival - departure)


def build_itinerary(segments: list[Segment]) -> Itinerary:
    """Build an itinerary from its segments; stops are the connections and the segments' technical stops.

    Its duration is the time from the first departure to the last arrival, whatever the provider states.

    Args:
        segments: The segments in travel order.

    Raises:
        UnreadableError: There are no segments, or one departs before the previous one arrives.
    """
    if not segments:
        raise UnreadableError("an itinerary has no flights")
    for before, after in itertools.pairwise(segments):
        if after.departs < before.arrives:
            raise UnreadableError("a flight departs before the previous one arrives")
    stops = len(segments) - 1
    for one in segments:
        stops += one.stops
    length = segments[-1].arrives - segments[0].departs
    return Itinerary(segments=tuple(segments), duration=length, stops=stops)


@_cached
def _resolve_zone(name: str | None, airport_code: str) -> dt.tzinfo | None:
    name = name or zone_name(airport_code)
    return None if name is None else zone_by_name(name)


def _make_aware(time: dt.datetime, time_zone: dt.tzinfo | None) -> dt.datetime | None:
    if time.tzinfo is not None:
        return time if time_zone is None else from_utc(time, time_zone)
    return None if time_zone is None else localize(time, time_zone)


def _with_inferred_offset(instant: dt.datetime, local: dt.datetime) -> dt.datetime | None:
    """Return the instant with the offset that yields the local time, None if no time zone has such an offset."""
    shift = local.replace(tzinfo=None) - instant.astimezone(dt.UTC).replace(tzinfo=None)
    if not -dt.timedelta(hours=14) <= shift <= dt.timedelta(hours=15):
        return None
    return local.replace(tzinfo=fixed_offset(shift))


def _resolve_ambiguous(
    departure_local: dt.datetime,
    arrival_local: dt.datetime,
    origin_zone: dt.tzinfo | None,
    destination_zone: dt.tzinfo | None,
    length: dt.timedelta,
) -> tuple[dt.datetime, dt.datetime] | None:
    """Return the interpretation of ambiguous local times that fits the duration, None if none does."""
    if (
        departure_local.tzinfo is not None
        or arrival_local.tzinfo is not None
        or origin_zone is None
        or destination_zone is None
    ):
        return None
    for departure_fold, arrival_fold in ((0, 1), (1, 0), (1, 1)):
        departure, arrival = (
            localize(departure_local, origin_zone, fold=departure_fold),
            localize(arrival_local, destination_zone, fold=arrival_fold),
        )
        if arrival - departure == length:
            return departure, arrival
    return None
