"""FakeProvider: a flight provider in this process with the offers of the test."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from asyncassist._types import Check, Place
from asyncassist.errors import OfferExpiredError
from asyncassist.flights import FlightOffer, Itinerary, Money, PricedOffer, Segment
from asyncassist.flights.airports import localize, zone_by_name, zone_name

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from asyncassist.errors import FlightError
    from asyncassist.flights import FlightQuery, SearchContext
    from asyncassist.flights.models import Cabin
    from asyncassist.flights.provider import Capability


class FakeProvider:
    """Flight provider that returns the offers it was given, whatever the query, without a network.

    Args:
        offers: The offers of every search, or a function that returns them for a query.
        name: Name of the provider.
        error: Error of every search and price check, None for none; may be assigned later.
        delay: Duration of a search in seconds, by the clock of the client.

    Attributes:
        queries: The queries so far.
        prices: Current price by the id of an offer, for price checks; an offer that is not here has its own price.
        expired: Ids of offers that a price check finds no longer sold.
    """

    capabilities: frozenset[Capability] = frozenset({"search", "price", "multi_city"})

    def __init__(
        self,
        offers: Sequence[FlightOffer] | Callable[[FlightQuery], Sequence[FlightOffer]] = (),
        *,
        name: str = "fake",
        error: FlightError | None = None,
        delay: float = 0.0,
    ) -> None:
        self.name = name
        self.offers = offers
        self.error = error
        self.delay = delay
        self.queries: list[FlightQuery] = []
        self.prices: dict[str, Money] = {}
        self.expired: set[str] = set()

    async def search(self, query: FlightQuery, context: SearchContext) -> AsyncIterator[list[FlightOffer]]:
        """Yield the offers in one batch, as those of this provider.

        Raises:
            FlightError: `error` is set.
        """
        self.queries.append(query)
        if self.delay:
            await context.clock.sleep(self.delay)
        if self.error is not None:
            raise self.error
        found = self.offers(query) if callable(self.offers) else self.offers
        yield [replace(offer, provider=self.name) for offer in found]

    async def price(self, offer: FlightOffer, context: SearchContext) -> PricedOffer:  # noqa: ARG002 - of the protocol
        """Return the offer at its current price.

        Raises:
            OfferExpiredError: The id of the offer is in `expired`.
            FlightError: `error` is set.
        """
        if self.error is not None:
            raise self.error
        if offer.id in self.expired:
            raise OfferExpiredError("the offer is no longer sold", provider=self.name)
        total = self.prices.get(offer.id, offer.total)
        return PricedOffer(
            offer=replace(offer, total=total), total=total, changed=total != offer.total, old_total=offer.total
        )

    async def places(self, text: str) -> list[Place]:  # noqa: ARG002
        """Return no places: the client's own table has them."""
        return []

    async def check(self) -> Check:
        """Return "fail" while `error` is set, else "pass"."""
        return Check(name=self.name, status="pass" if self.error is None else "fail")

    async def aclose(self) -> None:
        """Do nothing: there is nothing to release."""


def fake_segment(
    origin: str,
    destination: str,
    departs: dt.datetime,
    *,
    minutes: int = 150,
    flight: str = "XX1",
    cabin: Cabin = "economy",
) -> Segment:
    """Return a flight for a `FakeProvider`.

    Args:
        origin: IATA code of the departure airport.
        destination: IATA code of the arrival airport.
        departs: Naive departure time, local at the origin.
        minutes: Duration.
        flight: Code of the airline, two characters, and flight number.
        cabin: The cabin.

    Raises:
        ValueError: An airport is not in the table, the time is aware, or the flight has no number.
    """
    if departs.tzinfo is not None:
        raise ValueError("departs: must be a naive local time")
    if not flight[2:]:
        raise ValueError("flight: must be the code of an airline and a number, such as XX1")
    start = localize(departs, _zone(origin))
    duration = dt.timedelta(minutes=minutes)
    end = (start + duration).astimezone(_zone(destination))
    return Segment(
        origin=origin,
        destination=destination,
        carrier=flight[:2],
        number=flight[2:],
        operating_carrier=flight[:2],
        aircraft=None,
        departs=start,
        arrives=localize(end.replace(tzinfo=None), _zone(destination), fold=end.fold),
        departs_local=start.replace(tzinfo=None),
        arrives_local=end.replace(tzinfo=None, fold=0),
        duration=duration,
        cabin=cabin,
    )


def fake_offer(
    *slices: Segment | Sequence[Segment], price: str = "99.00", currency: str = "EUR", ident: str | None = None
) -> FlightOffer:
    """Return an offer for a `FakeProvider`.

    Args:
        slices: The flights of each slice: one for a direct flight, several in order for one with stops. Two slices are
            a return trip.
        price: Price for all travellers together.
        currency: ISO 4217 code.
        ident: Identifier; None for one made of the flights, which differ between the offers of a search.

    Raises:
        ValueError: There is no slice.
    """
    if not slices:
        raise ValueError("slices: must be at least one")
    flights = [(item,) if isinstance(item, Segment) else tuple(item) for item in slices]
    itineraries = tuple(
        Itinerary(segments=way, duration=way[-1].arrives - way[0].departs, stops=len(way) - 1) for way in flights
    )
    return FlightOffer(
        id=ident
        or "fake:" + "-".join(f"{item.flight}@{item.departs_local:%Y%m%dT%H%M}" for way in flights for item in way),
        provider="fake",
        total=Money(Decimal(price), currency),
        itineraries=itineraries,
        cabin=flights[0][0].cabin,
    )


def _zone(code: str) -> dt.tzinfo:
    zone = zone_by_name(zone_name(code) or "")
    if zone is None:
        raise ValueError(f"{code[:8]!r}: must be the IATA code of a known airport")
    return zone
