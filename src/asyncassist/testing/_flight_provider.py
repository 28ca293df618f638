"""FakeProvider: a flight provider in this process with the offers of the test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from asyncassist._types import Check, Place
from asyncassist.errors import ConfigurationError, OfferExpiredError
from asyncassist.flights import FlightOffer, Itinerary, Money, PricedOffer, Segment
from asyncassist.flights.airports import localize, zone_by_name, zone_name

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from asyncassist.errors import FlightError
    from asyncassist.flights import FlightQuery, SearchContext
    from asyncassist.flights.models import Cabin
    from asyncassist.flights.provider import Capability


class FakeProvider:
    """Flight provider that returns the offers it was given, whatever the query, without a network.

    Args:
        offers: The offers of every search, or a function that returns them for a query; may be assigned later.
        name: Name of the provider.
        error: Error of every search and price check, None for none; may be assigned later.
        delay: Duration of a search in seconds, by the clock of the client.

    Attributes:
        queries: The queries so far.
        prices: Current price by the id of an offer, for price checks; an offer that is not here has its own price.
        expired: Ids of offers that a price check finds no longer sold.

    Raises:
        ConfigurationError: `offers` are no offers, or `error` is no exception.
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

    @property
    def offers(self) -> Sequence[FlightOffer] | Callable[[FlightQuery], Sequence[FlightOffer]]:
        """Offers of every search, or a function that returns them for a query."""
        return self._offers

    @offers.setter
    def offers(self, offers: Sequence[FlightOffer] | Callable[[FlightQuery], Sequence[FlightOffer]]) -> None:
        is_list = isinstance(offers, Sequence) and all(isinstance(offer, FlightOffer) for offer in offers)
        if not is_list and not callable(offers):
            raise ConfigurationError("offers", "must be a list of FlightOffer, such as of fake_offer(), or a function")
        self._offers = offers

    @property
    def error(self) -> FlightError | None:
        """Error of every search and price check; None for none."""
        return self._error

    @error.setter
    def error(self, error: FlightError | None) -> None:
        if error is not None and not isinstance(error, Exception):
            raise ConfigurationError("error", "must be an exception, such as FlightError(...), or None")
        self._error = error

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
        ValueError: An airport is not in the table, the time is aware or a mere date, or the flight has no number.
    """
    if not isinstance(departs, dt.datetime):
        raise ValueError("departs: must be a datetime, such as datetime(2027, 3, 12, 9, 30)")  # noqa: TRY004
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
    *slices: Segment | Sequence[Segment],
    price: str | Decimal = "99.00",
    currency: str = "EUR",
    ident: str | None = None,
) -> FlightOffer:
    """Return an offer for a `FakeProvider`.

    Args:
        slices: The flights of each slice: one for a direct flight, several in order for one with stops. Two slices are
            a return trip.
        price: Price for all travellers together, a number without a currency.
        currency: ISO 4217 code.
        ident: Identifier; None for one made of the flights, which differ between the offers of a search.

    Raises:
        ValueError: There is no flight, an argument is none, or the price is not a number.
    """
    flights = [(item,) if isinstance(item, Segment) else _as_flights(item) for item in slices]
    if not flights or not all(flights):
        raise ValueError("flights: pass at least one fake_segment(...) for each direction")
    try:
        amount = Decimal(price)
    except (InvalidOperation, TypeError, ValueError):
        raise ValueError("price: must be a number, such as '120.00'; the currency is an argument of its own") from None
    if not amount.is_finite() or amount < 0:
        raise ValueError("price: must be a number that is not negative")
    itineraries = tuple(
        Itinerary(segments=way, duration=way[-1].arrives - way[0].departs, stops=len(way) - 1) for way in flights
    )
    return FlightOffer(
        id=ident
        or "fake:" + "-".join(f"{item.flight}@{item.departs_local:%Y%m%dT%H%M}" for way in flights for item in way),
        provider="fake",
        total=Money(amount, currency),
        itineraries=itineraries,
        cabin=flights[0][0].cabin,
    )


def _as_flights(value: object) -> tuple[Segment, ...]:
    """Return the flights of one direction.

    Raises:
        ValueError: The value is something else.
    """
    flights = [item for item in value if isinstance(item, Segment)] if isinstance(value, Sequence) else []
    if not isinstance(value, Sequence) or len(flights) != len(value):
        raise ValueError("flights: must be a fake_segment(...), or a list of them for a direction with stops")
    return tuple(flights)


def _zone(code: str) -> dt.tzinfo:
    zone = zone_by_name(zone_name(code) or "")
    if zone is None:
        raise ValueError(f"{code[:8]!r}: must be the IATA code of a known airport")
    return zone
