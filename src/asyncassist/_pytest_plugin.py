"""Fixtures for pytest, which finds them without a line in your tests once asyncassist is installed.

Each fixture is synchronous, and its server runs on an event loop of its own: tests of every kind can use it, those of
synchronous programs, of pytest-asyncio and of anyio. Nothing of the package is imported before a fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncassist.testing import FakeClock, FakeFlightServer, FakeOpenAI, FakeProvider


@pytest.fixture
def fake_clock() -> FakeClock:
    """Return a clock that stands still until it is advanced; pass it as `now`."""
    from asyncassist.testing import FakeClock  # noqa: PLC0415 - a test run that needs none must not load the package

    return FakeClock()


@pytest.fixture
def fake_openai() -> Iterator[FakeOpenAI]:
    """Run a server with OpenAI's APIs; its `base_url` is for a `CachedChatbot`, `script` sets its next responses."""
    from asyncassist.bridge import LoopThread  # noqa: PLC0415
    from asyncassist.testing import FakeOpenAI  # noqa: PLC0415

    with LoopThread() as loop, loop.enter(FakeOpenAI()) as server:
        yield server


@pytest.fixture
def fake_flight_server(request: pytest.FixtureRequest) -> Iterator[FakeFlightServer]:
    """Run a server with the APIs of Amadeus and Duffel; `amadeus()` and `duffel()` are providers for it.

    In a test that uses `fake_clock` too, that is the server's clock.
    """
    from asyncassist.bridge import LoopThread  # noqa: PLC0415
    from asyncassist.testing import FakeFlightServer  # noqa: PLC0415

    has_clock = "fake_clock" in request.fixturenames
    server = FakeFlightServer(now=request.getfixturevalue("fake_clock")) if has_clock else FakeFlightServer()
    with LoopThread() as loop, loop.enter(server) as server:
        yield server


@pytest.fixture
def fake_provider() -> FakeProvider:
    """Return a flight provider without offers; assign its `offers`."""
    from asyncassist.testing import FakeProvider  # noqa: PLC0415

    return FakeProvider()
