"""Performance test: sequential against concurrent requests."""

from __future__ import annotations

import pytest

from asyncassist.web.performance import MAX_DURATION, bounded_delay, measure


@pytest.mark.parametrize(("requests", "delay", "bounded"), [(1, 2.1, 2.1), (50, 0.2, 0.2), (100, 2.1, 0.1)])
def test_delay_is_lowered_to_the_longest_duration(requests, delay, bounded):
    """The sequential half never takes longer than `MAX_DURATION`."""
    assert bounded_delay(requests, delay) == pytest.approx(bounded)
    assert requests * bounded_delay(requests, delay) <= MAX_DURATION


async def test_halves_are_measured_against_each_other():
    """Six requests of 50 ms: 300 ms sequentially, 100 ms with three at a time; the ratios follow from the totals."""
    found = await measure(requests=6, concurrency=3, delay=0.05)
    sequential, concurrent = found["sequential"], found["concurrent"]

    assert (found["requests"], found["concurrency"], found["delay"]) == (6, 3, 0.05)
    assert sequential["total"] >= 0.3
    assert concurrent["total"] >= 0.1
    assert found["speedup"] > 1.3  # about 3 on an idle machine
    assert sequential["average"] == pytest.approx(sequential["total"] / 6, abs=1e-5)
    assert found["speedup"] == pytest.approx(sequential["total"] / concurrent["total"], rel=0.01)
    assert found["improvement"] == pytest.approx((1 - concurrent["total"] / sequential["total"]) * 100, abs=0.1)
    assert found["throughput"] == concurrent["throughput"] == pytest.approx(6 / concurrent["total"], rel=0.01)
