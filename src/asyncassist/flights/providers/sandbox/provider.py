"""Offline provider with deterministic, synthetic offers."""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._cache import json_digest
from asyncassist._clock import SYSTEM_CLOCK, as_clock, utc_now
from asyncassist._places import find_places
from asyncassist._types import Check, Clock, Money, Place
from asyncassist._validation import check_encodable, check_ratio, check_seconds
from asyncassist.errors import ConfigurationError, FlightError, OfferExpiredError
from asyncassist.flights.airports import load_airports
from asyncassist.flights.models import Cabin, Fare, FlightOffer, Itinerary, PricedOffer, Raw, Segment, main_cabin
from asyncassist.flights.provider import check_name
from asyncassist.flights.providers.sandbox.data import (
    CARRIERS_BY_CODE,
    EXCHANGE_RATES,
    FARES,
    ZERO_DECIMAL_CURRENCIES,
    FareFamily,
)
from asyncassist.flights.providers.sandbox.schedule import (
    Flight,
    Journey,
    ScheduleGenerator,
    SeededRandom,
    codeshare_partner,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from asyncassist.flights.provider import Capability, SearchContext
    from asyncassist.flights.query import FlightQuery

SegmentKeys = list[tuple[str, str, Cabin]]
"""Flight number, local departure (ISO 8601) and cabin of each segment."""

_CHILD_FACTOR = Decimal("0.75")
_INFANT_FACTOR = Decimal("0.1")
_RETURN_FACTOR = Decimal("0.93")  # one ticket for several slices is a little cheaper than separate tickets
_BOOKING_CUTOFF = dt.timedelta(minutes=45)  # sales end with check-in
_MAX_JOURNEYS = 60
_LONG_HAUL = 4500.0  # km


class SandboxProvider:
    """Provider without network, keys or quota, for demos, tests and development.

    Its synthetic schedule has airlines by country, direct flights and connections with one and two stops, flight
    times by great-circle distance, time zones with their changes of clocks, overnight arrivals, and fare families
    with bags and rules. The same query and seed give the same offers in every process; flights that have departed
    are not offered.

    Args:
        latency: Seconds a search takes: direct flights come after half of it, the others after all of it. A price
            check takes half of it.
        failure_rate: Share of calls that fail, 0 to 1.
        seed: Seed of the synthetic schedule and prices.
        price_change_rate: Share of offers whose price check finds another price, 0 to 1.
        expire_rate: Share of offers that are expired when their price is checked, 0 to 1.
        name: Name of the provider, unique within a client.
        now: The clock.

    Raises:
        ConfigurationError: An argument is invalid.
    """

    def __init__(
        self,
        *,
        latency: float = 0.0,
        failure_rate: float = 0.0,
        seed: str = "asyncassist",
        price_change_rate: float = 0.1,
        expire_rate: float = 0.0,
        name: str = "sandbox",
        now: Clock | Callable[[], float] = SYSTEM_CLOCK,
    ) -> None:
        self._latency = check_seconds("latency", latency, allow_zero=True)
        self._failure_rate = check_ratio("failure_rate", failure_rate)
        self._price_change_rate = check_ratio("price_change_rate", price_change_rate)
        self._expire_rate = check_ratio("expire_rate", expire_rate)
        check_encodable("seed", seed, error=ConfigurationError)
        self._clock = as_clock(now)
        self._cache_identity = json_digest("sandbox", seed)
        self._random = SeededRandom(seed)
        self._schedule = ScheduleGenerator(self._random)
        self._calls = 0
        self.name: str = check_name(name)

    @property
    def cache_identity(self) -> str | None:
        """Digest of the seed; None for a subclass."""
        return self._cache_identity if type(self) is SandboxProvider else None

    @property
    def capabilities(self) -> frozenset[Capability]:
        """All capabilities except "dates": there is no price calendar."""
        return frozenset({"search", "price", "places", "multi_city"})

    async def search(self, query: FlightQuery, context: SearchContext) -> AsyncIterator[list[FlightOffer]]:
        """Yield the offers in two batches: direct flights first.

        Raises:
            FlightError: A simulated failure, at the rate of `failure_rate`.
        """
        clock = context.clock
        self._maybe_fail("search", query.facts())
        await load_airports()
        # Some milliseconds of computation, too long for the event loop.
        offers = await asyncio.to_thread(self._offers, query, utc_now(clock) + _BOOKING_CUTOFF)
        half = next((index for index, offer in enumerate(offers) if offer.stops), len(offers))
        for batch in (offers[:half], offers[half:]):
            if self._latency:
                await clock.sleep(self._latency / 2)
            if batch:
                yield batch

    async def price(self, offer: FlightOffer, context: SearchContext) -> PricedOffer:
        """Return the current price of an offer; it has changed for a fixed subset of the offers.

        Raises:
            OfferExpiredError: The flight has departed, or a simulated expiry, at the rate of `expire_rate`.
            FlightError: A simulated failure, at the rate of `failure_rate`.
        """
        if self._latency:
            await context.clock.sleep(self._latency / 2)
        self._maybe_fail("price", offer.id)
        departed = offer.itineraries[0].departs <= utc_now(context.clock) + _BOOKING_CUTOFF
        if departed or self._random.random("expired", offer.id) < self._expire_rate:
            raise OfferExpiredError("the offer is no longer sold", provider=self.name, code="expired")
        if offer.raw.get("priced") or self._random.random("price", offer.id) >= self._price_change_rate:
            return PricedOffer(offer=offer, total=offer.total, changed=False, old_total=offer.total)
        percent = 3 + self._random.randrange(8, "step", offer.id)
        cheaper = self._random.random("down", offer.id) < 0.2
        total = _scale_price(offer.total, Decimal(100 - percent if cheaper else 100 + percent) / 100)
        # Marked in `raw`, so that a second price check does not change the price again.
        raw = Raw(msgspec.json.encode({**offer.raw, "priced": True, "total": str(total.amount)}))
        now = replace(offer, total=total, raw=raw)
        return PricedOffer(offer=now, total=total, changed=True, old_total=offer.total)

    async def places(self, text: str) -> list[Place]:
        """Return cities and airports by code, name or prefix of a name, at most 20."""
        await load_airports()
        return find_places(text, 20)

    async def check(self) -> Check:
        """Return a check that always passes."""
        return Check(name=self.name, status="pass", observed_at=utc_now(self._clock), note="offline sandbox")

    async def aclose(self) -> None:
        """Do nothing: the provider holds no resources."""

    def _maybe_fail(self, *key: object) -> None:
        self._calls += 1
        # The call counter is part of the random key, so that a retry of the same call may succeed.
        if self._failure_rate and self._random.random("failure", self._calls, *key) < self._failure_rate:
            raise FlightError("simulated failure of the sandbox", provider=self.name, code="sandbox")

    def _offers(self, query: FlightQuery, earliest_departure: dt.datetime) -> list[FlightOffer]:
        """Return all offers for a query, direct flights first."""
        offers: dict[str, FlightOffer] = {}
        for trip in islice(self._iter_trips(query, earliest_departure), _MAX_JOURNEYS):
            cabin = _trip_cabin(query.cabin, trip)
            if cabin is not None:
                for offer in self._trip_offers(trip, cabin, query):
                    offers.setdefault(offer.id, offer)
        return sorted(offers.values(), key=lambda offer: offer.stops > 0)

    def _iter_trips(self, query: FlightQuery, earliest_departure: dt.datetime) -> Iterator[tuple[Journey, ...]]:
        """Yield combinations of one journey for each slice, of one airline if possible, else of its alliance, else any.

        Each journey of the first slice is combined with up to three sets of later journeys.
        """
        journeys_by_slice = [self._schedule.journeys(way.origin, way.destination, way.departure) for way in query.ways]
        if query.max_stops is not None:
            journeys_by_slice = [
                [one for one in found if len(one.flights) - 1 <= query.max_stops] for found in journeys_by_slice
            ]
        journeys_by_slice[0] = [one for one in journeys_by_slice[0] if one.flights[0].departs > earliest_departure]
        for index, first in enumerate(journeys_by_slice[0]):
            if len(journeys_by_slice) == 1:
                yield (first,)
                continue
            for extra in range(3):
                trip = [first]
                for found in journeys_by_slice[1:]:
                    later = [
                        one for one in found if one.flights[0].departs > trip[-1].flights[-1].arrives + _BOOKING_CUTOFF
                    ]
                    onward = _matching_journey(later, trip[0], index + extra)
                    if onward is None:
                        break
                    trip.append(onward)
                else:
                    yield tuple(trip)

    def _trip_offers(self, trip: tuple[Journey, ...], cabin: Cabin, query: FlightQuery) -> Iterator[FlightOffer]:
        """Yield the offers of a trip: one for each fare family, and for some trips one codeshare of a partner."""
        base = sum((self._base_price(journey) for journey in trip), Decimal()) * FARES[cabin].factor
        is_multi_slice = len(trip) > 1
        if is_multi_slice:
            base *= _RETURN_FACTOR
        families = FARES[cabin].families
        if all(flight.carrier.kind == "low" for journey in trip for flight in journey.flights):
            families = families[:2]
        itineraries = tuple(self._itinerary(journey, cabin, None) for journey in trip)
        flights = _segment_keys(itineraries)
        for family in families:
            yield self._offer(itineraries, flights, query, base, family)
        ends = trip[0].flights[0].origin, trip[0].flights[-1].destination
        seller = codeshare_partner(trip[0].carrier, *ends)
        if seller is not None and self._random.random("codeshare", *(f.number for f in trip[0].flights)) < 0.35:
            itineraries = tuple(self._itinerary(journey, cabin, seller.code) for journey in trip)
            yield self._offer(itineraries, _segment_keys(itineraries), query, base * Decimal("1.03"), families[0])

    def _offer(
        self,
        itineraries: tuple[Itinerary, ...],
        flights: SegmentKeys,
        query: FlightQuery,
        base: Decimal,
        family: FareFamily,
    ) -> FlightOffer:
        segments = [segment for one in itineraries for segment in one.segments]
        total = _total_price(base * family.factor, query)
        ident = json_digest(flights, family.name, query.adults, query.children, query.infants, query.currency)[:16]
        low = CARRIERS_BY_CODE[segments[0].operating_carrier].kind == "low"
        fare, described = _family_fare(family)
        return FlightOffer(
            id=f"{self.name}:{ident}",
            provider=self.name,
            total=total,
            itineraries=itineraries,
            cabin=main_cabin(segments),
            seats_left=1 + self._random.randrange(9, "seats", ident),
            last_ticketing=None if low else segments[0].departs_local.date(),
            fare=fare,
            invented=True,
            raw=Raw(_encode_json({"id": ident, "flights": flights, "fare": described, "total": str(total.amount)})),
        )

    def _itinerary(self, journey: Journey, cabin: Cabin, seller: str | None) -> Itinerary:
        segments = tuple(self._segment(flight, cabin, seller) for flight in journey.flights)
        return Itinerary(segments=segments, duration=journey.duration, stops=len(segments) - 1)

    def _segment(self, flight: Flight, cabin: Cabin, seller: str | None) -> Segment:
        operator = flight.carrier.code
        sold = seller is not None and seller != operator
        number = (
            str(4000 + self._random.randrange(5000, "sold", seller, operator, flight.number)) if sold else flight.number
        )
        return Segment(
            origin=flight.origin.code,
            destination=flight.destination.code,
            carrier=seller if sold and seller else operator,
            number=number,
            operating_carrier=operator,
            aircraft=flight.aircraft,
            departs=flight.departs,
            arrives=flight.arrives,
            departs_local=flight.departs.replace(tzinfo=None),
            arrives_local=flight.arrives.replace(tzinfo=None),
            duration=flight.duration,
            cabin=_available_cabin(cabin, flight) or "economy",
        )

    def _base_price(self, journey: Journey) -> Decimal:
        """Return the lowest fare of one adult in euros: by distance, airline, stops, weekday, season and demand."""
        first = journey.flights[0]
        carrier = journey.carrier
        price = 18 + 0.3 * journey.distance**0.82
        price *= 0.55 if carrier.kind == "low" else 0.9 + 0.35 * self._random.random("level", carrier.code)
        price *= (1.0, 0.86, 0.8)[min(2, len(journey.flights) - 1)]
        price *= (1.0, 0.92, 0.94, 1.0, 1.15, 0.98, 1.12)[first.departs.weekday()]
        price *= 1.28 if first.departs.month in {7, 8} else 1.18 if first.departs.month == 12 else 1.0
        price *= 0.85 + 0.4 * self._random.random("load", carrier.code, first.number, first.departs.date())
        return Decimal(round(price * 100)) / 100


def _matching_journey(found: Sequence[Journey], first: Journey, index: int) -> Journey | None:
    """Return the journey to combine with the first one, preferring its airline, then its alliance."""
    if not found:
        return None
    carrier = first.carrier
    same = [one for one in found if one.carrier is carrier]
    allied = [one for one in found if carrier.alliance and one.carrier.alliance == carrier.alliance]
    choice = same or allied or found
    return choice[index % len(choice)]


def _available_cabin(cabin: Cabin, flight: Flight) -> Cabin | None:
    """Return the cabin a traveller gets on the flight for a booked cabin, None if the flight offers only economy.

    Short flights have no first class: travellers who booked it fly business.
    """
    if flight.carrier.kind == "low" or cabin == "economy":
        return "economy" if cabin == "economy" else None
    is_long_haul = flight.distance > _LONG_HAUL
    if cabin == "first":
        return "first" if is_long_haul and flight.carrier.has_first_class else "business"
    if cabin == "premium_economy":
        return "premium_economy" if is_long_haul and flight.carrier.kind == "long" else None
    return "business"


def _trip_cabin(requested: Cabin, trip: tuple[Journey, ...]) -> Cabin | None:
    """Return the requested cabin if the longest flight of every journey has it, else None."""
    longest = [max(journey.flights, key=lambda flight: flight.distance) for journey in trip]
    return requested if all(_available_cabin(requested, flight) == requested for flight in longest) else None


def _segment_keys(itineraries: tuple[Itinerary, ...]) -> SegmentKeys:
    """Return the segments in the form used for offer ids and in `raw`."""
    segments = [segment for one in itineraries for segment in one.segments]
    return [(segment.flight, segment.departs_local.isoformat(), segment.cabin) for segment in segments]


@functools.cache
def _family_fare(family: FareFamily) -> tuple[Fare, dict[str, Any]]:
    """Return a family's fare as a value and as JSON."""
    fare = Fare(
        name=family.name,
        checked_bags=family.bags,
        carry_on=1,
        refundable=family.refundable,
        changeable=family.changeable,
    )
    return fare, fare.to_dict()


def _total_price(adult: Decimal, query: FlightQuery) -> Money:
    """Return the price of all travellers in the query's currency; each fare is rounded, as on a ticket.

    Args:
        adult: Fare of one adult in euros.
        query: The query, for its travellers and currency.
    """
    adult *= EXCHANGE_RATES.get(query.currency, Decimal(1))
    travellers = ((query.adults, Decimal(1)), (query.children, _CHILD_FACTOR), (query.infants, _INFANT_FACTOR))
    total = sum(
        (count * _round_amount(adult * share, query.currency) for count, share in travellers if count), Decimal()
    )
    return Money(total, query.currency)


def _scale_price(price: Money, factor: Decimal) -> Money:
    return Money(_round_amount(price.amount * factor, price.currency), price.currency)


def _round_amount(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1) if currency in ZERO_DECIMAL_CURRENCIES else Decimal("0.01"), ROUND_HALF_UP)


def _encode_json(facts: dict[str, Any]) -> bytes:
    return msgspec.json.encode(facts)
