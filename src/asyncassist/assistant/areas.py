"""Countries and states that a traveller names where a city is needed: "to Portugal", "nach Bayern"."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from asyncassist._places import place_key, place_table
from asyncassist.languages.registry import PACKS

if TYPE_CHECKING:
    from asyncassist._types import Place

MAX_CITIES = 4
"""Cities of a country or state that are offered, at most."""
_MAX_WORDS = 4  # of a name: "islas virgenes de los"
# Names up to this length are abbreviations and common words: "or", "me", "uk" without a preposition.
_MAX_SHORT_NAME = 3
_SHORT_NAMES = frozenset({"uk", "usa", "us", "uae", "vae", "eua", "eeuu", "vs", "vk"})


class Area(NamedTuple):
    """A country or state that a text names.

    Attributes:
        name: Its name as the traveller wrote it.
        cities: Its largest cities with an airport, the largest first.
    """

    name: str
    cities: tuple[Place, ...]


def find_area(text: str, role: str, *, language: str, known_spans: tuple[tuple[int, int], ...]) -> Area | None:
    """Return the country or state after a word of a role, with its largest cities; None if there is none.

    Args:
        text: The message.
        role: "origin" or "destination".
        language: Two-letter code of the language.
        known_spans: Offsets (start, end) of the recognized entities.
    """
    for match in _introductions(language, role).finditer(text.lower()):
        start = match.end()
        for skipped in (0, 1):
            area = _area_at(text[start:], skipped=skipped)
            begin = -1 if area is None else text.index(area.name, start)
            if area is not None and not any(a < begin + len(area.name) and begin < b for a, b in known_spans):
                return area
    return None


def area_named(text: str) -> Area | None:
    """Return the country or state that a short text consists of, but for an article or a preposition; else None."""
    words = re.findall(r"[^\W\d_]+", text)
    for skipped in range(min(3, len(words))):
        area = _area_at(text, skipped=skipped)
        if area is not None and len(re.findall(r"[^\W\d_]+", area.name)) == len(words) - skipped:
            return area
    return None


def is_area(name: str) -> bool:
    """Return whether a name is that of a country or state."""
    return bool(_cities_of(place_key(name)))


@functools.cache
def _introductions(language: str, role: str) -> re.Pattern[str]:
    patterns = PACKS[language].patterns
    return re.compile(rf"(?<!\w)(?:{patterns.origin if role == 'origin' else patterns.destination})(?:\s+|(?<='))")


def _area_at(text: str, *, skipped: int) -> Area | None:
    """Return the area whose name begins a text, after words to skip; the longest name wins."""
    words = list(re.finditer(r"[^\W\d_]+", text))[skipped : skipped + _MAX_WORDS]
    if skipped and (not words or words[0].start() > _MAX_SHORT_NAME + 1):
        return None  # only an article may stand before the name
    for last in reversed(words):
        name = text[words[0].start() : last.end()]
        key = place_key(name)
        if len(key) <= _MAX_SHORT_NAME and key not in _SHORT_NAMES:
            continue
        cities = _cities_of(key)
        if cities:
            return Area(name, cities)
    return None


@functools.lru_cache(maxsize=512)
def _cities_of(key: str) -> tuple[Place, ...]:
    """Return the largest cities of a country or state by its name in lookup form; empty for another name."""
    table = place_table()
    country = table.countries.get(key)
    states = {(land, state.casefold()) for land, state in table.states.get(key, ()) if len(key) > _MAX_SHORT_NAME}
    if country is None and not states:
        return ()
    inside = [
        index
        for index in range(len(table))
        if table.city_index(index) == index
        and (
            table.place(index).country == country
            or (table.place(index).country, table.region(index).casefold()) in states
        )
    ]
    largest = sorted(inside, key=lambda index: -table.weight(index))[:MAX_CITIES]
    return tuple(table.place(index) for index in largest)
