"""Waiting one after another against waiting at once: measured on a stub of our own, on this machine's loopback."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiohttp import web

from asyncassist._http import AsyncHandler, Limits

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

# The slow half takes so many seconds at the most; the delay is lowered to that.
MAX_DURATION = 10.0


def bounded_delay(requests: int, delay: float) -> float:
    """The delay that keeps the test short."""
    return min(delay, MAX_DURATION / requests)


async def measure(*, requests: int, concurrency: int, delay: float) -> dict[str, Any]:
    """Fetch the stub so many times in sequence, and again at once.

    Args:
        requests: How many.
        concurrency: How many at once.
        delay: Seconds that the stub takes for each.
    """
    async with _stub(delay) as url, _client(concurrency) as http:
        await http.get(url + "warm", cache="no-store")  # neither half pays for the first connection
        sequential = await _timed(http, url, requests, 1)
        concurrent = await _timed(http, url, requests, concurrency)
    return {
        "requests": requests,
        "concurrency": concurrency,
        "delay": delay,
        "sequential": _summary(sequential, requests),
        "concurrent": _summary(concurrent, requests),
        "speedup": round(sequential / concurrent, 3),
        "improvement": round((1 - concurrent / sequential) * 100, 2),
        "throughput": round(requests / concurrent, 3),
    }


def _summary(total: float, requests: int) -> dict[str, float]:
    return {
        "total": round(total, 6),
        "average": round(total / requests, 6),
        "throughput": round(requests / total, 3),
    }


async def _timed(http: AsyncHandler, url: str, requests: int, concurrency: int) -> float:
    semaphore = asyncio.Semaphore(concurrency)

    async def fetch(number: int) -> None:
        async with semaphore:
            await http.get(f"{url}{number}", cache="no-store", raise_for_status=True)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(requests):
            group.create_task(fetch(number))
    return time.perf_counter() - started


def _client(concurrency: int) -> AsyncHandler:
    return AsyncHandler(retry=None, breaker=None, limits=Limits(total=concurrency, per_host=concurrency))


@asynccontextmanager
async def _stub(delay: float) -> AsyncGenerator[str]:
    """A server that takes its time, on a free port of loopback."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if not request.path.endswith("warm"):
            await asyncio.sleep(delay)
        return web.Response(text="ok")

    runner = web.ServerRunner(web.Server(answer, access_log=None), handle_signals=False)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/"
    finally:
        await runner.cleanup()
