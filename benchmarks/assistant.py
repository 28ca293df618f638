"""Cost of a conversation: concurrent sessions, latency of the first stream event, CPU time of a turn.

    python -m benchmarks.assistant [--quick]

Searches go to the sandbox, with 0.2 s of latency where stated. Values are medians of rounds; "CPU" is that of the event
loop's thread. For comparison, a search alone through the same flight client: the rest of a turn is understanding,
policy, state and rendering.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
import sys
import time

from asyncassist import AsyncFlightClient, FlightQuery, TravelAssistant
from asyncassist.assistant import Understood
from asyncassist.flights import SandboxProvider
from benchmarks.report import Report

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
WHOLE = "I need a flight from Lisbon to Berlin on 4 December for two adults"
CITIES = ("Lisbon", "Madrid", "Paris", "Rome", "Vienna", "Dublin", "Athens", "Oslo")
SESSIONS = 200


def messages(count: int) -> list[str]:
    """Return messages whose searches are all different."""
    days = [f"{day} December" for day in range(1, 29)]
    return [f"I need a flight from {city} to Berlin on {day}" for city in CITIES for day in days][:count]


async def concurrent_sessions(assistant: TravelAssistant, texts: list[str], round_number: int) -> float:
    """Run one turn in a session of its own for each text; return the seconds until all have a reply."""
    started = time.perf_counter()
    await asyncio.gather(
        *(assistant.reply(text, session_id=f"r{round_number}-{n}", now=NOW) for n, text in enumerate(texts))
    )
    return time.perf_counter() - started


async def first_event(assistant: TravelAssistant, text: str) -> float:
    """Return the seconds until the first event of a stream, `Understood`."""
    started = time.perf_counter()
    async with assistant.stream(text, now=NOW) as stream:
        event = await anext(stream)
        spent = time.perf_counter() - started
        assert isinstance(event, Understood)
        async for _ in stream:
            pass
    return spent


async def turn_cpu(assistant: TravelAssistant, text: str, turns: int) -> float:
    """Return the CPU milliseconds of one turn whose search is cached."""
    await assistant.reply(text, now=NOW)
    started = time.thread_time()
    for _ in range(turns):
        await assistant.reply(text, now=NOW)
    return (time.thread_time() - started) / turns * 1e3


async def search_cpu(flights: AsyncFlightClient, turns: int) -> float:
    """Return the CPU milliseconds of the cached search alone."""
    query = FlightQuery("LIS", "BER", dt.date(2026, 12, 4), adults=2)
    await flights.search(query, now=NOW)
    started = time.thread_time()
    for _ in range(turns):
        await flights.search(query, now=NOW)
    return (time.thread_time() - started) / turns * 1e3


async def measure(report: Report, *, quick: bool) -> None:
    """Add all rows to the report."""
    rounds, turns = (1, 50) if quick else (5, 300)
    slow = SandboxProvider(latency=0.2)
    async with (
        AsyncFlightClient(providers=[slow], ttl=0.001) as flights,
        TravelAssistant(flights=flights) as assistant,
    ):
        await assistant.reply(WHOLE, now=NOW)
        same = [await concurrent_sessions(assistant, [WHOLE] * SESSIONS, n) for n in range(rounds)]
        other = [await concurrent_sessions(assistant, messages(SESSIONS), n + 100) for n in range(rounds)]
        first = [await first_event(assistant, text) for text in messages(20)]
    report.row(
        what=f"{SESSIONS} sessions, one search, 0.2 s provider", unit="s", value=f"{statistics.median(same):.2f}"
    )
    report.row(
        what=f"{SESSIONS} sessions, all different, 0.2 s provider", unit="s", value=f"{statistics.median(other):.2f}"
    )
    report.row(what="first event of a stream", unit="ms", value=f"{statistics.median(first) * 1e3:.1f}")
    async with AsyncFlightClient() as flights, TravelAssistant(flights=flights) as assistant:
        cases = {
            "turn with offers, CPU": WHOLE,
            "turn that asks for a slot, CPU": "I want to fly to Berlin",
            "thanks, CPU": "thank you very much",
        }
        for what, text in cases.items():
            spent = statistics.median([await turn_cpu(assistant, text, turns) for _ in range(rounds)])
            report.row(what=what, unit="ms", value=f"{spent:.2f}")
        alone = statistics.median([await search_cpu(flights, turns) for _ in range(rounds)])
        report.row(what="the search alone, CPU", unit="ms", value=f"{alone:.2f}")


def main() -> None:
    report = Report("assistant", "TravelAssistant: a conversation on the sandbox", ("asyncassist", "babel"))
    asyncio.run(measure(report, quick="--quick" in sys.argv))
    report.write()


if __name__ == "__main__":
    main()
