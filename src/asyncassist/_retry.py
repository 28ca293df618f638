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

from asyncassist._types import Value
from asyncassist._validation import count, ratio, seconds
from asyncassist.errors import DeadlineExceededError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from asyncassist._types import Clock

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout(Value):
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
                seconds(f"timeout.{name}", getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry(Value):
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
        count("retry.attempts", self.attempts, most=100)
        seconds("retry.base", self.base, zero=True)
        seconds("retry.cap", self.cap, zero=True)
        seconds("retry.max_retry_after", self.max_retry_after, zero=True)
        ratio("retry.budget", self.budget)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker(Value):
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
        ratio("breaker.failure_ratio", self.failure_ratio)
        count("breaker.min_calls", self.min_calls)
        seconds("breaker.window", self.window)
        seconds("breaker.open_for", self.open_for)
        count("breaker.probes", self.probes)


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
    left: float | None,
    funded: bool,
    draw: float,
) -> Wait | GiveUp:
    """Whether to try again, from the facts alone.

    Args:
        retry: The policy.
        attempt: Attempts made so far, from 1.
        repeatable: Whether the failure is one that trying again may mend, and the call one that may be repeated.
        retry_after: Seconds the service asked for, None when it did not.
        left: Seconds until the deadline, None without one.
        funded: Whether the budget has a retry left.
        draw: A random number from 0 to 1: the jitter.
    """
    if not repeatable:
        return GiveUp("not repeatable")
    if attempt >= retry.attempts:
        return GiveUp("attempts")
    if retry_after is not None:
        if retry_after > retry.max_retry_after:
            return GiveUp("retry-after")
        # A little more than asked, so that those who were sent away together do not come back together.
        wait = retry_after + draw * min(retry.base, 1.0)
    else:
        wait = draw * min(retry.cap, retry.base * 2.0 ** min(attempt - 1, 60))
    if left is not None and wait >= left:
        return GiveUp("deadline")
    if not funded:
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
        share: Retries that each call earns.
        reserve: Retries that are free, and the most that can be saved up.
    """

    __slots__ = ("_reserve", "_saved", "_share")

    def __init__(self, share: float, reserve: float = 10.0) -> None:
        self._share = share
        self._reserve = reserve
        self._saved = reserve

    @property
    def funded(self) -> bool:
        """Whether there is a retry left."""
        return self._saved >= 1.0

    def earn(self) -> None:
        """A call was made."""
        self._saved = min(self._reserve, self._saved + self._share)

    def spend(self) -> None:
        """A retry was made."""
        self._saved -= 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What a failed attempt means for the next.

    Attributes:
        repeatable: Whether trying again may help and is safe.
        retry_after: Seconds the service asked for, None when it did not.
    """

    repeatable: bool
    retry_after: float | None = None


async def retrying(
    work: Callable[[int], Awaitable[T]],
    *,
    retry: Retry | None,
    judge: Callable[[T | None, BaseException | None], Failure | None],
    clock: Clock,
    now: Callable[[], float],
    budget: RetryBudget | None = None,
    total: float | None = None,
    left: Callable[[], float | None] | None = None,
    on_retry: Callable[[int, float], None] | None = None,
) -> T:
    """Do the work, and again while the policy says so.

    Tenacity is entered after a first failure only: the usual case costs nothing.

    Args:
        work: One attempt; it is told which, from 1.
        retry: The policy, None for one attempt.
        judge: Reads a result or an error; None means that it went well, or that it is none of our business.
        clock: Sleeps between attempts.
        now: Steady seconds.
        budget: Where retries are taken from.
        total: Seconds for everything. It bounds the waits; bounding the work is the caller's.
        left: Tells the seconds left, for a deadline that moves; it goes before `total`.
        on_retry: Told the attempt that failed and the seconds until the next.

    Returns:
        The result of the last attempt, also when it is judged a failure.

    Raises:
        BaseException: What the last attempt raised.
    """
    started = now()
    if budget is not None:
        budget.earn()

    async def attempt(number: int) -> _Attempt:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = await work(number)
        except Exception as caught:  # noqa: BLE001 - judged here, and raised again unless it is tried again
            error = caught
        failure = judge(result, error)
        if failure is None or retry is None:
            return _Attempt(result, error, None)
        verdict = decide_retry(
            retry,
            attempt=number,
            repeatable=failure.repeatable,
            retry_after=failure.retry_after,
            left=left() if left is not None else None if total is None else total - (now() - started),
            funded=budget is None or budget.funded,
            draw=random.random(),  # noqa: S311 - jitter, no secret
        )
        return _Attempt(result, error, verdict)

    def before_sleep(number: int, pause: float) -> None:
        if budget is not None:
            budget.spend()
        if on_retry is not None:
            on_retry(number, pause)

    last = await attempt(1)
    if isinstance(last.verdict, Wait):
        last = await _again(last, attempt, clock, before_sleep)
    if last.error is not None:
        raise last.error
    return last.result  # type: ignore[no-any-return]


@dataclass(slots=True)
class _Attempt:
    """How an attempt ended, and what was decided about the next; None when there is nothing to mend."""

    result: Any
    error: BaseException | None
    verdict: Wait | GiveUp | None


async def _again(
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
        return ended.verdict.seconds if ended is not None and isinstance(ended.verdict, Wait) else 0.0

    return await tenacity.AsyncRetrying(
        retry=tenacity.retry_if_result(lambda ended: isinstance(ended.verdict, Wait)),
        wait=pause,
        sleep=clock.sleep,
        before_sleep=lambda state: before_sleep(state.attempt_number, pause(state)),
    )(next_attempt)


class Deadlines(Generic[T]):
    """The deadlines of many waiters. Those of the usual length stand in one line behind one timer of the loop.

    They come up in the order in which they were set, so only the first needs a timer: one for each would cost more
    than all else about it. They pass in real time.

    Args:
        usual: Seconds that most of them have, None when there is no such number.
        expire: Told of each waiter whose time is over.
    """

    __slots__ = ("_expire", "_line", "_timer", "_timers", "_usual")

    def __init__(self, usual: float | None, expire: Callable[[T], None]) -> None:
        self._usual = usual
        self._expire = expire
        self._line: dict[T, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._timers: dict[T, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        return len(self._line) + len(self._timers)

    def set(self, waiter: T, length: float) -> None:
        """From now on the waiter has so many seconds."""
        if length != self._usual:
            self._timers[waiter] = asyncio.get_running_loop().call_later(length, self._ring_for, waiter)
            return
        self._line[waiter] = time.monotonic() + length
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(length, self._ring)

    def drop(self, waiter: T) -> None:
        """The waiter waits no more; also when its time is over already."""
        if self._line.pop(waiter, None) is None and self._timers:
            timer = self._timers.pop(waiter, None)
            if timer is not None:
                timer.cancel()

    def _ring_for(self, waiter: T) -> None:
        del self._timers[waiter]
        self._expire(waiter)

    def _ring(self) -> None:
        """The first in line may be over; the timer is set for the next."""
        self._timer = None
        now = time.monotonic()
        over: list[T] = []
        for waiter, end in self._line.items():
            if end > now:
                self._timer = asyncio.get_running_loop().call_later(end - now, self._ring)
                break
            over.append(waiter)
        for waiter in over:
            del self._line[waiter]
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
