"""One at a time per key: the writes of this process to one session line up here, and those that wait go together."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

T = TypeVar("T")

MAX_BATCH = 256
"""Changes that are committed together: so many may have to be computed again when another process was faster."""


class Job(Generic[T]):
    """One change that waits, and the future of its result."""

    __slots__ = ("done", "operation")

    def __init__(self, operation: T, done: asyncio.Future[object]) -> None:
        self.operation = operation
        self.done = done

    def succeed(self, result: object) -> None:
        """Answer the caller, unless it has left."""
        if not self.done.done():
            self.done.set_result(result)

    def fail(self, error: BaseException) -> None:
        """Raise in the caller, unless it has left."""
        if not self.done.done():
            self.done.set_exception(error)


class BatchingKeyQueue(Generic[T]):
    """A queue per key. The first one works at once; those that come meanwhile wait and are worked off in batches.

    A change that still waits is withdrawn when its caller is cancelled.

    Args:
        commit: Does a batch of one key: answers every job of it.
    """

    def __init__(self, commit: Callable[[str, Sequence[Job[T]]], Awaitable[None]]) -> None:
        self._commit = commit
        self._pending: dict[str, deque[Job[T]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._pending)

    async def submit(self, key: str, operation: T) -> object:
        """Line up and wait for the result."""
        loop = asyncio.get_running_loop()
        job = Job(operation, loop.create_future())
        waiting = self._pending.get(key)
        if waiting is not None:
            waiting.append(job)
            return await job.done
        # Nobody is before it: it needs no task. What it sent when it is cancelled may or may not be done.
        waiting = self._pending[key] = deque()
        try:
            await self._commit_batch(key, [job])
        finally:
            if waiting:
                task = loop.create_task(self._process_pending(key))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            else:
                del self._pending[key]
        return job.done.result()

    async def _process_pending(self, key: str) -> None:
        """Commit until nobody waits."""
        waiting = self._pending[key]
        batch: list[Job[T]] = []
        try:
            while waiting:
                batch = []
                while waiting and len(batch) < MAX_BATCH:
                    job = waiting.popleft()
                    if not job.done.done():
                        batch.append(job)
                if batch:
                    await self._commit_batch(key, batch)
        finally:
            del self._pending[key]
            for job in (*batch, *waiting):
                # Only after a cancellation is anybody left.
                job.done.cancel()

    async def _commit_batch(self, key: str, batch: list[Job[T]]) -> None:
        """Commit one batch; an error that belongs to no single job goes to all."""
        try:
            await self._commit(key, batch)
        except Exception as error:  # noqa: BLE001  # whatever it is, those who wait must hear it
            for job in batch:
                job.fail(error)

    async def drain(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))
