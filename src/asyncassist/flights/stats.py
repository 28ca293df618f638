"""Statistics of a flight client and its providers: counters and latencies in constant memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asyncassist._events import RollingWindow, ratio
from asyncassist.flights.models import FlightStats, ProviderStats

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from asyncassist._cache import CacheStats
    from asyncassist._types import Check
    from asyncassist.errors import FlightError
    from asyncassist.flights.provider import FlightProvider


class ProviderCounters:
    """Counters of one provider, and rolling windows of its latencies and outcomes.

    `latencies` are the seconds of the last 256 successful searches, `outcomes` the last 100 searches as 1.0 (complete)
    or 0.0 (failed).
    """

    __slots__ = ("failures", "last_failure", "latencies", "offers", "outcomes", "searches")

    def __init__(self) -> None:
        self.searches = 0
        self.failures = 0
        self.offers = 0
        self.latencies = RollingWindow(256)
        self.outcomes = RollingWindow(100)
        self.last_failure: dt.datetime | None = None


class StatsRecorder:
    """Recorder of the work of one client and of each of its providers.

    Args:
        names: The providers' names.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_provider = {name: ProviderCounters() for name in names}
        self.searches = 0
        self.coalesced = 0
        self.partial = 0
        self.failed = 0
        self.priced = 0
        self.price_changes = 0

    def record_search(
        self, provider: str, *, elapsed: float, offers: int, error: FlightError | None, now: dt.datetime
    ) -> None:
        """Record one provider's part of a search.

        Args:
            provider: Name of the provider.
            elapsed: Seconds since the search started.
            offers: Number of offers received from it.
            error: Its failure, None for a complete answer.
            now: Aware time of the end; recorded as the last failure if there is an error.
        """
        provider_counters = self._by_provider[provider]
        provider_counters.searches += 1
        provider_counters.offers += offers
        provider_counters.outcomes.add(0.0 if error else 1.0)
        if error is None:
            provider_counters.latencies.add(elapsed)
        else:
            provider_counters.failures += 1
            provider_counters.last_failure = now

    def record_failure(self, provider: str, now: dt.datetime) -> None:
        """Record the time of a failed look-up (places, price calendar); it does not count as a failed search."""
        self._by_provider[provider].last_failure = now

    def annotate_check(self, check: Check, provider: str, elapsed: float) -> Check:
        """Return a provider's check with the latencies, success ratio and last failure of its recent searches.

        Args:
            check: The check as the provider returned it.
            provider: Name of the provider.
            elapsed: Seconds the check took.
        """
        provider_counters = self._by_provider[provider]
        latencies = provider_counters.latencies.summary()
        return replace(
            check,
            elapsed=elapsed,
            p50=latencies["p50"],
            p95=latencies["p95"],
            p99=latencies["p99"],
            success_ratio=provider_counters.outcomes.mean(),
            last_failure=provider_counters.last_failure,
        )

    def stats(self, in_flight: int, cache: CacheStats, providers: Iterable[FlightProvider]) -> FlightStats:
        """Return the statistics so far.

        Args:
            in_flight: Searches running now.
            cache: Statistics of the result cache.
            providers: The providers; one with a `counters` method adds these as `details`.
        """
        return FlightStats(
            searches=self.searches,
            coalesced=self.coalesced,
            in_flight=in_flight,
            partial=self.partial,
            failed=self.failed,
            priced=self.priced,
            price_changes=self.price_changes,
            cache=cache,
            providers={provider.name: self._provider_stats(provider) for provider in providers},
        )

    def _provider_stats(self, provider: FlightProvider) -> ProviderStats:
        provider_counters = self._by_provider[provider.name]
        counters: Callable[[], Mapping[str, int]] | None = getattr(provider, "counters", None)
        return ProviderStats(
            searches=provider_counters.searches,
            failures=provider_counters.failures,
            offers=provider_counters.offers,
            p50=provider_counters.latencies.percentile(0.5),
            p95=provider_counters.latencies.percentile(0.95),
            success_ratio=ratio(provider_counters.searches - provider_counters.failures, provider_counters.searches),
            details=dict(counters()) if counters is not None else {},
        )
