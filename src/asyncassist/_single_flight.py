"""Equal work in flight is done once, and nobody's leaving spoils it for the rest."""

from __future__ import annotations

import asyncio
import functools
from types import CoroutineType
from typing import TYPE_CHECKING, Generic, TypeVar

from asyncassist.errors import ClosedError, DeadlineExceededError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

T = TypeVar("T")


class _Flight(Generic[T]):
    """One piece of work and who waits for its end."""

    __slots__ = ("task", "waiters")

    def __init__(self, task: asyncio.Task[T]) -> None:
        self.task = task
        self.waiters: set[asyncio.Future[None]] = set()


class SingleFlight(Generic[T]):
    """Callers of one key share one run of the work.

    The work runs in a task of its own: a caller that is cancelled only leaves. When the last one leaves, the work is
    cancelled and its end awaited.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight[T]] = {}

    def __len__(self) -> int:
        return len(self._flights)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._flights

    async def run(
        self,
        key: Hashable,
        work: Callable[[], Awaitable[T]],
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - a timer on the waiter is cheaper than a scope around it
    ) -> tuple[T, bool]:
        """Join the work under the key, or start it.

        Args:
            key: What makes two callers equal.
            work: Makes the awaitable; called only by the first.
            timeout: Seconds that this caller waits, None for ever. The work goes on for the others.

        Returns:
            What the work returned, and whether this caller joined work of another.

        Raises:
            ClosedError: The work was cancelled by somebody else than its callers.
            DeadlineExceededError: It took longer than this caller waits.
            BaseException: What the work raised, to every caller alike.
        """
        loop = asyncio.get_running_loop()
        flight = self._flights.get(key)
        joined = flight is not None
        if flight is None:
            made = work()
            flight = _Flight(loop.create_task(made if isinstance(made, CoroutineType) else _run(made)))
            self._flights[key] = flight
            flight.task.add_done_callback(functools.partial(self._land, key, flight))
        # Each waits for a future of its own: what happens to it touches neither the work nor the others.
        waiter = loop.create_future()
        flight.waiters.add(waiter)
        timer = None if timeout is None else loop.call_later(timeout, _expire, waiter)
        try:
            await waiter
        finally:
            if timer is not None:
                timer.cancel()
            flight.waiters.discard(waiter)
            if not flight.waiters and not flight.task.done():
                # Nobody wants it any more. A newcomer must start anew rather than join what is being cancelled.
                self._forget(key, flight)
                flight.task.cancel()
                await asyncio.wait([flight.task])
        if flight.task.cancelled():
            # The work was cancelled, not this caller: to the caller that is an error like any other.
            raise ClosedError("the work was cancelled before it ended")
        return flight.task.result(), joined

    def _land(self, key: Hashable, flight: _Flight[T], task: asyncio.Task[T]) -> None:
        """The work has ended."""
        self._forget(key, flight)
        if not task.cancelled():
            task.exception()  # seen: no "never retrieved" when all callers left before the end
        for waiter in flight.waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _forget(self, key: Hashable, flight: _Flight[T]) -> None:
        """Forget the flight, unless another has taken its place."""
        if self._flights.get(key) is flight:
            del self._flights[key]

    async def aclose(self) -> None:
        """Cancel what is in flight and wait for its end."""
        tasks = [flight.task for flight in self._flights.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


def _expire(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_exception(DeadlineExceededError("no answer in time"))


async def _run(made: Awaitable[T]) -> T:
    """The work as a coroutine, whatever awaitable it is."""
    return await made
