"""Airports, their time zones, and conversions between instants and local times."""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import zoneinfo
from typing import TYPE_CHECKING

from asyncassist._places import load_places, place_by_code, place_table

if TYPE_CHECKING:
    from asyncassist._types import Place


def airport(code: str) -> Place | None:
    """Return the airport of an IATA code, None if the table has none."""
    return place_by_code(code, kind="airport")


def zone_name(code: str) -> str | None:
    """Return the IANA time zone name of an airport or a city, None if the table has none."""
    place = place_by_code(code)
    return None if place is None else place.timezone


@functools.lru_cache(maxsize=2048)  # bounded, since names also come from provider responses
def zone_by_name(name: str) -> dt.tzinfo | None:
    """Return the time zone of an IANA name, None if there is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


@functools.lru_cache(maxsize=4096)
def fixed_offset(shift: dt.timedelta) -> dt.timezone:
    """Return the fixed offset from UTC; equal offsets share one object."""
    return dt.timezone(shift)


_ZERO = dt.timedelta()
_DAY = dt.timedelta(days=1)
_loaded = False


async def load_airports() -> None:
    """Load the airport table and its time zones in a thread, once: files must not be read on the event loop."""
    global _loaded  # noqa: PLW0603 - loaded once for the whole process
    if not _loaded:
        await load_places()
        await asyncio.to_thread(_load_zones)
        _loaded = True


def _load_zones() -> None:
    for name in place_table().zones:
        zone_by_name(name)


def localize(time: dt.datetime, time_zone: dt.tzinfo, *, fold: int = 0) -> dt.datetime:
    """Return a local time as an aware time with a fixed offset.

    The result has a fixed offset instead of the zone because Python subtracts two times of one zone by wall-clock
    time, which is an hour off across a change of clocks.

    Args:
        time: Naive local time, not in the first or last year of the calendar. A time that the clocks skip is moved
            forward, as a traveller's clock would be.
        time_zone: The time zone.
        fold: 0 for the first and 1 for the second occurrence of a local time that occurs twice.
    """
    # utcoffset() interprets a naive time as local time of the zone. Away from a change of clocks it is unambiguous.
    first = time_zone.utcoffset(time) or _ZERO
    if time_zone.utcoffset(time - _DAY) == first == time_zone.utcoffset(time + _DAY):
        return with_timezone(time, fixed_offset(first))
    second = time_zone.utcoffset(time.replace(fold=1)) or _ZERO
    if first == second:
        return time.replace(tzinfo=fixed_offset(first))
    if first < second:  # a skipped time: with the offset before the change it is an hour later on the new clock
        moved = time + (second - first)
        return moved.replace(tzinfo=fixed_offset(second))
    return time.replace(tzinfo=fixed_offset(second if fold else first))


def with_timezone(time: dt.datetime, time_zone: dt.tzinfo | None) -> dt.datetime:
    """Return the wall-clock time with another time zone, or naive with None; several times as fast as `replace`."""
    return dt.datetime.combine(time.date(), time.time(), time_zone)


def from_utc(time: dt.datetime, time_zone: dt.tzinfo) -> dt.datetime:
    """Convert an instant to the local time of a zone, with a fixed offset.

    Args:
        time: Aware time.
        time_zone: The time zone.
    """
    local = time.astimezone(time_zone)
    return local.replace(tzinfo=fixed_offset(local.utcoffset() or _ZERO), fold=0)
