"""Batches concurrent Redis commands into pipelines; a single command is sent without delay.

Each worker owns one connection: it takes queued commands, sends them in one write and reads the replies in order. While
it is busy further commands queue up, so batches grow with the load. Under load two workers share the queue, so that
the server executes one batch while the client prepares the other. Callers only hold futures: when one is cancelled, its
reply is read and discarded and the worker is not disturbed.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import deque
from typing import TYPE_CHECKING, Any, cast

from asyncassist._events import RollingWindow
from asyncassist._lifecycle import cancel_and_wait
from asyncassist.errors import AsyncAssistError, ClosedError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

Arg = bytes | str | int

_MIN_BATCH = 16  # so few commands are not split between two workers


class Command:
    """Queued command and the future of its reply."""

    __slots__ = ("args", "attempts", "deadline", "done")

    def __init__(self, args: tuple[Arg, ...], done: asyncio.Future[Any], deadline: float) -> None:
        self.args = args
        self.done = done
        self.deadline = deadline
        self.attempts = 0


def pack_in_python(args: tuple[Arg, ...]) -> bytes:
    """Encode a command in the Redis protocol (RESP), without hiredis."""
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
    """Batches commands over a few connections, first come, first served.

    Args:
        pool: Connection pool of redis-py.
        max_workers: Workers, and so connections, at most.
        timeout: Seconds from the submission of a command to its reply.
        translate_error: Translates an error, and tells whether it is the server's reply to one command.
        max_batch: Commands per batch, at most.
        spawn_threshold: Queued commands per active worker above which a third or further worker starts.
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
        """Number of connections with a batch in flight."""
        return self._busy

    @property
    def connections(self) -> int:
        """Number of workers, each with one connection."""
        return len(self._workers)

    def submit(self, args: tuple[Arg, ...]) -> asyncio.Future[Any]:
        """Queue a command and return the future of its reply.

        The command may be sent twice when a connection breaks, so it must be idempotent.
        """
        if self._closed:
            raise ClosedError("the connections to the store are closed")
        command = Command(args, self._loop.create_future(), self._loop.time() + self._timeout)
        self._queue.append(command)
        # Start a first worker for any command, a second above _MIN_BATCH, further ones above the spawn threshold.
        awake = len(self._workers) - len(self._idle_workers)
        if len(self._queue) > (0, _MIN_BATCH, self._spawn_threshold * awake)[min(awake, 2)]:
            self._wake_or_spawn()
        return command.done

    def _wake_or_spawn(self) -> None:
        """Wake an idle worker, or start one.

        The worker runs in a later iteration of the event loop, so tasks that are ready now still join its batch.
        """
        if self._idle_workers:
            self._idle_workers.pop().set_result(None)
        elif len(self._workers) < self._max_workers:
            worker = self._loop.create_task(self._run_worker())
            self._workers.add(worker)
            worker.add_done_callback(self._on_worker_done)

    def _on_worker_done(self, worker: asyncio.Task[None]) -> None:
        """Fail the queued commands if the last worker ended with an error."""
        self._workers.discard(worker)
        if not worker.cancelled() and (error := worker.exception()) is not None and not self._workers:
            while self._queue:
                _fail(self._queue.popleft(), error)

    async def _run_worker(self) -> None:
        """Process batches over one connection."""
        connection: Any = None
        try:
            if len(self._workers) > 1:
                connection = await self._connect()
            while not self._closed:
                batch = self._take_batch()
                if not batch:
                    await self._wait_for_work()
                    continue
                used, connection = connection, None
                try:
                    connection = await self._execute(used, batch)
                except asyncio.CancelledError:
                    for command in batch:
                        _fail(command, ClosedError("closed before the reply arrived"))
                    raise
        finally:
            if connection is not None:
                await self._release(connection)

    async def _connect(self) -> Any:
        """Get a connection for a further worker; meanwhile the other workers serve the queue."""
        self._connecting += 1
        try:
            async with asyncio.timeout(self._timeout):
                return await self._pool.get_connection()
        finally:
            self._connecting -= 1

    async def _wait_for_work(self) -> None:
        """Wait until commands are queued."""
        wake = self._loop.create_future()
        self._idle_workers.append(wake)
        try:
            await wake
        finally:
            if wake in self._idle_workers:
                self._idle_workers.remove(wake)

    def _take_batch(self) -> list[Command]:
        """Take this worker's share of the queue, oldest first, without cancelled commands."""
        # Workers about to take a share too: neither idle, nor connecting, nor busy with a batch.
        ready_workers = len(self._workers) - len(self._idle_workers) - self._connecting - self._busy
        most = min(self._max_batch, max(_MIN_BATCH, -(-len(self._queue) // max(1, ready_workers))))
        batch: list[Command] = []
        while self._queue and len(batch) < most:
            command = self._queue.popleft()
            if not command.done.done():
                batch.append(command)
        return batch

    async def _execute(self, connection: Any, batch: list[Command]) -> Any:
        """Send a batch and read its replies; return the connection, None if it is no longer usable."""
        began = self._loop.time()
        self._busy += 1
        try:
            async with asyncio.timeout_at(batch[0].deadline):
                if connection is None:
                    connection = await self._pool.get_connection()
                await connection.send_packed_command(b"".join([pack(command.args) for command in batch]))
                is_usable = await self._read_replies(connection, batch)
        except TimeoutError:
            # The server may still execute what was sent: the write ids make that harmless.
            for command in batch:
                _fail(command, StateUnavailableError("the store did not answer in time"))
            is_usable = False
        except Exception as error:  # noqa: BLE001  # redis-py raises more than its own errors; translate_error maps all
            self._retry_or_fail(batch, error, is_new_connection=connection is None)
            is_usable = False
        except asyncio.CancelledError:
            # The worker knows of this connection only once it is returned.
            if connection is not None:
                await self._release(connection, broken=True)
            raise
        finally:
            self._busy -= 1
        self.batch_sizes.add(len(batch))
        self.latency.add(self._loop.time() - began)
        if is_usable or connection is None:
            return connection
        await self._release(connection, broken=True)
        return None

    async def _read_replies(self, connection: Any, batch: list[Command]) -> bool:
        """Read a reply for each command and return whether the connection is still usable."""
        is_usable = True
        read = connection.read_response
        for command in batch:
            try:
                answer = await read(disable_decoding=True, timeout=math.inf)
            except Exception as error:
                translated, is_reply = self._translate_error(error)
                if not is_reply:
                    raise
                is_usable = is_usable and not isinstance(translated, StateUnavailableError)
                _fail(command, translated)
            else:
                if not command.done.done():
                    command.done.set_result(answer)
        return is_usable

    def _retry_or_fail(self, batch: list[Command], error: Exception, *, is_new_connection: bool) -> None:
        """Retry commands without a reply once, if a reused connection broke; fail the others."""
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
        """Return a connection to the pool; disconnect it first if replies may be left unread."""
        with contextlib.suppress(Exception):
            if broken:
                await connection.disconnect(nowait=True)
            await self._pool.release(connection)

    async def aclose(self) -> None:
        """Stop the workers; commands without a reply fail with ClosedError."""
        self._closed = True
        await cancel_and_wait(*self._workers)
        while self._queue:
            _fail(self._queue.popleft(), ClosedError("closed before it was sent"))


def _fail(command: Command, error: BaseException) -> None:
    """Set the exception of a command, unless its caller was cancelled."""
    if not command.done.done():
        command.done.set_exception(error)
