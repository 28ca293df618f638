"""Try again wisely: retry under one deadline and a budget, deadlines. Decisions are functions of facts."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from asyncassist._types import JSONSerializable
from asyncassist._validation import check_int, check_ratio, check_seconds
from asyncassist.errors import DeadlineExceededError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from asyncassist._types import Clock

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout(JSONSerializable):
    """How long to wait.

    Attributes:
        total: Seconds for everything, waiting and retries included; None for no bound.
        attempt: Seconds for one attempt, None for the total.
        connect: Seconds to connect, None for the attempt's.
        idle: Seconds between two pieces of a stream, None for no bound.
    """

    total: float | None = 30.0
    attempt: float | None = 10.0
    connect: float | None = 5.0
    idle: float | None = None

    def __post_init__(self) -> None:
        for name in ("total", "attempt", "connect", "idle"):
            if getattr(self, name) is not None:
                check_seconds(f"timeout.{name}", getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry(JSONSerializable):
    """How often to try again, and how long to wait before.

    Attributes:
        attempts: Attempts in all, the first included.
        base: The most seconds before the second attempt; it doubles each time. The wait is drawn from 0 to it.
        cap: The most seconds of any wait we choose.
        max_retry_after: The most seconds we wait because the service asked; more than that is given up at once.
        budget: Retries per call in the long run, so that an outage is not doubled by its clients; ten are free.
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
    """When to stop asking something that keeps failing.

    Attributes:
        failure_ratio: Share of failures in the window that opens it.
        min_calls: Calls in the window below which nothing is decided.
        window: Seconds that are looked back on.
        open_for: Seconds it stays open.
        probes: Calls let through at once after that, to see whether it works again.
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
    """Try again after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Do not try again.

    Attributes:
        reason: "attempts", "not repeatable", "budget", "deadline" or "retry-after".
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
    """Whether to try again, from the facts alone.

    Args:
        retry: The policy.
        attempt: Attempts made so far, from 1.
        repeatable: Whether the failure is one that trying again may mend, and the call one that may be repeated.
        retry_after: Seconds the service asked for, None when it did not.
        remaining: Seconds until the deadline, None without one.
        retry_available: Whether the budget has a retry left.
        jitter: A random number from 0 to 1: the jitter.
    """
    if not repeatable:
        return GiveUp("not repeatable")
    if attempt >= retry.attempts:
        return GiveUp("attempts")
    if retry_after is not None:
        if retry_after > retry.max_retry_after:
            return GiveUp("retry-after")
        # A little more than asked, so that those who were sent away together do not come back together.
        wait = retry_after + jitter * min(retry.base, 1.0)
    else:
        wait = jitter * min(retry.cap, retry.base * 2.0 ** min(attempt - 1, 60))
    if remaining is not None and wait >= remaining:
        return GiveUp("deadline")
    if not retry_available:
        return GiveUp("budget")
    return Wait(wait)


def parse_retry_after(value: str | None, now: float) -> float | None:
    """Seconds of a Retry-After header, given as a number or as a date; None when there is none or it is nonsense.

    Args:
        value: The header's value.
        now: Seconds since the epoch.
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
    """Retries earned by calls: an outage must not be doubled by those who suffer it.

    Args:
        retry_ratio: Retries that each call earns.
        reserve: Retries that are free, and the most that can be saved up.
    """

    __slots__ = ("_balance", "_reserve", "_retry_ratio")

    def __init__(self, retry_ratio: float, reserve: float = 10.0) -> None:
        self._retry_ratio = retry_ratio
        self._reserve = reserve
        self._balance = reserve

    @property
    def retry_available(self) -> bool:
        """Whether there is a retry left."""
        return self._balance >= 1.0

    def deposit(self) -> None:
        """A call was made."""
        self._balance = min(self._reserve, self._balance + self._retry_ratio)

    def withdraw(self) -> None:
        """A retry was made."""
        self._balance -= 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a failed attempt means for the next.

    Attributes:
        repeatable: Whether trying again may help and is safe.
        retry_after: Seconds the service asked for, None when it did not.
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
    """Do the work, and again while the policy says so.

    Tenacity is entered after a first failure only: the usual case costs nothing.

    Args:
        work: One attempt; it is told which, from 1.
        retry: The policy, None for one attempt.
        classify: Reads a result or an error; None means that it went well, or that it is none of our business.
        clock: Sleeps between attempts.
        now: Steady seconds.
        budget: Where retries are taken from.
        total: Seconds for everything. It bounds the waits; bounding the work is the caller's.
        remaining: Tells the seconds left, for a deadline that moves; it goes before `total`.
        on_retry: Told the attempt that failed and the seconds until the next.

    Returns:
        The result of the last attempt, also when it is judged a failure.

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
        except Exception as caught:  # noqa: BLE001 - judged here, and raised again unless it is tried again
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
            jitter=random.random(),  # noqa: S311 - jitter, no secret
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
    """How an attempt ended, and what was decided about the next; None when there is nothing to mend."""

    result: Any
    error: BaseException | None
    decision: Wait | GiveUp | None


async def _retry_loop(
    first: _Attempt,
    attempt: Callable[[int], Awaitable[_Attempt]],
    clock: Clock,
    before_sleep: Callable[[int, float], None],
) -> _Attempt:
    """The attempts after the first. Tenacity repeats and waits; what to do was decided with each attempt."""
    import tenacity  # noqa: PLC0415 - only who fails pays for it

    number = 0

    async def next_attempt() -> _Attempt:
        nonlocal number
        number += 1
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
    """The deadlines of many waiters. Those of the usual length stand in one line behind one timer of the loop.

    They come up in the order in which they were set, so only the first needs a timer: one for each would cost more
    than all else about it. They pass in real time.

    Args:
        default_timeout: Seconds that most of them have, None when there is no such number.
        expire: Told of each waiter whose time is over.
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
        """From now on the waiter has so many seconds."""
        if timeout != self._default_timeout:
            self._individual_timers[waiter] = asyncio.get_running_loop().call_later(timeout, self._expire_one, waiter)
            return
        self._queue[waiter] = time.monotonic() + timeout
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(timeout, self._expire_due)

    def cancel(self, waiter: T) -> None:
        """The waiter waits no more; also when its time is over already."""
        if self._queue.pop(waiter, None) is None and self._individual_timers:
            timer = self._individual_timers.pop(waiter, None)
            if timer is not None:
                timer.cancel()

    def _expire_one(self, waiter: T) -> None:
        del self._individual_timers[waiter]
        self._expire(waiter)

    def _expire_due(self) -> None:
        """The first in line may be over; the timer is set for the next."""
        self._timer = None
        now = time.monotonic()
        expired: list[T] = []
        for waiter, end in self._queue.items():
            if end > now:
                self._timer = asyncio.get_running_loop().call_later(end - now, self._expire_due)
                break
            expired.append(waiter)
        for waiter in expired:
            del self._queue[waiter]
            self._expire(waiter)


@contextlib.asynccontextmanager
async def deadline(total: float | None, message: str = "no answer in time") -> AsyncGenerator[None]:
    """Bound the block in real time.

    Raises:
        DeadlineExceededError: It took longer. A timeout from inside the block passes as it is.
    """
    scope = asyncio.timeout(total)
    try:
        async with scope:
            yield
    except TimeoutError:
        if scope.expired():
            raise DeadlineExceededError(message) from None
        raise
