"""Equal work in flight is done once, and nobody's leaving spoils it for the rest."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from asyncassist._resilience import Deadlines
from asyncassist.errors import ClosedError, DeadlineExceededError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

T = TypeVar("T")


class _Flight(Generic[T]):
    """One piece of work and who waits for its end."""

    __slots__ = ("about", "followers", "leader", "task")

    task: asyncio.Task[T]

    def __init__(self, leader: asyncio.Future[None], about: Any) -> None:
        self.leader: asyncio.Future[None] | None = leader
        self.followers: set[asyncio.Future[None]] | None = None  # most work is wanted by one caller alone
        self.about = about

    def land(self) -> None:
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
        usual: Seconds that most callers wait, which makes their deadlines cheap; None when there is no such number.
    """

    def __init__(self, *, usual: float | None = None) -> None:
        self._flights: dict[Hashable, _Flight[T]] = {}
        self._deadlines = Deadlines(usual, _expire)

    def __len__(self) -> int:
        return len(self._flights)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._flights

    def about(self, key: Hashable) -> Any:
        """What the leader of the work under the key said about it, None when there is no such work."""
        flight = self._flights.get(key)
        return None if flight is None else flight.about

    async def run(
        self,
        key: Hashable,
        work: Callable[[], Awaitable[T]],
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - a deadline in line is cheaper than a scope around it
        about: Any = None,
    ) -> tuple[T, bool]:
        """Join the work under the key, or start it.

        Args:
            key: What makes two callers equal.
            work: Makes the awaitable; called once, for the first.
            timeout: Seconds that this caller waits, None for ever. The work goes on for the others.
            about: What those who join may want to know of the first.

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
        # Each waits for a future of its own: what happens to it touches neither the work nor the others.
        waiter = loop.create_future()
        if flight is None:
            flight = self._flights[key] = _Flight(waiter, about)
            flight.task = loop.create_task(self._fly(key, flight, work))
        elif flight.followers is None:
            flight.followers = {waiter}
        else:
            flight.followers.add(waiter)
        if timeout is not None:
            self._deadlines.set(waiter, timeout)
        try:
            await waiter
        finally:
            if timeout is not None:
                self._deadlines.drop(waiter)
            if waiter is flight.leader:
                flight.leader = None
            elif flight.followers:
                flight.followers.discard(waiter)
            if flight.leader is None and not flight.followers and not flight.task.done():
                # Nobody wants it any more. A newcomer must start anew rather than join what is being cancelled.
                if self._flights.get(key) is flight:
                    del self._flights[key]
                flight.task.cancel()
                await asyncio.wait([flight.task])
                _see(flight.task)
        if flight.task.cancelled():
            # The work was cancelled, not this caller: to the caller that is an error like any other.
            raise ClosedError("the work was cancelled before it ended")
        return flight.task.result(), joined

    async def _fly(self, key: Hashable, flight: _Flight[T], work: Callable[[], Awaitable[T]]) -> T:
        """The work, up to its landing: who waits is woken in the same turn of the loop."""
        try:
            return await work()
        finally:
            if self._flights.get(key) is flight:
                del self._flights[key]
            flight.land()

    async def aclose(self) -> None:
        """Cancel what is in flight and wait for its end."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.task.cancel()
        if flights:
            await asyncio.wait([flight.task for flight in flights])
        for flight in flights:
            flight.land()  # what was cancelled before its first step never landed
            _see(flight.task)
        self._flights.clear()


def _see(task: asyncio.Task[Any]) -> None:
    """No "never retrieved" of what failed when nobody waited any more."""
    if not task.cancelled():
        task.exception()


def _expire(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_exception(DeadlineExceededError("no answer in time"))
