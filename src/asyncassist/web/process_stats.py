"""Statistics of the process: CPU, memory, uptime and event-loop lag."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

from asyncassist._events import RollingWindow
from asyncassist._lifecycle import cancel_and_wait

# Seconds between two samples of the event-loop lag
_SAMPLE_INTERVAL = 0.25


class ProcessMonitor:
    """Sampler of CPU usage, memory, uptime and event-loop lag. Call `start()` and `stop()` on the event loop.

    Attributes:
        memory: Resident memory in bytes at the latest snapshot; None before the first, and without psutil.
    """

    def __init__(self) -> None:
        self._started_at = time.monotonic()
        self._cpu_sample = (time.monotonic(), _cpu_seconds())
        self._cpu = 0.0
        self.memory: int | None = None
        self._loop_lag = RollingWindow(240)
        self._task: asyncio.Task[None] | None = None

    @property
    def uptime(self) -> float:
        """Return the seconds since the monitor was created."""
        return time.monotonic() - self._started_at

    def start(self) -> None:
        """Start sampling the event-loop lag."""
        self._task = asyncio.get_running_loop().create_task(self._measure_loop_lag(), name="asyncassist-loop-lag")

    async def stop(self) -> None:
        """Stop sampling the event-loop lag."""
        if self._task is not None:
            await cancel_and_wait(self._task)
            self._task = None

    async def _measure_loop_lag(self) -> None:
        # Real time instead of the injected clock: the lag of this machine is measured.
        while True:
            due = time.perf_counter() + _SAMPLE_INTERVAL
            await asyncio.sleep(_SAMPLE_INTERVAL)
            self._loop_lag.add(max(0.0, time.perf_counter() - due))

    def cpu(self) -> float:
        """Return the CPU usage since the previous sample, 1.0 for one whole CPU; sampled at most once a second."""
        now, used = time.monotonic(), _cpu_seconds()
        if now - self._cpu_sample[0] >= 1.0:
            self._cpu = (used - self._cpu_sample[1]) / (now - self._cpu_sample[0])
            self._cpu_sample = (now, used)
        return self._cpu

    async def snapshot(self) -> dict[str, Any]:
        """Return the CPU share in per cent, memory in bytes, uptime and event-loop lag in seconds."""
        # In a thread: it reads files of /proc.
        self.memory = await asyncio.to_thread(resident_memory)
        return {
            "cpu": round(self.cpu() * 100, 1),
            "memory": self.memory,
            "uptime": round(self.uptime, 3),
            "loop_lag": self.loop_lag(),
        }

    def loop_lag(self) -> dict[str, float | None]:
        """Return the median and the 95th percentile of the event-loop lag in seconds; None before the first sample."""
        return {"p50": self._loop_lag.percentile(0.5), "p95": self._loop_lag.percentile(0.95)}


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system


def resident_memory() -> int | None:
    """Return the resident memory of the process in bytes; None without psutil (the `web` extra)."""
    try:
        import psutil  # type: ignore[import-untyped]  # noqa: PLC0415 - of the web extra
    except ImportError:
        return None
    return int(psutil.Process().memory_info().rss)
