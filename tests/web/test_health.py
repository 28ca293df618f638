"""Health checks of a service: timeouts, coalescing, statistics."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from asyncassist._clock import SYSTEM_CLOCK
from asyncassist._types import Check, Health
from asyncassist.testing import FakeClock
from asyncassist.web import HealthCheck
from asyncassist.web.health import HealthChecker
from tests.web.components import FakeAssistant, get, read, service_of


async def test_hanging_check_does_not_delay_the_report():
    """A check that never ends fails after its timeout; the results of the others are reported."""
    assistant = FakeAssistant()
    assistant.flights.hang = True
    async with service_of(assistant, health_timeout=0.2, health_fresh=0.0) as service:
        found = read(await service.handle(get("/api/async/health")))

    assert found["status"] == "warn"
    assert found["checks"]["flights"]["status"] == "fail"
    assert "0.2 s" in found["checks"]["flights"]["note"]
    assert found["checks"]["flights"]["last_failure"] is not None
    assert found["checks"]["nlp"]["status"] == "pass"


async def test_check_that_ignores_cancellation_is_abandoned():
    """It does not delay the report, and is not started again while it still runs."""
    runs = 0
    release = asyncio.Event()

    async def stubborn() -> bool:
        nonlocal runs
        runs += 1
        while not release.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await release.wait()
        return True

    check = HealthCheck(name="stubborn", run=stubborn, timeout=0.05)
    async with service_of(checks=[check], health_fresh=0.0) as service:
        first = await service.handle(get("/api/async/health"))
        second = await service.handle(get("/api/async/health"))
        release.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        third = await service.handle(get("/api/async/health"))

    assert (first.status, second.status, third.status) == (503, 503, 200)
    assert runs == 2


async def test_checks_run_concurrently_and_callers_are_coalesced():
    """Each of five checks waits for all five, and 20 concurrent callers share one run."""
    together = asyncio.Barrier(5)
    runs = 0

    async def run() -> None:
        nonlocal runs
        runs += 1
        await together.wait()

    checks = [HealthCheck(name=f"check {number}", run=run, timeout=60.0) for number in range(5)]
    async with service_of(checks=checks, health_fresh=0.0) as service:
        answers = await asyncio.gather(*(service.handle(get("/api/async/health")) for _ in range(20)))

    assert [answer.status for answer in answers] == [200] * 20
    assert runs == 5


@pytest.mark.parametrize(
    ("result", "status", "whole"),
    [
        (None, "pass", 200),
        (True, "pass", 200),
        (False, "fail", 503),
        (Check(name="x", status="warn", note="slow"), "warn", 200),
        (Health(status="fail", note="gone"), "fail", 503),
        (OSError("/secret/path"), "fail", 503),
    ],
)
async def test_results_of_a_check(result, status, whole):
    """A check returns a bool, nothing, a Check or a Health, or raises an error, of which only the type is reported."""

    async def run():
        if isinstance(result, Exception):
            raise result
        return result

    async with service_of(checks=[HealthCheck(name="mine", run=run)]) as service:
        response = await service.handle(get("/api/async/health"))

    assert response.status == whole
    assert read(response)["checks"]["mine"]["status"] == status
    assert "secret" not in response.body.decode()


async def test_failure_that_is_not_critical_is_a_warning():
    """Flight search is not critical: a conversation works without it."""
    assistant = FakeAssistant()
    assistant.flights.status = "fail"
    async with service_of(assistant) as service:
        response = await service.handle(get("/health"))

    assert (response.status, read(response)["status"]) == (200, "warn")


async def test_history_is_bounded():
    """Success ratio and entries come from the latest runs only."""
    assistant = FakeAssistant()
    async with service_of(assistant, health_fresh=0.0) as service:
        service.health_checker.history = type(service.health_checker.history)(maxlen=3)
        empty = read(await service.handle(get("/api/async/health/history")))
        for status in ("pass", "fail", "pass", "pass"):
            assistant.nlp.status = status
            await service.health_checker.run()
        found = read(await service.handle(get("/api/async/health/history")))

    assert empty == {"entries": [], "checks": {}}
    assert [entry["status"] for entry in found["entries"]] == ["fail", "pass", "pass"]
    assert found["checks"]["nlp"]["success_ratio"] == 0.75


async def test_fresh_report_is_reused(clock: FakeClock):
    """Within `fresh_for` seconds no check runs again."""
    runs = 0

    async def run() -> None:
        nonlocal runs
        runs += 1

    checker = HealthChecker([HealthCheck(name="mine", run=run)], clock=clock, fresh_for=2.0)
    assert checker.latest is None
    first = await checker.run()
    clock.advance(1.9)
    second = await checker.run()
    clock.advance(0.2)
    third = await checker.run()
    await checker.aclose()

    assert second is first
    assert third is not first
    assert checker.latest is third
    assert runs == 2


async def test_parts_of_a_component_are_reported():
    """A Health with checks of its own has them in `parts`, by the name of the health check."""

    async def run() -> Health:
        return Health.of([Check(name="primary", status="fail", critical=False)])

    checker = HealthChecker([HealthCheck(name="store", run=run)], clock=SYSTEM_CLOCK)
    report = await checker.run()
    await checker.aclose()

    assert report.status == "warn"
    assert [part.name for part in report.parts["store"]] == ["primary"]


async def test_closing_cancels_a_hanging_check():
    """A check that is still running when the service closes is cancelled."""
    started = asyncio.Event()
    cancelled = asyncio.Event()

    async def run() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    checker = HealthChecker([HealthCheck(name="slow", run=run, timeout=60.0)], clock=SYSTEM_CLOCK)
    caller = asyncio.ensure_future(checker.run())
    await started.wait()
    await checker.aclose()
    await asyncio.wait([caller])

    assert cancelled.is_set()
