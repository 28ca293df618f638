"""Kept answers and answers in flight, for replies and streams alike."""

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


async def test_an_equal_question_is_asked_once(bot: CachedChatbot, server: FakeOpenAI, clock: FakeClock):
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


async def test_an_answer_past_its_time_is_asked_anew(make: Make, server: FakeOpenAI, clock: FakeClock):
    """`ttl` seconds after it was made an answer is not served while a model answers."""
    bot = await make(ttl=60.0)
    await bot.reply("hello")
    clock.advance(60.0)

    assert (await bot.reply("hello")).source == "model"
    assert server.calls == 2


async def test_a_jump_of_the_wall_clock_makes_nothing_young(make: Make, server: FakeOpenAI, clock: FakeClock):
    """Ages count steps forward only."""
    bot = await make(ttl=60.0)
    await bot.reply("hello")
    clock.advance(-3600.0)
    await bot.reply("something else")
    clock.advance(60.0)

    assert (await bot.reply("hello")).source == "model"


async def test_a_ttl_of_zero_keeps_nothing(make: Make, server: FakeOpenAI):
    """Neither fresh nor stale."""
    bot = await make(ttl=0, stale_for=0)
    await bot.reply("hello")
    await bot.reply("hello")

    assert server.calls == 2
    assert bot.stats().cache.entries == 0


async def test_the_cache_is_bounded(make: Make):
    """The least recently used answer goes first."""
    bot = await make(max_entries=2)
    for word in ("one", "two", "one", "three"):
        await bot.reply(word)

    assert (await bot.reply("one")).source == "cache"
    assert (await bot.reply("two")).source == "model"
    assert bot.stats().cache.entries == 2


async def test_a_streamed_answer_fills_the_cache(bot: CachedChatbot, server: FakeOpenAI):
    """What was streamed once is a hit for `reply`."""
    async with bot.stream("hello") as stream:
        text = "".join([piece async for piece in stream])

    reply = await bot.reply("hello")

    assert reply.source == "cache"
    assert reply.text == text == stream.reply.text
    assert server.calls == 1


async def test_a_hit_replays_as_a_stream(bot: CachedChatbot, server: FakeOpenAI):
    """The same events as a live answer: pieces that make up the text, then the reply."""
    server.script("one two three")
    await bot.reply("hello")

    async with bot.stream("hello") as stream:
        pieces = [piece async for piece in stream]

    assert len(pieces) == 3
    assert "".join(pieces) == stream.reply.text == "one two three"
    assert stream.reply.source == "cache"


async def test_a_hundred_equal_questions_make_one_call(bot: CachedChatbot, server: FakeOpenAI):
    """Replies and streams join one call in flight."""
    server.script(FakeAnswer(text="a b c", delay=0.1))

    async def streamed() -> tuple[str, str]:
        async with bot.stream("hello", user="ann") as stream:
            return "".join([piece async for piece in stream]), stream.reply.source

    async def replied() -> tuple[str, str]:
        reply = await bot.reply("hello", user="ann")
        return reply.text, reply.source

    answers = await asyncio.gather(*(streamed() if place % 2 else replied() for place in range(100)))

    assert server.calls == 1
    assert set(answers) == {("a b c", "model")}
    assert bot.stats().coalesced == 99


async def test_a_reply_may_lead_and_streams_follow(bot: CachedChatbot, server: FakeOpenAI):
    """Who joins a call without pieces gets the answer in pieces at its end."""
    server.script(FakeAnswer(text="a b c", delay=0.1))
    leader = asyncio.ensure_future(bot.reply("hello"))
    await server.wait(lambda it: it.calls == 1)

    async with bot.stream("hello") as stream:
        pieces = [piece async for piece in stream]

    assert "".join(pieces) == (await leader).text == "a b c"
    assert server.calls == 1


async def test_who_comes_late_hears_the_beginning(bot: CachedChatbot, server: FakeOpenAI):
    """A second listener of a stream in flight gets every piece."""
    server.script(FakeAnswer(text="a b c d", pace=0.05))
    async with bot.stream("hello") as first:
        heard = [await anext(first)]
        async with bot.stream("hello") as second:
            heard_late = [piece async for piece in second]
        heard += [piece async for piece in first]

    assert "".join(heard) == "".join(heard_late) == "a b c d"
    assert server.calls == 1


@pytest.mark.parametrize("streamed", [False, True])
async def test_the_first_caller_may_leave(bot: CachedChatbot, server: FakeOpenAI, streamed: bool):
    """A leader that is cancelled hurts nobody: the others get the answer of the one call."""
    server.script(FakeAnswer(text="a b c", delay=0.15))

    async def stream() -> Any:
        async with bot.stream("hello") as pieces:
            return "".join([piece async for piece in pieces])

    leader = asyncio.ensure_future(stream() if streamed else bot.reply("hello"))
    await server.wait(lambda it: it.calls == 1)
    others = [asyncio.ensure_future(bot.reply("hello")) for _ in range(49)]
    await asyncio.sleep(0)

    leader.cancel()

    with pytest.raises(asyncio.CancelledError):
        await leader
    assert {reply.text for reply in await asyncio.gather(*others)} == {"a b c"}
    assert server.calls == 1


async def test_when_all_leave_the_call_ends(bot: CachedChatbot, server: FakeOpenAI):
    """Nobody waits: the connection to the model is closed."""
    server.script(FakeFault("stall"))
    callers = [asyncio.ensure_future(bot.reply("hello")) for _ in range(3)]
    await server.wait(lambda it: it.calls == 1)

    for caller in callers:
        caller.cancel()
    await asyncio.wait(callers)

    await server.wait(lambda it: it.left == 1, within=1.0)


async def test_a_reply_that_joined_a_broken_stream_asks_for_itself(make: Make, server: FakeOpenAI):
    """Half an answer is something to the one who saw it come, and nothing to the one who waits for the whole."""
    bot = await make(timeout=Timeout(total=30.0, attempt=10.0, idle=0.5))
    server.script(FakeFault("stall", after=2), "whole")

    async with bot.stream("hello") as stream:
        await anext(stream)
        joined = asyncio.ensure_future(bot.reply("hello"))
        rest = [piece async for piece in stream]

    reply = await joined
    assert stream.reply.reason == "stalled"
    assert rest
    assert (reply.text, reply.degraded) == ("whole", False)
    assert server.calls == 2


async def test_bypass_neither_reads_nor_keeps(bot: CachedChatbot, server: FakeOpenAI):
    await bot.reply("hello")

    assert (await bot.reply("hello", cache="bypass")).source == "model"
    assert (await bot.reply("other", cache="bypass")).source == "model"
    assert (await bot.reply("other")).source == "model"
    assert server.calls == 4


async def test_bypass_joins_nobody(bot: CachedChatbot, server: FakeOpenAI):
    """Two calls at once are two calls."""
    server.script(FakeAnswer(text="a", delay=0.05), FakeAnswer(text="b", delay=0.05))
    replies = await asyncio.gather(*(bot.reply("hello", cache="bypass") for _ in range(2)))

    assert {reply.text for reply in replies} == {"a", "b"}


async def test_refresh_asks_anew_and_keeps(bot: CachedChatbot, server: FakeOpenAI):
    server.script("old", "new")
    await bot.reply("hello")

    assert (await bot.reply("hello", cache="refresh")).text == "new"
    again = await bot.reply("hello")
    assert (again.text, again.source) == ("new", "cache")


async def test_only_asks_nobody(bot: CachedChatbot, server: FakeOpenAI):
    """Without an entry it raises, with one it answers."""
    with pytest.raises(ChatUnavailableError) as caught:
        await bot.reply("hello", cache="only")
    assert caught.value.reason == "no answer is kept"
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
async def test_only_whole_answers_are_kept(bot: CachedChatbot, server: FakeOpenAI, answer: FakeAnswer, streamed: bool):
    """Cut off, filtered, refused, or a call of tools: given to the caller, and to nobody after."""
    server.script(answer, "fine")
    if streamed:
        async with bot.stream("hello") as stream:
            assert "".join([piece async for piece in stream]) == (answer.refusal or answer.text)
        reply = stream.reply
    else:
        reply = await bot.reply("hello")

    assert reply.source == "model"
    assert reply.text == (answer.refusal or answer.text)
    assert reply.refusal is (answer.refusal is not None)
    assert [call["function"]["name"] for call in reply.tool_calls] == ["f"] * len(answer.tool_calls)
    assert (await bot.reply("hello")).text == "fine"


async def test_clearing_forgets_all_or_one_users_answers(bot: CachedChatbot, server: FakeOpenAI):
    await bot.reply("hello", user="ann")
    await bot.reply("hello", user="bob")

    assert await bot.clear_cache(user="ann") == 1
    assert (await bot.reply("hello", user="bob")).source == "cache"
    assert (await bot.reply("hello", user="ann")).source == "model"
    assert await bot.clear_cache() == 2
    assert bot.stats().cache.entries == 0


async def test_an_answer_under_way_is_not_kept_after_a_clearing(bot: CachedChatbot, server: FakeOpenAI):
    """Cleared is cleared, also for what was asked before it."""
    server.script(FakeAnswer(text="old", delay=0.1), "new")
    asking = asyncio.ensure_future(bot.reply("hello"))
    await server.wait(lambda it: it.calls == 1)

    await bot.clear_cache()

    assert (await asking).text == "old"
    assert (await bot.reply("hello")).text == "new"


async def test_users_share_answers_only_when_told(make: Make, server: FakeOpenAI):
    apart = await make()
    await apart.reply("hello", user="ann")
    assert (await apart.reply("hello", user="bob")).source == "model"
    assert (await apart.reply("hello")).source == "model"

    together = await make(share_answers=True)
    await together.reply("hello", user="ann")
    assert (await together.reply("hello", user="bob")).source == "cache"
    assert (await together.reply("hello")).source == "cache"


async def test_anonymous_conversations_share_only_their_beginnings(bot: CachedChatbot, server: FakeOpenAI):
    """As soon as a history went into the prompt, the answer belongs to the conversation."""
    for name in ("one", "two"):
        await bot.reply("hello", conversation_id=name)
    assert server.calls == 1

    replies = [await bot.reply("and then?", conversation_id=name) for name in ("one", "two")]

    assert [reply.source for reply in replies] == ["model", "model"]


async def test_closing_ends_what_is_in_flight(make: Make, server: FakeOpenAI):
    """A caller that still waits learns that the chatbot was closed."""
    bot = await make()
    server.script(FakeFault("stall"))
    waiting = asyncio.ensure_future(bot.reply("hello"))
    await server.wait(lambda it: it.calls == 1)

    await bot.aclose()

    with pytest.raises(ClosedError):
        await waiting
    with pytest.raises(ClosedError):
        await bot.reply("hello")
