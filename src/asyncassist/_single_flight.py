"""Equal work in flight is done once, and nobody's leaving spoils it for the rest."""

from __future__ import annotations

import asyncio
import contextvars
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from asyncassist._retry import TimerQueue
from asyncassist.errors import ClosedError, DeadlineExceededError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

T = TypeVar("T")


class SlotReservation(Protocol):
    """What a piece of work may need before it can begin."""

    def try_acquire(self) -> bool:
        """Take it where that needs no waiting; whether it is taken."""
        ...

    def enqueue(self, start: Callable[[], object], /) -> None:
        """Stand in line, after `take` said no; `start` is called when it is taken."""
        ...

    def cancel(self) -> None:
        """Wait no more."""
        ...

    def release(self) -> None:
        """Give it back."""
        ...


class _SharedTask(Generic[T]):
    """One piece of work and who waits for its end."""

    __slots__ = ("followers", "leader", "leader_context", "slot", "started", "task")

    def __init__(self, leader: asyncio.Future[None], leader_context: Any, slot: SlotReservation | None) -> None:
        self.task: asyncio.Task[T] | None = None
        self.started = False
        self.slot = slot
        self.leader: asyncio.Future[None] | None = leader
        self.followers: set[asyncio.Future[None]] | None = None  # most work is wanted by one caller alone
        self.leader_context = leader_context

    def add_waiter(self, waiter: asyncio.Future[None]) -> None:
        """One more waits."""
        if self.followers is None:
            self.followers = set()
        self.followers.add(waiter)

    def remove_waiter(self, waiter: asyncio.Future[None]) -> bool:
        """One waits no more; whether it was the last."""
        if waiter is self.leader:
            self.leader = None
        else:
            assert self.followers is not None
            self.followers.discard(waiter)
        return self.leader is None and not self.followers

    def notify(self) -> None:
        """Wake everybody."""
        if self.leader is not None and not self.leader.done():
            self.leader.set_result(None)
        if self.followers:
            for waiter in self.followers:
                if not waiter.done():
                    waiter.set_result(None)


class SingleFlight(Generic[T]):
    """Callers of one key share one run of the work.

    The work runs in a task of its own: a caller that is cancelled only leaves. When the last one leaves, the work is
    cancelled and its end awaited.

    Args:
        default_timeout: Seconds that most callers wait, which makes their deadlines cheap; None when there is no such
            number.
    """

    def __init__(self, *, default_timeout: float | None = None) -> None:
        self._shared_tasks: dict[Hashable, _SharedTask[T]] = {}
        self._timers = TimerQueue(default_timeout, _expire)

    def __len__(self) -> int:
        return len(self._shared_tasks)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._shared_tasks

    def leader_context(self, key: Hashable) -> Any:
        """What the leader of the work under the key said about it, None when there is no such work."""
        shared = self._shared_tasks.get(key)
        return None if shared is None else shared.leader_context

    async def run(
        self,
        key: Hashable,
        work: Callable[[], Awaitable[T]],
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - a deadline in line is cheaper than a scope around it
        leader_context: Any = None,
        slot: SlotReservation | None = None,
    ) -> tuple[T, bool]:
        """Join the work under the key, or start it.

        Args:
            key: What makes two callers equal.
            work: Makes the awaitable; called once, for the first.
            timeout: Seconds that this caller waits, None for ever. The work goes on for the others.
            leader_context: What those who join may want to know of the first.
            slot: Taken before the work begins and given back when it ends; None when it needs none.

        Returns:
            What the work returned, and whether this caller joined work of another.

        Raises:
            ClosedError: The work was cancelled by somebody else than its callers.
            DeadlineExceededError: It took longer than this caller waits.
            BaseException: What the work raised, to every caller alike; what the place's line raised, to the first.
        """
        shared = self._shared_tasks.get(key)
        joined = shared is not None
        # Each waits for a future of its own: what happens to it touches neither the work nor the others.
        waiter = asyncio.get_running_loop().create_future()
        if shared is None:
            shared = _SharedTask(waiter, leader_context, slot)
            if slot is None or slot.try_acquire():
                self._start(key, shared, work, None)
            else:
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
                # Nobody wants it any more. A newcomer must start anew rather than join what is being cancelled.
                if self._shared_tasks.get(key) is shared:
                    del self._shared_tasks[key]
                await _cancel_and_wait([shared])
        task = shared.task
        if task is None or task.cancelled():
            # The work was cancelled, not this caller: to the caller that is an error like any other.
            raise ClosedError("the work was cancelled before it ended")
        return task.result(), joined

    def _start(
        self,
        key: Hashable,
        shared: _SharedTask[T],
        work: Callable[[], Awaitable[T]],
        context: contextvars.Context | None,
    ) -> None:
        """The work begins, in the context of the caller who asked for it first."""
        loop = asyncio.get_running_loop()
        shared.task = loop.create_task(self._run(key, shared, work), context=context)

    async def _run(self, key: Hashable, shared: _SharedTask[T], work: Callable[[], Awaitable[T]]) -> T:
        """The work, up to its landing: who waits is woken in the same turn of the loop."""
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
        """Cancel what is in flight and wait for its end."""
        shared_tasks = list(self._shared_tasks.values())
        self._shared_tasks.clear()
        await _cancel_and_wait(shared_tasks)
        for shared in shared_tasks:
            shared.notify()  # what was cancelled before its first step never landed


async def _cancel_and_wait(shared_tasks: list[_SharedTask[Any]]) -> None:
    """Cancel what flies, and wait for its end; nobody is told of what went wrong then."""
    tasks: list[asyncio.Task[Any]] = []
    for shared in shared_tasks:
        if shared.task is not None:
            shared.task.cancel()
            tasks.append(shared.task)
        elif shared.slot is not None:
            shared.slot.cancel()
            shared.slot = None
    if tasks:
        await asyncio.wait(tasks)
    for shared in shared_tasks:
        if shared.task is None:
            continue
        if not shared.started and shared.slot is not None:
            shared.slot.release()  # cancelled before its first step
            shared.slot = None
        if not shared.task.cancelled():
            shared.task.exception()  # seen: no "never retrieved"


def _expire(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_exception(DeadlineExceededError("no answer in time"))
