"""The fare alert of examples/jobs.py, run as a program: with a queue in the process, and with a real Redis."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import subprocess
import sys

import pytest

from tests.web.example_apps import ROOT

DEPARTURE = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=40)).isoformat()


@pytest.fixture(params=["memory", "redis"])
def queue(request: pytest.FixtureRequest, redis_url: str) -> str:
    """URL of the task queue."""
    return "memory://" if request.param == "memory" else redis_url


def run_alert(queue: str, target: str, **environment: str) -> list[str]:
    """Run the example until it ends, and return its output."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ASYNCASSIST_", "AMADEUS_", "DUFFEL_"))
    }
    done = subprocess.run(
        [sys.executable, "examples/jobs.py", "LIS", "PAR", DEPARTURE, target],
        cwd=ROOT,
        env={**inherited, "DOCKET_URL": queue, "WATCH_EVERY": "0", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_alert_checks_again_until_no_checks_are_left(queue: str):
    """Each check schedules the next one; a fare above the target is checked three times."""
    lines = run_alert(queue, "0.01")

    assert len(lines) == 3
    assert all(line.startswith("LIS to PAR: ") and line.endswith(" EUR, target 0.01") for line in lines)


def test_fare_below_the_target_notifies_at_once(queue: str):
    """One check, then the traveller is notified."""
    lines = run_alert(queue, "100000")

    assert len(lines) == 2
    assert "notify the traveller" in lines[1]


async def test_alert_that_is_added_twice_is_one(redis_url: str, capsys: pytest.CaptureFixture[str]):
    """The key identifies the alert, also if another process adds it while it waits."""
    from docket import Docket, Worker

    from examples import jobs

    async with Docket(name=f"test-{secrets.token_hex(4)}", url=redis_url) as docket:
        docket.register(jobs.watch_fare)
        for _ in range(2):
            await docket.add(jobs.watch_fare, key="LIS-PAR")("LIS", "PAR", DEPARTURE, "100000", 3)
        async with Worker(docket) as worker:
            await worker.run_until_finished()

    assert capsys.readouterr().out.count("notify the traveller") == 1
