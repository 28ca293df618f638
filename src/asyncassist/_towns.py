"""Towns without an airport of their own, with the city to fly to.

The data file is built by `tools/build_towns.py` from GeoNames (NOTICE). It is read once, on first use, which takes some
15 ms: code on an event loop awaits `load_towns()` first.
"""

from __future__ import annotations

import asyncio
import bisect
import gzip
import threading
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Town without an airport of its own.

    Attributes:
        name: Name in its own language.
        country: Two-letter country code.
        city: IATA code of the city to fly to, by the place table.
        kilometres: Distance to the airport of that city, at most 250.
    """

    name: str
    country: str
    city: str
    kilometres: int


class TownTable:
    """All towns in memory, found by binary search.

    Args:
        raw: The decoded data file.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._keys: Sequence[str] = raw["keys"].split("\n")
        self._names: Sequence[str] = raw["names"].split("\n")
        self._countries: Sequence[str] = raw["countries"]
        self._country: bytes = raw["country"]
        self._codes: Sequence[str] = raw["codes"]
        self._code: Sequence[int] = raw["code"]
        self._kilometres: bytes = raw["kilometres"]
        self._words: bytes = raw["words"]

    def __len__(self) -> int:
        return len(self._keys)

    def _index(self, key: str) -> int | None:
        """Return the index of a name, None if there is no such town."""
        index = bisect.bisect_left(self._keys, key)
        return index if index < len(self._keys) and self._keys[index] == key else None

    def find(self, key: str) -> Town | None:
        """Return the town with a name in lookup form (`place_key`), None if there is none."""
        index = self._index(key)
        if index is None:
            return None
        return Town(
            name=self._names[index] or key.title(),
            country=self._countries[self._country[index]],
            city=self._codes[self._code[index]],
            kilometres=self._kilometres[index],
        )

    def is_common_word(self, key: str) -> bool:
        """Return whether a name in lookup form is also a common word of one of the languages."""
        index = self._index(key)
        return index is not None and bool(self._words[index])


_lock = threading.Lock()
_table: TownTable | None = None


def town_table() -> TownTable:
    """Return the table of towns, reading it on first use; blocks for some 15 ms then."""
    return _table or _read_once()


def _read_once() -> TownTable:
    """Read the table under the lock, unless another thread has read it meanwhile."""
    global _table  # noqa: PLW0603 - read once for the whole process
    with _lock:
        _table = _table or _read()
    return _table


def _read() -> TownTable:
    """Read and decode the data file."""
    packed = resources.files("asyncassist").joinpath("data", "towns.gz").read_bytes()
    return TownTable(msgspec.msgpack.decode(gzip.decompress(packed)))


async def load_towns() -> TownTable:
    """Return the table of towns, reading it in a worker thread if it is not loaded yet."""
    return _table if _table is not None else await asyncio.to_thread(town_table)
