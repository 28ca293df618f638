"""Doubles for your tests: a clock you move, and servers on loopback that behave and misbehave as told."""

from __future__ import annotations

from asyncassist.testing._clock import FakeClock
from asyncassist.testing._flight_calls import SeenRequest
from asyncassist.testing._flights import FakeFlightServer
from asyncassist.testing._openai import FakeAnswer, FakeFault, FakeOpenAI, FakeRequest

__all__ = ["FakeAnswer", "FakeClock", "FakeFault", "FakeFlightServer", "FakeOpenAI", "FakeRequest", "SeenRequest"]
