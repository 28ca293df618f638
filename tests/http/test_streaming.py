"""Answers read piece by piece, with the same guard and limits."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web

from asyncassist import AsyncHandler, Limits, Timeout
from asyncassist.errors import (
    AsyncAssistError,
    BodyTooLargeError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    InvalidInputError,
    StatusError,
)
from tests.http.conftest import sends, until

OK = b"HTTP/1.1 200 OK\r\n"


async def test_a_stream_comes_piece_by_piece(origin):
    """The first piece is there before the last is sent; nothing is kept."""
    go = asyncio.Event()

    async def answer(request):
        response = web.StreamResponse(headers={"Cache-Control": "max-age=60"})
        await response.prepare(request)
        await response.write(b"first")
        await go.wait()
        await response.write(b"last")
        return response

    origin.answer = answer
    async with AsyncHandler() as http:
        async with http.stream("GET", origin.url) as streamed:
            pieces = []
            async for piece in streamed.iter_bytes():
                pieces.append(piece)
                go.set()
        assert b"".join(pieces) == b"firstlast"
        assert pieces[0] == b"first"
        assert (streamed.status, streamed.attempts, streamed.url) == (200, 1, f"{origin.url}/")
        assert http.stats().entries == 0
        assert "secret" not in repr(streamed)


async def test_a_stream_is_bounded_when_told(origin):
    """Unbounded else."""
    origin.says(body="x" * 100_000)

    async with AsyncHandler(limits=Limits(max_body=10)) as http:
        async with http.stream("GET", origin.url) as streamed:
            assert len(await streamed.read()) == 100_000
        async with http.stream("GET", origin.url, max_body=99_999) as streamed:
            with pytest.raises(BodyTooLargeError):
                await streamed.read()


async def test_a_stream_that_stalls_ends(raw):
    """After `idle` seconds without a piece."""
    url = await raw(sends(OK, b"Content-Length: 10\r\n\r\nabc", wait=True))

    async with (
        AsyncHandler(timeout=Timeout(total=5.0, idle=0.1)) as http,
        http.stream("GET", url) as streamed,
    ):
        with pytest.raises(DeadlineExceededError):
            await streamed.read()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ([OK, b"Content-Length: 10\r\n\r\nshort"], ConnectError),
        ([OK, b"Content-Length: 5\r\nContent-Encoding: gzip\r\n\r\nabcde"], DecodeError),
    ],
)
async def test_a_stream_that_breaks_is_a_typed_error(raw, answer, error):
    """Where it breaks."""
    url = await raw(sends(*answer))

    async with AsyncHandler(retry=None) as http:
        with pytest.raises(error):
            async with http.stream("GET", url) as streamed:
                await streamed.read()
        assert http.stats().origins[0].in_flight == 0


async def test_a_stream_is_tried_again_before_its_head(origin, clock):
    """The answer that asked for it is closed; redirects are followed."""

    async def answer(request):
        if origin.count == 1:
            return web.Response(status=503, body=b"x" * 1_000_000)
        if request.path == "/":
            raise web.HTTPFound("/next")
        return web.Response(text="fine")

    origin.answer = answer
    async with AsyncHandler(now=clock) as http:
        async with http.stream("GET", origin.url) as streamed:
            assert await streamed.read() == b"fine"
        origin.says(404)
        with pytest.raises(StatusError):
            async with http.stream("GET", origin.url, raise_for_status=True):
                pass


async def test_a_stream_holds_a_place_until_its_end(origin):
    """And gives it back however it ends."""
    origin.says(body="x" * 1_000_000)

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


async def test_the_head_of_a_stream_has_a_deadline(origin):
    """For all attempts, and for each."""
    origin.gate = asyncio.Event()

    async with AsyncHandler(retry=None) as http:
        for timeout in (0.05, Timeout(total=5.0, attempt=0.05), Timeout(total=0.05, attempt=None)):
            with pytest.raises(DeadlineExceededError):
                async with http.stream("GET", origin.url, timeout=timeout):
                    pass


@pytest.mark.parametrize("name", ["cache", "ttl", "hedge_after"])
async def test_what_has_no_meaning_for_a_stream_is_refused(origin, name):
    """Rather than ignored."""
    async with AsyncHandler() as http:
        with pytest.raises(InvalidInputError, match=name):
            async with http.stream("GET", origin.url, **{name: 1}):
                pass


async def test_an_upload_can_be_a_form_or_a_stream(origin):
    """As aiohttp takes them."""

    async def body():
        yield b"one"
        yield b"two"

    async with AsyncHandler() as http:
        await http.post(origin.url, data={"a": "b"})
        await http.post(origin.url, data=body())
        await http.post(origin.url, data=aiohttp.FormData({"c": "d"}))
        await http.post(origin.url, data="text")

        assert origin.bodies == [b"a=b", b"onetwo", b"c=d", b"text"]


async def test_a_thousand_failures_leave_nothing_behind(raw):
    """No connection, no task, no place."""
    url = await raw(sends(OK, b"Content-Length: 10\r\n\r\nshort"))

    async with AsyncHandler(retry=None, breaker=None) as http:
        results = await http.gather([f"{url}/{n}" for n in range(200)])
        assert all(isinstance(result, AsyncAssistError) for result in results)
        assert http._connector.idle_count() == 0
        assert len(http._connector._acquired) == 0
        assert http.stats().origins[0].in_flight == 0
        await until(lambda: len(asyncio.all_tasks()) < 20)
