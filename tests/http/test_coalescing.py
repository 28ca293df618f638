"""Equal requests at once are one, and old answers help where they may."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from asyncassist import AsyncHandler, CacheRules, Limits, Request
from asyncassist.errors import ConnectError, DeadlineExceededError
from asyncassist.testing import FakeClock
from tests.http.conftest import http_date, until


def outcomes(responses):
    return sorted(response.cache.outcome for response in responses)


async def test_a_herd_makes_one_request(origin):
    """One miss, the rest coalesced."""
    origin.gate = asyncio.Event()

    async with AsyncHandler() as http:
        herd = [asyncio.create_task(http.get(origin.url)) for _ in range(50)]
        await until(lambda: origin.count == 1)
        origin.gate.set()
        responses = await asyncio.gather(*herd)

        assert outcomes(responses) == ["coalesced"] * 49 + ["miss"]
        assert (origin.count, {r.body for r in responses}) == (1, {b'{"n": 1}'})
        assert http.stats().coalesced == 49


async def test_the_leaders_cancellation_hurts_nobody(origin):
    """49 of 49 are served by the one request."""
    origin.gate = asyncio.Event()

    async with AsyncHandler() as http:
        herd = [asyncio.create_task(http.get(origin.url)) for _ in range(50)]
        await until(lambda: origin.count == 1)
        herd[0].cancel()
        await asyncio.sleep(0)
        origin.gate.set()
        results = await asyncio.gather(*herd, return_exceptions=True)

        assert isinstance(results[0], asyncio.CancelledError)
        assert [r.status for r in results[1:]] == [200] * 49
        assert origin.count == 1


async def test_each_waiter_has_its_own_deadline(origin):
    """The impatient one leaves, the request goes on for the patient one."""
    origin.gate = asyncio.Event()

    async with AsyncHandler() as http:
        impatient = asyncio.create_task(http.get(origin.url, timeout=0.05))
        patient = asyncio.create_task(http.get(origin.url, timeout=20.0))
        with pytest.raises(DeadlineExceededError):
            await impatient
        origin.gate.set()

        assert (await patient).status == 200
        assert origin.count == 1


async def test_when_the_last_waiter_leaves_the_request_ends(origin):
    """Nothing runs for nobody."""
    origin.gate = asyncio.Event()

    async with AsyncHandler() as http:
        tasks = [asyncio.create_task(http.get(origin.url)) for _ in range(3)]
        await until(lambda: origin.count == 1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

        assert http.stats().origins[0].in_flight == 0


async def test_an_uncacheable_answer_lets_the_herd_go_at_once(origin):
    """The first is alone; then all that waited are with the origin at once, and while the key is remembered all at once."""
    arrived = 0
    allowed = asyncio.Semaphore(0)

    async def answer(_):
        nonlocal arrived
        arrived += 1
        await allowed.acquire()
        return web.Response(headers={"Cache-Control": "no-store"})

    def let(number):
        for _ in range(number):
            allowed.release()

    origin.answer = answer
    async with AsyncHandler(limits=Limits(per_host=100)) as http:
        herd = asyncio.gather(*(http.get(origin.url) for _ in range(20)))
        await until(lambda: arrived == 1)
        let(1)
        await until(lambda: arrived == 20)
        let(19)
        assert outcomes(await herd) == ["miss"] * 20

        herd = asyncio.gather(*(http.get(origin.url) for _ in range(20)))
        await until(lambda: arrived == 40)
        let(20)
        await herd


async def test_a_failing_origin_is_not_asked_by_everybody_who_waits(origin):
    """A herd shares an error as it shares an answer."""
    origin.gate = asyncio.Event()
    origin.says(500)

    async with AsyncHandler(retry=None) as http:
        herd = [asyncio.create_task(http.get(origin.url)) for _ in range(10)]
        await until(lambda: origin.count == 1)
        origin.gate.set()

        assert [r.status for r in await asyncio.gather(*herd)] == [500] * 10
        assert origin.count == 1


async def test_callers_with_other_fields_do_not_share(origin):
    """Before the first answer nobody knows what it varies by."""
    origin.gate = asyncio.Event()

    async with AsyncHandler() as http:
        herd = [asyncio.create_task(http.get(origin.url, headers={"X-User": str(n)})) for n in range(3)]
        await until(lambda: origin.count == 3)
        origin.gate.set()

        assert outcomes(await asyncio.gather(*herd)) == ["miss"] * 3


# -- stale ---------------------------------------------------------------------------------------------------------


async def test_stale_while_revalidate_serves_at_once_and_refreshes_once(origin, clock):
    """One background request however many ask; then the new answer."""
    headers = {"Cache-Control": "max-age=10, stale-while-revalidate=30"}

    async def answer(_):
        return web.Response(text=str(origin.count), headers=headers)

    origin.answer = answer
    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url)
        clock.advance(12.0)
        origin.gate = asyncio.Event()
        stale = [await http.get(origin.url) for _ in range(3)]
        assert [(r.text(), r.cache.outcome) for r in stale] == [("1", "stale")] * 3
        await until(lambda: origin.count == 2)
        origin.gate.set()
        await until(lambda: origin.count == 2 and http.stats().origins[0].in_flight == 0)
        fresh = await http.get(origin.url)

        assert (fresh.text(), fresh.cache.outcome, origin.count) == ("2", "hit", 2)


async def test_a_failed_refresh_hurts_nobody(origin, clock):
    """The stale answer was served; the next one within the window too."""
    origin.says(cache_control="max-age=10, stale-while-revalidate=30")
    async with AsyncHandler(now=clock, retry=None) as http:
        await http.get(origin.url)
        clock.advance(12.0)

        async def drop(request):
            request.transport.close()
            return web.Response()

        origin.answer = drop
        assert (await http.get(origin.url)).cache.outcome == "stale"
        await until(lambda: http.stats().origins[0].failures == 1)
        assert (await http.get(origin.url)).cache.outcome == "stale"


@pytest.mark.parametrize("fault", ["status", "connection", "timeout"])
async def test_a_kept_answer_stands_in_for_an_error(origin, clock, fault, caplog):
    """Within its window; it says so in the value, in health, in the counters and once in the log."""
    origin.says(body="kept", cache_control="max-age=10, stale-if-error=60")

    async def broken(request):
        if fault == "timeout":
            await asyncio.sleep(5)
        if fault == "connection":
            request.transport.close()
        return web.Response(status=503)

    async with AsyncHandler(now=clock, retry=None) as http:
        await http.get(origin.url)
        clock.advance(12.0)
        origin.answer = broken
        timeout = 0.1 if fault == "timeout" else None
        stale = [await http.get(origin.url, timeout=timeout) for _ in range(2)]
        assert [(r.status, r.text(), r.cache.outcome) for r in stale] == [(200, "kept", "stale")] * 2
        assert http.stats().stale == 2
        assert (await http.health()).status == "warn"
        assert sum("is degraded" in line for line in caplog.messages) == 1
        clock.advance(100.0)
        if fault == "status":
            assert (await http.get(origin.url)).status == 503
        else:
            with pytest.raises((ConnectError, DeadlineExceededError)):
                await http.get(origin.url, timeout=timeout)
        origin.says(body="new")
        assert (await http.get(origin.url)).text() == "new"
        assert (await http.health()).status == "pass"


async def test_what_must_be_revalidated_never_stands_in(origin, clock):
    """Whatever the rules say."""
    origin.says(cache_control="max-age=10, must-revalidate")

    async with AsyncHandler(now=clock, retry=None, cache=CacheRules(stale_if_error=900.0)) as http:
        await http.get(origin.url)
        clock.advance(12.0)
        origin.says(503)
        assert (await http.get(origin.url)).status == 503


async def test_expires_and_date_are_compared_with_the_wall_clock(origin):
    """The clock that was handed in."""
    clock = FakeClock()
    origin.says(expires=http_date(clock() + 60), date=http_date(clock()))

    async with AsyncHandler(ttl=None, now=clock) as http:
        await http.get(origin.url)
        clock.advance(59.0)
        assert (await http.get(origin.url)).cache.outcome == "hit"
        clock.advance(1.0)
        assert (await http.get(origin.url)).cache.outcome == "miss"


async def test_gather_uses_the_cache_too(origin):
    """Equal requests of one call are one request."""
    async with AsyncHandler() as http:
        responses = await http.gather([origin.url] * 5 + [Request(url=origin.url, cache="no-store")])

        assert origin.count == 2
        assert outcomes(responses) == ["bypass", "coalesced", "coalesced", "coalesced", "coalesced", "miss"]
