"""A fare watch: work that lasts longer than a request belongs to a queue, and this one is pydocket's.

`python examples/jobs.py LIS PAR 2026-12-04 80` looks at the fare now and again later, until it is at or below the
wish or the looks are used up. The queue lives in this process (`memory://`); with `DOCKET_URL=redis://...` several
machines share it, a watch survives a restart, and a web route only has to add it. Install: `pip install pydocket`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import sys
from decimal import Decimal

from docket import CurrentDocket, Docket, Worker

from asyncassist import AsyncFlightClient, FlightQuery

CURRENT = CurrentDocket()
EVERY = dt.timedelta(seconds=float(os.environ.get("WATCH_EVERY", "3600")))


async def watch_fare(  # noqa: PLR0917 - a job's arguments travel through the queue by position
    origin: str, destination: str, departure: str, wish: str, looks: int, docket: Docket = CURRENT
) -> None:
    """Look once; when the fare is above the wish, put the next look on the queue.

    Args:
        origin: IATA code.
        destination: IATA code.
        departure: Day, ISO 8601.
        wish: Price at which the traveller wants to know, in EUR.
        looks: Looks that are left, this one included.
        docket: The queue, given by the worker.
    """
    query = FlightQuery(origin, destination, dt.date.fromisoformat(departure), max_offers=1, sort="price")
    async with AsyncFlightClient.from_env() as flights:
        found = await flights.search(query)
    best = min((offer.total.amount for offer in found.offers), default=None)
    print(f"{origin} to {destination}: {'no offer' if best is None else f'{best} EUR'}, wished {wish}")
    if best is not None and best <= Decimal(wish):
        print("the fare is down: time to tell the traveller")
    elif looks > 1:
        # The key is the watch: adding the same watch twice is one watch.
        key = f"{origin}-{destination}-{departure}"
        later = dt.datetime.now(dt.UTC) + EVERY
        await docket.add(watch_fare, when=later, key=f"{key}-{looks - 1}")(
            origin, destination, departure, wish, looks - 1
        )


async def main(origin: str, destination: str, departure: str, wish: str, looks: int = 3) -> None:
    """Put the watch on the queue, and work until it is empty."""
    async with Docket(name="asyncassist", url=os.environ.get("DOCKET_URL", "memory://")) as docket:
        docket.register(watch_fare)
        await docket.add(watch_fare, key=f"{origin}-{destination}-{departure}-{looks}")(
            origin, destination, departure, wish, looks
        )
        async with Worker(docket) as worker:
            await worker.run_until_finished()


if __name__ == "__main__":
    route = sys.argv[1:5]
    asyncio.run(main(route[0], route[1], route[2], route[3]))
