"""Statistics of the process."""

from __future__ import annotations

import asyncio

from asyncassist.web.process_stats import ProcessMonitor, resident_memory


def test_memory_is_the_resident_size():
    """A Python process has more than a mebibyte and less than the machine."""
    found = resident_memory()

    assert found is not None
    assert 1 << 20 < found < 1 << 40


async def test_event_loop_lag_is_sampled():
    """Percentiles are None before the first sample, and seconds after it."""
    monitor = ProcessMonitor()
    before = (await monitor.snapshot())["loop_lag"]
    monitor.start()
    while (await monitor.snapshot())["loop_lag"]["p50"] is None:
        await asyncio.sleep(0.01)
    found = await monitor.snapshot()
    await monitor.stop()

    assert before == {"p50": None, "p95": None}
    assert 0.0 <= found["loop_lag"]["p50"] <= found["loop_lag"]["p95"]
    assert found["uptime"] >= 0.25  # the interval of the samples
    assert found["cpu"] >= 0.0


async def test_stopping_ends_the_sampling():
    """No task is left, and stopping twice or without a start is allowed."""
    monitor = ProcessMonitor()
    await monitor.stop()
    monitor.start()
    await monitor.stop()
    await monitor.stop()

    assert [task for task in asyncio.all_tasks() if task.get_name() == "asyncassist-loop-lag"] == []
