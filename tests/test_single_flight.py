"""Coalescing: concurrent calls with one key share one execution, whoever of the callers leaves."""

import asyncio
import contextvars
import time
from contextlib import suppress

import pytest

from asyncassist._single_flight import SingleFlight, _expire
from asyncassist.errors import ClosedError, DeadlineExceededError


class Work:
    """Work that waits for a release and counts its starts and cancellations."""

    def __init__(self, error=None):
        self.released = asyncio.Event()
        self.starts = 0
        self.cancelled = 0
        self.error = error

    async def __call__(self):
        self.starts += 1
        try:
            await self.released.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error:
            raise self.error
        return self.starts


async def _settle():
    """Let the tasks that are ready run."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_concurrent_callers_of_one_key_share_one_execution():
    """One starts the work, the others join it."""
    single_flight, work = SingleFlight(), Work()
    callers = [asyncio.create_task(single_flight.run("k", work)) for _ in range(50)]
    await _settle()
    assert "k" in single_flight
    assert len(single_flight) == 1

    work.released.set()

    results = await asyncio.gather(*callers)
    assert work.starts == 1
    assert [value for value, _ in results] == [1] * 50
    assert sum(joined for _, joined in results) == 49
    assert len(single_flight) == 0


async def test_different_keys_are_not_coalesced():
    """Each key has an execution of its own."""
    single_flight, work = SingleFlight(), Work()
    work.released.set()

    await asyncio.gather(single_flight.run("a", work), single_flight.run("b", work))

    assert work.starts == 2


async def test_cancelled_leader_does_not_cancel_the_work():
    """The other 49 of 50 callers get the result."""
    single_flight, work = SingleFlight(), Work()
    callers = [asyncio.create_task(single_flight.run("k", work)) for _ in range(50)]
    await _settle()

    callers[0].cancel()
    await _settle()
    work.released.set()

    results = await asyncio.gather(*callers, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1:] == [(1, True)] * 49
    assert work.starts == 1


async def test_work_is_cancelled_and_awaited_when_the_last_caller_leaves():
    """A later caller starts the work anew."""
    single_flight, work = SingleFlight(), Work()
    callers = [asyncio.create_task(single_flight.run("k", work)) for _ in range(3)]
    await _settle()

    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)

    assert work.cancelled == 1
    assert len(single_flight) == 0
    work.released.set()
    assert await single_flight.run("k", work) == (2, False)


async def test_later_caller_does_not_join_work_that_is_being_cancelled():
    """It starts its own execution while the old one is still ending."""
    single_flight = SingleFlight()
    cleanup_done = asyncio.Event()

    async def slow_to_end():
        try:
            await asyncio.Event().wait()
        finally:
            await cleanup_done.wait()

    async def quick():
        return "new"

    old = asyncio.create_task(single_flight.run("k", slow_to_end))
    await _settle()
    old.cancel()
    await _settle()

    assert await single_flight.run("k", quick) == ("new", False)

    cleanup_done.set()
    with pytest.raises(asyncio.CancelledError):
        await old


async def test_work_ends_although_its_last_caller_is_cancelled_twice():
    """The second cancellation lets the caller go; work that dropped the first one is cancelled until it has ended."""
    single_flight = SingleFlight()
    ended = asyncio.Event()

    async def drops_one_cancellation():
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    caller = asyncio.create_task(single_flight.run("k", drops_one_cancellation))
    await _settle()

    for _ in range(2):
        caller.cancel()
        await _settle()

    assert caller.cancelled()
    assert len(single_flight) == 0
    async with asyncio.timeout(10.0):
        await ended.wait()


async def test_caller_waits_for_work_that_drops_one_cancellation():
    """A caller that is cancelled once leaves when the work has ended."""
    single_flight = SingleFlight()
    log = []

    async def drops_one_cancellation():
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        try:
            await asyncio.Event().wait()
        finally:
            log.append("ended")

    caller = asyncio.create_task(single_flight.run("k", drops_one_cancellation))
    await _settle()

    caller.cancel()

    async with asyncio.timeout(10.0):
        await asyncio.wait([caller])
    assert caller.cancelled()
    assert log == ["ended"]


async def test_error_reaches_every_caller():
    """And is not cached."""
    single_flight, work = SingleFlight(), Work(error=OSError("down"))
    callers = [asyncio.create_task(single_flight.run("k", work)) for _ in range(3)]
    await _settle()

    work.released.set()

    results = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(result) for result in results] == [OSError] * 3
    assert len(single_flight) == 0


async def test_error_of_work_without_callers_is_not_reported():
    """No "exception was never retrieved" after all callers have left."""
    single_flight = SingleFlight()

    async def fails_when_cancelled():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise OSError("while closing") from None

    caller = asyncio.create_task(single_flight.run("k", fails_when_cancelled))
    await _settle()

    caller.cancel()

    with pytest.raises(asyncio.CancelledError):
        await caller


async def test_close_raises_closed_error_in_waiting_callers():
    """They were not cancelled themselves, so they do not get CancelledError; close is idempotent."""
    single_flight, work = SingleFlight(), Work()
    callers = [asyncio.create_task(single_flight.run("k", work)) for _ in range(2)]
    await _settle()

    await single_flight.aclose()

    results = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(result) for result in results] == [ClosedError] * 2
    await single_flight.aclose()


async def test_each_caller_has_its_own_timeout():
    """A caller whose timeout passes leaves with an error; the work goes on while another waits, else it ends."""
    single_flight: SingleFlight[int] = SingleFlight()
    released = asyncio.Event()

    async def work() -> int:
        await released.wait()
        return 7

    waiting = asyncio.create_task(single_flight.run("a", work, timeout=30.0))
    await asyncio.sleep(0)
    with pytest.raises(DeadlineExceededError):
        await single_flight.run("a", work, timeout=0.01)
    assert len(single_flight) == 1
    released.set()
    assert await waiting == (7, False)
    released.clear()
    with pytest.raises(DeadlineExceededError):
        await single_flight.run("a", work, timeout=0.01)
    assert len(single_flight) == 0


async def test_work_may_be_any_awaitable():
    """A future as well as a coroutine."""
    single_flight: SingleFlight[int] = SingleFlight()
    future = asyncio.get_running_loop().create_future()
    future.set_result(7)

    assert await single_flight.run("k", lambda: future) == (7, False)


def _block(seconds):
    """Block the event loop, so that a timeout passes in the same iteration in which the work ends."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


async def test_result_just_before_the_timeout_is_returned():
    """Although the timer fires before the caller resumes."""
    single_flight: SingleFlight[int] = SingleFlight()

    async def work():
        await asyncio.sleep(0)
        _block(0.03)
        return 7

    assert await single_flight.run("k", work, timeout=0.01) == (7, False)


async def test_timeout_just_before_the_result_is_raised():
    """The caller gets the error; the end of the work finds no caller and raises nothing."""
    single_flight: SingleFlight[int] = SingleFlight()

    async def work():
        await asyncio.sleep(0)
        _block(0.03)
        for _ in range(2):  # the loop runs due timers in the iteration after the next
            await asyncio.sleep(0)
        return 7

    with pytest.raises(DeadlineExceededError):
        await single_flight.run("k", work, timeout=0.01)
    assert len(single_flight) == 0


async def test_callers_cancelled_while_the_work_ends_do_not_affect_the_others():
    """Leader and follower are cancelled as the result becomes available; the others get it."""
    single_flight, work = SingleFlight(), Work()
    callers = [asyncio.create_task(single_flight.run("k", work)) for _ in range(4)]
    await _settle()

    work.released.set()
    callers[0].cancel()
    callers[1].cancel()

    results = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(result) for result in results[:2]] == [asyncio.CancelledError] * 2
    assert results[2:] == [(1, True)] * 2
    assert len(single_flight) == 0


async def test_leader_context_is_available_while_the_work_is_in_flight():
    """And not after it."""
    single_flight, work = SingleFlight(), Work()
    caller = asyncio.create_task(single_flight.run("k", work, leader_context="this"))
    await _settle()
    assert single_flight.leader_context("k") == "this"

    work.released.set()
    await caller

    assert single_flight.leader_context("k") is None


async def test_timeout_after_the_result_is_ignored():
    """A timer that fires before the caller resumes does not replace the result."""
    waiter = asyncio.get_running_loop().create_future()
    waiter.set_result(None)

    _expire(waiter)

    assert waiter.result() is None


class Slot:
    """Concurrency slot that is free, or that the test grants later.

    Args:
        free: Whether the slot can be acquired at once.
    """

    def __init__(self, *, free):
        self.free = free
        self.start = None
        self.log = []

    def try_acquire(self):
        self.log.append("try_acquire")
        return self.free

    def enqueue(self, start):
        self.log.append("enqueue")
        self.start = start

    def cancel(self):
        self.log.append("cancel")

    def release(self):
        self.log.append("release")


async def test_work_holds_its_slot_until_it_ends():
    """A free slot is acquired before the work starts and released when it has ended, also with an error."""
    single_flight, slot = SingleFlight(), Slot(free=True)
    work = Work(error=OSError("down"))
    caller = asyncio.create_task(single_flight.run("k", work, slot=slot))
    await _settle()
    assert slot.log == ["try_acquire"]

    work.released.set()

    with pytest.raises(OSError, match="down"):
        await caller
    assert slot.log == ["try_acquire", "release"]


async def test_work_starts_when_its_slot_is_acquired():
    """In the context of the leader, although another task grants the slot; callers can join before the start."""
    single_flight, slot = SingleFlight(), Slot(free=False)
    request_id = contextvars.ContextVar("request_id", default="of the test")

    async def work():
        return request_id.get()

    async def lead():
        request_id.set("of the leader")
        return await single_flight.run("k", work, slot=slot)

    callers = [asyncio.create_task(lead()), asyncio.create_task(single_flight.run("k", work))]
    await _settle()
    assert slot.log == ["try_acquire", "enqueue"]

    slot.start()

    assert await asyncio.gather(*callers) == [("of the leader", False), ("of the leader", True)]
    assert slot.log == ["try_acquire", "enqueue", "release"]


async def test_queued_slot_is_given_up_when_the_last_caller_leaves():
    """The work never starts."""
    single_flight, slot, work = SingleFlight(), Slot(free=False), Work()
    caller = asyncio.create_task(single_flight.run("k", work, slot=slot))
    await _settle()

    caller.cancel()

    with pytest.raises(asyncio.CancelledError):
        await caller
    assert slot.log == ["try_acquire", "enqueue", "cancel"]
    assert work.starts == 0
    assert len(single_flight) == 0


async def test_slot_is_released_when_the_work_is_cancelled_before_its_first_step():
    """The task never runs, so closing releases its slot and wakes the caller."""
    single_flight, slot, work = SingleFlight(), Slot(free=True), Work()

    # The caller starts the task, and close cancels it in the same iteration of the loop.
    results = await asyncio.gather(
        single_flight.run("k", work, slot=slot), single_flight.aclose(), return_exceptions=True
    )

    assert isinstance(results[0], ClosedError)
    assert slot.log == ["try_acquire", "release"]
    assert work.starts == 0


async def test_close_gives_up_queued_slots():
    """The callers get ClosedError, and the slot is given up once."""
    single_flight, slot, work = SingleFlight(), Slot(free=False), Work()
    callers = [asyncio.create_task(single_flight.run("k", work, slot=slot)) for _ in range(2)]
    await _settle()

    await single_flight.aclose()

    results = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(result) for result in results] == [ClosedError] * 2
    assert slot.log == ["try_acquire", "enqueue", "cancel"]
    assert work.starts == 0
