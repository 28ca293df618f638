"""Thin reverse proxy over AsyncHandler: requests of clients go through `AsyncHandler.request`.

It adds no caching of its own: the caching behaviour that the suite observes is AsyncHandler's.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from multidict import CIMultiDict

from asyncassist import AsyncHandler, CacheRules, Limits, Timeout
from asyncassist.errors import AsyncAssistError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# Hop-by-hop fields, and fields that are set below.
_SKIPPED_FIELDS = {
    "connection",
    "keep-alive",
    "transfer-encoding",
    "content-length",
    "host",
    "upgrade",
    "te",
    "trailer",
}
_NO_BODY = {204, 304}


def rules(*, shared: bool = True) -> CacheRules:
    """Return the rules of the cache under test: shared like a CDN's, with stale-if-error and CDN-Cache-Control."""
    return CacheRules(shared=shared, stale_if_error=60.0, targeted=("CDN-Cache-Control",))


class Proxy:
    """Reverse proxy in front of one origin.

    Args:
        origin: Scheme, host and port of the origin.
        handler: Handler that sends the requests and caches the responses.
    """

    def __init__(self, origin: str, handler: AsyncHandler) -> None:
        self._origin = origin
        self._handler = handler

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of a client."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            while await self._serve_request(reader, writer):
                pass
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def _serve_request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one request; return whether the connection can be used for another."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("utf-8", "surrogateescape").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        fields: CIMultiDict[str] = CIMultiDict()
        for line in head[1:]:
            name, colon, value = line.partition(":")
            if colon:
                fields.add(name, value.strip())
        body = await reader.readexactly(int(fields.get("Content-Length", "0")))
        sent = CIMultiDict((name, value) for name, value in fields.items() if name.lower() not in _SKIPPED_FIELDS)
        try:
            response = await self._handler.request(method, self._origin + path, headers=sent, data=body or None)
        except AsyncAssistError:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return True
        content = response.body
        out = [f"HTTP/1.1 {response.status} {response.reason}"]
        out += [f"{name}: {value}" for name, value in response.headers.items() if name.lower() not in _SKIPPED_FIELDS]
        out.append(f"Cache-Status: {response.cache.status}")
        if response.status not in _NO_BODY:
            out.append(f"Content-Length: {len(content)}")
        writer.write("\r\n".join([*out, "", ""]).encode("utf-8", "surrogateescape"))
        if method != "HEAD" and response.status not in _NO_BODY:
            writer.write(content)
        await writer.drain()
        return True


@contextlib.asynccontextmanager
async def proxy(origin: str, cache: CacheRules) -> AsyncIterator[int]:
    """Run the proxy on a free loopback port; yields the port."""
    limits = Limits(total=500, per_host=500, max_redirects=0)
    async with AsyncHandler(
        ttl=None, max_entries=10_000, retry=None, breaker=None, limits=limits, timeout=Timeout(total=60), cache=cache
    ) as handler:
        server = await asyncio.start_server(Proxy(origin, handler).serve, "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]
