"""Framework-independent request and response; an adapter translates them from and to those of its framework."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import AsyncIterator, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from asyncassist._random_ids import random_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

Pairs = Iterable[tuple[str, str]]
Body = bytes | AsyncIterator[bytes]

# The client disconnected before the response. Not a status of HTTP, as it is never sent; nginx logs the same number.
CLIENT_CLOSED_REQUEST = 499

# Seconds. A client that sends a few kilobytes more slowly than this occupies a worker that others need.
BODY_TIMEOUT = 20.0
# Seconds that a body gets while as many threads wait for slow bodies as may
_SHORT_BODY_TIMEOUT = 1.0
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
# Keys under which WSGI servers whose threads read from the connection itself pass its socket
_SOCKET_KEYS = ("gunicorn.socket", "werkzeug.socket")
_NO_SCOPE: Mapping[str, Any] = MappingProxyType({})


def _decode_latin1(value: str | bytes) -> str:
    # Field values are bytes in HTTP; latin-1 maps each byte to a character, as WSGI and ASGI servers do.
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _to_pairs(given: Any) -> list[tuple[str, str]]:
    """Return the pairs of a mapping (a list of values repeats the name) or of an iterable of pairs."""
    if given is None:
        return []
    if not isinstance(given, Mapping):
        return [(_decode_latin1(name), _decode_latin1(value)) for name, value in given]
    flat: list[tuple[str, str]] = []
    for name, value in given.items():
        values: Iterable[Any] = value if isinstance(value, list | tuple) else (value,)
        flat.extend((_decode_latin1(name), _decode_latin1(item)) for item in values)
    return flat


class Request:
    """HTTP request, or the handshake of a WebSocket.

    Args:
        method: HTTP method; converted to upper case.
        path: Decoded path, beginning with "/", below the prefix at which the application is mounted; "" is the prefix
            itself, without a slash.
        query: Pairs, a mapping, or the raw query string; repeated names are preserved.
        headers: Pairs or a mapping; names are converted to lower case, repeated names are preserved.
        body: Bytes, or an async iterator of bytes, which the service reads up to its limit.
        peer: IP address of the other end of the connection, "" if unknown.
        root_path: Prefix at which the application is mounted, without a slash at its end.
        scope: ASGI scope or WSGI environment of the request, with what the application's middleware has put there: a
            session, a user.
    """

    __slots__ = (
        "_header_index",
        "body",
        "gone",
        "headers",
        "is_handshake_checked",
        "method",
        "path",
        "peer",
        "query",
        "request_id",
        "root_path",
        "scope",
    )

    def __init__(  # noqa: PLR0917 - in the order of a request line and what follows it
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | Iterable[tuple[str, str]] | str | bytes | None = None,
        headers: Mapping[str, Any] | Iterable[tuple[str | bytes, str | bytes]] | None = None,
        body: Body = b"",
        peer: str | None = "",
        *,
        root_path: str = "",
        scope: Mapping[str, Any] = _NO_SCOPE,
    ) -> None:
        self.method: str = method.upper()
        self.path: str = path
        self.root_path: str = root_path
        self.scope: Mapping[str, Any] = scope
        if isinstance(query, str | bytes):
            raw = _decode_latin1(query)
            query = parse_qsl(raw, keep_blank_values=True, max_num_fields=None) if raw else None
        self.query: tuple[tuple[str, str], ...] = tuple(_to_pairs(query))
        self.headers: tuple[tuple[str, str], ...] = tuple((name.lower(), value) for name, value in _to_pairs(headers))
        self.body: Body = body
        self.peer: str = peer or ""
        self.gone: Callable[[], Awaitable[None]] | None = None
        """Returns when the client has disconnected; set by adapters whose server reports it. Awaited after the body."""
        self.is_handshake_checked: bool = True
        """Whether the server has checked a WebSocket handshake; a WSGI server passes it on as it came."""
        self.request_id: str = ""
        """Id of the request, set by the service: the client's `X-Request-ID` if it is valid, else a random one."""
        self._header_index: dict[str, str] | None = None

    def header(self, name: str) -> str | None:
        """Return the value of a header (`name` in lower case), repeats joined as HTTP says; None if it is absent."""
        index = self._header_index
        if index is None:
            values: dict[str, list[str]] = {}
            for key, value in self.headers:
                values.setdefault(key, []).append(value)
            # Content-Type is not a list. The last value counts, so that the result does not depend on the server.
            # HTTP/2 may split a Cookie (RFC 9113, section 8.2.3).
            index = self._header_index = {
                key: found[-1] if key == "content-type" else ("; " if key == "cookie" else ", ").join(found)
                for key, found in values.items()
            }
        return index.get(name)

    def __repr__(self) -> str:
        return f"Request({self.method} {self.path[:100]!r})"

    @classmethod
    def from_asgi(cls, scope: Mapping[str, Any], receive: Callable[[], Awaitable[Mapping[str, Any]]]) -> Request:
        """Return the request of an ASGI scope.

        Args:
            scope: ASGI scope of type "http" or "websocket".
            receive: ASGI receive channel, from which the body is read on demand.
        """
        client = scope.get("client")
        headers = scope["headers"]
        if scope["type"] == "http":
            # The server has not taken it for a handshake of a WebSocket, which could not be opened.
            headers = [pair for pair in headers if pair[0].lower() != b"upgrade"]
        root_path: str = (scope.get("root_path") or "").rstrip("/")
        request = cls(
            scope.get("method", "GET"),
            _path_below(root_path, scope["path"]),
            scope.get("query_string", b""),
            headers,
            _asgi_body(receive) if scope["type"] == "http" else b"",
            client[0] if client else "",
            root_path=root_path,
            scope=scope,
        )

        async def wait_for_disconnect() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        request.gone = wait_for_disconnect if scope["type"] == "http" else None
        return request

    @classmethod
    def from_wsgi(
        cls, environ: Mapping[str, Any], *, max_body: int, slow_bodies: threading.Semaphore | None = None
    ) -> Request:
        """Return the request of a WSGI environment. Reads the body, in the calling thread.

        A body that has not arrived after 20 seconds is given up, and the service answers 408. This holds for servers
        that pass on the socket of the connection (gunicorn, Werkzeug); others read the body by limits of their own.

        Args:
            environ: WSGI environment.
            max_body: Largest body in bytes that the service accepts; one byte more is read, so that it can tell.
            slow_bodies: Number of threads that may wait so long at the same time (`Service.slow_bodies`); further ones
                wait for one second. None sets no bound.
        """
        headers = [(key[5:].replace("_", "-"), value) for key, value in environ.items() if key.startswith("HTTP_")]
        unprefixed = [key for key in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(key)]
        headers.extend((key.replace("_", "-"), environ[key]) for key in unprefixed)
        root_path = _wsgi_path(environ, "SCRIPT_NAME").rstrip("/")
        request = cls(
            environ["REQUEST_METHOD"],
            _wsgi_path(environ, "PATH_INFO") or ("" if root_path else "/"),
            environ.get("QUERY_STRING", ""),
            headers,
            _wsgi_body(environ, max_body, slow_bodies),
            environ.get("REMOTE_ADDR", ""),
            root_path=root_path,
            scope=environ,
        )
        request.is_handshake_checked = False
        return request


def parse_content_length(value: str) -> int | None:
    """Return the number of a `Content-Length` header; None if it is not a number. Its size is bounded, not exact."""
    if not (value.isascii() and value.isdigit()):
        return None
    return int(value.lstrip("0")[:18] or "0")  # Python refuses to convert thousands of digits


def assign_request_id(request: Request) -> None:
    """Assign the request its id: the client's `X-Request-ID` if it is valid, else a random one."""
    if not request.request_id:
        given = request.header("x-request-id")
        request.request_id = given if given is not None and _REQUEST_ID.fullmatch(given) else random_id(16)


class BrokenBodyError(Exception):
    """The body cannot be read: the client disconnected, or the framing is invalid."""


def _path_below(root_path: str, path: str) -> str:
    """Return the path without the prefix at which the application is mounted; "" is the prefix itself.

    ASGI's `path` includes `root_path`; servers behind a proxy that strips the prefix pass one without it.
    """
    below = path.removeprefix(root_path)
    return below if below.startswith("/") or path == root_path else path


def _wsgi_path(environ: Mapping[str, Any], key: str) -> str:
    # WSGI passes the bytes of a path decoded as latin-1 (PEP 3333), ASGI as UTF-8.
    path: str = environ.get(key, "")
    return path.encode("latin-1").decode("utf-8", "replace")


async def _asgi_body(receive: Callable[[], Awaitable[Mapping[str, Any]]]) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise BrokenBodyError
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body"):
            return


def _wsgi_body(environ: Mapping[str, Any], max_body: int, slow_bodies: threading.Semaphore | None) -> Body:
    """Read the body, at most one byte more than allowed."""
    length = parse_content_length(environ.get("CONTENT_LENGTH") or "")
    if length is not None:
        if length > max_body:
            return b""  # rejected by its length alone: not worth reading
        wanted = length
    elif environ.get("wsgi.input_terminated"):
        wanted = max_body + 1
    else:
        return b""  # without a length, reading would block forever
    if not wanted:
        return b""
    expired = threading.Event()
    try:
        with _body_deadline(environ, slow_bodies, expired):
            body: bytes = environ["wsgi.input"].read(wanted)
    except Exception:  # noqa: BLE001 - each server raises errors of its own for a body that is cut off or badly framed
        return _failed_body(TimeoutError if expired.is_set() else BrokenBodyError)
    return _failed_body(TimeoutError) if expired.is_set() else body


@contextlib.contextmanager
def _body_deadline(
    environ: Mapping[str, Any], slow_bodies: threading.Semaphore | None, expired: threading.Event
) -> Generator[None]:
    """Close the receiving side of the connection when the body takes too long, and set `expired`."""
    connection = next((environ[key] for key in _SOCKET_KEYS if key in environ), None)
    if connection is None:
        yield
        return
    held = slow_bodies is not None and slow_bodies.acquire(blocking=False)
    timeout = BODY_TIMEOUT if held or slow_bodies is None else _SHORT_BODY_TIMEOUT

    def expire() -> None:
        # Of the base class: that of an SSL socket would also end the encryption, and the answer is still to be sent.
        # The timeout of a socket would not do: it begins anew with each byte.
        expired.set()
        with contextlib.suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RD)

    timer = threading.Timer(timeout, expire)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if held and slow_bodies is not None:
            slow_bodies.release()


async def _failed_body(error: type[Exception]) -> AsyncIterator[bytes]:
    raise error
    yield b""


class Response:
    """HTTP response.

    Attributes:
        status: HTTP status; 101 means that the WebSocket may be opened, 499 that the client has disconnected.
        headers: Pairs of lower-case name and value.
        body: Bytes, or an async iterator of bytes (server-sent events).
    """

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str] | Pairs = (), body: Body = b"") -> None:
        self.status: int = status
        self.headers: list[tuple[str, str]] = _to_pairs(headers)
        self.body: Body = body

    def header(self, name: str) -> str | None:
        """Return the first value of a header (`name` in lower case), None if it is absent."""
        return next((value for key, value in self.headers if key == name), None)

    async def read(self) -> bytes:
        """Return the whole body; of a stream this consumes it and lasts until its end."""
        return self.body if isinstance(self.body, bytes) else b"".join([part async for part in self.body])

    def __repr__(self) -> str:
        return f"Response({self.status})"
