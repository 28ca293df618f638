"""Statistics of the handler and of its checks."""

from __future__ import annotations

import datetime as dt
import json

from asyncassist import AsyncHandler, Breaker, Limits
from asyncassist._http.executor import Origin
from asyncassist._http.stats import CheckHistory, origin_health
from asyncassist.testing import FakeClock


async def test_stats_count_what_happened(origin):
    """Counters, sizes, latencies and connections, in total and per origin, all serializable as JSON."""
    async with AsyncHandler() as http:
        for _ in range(3):
            await http.get(origin.url)
        await http.post(f"{origin.url}/other")
        stats = http.stats()

        assert (stats.hits, stats.misses, stats.bypassed, stats.entries) == (2, 1, 1, 1)
        assert (stats.opened, stats.reused, stats.hit_ratio) == (1, 1, 2 / 3)
        assert 0 < stats.cached_p50 <= stats.cached_p95 < stats.live_p50 <= stats.live_p95
        assert stats.saved > 0
        assert stats.bytes > 0
        first = stats.origins[0]
        assert (first.origin, first.breaker, first.requests, first.failures) == (origin.url, "closed", 2, 0)
        assert (first.success_ratio, first.opened, first.reused, first.in_flight) == (1.0, 1, 1, 0)
        assert first.p50 <= first.p95 <= first.p99
        json.dumps(stats.to_dict())
        json.dumps((await http.health()).to_dict())
        json.dumps((await http.get(origin.url)).to_dict())


async def test_stats_of_a_new_handler_are_empty():
    """Ratios and percentiles are None before the first request."""
    stats = AsyncHandler().stats()

    assert (stats.hit_ratio, stats.cached_p50, stats.origins, stats.opened) == (None, None, (), None)
    assert (await AsyncHandler().health()).status == "pass"


def test_number_of_check_names_is_bounded():
    """The names checked least recently are evicted."""

    checks = CheckHistory()
    for n in range(500):
        checks.record(str(n), "pass", 0.1, dt.datetime.now(dt.UTC), note="")

    assert len(checks._by_name) == 256


def test_check_history_aggregates_the_checks_of_a_name():
    """Percentiles, success ratio and last failure cover the recent checks of the same name only."""
    history, first = CheckHistory(), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    second = first + dt.timedelta(seconds=5)

    history.record("b", "fail", 9.0, first, note="")
    history.record("a", "fail", 1.0, first, note="status 500")
    check = history.record("a", "warn", 3.0, second, note="status 404")

    assert (check.name, check.status, check.elapsed, check.note) == ("a", "warn", 3.0, "status 404")
    assert (check.success_ratio, check.last_failure, check.observed_at) == (0.5, first, second)
    assert check.p50 in {1.0, 3.0}
    assert check.p99 == 3.0


def test_health_of_an_origin_follows_its_circuit_and_its_degradation():
    """Open: fail; half-open: warn; stale responses served: warn with the reason; else pass."""
    clock = FakeClock()
    origin = Origin("http://a.example", Limits(), Breaker(min_calls=1, open_for=5.0), None, clock)

    def health():
        check = origin_health(origin, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        return check.status, check.note

    assert health() == ("pass", "")
    origin.degrade("a stale response is served in place of an error", None)
    assert health() == ("warn", "a stale response is served in place of an error")
    origin.record(0.1, None, ok=True, clock=clock)
    assert health() == ("pass", "")
    generation = origin.circuit.acquire()
    origin.circuit.release(generation, ok=False)
    assert health() == ("fail", "the circuit is open")
    clock.advance(5.0)
    origin.circuit.acquire()
    assert health() == ("warn", "the circuit is half-open")
