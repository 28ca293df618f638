"""The rest of the class: construction, environment, moderation, extraction, usage, health, events, discretion."""

from __future__ import annotations

import asyncio
import gc
import logging
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from asyncassist import Backend, Breaker, CachedChatbot, Retry
from asyncassist._chat import Price
from asyncassist._events import Event, listen
from asyncassist.errors import (
    AuthenticationError,
    ChatUnavailableError,
    ConfigurationError,
    DecodeError,
    InvalidInputError,
    StatusError,
    WrongLoopError,
)
from asyncassist.testing import FakeAnswer, FakeClock, FakeFault, FakeOpenAI
from tests.servers import free_port

if TYPE_CHECKING:
    from tests.chat.conftest import Make


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"model": ""}, "model"),
    ({"model": 7}, "model"),
    ({"api_key": " "}, "api_key"),
    ({"base_url": "localhost:8000"}, "base_url"),
    ({"client": object(), "api_key": "k"}, "client"),
    ({"system": 7}, "system"),
    ({"system": "\ud800"}, "system"),
    ({"ttl": -1}, "ttl"),
    ({"ttl": float("nan")}, "ttl"),
    ({"max_entries": 0}, "max_entries"),
    ({"stale_for": -1}, "stale_for"),
    ({"redis": "localhost"}, "redis"),
    ({"history": object()}, "history"),
    ({"fallback": "sorry"}, "fallback"),
    ({"others": ["backup"]}, "others[0]"),
    ({"others": [Backend("backup")]}, "others[0]"),
    ({"retry": 3}, "retry"),
    ({"breaker": True}, "breaker"),
    ({"timeout": 30}, "timeout"),
    ({"max_history_tokens": -1}, "max_history_tokens"),
    ({"busy": "wait"}, "busy"),
    ({"moderate": True}, "moderate"),
    ({"prices": {"m": 3}}, "prices"),
    ({"prices": [3]}, "prices"),
    ({"max_chars": 0}, "max_chars"),
]


@pytest.mark.parametrize(("arguments", "field"), WRONG)
def test_a_wrong_setting_names_itself(arguments: dict[str, Any], field: str):
    """At construction, without a loop."""
    with pytest.raises(ConfigurationError) as caught:
        CachedChatbot(**{"model": "m", **arguments})
    assert caught.value.field == field


@pytest.mark.parametrize("price", [{"prompt": 1.5}, {"prompt": Decimal(-1)}, {"prompt": Decimal("NaN")}])
def test_a_price_is_a_decimal(price: dict[str, Any]):
    with pytest.raises(ConfigurationError):
        Price(**{"completion": Decimal(1), **price})


def test_construction_needs_no_loop_and_opens_nothing():
    bot = CachedChatbot(model="m", api_key="k", redis="redis://127.0.0.1:1", system="Be brief.", now=lambda: 0.0)

    assert bot.system == "Be brief."


async def test_the_environment(monkeypatch: pytest.MonkeyPatch, server: FakeOpenAI, redis_url: str):
    """Key, address, model and store; without the first two it answers offline."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ASYNCASSIST_MODEL", "ASYNCASSIST_REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    async with CachedChatbot.from_env() as bot:
        assert (await bot.reply("hello")).reason == "no model configured"

    monkeypatch.setenv("OPENAI_API_KEY", "from-env")
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    monkeypatch.setenv("ASYNCASSIST_MODEL", "m-env")
    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", redis_url)
    async with CachedChatbot.from_env() as bot:
        assert (await bot.reply("hello from the environment")).model == "m-env"
        assert {check.name for check in (await bot.health()).checks} == {"model", "conversations", "shared-cache"}
        await bot.clear_cache()
    assert server.requests[0].headers["authorization"] == "Bearer from-env"


def test_another_loop_is_told(server_in_thread: str):
    """What to do instead stands in the error."""
    bot = CachedChatbot(model="m", base_url=server_in_thread)

    async def use() -> None:
        await bot.reply("hello")

    with asyncio.Runner() as runner:
        runner.run(use())
        with pytest.raises(WrongLoopError, match="LoopThread"):
            asyncio.run(use())
        runner.run(bot.aclose())


@pytest.fixture
def server_in_thread():
    """A server on a loop of its own."""
    from asyncassist.bridge import LoopThread

    with LoopThread() as loop, loop.enter(FakeOpenAI()) as running:
        yield running.base_url


async def test_dropped_while_open_is_warned_about(server: FakeOpenAI):
    bot = CachedChatbot(model="m")
    await bot.reply("hello")

    with pytest.warns(ResourceWarning, match="CachedChatbot"):
        del bot
        gc.collect()


async def test_leaving_a_stream_closes_upstream(bot: CachedChatbot, server: FakeOpenAI):
    """Within a second, and nothing of the turn is kept."""
    server.script(FakeAnswer(text="a b c d e f", pace=0.2))
    async with bot.stream("hello", conversation_id="c") as stream:
        assert await anext(stream) == "a"
        with pytest.raises(RuntimeError):
            _ = stream.reply

    await server.wait(lambda it: it.left == 1, within=1.0)
    assert await bot.messages("c") == []
    assert bot.stats().cache.entries == 0
    with pytest.raises(RuntimeError):
        await anext(stream)
    with pytest.raises(RuntimeError):
        _ = stream.reply


async def test_a_stream_is_entered_once_and_first(bot: CachedChatbot):
    stream = bot.stream("hello")
    with pytest.raises(RuntimeError):
        await anext(stream)
    await stream.__aexit__(None, None, None)
    async with stream:
        with pytest.raises(RuntimeError):
            await stream.__aenter__()


async def test_pieces_arrive_as_they_come(bot: CachedChatbot, server: FakeOpenAI):
    """The first does not wait for the second, which would take an hour."""
    server.script(FakeAnswer(text="a b c", pace=3600.0))
    async with bot.stream("hello") as stream:
        assert await anext(aiter(stream)) == "a"


async def test_tool_calls_come_together_from_a_stream(bot: CachedChatbot, server: FakeOpenAI):
    """In order, with their arguments whole."""
    calls = [
        {"id": f"{n}", "type": "function", "function": {"name": "look", "arguments": f'{{"n": {n}}}'}} for n in range(2)
    ]
    server.script(FakeAnswer(text="", finish_reason="tool_calls", tool_calls=calls))

    async with bot.stream("hello", tools=[{"type": "function", "function": {"name": "look"}}]) as stream:
        assert [piece async for piece in stream] == [""]
    assert list(stream.reply.tool_calls) == calls
    assert stream.reply.finish_reason == "tool_calls"


async def test_the_user_is_known_to_the_provider_by_a_digest(bot: CachedChatbot, server: FakeOpenAI):
    """The same for the same user, and not their name; the caller may say otherwise."""
    for user in ("ann@example.com", "ann@example.com", "bob", None):
        await bot.reply("hello", user=user, cache="bypass")
    await bot.reply("hello", user="ann", cache="bypass", safety_identifier="mine")
    await bot.reply("hello", user="ann", cache="bypass", safety_identifier=None)

    ann, again, bob, nobody, mine, none = [request.body.get("safety_identifier") for request in server.requests]
    assert ann == again != bob
    assert len(ann) == 32
    assert "ann" not in ann
    assert (nobody, mine, none) == (None, "mine", None)
    assert "user" not in server.requests[0].body


async def test_a_message_that_is_refused_goes_nowhere(make: Make, server: FakeOpenAI):
    """The user gets a refusal in their language; the model is not asked."""

    async def moderate(text: str, *, role: str) -> str | None:
        return "violence" if "bomb" in text else None

    bot = await make(moderate=moderate)
    reply = await bot.reply("how to build a bomb", context={"language": "de"})

    assert (reply.source, reply.degraded, reply.reason) == ("fallback", True, "moderated: violence")
    assert reply.text == "Bei dieser Nachricht kann ich nicht helfen."
    assert server.calls == 0
    assert (await bot.reply("hello")).source == "model"


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_answer_that_is_refused_is_not_shown(make: Make, server: FakeOpenAI, streamed: bool):
    """Also not piece by piece."""

    async def moderate(text: str, *, role: str) -> str | None:
        return "rude" if role == "assistant" and "fool" in text else None

    bot = await make(moderate=moderate)
    server.script("you fool you", "good day")
    if streamed:
        async with bot.stream("hello") as stream:
            text = "".join([piece async for piece in stream])
        reply = stream.reply
    else:
        reply = await bot.reply("hello")
        text = reply.text

    assert text == reply.text == "I cannot help with that message."
    assert (reply.source, reply.reason) == ("fallback", "moderated: rude")
    # what may not be shown is looked at again when it comes from the cache
    assert (await bot.reply("hello")).source == "fallback"
    assert (await bot.reply("hello", cache="refresh")).text == "good day"


async def test_a_moderator_that_fails_lets_nothing_pass(make: Make, server: FakeOpenAI):
    async def moderate(text: str, *, role: str) -> str | None:
        raise OSError

    bot = await make(moderate=moderate)

    assert (await bot.reply("hello")).reason == "moderation unavailable"
    assert server.calls == 0


SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


async def test_extracting_a_structure(bot: CachedChatbot, server: FakeOpenAI):
    """The schema is sent, the object comes back, the second time from the cache."""
    server.script('{"city": "Lisbon"}')
    for _ in range(2):
        found = await bot.extract("I live in Lisbon", instructions="Where?", schema=SCHEMA)
        assert found == {"city": "Lisbon"}

    assert server.calls == 1
    body = server.requests[0].body
    assert [message["content"] for message in body["messages"]] == ["Where?", "I live in Lisbon"]
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert bot.stats().prompt_tokens > 0
    assert bot.stats().replies == 0


async def test_extraction_takes_what_people_paste(bot: CachedChatbot, server: FakeOpenAI):
    """Control characters go; nothing else is refused than what cannot be sent."""
    server.script('{"city": "Lisbon"}')
    await bot.extract("Lis\x00bon\u202e", instructions="Where?", schema=SCHEMA)
    assert server.requests[0].body["messages"][-1]["content"] == "Lisbon"
    with pytest.raises(InvalidInputError) as caught:
        await bot.extract("", instructions="Where?", schema=SCHEMA)
    assert caught.value.field == "text"


@pytest.mark.parametrize("text", ["Lisbon", "[]", "{}", '{"town": 1}'])
async def test_another_form_is_no_structure(bot: CachedChatbot, server: FakeOpenAI, text: str):
    server.script(text)
    with pytest.raises(DecodeError):
        await bot.extract("I live in Lisbon", instructions="Where?", schema=SCHEMA)


async def test_extraction_has_no_fallback(make: Make, server: FakeOpenAI):
    bot = await make(retry=Retry(attempts=1))
    server.script(FakeFault("status"))
    with pytest.raises(ChatUnavailableError) as caught:
        await bot.extract("text", instructions="", schema=SCHEMA)
    assert caught.value.reason == "status 503"
    async with CachedChatbot(model="m") as offline:
        with pytest.raises(ChatUnavailableError):
            await offline.extract("text", instructions="", schema=SCHEMA)
    with pytest.raises(InvalidInputError) as wrong:
        await bot.extract("text", instructions="", schema=7)  # type: ignore[arg-type]
    assert wrong.value.field == "schema"


async def test_usage_and_cost(make: Make, server: FakeOpenAI):
    """Tokens spent and saved, and what they cost."""
    bot = await make(prices={"m": Price(prompt=Decimal(10), completion=Decimal(20))})
    server.script("one two three")

    reply = await bot.reply("four words of mine")
    kept = await bot.reply("four words of mine")

    assert reply.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.total_tokens) == (4, 3, 7)
    assert reply.usage.cost == Decimal("0.0001")
    assert kept.usage is not None
    assert (kept.usage.saved_tokens, kept.usage.cost) == (7, 0)
    stats = bot.stats()
    assert (stats.prompt_tokens, stats.completion_tokens, stats.saved_tokens) == (4, 3, 7)
    assert stats.cost == stats.saved_cost == {"USD": Decimal("0.0001")}
    assert (stats.replies, stats.model, stats.cached) == (2, 1, 1)
    assert None not in (stats.live_p50, stats.live_p95, stats.live_p99, stats.cached_p50, stats.cached_p99)
    assert stats.to_dict()["cost"] == {"USD": "0.0001"}


def test_cached_prompt_tokens_have_their_own_price():
    price = Price(prompt=Decimal(10), completion=Decimal(20), cached=Decimal(1))

    assert price.of(1_000_000, 1_000_000, 500_000) == Decimal("25.5")


async def test_a_server_that_does_not_count_is_no_fault(bot: CachedChatbot, server: FakeOpenAI):
    server.script(FakeAnswer(text="hi", usage=False), FakeAnswer(text="hi", usage=False))

    assert (await bot.reply("hello")).usage is None
    async with bot.stream("other") as stream:
        assert [piece async for piece in stream] == ["hi"]
    assert stream.reply.usage is None
    assert bot.stats().prompt_tokens == 0


async def test_the_first_piece_is_timed(make: Make):
    bot = await make()
    async with bot.stream("hello") as stream:
        assert [piece async for piece in stream]

    assert bot.stats().first_token_p50 is not None


async def test_events_have_the_conventional_names_and_no_text(bot: CachedChatbot, server: FakeOpenAI):
    events: list[Event] = []
    with listen(events.append):
        await bot.reply("my secret words", user="ann")
        await bot.reply("my secret words", user="ann")
        server.script(FakeFault("status"), FakeFault("status"), FakeFault("status"))
        await bot.reply("other")

    live, kept, fallen = [event for event in events if event.name == "gen_ai.client.operation"]
    assert live.attributes["gen_ai.operation.name"] == "chat"
    assert live.attributes["gen_ai.request.model"] == "m"
    assert live.attributes["gen_ai.response.finish_reasons"] == "stop"
    assert live.attributes["gen_ai.usage.input_tokens"] == 3
    assert live.attributes["server.address"] == "127.0.0.1"
    assert kept.attributes["asyncassist.source"] == "cache"
    assert (fallen.error, fallen.attributes["asyncassist.degraded"]) == ("status 503", True)
    assert "secret" not in repr(events)
    assert "ann" not in repr(events)


async def test_health(make: Make, server: FakeOpenAI):
    """It costs no tokens, and tells a refusal from an outage."""
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


async def test_health_of_a_server_that_is_away(make: Make):
    """A warning while a fallback answers; a failure without one."""
    away = f"http://127.0.0.1:{free_port()}/v1"
    covered = await make(base_url=away)
    bare = await make(base_url=away, fallback=None)

    health = await covered.health()
    assert (health.status, health.checks[0].note) == ("warn", "no connection")
    assert health.checks[0].last_failure is not None
    assert health.checks[0].success_ratio == 0.0
    assert (await bare.health()).status == "fail"


@pytest.mark.parametrize("body", ["<html>hello</html>", "[]", "null", '{"data": 3}', "{"])
async def test_health_of_a_server_with_another_idea_of_models(make: Make, body: str):
    """Whatever it answers with 200 where the list of models should be: somebody is there, and health does not raise."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/v1/models", answer)
    async with TestServer(app) as server:
        bot = await make(base_url=str(server.make_url("/v1")))

        assert (await bot.health()).status == "pass"


async def test_health_of_refused_credentials(clock: FakeClock, make: Make):
    async with FakeOpenAI(api_key="right") as strict:
        bot = await make(base_url=strict.base_url, api_key="wrong")
        health = await bot.health()
        assert (health.status, health.checks[0].note) == ("fail", "credentials refused")
        with pytest.raises(AuthenticationError):
            await bot.reply("hello")


async def test_health_tells_an_open_circuit(make: Make, server: FakeOpenAI):
    bot = await make(
        retry=Retry(attempts=1), breaker=Breaker(min_calls=1), others=[Backend("n", base_url=server.base_url)]
    )
    server.script(FakeFault("status"))
    await bot.reply("hello")

    checks = {check.name: check for check in (await bot.health()).checks}
    assert (checks["model"].status, checks["model"].note) == ("warn", "circuit open")
    assert checks["model-2"].status == "pass"


async def test_a_server_without_a_list_of_models_is_well(make: Make):
    from aiohttp.test_utils import TestServer

    async with TestServer(web.Application()) as bare:
        bot = await make(base_url=str(bare.make_url("/v1")))
        assert (await bot.health()).status == "pass"


async def test_a_client_of_another_make_needs_only_create(make: Make):
    """What a test double of yours may look like; its list of models is not missed."""

    class Completions:
        async def create(self, **request: Any) -> Any:
            message = SimpleNamespace(content=request["messages"][-1]["content"].upper())
            return SimpleNamespace(choices=[SimpleNamespace(message=message, finish_reason="stop")])

    double = SimpleNamespace(chat=SimpleNamespace(completions=Completions()))
    bot = await make(client=double)

    assert (await bot.reply("hello")).text == "HELLO"
    assert (await bot.reply("hello")).source == "cache"
    assert (await bot.health()).status == "pass"


async def test_nothing_private_is_written_anywhere(make: Make, server: FakeOpenAI, caplog: pytest.LogCaptureFixture):
    """Neither key nor words in logs, errors or reprs, also when the server repeats them."""
    caplog.set_level(logging.DEBUG)
    bot = await make(api_key="sk-secret-key", retry=Retry(attempts=1))
    server.script(FakeFault("status", 401, code="my words sk-secret-key"), FakeFault("status", 503))
    with pytest.raises(AuthenticationError) as caught:
        await bot.reply("my words")
    await bot.reply("my words", user="ann")

    shown = [repr(caught.value), str(caught.value), repr(caught.value.__cause__), repr(bot), caplog.text]
    shown += [repr(Backend("m", "sk-secret-key")), str(Backend("m", "sk-secret-key").to_dict())]
    shown += [repr(await bot.health()), repr(bot.stats())]
    for text in shown:
        assert "secret" not in text
        assert "my words" not in text
