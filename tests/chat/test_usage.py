"""Token usage, cost, latencies and events of replies."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from asyncassist import CachedChatbot
from asyncassist._chat import Price
from asyncassist._events import Event, listen
from asyncassist.testing import FakeAnswer, FakeFault, FakeOpenAI
from tests.chat.conftest import BOTH_WIRES

if TYPE_CHECKING:
    from tests.chat.conftest import Make

wire = BOTH_WIRES


async def test_usage_and_cost(make: Make, server: FakeOpenAI):
    """Tokens and their cost are spent by a live reply and saved by a cached one."""
    bot = await make(prices={"m": Price(prompt=Decimal(10), completion=Decimal(20))})
    server.script("one two three")

    reply = await bot.reply("four words of mine")
    cached = await bot.reply("four words of mine")

    assert reply.usage is not None
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.total_tokens) == (4, 3, 7)
    assert reply.usage.cost == Decimal("0.0001")
    assert cached.usage is not None
    assert (cached.usage.saved_tokens, cached.usage.cost) == (7, 0)
    stats = bot.stats()
    assert (stats.prompt_tokens, stats.completion_tokens, stats.saved_tokens) == (4, 3, 7)
    assert stats.cost == stats.saved_cost == {"USD": Decimal("0.0001")}
    assert (stats.replies, stats.model, stats.cached) == (2, 1, 1)
    assert None not in (stats.live_p50, stats.live_p95, stats.live_p99, stats.cached_p50, stats.cached_p99)
    assert stats.to_dict()["cost"] == {"USD": "0.0001"}


async def test_without_token_counts_the_usage_is_none(bot: CachedChatbot, server: FakeOpenAI):
    """A server that does not count tokens is accepted, with and without streaming."""
    server.script(FakeAnswer(text="hi", usage=False), FakeAnswer(text="hi", usage=False))

    assert (await bot.reply("hello")).usage is None
    async with bot.stream("other") as stream:
        assert [delta async for delta in stream] == ["hi"]
    assert stream.reply.usage is None
    assert bot.stats().prompt_tokens == 0


async def test_the_time_to_the_first_token_is_recorded(make: Make):
    """A streamed reply adds to the percentiles of the time to the first token."""
    bot = await make()
    async with bot.stream("hello") as stream:
        assert [delta async for delta in stream]

    assert bot.stats().first_token_p50 is not None


async def test_events_have_genai_attributes_and_no_text(bot: CachedChatbot, server: FakeOpenAI):
    """Each reply emits an event with OpenTelemetry's GenAI attributes, without message texts and user ids."""
    events: list[Event] = []
    with listen(events.append):
        await bot.reply("my secret words", user="ann")
        await bot.reply("my secret words", user="ann")
        server.script(FakeFault("status"), FakeFault("status"), FakeFault("status"))
        await bot.reply("other")

    live, cached, fallback = [event for event in events if event.name == "gen_ai.client.operation"]
    assert live.attributes["gen_ai.operation.name"] == "chat"
    assert live.attributes["gen_ai.request.model"] == "m"
    assert live.attributes["gen_ai.response.finish_reasons"] == "stop"
    assert live.attributes["gen_ai.usage.input_tokens"] == 3
    assert live.attributes["server.address"] == "127.0.0.1"
    assert cached.attributes["asyncassist.source"] == "cache"
    assert (fallback.error, fallback.attributes["asyncassist.degraded"]) == ("status 503", True)
    assert "secret" not in repr(events)
    assert "ann" not in repr(events)
