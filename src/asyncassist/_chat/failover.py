"""Failover over the backends: retries on each, then the next one, all under one deadline."""

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
    from asyncassist._chat.stream_events import AnswerDelta
    from asyncassist._retry import Retry, Timeout
    from asyncassist._types import Clock


# Models of calls whose clients are remembered.
_MAX_MODELS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """Model request, independent of the backend.

    Attributes:
        messages: Messages of the request, oldest first.
        params: Other parameters of the request.
        emit: Called with each delta of text or reasoning; None for a request without streaming.
        timeout: Timeouts in seconds; `total` and `attempt` are used here.
        backends: The backends in the order they are tried.
        conversation: User and id of the conversation, for the provider's prompt cache; None for none.
    """

    messages: list[WireMessage]
    params: Mapping[str, Any]
    emit: Callable[[AnswerDelta], None] | None
    timeout: Timeout
    backends: Sequence[BackendClient]
    conversation: tuple[str | None, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelResult:
    """Answer with the backend and the effort that produced it.

    Attributes:
        answer: The answer.
        backend: The backend that gave it.
        attempts: Calls made, to all backends.
        elapsed: Seconds of the whole failover, pauses between attempts included.
        time_to_first_token: Seconds to the first delta; None without streaming.
    """

    answer: Answer
    backend: BackendClient
    attempts: int
    elapsed: float
    time_to_first_token: float | None = None


class AllBackendsFailedError(Exception):
    """No backend answered; internal to `_chat`.

    Attributes:
        failure: Failure of the first backend.
        attempts: Calls made, to all backends.
    """

    def __init__(self, failure: CallFailure, attempts: int) -> None:
        super().__init__(failure.reason)
        self.failure = failure
        self.attempts = attempts


class FailoverChain:
    """Ordered backends with retries and failover.

    Args:
        backends: At least one backend, in the order they are tried.
        retry: Retry policy for each backend; None for no retries.
        clock: Clock that sleeps between attempts.
        now: Monotonic clock in seconds.
    """

    def __init__(
        self, backends: Sequence[BackendClient], *, retry: Retry | None, clock: Clock, now: Callable[[], float]
    ) -> None:
        self.backends = backends
        self.retries = 0
        """Number of retries."""
        self.failures = 0
        """Number of failed calls, broken streams included."""
        self._retry = retry
        self._clock = clock
        self._now = now
        self._by_model: dict[str, Sequence[BackendClient]] = {}

    def backends_for(self, model: str | None) -> Sequence[BackendClient]:
        """Return the open backends for a model: first one that is configured with it, or the first with that model.

        Args:
            model: Name of the model; None for that of each backend.
        """
        if model is None or not self.backends:
            return self.backends
        found = self._by_model.get(model)
        if found is None:
            chosen = next((backend for backend in self.backends if backend.model == model), self.backends[0])
            first = chosen if chosen.model == model else chosen.with_model(model)
            found = [first, *(backend for backend in self.backends if backend is not chosen)]
            if len(self._by_model) >= _MAX_MODELS:
                self._by_model.clear()
            self._by_model[model] = found
        return found

    async def complete(
        self, model_call: ModelCall, *, find_cached: Callable[[BackendClient], Answer | None] | None = None
    ) -> ModelResult:
        """Return the first answer that a backend gives.

        Args:
            model_call: The model request.
            find_cached: Returns the fresh cached answer of a backend, or None; called for each backend but the first,
                before it is tried.

        Returns:
            The answer and its backend.

        Raises:
            UpstreamError: The first backend refuses the request itself: credentials, model, parameters.
            AllBackendsFailedError: No backend answered.
        """
        run = _FailoverRun(self, model_call)
        first_failure: CallFailure | None = None
        backends = model_call.backends
        for index, backend in enumerate(backends):
            cached_answer = find_cached(backend) if find_cached is not None and index else None
            if cached_answer is not None:
                return run.build_result(cached_answer, backend)
            try:
                answer = await run.try_backend(backend, remaining_backends=len(backends) - index)
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
    """State of one failover: deadline, attempts, time to the first token."""

    def __init__(self, failover: FailoverChain, model_call: ModelCall) -> None:
        self._failover = failover
        self._model_call = model_call
        self._loop_time = asyncio.get_running_loop().time
        self._started = failover._now()  # noqa: SLF001 - private part of FailoverChain
        total = model_call.timeout.total
        self._deadline = None if total is None else self._loop_time() + total
        self._time_to_first_token: float | None = None
        self.attempts = 0

    def build_result(self, answer: Answer, backend: BackendClient) -> ModelResult:
        """Combine an answer with the attempts and times so far."""
        elapsed = self._failover._now() - self._started  # noqa: SLF001
        return ModelResult(
            answer=answer,
            backend=backend,
            attempts=self.attempts,
            elapsed=elapsed,
            time_to_first_token=self._time_to_first_token,
        )

    async def try_backend(self, backend: BackendClient, *, remaining_backends: int) -> Answer:
        """Call one backend with retries.

        Args:
            backend: The backend.
            remaining_backends: Number of backends that share the remaining time, this one included.

        Raises:
            CallFailedError: The last attempt failed.
        """
        failover = self._failover
        remaining = self._remaining()
        if remaining is not None and remaining <= 0:
            raise CallFailedError(error_mapping.timed_out(backend.url))
        # A backend that hangs must leave time for those after it.
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
                self.attempts -= 1  # the breaker rejected the call: nothing was sent
            else:
                self._failover.failures += 1
            raise
        if answer.incomplete_reason is not None:
            self._failover.failures += 1
        return answer

    async def _call_backend(self, backend: BackendClient, time_limit: float | None) -> Answer:
        model_call = self._model_call
        if model_call.emit is None:
            answer = await backend.complete(
                model_call.messages, model_call.params, time_limit=time_limit, conversation=model_call.conversation
            )
        else:
            answer = await backend.stream(
                model_call.messages,
                model_call.params,
                self._emit,
                time_limit=time_limit,
                deadline=self._deadline,
                conversation=model_call.conversation,
            )
        if answer.is_empty and answer.incomplete_reason is None:
            raise CallFailedError(error_mapping.empty_answer(backend.url))
        return answer

    def _emit(self, delta: AnswerDelta) -> None:
        if self._time_to_first_token is None and isinstance(delta, str):
            self._time_to_first_token = self._failover._now() - self._started  # noqa: SLF001
        assert self._model_call.emit is not None
        self._model_call.emit(delta)

    def _count_retry(self, number: int, pause: float) -> None:
        del number, pause
        self._failover.retries += 1

    def _remaining(self) -> float | None:
        return None if self._deadline is None else self._deadline - self._loop_time()
