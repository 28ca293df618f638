"""What OpenTelemetry is told."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest
from opentelemetry.metrics import Meter, MeterProvider, NoOpMeter, NoOpMeterProvider
from opentelemetry.trace import NoOpTracer, NoOpTracerProvider, SpanKind, StatusCode, Tracer, TracerProvider

from asyncassist import otel
from asyncassist._events import Event, emit, has_listeners
from asyncassist.errors import ConfigurationError


class Span:
    def __init__(self, name: str, facts: dict[str, Any]) -> None:
        self.name, self.facts, self.status, self.ended = name, facts, None, 0

    def set_status(self, status: Any) -> None:
        self.status = status

    def end(self, end_time: int) -> None:
        self.ended = end_time


class Spans(NoOpTracer):
    def __init__(self) -> None:
        self.spans: list[Span] = []

    def start_span(self, name: str, **facts: Any) -> Any:
        self.spans.append(Span(name, facts))
        return self.spans[-1]


class Tracers(NoOpTracerProvider):
    def __init__(self) -> None:
        self.tracer = Spans()

    def get_tracer(self, *args: Any, **kwargs: Any) -> Tracer:
        return self.tracer


class Numbers(NoOpMeter):
    def __init__(self) -> None:
        super().__init__("test")
        self.made: list[tuple[str, str]] = []
        self.values: list[tuple[str, float, dict[str, Any]]] = []

    def create_histogram(self, name: str, unit: str = "", **kwargs: Any) -> Any:
        self.made.append((name, unit))
        numbers = self

        class Histogram:
            def record(self, value: float, attributes: dict[str, Any]) -> None:
                numbers.values.append((name, value, attributes))

        return Histogram()


class Meters(NoOpMeterProvider):
    def __init__(self) -> None:
        self.meter = Numbers()

    def get_meter(self, *args: Any, **kwargs: Any) -> Meter:
        return self.meter


def test_every_event_is_a_span_and_a_measurement():
    """With the event's name, its facts, and times that end now; an instrument is made once."""
    tracers, meters = Tracers(), Meters()
    assert isinstance(tracers, TracerProvider)
    assert isinstance(meters, MeterProvider)

    with otel.instrument(tracer_provider=tracers, meter_provider=meters):
        assert has_listeners()
        emit(Event(name="http.client.request", elapsed=0.25, attributes={"server.address": "host"}))
        emit(Event(name="http.client.request", elapsed=0.5, error="ConnectError"))
        emit(Event(name="asyncassist.turn", elapsed=0.0))
    emit(Event(name="asyncassist.turn"))

    good, bad, turn = tracers.tracer.spans
    assert (good.name, good.facts["kind"], turn.facts["kind"]) == (
        "http.client.request",
        SpanKind.CLIENT,
        SpanKind.INTERNAL,
    )
    assert good.facts["attributes"] == {"server.address": "host"}
    assert good.ended - good.facts["start_time"] == 250_000_000
    assert abs(good.ended - time.time_ns()) < 10 * 10**9
    assert good.status is None
    assert bad.status.status_code is StatusCode.ERROR
    assert bad.facts["attributes"] == {"error.type": "ConnectError"}
    assert meters.meter.made == [("http.client.request.duration", "s"), ("asyncassist.turn.duration", "s")]
    assert [value for _, value, _ in meters.meter.values] == [0.25, 0.5, 0.0]


def test_without_an_sdk_it_costs_nothing_and_does_nothing():
    """The API's own providers take everything and keep nothing."""
    with otel.instrument():
        emit(Event(name="asyncassist.turn", elapsed=0.1))

    assert not has_listeners()


def test_without_the_api_it_says_what_to_install(monkeypatch):
    """The error names the extra."""
    monkeypatch.setitem(sys.modules, "opentelemetry", None)

    with pytest.raises(ConfigurationError, match=r"asyncassist\[otel\]"), otel.instrument():
        pass
