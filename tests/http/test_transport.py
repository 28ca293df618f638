"""One attempt over aiohttp: body limits, decoding, malformed responses, connections."""

from __future__ import annotations

import asyncio
import gzip
import importlib
import sys
import zlib

import aiohttp
import aiohttp.http_parser
import brotli
import pytest
from aiohttp import web

from asyncassist import AsyncHandler, Limits, Timeout
from asyncassist.errors import (
    AsyncAssistError,
    BodyTooLargeError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    UpstreamError,
)
from tests.http.conftest import send_bytes, wait_until

OK = b"HTTP/1.1 200 OK\r\n"
# Encoders by content encoding; zstd only if a library for it is installed.
ENCODERS = {"gzip": gzip.compress, "deflate": zlib.compress, "br": lambda data: brotli.compress(data, quality=1)}
if aiohttp.http_parser.HAS_ZSTD:
    zstd = importlib.import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    ENCODERS["zstd"] = zstd.compress
# Four bytes as a zstd frame of one uncompressed block (RFC 8878): made without a library.
ZSTD_TEXT = bytes.fromhex("28b52ffd 20 04 210000") + b"text"


@pytest.mark.parametrize("encoding", ["content-length", "unbounded", *ENCODERS])
async def test_body_size_is_limited_while_reading(origin, encoding):
    """By Content-Length, by the bytes received and by the decompressed size; the pool stays usable."""
    large = b"0" * 50_000_000

    async def respond(request):
        if encoding == "content-length":
            return web.Response(body=b"0" * 100_001)
        response = web.StreamResponse()
        if encoding == "unbounded":
            await response.prepare(request)
            while True:
                await response.write(b"0" * 65_536)
        response.headers["Content-Encoding"] = encoding
        await response.prepare(request)
        await response.write(await asyncio.to_thread(ENCODERS[encoding], large))
        return response

    origin.handler = respond
    async with AsyncHandler(limits=Limits(max_body=100_000)) as http:
        with pytest.raises(BodyTooLargeError) as caught:
            await http.get(origin.url)

        assert caught.value.limit == 100_000
        origin.respond(body="ok")
        assert (await http.get(origin.url)).text() == "ok"
        assert http.stats().origins[0].in_flight == 0


@pytest.mark.parametrize("encoding", ENCODERS)
async def test_content_encodings_are_decoded(origin, encoding):
    """Each is sent in Accept-Encoding, and a corrupt body is a DecodeError."""
    origin.respond_with(
        web.Response(body=ENCODERS[encoding](b"text" * 1000), headers={"Content-Encoding": encoding}),
        web.Response(body=b"corrupt", headers={"Content-Encoding": encoding}),
    )

    async with AsyncHandler(retry=None) as http:
        assert (await http.get(origin.url)).body == b"text" * 1000
        assert encoding in origin.requests[0].headers["Accept-Encoding"]
        with pytest.raises(DecodeError):
            await http.get(origin.url, cache="reload")


@pytest.mark.parametrize(
    ("encoding", "flag", "body"), [("br", "HAS_BROTLI", ENCODERS["br"](b"text")), ("zstd", "HAS_ZSTD", ZSTD_TEXT)]
)
async def test_encoding_without_an_installed_decoder_is_a_decode_error(origin, monkeypatch, encoding, flag, body):
    """The error says so; with the library, the same body is decoded."""
    origin.respond_with(web.Response(body=body, headers={"Content-Encoding": encoding}))
    installed = getattr(aiohttp.http_parser, flag)

    async with AsyncHandler(retry=None) as http:
        if installed:
            assert (await http.get(origin.url)).text() == "text"
        monkeypatch.setattr(aiohttp.http_parser, flag, False)
        with pytest.raises(DecodeError, match="no decoder"):
            await http.get(origin.url, cache="reload")
        origin.respond(body="ok")
        assert (await http.get(origin.url, cache="reload")).text() == "ok"


@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        ([OK, b"Content-Length: 10\r\n\r\nshort"], ConnectError),
        ([OK, b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"], ConnectError),
        ([OK, b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n"], UpstreamError),
        ([OK, b"Content-Length: 5\r\nContent-Encoding: gzip\r\n\r\nabcde"], DecodeError),
        ([OK, b"Content-Length: 30\r\nContent-Encoding: gzip\r\n\r\n", gzip.compress(b"x" * 500)[:15]], ConnectError),
        ([b"nonsense\r\n\r\n"], DecodeError),
        ([b"HTTP/9.9 abc\r\n\r\n"], DecodeError),
        ([OK, b"A" * 100_000, b"\r\n\r\n"], DecodeError),
        ([OK, b"Content-Length: -5\r\n\r\n"], DecodeError),
        ([OK, b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"], DecodeError),
        ([b""], ConnectError),
    ],
)
async def test_malformed_response_is_a_typed_error(raw_server, pieces, error):
    """The connection is released, and the next request succeeds."""
    url = await raw_server(send_bytes(*pieces))

    async with AsyncHandler(retry=None) as http:
        with pytest.raises(error) as caught:
            await http.get(url)

        assert caught.value.host == url.removeprefix("http://")
        assert http.stats().origins[0].in_flight == 0
        good = await raw_server(send_bytes(OK, b"Content-Length: 2\r\n\r\nok"))
        assert (await http.get(good)).text() == "ok"


async def test_stalled_body_ends_at_the_attempt_timeout(raw_server):
    """The attempt timeout covers the body, not only the head."""
    url = await raw_server(send_bytes(OK, b"Content-Length: 10\r\n\r\nabc", wait=True))

    async with AsyncHandler(retry=None, timeout=Timeout(total=5.0, attempt=0.1)) as http:
        with pytest.raises(DeadlineExceededError):
            await http.get(url)


async def test_own_session_stores_no_cookies(origin):
    """A cookie set by one response is not sent with the next request."""
    origin.respond(set_cookie="a=b")

    async with AsyncHandler() as http:
        await http.get(origin.url)
        await http.get(origin.url)

        assert "Cookie" not in origin.requests[1].headers


async def test_stale_idle_connection_is_replaced_without_counting_an_attempt(raw_server):
    """A reused connection closed by the server is no evidence about the service."""
    connections = 0

    async def close_after_one(reader, writer):
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
        await writer.drain()
        if connections == 1:
            # The next request arrives, and the connection is closed without a response.
            await reader.readuntil(b"\r\n\r\n")

    url = await raw_server(close_after_one)
    async with AsyncHandler(retry=None) as http:
        for _ in range(2):
            assert (await http.get(url, cache="no-store")).attempts == 1
        assert connections == 2


async def test_body_can_be_a_form_a_stream_or_text(origin):
    """As aiohttp accepts them."""

    async def body():
        yield b"one"
        yield b"two"

    async with AsyncHandler() as http:
        await http.post(origin.url, data={"a": "b"})
        await http.post(origin.url, data=body())
        await http.post(origin.url, data=aiohttp.FormData({"c": "d"}))
        await http.post(origin.url, data="text")

        assert origin.bodies == [b"a=b", b"onetwo", b"c=d", b"text"]


async def test_failures_leave_no_connections_and_tasks(raw_server):
    """After 200 failures no connection, task or slot is in use."""
    url = await raw_server(send_bytes(OK, b"Content-Length: 10\r\n\r\nshort"))

    async with AsyncHandler(retry=None, breaker=None) as http:
        results = await http.gather([f"{url}/{n}" for n in range(200)])
        assert all(isinstance(result, AsyncAssistError) for result in results)
        assert http.stats().reused == 0
        assert len(http._connector._acquired) == 0
        assert http.stats().origins[0].in_flight == 0
        await wait_until(lambda: len(asyncio.all_tasks()) < 20)
