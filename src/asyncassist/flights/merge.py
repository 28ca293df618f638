"""Pure merging of offers: filter, deduplicate by flights and cabin, and rank with deterministic ties."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asyncassist.flights.models import FlightOffer
    from asyncassist.flights.query import FlightQuery, Sort

DedupeKey = tuple[Any, ...]
SortKey = tuple[Any, ...]

# Weights of "best": travel time as a multiple of the shortest, and each stop, against price in multiples of the lowest.
_TIME_WEIGHT = 0.6
_STOP_WEIGHT = 0.15


def dedupe_key(offer: FlightOffer, *, codeshares: bool) -> DedupeKey:
    """Return the key that offers of the same flights and cabin share.

    Args:
        offer: The offer.
        codeshares: True identifies a flight by its marketing airline and number, so codeshares differ; False
            identifies it by its operating airline, airports and departure.
    """
    flights = tuple(
        (
            (segment.carrier, segment.number) if codeshares else segment.operating_carrier or segment.carrier,
            segment.origin,
            segment.destination,
            segment.departs_local,
        )
        for itinerary in offer.itineraries
        for segment in itinerary.segments
    )
    return (offer.cabin, len(offer.itineraries), flights)


def matches_query(offer: FlightOffer, query: FlightQuery) -> bool:
    """Return True if the offer meets the query's filters for stops, airlines and price.

    Providers apply only some of them. `airlines` must include all marketing airlines; `exclude_airlines` must include
    neither marketing nor operating airlines.
    """
    if query.max_stops is not None and offer.stops > query.max_stops:
        return False
    if query.max_price is not None and (is_incomparable(offer, query) or offer.total.amount > query.max_price):
        return False
    if not query.airlines and not query.exclude_airlines:
        return True
    carriers = {segment.carrier for itinerary in offer.itineraries for segment in itinerary.segments}
    if query.airlines:
        return carriers <= set(query.airlines)
    operators = {segment.operating_carrier for itinerary in offer.itineraries for segment in itinerary.segments}
    return not (carriers | operators) & set(query.exclude_airlines)


def is_incomparable(offer: FlightOffer, query: FlightQuery) -> bool:
    """Return True if the query has a maximum price and the offer's price is in another currency."""
    return query.max_price is not None and offer.total.currency != query.currency


def price_sort_key(offer: FlightOffer, currency: str) -> SortKey:
    """Return the sort key among offers of the same flights: requested currency first, then price, then provider and id.

    Provider and id make the order independent of arrival.
    """
    return (offer.total.currency != currency, offer.total.currency, offer.total.amount, offer.provider, offer.id)


class Merger:
    """Incremental merger of one search's offers.

    Args:
        query: The query, for its filters, order and limit.
    """

    def __init__(self, query: FlightQuery) -> None:
        self._query = query
        self._groups: dict[DedupeKey, list[FlightOffer]] = {}
        self._ids: set[tuple[str, str]] = set()

    def add(self, offers: Iterable[FlightOffer]) -> tuple[list[FlightOffer], dict[str, str]]:
        """Add offers; those that do not match the query or repeat an id are ignored.

        Returns:
            The offers to show now, best first: those of new flights, and those cheaper than the offer shown before
            for the same flights. Then a mapping for the latter: id of the new offer to id of the one it replaces.
        """
        previous_best: dict[DedupeKey, FlightOffer | None] = {}
        for offer in offers:
            offer_key = (offer.provider, offer.id)
            if offer_key in self._ids or not matches_query(offer, self._query):
                continue
            self._ids.add(offer_key)
            key = dedupe_key(offer, codeshares=self._query.codeshares)
            group = self._groups.setdefault(key, [])
            if key not in previous_best:
                previous_best[key] = group[0] if group else None
            group.append(offer)
        for key in previous_best:
            self._groups[key].sort(key=lambda one: price_sort_key(one, self._query.currency))
        fresh: list[FlightOffer] = []
        replaces: dict[str, str] = {}
        for key, before in previous_best.items():
            best = self._groups[key][0]
            if before is None or best is not before:
                fresh.append(best)
            if before is not None and best is not before:
                replaces[best.id] = before.id
        return rank(fresh, self._query.sort, self._query.currency), replaces

    def offers(self) -> tuple[FlightOffer, ...]:
        """Return the ranked offers, one for each set of flights with the dearer ones as its alternatives."""
        best = [
            replace(group[0], alternatives=tuple(group[1:])) if group[1:] else group[0]
            for group in self._groups.values()
        ]
        return tuple(rank(best, self._query.sort, self._query.currency)[: self._query.max_offers])


def rank(offers: Iterable[FlightOffer], sort: Sort, currency: str) -> list[FlightOffer]:
    """Return the offers in the requested order, with ties broken by price, duration, departure and id.

    Args:
        offers: The offers, in any order; the result does not depend on it.
        sort: "best", "price", "duration" or "departure".
        currency: The requested currency. Offers in other currencies cannot be compared and come last.
    """
    listed = list(offers)
    if not listed:
        return listed
    first = _sort_keys(listed)[sort]
    return sorted(listed, key=lambda offer: (offer.total.currency != currency, first(offer), *_tie_breakers(offer)))


def _tie_breakers(offer: FlightOffer) -> SortKey:
    return (offer.total.currency, offer.total.amount, offer.duration, offer.itineraries[0].departs, offer.id)


def _sort_keys(offers: list[FlightOffer]) -> dict[str, Callable[[FlightOffer], Any]]:
    cheapest: dict[str, Decimal] = {}
    for offer in offers:
        currency, amount = offer.total.currency, offer.total.amount
        if amount > 0:
            cheapest[currency] = min(amount, cheapest.get(currency, amount))
    shortest = max(min(offer.duration for offer in offers), dt.timedelta(minutes=1))

    def score(offer: FlightOffer) -> float:
        stops = sum(itinerary.stops for itinerary in offer.itineraries)
        price = float(offer.total.amount / cheapest.get(offer.total.currency, Decimal(1)))
        # Rounded, so that float noise does not decide between equal scores.
        return round(price + _TIME_WEIGHT * (offer.duration / shortest) + _STOP_WEIGHT * stops, 9)

    return {
        "best": score,
        "price": lambda offer: (offer.total.currency, offer.total.amount),
        "duration": lambda offer: offer.duration,
        "departure": lambda offer: offer.itineraries[0].departs,
    }
