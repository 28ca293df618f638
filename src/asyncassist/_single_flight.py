"""Equal work in flight is done once, and nobody's leaving spoils it for the rest."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

from asyncassist.errors import ClosedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

T = TypeVar("T")


class _Flight(Generic[T]):
    """One piece of work and how many wait for it."""

    __slots__ = ("task", "waiters")

    def __init__(self, task: asyncio.Task[T]) -> None:
        self.task = task
        self.waiters = 0


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

    async def run(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> tuple[T, bool]:
        """Join the work under the key, or start it.

        Args:
            key: What makes two callers equal.
            work: Makes the awaitable; called only by the first.

        Returns:
            What the work returned, and whether this caller joined work of another.

        Raises:
            ClosedError: The work was cancelled by somebody else than its callers.
            BaseException: What the work raised, to every caller alike.
        """
        flight = self._flights.get(key)
        joined = flight is not None
        if flight is None:
            flight = _Flight(asyncio.ensure_future(_run(work)))
            self._flights[key] = flight
            flight.task.add_done_callback(lambda _: self._land(key, flight))
        flight.waiters += 1
        try:
            return await asyncio.shield(flight.task), joined
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if flight.task.cancelled() and task is not None and not task.cancelling():
                # The work was cancelled, not this caller: to the caller that is an error like any other.
                raise ClosedError("the work was cancelled before it ended") from None
            raise
        finally:
            flight.waiters -= 1
            if not flight.waiters and not flight.task.done():
                # Nobody wants it any more. A newcomer must start anew rather than join what is being cancelled.
                self._land(key, flight)
                flight.task.cancel()
                await asyncio.wait([flight.task])

    def _land(self, key: Hashable, flight: _Flight[T]) -> None:
        """Forget the flight, unless another has taken its place."""
        if self._flights.get(key) is flight:
            del self._flights[key]
        if flight.task.done() and not flight.task.cancelled():
            flight.task.exception()  # seen: no "never retrieved" when all callers left before the end

    async def aclose(self) -> None:
        """Cancel what is in flight and wait for its end."""
        tasks = [flight.task for flight in self._flights.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


async def _run(work: Callable[[], Awaitable[T]]) -> T:
    """The work as a coroutine, whatever awaitable it makes."""
    return await work()
