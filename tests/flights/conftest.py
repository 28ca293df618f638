"""Queries, offers and a scripted provider for tests of flights, and a fake server."""

from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from asyncassist._types import Check
from asyncassist.flights import FlightOffer, FlightQuery, Itinerary, Money, PricedOffer, Segment
from asyncassist.testing import FakeFlightServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

DAY = dt.date.today() + dt.timedelta(days=40)


def query(**changes: Any) -> FlightQuery:
    """Return a query from Lisbon to Amsterdam, with changes."""
    if "slices" in changes:
        return FlightQuery(**changes)
    fields: dict[str, Any] = {"origin": "LIS", "destination": "AMS", "departure": DAY, **changes}
    return FlightQuery(**fields)


def segment(
    flight: str = "TP1000",
    at: str = "08:00",
    *,
    minutes: int = 180,
    origin: str = "LIS",
    destination: str = "AMS",
    operating: str | None = None,
    cabin: Any = "economy",
) -> Segment:
    """Return a segment on `DAY`; both airports are on UTC, for simple arithmetic."""
    departs = dt.datetime.combine(DAY, dt.time.fromisoformat(at))
    arrives = departs + dt.timedelta(minutes=minutes)
    return Segment(
        origin=origin,
        destination=destination,
        carrier=flight[:2],
        number=flight[2:],
        operating_carrier=operating or flight[:2],
        aircraft="320",
        departs=departs.replace(tzinfo=dt.UTC),
        arrives=arrives.replace(tzinfo=dt.UTC),
        departs_local=departs,
        arrives_local=arrives,
        duration=arrives - departs,
        cabin=cabin,
    )


def offer(
    ident: str = "1", price: str = "100.00", *segments: Segment, provider: str = "stub", currency: str = "EUR"
) -> FlightOffer:
    """Return an offer with one itinerary."""
    flights = segments or (segment(),)
    itinerary = Itinerary(segments=flights, duration=flights[-1].arrives - flights[0].departs, stops=len(flights) - 1)
    return FlightOffer(
        id=ident,
        provider=provider,
        total=Money(Decimal(price), currency),
        itineraries=(itinerary,),
        cabin=flights[0].cabin,
    )


class StubProvider:
    """A provider that runs a script: lists are batches to yield, numbers seconds to sleep, events are awaited.

    Exceptions are raised, and a function is called with query and context for a batch.
    """

    def __init__(self, *steps: Any, name: str = "stub", capabilities: tuple[str, ...] = ("search", "price")) -> None:
        self.name = name
        self.steps = steps
        self.capabilities = frozenset(capabilities)
        self.searches = 0
        self.cancelled = 0
        self.closed = False
        self.priced: PricedOffer | Exception | None = None
        self.found: Any = []
        self.checked: Any = None

    async def search(self, requested: FlightQuery, context: Any) -> AsyncIterator[list[FlightOffer]]:
        self.searches += 1
        try:
            for step in self.steps:
                if isinstance(step, list):
                    yield step
                elif isinstance(step, asyncio.Event):
                    await step.wait()
                elif isinstance(step, BaseException):
                    raise step
                elif callable(step):
                    yield step(requested, context)
                else:
                    await asyncio.sleep(step)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    async def price(self, priced_offer: FlightOffer, context: Any) -> PricedOffer:
        if isinstance(self.priced, Exception):
            raise self.priced
        assert self.priced is not None
        return self.priced

    async def places(self, text: str) -> Any:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    async def check(self) -> Check:
        if isinstance(self.checked, Exception):
            raise self.checked
        return self.checked or Check(name=self.name, status="pass")

    async def aclose(self) -> None:
        self.closed = True


@pytest.fixture
async def server() -> AsyncIterator[FakeFlightServer]:
    """A fake flight server on the real clock."""
    async with FakeFlightServer() as fake:
        yield fake


@pytest.fixture
def tasks() -> Callable[[], set[asyncio.Task[Any]]]:
    """A function that returns the running tasks other than the test's own."""
    return lambda: {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
