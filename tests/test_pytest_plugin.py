"""The fixtures for pytest, in a test run of its own."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

TESTS = """
import datetime as dt

import pytest

from asyncassist import AsyncFlightClient, AsyncStateManager, CachedChatbot, FlightQuery, LoopThread
from asyncassist.testing import FakeAnswer, fake_offer, fake_segment

DAY = dt.datetime(2027, 3, 12, 9)


async def test_clock(fake_clock):
    async with AsyncStateManager(ttl=60.0, now=fake_clock) as state:
        session = await state.create({"step": 1})
        fake_clock.advance(61.0)
        assert await state.get(session.id) is None


async def test_model_in_an_asynchronous_test(fake_openai):
    fake_openai.script(FakeAnswer(text="Hello, Ana!"))
    async with CachedChatbot(model="any", base_url=fake_openai.base_url) as bot:
        assert (await bot.reply("Greet Ana")).text == "Hello, Ana!"


def test_model_in_a_synchronous_test(fake_openai):
    with LoopThread() as loop, loop.enter(CachedChatbot(model="any", base_url=fake_openai.base_url)) as bot:
        assert loop.run(bot.reply("Greet Ana")).source == "model"
    assert len(fake_openai.requests) == 1


async def test_flight_server(fake_flight_server):
    query = FlightQuery("LIS", "BER", dt.date.today() + dt.timedelta(days=40))
    async with AsyncFlightClient(providers=[fake_flight_server.amadeus()]) as flights:
        assert (await flights.search(query)).offers


async def test_flight_server_by_the_clock_of_the_test(fake_flight_server, fake_clock):
    day = dt.datetime.fromtimestamp(fake_clock(), dt.UTC).date() + dt.timedelta(days=40)
    async with AsyncFlightClient(providers=[fake_flight_server.amadeus()], now=fake_clock) as flights:
        assert (await flights.search(FlightQuery("LIS", "BER", day))).offers


async def test_provider(fake_provider):
    fake_provider.offers = [fake_offer(fake_segment("LIS", "BER", DAY), price="120.00")]
    async with AsyncFlightClient(providers=[fake_provider], now=lambda: 1_800_000_000.0) as flights:
        result = await flights.search(FlightQuery("LIS", "BER", DAY.date()))
    assert [str(offer.total) for offer in result.offers] == ["120.00 EUR"]
"""


def test_the_fixtures_work_in_tests_of_every_kind(tmp_path):
    """A clock, a model, a flight server and a provider, for synchronous and asynchronous tests."""
    (tmp_path / "test_app.py").write_text(TESTS)
    plugin = [] if any(found.name == "asyncassist" for found in entry_points(group="pytest11")) else ["-p", PLUGIN]

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto", *plugin, tmp_path],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=110,
        check=False,
    )

    assert "6 passed" in ran.stdout, ran.stdout


def test_a_test_run_without_the_fixtures_loads_nothing():
    """Only the root of the package, which loads its classes when they are used."""
    code = f"import sys, {PLUGIN}; print([name for name in sys.modules if name.startswith('asyncassist')])"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert ran.stdout.strip() == "['asyncassist', 'asyncassist._pytest_plugin']"


PLUGIN = "asyncassist._pytest_plugin"
