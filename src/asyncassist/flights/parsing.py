"""What providers write, read into values: durations, times of airports, money. Pure."""

from __future__ import annotations

import datetime as dt
import functools
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from asyncassist._types import Money
from asyncassist.errors import InvalidInputError
from asyncassist.flights.airports import from_utc, local_time, offset, on_clock, zone, zone_of
from asyncassist.flights.models import CABINS, Cabin, Itinerary, Segment

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?", re.ASCII)
# past midnight some systems count on: 24:30 is half past midnight of the next day
_LATE = re.compile(r"(\d{4}-\d\d-\d\d)[T ](2[4-9]|[3-4]\d):(\d\d)(?::(\d\d))?", re.ASCII)
_LONGEST = dt.timedelta(days=10)
_YEARS = (1920, 9990)  # sums of times stay within the calendar
_NOTHING = dt.timedelta()
# The same words come again and again in one answer: each is read once. All arguments are text, numbers or None.
_once = functools.lru_cache(maxsize=8192)


class UnreadableError(ValueError):
    """A part of an offer says nothing that can be used; the offer is left out."""


@_once
def duration(text: Any) -> dt.timedelta | None:
    """A duration of ISO 8601, hours may be above 24; None when it is missing or means nothing."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    days, hours, minutes, seconds = (int(part) if part else 0 for part in match.groups())
    found = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return found if _NOTHING < found <= _LONGEST else None


def moment(text: Any) -> dt.datetime:
    """A date and time of ISO 8601, aware when it has an offset.

    Raises:
        UnreadableError: It is none: a bare date has no time, and in some years nobody flew.
    """
    if not isinstance(text, str) or len(text) < 16:
        raise UnreadableError("a time is missing")
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = _late(text)
    if not _YEARS[0] <= found.year <= _YEARS[1]:
        raise UnreadableError("a time is of no year of flights")
    return found


def _late(text: str) -> dt.datetime:
    """A time whose hours are counted on past midnight."""
    late = _LATE.fullmatch(text)
    if late is None:
        raise UnreadableError("a time cannot be read")
    day, hours, minutes, seconds = late.groups()
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


@_once
def cabin(text: Any) -> Cabin:
    """The cabin of a word; economy when it says nothing."""
    word = str(text or "").strip().lower().replace(" ", "_").replace("-", "_")
    return word if word in CABINS else "economy"


@_once
def flight_number(text: Any) -> str:
    """A flight number without leading zeros.

    Raises:
        UnreadableError: There is none.
    """
    number = str(text if text is not None else "").strip().lstrip("0")
    if not number or not number.isalnum():
        raise UnreadableError("a flight number cannot be read")
    return number


@_once
def code(text: Any) -> str:
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
    said: str | None,
    booked: str | None,
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
        said: Duration as written, None when it is missing.
        booked: The cabin.
        stops: Technical stops.
        terminals: Of departure and arrival.
        zones: Zones of the two airports when the provider names them.

    Raises:
        UnreadableError: It is not one.
    """
    start, end = code(origin), code(destination)
    seller = code(carrier)
    moments = times(departs, arrives, start, end, said, zones=zones)
    return Segment(
        origin=start,
        destination=end,
        carrier=seller,
        number=flight_number(number),
        operating_carrier=operator or seller,
        aircraft=None if aircraft is None else str(aircraft),
        departs=moments.departs,
        arrives=moments.arrives,
        departs_local=on_clock(moments.departs, None),
        arrives_local=on_clock(moments.arrives, None),
        duration=moments.duration,
        cabin=cabin(booked),
        stops=stops,
        origin_terminal=terminals[0],
        destination_terminal=terminals[1],
    )


class Times(NamedTuple):
    """When a flight leaves and arrives.

    Attributes:
        departs: Aware time of departure.
        arrives: Aware time of arrival.
        duration: As written, else the time in between.
    """

    departs: dt.datetime
    arrives: dt.datetime
    duration: dt.timedelta


def times(
    departs: str | None,
    arrives: str | None,
    origin: str,
    destination: str,
    said: str | None = None,
    *,
    zones: tuple[str | None, str | None] = (None, None),
) -> Times:
    """When a flight leaves and arrives; the arguments are those of `segment`.

    Raises:
        UnreadableError: The moments cannot be told.
    """
    start, end = moment(departs), moment(arrives)
    length = duration(said)
    here, there = _zone(zones[0], origin), _zone(zones[1], destination)
    starts, ends = _aware(start, here), _aware(end, there)
    if length is not None:
        if starts is not None and ends is not None:
            if ends - starts != length:
                starts, ends = _second_hour(start, end, here, there, length) or (starts, ends)
        # An airport that nobody knows has the clock that the duration says it has.
        elif starts is not None:
            ends = _shifted(starts + length, end)
        elif ends is not None:
            starts = _shifted(ends - length, start)
    if starts is None or ends is None:
        raise UnreadableError("the time zone of an airport is unknown")
    if not _NOTHING < ends - starts <= _LONGEST:
        if length is None:
            raise UnreadableError("it arrives before it leaves")
        # One of the two is wrong. A date of arrival that was not moved over midnight is the usual slip.
        ends = (starts + length).astimezone(ends.tzinfo) if there is None else from_utc(starts + length, there)
    # What the provider says goes first: it knows of changes that the table of zones does not.
    return Times(starts, ends, ends - starts if length is None else length)


def itinerary(segments: list[Segment], said: str | None) -> Itinerary:
    """A way of its flights.

    Args:
        segments: The flights, in order.
        said: Its duration as written; else it is that from the first departure to the last arrival.

    Raises:
        UnreadableError: There are no flights.
    """
    if not segments:
        raise UnreadableError("a way has no flights")
    stops = len(segments) - 1
    for one in segments:
        stops += one.stops
    length = duration(said)
    if length is None:
        length = segments[-1].arrives - segments[0].departs
    return Itinerary(segments=tuple(segments), duration=length, stops=stops)


@_once
def _zone(name: str | None, place: str) -> dt.tzinfo | None:
    name = name or zone_of(place)
    return None if name is None else zone(name)


def _aware(time: dt.datetime, there: dt.tzinfo | None) -> dt.datetime | None:
    if time.tzinfo is not None:
        return time if there is None else from_utc(time, there)
    return None if there is None else local_time(time, there)


def _shifted(instant: dt.datetime, local: dt.datetime) -> dt.datetime | None:
    """The moment, with the offset that makes it the local time; None when no place on earth has that."""
    shift = local.replace(tzinfo=None) - instant.astimezone(dt.UTC).replace(tzinfo=None)
    if not -dt.timedelta(hours=14) <= shift <= dt.timedelta(hours=15):
        return None
    return local.replace(tzinfo=offset(shift))


def _second_hour(
    start: dt.datetime, end: dt.datetime, here: dt.tzinfo | None, there: dt.tzinfo | None, length: dt.timedelta
) -> tuple[dt.datetime, dt.datetime] | None:
    """The reading of local times that come twice which fits the duration; None when none does."""
    if start.tzinfo is not None or end.tzinfo is not None or here is None or there is None:
        return None
    for first, last in ((0, 1), (1, 0), (1, 1)):
        starts, ends = local_time(start, here, fold=first), local_time(end, there, fold=last)
        if ends - starts == length:
            return starts, ends
    return None
