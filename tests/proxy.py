"""Stands between a client and its server: passes bytes on, drops connections, swallows answers, refuses, speaks TLS."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl


class Proxy:
    """A proxy on a port of its own.

    Args:
        target: The port of the server.
        tls: Speaks TLS with the clients; None: plain.
    """

    def __init__(self, target: int, tls: ssl.SSLContext | None = None) -> None:
        self._target = target
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.swallow = False

    @classmethod
    async def start(cls, target: int, tls: ssl.SSLContext | None = None) -> Self:
        proxy = cls(target, tls)
        await proxy.mend()
        return proxy

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def url_like(self, url: str) -> str:
        """The URL of the server with the port of the proxy."""
        return url.replace(f":{self._target}/", f":{self.port}/")

    async def mend(self) -> None:
        """Pass everything on."""
        self.swallow = False
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """Take nothing new; what is open goes on."""
        assert self._server is not None
        self._server.close()

    def drop(self) -> None:
        """Break what is open."""
        for writer in self._writers:
            writer.transport.abort()

    def cut(self) -> None:
        """Break what is open and take nothing new."""
        self.refuse()
        self.drop()

    async def aclose(self) -> None:
        self.cut()
        while self._writers:
            await asyncio.sleep(0.01)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, back}
        self._writers |= pair
        try:
            await asyncio.gather(self._copy(reader, back, answers=False), self._copy(there, writer, answers=True))
        finally:
            for one in pair:
                one.transport.abort()
            self._writers -= pair

    async def _copy(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool) -> None:
        try:
            while data := await source.read(65536):
                if answers and self.swallow:
                    continue
                sink.write(data)
                await sink.drain()
        except OSError:
            pass
        sink.transport.abort()
