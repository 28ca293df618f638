"""The breaker: opens at a ratio, half open lets exactly the probes in."""

import pytest

from asyncassist._circuit_breaker import CircuitBreaker
from asyncassist._retry import Breaker
from asyncassist.errors import CircuitOpenError


class Time:
    now = 1000.0

    def __call__(self):
        return self.now


def circuit(**policy):
    time = Time()
    return CircuitBreaker(Breaker(**{"min_calls": 4, "window": 10.0, "open_for": 5.0, **policy}), time), time


def fail(breaker, times=1):
    for _ in range(times):
        breaker.acquire_permit().fail()


def succeed(breaker, times=1):
    for _ in range(times):
        breaker.acquire_permit().succeed()


def test_it_opens_at_the_ratio():
    """Not below the least number of calls; then nobody passes, and the error says for how long."""
    breaker, time = circuit()
    fail(breaker, 3)
    assert breaker.state == "closed"
    assert breaker.retry_after == 0.0

    fail(breaker)
    time.now += 1.0

    assert breaker.state == "open"
    assert breaker.times_opened == 1
    with pytest.raises(CircuitOpenError) as caught:
        breaker.acquire_permit()
    assert caught.value.retry_after == 4.0
    assert breaker.retry_after == 4.0


def test_successes_keep_it_closed():
    """Below the ratio it stays."""
    breaker, _ = circuit()
    succeed(breaker, 10)

    fail(breaker, 9)
    assert breaker.state == "closed"

    fail(breaker)
    assert breaker.state == "open"


def test_old_calls_are_forgotten():
    """Only the window counts, in fixed memory."""
    breaker, time = circuit()
    for _ in range(100):
        fail(breaker, 3)
        time.now += 11.0

    assert breaker.state == "closed"
    assert len(breaker._buckets) <= 10


@pytest.mark.parametrize("probes", [1, 3])
def test_half_open_lets_exactly_the_probes_in(probes):
    """However many knock at once; and as many successes close it."""
    breaker, time = circuit(probes=probes)
    fail(breaker, 4)
    time.now += 5.0

    admitted = []
    for _ in range(50):
        try:
            admitted.append(breaker.acquire_permit())
        except CircuitOpenError:
            continue
    assert len(admitted) == probes
    assert breaker.state == "half-open"

    for permit in admitted:
        permit.succeed()
    assert breaker.state == "closed"


def test_a_failed_probe_opens_it_again():
    """For the whole time, from now."""
    breaker, time = circuit()
    fail(breaker, 4)
    time.now += 5.0

    fail(breaker)

    assert breaker.state == "open"
    assert breaker.times_opened == 2
    assert breaker.retry_after == 5.0


def test_a_cancelled_probe_gives_its_place_back():
    """It says nothing about the origin."""
    breaker, time = circuit()
    fail(breaker, 4)
    time.now += 5.0

    breaker.acquire_permit().cancel()

    assert breaker.state == "half-open"
    succeed(breaker)
    assert breaker.state == "closed"


def test_a_cancelled_call_is_not_counted():
    """Neither good nor bad."""
    breaker, _ = circuit()
    for _ in range(10):
        breaker.acquire_permit().cancel()
    fail(breaker, 3)

    assert breaker.state == "closed"


def test_a_late_ending_of_an_earlier_state_does_not_count():
    """A call from before the opening cannot close or open what came after; an ending counts once."""
    breaker, time = circuit()
    late_good, late_bad = breaker.acquire_permit(), breaker.acquire_permit()
    fail(breaker, 4)
    time.now += 5.0
    probe = breaker.acquire_permit()

    late_good.succeed()
    late_bad.fail()
    assert breaker.state == "half-open"

    probe.succeed()
    probe.fail()
    assert breaker.state == "closed"
