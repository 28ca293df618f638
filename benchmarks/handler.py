"""AsyncHandler against raw aiohttp and its peers: CPU per hit and per miss, all in one run.

    python -m benchmarks.handler [--quick]

The server runs in a process of its own. Every way does the same work: GET a JSON body of 2 KiB and read it. Rounds are
interleaved and the median counts, because the machine is shared. CPU is the time of the client's thread.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import statistics
import time
import warnings
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from asyncassist import AsyncHandler
from benchmarks.report import RESULTS, Report

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from multiprocessing.connection import Connection

BODY = b'{"offers": [' + b", ".join(b'{"id": %d, "total": "123.45"}' % n for n in range(60)) + b"]}"
AT_ONCE = 50

Fetch = "Callable[[str], Awaitable[object]]"


def serve(pipe: Connection) -> None:
    """The server: answers everything, kept by nobody unless told so."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=BODY, content_type="application/json", headers=HEADERS[request.path])

    async def main() -> None:
        app = web.Application()
        for path in HEADERS:
            app.router.add_get(path, answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        pipe.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(main())


# hishel keeps only what says that it may be kept; so the hits of all are measured on such an answer.
HEADERS = {"/plain": {}, "/fresh": {"Cache-Control": "max-age=3600"}}


@contextlib.asynccontextmanager
async def raw() -> AsyncIterator[Fetch]:
    async with aiohttp.ClientSession() as session:

        async def fetch(url: str) -> object:
            async with session.get(url) as response:
                return await response.read()

        yield fetch


@contextlib.asynccontextmanager
async def handler() -> AsyncIterator[Fetch]:
    async with AsyncHandler() as http:

        async def fetch(url: str) -> object:
            return (await http.get(url)).body

        yield fetch


@contextlib.asynccontextmanager
async def raw_json() -> AsyncIterator[Fetch]:
    async with aiohttp.ClientSession() as session:

        async def fetch(url: str) -> object:
            async with session.get(url) as response:
                return await response.json()

        yield fetch


@contextlib.asynccontextmanager
async def handler_json() -> AsyncIterator[Fetch]:
    async with AsyncHandler() as http:
        yield http.get_json


@contextlib.asynccontextmanager
async def client_cache() -> AsyncIterator[Fetch]:
    from aiohttp_client_cache import CacheBackend, CachedSession

    async with CachedSession(cache=CacheBackend(expire_after=300)) as session:

        async def fetch(url: str) -> object:
            async with session.get(url) as response:
                return await response.read()

        yield fetch


@contextlib.asynccontextmanager
async def retry_client() -> AsyncIterator[Fetch]:
    from aiohttp_retry import RetryClient

    async with RetryClient() as session:

        async def fetch(url: str) -> object:
            async with session.get(url) as response:
                return await response.read()

        yield fetch


@contextlib.asynccontextmanager
async def hishel_httpx() -> AsyncIterator[Fetch]:
    import tempfile
    from pathlib import Path

    from hishel import AsyncSqliteStorage
    from hishel.httpx import AsyncCacheClient

    with tempfile.TemporaryDirectory() as place:
        storage = AsyncSqliteStorage(database_path=Path(place) / "cache.db")
        async with AsyncCacheClient(storage=storage) as client:

            async def fetch(url: str) -> object:
                return (await client.get(url)).content

            yield fetch


async def many(fetch: Any, urls: list[str]) -> float:
    """Seconds of CPU for one fetch, as many at once as there are workers."""
    places = iter(urls)

    async def work() -> None:
        for url in places:
            await fetch(url)

    started = time.thread_time()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return (time.thread_time() - started) / len(urls)


async def repeated(fetch: Any, url: str, times: int) -> float:
    """Seconds of CPU for one fetch of what is kept already."""
    await fetch(url)
    started = time.thread_time()
    for _ in range(times):
        await fetch(url)
    return (time.thread_time() - started) / times


async def measure(
    ways: dict[str, Any], one: Callable[[str, Any, int], Awaitable[float]], rounds: int
) -> dict[str, float]:
    """Microseconds of each way: the median of interleaved rounds."""
    seen: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        for name, fetch in ways.items():
            seen[name].append(await one(name, fetch, turn))
    return {name: statistics.median(values) * 1e6 for name, values in seen.items()}


async def open_ways(stack: contextlib.AsyncExitStack, wanted: dict[str, Any], report: Report) -> dict[str, Any]:
    """The ways that are installed here."""
    ways = {}
    for name, way in wanted.items():
        try:
            ways[name] = await stack.enter_async_context(way())
        except ImportError as error:
            report.not_installed(f"{name} ({error.name})")
    return ways


async def run(base: str, report: Report, *, quick: bool) -> None:
    rounds, hits, misses = (3, 300, 150) if quick else (15, 2000, 500)
    async with contextlib.AsyncExitStack() as stack:
        ways = await open_ways(
            stack,
            {
                "raw aiohttp": raw,
                "AsyncHandler": handler,
                "aiohttp-client-cache": client_cache,
                "aiohttp-retry": retry_client,
                "hishel + httpx": hishel_httpx,
            },
            report,
        )

        async def miss(name: str, fetch: Any, turn: int) -> float:
            return await many(fetch, [f"{base}/plain?{name[:4]}{turn}.{n}".replace(" ", "") for n in range(misses)])

        async def hit(name: str, fetch: Any, _: int) -> float:
            times = hits if name == "AsyncHandler" else hits // 10
            return await repeated(fetch, f"{base}/fresh", times)

        await measure(ways, miss, 1)  # warm
        missed = await measure(ways, miss, rounds)
        kept = {name: fetch for name, fetch in ways.items() if name not in {"raw aiohttp", "aiohttp-retry"}}
        found = await measure(kept, hit, rounds)
        text = await open_ways(stack, {"raw aiohttp": raw_json, "AsyncHandler": handler_json}, report)
        parsed = await measure(text, miss, rounds)
    ours = found["AsyncHandler"]
    for name in ways:
        report.row(
            way=name,
            miss_us=round(missed[name], 1),
            miss_over_raw=round(missed[name] / missed["raw aiohttp"], 2),
            json_miss_us=round(parsed[name], 1) if name in parsed else "",
            json_over_raw=round(parsed[name] / parsed["raw aiohttp"], 2) if name in parsed else "",
            hit_us=round(found[name], 1) if name in found else "",
            hit_over_ours=round(found[name] / ours, 1) if name in found else "",
        )


def plot(report: Report) -> None:
    """The table as a picture, where matplotlib is installed."""
    try:
        import matplotlib as mpl

        mpl.use("Agg")
        import matplotlib.pyplot as plt
    except ImportError:
        report.not_installed("matplotlib (no plot)")
        return
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.5))
    for axis, column, title in ((axes[0], "hit_us", "a kept answer"), (axes[1], "miss_us", "a fetched answer")):
        rows = [row for row in report.rows if row[column] != ""]
        bars = axis.barh([row["way"] for row in rows], [row[column] for row in rows])
        axis.bar_label(bars, fmt="%.0f")
        axis.invert_yaxis()
        axis.set_xscale("log" if column == "hit_us" else "linear")
        axis.set_title(f"CPU of {title}, microseconds")
    figure.tight_layout()
    RESULTS.mkdir(exist_ok=True)
    figure.savefig(RESULTS / "handler.svg")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rounds, for a look")
    given = parser.parse_args()
    warnings.simplefilter("ignore", DeprecationWarning)
    report = Report(
        "handler",
        f"CPU per request, {AT_ONCE} misses at once, {len(BODY)} bytes of JSON",
        ("aiohttp", "asyncassist", "aiohttp-client-cache", "aiohttp-retry", "hishel", "httpx"),
    )
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(there,), daemon=True)
    server.start()
    try:
        asyncio.run(run(f"http://127.0.0.1:{here.recv()}", report, quick=given.quick))
    finally:
        server.kill()
        server.join()
    plot(report)
    report.write()


if __name__ == "__main__":
    main()
