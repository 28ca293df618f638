"""Server-sent events: the queue between work and reader, heartbeats, encoding."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from asyncassist.web.sse import EventQueue, EventStream, encode_event
from tests.web.components import FakeAssistant, post, service_of


async def test_silent_stream_sends_heartbeats():
    """A comment keeps the connection alive and reveals a disconnect; closing the stream cancels the work."""
    assistant = FakeAssistant()
    assistant.release = asyncio.Event()
    async with service_of(assistant) as service:
        response = await service.handle(post("/chat", {"message": "one two"}, accept="text/event-stream"))
        pieces = [await anext(response.body), await anext(response.body)]
        await response.body.aclose()

        assert pieces[0].startswith(b"event: delta")
        assert pieces[1] == b": beat\n\n"
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


async def test_stream_that_is_never_read_never_starts():
    """A client that disconnects before the first byte causes no work."""
    assistant = FakeAssistant()
    async with service_of(assistant) as service:
        response = await service.handle(post("/chat", {"message": "one", "stream": True}))
        await response.body.aclose()

    assert assistant.calls == []


def test_event_is_one_line_of_data():
    """Line breaks inside the data are escaped by JSON, so that they cannot end the event."""
    assert encode_event("delta", {"text": "a\nb\n\nevent: done"}) == (
        b'event: delta\ndata: {"text":"a\\nb\\n\\nevent: done"}\n\n'
    )


async def test_queue_yields_the_events_in_order_and_ends():
    """All events of the work, and then the end."""

    async def work(emit: Any) -> None:
        for number in range(3):
            await emit("number", number)

    assert [event async for event in EventQueue(work)] == [("number", 0), ("number", 1), ("number", 2)]


async def test_slow_reader_slows_the_work_down():
    """No more events are produced than fit into the queue."""
    produced = 0

    async def work(emit: Any) -> None:
        nonlocal produced
        while True:
            await emit("number", produced)
            produced += 1

    queue = EventQueue(work, size=2)
    await anext(queue)
    for _ in range(20):
        await asyncio.sleep(0)

    assert produced <= 4
    await queue.aclose()


async def test_failed_work_ends_the_queue():
    """Work that raises instead of emitting an error event ends the stream after the next heartbeat."""

    async def work(emit: Any) -> None:
        await emit("number", 1)
        raise RuntimeError

    queue = EventQueue(work, heartbeat=0.01)

    assert [event async for event in queue if event is not None] == [("number", 1)]
    with pytest.raises(StopAsyncIteration):
        await anext(queue)


async def test_stream_is_active_from_its_first_read_to_its_end():
    """It is not before, nor after it has ended or has been closed, nor when it is read again then."""
    active: set[EventStream] = set()

    async def work(emit: Any) -> None:
        await emit("done", {})

    ended, closed, unread = (EventStream(EventQueue(work), active=active) for _ in range(3))
    assert not active
    body = b"".join([chunk async for chunk in ended])
    assert not active
    await anext(closed)
    assert active == {closed}
    await closed.aclose()
    await unread.aclose()
    for stream in (ended, closed, unread):
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    assert body == b"event: done\ndata: {}\n\n"
    assert not active
