"""The order of who is asked: our retries, then the next backend, all under one deadline."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncassist._chat import error_mapping as faults
from asyncassist._chat.error_mapping import CallFailedError, judge
from asyncassist._events import logger
from asyncassist._retry import run_with_retry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncassist._chat.backend import Line
    from asyncassist._chat.completions import Answer
    from asyncassist._chat.error_mapping import Fault
    from asyncassist._chat.prompt import WireMessage
    from asyncassist._retry import Retry, Timeout
    from asyncassist._types import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is asked.

    Attributes:
        messages: As they are sent.
        params: As they are sent.
        emit: Told each piece of text; None for an answer in one piece.
        timeout: How long to wait.
    """

    messages: list[WireMessage]
    params: Mapping[str, Any]
    emit: Callable[[str], None] | None
    timeout: Timeout


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An answer and how it came about.

    Attributes:
        answer: What was said.
        line: Who said it.
        attempts: Calls made in all.
        elapsed: Seconds it took, waiting between attempts included.
        first: Seconds to the first piece, None when it came in one.
    """

    answer: Answer
    line: Line
    attempts: int
    elapsed: float
    first: float | None = None


class AllFailedError(Exception):
    """Nobody answered; it never leaves this room.

    Attributes:
        fault: What the first of them said.
        attempts: Calls made in all.
    """

    def __init__(self, fault: Fault, attempts: int) -> None:
        super().__init__(fault.reason)
        self.fault = fault
        self.attempts = attempts


class Chain:
    """Backends in the order they are asked.

    Args:
        lines: At least one.
        retry: When to try again; None for never.
        clock: Sleeps between attempts.
        now: Steady seconds.
    """

    def __init__(self, lines: Sequence[Line], *, retry: Retry | None, clock: Clock, now: Callable[[], float]) -> None:
        self.lines = lines
        self.retries = 0
        """Calls made again after a failure."""
        self.failures = 0
        """Calls that failed."""
        self._retry = retry
        self._clock = clock
        self._now = now

    async def ask(self, job: Job, *, kept: Callable[[Line], Answer | None] | None = None) -> Made:
        """The first answer there is.

        Args:
            job: What is asked.
            kept: Looks for an answer that another line gave before; asked for each line but the first.

        Raises:
            UpstreamError: The first line refuses the request itself: credentials, model, parameters.
            AllFailedError: Nobody answered.
        """
        call = _Call(self, job)
        first: Fault | None = None
        for place, line in enumerate(self.lines):
            before = kept(line) if kept is not None and place else None
            if before is not None:
                return call.made(before, line)
            try:
                answer = await call.of(line, waiting=len(self.lines) - place)
            except CallFailedError as failed:
                if failed.fault.final:
                    if first is None:
                        failed.fault.error.attempts = call.attempts
                        raise failed.fault.error from None
                    logger.error("the backend %s cannot be used: %s", line.model, failed.fault.reason)
                first = first or failed.fault
            else:
                return call.made(answer, line)
        assert first is not None
        first.error.attempts = call.attempts
        raise AllFailedError(first, call.attempts)


class _Call:
    """One question on its way through the lines."""

    def __init__(self, chain: Chain, job: Job) -> None:
        self._chain = chain
        self._job = job
        self._time = asyncio.get_running_loop().time
        self._started = chain._now()  # noqa: SLF001 - a part of the chain
        total = job.timeout.total
        self._until = None if total is None else self._time() + total
        self._first: float | None = None
        self.attempts = 0

    def made(self, answer: Answer, line: Line) -> Made:
        """The answer with what it took."""
        elapsed = self._chain._now() - self._started  # noqa: SLF001
        return Made(answer=answer, line=line, attempts=self.attempts, elapsed=elapsed, first=self._first)

    async def of(self, line: Line, *, waiting: int) -> Answer:
        """The answer of one line, tried as often as the policy says.

        Args:
            line: Who is asked.
            waiting: Lines that the time left is for, this one included.
        """
        chain = self._chain
        left = self._left()
        if left is not None and left <= 0:
            raise CallFailedError(faults.timed_out(line.url))
        # A line that hangs may not eat the time of those behind it.
        share = None if left is None else left / waiting
        ends = None if share is None else self._time() + share
        return await run_with_retry(
            lambda _: self._attempt(line, ends),
            retry=chain._retry,  # noqa: SLF001
            classify=judge,
            clock=chain._clock,  # noqa: SLF001
            now=chain._now,  # noqa: SLF001
            budget=line.budget,
            total=share,
            on_retry=self._count_retry,
        )

    async def _attempt(self, line: Line, ends: float | None) -> Answer:
        limit = self._job.timeout.attempt
        if ends is not None:
            left = max(0.0, ends - self._time())
            limit = left if limit is None else min(limit, left)
        self.attempts += 1
        try:
            answer = await self._try(line, limit)
        except CallFailedError as failed:
            if failed.fault.reason == "circuit open":
                self.attempts -= 1  # nobody was asked
            else:
                self._chain.failures += 1
            raise
        if answer.broken is not None:
            self._chain.failures += 1
        return answer

    async def _try(self, line: Line, limit: float | None) -> Answer:
        job = self._job
        if job.emit is None:
            answer = await line.ask(job.messages, job.params, limit=limit)
        else:
            answer = await line.stream(job.messages, job.params, self._emit, limit=limit, until=self._until)
        if answer.speechless and answer.broken is None:
            raise CallFailedError(faults.empty(line.url))
        return answer

    def _emit(self, text: str) -> None:
        if self._first is None:
            self._first = self._chain._now() - self._started  # noqa: SLF001
        assert self._job.emit is not None
        self._job.emit(text)

    def _count_retry(self, number: int, pause: float) -> None:
        del number, pause
        self._chain.retries += 1

    def _left(self) -> float | None:
        return None if self._until is None else self._until - self._time()
