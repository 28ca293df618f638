"""Statistics and health checks of the handler, in bounded memory."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asyncassist._events import RollingWindow, ratio
from asyncassist._http.models import HandlerStats
from asyncassist._types import Check, Status

if TYPE_CHECKING:
    from asyncassist._http.cache_controller import CacheController
    from asyncassist._http.executor import Origin, RequestExecutor
    from asyncassist._http.transport import Transport

_MAX_NAMES = 256


@dataclass(slots=True)
class _RecentChecks:
    """Recent results of the checks of one name."""

    latencies: RollingWindow = field(default_factory=lambda: RollingWindow(256))
    outcomes: deque[bool] = field(default_factory=lambda: deque(maxlen=256))
    last_failure: dt.datetime | None = None


class CheckHistory:
    """History of recent checks by name; the names checked least recently are evicted."""

    def __init__(self) -> None:
        self._by_name: OrderedDict[str, _RecentChecks] = OrderedDict()

    def record(
        self,
        name: str,
        status: Status,
        elapsed: float,
        observed_at: dt.datetime,
        *,
        note: str,
        status_code: int | None = None,
    ) -> Check:
        """Record the result of a check, and return it with the statistics of the recent checks of that name.

        Args:
            name: Name of the check.
            status: Result.
            elapsed: Seconds the check took.
            observed_at: Time of the check.
            note: Detail for the report.
            status_code: HTTP status of the response, None without one.
        """
        recent = self._by_name.setdefault(name, _RecentChecks())
        self._by_name.move_to_end(name)
        while len(self._by_name) > _MAX_NAMES:
            self._by_name.popitem(last=False)
        recent.latencies.add(elapsed)
        recent.outcomes.append(status != "fail")
        if status == "fail":
            recent.last_failure = observed_at
        return Check(
            name=name,
            status=status,
            elapsed=elapsed,
            p50=recent.latencies.percentile(0.50),
            p95=recent.latencies.percentile(0.95),
            p99=recent.latencies.percentile(0.99),
            success_ratio=sum(recent.outcomes) / len(recent.outcomes),
            last_failure=recent.last_failure,
            observed_at=observed_at,
            note=note,
            status_code=status_code,
        )


def origin_health(origin: Origin, observed_at: dt.datetime) -> Check:
    """Build the health check of an origin from the outcomes of its requests."""
    status: Status = "pass"
    note = ""
    if origin.circuit is not None and origin.circuit.state != "closed":
        status = "fail" if origin.circuit.state == "open" else "warn"
        note = f"the circuit is {origin.circuit.state}"
    elif origin.degradation:
        status, note = "warn", origin.degradation.reason
    elif origin.pacer is not None and origin.pacer.waiting:
        note = f"{origin.pacer.waiting} requests wait for the quota"
    elif origin.slots.capacity < origin.max_slots:
        note = f"at most {origin.slots.capacity} of {origin.max_slots} concurrent requests"
    return Check(
        name=origin.name,
        status=status,
        critical=False,
        p50=origin.latencies.percentile(0.50),
        p95=origin.latencies.percentile(0.95),
        p99=origin.latencies.percentile(0.99),
        success_ratio=origin.success_ratio(),
        last_failure=None if origin.last_failure is None else dt.datetime.fromtimestamp(origin.last_failure, dt.UTC),
        observed_at=observed_at,
        note=note,
    )


def build_stats(
    cache_controller: CacheController, executor: RequestExecutor, transport: Transport | None
) -> HandlerStats:
    """Build the statistics of a handler; `transport` is None until it opens."""
    cache = cache_controller.response_store.cache
    connector = None if transport is None else transport.connector
    origins = tuple(origin.stats(owns_session=connector is not None) for origin in executor.origins.values())
    lookups = cache.hits + cache.misses + cache.stale + cache_controller.revalidated + cache.coalesced
    return HandlerStats(
        entries=sum(len(entry.value) for _, entry in cache.items()),
        bytes=cache.bytes,
        max_entries=cache_controller.response_store.max_entries,
        max_bytes=cache_controller.response_store.max_bytes,
        hits=cache.hits,
        misses=cache.misses,
        stale=cache.stale,
        revalidated=cache_controller.revalidated,
        coalesced=cache.coalesced,
        bypassed=cache_controller.bypassed,
        evictions=cache.evictions,
        retries=executor.retries,
        hedges=executor.hedges,
        hedges_won=executor.hedges_won,
        delayed=sum(origin.delayed for origin in origins),
        refused=sum(origin.refused for origin in origins),
        opened=None if connector is None else connector.opened,
        reused=None if connector is None or transport is None else transport.reused,
        hit_ratio=ratio(cache.hits, lookups),
        saved=cache.seconds_saved,
        cached_p50=cache.hit_times.percentile(0.5),
        cached_p95=cache.hit_times.percentile(0.95),
        live_p50=cache.miss_times.percentile(0.5),
        live_p95=cache.miss_times.percentile(0.95),
        origins=origins,
    )
