"""One variable names the Redis of every class, whatever kind it is: one server, behind a sentinel, a cluster."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from asyncassist import AsyncFlightClient, AsyncHandler, AsyncNLPEngine, AsyncStateManager, CachedChatbot
from asyncassist._redis_client import parse_url
from asyncassist._shared_cache import RedisCacheBackend
from asyncassist.errors import ConfigurationError
from asyncassist.flights import FlightQuery
from asyncassist.testing import FakeOpenAI
from asyncassist.web import Request, Service
from asyncassist.web.rate_limit import RedisSlidingWindow


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    """A busy machine may take its time: the usual time-outs are not what is tested here."""
    for kind in (RedisCacheBackend, RedisSlidingWindow, AsyncStateManager):
        monkeypatch.setitem(kind.__init__.__kwdefaults__, "timeout", 20.0)


@pytest.fixture
async def found(any_redis, monkeypatch):
    """Named in the environment; tells how many keys of a room have come, and forgets them."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "AMADEUS_BASE_URL", "DUFFEL_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", any_redis)
    async with RedisCacheBackend(any_redis, prefix="asyncassist:") as level:
        await level.clear()  # what other tests left

    async def clear(room):
        async with asyncio.timeout(60), RedisCacheBackend(any_redis, prefix=f"asyncassist:{room}:") as level:
            while not (count := await level.clear()):
                await asyncio.sleep(0.01)  # rooms share in the background
        return count

    return clear


async def test_analyses_are_shared(found):
    """What one engine understood stands there for others."""
    async with AsyncNLPEngine.from_env() as nlp:
        await nlp.analyze("A flight from Lisbon to Berlin tomorrow")

        assert await found("nlp") == 1


async def test_answers_of_a_model_are_shared(found, monkeypatch):
    """One chatbot asks the model, the other has its answer."""
    async with FakeOpenAI() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "k")
        async with CachedChatbot.from_env() as one, CachedChatbot.from_env() as two:
            await one.reply("hello", user="ann")
            reply = await two.reply("hello", user="ann")

            assert (reply.source, server.calls) == ("cache", 1)
            assert await two.clear_cache(user="ann") == 1


async def test_flights_are_shared(found):
    """The result of a search."""
    day = dt.date.today() + dt.timedelta(days=40)
    async with AsyncFlightClient.from_env() as flights:
        await flights.search(FlightQuery(origin="LIS", destination="AMS", departure=day))

        assert await found("flights") == 1


async def test_http_answers_are_shared(found):
    """The answer of an origin."""

    async def answer(_request):
        return web.json_response({"n": 1})

    app = web.Application()
    app.router.add_get("/x", answer)
    async with TestServer(app) as origin, AsyncHandler.from_env() as http:
        await http.get(str(origin.make_url("/x")), ttl=60.0)

        assert await found("http") == 1


async def test_the_service_counts_in_it(found):
    """Its rooms open, and the rate limit is shared."""
    async with Service.from_env() as service:
        response = await service.handle(Request("GET", "/api/async/health"))

        assert response.status == 200
        assert await found("limit") == 1


@pytest.mark.parametrize("room", [AsyncNLPEngine, CachedChatbot, AsyncFlightClient, AsyncHandler, AsyncStateManager])
def test_a_url_that_cannot_be_is_refused_by_all(room, monkeypatch):
    """By the argument's name, without the secret."""
    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", "redis+sentinel://:secret@h:x/main")

    with pytest.raises(ConfigurationError) as caught:
        room.from_env()

    assert caught.value.field == "redis"
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("where", ["rediss+sentinel://h:1/main", "rediss+cluster://h:1"])
def test_what_a_url_of_several_servers_asks_for_is_done_or_refused(where):
    """An authority of one's own reaches the connections; nothing is left out in silence, and no value is repeated."""
    assert parse_url("redis", f"{where}?ssl_ca_certs=/ca.pem&client_name=me").options["ssl_ca_certs"] == "/ca.pem"
    with pytest.raises(ConfigurationError, match="'token'") as caught:
        parse_url("redis", f"{where}?token=hunter2")
    assert "hunter2" not in str(caught.value)
