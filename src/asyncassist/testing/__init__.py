"""Doubles for your tests: a clock you move, and servers on loopback that behave and misbehave as told."""

from __future__ import annotations

from asyncassist.testing._clock import FakeClock

__all__ = ["FakeClock"]
