"""FakeClock: simulated time that moves on demand or on sleep."""

import asyncio
import time

from asyncassist.testing import FakeClock


async def test_sleepers_wake_in_order_of_their_time_without_waiting(clock):
    """Sleeping advances the clock: the earliest sleeper wakes first, the clock ends at the latest, no real time passes."""
    start, woken, real = clock(), [], time.monotonic()

    async def sleeper(seconds):
        await clock.sleep(seconds)
        woken.append(seconds)

    await asyncio.gather(sleeper(3600), sleeper(1), sleeper(60))

    assert woken == [1, 60, 3600]
    assert clock() == start + 3600
    assert time.monotonic() - real < 5


async def test_without_auto_sleepers_wait_for_advance():
    """With `auto=False` a sleeper wakes only once `advance` has reached its time."""
    clock = FakeClock(start=0.0, auto=False)
    task = asyncio.create_task(clock.sleep(10))
    await asyncio.sleep(0.005)
    assert not task.done()

    clock.advance(10)

    await asyncio.wait_for(task, 5)


def test_the_clock_may_be_set_back(clock):
    """A negative number of seconds sets it back, as a wall clock may jump."""
    start = clock()

    clock.advance(-60.0)

    assert clock() == start - 60.0


async def test_a_cancelled_sleeper_does_not_hold_the_clock(clock):
    """Other sleepers wake at their own times after an earlier one was cancelled."""
    start = clock()
    cancelled = asyncio.ensure_future(clock.sleep(10))
    await asyncio.sleep(0)
    cancelled.cancel()

    await clock.sleep(60)

    assert cancelled.cancelled()
    assert clock() == start + 60
