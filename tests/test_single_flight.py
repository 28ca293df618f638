"""Equal work once; nobody's leaving spoils it for the rest."""

import asyncio
import time

import pytest

from asyncassist._single_flight import SingleFlight, _expire
from asyncassist.errors import ClosedError, DeadlineExceededError


class Work:
    """Work that waits to be let go, and counts."""

    def __init__(self, error=None):
        self.gate = asyncio.Event()
        self.starts = 0
        self.cancelled = 0
        self.error = error

    async def __call__(self):
        self.starts += 1
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error:
            raise self.error
        return self.starts


async def _settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_equal_callers_share_one_run():
    """One starts it, the others join."""
    flights, work = SingleFlight(), Work()
    callers = [asyncio.create_task(flights.run("k", work)) for _ in range(50)]
    await _settle()
    assert "k" in flights
    assert len(flights) == 1

    work.gate.set()

    results = await asyncio.gather(*callers)
    assert work.starts == 1
    assert [value for value, _ in results] == [1] * 50
    assert sum(joined for _, joined in results) == 49
    assert len(flights) == 0


async def test_other_keys_fly_alone():
    """A key is a key."""
    flights, work = SingleFlight(), Work()
    work.gate.set()

    await asyncio.gather(flights.run("a", work), flights.run("b", work))

    assert work.starts == 2


async def test_the_leader_may_leave():
    """49 of 49 who stay are served."""
    flights, work = SingleFlight(), Work()
    callers = [asyncio.create_task(flights.run("k", work)) for _ in range(50)]
    await _settle()

    callers[0].cancel()
    await _settle()
    work.gate.set()

    results = await asyncio.gather(*callers, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1:] == [(1, True)] * 49
    assert work.starts == 1


async def test_when_the_last_waiter_leaves_the_work_is_cancelled_and_awaited():
    """Nobody wants it: it ends, and a newcomer starts anew."""
    flights, work = SingleFlight(), Work()
    callers = [asyncio.create_task(flights.run("k", work)) for _ in range(3)]
    await _settle()

    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)

    assert work.cancelled == 1
    assert len(flights) == 0
    work.gate.set()
    assert await flights.run("k", work) == (2, False)


async def test_a_newcomer_does_not_join_work_that_is_being_cancelled():
    """It starts its own while the old one winds down."""
    flights = SingleFlight()
    winding_down = asyncio.Event()

    async def slow_to_end():
        try:
            await asyncio.Event().wait()
        finally:
            await winding_down.wait()

    async def quick():
        return "new"

    old = asyncio.create_task(flights.run("k", slow_to_end))
    await _settle()
    old.cancel()
    await _settle()

    assert await flights.run("k", quick) == ("new", False)

    winding_down.set()
    with pytest.raises(asyncio.CancelledError):
        await old


async def test_an_error_reaches_every_caller():
    """And is not remembered."""
    flights, work = SingleFlight(), Work(error=OSError("down"))
    callers = [asyncio.create_task(flights.run("k", work)) for _ in range(3)]
    await _settle()

    work.gate.set()

    results = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(result) for result in results] == [OSError] * 3
    assert len(flights) == 0


async def test_an_error_that_nobody_waits_for_any_more_is_quiet():
    """No 'exception was never retrieved' after all callers left."""
    flights = SingleFlight()

    async def fails_when_cancelled():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise OSError("while closing") from None

    caller = asyncio.create_task(flights.run("k", fails_when_cancelled))
    await _settle()

    caller.cancel()

    with pytest.raises(asyncio.CancelledError):
        await caller


async def test_closing_tells_callers_that_the_work_was_cancelled():
    """They were not cancelled themselves, so it is an error to them."""
    flights, work = SingleFlight(), Work()
    callers = [asyncio.create_task(flights.run("k", work)) for _ in range(2)]
    await _settle()

    await flights.aclose()

    results = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(result) for result in results] == [ClosedError] * 2
    await flights.aclose()


async def test_each_caller_waits_as_long_as_it_likes():
    """The impatient one leaves with an error, the work goes on for the patient one; nobody left, it ends."""
    flights: SingleFlight[int] = SingleFlight()
    go = asyncio.Event()

    async def work() -> int:
        await go.wait()
        return 7

    patient = asyncio.create_task(flights.run("a", work, timeout=30.0))
    await asyncio.sleep(0)
    with pytest.raises(DeadlineExceededError):
        await flights.run("a", work, timeout=0.01)
    assert len(flights) == 1
    go.set()
    assert await patient == (7, False)
    go.clear()
    with pytest.raises(DeadlineExceededError):
        await flights.run("a", work, timeout=0.01)
    assert len(flights) == 0


async def test_any_awaitable_is_work():
    """A future as well as a coroutine."""
    flights: SingleFlight[int] = SingleFlight()
    made = asyncio.get_running_loop().create_future()
    made.set_result(7)

    assert await flights.run("k", lambda: made) == (7, False)


def _stall(span):
    """Keep the loop busy, so that a deadline passes in the very turn in which the work ends."""
    until = time.perf_counter() + span
    while time.perf_counter() < until:
        pass


async def test_an_end_just_before_the_deadline_counts():
    """What has landed is handed out, though the timer fires before the caller wakes."""
    flights: SingleFlight[int] = SingleFlight()

    async def work():
        await asyncio.sleep(0)
        _stall(0.03)
        return 7

    assert await flights.run("k", work, timeout=0.01) == (7, False)


async def test_a_deadline_just_before_the_end_counts():
    """The caller leaves with an error; landing finds it gone and troubles nobody."""
    flights: SingleFlight[int] = SingleFlight()

    async def work():
        await asyncio.sleep(0)
        _stall(0.03)
        for _ in range(2):  # the timer is looked at in the turn after the next
            await asyncio.sleep(0)
        return 7

    with pytest.raises(DeadlineExceededError):
        await flights.run("k", work, timeout=0.01)
    assert len(flights) == 0


async def test_callers_who_leave_in_the_turn_of_the_landing_trouble_nobody():
    """Leader and follower are cancelled when the work has its result already; who stays is served."""
    flights, work = SingleFlight(), Work()
    callers = [asyncio.create_task(flights.run("k", work)) for _ in range(4)]
    await _settle()

    work.gate.set()
    callers[0].cancel()
    callers[1].cancel()

    results = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(result) for result in results[:2]] == [asyncio.CancelledError] * 2
    assert results[2:] == [(1, True)] * 2
    assert len(flights) == 0


async def test_who_joins_learns_what_the_leader_said():
    """While the work flies, and not after."""
    flights, work = SingleFlight(), Work()
    caller = asyncio.create_task(flights.run("k", work, leader_context="this"))
    await _settle()
    assert flights.leader_context("k") == "this"

    work.gate.set()
    await caller

    assert flights.leader_context("k") is None


async def test_a_deadline_does_not_touch_what_has_landed():
    """On a loop that looks at its timers first."""
    waiter = asyncio.get_running_loop().create_future()
    waiter.set_result(None)

    _expire(waiter)

    assert waiter.result() is None
