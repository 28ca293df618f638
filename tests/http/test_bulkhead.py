"""Places at an origin and among all: in the order of coming, bounded, and never lost."""

import asyncio
import gc

import pytest

from asyncassist._http.bulkhead import Bulkhead, BulkheadSlot, SlotQueue
from asyncassist._single_flight import SingleFlight
from asyncassist.errors import BusyError, ClosedError


def places(bulkhead, origin, count):
    return [BulkheadSlot(bulkhead, origin, f"http://origin.test/{n}") for n in range(count)]


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_places_are_given_in_the_order_of_coming():
    """At most as many at once as the origin has."""
    bulkhead, origin, order = Bulkhead(10, 100), SlotQueue(2), []

    async def visit(number, place):
        await place.acquire()
        assert origin.in_use <= 2
        order.append(number)
        await asyncio.sleep(0)
        place.release()

    await asyncio.gather(*(visit(number, place) for number, place in enumerate(places(bulkhead, origin, 20))))

    assert order == list(range(20))
    assert (origin.in_use, len(origin.waiters), bulkhead.slots.in_use, bulkhead.waiting) == (0, 0, 0, 0)


async def test_who_waits_for_a_slow_origin_holds_no_place_of_all():
    """Others go past."""
    bulkhead, slow, quick = Bulkhead(2, 100), SlotQueue(1), SlotQueue(5)
    first, second, other = (
        BulkheadSlot(bulkhead, slow, ""),
        BulkheadSlot(bulkhead, slow, ""),
        BulkheadSlot(bulkhead, quick, ""),
    )
    assert first.try_acquire()
    second.enqueue(lambda: None)

    assert other.try_acquire()


async def test_places_of_all_are_waited_for_with_the_origins_in_hand():
    """Whoever gives one back lets the next begin, of whatever origin."""
    bulkhead, one, two, begun = Bulkhead(1, 100), SlotQueue(1), SlotQueue(2), []
    first, second, third, fourth = (BulkheadSlot(bulkhead, line, "") for line in (one, one, two, two))
    assert first.try_acquire()
    second.enqueue(lambda: begun.append(2))  # for its origin
    third.enqueue(lambda: begun.append(3))  # for one of all
    fourth.enqueue(lambda: begun.append(4))
    assert (one.in_use, two.in_use, bulkhead.waiting) == (1, 2, 3)

    first.release()  # the second has its origin's now, and stands behind the fourth
    assert begun == [3]
    fourth.cancel()
    third.release()

    assert begun == [3, 2]
    second.release()
    assert (one.in_use, two.in_use, bulkhead.slots.in_use, bulkhead.waiting) == (0, 0, 0, 0)


async def test_too_many_waiters_are_refused():
    """One more than the queue holds; nothing is kept of it."""
    bulkhead, origin = Bulkhead(5, 1), SlotQueue(1)
    first, second, third = places(bulkhead, origin, 3)
    assert first.try_acquire()
    second.enqueue(lambda: None)

    with pytest.raises(BusyError) as caught:
        await third.acquire()

    assert caught.value.url == "http://origin.test/2"
    second.cancel()
    first.release()
    assert (origin.in_use, bulkhead.slots.in_use, bulkhead.waiting) == (0, 0, 0)


async def test_a_waiter_that_leaves_loses_no_place():
    """Before its turn, at its turn, and while others wait behind it."""
    bulkhead, origin = Bulkhead(5, 10), SlotQueue(1)
    first, *others = places(bulkhead, origin, 4)
    assert first.try_acquire()
    waiters = [asyncio.create_task(place.acquire()) for place in others]
    await settle()

    waiters[0].cancel()  # leaves the line before its turn
    await settle()
    first.release()  # the place goes to the second
    waiters[1].cancel()  # which leaves with the place in its hand
    results = await asyncio.gather(*waiters, return_exceptions=True)

    assert [isinstance(result, asyncio.CancelledError) for result in results] == [True, True, False]
    assert (origin.in_use, bulkhead.slots.in_use, bulkhead.waiting) == (1, 1, 0)
    others[2].release()
    assert (origin.in_use, bulkhead.slots.in_use) == (0, 0)


# --- work that waits for its place ------------------------------------------------------------------------------


async def flying(flights, place, key="k"):
    async def work():
        await asyncio.Event().wait()

    task = asyncio.create_task(flights.run(key, work, slot=place))
    await settle()
    return task


async def test_work_begins_when_its_place_is_there():
    """And gives it back at its end, in the context of who asked for it."""
    bulkhead, origin, flights = Bulkhead(5, 10), SlotQueue(1), SingleFlight()
    first, second = places(bulkhead, origin, 2)
    assert first.try_acquire()
    begun = asyncio.Event()

    async def work():
        begun.set()
        return 7

    caller = asyncio.create_task(flights.run("k", work, slot=second))
    await settle()
    assert not begun.is_set()

    first.release()

    assert await caller == (7, False)
    assert (origin.in_use, bulkhead.waiting) == (0, 0)


async def test_a_place_that_was_waited_for_is_freed_without_the_garbage_collector():
    """It and the flight that waited for it do not hold each other, else each request would be left for a collection."""
    gc.collect()
    known = sum(isinstance(one, BulkheadSlot) for one in gc.get_objects())
    gc.disable()
    try:
        await crowded()
        left = sum(isinstance(one, BulkheadSlot) for one in gc.get_objects())
    finally:
        gc.enable()

    assert left == known


async def crowded():
    """Work that waits for its place: one comes up, one leaves the line."""
    bulkhead, origin, flights = Bulkhead(5, 10), SlotQueue(1), SingleFlight()
    first, second, third = places(bulkhead, origin, 3)
    assert first.try_acquire()
    served = asyncio.create_task(flights.run("served", settle, slot=second))
    gone = asyncio.create_task(flights.run("gone", settle, slot=third))
    await settle()
    assert bulkhead.waiting == 2
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    first.release()
    await served
    del served, gone
    await settle()


async def test_work_that_nobody_wants_any_more_leaves_the_line():
    """No place is lost, and no task was made."""
    bulkhead, origin, flights = Bulkhead(5, 10), SlotQueue(1), SingleFlight()
    first, second = places(bulkhead, origin, 2)
    assert first.try_acquire()
    caller = await flying(flights, second)
    assert bulkhead.waiting == 1

    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)

    assert (bulkhead.waiting, len(flights)) == (0, 0)
    first.release()
    assert origin.in_use == 0


@pytest.mark.parametrize("turns", [0, 1, 2])
async def test_work_cancelled_at_its_beginning_gives_its_place_back(turns):
    """Before its first step as well as after it."""
    bulkhead, origin, flights = Bulkhead(5, 10), SlotQueue(1), SingleFlight()
    first, second = places(bulkhead, origin, 2)
    assert first.try_acquire()
    caller = await flying(flights, second)

    first.release()
    for _ in range(turns):
        await asyncio.sleep(0)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)

    assert (origin.in_use, bulkhead.slots.in_use, bulkhead.waiting, len(flights)) == (0, 0, 0, 0)


async def test_closing_ends_work_that_waits_for_its_place():
    """Its callers are told, those of work that has begun too."""
    bulkhead, origin, flights = Bulkhead(5, 10), SlotQueue(1), SingleFlight()
    first, second = places(bulkhead, origin, 2)
    callers = [await flying(flights, first, "first"), await flying(flights, second, "second")]

    await flights.aclose()

    results = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(result) for result in results] == [ClosedError, ClosedError]
    assert (origin.in_use, bulkhead.slots.in_use, bulkhead.waiting) == (0, 0, 0)


async def test_closing_before_the_first_step_wakes_the_callers():
    """The work never ran; who waits for it learns that."""
    bulkhead, origin, flights = Bulkhead(5, 10), SlotQueue(1), SingleFlight()
    place = BulkheadSlot(bulkhead, origin, "")
    caller = asyncio.create_task(flights.run("k", asyncio.Event().wait, slot=place))
    await asyncio.sleep(0)  # the caller waits now, the work has not begun

    await flights.aclose()

    with pytest.raises(ClosedError):
        await caller
    assert origin.in_use == 0
