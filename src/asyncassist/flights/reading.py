"""What providers write, read into values: durations, times of airports, money. Pure."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from asyncassist._types import Money
from asyncassist.errors import InvalidInputError
from asyncassist.flights.airports import from_utc, local_time, offset, zone, zone_of
from asyncassist.flights.models import CABINS, Cabin

if TYPE_CHECKING:
    from asyncassist.flights.models import Segment

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?", re.ASCII)
# past midnight some systems count on: 24:30 is half past midnight of the next day
_LATE = re.compile(r"(\d{4}-\d\d-\d\d)[T ](2[4-9]|[3-4]\d):(\d\d)(?::(\d\d))?", re.ASCII)
_LONGEST = dt.timedelta(days=10)


class UnreadableError(ValueError):
    """A part of an offer says nothing that can be used; the offer is left out."""


def duration(text: Any) -> dt.timedelta | None:
    """A duration of ISO 8601, hours may be above 24; None when it is missing or means nothing."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    days, hours, minutes, seconds = (int(part) if part else 0 for part in match.groups())
    found = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return found if dt.timedelta() < found <= _LONGEST else None


def moment(text: Any) -> dt.datetime:
    """A date and time of ISO 8601, aware when it has an offset.

    Raises:
        UnreadableError: It is none: a bare date has no time.
    """
    if not isinstance(text, str) or len(text) < 16:
        raise UnreadableError("a time is missing")
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        pass
    late = _LATE.fullmatch(text)
    if late is None:
        raise UnreadableError("a time cannot be read")
    day, hours, minutes, seconds = late.groups()
    try:
        start = dt.datetime.fromisoformat(day)
    except ValueError:
        raise UnreadableError("a time cannot be read") from None
    return start + dt.timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0))


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


def cabin(text: Any) -> Cabin:
    """The cabin of a word; economy when it says nothing."""
    word = str(text or "").strip().lower().replace(" ", "_").replace("-", "_")
    return word if word in CABINS else "economy"


def flight_number(text: Any) -> str:
    """A flight number without leading zeros.

    Raises:
        UnreadableError: There is none.
    """
    number = str(text if text is not None else "").strip().lstrip("0")
    if not number or not number.isalnum():
        raise UnreadableError("a flight number cannot be read")
    return number


def code(text: Any) -> str:
    """An IATA code.

    Raises:
        UnreadableError: It is none.
    """
    if not isinstance(text, str) or not 2 <= len(text) <= 3 or not text.isalnum():
        raise UnreadableError("a code is missing")
    return text.upper()


class Times:
    """When a flight leaves and arrives, as clocks on the walls and as moments.

    Args:
        departs: Local time of departure, as written.
        arrives: Local time of arrival, as written.
        origin: Code of the airport of departure.
        destination: Code of the airport of arrival.
        said: Duration as written, None when it is missing.
        zones: Zones of the two airports when the provider names them.

    Raises:
        UnreadableError: The moments cannot be told.
    """

    __slots__ = ("arrives", "arrives_local", "departs", "departs_local", "duration")

    def __init__(
        self,
        departs: Any,
        arrives: Any,
        origin: str,
        destination: str,
        *,
        said: Any = None,
        zones: tuple[str | None, str | None] = (None, None),
    ) -> None:
        start, end = moment(departs), moment(arrives)
        length = duration(said)
        here, there = _zone(zones[0], origin), _zone(zones[1], destination)
        starts, ends = _aware(start, here), _aware(end, there)
        if starts is None and ends is None:
            raise UnreadableError("the time zones of both airports are unknown")
        if length is not None and starts is not None and ends is not None and ends - starts != length:
            starts, ends = _second_hour(start, end, here, there, length) or (starts, ends)
        # An airport that nobody knows has the clock that the duration says it has.
        if ends is None and starts is not None and length is not None:
            ends = _shifted(starts + length, end)
        if starts is None and ends is not None and length is not None:
            starts = _shifted(ends - length, start)
        if starts is None or ends is None:
            raise UnreadableError("the time zone of an airport is unknown")
        if not dt.timedelta() < ends - starts <= _LONGEST:
            raise UnreadableError("it arrives before it leaves")
        self.departs, self.arrives = starts, ends
        self.departs_local, self.arrives_local = starts.replace(tzinfo=None), ends.replace(tzinfo=None)
        # What the provider says goes first: it knows of changes that the table of zones does not.
        self.duration = ends - starts if length is None else length


def whole(segments: tuple[Segment, ...], said: Any) -> dt.timedelta:
    """The duration of a way: as written, else from the first departure to the last arrival."""
    length = duration(said)
    return segments[-1].arrives - segments[0].departs if length is None else length


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
