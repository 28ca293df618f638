"""Spans and metrics for OpenTelemetry, by its API alone: what nobody collects costs next to nothing.

Whatever SDK the application sets up receives them; without one the API does nothing. Names are OpenTelemetry's where
there are any (`http.client.request.duration`, `gen_ai.client.operation.duration`, ...), ours begin with `asyncassist.`.
Attributes are of low cardinality and never hold a text of a user or a secret.
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any

from asyncassist._events import listen
from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator

    from opentelemetry.metrics import Histogram, MeterProvider
    from opentelemetry.trace import TracerProvider

    from asyncassist._events import Event

NAME = "asyncassist"


@contextlib.contextmanager
def instrument(
    *, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
) -> Generator[None]:
    """Tell OpenTelemetry of everything this process does while the block runs.

    Args:
        tracer_provider: Where spans go, None for the global one.
        meter_provider: Where metrics go, None for the global one.

    Raises:
        ConfigurationError: opentelemetry-api is not installed.
    """
    try:
        from opentelemetry import metrics, trace  # noqa: PLC0415 - of the otel extra
    except ImportError:
        raise ConfigurationError("otel", "needs an extra: pip install 'asyncassist[otel]'") from None
    tracer = trace.get_tracer(NAME, tracer_provider=tracer_provider)
    meter = metrics.get_meter(NAME, meter_provider=meter_provider)
    with listen(_Telemetry(tracer, meter)):
        yield


class _Telemetry:
    """A listener of events that makes a span and a measurement of each.

    Args:
        tracer: Of opentelemetry-api.
        meter: Of opentelemetry-api.
    """

    def __init__(self, tracer: Any, meter: Any) -> None:
        self._tracer = tracer
        self._meter = meter
        self._histograms: dict[str, Histogram] = {}
        # Events come from any thread; an instrument is made once.
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        attributes: dict[str, Any] = dict(event.attributes)
        if event.error is not None:
            attributes["error.type"] = event.error
        self._histogram(event.name).record(event.elapsed, attributes)
        self._record_span(event, attributes)

    def _histogram(self, name: str) -> Histogram:
        found = self._histograms.get(name)
        if found is None:
            with self._lock:
                found = self._histograms.get(name)
                if found is None:
                    found = self._meter.create_histogram(f"{name}.duration", unit="s", description=f"Seconds of {name}")
                    self._histograms[name] = found
        return found

    def _record_span(self, event: Event, attributes: dict[str, Any]) -> None:
        """A span of what is over already: it is given its times, and its parent is the span of the caller."""
        from opentelemetry.trace import SpanKind, Status, StatusCode  # noqa: PLC0415 - of the otel extra

        end = time.time_ns()
        span = self._tracer.start_span(
            event.name,
            kind=SpanKind.CLIENT if ".client." in event.name else SpanKind.INTERNAL,
            attributes=attributes,
            start_time=end - int(event.elapsed * 1e9),
        )
        if event.error is not None:
            span.set_status(Status(StatusCode.ERROR, event.error))
        span.end(end_time=end)
