"""An origin on loopback that answers as told and remembers what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Origin:
    """Counts requests; `answer` decides what they get."""

    def __init__(self) -> None:
        self.seen: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.gate: asyncio.Event | None = None
        self.answer: Answer = self._count
        self.url = ""

    async def _count(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"n": len(self.seen)})

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        self.bodies.append(await request.read())
        if self.gate is not None:
            await self.gate.wait()
        return await self.answer(request)

    @property
    def count(self) -> int:
        return len(self.seen)

    def replies(self, *answers: web.Response | Callable[[], web.Response]) -> None:
        """Answer so, one after the other; the last one for ever. Values are copied for each request."""
        queue = list(answers)

        async def answer(_: web.Request) -> web.StreamResponse:
            one = queue.pop(0) if len(queue) > 1 else queue[0]
            if callable(one):
                return one()
            return web.Response(status=one.status, reason=one.reason, headers=one.headers, body=one.body)

        self.answer = answer

    def says(self, status: int = 200, body: str = "x", **headers: str) -> None:
        """Answer so for ever; `cache_control="..."` becomes a header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies(lambda: web.Response(status=status, headers=named, body=body.encode()))


@pytest.fixture
async def origin():
    made = Origin()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.serve)
    server = TestServer(app)
    await server.start_server()
    made.url = str(server.make_url("/")).rstrip("/")
    yield made
    if made.gate is not None:
        made.gate.set()
    await server.close()


@pytest.fixture
async def raw():
    """A server of bare sockets: give it the bytes it shall send for each connection."""
    servers: list[asyncio.Server] = []

    async def start(script: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[Any]]) -> str:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await script(reader, writer)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    yield start
    for server in servers:
        server.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await server.wait_closed()


def http_date(seconds: float) -> str:
    """Seconds since the epoch as an HTTP date."""
    return formatdate(seconds, usegmt=True)


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Return as soon as it is so."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.001)


def sends(*pieces, wait=False):
    """A script that answers each request of a connection with these bytes."""

    async def script(reader, writer):
        while True:
            await reader.readuntil(b"\r\n\r\n")
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            if wait:
                await reader.read()
            else:
                return

    return script
