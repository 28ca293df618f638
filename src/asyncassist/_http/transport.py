"""One attempt over aiohttp: the session, the socket, the body, and what their errors mean to us."""

from __future__ import annotations

import asyncio
import socket
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any, ClassVar

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError, HttpProcessingError

from asyncassist._http.prepared_request import IDEMPOTENT_METHODS, is_repeatable_body
from asyncassist._retry import TimerQueue
from asyncassist.errors import (
    AsyncAssistError,
    BlockedAddressError,
    BodyTooLargeError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    InvalidInputError,
    UpstreamError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from aiohttp.client_reqrep import ClientRequest, ConnectionKey
    from aiohttp.tracing import Trace
    from multidict import CIMultiDictProxy
    from yarl import URL

    from asyncassist._http.guard import Guard
    from asyncassist._http.models import Limits
    from asyncassist._http.prepared_request import PreparedRequest


class _AttemptContext:
    """What happened to one attempt below aiohttp's surface, and whether its time is over."""

    __slots__ = ("blocked", "expired", "opened", "task")

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self.opened = False
        self.blocked: str | None = None
        self.expired = False
        self.task = task

    def expire(self) -> None:
        """The attempt is to end."""
        self.expired = True
        self.task.cancel()


_attempt_context: ContextVar[_AttemptContext | None] = ContextVar("trip", default=None)


class Connector(aiohttp.TCPConnector):
    """Connections that are counted, and checked by the guard at the socket.

    Args:
        limits: How many.
        guard: Asked for every address, None for no check.
        on_open: Told the origin of each connection that was made.
    """

    def __init__(self, limits: Limits, guard: Guard | None, on_open: Callable[[str], None]) -> None:
        self.opened = 0
        self._guard = guard
        self._on_open = on_open
        super().__init__(
            limit=limits.total,
            limit_per_host=limits.per_host,
            # A name that strangers own may change its address between two looks: no memory of it then.
            use_dns_cache=guard is None,
            socket_factory=None if guard is None else self._guarded_socket,
        )

    def _guarded_socket(self, info: Any) -> socket.socket:
        family, kind, protocol, _, address = info
        assert self._guard is not None
        reason = self._guard.check_socket(str(address[0]))
        if reason is not None:
            context = _attempt_context.get()
            if context is not None:
                context.blocked = reason
            raise OSError("refused by the guard")
        return socket.socket(family, kind, protocol)

    async def _create_connection(self, req: ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout) -> Any:  # noqa: ASYNC109
        context = _attempt_context.get()
        if context is not None:
            context.opened = True
        connection = await super()._create_connection(req, traces, timeout)
        self.opened += 1
        self._on_open(str(req.url.origin()))
        return connection

    def idle_count(self) -> int:
        """Connections that wait for their next request."""
        pools: dict[ConnectionKey, Any] = self._conns
        return sum(len(pool) for pool in pools.values())


class _EmptyCookieJar(aiohttp.DummyCookieJar):
    """A jar that stays empty, and makes no new nothing for each request."""

    _no_cookies: ClassVar[SimpleCookie] = SimpleCookie()

    def filter_cookies(self, request_url: URL) -> SimpleCookie:  # noqa: ARG002
        return self._no_cookies


@dataclass(slots=True)
class RawResponse:
    """An answer as it came, read to its end."""

    status: int
    reason: str
    headers: CIMultiDictProxy[str]
    body: bytes
    url: str
    attempts: int = 1
    reused: bool = False
    """Whether it came over a connection opened before."""
    client_response: aiohttp.ClientResponse | None = None
    """Where the body is still to be read from, None when it is here."""


def open_session(
    limits: Limits, guard: Guard | None, on_open: Callable[[str], None]
) -> tuple[aiohttp.ClientSession, Connector]:
    """A pooled session of ours. It keeps no cookies and follows nothing by itself."""
    connector = Connector(limits, guard, on_open)
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=_EmptyCookieJar(),
        auto_decompress=True,
        trust_env=False,
        raise_for_status=False,
        timeout=aiohttp.ClientTimeout(total=None),
    )
    # aiohttp would repeat on any closed connection, also on a new one; we do so on a reused one only.
    session._retry_connection = False  # noqa: SLF001 - there is no public switch
    return session, connector


class Transport:
    """Sends requests over one session.

    Args:
        session: Where to send them.
        connector: Ours below it, None for a session that was handed in.
        default_timeout: Seconds that most attempts have, None without a bound.
    """

    def __init__(
        self, session: aiohttp.ClientSession, connector: Connector | None, default_timeout: float | None
    ) -> None:
        self.session = session
        self.connector = connector
        self.reused = 0
        # One line of deadlines in the place of a timer that aiohttp would set for each request.
        self._timers = TimerQueue(default_timeout, _AttemptContext.expire)
        self._client_timeout = aiohttp.ClientTimeout(total=None)

    def _session_request(self, request: PreparedRequest) -> Coroutine[Any, Any, aiohttp.ClientResponse]:
        # What `session.request` does, without the context manager that it makes around it.
        return self.session._request(  # noqa: SLF001
            request.method,
            request.target.url,
            headers=request.sent_headers,
            data=request.data,
            timeout=self._client_timeout,
            allow_redirects=False,
            raise_for_status=False,
        )

    async def send(self, request: PreparedRequest, *, with_body: bool = True) -> RawResponse:
        """Send a request and read the answer.

        Args:
            request: The request; its `timeout.attempt` bounds all of this, or the total where there is none.
            with_body: Whether the body is read too; else it is left to the caller, who closes the answer.

        Raises:
            UpstreamError: One of its kinds, by what went wrong.
            InvalidInputError: aiohttp cannot send such a request.
        """
        timeout = request.timeout
        limit = timeout.total if timeout.attempt is None else timeout.attempt
        task = asyncio.current_task()
        assert task is not None
        context = _AttemptContext(task)
        cancelling = task.cancelling()
        if limit is not None:
            self._timers.schedule(context, limit)
        if timeout.connect != self._client_timeout.sock_connect:  # nearly all have the handler's
            self._client_timeout = aiohttp.ClientTimeout(total=None, sock_connect=timeout.connect)
        token = _attempt_context.set(context)
        client_response: aiohttp.ClientResponse | None = None
        body = b""
        try:
            try:
                client_response = await self._session_request(request)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                if self.connector is None or not _is_stale_connection(error, context, request):
                    raise
                # An idle connection was closed by the other side just now: nothing is known about the service yet.
                client_response = await self._session_request(request)
            if with_body:
                body = await read_body(client_response, request.max_body)
        except BaseException as error:
            if client_response is not None:
                # A body that was not read to its end would be taken for the next answer.
                client_response.close()
            # A cancellation that was ours alone is the end of the attempt, not of the task.
            ours = context.expired and task.uncancel() <= cancelling and isinstance(error, asyncio.CancelledError)
            cause = TimeoutError() if ours else error
            if not isinstance(cause, _TRANSLATED_ERRORS):
                raise
            status = None if client_response is None else client_response.status
            raise translate_error(cause, request.target.key, blocked=context.blocked, status=status) from cause
        finally:
            _attempt_context.reset(token)
            if limit is not None:
                self._timers.cancel(context)
        if context.expired:
            task.uncancel()  # it was whole in the very moment when its time was over
        reused = not context.opened and self.connector is not None
        self.reused += reused
        if (
            with_body and not client_response.closed
        ):  # aiohttp gives the connection back by itself at the end of the body
            client_response.release()
        rest = None if with_body else client_response
        return RawResponse(
            client_response.status,
            client_response.reason or "",
            client_response.headers,
            body,
            request.target.key,
            1,
            reused,
            rest,
        )


async def read_body(client_response: aiohttp.ClientResponse, max_body: int) -> bytes:
    """The decoded body, bounded while it is read.

    Raises:
        BodyTooLargeError: It has more bytes than allowed.
    """
    content = client_response.content
    if content.is_eof() and content.exception() is None:
        # Most bodies come whole together with their head.
        body = content.read_nowait()
        if len(body) > max_body:
            raise _too_large(client_response, max_body)
        return body
    length = client_response.content_length
    if length is not None and length > max_body:
        raise _too_large(client_response, max_body)
    pieces: list[bytes] = []
    size = 0
    while size <= max_body:
        piece = await content.readany()
        size += len(piece)
        pieces.append(piece)
        if (not piece or (content.at_eof() and content.exception() is None)) and size <= max_body:
            return piece if len(pieces) == 1 else b"".join(pieces)
    raise _too_large(client_response, max_body)


def _too_large(client_response: aiohttp.ClientResponse, limit: int) -> BodyTooLargeError:
    return BodyTooLargeError(limit=limit, url=str(client_response.url), status=client_response.status, attempts=1)


def _is_stale_connection(error: Exception, context: _AttemptContext, request: PreparedRequest) -> bool:
    return (
        not context.opened
        and request.method in IDEMPOTENT_METHODS
        and not isinstance(error, aiohttp.ClientConnectorError)
        and is_repeatable_body(request.data)
    )


# What aiohttp's errors mean to us, and in which words; the first row that fits counts.
_ERROR_MAP: tuple[tuple[type[Exception], type[UpstreamError], str], ...] = (
    (TimeoutError, DeadlineExceededError, "no answer in time"),  # aiohttp's timeouts are of it too
    (aiohttp.ClientConnectorCertificateError, ConnectError, "the connection is not trusted"),
    (aiohttp.ClientSSLError, ConnectError, "the connection is not trusted"),
    (aiohttp.ClientConnectorDNSError, ConnectError, "the name is not known"),
    (aiohttp.ClientConnectorError, ConnectError, "no connection"),
    (aiohttp.ClientResponseError, DecodeError, "the answer is not HTTP"),
    (HttpProcessingError, DecodeError, "the answer is not HTTP"),
    (aiohttp.ClientPayloadError, ConnectError, "the answer ended before it was whole"),
    (aiohttp.ClientConnectionError, ConnectError, "the connection broke"),
    (OSError, ConnectError, "the connection broke"),
)


# What aiohttp lets out: besides its own errors, those of sockets and of arguments that it cannot use.
_TRANSLATED_ERRORS = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError, TypeError)


def translate_error(error: Exception, url: str, *, blocked: str | None = None, status: int | None) -> AsyncAssistError:
    """Our error for one of aiohttp's.

    Args:
        error: It.
        url: The URL.
        blocked: Why the guard refused the address, None when it did not.
        status: HTTP status, None before there was one.
    """
    if blocked is not None:
        return BlockedAddressError(reason=blocked, url=url)
    if any(isinstance(each, ContentEncodingError) for each in (error, error.__cause__)):
        return DecodeError("the body is not encoded as it says", url=url, status=status, attempts=1)
    if isinstance(error, aiohttp.ClientResponseError) and "content-encoding" in error.message:
        # aiohttp unpacks br and zstd where a library for them is installed, and asks for them only then.
        return DecodeError("the body is encoded in a way that nothing is installed for", url=url, attempts=1)
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return InvalidInputError("url", "is not a URL that can be fetched")
    for theirs, ours, message in _ERROR_MAP:
        if isinstance(error, theirs):
            return ours(message, url=url, status=status, attempts=1)
    if isinstance(error, aiohttp.ClientError):
        return UpstreamError(url=url, status=status, attempts=1)
    return InvalidInputError("request", "cannot be sent as it is")
