"""Quotas shared by four processes, adaptive concurrency, and what both cost a call.

    python -m benchmarks.pacing [--quick]

A fake API on loopback counts requests in fixed windows, announces them in `RateLimit`, and refuses with 429 what
exceeds them; a fake model server does so with tokens that come back continuously, in `x-ratelimit-*-tokens`. Four
processes send 1000 requests and share the quota through Valkey: all at once, or three windows' worth at once and then
as many as the quota allows, a tenth to four tenths of them in each process. Time is scaled: 60 requests a minute are 60
in a window of 2 seconds, 600 a minute are 100 in 2 seconds; 6000 a minute are 100 in a second, unscaled; 10 000 tokens
come back in 2 seconds. Used is the share of the quota that the API accepted in the windows that lie between the first
and the last; of tokens, of the full bucket at the start and of what came back until the last request. Waits are those
of the calls until their response. What comes all at once at the start of a window has a longest wait of twice the
median, in whatever order it is served: the last call waits for all windows and the middle one for half of them; the
tokens of a full bucket and the time to respond move that by some hundredths.

The second API bears 100, then 20, then 100 concurrent requests of 0.2 s and answers 503 beyond; its throughput in each
phase, from the fourth window of a second on, is compared with that of a client with that fixed concurrency.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import multiprocessing
import os
import statistics
import time
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from asyncassist import AsyncHandler, CachedChatbot, Limits, Timeout
from asyncassist._clock import SYSTEM_CLOCK, monotonic
from asyncassist._http.adaptive import AdaptiveLimit
from asyncassist._pacing import Pacer
from benchmarks.report import Report
from tests.servers import Valkey

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

PROCESSES, CALLS = 4, 250
# Calls in flight when the cost of a call is measured.
AT_ONCE = 20
# Whether a call was answered, and when it came and ended, in monotonic seconds, which all processes share.
Call = tuple[bool, float, float]
# Name, requests in a window, seconds of a window.
QUOTAS = (
    ("60 a minute (60 in 2 s)", 60, 2.0),
    ("600 a minute (100 in 2 s)", 100, 2.0),
    ("6000 a minute (100 in 1 s)", 100, 1.0),
)
TOKENS = 10_000.0
TOKEN_WINDOW = 2.0
MAX_ANSWER = 300
TIMEOUT = Timeout(total=600.0, attempt=None)
SERVICE_TIME = 0.2


class FakeAPI:
    """API with a quota in fixed windows, or with a number of concurrent requests that it bears."""

    def __init__(self) -> None:
        self.limit, self.window, self.start = 1, 1.0, 0.0
        self.accepted: Counter[int] = Counter()
        self.refused = 0
        self.capacity, self.in_flight = 0, 0
        self.served: Counter[int] = Counter()
        self.tokens, self.used_tokens, self.updated_at, self.first_at = TOKENS, 0.0, 0.0, 0.0

    async def quota(self, _: web.Request) -> web.Response:
        now = time.monotonic() - self.start
        index = int(now // self.window)
        accepted = self.accepted[index] < self.limit
        self.accepted[index] += accepted
        self.refused += not accepted
        left = (index + 1) * self.window - now
        headers = {
            "RateLimit-Policy": f'"default";q={self.limit};w={self.window}',
            "RateLimit": f'"default";r={self.limit - self.accepted[index]};t={left:.3f}',
        }
        return web.Response(status=200 if accepted else 429, headers=headers)

    async def completion(self, request: web.Request) -> web.Response:
        data = await request.read()
        now = time.monotonic() - self.start
        rate = TOKENS / TOKEN_WINDOW
        self.tokens = min(TOKENS, self.tokens + (now - self.updated_at) * rate)
        if self.tokens == TOKENS:  # the processes have started
            self.first_at, self.used_tokens = now, 0.0
        self.updated_at = now
        cost = len(data) / 4 + MAX_ANSWER
        accepted = self.tokens >= cost
        if accepted:
            self.tokens -= cost
            self.used_tokens += cost
        self.refused += not accepted
        headers = {
            "x-ratelimit-limit-tokens": str(int(TOKENS)),
            "x-ratelimit-remaining-tokens": str(int(self.tokens)),
            "x-ratelimit-reset-tokens": f"{(TOKENS - self.tokens) / rate:.3f}s",
        }
        body = {"choices": [{"message": {"content": "hello"}, "finish_reason": "stop"}]}
        return web.json_response(body, status=200 if accepted else 429, headers=headers)

    async def bounded(self, _: web.Request) -> web.Response:
        if self.in_flight >= self.capacity:
            await asyncio.sleep(0.02)
            return web.Response(status=503)
        self.in_flight += 1
        try:
            await asyncio.sleep(SERVICE_TIME)
        finally:
            self.in_flight -= 1
        self.served[int(time.monotonic() - self.start)] += 1
        return web.Response()

    async def configure(self, request: web.Request) -> web.Response:
        given = await request.json()
        if not given.pop("keep", False):
            self.__init__()  # type: ignore[misc]
            self.start = time.monotonic()
        self.__dict__.update(given)
        return web.Response()

    async def counts(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "now": time.monotonic() - self.start,
                "accepted": sorted(self.accepted.items()),
                "refused": self.refused,
                "tokens": self.used_tokens / (TOKENS + (self.updated_at - self.first_at) * TOKENS / TOKEN_WINDOW),
                "served": sorted(self.served.items()),
            }
        )


def serve(pipe: Connection) -> None:
    """Run the API until the process is ended."""

    async def main() -> None:
        api, app = FakeAPI(), web.Application()
        app.router.add_get("/quota/{n}", api.quota)
        app.router.add_post("/v1/chat/completions", api.completion)
        app.router.add_get("/bounded/{n}", api.bounded)
        app.router.add_post("/configure", api.configure)
        app.router.add_get("/counts", api.counts)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1000).start()
        pipe.send(f"http://127.0.0.1:{runner.addresses[0][1]}")
        await asyncio.Event().wait()

    asyncio.run(main())


def chatbot(base: str, redis: str) -> CachedChatbot:
    """Create a chatbot on the fake model server."""
    return CachedChatbot(
        model="m", api_key="k", base_url=f"{base}/v1", redis=redis, timeout=TIMEOUT, fallback=None, wire="chat"
    )


async def ask(bot: CachedChatbot, question: str) -> bool:
    """Ask a question that no other process asks; return whether the model answered."""
    return (await bot.reply(f"{question} {'word ' * 100}", max_tokens=MAX_ANSWER)).source == "model"


def work(base: str, redis: str, what: str, arrivals: list[float], pipe: Connection) -> None:
    """Send the calls of one process; report of each whether it was answered, when it came and when it ended."""

    async def main() -> list[Call]:
        async with AsyncHandler(redis=redis, limits=Limits(queue=len(arrivals))) as http, chatbot(base, redis) as bot:

            async def call(n: int, at: float) -> Call:
                await asyncio.sleep(at - time.monotonic())
                begun = time.monotonic()
                if what == "tokens":
                    answered = await ask(bot, f"{os.getpid()}-{n}")
                else:
                    response = await http.get(f"{base}/quota/{os.getpid()}-{n}", cache="no-store", timeout=TIMEOUT)
                    answered = response.status == 200
                return answered, begun, time.monotonic()

            pipe.send("ready")
            start = await asyncio.to_thread(pipe.recv)
            return await asyncio.gather(*(call(n, start + arrival) for n, arrival in enumerate(arrivals)))

    pipe.send(asyncio.run(main()))


def at_once(calls: int) -> list[list[float]]:
    """Return arrivals of calls that all come at once, the same number in each process."""
    return [[0.0] * calls] * PROCESSES


def arriving(calls: int, limit: float, window: float) -> list[list[float]]:
    """Return arrivals of three windows' calls at once and then of as many as the quota allows, unequal by process."""
    queued = int(3 * limit)
    arrivals = [0.0] * queued + [n * window / limit for n in range(calls * PROCESSES - queued)]
    weights = [process for process in range(PROCESSES) for _ in range(process + 1)]
    shares: list[list[float]] = [[] for _ in range(PROCESSES)]
    for number, arrival in enumerate(arrivals):
        shares[weights[number * 7 % len(weights)]].append(arrival)
    return shares


async def shared_quota(
    base: str, redis: str, what: str, arrivals: list[list[float]], **configuration: float
) -> dict[str, Any]:
    """Let four processes use up a quota from the start of a window on; return what the API and they counted."""
    async with AsyncHandler(redis=redis) as http, chatbot(base, redis) as bot:
        await http.post(f"{base}/configure", json=configuration)
        if what == "tokens":  # so that the quota is known
            await ask(bot, "first")
        else:
            await http.get(f"{base}/quota/first", cache="no-store")
        context = multiprocessing.get_context("spawn")
        pipes, processes = [], []
        for share in arrivals:
            here, there = context.Pipe()
            process = context.Process(target=work, args=(base, redis, what, share, there), daemon=True)
            process.start()
            pipes.append(here)
            processes.append(process)
        for pipe in pipes:
            await asyncio.to_thread(pipe.recv)
        counts = (await http.get(f"{base}/counts", cache="no-store")).json()
        window = configuration.get("window", TOKEN_WINDOW)
        start = time.monotonic() + 2 * window - counts["now"] % window
        for pipe in pipes:
            pipe.send(start)
        by_process = [await asyncio.to_thread(pipe.recv) for pipe in pipes]
        for process in processes:
            await asyncio.to_thread(process.join)
        counts = (await http.get(f"{base}/counts", cache="no-store")).json()
    results = list(itertools.chain(*by_process))
    waits = [end - begun for _, begun, end in results]
    return {
        "answered": sum(answered for answered, _, _ in results),
        "calls": len(results),
        "used": counts["tokens"] if what == "tokens" else used(dict(counts["accepted"]), configuration["limit"]),
        "refused": counts["refused"] / len(results),
        "waits": waits,
        "fairness": max(waits) / statistics.median(waits),
        "processes": [statistics.median(end - begun for _, begun, end in calls) for calls in by_process],
        "overtaken": overtaken(results) / window,
    }


def overtaken(results: list[Call]) -> float:
    """Return the most seconds by which a call ended later than in a single queue in the order of arrival."""
    ends = sorted(end for _, _, end in results)
    in_order = sorted(results, key=lambda result: result[1])
    # Calls that came within a hundredth of a second came at once: the last one of them may be served last.
    latest, longest = 0, 0.0
    for _, begun, end in in_order:
        while latest + 1 < len(in_order) and in_order[latest + 1][1] <= begun + 0.01:
            latest += 1
        longest = max(longest, end - ends[latest])
    return longest


def used(accepted: dict[int, int], limit: float) -> float:
    """Return the used share of the windows between the first and the last one with requests."""
    busy = [index for index, count in accepted.items() if count > 1]
    inner = range(min(busy) + 1, max(busy))
    return sum(accepted.get(index, 0) for index in inner) / (len(inner) * limit)


async def throughput(base: str, limits: Limits, phases: tuple[int, ...], seconds: int) -> list[float]:
    """Return the requests a second that the API served in each phase, from its fourth second on."""
    async with AsyncHandler() as control, AsyncHandler(limits=limits, retry=None, breaker=None) as http:
        await control.post(f"{base}/configure", json={"capacity": phases[0]})
        ended = asyncio.Event()

        async def caller(number: int) -> None:
            while not ended.is_set():
                await http.get(f"{base}/bounded/{number}", cache="no-store")

        callers = [asyncio.ensure_future(caller(number)) for number in range(limits.per_host)]
        found = []
        for capacity in phases:
            await control.post(f"{base}/configure", json={"keep": True, "capacity": capacity})
            await asyncio.sleep(seconds)
            counts = (await control.get(f"{base}/counts", cache="no-store")).json()
            last, served = int(counts["now"]), dict(counts["served"])
            found.append(statistics.mean(served.get(index, 0) for index in range(last - (seconds - 4), last)))
        ended.set()
        await asyncio.gather(*callers)
    return found


async def adaptive(base: str, seconds: int) -> list[tuple[str, float]]:
    """Return the throughput of each phase over that of the best fixed concurrency, measured before."""
    phases, fixed = (100, 20, 100), {}
    for capacity in phases[:2]:
        (fixed[capacity],) = await throughput(base, Limits(total=capacity, per_host=capacity), (capacity,), seconds)
    limits = Limits(total=200, per_host=100, adaptive=True)
    found = await throughput(base, limits, phases, seconds)
    return [
        (f"{position}: {capacity} at once", served / fixed[capacity])
        for position, (capacity, served) in enumerate(zip(phases, found, strict=True), 1)
    ]


def cost(calls: int) -> dict[str, float]:
    """Return the microseconds of CPU that a call costs: in a pacer, by what is announced, and in an adaptive limit."""
    fields = CIMultiDict({"Content-Type": "text/plain"})
    announced = CIMultiDict({"RateLimit": f'"default";r={10**6};t=60', "RateLimit-Policy": f'"default";q={10**6};w=60'})
    found = {}
    for name, headers, at_once in (
        ("nothing announced", fields, AT_ONCE),
        (f"a quota announced, {AT_ONCE} at once", announced, AT_ONCE),
        ("a quota announced, one at a time", announced, 1),
    ):
        pacer = Pacer(now=monotonic(SYSTEM_CLOCK), clock=SYSTEM_CLOCK, max_waiting=10)
        pacer.try_acquire()
        pacer.complete(200, headers)
        for _ in range(at_once - 1):
            pacer.try_acquire()
        found[f"pace, {name}"] = least_cpu(calls, partial(paced_call, pacer, CIMultiDictProxy(headers)))
    limit = AdaptiveLimit(AT_ONCE)
    found["adaptive"] = least_cpu(calls, partial(limit.record, refused=False, in_flight=AT_ONCE, elapsed=0.1))
    return found


def paced_call(pacer: Pacer, headers: CIMultiDictProxy[str]) -> None:
    """Take the units of a call, and read its response."""
    pacer.try_acquire()
    pacer.complete(200, headers, None, 0.0)


def least_cpu(calls: int, call: Callable[[], object]) -> float:
    """Return the microseconds of CPU of a call: the least of seven rounds."""
    times = []
    for _ in range(7):
        begun = time.thread_time()
        for _ in range(calls):
            call()
        times.append((time.thread_time() - begun) / calls * 1e6)
    return min(times)


async def run(base: str, redis: str, report: Report, *, quick: bool) -> None:
    """Measure everything."""
    calls = CALLS // 2 if quick else CALLS
    quotas: list[tuple[str, str, list[list[float]], dict[str, float]]] = []
    for name, limit, window in QUOTAS:
        configuration = {"limit": limit, "window": window}
        quotas.append((f"{name}, all at once", "requests", at_once(calls), configuration))
        quotas.append((f"{name}, arriving", "requests", arriving(calls, limit, window), configuration))
    quotas.append((f"{TOKENS:.0f} tokens in {TOKEN_WINDOW:.0f} s, all at once", "tokens", at_once(calls), {}))
    for name, what, arrivals, configuration in quotas:
        found = await shared_quota(base, redis, what, arrivals, **configuration)
        answered = f"{found['answered']} of {found['calls']}"
        report.row(
            what=name,
            value=f"{100 * found['used']:.1f} % used, {100 * found['refused']:.1f} % refused, {answered} answered",
            must="97 % used, 1 % refused, all answered",
        )
        deciles = statistics.quantiles(found["waits"], n=10)
        report.row(
            what="  waits: 10th, 50th and 90th percentile, longest; s",
            value=", ".join(f"{wait:.2f}" for wait in (deciles[0], deciles[4], deciles[8], max(found["waits"]))),
            must="",
        )
        report.row(
            what="  median wait of each process, s",
            value=", ".join(f"{one:.2f}" for one in found["processes"]),
            must="",
        )
        report.row(what="  longest wait over the median", value=round(found["fairness"], 2), must="2")
        report.row(what="  later than in a single queue, windows", value=round(found["overtaken"], 2), must="")
    for phase, ratio in await adaptive(base, 8 if quick else 15):
        report.row(what=f"adaptive, phase {phase}, over the best fixed limit", value=round(ratio, 2), must="0.9")
    for name, microseconds in cost(2_000 if quick else 50_000).items():
        report.row(what=f"CPU of a call, {name}; µs", value=round(microseconds, 2), must="3")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer requests, for a first impression")
    given = parser.parse_args()
    report = Report("pacing", "Quotas shared by processes, adaptive concurrency", ("aiohttp", "asyncassist", "redis"))
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(there,), daemon=True)
    server.start()
    valkey = Valkey().start()
    try:
        asyncio.run(run(here.recv(), valkey.url, report, quick=given.quick))
    finally:
        valkey.stop()
        server.kill()
        server.join()
    report.write()


if __name__ == "__main__":
    main()
