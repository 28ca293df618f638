"""The place table: airports, cities and metropolitan areas, by code and by name in six languages.

Built by `tools/build_places.py`; its sources stand in NOTICE. It is read once, at first use: some 40 ms. Who runs on
an event loop awaits `load_places()` first.
"""

from __future__ import annotations

import asyncio
import bisect
import gzip
import re
import threading
import unicodedata
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from asyncassist._types import Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LANGUAGES: Final = ("en", "pt", "es", "fr", "de", "it")
"""The order of the bits that say in which languages a name is also a word."""

# Letters that Unicode does not take apart.
_TRANSLITERATION: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ß": "ss"}
)
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_CODE: Final = re.compile(r"[A-Za-z]{3}", re.ASCII)


def place_key(name: str) -> str:
    """The form that names are looked up by: words without case, accents and signs."""
    if not name.isascii():
        apart = unicodedata.normalize("NFD", name.casefold().translate(_TRANSLITERATION))
        name = "".join([char for char in apart if not unicodedata.combining(char)])
    return " ".join(_WORD.findall(name.lower()))


class PlaceTable:
    """All places in memory. Places are numbered; a name or a code gives numbers.

    Args:
        raw: The decoded file.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._rows: Sequence[Any] = raw["places"]
        self._zones: Sequence[str] = raw["zones"]
        self._names: dict[str, list[int]] = raw["names"]
        self._common_words: dict[str, int] = raw["words"]
        self._common_word_codes = frozenset(raw["code_words"])
        self.countries: dict[str, str] = raw["countries"]
        """Country codes by their names in the six languages, in looked-up form."""
        self.states: dict[str, list[list[str]]] = raw["states"]
        """(country, name) of states and provinces, by name and abbreviation in looked-up form."""
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
        """IANA names of all time zones that a place has."""
        return self._zones

    def place(self, index: int) -> Place:
        """The place of that number."""
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
        """The places of a name in looked-up form, likeliest first; empty if none has it."""
        return self._names.get(key, ())

    def find_by_code(self, code: str, kind: Literal["city", "airport"] | None = None) -> int | None:
        """The place of a code in capitals: its airport if there is one, else its city; None if there is none."""
        if kind != "city":
            found = self._airports.get(code)
            if found is not None or kind == "airport":
                return found
        return self._cities.get(code)

    def weight(self, index: int) -> int:
        """How likely people mean it, 10 to 80: by size of the city and of its airport."""
        weight: int = self._rows[index][8]
        return weight

    def region(self, index: int) -> str:
        """The state or province it lies in, "" if unknown."""
        region: str = self._rows[index][9]
        return region

    def city_index(self, index: int) -> int:
        """The number of an airport's city; a city's own."""
        row = self._rows[index]
        return index if row[1] else row[10]

    def airport_codes(self, index: int) -> tuple[str, ...]:
        """Codes of a city's airports, the busiest first; an airport's own."""
        row = self._rows[index]
        return tuple(row[10]) if row[1] else (row[0],)

    def localized_name(self, city: str, country: str, language: str) -> str:
        """A city's name as a language writes it: its English name, or what was given, where the table has no other."""
        names = self._localized_names.get(f"{city}|{country}")
        return city if names is None or language not in LANGUAGES[1:] else names[LANGUAGES.index(language) - 1]

    def is_common_word(self, key: str, language: str | None = None) -> bool:
        """Whether a name is also a common word, of this language or of any."""
        mask = self._common_words.get(key, 0)
        if language not in LANGUAGES:
            return bool(mask)
        return bool(mask >> LANGUAGES.index(language) & 1)

    def is_common_word_code(self, code: str) -> bool:
        """Whether a code in capitals is also a common word of one of the six languages."""
        return code in self._common_word_codes

    @cached_property
    def sorted_names(self) -> list[str]:
        """All names, sorted, for looking up by their beginning."""
        return sorted(self._names)

    @cached_property
    def max_words_by_first_word(self) -> dict[str, int]:
        """First word of every name, and the most words of the names that begin with it."""
        longest: dict[str, int] = {}
        for name in self._names:
            first, _, rest = name.partition(" ")
            count = rest.count(" ") + 2 if rest else 1
            if count > longest.get(first, 0):
                longest[first] = count
        return longest

    def names_with_prefix(self, prefix: str, limit: int) -> list[str]:
        """Names that begin with the key, at most so many."""
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
    """The table, read at first use."""
    return _table or _read_once()


def _read_once() -> PlaceTable:
    """Read the table, unless another thread has done so meanwhile."""
    global _table  # noqa: PLW0603 - read once for the whole process
    with _lock:
        _table = _table or _read()
    return _table


def _read() -> PlaceTable:
    packed = resources.files("asyncassist").joinpath("data", "places.json.gz").read_bytes()
    table = PlaceTable(msgspec.json.decode(gzip.decompress(packed)))
    # made here, in the thread that loads, and not by the first who asks
    _ = table.max_words_by_first_word, table.sorted_names
    return table


async def load_places() -> PlaceTable:
    """The table, read in a thread if it was not read yet."""
    return _table if _table is not None else await asyncio.to_thread(place_table)


def place_by_code(code: str, *, kind: Literal["city", "airport"] | None = None) -> Place | None:
    """The airport or city of an IATA code, in any case.

    Args:
        code: Three letters.
        kind: Only a place of this kind. None: the airport, else the city.

    Returns:
        The place, None when the table has none.
    """
    table = place_table()
    index = table.find_by_code(code.upper(), kind)
    return None if index is None else table.place(index)


def airports_of(code: str) -> tuple[str, ...]:
    """Codes of the airports of a city or metropolitan code, the busiest first; an airport's code alone.

    A code that is both ("DXB") gives all of the city's airports. Empty when the table has none.
    """
    table = place_table()
    index = table.find_by_code(code.upper(), "city")
    if index is None:
        index = table.find_by_code(code.upper(), "airport")
    return () if index is None else table.airport_codes(index)


def find_places(name: str, limit: int = 10) -> list[Place]:
    """Places by code, name or beginning of a name, in any of the six languages; likeliest first.

    Args:
        name: What was typed.
        limit: The most places.
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
