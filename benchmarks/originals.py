"""Published numbers of two earlier systems, measured again: their approach and asyncassist in one run.

    python -m benchmarks.originals [--quick]

The earlier approaches are reimplemented here: blocking requests in sequence or in threads; asyncio with a session for
each request; a cache with the message alone as its key; health checks in sequence. The slow upstream is that of
benchmarks.flights, a process of its own that takes 2.1 s. Whether a claim holds is decided by the values of this run.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from benchmarks import flights
from benchmarks.report import Report

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

QUICK = "--quick" in sys.argv
WITHIN = 2.5  # seconds in which the earlier system claimed to respond
POOL = 6  # threads of asyncio's default pool on a machine with two cores
USERS = 10 * POOL
IN_FLIGHT = 300
MODEL_LATENCY = 0.5  # seconds
CHECK_LATENCY = 0.04  # seconds of a health check


class Claims:
    """Rows of the report: published value, measured values of both approaches, and whether the claim holds."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def add(self, claim: str, published: str, theirs: str, ours: str, holds: str) -> None:
        self._report.row(claim=claim, said=published, earlier_way=theirs, asyncassist=ours, holds=holds)


def close(measured: float, published: float) -> str:
    """Return "yes" if the values differ by less than 10 %."""
    return "yes" if abs(measured / published - 1) < 0.1 else "no"


def yes(so: bool) -> str:
    return "yes" if so else "no"


# -- three requests of 2.1 s ----------------------------------------------------------------------------------------


def target(url: str) -> str:
    return f"{url}/v2/shopping/flight-offers"


def in_sequence(url: str, count: int) -> float:
    """Send blocking requests in sequence; return the seconds they took."""
    import requests

    started = time.perf_counter()
    for _ in range(count):
        requests.get(target(url), timeout=60).json()
    return time.perf_counter() - started


async def session_each(url: str, count: int) -> int:
    """Send concurrent requests with a session each; return how many responses had data."""
    import aiohttp

    async def one() -> Any:
        async with aiohttp.ClientSession() as session, session.get(target(url)) as response:
            return await response.json()

    return sum(bool(answer["data"]) for answer in await asyncio.gather(*(one() for _ in range(count))))


async def session_each_measured(url: str, count: int) -> int:
    """Run `session_each` in a process of its own, measuring time and memory from its first request."""
    import aiohttp  # noqa: F401 - imported before the measurement starts

    flights.begin()
    return await session_each(url, count)


async def through_client(url: str, count: int) -> list[float]:
    """Run different searches with typed results; return the seconds until each result, sorted."""
    from asyncassist.flights import AmadeusProvider, AsyncFlightClient

    provider = AmadeusProvider(
        base_url=url, token_url=f"{url}/v1/security/oauth2/token", client_id="i", client_secret="s"
    )
    async with AsyncFlightClient(providers=[provider]) as client:
        await provider.check()
        asked = flights.queries(count)
        started = time.perf_counter()

        async def one(query: Any) -> float:
            assert (await client.search(query)).offers
            return time.perf_counter() - started

        return sorted(await asyncio.gather(*(one(query) for query in asked)))


def concurrently(url: str, count: int) -> float:
    """Send concurrent requests with a session each; return the seconds they took."""
    started = time.perf_counter()
    asyncio.run(session_each(url, count))
    return time.perf_counter() - started


def requests_of_two_seconds(claims: Claims, url: str) -> None:
    rounds = (
        1 if QUICK else 3
    )  # the best round counts, for both: the machine is shared, and most of the time is waiting
    concurrently(url, 1)  # imports everything
    theirs = {count: min(concurrently(url, count) for _ in range(rounds)) for count in (3, 10, 11)}
    ours = {count: min(asyncio.run(through_client(url, count))[-1] for _ in range(rounds)) for count in (3, 10, 11)}
    slow = in_sequence(url, 3)
    claims.add("3 requests in sequence", "6.33 s", f"{slow:.2f} s", "", close(slow, 6.33))
    claims.add("3 requests in sequence, requests per second", "0.47", f"{3 / slow:.2f}", "", close(3 / slow, 0.47))
    claims.add("3 concurrent requests", "2.10 s", f"{theirs[3]:.2f} s", f"{ours[3]:.2f} s", close(ours[3], 2.1))
    share = [100 * (1 - spent / slow) for spent in (theirs[3], ours[3])]
    claims.add(
        "3 concurrent requests, faster by", "66.8 %", f"{share[0]:.1f} %", f"{share[1]:.1f} %", close(share[1], 66.8)
    )
    for count, published in ((3, 4.7), (10, 4.7)):
        rates = [count / spent for spent in (theirs[count], ours[count])]
        claims.add(
            f"requests per second, {count} in flight",
            str(published),
            *(f"{rate:.2f}" for rate in rates),
            close(rates[1], published),
        )
    rates = [11 / spent for spent in (theirs[11], ours[11])]
    claims.add("requests per second, 11 in flight", "> 5", *(f"{rate:.2f}" for rate in rates), yes(rates[1] > 5))


# -- concurrency ---------------------------------------------------------------------------------------------------


def measured(name: str, url: str, count: int) -> dict[str, float]:
    """Measure one approach in a process of its own, so that its memory can be told."""
    command = [sys.executable, "-m", "benchmarks.originals", "--measure", name, url, str(count)]
    facts: dict[str, float] = json.loads(
        subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=600).stdout.splitlines()[-1]
    )
    return facts


def many(claims: Claims, url: str) -> None:
    names = ("threads", "session each", "AsyncFlightClient")
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(1 if QUICK else 3):
        for name in names:
            runs[name].append(measured(name, url, IN_FLIGHT))
    middle = {
        name: {key: statistics.median(run[key] for run in found) for key in found[0]} for name, found in runs.items()
    }
    waiting = {name: facts["waiting"] for name, facts in middle.items()}
    ours = middle["AsyncFlightClient"]
    claims.add(
        f"memory per request in flight, {IN_FLIGHT} concurrent",
        "a third of threads",
        f"{waiting['threads']:.0f} KiB threads, {waiting['session each']:.0f} a session each",
        f"{waiting['AsyncFlightClient']:.0f} KiB, {waiting['AsyncFlightClient'] / waiting['threads']:.2f} of threads",
        yes(waiting["AsyncFlightClient"] / waiting["threads"] < 0.37),
    )
    claims.add(
        "memory of 100 requests, at the peak",
        "< 100 MB",
        f"{middle['threads']['memory'] / 10:.1f} MB",
        f"{ours['memory'] / 10:.1f} MB",
        yes(ours["memory"] / 10 < 100),
    )
    share = {name: 100 * facts["cpu"] / facts["wall"] for name, facts in middle.items()}
    claims.add(
        f"load of one core, {IN_FLIGHT} concurrent",
        "< 80 %",
        f"{share['threads']:.0f} %",
        f"{share['AsyncFlightClient']:.0f} %",
        yes(share["AsyncFlightClient"] < 80),
    )
    lost = {name: 100 * (1 - facts["answered"] / IN_FLIGHT) for name, facts in middle.items()}
    claims.add(
        f"errors, {IN_FLIGHT} concurrent", "< 1 %", f"{lost['threads']:.1f} %", f"{lost['AsyncFlightClient']:.1f} %",
        yes(lost["AsyncFlightClient"] < 1),
    )  # fmt: skip


def users(claims: Claims, url: str) -> None:
    """Report how many concurrent users get a response in time, with threads of a default pool and with asyncassist."""
    with ThreadPoolExecutor(POOL) as pool:
        started = time.perf_counter()
        waiting = [pool.submit(in_sequence, url, 1) for _ in range(USERS)]
        time.sleep(max(0.0, started + WITHIN - time.perf_counter()))
        theirs = sum(one.done() for one in waiting)
        pool.shutdown(cancel_futures=True)
    ours = sum(spent < WITHIN for spent in asyncio.run(through_client(url, USERS)))
    claims.add(
        f"of {USERS} concurrent users, with a response within {WITHIN} s",
        "10 x as many",
        f"{theirs} ({POOL} threads)",
        str(ours),
        yes(theirs > 0 and ours / theirs >= 10),
    )


# -- cached replies ---------------------------------------------------------------------------------------------------


class ByMessage:
    """Earlier chatbot: at most 100 replies, cached for 5 minutes with the message alone as the key."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._cache: dict[str, tuple[float, tuple[str, ...]]] = {}
        self.hits: list[bool] = []
        self.wrong = 0

    async def reply(self, message: str, before: tuple[str, ...] = ()) -> None:
        cached = self._cache.get(message)
        hit = cached is not None and time.monotonic() - cached[0] < 300
        self.hits.append(hit)
        if cached is not None and hit:
            self.wrong += cached[1] != before  # the cached reply belongs to another conversation
            return
        messages = [{"role": "user", "content": text} for text in (*before, message)]
        await self._client.chat.completions.create(model="m", messages=messages)
        if len(self._cache) >= 100:
            del self._cache[min(self._cache, key=lambda key: self._cache[key][0])]
        self._cache[message] = (time.monotonic(), before)


async def median_of(calls: int, call: Callable[[int], Awaitable[Any]]) -> float:
    spent = []
    for number in range(calls):
        started = time.perf_counter()
        await call(number)
        spent.append(time.perf_counter() - started)
    return statistics.median(spent)


async def cached_answers(claims: Claims) -> None:
    import openai

    from asyncassist import CachedChatbot
    from asyncassist.testing import FakeAnswer, FakeOpenAI

    async with (
        FakeOpenAI(answer=FakeAnswer(text="Lisbon is lovely.", delay=MODEL_LATENCY)) as server,
        openai.AsyncOpenAI(api_key="k", base_url=server.base_url, max_retries=0) as client,
        CachedChatbot(model="m", api_key="k", base_url=server.base_url) as bot,
    ):
        earlier = ByMessage(client)
        theirs, ours = [
            1 - await median_of(200, cached) / await median_of(5, uncached)
            for uncached, cached in (
                (lambda n: earlier.reply(f"q{n}"), lambda _: earlier.reply("q0")),
                (lambda n: bot.reply(f"q{n}"), lambda _: bot.reply("q0")),
            )
        ]
    claims.add(
        f"a cached reply is faster ({MODEL_LATENCY} s model)",
        "40-60 %",
        f"{100 * theirs:.2f} %",
        f"{100 * ours:.2f} %",
        "more" if ours > 0.6 else yes(ours >= 0.4),
    )


def conversations() -> list[list[str]]:
    """Return conversations of three turns: an opening of 40 and follow-ups of 8, with frequencies by Zipf's law."""
    generator = random.Random(7)
    openings, more = ([f"{word} {n}" for n in range(size)] for word, size in (("opening", 40), ("follow-up", 8)))
    weights = [1 / (n + 1) for n in range(40)]
    return [
        [generator.choices(openings, weights)[0], *generator.choices(more, weights[:8], k=2)]
        for _ in range(50 if QUICK else 150)
    ]


async def hit_rates(claims: Claims) -> None:
    """Report the hit rates over conversations of anonymous users, whose replies may be shared."""
    import openai

    from asyncassist import CachedChatbot
    from asyncassist.testing import FakeOpenAI

    ours: list[list[bool]] = []
    async with (
        FakeOpenAI() as server,
        openai.AsyncOpenAI(api_key="k", base_url=server.base_url, max_retries=0) as client,
        CachedChatbot(model="m", api_key="k", base_url=server.base_url, share_answers=True) as bot,
    ):
        earlier = ByMessage(client)
        for conversation in conversations():
            turns, conversation_id = [], None
            for number, message in enumerate(conversation):
                await earlier.reply(message, tuple(conversation[:number]))
                reply = await bot.reply(message, conversation_id=conversation_id)
                conversation_id = reply.conversation_id
                turns.append(reply.source == "cache")
            ours.append(turns)
    openings = 100 * statistics.mean(turns[0] for turns in ours)
    later = 100 * statistics.mean(hit for turns in ours for hit in turns[1:])
    whole = 100 * statistics.mean(hit for turns in ours for hit in turns)
    by_turn = [earlier.hits[start::3] for start in range(3)]
    theirs = [100 * statistics.mean(hits) for hits in (by_turn[0], by_turn[1] + by_turn[2], earlier.hits)]
    claims.add("hits, opening questions", "60-80 %", f"{theirs[0]:.0f} %", f"{openings:.0f} %", yes(openings >= 60))
    claims.add("hits, later turns", "60-80 %", f"{theirs[1]:.0f} %", f"{later:.0f} %", yes(later >= 60))
    claims.add(
        "model calls saved, whole conversations", "60-80 %", f"{theirs[2]:.0f} %", f"{whole:.0f} %", yes(whole >= 60)
    )
    wrong = 100 * earlier.wrong / len(earlier.hits)
    claims.add("replies made for another conversation", "", f"{wrong:.0f} %", "0 %", "")


# -- health, and parallel offers --------------------------------------------------------------------------------------


async def health(claims: Claims) -> None:
    from asyncassist.web import HealthCheck, Request, Service, WebSettings

    async def run_check() -> None:
        await asyncio.sleep(CHECK_LATENCY)

    async def one_by_one() -> None:
        for _ in range(5):
            await run_check()

    async def median_latency(checks: int) -> float:
        own = [HealthCheck(name=f"part {n}", run=run_check) for n in range(checks)]
        async with Service(checks=own, settings=WebSettings(health_fresh=0.0, rate_limit=0)) as service:
            request = Request("GET", "/api/async/health", "", {}, b"", "127.0.0.1")
            await service.handle(request)  # components are open or opening after this
            return await median_of(41, lambda _: service.handle(request))

    bare, five = await median_latency(0), await median_latency(5)
    theirs = await median_of(3, lambda _: one_by_one())
    claims.add("health of the embedded components", "30 ms", "", f"{bare * 1e3:.1f} ms", yes(bare < 0.03))
    claims.add(
        f"health, five more checks of {CHECK_LATENCY * 1e3:.0f} ms",
        "< 50 ms, in parallel",
        f"{theirs * 1e3:.0f} ms one by one",
        f"{five * 1e3:.0f} ms",
        yes(five < 0.05),
    )


async def offers(claims: Claims) -> None:
    """Report parsing with `gather`: it is CPU work, which one event loop does not run in parallel."""
    from asyncassist.flights.providers.amadeus import wire

    raw = [bytes(one) for one in wire.SEARCH_DECODER.decode(flights.sample(250)).data or []]

    async def read(one: bytes) -> Any:
        return wire.parse_offer(one, "amadeus")

    plain, gathered = [], []
    for _ in range(5 if QUICK else 21):
        started = time.thread_time()
        for one in raw:
            wire.parse_offer(one, "amadeus")
        plain.append(time.thread_time() - started)
        started = time.thread_time()
        await asyncio.gather(*(read(one) for one in raw))
        gathered.append(time.thread_time() - started)
    loop, gather = statistics.median(plain) * 1e3, statistics.median(gathered) * 1e3
    claims.add(
        "250 offers processed in parallel by `gather`",
        "faster",
        f"{gather:.1f} ms gathered",
        f"{loop:.1f} ms in a loop",
        yes(gather < 0.9 * loop),
    )


def main() -> None:
    report = Report("originals", "Published numbers of two earlier systems", ("aiohttp", "requests", "openai"))
    claims = Claims(report)
    with flights.upstream() as url:
        requests_of_two_seconds(claims, url)
        users(claims, url)
        many(claims, url)
    asyncio.run(cached_answers(claims))
    asyncio.run(hit_rates(claims))
    asyncio.run(health(claims))
    asyncio.run(offers(claims))
    report.write()


if __name__ == "__main__":
    if "--measure" in sys.argv:
        flights.CONTESTANTS["session each"] = session_each_measured
        flights.measure(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main()
