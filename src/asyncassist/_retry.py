"""Policies for timeouts, retries and circuit breakers; the retry loop with its budget; deadlines and timer queues."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import time
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from asyncassist._types import JSONSerializable
from asyncassist._validation import check_int, check_ratio, check_seconds
from asyncassist.errors import ConfigurationError, DeadlineExceededError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from asyncassist._types import Clock

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout(JSONSerializable):
    """Timeouts of a call.

    Attributes:
        total: Seconds for the whole call, including queueing, retries and the waits between them; None for no bound.
        attempt: Seconds for one attempt; None for no bound but `total`.
        connect: Seconds to connect; None for no bound but `attempt`.
        idle: Seconds between two chunks of a stream; None for no bound.

    Raises:
        ConfigurationError: A value is neither None nor a finite number above 0.
    """

    total: float | None = 30.0
    attempt: float | None = 10.0
    connect: float | None = 5.0
    idle: float | None = None

    def __post_init__(self) -> None:
        for name in ("total", "attempt", "connect", "idle"):
            if getattr(self, name) is not None:
                check_seconds(f"timeout.{name}", getattr(self, name))


def as_timeout(field: str, timeout: Timeout | float, default: Timeout) -> Timeout:
    """Return the timeouts of a constructor's argument.

    Args:
        field: Name of the argument, for the error.
        timeout: The timeouts, or a number: the total, with the other bounds of `default`.
        default: Timeouts of which a number replaces the total.

    Raises:
        ConfigurationError: The argument is neither timeouts nor a finite number of seconds above 0.
    """
    if isinstance(timeout, Timeout):
        return timeout
    if isinstance(timeout, bool) or not isinstance(timeout, int | float):
        raise ConfigurationError(field, "must be a Timeout, or a number: the seconds in total")
    return replace(default, total=check_seconds(field, timeout))


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry(JSONSerializable):
    """Retry policy: exponential backoff with full jitter, Retry-After and a retry budget.

    Attributes:
        attempts: Attempts in total, including the first, 1 to 100.
        base: Upper bound in seconds of the wait before the second attempt; it doubles with each further attempt. The
            wait is drawn uniformly from 0 to the bound.
        cap: Largest bound of a backoff wait, in seconds.
        max_retry_after: Longest Retry-After in seconds that is waited for; a longer one ends the retries at once.
        budget: Retries per call in the long run, 0 to 1, so that clients do not multiply the load in an outage; ten
            retries are free.

    Raises:
        ConfigurationError: A value is out of its range.
    """

    attempts: int = 3
    base: float = 0.1
    cap: float = 10.0
    max_retry_after: float = 30.0
    budget: float = 0.2

    def __post_init__(self) -> None:
        check_int("retry.attempts", self.attempts, most=100)
        check_seconds("retry.base", self.base, allow_zero=True)
        check_seconds("retry.cap", self.cap, allow_zero=True)
        check_seconds("retry.max_retry_after", self.max_retry_after, allow_zero=True)
        check_ratio("retry.budget", self.budget)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker(JSONSerializable):
    """Circuit breaker policy.

    Attributes:
        failure_ratio: Share of failed calls in the window that opens the breaker, 0 to 1.
        min_calls: Calls in the window below which the breaker stays closed.
        window: Length of the rolling window in seconds.
        open_for: Seconds that the breaker stays open before it lets probes through.
        probes: Concurrent calls while half-open; as many successes in a row close the breaker.

    Raises:
        ConfigurationError: A value is out of its range.
    """

    failure_ratio: float = 0.5
    min_calls: int = 10
    window: float = 30.0
    open_for: float = 5.0
    probes: int = 1

    def __post_init__(self) -> None:
        check_ratio("breaker.failure_ratio", self.failure_ratio)
        check_int("breaker.min_calls", self.min_calls)
        check_seconds("breaker.window", self.window)
        check_seconds("breaker.open_for", self.open_for)
        check_int("breaker.probes", self.probes)


@dataclass(frozen=True, slots=True)
class Wait:
    """Decision to retry.

    Attributes:
        seconds: How long to wait before the next attempt.
    """

    seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Decision not to retry.

    Attributes:
        reason: What forbids a retry: "attempts", "not repeatable", "budget", "deadline" or "retry-after".
    """

    reason: Literal["attempts", "not repeatable", "budget", "deadline", "retry-after"]


def decide_retry(
    retry: Retry,
    *,
    attempt: int,
    repeatable: bool,
    retry_after: float | None,
    remaining: float | None,
    retry_available: bool,
    jitter: float,
) -> Wait | GiveUp:
    """Decide whether to retry a failed attempt; a pure function.

    Args:
        retry: The policy.
        attempt: Number of the failed attempt, from 1.
        repeatable: Whether the failure is transient and the call safe to repeat.
        retry_after: Seconds of the service's Retry-After, None without one.
        remaining: Seconds until the deadline, None without one.
        retry_available: Whether the budget allows a retry.
        jitter: Random number from 0 to 1 that scales the wait.
    """
    if not repeatable:
        return GiveUp("not repeatable")
    if attempt >= retry.attempts:
        return GiveUp("attempts")
    if retry_after is not None:
        if retry_after > retry.max_retry_after:
            return GiveUp("retry-after")
        # Up to `base` more than requested: clients that were rejected together must not retry together.
        wait = retry_after + jitter * min(retry.base, 1.0)
    else:
        wait = jitter * min(retry.cap, retry.base * 2.0 ** min(attempt - 1, 60))
    if remaining is not None and wait >= remaining:
        return GiveUp("deadline")
    if not retry_available:
        return GiveUp("budget")
    return Wait(wait)


def parse_retry_after(value: str | None, now: float) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110 section 10.2.3), a number or an HTTP date.

    Args:
        value: The header's value, None if the header is absent.
        now: Seconds since the epoch.

    Returns:
        Seconds from now, at least 0; None if the header is absent or invalid.
    """
    if value is None:
        return None
    text = value.strip()
    with contextlib.suppress(ValueError):
        wait = float(text) if text.isascii() else math.nan
        return max(0.0, wait) if math.isfinite(wait) else None
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


class RetryBudget:
    """Token bucket of retries that calls fill, so that retries do not multiply the load in an outage.

    Args:
        retry_ratio: Retries that each call adds to the balance.
        reserve: Balance at the start, and the largest balance.
    """

    __slots__ = ("_balance", "_reserve", "_retry_ratio")

    def __init__(self, retry_ratio: float, reserve: float = 10.0) -> None:
        self._retry_ratio = retry_ratio
        self._reserve = reserve
        self._balance = reserve

    @property
    def retry_available(self) -> bool:
        """Return whether the balance allows a retry."""
        return self._balance >= 1.0

    def deposit(self) -> None:
        """Count a call: add `retry_ratio` to the balance."""
        self._balance = min(self._reserve, self._balance + self._retry_ratio)

    def withdraw(self) -> None:
        """Count a retry: take 1 from the balance."""
        self._balance -= 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Classification of a failed attempt.

    Attributes:
        repeatable: Whether a retry may succeed and is safe.
        retry_after: Seconds of the service's Retry-After, None without one.
    """

    repeatable: bool
    retry_after: float | None = None


async def run_with_retry(
    work: Callable[[int], Awaitable[T]],
    *,
    retry: Retry | None,
    classify: Callable[[T | None, BaseException | None], Failure | None],
    clock: Clock,
    now: Callable[[], float],
    budget: RetryBudget | None = None,
    total: float | None = None,
    remaining: Callable[[], float | None] | None = None,
    on_retry: Callable[[int, float], None] | None = None,
) -> T:
    """Run the work, and run it again as long as the policy allows.

    Tenacity is entered only after the first attempt failed, so that a first success does not pay for it.

    Args:
        work: Runs one attempt; called with its number, from 1.
        retry: The policy, None for a single attempt.
        classify: Classifies a result or an error of an attempt; None for a success, and for an error to pass on.
        clock: Clock that sleeps between attempts.
        now: Monotonic clock in seconds.
        budget: Budget that calls fill and retries are taken from, None for no budget.
        total: Seconds until the deadline, None without one. It bounds the waits only; the caller bounds the work.
        remaining: Returns the seconds until the deadline, for a deadline that moves; takes precedence over `total`.
        on_retry: Called before each wait with the number of the failed attempt and the seconds of the wait.

    Returns:
        The result of the last attempt, even if it was classified as a failure.

    Raises:
        BaseException: What the last attempt raised.
    """
    started = now()
    if budget is not None:
        budget.deposit()

    async def attempt(number: int) -> _Attempt:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = await work(number)
        except Exception as caught:  # noqa: BLE001 - classified below; the last one is raised again
            error = caught
        failure = classify(result, error)
        if failure is None or retry is None:
            return _Attempt(result, error, None)
        decision = decide_retry(
            retry,
            attempt=number,
            repeatable=failure.repeatable,
            retry_after=failure.retry_after,
            remaining=remaining() if remaining is not None else None if total is None else total - (now() - started),
            retry_available=budget is None or budget.retry_available,
            jitter=random.random(),  # noqa: S311 - jitter needs no secure randomness
        )
        return _Attempt(result, error, decision)

    def before_sleep(number: int, pause: float) -> None:
        if budget is not None:
            budget.withdraw()
        if on_retry is not None:
            on_retry(number, pause)

    last = await attempt(1)
    if isinstance(last.decision, Wait):
        last = await _retry_loop(last, attempt, clock, before_sleep)
    if last.error is not None:
        raise last.error
    return last.result  # type: ignore[no-any-return]


@dataclass(slots=True)
class _Attempt:
    """Outcome of an attempt and the decision about a retry; the decision is None after a success."""

    result: Any
    error: BaseException | None
    decision: Wait | GiveUp | None


async def _retry_loop(
    first: _Attempt,
    attempt: Callable[[int], Awaitable[_Attempt]],
    clock: Clock,
    before_sleep: Callable[[int, float], None],
) -> _Attempt:
    """Run the attempts after the first. Tenacity loops and sleeps; `decide_retry` has made each decision."""
    import tenacity  # noqa: PLC0415 - imported only after a first failure

    number = 0

    async def next_attempt() -> _Attempt:
        nonlocal number
        number += 1
        # Tenacity counts the attempt that was made before it was entered as its first.
        return first if number == 1 else await attempt(number)

    def pause(state: tenacity.RetryCallState) -> float:
        ended = state.outcome.result() if state.outcome is not None else None
        return ended.decision.seconds if ended is not None and isinstance(ended.decision, Wait) else 0.0

    return await tenacity.AsyncRetrying(
        retry=tenacity.retry_if_result(lambda ended: isinstance(ended.decision, Wait)),
        wait=pause,
        sleep=clock.sleep,
        before_sleep=lambda state: before_sleep(state.attempt_number, pause(state)),
    )(next_attempt)


class TimerQueue(Generic[T]):
    """Timeouts of many waiters, those of the default length behind a single timer of the event loop.

    Timeouts of one length expire in the order in which they were scheduled, so only the first needs a timer; a timer
    for each would cost more than the rest of the waiting. Timeouts run in real time.

    Args:
        default_timeout: The most common timeout in seconds; None if there is none.
        expire: Called with each waiter whose timeout has passed.
    """

    __slots__ = ("_default_timeout", "_expire", "_individual_timers", "_queue", "_timer")

    def __init__(self, default_timeout: float | None, expire: Callable[[T], None]) -> None:
        self._default_timeout = default_timeout
        self._expire = expire
        self._queue: dict[T, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._individual_timers: dict[T, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        return len(self._queue) + len(self._individual_timers)

    def schedule(self, waiter: T, timeout: float) -> None:
        """Start the waiter's timeout, in seconds."""
        if timeout != self._default_timeout:
            self._individual_timers[waiter] = asyncio.get_running_loop().call_later(timeout, self._expire_one, waiter)
            return
        self._queue[waiter] = time.monotonic() + timeout
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(timeout, self._expire_due)

    def cancel(self, waiter: T) -> None:
        """Cancel the waiter's timeout; does nothing if it has passed already."""
        if self._queue.pop(waiter, None) is None and self._individual_timers:
            timer = self._individual_timers.pop(waiter, None)
            if timer is not None:
                timer.cancel()

    def _expire_one(self, waiter: T) -> None:
        del self._individual_timers[waiter]
        self._expire(waiter)

    def _expire_due(self) -> None:
        """Expire the waiters at the head of the queue whose time has passed; set the timer for the next one."""
        self._timer = None
        now = time.monotonic()
        expired: list[T] = []
        for waiter, end in self._queue.items():
            if end > now:
                self._timer = asyncio.get_running_loop().call_later(end - now, self._expire_due)
                break
            expired.append(waiter)
        # After the loop: `expire` may schedule or cancel, which changes the queue.
        for waiter in expired:
            del self._queue[waiter]
            self._expire(waiter)


@contextlib.asynccontextmanager
async def deadline(total: float | None, message: str = "no answer in time") -> AsyncGenerator[None]:
    """Bound the block by a deadline in real time.

    Args:
        total: Seconds for the block, None for no bound.
        message: Text of the error.

    Raises:
        DeadlineExceededError: The deadline passed. A TimeoutError raised inside the block propagates unchanged.
    """
    scope = asyncio.timeout(total)
    try:
        async with scope:
            yield
    except TimeoutError:
        if scope.expired():
            raise DeadlineExceededError(message) from None
        raise
