"""PostgreSQL connection pooler in transaction mode, like pgbouncer: each transaction may use another connection.

It speaks the wire protocol (version 3) on both sides, logs in by trust, and gives every transaction the connection
that has been idle longest, so that code which relies on session state between two transactions fails at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from typing import Self

_SSL_REQUEST, _GSS_REQUEST = 80877103, 80877104
_ENDS = (
    b"1",
    b"2",
    b"3",
    b"T",
    b"n",
    b"C",
    b"I",
    b"s",
)  # last messages of the responses to Parse, Bind, Close, Describe and Execute


class _Backend:
    """Connection to the server, logged in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.parameters: list[bytes] = []


async def _message(reader: asyncio.StreamReader) -> bytes:
    """Read one message, including its type byte and length."""
    head = await reader.readexactly(5)
    return head + await reader.readexactly(struct.unpack("!xi", head)[0] - 4)


class Pooler:
    """Connection pooler on a loopback port of its own.

    Args:
        target: Port of the server.
        size: Number of connections to the server.

    Attributes:
        port: Port of the pooler.
        transactions: Number of transactions so far.
    """

    def __init__(self, target: int, size: int = 3) -> None:
        self._target = target
        self._size = size
        self._server: asyncio.Server | None = None
        self._idle: asyncio.Queue[_Backend] = asyncio.Queue()
        self._backends: list[_Backend] = []
        self._clients: set[asyncio.Task[None]] = set()
        self.port = 0
        self.transactions = 0

    async def __aenter__(self) -> Self:
        for _ in range(self._size):
            backend = await self._connect()
            self._backends.append(backend)
            self._idle.put_nowait(backend)
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._clients:
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        for backend in self._backends:
            backend.writer.transport.abort()

    @property
    def url(self) -> str:
        """URL of the database behind the pooler."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    async def _connect(self) -> _Backend:
        backend = _Backend(*await asyncio.open_connection("127.0.0.1", self._target))
        body = struct.pack("!i", 196608) + b"user\0postgres\0database\0postgres\0client_encoding\0utf-8\0\0"
        backend.writer.write(struct.pack("!i", len(body) + 4) + body)
        while (message := await _message(backend.reader))[:1] != b"Z":
            if message[:1] == b"S":
                backend.parameters.append(message)
        return backend

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._greet(reader, writer)
                while await self._transaction(reader, writer):
                    self.transactions += 1
        finally:
            self._clients.discard(task)
            writer.transport.abort()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Log a client in; the process id in BackendKeyData is made up, not that of a server process."""
        while True:
            (size,) = struct.unpack("!i", await reader.readexactly(4))
            (code,) = struct.unpack("!i", (await reader.readexactly(size - 4))[:4])
            if code not in (_SSL_REQUEST, _GSS_REQUEST):
                break
            writer.write(b"N")
        writer.write(b"R" + struct.pack("!ii", 8, 0))
        writer.writelines(self._backends[0].parameters)
        writer.write(b"K" + struct.pack("!iii", 12, 1, 1) + b"Z" + struct.pack("!i", 5) + b"I")

    async def _transaction(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one transaction on an idle connection; return False if the client has terminated."""
        message = await _message(reader)
        if message[:1] == b"X":
            return False
        backend = await self._idle.get()
        pending = 0  # extended-protocol messages without a complete response
        try:
            while True:
                backend.writer.write(message)
                kind = message[:1]
                pending += kind in (b"P", b"B", b"D", b"E", b"C")
                if kind in (b"S", b"Q"):
                    # The response ends with ReadyForQuery, whose status says whether a transaction is open.
                    response = b""
                    while response[:1] != b"Z":
                        response = await _message(backend.reader)
                        writer.write(response)
                    if response[5:6] == b"I":
                        return True
                    pending = 0
                elif kind == b"H":
                    # Flush: every pending message gets a complete response, unless one of them is an error.
                    while pending:
                        response = await _message(backend.reader)
                        writer.write(response)
                        pending = 0 if response[:1] == b"E" else pending - (response[:1] in _ENDS)
                message = await _message(reader)
        finally:
            self._idle.put_nowait(backend)
