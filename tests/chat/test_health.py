"""Health of a chatbot's backends, without spending tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from asyncassist import Backend, Breaker, CachedChatbot, Retry
from asyncassist.errors import AuthenticationError, StatusError
from asyncassist.testing import FakeClock, FakeFault, FakeOpenAI
from tests.chat.conftest import BOTH_WIRES
from tests.servers import free_port

if TYPE_CHECKING:
    from tests.chat.conftest import Make

wire = BOTH_WIRES


async def test_health_distinguishes_an_outage_from_a_refusal(make: Make, server: FakeOpenAI):
    """A failing model is a warning, a refused request a failure, each until the next answer; no check spends tokens."""
    bot = await make(retry=Retry(attempts=1))
    assert (await bot.health()).status == "pass"
    server.script(FakeFault("status"))
    await bot.reply("hello")
    assert ((await bot.health()).status, (await bot.health()).note) == ("warn", "status 503")
    await bot.reply("hello")
    assert (await bot.health()).status == "pass"
    server.script(FakeFault("status", 404))
    with pytest.raises(StatusError):
        await bot.reply("wrong model")
    assert (await bot.health()).status == "fail"
    await bot.reply("right model")
    assert (await bot.health()).status == "pass"
    assert server.calls == 4


async def test_an_unreachable_server_fails_the_health_only_without_a_fallback(make: Make):
    """A warning while a fallback answers; a failure without one."""
    unreachable = f"http://127.0.0.1:{free_port()}/v1"
    with_fallback = await make(base_url=unreachable)
    without_fallback = await make(base_url=unreachable, fallback=None)

    health = await with_fallback.health()
    assert (health.status, health.checks[0].note) == ("warn", "no connection")
    assert health.checks[0].last_failure is not None
    assert health.checks[0].success_ratio == 0.0
    assert (await without_fallback.health()).status == "fail"


@pytest.mark.parametrize("body", ["<html>hello</html>", "[]", "null", '{"data": 3}', "{"])
async def test_any_successful_response_to_the_list_of_models_passes(make: Make, body: str):
    """Whatever a server answers with status 200, it is reachable: the check passes and does not raise."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/v1/models", answer)
    async with TestServer(app) as server:
        bot = await make(base_url=str(server.make_url("/v1")))

        assert (await bot.health()).status == "pass"


async def test_refused_credentials_fail_the_health(clock: FakeClock, make: Make):
    """The check finds refused credentials before the first message does."""
    async with FakeOpenAI(api_key="right") as strict:
        bot = await make(base_url=strict.base_url, api_key="wrong")
        health = await bot.health()
        assert (health.status, health.checks[0].note) == ("fail", "credentials refused")
        with pytest.raises(AuthenticationError):
            await bot.reply("hello")


async def test_an_open_circuit_is_a_warning(make: Make, server: FakeOpenAI):
    """A reachable backend with an open circuit is "warn"; the other backends have checks of their own."""
    bot = await make(
        retry=Retry(attempts=1), breaker=Breaker(min_calls=1), others=[Backend("n", base_url=server.base_url)]
    )
    server.script(FakeFault("status"))
    await bot.reply("hello")

    checks = {check.name: check for check in (await bot.health()).checks}
    assert (checks["model"].status, checks["model"].note) == ("warn", "circuit open")
    assert checks["model-2"].status == "pass"


async def test_a_server_without_a_list_of_models_passes(make: Make):
    """Status 404 for the list of models means that the server is reachable."""
    async with TestServer(web.Application()) as bare:
        bot = await make(base_url=str(bare.make_url("/v1")))
        assert (await bot.health()).status == "pass"


async def test_an_offline_chatbot_passes_with_a_note():
    """Without a configured model every reply is the fallback's, and the health passes with a note."""
    async with CachedChatbot(model="m") as bot:
        reply = await bot.reply("hello")
        health = await bot.health()

    assert (reply.source, reply.degraded, reply.reason) == ("fallback", True, "no model configured")
    assert (health.status, health.note) == ("pass", "no model configured")
