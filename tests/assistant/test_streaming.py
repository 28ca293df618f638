"""Event stream of one reply."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from asyncassist.assistant import AssistantEvent, AssistantReply, AssistantStream, Done, TextDelta

REPLY = AssistantReply(text="Hi there", session_id="trip", language="en", intent="greeting")


async def events() -> AsyncIterator[AssistantEvent]:
    """Yield the events of `REPLY`."""
    yield TextDelta(text="Hi")
    yield TextDelta(text=" there")
    yield Done(reply=REPLY)


async def test_events_pass_through_in_order():
    """The stream yields the events as they are, then ends."""
    stream = AssistantStream(events())

    assert [event async for event in stream] == [TextDelta(text="Hi"), TextDelta(text=" there"), Done(reply=REPLY)]
    assert [event async for event in stream] == []


async def test_reply_is_available_after_the_last_event():
    """`reply` raises until `Done` was delivered, and then returns its reply."""
    stream = AssistantStream(events())

    with pytest.raises(RuntimeError, match="after the last event"):
        _ = stream.reply
    assert await anext(stream) == TextDelta(text="Hi")
    with pytest.raises(RuntimeError, match="iterate the stream to its end"):
        _ = stream.reply
    _ = [event async for event in stream]

    assert stream.reply is REPLY
