"""Search among a million messages, on SQLite and PostgreSQL: `python -m benchmarks.search [--quick]`.

900 users have 1 000 messages each, one has 100 000. Words are drawn from a vocabulary of 20 000 by Zipf's law, 25 a
message: each of the ten most frequent ones is in a fifth to nine tenths of all messages. The index is built by the
first search of each user, as in use.
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
LATER = 100 if QUICK else 2_000  # messages of the last row that hold none of its words
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


async def measure(report: Report, store: str, **options: Any) -> None:
    """Build the data in a store and report how long searches take."""
    source = random.Random(7)
    users = [f"user{number}" for number in range(USERS)]
    async with AsyncStateManager(timeout=60.0, **options) as state:
        for user in ("heavy", *users):
            await fill(state, user, HEAVY if user == "heavy" else EACH, source)
        for user, count in (("heavy", HEAVY), (users[0], EACH)):
            first = await time_search(state, "word1", user)
            report.row(what=f"first search, user with {count}", store=store, p50_ms=round(first), p99_ms="")
        for user in users:
            await state.search("word1", user=user, limit=1)

        async def report_searches(what: str, chosen: list[str], low: int, high: int, count: int) -> None:
            times = []
            for _ in range(ROUNDS):
                query = " ".join(draw(source, low, high) for _ in range(count))
                times.append(await time_search(state, query, source.choice(chosen)))
            times.sort()
            report.row(
                what=what,
                store=store,
                p50_ms=round(times[len(times) // 2], 2),
                p99_ms=round(times[int(len(times) * 0.99)], 2),
            )

        for count, chosen in ((EACH, users), (HEAVY, ["heavy"])):
            for what, *ranks in (
                ("two usual words", 100, 2_000, 2),
                ("a rare word", 5_000, VOCABULARY, 1),
                ("one of the ten most frequent words", 0, 10, 1),
                ("two of them", 0, 10, 2),
            ):
                await report_searches(f"{what}, user with {count}", chosen, *ranks)
        for number in range(LATER // CONVERSATION):
            await state.append(f"later{number}", [{"role": "user", "content": "later"}] * CONVERSATION, user="heavy")
        await state.search("later", user="heavy")
        await report_searches(f"one of the ten, in none of the newest {LATER}, user with {HEAVY}", ["heavy"], 0, 10, 1)


async def time_search(state: AsyncStateManager, query: str, user: str) -> float:
    """Return the milliseconds that a search takes."""
    began = time.perf_counter()
    await state.search(query, user=user)
    return (time.perf_counter() - began) * 1e3


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
