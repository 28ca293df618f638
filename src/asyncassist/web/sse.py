"""Server-sent events: work that runs in one task, read by whoever sends its events, and ended when nobody reads."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from asyncassist.web import strict_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

MEDIA_TYPE = "text/event-stream"

# How soon a silent stream notices that its reader left: a threaded server learns it only by writing, and the first
# write after the other end is gone still succeeds. Two of these and the network's time stay below a second.
HEARTBEAT = 0.3

StreamEvent = tuple[str, Any]
Emit = "Callable[[str, Any], Awaitable[None]]"


class EventQueue:
    """Events of some work, handed over to a reader.

    The work runs in a task of its own, from its first reading to its end: what it holds (timeouts, task groups) is
    entered and left in one task however the reader reads. A slow reader slows the work.

    Args:
        work: Does it, and calls the function it is given with each event: its name and its data.
        heartbeat: Seconds of silence after which the reader is handed None.
        size: Events that may wait for the reader.
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
        """The next event, None when there was none for a while."""
        if self._closed:
            raise StopAsyncIteration
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())
        try:
            async with asyncio.timeout(self._heartbeat):
                event = await self._events.get()
        except TimeoutError:
            if self._task.done() and self._events.empty():  # it broke: the end was never written
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
        """End the work, and wait for its end."""
        self._closed = True
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.exception()  # seen: the work tells its errors as events


class EventStream:
    """The body of a response of server-sent events.

    Args:
        queue: Where the events come from.
        on_end: Called once, when the stream ended or its reader left.
    """

    def __init__(self, queue: EventQueue, *, on_end: Callable[[], None] | None = None) -> None:
        self._queue = queue
        self._on_end = on_end

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """The next event as bytes; a comment when there was none for a while."""
        try:
            event = await anext(self._queue)
        except StopAsyncIteration:
            self._finish()
            raise
        return b": beat\n\n" if event is None else encode_event(*event)

    async def aclose(self) -> None:
        """The reader left, or is done."""
        try:
            await self._queue.aclose()
        finally:
            self._finish()

    def _finish(self) -> None:
        if self._on_end is not None:
            on_end, self._on_end = self._on_end, None
            on_end()


def encode_event(name: str, data: Any) -> bytes:
    """One event. JSON holds no line break, so that the data is one line."""
    return b"event: " + name.encode() + b"\ndata: " + strict_json.encode(data) + b"\n\n"
