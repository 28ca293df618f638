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

from asyncassist._http.prepared_request import IDEMPOTENT, is_repeatable
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
    from asyncassist._http.prepared_request import Call


class _Trip:
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


_trip: ContextVar[_Trip | None] = ContextVar("trip", default=None)


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
            trip = _trip.get()
            if trip is not None:
                trip.blocked = reason
            raise OSError("refused by the guard")
        return socket.socket(family, kind, protocol)

    async def _create_connection(self, req: ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout) -> Any:  # noqa: ASYNC109
        trip = _trip.get()
        if trip is not None:
            trip.opened = True
        made = await super()._create_connection(req, traces, timeout)
        self.opened += 1
        self._on_open(str(req.url.origin()))
        return made

    def idle(self) -> int:
        """Connections that wait for their next request."""
        pools: dict[ConnectionKey, Any] = self._conns
        return sum(len(pool) for pool in pools.values())


class _NoCookies(aiohttp.DummyCookieJar):
    """A jar that stays empty, and makes no new nothing for each request."""

    _none: ClassVar[SimpleCookie] = SimpleCookie()

    def filter_cookies(self, request_url: URL) -> SimpleCookie:  # noqa: ARG002
        return self._none


@dataclass(slots=True)
class Reply:
    """An answer as it came, read to its end."""

    status: int
    reason: str
    headers: CIMultiDictProxy[str]
    body: bytes
    url: str
    attempts: int = 1
    reused: bool = False
    """Whether it came over a connection opened before."""
    answer: aiohttp.ClientResponse | None = None
    """Where the body is still to be read from, None when it is here."""


def open_session(
    limits: Limits, guard: Guard | None, on_open: Callable[[str], None]
) -> tuple[aiohttp.ClientSession, Connector]:
    """A pooled session of ours. It keeps no cookies and follows nothing by itself."""
    connector = Connector(limits, guard, on_open)
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=_NoCookies(),
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
        usual: Seconds that most attempts have, None without a bound.
    """

    def __init__(self, session: aiohttp.ClientSession, connector: Connector | None, usual: float | None) -> None:
        self.session = session
        self.connector = connector
        self.reused = 0
        # One line of deadlines in the place of a timer that aiohttp would set for each request.
        self._deadlines = TimerQueue(usual, _Trip.expire)
        self._bounds = aiohttp.ClientTimeout(total=None)

    def _send(self, call: Call) -> Coroutine[Any, Any, aiohttp.ClientResponse]:
        # What `session.request` does, without the context manager that it makes around it.
        return self.session._request(  # noqa: SLF001
            call.method,
            call.target.url,
            headers=call.wire,
            data=call.data,
            timeout=self._bounds,
            allow_redirects=False,
            raise_for_status=False,
        )

    async def fetch(self, call: Call, *, whole: bool = True) -> Reply:
        """Send a request and read the answer.

        Args:
            call: The request; its `timeout.attempt` bounds all of this, or the total where there is none.
            whole: Whether the body is read too; else it is left to the caller, who closes the answer.

        Raises:
            UpstreamError: One of its kinds, by what went wrong.
            InvalidInputError: aiohttp cannot send such a request.
        """
        timeout = call.timeout
        limit = timeout.total if timeout.attempt is None else timeout.attempt
        task = asyncio.current_task()
        assert task is not None
        trip = _Trip(task)
        cancelling = task.cancelling()
        if limit is not None:
            self._deadlines.schedule(trip, limit)
        if timeout.connect != self._bounds.sock_connect:  # nearly all have the handler's
            self._bounds = aiohttp.ClientTimeout(total=None, sock_connect=timeout.connect)
        mark = _trip.set(trip)
        answer: aiohttp.ClientResponse | None = None
        body = b""
        try:
            try:
                answer = await self._send(call)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                if self.connector is None or not _went_stale(error, trip, call):
                    raise
                # An idle connection was closed by the other side just now: nothing is known about the service yet.
                answer = await self._send(call)
            if whole:
                body = await read_body(answer, call.max_body)
        except BaseException as error:
            if answer is not None:
                # A body that was not read to its end would be taken for the next answer.
                answer.close()
            # A cancellation that was ours alone is the end of the attempt, not of the task.
            ours = trip.expired and task.uncancel() <= cancelling and isinstance(error, asyncio.CancelledError)
            cause = TimeoutError() if ours else error
            if not isinstance(cause, _FOREIGN):
                raise
            status = None if answer is None else answer.status
            raise translated(cause, call.target.key, blocked=trip.blocked, status=status) from cause
        finally:
            _trip.reset(mark)
            if limit is not None:
                self._deadlines.cancel(trip)
        if trip.expired:
            task.uncancel()  # it was whole in the very moment when its time was over
        reused = not trip.opened and self.connector is not None
        self.reused += reused
        if whole and not answer.closed:  # aiohttp gives the connection back by itself at the end of the body
            answer.release()
        rest = None if whole else answer
        return Reply(answer.status, answer.reason or "", answer.headers, body, call.target.key, 1, reused, rest)


async def read_body(answer: aiohttp.ClientResponse, max_body: int) -> bytes:
    """The decoded body, bounded while it is read.

    Raises:
        BodyTooLargeError: It has more bytes than allowed.
    """
    content = answer.content
    if content.is_eof() and content.exception() is None:
        # Most bodies come whole together with their head.
        body = content.read_nowait()
        if len(body) > max_body:
            raise _too_large(answer, max_body)
        return body
    length = answer.content_length
    if length is not None and length > max_body:
        raise _too_large(answer, max_body)
    pieces: list[bytes] = []
    size = 0
    while size <= max_body:
        piece = await content.readany()
        size += len(piece)
        pieces.append(piece)
        if (not piece or (content.at_eof() and content.exception() is None)) and size <= max_body:
            return piece if len(pieces) == 1 else b"".join(pieces)
    raise _too_large(answer, max_body)


def _too_large(answer: aiohttp.ClientResponse, limit: int) -> BodyTooLargeError:
    return BodyTooLargeError(limit=limit, url=str(answer.url), status=answer.status, attempts=1)


def _went_stale(error: Exception, trip: _Trip, call: Call) -> bool:
    return (
        not trip.opened
        and call.method in IDEMPOTENT
        and not isinstance(error, aiohttp.ClientConnectorError)
        and is_repeatable(call.data)
    )


# What aiohttp's errors mean to us, and in which words; the first row that fits counts.
_MEANINGS: tuple[tuple[type[Exception], type[UpstreamError], str], ...] = (
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
_FOREIGN = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError, TypeError)


def translated(error: Exception, where: str, *, blocked: str | None = None, status: int | None) -> AsyncAssistError:
    """Our error for one of aiohttp's.

    Args:
        error: It.
        where: The URL.
        blocked: Why the guard refused the address, None when it did not.
        status: HTTP status, None before there was one.
    """
    if blocked is not None:
        return BlockedAddressError(reason=blocked, url=where)
    if any(isinstance(each, ContentEncodingError) for each in (error, error.__cause__)):
        return DecodeError("the body is not encoded as it says", url=where, status=status, attempts=1)
    if isinstance(error, aiohttp.ClientResponseError) and "content-encoding" in error.message:
        # aiohttp unpacks br and zstd where a library for them is installed, and asks for them only then.
        return DecodeError("the body is encoded in a way that nothing is installed for", url=where, attempts=1)
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return InvalidInputError("url", "is not a URL that can be fetched")
    for theirs, ours, words in _MEANINGS:
        if isinstance(error, theirs):
            return ours(words, url=where, status=status, attempts=1)
    if isinstance(error, aiohttp.ClientError):
        return UpstreamError(url=where, status=status, attempts=1)
    return InvalidInputError("request", "cannot be sent as it is")
