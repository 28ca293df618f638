"""Decoding of Content-Encoding: complete bodies only, in bounded steps."""

from __future__ import annotations

import gzip
import importlib
import importlib.util
import random
import sys
import zlib

import aiohttp
import brotli
import pytest
from aiohttp import web
from aiohttp.http_exceptions import ContentEncodingError

from asyncassist import AsyncHandler, Retry
from asyncassist._http.content_decoding import ContentDecoder
from asyncassist.errors import ConnectError, DecodeError
from asyncassist.testing import FakeClock
from tests.http.conftest import send_bytes

DATA = random.Random(1).randbytes(20_000).hex().encode()
ENCODERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=1),
}
if sys.version_info >= (3, 14) or importlib.util.find_spec("backports.zstd"):
    zstd = importlib.import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    ENCODERS["zstd"] = zstd.compress


def decode(encoding, *pieces, framed=False):
    decoder = ContentDecoder(encoding, framed=framed)
    body = b"".join(chunk for piece in pieces for chunk in decoder.decode(piece))
    decoder.finish()
    return body


@pytest.mark.parametrize("encoding", ENCODERS)
@pytest.mark.parametrize("data", [b"", b"a", DATA, b"0" * 3_000_000])
def test_decoded_in_pieces_of_any_size(encoding, data):
    """At once, in pieces, and byte by byte."""
    body = ENCODERS[encoding](data)

    assert decode(encoding, body) == data
    assert decode(encoding, *(body[n : n + 999] for n in range(0, len(body), 999))) == data
    assert decode(encoding, *(body[n : n + 1] for n in range(min(len(body), 9))), body[9:]) == data


@pytest.mark.parametrize("encoding", ENCODERS)
def test_chunks_are_bounded(encoding):
    """A small body that decodes to a large one is handed over bit by bit."""
    decoder = ContentDecoder(encoding, framed=True)

    assert max(len(chunk) for chunk in decoder.decode(ENCODERS[encoding](b"0" * 5_000_000))) <= 1 << 20


@pytest.mark.parametrize("encoding", ENCODERS)
def test_body_cut_anywhere_is_incomplete(encoding):
    """Wherever it ends; a body without a byte is empty."""
    body = ENCODERS[encoding](DATA[:300])

    for end in range(1, len(body)):
        with pytest.raises(aiohttp.ClientPayloadError):
            decode(encoding, body[:end])
        with pytest.raises(ContentEncodingError):
            decode(encoding, body[:end], framed=True)
    assert decode(encoding) == b""


def test_several_members_and_padding():
    """Of gzip: members are joined, zeros after the last are padding; deflate may lack the header of zlib."""
    body = gzip.compress(b"a") + gzip.compress(b"b")
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)

    assert decode("gzip", body) == b"ab"
    assert decode("gzip", body + bytes(5)) == b"ab"
    assert decode("deflate", raw.compress(DATA) + raw.flush()) == DATA
    assert decode("deflate", zlib.compress(b"a") + b"rest") == b"a"
    with pytest.raises(aiohttp.ClientPayloadError):
        decode("gzip", body[:-1])


@pytest.mark.parametrize("encoding", ENCODERS)
@pytest.mark.parametrize("framing", ["close", "length", "chunked"])
async def test_truncated_response_is_an_error_and_never_stored(raw_server, encoding, framing):
    """A response and a stream; a broken connection is retried, a framed body that is not complete is not."""
    whole = ENCODERS[encoding](DATA)
    head, cut = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: {encoding}\r\n".encode(), whole[:9_000]
    pieces = {
        "close": head + b"\r\n" + cut,
        "length": head + b"Content-Length: 9000\r\n\r\n" + cut,
        "chunked": head + b"Transfer-Encoding: chunked\r\n\r\n2328\r\n" + cut + b"\r\n0\r\n\r\n",
    }
    url, good = await raw_server(send_bytes(pieces[framing])), await raw_server(send_bytes(head + b"\r\n" + whole))
    error = ConnectError if framing == "close" else DecodeError

    async with AsyncHandler(retry=Retry(attempts=2), now=FakeClock()) as http:
        for _ in range(2):
            with pytest.raises(error) as caught:
                await http.get(url)
            assert caught.value.attempts == (2 if framing == "close" else 1)
        with pytest.raises(error):
            async with http.stream("GET", url) as streamed:
                await streamed.read()
        assert http.stats().entries == 0
        assert (await http.get(good)).body == DATA
        async with http.stream("GET", good) as streamed:
            assert await streamed.read() == DATA


async def test_session_that_does_not_decode(origin):
    """With `auto_decompress=False` of an external session the body is handed over as it was sent."""
    body = gzip.compress(b"text")
    origin.respond_with(web.Response(body=body, headers={"Content-Encoding": "gzip"}))
    async with aiohttp.ClientSession(auto_decompress=False) as session, AsyncHandler(session=session) as http:
        assert (await http.get(origin.url)).body == body
        async with http.stream("GET", origin.url) as streamed:
            assert await streamed.read() == body
