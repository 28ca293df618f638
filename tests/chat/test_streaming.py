"""ReplyStream: iteration, early exit, and the complete reply at the end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from asyncassist import ReasoningDelta, TextDelta
from asyncassist._chat.completions import MAX_REASONING_CHARS
from asyncassist.testing import FakeAnswer, FakeOpenAI
from tests.chat.conftest import BOTH_WIRES, NO_RETRY

if TYPE_CHECKING:
    from asyncassist import CachedChatbot
    from tests.chat.conftest import Make

wire = BOTH_WIRES


async def test_deltas_arrive_without_buffering(bot: CachedChatbot, server: FakeOpenAI):
    """The first delta does not wait for the second, which would take an hour."""
    server.script(FakeAnswer(text="a b c", pace=3600.0))
    async with bot.stream("hello") as stream:
        assert await anext(aiter(stream)) == "a"


async def test_leaving_a_stream_closes_the_connection_and_stores_nothing(bot: CachedChatbot, server: FakeOpenAI):
    """The connection to the model is closed within a second; neither the turn nor the answer is stored."""
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


async def test_a_stream_must_be_entered_exactly_once(bot: CachedChatbot):
    """Iterating before entering, and entering twice, raise a RuntimeError."""
    stream = bot.stream("hello")
    with pytest.raises(RuntimeError):
        await anext(stream)
    await stream.__aexit__(None, None, None)
    async with stream:
        with pytest.raises(RuntimeError):
            await stream.__aenter__()


async def test_streamed_tool_calls_are_merged(bot: CachedChatbot, server: FakeOpenAI):
    """The reply has complete tool calls, in order."""
    calls = [
        {"id": f"{n}", "type": "function", "function": {"name": "look", "arguments": f'{{"n": {n}}}'}} for n in range(2)
    ]
    server.script(FakeAnswer(text="", finish_reason="tool_calls", tool_calls=calls))

    async with bot.stream("hello", tools=[{"type": "function", "function": {"name": "look"}}]) as stream:
        assert [delta async for delta in stream] == [""]
    assert list(stream.reply.tool_calls) == calls
    assert stream.reply.finish_reason == "tool_calls"


async def test_readable_reasoning_is_an_event_and_no_text(make: Make, server: FakeOpenAI, wire: str):
    """It comes as it arrives, before the text; also to a second caller of the same question."""
    bot = await make()
    summary = {"reasoning": {"summary": "auto"}} if wire == "responses" else {}
    server.script(FakeAnswer(text="Four.", reasoning_summary="Two and two"))

    async def ask() -> list[Any]:
        async with bot.stream("2 + 2", **summary) as stream:
            return [event async for event in stream.events()]

    events, others = await asyncio.gather(ask(), ask())

    assert [type(event) for event in events] == [ReasoningDelta] * 3 + [TextDelta]
    assert "".join(event.text for event in events[:3]) == "Two and two"
    assert (events[3].text, others, server.calls) == ("Four.", events, 1)


async def test_reasoning_without_end_is_cut_off(make: Make, server: FakeOpenAI, wire: str):
    """It counts for itself, and the reply falls back."""
    bot = await make(retry=NO_RETRY)
    summary = {"reasoning": {"summary": "auto"}} if wire == "responses" else {}
    server.script(FakeAnswer(text="Four.", reasoning_summary="x" * (MAX_REASONING_CHARS + 1)))

    async with bot.stream("2 + 2", **summary) as stream:
        text = "".join([delta async for delta in stream])

    assert (stream.reply.source, text) == ("fallback", stream.reply.text)
