"""Doubles for your tests: a clock you move, and servers on loopback that behave and misbehave as told."""

from __future__ import annotations

from asyncassist.testing._clock import FakeClock
from asyncassist.testing._flight_server import FakeFlightServer
from asyncassist.testing._openai_server import FakeAnswer, FakeFault, FakeOpenAI, FakeRequest
from asyncassist.testing._recorded_requests import SeenRequest

__all__ = ["FakeAnswer", "FakeClock", "FakeFault", "FakeFlightServer", "FakeOpenAI", "FakeRequest", "SeenRequest"]
