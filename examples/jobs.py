"""Fare alert as a background job: work that lasts longer than a request runs in a task queue, here pydocket.

`python examples/jobs.py LIS PAR 2026-12-04 80` checks the fare now and again later, until it is at or below the target
price or no checks are left. The queue is in this process (`memory://`); with `DOCKET_URL=redis://...` several machines
share it, an alert survives a restart, and a web route only has to add the task. Install: `pip install pydocket`.
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


async def watch_fare(  # noqa: PLR0917 - the queue passes a task's arguments by position
    origin: str, destination: str, departure: str, target: str, checks: int, docket: Docket = CURRENT
) -> None:
    """Check the fare once; when it is above the target price, schedule the next check.

    Args:
        origin: IATA code.
        destination: IATA code.
        departure: Date, ISO 8601.
        target: Target price at which the traveller is notified, in EUR.
        checks: Number of checks left, including this one.
        docket: The queue, injected by the worker.
    """
    query = FlightQuery(origin, destination, dt.date.fromisoformat(departure), max_offers=1, sort="price")
    async with AsyncFlightClient.from_env() as flights:
        found = await flights.search(query)
    best = min((offer.total.amount for offer in found.offers), default=None)
    print(f"{origin} to {destination}: {'no offer' if best is None else f'{best} EUR'}, target {target}")
    if best is not None and best <= Decimal(target):
        print("the fare has reached the target: notify the traveller")
    elif checks > 1:
        # The key identifies the alert: adding the same alert twice schedules it once.
        key = f"{origin}-{destination}-{departure}"
        later = dt.datetime.now(dt.UTC) + EVERY
        await docket.add(watch_fare, when=later, key=f"{key}-{checks - 1}")(
            origin, destination, departure, target, checks - 1
        )


async def main(origin: str, destination: str, departure: str, target: str, checks: int = 3) -> None:
    """Add the alert to the queue, and run a worker until the queue is empty."""
    async with Docket(name="asyncassist", url=os.environ.get("DOCKET_URL", "memory://")) as docket:
        docket.register(watch_fare)
        await docket.add(watch_fare, key=f"{origin}-{destination}-{departure}-{checks}")(
            origin, destination, departure, target, checks
        )
        async with Worker(docket) as worker:
            await worker.run_until_finished()


if __name__ == "__main__":
    route = sys.argv[1:5]
    asyncio.run(main(route[0], route[1], route[2], route[3]))
