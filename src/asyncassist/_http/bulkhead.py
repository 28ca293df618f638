"""The bulkhead: so many requests at once to an origin, and so many in all; the others wait in the order they came."""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from asyncassist.errors import BusyError

if TYPE_CHECKING:
    from collections.abc import Callable


class SlotQueue:
    """So many places, and who stands in line for one.

    Args:
        capacity: Places.
    """

    __slots__ = ("capacity", "in_use", "waiters")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.in_use = 0
        self.waiters: deque[BulkheadSlot] = deque()

    def release(self) -> None:
        """Give a place to the next in line."""
        if self.waiters:
            self.waiters.popleft().advance()  # it changes hands: in_use stays
        else:
            self.in_use -= 1


class Bulkhead:
    """Places in all, and how many may wait for any.

    Args:
        total: Requests at once.
        max_waiting: Requests that may wait beyond them.
    """

    __slots__ = ("max_waiting", "slots", "waiting")

    def __init__(self, total: int, max_waiting: int) -> None:
        self.slots = SlotQueue(total)
        self.max_waiting = max_waiting
        self.waiting = 0
        """Requests that wait now, for whatever place."""


class BulkheadSlot:
    """What a request needs to be sent: a place at its origin and one among all.

    The origin's comes first: who waits for a slow origin holds no place that others could use. Who waits is no task
    yet: it is begun when the places are there.

    Args:
        bulkhead: All.
        origin_slots: The origin's line.
        url: For the error.
    """

    __slots__ = ("_bulkhead", "_origin_slots", "_start", "_url", "_waiting_in")

    def __init__(self, bulkhead: Bulkhead, origin_slots: SlotQueue, url: str) -> None:
        self._bulkhead = bulkhead
        self._origin_slots = origin_slots
        self._url = url
        self._waiting_in: SlotQueue | None = None
        self._start: Callable[[], object] | None = None

    def try_acquire(self) -> bool:
        """Take both places where that needs no waiting; whether they are taken."""
        origin_slots, total = self._origin_slots, self._bulkhead.slots
        if origin_slots.in_use < origin_slots.capacity and total.in_use < total.capacity:
            origin_slots.in_use += 1
            total.in_use += 1
            return True
        return False

    def enqueue(self, start: Callable[[], object]) -> None:
        """Stand in line, after `take` said no.

        Args:
            start: Called when the places are taken.

        Raises:
            BusyError: Too many wait already.
        """
        bulkhead, origin_slots = self._bulkhead, self._origin_slots
        if bulkhead.waiting >= bulkhead.max_waiting:
            raise BusyError("too many requests wait already", url=self._url)
        bulkhead.waiting += 1
        self._start = start
        self._waiting_in = origin_slots
        if origin_slots.in_use < origin_slots.capacity:
            origin_slots.in_use += 1
            self._waiting_in = bulkhead.slots
        self._waiting_in.waiters.append(self)

    def advance(self) -> None:
        """The line it stands in has a place for it."""
        total = self._bulkhead.slots
        if self._waiting_in is self._origin_slots and total.in_use >= total.capacity:
            self._waiting_in = total
            total.waiters.append(self)
            return
        if self._waiting_in is self._origin_slots:
            total.in_use += 1
        self._waiting_in = None
        self._bulkhead.waiting -= 1
        # Let go before it is called: it knows the flight, and the flight knows its place, which makes a circle.
        start, self._start = self._start, None
        if start is not None:
            start()

    def cancel(self) -> None:
        """Wait no more; places that were taken meanwhile are given back."""
        slots, self._waiting_in = self._waiting_in, None
        if slots is None:
            self.release()
            return
        slots.waiters.remove(self)
        self._start = None
        self._bulkhead.waiting -= 1
        if slots is not self._origin_slots:
            self._origin_slots.release()

    def release(self) -> None:
        """Give both places back."""
        self._bulkhead.slots.release()
        self._origin_slots.release()

    async def acquire(self) -> None:
        """Take both places, waiting for them.

        Raises:
            BusyError: Too many wait already.
        """
        if self.try_acquire():
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.enqueue(partial(_wake, waiter))
        try:
            await waiter
        except BaseException:
            self.cancel()
            raise


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
