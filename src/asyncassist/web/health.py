"""Health checks: run concurrently with a timeout each, shared by concurrent callers, with a bounded history."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from asyncassist._clock import monotonic, utc_now
from asyncassist._events import RollingWindow
from asyncassist._single_flight import SingleFlight
from asyncassist._types import Check, Health, JSONSerializable, Status
from asyncassist._validation import check_seconds
from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    import datetime as dt

    from asyncassist._types import Clock

Probe = Callable[[], Awaitable[Health | Check | bool | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """Health check of a component or of something the service depends on.

    Attributes:
        name: Name in the health report, unique within the service.
        run: Async function that performs the check. It returns a `Health`, a `Check`, or whether the check passes
            (None: it does); an error that it raises is a failure.
        timeout: Seconds the check may take before it counts as failed.
        critical: Whether a failure of the check is a failure of the whole service ("fail"); otherwise it is "warn".

    Raises:
        ConfigurationError: `name` is empty, `run` is not callable, or `timeout` is not positive.
    """

    name: str
    run: Probe
    timeout: float = 2.0
    critical: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ConfigurationError("name", "must be non-empty text")
        if not callable(self.run):
            raise ConfigurationError("run", "must be an async function")
        check_seconds("timeout", self.timeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport(JSONSerializable):
    """Results of one run of all health checks.

    Attributes:
        status: Status of the whole service.
        checks: Result of each check, with its statistics so far.
        parts: Results that a check reported for its own parts, by the check's name.
        elapsed: Seconds the run took.
        observed_at: End of the run, in UTC.
    """

    status: Status
    checks: tuple[Check, ...]
    parts: dict[str, tuple[Check, ...]]
    elapsed: float
    observed_at: dt.datetime


class _CheckStats:
    """Statistics of one check over its latest runs, in bounded memory."""

    __slots__ = ("durations", "last_failure", "outcomes")

    def __init__(self, size: int) -> None:
        self.durations = RollingWindow(size)
        self.outcomes: deque[bool] = deque(maxlen=size)
        self.last_failure: dt.datetime | None = None

    def add(self, check: Check) -> Check:
        """Record a result and return it with the statistics so far."""
        self.durations.add(check.elapsed)
        self.outcomes.append(check.status != "fail")
        if check.status == "fail":
            self.last_failure = check.observed_at
        return replace(
            check,
            p50=self.durations.percentile(0.50),
            p95=self.durations.percentile(0.95),
            p99=self.durations.percentile(0.99),
            success_ratio=sum(self.outcomes) / len(self.outcomes),
            last_failure=self.last_failure,
        )


class HealthChecker:
    """Runner of all health checks, with a history of their reports.

    Args:
        checks: Checks to run, with distinct names.
        clock: Clock for timestamps and for the age of a report.
        fresh_for: Seconds for which a report is reused; with 0 only concurrent callers share one.
        history: Largest number of reports in the history.

    Raises:
        ConfigurationError: Two checks have the same name.
    """

    def __init__(
        self, checks: Sequence[HealthCheck], *, clock: Clock, fresh_for: float = 2.0, history: int = 120
    ) -> None:
        names = [check.name for check in checks]
        if len(set(names)) != len(names):
            raise ConfigurationError("checks", "must have distinct names")
        self._checks = tuple(checks)
        self._clock = clock
        self._now = monotonic(clock)
        self._fresh_for = fresh_for
        self._single_flight: SingleFlight[HealthReport] = SingleFlight()
        self._check_stats = {check.name: _CheckStats(history) for check in checks}
        self._latest: tuple[float, HealthReport] | None = None
        self._hung_tasks: dict[str, asyncio.Task[Any]] = {}
        self.history: deque[HealthReport] = deque(maxlen=history)

    @property
    def latest(self) -> HealthReport | None:
        """Return the latest report, None before the first run."""
        return None if self._latest is None else self._latest[1]

    async def run(self) -> HealthReport:
        """Return the latest report while it is fresh, else run all checks; concurrent callers share one run."""
        if self._latest is not None and self._now() - self._latest[0] < self._fresh_for:
            return self._latest[1]
        report, _ = await self._single_flight.run("look", self._run_checks)
        return report

    async def _run_checks(self) -> HealthReport:
        started = time.perf_counter()
        results = await asyncio.gather(*(self._run_check(check) for check in self._checks))
        checks = tuple(self._check_stats[check.name].add(check) for check, _ in results)
        report = HealthReport(
            status=Health.of(checks).status,
            checks=checks,
            parts={check.name: parts for check, parts in results if parts},
            elapsed=time.perf_counter() - started,
            observed_at=utc_now(self._clock),
        )
        self.history.append(report)
        self._latest = (self._now(), report)
        return report

    async def _run_check(self, check: HealthCheck) -> tuple[Check, tuple[Check, ...]]:
        """Run one check for at most its timeout."""
        started = time.perf_counter()
        task = self._hung_tasks.get(check.name)
        if task is None:
            task = asyncio.ensure_future(_call_probe(check.run))
            try:
                await asyncio.wait([task], timeout=check.timeout)
            finally:
                # Cancelled, but not awaited: a check that ignores its cancellation must not delay the report. Until it
                # has ended, no second run of it is started.
                if not task.done():
                    self._abandon(check.name, task)
        parts: tuple[Check, ...] = ()
        if not task.done():
            status, note = "fail", f"no answer within {check.timeout:g} s"
        else:
            status, note, parts = _read_result(task)
        found = Check(
            name=check.name,
            status=status,  # type: ignore[arg-type]
            elapsed=time.perf_counter() - started,
            critical=check.critical,
            observed_at=utc_now(self._clock),
            note=note,
        )
        return found, parts

    def _abandon(self, name: str, task: asyncio.Task[Any]) -> None:
        self._hung_tasks[name] = task
        task.add_done_callback(lambda ended: self._on_hung_task_done(name, ended))
        task.cancel()

    def _on_hung_task_done(self, name: str, task: asyncio.Task[Any]) -> None:
        self._hung_tasks.pop(name, None)
        if not task.cancelled():
            task.exception()  # retrieved, so that asyncio does not report it as unhandled

    async def aclose(self) -> None:
        """Cancel the checks that are still running."""
        await self._single_flight.aclose()
        for task in list(self._hung_tasks.values()):
            task.cancel()
        if self._hung_tasks:
            await asyncio.wait(list(self._hung_tasks.values()), timeout=1.0)


async def _call_probe(probe: Probe) -> Health | Check | bool | None:
    return await probe()


def _read_result(task: asyncio.Task[Health | Check | bool | None]) -> tuple[str, str, tuple[Check, ...]]:
    """Return status, note and parts of a check that has ended."""
    if task.cancelled():
        return "fail", "was cancelled", ()
    error = task.exception()
    if error is not None:
        return "fail", type(error).__name__, ()
    result = task.result()
    if isinstance(result, Health):
        return result.status, result.note, result.checks
    if isinstance(result, Check):
        return result.status, result.note, ()
    return ("fail", "", ()) if result is False else ("pass", "", ())
