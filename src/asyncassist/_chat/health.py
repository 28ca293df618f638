"""Health checks of a chatbot's backends and stores, without spending tokens."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING

from asyncassist._chat.fallback import NO_MODEL
from asyncassist._clock import utc_now
from asyncassist._events import RollingWindow, ratio
from asyncassist._types import Check, Health

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from asyncassist._chat.backend import BackendClient
    from asyncassist._chat.budget import BudgetCounter
    from asyncassist._chat.conversations import ConversationLog
    from asyncassist._chat.reply_pipeline import Responder
    from asyncassist._chat.response_cache import ResponseCache
    from asyncassist._shared_pacing import SharedPacing
    from asyncassist._types import Clock, Status

_CHECK_TIMEOUT = 2.0


class _BackendCheckHistory:
    """Results of the checks of one backend so far."""

    def __init__(self) -> None:
        self.latencies = RollingWindow(128)
        self.passed = 0
        self.last_failure: dt.datetime | None = None


class ChatHealthChecker:
    """Health checker of a chatbot.

    Args:
        backends: Backends of the chatbot, in the order they are tried; empty without a configured model.
        responder: Source of the last rejection and of the degradation of replies.
        response_cache: Source of the shared cache's degradation.
        conversations: Source of the history's degradation.
        budget: Counter of what is spent; None for no budget.
        pacing: Quotas that workers keep together; None if they do not.
        has_fallback: Whether a fallback answers when no backend does.
        clock: Wall clock for the times of the checks.
    """

    def __init__(
        self,
        backends: Sequence[BackendClient],
        responder: Responder,
        response_cache: ResponseCache,
        conversations: ConversationLog,
        *,
        budget: BudgetCounter | None,
        pacing: SharedPacing | None,
        has_fallback: bool,
        clock: Clock,
    ) -> None:
        self._backends = backends
        self._responder = responder
        self._response_cache = response_cache
        self._conversations = conversations
        self._budget = budget
        self._pacing = pacing
        self._has_fallback = has_fallback
        self._clock = clock
        self._check_histories = [_BackendCheckHistory() for _ in backends]

    async def health(self) -> Health:
        """Run all checks concurrently.

        Returns:
            The health; "fail" if the first backend refuses the requests, or if every backend fails and there is no
            fallback.
        """
        if not self._backends:
            check = Check(name="model", status="pass", critical=False, observed_at=utc_now(self._clock), note=NO_MODEL)
            return Health.of([check, *self._store_checks()], note=NO_MODEL)
        indexes = range(len(self._backends))
        checks = list(await asyncio.gather(*(self._check_backend(index) for index in indexes)))
        if all(check.status == "fail" for check in checks) and not self._has_fallback:
            checks[0] = dataclasses.replace(checks[0], critical=True)
        return Health.of([*checks, *self._store_checks()], note=self._responder.degradation.reason)

    async def _check_backend(self, index: int) -> Check:
        """Check one backend. It is critical only if it is the first and refuses requests, which no waiting fixes."""
        backend, check_history = self._backends[index], self._check_histories[index]
        time = asyncio.get_running_loop().time
        started = time()
        failure = await backend.check(_CHECK_TIMEOUT)
        elapsed = time() - started
        check_history.latencies.add(elapsed)
        status: Status = "pass"
        note = ""
        last_rejection = self._responder.last_rejection if index == 0 else ""
        if failure is not None:
            status, note = "fail", failure.reason
            check_history.last_failure = utc_now(self._clock)
        elif last_rejection:
            status, note = "fail", last_rejection
        else:
            check_history.passed += 1
            if backend.circuit is not None and backend.circuit.state != "closed":
                status, note = "warn", f"circuit {backend.circuit.state}"
            elif index == 0 and self._responder.degradation:
                status, note = "warn", self._responder.degradation.reason
            else:
                note = _describe_quotas(backend)
        is_fatal = bool(last_rejection) or (failure is not None and failure.is_fatal)
        return Check(
            name="model" if index == 0 else f"model-{index + 1}",
            status=status,
            elapsed=elapsed,
            critical=is_fatal and index == 0,
            p50=check_history.latencies.percentile(0.50),
            p95=check_history.latencies.percentile(0.95),
            p99=check_history.latencies.percentile(0.99),
            success_ratio=ratio(check_history.passed, check_history.latencies.total_count),
            last_failure=check_history.last_failure,
            observed_at=utc_now(self._clock),
            note=note,
        )

    def _store_checks(self) -> list[Check]:
        """Check what replies do not need and is never critical: history, shared cache, budget and quotas."""
        parts = [("conversations", self._conversations.degradation)]
        if self._response_cache.shared_cache is not None:
            parts.append(("shared-cache", self._response_cache.shared_cache.degradation))
        if self._budget is not None and self._budget.shared is not None:
            parts.append(("budget", self._budget.degradation))
        if self._pacing is not None:
            parts.append(("quotas", self._pacing.degradation))
        return [
            Check(
                name=name,
                status="warn" if degradation else "pass",
                critical=False,
                observed_at=utc_now(self._clock),
                note=degradation.reason,
            )
            for name, degradation in parts
        ]


def _describe_quotas(backend: BackendClient) -> str:
    """Return a note about the calls that wait for the quotas of a backend, "" for none."""
    return "; ".join(
        f"{quota.waiting} calls wait for the quota of {quota.model}, {quota.next_in:.0f} s"
        for quota in backend.quotas
        if quota.waiting
    )
