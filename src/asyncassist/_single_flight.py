"""Concurrent calls with one key share one execution; cancelling a caller does not cancel the others."""

from __future__ import annotations

import asyncio
import contextvars
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from asyncassist._lifecycle import cancel_and_wait, discard_error
from asyncassist._retry import TimerQueue
from asyncassist.errors import ClosedError, DeadlineExceededError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

T = TypeVar("T")


class SlotReservation(Protocol):
    """Reservation of a concurrency slot that the shared work needs before it can start."""

    def try_acquire(self) -> bool:
        """Acquire the slot if it is free and return whether it was acquired."""
        ...

    def enqueue(self, start: Callable[[], object], /) -> None:
        """Wait for the slot after `try_acquire` returned False; `start` is called once it is acquired."""
        ...

    def cancel(self) -> None:
        """Give up waiting for the slot."""
        ...

    def release(self) -> None:
        """Release the acquired slot."""
        ...


class _SharedTask(Generic[T]):
    """Shared execution of the work with the callers that wait for it.

    Attributes:
        task: Task that runs the work; None until the slot is acquired.
        started: Whether the task has taken its first step; before it, cancelling runs none of its `finally` blocks.
        slot: Concurrency slot of the work, None if it needs none or it was given up.
        leader: Future of the caller that started the work, None once that caller has left.
        followers: Futures of the callers that joined, None before the first.
        leader_context: Value that the leader passed for callers that join.
    """

    __slots__ = ("followers", "leader", "leader_context", "slot", "started", "task")

    def __init__(self, leader: asyncio.Future[None], leader_context: Any, slot: SlotReservation | None) -> None:
        self.task: asyncio.Task[T] | None = None
        self.started = False
        self.slot = slot
        self.leader: asyncio.Future[None] | None = leader
        self.followers: set[asyncio.Future[None]] | None = None  # created late: most calls have none
        self.leader_context = leader_context

    def add_waiter(self, waiter: asyncio.Future[None]) -> None:
        """Add a caller that joined."""
        if self.followers is None:
            self.followers = set()
        self.followers.add(waiter)

    def remove_waiter(self, waiter: asyncio.Future[None]) -> bool:
        """Remove a caller and return whether it was the last."""
        if waiter is self.leader:
            self.leader = None
        else:
            assert self.followers is not None
            self.followers.discard(waiter)
        return self.leader is None and not self.followers

    def notify(self) -> None:
        """Wake all callers."""
        if self.leader is not None and not self.leader.done():
            self.leader.set_result(None)
        if self.followers:
            for waiter in self.followers:
                if not waiter.done():
                    waiter.set_result(None)


class SingleFlight(Generic[T]):
    """Coalescing of concurrent calls: callers of one key share one execution of the work.

    The work runs in a task of its own, so that cancelling a caller does not cancel the work. When the last caller
    leaves, the work is cancelled and awaited.

    Args:
        default_timeout: The most common timeout of callers in seconds, for which waiting is cheapest; None if there is
            none.
    """

    def __init__(self, *, default_timeout: float | None = None) -> None:
        self._shared_tasks: dict[Hashable, _SharedTask[T]] = {}
        self._timers = TimerQueue(default_timeout, _expire)

    def __len__(self) -> int:
        return len(self._shared_tasks)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._shared_tasks

    def leader_context(self, key: Hashable) -> Any:
        """Return the context that the leader of the key's work passed; None if no such work is in flight."""
        shared = self._shared_tasks.get(key)
        return None if shared is None else shared.leader_context

    async def run(
        self,
        key: Hashable,
        work: Callable[[], Awaitable[T]],
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - a queued timer is cheaper than a timeout scope
        leader_context: Any = None,
        slot: SlotReservation | None = None,
    ) -> tuple[T, bool]:
        """Join the work in flight under the key, or start it.

        Args:
            key: Callers with equal keys share one execution.
            work: Returns the awaitable to run; called once, for the leader.
            timeout: Seconds that this caller waits, None for no bound. The work goes on for the others.
            leader_context: Value that callers which join can read through `leader_context`.
            slot: Concurrency slot to acquire before the work starts and to release when it ends; None if it needs none.

        Returns:
            The result of the work, and whether this caller joined the work of another.

        Raises:
            ClosedError: The work was cancelled, but not by its callers.
            DeadlineExceededError: The timeout of this caller passed.
            BaseException: What the work raised, to every caller; what enqueueing for the slot raised, to the leader.
        """
        shared = self._shared_tasks.get(key)
        joined = shared is not None
        # Each caller awaits a future of its own: cancelling it affects neither the work nor the other callers.
        waiter = asyncio.get_running_loop().create_future()
        if shared is None:
            shared = _SharedTask(waiter, leader_context, slot)
            if slot is None or slot.try_acquire():
                self._start(key, shared, work, None)
            else:
                # Copied now: when the slot is acquired, the context of another caller is current.
                slot.enqueue(partial(self._start, key, shared, work, contextvars.copy_context()))
            self._shared_tasks[key] = shared
        else:
            shared.add_waiter(waiter)
        if timeout is not None:
            self._timers.schedule(waiter, timeout)
        try:
            await waiter
        finally:
            if timeout is not None:
                self._timers.cancel(waiter)
            if shared.remove_waiter(waiter) and (shared.task is None or not shared.task.done()):
                # The last caller left. A later caller must start the work anew, not join what is being cancelled.
                if self._shared_tasks.get(key) is shared:
                    del self._shared_tasks[key]
                await _cancel_and_wait([shared])
        task = shared.task
        if task is None or task.cancelled():
            # The work was cancelled, not this caller: raising CancelledError would look like its own cancellation.
            raise ClosedError("the work was cancelled before it ended")
        return task.result(), joined

    def _start(
        self,
        key: Hashable,
        shared: _SharedTask[T],
        work: Callable[[], Awaitable[T]],
        context: contextvars.Context | None,
    ) -> None:
        """Start the task in the context of the leader; None for the current context."""
        loop = asyncio.get_running_loop()
        shared.task = loop.create_task(self._run(key, shared, work), context=context)

    async def _run(self, key: Hashable, shared: _SharedTask[T], work: Callable[[], Awaitable[T]]) -> T:
        """Run the work; release the slot and wake the callers in the same step of the event loop."""
        shared.started = True
        try:
            return await work()
        finally:
            if shared.slot is not None:
                shared.slot.release()
            if self._shared_tasks.get(key) is shared:
                del self._shared_tasks[key]
            shared.notify()

    async def aclose(self) -> None:
        """Cancel all work in flight and wait until it has ended; its callers get ClosedError."""
        shared_tasks = list(self._shared_tasks.values())
        self._shared_tasks.clear()
        await _cancel_and_wait(shared_tasks)
        for shared in shared_tasks:
            shared.notify()  # a task cancelled before its first step has not notified its callers


async def _cancel_and_wait(shared_tasks: list[_SharedTask[Any]]) -> None:
    """Cancel shared work and wait until it has ended; its errors are discarded, also when the caller is cancelled."""
    tasks: list[asyncio.Task[Any]] = []
    for shared in shared_tasks:
        if shared.task is not None:
            shared.task.add_done_callback(discard_error)
            tasks.append(shared.task)
            if not shared.started and shared.slot is not None:
                # Cancelled before its first step, `_run` never releases it. Released before anything is awaited: a
                # second cancellation may end the wait.
                shared.slot.release()
                shared.slot = None
        elif shared.slot is not None:
            shared.slot.cancel()
            shared.slot = None
    await cancel_and_wait(*tasks)


def _expire(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_exception(DeadlineExceededError("no answer in time"))
