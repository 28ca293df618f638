"""Transport over aiohttp: sends one attempt, reads its body and bounds both in time and size."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any, ClassVar

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from multidict import CIMultiDict
from yarl import URL

from asyncassist._http.aiohttp_internals import HookedConnector, disable_retries, request_starter
from asyncassist._http.content_decoding import ContentDecoder, content_decoder
from asyncassist._http.error_mapping import TRANSLATED_ERRORS, ProxyRefusedError, translate_error
from asyncassist._http.prepared_request import IDEMPOTENT_METHODS, is_repeatable_body
from asyncassist._retry import TimerQueue
from asyncassist.errors import AsyncAssistError, BodyTooLargeError

if TYPE_CHECKING:
    import ssl as tls
    from collections.abc import Awaitable, Callable, Mapping

    from aiohttp.client_reqrep import ClientRequest
    from multidict import CIMultiDictProxy

    from asyncassist._http.guard import Guard
    from asyncassist._http.models import CacheOutcome, Limits
    from asyncassist._http.prepared_request import PreparedRequest
    from asyncassist._http.rfc9111 import StoredResponse
    from asyncassist._proxy import Proxy, ProxySettings


class _AttemptContext:
    """State of one attempt that aiohttp does not report.

    Attributes:
        task: Task that runs the attempt.
        opened: Whether a connection was opened for it.
        blocked: Reason for which the guard refused its address, None if it did not.
        expired: Whether its timeout has expired.
    """

    __slots__ = ("blocked", "expired", "opened", "task")

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self.opened = False
        self.blocked: str | None = None
        self.expired = False
        self.task = task

    def expire(self) -> None:
        """Cancel the attempt because its timeout has expired."""
        self.expired = True
        self.task.cancel()


# The attempt on whose behalf aiohttp calls the connector, which aiohttp does not pass on.
_attempt_context: ContextVar[_AttemptContext | None] = ContextVar("attempt_context", default=None)


class Connector(HookedConnector):
    """Connection pool that counts its connections and checks their addresses with the guard.

    Args:
        limits: Maximum number of connections, in total and per host.
        guard: SSRF policy checked for every address, None for no check.
        on_open: Called with the origin of each connection opened.
        ssl: TLS context of https connections, to a proxy too; None for the default.
    """

    def __init__(
        self, limits: Limits, guard: Guard | None, on_open: Callable[[str], None], ssl: tls.SSLContext | None = None
    ) -> None:
        self.opened = 0
        self._guard = guard
        self._on_open = on_open
        super().__init__(
            limit=limits.total,
            limit_per_host=limits.per_host,
            # Behind a guard names are untrusted: each connection resolves and checks the current address.
            use_dns_cache=guard is None,
            ssl=True if ssl is None else ssl,
            socket_factory=None if guard is None else self._guarded_socket,
        )

    def _guarded_socket(self, info: Any) -> socket.socket:
        """Create the socket of a connection, unless the guard refuses the resolved address."""
        family, kind, protocol, _, address = info
        assert self._guard is not None
        reason = self._guard.check_socket(str(address[0]))
        if reason is not None:
            context = _attempt_context.get()
            if context is not None:
                context.blocked = reason
            raise OSError("refused by the guard")
        return socket.socket(family, kind, protocol)

    async def open_connection(self, req: ClientRequest, opening: Any) -> Any:
        """Count the connection, and tell the attempt that one is opened for it."""
        context = _attempt_context.get()
        if context is not None:
            context.opened = True
        connection: Any = None
        status = 0
        try:
            connection = await opening
        except aiohttp.ClientResponseError as error:  # the answer of a proxy to CONNECT
            status = error.status
        if connection is None:
            raise ProxyRefusedError(status)  # here, so that the error of aiohttp is not its context
        self.opened += 1
        self._on_open(str(req.url.origin()))
        return connection


class _EmptyCookieJar(aiohttp.DummyCookieJar):
    """Cookie jar that stores nothing and returns one shared empty cookie."""

    _no_cookies: ClassVar[SimpleCookie] = SimpleCookie()

    def filter_cookies(self, request_url: URL) -> SimpleCookie:  # noqa: ARG002
        return self._no_cookies


@dataclass(slots=True)
class RawResponse:
    """Response as received.

    Attributes:
        status: HTTP status code.
        reason: Reason phrase.
        headers: Header fields.
        body: Body after content decoding; empty if it is still to be read.
        url: URL that was requested.
        attempts: Attempts made for it.
        delay: Seconds from the first attempt to the response by the clock of the cache, for the age (RFC 9111 section
            4.2.3).
        cost: Seconds that the fetch took, retries included.
    """

    status: int
    reason: str
    headers: CIMultiDictProxy[str]
    body: bytes
    url: str
    attempts: int = 1
    reused: bool = False
    """Whether the connection was reused."""
    request_headers: Mapping[str, str] | None = None
    """Header fields as an external session sent them, None for the handler's own, which adds none that matter."""
    client_response: aiohttp.ClientResponse | None = None
    """Response of aiohttp whose body is still to be read, None once it is read."""
    outcome: CacheOutcome = "miss"
    """How the response came about, as `CacheInfo.outcome`."""
    shareable: bool = False
    """Whether coalesced callers may be served the same response."""
    stored: StoredResponse | None = None
    """Stored response that holds it, None if it is not stored."""
    delay: float = 0.0
    cost: float = 0.0


def open_session(
    limits: Limits, guard: Guard | None, on_open: Callable[[str], None], ssl: tls.SSLContext | None = None
) -> tuple[aiohttp.ClientSession, Connector]:
    """Open a pooled session without cookies, retries and proxies from the environment; return it and its connector."""
    connector = Connector(limits, guard, on_open, ssl)
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=_EmptyCookieJar(),
        auto_decompress=True,
        trust_env=False,
        raise_for_status=False,
        timeout=aiohttp.ClientTimeout(total=None),
    )
    disable_retries(session)  # `Transport.send` sends again over reused connections only
    return session, connector


class Transport:
    """Sends single attempts over one session.

    Args:
        session: Session to send with.
        connector: Connector of the handler's own session, None for an external session.
        default_timeout: Timeout in seconds of most attempts, None for no limit.
        proxies: Choice of the proxy for each URL, None for none.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        connector: Connector | None,
        default_timeout: float | None,
        proxies: ProxySettings | None = None,
    ) -> None:
        self._proxies = None if proxies is None or proxies.source is None else proxies
        self.session = session
        self._start = request_starter(session)
        self.connector = connector
        self.reused = 0
        # One queue of deadlines is cheaper than the timer that aiohttp would set for each request.
        self._timers = TimerQueue(default_timeout, _AttemptContext.expire)
        self._client_timeout = aiohttp.ClientTimeout(total=None)

    def _select_proxy(self, request: PreparedRequest) -> Proxy | None:
        """Return the proxy of a request, None for a direct connection."""
        if self._proxies is None:
            return None
        url = request.target.url
        return self._proxies.select(url.scheme, request.target.host, url.port or 0)

    def _session_request(self, request: PreparedRequest) -> Awaitable[aiohttp.ClientResponse]:
        proxy = self._select_proxy(request)
        if proxy is not None:
            return self._start_proxied_request(request, proxy)
        return self._start_request(request, request.sent_headers)

    def _start_request(
        self, request: PreparedRequest, headers: CIMultiDict[str], **options: Any
    ) -> Awaitable[aiohttp.ClientResponse]:
        return self._start(
            request.method,
            request.target.url,
            headers=headers,
            data=request.data,
            timeout=self._client_timeout,
            allow_redirects=False,
            raise_for_status=False,
            auto_decompress=False,
            **options,
        )

    async def _start_proxied_request(self, request: PreparedRequest, proxy: Proxy) -> aiohttp.ClientResponse:
        """Send a request through a proxy and receive the head of the response.

        Raises:
            ProxyRefusedError: The proxy did not connect, or answered itself that it demands credentials.
            HttpProcessingError: The response is not valid HTTP.
        """
        options: dict[str, Any] = {"proxy": URL(proxy.url)}
        headers = request.sent_headers
        if proxy.authorization is not None:
            # Not as `proxy_auth`: errors of aiohttp would hold it.
            credentials = {"Proxy-Authorization": proxy.authorization}
            if request.target.url.scheme == "https":
                options["proxy_headers"] = credentials
            else:
                headers = CIMultiDict(headers)
                headers.update(credentials)
        client_response: aiohttp.ClientResponse | None = None
        with contextlib.suppress(aiohttp.ClientResponseError):
            client_response = await self._start_request(request, headers, **options)
        if client_response is None:
            # Not the error of aiohttp, which holds the header fields that were sent.
            raise HttpProcessingError(message="not valid HTTP")
        if client_response.status == 407:
            client_response.close()
            raise ProxyRefusedError(407)
        return client_response

    async def send(self, request: PreparedRequest, *, with_body: bool = True) -> RawResponse:
        """Send one attempt and receive the response.

        Args:
            request: Request to send; its `timeout.attempt` limits the whole attempt, its total if there is none.
            with_body: Whether to read the body too; otherwise the caller reads it and closes the response.

        Raises:
            UpstreamError: The attempt failed; one of its subclasses.
            InvalidInputError: aiohttp cannot send the request.
        """
        timeout = request.timeout
        limit = timeout.total if timeout.attempt is None else timeout.attempt
        task = asyncio.current_task()
        assert task is not None
        context = _AttemptContext(task)
        cancelling = task.cancelling()
        if limit is not None:
            self._timers.schedule(context, limit)
        if timeout.connect != self._client_timeout.sock_connect:  # rare: most requests have the handler's timeouts
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
                # The server closed an idle connection just as it was reused: no evidence about the service, so this
                # does not count as an attempt.
                client_response = await self._session_request(request)
            if with_body:
                body = await read_body(client_response, request.max_body, decode=self.session.auto_decompress)
        except BaseException as error:
            if client_response is not None:
                # Closed, not released: the unread rest of the body would be read as the next response.
                client_response.close()
            # Without other cancellations of the task, ours ends the attempt only. `uncancel` takes ours back.
            timed_out = context.expired and task.uncancel() <= cancelling and isinstance(error, asyncio.CancelledError)
            cause = TimeoutError() if timed_out else error
            if not isinstance(cause, TRANSLATED_ERRORS) or isinstance(cause, AsyncAssistError):
                raise
            status = None if client_response is None else client_response.status
            proxy = self._select_proxy(request)
            raise translate_error(
                cause, request.target.key, blocked=context.blocked, status=status, proxy=proxy
            ) from cause
        finally:
            _attempt_context.reset(token)
            if limit is not None:
                self._timers.cancel(context)
        if context.expired:
            task.uncancel()  # the response was complete just as the timeout expired
        reused = not context.opened and self.connector is not None
        self.reused += reused
        # Usually closed already: aiohttp releases the connection at the end of the body.
        if with_body and not client_response.closed:
            client_response.release()
        unread_response = None if with_body else client_response
        return RawResponse(
            client_response.status,
            client_response.reason or "",
            client_response.headers,
            body,
            request.target.key,
            1,
            reused,
            None if self.connector is not None else client_response.request_info.headers,
            unread_response,
        )


async def read_body(client_response: aiohttp.ClientResponse, max_body: int, *, decode: bool = True) -> bytes:
    """Read the body, stopping once it is too large.

    Args:
        client_response: Response of aiohttp, with its body unread.
        max_body: Maximum size in bytes, after decompression.
        decode: Whether to decode the Content-Encoding.

    Raises:
        BodyTooLargeError: The body is larger than `max_body`.
        ContentEncodingError: The body does not match its Content-Encoding.
        ClientPayloadError: The body ended before it was complete.
    """
    content = client_response.content
    decoder = content_decoder(client_response) if decode else None
    if decoder is not None:
        return await _read_decoded(client_response, decoder, max_body)
    if content.is_eof() and content.exception() is None:
        # Fast path: most bodies are received completely together with their head.
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


async def _read_decoded(client_response: aiohttp.ClientResponse, decoder: ContentDecoder, max_body: int) -> bytes:
    """Read and decode the body, stopping once it is too large."""
    pieces: list[bytes] = []
    size = 0
    while data := await client_response.content.readany():
        for piece in decoder.decode(data):
            size += len(piece)
            if size > max_body:
                raise _too_large(client_response, max_body)
            pieces.append(piece)
    decoder.finish()
    return b"".join(pieces)


def _too_large(client_response: aiohttp.ClientResponse, limit: int) -> BodyTooLargeError:
    return BodyTooLargeError(limit=limit, url=str(client_response.url), status=client_response.status, attempts=1)


def _is_stale_connection(error: Exception, context: _AttemptContext, request: PreparedRequest) -> bool:
    """Return whether a reused connection was closed by the server and the request is safe to send again."""
    return (
        not context.opened
        and request.method in IDEMPOTENT_METHODS
        and not isinstance(error, aiohttp.ClientConnectorError)
        and is_repeatable_body(request.data)
    )
