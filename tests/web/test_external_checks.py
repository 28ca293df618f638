"""Checks of external services: shared by callers, apart from other work."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.test_utils import TestServer

from asyncassist import AsyncHandler, Limits
from asyncassist.testing import FakeClock
from tests.web.components import FakeAssistant, get, read, service_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PATH = "/api/async/external-check"


class Upstream:
    """Service that holds its responses back until `release` is set; `calls` counts its requests."""

    def __init__(self) -> None:
        self.calls = 0
        self.release = asyncio.Event()
        self.url = ""

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator[Upstream]:
        upstream = cls()

        async def slow(_: web.Request) -> web.Response:
            upstream.calls += 1
            await upstream.release.wait()
            return web.Response()

        async def fast(_: web.Request) -> web.Response:
            return web.Response()

        application = web.Application()
        application.router.add_get("/", slow)
        application.router.add_get("/fast", fast)
        async with TestServer(application, host="127.0.0.1") as server:
            upstream.url = str(server.make_url("/"))
            yield upstream


async def test_concurrent_callers_share_a_check():
    """Each service is checked once for all who ask meanwhile, and again when the result is no longer fresh."""
    clock = FakeClock()
    async with (
        Upstream.start() as upstream,
        service_of(services={"a": upstream.url, "b": upstream.url}, health_fresh=2.0, now=clock) as service,
    ):
        requests = [get(PATH, peer=f"198.51.100.{number}") for number in range(40)]
        callers = [asyncio.ensure_future(service.handle(request)) for request in requests]
        while upstream.calls < 2:
            await asyncio.sleep(0.001)
        upstream.release.set()
        answers = await asyncio.gather(*callers)
        together = upstream.calls
        clock.advance(1.9)
        await service.handle(get(PATH, {"service": "a"}))
        fresh = upstream.calls
        clock.advance(0.2)
        again = await service.handle(get(PATH, {"service": "a"}))

        assert all(set(read(answer)["services"]) == {"a", "b"} for answer in answers)
        assert (together, fresh, upstream.calls) == (2, 2, 3)
        assert read(again)["services"]["a"]["status_code"] == 200


async def test_checks_take_no_connection_of_other_work():
    """While a check waits, a request through the shared handler with a single connection is answered."""
    assistant = FakeAssistant()
    async with Upstream.start() as upstream, AsyncHandler(limits=Limits(total=1, per_host=1)) as http:
        assistant.http = http
        async with service_of(assistant, services={"a": upstream.url}) as service:
            caller = asyncio.ensure_future(service.handle(get(PATH)))
            while not upstream.calls:
                await asyncio.sleep(0.001)
            other = await http.get(f"{upstream.url}fast")
            upstream.release.set()
            answer = await caller

    assert (other.status, answer.status) == (200, 200)


async def test_caller_that_leaves_does_not_end_the_check_of_others():
    """The others get its result."""
    async with Upstream.start() as upstream, service_of(services={"a": upstream.url}) as service:
        callers = [asyncio.ensure_future(service.handle(get(PATH))) for _ in range(2)]
        while not upstream.calls:
            await asyncio.sleep(0.001)
        callers[0].cancel()
        upstream.release.set()
        answer = await callers[1]

        assert read(answer)["services"]["a"]["status"] == "pass"
        assert upstream.calls == 1
