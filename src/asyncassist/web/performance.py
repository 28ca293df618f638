"""Performance test: sequential against concurrent requests to a stub server on the loopback interface."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiohttp import web

from asyncassist._http import AsyncHandler, Limits

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

# Longest duration of the sequential half in seconds; the delay is lowered to fit.
MAX_DURATION = 10.0


def bounded_delay(requests: int, delay: float) -> float:
    """Return the delay, lowered so that the sequential half takes at most `MAX_DURATION`."""
    return min(delay, MAX_DURATION / requests)


async def measure(*, requests: int, concurrency: int, delay: float) -> dict[str, Any]:
    """Fetch from the stub server sequentially, then concurrently, and return the timings and the speedup.

    Args:
        requests: Number of requests in each half.
        concurrency: Largest number of concurrent requests in the second half.
        delay: Seconds the stub server takes for each response.
    """
    async with _stub(delay) as url, _client(concurrency) as http:
        await http.get(url + "warm", cache="no-store")  # neither half includes the first connection
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
    """Run a stub server that responds after a delay, on a free loopback port; yield its URL."""

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
