"""Bulkhead slots per origin and in total: granted in FIFO order, bounded, and never lost."""

from __future__ import annotations

import asyncio
import gc

import pytest

from asyncassist import AsyncHandler, Limits
from asyncassist._http.bulkhead import Bulkhead, BulkheadReservation, SlotQueue
from asyncassist._single_flight import SingleFlight
from asyncassist.errors import BusyError, ClosedError, DeadlineExceededError
from tests.http.conftest import wait_until


def reservations(bulkhead, origin, count):
    return [BulkheadReservation(bulkhead, origin, f"http://origin.test/{n}") for n in range(count)]


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_slots_are_granted_in_fifo_order():
    """Requests get their slots in the order of `acquire`, never more than the origin has."""
    bulkhead, origin, order = Bulkhead(10, 100), SlotQueue(2), []

    async def hold_slots(number, reservation):
        await reservation.acquire()
        assert origin.in_use <= 2
        order.append(number)
        await asyncio.sleep(0)
        reservation.release()

    await asyncio.gather(
        *(hold_slots(number, reservation) for number, reservation in enumerate(reservations(bulkhead, origin, 20)))
    )

    assert order == list(range(20))
    assert (origin.in_use, len(origin.waiters), bulkhead.slots.in_use, bulkhead.waiting) == (0, 0, 0, 0)


async def test_waiter_for_an_origin_holds_no_slot_of_the_total():
    """Requests waiting for one origin do not block requests to others."""
    bulkhead, slow, quick = Bulkhead(2, 100), SlotQueue(1), SlotQueue(5)
    first, second, other = (
        BulkheadReservation(bulkhead, slow, ""),
        BulkheadReservation(bulkhead, slow, ""),
        BulkheadReservation(bulkhead, quick, ""),
    )
    assert first.try_acquire()
    second.enqueue(lambda: None)

    assert other.try_acquire()


async def test_slots_of_the_total_are_waited_for_after_the_origins():
    """A released slot of the total starts the next waiter, of whatever origin."""
    bulkhead, one, two, started = Bulkhead(1, 100), SlotQueue(1), SlotQueue(2), []
    first, second, third, fourth = (BulkheadReservation(bulkhead, slots, "") for slots in (one, one, two, two))
    assert first.try_acquire()
    second.enqueue(lambda: started.append(2))  # for its origin
    third.enqueue(lambda: started.append(3))  # for the total
    fourth.enqueue(lambda: started.append(4))
    assert (one.in_use, two.in_use, bulkhead.waiting) == (1, 2, 3)

    first.release()  # the second acquires its origin's slot, and queues for the total behind the fourth
    assert started == [3]
    fourth.cancel()
    third.release()

    assert started == [3, 2]
    second.release()
    assert (one.in_use, two.in_use, bulkhead.slots.in_use, bulkhead.waiting) == (0, 0, 0, 0)


async def test_full_queue_raises_busy_error():
    """One waiter more than `max_waiting` gets BusyError, and its reservation leaves nothing behind."""
    bulkhead, origin = Bulkhead(5, 1), SlotQueue(1)
    first, second, third = reservations(bulkhead, origin, 3)
    assert first.try_acquire()
    second.enqueue(lambda: None)

    with pytest.raises(BusyError) as caught:
        await third.acquire()

    assert caught.value.url == "http://origin.test/2"
    second.cancel()
    first.release()
    assert (origin.in_use, bulkhead.slots.in_use, bulkhead.waiting) == (0, 0, 0)


async def test_cancelled_waiter_loses_no_slot():
    """Cancelled before its turn, at its turn, and with others waiting behind it."""
    bulkhead, origin = Bulkhead(5, 10), SlotQueue(1)
    first, *others = reservations(bulkhead, origin, 4)
    assert first.try_acquire()
    waiters = [asyncio.create_task(reservation.acquire()) for reservation in others]
    await settle()

    waiters[0].cancel()  # leaves the queue before its turn
    await settle()
    first.release()  # the slot passes to the second
    waiters[1].cancel()  # which is cancelled while it holds the slot
    results = await asyncio.gather(*waiters, return_exceptions=True)

    assert [isinstance(result, asyncio.CancelledError) for result in results] == [True, True, False]
    assert (origin.in_use, bulkhead.slots.in_use, bulkhead.waiting) == (1, 1, 0)
    others[2].release()
    assert (origin.in_use, bulkhead.slots.in_use) == (0, 0)


# -- shared tasks that wait for their slots --------------------------------------------------------------------


async def start_shared_task(single_flight, reservation, key="k"):
    async def work():
        await asyncio.Event().wait()

    task = asyncio.create_task(single_flight.run(key, work, slot=reservation))
    await settle()
    return task


async def test_shared_task_starts_when_its_slots_are_acquired():
    """A shared task waits for its slots and releases them when it ends."""
    bulkhead, origin, single_flight = Bulkhead(5, 10), SlotQueue(1), SingleFlight()
    first, second = reservations(bulkhead, origin, 2)
    assert first.try_acquire()
    started = asyncio.Event()

    async def work():
        started.set()
        return 7

    caller = asyncio.create_task(single_flight.run("k", work, slot=second))
    await settle()
    assert not started.is_set()

    first.release()

    assert await caller == (7, False)
    assert (origin.in_use, bulkhead.waiting) == (0, 0)


@pytest.mark.parametrize("first", range(6))
@pytest.mark.parametrize("second", [1, 2, 3])
async def test_second_cancellation_loses_no_slot(first, second):
    """Whenever the only caller is cancelled, and again before the first cancellation has ended."""
    bulkhead, origin, single_flight = Bulkhead(5, 10), SlotQueue(1), SingleFlight()
    holder, waiting = reservations(bulkhead, origin, 2)
    assert holder.try_acquire()
    caller = await start_shared_task(single_flight, waiting)

    holder.release()
    for step in range(first + second + 1):
        if step in {first, first + second}:
            caller.cancel()
        await asyncio.sleep(0)
    await settle()

    assert caller.cancelled()
    assert (origin.in_use, bulkhead.slots.in_use, bulkhead.waiting) == (0, 0, 0)


async def test_reservation_is_freed_without_the_garbage_collector():
    """Reservation and shared task form no reference cycle, which would cost a collection per request."""
    gc.collect()
    before = sum(isinstance(one, BulkheadReservation) for one in gc.get_objects())
    gc.disable()
    try:
        await queue_and_cancel()
        after = sum(isinstance(one, BulkheadReservation) for one in gc.get_objects())
    finally:
        gc.enable()

    assert after == before


async def queue_and_cancel():
    """Queue two shared tasks: one runs, the other is cancelled while it waits."""
    bulkhead, origin, single_flight = Bulkhead(5, 10), SlotQueue(1), SingleFlight()
    first, second, third = reservations(bulkhead, origin, 3)
    assert first.try_acquire()
    served = asyncio.create_task(single_flight.run("served", settle, slot=second))
    cancelled = asyncio.create_task(single_flight.run("cancelled", settle, slot=third))
    await settle()
    assert bulkhead.waiting == 2
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    first.release()
    await served
    del served, cancelled
    await settle()


async def test_shared_task_without_callers_leaves_the_queue():
    """When the last caller is cancelled, no slot is lost and no task is created."""
    bulkhead, origin, single_flight = Bulkhead(5, 10), SlotQueue(1), SingleFlight()
    first, second = reservations(bulkhead, origin, 2)
    assert first.try_acquire()
    caller = await start_shared_task(single_flight, second)
    assert bulkhead.waiting == 1

    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)

    assert (bulkhead.waiting, len(single_flight)) == (0, 0)
    first.release()
    assert origin.in_use == 0


@pytest.mark.parametrize("steps", [0, 1, 2])
async def test_cancellation_at_the_start_releases_the_slots(steps):
    """A shared task cancelled before or after its first step releases its slots."""
    bulkhead, origin, single_flight = Bulkhead(5, 10), SlotQueue(1), SingleFlight()
    first, second = reservations(bulkhead, origin, 2)
    assert first.try_acquire()
    caller = await start_shared_task(single_flight, second)

    first.release()
    for _ in range(steps):
        await asyncio.sleep(0)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)

    assert (origin.in_use, bulkhead.slots.in_use, bulkhead.waiting, len(single_flight)) == (0, 0, 0, 0)


async def test_closing_cancels_queued_shared_tasks():
    """Callers of running and of queued shared tasks get ClosedError."""
    bulkhead, origin, single_flight = Bulkhead(5, 10), SlotQueue(1), SingleFlight()
    first, second = reservations(bulkhead, origin, 2)
    callers = [
        await start_shared_task(single_flight, first, "first"),
        await start_shared_task(single_flight, second, "second"),
    ]

    await single_flight.aclose()

    results = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(result) for result in results] == [ClosedError, ClosedError]
    assert (origin.in_use, bulkhead.slots.in_use, bulkhead.waiting) == (0, 0, 0)


async def test_closing_before_the_first_step_wakes_the_callers():
    """Callers of a shared task that never ran get ClosedError."""
    bulkhead, origin, single_flight = Bulkhead(5, 10), SlotQueue(1), SingleFlight()
    reservation = BulkheadReservation(bulkhead, origin, "")
    caller = asyncio.create_task(single_flight.run("k", asyncio.Event().wait, slot=reservation))
    await asyncio.sleep(0)  # the caller waits, the shared task has not started

    await single_flight.aclose()

    with pytest.raises(ClosedError):
        await caller
    assert origin.in_use == 0


async def test_concurrency_is_limited_per_origin_and_in_total(origin):
    """Requests beyond the limits wait; one beyond the queue raises BusyError."""
    origin.release = asyncio.Event()

    async with AsyncHandler(limits=Limits(total=2, per_host=2, queue=3)) as http:
        tasks = [asyncio.create_task(http.get(f"{origin.url}/{n}")) for n in range(5)]
        await wait_until(lambda: origin.count == 2)
        assert http.stats().origins[0].waiting == 3
        with pytest.raises(BusyError):
            await http.get(f"{origin.url}/one-too-many")
        origin.release.set()
        assert [r.status for r in await asyncio.gather(*tasks)] == [200] * 5


async def test_slow_origin_does_not_starve_others(origin):
    """Requests waiting for a slow origin leave the slots of the total to other origins."""
    origin.release = asyncio.Event()
    fast = origin.url.replace("127.0.0.1", "localhost")

    async with AsyncHandler(limits=Limits(total=2, per_host=1)) as http:
        slow = [asyncio.create_task(http.get(f"{origin.url}/{n}")) for n in range(4)]
        await wait_until(lambda: origin.count == 1)
        quick = asyncio.create_task(http.get(fast))
        await wait_until(lambda: origin.count == 2)
        origin.release.set()

        assert (await quick).status == 200
        await asyncio.gather(*slow)


async def test_time_in_the_queue_counts_towards_the_timeout(origin):
    """The timeout runs while a request waits, and a timed-out waiter loses no slot."""
    origin.release = asyncio.Event()

    async with AsyncHandler(limits=Limits(total=1, per_host=5)) as http:
        first = asyncio.create_task(http.get(f"{origin.url}/1"))
        await wait_until(lambda: origin.count == 1)
        with pytest.raises(DeadlineExceededError):
            await http.get(f"{origin.url}/2", timeout=0.05)
        origin.release.set()
        await first

        assert (await http.get(f"{origin.url}/3")).status == 200
        assert http.stats().origins[0].in_flight == 0
