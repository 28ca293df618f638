"""Server-sent events: a queue between the task that produces events and their reader, and the response body."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from asyncassist._lifecycle import cancel_and_wait, discard_error
from asyncassist.web import strict_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

MEDIA_TYPE = "text/event-stream"
STREAM_HEADERS = (
    ("content-type", f"{MEDIA_TYPE}; charset=utf-8"),
    # A proxy that compresses or buffers would hold the events back; nginx has a header of its own for it.
    ("cache-control", "no-cache, no-transform"),
    ("x-accel-buffering", "no"),
)

# Seconds of silence before a heartbeat. A threaded server notices a disconnected client only by writing, and the first
# write after the disconnect still succeeds: two heartbeats and the network's latency stay below a second.
HEARTBEAT = 0.3

StreamEvent = tuple[str, Any]
Emit = "Callable[[str, Any], Awaitable[None]]"


class EventQueue:
    """Bounded queue between work that produces events and the reader of these events.

    The work runs in a task of its own, which starts at the first read: its timeouts and task groups are entered and
    left in one task, whichever task reads. A slow reader slows the work down (backpressure).

    Args:
        work: Async function that is called with a function `emit(name, data)` and awaits it for each event.
        heartbeat: Seconds of silence after which the reader gets None.
        size: Largest number of events in the queue.
    """

    def __init__(
        self,
        work: Callable[[Callable[[str, Any], Awaitable[None]]], Awaitable[None]],
        *,
        heartbeat: float = HEARTBEAT,
        size: int = 32,
    ) -> None:
        self._work = work
        self._heartbeat = heartbeat
        self._events: asyncio.Queue[StreamEvent | None] = asyncio.Queue(size)
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def __aiter__(self) -> EventQueue:
        return self

    async def __anext__(self) -> StreamEvent | None:
        """Return the next event, None after `heartbeat` seconds without one."""
        if self._closed:
            raise StopAsyncIteration
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())
        try:
            async with asyncio.timeout(self._heartbeat):
                event = await self._events.get()
        except TimeoutError:
            if self._task.done() and self._events.empty():  # the work raised: it never queued the end marker
                await self.aclose()
                raise StopAsyncIteration from None
            return None
        if event is None:
            await self.aclose()
            raise StopAsyncIteration
        return event

    async def _run(self) -> None:
        await self._work(self._emit)
        await self._events.put(None)

    async def _emit(self, name: str, data: Any) -> None:
        await self._events.put((name, data))

    async def aclose(self) -> None:
        """Cancel the work and wait until it has ended."""
        self._closed = True
        task, self._task = self._task, None
        if task is not None:
            task.add_done_callback(discard_error)  # the work reports its errors as events
            await cancel_and_wait(task)


class EventStream:
    """Response body of server-sent events.

    Args:
        queue: Source of the events.
        active: Set that holds the stream from its first read to its end. A stream that is not read runs no work and is
            not held, whatever becomes of its response.
    """

    def __init__(self, queue: EventQueue, *, active: set[EventStream] | None = None) -> None:
        self._queue = queue
        self._active: set[EventStream] = set() if active is None else active

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """Return the next event as bytes; a comment as heartbeat after a while without one."""
        self._active.add(self)
        try:
            event = await anext(self._queue)
        except StopAsyncIteration:
            self._active.discard(self)
            raise
        return b": beat\n\n" if event is None else encode_event(*event)

    async def aclose(self) -> None:
        """Close the stream and cancel its work."""
        try:
            await self._queue.aclose()
        finally:
            self._active.discard(self)


def encode_event(name: str, data: Any) -> bytes:
    """Encode one event. JSON contains no line break, so the data is one line."""
    return b"event: " + name.encode() + b"\ndata: " + strict_json.encode(data) + b"\n\n"
