"""Bulkhead: limits concurrent requests per origin and in total; further requests wait in FIFO order."""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from asyncassist.errors import BusyError

if TYPE_CHECKING:
    from collections.abc import Callable


class SlotQueue:
    """Slots with a FIFO queue of waiters.

    Args:
        capacity: Number of slots.
    """

    __slots__ = ("capacity", "in_use", "waiters")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.in_use = 0
        self.waiters: deque[BulkheadReservation] = deque()

    def release(self) -> None:
        """Hand the slot to the first waiter, or free it when none waits."""
        if self.waiters and self.in_use <= self.capacity:
            self.waiters.popleft().advance()  # the slot passes directly to the waiter: in_use is unchanged
        else:
            self.in_use -= 1

    def resize(self, capacity: int) -> None:
        """Change the number of slots: further ones go to the waiters at once, fewer apply as slots are released."""
        self.capacity = capacity
        while self.waiters and self.in_use < capacity:
            self.in_use += 1
            self.waiters.popleft().advance()


class Bulkhead:
    """Slots shared by all origins, and the bound on waiting requests.

    Args:
        total: Concurrent requests to all origins together.
        max_waiting: Requests that may wait for a slot, of their origin or of the total.
    """

    __slots__ = ("max_waiting", "slots", "waiting")

    def __init__(self, total: int, max_waiting: int) -> None:
        self.slots = SlotQueue(total)
        self.max_waiting = max_waiting
        self.waiting = 0
        """Requests waiting now, in the queue of an origin or of the total."""


class BulkheadReservation:
    """Reservation of the two slots a request needs: one of its origin and one of the total.

    The origin's slot is acquired first, so that requests waiting for a slow origin hold no slot of the total that
    other origins could use. A waiting request has no task yet: `enqueue` takes a callback that starts it.

    Args:
        bulkhead: Slots of the total.
        origin_slots: Slots of the request's origin.
        url: URL of the request, for the error.
    """

    __slots__ = ("_bulkhead", "_origin_slots", "_start", "_url", "_waiting_in")

    def __init__(self, bulkhead: Bulkhead, origin_slots: SlotQueue, url: str) -> None:
        self._bulkhead = bulkhead
        self._origin_slots = origin_slots
        self._url = url
        self._waiting_in: SlotQueue | None = None
        self._start: Callable[[], object] | None = None

    def try_acquire(self) -> bool:
        """Acquire both slots if that needs no waiting; return whether they were acquired."""
        origin_slots, total = self._origin_slots, self._bulkhead.slots
        if origin_slots.in_use < origin_slots.capacity and total.in_use < total.capacity:
            origin_slots.in_use += 1
            total.in_use += 1
            return True
        return False

    def enqueue(self, start: Callable[[], object]) -> None:
        """Queue for the slots after `try_acquire` returned False.

        Args:
            start: Called once both slots are acquired.

        Raises:
            BusyError: `max_waiting` requests wait already.
        """
        bulkhead, origin_slots = self._bulkhead, self._origin_slots
        if bulkhead.waiting >= bulkhead.max_waiting:
            raise BusyError("too many requests are waiting already", url=self._url)
        bulkhead.waiting += 1
        self._start = start
        self._waiting_in = origin_slots
        if origin_slots.in_use < origin_slots.capacity:
            origin_slots.in_use += 1
            self._waiting_in = bulkhead.slots
        self._waiting_in.waiters.append(self)

    def advance(self) -> None:
        """Take the slot that the current queue hands over: queue for the total, or start when it was the last."""
        total = self._bulkhead.slots
        if self._waiting_in is self._origin_slots and total.in_use >= total.capacity:
            self._waiting_in = total
            total.waiters.append(self)
            return
        if self._waiting_in is self._origin_slots:
            total.in_use += 1
        self._waiting_in = None
        self._bulkhead.waiting -= 1
        # Dropped before it is called: the callback refers to the shared task and the task to this reservation,
        # and such a cycle would leave each of them to the garbage collector.
        start, self._start = self._start, None
        if start is not None:
            start()

    def cancel(self) -> None:
        """Leave the queue and release every slot acquired so far."""
        slots, self._waiting_in = self._waiting_in, None
        if slots is None:
            self.release()  # in no queue: both slots were acquired
            return
        slots.waiters.remove(self)
        self._start = None
        self._bulkhead.waiting -= 1
        if slots is not self._origin_slots:
            self._origin_slots.release()

    def release(self) -> None:
        """Release both slots."""
        self._bulkhead.slots.release()
        self._origin_slots.release()

    async def acquire(self) -> None:
        """Acquire both slots, waiting for them if necessary.

        Raises:
            BusyError: `max_waiting` requests wait already.
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
