"""Lists of conversations among a million messages: `python -m benchmarks.conversations [--quick]`."""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from asyncassist import AsyncStateManager
from benchmarks.report import Report
from tests.servers import Postgres

QUICK = "--quick" in sys.argv
MESSAGES = 50_000 if QUICK else 1_000_000
LENGTH = 20  # messages of one conversation
USERS = 1_000
LARGEST = 1_000  # conversations of the first user, who has the most
AT_ONCE = 100
CALLS = 1_000
WORDS = [f"{start}{middle}{end}" for start in "bdfgklmnprst" for middle in ("a", "e", "io", "ou") for end in "lmnrst"]


async def fill(state: AsyncStateManager, messages: int) -> dict[str, int]:
    """Store conversations of generated texts, through the manager as an application does.

    Args:
        state: Manager over the store.
        messages: Number of messages in all.

    Returns:
        The number of conversations of each user.
    """
    chance = random.Random(1)  # the same texts in every run
    total = messages // LENGTH
    largest = min(LARGEST, total // 2)
    owners = ["user 0"] * largest + [f"user {1 + number % (USERS - 1)}" for number in range(total - largest)]
    chance.shuffle(owners)
    numbers = iter(range(total))

    async def store() -> None:
        for number in numbers:
            texts = [" ".join(chance.choices(WORDS, k=12)) for _ in range(LENGTH)]
            await state.append(
                f"c{number}",
                [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(texts)],
                user=owners[number],
            )

    await asyncio.gather(*(store() for _ in range(AT_ONCE)))
    return {owner: owners.count(owner) for owner in set(owners)}


async def measure(report: Report, store: str, state: AsyncStateManager) -> None:
    """Report how long the first page of a user's conversations takes."""
    began = time.perf_counter()
    counts = await fill(state, MESSAGES)
    print(f"{store}: {MESSAGES} messages stored in {time.perf_counter() - began:.0f} s", flush=True)
    chance = random.Random(2)  # the same users in every run
    some = chance.choices(sorted(counts), k=CALLS)
    for who, users in (("any user", some), (f"user with {counts['user 0']}", ["user 0"] * CALLS)):
        times = []
        for user in users:
            began = time.perf_counter()
            found = await state.conversations(user=user)
            times.append(time.perf_counter() - began)
            assert len(found) == min(50, counts[user])
        times.sort()
        report.row(
            what=f"list of 50 among {MESSAGES} messages, {who}",
            store=store,
            p50_ms=round(times[CALLS // 2] * 1e3, 2),
            p99_ms=round(times[CALLS * 99 // 100] * 1e3, 2),
        )


async def run(report: Report, folder: Path, url: str) -> None:
    """Report both stores that keep conversations whole."""
    async with AsyncStateManager(sqlite=folder / "state.sqlite") as state:
        await measure(report, "SQLite", state)
    async with AsyncStateManager(postgres=url, timeout=60.0) as state:
        await measure(report, "PostgreSQL", state)


def main() -> int:
    report = Report("conversations", "Lists of conversations among many messages", ("asyncpg", "msgspec"))
    server = Postgres().start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(run(report, Path(folder), server.url))
    finally:
        server.stop()
    report.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
