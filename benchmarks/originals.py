"""The figures that two earlier systems told of themselves, measured again: their ways beside asyncassist, in one run.

    python -m benchmarks.originals [--quick]

The earlier ways are stand-ins of ours: blocking requests one after another or in threads; asyncio with a session for
each request; answers kept by the message alone; checks one after another. The slow upstream is that of
benchmarks.flights, a process of its own that takes 2.1 s. Whether a claim holds is decided by the figures of this run.
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
WITHIN = 2.5  # seconds in which the earlier system wanted to answer
POOL = 6  # threads of asyncio's default pool on a machine with two cores
CROWD = 10 * POOL
IN_FLIGHT = 300
THINKING = 0.5  # seconds a model takes here
CHECK = 0.04  # seconds a health check takes here


class Claims:
    """Rows of the report: what was said, what either way does now, and whether it holds."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def add(self, claim: str, said: str, theirs: str, ours: str, holds: str) -> None:
        self._report.row(claim=claim, said=said, earlier_way=theirs, asyncassist=ours, holds=holds)


def close(measured: float, said: float) -> str:
    """A tenth of tolerance."""
    return "yes" if abs(measured / said - 1) < 0.1 else "no"


def yes(so: bool) -> str:
    return "yes" if so else "no"


# -- three requests of 2.1 s ----------------------------------------------------------------------------------------


def target(url: str) -> str:
    return f"{url}/v2/shopping/flight-offers"


def in_sequence(url: str, count: int) -> float:
    """Blocking requests, one after another."""
    import requests

    started = time.perf_counter()
    for _ in range(count):
        requests.get(target(url), timeout=60).json()
    return time.perf_counter() - started


async def session_each(url: str, count: int) -> int:
    """Asyncio with a session for each request."""
    import aiohttp

    async def one() -> Any:
        async with aiohttp.ClientSession() as session, session.get(target(url)) as response:
            return await response.json()

    return sum(bool(answer["data"]) for answer in await asyncio.gather(*(one() for _ in range(count))))


async def session_each_measured(url: str, count: int) -> int:
    """The same in a process of its own, from where its time and memory count."""
    import aiohttp  # noqa: F401 - imported before the clock starts

    flights.begin()
    return await session_each(url, count)


async def through_client(url: str, count: int) -> list[float]:
    """Whole searches with typed results, all different; the seconds until each is answered, sorted."""
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


def at_once(url: str, count: int) -> float:
    started = time.perf_counter()
    asyncio.run(session_each(url, count))
    return time.perf_counter() - started


def requests_of_two_seconds(claims: Claims, url: str) -> None:
    rounds = 1 if QUICK else 3  # the best of them counts, for both: the machine is shared, and they mostly wait
    at_once(url, 1)  # everything is imported after this
    theirs = {count: min(at_once(url, count) for _ in range(rounds)) for count in (3, 10, 11)}
    ours = {count: min(asyncio.run(through_client(url, count))[-1] for _ in range(rounds)) for count in (3, 10, 11)}
    slow = in_sequence(url, 3)
    claims.add("3 requests, one after another", "6.33 s", f"{slow:.2f} s", "", close(slow, 6.33))
    claims.add("the same, requests a second", "0.47", f"{3 / slow:.2f}", "", close(3 / slow, 0.47))
    claims.add("3 requests at once", "2.10 s", f"{theirs[3]:.2f} s", f"{ours[3]:.2f} s", close(ours[3], 2.1))
    share = [100 * (1 - spent / slow) for spent in (theirs[3], ours[3])]
    claims.add(
        "3 requests at once, faster by", "66.8 %", f"{share[0]:.1f} %", f"{share[1]:.1f} %", close(share[1], 66.8)
    )
    for count, said in ((3, 4.7), (10, 4.7)):
        rates = [count / spent for spent in (theirs[count], ours[count])]
        claims.add(
            f"requests a second, {count} in flight",
            str(said),
            *(f"{rate:.2f}" for rate in rates),
            close(rates[1], said),
        )
    rates = [11 / spent for spent in (theirs[11], ours[11])]
    claims.add("requests a second, 11 in flight", "> 5", *(f"{rate:.2f}" for rate in rates), yes(rates[1] > 5))


# -- many at once ---------------------------------------------------------------------------------------------------


def measured(name: str, url: str, count: int) -> dict[str, float]:
    """One way in a process of its own, so that memory is its alone."""
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
        f"memory of a request in flight, {IN_FLIGHT} at once",
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
        f"one core's load, {IN_FLIGHT} at once",
        "< 80 %",
        f"{share['threads']:.0f} %",
        f"{share['AsyncFlightClient']:.0f} %",
        yes(share["AsyncFlightClient"] < 80),
    )
    lost = {name: 100 * (1 - facts["answered"] / IN_FLIGHT) for name, facts in middle.items()}
    claims.add(
        f"errors, {IN_FLIGHT} at once", "< 1 %", f"{lost['threads']:.1f} %", f"{lost['AsyncFlightClient']:.1f} %",
        yes(lost["AsyncFlightClient"] < 1),
    )  # fmt: skip


def users(claims: Claims, url: str) -> None:
    """How many of a crowd are answered in time: threads of a default pool beside ours."""
    with ThreadPoolExecutor(POOL) as pool:
        started = time.perf_counter()
        waiting = [pool.submit(in_sequence, url, 1) for _ in range(CROWD)]
        time.sleep(max(0.0, started + WITHIN - time.perf_counter()))
        theirs = sum(one.done() for one in waiting)
        pool.shutdown(cancel_futures=True)
    ours = sum(spent < WITHIN for spent in asyncio.run(through_client(url, CROWD)))
    claims.add(
        f"of {CROWD} users at once, answered within {WITHIN} s",
        "10 x as many",
        f"{theirs} ({POOL} threads)",
        str(ours),
        yes(theirs > 0 and ours / theirs >= 10),
    )


# -- answers kept ---------------------------------------------------------------------------------------------------


class ByMessage:
    """The earlier chatbot: answers kept for 5 minutes by the message alone, at most 100."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._kept: dict[str, tuple[float, tuple[str, ...]]] = {}
        self.hits: list[bool] = []
        self.wrong = 0

    async def reply(self, message: str, before: tuple[str, ...] = ()) -> None:
        kept = self._kept.get(message)
        hit = kept is not None and time.monotonic() - kept[0] < 300
        self.hits.append(hit)
        if kept is not None and hit:
            self.wrong += kept[1] != before  # the answer was made for another conversation
            return
        said = [{"role": "user", "content": text} for text in (*before, message)]
        await self._client.chat.completions.create(model="m", messages=said)
        if len(self._kept) >= 100:
            del self._kept[min(self._kept, key=lambda key: self._kept[key][0])]
        self._kept[message] = (time.monotonic(), before)


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
        FakeOpenAI(answer=FakeAnswer(text="Lisbon is lovely.", delay=THINKING)) as server,
        openai.AsyncOpenAI(api_key="k", base_url=server.base_url, max_retries=0) as client,
        CachedChatbot(model="m", api_key="k", base_url=server.base_url) as bot,
    ):
        earlier = ByMessage(client)
        theirs, ours = [
            1 - await median_of(200, kept) / await median_of(5, asked)
            for asked, kept in (
                (lambda n: earlier.reply(f"q{n}"), lambda _: earlier.reply("q0")),
                (lambda n: bot.reply(f"q{n}"), lambda _: bot.reply("q0")),
            )
        ]
    claims.add(
        f"a kept answer is faster ({THINKING} s model)",
        "40-60 %",
        f"{100 * theirs:.2f} %",
        f"{100 * ours:.2f} %",
        "more" if ours > 0.6 else yes(ours >= 0.4),
    )


def talks() -> list[list[str]]:
    """Conversations of three turns: openings out of 40 and follow-ups out of 8, some far more often than others."""
    dice = random.Random(7)
    openings, more = ([f"{word} {n}" for n in range(size)] for word, size in (("opening", 40), ("follow-up", 8)))
    weights = [1 / (n + 1) for n in range(40)]
    return [
        [dice.choices(openings, weights)[0], *dice.choices(more, weights[:8], k=2)] for _ in range(50 if QUICK else 150)
    ]


async def hit_rates(claims: Claims) -> None:
    """A run of conversations of strangers, whose answers may be shared: how often the model is not asked."""
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
        for talk in talks():
            turns, place = [], None
            for number, message in enumerate(talk):
                await earlier.reply(message, tuple(talk[:number]))
                reply = await bot.reply(message, conversation_id=place)
                place = reply.conversation_id
                turns.append(reply.source == "cache")
            ours.append(turns)
    openings = 100 * statistics.mean(turns[0] for turns in ours)
    later = 100 * statistics.mean(hit for turns in ours for hit in turns[1:])
    whole = 100 * statistics.mean(hit for turns in ours for hit in turns)
    kept = [earlier.hits[start::3] for start in range(3)]
    theirs = [100 * statistics.mean(hits) for hits in (kept[0], kept[1] + kept[2], earlier.hits)]
    claims.add("hits, opening questions", "60-80 %", f"{theirs[0]:.0f} %", f"{openings:.0f} %", yes(openings >= 60))
    claims.add("hits, later turns", "60-80 %", f"{theirs[1]:.0f} %", f"{later:.0f} %", yes(later >= 60))
    claims.add(
        "model calls saved, whole conversations", "60-80 %", f"{theirs[2]:.0f} %", f"{whole:.0f} %", yes(whole >= 60)
    )
    wrong = 100 * earlier.wrong / len(earlier.hits)
    claims.add("answers made for another conversation", "", f"{wrong:.0f} %", "0 %", "")


# -- health, and offers "in parallel" --------------------------------------------------------------------------------


async def health(claims: Claims) -> None:
    from asyncassist.web import HealthCheck, Request, Service, WebSettings

    async def look() -> None:
        await asyncio.sleep(CHECK)

    async def one_by_one() -> None:
        for _ in range(5):
            await look()

    async def ask(checks: int) -> float:
        own = [HealthCheck(name=f"part {n}", run=look) for n in range(checks)]
        async with Service(checks=own, settings=WebSettings(health_fresh=0.0, rate_limit=0)) as service:
            asked = Request("GET", "/api/async/health", "", {}, b"", "127.0.0.1")
            await service.handle(asked)  # what is opened at the start is open or on its way
            return await median_of(41, lambda _: service.handle(asked))

    bare, five = await ask(0), await ask(5)
    theirs = await median_of(3, lambda _: one_by_one())
    claims.add("health of the embedded parts", "30 ms", "", f"{bare * 1e3:.1f} ms", yes(bare < 0.03))
    claims.add(
        f"health, five more checks of {CHECK * 1e3:.0f} ms",
        "< 50 ms, in parallel",
        f"{theirs * 1e3:.0f} ms one by one",
        f"{five * 1e3:.0f} ms",
        yes(five < 0.05),
    )


async def offers(claims: Claims) -> None:
    """Reading is work of the processor: `gather` does not share it out."""
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
    loop, crowd = statistics.median(plain) * 1e3, statistics.median(gathered) * 1e3
    claims.add(
        "250 offers processed in parallel by `gather`",
        "faster",
        f"{crowd:.1f} ms gathered",
        f"{loop:.1f} ms in a loop",
        yes(crowd < 0.9 * loop),
    )


def main() -> None:
    report = Report("originals", "What two earlier systems said of themselves", ("aiohttp", "requests", "openai"))
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
