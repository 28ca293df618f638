"""Is everything well? All checks at once, each with its own time, shared by all who ask, and remembered."""

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
    """Something to look at.

    Attributes:
        name: How it is called in the report.
        run: Looks: returns a `Health`, a `Check`, or whether it is well (None: it is); an error is a failure.
        timeout: Seconds it may take.
        critical: Whether its failure is a failure of the whole.
    """

    name: str
    run: Probe
    timeout: float = 2.0
    critical: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ConfigurationError("name", "must be a text")
        if not callable(self.run):
            raise ConfigurationError("run", "must be an async function")
        check_seconds("timeout", self.timeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport(JSONSerializable):
    """What one look saw.

    Attributes:
        status: Of the whole.
        checks: What was looked at.
        parts: What a check said about its own parts, by the check's name.
        elapsed: Seconds the look took.
        observed_at: When.
    """

    status: Status
    checks: tuple[Check, ...]
    parts: dict[str, tuple[Check, ...]]
    elapsed: float
    observed_at: dt.datetime


class _CheckStats:
    """What is remembered of one check: fixed memory."""

    __slots__ = ("durations", "last_failure", "outcomes")

    def __init__(self, size: int) -> None:
        self.durations = RollingWindow(size)
        self.outcomes: deque[bool] = deque(maxlen=size)
        self.last_failure: dt.datetime | None = None

    def add(self, check: Check) -> Check:
        """Remember it; the check with what is remembered."""
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
    """All checks, looked at together.

    Args:
        checks: What to look at.
        clock: Tells the time of day.
        fresh_for: Seconds that a look is shared by all who ask.
        history: Looks remembered.
    """

    def __init__(
        self, checks: Sequence[HealthCheck], *, clock: Clock, fresh_for: float = 2.0, history: int = 120
    ) -> None:
        names = [check.name for check in checks]
        if len(set(names)) != len(names):
            raise ConfigurationError("checks", "must have names of their own")
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
        """The last look, None before the first."""
        return None if self._latest is None else self._latest[1]

    async def run(self) -> HealthReport:
        """How everything is: looked at now, or a moment ago."""
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
        """One check, within its time, whatever it does."""
        started = time.perf_counter()
        task = self._hung_tasks.get(check.name)
        if task is None:
            task = asyncio.ensure_future(_call_probe(check.run))
            try:
                await asyncio.wait([task], timeout=check.timeout)
            finally:
                # It is told to end and not waited for: what ignores being cancelled must not hold up the answer, and
                # no second look is started on top of it.
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
            task.exception()  # seen

    async def aclose(self) -> None:
        """End what still looks."""
        await self._single_flight.aclose()
        for task in list(self._hung_tasks.values()):
            task.cancel()
        if self._hung_tasks:
            await asyncio.wait(list(self._hung_tasks.values()), timeout=1.0)


async def _call_probe(probe: Probe) -> Health | Check | bool | None:
    return await probe()


def _read_result(task: asyncio.Task[Health | Check | bool | None]) -> tuple[str, str, tuple[Check, ...]]:
    """Status, note and parts of a look that ended."""
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
