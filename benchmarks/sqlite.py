"""Conversations in a SQLite file compared with others, in one run: `python -m benchmarks.sqlite [--quick]`.

With aiosqlite, both sides write ahead and synchronize every commit with the disk before they acknowledge it; both store
the same fields of a message and return the newest as `Message`. The session of openai-agents stores JSON texts with the
settings of SQLite that it chooses itself.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncassist import AsyncStateManager, Message
from benchmarks.report import Report
from benchmarks.state import AT_ONCE, QUICK, TEXT, add, compare, run_concurrently

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ROUNDS = 5
PACKAGES = ("aiosqlite", "openai-agents", "msgspec")
PAGE = 20


async def sleep(_: int) -> None:
    """Do nothing for a while: the lag that the machine has anyway."""
    await asyncio.sleep(0.01)


async def measure_lag(work: Callable[[int], Awaitable[Any]], calls: int) -> float:
    """Return the 99th percentile of the event loop's lag in seconds while the calls run."""
    lags: list[float] = []

    async def watch() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            lags.append(time.perf_counter() - began - 0.001)

    watcher = asyncio.create_task(watch())
    await run_concurrently(work, calls)
    watcher.cancel()
    return sorted(lags)[int(len(lags) * 0.99)]


async def open_peer(path: Path) -> Any:
    """Return a connection of aiosqlite to a file with the tables of a conversation store."""
    import aiosqlite

    connection = await aiosqlite.connect(path)
    await connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE conversations (id TEXT PRIMARY KEY, version INTEGER NOT NULL);"
        "CREATE TABLE messages (conversation TEXT, seq INTEGER, id TEXT, role TEXT, content TEXT, created_at TEXT,"
        " PRIMARY KEY (conversation, seq)) WITHOUT ROWID"
    )
    return connection


def open_agents_sessions(path: Path) -> list[Any]:
    """Return a session of openai-agents for each conversation, all in one file."""
    from agents.extensions.memory import AsyncSQLiteSession

    return [AsyncSQLiteSession(f"t{number}", path) for number in range(AT_ONCE)]


async def run(report: Report, folder: Path) -> None:
    """Report appends of one message, and reads of the newest messages."""
    count = 300 if QUICK else 2_000
    peer = await open_peer(folder / "peer.sqlite")
    lock = asyncio.Lock()

    async def peer_append(number: int) -> None:
        name = f"t{number % AT_ONCE}"
        async with lock:  # a connection has one transaction at a time
            rows = await peer.execute_fetchall(
                "INSERT INTO conversations VALUES (?, 1) ON CONFLICT DO UPDATE SET version = version + 1"
                " RETURNING version",
                (name,),
            )
            await peer.execute(
                "INSERT INTO messages VALUES (?, ?, ?, 'user', ?, ?)",
                (name, next(iter(rows))[0], secrets.token_hex(10), TEXT, dt.datetime.now(dt.UTC).isoformat()),
            )
            await peer.commit()

    async def peer_read(number: int) -> None:
        rows = await peer.execute_fetchall(
            "SELECT seq, id, role, content, created_at FROM messages WHERE conversation = ? ORDER BY seq DESC LIMIT ?",
            (f"t{number % AT_ONCE}", PAGE),
        )
        assert [
            Message(role, content, id=message_id, seq=seq, created_at=dt.datetime.fromisoformat(created_at))
            for seq, message_id, role, content, created_at in reversed(list(rows))
        ]

    works = {"append": {"aiosqlite": peer_append}, "read": {"aiosqlite": peer_read}}
    agents_sessions: list[Any] = []
    try:
        agents_sessions = open_agents_sessions(folder / "agents.sqlite")
    except ImportError:
        report.not_installed("openai-agents")
    else:

        async def agents_append(number: int) -> None:
            async with lock:  # each session has a connection of its own: at once, some fail with "database is locked"
                await agents_sessions[number % AT_ONCE].add_items([{"role": "user", "content": TEXT}])

        async def agents_read(number: int) -> None:
            assert await agents_sessions[number % AT_ONCE].get_items(limit=PAGE)

        works["append"]["openai-agents"] = agents_append
        works["read"]["openai-agents"] = agents_read

    async with AsyncStateManager(sqlite=folder / "ours.sqlite") as state:

        async def append(number: int) -> None:
            await state.append(f"t{number % AT_ONCE}", [{"role": "user", "content": TEXT}])

        async def read(number: int) -> None:
            assert await state.messages(f"t{number % AT_ONCE}", limit=PAGE)

        for what, ours in (("append", append), ("read", read)):
            rates: dict[str, list[tuple[float, float]]] = {}
            for _ in range(ROUNDS):
                for name, work in {"asyncassist": ours, **works[what]}.items():
                    rates.setdefault(name, []).append(await run_concurrently(work, count))
            compare(report, f"SQLite {what}, {AT_ONCE} concurrent", rates, "aiosqlite")
        for what, work in (("append", append), ("read", read), ("nothing", sleep)):
            lags = [await measure_lag(work, count) for _ in range(ROUNDS)]
            median = statistics.median(lags)
            add(report, f"SQLite {what}, lag of the event loop, p99 {median * 1e3:.1f} ms", "asyncassist")
    for session in agents_sessions:
        await session.close()
    await peer.close()


def main() -> int:
    report = Report("sqlite", "Conversations in a SQLite file; ratios to aiosqlite", PACKAGES)
    with tempfile.TemporaryDirectory(dir=Path.cwd() / ".cache" if (Path.cwd() / ".cache").is_dir() else None) as folder:
        asyncio.run(run(report, Path(folder)))
    report.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
