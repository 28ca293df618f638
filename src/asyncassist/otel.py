"""OpenTelemetry spans and metrics, through the OpenTelemetry API only.

They go to the SDK that the application sets up; without one the API's no-op providers discard them at next to no cost.
Names follow OpenTelemetry's semantic conventions where there are any (`http.client.request.duration`,
`gen_ai.client.operation.duration`, ...); all others begin with `asyncassist.`. Attributes are of low cardinality and
never hold a secret. The texts of messages are recorded only when OpenTelemetry's own variable asks for it.
"""

from __future__ import annotations

import contextlib
import os
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
CAPTURE_VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
# Values that ask for texts in spans; the first is that of older instrumentations.
_CAPTURING = {"true", "span_only", "span_and_event"}


@contextlib.contextmanager
def instrument(
    *, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
) -> Generator[None]:
    """Record a span and a duration for every operation of this process while the block runs.

    With `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` set to `SPAN_ONLY`, `SPAN_AND_EVENT` or `true` when the
    block begins, the spans of a `CachedChatbot` hold the user's message, the reply and the system instructions, as JSON
    in `gen_ai.input.messages`, `gen_ai.output.messages` and `gen_ai.system_instructions`. Metrics never do.

    Args:
        tracer_provider: Provider that receives the spans, None for the global one.
        meter_provider: Provider that receives the metrics, None for the global one.

    Raises:
        ConfigurationError: opentelemetry-api is not installed.
    """
    try:
        from opentelemetry import metrics, trace  # noqa: PLC0415 - from the otel extra
    except ImportError:
        raise ConfigurationError("otel", "needs an extra: pip install 'asyncassist[otel]'") from None
    tracer = trace.get_tracer(NAME, tracer_provider=tracer_provider)
    meter = metrics.get_meter(NAME, meter_provider=meter_provider)
    captures_content = os.environ.get(CAPTURE_VARIABLE, "").strip().lower() in _CAPTURING
    with listen(_Telemetry(tracer, meter, captures_content=captures_content), wants_content=captures_content):
        yield


class _Telemetry:
    """Event listener that records a span and a histogram value for each event.

    Args:
        tracer: OpenTelemetry tracer.
        meter: OpenTelemetry meter.
        captures_content: Whether spans hold the texts of messages.
    """

    def __init__(self, tracer: Any, meter: Any, *, captures_content: bool) -> None:
        self._tracer = tracer
        self._captures_content = captures_content
        self._meter = meter
        self._histograms: dict[str, Histogram] = {}
        # Events come from any thread; the lock ensures that each instrument is created once.
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        attributes: dict[str, Any] = dict(event.attributes)
        if event.error is not None:
            attributes["error.type"] = event.error
        self._histogram(event.name).record(event.elapsed, attributes)
        self._record_span(event, {**attributes, **event.content} if self._captures_content else attributes)

    def _histogram(self, name: str) -> Histogram:
        """Return the histogram of an event name, creating it on first use."""
        found = self._histograms.get(name)
        if found is None:
            with self._lock:
                found = self._histograms.get(name)
                if found is None:
                    found = self._meter.create_histogram(
                        f"{name}.duration", unit="s", description=f"Duration of {name}"
                    )
                    self._histograms[name] = found
        return found

    def _record_span(self, event: Event, attributes: dict[str, Any]) -> None:
        """Record a span with explicit times, since the operation has ended; its parent is the caller's current span."""
        from opentelemetry.trace import SpanKind, Status, StatusCode  # noqa: PLC0415 - from the otel extra

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
