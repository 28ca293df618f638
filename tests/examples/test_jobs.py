"""The fare watch, run as a person runs it: on a queue in the process, and on a real Redis."""

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
    """Where the queue lives."""
    return "memory://" if request.param == "memory" else redis_url


def watch(queue: str, wish: str, **environment: str) -> list[str]:
    """Run the example; what it printed."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ASYNCASSIST_", "AMADEUS_", "DUFFEL_"))
    }
    done = subprocess.run(
        [sys.executable, "examples/jobs.py", "LIS", "PAR", DEPARTURE, wish],
        cwd=ROOT,
        env={**kept, "DOCKET_URL": queue, "WATCH_EVERY": "0", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_watch_looks_again_until_its_looks_are_used_up(queue: str):
    """Each look puts the next one on the queue; a fare that never falls is looked at three times."""
    lines = watch(queue, "0.01")

    assert len(lines) == 3
    assert all(line.startswith("LIS to PAR: ") and line.endswith(" EUR, wished 0.01") for line in lines)


def test_a_fare_that_is_low_enough_is_told_at_once(queue: str):
    """One look, and the traveller's turn."""
    lines = watch(queue, "100000")

    assert len(lines) == 2
    assert "time to tell the traveller" in lines[1]


async def test_the_same_watch_twice_is_one(redis_url: str, capsys: pytest.CaptureFixture[str]):
    """Another process may add it while it waits: its key is the watch."""
    from docket import Docket, Worker

    from examples import jobs

    async with Docket(name=f"test-{secrets.token_hex(4)}", url=redis_url) as docket:
        docket.register(jobs.watch_fare)
        for _ in range(2):
            await docket.add(jobs.watch_fare, key="LIS-PAR")("LIS", "PAR", DEPARTURE, "100000", 3)
        async with Worker(docket) as worker:
            await worker.run_until_finished()

    assert capsys.readouterr().out.count("time to tell the traveller") == 1
