"""Retry policies and decisions, the retry budget, the retry loop, deadlines and timer queues."""

import asyncio
import email.utils
import time

import hypothesis.strategies as st
import pytest
from hypothesis import given

from asyncassist import AsyncHandler, CachedChatbot
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
    as_timeout,
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


# --- policies ---------------------------------------------------------------------------------------------------


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
def test_invalid_policy_values_are_refused(policy, values):
    """The error names the policy and the field."""
    with pytest.raises(ConfigurationError) as caught:
        policy(**values)

    assert caught.value.field == f"{policy.__name__.lower()}.{next(iter(values))}"


def test_timeouts_can_be_disabled():
    """None means no bound."""
    assert Timeout(total=None, attempt=None, connect=None).total is None


# --- decisions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "decision"),
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
def test_retry_decision_follows_from_its_arguments(facts, decision):
    """Each reason to give up, and each way to compute the wait."""
    assert decide(**facts) == decision


@given(st.integers(1, 99), st.floats(0, 1))
def test_backoff_never_exceeds_the_cap(attempt, jitter):
    """Full jitter between 0 and the cap, however many attempts."""
    decision = decide(Retry(attempts=100, base=0.1, cap=10.0), attempt=attempt, jitter=jitter)

    assert 0 <= decision.seconds <= 10.0


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
def test_retry_after_is_parsed_as_number_and_as_date(value, seconds):
    """An invalid value counts as absent; a date in the past is 0."""
    assert parse_retry_after(value, now=1000.0) == seconds


@given(st.text(max_size=40))
def test_parsing_retry_after_never_raises(value):
    """Whatever a server sends."""
    wait = parse_retry_after(value, now=1000.0)

    assert wait is None or wait >= 0


def test_retry_budget_is_filled_by_calls():
    """Ten retries are free; then five calls allow one; the balance never exceeds the reserve."""
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


# --- retry loop -------------------------------------------------------------------------------------------------


class Script:
    """Work whose attempts end as scripted: each step is a result or an error."""

    def __init__(self, *steps):
        self.steps = steps
        self.attempts = []

    async def __call__(self, attempt):
        self.attempts.append(attempt)
        step = self.steps[len(self.attempts) - 1]
        if isinstance(step, BaseException):
            raise step
        return step


def classify(result, error):
    """Retry OSError and the result "bad", which has a Retry-After of 3 seconds."""
    if isinstance(error, OSError) or result == "bad":
        return Failure(repeatable=True, retry_after=3.0 if result == "bad" else None)
    return None


async def run(script, clock, **options):
    """Run the script under the default policy."""
    return await run_with_retry(
        script, classify=classify, clock=clock, now=monotonic(clock), **{"retry": Retry(base=0.1), **options}
    )


async def test_success_of_the_first_attempt_is_returned(clock):
    """No wait, no second attempt."""
    start = clock()
    script = Script("good")

    assert await run(script, clock) == "good"
    assert script.attempts == [1]
    assert clock() == start


async def test_failures_are_retried_until_an_attempt_succeeds(clock):
    """Attempts are numbered, `on_retry` is called, Retry-After is waited for, the budget is charged."""
    script, retries, budget = Script(OSError(), "bad", "good"), [], RetryBudget(0.0)
    start = clock()

    result = await run(script, clock, budget=budget, on_retry=lambda number, wait: retries.append((number, wait)))

    assert result == "good"
    assert script.attempts == [1, 2, 3]
    assert [number for number, _ in retries] == [1, 2]
    assert 3.0 <= clock() - start <= 3.3
    assert budget._balance == 8.0


async def test_outcome_of_the_last_attempt_is_the_outcome(clock):
    """Its error is raised as it was; its result is returned even if it is classified as a failure."""
    last = OSError("third")
    with pytest.raises(OSError, match="third") as caught:
        await run(Script(OSError(), OSError(), last), clock)
    assert caught.value is last

    assert await run(Script("bad", "bad", "bad"), clock) == "bad"


async def test_unclassified_error_is_not_retried(clock):
    """It is raised at once, on the first and on a later attempt."""
    with pytest.raises(KeyError):
        await run(Script(KeyError("x")), clock)

    script = Script(OSError(), KeyError("x"))
    with pytest.raises(KeyError):
        await run(script, clock)
    assert script.attempts == [1, 2]


async def test_without_a_policy_there_is_one_attempt(clock):
    """`retry=None` disables retries."""
    script = Script("bad")

    assert await run(script, clock, retry=None) == "bad"
    assert script.attempts == [1]


async def test_wait_that_would_pass_the_deadline_is_not_started(clock):
    """The retry is given up at once, without waiting."""
    script = Script("bad", "good")
    start = clock()

    assert await run(script, clock, total=2.9) == "bad"
    assert clock() == start


async def test_moving_deadline_takes_precedence_over_the_total(clock):
    """`remaining` is called for each decision, and `total` is ignored."""
    script = Script("bad", "bad", "good")
    remaining = iter([10.0, 2.0])

    assert await run(script, clock, total=0.1, remaining=lambda: next(remaining)) == "bad"
    assert script.attempts == [1, 2]


async def test_exhausted_budget_ends_the_retries(clock):
    """Clients do not multiply the load in an outage."""
    budget = RetryBudget(0.0, reserve=1.0)
    script = Script(OSError(), OSError(), "good")

    with pytest.raises(OSError):
        await run(script, clock, budget=budget)

    assert script.attempts == [1, 2]


async def test_cancellation_is_not_retried(clock):
    """CancelledError propagates at once."""
    script = Script(asyncio.CancelledError())

    with pytest.raises(asyncio.CancelledError):
        await run(script, clock)


# --- deadlines and timers ---------------------------------------------------------------------------------------


async def test_deadline_ends_the_block():
    """With DeadlineExceededError; a TimeoutError raised inside the block propagates unchanged."""
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


async def test_timeouts_of_the_default_length_expire_in_order():
    """Behind one timer; a cancelled waiter does not expire."""
    expired = []
    timers = TimerQueue(0.01, expired.append)
    for name in "abc":
        timers.schedule(name, 0.01)
    timers.cancel("b")

    await _until(lambda: len(expired) == 2)
    timers.cancel("a")  # expired already

    assert expired == ["a", "c"]
    assert len(timers) == 0


async def test_timer_is_set_again_for_later_waiters():
    """A later waiter expires, and not before its time."""
    expired = []
    timers = TimerQueue(0.05, lambda name: expired.append((name, time.monotonic())))
    timers.schedule("first", 0.05)
    await asyncio.sleep(0.01)
    timers.schedule("later", 0.05)
    set_at = time.monotonic()

    await _until(lambda: len(expired) == 2)

    assert [name for name, _ in expired] == ["first", "later"]
    assert expired[1][1] >= set_at + 0.049
    timers.schedule("again", 0.05)
    await _until(lambda: len(expired) == 3)


async def test_timeout_of_another_length_has_its_own_timer():
    """It expires before those of the default length that were scheduled earlier."""
    expired = []
    timers = TimerQueue(1000.0, expired.append)
    timers.schedule("default", 1000.0)
    timers.schedule("short", 0.001)
    timers.schedule("cancelled", 0.001)
    timers.cancel("cancelled")

    await _until(lambda: expired)

    assert expired == ["short"]
    timers.cancel("short")
    timers.cancel("default")
    assert len(timers) == 0


@pytest.mark.parametrize(
    ("kind", "options"), [(AsyncHandler, {}), (CachedChatbot, {"model": "m"})], ids=["handler", "chatbot"]
)
def test_a_number_is_the_total_timeout(kind, options):
    """Every constructor with timeouts takes a number of seconds; the other bounds are those of its default."""
    kind(**options, timeout=1.5)
    for wrong in ("1", True, 0, float("nan"), None):
        with pytest.raises(ConfigurationError) as caught:
            kind(**options, timeout=wrong)
        assert caught.value.field == "timeout"

    default = Timeout(total=30.0, attempt=None, idle=15.0)
    assert as_timeout("timeout", 1.5, default) == Timeout(total=1.5, attempt=None, idle=15.0)
    assert as_timeout("timeout", Timeout(total=2.0), default) == Timeout(total=2.0)
