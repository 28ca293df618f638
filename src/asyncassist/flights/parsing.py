"""What providers write, read into values: durations, times of airports, money. Pure."""

from __future__ import annotations

import datetime as dt
import functools
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from asyncassist._types import Money
from asyncassist.errors import InvalidInputError
from asyncassist.flights.airports import fixed_offset, from_utc, localize, with_timezone, zone_by_name, zone_name
from asyncassist.flights.models import CABINS, Cabin, Itinerary, Segment

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?", re.ASCII)
# past midnight some systems count on: 24:30 is half past midnight of the next day
_PAST_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](2[4-9]|[3-4]\d):(\d\d)(?::(\d\d))?", re.ASCII)
_MAX_DURATION = dt.timedelta(days=10)
_YEAR_RANGE = (1920, 9990)  # sums of times stay within the calendar
_ZERO = dt.timedelta()
# The same words come again and again in one answer: each is read once. All arguments are text, numbers or None.
_cached = functools.lru_cache(maxsize=8192)


class UnreadableError(ValueError):
    """A part of an offer says nothing that can be used; the offer is left out."""


@_cached
def duration(text: Any) -> dt.timedelta | None:
    """A duration of ISO 8601, hours may be above 24; None when it is missing or means nothing."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    days, hours, minutes, seconds = (int(part) if part else 0 for part in match.groups())
    found = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return found if _ZERO < found <= _MAX_DURATION else None


def iso_datetime(text: Any) -> dt.datetime:
    """A date and time of ISO 8601, aware when it has an offset.

    Raises:
        UnreadableError: It is none: a bare date has no time, and in some years nobody flew.
    """
    if not isinstance(text, str) or len(text) < 16:
        raise UnreadableError("a time is missing")
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = _parse_past_midnight(text)
    if not _YEAR_RANGE[0] <= found.year <= _YEAR_RANGE[1]:
        raise UnreadableError("a time is of no year of flights")
    return found


def _parse_past_midnight(text: str) -> dt.datetime:
    """A time whose hours are counted on past midnight."""
    match = _PAST_MIDNIGHT.fullmatch(text)
    if match is None:
        raise UnreadableError("a time cannot be read")
    day, hours, minutes, seconds = match.groups()
    try:
        start = dt.datetime.fromisoformat(day)
        return start + dt.timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0))
    except (ValueError, OverflowError):
        raise UnreadableError("a time cannot be read") from None


def money(amount: Any, currency: Any) -> Money:
    """An exact amount, from text or from a number that was read exactly.

    Raises:
        UnreadableError: It is none, or below zero.
    """
    try:
        exact = amount if isinstance(amount, Decimal) else Decimal(str(amount).strip())
        found = Money(exact, str(currency).strip().upper())
    except (InvalidOperation, InvalidInputError):
        raise UnreadableError("a price cannot be read") from None
    if found.amount < 0:
        raise UnreadableError("a price is below zero")
    return found


@_cached
def cabin(text: Any) -> Cabin:
    """The cabin of a word; economy when it says nothing."""
    word = str(text or "").strip().lower().replace(" ", "_").replace("-", "_")
    return word if word in CABINS else "economy"


@_cached
def flight_number(text: Any) -> str:
    """A flight number without leading zeros.

    Raises:
        UnreadableError: There is none.
    """
    number = str(text if text is not None else "").strip().lstrip("0")
    if not number or not number.isalnum():
        raise UnreadableError("a flight number cannot be read")
    return number


@_cached
def iata_code(text: Any) -> str:
    """An IATA code.

    Raises:
        UnreadableError: It is none.
    """
    if not isinstance(text, str) or not 2 <= len(text) <= 3 or not text.isalnum():
        raise UnreadableError("a code is missing")
    return text.upper()


@functools.lru_cache(maxsize=2048)  # offers share flights: one object for all that are alike
def segment(  # noqa: PLR0917 - by position: names would double the key of the cache
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
    """A flight of what a provider writes about it.

    Args:
        origin: Code of the airport of departure.
        destination: Code of the airport of arrival.
        departs: Local time of departure, as written.
        arrives: Local time of arrival, as written.
        carrier: Who sells it.
        number: Its number there.
        operator: Who flies it, None for the seller.
        aircraft: With what.
        duration_text: Duration as written, None when it is missing.
        cabin_text: The cabin.
        stops: Technical stops.
        terminals: Of departure and arrival.
        zones: Zones of the two airports when the provider names them.

    Raises:
        UnreadableError: It is not one.
    """
    start, end = iata_code(origin), iata_code(destination)
    seller = iata_code(carrier)
    moments = flight_times(departs, arrives, start, end, duration_text, zones=zones)
    return Segment(
        origin=start,
        destination=end,
        carrier=seller,
        number=flight_number(number),
        operating_carrier=operator or seller,
        aircraft=None if aircraft is None else str(aircraft),
        departs=moments.departs,
        arrives=moments.arrives,
        departs_local=with_timezone(moments.departs, None),
        arrives_local=with_timezone(moments.arrives, None),
        duration=moments.duration,
        cabin=cabin(cabin_text),
        stops=stops,
        origin_terminal=terminals[0],
        destination_terminal=terminals[1],
    )


class FlightTimes(NamedTuple):
    """When a flight leaves and arrives.

    Attributes:
        departs: Aware time of departure.
        arrives: Aware time of arrival.
        duration: As written, else the time in between.
    """

    departs: dt.datetime
    arrives: dt.datetime
    duration: dt.timedelta


def flight_times(
    departs: str | None,
    arrives: str | None,
    origin: str,
    destination: str,
    duration_text: str | None = None,
    *,
    zones: tuple[str | None, str | None] = (None, None),
) -> FlightTimes:
    """When a flight leaves and arrives; the arguments are those of `segment`.

    Raises:
        UnreadableError: The moments cannot be told.
    """
    start, end = iso_datetime(departs), iso_datetime(arrives)
    length = duration(duration_text)
    origin_zone, destination_zone = _resolve_zone(zones[0], origin), _resolve_zone(zones[1], destination)
    starts, ends = _make_aware(start, origin_zone), _make_aware(end, destination_zone)
    if length is not None:
        if starts is not None and ends is not None:
            if ends - starts != length:
                starts, ends = _resolve_ambiguous(start, end, origin_zone, destination_zone, length) or (starts, ends)
        # An airport that nobody knows has the clock that the duration says it has.
        elif starts is not None:
            ends = _with_inferred_offset(starts + length, end)
        elif ends is not None:
            starts = _with_inferred_offset(ends - length, start)
    if starts is None or ends is None:
        raise UnreadableError("the time zone of an airport is unknown")
    if not _ZERO < ends - starts <= _MAX_DURATION:
        if length is None:
            raise UnreadableError("it arrives before it leaves")
        # One of the two is wrong. A date of arrival that was not moved over midnight is the usual slip.
        ends = (
            (starts + length).astimezone(ends.tzinfo)
            if destination_zone is None
            else from_utc(starts + length, destination_zone)
        )
    # What the provider says goes first: it knows of changes that the table of zones does not.
    return FlightTimes(starts, ends, ends - starts if length is None else length)


def itinerary(segments: list[Segment], duration_text: str | None) -> Itinerary:
    """A way of its flights.

    Args:
        segments: The flights, in order.
        duration_text: Its duration as written; else it is that from the first departure to the last arrival.

    Raises:
        UnreadableError: There are no flights.
    """
    if not segments:
        raise UnreadableError("a way has no flights")
    stops = len(segments) - 1
    for one in segments:
        stops += one.stops
    length = duration(duration_text)
    if length is None:
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
    """The moment, with the offset that makes it the local time; None when no place on earth has that."""
    shift = local.replace(tzinfo=None) - instant.astimezone(dt.UTC).replace(tzinfo=None)
    if not -dt.timedelta(hours=14) <= shift <= dt.timedelta(hours=15):
        return None
    return local.replace(tzinfo=fixed_offset(shift))


def _resolve_ambiguous(
    start: dt.datetime,
    end: dt.datetime,
    origin_zone: dt.tzinfo | None,
    destination_zone: dt.tzinfo | None,
    length: dt.timedelta,
) -> tuple[dt.datetime, dt.datetime] | None:
    """The reading of local times that come twice which fits the duration; None when none does."""
    if start.tzinfo is not None or end.tzinfo is not None or origin_zone is None or destination_zone is None:
        return None
    for first, last in ((0, 1), (1, 0), (1, 1)):
        starts, ends = localize(start, origin_zone, fold=first), localize(end, destination_zone, fold=last)
        if ends - starts == length:
            return starts, ends
    return None
