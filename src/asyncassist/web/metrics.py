"""Prometheus metrics: requests are counted as they finish, everything else is read at each scrape."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from asyncassist.web.health import HealthReport

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_STATUS_VALUES = {"pass": 1.0, "warn": 0.5, "fail": 0.0}
_QUOTA_GAUGES = ("requests_remaining", "tokens_remaining", "waiting", "next_seconds")
_CACHE_COUNTERS = ("hits", "misses", "stale", "coalesced", "evictions")


class _Series:
    """Duration histogram of the requests with one route, method and status."""

    __slots__ = ("buckets", "count", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.buckets = [0] * (len(_BUCKETS) + 1)


class Metrics:
    """Request metrics, and a prometheus-client collector of these and of the components' statistics.

    Args:
        caches: Returns the statistics of every cache, by name; called at each scrape.
        report: Returns the latest health report, None before the first.
        gauges: Returns further gauges, by name without the prefix "asyncassist_".
        quotas: Returns the quotas that services announced: component, origin or model, and its numbers by name.
    """

    def __init__(
        self,
        *,
        caches: Callable[[], Mapping[str, Mapping[str, Any]]],
        report: Callable[[], HealthReport | None],
        gauges: Callable[[], Mapping[str, float]],
        quotas: Callable[[], Iterable[tuple[str, str, Mapping[str, float | None]]]] = tuple,
    ) -> None:
        self._quotas = quotas
        self._caches = caches
        self._report = report
        self._gauges = gauges
        self._requests: dict[tuple[str, str, int], _Series] = {}
        self.in_flight = 0
        self.errors = 0

    def observe(self, route: str, method: str, status: int, elapsed: float) -> None:
        """Record a finished request; `elapsed` is in seconds."""
        key = (route, method, status)
        series = self._requests.get(key)
        if series is None:
            series = self._requests[key] = _Series()
        series.count += 1
        series.total += elapsed
        series.buckets[bisect_left(_BUCKETS, elapsed)] += 1

    def render(self) -> bytes | None:
        """Return all metrics in the text format of Prometheus; None without prometheus-client (the `web` extra)."""
        try:
            from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415 - of the web extra
        except ImportError:
            return None
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def collect(self) -> Iterator[Any]:
        """Yield the metric families, as prometheus-client requires of a collector."""
        yield from self._request_families()
        yield from self._cache_families()
        yield from self._health_families()
        from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415

        for name, value in self._gauges().items():
            yield GaugeMetricFamily(f"asyncassist_{name}", name.replace("_", " "), value=value)
        announced = list(self._quotas())
        for name in _QUOTA_GAUGES:
            text = f"Quotas that services announced: {name.replace('_', ' ')}"
            family = GaugeMetricFamily(f"asyncassist_quota_{name}", text, labels=("component", "service"))
            for component, service, numbers in announced:
                number = numbers.get(name)
                if number is not None:
                    family.add_metric((component, service), number)
            yield family

    def _request_families(self) -> Iterable[Any]:
        from prometheus_client.core import (  # noqa: PLC0415
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )

        labels = ("route", "method", "status")
        seconds = HistogramMetricFamily("asyncassist_request_seconds", "Seconds to answer", labels=labels)
        for (route, method, status), series in sorted(self._requests.items()):
            # Prometheus counts cumulatively: each bucket includes the smaller ones.
            total, buckets = 0, []
            for bound, number in zip((*_BUCKETS, "+Inf"), series.buckets, strict=True):
                total += number
                buckets.append((str(bound), float(total)))
            seconds.add_metric((route, method, str(status)), buckets=buckets, sum_value=series.total)
        errors = CounterMetricFamily("asyncassist_errors", "Requests that ended in a server error", value=self.errors)
        in_flight = GaugeMetricFamily("asyncassist_in_flight", "Requests being answered", value=self.in_flight)
        return (seconds, errors, in_flight)

    def _cache_families(self) -> Iterator[Any]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415

        caches = self._caches()
        for name in _CACHE_COUNTERS:
            family = CounterMetricFamily(f"asyncassist_cache_{name}", f"Cache {name}", labels=("cache",))
            for cache, stats in caches.items():
                family.add_metric((cache,), float(stats[name]))
            yield family
        for name in ("entries", "bytes"):
            gauge = GaugeMetricFamily(f"asyncassist_cache_{name}", f"Cache {name} stored", labels=("cache",))
            for cache, stats in caches.items():
                gauge.add_metric((cache,), float(stats[name]))
            yield gauge

    def _health_families(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415

        report = self._report()
        if report is None:
            return
        status = GaugeMetricFamily("asyncassist_health", "1 pass, 0.5 warn, 0 fail", labels=("check",))
        seconds = GaugeMetricFamily("asyncassist_health_seconds", "Seconds the check took", labels=("check",))
        status.add_metric(("all",), _STATUS_VALUES[report.status])
        for check in report.checks:
            status.add_metric((check.name,), _STATUS_VALUES[check.status])
            seconds.add_metric((check.name,), check.elapsed)
        yield status
        yield seconds
