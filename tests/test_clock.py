"""Clocks: wall-clock time for dates, monotonic time for ages."""

import datetime as dt
import time

from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic, utc_now


async def test_system_clock_is_the_time_of_the_system():
    """It returns the time of day, sleeps in real time, and its monotonic time is that of the system."""
    before = time.time()

    await SYSTEM_CLOCK.sleep(0)

    assert before <= SYSTEM_CLOCK() <= time.time()
    assert repr(SYSTEM_CLOCK) == "SYSTEM_CLOCK"
    assert monotonic(SYSTEM_CLOCK) is time.monotonic


async def test_plain_function_becomes_a_clock():
    """A function returning seconds is wrapped and sleeps in real time; a clock is returned unchanged."""
    clock = as_clock(lambda: 5.0)

    await clock.sleep(0)

    assert clock() == 5.0
    assert as_clock(clock) is clock
    assert utc_now(clock) == dt.datetime(1970, 1, 1, 0, 0, 5, tzinfo=dt.UTC)


def test_monotonic_time_ignores_a_clock_set_back(clock):
    """After the wall clock jumps back, monotonic time stands still and then continues from there."""
    now = monotonic(clock)
    clock.advance(100.0)
    assert now() == 100.0

    clock.advance(-3600.0)
    assert now() == 100.0

    clock.advance(5.0)
    assert now() == 105.0
