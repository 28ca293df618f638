"""How the process itself is: processor, memory, time up, and how late the event loop runs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from typing import Any

from asyncassist._events import RollingWindow

_SAMPLE_INTERVAL = 0.25


class ProcessMonitor:
    """Watches the process. `start()` and `stop()` on the loop."""

    def __init__(self) -> None:
        self._started_at = time.monotonic()
        self._cpu_sample = (time.monotonic(), _cpu_seconds())
        self._cpu = 0.0
        self._loop_lag = RollingWindow(240)
        self._task: asyncio.Task[None] | None = None

    @property
    def uptime(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self._started_at

    def start(self) -> None:
        """Begin to measure how late the loop runs."""
        self._task = asyncio.get_running_loop().create_task(self._measure_loop_lag(), name="asyncassist-loop-lag")

    async def stop(self) -> None:
        """End it."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _measure_loop_lag(self) -> None:
        # Real time: it is the machine that is measured.
        while True:
            due = time.perf_counter() + _SAMPLE_INTERVAL
            await asyncio.sleep(_SAMPLE_INTERVAL)
            self._loop_lag.add(max(0.0, time.perf_counter() - due))

    def cpu(self) -> float:
        """Share of one processor used since the last time somebody asked, at least a second ago; 1.0 is all of it."""
        now, used = time.monotonic(), _cpu_seconds()
        if now - self._cpu_sample[0] >= 1.0:
            self._cpu = (used - self._cpu_sample[1]) / (now - self._cpu_sample[0])
            self._cpu_sample = (now, used)
        return self._cpu

    async def facts(self) -> dict[str, Any]:
        """Processor in per cent, memory in bytes, seconds up, seconds the loop was late."""
        return {
            "cpu": round(self.cpu() * 100, 1),
            # Reading it touches the disk, as the kernel pretends.
            "memory": await asyncio.to_thread(memory),
            "uptime": round(self.uptime, 3),
            "loop_lag": {"p50": self._loop_lag.percentile(0.5), "p95": self._loop_lag.percentile(0.95)},
        }


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system


def memory() -> int | None:
    """Bytes that the process holds in memory; None where there is no telling."""
    try:
        import psutil  # type: ignore[import-untyped]  # noqa: PLC0415 - of the web extra
    except ImportError:
        return None
    return int(psutil.Process().memory_info().rss)
