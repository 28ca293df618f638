"""Per-key batching queue: operations on one key run one at a time, those that queue up meanwhile as one batch."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

T = TypeVar("T")

MAX_BATCH = 256
"""Jobs of one batch, at most: all of them are computed again when the compare-and-set loses to another process."""


class Job(Generic[T]):
    """Queued operation and the future of its result."""

    __slots__ = ("done", "operation")

    def __init__(self, operation: T, done: asyncio.Future[object]) -> None:
        self.operation = operation
        self.done = done

    def succeed(self, result: object) -> None:
        """Set the result, unless the caller was cancelled."""
        if not self.done.done():
            self.done.set_result(result)

    def fail(self, error: BaseException) -> None:
        """Set the exception, unless the caller was cancelled."""
        if not self.done.done():
            self.done.set_exception(error)


class BatchingKeyQueue(Generic[T]):
    """Queue per key: the first operation runs at once, later ones wait and are committed in batches.

    A queued operation is withdrawn when its caller is cancelled.

    Args:
        commit: Commits a batch of one key and resolves every job of it.
    """

    def __init__(self, commit: Callable[[str, Sequence[Job[T]]], Awaitable[None]]) -> None:
        self._commit = commit
        self._pending: dict[str, deque[Job[T]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._pending)

    async def submit(self, key: str, operation: T) -> object:
        """Queue an operation and return its result once its batch is committed."""
        loop = asyncio.get_running_loop()
        job = Job(operation, loop.create_future())
        waiting = self._pending.get(key)
        if waiting is not None:
            waiting.append(job)
            return await job.done
        # The queue is empty: commit in the caller's own task, which saves creating one. If the caller is cancelled
        # after the command was sent, the write may or may not have been applied.
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
        """Commit batch after batch until no job of the key is queued."""
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
                # Unresolved jobs are left only when this task was cancelled.
                job.done.cancel()

    async def _commit_batch(self, key: str, batch: list[Job[T]]) -> None:
        """Commit one batch; an error that belongs to no single job fails all of them."""
        try:
            await self._commit(key, batch)
        except Exception as error:  # noqa: BLE001  # any error must reach the waiting callers
            for job in batch:
                job.fail(error)

    async def drain(self) -> None:
        """Wait until no batch is being committed in the background."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))
