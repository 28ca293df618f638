"""Decoding of Content-Encoding (RFC 9110 section 8.4) in bounded steps, with a check that the encoded data is complete.

aiohttp would decode too, but hands over what it has when gzip, br or zstd data ends too early.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp
from aiohttp import compression_utils, http_parser
from aiohttp.http_exceptions import ContentEncodingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The libraries for br and zstd as aiohttp found them: it names their encodings in Accept-Encoding.
_libraries: Any = compression_utils
_parser: Any = http_parser

# Bytes decoded from and to in one step, so that a small body that decodes to a large one is noticed early.
_INPUT_STEP = 1 << 14
_OUTPUT_STEP = 1 << 18


class MissingDecoderError(ContentEncodingError):
    """Content-Encoding for which no library is installed."""


class _Member(Protocol):
    """Decompressor of one member: what zlib and zstd decompressors have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class ContentDecoder:
    """Incremental decoder of one body.

    Args:
        encoding: "gzip", "deflate", "br" or "zstd".
        framed: Whether HTTP itself says where the body ends, so that its end is not that of a broken connection.

    Raises:
        ContentEncodingError: No library for the encoding is installed.
    """

    def __init__(self, encoding: str, *, framed: bool) -> None:
        if (encoding == "br" and not _parser.HAS_BROTLI) or (encoding == "zstd" and not _parser.HAS_ZSTD):
            raise MissingDecoderError(encoding)
        self._encoding = encoding
        self._framed = framed
        self._started = False
        self._member: Any = None
        self._complete = True
        """Whether the data so far ends where a member ends; no data at all is an empty body."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Decode the next piece of the body.

        Yields:
            Non-empty chunks of limited size.

        Raises:
            ContentEncodingError: The data does not match the encoding.
        """
        for start in range(0, len(data), _INPUT_STEP):
            step = data[start : start + _INPUT_STEP]
            try:
                yield from self._decode_brotli(step) if self._encoding == "br" else self._decode_members(step)
            except Exception as error:  # each library has an error of its own
                raise ContentEncodingError(self._encoding) from error

    def finish(self) -> None:
        """Check that the body is complete.

        Raises:
            ContentEncodingError: All of the body was received, and its encoding says that there is more.
            ClientPayloadError: The connection ended before the encoding said so.
        """
        if not self._complete and self._framed:
            raise ContentEncodingError(self._encoding)
        if not self._complete:
            raise aiohttp.ClientPayloadError("the encoded body is not complete")

    def _decode_brotli(self, data: bytes) -> Iterator[bytes]:
        if self._member is None:
            self._member = _libraries.brotli.Decompressor()
        process: Callable[[bytes, int], bytes] = getattr(self._member, "decompress", None) or self._member.process
        while chunk := process(data, _OUTPUT_STEP):
            yield chunk
            data = b""
            if self._member.is_finished():
                break
        self._complete = self._member.is_finished()

    def _decode_members(self, data: bytes) -> Iterator[bytes]:
        """Decode gzip, deflate or zstd, of which gzip and zstd may have several members."""
        has_output = False
        while data or has_output:
            if self._member is None or self._member.eof:
                if self._started and (self._encoding == "deflate" or (self._encoding == "gzip" and data[0] == 0)):
                    return  # rest after the end: zeros are padding of gzip
                self._member = self._new_member(data[0])
                self._started = True
            member: _Member = self._member
            chunk = member.decompress(data, _OUTPUT_STEP)
            data = member.unused_data if member.eof else getattr(member, "unconsumed_tail", b"")
            has_output = len(chunk) == _OUTPUT_STEP and not member.eof
            if chunk:
                yield chunk
            self._complete = member.eof

    def _new_member(self, first_byte: int) -> Any:
        if self._encoding == "zstd":
            return _libraries.ZstdDecompressor()
        if self._encoding == "gzip":
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        # Some servers send deflate without the header of zlib (RFC 1950): its method 8 stands in the first four bits.
        return zlib.decompressobj(zlib.MAX_WBITS if first_byte & 0xF == 8 else -zlib.MAX_WBITS)


def content_decoder(client_response: aiohttp.ClientResponse) -> ContentDecoder | None:
    """Return the decoder that Content-Encoding asks for, None for a body to hand over as it is.

    Raises:
        ContentEncodingError: No library for the encoding is installed.
    """
    encoding = client_response.headers.get("Content-Encoding")
    if encoding is None or (encoding := encoding.strip().lower()) not in {"gzip", "deflate", "br", "zstd"}:
        return None
    framed = "Content-Length" in client_response.headers or "Transfer-Encoding" in client_response.headers
    return ContentDecoder(encoding, framed=framed)
