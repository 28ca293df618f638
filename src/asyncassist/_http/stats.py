"""Figures and health: what calls and checks saw, in fixed memory."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asyncassist._events import RollingWindow, ratio
from asyncassist._http.models import HandlerStats
from asyncassist._types import Check, Status

if TYPE_CHECKING:
    from asyncassist._http.cache_controller import Exchange
    from asyncassist._http.executor import Origin, Pipeline
    from asyncassist._http.transport import Transport

_MAX_NAMES = 256


@dataclass(slots=True)
class _Seen:
    """The looks at one name."""

    times: RollingWindow = field(default_factory=lambda: RollingWindow(256))
    outcomes: deque[bool] = field(default_factory=lambda: deque(maxlen=256))
    last_failure: dt.datetime | None = None


class Checks:
    """Remembers the recent looks at each name."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def saw(self, name: str, status: Status, elapsed: float, at: dt.datetime, note: str) -> Check:
        """A look, with the figures of those before it."""
        seen = self._seen.setdefault(name, _Seen())
        self._seen.move_to_end(name)
        while len(self._seen) > _MAX_NAMES:
            self._seen.popitem(last=False)
        seen.times.add(elapsed)
        seen.outcomes.append(status != "fail")
        if status == "fail":
            seen.last_failure = at
        return Check(
            name=name,
            status=status,
            elapsed=elapsed,
            p50=seen.times.percentile(0.50),
            p95=seen.times.percentile(0.95),
            p99=seen.times.percentile(0.99),
            success_ratio=sum(seen.outcomes) / len(seen.outcomes),
            last_failure=seen.last_failure,
            observed_at=at,
            note=note,
        )


def of_origin(origin: Origin, at: dt.datetime) -> Check:
    """What calls saw of an origin."""
    status: Status = "pass"
    note = ""
    if origin.circuit is not None and origin.circuit.state != "closed":
        status = "fail" if origin.circuit.state == "open" else "warn"
        note = f"the circuit is {origin.circuit.state}"
    elif origin.degradation:
        status, note = "warn", origin.degradation.reason
    return Check(
        name=origin.name,
        status=status,
        critical=False,
        p50=origin.times.percentile(0.50),
        p95=origin.times.percentile(0.95),
        p99=origin.times.percentile(0.99),
        success_ratio=origin.success_ratio(),
        last_failure=None if origin.last_failure is None else dt.datetime.fromtimestamp(origin.last_failure, dt.UTC),
        observed_at=at,
        note=note,
    )


def gathered(exchange: Exchange, pipeline: Pipeline, transport: Transport | None) -> HandlerStats:
    """The figures of a handler."""
    cache = exchange.kept.cache
    connector = None if transport is None else transport.connector
    origins = tuple(origin.stats(ours=connector is not None) for origin in pipeline.origins.values())
    asked = cache.hits + cache.misses + cache.stale + exchange.revalidated + cache.coalesced
    return HandlerStats(
        entries=sum(len(entry.value) for _, entry in cache.items()),
        bytes=cache.bytes,
        max_entries=exchange.kept.max_entries,
        max_bytes=exchange.kept.max_bytes,
        hits=cache.hits,
        misses=cache.misses,
        stale=cache.stale,
        revalidated=exchange.revalidated,
        coalesced=cache.coalesced,
        bypassed=exchange.bypassed,
        evictions=cache.evictions,
        retries=pipeline.retries,
        hedges=pipeline.hedges,
        hedges_won=pipeline.hedges_won,
        opened=None if connector is None else connector.opened,
        reused=None if connector is None or transport is None else transport.reused,
        hit_ratio=ratio(cache.hits, asked),
        saved=cache.seconds_saved,
        cached_p50=cache.hit_times.percentile(0.5),
        cached_p95=cache.hit_times.percentile(0.95),
        live_p50=cache.miss_times.percentile(0.5),
        live_p95=cache.miss_times.percentile(0.95),
        origins=origins,
    )
