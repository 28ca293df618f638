"""An answer read piece by piece. Never kept."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import aiohttp

from asyncassist._http.cache_controller import next_redirect
from asyncassist._http.transport import RawResponse, translate_error
from asyncassist._retry import deadline
from asyncassist.errors import BodyTooLargeError, DeadlineExceededError, StatusError, UpstreamError, safe_url

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from multidict import CIMultiDictProxy

    from asyncassist._http.executor import RequestExecutor
    from asyncassist._http.guard import Guard
    from asyncassist._http.prepared_request import PreparedRequest
    from asyncassist._http.transport import Transport


class StreamedResponse:
    """The head of an answer, and its body as it comes.

    Attributes:
        status: HTTP status.
        reason: Its words as the server sent them.
        headers: Header fields, names in any case, several values each.
        url: Where it comes from, after redirects.
        attempts: Requests that were sent for it.
    """

    def __init__(
        self, answer: aiohttp.ClientResponse, *, attempts: int, max_body: int | None, idle: float | None
    ) -> None:
        self._client_response = answer
        self._max_body = max_body
        self._idle = idle
        self._size = 0
        self.status: int = answer.status
        self.reason: str = answer.reason or ""
        self.headers: CIMultiDictProxy[str] = answer.headers
        self.url: str = str(answer.url)
        self.attempts = attempts

    def __repr__(self) -> str:
        return f"<StreamedResponse {self.status} {safe_url(self.url)}>"

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        """The decoded body in pieces, as they come.

        Raises:
            BodyTooLargeError: There are more bytes than `max_body`.
            DeadlineExceededError: Nothing came for as long as `timeout.idle` allows.
            ConnectError: The connection broke.
            DecodeError: The body is not what its headers say.
        """
        while True:
            scope = asyncio.timeout(self._idle)
            try:
                async with scope:
                    piece = await self._client_response.content.readany()
            except TimeoutError as error:
                if scope.expired():
                    raise DeadlineExceededError(
                        "nothing came for too long", url=self.url, status=self.status, attempts=self.attempts
                    ) from None
                raise translate_error(error, self.url, status=self.status) from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise translate_error(error, self.url, status=self.status) from error
            if not piece:
                return
            self._size += len(piece)
            if self._max_body is not None and self._size > self._max_body:
                raise BodyTooLargeError(limit=self._max_body, url=self.url, status=self.status, attempts=self.attempts)
            yield piece

    async def read(self) -> bytes:
        """The rest of the body.

        Raises:
            BodyTooLargeError: There are more bytes than `max_body`.
            DeadlineExceededError: Nothing came for as long as `timeout.idle` allows.
            ConnectError: The connection broke.
            DecodeError: The body is not what its headers say.
        """
        return b"".join([piece async for piece in self.iter_bytes()])

    def raise_for_status(self) -> StreamedResponse:
        """The response itself.

        Raises:
            StatusError: The status is 400 or above.
        """
        if self.status >= 400:
            raise StatusError(
                "the service answered with an error", url=self.url, status=self.status, attempts=self.attempts
            )
        return self


class StreamOpener:
    """Opens streams: guard, place, retries, breaker, and redirects, up to the head of the answer.

    Args:
        executor: The way to the wire.
        transport: What sends.
        guard: Asked for every URL, None for no check.
        max_redirects: Redirects followed; 0 hands back the redirect itself.
        now: Steady seconds.
    """

    def __init__(
        self,
        executor: RequestExecutor,
        transport: Transport | None,
        guard: Guard | None,
        max_redirects: int,
        now: Callable[[], float],
    ) -> None:
        assert transport is not None
        self._executor = executor
        self._transport = transport
        self._guard = guard
        self._max_redirects = max_redirects
        self._now = now

    @contextlib.asynccontextmanager
    async def open(self, request: PreparedRequest) -> AsyncGenerator[tuple[aiohttp.ClientResponse, int]]:
        """The head of the answer at the end of the redirects, and how many requests were sent for it.

        Raises:
            UpstreamError: One of its kinds.
        """
        for _ in range(self._max_redirects + 1):
            if self._guard is not None:
                self._guard.check_url(request.target.url)
            async with self._open_one(request) as (client_response, attempts):
                redirected = next_redirect(request, client_response) if self._max_redirects else None
                if redirected is None:
                    yield client_response, attempts
                    return
                request = redirected
        raise UpstreamError("too many redirects", url=request.target.key)

    @contextlib.asynccontextmanager
    async def _open_one(self, request: PreparedRequest) -> AsyncGenerator[tuple[aiohttp.ClientResponse, int]]:
        """One answer; its place is held until it is closed."""
        opened: list[aiohttp.ClientResponse] = []

        async def send(request: PreparedRequest) -> RawResponse:
            # The one before, whose status asked for another attempt.
            while opened:
                opened.pop().close()
            raw_response = await self._transport.send(request, with_body=False)
            assert raw_response.client_response is not None
            opened.append(raw_response.client_response)
            return raw_response

        slot = self._executor.slot_for(request)
        await slot.acquire()
        try:
            async with deadline(request.remaining(self._now())):
                raw_response = await self._executor.run(request, send, has_slot=True)
            yield opened[-1], raw_response.attempts
        except DeadlineExceededError as error:
            raise DeadlineExceededError(url=request.target.key, attempts=error.attempts) from None
        finally:
            for client_response in opened:
                # What is left of the body is not waited for: the connection is given up unless it was read whole.
                client_response.close() if not client_response.content.at_eof() else client_response.release()
            slot.release()
