"""Equal work in flight is done once, and nobody's leaving spoils it for the rest."""

from __future__ import annotations

import asyncio
import contextvars
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from asyncassist._retry import Deadlines
from asyncassist.errors import ClosedError, DeadlineExceededError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

T = TypeVar("T")


class Place(Protocol):
    """What a piece of work may need before it can begin."""

    def take(self) -> bool:
        """Take it where that needs no waiting; whether it is taken."""
        ...

    def queue(self, start: Callable[[], object], /) -> None:
        """Stand in line, after `take` said no; `start` is called when it is taken."""
        ...

    def quit(self) -> None:
        """Wait no more."""
        ...

    def leave(self) -> None:
        """Give it back."""
        ...


class _Flight(Generic[T]):
    """One piece of work and who waits for its end."""

    __slots__ = ("about", "begun", "followers", "leader", "place", "task")

    def __init__(self, leader: asyncio.Future[None], about: Any, place: Place | None) -> None:
        self.task: asyncio.Task[T] | None = None
        self.begun = False
        self.place = place
        self.leader: asyncio.Future[None] | None = leader
        self.followers: set[asyncio.Future[None]] | None = None  # most work is wanted by one caller alone
        self.about = about

    def join(self, waiter: asyncio.Future[None]) -> None:
        """One more waits."""
        if self.followers is None:
            self.followers = set()
        self.followers.add(waiter)

    def leave(self, waiter: asyncio.Future[None]) -> bool:
        """One waits no more; whether it was the last."""
        if waiter is self.leader:
            self.leader = None
        else:
            assert self.followers is not None
            self.followers.discard(waiter)
        return self.leader is None and not self.followers

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
        place: Place | None = None,
    ) -> tuple[T, bool]:
        """Join the work under the key, or start it.

        Args:
            key: What makes two callers equal.
            work: Makes the awaitable; called once, for the first.
            timeout: Seconds that this caller waits, None for ever. The work goes on for the others.
            about: What those who join may want to know of the first.
            place: Taken before the work begins and given back when it ends; None when it needs none.

        Returns:
            What the work returned, and whether this caller joined work of another.

        Raises:
            ClosedError: The work was cancelled by somebody else than its callers.
            DeadlineExceededError: It took longer than this caller waits.
            BaseException: What the work raised, to every caller alike; what the place's line raised, to the first.
        """
        flight = self._flights.get(key)
        joined = flight is not None
        # Each waits for a future of its own: what happens to it touches neither the work nor the others.
        waiter = asyncio.get_running_loop().create_future()
        if flight is None:
            flight = _Flight(waiter, about, place)
            if place is None or place.take():
                self._take_off(key, flight, work, None)
            else:
                place.queue(partial(self._take_off, key, flight, work, contextvars.copy_context()))
            self._flights[key] = flight
        else:
            flight.join(waiter)
        if timeout is not None:
            self._deadlines.set(waiter, timeout)
        try:
            await waiter
        finally:
            if timeout is not None:
                self._deadlines.drop(waiter)
            if flight.leave(waiter) and (flight.task is None or not flight.task.done()):
                # Nobody wants it any more. A newcomer must start anew rather than join what is being cancelled.
                if self._flights.get(key) is flight:
                    del self._flights[key]
                await _end([flight])
        task = flight.task
        if task is None or task.cancelled():
            # The work was cancelled, not this caller: to the caller that is an error like any other.
            raise ClosedError("the work was cancelled before it ended")
        return task.result(), joined

    def _take_off(
        self,
        key: Hashable,
        flight: _Flight[T],
        work: Callable[[], Awaitable[T]],
        context: contextvars.Context | None,
    ) -> None:
        """The work begins, in the context of the caller who asked for it first."""
        loop = asyncio.get_running_loop()
        flight.task = loop.create_task(self._fly(key, flight, work), context=context)

    async def _fly(self, key: Hashable, flight: _Flight[T], work: Callable[[], Awaitable[T]]) -> T:
        """The work, up to its landing: who waits is woken in the same turn of the loop."""
        flight.begun = True
        try:
            return await work()
        finally:
            if flight.place is not None:
                flight.place.leave()
            if self._flights.get(key) is flight:
                del self._flights[key]
            flight.land()

    async def aclose(self) -> None:
        """Cancel what is in flight and wait for its end."""
        flights = list(self._flights.values())
        self._flights.clear()
        await _end(flights)
        for flight in flights:
            flight.land()  # what was cancelled before its first step never landed


async def _end(flights: list[_Flight[Any]]) -> None:
    """Cancel what flies, and wait for its end; nobody is told of what went wrong then."""
    tasks: list[asyncio.Task[Any]] = []
    for flight in flights:
        if flight.task is not None:
            flight.task.cancel()
            tasks.append(flight.task)
        elif flight.place is not None:
            flight.place.quit()
            flight.place = None
    if tasks:
        await asyncio.wait(tasks)
    for flight in flights:
        if flight.task is None:
            continue
        if not flight.begun and flight.place is not None:
            flight.place.leave()  # cancelled before its first step
            flight.place = None
        if not flight.task.cancelled():
            flight.task.exception()  # seen: no "never retrieved"


def _expire(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_exception(DeadlineExceededError("no answer in time"))
