"""Streamed responses, read in chunks and never cached."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from asyncassist._http.content_decoding import ContentDecoder, content_decoder
from asyncassist._http.error_mapping import translate_error
from asyncassist._http.redirects import next_redirect
from asyncassist._retry import deadline
from asyncassist.errors import BodyTooLargeError, DeadlineExceededError, StatusError, UpstreamError, safe_url

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from multidict import CIMultiDictProxy

    from asyncassist._http.executor import RequestExecutor
    from asyncassist._http.guard import Guard
    from asyncassist._http.prepared_request import PreparedRequest
    from asyncassist._http.transport import RawResponse, Transport


class StreamedResponse:
    """HTTP response whose head is received and whose body is read in chunks.

    Made by `AsyncHandler.stream`.

    Args:
        answer: Response of aiohttp, with its body unread.
        attempts: Requests that were sent for it.
        max_body: Maximum size of the body in bytes, after decompression; None for no limit.
        idle: Maximum seconds between two chunks, None for no limit.
        decode: Whether to decode the Content-Encoding.

    Attributes:
        status: HTTP status code.
        reason: Reason phrase as the server sent it.
        headers: Read-only multidict of header fields; names are case-insensitive and may have several values.
        url: URL of the response, after redirects.
        attempts: Requests that were sent for it.
    """

    def __init__(
        self,
        answer: aiohttp.ClientResponse,
        *,
        attempts: int,
        max_body: int | None,
        idle: float | None,
        decode: bool = True,
    ) -> None:
        self._client_response = answer
        self._max_body = max_body
        self._idle = idle
        self._size = 0
        self._decode = decode
        self._decoder: ContentDecoder | None = None
        self.status: int = answer.status
        self.reason: str = answer.reason or ""
        self.headers: CIMultiDictProxy[str] = answer.headers
        self.url: str = str(answer.url)
        self.attempts = attempts

    def __repr__(self) -> str:
        return f"<StreamedResponse {self.status} {safe_url(self.url)}>"

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        """Iterate over the body in chunks, as they are received and decoded.

        Yields:
            Non-empty chunks of the body after content decoding.

        Raises:
            BodyTooLargeError: The body is larger than `max_body` bytes.
            DeadlineExceededError: No data was received for the idle timeout.
            ConnectError: The connection broke.
            DecodeError: The body does not match its Content-Encoding.
        """
        try:
            if self._decode and self._decoder is None:
                self._decoder = content_decoder(self._client_response)
            async for data in self._iter_received():
                for piece in (data,) if self._decoder is None else self._decoder.decode(data):
                    self._size += len(piece)
                    if self._max_body is not None and self._size > self._max_body:
                        raise BodyTooLargeError(
                            limit=self._max_body, url=self.url, status=self.status, attempts=self.attempts
                        )
                    yield piece
            if self._decoder is not None:
                self._decoder.finish()
        except (aiohttp.ClientError, HttpProcessingError) as error:
            raise translate_error(error, self.url, status=self.status) from error

    async def _iter_received(self) -> AsyncIterator[bytes]:
        """Iterate over the body as it is received, before content decoding."""
        while True:
            scope = asyncio.timeout(self._idle)
            try:
                async with scope:
                    piece = await self._client_response.content.readany()
            except TimeoutError as error:
                if scope.expired():
                    raise DeadlineExceededError(
                        "no data within the idle timeout", url=self.url, status=self.status, attempts=self.attempts
                    ) from None
                raise translate_error(error, self.url, status=self.status) from error
            except (OSError, ValueError) as error:
                raise translate_error(error, self.url, status=self.status) from error
            if not piece:
                return
            yield piece

    async def read(self) -> bytes:
        """Read the rest of the body.

        Returns:
            The part of the body that was not read yet, after content decoding.

        Raises:
            BodyTooLargeError: The body is larger than `max_body` bytes.
            DeadlineExceededError: No data was received for the idle timeout.
            ConnectError: The connection broke.
            DecodeError: The body does not match its Content-Encoding.
        """
        return b"".join([piece async for piece in self.iter_bytes()])

    def raise_for_status(self) -> StreamedResponse:
        """Return the response itself if its status is below 400.

        Raises:
            StatusError: The status is 400 or above.
        """
        if self.status >= 400:
            raise StatusError(
                "the service answered with an error", url=self.url, status=self.status, attempts=self.attempts
            )
        return self


class StreamOpener:
    """Opens streams: sends a request with retries and redirects up to the head of the response.

    Args:
        executor: Executes the attempts.
        transport: Sends one attempt.
        guard: SSRF policy checked for every URL, None for no check.
        max_redirects: Redirects to follow; 0 returns the redirect response itself.
        now: Monotonic clock, seconds.
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
        """Follow redirects and yield the final response with its head received, and the number of attempts.

        Raises:
            UpstreamError: The request failed or there were too many redirects; one of its subclasses.
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
        """Yield one response and its attempts; its bulkhead slots are held until the block ends."""
        opened: list[aiohttp.ClientResponse] = []

        async def send(request: PreparedRequest) -> RawResponse:
            # Close the response of the previous attempt, whose status caused this retry.
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
                # The rest of a body is not awaited: the connection is reusable only if the body was read completely.
                client_response.close() if not client_response.content.at_eof() else client_response.release()
            slot.release()
