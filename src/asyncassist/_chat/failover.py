"""The order of who is asked: our retries, then the next backend, all under one deadline."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncassist._chat import error_mapping
from asyncassist._chat.error_mapping import CallFailedError, classify
from asyncassist._events import logger
from asyncassist._retry import run_with_retry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncassist._chat.backend import BackendClient
    from asyncassist._chat.completions import Answer
    from asyncassist._chat.error_mapping import CallFailure
    from asyncassist._chat.prompt import WireMessage
    from asyncassist._retry import Retry, Timeout
    from asyncassist._types import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
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
class ModelResult:
    """An answer and how it came about.

    Attributes:
        answer: What was said.
        backend: Who said it.
        attempts: Calls made in all.
        elapsed: Seconds it took, waiting between attempts included.
        time_to_first_token: Seconds to the first piece, None when it came in one.
    """

    answer: Answer
    backend: BackendClient
    attempts: int
    elapsed: float
    time_to_first_token: float | None = None


class AllBackendsFailedError(Exception):
    """Nobody answered; it never leaves this room.

    Attributes:
        failure: What the first of them said.
        attempts: Calls made in all.
    """

    def __init__(self, failure: CallFailure, attempts: int) -> None:
        super().__init__(failure.reason)
        self.failure = failure
        self.attempts = attempts


class FailoverChain:
    """Backends in the order they are asked.

    Args:
        backends: At least one.
        retry: When to try again; None for never.
        clock: Sleeps between attempts.
        now: Steady seconds.
    """

    def __init__(
        self, backends: Sequence[BackendClient], *, retry: Retry | None, clock: Clock, now: Callable[[], float]
    ) -> None:
        self.backends = backends
        self.retries = 0
        """Calls made again after a failure."""
        self.failures = 0
        """Calls that failed."""
        self._retry = retry
        self._clock = clock
        self._now = now

    async def complete(
        self, model_call: ModelCall, *, find_cached: Callable[[BackendClient], Answer | None] | None = None
    ) -> ModelResult:
        """The first answer there is.

        Args:
            model_call: What is asked.
            find_cached: Looks for an answer that another line gave before; asked for each line but the first.

        Raises:
            UpstreamError: The first line refuses the request itself: credentials, model, parameters.
            AllFailedError: Nobody answered.
        """
        run = _FailoverRun(self, model_call)
        first_failure: CallFailure | None = None
        for index, backend in enumerate(self.backends):
            cached_answer = find_cached(backend) if find_cached is not None and index else None
            if cached_answer is not None:
                return run.build_result(cached_answer, backend)
            try:
                answer = await run.try_backend(backend, remaining_backends=len(self.backends) - index)
            except CallFailedError as failed:
                if failed.failure.is_fatal:
                    if first_failure is None:
                        failed.failure.error.attempts = run.attempts
                        raise failed.failure.error from None
                    logger.error("the backend %s cannot be used: %s", backend.model, failed.failure.reason)
                first_failure = first_failure or failed.failure
            else:
                return run.build_result(answer, backend)
        assert first_failure is not None
        first_failure.error.attempts = run.attempts
        raise AllBackendsFailedError(first_failure, run.attempts)


class _FailoverRun:
    """One question on its way through the lines."""

    def __init__(self, failover: FailoverChain, model_call: ModelCall) -> None:
        self._failover = failover
        self._model_call = model_call
        self._loop_time = asyncio.get_running_loop().time
        self._started = failover._now()  # noqa: SLF001 - a part of the chain
        total = model_call.timeout.total
        self._deadline = None if total is None else self._loop_time() + total
        self._time_to_first_token: float | None = None
        self.attempts = 0

    def build_result(self, answer: Answer, backend: BackendClient) -> ModelResult:
        """The answer with what it took."""
        elapsed = self._failover._now() - self._started  # noqa: SLF001
        return ModelResult(
            answer=answer,
            backend=backend,
            attempts=self.attempts,
            elapsed=elapsed,
            time_to_first_token=self._time_to_first_token,
        )

    async def try_backend(self, backend: BackendClient, *, remaining_backends: int) -> Answer:
        """The answer of one line, tried as often as the policy says.

        Args:
            backend: Who is asked.
            remaining_backends: Lines that the time left is for, this one included.
        """
        failover = self._failover
        remaining = self._remaining()
        if remaining is not None and remaining <= 0:
            raise CallFailedError(error_mapping.timed_out(backend.url))
        # A line that hangs may not eat the time of those behind it.
        share = None if remaining is None else remaining / remaining_backends
        deadline = None if share is None else self._loop_time() + share
        return await run_with_retry(
            lambda _: self._attempt(backend, deadline),
            retry=failover._retry,  # noqa: SLF001
            classify=classify,
            clock=failover._clock,  # noqa: SLF001
            now=failover._now,  # noqa: SLF001
            budget=backend.retry_budget,
            total=share,
            on_retry=self._count_retry,
        )

    async def _attempt(self, backend: BackendClient, deadline: float | None) -> Answer:
        time_limit = self._model_call.timeout.attempt
        if deadline is not None:
            remaining = max(0.0, deadline - self._loop_time())
            time_limit = remaining if time_limit is None else min(time_limit, remaining)
        self.attempts += 1
        try:
            answer = await self._call_backend(backend, time_limit)
        except CallFailedError as failed:
            if failed.failure.reason == "circuit open":
                self.attempts -= 1  # nobody was asked
            else:
                self._failover.failures += 1
            raise
        if answer.incomplete_reason is not None:
            self._failover.failures += 1
        return answer

    async def _call_backend(self, backend: BackendClient, time_limit: float | None) -> Answer:
        model_call = self._model_call
        if model_call.emit is None:
            answer = await backend.complete(model_call.messages, model_call.params, time_limit=time_limit)
        else:
            answer = await backend.stream(
                model_call.messages, model_call.params, self._emit, time_limit=time_limit, deadline=self._deadline
            )
        if answer.is_empty and answer.incomplete_reason is None:
            raise CallFailedError(error_mapping.empty_answer(backend.url))
        return answer

    def _emit(self, text: str) -> None:
        if self._time_to_first_token is None:
            self._time_to_first_token = self._failover._now() - self._started  # noqa: SLF001
        assert self._model_call.emit is not None
        self._model_call.emit(text)

    def _count_retry(self, number: int, pause: float) -> None:
        del number, pause
        self._failover.retries += 1

    def _remaining(self) -> float | None:
        return None if self._deadline is None else self._deadline - self._loop_time()
