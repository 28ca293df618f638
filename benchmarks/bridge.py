"""Latency of one call from a synchronous thread to an event loop and back.

    python -m benchmarks.bridge [--quick]

LoopThread compared with asgiref's AsyncToSync, anyio's blocking portal and asyncio.run_coroutine_threadsafe:
microseconds of wall time per call, medians of interleaved rounds.
"""

from __future__ import annotations

import asyncio
import importlib.util
import statistics
import sys
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from asyncassist import LoopThread
from benchmarks.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable


async def nothing() -> int:
    return 1


def contestants(stack: ExitStack) -> dict[str, Callable[[], int]]:
    """Return a function per contestant that makes one call; contestants that are not installed are left out."""
    ours = stack.enter_context(LoopThread())
    found: dict[str, Callable[[], int]] = {"LoopThread": lambda: ours.run(nothing())}

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    stack.callback(loop.close)
    stack.callback(thread.join)
    stack.callback(loop.call_soon_threadsafe, loop.stop)
    found["run_coroutine_threadsafe"] = lambda: asyncio.run_coroutine_threadsafe(nothing(), loop).result()

    if importlib.util.find_spec("anyio"):
        from anyio.from_thread import start_blocking_portal

        portal = stack.enter_context(start_blocking_portal())
        found["anyio portal"] = lambda: portal.call(nothing)
    if importlib.util.find_spec("asgiref"):
        from asgiref.sync import async_to_sync

        found["asgiref async_to_sync"] = async_to_sync(nothing)
    return found


def main() -> None:
    quick = "--quick" in sys.argv
    rounds, hops = (5, 200) if quick else (15, 500)
    times: dict[str, list[float]] = {}
    with ExitStack() as stack:
        found = contestants(stack)
        for hop in found.values():
            hop()
        for _ in range(rounds):
            for name, hop in found.items():
                start = time.perf_counter()
                for _ in range(hops):
                    hop()
                times.setdefault(name, []).append((time.perf_counter() - start) / hops)
    ours = statistics.median(times["LoopThread"])
    report = Report("bridge", "One hop from a thread to the loop and back")
    for name, values in times.items():
        median = statistics.median(values)
        report.row(contestant=name, microseconds=round(median * 1e6, 1), ours_over_it=round(ours / median, 3))
    report.write()


if __name__ == "__main__":
    main()
