"""Origin servers on loopback with programmable responses."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Origin:
    """HTTP server that records its requests and responds by `handler`."""

    def __init__(self) -> None:
        self.requests: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.release: asyncio.Event | None = None
        """Event that requests wait for before they are answered, None for no wait."""
        self.handler: Handler = self._respond_with_count
        self.url = ""

    async def _respond_with_count(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"n": len(self.requests)})

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.bodies.append(await request.read())
        if self.release is not None:
            await self.release.wait()
        return await self.handler(request)

    @property
    def count(self) -> int:
        return len(self.requests)

    def respond_with(self, *responses: web.Response | Callable[[], web.Response]) -> None:
        """Send these responses one after the other, the last one repeatedly; values are copied for each request."""
        queue = list(responses)

        async def respond(_: web.Request) -> web.StreamResponse:
            response = queue.pop(0) if len(queue) > 1 else queue[0]
            if callable(response):
                return response()
            return web.Response(
                status=response.status, reason=response.reason, headers=response.headers, body=response.body
            )

        self.handler = respond

    def respond(self, status: int = 200, body: str = "x", **headers: str) -> None:
        """Send this response to every request; `cache_control="..."` becomes a header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.respond_with(lambda: web.Response(status=status, headers=named, body=body.encode()))


@pytest.fixture
async def origin():
    """A running `Origin`."""
    made = Origin()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.serve)
    server = TestServer(app)
    await server.start_server()
    made.url = str(server.make_url("/")).rstrip("/")
    yield made
    if made.release is not None:
        made.release.set()
    await server.close()


@pytest.fixture
async def raw_server():
    """A function that starts a TCP server with a script for each connection, and returns its URL."""
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
    """Format seconds since the epoch as an HTTP date."""
    return formatdate(seconds, usegmt=True)


async def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Return as soon as the condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.001)


def send_bytes(*pieces, wait=False):
    """Make a script that sends these bytes in response to a request, and then closes or waits."""

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
