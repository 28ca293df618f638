"""AsyncHandler keeps the quotas that fake APIs on loopback announce, by a clock that only the test advances."""

from __future__ import annotations

import asyncio
import math
import statistics
from collections import Counter

import pytest
from aiohttp import web

from asyncassist import AsyncHandler, CacheRules, Limits, Retry
from asyncassist.errors import BusyError, RateLimitedError
from asyncassist.testing import FakeClock
from tests.http.conftest import send_bytes, wait_until

NO_CACHE = {"cache": "no-store", "retry": None, "timeout": 1e6}


class FakeAPI:
    """Fixed windows of `limit` requests in `window` seconds of the clock; announces them in one of the spellings."""

    def __init__(self, origin, clock, *, limit, window, spelling):
        self.clock, self.limit, self.window, self.spelling = clock, limit, window, spelling
        self.used: Counter[int] = Counter()
        self.refused = 0
        self.accepted_at: list[float] = []
        self.start = clock()
        origin.handler = self.answer

    async def answer(self, _: web.Request) -> web.Response:
        index = int((self.clock() - self.start) // self.window)
        reset = self.start + (index + 1) * self.window - self.clock()
        accepted = self.used[index] < self.limit
        if accepted:
            self.used[index] += 1
            self.accepted_at.append(self.clock())
        else:
            self.refused += 1
        headers = self.headers(self.limit - self.used[index], reset)
        return web.Response(status=200 if accepted else 429, headers=headers)

    def headers(self, remaining: int, reset: float) -> dict[str, str]:
        seconds = str(math.ceil(reset))
        match self.spelling:
            case "draft":
                policy = f'"default";q={self.limit};w={self.window}'
                return {"RateLimit-Policy": policy, "RateLimit": f'"default";r={remaining};t={seconds}'}
            case "dictionary":
                value = f"limit={self.limit}, remaining={remaining}, reset={seconds}"
                return {"RateLimit-Policy": f"{self.limit};w={self.window}", "RateLimit": value}
            case "three fields":
                names = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
            case "GitHub":
                names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
                seconds = str(math.ceil(self.clock() + reset))
            case _:  # rounded down, so that the announced reset is too early
                names = ("X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset")
                seconds = str(math.floor(reset))
        return dict(zip(names, (str(self.limit), str(remaining), seconds), strict=True))


async def run_at_rest(clock, http, calls, *, step):
    """Run the calls; whenever all that are left wait for a quota, advance the clock by a step."""
    tasks = [asyncio.ensure_future(call) for call in calls]

    def unfinished():
        return sum(not task.done() for task in tasks)

    def at_rest():
        return unfinished() == sum(origin.paced for origin in http.stats().origins)

    while True:
        calm = 0
        while calm < 20:  # passes of the event loop in which nothing happened: what was woken has run
            calm = calm + 1 if at_rest() else 0
            await asyncio.sleep(0 if calm else 0.001)
        if not unfinished():
            break
        clock.advance(step)
        await asyncio.sleep(0.003)
    return await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize(
    ("spelling", "limit", "window"),
    [
        *((spelling, 60, 60) for spelling in ("draft", "dictionary", "three fields", "GitHub", "rounded down")),
        *((spelling, 10, 1) for spelling in ("draft", "GitHub")),
        *((spelling, 100, 10) for spelling in ("draft", "rounded down")),
    ],
)
async def test_quota_is_used_and_never_exceeded(origin, spelling, limit, window):
    """60 and 600 requests a minute, in each spelling: all are answered, hardly any refused, in the shortest time."""
    clock = FakeClock(auto=False)
    api = FakeAPI(origin, clock, limit=limit, window=window, spelling=spelling)
    count = 3 * limit
    async with AsyncHandler(now=clock, limits=Limits(queue=count)) as http:
        await http.get(origin.url, **NO_CACHE)
        calls = [http.get(f"{origin.url}/{n}", **NO_CACHE) for n in range(count - 1)]
        results = await run_at_rest(clock, http, calls, step=window / 20)

        assert sum(response.status == 200 for response in results) >= count - 1 - api.refused
        assert api.refused <= (1 if spelling == "rounded down" else 0)
        assert clock() - api.start <= 2 * window + 3.0
        stats = http.stats()
        assert stats.delayed == stats.origins[0].delayed > 0
        assert 0 <= stats.origins[0].quota_remaining <= limit


async def test_6000_requests_a_minute(origin):
    """A large quota costs no waiting until it is used up."""
    clock = FakeClock(auto=False)
    api = FakeAPI(origin, clock, limit=600, window=6, spelling="draft")
    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url, **NO_CACHE)
        calls = [http.get(f"{origin.url}/{n}", **NO_CACHE) for n in range(699)]
        results = await run_at_rest(clock, http, calls, step=0.5)

    assert {response.status for response in results} == {200}
    assert api.refused == 0
    assert api.used[0] >= 570
    assert clock() - api.start <= 7.0


async def test_order_is_fair(origin):
    """Calls are sent in the order in which they came; no wait is longer than twice the median."""
    clock = FakeClock(auto=False)
    FakeAPI(origin, clock, limit=10, window=10, spelling="draft")
    sent_at: dict[int, float] = {}
    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url, **NO_CACHE)

        async def call(n):
            await http.get(f"{origin.url}/{n}", **NO_CACHE)
            sent_at[n] = clock()

        start = clock()
        await run_at_rest(clock, http, [call(n) for n in range(100)], step=0.5)

    assert [sent_at[n] for n in range(100)] == sorted(sent_at.values())
    waits = [sent_at[n] - start for n in range(100)]
    assert max(waits) <= 2.1 * statistics.median(waits)


async def test_what_cannot_be_sent_in_time_is_not_sent(origin):
    """RateLimitedError at once, with the seconds until the quota is back; nothing is sent."""
    clock = FakeClock(auto=False)
    FakeAPI(origin, clock, limit=1, window=60, spelling="draft")
    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url, **NO_CACHE)

        with pytest.raises(RateLimitedError) as refused:
            await http.get(f"{origin.url}/x", cache="no-store", timeout=30.0)

        assert (refused.value.retry_after, refused.value.status, refused.value.attempts) == (60.0, None, 0)
        assert origin.count == 1
        assert http.stats().refused == 1
        assert (await http.health()).status == "pass"


async def test_those_behind_in_the_queue_are_refused_at_once(origin):
    """The calls that wait already count: the second waits for the next window, the third would for the one after."""
    clock = FakeClock(auto=False)
    FakeAPI(origin, clock, limit=1, window=10, spelling="draft")
    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url, **NO_CACHE)
        waiting = asyncio.ensure_future(http.get(f"{origin.url}/1", cache="no-store", timeout=15.0))
        await wait_until(lambda: http.stats().origins[0].paced == 1)
        assert "wait for the quota" in (await http.health()).checks[0].note

        with pytest.raises(RateLimitedError):
            await http.get(f"{origin.url}/2", cache="no-store", timeout=15.0)
        clock.advance(10.0)

        assert (await waiting).status == 200


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_holds_back_later_requests(origin, clock, status):
    """What the origin asked one call to wait is kept by the others too; stale responses are served meanwhile."""
    origin.respond(cache_control="max-age=1")
    async with AsyncHandler(now=clock, cache=CacheRules(stale_if_error=600.0)) as http:
        await http.get(f"{origin.url}/stored")
        origin.respond(status, retry_after="60")
        await http.get(f"{origin.url}/1", retry=None)
        clock.advance(5.0)

        with pytest.raises(RateLimitedError) as refused:
            await http.get(f"{origin.url}/2")
        assert (await http.get(f"{origin.url}/stored")).cache.outcome == "stale"

        assert refused.value.retry_after == pytest.approx(55.0)
        assert origin.count == 2
        assert http.stats().origins[0].quota_reset == pytest.approx(55.0)
        clock.advance(55.0)
        origin.respond()
        assert (await http.get(f"{origin.url}/2")).status == 200


async def test_waiting_holds_no_slot_and_is_bounded(origin, raw_server):
    """Calls that wait for a quota leave the slots to other origins; more than `Limits.queue` are refused."""
    clock = FakeClock(auto=False)
    FakeAPI(origin, clock, limit=1, window=10, spelling="draft")
    other = await raw_server(send_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    async with AsyncHandler(now=clock, limits=Limits(total=1, queue=2)) as http:
        await http.get(origin.url, **NO_CACHE)
        waiting = [asyncio.ensure_future(http.get(f"{origin.url}/{n}", **NO_CACHE)) for n in range(2)]
        await wait_until(lambda: http.stats().origins[0].paced == 2)

        with pytest.raises(BusyError):
            await http.get(f"{origin.url}/3", **NO_CACHE)
        assert (await http.get(other, **NO_CACHE)).status == 200

        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert http.stats().origins[0].paced == 0


async def test_partitions_of_a_quota_are_separate(origin):
    """A quota with a partition key holds back the callers it was announced to, and no others."""
    clock = FakeClock(auto=False)
    used: Counter[str] = Counter()

    async def answer(request):
        key = request.headers["X-Api-Key"]
        used[key] += 1
        policy = f'"user";q=2;w=60;pk=:{key}:'
        return web.Response(headers={"RateLimit-Policy": policy, "RateLimit": f'"user";r={2 - used[key]};t=60'})

    origin.handler = answer
    async with AsyncHandler(now=clock) as http:

        async def get(key):
            return await http.get(origin.url, headers={"X-Api-Key": key}, cache="no-store", timeout=1.0)

        await get("YQ==")
        await get("YQ==")
        with pytest.raises(RateLimitedError):
            await get("YQ==")
        assert (await get("Yg==")).status == 200


async def test_pace_off_sends_at_once(origin, clock):
    """With `Limits(pace=False)` a quota is left to the caller."""
    FakeAPI(origin, clock, limit=1, window=60, spelling="draft")
    async with AsyncHandler(now=clock, limits=Limits(pace=False)) as http:
        statuses = [(await http.get(origin.url, **NO_CACHE)).status for _ in range(2)]

        assert statuses == [200, 429]
        assert http.stats().origins[0].quota_remaining is None


async def test_retries_and_hedges_take_their_units(origin, clock):
    """Each attempt counts in the quota; one that is cancelled or refused by the breaker gives its unit back."""
    origin.respond_with(web.Response(status=503), web.Response(headers={"RateLimit": "a;r=5;t=60"}))
    async with AsyncHandler(now=clock) as http:
        response = await http.get(origin.url, cache="no-store", retry=Retry(base=0.0))

        assert (response.attempts, http.stats().origins[0].quota_remaining) == (2, 5)
