"""Server-sent events: heartbeats, encoding, and the response body that follows a turn."""

from __future__ import annotations

import asyncio

import pytest

from asyncassist.web.sse import EventEncoder
from tests.web.components import FakeAssistant, post, service_of


async def test_silent_stream_sends_heartbeats():
    """A comment keeps the connection alive and reveals a disconnect; leaving the stream cancels the turn if asked for.

    The first one after an event is longer than what proxies buffer, so that the event arrives.
    """
    assistant = FakeAssistant()
    assistant.release = asyncio.Event()
    async with service_of(assistant, on_disconnect="cancel") as service:
        response = await service.handle(post("/chat", {"message": "one two"}, accept="text/event-stream"))
        pieces = [await anext(response.body) for _ in range(4)]
        await response.body.aclose()

        assert b"event: start" in pieces[0]
        assert b"event: delta" in b"".join(pieces[:2])
        beats = [piece for piece in pieces if piece.startswith(b": beat")]
        assert len(beats[0]) > 4096
        assert beats[1] == b": beat\n\n"
        assert assistant.running == 0
        with pytest.raises(StopAsyncIteration):
            await anext(response.body)


@pytest.mark.parametrize("path", ["/chat", "/api/async/chatbot"])
async def test_stream_forbids_transformation(path):
    """A proxy that compresses would hold the events back; the other headers are those of every response."""
    async with service_of() as service:
        plain = await service.handle(post(path, {"message": "one"}))
        stream = await service.handle(post(path, {"message": "one", "stream": True}))
        await stream.body.aclose()

    assert [value for name, value in stream.headers if name == "cache-control"] == ["no-cache, no-transform"]
    assert plain.header("cache-control") == "no-store"
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy"):
        assert stream.header(name) == plain.header(name)


async def test_turn_of_a_stream_that_is_never_read_is_cancelled():
    """A client that disconnects before the first byte causes no work, where its leaving cancels the turn."""
    assistant = FakeAssistant()
    async with service_of(assistant, on_disconnect="cancel") as service:
        response = await service.handle(post("/chat", {"message": "one", "stream": True}))
        await response.body.aclose()

    assert assistant.calls == []


def test_event_is_one_line_of_data():
    """Line breaks inside the data are escaped by JSON, so that they cannot end the event."""
    assert EventEncoder().encode("t-1", b'delta\n{"text":"a\\nb\\n\\nevent: done"}') == (
        b'id: t-1\nevent: delta\ndata: {"text":"a\\nb\\n\\nevent: done"}\n\n'
    )


async def test_stream_is_active_from_its_first_read_to_its_end():
    """It is not before, nor after it has ended or has been closed, nor when it is read again then."""
    async with service_of() as service:
        bodies = [(await service.handle(post("/chat", {"message": "one", "stream": True}))).body for _ in range(3)]
        ended, closed, unread = bodies
        assert not service.active_streams
        assert b"event: done" in b"".join([chunk async for chunk in ended])
        assert not service.active_streams
        await anext(closed)
        assert service.active_streams == {closed}
        await closed.aclose()
        await unread.aclose()
        for stream in bodies:
            with pytest.raises(StopAsyncIteration):
                await anext(stream)
        assert not service.active_streams
