"""Many at once: places, hedges, and nothing lost."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from asyncassist import AsyncHandler, Limits, Retry
from asyncassist.errors import (
    AsyncAssistError,
    BusyError,
    ConnectError,
    DeadlineExceededError,
    InvalidInputError,
)
from asyncassist.testing import FakeClock
from tests.http.conftest import until
from tests.servers import free_port


async def test_no_more_at_once_than_allowed(origin):
    """In all and for each origin; the rest wait, and one too many is refused."""
    origin.gate = asyncio.Event()

    async with AsyncHandler(limits=Limits(total=2, per_host=2, queue=3)) as http:
        tasks = [asyncio.create_task(http.get(f"{origin.url}/{n}")) for n in range(5)]
        await until(lambda: origin.count == 2)
        assert http.stats().origins[0].waiting == 3
        with pytest.raises(BusyError):
            await http.get(f"{origin.url}/one-too-many")
        origin.gate.set()
        assert [r.status for r in await asyncio.gather(*tasks)] == [200] * 5


async def test_a_slow_origin_does_not_starve_others(origin):
    """Who waits for it holds no place of all."""
    origin.gate = asyncio.Event()
    fast = origin.url.replace("127.0.0.1", "localhost")

    async with AsyncHandler(limits=Limits(total=2, per_host=1)) as http:
        slow = [asyncio.create_task(http.get(f"{origin.url}/{n}")) for n in range(4)]
        await until(lambda: origin.count == 1)
        quick = asyncio.create_task(http.get(fast))
        await until(lambda: origin.count == 2)
        origin.gate.set()

        assert (await quick).status == 200
        await asyncio.gather(*slow)


async def test_waiting_counts_and_leaving_the_queue_frees_it(origin):
    """The deadline runs in the queue, and a place is not lost by who leaves."""
    origin.gate = asyncio.Event()

    async with AsyncHandler(limits=Limits(total=1, per_host=5)) as http:
        first = asyncio.create_task(http.get(f"{origin.url}/1"))
        await until(lambda: origin.count == 1)
        with pytest.raises(DeadlineExceededError):
            await http.get(f"{origin.url}/2", timeout=0.05)
        origin.gate.set()
        await first

        assert (await http.get(f"{origin.url}/3")).status == 200
        assert http.stats().origins[0].in_flight == 0


# -- hedges --------------------------------------------------------------------------------------------------------


async def test_a_hedge_answers_for_a_slow_first(origin):
    """The loser is cancelled and awaited: nothing of it is left."""
    stuck = asyncio.Event()

    async def answer(_):
        if origin.count == 1:
            await stuck.wait()
        return web.Response(text=str(origin.count))

    origin.answer = answer
    async with AsyncHandler() as http:
        before = asyncio.all_tasks()
        response = await http.get(origin.url, hedge_after=0.02)
        left = {task for task in asyncio.all_tasks() - before if "handler" in repr(task.get_coro())}
        stuck.set()

        assert (response.text(), response.attempts) == ("2", 2)
        assert (http.stats().hedges, http.stats().hedges_won) == (1, 1)
        assert http.stats().origins[0].in_flight == 0
        assert left == set()


async def test_a_fast_first_needs_no_hedge(origin):
    """One request."""
    async with AsyncHandler() as http:
        await http.get(origin.url, hedge_after=5.0)

        assert (origin.count, http.stats().hedges) == (1, 0)


async def test_a_failed_hedge_does_not_hide_the_first(origin):
    """The one that answers well counts, whichever it is; when both fail, one of the failures."""
    go = asyncio.Event()

    async def answer(_):
        if origin.count == 2:
            return web.Response(status=500)
        await go.wait()
        return web.Response(text="first")

    origin.answer = answer
    async with AsyncHandler(retry=None) as http:
        task = asyncio.create_task(http.get(origin.url, hedge_after=0.02))
        await until(lambda: http.stats().origins and http.stats().origins[0].requests == 1)
        go.set()
        assert (await task).text() == "first"
        origin.says(500)
        assert (await http.get(f"{origin.url}/2", hedge_after=0.001)).status == 500


async def test_hedges_are_taken_from_the_budget(origin):
    """A slow origin is not doubled for ever."""

    async def answer(_):
        await asyncio.sleep(0.005)
        return web.Response(headers={"Cache-Control": "no-store"})

    origin.answer = answer
    async with AsyncHandler(retry=Retry(budget=0.0)) as http:
        for n in range(15):
            await http.get(f"{origin.url}/{n}", hedge_after=0.001)

        assert http.stats().hedges == 10


async def test_only_get_and_head_are_hedged(origin):
    """A second POST beside the first would be done twice."""
    async with AsyncHandler() as http:
        with pytest.raises(InvalidInputError, match="hedge_after"):
            await http.post(origin.url, hedge_after=0.1)

        assert (await http.head(origin.url, hedge_after=1.0)).status == 200


# -- many at once --------------------------------------------------------------------------------------------------


async def test_gather_keeps_order_and_loses_nothing(origin):
    """An answer or an error for each, and no more at once than asked."""
    most = running = 0

    async def answer(request):
        nonlocal most, running
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.005)
        running -= 1
        return web.Response(text=request.path)

    origin.answer = answer
    dead = f"http://127.0.0.1:{free_port()}/"
    async with AsyncHandler(retry=None) as http:
        wanted = [f"{origin.url}/{n}" for n in range(12)]
        wanted[5] = dead
        wanted[6] = "nonsense"
        results = await http.gather(wanted, limit=4)

        assert isinstance(results[5], ConnectError)
        assert isinstance(results[6], InvalidInputError)
        texts = [r.text() for r in results if not isinstance(r, AsyncAssistError)]
        assert texts == [f"/{n}" for n in range(12) if n not in {5, 6}]
        assert most == 4
        assert await http.gather([]) == []
        for wrong in ([1], [None]):
            with pytest.raises(InvalidInputError, match="requests"):
                await http.gather(wrong)
        with pytest.raises(InvalidInputError, match="limit"):
            await http.gather([origin.url], limit=0)


async def test_cancelling_gather_ends_all_of_it(origin):
    """Nothing goes on for nobody."""
    origin.gate = asyncio.Event()

    async with AsyncHandler() as http:
        task = asyncio.create_task(http.gather([f"{origin.url}/{n}" for n in range(8)]))
        await until(lambda: origin.count == 8)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert http.stats().origins[0].in_flight == 0


async def test_many_origins_do_not_fill_the_memory():
    """Those not used for long are forgotten, those in use are not."""
    from asyncassist._http.executor import RequestExecutor

    clock = FakeClock()
    pipeline = RequestExecutor(limits=Limits(), breaker=None, clock=clock, now=clock)
    busy = pipeline.origin("http://busy")
    busy.slots.in_use = 1
    for n in range(1500):
        pipeline.origin(f"http://{n}")

    assert len(pipeline.origins) == 1000
    assert pipeline.origin("http://busy") is busy
    for n in range(1500):
        pipeline.origin(f"http://{n}").in_flight = 1
    assert len(pipeline.origins) > 1000  # all in use: none can go
