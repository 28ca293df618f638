"""ASYNCASSIST_REDIS_URL configures the Redis of every class: a single server, Sentinel or Cluster."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

import asyncassist
from asyncassist import AsyncFlightClient, AsyncHandler, AsyncNLPEngine, AsyncStateManager, CachedChatbot
from asyncassist._shared_cache import RedisCacheBackend
from asyncassist.errors import ConfigurationError
from asyncassist.flights import FlightQuery
from asyncassist.testing import FakeOpenAI
from asyncassist.web import Request, Service
from asyncassist.web.rate_limit import RedisSlidingWindow


@pytest.fixture(autouse=True)
def _long_timeouts(monkeypatch):
    """Raise the default timeouts: a busy machine may be slow, and timeouts are not tested here."""
    for cls in (RedisCacheBackend, RedisSlidingWindow, AsyncStateManager):
        monkeypatch.setitem(cls.__init__.__kwdefaults__, "timeout", 20.0)


@pytest.fixture
async def clear_keys(any_redis, monkeypatch):
    """Set the variable; return a function that waits for keys of a component, deletes them and returns their number."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "AMADEUS_BASE_URL", "DUFFEL_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", any_redis)
    async with RedisCacheBackend(any_redis, prefix="asyncassist:") as backend:
        await backend.clear()  # keys that other tests left

    async def clear(component):
        async with asyncio.timeout(60), RedisCacheBackend(any_redis, prefix=f"asyncassist:{component}:") as backend:
            while not (count := await backend.clear()):
                await asyncio.sleep(0.01)  # components write to the shared cache in the background
        return count

    return clear


async def test_analyses_are_shared(clear_keys):
    """The analysis of one engine is cached in Redis for others."""
    async with AsyncNLPEngine.from_env() as nlp:
        await nlp.analyze("A flight from Lisbon to Berlin tomorrow")

        assert await clear_keys("nlp") == 1


async def test_replies_of_a_model_are_shared(clear_keys, monkeypatch):
    """One chatbot calls the model, the other gets its reply from the shared cache."""
    async with FakeOpenAI() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "k")
        async with CachedChatbot.from_env() as first, CachedChatbot.from_env() as second:
            await first.reply("hello", user="ann")
            reply = await second.reply("hello", user="ann")

            assert (reply.source, server.calls) == ("cache", 1)
            assert await second.clear_cache(user="ann") == 1


async def test_search_results_are_shared(clear_keys):
    """The result of a flight search is cached in Redis."""
    day = dt.date.today() + dt.timedelta(days=40)
    async with AsyncFlightClient.from_env() as flights:
        await flights.search(FlightQuery(origin="LIS", destination="AMS", departure=day))

        assert await clear_keys("flights") == 1


async def test_http_responses_are_shared(clear_keys):
    """The response of an origin is cached in Redis."""

    async def answer(_request):
        return web.json_response({"n": 1})

    app = web.Application()
    app.router.add_get("/x", answer)
    async with TestServer(app) as origin, AsyncHandler.from_env() as http:
        await http.get(str(origin.make_url("/x")), ttl=60.0)

        assert await clear_keys("http") == 1


async def test_rate_limit_of_the_web_service_is_shared(clear_keys):
    """The components of the service open, and requests are counted in Redis."""
    async with Service.from_env() as service:
        response = await service.handle(Request("GET", "/api/async/health"))

        assert response.status == 200
        assert await clear_keys("limit") == 1


@pytest.mark.parametrize("cls", [AsyncNLPEngine, CachedChatbot, AsyncFlightClient, AsyncHandler, AsyncStateManager])
def test_invalid_url_is_refused_by_every_class(cls, monkeypatch):
    """The error names the variable and does not hold the password."""
    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", "redis+sentinel://:secret@h:x/main")

    with pytest.raises(ConfigurationError) as caught:
        cls.from_env()

    assert caught.value.field == "ASYNCASSIST_REDIS_URL"
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "variable", "value"),
    [
        ("AsyncHandler", "ASYNCASSIST_REDIS_URL", "http://127.0.0.1"),
        ("AsyncStateManager", "ASYNCASSIST_REDIS_URL", "http://127.0.0.1"),
        ("AsyncStateManager", "ASYNCASSIST_POSTGRES_URL", "mysql://127.0.0.1/x"),
        ("AsyncNLPEngine", "ASYNCASSIST_REDIS_URL", "http://127.0.0.1"),
        ("AsyncFlightClient", "ASYNCASSIST_REDIS_URL", "http://127.0.0.1"),
        ("CachedChatbot", "OPENAI_BASE_URL", "ftp://127.0.0.1"),
        ("TravelAssistant", "ASYNCASSIST_REDIS_URL", "http://127.0.0.1"),
    ],
)
def test_an_invalid_value_in_the_environment_is_refused_by_the_name_of_its_variable(monkeypatch, name, variable, value):
    """Whoever set the variable never wrote the keyword; the value itself is not repeated."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigurationError) as caught:
        getattr(asyncassist, name).from_env()

    assert caught.value.field == variable
    assert value not in str(caught.value)


@pytest.mark.parametrize("name", ["AsyncHandler", "AsyncStateManager", "AsyncNLPEngine", "AsyncFlightClient"])
def test_a_blank_variable_counts_as_unset(monkeypatch, name):
    """A deployment that leaves a variable empty gets the embedded default."""
    for variable in ("ASYNCASSIST_REDIS_URL", "ASYNCASSIST_POSTGRES_URL", "ASYNCASSIST_JOURNAL"):
        monkeypatch.setenv(variable, "  ")

    getattr(asyncassist, name).from_env()
