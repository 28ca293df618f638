"""Workers keep the quotas of an origin together through Redis; an outage leaves each to what it sees itself."""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import time
from collections import Counter
from typing import Any

import pytest
from aiohttp import web

from asyncassist import AsyncHandler, Limits
from asyncassist.errors import RateLimitedError

NO_CACHE: dict[str, Any] = {"cache": "no-store", "retry": None, "timeout": 60.0}


class FixedWindows:
    """API of `limit` requests in each window; announces them and refuses the others."""

    def __init__(self, origin, *, limit, window):
        self.limit, self.window = limit, window
        self.used: Counter[int] = Counter()
        self.refused = 0
        self.start = time.monotonic()
        origin.handler = self.answer

    async def answer(self, _: web.Request) -> web.Response:
        now = time.monotonic() - self.start
        index = int(now // self.window)
        accepted = self.used[index] < self.limit
        self.used[index] += accepted
        self.refused += not accepted
        headers = {
            "RateLimit-Policy": f"a;q={self.limit};w={self.window}",
            "RateLimit": f"a;r={self.limit - self.used[index]};t={(index + 1) * self.window - now:.3f}",
        }
        return web.Response(status=200 if accepted else 429, headers=headers)


async def test_workers_count_in_one_quota(origin, redis_url):
    """What one worker sends is missing for the other, which learned the quota from the first."""
    FixedWindows(origin, limit=6, window=600)
    async with AsyncHandler(redis=redis_url) as one, AsyncHandler(redis=redis_url) as two:
        await one.get(origin.url, **NO_CACHE)
        for http in (two, one, two, one, two):
            assert (await http.get(origin.url, **NO_CACHE)).status == 200

        for http in (one, two):
            with pytest.raises(RateLimitedError):
                await http.get(origin.url, **NO_CACHE)
        assert origin.count == 6


async def test_another_account_has_its_own_quota(origin, redis_url):
    """Workers with other credentials share nothing."""
    FixedWindows(origin, limit=1, window=600)
    async with (
        AsyncHandler(redis=redis_url, headers={"Authorization": "Bearer one"}) as one,
        AsyncHandler(redis=redis_url, headers={"Authorization": "Bearer two"}) as two,
    ):
        await one.get(origin.url, **NO_CACHE)

        assert (await two.get(origin.url, **NO_CACHE)).status == 429


async def test_retry_after_holds_back_the_other_workers(origin, redis_url):
    """What the origin asked one worker to wait is kept by all, without another refusal."""
    origin.respond(429, retry_after="600")
    async with AsyncHandler(redis=redis_url) as one, AsyncHandler(redis=redis_url) as two:
        await one.get(origin.url, **NO_CACHE)

        with pytest.raises(RateLimitedError) as refused:
            await two.get(origin.url, **NO_CACHE)

        assert 590 < refused.value.retry_after <= 600.1
        assert origin.count == 1
        assert (await two.health()).status == "pass"


def work(url, redis, number, pipe):
    """Send 40 requests at once from a process of its own."""

    async def main() -> list[int]:
        async with AsyncHandler(redis=redis) as http:
            pipe.send("ready")
            await asyncio.to_thread(pipe.recv)
            calls = (http.get(f"{url}/{number}-{n}", cache="no-store", timeout=60.0) for n in range(40))
            return [response.status for response in await asyncio.gather(*calls)]

    pipe.send(asyncio.run(main()))


async def test_processes_use_a_quota_up_and_never_exceed_it(origin, redis_url):
    """Four processes with more requests than a window holds: all are answered, 1 % refused first at most, none lost."""
    api = FixedWindows(origin, limit=40, window=1.5)
    context = multiprocessing.get_context("spawn")
    async with AsyncHandler(redis=redis_url) as http:
        await http.get(origin.url, **NO_CACHE)
    pipes, processes = [], []
    for number in range(4):
        here, there = context.Pipe()
        process = context.Process(target=work, args=(origin.url, redis_url, number, there), daemon=True)
        process.start()
        pipes.append(here)
        processes.append(process)
    for pipe in pipes:
        await asyncio.to_thread(pipe.recv)
    for pipe in pipes:
        pipe.send("go")
    statuses = list(itertools.chain(*[await asyncio.to_thread(pipe.recv) for pipe in pipes]))
    for process in processes:
        await asyncio.to_thread(process.join)

    busy = [index for index, used in api.used.items() if used > 1]
    inner = range(min(busy) + 1, max(busy))
    assert statuses == [200] * 160
    assert api.refused <= 0.01 * 160
    assert sum(api.used[index] for index in inner) >= 0.9 * 40 * len(inner)


async def test_without_redis_each_worker_keeps_what_it_sees(origin, valkey, caplog):
    """An outage is logged once, shown by the health, and over as soon as Redis is back."""
    FixedWindows(origin, limit=100, window=600)
    async with AsyncHandler(redis=valkey.url) as http:
        await http.get(origin.url, **NO_CACHE)
        valkey.kill()
        for _ in range(3):
            assert (await http.get(origin.url, **NO_CACHE)).status == 200

        assert http.stats().origins[0].quota_remaining == 96
        (check,) = [check for check in (await http.health()).checks if check.name == "redis"]
        assert (check.status, check.note) == ("warn", "quotas are kept in this process alone")
        assert caplog.text.count("the shared pacing is degraded") == 1

        valkey.start()
        async with asyncio.timeout(10.0):
            while (await http.health()).status != "pass":
                await http.get(origin.url, **NO_CACHE)
                await asyncio.sleep(0.1)


async def test_pace_off_asks_no_redis(origin, valkey):
    """With `Limits(pace=False)` nothing is exchanged."""
    FixedWindows(origin, limit=1, window=600)
    valkey.kill()
    async with AsyncHandler(redis=valkey.url, limits=Limits(pace=False)) as http:
        statuses = [(await http.get(origin.url, **NO_CACHE)).status for _ in range(2)]

        notes = [check.note for check in (await http.health()).checks if check.name == "redis"]
        assert (statuses, notes) == ([200, 429], ["entries are cached in this process only"])
