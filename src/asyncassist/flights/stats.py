"""What a client and its providers did: counters and times in fixed memory."""

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


class _Account:
    """Of one provider."""

    __slots__ = ("failures", "last_failure", "offers", "recent", "searches", "times")

    def __init__(self) -> None:
        self.searches = 0
        self.failures = 0
        self.offers = 0
        self.times = RollingWindow(256)
        self.recent = RollingWindow(100)
        self.last_failure: dt.datetime | None = None


class Ledger:
    """Counters of one client.

    Args:
        names: Names of its providers.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._accounts = {name: _Account() for name in names}
        self.searches = 0
        self.coalesced = 0
        self.partial = 0
        self.failed = 0
        self.priced = 0
        self.price_changes = 0

    def report(
        self, provider: str, *, elapsed: float, offers: int, error: FlightError | None, now: dt.datetime
    ) -> None:
        """A provider's part of a search ended."""
        account = self._accounts[provider]
        account.searches += 1
        account.offers += offers
        account.recent.add(0.0 if error else 1.0)
        if error is None:
            account.times.add(elapsed)
        else:
            account.failures += 1
            account.last_failure = now

    def fail(self, provider: str, now: dt.datetime) -> None:
        """Another call of a provider failed, and somebody else answered for it."""
        self._accounts[provider].last_failure = now

    def check(self, check: Check, provider: str, elapsed: float) -> Check:
        """A provider's own check, with what its searches showed."""
        account = self._accounts[provider]
        times = account.times.summary()
        return replace(
            check,
            elapsed=elapsed,
            p50=times["p50"],
            p95=times["p95"],
            p99=times["p99"],
            success_ratio=account.recent.mean(),
            last_failure=account.last_failure,
        )

    def stats(self, in_flight: int, cache: CacheStats, providers: Iterable[FlightProvider]) -> FlightStats:
        """The counters so far."""
        return FlightStats(
            searches=self.searches,
            coalesced=self.coalesced,
            in_flight=in_flight,
            partial=self.partial,
            failed=self.failed,
            priced=self.priced,
            price_changes=self.price_changes,
            cache=cache,
            providers={provider.name: self._provider(provider) for provider in providers},
        )

    def _provider(self, provider: FlightProvider) -> ProviderStats:
        account = self._accounts[provider.name]
        counters: Callable[[], Mapping[str, int]] | None = getattr(provider, "counters", None)
        return ProviderStats(
            searches=account.searches,
            failures=account.failures,
            offers=account.offers,
            p50=account.times.percentile(0.5),
            p95=account.times.percentile(0.95),
            success_ratio=ratio(account.searches - account.failures, account.searches),
            details=dict(counters()) if counters is not None else {},
        )
