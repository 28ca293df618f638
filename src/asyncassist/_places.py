"""Place table: airports, cities and metropolitan areas, by code and by name in every language.

The data file is built by `tools/build_places.py`; NOTICE names its sources. It is read once, on first use, which takes
some 40 ms: code on an event loop awaits `load_places()` first.
"""

from __future__ import annotations

import asyncio
import bisect
import gzip
import math
import re
import threading
import unicodedata
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from asyncassist._types import Place
from asyncassist.languages.registry import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Letters that NFD does not decompose into a base letter and an accent.
_TRANSLITERATION: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ß": "ss"}
)
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_CODE: Final = re.compile(r"[A-Za-z]{3}", re.ASCII)
_EARTH_RADIUS: Final = 6371.0088  # kilometres


def place_key(name: str) -> str:
    """Return a name in lookup form: lower-case words without accents and punctuation."""
    if not name.isascii():
        apart = unicodedata.normalize("NFD", name.casefold().translate(_TRANSLITERATION))
        name = "".join([char for char in apart if not unicodedata.combining(char)])
    return " ".join(_WORD.findall(name.lower()))


class PlaceTable:
    """All places in memory, addressed by index; names and codes lead to indexes.

    Args:
        raw: The decoded data file.

    Attributes:
        countries: Country codes by country name in lookup form, in every language.
        states: (country code, name) pairs of states and provinces, by name and abbreviation in lookup form.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._rows: Sequence[Any] = raw["places"]
        self._zones: Sequence[str] = raw["zones"]
        self._names: dict[str, list[int]] = raw["names"]
        self._common_words: dict[str, int] = raw["words"]
        self._common_word_codes = frozenset(raw["code_words"])
        self.countries: dict[str, str] = raw["countries"]
        self.states: dict[str, list[list[str]]] = raw["states"]
        self._localized_names: dict[str, list[str]] = raw["written"]
        self._airports: dict[str, int] = {}
        self._cities: dict[str, int] = {}
        for index, row in enumerate(self._rows):
            (self._cities if row[1] else self._airports).setdefault(row[0], index)
        self._place_cache: dict[int, Place] = {}

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def zones(self) -> Sequence[str]:
        """Return the IANA names of the time zones of all places."""
        return self._zones

    def place(self, index: int) -> Place:
        """Return the place at the index."""
        place = self._place_cache.get(index)
        if place is None:
            code, city, name, city_name, country, zone, latitude, longitude = self._rows[index][:8]
            place = Place(
                code=code,
                kind="city" if city else "airport",
                name=name,
                city=city_name,
                country=country,
                timezone=self._zones[int(zone)],
                latitude=latitude,
                longitude=longitude,
            )
            self._place_cache[index] = place
        return place

    def find_by_name(self, key: str) -> Sequence[int]:
        """Return the indexes of the places with a name in lookup form, likeliest first; empty if there are none."""
        return self._names.get(key, ())

    def find_by_code(self, code: str, kind: Literal["city", "airport"] | None = None) -> int | None:
        """Return the index of the airport, else of the city, with an upper-case IATA code; None if there is none.

        Args:
            code: Three capital letters.
            kind: Only a place of this kind; None for both.
        """
        if kind != "city":
            found = self._airports.get(code)
            if found is not None or kind == "airport":
                return found
        return self._cities.get(code)

    def weight(self, index: int) -> int:
        """Return how likely the place is meant, 10 to 80, by the size of the city and its airport."""
        weight: int = self._rows[index][8]
        return weight

    def region(self, index: int) -> str:
        """Return the name of the state or province of the place, "" if unknown."""
        region: str = self._rows[index][9]
        return region

    def city_index(self, index: int) -> int:
        """Return the index of an airport's city; for a city, its own index."""
        row = self._rows[index]
        return index if row[1] else row[10]

    def airport_codes(self, index: int) -> tuple[str, ...]:
        """Return the codes of a city's airports, the busiest first; for an airport, its own code."""
        row = self._rows[index]
        return tuple(row[10]) if row[1] else (row[0],)

    def localized_name(self, city: str, country: str, language: str) -> str:
        """Return a city's name in a language; the given name where the table has no other.

        Args:
            city: The city's English name.
            country: Two-letter country code.
            language: Two-letter language code.
        """
        names = self._localized_names.get(f"{city}|{country}")
        return city if names is None or language not in LANGUAGES[1:] else names[LANGUAGES.index(language) - 1]

    def is_common_word(self, key: str, language: str | None = None) -> bool:
        """Return whether a name in lookup form is also a common word of the language; without one, of any language."""
        mask = self._common_words.get(key, 0)
        if language not in LANGUAGES:
            return bool(mask)
        return bool(mask >> LANGUAGES.index(language) & 1)

    def is_common_word_code(self, code: str) -> bool:
        """Return whether an upper-case code is also a common word of one of the languages."""
        return code in self._common_word_codes

    @cached_property
    def sorted_names(self) -> list[str]:
        """Return all names in lookup form, sorted, for prefix search."""
        return sorted(self._names)

    @cached_property
    def max_words_by_first_word(self) -> dict[str, int]:
        """Return the number of words of the longest name, by the first word of the names."""
        longest: dict[str, int] = {}
        for name in self._names:
            first, _, rest = name.partition(" ")
            count = rest.count(" ") + 2 if rest else 1
            if count > longest.get(first, 0):
                longest[first] = count
        return longest

    def names_with_prefix(self, prefix: str, limit: int) -> list[str]:
        """Return at most `limit` names in lookup form that begin with the prefix, sorted."""
        names = self.sorted_names
        start = bisect.bisect_left(names, prefix)
        found = []
        for name in names[start : start + limit]:
            if not name.startswith(prefix):
                break
            found.append(name)
        return found


_lock = threading.Lock()
_table: PlaceTable | None = None


def place_table() -> PlaceTable:
    """Return the place table, reading it on first use; blocks for some 40 ms then."""
    return _table or _read_once()


def _read_once() -> PlaceTable:
    """Read the table under the lock, unless another thread has read it meanwhile."""
    global _table  # noqa: PLW0603 - read once for the whole process
    with _lock:
        _table = _table or _read()
    return _table


def _read() -> PlaceTable:
    """Read and decode the data file."""
    packed = resources.files("asyncassist").joinpath("data", "places.json.gz").read_bytes()
    table = PlaceTable(msgspec.json.decode(gzip.decompress(packed)))
    # Computed here, in the loading thread: the first prefix search, on the event loop, should not pay for it.
    _ = table.max_words_by_first_word, table.sorted_names
    return table


async def load_places() -> PlaceTable:
    """Return the place table, reading it in a worker thread if it is not loaded yet."""
    return _table if _table is not None else await asyncio.to_thread(place_table)


def distance_km(one: Place, other: Place) -> float:
    """Return the great-circle distance of two places in kilometres."""
    lat1, lon1, lat2, lon2 = map(
        math.radians, (one.latitude or 0.0, one.longitude or 0.0, other.latitude or 0.0, other.longitude or 0.0)
    )
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_RADIUS * math.asin(min(1.0, math.sqrt(half)))


def place_by_code(code: str, *, kind: Literal["city", "airport"] | None = None) -> Place | None:
    """Return the airport or city of an IATA code.

    Args:
        code: Three letters, upper or lower case.
        kind: Only a place of this kind; None for the airport, else the city.

    Returns:
        The place; None if the table has none.
    """
    table = place_table()
    index = table.find_by_code(code.upper(), kind)
    return None if index is None else table.place(index)


def airports_of(code: str) -> tuple[str, ...]:
    """Return the codes of the airports of a city or metropolitan code, the busiest first.

    The code of an airport alone gives itself; a code of both a city and an airport ("DXB") gives all airports of the
    city; an unknown code gives an empty tuple.
    """
    table = place_table()
    index = table.find_by_code(code.upper(), "city")
    if index is None:
        index = table.find_by_code(code.upper(), "airport")
    return () if index is None else table.airport_codes(index)


def find_places(name: str, limit: int = 10) -> list[Place]:
    """Return places by code, name or prefix of a name, in any of the languages.

    Args:
        name: A code, a name or the beginning of a name; case and accents do not matter.
        limit: Largest number of places.

    Returns:
        Matches of the code first, then of the whole name, then of the prefix, likeliest first; empty if none.
    """
    table = place_table()
    key = place_key(name)
    if not key:
        return []
    found: dict[int, None] = {}
    if _CODE.fullmatch(name.strip()):
        code = name.strip().upper()
        for kind in ("city", "airport"):
            index = table.find_by_code(code, kind)
            if index is not None:
                found[index] = None
    found.update(dict.fromkeys(table.find_by_name(key)))
    prefix_matches = {index for longer in table.names_with_prefix(key, 200) for index in table.find_by_name(longer)}
    found.update(dict.fromkeys(sorted(prefix_matches, key=lambda index: -table.weight(index))))
    return [table.place(index) for index in list(found)[:limit]]
