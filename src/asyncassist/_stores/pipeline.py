"""Concurrent commands ride in one pipeline; a lone one goes straight.

Each lane has a connection and works alone: it takes what waits, sends it in one piece and reads the answers in order.
While it is busy others line up, so the batches grow with the load. Callers only hold futures: one who leaves does not
disturb the lane, and its answer is read and dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol, cast

from asyncassist._events import Window
from asyncassist.errors import AsyncAssistError, ClosedError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

Arg = bytes | str | int


class Lines(Protocol):
    """A pool of connections, as redis-py makes them."""

    async def get_connection(self) -> Any:
        """One that is connected."""
        ...

    async def release(self, connection: Any) -> None:
        """Give it back."""
        ...


class Verdict(Protocol):
    """What a foreign error means: the door's table of errors."""

    def __call__(self, error: Exception) -> tuple[AsyncAssistError, bool]:
        """An error of ours, and whether it was the server's answer to this one command."""
        ...


class Command:
    """A command that waits for its answer."""

    __slots__ = ("args", "deadline", "done", "tries")

    def __init__(self, args: tuple[Arg, ...], done: asyncio.Future[Any], deadline: float) -> None:
        self.args = args
        self.done = done
        self.deadline = deadline
        self.tries = 0


def packed(args: tuple[Arg, ...]) -> bytes:
    """A command in the protocol of Redis."""
    parts = [b"*%d\r\n" % len(args)]
    for arg in args:
        raw = arg.encode() if isinstance(arg, str) else arg if isinstance(arg, bytes) else b"%d" % arg
        parts.append(b"$%d\r\n%b\r\n" % (len(raw), raw))
    return b"".join(parts)


pack: Callable[[tuple[Arg, ...]], bytes]
try:
    from hiredis import pack_command

    pack = cast("Callable[[tuple[Arg, ...]], bytes]", pack_command)
except ImportError:
    pack = packed


class Pipeline:
    """Gathers commands over a few connections, first come first served.

    Args:
        lines: The pool.
        max_lanes: Connections used at once, at most.
        timeout: Seconds from handing a command over to its answer.
        verdict: Translates foreign errors.
        max_batch: Commands of one batch.
        grow_at: Commands waiting for which another connection is taken.
    """

    def __init__(
        self,
        lines: Lines,
        *,
        max_lanes: int,
        timeout: float,
        verdict: Verdict,
        max_batch: int = 256,
        grow_at: int = 128,
    ) -> None:
        self._lines = lines
        self._max_lanes = max_lanes
        self._timeout = timeout
        self._verdict = verdict
        self._max_batch = max_batch
        self._grow_at = grow_at
        self._queue: deque[Command] = deque()
        self._idle: list[asyncio.Future[None]] = []
        self._lanes: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self.batch_sizes = Window()
        self.latency = Window()
        self.retries = 0

    @property
    def in_use(self) -> int:
        """Connections busy right now."""
        return len(self._lanes) - len(self._idle)

    @property
    def connections(self) -> int:
        """Connections held."""
        return len(self._lanes)

    def submit(self, args: tuple[Arg, ...]) -> asyncio.Future[Any]:
        """Hand a command over; the future of its answer. Only commands that may be repeated."""
        if self._closed:
            raise ClosedError("the connections to the store are closed")
        command = Command(args, self._loop.create_future(), self._loop.time() + self._timeout)
        self._queue.append(command)
        while self._idle:
            wake = self._idle.pop()
            if not wake.done():
                # It starts when those who are ready now have handed over theirs.
                wake.set_result(None)
                return command.done
        if not self._lanes or (len(self._queue) >= self._grow_at * len(self._lanes) < self._grow_at * self._max_lanes):
            lane = self._loop.create_task(self._lane())
            self._lanes.add(lane)
            lane.add_done_callback(self._end)
        return command.done

    def _end(self, lane: asyncio.Task[None]) -> None:
        """A lane has ended: never silently while somebody waits."""
        self._lanes.discard(lane)
        if not lane.cancelled() and (error := lane.exception()) is not None and not self._lanes:
            while self._queue:
                _fail(self._queue.popleft(), error)

    async def _lane(self) -> None:
        """Work off batches over one connection."""
        connection: Any = None
        try:
            if len(self._lanes) > 1:
                # Those who wait are served by the others until this one is connected.
                async with asyncio.timeout(self._timeout):
                    connection = await self._lines.get_connection()
            while True:
                batch = self._take()
                if not batch:
                    wake = self._loop.create_future()
                    self._idle.append(wake)
                    await wake
                    continue
                try:
                    connection = await self._run(connection, batch)
                except asyncio.CancelledError:
                    for command in batch:
                        _fail(command, ClosedError("closed before the answer came"))
                    raise
        finally:
            if connection is not None:
                await self._give_back(connection)

    def _take(self) -> list[Command]:
        """The commands that wait longest and are still wanted."""
        batch: list[Command] = []
        while self._queue and len(batch) < self._max_batch:
            command = self._queue.popleft()
            if not command.done.done():
                batch.append(command)
        return batch

    async def _run(self, connection: Any, batch: list[Command]) -> Any:
        """Send a batch and read its answers; the connection if it is still good."""
        began = self._loop.time()
        try:
            async with asyncio.timeout_at(batch[0].deadline):
                if connection is None:
                    connection = await self._lines.get_connection()
                await connection.send_packed_command(b"".join([pack(command.args) for command in batch]))
                good = await self._read(connection, batch)
        except TimeoutError:
            # What was sent may still arrive there: the stamps of the writes make that harmless.
            for command in batch:
                _fail(command, StateUnavailableError("the store did not answer in time"))
            good = False
        except Exception as error:  # noqa: BLE001  # redis-py raises more than its own errors; the table sorts them
            self._again(batch, error, fresh=connection is None)
            good = False
        self.batch_sizes.add(len(batch))
        self.latency.add(self._loop.time() - began)
        if good or connection is None:
            return connection
        await self._give_back(connection, broken=True)
        return None

    async def _read(self, connection: Any, batch: list[Command]) -> bool:
        """Read an answer for each command; whether the connection is still of use."""
        good = True
        read = connection.read_response
        for command in batch:
            try:
                answer = await read(disable_decoding=True, timeout=math.inf)
            except Exception as error:
                known, is_answer = self._verdict(error)
                if not is_answer:
                    raise
                good = good and not isinstance(known, StateUnavailableError)
                _fail(command, known)
            else:
                if not command.done.done():
                    command.done.set_result(answer)
        return good

    def _again(self, batch: list[Command], error: Exception, *, fresh: bool) -> None:
        """Give commands without an answer a second try, if a kept connection broke under them."""
        known, _ = self._verdict(error)
        now = self._loop.time()
        for command in reversed(batch):
            if command.done.done():
                continue
            if fresh or command.tries or command.deadline <= now or not isinstance(known, StateUnavailableError):
                _fail(command, known)
            else:
                command.tries += 1
                self.retries += 1
                self._queue.appendleft(command)

    async def _give_back(self, connection: Any, *, broken: bool = False) -> None:
        """Return it to the pool; broken off first when answers may be left in it."""
        with contextlib.suppress(Exception):
            if broken:
                await connection.disconnect(nowait=True)
            await self._lines.release(connection)

    async def aclose(self) -> None:
        """End the lanes; who still waits gets ClosedError."""
        self._closed = True
        lanes = list(self._lanes)
        for lane in lanes:
            lane.cancel()
        if lanes:
            await asyncio.wait(lanes)
        while self._queue:
            _fail(self._queue.popleft(), ClosedError("closed before it was sent"))


def _fail(command: Command, error: BaseException) -> None:
    """Raise in the caller, unless it has left."""
    if not command.done.done():
        command.done.set_exception(error)
