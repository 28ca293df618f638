"""AsyncHandler compared with raw aiohttp and peers: CPU per hit and per miss, and memory in flight, in one run.

    python -m benchmarks.handler [--quick]

The server runs in a process of its own. Every contestant does the same work: GET a JSON body of 2 KiB and read it.
Rounds are interleaved and the median counts, because the machine is shared. CPU is that of the client's thread. Memory
is the growth of a process of its own while 1000 requests wait for their responses.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import multiprocessing
import resource
import statistics
import time
import tracemalloc
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from asyncassist import AsyncHandler, Limits, Timeout
from benchmarks.report import RESULTS, Report

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from multiprocessing.connection import Connection

IN_FLIGHT = 1000
BODY = b'{"offers": [' + b", ".join(b'{"id": %d, "total": "123.45"}' % n for n in range(60)) + b"]}"
AT_ONCE = 50

Fetch = "Callable[[str], Awaitable[object]]"


def serve(pipe: Connection) -> None:
    """Run the server; only responses of /fresh have explicit freshness."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=BODY, content_type="application/json", headers=HEADERS[request.path])

    released = asyncio.Event()
    held = 0

    async def hold(_: web.Request) -> web.Response:
        nonlocal held
        held += 1
        await released.wait()
        held -= 1
        return web.Response(body=BODY, content_type="application/json")

    async def count(_: web.Request) -> web.Response:
        return web.Response(text=str(held))

    async def release(_: web.Request) -> web.Response:
        released.set()
        while held:
            await asyncio.sleep(0.01)
        released.clear()
        return web.Response()

    async def main() -> None:
        app = web.Application()
        for path in HEADERS:
            app.router.add_get(path, answer)
        app.router.add_get("/held", hold)
        app.router.add_get("/count", count)
        app.router.add_get("/release", release)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=2 * IN_FLIGHT)
        await site.start()
        pipe.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(main())


# hishel stores only responses with explicit freshness, so all hits are measured on such a response.
HEADERS = {"/plain": {}, "/fresh": {"Cache-Control": "max-age=3600"}}


@contextlib.asynccontextmanager
async def raw() -> AsyncIterator[Fetch]:
    async with aiohttp.ClientSession() as session:

        async def fetch(url: str) -> object:
            async with session.get(url) as response:
                return await response.read()

        yield fetch


@contextlib.asynccontextmanager
async def raw_bounded() -> AsyncIterator[Fetch]:
    """Limit the connections per origin as AsyncHandler does, to show the cost of that limit alone."""
    connector = aiohttp.TCPConnector(limit_per_host=Limits().per_host)
    async with aiohttp.ClientSession(connector=connector) as session:

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

    with tempfile.TemporaryDirectory() as folder:
        storage = AsyncSqliteStorage(database_path=Path(folder) / "cache.db")
        async with AsyncCacheClient(storage=storage) as client:

            async def fetch(url: str) -> object:
                return (await client.get(url)).content

            yield fetch


async def many(fetch: Any, urls: list[str]) -> float:
    """Return the CPU seconds per fetch with AT_ONCE concurrent workers."""
    remaining = iter(urls)

    async def work() -> None:
        for url in remaining:
            await fetch(url)

    started = time.thread_time()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return (time.thread_time() - started) / len(urls)


async def repeated(fetch: Any, url: str, times: int) -> float:
    """Return the CPU seconds per fetch of a cached response."""
    await fetch(url)
    started = time.thread_time()
    for _ in range(times):
        await fetch(url)
    return (time.thread_time() - started) / times


async def measure(
    ways: dict[str, Any], one: Callable[[str, Any, int], Awaitable[float]], rounds: int
) -> dict[str, float]:
    """Return the microseconds of each contestant: the median of interleaved rounds."""
    seen: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        # The order rotates: a contestant that runs after a slow one would always find the machine in that state.
        order = list(ways)[turn % len(ways) :] + list(ways)[: turn % len(ways)]
        for name in order if turn % 2 else reversed(order):
            seen[name].append(await one(name, ways[name], turn))
    return {name: statistics.median(values) * 1e6 for name, values in seen.items()}


@contextlib.asynccontextmanager
async def wide_raw() -> AsyncIterator[Fetch]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT)) as session:

        async def fetch(url: str) -> object:
            async with session.get(url) as response:
                return await response.read()

        yield fetch


@contextlib.asynccontextmanager
async def wide_handler() -> AsyncIterator[Fetch]:
    # The server responds only on /release, however long a loaded machine takes to send all requests.
    long_timeout = Timeout(total=600.0, attempt=None, connect=None)
    async with AsyncHandler(limits=Limits(total=IN_FLIGHT, per_host=IN_FLIGHT), timeout=long_timeout) as http:

        async def fetch(url: str) -> object:
            return (await http.get(url)).body

        yield fetch


WIDE = {"raw aiohttp": wide_raw, "AsyncHandler": wide_handler}


def resident() -> int:
    """Return the resident memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def in_flight(base: str, name: str, pipe: Connection) -> None:
    """Send the growth of the process per request in flight, in bytes: as traced by Python, and resident."""

    async def run() -> tuple[float, float]:
        async with WIDE[name]() as fetch, aiohttp.ClientSession() as control:
            await asyncio.gather(*(fetch(f"{base}/plain?{n}") for n in range(20)))
            gc.collect()
            tracemalloc.start()
            before, python = resident(), tracemalloc.get_traced_memory()[0]
            tasks = [asyncio.create_task(fetch(f"{base}/held?{n}")) for n in range(IN_FLIGHT)]
            count = 0
            while count < IN_FLIGHT:
                await asyncio.sleep(0.05)
                async with control.get(f"{base}/count") as response:
                    count = int(await response.text())
            own = tracemalloc.get_traced_memory()[0] - python
            every = resident() - before - tracemalloc.get_tracemalloc_memory()
            tracemalloc.stop()
            async with control.get(f"{base}/release"):
                await asyncio.gather(*tasks)
            return own / IN_FLIGHT, every / IN_FLIGHT

    pipe.send(asyncio.run(run()))


def memory(base: str, rounds: int) -> dict[str, tuple[float, float]]:
    """Return the KiB per request in flight, traced by Python and resident: medians of new processes."""
    context = multiprocessing.get_context("spawn")
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in WIDE}
    for _ in range(rounds):
        for name in WIDE:
            here, there = context.Pipe()
            process = context.Process(target=in_flight, args=(base, name, there), daemon=True)
            process.start()
            if not here.poll(120.0):
                process.kill()
                raise TimeoutError(f"{name}: {IN_FLIGHT} requests were not in flight within two minutes")
            seen[name].append(here.recv())
            process.join()
    return {
        name: (statistics.median(p for p, _ in values) / 1024, statistics.median(r for _, r in values) / 1024)
        for name, values in seen.items()
    }


async def open_ways(stack: contextlib.AsyncExitStack, wanted: dict[str, Any], report: Report) -> dict[str, Any]:
    """Open the contestants that are installed."""
    ways = {}
    for name, way in wanted.items():
        try:
            ways[name] = await stack.enter_async_context(way())
        except ImportError as error:
            report.not_installed(f"{name} ({error.name})")
    return ways


async def run(base: str, report: Report, held: dict[str, tuple[float, float]], *, quick: bool) -> None:
    # Many short rounds rather than few long ones: other load on the machine then affects all contestants alike.
    rounds, hits, misses = (5, 300, 100) if quick else (24, 500, 100)
    async with contextlib.AsyncExitStack() as stack:
        ways = await open_ways(
            stack,
            {
                "raw aiohttp": raw,
                "raw, 30 per origin": raw_bounded,
                "AsyncHandler": handler,
                "aiohttp-client-cache": client_cache,
                "aiohttp-retry": retry_client,
                "hishel + httpx": hishel_httpx,
            },
            report,
        )

        async def miss(name: str, fetch: Any, turn: int) -> float:
            return await many(fetch, [f"{base}/plain?{name}{turn}.{n}".replace(" ", "") for n in range(misses)])

        async def hit(name: str, fetch: Any, _: int) -> float:
            times = hits if name == "AsyncHandler" else hits // 10
            return await repeated(fetch, f"{base}/fresh", times)

        await measure(ways, miss, 1)  # warm
        missed = await measure(ways, miss, rounds)
        caching = {
            name: fetch
            for name, fetch in ways.items()
            if name not in {"raw aiohttp", "raw, 30 per origin", "aiohttp-retry"}
        }
        found = await measure(caching, hit, rounds)
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
            in_flight_kib=round(held[name][0], 1) if name in held else "",
            in_flight_rss_kib=round(held[name][1], 1) if name in held else "",
        )


def plot(report: Report) -> None:
    """Plot the table, if matplotlib is installed."""
    try:
        import matplotlib as mpl

        mpl.use("Agg")
        import matplotlib.pyplot as plt
    except ImportError:
        report.not_installed("matplotlib (no plot)")
        return
    figure, axes = plt.subplots(1, 3, figsize=(14, 3.5))
    panels = (
        ("hit_us", "CPU per cache hit, microseconds"),
        ("miss_us", "CPU per cache miss, microseconds"),
        ("in_flight_rss_kib", "memory per request in flight, KiB"),
    )
    for axis, (column, title) in zip(axes, panels, strict=True):
        rows = [row for row in report.rows if row[column] != ""]
        bars = axis.barh([row["way"] for row in rows], [row[column] for row in rows])
        axis.bar_label(bars, fmt="%.0f")
        axis.invert_yaxis()
        axis.set_xscale("log" if column == "hit_us" else "linear")
        axis.set_title(title)
    figure.tight_layout()
    RESULTS.mkdir(exist_ok=True)
    figure.savefig(RESULTS / "handler.svg")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rounds, for a first impression")
    given = parser.parse_args()
    warnings.simplefilter("ignore", DeprecationWarning)
    report = Report(
        "handler",
        f"CPU per request, {AT_ONCE} concurrent misses, {len(BODY)} bytes of JSON; memory with {IN_FLIGHT} in flight",
        ("aiohttp", "asyncassist", "aiohttp-client-cache", "aiohttp-retry", "hishel", "httpx"),
    )
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(there,), daemon=True)
    server.start()
    try:
        base = f"http://127.0.0.1:{here.recv()}"
        held = memory(base, 1 if given.quick else 3)
        asyncio.run(run(base, report, held, quick=given.quick))
    finally:
        server.kill()
        server.join()
    plot(report)
    report.write()


if __name__ == "__main__":
    main()
