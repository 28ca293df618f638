"""The bulkhead: so many requests at once to an origin, and so many in all; the others wait in the order they came."""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from asyncassist.errors import BusyError

if TYPE_CHECKING:
    from collections.abc import Callable


class Line:
    """So many places, and who stands in line for one.

    Args:
        size: Places.
    """

    __slots__ = ("in_use", "size", "waiting")

    def __init__(self, size: int) -> None:
        self.size = size
        self.in_use = 0
        self.waiting: deque[Place] = deque()

    def release(self) -> None:
        """Give a place to the next in line."""
        if self.waiting:
            self.waiting.popleft().go_on()  # it changes hands: in_use stays
        else:
            self.in_use -= 1


class Bulkhead:
    """Places in all, and how many may wait for any.

    Args:
        total: Requests at once.
        queue: Requests that may wait beyond them.
    """

    __slots__ = ("line", "queue", "waiting")

    def __init__(self, total: int, queue: int) -> None:
        self.line = Line(total)
        self.queue = queue
        self.waiting = 0
        """Requests that wait now, for whatever place."""


class Place:
    """What a request needs to be sent: a place at its origin and one among all.

    The origin's comes first: who waits for a slow origin holds no place that others could use. Who waits is no task
    yet: it is begun when the places are there.

    Args:
        bulkhead: All.
        origin: The origin's line.
        url: For the error.
    """

    __slots__ = ("_bulkhead", "_in", "_origin", "_start", "_url")

    def __init__(self, bulkhead: Bulkhead, origin: Line, url: str) -> None:
        self._bulkhead = bulkhead
        self._origin = origin
        self._url = url
        self._in: Line | None = None
        self._start: Callable[[], object] | None = None

    def try_acquire(self) -> bool:
        """Take both places where that needs no waiting; whether they are taken."""
        origin, every = self._origin, self._bulkhead.line
        if origin.in_use < origin.size and every.in_use < every.size:
            origin.in_use += 1
            every.in_use += 1
            return True
        return False

    def enqueue(self, start: Callable[[], object]) -> None:
        """Stand in line, after `take` said no.

        Args:
            start: Called when the places are taken.

        Raises:
            BusyError: Too many wait already.
        """
        bulkhead, origin = self._bulkhead, self._origin
        if bulkhead.waiting >= bulkhead.queue:
            raise BusyError("too many requests wait already", url=self._url)
        bulkhead.waiting += 1
        self._start = start
        self._in = origin
        if origin.in_use < origin.size:
            origin.in_use += 1
            self._in = bulkhead.line
        self._in.waiting.append(self)

    def go_on(self) -> None:
        """The line it stands in has a place for it."""
        every = self._bulkhead.line
        if self._in is self._origin and every.in_use >= every.size:
            self._in = every
            every.waiting.append(self)
            return
        if self._in is self._origin:
            every.in_use += 1
        self._in = None
        self._bulkhead.waiting -= 1
        # Let go before it is called: it knows the flight, and the flight knows its place, which makes a circle.
        start, self._start = self._start, None
        if start is not None:
            start()

    def cancel(self) -> None:
        """Wait no more; places that were taken meanwhile are given back."""
        line, self._in = self._in, None
        if line is None:
            self.release()
            return
        line.waiting.remove(self)
        self._start = None
        self._bulkhead.waiting -= 1
        if line is not self._origin:
            self._origin.release()

    def release(self) -> None:
        """Give both places back."""
        self._bulkhead.line.release()
        self._origin.release()

    async def enter(self) -> None:
        """Take both places, waiting for them.

        Raises:
            BusyError: Too many wait already.
        """
        if self.try_acquire():
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.enqueue(partial(_wake, woken))
        try:
            await woken
        except BaseException:
            self.cancel()
            raise


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
