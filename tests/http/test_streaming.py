"""Streamed responses: chunks, limits, timeouts, retries and slots."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from asyncassist import AsyncHandler, Limits, Timeout
from asyncassist.errors import (
    BodyTooLargeError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    InvalidInputError,
    StatusError,
)
from tests.http.conftest import send_bytes

OK = b"HTTP/1.1 200 OK\r\n"


async def test_chunks_arrive_as_they_are_sent(origin):
    """The first chunk is read before the last one is sent; nothing is stored."""
    first_read = asyncio.Event()

    async def respond(request):
        response = web.StreamResponse(headers={"Cache-Control": "max-age=60"})
        await response.prepare(request)
        await response.write(b"first")
        await first_read.wait()
        await response.write(b"last")
        return response

    origin.handler = respond
    async with AsyncHandler() as http:
        async with http.stream("GET", origin.url) as streamed:
            chunks = []
            async for chunk in streamed.iter_bytes():
                chunks.append(chunk)
                first_read.set()
        assert b"".join(chunks) == b"firstlast"
        assert chunks[0] == b"first"
        assert (streamed.status, streamed.attempts, streamed.url) == (200, 1, f"{origin.url}/")
        assert http.stats().entries == 0
        assert "secret" not in repr(streamed)


async def test_stream_is_limited_by_max_body_of_the_call(origin):
    """`Limits.max_body` does not apply to streams."""
    origin.respond(body="x" * 100_000)

    async with AsyncHandler(limits=Limits(max_body=10)) as http:
        async with http.stream("GET", origin.url) as streamed:
            assert len(await streamed.read()) == 100_000
        async with http.stream("GET", origin.url, max_body=99_999) as streamed:
            with pytest.raises(BodyTooLargeError):
                await streamed.read()


async def test_stalled_stream_ends_at_the_idle_timeout(raw_server):
    """After `idle` seconds without data."""
    url = await raw_server(send_bytes(OK, b"Content-Length: 10\r\n\r\nabc", wait=True))

    async with (
        AsyncHandler(timeout=Timeout(total=5.0, idle=0.1)) as http,
        http.stream("GET", url) as streamed,
    ):
        with pytest.raises(DeadlineExceededError):
            await streamed.read()


@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        ([OK, b"Content-Length: 10\r\n\r\nshort"], ConnectError),
        ([OK, b"Content-Length: 5\r\nContent-Encoding: gzip\r\n\r\nabcde"], DecodeError),
    ],
)
async def test_broken_stream_is_a_typed_error(raw_server, pieces, error):
    """While reading, where it breaks."""
    url = await raw_server(send_bytes(*pieces))

    async with AsyncHandler(retry=None) as http:
        with pytest.raises(error):
            async with http.stream("GET", url) as streamed:
                await streamed.read()
        assert http.stats().origins[0].in_flight == 0


async def test_stream_is_retried_and_redirected_up_to_its_head(origin, clock):
    """The response that caused the retry is closed."""

    async def respond(request):
        if origin.count == 1:
            return web.Response(status=503, body=b"x" * 1_000_000)
        if request.path == "/":
            raise web.HTTPFound("/next")
        return web.Response(text="ok")

    origin.handler = respond
    async with AsyncHandler(now=clock) as http:
        async with http.stream("GET", origin.url) as streamed:
            assert await streamed.read() == b"ok"
        origin.respond(404)
        with pytest.raises(StatusError):
            async with http.stream("GET", origin.url, raise_for_status=True):
                pass


async def test_stream_holds_its_slots_until_its_end(origin):
    """They are released however the block ends."""
    origin.respond(body="x" * 1_000_000)

    async with AsyncHandler(limits=Limits(total=1)) as http:
        async with http.stream("GET", origin.url):
            waiting = asyncio.create_task(http.get(origin.url))
            await asyncio.sleep(0.01)
            assert origin.count == 1
        assert (await waiting).status == 200
        with pytest.raises(ZeroDivisionError):
            async with http.stream("GET", origin.url):
                raise ZeroDivisionError
        assert (await http.get(f"{origin.url}/2")).status == 200


async def test_head_of_a_stream_has_a_timeout(origin):
    """In total, and per attempt."""
    origin.release = asyncio.Event()

    async with AsyncHandler(retry=None) as http:
        for timeout in (0.05, Timeout(total=5.0, attempt=0.05), Timeout(total=0.05, attempt=None)):
            with pytest.raises(DeadlineExceededError):
                async with http.stream("GET", origin.url, timeout=timeout):
                    pass


@pytest.mark.parametrize("name", ["cache", "ttl", "hedge_after"])
async def test_options_without_meaning_for_a_stream_are_refused(origin, name):
    """Rather than ignored."""
    async with AsyncHandler() as http:
        with pytest.raises(InvalidInputError, match=name):
            async with http.stream("GET", origin.url, **{name: 1}):
                pass
