"""Search among a million messages, on SQLite and PostgreSQL: `python -m benchmarks.search [--quick]`.

900 users have 1 000 messages each, one has 100 000. Words are drawn from a vocabulary of 20 000 by Zipf's law, 25 a
message. The index is built by the first search of each user, as in use.
"""

from __future__ import annotations

import asyncio
import bisect
import itertools
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from asyncassist import AsyncStateManager
from benchmarks.report import Report
from tests.servers import Postgres

QUICK = "--quick" in sys.argv
USERS, EACH, HEAVY = (10, 200, 2_000) if QUICK else (900, 1_000, 100_000)
VOCABULARY, WORDS, CONVERSATION = 20_000, 25, 50
ROUNDS = 20 if QUICK else 200

_cumulated = list(itertools.accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))


def draw(source: random.Random, least: int = 0, most: int = VOCABULARY) -> str:
    """Return a word whose rank is between two ranks."""
    low = _cumulated[least - 1] if least else 0.0
    return f"word{bisect.bisect(_cumulated, source.uniform(low, _cumulated[most - 1]))}"


async def fill(state: AsyncStateManager, user: str, count: int, source: random.Random) -> None:
    """Append messages of a user, in conversations of 50, four at once."""

    async def one(number: int) -> None:
        texts = [" ".join(draw(source) for _ in range(WORDS)) for _ in range(CONVERSATION)]
        await state.append(f"c{number}", [{"role": "user", "content": text} for text in texts], user=user)

    for start in range(0, count // CONVERSATION, 4):
        await asyncio.gather(*(one(number) for number in range(start, min(start + 4, count // CONVERSATION))))


async def measure(report: Report, name: str, **options: Any) -> None:
    """Build the data in a store and report how long searches take."""
    source = random.Random(7)
    users = [f"user{number}" for number in range(USERS)]
    total = USERS * EACH + HEAVY
    async with AsyncStateManager(timeout=60.0, **options) as state:
        await fill(state, "heavy", HEAVY, source)
        for user in users:
            await fill(state, user, EACH, source)
        began = time.perf_counter()
        await state.search("word1", user="heavy", limit=1)
        report.row(
            what=f"{name}: first search of a user with {HEAVY} messages, s",
            p50=f"{time.perf_counter() - began:.1f}",
            p99="",
        )
        began = time.perf_counter()
        for user in users:
            await state.search("word1", user=user, limit=1)
        rate = USERS * EACH / (time.perf_counter() - began)
        report.row(what=f"{name}: messages indexed a second", p50=f"{rate:.0f}", p99="")
        for who, chosen in ((f"one of {EACH} messages", users), (f"one of {HEAVY} messages", ["heavy"])):
            for what, low, high, count in (
                ("two usual words", 100, 2_000, 2),
                ("a rare word", 5_000, VOCABULARY, 1),
                ("the ten most frequent words, one of them", 1, 10, 1),
            ):
                times = []
                for _ in range(ROUNDS):
                    query = " ".join(draw(source, low, high) for _ in range(count))
                    user = source.choice(chosen)
                    began = time.perf_counter()
                    await state.search(query, user=user)
                    times.append((time.perf_counter() - began) * 1e3)
                times.sort()
                report.row(
                    what=f"{name}, {total} messages, user {who}: {what}, ms",
                    p50=f"{times[len(times) // 2]:.1f}",
                    p99=f"{times[int(len(times) * 0.99)]:.1f}",
                )


def main() -> int:
    report = Report("search", "Search among a million messages", ("asyncpg",))
    cache = Path.cwd() / ".cache"
    with tempfile.TemporaryDirectory(dir=cache if cache.is_dir() else None) as folder:
        asyncio.run(measure(report, "SQLite", sqlite=Path(folder) / "state.sqlite"))
    server = Postgres().start()
    try:
        asyncio.run(measure(report, "PostgreSQL", postgres=server.url))
    finally:
        server.stop()
    report.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
