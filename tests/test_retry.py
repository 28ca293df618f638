"""Trying again wisely: decisions are functions of facts."""

import asyncio
import email.utils
import time

import hypothesis.strategies as st
import pytest
from hypothesis import given

from asyncassist._clock import monotonic
from asyncassist._retry import (
    Breaker,
    Failure,
    GiveUp,
    Retry,
    RetryBudget,
    Timeout,
    TimerQueue,
    Wait,
    deadline,
    decide_retry,
    parse_retry_after,
    run_with_retry,
)
from asyncassist.errors import ConfigurationError, DeadlineExceededError

FACTS = {
    "attempt": 1,
    "repeatable": True,
    "retry_after": None,
    "remaining": None,
    "retry_available": True,
    "jitter": 1.0,
}


def decide(retry=None, **facts):
    return decide_retry(retry or Retry(), **{**FACTS, **facts})


# --- the policies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "values"),
    [
        (Timeout, {"total": 0}),
        (Timeout, {"idle": float("nan")}),
        (Retry, {"attempts": 0}),
        (Retry, {"base": -1}),
        (Retry, {"budget": 2}),
        (Breaker, {"failure_ratio": 1.1}),
        (Breaker, {"probes": 0}),
        (Breaker, {"window": 0}),
    ],
    ids=str,
)
def test_wrong_policies_are_refused(policy, values):
    """By the name of the group and the field."""
    with pytest.raises(ConfigurationError) as caught:
        policy(**values)

    assert caught.value.field == f"{policy.__name__.lower()}.{next(iter(values))}"


def test_no_bound_is_a_bound():
    """None means none."""
    assert Timeout(total=None, attempt=None, connect=None).total is None


# --- deciding ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({}, Wait(0.1)),
        ({"attempt": 2}, Wait(0.2)),
        ({"jitter": 0.5}, Wait(0.05)),
        ({"attempt": 3}, GiveUp("attempts")),
        ({"repeatable": False}, GiveUp("not repeatable")),
        ({"retry_after": 2.0, "jitter": 0.0}, Wait(2.0)),
        ({"retry_after": 30.1}, GiveUp("retry-after")),
        ({"remaining": 0.1}, GiveUp("deadline")),
        ({"remaining": 0.11}, Wait(0.1)),
        ({"retry_after": 5.0, "remaining": 4.0}, GiveUp("deadline")),
        ({"retry_available": False}, GiveUp("budget")),
    ],
)
def test_the_decision_follows_the_facts(facts, verdict):
    """Each reason to give up, and each wait."""
    assert decide(**facts) == verdict


@given(st.integers(1, 99), st.floats(0, 1))
def test_waits_are_drawn_up_to_a_cap(attempt, draw):
    """Full jitter, never above the cap, however many attempts."""
    verdict = decide(Retry(attempts=100, base=0.1, cap=10.0), attempt=attempt, jitter=draw)

    assert 0 <= verdict.seconds <= 10.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("3", 3.0),
        (" 1.5 ", 1.5),
        ("-4", 0.0),
        ("nan", None),
        ("inf", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        (email.utils.formatdate(1060, usegmt=True), 60.0),
        (email.utils.formatdate(900, usegmt=True), 0.0),
        ("Mon, 99 Foo 2026 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_number_and_as_date(value, seconds):
    """Nonsense is no wish."""
    assert parse_retry_after(value, now=1000.0) == seconds


@given(st.text(max_size=40))
def test_retry_after_never_raises(value):
    """Whatever a server sends."""
    wait = parse_retry_after(value, now=1000.0)

    assert wait is None or wait >= 0


def test_a_budget_is_earned_by_calls():
    """Ten are free; then one in five."""
    budget = RetryBudget(0.2)
    for _ in range(10):
        assert budget.retry_available
        budget.withdraw()
    assert not budget.retry_available

    for _ in range(6):
        budget.deposit()

    assert budget.retry_available
    for _ in range(1000):
        budget.deposit()
    assert budget._balance == 10.0


# --- retrying ---------------------------------------------------------------------------------------------------


class Script:
    """Work that ends as the script says, one step an attempt."""

    def __init__(self, *steps):
        self.steps = steps
        self.attempts = []

    async def __call__(self, attempt):
        self.attempts.append(attempt)
        step = self.steps[len(self.attempts) - 1]
        if isinstance(step, BaseException):
            raise step
        return step


def judge(result, error):
    if isinstance(error, OSError) or result == "bad":
        return Failure(repeatable=True, retry_after=3.0 if result == "bad" else None)
    return None


async def attempt(script, clock, **options):
    return await run_with_retry(
        script, classify=judge, clock=clock, now=monotonic(clock), **{"retry": Retry(base=0.1), **options}
    )


async def test_a_first_success_is_all(clock):
    """No wait, no second attempt."""
    start = clock()
    script = Script("good")

    assert await attempt(script, clock) == "good"
    assert script.attempts == [1]
    assert clock() == start


async def test_failures_are_repeated_until_it_goes_well(clock):
    """The attempts are counted, the listener told, the budget charged."""
    script, told, budget = Script(OSError(), "bad", "good"), [], RetryBudget(0.0)
    start = clock()

    result = await attempt(script, clock, budget=budget, on_retry=lambda number, wait: told.append((number, wait)))

    assert result == "good"
    assert script.attempts == [1, 2, 3]
    assert [number for number, _ in told] == [1, 2]
    assert 3.0 <= clock() - start <= 3.3
    assert budget._balance == 8.0


async def test_the_last_attempt_speaks(clock):
    """Its error is raised as it was, its result returned also when it is a failure."""
    last = OSError("third")
    with pytest.raises(OSError, match="third") as caught:
        await attempt(Script(OSError(), OSError(), last), clock)
    assert caught.value is last

    assert await attempt(Script("bad", "bad", "bad"), clock) == "bad"


async def test_what_is_not_repeatable_is_not_repeated(clock):
    """An error that the judge does not know passes at once, also on a later attempt."""
    with pytest.raises(KeyError):
        await attempt(Script(KeyError("x")), clock)

    script = Script(OSError(), KeyError("x"))
    with pytest.raises(KeyError):
        await attempt(script, clock)
    assert script.attempts == [1, 2]


async def test_without_a_policy_there_is_one_attempt(clock):
    """None means never again."""
    script = Script("bad")

    assert await attempt(script, clock, retry=None) == "bad"
    assert script.attempts == [1]


async def test_no_wait_goes_past_the_deadline(clock):
    """When the wait would, it is given up at once."""
    script = Script("bad", "good")
    start = clock()

    assert await attempt(script, clock, total=2.9) == "bad"
    assert clock() == start


async def test_an_empty_budget_ends_it(clock):
    """An outage is not doubled by its clients."""
    budget = RetryBudget(0.0, reserve=1.0)
    script = Script(OSError(), OSError(), "good")

    with pytest.raises(OSError):
        await attempt(script, clock, budget=budget)

    assert script.attempts == [1, 2]


async def test_cancellation_is_not_a_failure(clock):
    """It passes through at once."""
    script = Script(asyncio.CancelledError())

    with pytest.raises(asyncio.CancelledError):
        await attempt(script, clock)


# --- deadlines --------------------------------------------------------------------------------------------------


async def test_a_deadline_ends_the_block():
    """As our own error; a timeout from inside stays what it is."""
    with pytest.raises(DeadlineExceededError, match="too slow"):
        async with deadline(0.001, "too slow"):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError, match="inner"):
        async with deadline(10):
            raise TimeoutError("inner")

    async with deadline(None):
        pass


async def _until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


async def test_deadlines_of_one_length_come_up_in_their_order():
    """Behind one timer; who is dropped is not told."""
    told = []
    deadlines = TimerQueue(0.01, told.append)
    for name in "abc":
        deadlines.schedule(name, 0.01)
    deadlines.cancel("b")

    await _until(lambda: len(told) == 2)
    deadlines.cancel("a")  # over already

    assert told == ["a", "c"]
    assert len(deadlines) == 0


async def test_the_timer_is_set_anew_for_who_comes_later():
    """Not before their time, and not never."""
    told = []
    deadlines = TimerQueue(0.05, lambda name: told.append((name, time.monotonic())))
    deadlines.schedule("first", 0.05)
    await asyncio.sleep(0.01)
    deadlines.schedule("later", 0.05)
    set_at = time.monotonic()

    await _until(lambda: len(told) == 2)

    assert [name for name, _ in told] == ["first", "later"]
    assert told[1][1] >= set_at + 0.049
    deadlines.schedule("again", 0.05)
    await _until(lambda: len(told) == 3)


async def test_a_deadline_of_another_length_has_a_timer_of_its_own():
    """It passes before those of the usual length that were set earlier."""
    told = []
    deadlines = TimerQueue(1000.0, told.append)
    deadlines.schedule("usual", 1000.0)
    deadlines.schedule("short", 0.001)
    deadlines.schedule("dropped", 0.001)
    deadlines.cancel("dropped")

    await _until(lambda: told)

    assert told == ["short"]
    deadlines.cancel("short")
    deadlines.cancel("usual")
    assert len(deadlines) == 0
