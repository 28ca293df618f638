"""Concurrent commands ride in one pipeline; a lone one goes straight.

Each lane has a connection and works alone: it takes what waits, sends it in one piece and reads the answers in order.
While it is busy others line up, so the batches grow with the load. In a crowd two lanes share what waits: the server
works on one batch while we see to the other. Callers only hold futures: one who leaves does not disturb the lane, and
its answer is read and dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import deque
from typing import TYPE_CHECKING, Any, cast

from asyncassist._events import RollingWindow
from asyncassist.errors import AsyncAssistError, ClosedError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

Arg = bytes | str | int

_MIN_BATCH = 16  # commands that are not worth a second lane


class Command:
    """A command that waits for its answer."""

    __slots__ = ("args", "attempts", "deadline", "done")

    def __init__(self, args: tuple[Arg, ...], done: asyncio.Future[Any], deadline: float) -> None:
        self.args = args
        self.done = done
        self.deadline = deadline
        self.attempts = 0


def pack_in_python(args: tuple[Arg, ...]) -> bytes:
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
    pack = pack_in_python


class CommandBatcher:
    """Gathers commands over a few connections, first come first served.

    Args:
        pool: The pool of redis-py.
        max_workers: Connections used at once, at most.
        timeout: Seconds from handing a command over to its answer.
        translate_error: Translates a foreign error, and says whether it was the server's answer to one command.
        max_batch: Commands of one batch.
        spawn_threshold: Commands waiting for each lane at work when a third lane, or one more, is taken.
    """

    def __init__(
        self,
        pool: Any,
        *,
        max_workers: int,
        timeout: float,
        translate_error: Callable[[Exception], tuple[AsyncAssistError, bool]],
        max_batch: int = 256,
        spawn_threshold: int = 128,
    ) -> None:
        self._pool = pool
        self._max_workers = max_workers
        self._timeout = timeout
        self._translate_error = translate_error
        self._max_batch = max_batch
        self._spawn_threshold = spawn_threshold
        self._queue: deque[Command] = deque()
        self._idle_workers: list[asyncio.Future[None]] = []
        self._workers: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._busy = 0
        self._connecting = 0
        self._closed = False
        self.batch_sizes = RollingWindow()
        self.latency = RollingWindow()
        self.retries = 0

    @property
    def in_use(self) -> int:
        """Connections busy right now."""
        return self._busy

    @property
    def connections(self) -> int:
        """Connections held."""
        return len(self._workers)

    def submit(self, args: tuple[Arg, ...]) -> asyncio.Future[Any]:
        """Hand a command over; the future of its answer. Only commands that may be repeated."""
        if self._closed:
            raise ClosedError("the connections to the store are closed")
        command = Command(args, self._loop.create_future(), self._loop.time() + self._timeout)
        self._queue.append(command)
        awake = len(self._workers) - len(self._idle_workers)
        if len(self._queue) > (0, _MIN_BATCH, self._spawn_threshold * awake)[min(awake, 2)]:
            self._wake_or_spawn()
        return command.done

    def _wake_or_spawn(self) -> None:
        """Wake a lane, or make one. It starts when those who are ready now have handed over theirs."""
        if self._idle_workers:
            self._idle_workers.pop().set_result(None)
        elif len(self._workers) < self._max_workers:
            worker = self._loop.create_task(self._run_worker())
            self._workers.add(worker)
            worker.add_done_callback(self._on_worker_done)

    def _on_worker_done(self, worker: asyncio.Task[None]) -> None:
        """A lane has ended: never silently while somebody waits."""
        self._workers.discard(worker)
        if not worker.cancelled() and (error := worker.exception()) is not None and not self._workers:
            while self._queue:
                _fail(self._queue.popleft(), error)

    async def _run_worker(self) -> None:
        """Work off batches over one connection."""
        connection: Any = None
        try:
            if len(self._workers) > 1:
                connection = await self._connect()
            while True:
                batch = self._take_batch()
                if not batch:
                    await self._wait_for_work()
                    continue
                try:
                    connection = await self._execute(connection, batch)
                except asyncio.CancelledError:
                    for command in batch:
                        _fail(command, ClosedError("closed before the answer came"))
                    raise
        finally:
            if connection is not None:
                await self._release(connection)

    async def _connect(self) -> Any:
        """A connection for one more lane. Those who wait are served by the others until it is there."""
        self._connecting += 1
        try:
            async with asyncio.timeout(self._timeout):
                return await self._pool.get_connection()
        finally:
            self._connecting -= 1

    async def _wait_for_work(self) -> None:
        """Until there is work."""
        wake = self._loop.create_future()
        self._idle_workers.append(wake)
        try:
            await wake
        finally:
            if wake in self._idle_workers:
                self._idle_workers.remove(wake)

    def _take_batch(self) -> list[Command]:
        """The commands that wait longest and are still wanted: this lane's share of them."""
        coming = len(self._workers) - len(self._idle_workers) - self._connecting - self._busy
        most = min(self._max_batch, max(_MIN_BATCH, -(-len(self._queue) // max(1, coming))))
        batch: list[Command] = []
        while self._queue and len(batch) < most:
            command = self._queue.popleft()
            if not command.done.done():
                batch.append(command)
        return batch

    async def _execute(self, connection: Any, batch: list[Command]) -> Any:
        """Send a batch and read its answers; the connection if it is still good."""
        began = self._loop.time()
        self._busy += 1
        try:
            async with asyncio.timeout_at(batch[0].deadline):
                if connection is None:
                    connection = await self._pool.get_connection()
                await connection.send_packed_command(b"".join([pack(command.args) for command in batch]))
                good = await self._read_replies(connection, batch)
        except TimeoutError:
            # What was sent may still arrive there: the stamps of the writes make that harmless.
            for command in batch:
                _fail(command, StateUnavailableError("the store did not answer in time"))
            good = False
        except Exception as error:  # noqa: BLE001  # redis-py raises more than its own errors; the table sorts them
            self._retry_or_fail(batch, error, is_new_connection=connection is None)
            good = False
        finally:
            self._busy -= 1
        self.batch_sizes.add(len(batch))
        self.latency.add(self._loop.time() - began)
        if good or connection is None:
            return connection
        await self._release(connection, broken=True)
        return None

    async def _read_replies(self, connection: Any, batch: list[Command]) -> bool:
        """Read an answer for each command; whether the connection is still of use."""
        good = True
        read = connection.read_response
        for command in batch:
            try:
                answer = await read(disable_decoding=True, timeout=math.inf)
            except Exception as error:
                translated, is_answer = self._translate_error(error)
                if not is_answer:
                    raise
                good = good and not isinstance(translated, StateUnavailableError)
                _fail(command, translated)
            else:
                if not command.done.done():
                    command.done.set_result(answer)
        return good

    def _retry_or_fail(self, batch: list[Command], error: Exception, *, is_new_connection: bool) -> None:
        """Give commands without an answer a second try, if a kept connection broke under them."""
        translated, _ = self._translate_error(error)
        now = self._loop.time()
        for command in reversed(batch):
            if command.done.done():
                continue
            if (
                is_new_connection
                or command.attempts
                or command.deadline <= now
                or not isinstance(translated, StateUnavailableError)
            ):
                _fail(command, translated)
            else:
                command.attempts += 1
                self.retries += 1
                self._queue.appendleft(command)

    async def _release(self, connection: Any, *, broken: bool = False) -> None:
        """Return it to the pool; broken off first when answers may be left in it."""
        with contextlib.suppress(Exception):
            if broken:
                await connection.disconnect(nowait=True)
            await self._pool.release(connection)

    async def aclose(self) -> None:
        """End the lanes; who still waits gets ClosedError."""
        self._closed = True
        workers = list(self._workers)
        for worker in workers:
            worker.cancel()
        if workers:
            await asyncio.wait(workers)
        while self._queue:
            _fail(self._queue.popleft(), ClosedError("closed before it was sent"))


def _fail(command: Command, error: BaseException) -> None:
    """Raise in the caller, unless it has left."""
    if not command.done.done():
        command.done.set_exception(error)
