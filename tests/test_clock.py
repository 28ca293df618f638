"""Wall time for dates, steady time for ages."""

import asyncio
import datetime as dt
import time

from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic, utc_now
from asyncassist.testing import FakeClock


async def test_the_system_clock_tells_and_sleeps():
    """It is the machine's."""
    before = time.time()

    await SYSTEM_CLOCK.sleep(0)

    assert before <= SYSTEM_CLOCK() <= time.time()
    assert repr(SYSTEM_CLOCK) == "SYSTEM_CLOCK"
    assert monotonic(SYSTEM_CLOCK) is time.monotonic


async def test_a_plain_function_is_a_clock():
    """It sleeps in real time."""
    clock = as_clock(lambda: 5.0)

    await clock.sleep(0)

    assert clock() == 5.0
    assert as_clock(clock) is clock
    assert utc_now(clock) == dt.datetime(1970, 1, 1, 0, 0, 5, tzinfo=dt.UTC)


def test_steady_time_does_not_go_back(clock):
    """A jump back of the wall clock makes nothing young again."""
    now = monotonic(clock)
    clock.advance(100.0)
    assert now() == 100.0

    clock.advance(-3600.0)
    assert now() == 100.0

    clock.advance(5.0)
    assert now() == 105.0


async def test_sleepers_of_a_fake_clock_wake_in_order_without_waiting(clock):
    """The earliest wakes first, and the clock stands at the latest of them in the end."""
    start, woken, real = clock(), [], time.monotonic()

    async def sleeper(seconds):
        await clock.sleep(seconds)
        woken.append(seconds)

    await asyncio.gather(sleeper(3600), sleeper(1), sleeper(60))

    assert woken == [1, 60, 3600]
    assert clock() == start + 3600
    assert time.monotonic() - real < 5


async def test_a_fake_clock_without_auto_waits_to_be_advanced():
    """Sleepers stay until somebody moves the time."""
    clock = FakeClock(start=0.0, auto=False)
    task = asyncio.create_task(clock.sleep(10))
    await asyncio.sleep(0.005)
    assert not task.done()

    clock.advance(10)

    await asyncio.wait_for(task, 5)
