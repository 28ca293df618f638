"""Test doubles: a controllable clock, recorded HTTP traffic, and local OpenAI and flight API servers with faults."""

from __future__ import annotations

from asyncassist.testing._cassette import Cassette
from asyncassist.testing._clock import FakeClock
from asyncassist.testing._flight_provider import FakeProvider, fake_offer, fake_segment
from asyncassist.testing._flight_server import FakeFlightServer
from asyncassist.testing._openai_script import FakeAnswer, FakeFault, FakeRequest
from asyncassist.testing._openai_server import FakeOpenAI
from asyncassist.testing._recorded_requests import SeenRequest

__all__ = [
    "Cassette",
    "FakeAnswer",
    "FakeClock",
    "FakeFault",
    "FakeFlightServer",
    "FakeOpenAI",
    "FakeProvider",
    "FakeRequest",
    "SeenRequest",
    "fake_offer",
    "fake_segment",
]
