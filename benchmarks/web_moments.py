"""Reaction times of the web service: liveness in an outage, a hanging health check, cancellation after a disconnect.

`benchmarks.web` runs this module. Tests assert that these things happen; here is how fast they do.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import statistics
import time
from typing import Any

from simple_websocket import Client

from asyncassist.web import HealthCheck, Request, Service, WebSettings
from benchmarks.report import Report
from tests.servers import free_port
from tests.web.example_apps import App
from tests.web.upstream import KEY, Upstream


def moments(*, rounds: int) -> None:
    """Measure everything and write the report."""
    report = Report("web_moments", "Reaction times of the web service", ("fastapi", "flask", "uvicorn", "gunicorn"))
    for kind in ("fastapi", "flask"):
        _row(report, f"liveness with all dependencies down, {kind}", 0.005, _liveness(kind, 20 * rounds))
    _row(report, "health with a hanging check, beyond its timeout of 0.2 s", 0.05, asyncio.run(_hanging(rounds)))
    _row(report, "five health checks of 0.2 s", 0.26, asyncio.run(_five(rounds)))
    with Upstream() as upstream:
        environment = {"OPENAI_BASE_URL": f"{upstream.url}/v1", "OPENAI_API_KEY": KEY, "ASYNCASSIST_MODEL": "m"}
        environment["ASYNCASSIST_ON_DISCONNECT"] = "cancel"
        for kind in ("fastapi", "flask"):
            with App(kind, **environment) as app:
                for what in ("stream", "socket", *(("plain",) if kind == "fastapi" else ())):
                    waits = [_disconnect(app, upstream, what, f"for ever, {kind} {turn}") for turn in range(rounds)]
                    _row(report, f"model call cancelled after the client disconnected, {what}, {kind}", 1.0, waits)
    report.write()


def _row(report: Report, what: str, must: float, seconds: list[float]) -> None:
    values = {"median, s": statistics.median(seconds), "worst, s": max(seconds)}
    report.row(what=what, **{"must, s": must}, **{name: round(value, 4) for name, value in values.items()})


def _liveness(kind: str, times: int) -> list[float]:
    """Return the latencies of the probe over a persistent connection, with model, Redis and PostgreSQL unreachable."""
    unreachable = f"127.0.0.1:{free_port()}"
    environment = {
        "OPENAI_BASE_URL": f"http://{unreachable}/v1",
        "ASYNCASSIST_REDIS_URL": f"redis://{unreachable}/0",
        "ASYNCASSIST_POSTGRES_URL": f"postgresql://app@{unreachable}/app",
    }
    found = []
    with App(kind, **environment) as app:
        connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=30)
        # An orchestrator probes liveness only after the startup probe has succeeded.
        while _status(connection, "startup") != 200:
            pass
        for _ in range(times):
            started = time.perf_counter()
            assert _status(connection, "live") == 200
            found.append(time.perf_counter() - started)
        connection.close()
    return found


def _status(connection: http.client.HTTPConnection, probe: str) -> int:
    connection.request("GET", f"/health?probe={probe}")
    answer = connection.getresponse()
    answer.read()
    return answer.status


async def _health_latencies(rounds: int, *checks: HealthCheck) -> list[float]:
    found = []
    async with Service(settings=WebSettings(health_fresh=0.0, rate_limit=0), checks=checks) as service:
        while not service.warm:
            await asyncio.sleep(0.01)
        for _ in range(rounds):
            started = time.perf_counter()
            await service.handle(Request("GET", "/api/async/health"))
            found.append(time.perf_counter() - started)
    return found


async def _hanging(rounds: int) -> list[float]:
    async def hang() -> None:
        await asyncio.Event().wait()

    return [
        seconds - 0.2 for seconds in await _health_latencies(rounds, HealthCheck(name="hangs", run=hang, timeout=0.2))
    ]


async def _five(rounds: int) -> list[float]:
    async def slow() -> None:
        await asyncio.sleep(0.2)

    return await _health_latencies(rounds, *(HealthCheck(name=f"slow {number}", run=slow) for number in range(5)))


def _disconnect(app: App, upstream: Upstream, what: str, message: str) -> float:
    """Request a reply that never ends, disconnect, and return the seconds until the model call is cancelled."""
    upstream.wait_for(0)
    connection: Any
    if what == "socket":
        connection = Client.connect(f"ws://127.0.0.1:{app.port}/ws/chat")
        connection.send(json.dumps({"message": f"Please recite poetry {message}"}))
    else:
        body = json.dumps({"message": message, "stream": what == "stream"}).encode()
        head = (
            "POST /api/async/chatbot HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        connection = socket.create_connection(("127.0.0.1", app.port), timeout=30)
        connection.sendall(head.encode() + body)
    upstream.wait_for(1)
    started = time.perf_counter()
    connection.close()
    upstream.wait_for(0)
    return time.perf_counter() - started


if __name__ == "__main__":
    moments(rounds=10)
