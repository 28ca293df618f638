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


def zone_of(code: str) -> str | None:
    """The IANA zone of an airport or a city, None when the table has none."""
    place = place_by_code(code)
    return None if place is None else place.timezone


@functools.cache
def zone(name: str) -> dt.tzinfo | None:
    """A time zone by its IANA name, None when there is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


_warm = False


async def load_airports() -> None:
    """Read the table and the rules of its zones in a thread, once: files are not read on the event loop."""
    global _warm  # noqa: PLW0603 - read once for the whole process
    if not _warm:
        await load_places()
        await asyncio.to_thread(_load_zones)
        _warm = True


def _load_zones() -> None:
    for name in place_table().zones:
        zone(name)


def local_time(time: dt.datetime, timezone: str, *, from_utc: bool = False, fold: int = 0) -> dt.datetime:
    """The time of a place with its offset, as an aware time whose differences are true.

    A fixed offset instead of the zone: Python subtracts two times of one zone by the clock on the wall, which is an
    hour wrong over a change of clocks.

    Args:
        time: Naive: local, or in UTC with `from_utc`. A local time that the clocks skip is moved forward.
        timezone: IANA name; UTC when unknown.
        from_utc: Whether the time is in UTC.
        fold: Which of two, for a local time that comes twice.
    """
    there = zone(timezone) or dt.UTC
    if from_utc:
        local = time.replace(tzinfo=dt.UTC).astimezone(there)
    else:
        # Over UTC and back: what the clocks skip comes out an hour later, everything else as it was.
        local = time.replace(tzinfo=there, fold=fold).astimezone(dt.UTC).astimezone(there)
    return local.replace(tzinfo=dt.timezone(local.utcoffset() or dt.timedelta()), fold=0)
