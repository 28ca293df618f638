"""Statistics of a client and its providers."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist._cache import Cache
from asyncassist._types import Check
from asyncassist.errors import FlightError
from asyncassist.flights.stats import StatsRecorder
from tests.flights.conftest import StubProvider

NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def recorder():
    """A recorder with two successful searches and a failed one of provider "a", and none of "b"."""
    recorder = StatsRecorder(["a", "b"])
    for elapsed, offers in ((1.0, 3), (3.0, 4)):
        recorder.record_search("a", elapsed=elapsed, offers=offers, error=None, now=NOON)
    recorder.record_search("a", elapsed=20.0, offers=1, error=FlightError("no"), now=NOON)
    return recorder


def test_searches_are_counted_by_provider(recorder, clock):
    """Failed searches count their offers, but not their latency; a provider without searches has no ratios."""

    class CountingProvider(StubProvider):
        def counters(self):
            return {"requests": 7}

    providers = [CountingProvider(name="a"), StubProvider(name="b")]
    recorder.searches, recorder.partial = 3, 1

    stats = recorder.stats(2, Cache(max_entries=1, now=clock).stats(), providers)

    assert (stats.searches, stats.partial, stats.in_flight) == (3, 1, 2)
    a, b = stats.providers["a"], stats.providers["b"]
    assert (a.searches, a.failures, a.offers) == (3, 1, 8)
    assert (a.p50, a.p95) == (3.0, 3.0)
    assert a.success_ratio == pytest.approx(2 / 3)
    assert a.details == {"requests": 7}
    assert (b.searches, b.p50, b.p95, b.success_ratio, b.details) == (0, None, None, None, {})


def test_checks_show_recent_searches(recorder):
    """A provider's check is completed by latencies, success ratio and the time of the last failure."""
    check = recorder.annotate_check(Check(name="a", status="pass"), "a", 0.2)

    assert (check.name, check.status, check.elapsed) == ("a", "pass", 0.2)
    assert (check.p50, check.p95, check.p99) == (3.0, 3.0, 3.0)
    assert check.success_ratio == pytest.approx(2 / 3)
    assert check.last_failure == NOON


def test_failed_lookups_count_no_search(recorder, clock):
    """A failed look-up of places or dates shows as the last failure only."""
    later = NOON + dt.timedelta(hours=1)

    recorder.record_failure("b", later)

    assert recorder.annotate_check(Check(name="b", status="pass"), "b", 0.0).last_failure == later
    stats = recorder.stats(0, Cache(max_entries=1, now=clock).stats(), [StubProvider(name="b")])
    assert (stats.providers["b"].searches, stats.providers["b"].failures) == (0, 0)
