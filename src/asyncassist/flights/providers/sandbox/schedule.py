"""Synthetic schedule of the sandbox: routes, timetables and connections. Pure functions of the seed."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncassist._places import airports_of, distance_km
from asyncassist.flights.airports import airport, from_utc, localize, zone_by_name
from asyncassist.flights.providers.sandbox.data import (
    CARRIERS,
    CARRIERS_BY_CODE,
    CARRIERS_BY_HUB,
    FLEET,
    LOW_COST_FLEET,
    MAJOR_AIRPORTS,
    Carrier,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asyncassist._types import Place

# Distances in kilometres.
_MAX_DISTANCE = {"long": 15_500.0, "medium": 5_500.0, "low": 3_800.0}
_MIN_DISTANCE, _MAX_REGIONAL_DISTANCE = 90.0, 2500.0
_MIN_CONNECTION = dt.timedelta(minutes=55)
_MAX_LAYOVER = dt.timedelta(hours=9)
_MAX_AIRPORTS = 3
_MAX_ROUTES = 50_000


class SeededRandom:
    """Stateless random numbers: each depends only on the seed and a key, so the order of calls does not matter.

    Args:
        seed: The seed.
    """

    __slots__ = ("_seed",)

    def __init__(self, seed: str) -> None:
        self._seed = hashlib.blake2b(seed.encode(), digest_size=16).digest()

    def random(self, *key: object) -> float:
        """Return the number of a key, at least 0 and below 1."""
        text = "|".join(map(str, key)).encode()
        return int.from_bytes(hashlib.blake2b(text, key=self._seed, digest_size=7).digest()) / (1 << 56)

    def randrange(self, count: int, *key: object) -> int:
        """Return the integer of a key, at least 0 and below `count`."""
        return int(self.random(*key) * count)


RouteSchedule = tuple[float, dt.timedelta, str, "list[tuple[str, dt.time, frozenset[int]]]"]
"""Distance in kilometres, block time, aircraft type, and number, departure time and weekdays of each flight."""


@dataclass(frozen=True, slots=True)
class Flight:
    """A scheduled flight on a date; times are aware, the distance is in kilometres."""

    carrier: Carrier
    number: str
    origin: Place
    destination: Place
    departs: dt.datetime
    arrives: dt.datetime
    distance: float
    aircraft: str

    @property
    def duration(self) -> dt.timedelta:
        """Block time: from departure to arrival, taxiing included."""
        return self.arrives - self.departs


@dataclass(frozen=True, slots=True)
class Journey:
    """Connecting flights from an origin to a destination."""

    flights: tuple[Flight, ...]

    @property
    def duration(self) -> dt.timedelta:
        """Elapsed time from the first departure to the last arrival."""
        return self.flights[-1].arrives - self.flights[0].departs

    @property
    def distance(self) -> float:
        """Total distance in kilometres."""
        return sum(flight.distance for flight in self.flights)

    @property
    def carrier(self) -> Carrier:
        """Airline of the longest flight."""
        return max(self.flights, key=lambda flight: flight.distance).carrier


class ScheduleGenerator:
    """Generator of airlines' routes, timetables and connections.

    Args:
        random: Source of the choices that the data tables leave open.
    """

    def __init__(self, random: SeededRandom) -> None:
        self._random = random
        # Routes never change, and a search needs the flights of one day many times. Searches run in threads: a race on
        # these caches only computes the same value twice.
        self._routes: dict[tuple[str, str, str], bool] = {}
        self._timetable = functools.lru_cache(maxsize=4096)(self._build_timetable)
        self._schedule = functools.lru_cache(maxsize=4096)(self._build_schedule)
        self._hubs_between = functools.lru_cache(maxsize=1024)(self._find_hubs)

    def journeys(self, origin: str, destination: str, day: dt.date) -> list[Journey]:
        """Return the journeys between two places on a day, shortest first; empty if a code is unknown.

        Args:
            origin: IATA code of a city or an airport.
            destination: IATA code of a city or an airport.
            day: Local date of departure.
        """
        found: list[Journey] = []
        pairs = [(a, b) for a in self._airports(origin) for b in self._airports(destination) if a.code != b.code]
        for a, b in pairs:
            found += [Journey((flight,)) for flight in self._direct(a, b, day)]
        for a, b in pairs[:4]:
            found += self._one_stop(a, b, day)
        if len(found) < 8:
            for a, b in pairs[:2]:
                found += self._two_stops(a, b, day)
        if not found:
            found = [Journey((flight,)) for a, b in pairs[:2] for flight in self._regional(a, b, day)]
        found.sort(key=lambda way: (way.duration, way.flights[0].departs, [flight.number for flight in way.flights]))
        return found

    def _airports(self, code: str) -> list[Place]:
        codes = dict.fromkeys((code, *airports_of(code)) if airport(code) else airports_of(code))
        known = [place for place in map(airport, codes) if place]
        known.sort(key=lambda place: (place.code not in CARRIERS_BY_HUB, place.code not in MAJOR_AIRPORTS))
        return known[:_MAX_AIRPORTS]

    def _direct(self, a: Place, b: Place, day: dt.date) -> Iterator[Flight]:
        for carrier in {one.code: one for code in (a.code, b.code) for one in CARRIERS_BY_HUB.get(code, ())}.values():
            if self._serves(carrier, a, b):
                yield from self._timetable(carrier, a.code, b.code, day)

    def _regional(self, a: Place, b: Place, day: dt.date) -> Iterator[Flight]:
        """Yield flights inside one country for a route that no hub serves, by a domestic or a nearby airline."""
        if a.country != b.country or not _MIN_DISTANCE < distance_km(a, b) <= _MAX_REGIONAL_DISTANCE:
            return
        hubs = [
            (carrier, hub) for code in CARRIERS_BY_HUB if (hub := airport(code)) for carrier in CARRIERS_BY_HUB[code]
        ]
        carrier, _ = min(
            hubs, key=lambda one: (one[0].country != a.country, one[0].kind == "low", distance_km(a, one[1]))
        )
        yield from self._timetable(carrier, a.code, b.code, day)

    def _one_stop(self, a: Place, b: Place, day: dt.date) -> list[Journey]:
        journeys: list[Journey] = []
        for carrier, hub in self._hubs_between(a.code, b.code):
            journeys += self._connect([(carrier, a, hub), (carrier, hub, b)], day)[:3]
        journeys.sort(key=lambda way: (way.duration, way.flights[0].number))
        return journeys[:14]

    def _find_hubs(self, start: str, end: str) -> list[tuple[Carrier, Place]]:
        """Return the airlines with a hub that connects two airports without a long detour, each with that hub."""
        a, b = _require_airport(start), _require_airport(end)
        distance = distance_km(a, b)
        return [
            (carrier, hub)
            for carrier in CARRIERS
            if carrier.kind != "low"
            for hub in map(airport, carrier.hubs)
            if hub is not None and hub.code not in {start, end} and _is_reasonable_detour(a, hub, b, distance)
            if self._serves(carrier, a, hub) and self._serves(carrier, hub, b)
        ]

    def _two_stops(self, a: Place, b: Place, day: dt.date) -> list[Journey]:
        distance = distance_km(a, b)
        journeys: list[Journey] = []
        for first, hub in self._feeders(a):
            for last, other in self._feeders(b):
                if len({a.code, hub.code, other.code, b.code}) < 4:
                    continue
                if distance_km(a, hub) + distance_km(hub, other) + distance_km(other, b) > 2.2 * distance + 1500:
                    continue
                middle = next((one for one in (first, last) if self._serves(one, hub, other)), None)
                if middle is not None:
                    legs = [(first, a, hub), (middle, hub, other), (last, other, b)]
                    journeys += self._connect(legs, day)[:2]
        journeys.sort(key=lambda way: (way.duration, way.flights[0].number))
        return journeys[:5]

    def _feeders(self, place: Place) -> list[tuple[Carrier, Place]]:
        """Return airlines that connect a place to one of their hubs: those of its country first, then the nearest."""
        hubs = [
            (carrier.country != place.country, distance_km(place, hub), carrier.code, carrier, hub)
            for carrier in CARRIERS
            if carrier.kind != "low"
            for hub in map(airport, carrier.hubs)
            if hub is not None and hub.code != place.code
        ]
        own = [entry for entry in hubs if place.code in entry[3].hubs or self._serves(entry[3], place, entry[4])]
        chosen = sorted(own)[:6] or sorted(hubs, key=lambda entry: entry[1:3])[:2]
        return [(entry[3], entry[4]) for entry in chosen]

    def _serves(self, carrier: Carrier, a: Place, b: Place) -> bool:
        """Return True if the airline flies between two airports; the answer is the same in both directions."""
        route = (carrier.code, a.code, b.code)
        known = self._routes.get(route)
        if known is None:
            if len(self._routes) >= _MAX_ROUTES:
                self._routes.clear()
            known = self._routes[route] = self._compute_serves(carrier, a, b)
        return known

    def _compute_serves(self, carrier: Carrier, a: Place, b: Place) -> bool:
        if a.code not in carrier.hubs and b.code not in carrier.hubs:
            return False
        distance = distance_km(a, b)
        if not _MIN_DISTANCE < distance <= _MAX_DISTANCE[carrier.kind]:
            return False
        other = b if a.code in carrier.hubs else a
        key = "-".join(sorted((a.code, b.code)))
        return self._random.random("route", carrier.code, key) < _route_probability(carrier, other, distance)

    def _build_timetable(self, carrier: Carrier, start: str, end: str, day: dt.date) -> list[Flight]:
        """Return the airline's flights of a day between two airports, in order of departure."""
        a, b = _require_airport(start), _require_airport(end)
        distance, block, aircraft, departures = self._schedule(carrier, start, end)
        flights = []
        for number, time, weekdays in departures:
            if day.weekday() in weekdays:
                departs = localize(dt.datetime.combine(day, time), _time_zone(a))
                flights.append(
                    Flight(
                        carrier=carrier,
                        number=number,
                        origin=a,
                        destination=b,
                        departs=departs,
                        arrives=from_utc(departs + block, _time_zone(b)),
                        distance=distance,
                        aircraft=aircraft,
                    )
                )
        return flights

    def _build_schedule(self, carrier: Carrier, start: str, end: str) -> RouteSchedule:
        """Return the weekly schedule of an airline's flights between two airports."""
        a, b = _require_airport(start), _require_airport(end)
        distance = distance_km(a, b)
        key = (carrier.code, a.code, b.code)
        max_count = 2 if distance > 4500 else 5 if distance < 1200 else 3
        if carrier.kind == "low":
            max_count = 2
        count = 1 + self._random.randrange(max_count, "count", *key)
        first = 100 + self._random.randrange(1800, "number", *key)
        operating_probability = 0.8 if carrier.kind == "low" else 0.95
        departures = []
        for index in range(count):
            weekdays = frozenset(
                day for day in range(7) if self._random.random("runs", *key, index, day) <= operating_probability
            )
            # Departures from 06:00 to 22:30, spread over the day and rounded to five minutes.
            share = (index + self._random.random("time", *key, index)) / count
            minutes = 360 + 5 * int(share * 990 / 5)
            departures.append((str(first + 2 * index), dt.time(minutes // 60, minutes % 60), weekdays))
        return distance, _block_time(a, b, distance), _choose_aircraft(carrier, distance), departures

    def _connect(self, legs: Sequence[tuple[Carrier, Place, Place]], day: dt.date) -> list[Journey]:
        """Return a journey for each flight of the first leg that has connecting flights, overnight if necessary."""
        journeys = []
        carrier, a, b = legs[0]
        for flight in self._timetable(carrier, a.code, b.code, day):
            chain = [flight]
            for carrier, a, b in legs[1:]:
                landed = chain[-1].arrives
                days = (landed.date(), landed.date() + dt.timedelta(days=1))
                later = (one for when in days for one in self._timetable(carrier, a.code, b.code, when))
                onward = next((one for one in later if _MIN_CONNECTION <= one.departs - landed <= _MAX_LAYOVER), None)
                if onward is None:
                    break
                chain.append(onward)
            else:
                journeys.append(Journey(tuple(chain)))
        return journeys


def codeshare_partner(carrier: Carrier, origin: Place, destination: Place) -> Carrier | None:
    """Return the codeshare partner: an airline of the same alliance based in the country of either end."""
    if not carrier.alliance:
        return None
    for one in CARRIERS_BY_CODE.values():
        if (
            one.alliance == carrier.alliance
            and one is not carrier
            and one.country in (origin.country, destination.country)
        ):
            return one
    return None


def _require_airport(code: str) -> Place:
    """Return an airport whose code is known to be in the table."""
    place = airport(code)
    assert place is not None
    return place


def _time_zone(place: Place) -> dt.tzinfo:
    return zone_by_name(place.timezone) or dt.UTC


def _is_reasonable_detour(a: Place, hub: Place, b: Place, distance: float) -> bool:
    """Return True if the route over the hub is not much longer than the direct distance."""
    detour = distance_km(a, hub) + distance_km(hub, b)
    return detour <= (1.35 * distance if distance > 4000 else 1.9 * distance + 300)


def _route_probability(carrier: Carrier, other: Place, distance: float) -> float:
    """Return the probability that an airline flies between its hub and another airport."""
    known = other.code in MAJOR_AIRPORTS
    hub = other.code in CARRIERS_BY_HUB
    if other.country == carrier.country:
        return 0.97 if known or hub else 0.7
    if distance > 4500:
        return 0.75 if hub else 0.3 if known else 0.0
    if carrier.kind == "low":
        return 0.6 if known or hub else 0.15
    return 0.9 if hub else 0.6 if known else 0.08


def _block_time(a: Place, b: Place, distance: float) -> dt.timedelta:
    """Return the block time: half an hour on the ground, 820 km/h in the air, and wind from the west."""
    east = ((b.longitude or 0.0) - (a.longitude or 0.0) + 540) % 360 - 180
    wind = 1.0 if distance < 1500 else 0.94 if east > 0 else 1.06
    return dt.timedelta(minutes=5 * round((30 + distance / 820 * 60 * wind) / 5))


def _choose_aircraft(carrier: Carrier, distance: float) -> str:
    fleet = LOW_COST_FLEET if carrier.kind == "low" else FLEET
    return next((aircraft.code for aircraft in fleet if distance <= aircraft.max_distance), fleet[-1].code)
