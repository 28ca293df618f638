"""Circuit breaker: opens at a failure ratio; half-open, it admits exactly the probes."""

import pytest

from asyncassist._circuit_breaker import CircuitBreaker
from asyncassist._retry import Breaker
from asyncassist.errors import CircuitOpenError


class Time:
    """Monotonic clock that tests set."""

    now = 1000.0

    def __call__(self):
        return self.now


def make(**policy):
    """Circuit breaker and its clock."""
    time = Time()
    return CircuitBreaker(Breaker(**{"min_calls": 4, "window": 10.0, "open_for": 5.0, **policy}), time), time


def fail(breaker, times=1):
    for _ in range(times):
        breaker.acquire_permit().fail()


def succeed(breaker, times=1):
    for _ in range(times):
        breaker.acquire_permit().succeed()


def test_breaker_opens_at_the_failure_ratio():
    """Not below `min_calls`; once open it refuses calls, and the error has the time until the next probe."""
    breaker, time = make()
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


def test_breaker_stays_closed_below_the_failure_ratio():
    """Successes count against failures; the failure that reaches the ratio opens it."""
    breaker, _ = make()
    succeed(breaker, 10)

    fail(breaker, 9)
    assert breaker.state == "closed"

    fail(breaker)
    assert breaker.state == "open"


def test_calls_before_the_window_do_not_count():
    """And memory stays fixed however many calls are made."""
    breaker, time = make()
    for _ in range(100):
        fail(breaker, 3)
        time.now += 11.0

    assert breaker.state == "closed"
    assert len(breaker._buckets) <= 10


@pytest.mark.parametrize("probes", [1, 3])
def test_half_open_breaker_admits_exactly_the_probes(probes):
    """However many calls arrive; as many successes close it."""
    breaker, time = make(probes=probes)
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


def test_failed_probe_opens_the_breaker_again():
    """For the full `open_for`, counted from the failure."""
    breaker, time = make()
    fail(breaker, 4)
    time.now += 5.0

    fail(breaker)

    assert breaker.state == "open"
    assert breaker.times_opened == 2
    assert breaker.retry_after == 5.0


def test_cancelled_probe_admits_another():
    """A cancelled call says nothing about the origin: the breaker stays half-open."""
    breaker, time = make()
    fail(breaker, 4)
    time.now += 5.0

    breaker.acquire_permit().cancel()

    assert breaker.state == "half-open"
    succeed(breaker)
    assert breaker.state == "closed"


def test_cancelled_call_is_not_counted():
    """Neither as a success nor as a failure."""
    breaker, _ = make()
    for _ in range(10):
        breaker.acquire_permit().cancel()
    fail(breaker, 3)

    assert breaker.state == "closed"


def test_result_of_a_call_from_an_earlier_state_is_ignored():
    """A call admitted before the breaker opened affects neither probes nor state; a permit counts once."""
    breaker, time = make()
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
