"""Flask with one shared loop against a session per request, and FastAPI through the service against native routes.

Each application is a process of its own; its CPU time is read from the system, so that the load generator and the stub
upstream do not count. Rounds of the contestants are interleaved, and the medians are compared.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any, Self

import aiohttp
import psutil
from aiohttp import web

from benchmarks.report import Report
from benchmarks.web_moments import moments
from tests.servers import free_port, wait_for_port

if TYPE_CHECKING:
    from collections.abc import Iterator

DELAY = 0.02
CHAT = {"message": "hello"}
NUMBERS = count()


class Server:
    """Application in a process of its own, with its measurements."""

    def __init__(self, name: str, port: int, process: subprocess.Popen[bytes]) -> None:
        self.name, self.port, self.process = name, port, process
        self.rates: list[float] = []
        self.cpu: list[float] = []
        self.waits: list[float] = []
        self.connections: list[int] = []

    def seconds(self) -> float:
        """Return the CPU seconds of the process and its children."""
        root = psutil.Process(self.process.pid)
        times = [process.cpu_times() for process in (root, *root.children(recursive=True))]
        return sum(each.user + each.system for each in times)


@contextmanager
def serve(name: str, *command: str, **environment: str) -> Iterator[Server]:
    """Run the application while the block runs."""
    port = free_port()
    filled = [part.replace("PORT", str(port)) for part in command]
    process = subprocess.Popen(
        [sys.executable, "-m", *filled],
        env={**os.environ, "ASYNCASSIST_RATE_LIMIT": "0", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, process, 30.0)
        yield Server(name, port, process)
    finally:
        process.terminate()
        process.wait(40)


class Stub:
    """Upstream of the applications: a model and a slow page; counts connections."""

    def __init__(self) -> None:
        self.peers: set[Any] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        self.runner = web.ServerRunner(web.Server(self.answer))
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0, backlog=1024).start()
        self.port = self.runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.runner.cleanup()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/slow":
            self.peers.add(request.transport.get_extra_info("peername"))  # type: ignore[union-attr]
            await asyncio.sleep(DELAY)
            return web.json_response({"ok": True})
        choice = {"index": 0, "message": {"role": "assistant", "content": "You said: hello"}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        return web.json_response(
            {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}
        )


async def load(server: Server, path: str, body: Any, *, requests: int, connections: int) -> None:
    """Send requests over persistent connections and record the measurements; "NUMBER" in the body is a new one each."""
    left = requests
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"} if data else {}
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}", connector=connector) as session:

        async def work() -> None:
            nonlocal left
            while left > 0:
                left -= 1
                started = time.perf_counter()
                sent = data and data.replace(b"NUMBER", str(next(NUMBERS)).encode())
                async with session.request("POST" if data else "GET", path, data=sent, headers=headers) as response:
                    await response.read()
                    assert response.status == 200, (server.name, response.status)
                server.waits.append(time.perf_counter() - started)

        await asyncio.gather(*(work() for _ in range(connections)))  # warm-up of connections and caches
        left = requests
        server.waits.clear()
        before, started = server.seconds(), time.perf_counter()
        await asyncio.gather(*(work() for _ in range(connections)))
        server.rates.append(requests / (time.perf_counter() - started))
        server.cpu.append((server.seconds() - before) / requests)


async def settle(servers: list[Server]) -> None:
    """Wait until the servers are idle: what they load in the background is no part of a request."""
    for server in servers:
        while True:
            before = server.seconds()
            await asyncio.sleep(0.5)
            if server.seconds() - before < 0.02:
                break


def summary(server: Server) -> dict[str, Any]:
    waits = sorted(server.waits)
    return {
        "application": server.name,
        "requests/s": round(statistics.median(server.rates)),
        "CPU, µs per request": round(statistics.median(server.cpu) * 1e6, 1),
        "p50, ms": round(waits[len(waits) // 2] * 1e3, 2),
        "p99, ms": round(waits[int(len(waits) * 0.99)] * 1e3, 2),
        "upstream connections": round(statistics.median(server.connections)) if server.connections else "",
    }


async def cached(report: Report, stub: Stub, *, rounds: int, requests: int) -> None:
    """Report a cached response through the service and through native routes."""
    uvicorn = ("uvicorn", "--factory", "--port", "PORT", "--log-level", "critical", "--no-access-log")
    model = {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{stub.port}/v1",
        "OPENAI_API_KEY": "bench",
        "ASYNCASSIST_MODEL": "m",
    }
    with ExitStack() as stack:
        servers = [
            stack.enter_context(serve(name, *uvicorn, f"benchmarks.web_peers:{factory}", "--no-proxy-headers", **model))
            for name, factory in (("service", "ours"), ("native, bare", "bare"), ("native, equal", "equal"))
        ]
        await settle(servers)
        for _ in range(rounds):
            for server in servers:
                await load(server, "/api/async/chatbot", CHAT, requests=requests, connections=16)
        report_all(report, "cached response, FastAPI", servers)


async def components(report: Report, stub: Stub, *, rounds: int, requests: int) -> None:
    """Report the chat routes of the service against bare FastAPI routes over the same components."""
    uvicorn = ("uvicorn", "--factory", "--port", "PORT", "--log-level", "critical", "--no-access-log")
    model = {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{stub.port}/v1",
        "OPENAI_API_KEY": "bench",
        "ASYNCASSIST_MODEL": "m",
    }
    with ExitStack() as stack:
        servers = [
            stack.enter_context(serve(name, *uvicorn, f"benchmarks.web_peers:{factory}", "--no-proxy-headers", **model))
            for name, factory in (("service", "ours"), ("FastAPI, same components", "components"))
        ]
        await settle(servers)
        for case, path, message, share in (
            ("POST /chat answered by rules, same components", "/chat", "I want to fly from Berlin to Rome", 4),
            ("POST /chat, same components", "/chat", "what is your baggage allowance?", 4),
            ("chatbot route, cached, same components", "/api/async/chatbot", "hello", 1),
            ("chatbot route, uncached, same components", "/api/async/chatbot", "hello NUMBER", 2),
        ):
            for server in servers:
                server.rates.clear()
                server.cpu.clear()
            for _ in range(rounds):
                for server in servers:
                    await load(server, path, {"message": message}, requests=requests // share, connections=16)
            report_all(report, case, servers)


async def bridge(report: Report, stub: Stub, *, rounds: int, requests: int) -> None:
    """Report Flask with 200 connections: one loop and one pool against a session per request."""
    if importlib.util.find_spec("asgiref") is None:
        report.not_installed("asgiref (flask[async])")
        return
    gunicorn = ("gunicorn", "-k", "gthread", "--threads", "64", "--keep-alive", "30", "-b", "127.0.0.1:PORT")
    environment = {"BENCH_UPSTREAM": f"http://127.0.0.1:{stub.port}/slow"}
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                serve(name, *gunicorn, "--no-control-socket", f"benchmarks.web_peers:{factory}()", **environment)
            )
            for name, factory in (
                ("LoopThread, one pool", "bridged"),
                ("async def, a session per request", "per_request"),
            )
        ]
        for _ in range(rounds):
            for server in servers:
                stub.peers.clear()
                await load(server, "/fetch", None, requests=requests, connections=200)
                server.connections.append(len(stub.peers))
        report_all(report, "slow upstream, Flask, 200 connections", servers)


def report_all(report: Report, what: str, servers: list[Server]) -> None:
    """Add a row for each server, with the CPU ratio to the first."""
    first = statistics.median(servers[0].cpu)
    for server in servers:
        ratio = first / statistics.median(server.cpu)
        report.row(case=what, **summary(server), **{"first's CPU over its": round(ratio, 2)})


async def main() -> None:
    quick = "--quick" in sys.argv
    report = Report("web", "Web service", ("fastapi", "flask", "uvicorn", "gunicorn", "asgiref"))
    async with Stub() as stub:
        await cached(report, stub, rounds=3 if quick else 5, requests=800 if quick else 2000)
        await components(report, stub, rounds=3 if quick else 5, requests=800 if quick else 2000)
        await bridge(report, stub, rounds=1 if quick else 3, requests=400 if quick else 1000)
    report.write()
    await asyncio.to_thread(moments, rounds=3 if quick else 10)


if __name__ == "__main__":
    asyncio.run(main())
