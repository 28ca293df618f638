"""Bodies of responses under the SDK: decompressed and counted as they arrive, so that none exceeds its bound."""

from __future__ import annotations

import functools
import importlib
import zlib
from typing import TYPE_CHECKING, Any

from asyncassist._chat.completions import MAX_BODY_BYTES, AnswerTooLongError, MalformedCompletionError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

ACCEPT_ENCODING = "gzip, deflate"
"""The content codings that are decompressed here."""

# Bytes that are decompressed at once: a kilobyte can hold a megabyte.
_PIECE = 256 << 10


class BoundedBody:
    """Body of a response, counted while it is read.

    Args:
        source: The body as it was sent.
        encoding: Content coding; "" for none.
        close: Closes the source.
    """

    def __init__(self, source: AsyncIterator[bytes], encoding: str, close: Callable[[], Awaitable[None]]) -> None:
        self._source = source
        self._decompressor = _Decompressor(encoding) if encoding else None
        self._close = close
        self._received = 0

    def restart_count(self) -> None:
        """Count from 0 again: what was received so far has been processed."""
        self._received = 0

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        """Yield the decompressed body.

        Raises:
            AnswerTooLongError: It exceeds `MAX_BODY_BYTES`.
            MalformedCompletionError: It cannot be decompressed, or ends early.
        """
        async for data in self._source:
            for piece in (data,) if self._decompressor is None else self._decompressor.feed(data):
                self._received += len(piece)
                if self._received > MAX_BODY_BYTES:
                    raise AnswerTooLongError("the body is too large")
                yield piece
        if self._decompressor is not None:
            self._decompressor.finish()

    async def aclose(self) -> None:
        """Close the source."""
        await self._close()


class _Decompressor:
    """Incremental decompression in pieces of bounded size."""

    def __init__(self, encoding: str) -> None:
        self._is_deflate = encoding == "deflate"
        self._inner = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # gzip or zlib, by the first bytes

    def feed(self, data: bytes) -> Any:
        """Yield the pieces of decompressed data."""
        while data and not self._inner.eof:
            try:
                piece = self._inner.decompress(data, _PIECE)
            except zlib.error:
                if not self._is_deflate:
                    raise MalformedCompletionError("not compressed as announced") from None
                # Some servers send "deflate" without the zlib header (RFC 9110 section 8.4.1.2, note).
                self._is_deflate = False
                self._inner = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
                continue
            self._is_deflate = False
            if piece:
                yield piece
            data = self._inner.unconsumed_tail

    def finish(self) -> None:
        """Check that the end of the compressed data was seen.

        Raises:
            MalformedCompletionError: The body ends early.
        """
        if not self._inner.eof:
            raise MalformedCompletionError("the compressed body ends early")


async def bound_response(response: Any) -> None:
    """Bound the body of a response; the response hook of the SDK's HTTP client.

    Args:
        response: Response of the HTTP library, not yet read.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in {"gzip", "x-gzip", "deflate"}:
        del response.headers["content-encoding"]
    else:
        encoding = ""
    source = response.stream
    response.stream = _body_type(type(response).__module__.partition(".")[0])(aiter(source), encoding, source.aclose)


@functools.cache
def _body_type(library_name: str) -> Any:
    """Return the type of bounded bodies that the HTTP library accepts: it insists on a base class of its own."""
    library = importlib.import_module(library_name)
    return type("Body", (BoundedBody, library.AsyncByteStream), {})
