"""Group commit: calls that arrive while the database works are sent together as the next statement."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from asyncassist._events import RollingWindow
from asyncassist._stores.session_records import RefusedWriteError
from asyncassist.errors import AsyncAssistError, ClosedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Sequence

J = TypeVar("J")
R = TypeVar("R")

# Calls of one statement. Fewer than the minimum are not parted into two groups: with 50 callers, two that overlap
# commit half as many appends again as one, and smaller ones fewer.
_MIN_GROUP, _MAX_GROUP = 24, 256
_MAX_COMMITS = 2  # concurrent: while the database commits one group, the next is prepared


class _Pending(Generic[J, R]):
    """Call that waits for its group, and the future of its result."""

    __slots__ = ("done", "job", "key")

    def __init__(self, key: Hashable, job: J) -> None:
        self.key = key
        self.job = job
        self.done: asyncio.Future[R] = asyncio.get_running_loop().create_future()

    def resolve(self, result: R | BaseException) -> None:
        """Set the result or the exception, unless the caller was cancelled."""
        if self.done.done():
            return
        if isinstance(result, BaseException):
            self.done.set_exception(result)
        else:
            self.done.set_result(result)


class GroupCommit(Generic[J, R]):
    """Queue of calls of one kind; a group never holds two calls of one key, which one statement could not order.

    Args:
        commit: Runs the calls of a group as one statement, and returns a result or an error for each.
        batch_sizes: Where the sizes of the groups are recorded.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[J]], Awaitable[Sequence[R | AsyncAssistError]]],
        batch_sizes: RollingWindow | None = None,
    ) -> None:
        self._commit = commit
        self._batch_sizes = RollingWindow() if batch_sizes is None else batch_sizes
        self._pending: list[_Pending[J, R]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._active_commits = 0
        self._closed = False

    async def submit(self, key: Hashable, job: J) -> R:
        """Queue a call and return its result once its group is committed.

        Raises:
            ClosedError: The queue is closed.
        """
        if self._closed:
            raise ClosedError("the connections to the store are closed")
        pending: _Pending[J, R] = _Pending(key, job)
        self._pending.append(pending)
        if len(self._tasks) < _MAX_COMMITS and (not self._tasks or len(self._pending) > _MIN_GROUP):
            self._tasks.add(asyncio.get_running_loop().create_task(self._commit_pending()))
        return await pending.done

    async def aclose(self) -> None:
        """Refuse further calls and wait for those queued."""
        self._closed = True
        while self._tasks:
            await asyncio.wait(list(self._tasks))

    async def _commit_pending(self) -> None:
        """Commit group after group until no call is pending."""
        try:
            # Let tasks that are ready to run join the first group.
            await asyncio.sleep(0)
            while self._pending:
                group = self._take_group()
                if group:
                    await self._commit_group(group)
        finally:
            # Not in a done callback, which runs later: a call in between would rely on a task that has ended.
            self._tasks.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    def _take_group(self) -> list[_Pending[J, R]]:
        """Take the calls that have waited longest, at most one of each key."""
        share = -(-len(self._pending) // (_MAX_COMMITS - self._active_commits))
        most = min(_MAX_GROUP, max(_MIN_GROUP, share))
        group: dict[Hashable, _Pending[J, R]] = {}
        later: list[_Pending[J, R]] = []
        for pending in self._pending:
            if pending.done.done():
                continue
            if len(group) >= most or group.setdefault(pending.key, pending) is not pending:
                later.append(pending)
        self._pending = later
        return list(group.values())

    async def _commit_group(self, group: Sequence[_Pending[J, R]]) -> None:
        """Commit a group and resolve each of its calls."""
        self._batch_sizes.add(len(group))
        self._active_commits += 1
        try:
            for pending, result in zip(group, await self._run([found.job for found in group]), strict=True):
                pending.resolve(result)
        except BaseException:
            for pending in group:
                pending.resolve(ClosedError("closed before the reply arrived"))
            raise
        finally:
            self._active_commits -= 1

    async def _run(self, jobs: Sequence[J]) -> Sequence[R | AsyncAssistError]:
        """Run a group and return a result or an error for each call.

        The database refuses a statement as a whole: the group is halved until only the refused call fails.
        """
        try:
            return await self._commit(jobs)
        except RefusedWriteError as error:
            if len(jobs) == 1:
                return [error]
        except AsyncAssistError as error:
            return [error] * len(jobs)
        half = len(jobs) // 2
        return [*await self._run(jobs[:half]), *await self._run(jobs[half:])]
