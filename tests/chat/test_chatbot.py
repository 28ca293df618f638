"""CachedChatbot as a whole: construction, environment, life cycle, discretion."""

from __future__ import annotations

import asyncio
import gc
import logging
from typing import TYPE_CHECKING

import pytest

from asyncassist import Backend, CachedChatbot, Retry
from asyncassist.errors import (
    AuthenticationError,
    WrongLoopError,
)
from asyncassist.testing import FakeFault, FakeOpenAI

if TYPE_CHECKING:
    from tests.chat.conftest import Make


def test_construction_needs_no_loop_and_opens_nothing():
    """The constructor does no I/O, with an unreachable Redis too."""
    bot = CachedChatbot(model="m", api_key="k", redis="redis://127.0.0.1:1", system="Be brief.", now=lambda: 0.0)

    assert bot.system == "Be brief."


async def test_from_env_reads_key_url_model_and_redis(
    monkeypatch: pytest.MonkeyPatch, server: FakeOpenAI, redis_url: str
):
    """Without key and base URL the chatbot works offline."""
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
        assert {check.name for check in (await bot.health()).checks} == {
            "model",
            "conversations",
            "shared-cache",
            "quotas",
        }
        await bot.clear_cache()
    assert server.requests[0].headers["authorization"] == "Bearer from-env"


def test_use_on_another_loop_raises(server_in_thread: str):
    """WrongLoopError names LoopThread as the remedy."""
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
    """A server on an event loop in a thread of its own."""
    from asyncassist.bridge import LoopThread

    with LoopThread() as loop, loop.enter(FakeOpenAI()) as running:
        yield running.base_url


async def test_an_unclosed_chatbot_warns(server: FakeOpenAI):
    """Garbage collection of an open chatbot raises a ResourceWarning."""
    bot = CachedChatbot(model="m")
    await bot.reply("hello")

    with pytest.warns(ResourceWarning, match="CachedChatbot"):
        del bot
        gc.collect()


async def test_keys_and_messages_do_not_leak(make: Make, server: FakeOpenAI, caplog: pytest.LogCaptureFixture):
    """Neither key nor message is in logs, errors or reprs, not even if the server repeats them."""
    caplog.set_level(logging.DEBUG)
    bot = await make(api_key="sk-secret-key", retry=Retry(attempts=1))
    server.script(FakeFault("status", 401, code="my words sk-secret-key"), FakeFault("status", 503))
    with pytest.raises(AuthenticationError) as caught:
        await bot.reply("my words")
    await bot.reply("my words", user="ann")

    outputs = [repr(caught.value), str(caught.value), repr(caught.value.__cause__), repr(bot), caplog.text]
    outputs += [repr(Backend("m", "sk-secret-key")), str(Backend("m", "sk-secret-key").to_dict())]
    outputs += [repr(await bot.health()), repr(bot.stats())]
    for text in outputs:
        assert "secret" not in text
        assert "my words" not in text


def test_version_tells_models_and_servers_apart():
    """Caches of what the model extracted may be shared between equal chatbots only."""

    def version(model: str, base_url: str) -> str:
        return CachedChatbot(model=model, base_url=base_url).version

    first = version("small", "https://one.example/v1")

    assert first == version("small", "https://one.example/v1")
    assert len({first, version("large", "https://one.example/v1"), version("small", "https://two.example/v1")}) == 3
    assert CachedChatbot(model="offline").version != first
