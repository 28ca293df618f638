"""Metrics of the components, read from their statistics at each scrape."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from asyncassist import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

Samples: TypeAlias = Iterable[tuple[tuple[str, ...], float | None]]
"""Values by the labels of their metric; None for one that is not known."""
_BREAKER_VALUES = {"closed": 0.0, "off": 0.0, "half-open": 0.5, "open": 1.0}
_QUANTILES = {"p50": "0.5", "p95": "0.95", "p99": "0.99"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentStats:
    """What the metrics are read from.

    Attributes:
        assistant: Statistics of the assistant.
        components: Statistics of each component, by name.
        problems: Error responses by the code of their problem document.
        memory: Resident memory of the process in bytes, None if unknown.
        loop_lag: Event-loop lag in seconds by "p50" and "p95"; None before the first sample.
    """

    assistant: Mapping[str, Any]
    components: Mapping[str, Any]
    problems: Mapping[str, int]
    memory: int | None
    loop_lag: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Metric:
    """A family of samples.

    Attributes:
        name: Name without the prefix "asyncassist_" and without the suffix of a counter.
        kind: Type of the metric.
        text: Description.
        labels: Names of the labels.
        read: Returns the samples.
    """

    name: str
    kind: Literal["counter", "gauge"]
    text: str
    labels: tuple[str, ...]
    read: Callable[[ComponentStats], Samples]


def families(stats: ComponentStats) -> Iterator[Any]:
    """Yield the metric families of prometheus-client."""
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415 - of the web extra

    for metric in METRICS:
        make = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
        family = make(f"asyncassist_{metric.name}", metric.text, labels=metric.labels)
        for labels, value in metric.read(stats):
            if value is not None:
                family.add_metric(labels, float(value))
        yield family


def _of(component: str, field: str) -> Callable[[ComponentStats], Samples]:
    """Return a reader of one field of a component's statistics; nothing while there is no such component."""

    def read(stats: ComponentStats) -> Samples:
        found = stats.components.get(component)
        return () if found is None else (((), getattr(found, field, None)),)

    return read


def _of_fields(component: str, fields: Mapping[str, str]) -> Callable[[ComponentStats], Samples]:
    """Return a reader of several fields of a component's statistics, by their label."""

    def read(stats: ComponentStats) -> Samples:
        found = stats.components.get(component)
        return () if found is None else [((label,), getattr(found, field, None)) for field, label in fields.items()]

    return read


def _of_each(component: str, field: str, value: Callable[[Any], float | None]) -> Callable[[ComponentStats], Samples]:
    """Return a reader of one value of each origin or provider."""

    def read(stats: ComponentStats) -> Samples:
        return [((name,), value(item)) for name, item in _items(stats, component, field)]

    return read


def _latencies(component: str, field: str) -> Callable[[ComponentStats], Samples]:
    """Return a reader of the latency of each origin or provider, by quantile."""

    def read(stats: ComponentStats) -> Samples:
        return [
            ((name, quantile), getattr(item, percentile, None))
            for name, item in _items(stats, component, field)
            for percentile, quantile in _QUANTILES.items()
        ]

    return read


def _items(stats: ComponentStats, component: str, field: str) -> list[tuple[str, Any]]:
    """Return name and statistics of the origins of a handler, or of the providers of a flight client."""
    found = getattr(stats.components.get(component), field, ())
    return list(found.items()) if isinstance(found, Mapping) else [(item.origin, item) for item in found]


def _replies(stats: ComponentStats) -> Samples:
    return [((source,), stats.assistant.get(source)) for source in ("rules", "flights", "chat")]


def _stages(stats: ComponentStats) -> Samples:
    return [
        ((stage, quantile), summary[percentile])
        for stage, summary in stats.assistant.get("stages", {}).items()
        for percentile, quantile in _QUANTILES.items()
    ]


def _cost(stats: ComponentStats) -> Samples:
    cost = getattr(stats.components.get("chatbot"), "cost", {})
    return [((currency,), float(amount)) for currency, amount in cost.items()]


def _quota(of_origin: str | None, of_model: str) -> Callable[[ComponentStats], Samples]:
    """Return a reader of one number of each announced quota: of the origins of the handler, of the chatbot's models."""

    def read(stats: ComponentStats) -> Samples:
        for name, component in stats.components.items():
            for origin in getattr(component, "origins", ()):
                if of_origin is not None and (origin.quota_remaining is not None or origin.paced):
                    yield (name, origin.origin), getattr(origin, of_origin)
            for quota in getattr(component, "quotas", ()):
                yield (name, quota.model), getattr(quota, of_model)

    return read


METRICS = (
    Metric("build_info", "gauge", "Always 1", ("version", "python"),
           lambda _: [((__version__, platform.python_version()), 1.0)]),
    Metric("memory_bytes", "gauge", "Resident memory", (), lambda stats: [((), stats.memory)]),
    Metric("loop_lag_seconds", "gauge", "Lag of the event loop over the last minute", ("quantile",),
           lambda stats: [((_QUANTILES[key],), value) for key, value in stats.loop_lag.items()]),
    Metric("problems", "counter", "Error responses by the code of their problem document", ("code",),
           lambda stats: [((code,), count) for code, count in stats.problems.items()]),
    # the assistant
    Metric("replies", "counter", "Replies of the assistant by source", ("source",), _replies),
    Metric("degraded_replies", "counter", "Reasons of degraded replies", ("reason",),
           lambda stats: [((reason,), count) for reason, count in stats.assistant.get("reasons", {}).items()]),
    Metric("withheld_texts", "counter", "Texts of the model that the output guard withheld", (),
           lambda stats: [((), stats.assistant.get("guarded"))]),
    Metric("repeated_requests", "counter", "Replies served again for a repeated request id", (),
           lambda stats: [((), stats.assistant.get("repeated"))]),
    Metric("stage_seconds", "gauge", "Recent latency of each stage of a turn", ("stage", "quantile"), _stages),
    # sessions and conversations
    Metric("state_reads", "counter", "Reads of sessions and pages of conversations", (), _of("state", "reads")),
    Metric("state_writes", "counter", "Writes acknowledged", (), _of("state", "writes")),
    Metric("state_conflicts", "counter", "Journalled writes that were superseded or refused", (),
           _of("state", "conflicts")),
    Metric("state_replayed", "counter", "Journalled writes replayed", (), _of("state", "replayed")),
    Metric("state_retries", "counter", "Commands sent again after a connection broke", (), _of("state", "retries")),
    Metric("state_degraded_seconds", "counter", "Seconds in which a store was unavailable", (),
           _of("state", "degraded_seconds")),
    Metric("journal_depth", "gauge", "Journalled writes not yet in their store", (), _of("state", "journal_depth")),
    Metric("journal_age_seconds", "gauge", "Age of the oldest of them", (), _of("state", "journal_age")),
    Metric("state_connections", "gauge", "Connections to Redis by state", ("state",),
           _of_fields("state", {"connections": "open", "in_use": "in_use"})),
    Metric("state_seconds", "gauge", "Recent latency of batches to the store", ("quantile",),
           _of_fields("state", _QUANTILES)),
    # flights
    Metric("searches", "counter", "Flight searches by outcome", ("outcome",),
           _of_fields("flights", {"searches": "all", "coalesced": "coalesced", "partial": "partial",
                                  "failed": "failed"})),
    Metric("price_checks", "counter", "Price checks", (), _of("flights", "priced")),
    Metric("price_changes", "counter", "Price checks that found another price", (), _of("flights", "price_changes")),
    Metric("provider_searches", "counter", "Searches sent to a provider", ("provider",),
           _of_each("flights", "providers", lambda item: item.searches)),
    Metric("provider_failures", "counter", "Searches that a provider did not answer in full", ("provider",),
           _of_each("flights", "providers", lambda item: item.failures)),
    Metric("provider_seconds", "gauge", "Recent latency of a provider", ("provider", "quantile"),
           _latencies("flights", "providers")),
    # models
    Metric("chatbot_replies", "counter", "Replies of the chatbot by source", ("source",),
           _of_fields("chatbot", {"model": "model", "cached": "cache", "stale": "stale", "fallback": "fallback"})),
    Metric("model_failures", "counter", "Failed calls to models", (), _of("chatbot", "failures")),
    Metric("model_retries", "counter", "Calls to models repeated after a failure", (), _of("chatbot", "retries")),
    Metric("tokens", "counter", "Tokens spent, and saved by the cache", ("kind",),
           _of_fields("chatbot", {"prompt_tokens": "prompt", "completion_tokens": "completion",
                                  "saved_tokens": "saved"})),
    Metric("cost", "counter", "Cost of the tokens spent", ("currency",), _cost),
    # quotas that services announced
    Metric("quota_requests_remaining", "gauge", "Requests left of an announced quota", ("component", "service"),
           _quota("quota_remaining", "requests_remaining")),
    Metric("quota_tokens_remaining", "gauge", "Tokens left of the quota of a model", ("component", "service"),
           _quota(None, "tokens_remaining")),
    Metric("quota_waiting", "gauge", "Calls that wait for a quota", ("component", "service"),
           _quota("paced", "waiting")),
    Metric("quota_next_seconds", "gauge", "Seconds until the next call to a model may be sent",
           ("component", "service"), _quota(None, "next_in")),
    # outgoing HTTP
    Metric("http_retries", "counter", "Retried requests", (), _of("http", "retries")),
    Metric("http_connections", "counter", "Connections opened, and attempts over a reused one", ("kind",),
           _of_fields("http", {"opened": "opened", "reused": "reused"})),
    Metric("origin_requests", "counter", "Attempts by origin", ("origin",),
           _of_each("http", "origins", lambda item: item.requests)),
    Metric("origin_failures", "counter", "Failed attempts: connection error, timeout or 5xx", ("origin",),
           _of_each("http", "origins", lambda item: item.failures)),
    Metric("origin_in_flight", "gauge", "Attempts in flight", ("origin",),
           _of_each("http", "origins", lambda item: item.in_flight)),
    Metric("origin_waiting", "gauge", "Requests that wait for a slot or a quota", ("origin",),
           _of_each("http", "origins", lambda item: item.waiting + item.paced)),
    Metric("origin_delayed", "counter", "Requests that waited for a quota", ("origin",),
           _of_each("http", "origins", lambda item: item.delayed)),
    Metric("origin_refused", "counter", "Requests not sent because a quota was used up", ("origin",),
           _of_each("http", "origins", lambda item: item.refused)),
    Metric("origin_breaker", "gauge", "Circuit breaker: 0 closed, 0.5 half-open, 1 open", ("origin",),
           _of_each("http", "origins", lambda item: _BREAKER_VALUES[item.breaker])),
    Metric("origin_seconds", "gauge", "Recent latency of an origin", ("origin", "quantile"),
           _latencies("http", "origins")),
)  # fmt: skip
"""Every metric of the components."""
