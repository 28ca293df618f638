"""OpenTelemetry instrumentation: spans and durations of events."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import pytest
from opentelemetry.metrics import Meter, MeterProvider, NoOpMeter, NoOpMeterProvider
from opentelemetry.trace import NoOpTracer, NoOpTracerProvider, SpanKind, StatusCode, Tracer, TracerProvider

from asyncassist import CachedChatbot, otel
from asyncassist._events import Event, emit, has_listeners
from asyncassist.errors import ConfigurationError
from asyncassist.testing import FakeOpenAI

CONTENT = {"gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"}


class Span:
    """Span that records its arguments, status and end."""

    def __init__(self, name: str, options: dict[str, Any]) -> None:
        self.name, self.options, self.status, self.ended = name, options, None, 0

    def set_status(self, status: Any) -> None:
        self.status = status

    def end(self, end_time: int) -> None:
        self.ended = end_time


class RecordingTracer(NoOpTracer):
    """Tracer that collects its spans."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def start_span(self, name: str, **options: Any) -> Any:
        self.spans.append(Span(name, options))
        return self.spans[-1]


class RecordingTracerProvider(NoOpTracerProvider):
    """Provider of one recording tracer."""

    def __init__(self) -> None:
        self.tracer = RecordingTracer()

    def get_tracer(self, *args: Any, **kwargs: Any) -> Tracer:
        return self.tracer


class RecordingMeter(NoOpMeter):
    """Meter that collects its histograms and their values."""

    def __init__(self) -> None:
        super().__init__("test")
        self.histograms: list[tuple[str, str]] = []
        self.values: list[tuple[str, float, dict[str, Any]]] = []

    def create_histogram(self, name: str, unit: str = "", **kwargs: Any) -> Any:
        self.histograms.append((name, unit))
        meter = self

        class Histogram:
            def record(self, value: float, attributes: dict[str, Any]) -> None:
                meter.values.append((name, value, attributes))

        return Histogram()


class RecordingMeterProvider(NoOpMeterProvider):
    """Provider of one recording meter."""

    def __init__(self) -> None:
        self.meter = RecordingMeter()

    def get_meter(self, *args: Any, **kwargs: Any) -> Meter:
        return self.meter


def test_every_event_is_recorded_as_a_span_and_a_duration():
    """With the event's name and attributes, ending now; a histogram is created once per name."""
    tracers, meters = RecordingTracerProvider(), RecordingMeterProvider()
    assert isinstance(tracers, TracerProvider)
    assert isinstance(meters, MeterProvider)

    with otel.instrument(tracer_provider=tracers, meter_provider=meters):
        assert has_listeners()
        emit(Event(name="http.client.request", elapsed=0.25, attributes={"server.address": "host"}))
        emit(Event(name="http.client.request", elapsed=0.5, error="ConnectError"))
        emit(Event(name="asyncassist.turn", elapsed=0.0))
    emit(Event(name="asyncassist.turn"))

    good, bad, turn = tracers.tracer.spans
    assert (good.name, good.options["kind"], turn.options["kind"]) == (
        "http.client.request",
        SpanKind.CLIENT,
        SpanKind.INTERNAL,
    )
    assert good.options["attributes"] == {"server.address": "host"}
    assert good.ended - good.options["start_time"] == 250_000_000
    assert abs(good.ended - time.time_ns()) < 10 * 10**9
    assert good.status is None
    assert bad.status.status_code is StatusCode.ERROR
    assert bad.options["attributes"] == {"error.type": "ConnectError"}
    assert meters.meter.histograms == [("http.client.request.duration", "s"), ("asyncassist.turn.duration", "s")]
    assert [value for _, value, _ in meters.meter.values] == [0.25, 0.5, 0.0]


def test_without_an_sdk_events_are_discarded():
    """The API's no-op providers accept everything and store nothing."""
    with otel.instrument():
        emit(Event(name="asyncassist.turn", elapsed=0.1))

    assert not has_listeners()


def test_missing_opentelemetry_api_is_a_configuration_error(monkeypatch):
    """The error names the extra to install."""
    monkeypatch.setitem(sys.modules, "opentelemetry", None)

    with pytest.raises(ConfigurationError, match=r"asyncassist\[otel\]"), otel.instrument():
        pass


@pytest.mark.parametrize(
    ("value", "captured"),
    [("true", True), ("SPAN_ONLY", True), ("span_and_event", True), ("EVENT_ONLY", False), ("NO_CONTENT", False)],
)
async def test_texts_are_captured_only_if_the_environment_asks_for_them(monkeypatch, value, captured):
    """In spans, as JSON by the conventions; metrics never hold them, and other instrumentation gets none."""
    tracers, others, meters = RecordingTracerProvider(), RecordingTracerProvider(), RecordingMeterProvider()
    with otel.instrument(tracer_provider=others):
        monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", value)
        with otel.instrument(tracer_provider=tracers, meter_provider=meters):
            async with FakeOpenAI() as server, CachedChatbot(model="m", base_url=server.base_url) as bot:
                server.script("Blue.", "Blue.")
                await bot.reply("what colour?", system="Be brief.")
                await bot.reply("what colour?")

    attributes = [span.options["attributes"] for span in tracers.tracer.spans]
    first, second = (facts for facts in attributes if "gen_ai.operation.name" in facts)
    texts = {name: json.loads(text) for name, text in first.items() if name in CONTENT}
    expected = {
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "what colour?"}]}],
        "gen_ai.output.messages": [
            {"role": "assistant", "parts": [{"type": "text", "content": "Blue."}], "finish_reason": "stop"}
        ],
        "gen_ai.system_instructions": [{"type": "text", "content": "Be brief."}],
    }
    assert texts == (expected if captured else {})
    assert "gen_ai.system_instructions" not in second
    quiet = [span.options["attributes"] for span in others.tracer.spans]
    assert not any(CONTENT & facts.keys() for facts in [*quiet, *(facts for _, _, facts in meters.meter.values)])
