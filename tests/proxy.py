"""TCP proxy for fault injection: forwards bytes, drops or refuses connections, discards responses, terminates TLS."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl


class Proxy:
    """TCP proxy on a loopback port of its own.

    Args:
        target: Port of the server.
        tls: TLS context for the connections of clients, None for plain TCP.

    Attributes:
        port: Port of the proxy; it stays the same after `mend`.
        swallow: Whether responses of the server are discarded.
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
        """Create a proxy that forwards everything."""
        proxy = cls(target, tls)
        await proxy.mend()
        return proxy

    @property
    def url(self) -> str:
        """URL of a Redis server behind the proxy."""
        return f"redis://127.0.0.1:{self.port}/0"

    def url_like(self, url: str) -> str:
        """Return the URL of the server with the port of the proxy."""
        return url.replace(f":{self._target}/", f":{self.port}/")

    async def mend(self) -> None:
        """Accept connections and forward everything, also after a fault."""
        self.swallow = False
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """Refuse new connections; open ones go on."""
        assert self._server is not None
        self._server.close()

    def drop(self) -> None:
        """Abort the open connections."""
        for writer in self._writers:
            writer.transport.abort()

    def cut(self) -> None:
        """Abort the open connections and refuse new ones."""
        self.refuse()
        self.drop()

    async def aclose(self) -> None:
        """Abort all connections and wait until they are closed."""
        self.cut()
        while self._writers:
            await asyncio.sleep(0.01)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, server_writer}
        self._writers |= pair
        try:
            await asyncio.gather(
                self._copy(reader, server_writer, responses=False), self._copy(server_reader, writer, responses=True)
            )
        finally:
            for one in pair:
                one.transport.abort()
            self._writers -= pair

    async def _copy(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, responses: bool) -> None:
        try:
            while data := await source.read(65536):
                if responses and self.swallow:
                    continue
                sink.write(data)
                await sink.drain()
        except OSError:
            pass
        sink.transport.abort()
