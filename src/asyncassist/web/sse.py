"""Server-sent events: the body of a response that follows a turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from asyncassist.web.turn_log import TurnReader

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
# The first heartbeat after an event fills the buffer of a proxy that holds a few kilobytes back.
FIRST_BEAT = b": beat" + b" " * 4096 + b"\n\n"
BEAT = b": beat\n\n"


class Encoder(Protocol):
    """Encoder of the events of a turn in the form of one protocol."""

    def encode(self, event_id: str, entry: bytes) -> bytes:
        """Return the bytes that an event becomes, none if the protocol does not have it.

        Args:
            event_id: Id of the event.
            entry: Name of the event, a line break, and its data as JSON.
        """
        ...

    def finish(self) -> bytes:
        """Return the bytes that end the stream."""
        ...


class EventEncoder:
    """Encoder of the events of this service."""

    def encode(self, event_id: str, entry: bytes) -> bytes:
        """Return an event. JSON contains no line break, so its data is one line."""
        return b"id: " + event_id.encode() + b"\nevent: " + entry.replace(b"\n", b"\ndata: ", 1) + b"\n\n"

    def finish(self) -> bytes:
        """Return nothing: the last event ends the stream."""
        return b""


class EventStream:
    """Response body of server-sent events.

    Args:
        reader: Reader of the turn.
        encoder: Encoder of its events.
        active: Set that holds the stream from its first read to its end.
        heartbeat: Seconds of silence after which a comment is sent.
    """

    def __init__(
        self,
        reader: TurnReader,
        encoder: Encoder | None = None,
        *,
        active: set[EventStream] | None = None,
        heartbeat: float = HEARTBEAT,
    ) -> None:
        self._reader = reader
        self._encoder = encoder or EventEncoder()
        self._active: set[EventStream] = set() if active is None else active
        self._heartbeat = heartbeat
        self._is_silent = False
        self._has_ended = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """Return the next events as bytes; a comment as heartbeat after a while without one."""
        if self._has_ended:
            raise StopAsyncIteration
        self._active.add(self)
        while True:
            number = self._reader.position
            try:
                entries = await self._reader.next(self._heartbeat)
            except StopAsyncIteration:
                await self.aclose()
                last = self._encoder.finish()
                if not last:
                    raise
                return last
            if not entries:
                beat, self._is_silent = BEAT if self._is_silent else FIRST_BEAT, True
                return beat
            self._is_silent = False
            turn_id, encode = self._reader.turn_id, self._encoder.encode
            found = b"".join([encode(f"{turn_id}-{number + n}", entry) for n, entry in enumerate(entries, 1)])
            if found:
                return found

    async def aclose(self) -> None:
        """Leave the turn."""
        self._has_ended = True
        try:
            await self._reader.aclose()
        finally:
            self._active.discard(self)
