"""Prometheus metrics of a service."""

from __future__ import annotations

import datetime as dt
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from asyncassist._cache import Cache
from asyncassist._types import Check
from asyncassist.web.health import HealthReport
from asyncassist.web.metrics import Metrics
from asyncassist.web.serializers import cache_stats
from tests.web.components import get, read, service_of


def samples(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return the value of each sample by its name and labels."""
    text = metrics.render()
    assert text is not None
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> Any:
    return samples(metrics).get((f"asyncassist_{name}", frozenset(labels.items())))


async def test_without_the_web_extra_there_are_no_metrics(monkeypatch):
    """The 404 names the extra to install; health reports no memory."""
    import sys

    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.setitem(sys.modules, "psutil", None)
    async with service_of() as service:
        metrics = await service.handle(get("/metrics"))
        health = read(await service.handle(get("/health")))

    assert metrics.status == 404
    assert "asyncassist[web]" in read(metrics)["detail"]
    assert health["system"]["memory"] is None


def test_request_durations_are_a_cumulative_histogram():
    """Each bucket counts the requests up to its bound; sum and count are of all."""
    metrics = Metrics(caches=dict, report=lambda: None, gauges=dict)
    for elapsed in (0.004, 0.005, 0.3, 60.0):
        metrics.observe("/chat", "POST", 200, elapsed)
    labels = {"route": "/chat", "method": "POST", "status": "200"}

    buckets = {
        le: value(metrics, "request_seconds_bucket", le=le, **labels) for le in ("0.0025", "0.005", "0.5", "+Inf")
    }
    assert buckets == {"0.0025": 0.0, "0.005": 2.0, "0.5": 3.0, "+Inf": 4.0}
    assert value(metrics, "request_seconds_count", **labels) == 4.0
    assert value(metrics, "request_seconds_sum", **labels) == 60.309


def test_statuses_are_separate_series():
    """A failed request does not disappear among the successful ones."""
    metrics = Metrics(caches=dict, report=lambda: None, gauges=dict)
    metrics.observe("/chat", "POST", 200, 0.1)
    metrics.observe("/chat", "POST", 503, 0.1)

    for status in ("200", "503"):
        assert value(metrics, "request_seconds_count", route="/chat", method="POST", status=status) == 1.0


def test_statistics_of_caches_are_read_at_each_scrape():
    """Counters and gauges of a cache have its name as label, and are current."""
    cache: Cache[str] = Cache(max_entries=10, now=lambda: 0.0)
    metrics = Metrics(caches=lambda: {"http": cache_stats(cache.stats())}, report=lambda: None, gauges=dict)
    before = value(metrics, "cache_entries", cache="http")
    cache.put("key", "value", ttl=10.0)
    cache.get("key")

    assert (before, value(metrics, "cache_entries", cache="http")) == (0.0, 1.0)
    assert value(metrics, "cache_hits_total", cache="http") == 1.0


def test_health_is_a_number_for_each_check():
    """pass is 1, warn is 0.5 and fail is 0; before the first report there are no series."""
    checks = (
        Check(name="nlp", status="pass", elapsed=0.25),
        Check(name="flights", status="fail", elapsed=2.0, critical=False),
    )
    report = HealthReport(
        status="warn", checks=checks, parts={}, elapsed=2.0, observed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )
    reports: list[HealthReport] = []
    metrics = Metrics(caches=dict, report=lambda: reports[-1] if reports else None, gauges=dict)
    assert value(metrics, "health", check="all") is None
    reports.append(report)

    assert [value(metrics, "health", check=name) for name in ("all", "nlp", "flights")] == [0.5, 1.0, 0.0]
    assert value(metrics, "health_seconds", check="nlp") == 0.25


def test_gauges_of_the_service():
    """Requests in flight, server errors, and what the service adds."""
    metrics = Metrics(caches=dict, report=lambda: None, gauges=lambda: {"streams": 3.0})
    metrics.in_flight, metrics.errors = 2, 1

    assert value(metrics, "in_flight") == 2.0
    assert value(metrics, "errors_total") == 1.0
    assert value(metrics, "streams") == 3.0


def test_quotas_that_services_announced():
    """Units left and calls that wait, by component and by origin or model; what is not announced has no sample."""
    quotas = [("chatbot", "m", {"requests_remaining": 5.0, "tokens_remaining": None, "waiting": 2.0})]
    metrics = Metrics(caches=dict, report=lambda: None, gauges=dict, quotas=lambda: quotas)

    labels = {"component": "chatbot", "service": "m"}
    assert value(metrics, "quota_requests_remaining", **labels) == 5.0
    assert value(metrics, "quota_waiting", **labels) == 2.0
    assert value(metrics, "quota_tokens_remaining", **labels) is None
