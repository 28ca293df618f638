"""Where an airport is and what the clock says there."""

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
    """The airport of an IATA code, None when the table has none."""
    return place_by_code(code, kind="airport")


def zone_name(code: str) -> str | None:
    """The IANA zone of an airport or a city, None when the table has none."""
    place = place_by_code(code)
    return None if place is None else place.timezone


@functools.lru_cache(maxsize=2048)  # names come from answers too: bounded
def zone_by_name(name: str) -> dt.tzinfo | None:
    """A time zone by its IANA name, None when there is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


@functools.lru_cache(maxsize=4096)
def fixed_offset(shift: dt.timedelta) -> dt.timezone:
    """The fixed offset from UTC, one object for all who have it."""
    return dt.timezone(shift)


_ZERO = dt.timedelta()
_DAY = dt.timedelta(days=1)
_loaded = False


async def load_airports() -> None:
    """Read the table and the rules of its zones in a thread, once: files are not read on the event loop."""
    global _loaded  # noqa: PLW0603 - read once for the whole process
    if not _loaded:
        await load_places()
        await asyncio.to_thread(_load_zones)
        _loaded = True


def _load_zones() -> None:
    for name in place_table().zones:
        zone_by_name(name)


def localize(time: dt.datetime, time_zone: dt.tzinfo, *, fold: int = 0) -> dt.datetime:
    """The time on the clocks of a place with its offset, as an aware time whose differences are true.

    A fixed offset instead of the zone: Python subtracts two times of one zone by the clock on the wall, which is an
    hour wrong over a change of clocks.

    Args:
        time: Naive and local, of no first or last year. One that the clocks skip is moved forward, as a traveller's
            clock would be.
        time_zone: The zone.
        fold: Which of two, for a local time that comes twice.
    """
    # A zone reads the fields of a naive time as its own. Far from a change of clocks there is one answer.
    first = time_zone.utcoffset(time) or _ZERO
    if time_zone.utcoffset(time - _DAY) == first == time_zone.utcoffset(time + _DAY):
        return with_timezone(time, fixed_offset(first))
    second = time_zone.utcoffset(time.replace(fold=1)) or _ZERO
    if first == second:
        return time.replace(tzinfo=fixed_offset(first))
    if first < second:  # skipped: at the offset before, it is an hour later on the new clock
        moved = time + (second - first)
        return moved.replace(tzinfo=fixed_offset(second))
    return time.replace(tzinfo=fixed_offset(second if fold else first))


def with_timezone(time: dt.datetime, time_zone: dt.tzinfo | None) -> dt.datetime:
    """The same time on the wall with that zone, or without one. Several times as fast as `replace`."""
    return dt.datetime.combine(time.date(), time.time(), time_zone)


def from_utc(time: dt.datetime, time_zone: dt.tzinfo) -> dt.datetime:
    """A moment as the clocks of a place show it, with the offset.

    Args:
        time: Aware.
        time_zone: The zone.
    """
    local = time.astimezone(time_zone)
    return local.replace(tzinfo=fixed_offset(local.utcoffset() or _ZERO), fold=0)
