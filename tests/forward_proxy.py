"""Forward HTTP proxy on loopback: absolute-form requests and CONNECT, with a password, refusals and silence."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import ssl

REASONS = {200: "Connection established", 403: "Forbidden", 407: "Proxy Authentication Required", 502: "Bad Gateway"}


class ForwardProxy:
    """Forward proxy on a loopback port of its own.

    Args:
        user: User name that clients must send with `password`, None for no credentials.
        password: Password of the user.
        tls: TLS context for the connections of clients, None for plain TCP.

    Attributes:
        requests: First line of the first request of each connection.
        headers: Header fields of the same requests, by lower-case names.
        answer: Status of the answer to every request, 200 to forward it.
        silent: Whether requests are never answered.
        garbage: Bytes sent as the answer instead, None for none.
    """

    def __init__(self, user: str | None = None, password: str = "", tls: ssl.SSLContext | None = None) -> None:
        self._credentials = None
        if user is not None:
            self._credentials = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.requests: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.answer = 200
        self.silent = False
        self.garbage: bytes | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def connections(self) -> int:
        """Return the number of connections of clients that are open."""
        return len(self._tasks)

    def url(self, userinfo: str = "") -> str:
        """Return the URL of the proxy, with user and password as written."""
        return f"{'http' if self._tls is None else 'https'}://{userinfo and userinfo + '@'}127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._serve_connection(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _serve_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *fields = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        self.requests.append(line)
        self.headers.append(headers)
        if self.silent:
            await reader.read()
            return
        if self.garbage is not None:
            writer.write(self.garbage)
            await writer.drain()
            return
        status = self.answer
        if self._credentials is not None and headers.get("proxy-authorization") != self._credentials:
            status = 407
        if status != 200:
            writer.write(f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
            return
        method, target, _ = line.split(" ")
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            upstream = await asyncio.open_connection(host.strip("[]"), int(port))
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            parts = urlsplit(target)
            upstream = await asyncio.open_connection(parts.hostname, parts.port or 80)
            passed = [field for field in fields if not field.lower().startswith(("proxy-", "connection"))]
            passed.append("Connection: close")  # each request has a head of its own to rewrite
            path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            upstream[1].write("\r\n".join([f"{method} {path} HTTP/1.1", *passed, "", ""]).encode("latin-1"))
        await asyncio.gather(_copy(reader, upstream[1]), _copy(upstream[0], writer))


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    finally:
        sink.transport.abort()
