"""The answer cache and coalescing, for replies and streams alike."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from asyncassist import Timeout
from asyncassist._chat import Usage
from asyncassist.errors import ChatUnavailableError, ClosedError
from asyncassist.testing import FakeAnswer, FakeFault, FakeOpenAI

if TYPE_CHECKING:
    from asyncassist import CachedChatbot
    from asyncassist.testing import FakeClock
    from tests.chat.conftest import Make


async def test_an_equal_request_is_a_cache_hit(bot: CachedChatbot, server: FakeOpenAI, clock: FakeClock):
    """The second answer comes from the cache, with its age, and costs no tokens."""
    first = await bot.reply("hello", user="ann")
    clock.advance(10.0)

    second = await bot.reply("hello", user="ann")

    assert server.calls == 1
    assert (first.source, second.source) == ("model", "cache")
    assert second.text == first.text
    assert second.age == 10.0
    assert second.attempts == 0
    assert first.usage is not None
    assert second.usage == Usage(saved_tokens=first.usage.total_tokens)
    assert not second.degraded


async def test_an_expired_answer_is_requested_again(make: Make, server: FakeOpenAI, clock: FakeClock):
    """`ttl` seconds after it was stored an answer is not served while a model answers."""
    bot = await make(ttl=60.0)
    await bot.reply("hello")
    clock.advance(60.0)

    assert (await bot.reply("hello")).source == "model"
    assert server.calls == 2


async def test_a_wall_clock_set_back_does_not_rejuvenate_answers(make: Make, server: FakeOpenAI, clock: FakeClock):
    """Ages are measured by a monotonic clock."""
    bot = await make(ttl=60.0)
    await bot.reply("hello")
    clock.advance(-3600.0)
    await bot.reply("something else")
    clock.advance(60.0)

    assert (await bot.reply("hello")).source == "model"


async def test_without_ttl_and_stale_for_nothing_is_cached(make: Make, server: FakeOpenAI):
    """Neither fresh nor stale."""
    bot = await make(ttl=0, stale_for=0)
    await bot.reply("hello")
    await bot.reply("hello")

    assert server.calls == 2
    assert bot.stats().cache.entries == 0


async def test_the_cache_is_bounded(make: Make):
    """The least recently used answer is evicted first."""
    bot = await make(max_entries=2)
    for word in ("one", "two", "one", "three"):
        await bot.reply(word)

    assert (await bot.reply("one")).source == "cache"
    assert (await bot.reply("two")).source == "model"
    assert bot.stats().cache.entries == 2


async def test_a_streamed_answer_fills_the_cache(bot: CachedChatbot, server: FakeOpenAI):
    """A streamed answer is a hit for `reply`."""
    async with bot.stream("hello") as stream:
        text = "".join([delta async for delta in stream])

    reply = await bot.reply("hello")

    assert reply.source == "cache"
    assert reply.text == text == stream.reply.text
    assert server.calls == 1


async def test_a_hit_replays_as_a_stream(bot: CachedChatbot, server: FakeOpenAI):
    """Deltas that make up the text, then the reply, as with a live answer."""
    server.script("one two three")
    await bot.reply("hello")

    async with bot.stream("hello") as stream:
        deltas = [delta async for delta in stream]

    assert len(deltas) == 3
    assert "".join(deltas) == stream.reply.text == "one two three"
    assert stream.reply.source == "cache"


async def test_a_hundred_concurrent_equal_requests_make_one_call(bot: CachedChatbot, server: FakeOpenAI):
    """Replies and streams are coalesced into one call."""
    server.script(FakeAnswer(text="a b c", delay=0.1))

    async def streamed() -> tuple[str, str]:
        async with bot.stream("hello", user="ann") as stream:
            return "".join([delta async for delta in stream]), stream.reply.source

    async def replied() -> tuple[str, str]:
        reply = await bot.reply("hello", user="ann")
        return reply.text, reply.source

    answers = await asyncio.gather(*(streamed() if index % 2 else replied() for index in range(100)))

    assert server.calls == 1
    assert set(answers) == {("a b c", "model")}
    assert bot.stats().coalesced == 99


async def test_a_stream_coalesced_with_a_reply_gets_deltas_at_the_end(bot: CachedChatbot, server: FakeOpenAI):
    """A call that joined one without streaming gets its answer word by word at the end."""
    server.script(FakeAnswer(text="a b c", delay=0.1))
    leader = asyncio.ensure_future(bot.reply("hello"))
    await server.wait(lambda it: it.calls == 1)

    async with bot.stream("hello") as stream:
        deltas = [delta async for delta in stream]

    assert "".join(deltas) == (await leader).text == "a b c"
    assert server.calls == 1


async def test_a_late_subscriber_gets_all_deltas(bot: CachedChatbot, server: FakeOpenAI):
    """A second consumer of a stream in flight gets the deltas emitted before."""
    server.script(FakeAnswer(text="a b c d", pace=0.05))
    async with bot.stream("hello") as first:
        deltas = [await anext(first)]
        async with bot.stream("hello") as second:
            late_deltas = [delta async for delta in second]
        deltas += [delta async for delta in first]

    assert "".join(deltas) == "".join(late_deltas) == "a b c d"
    assert server.calls == 1


@pytest.mark.parametrize("streamed", [False, True])
async def test_cancelling_the_leader_does_not_cancel_the_waiters(
    bot: CachedChatbot, server: FakeOpenAI, streamed: bool
):
    """The coalesced callers get the answer of the one call."""
    server.script(FakeAnswer(text="a b c", delay=0.15))

    async def stream() -> Any:
        async with bot.stream("hello") as deltas:
            return "".join([delta async for delta in deltas])

    leader = asyncio.ensure_future(stream() if streamed else bot.reply("hello"))
    await server.wait(lambda it: it.calls == 1)
    others = [asyncio.ensure_future(bot.reply("hello")) for _ in range(49)]
    await asyncio.sleep(0)

    leader.cancel()

    with pytest.raises(asyncio.CancelledError):
        await leader
    assert {reply.text for reply in await asyncio.gather(*others)} == {"a b c"}
    assert server.calls == 1


async def test_cancelling_all_callers_cancels_the_call(bot: CachedChatbot, server: FakeOpenAI):
    """The connection to the model is closed."""
    server.script(FakeFault("stall"))
    callers = [asyncio.ensure_future(bot.reply("hello")) for _ in range(3)]
    await server.wait(lambda it: it.calls == 1)

    for caller in callers:
        caller.cancel()
    await asyncio.wait(callers)

    await server.wait(lambda it: it.left == 1, within=1.0)


async def test_a_reply_coalesced_with_a_broken_stream_asks_again(make: Make, server: FakeOpenAI):
    """A partial answer is of use to the streaming caller only."""
    bot = await make(timeout=Timeout(total=30.0, attempt=10.0, idle=0.5))
    server.script(FakeFault("stall", after=2), "whole")

    async with bot.stream("hello") as stream:
        await anext(stream)
        joined = asyncio.ensure_future(bot.reply("hello"))
        rest = [delta async for delta in stream]

    reply = await joined
    assert stream.reply.reason == "stalled"
    assert rest
    assert (reply.text, reply.degraded) == ("whole", False)
    assert server.calls == 2


async def test_bypass_neither_reads_nor_stores(bot: CachedChatbot, server: FakeOpenAI):
    """Each call with cache="bypass" asks the model, and its answer is not served later."""
    await bot.reply("hello")

    assert (await bot.reply("hello", cache="bypass")).source == "model"
    assert (await bot.reply("other", cache="bypass")).source == "model"
    assert (await bot.reply("other")).source == "model"
    assert server.calls == 4


async def test_bypass_is_not_coalesced(bot: CachedChatbot, server: FakeOpenAI):
    """Two concurrent calls make two calls to the model."""
    server.script(FakeAnswer(text="a", delay=0.05), FakeAnswer(text="b", delay=0.05))
    replies = await asyncio.gather(*(bot.reply("hello", cache="bypass") for _ in range(2)))

    assert {reply.text for reply in replies} == {"a", "b"}


async def test_refresh_replaces_the_cached_answer(bot: CachedChatbot, server: FakeOpenAI):
    """The model is asked, and its new answer is served afterwards."""
    server.script("old", "new")
    await bot.reply("hello")

    assert (await bot.reply("hello", cache="refresh")).text == "new"
    cached = await bot.reply("hello")
    assert (cached.text, cached.source) == ("new", "cache")


async def test_only_never_calls_the_model(bot: CachedChatbot, server: FakeOpenAI):
    """Without a cached answer it raises, with one it answers."""
    with pytest.raises(ChatUnavailableError) as caught:
        await bot.reply("hello", cache="only")
    assert caught.value.reason == "no answer is cached"
    assert server.calls == 0

    await bot.reply("hello")
    assert (await bot.reply("hello", cache="only")).source == "cache"


@pytest.mark.parametrize(
    "answer",
    [
        FakeAnswer(text="cut of", finish_reason="length"),
        FakeAnswer(text="some", finish_reason="content_filter"),
        FakeAnswer(refusal="I will not"),
        FakeAnswer(
            finish_reason="tool_calls",
            tool_calls=[{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        ),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
async def test_only_complete_answers_are_cached(
    bot: CachedChatbot, server: FakeOpenAI, answer: FakeAnswer, streamed: bool
):
    """Truncated, filtered and refused answers and tool calls are returned to their caller only."""
    server.script(answer, "fine")
    if streamed:
        async with bot.stream("hello") as stream:
            assert "".join([delta async for delta in stream]) == (answer.refusal or answer.text)
        reply = stream.reply
    else:
        reply = await bot.reply("hello")

    assert reply.source == "model"
    assert reply.text == (answer.refusal or answer.text)
    assert reply.refusal is (answer.refusal is not None)
    assert [call["function"]["name"] for call in reply.tool_calls] == ["f"] * len(answer.tool_calls)
    assert (await bot.reply("hello")).text == "fine"


async def test_clear_deletes_all_or_one_users_answers(bot: CachedChatbot, server: FakeOpenAI):
    """`clear_cache` returns the number of answers deleted."""
    await bot.reply("hello", user="ann")
    await bot.reply("hello", user="bob")

    assert await bot.clear_cache(user="ann") == 1
    assert (await bot.reply("hello", user="bob")).source == "cache"
    assert (await bot.reply("hello", user="ann")).source == "model"
    assert await bot.clear_cache() == 2
    assert bot.stats().cache.entries == 0


async def test_an_answer_in_flight_during_a_clear_is_not_cached(bot: CachedChatbot, server: FakeOpenAI):
    """Its caller gets the answer; later callers do not."""
    server.script(FakeAnswer(text="old", delay=0.1), "new")
    in_flight = asyncio.ensure_future(bot.reply("hello"))
    await server.wait(lambda it: it.calls == 1)

    await bot.clear_cache()

    assert (await in_flight).text == "old"
    assert (await bot.reply("hello")).text == "new"


async def test_users_share_answers_only_with_share_answers(make: Make, server: FakeOpenAI):
    """By default each user, and the anonymous one, has answers of their own."""
    separate = await make()
    await separate.reply("hello", user="ann")
    assert (await separate.reply("hello", user="bob")).source == "model"
    assert (await separate.reply("hello")).source == "model"

    shared = await make(share_answers=True)
    await shared.reply("hello", user="ann")
    assert (await shared.reply("hello", user="bob")).source == "cache"
    assert (await shared.reply("hello")).source == "cache"


async def test_anonymous_conversations_share_only_their_beginnings(bot: CachedChatbot, server: FakeOpenAI):
    """As soon as a history is in the prompt, the answer belongs to the conversation."""
    for name in ("one", "two"):
        await bot.reply("hello", conversation_id=name)
    assert server.calls == 1

    replies = [await bot.reply("and then?", conversation_id=name) for name in ("one", "two")]

    assert [reply.source for reply in replies] == ["model", "model"]


async def test_closing_cancels_calls_in_flight(make: Make, server: FakeOpenAI):
    """Their callers get a ClosedError."""
    bot = await make()
    server.script(FakeFault("stall"))
    waiting = asyncio.ensure_future(bot.reply("hello"))
    await server.wait(lambda it: it.calls == 1)

    await bot.aclose()

    with pytest.raises(ClosedError):
        await waiting
    with pytest.raises(ClosedError):
        await bot.reply("hello")
