"""Coalescing of concurrent equal requests: one fetch, shared by its callers."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from asyncassist import AsyncHandler, Limits, Request
from asyncassist.errors import DeadlineExceededError
from asyncassist.testing import FakeClock
from tests.http.conftest import wait_until


def outcomes(responses):
    return sorted(response.cache.outcome for response in responses)


async def test_concurrent_equal_requests_are_one_request(origin):
    """One miss, the rest coalesced."""
    origin.release = asyncio.Event()

    async with AsyncHandler() as http:
        calls = [asyncio.create_task(http.get(origin.url)) for _ in range(50)]
        await wait_until(lambda: origin.count == 1)
        origin.release.set()
        responses = await asyncio.gather(*calls)

        assert outcomes(responses) == ["coalesced"] * 49 + ["miss"]
        assert (origin.count, {r.body for r in responses}) == (1, {b'{"n": 1}'})
        assert http.stats().coalesced == 49


async def test_cancelling_the_leader_does_not_affect_coalesced_callers(origin):
    """The other 49 of 50 are served by the one request."""
    origin.release = asyncio.Event()

    async with AsyncHandler() as http:
        calls = [asyncio.create_task(http.get(origin.url)) for _ in range(50)]
        await wait_until(lambda: origin.count == 1)
        calls[0].cancel()
        await asyncio.sleep(0)
        origin.release.set()
        results = await asyncio.gather(*calls, return_exceptions=True)

        assert isinstance(results[0], asyncio.CancelledError)
        assert [r.status for r in results[1:]] == [200] * 49
        assert origin.count == 1


async def test_each_caller_has_its_own_timeout(origin):
    """A caller that times out does not end the request for the others."""
    origin.release = asyncio.Event()

    async with AsyncHandler() as http:
        short = asyncio.create_task(http.get(origin.url, timeout=0.05))
        long = asyncio.create_task(http.get(origin.url, timeout=20.0))
        with pytest.raises(DeadlineExceededError):
            await short
        origin.release.set()

        assert (await long).status == 200
        assert origin.count == 1


async def test_request_without_callers_is_cancelled(origin):
    """When the last caller is cancelled, nothing stays in flight."""
    origin.release = asyncio.Event()

    async with AsyncHandler() as http:
        tasks = [asyncio.create_task(http.get(origin.url)) for _ in range(3)]
        await wait_until(lambda: origin.count == 1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

        assert http.stats().origins[0].in_flight == 0


async def test_uncacheable_response_ends_the_coalescing(origin):
    """The callers that waited then fetch concurrently, and later ones do so at once while the key is remembered."""
    arrived = 0
    permits = asyncio.Semaphore(0)

    async def respond(_):
        nonlocal arrived
        arrived += 1
        await permits.acquire()
        return web.Response(headers={"Cache-Control": "no-store"})

    def allow(number):
        for _ in range(number):
            permits.release()

    origin.handler = respond
    async with AsyncHandler(limits=Limits(per_host=100)) as http:
        calls = asyncio.gather(*(http.get(origin.url) for _ in range(20)))
        await wait_until(lambda: arrived == 1)
        allow(1)
        await wait_until(lambda: arrived == 20)
        allow(19)
        assert outcomes(await calls) == ["miss"] * 20

        calls = asyncio.gather(*(http.get(origin.url) for _ in range(20)))
        await wait_until(lambda: arrived == 40)
        allow(20)
        await calls


async def test_error_response_is_shared(origin):
    """Coalesced callers share a 5xx, so that a failing origin gets one request."""
    origin.release = asyncio.Event()
    origin.respond(500)

    async with AsyncHandler(retry=None) as http:
        calls = [asyncio.create_task(http.get(origin.url)) for _ in range(10)]
        await wait_until(lambda: origin.count == 1)
        origin.release.set()

        assert [r.status for r in await asyncio.gather(*calls)] == [500] * 10
        assert origin.count == 1


async def test_requests_with_different_headers_are_not_coalesced(origin):
    """Before the first response it is unknown what it varies by."""
    origin.release = asyncio.Event()

    async with AsyncHandler() as http:
        calls = [asyncio.create_task(http.get(origin.url, headers={"X-User": str(n)})) for n in range(3)]
        await wait_until(lambda: origin.count == 3)
        origin.release.set()

        assert outcomes(await asyncio.gather(*calls)) == ["miss"] * 3


async def test_equal_requests_of_gather_are_one_request(origin):
    """`gather` uses cache and coalescing, except for no-store."""
    async with AsyncHandler() as http:
        responses = await http.gather([origin.url] * 5 + [Request(url=origin.url, cache="no-store")])

        assert origin.count == 2
        assert outcomes(responses) == ["bypass", "coalesced", "coalesced", "coalesced", "coalesced", "miss"]


async def test_longest_waiting_caller_extends_the_shared_deadline(origin):
    """A retry wait beyond the leader's deadline is possible within the deadline of a coalesced caller."""
    clock = FakeClock()
    origin.release = asyncio.Event()
    origin.respond_with(web.Response(status=503, headers={"Retry-After": "9"}), web.Response())

    async with AsyncHandler(now=clock) as http:
        leader = asyncio.create_task(http.get(origin.url, timeout=5.0))
        await wait_until(lambda: origin.count == 1)
        follower = asyncio.create_task(http.get(origin.url, timeout=None, cache="default"))
        await asyncio.sleep(0)
        origin.release.set()

        assert (await follower).status == 200
        assert (await leader).status == 200
