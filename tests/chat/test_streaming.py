"""ReplyStream: iteration, early exit, and the complete reply at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asyncassist.testing import FakeAnswer, FakeOpenAI
from tests.chat.conftest import BOTH_WIRES

if TYPE_CHECKING:
    from asyncassist import CachedChatbot

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
