"""Fixtures of the assistant's tests: a clock at the scripted time, and an offline assistant."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from asyncassist import TravelAssistant
from asyncassist.testing import FakeClock
from tests.assistant.dialogue_scripts import NOW


@pytest.fixture
def clock() -> FakeClock:
    """Clock that starts at `NOW` and moves only when a test advances it."""
    return FakeClock(NOW.timestamp())


@pytest.fixture
async def assistant(clock: FakeClock) -> AsyncIterator[TravelAssistant]:
    """Assistant with embedded components: in-memory state and the offline sandbox."""
    async with TravelAssistant(now=clock) as assistant:
        yield assistant
