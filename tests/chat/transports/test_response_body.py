"""Bodies of a model server's responses: decompression, bounds, and signs of life of a stream."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from asyncassist import Timeout
from asyncassist._chat.completions import MAX_ANSWER_CHARS, MAX_BODY_BYTES
from tests.chat.conftest import BOTH_TRANSPORTS, NO_RETRY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.chat.conftest import Make


transport = BOTH_TRANSPORTS


def completion(text: str) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return json.dumps(answer).encode()


def event(text: str, finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish_reason}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


@contextlib.asynccontextmanager
async def answering(*parts: bytes | float, encoding: str = "", repeat: bool = False) -> AsyncIterator[str]:
    """A model server whose responses are these bytes, with pauses in seconds; repeated without an end if wanted."""

    async def answer(request: web.Request) -> web.StreamResponse:
        kind = "text/event-stream" if (await request.json()).get("stream") else "application/json"
        response = web.StreamResponse(
            headers={"Content-Type": kind, **({"Content-Encoding": encoding} if encoding else {})}
        )
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                for part in parts:
                    await (asyncio.sleep(part) if isinstance(part, float) else response.write(part))
                if not repeat:
                    break
        return response

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/v1"))


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", raw_deflate)]
)
async def test_a_compressed_answer_is_read(make: Make, encoding: str, compress: Any):
    """Gzip, and deflate with or without the zlib header."""
    async with answering(compress(completion("hello")), encoding=encoding) as url:
        reply = await (await make(base_url=url)).reply("x")

    assert (reply.text, reply.degraded) == ("hello", False)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"no gzip"),
        ("deflate", b"\xff\xff no deflate"),
        ("gzip", gzip.compress(completion("hello"))[:-9]),
        ("br", b"\x00\x01"),
    ],
)
async def test_a_body_that_cannot_be_decompressed_is_malformed(make: Make, encoding: str, body: bytes):
    """Also one that ends early: a part is never taken for the whole."""
    async with answering(body, encoding=encoding) as url:
        reply = await (await make(base_url=url, retry=NO_RETRY)).reply("x")

    assert (reply.source, reply.reason) == ("fallback", "malformed")


@pytest.mark.parametrize(
    ("length", "compressed"), [(MAX_BODY_BYTES, True), (MAX_BODY_BYTES, False), (MAX_ANSWER_CHARS, False)]
)
async def test_an_answer_beyond_the_bound_is_degraded(make: Make, length: int, compressed: bool):
    """Whether the body as sent, the body once decompressed or the text is too long; it costs one call."""
    body = completion("a" * (length + 1))
    async with answering(gzip.compress(body) if compressed else body, encoding="gzip" if compressed else "") as url:
        reply = await (await make(base_url=url)).reply("x")

    assert (reply.source, reply.reason, reply.attempts) == ("fallback", "too long", 1)


async def test_a_stream_without_an_end_is_ended(make: Make):
    """The reply is what arrived within the bound, marked as degraded."""
    async with answering(event("a" * 60_000), repeat=True) as url:
        bot = await make(base_url=url)
        async with bot.stream("x") as stream:
            text = "".join([delta async for delta in stream])

    assert MAX_ANSWER_CHARS - 60_000 < len(text) <= MAX_ANSWER_CHARS
    assert (stream.reply.text, stream.reply.degraded, stream.reply.reason) == (text, True, "too long")


async def test_an_event_without_an_end_is_ended(make: Make):
    """What is collected between two events is bounded too."""
    async with answering(event("hi"), *[b"data: " + b"a" * 65_536 + b"\n"] * 129) as url:
        bot = await make(base_url=url)
        async with bot.stream("x") as stream:
            assert [delta async for delta in stream] == ["hi"]

    assert stream.reply.reason == "too long"


async def test_a_long_stream_of_small_chunks_is_whole(make: Make):
    """The bound of bytes counts from chunk to chunk: the envelopes of the chunks do not use it up."""
    padding = b": " + b"-" * (MAX_BODY_BYTES // 4) + b"\n\n"
    async with answering(*[padding, event("a")] * 5, event("", "stop"), b"data: [DONE]\n\n") as url:
        bot = await make(base_url=url)
        async with bot.stream("x") as stream:
            assert "".join([delta async for delta in stream]) == "aaaaa"

    assert not stream.reply.degraded


async def test_comments_keep_a_stream_alive(make: Make):
    """Every byte is a sign of life, before the first text and after it; silence is a stall all the same."""
    comments = [0.1, b": keepalive\n\n"] * 8
    timeout = Timeout(total=30.0, attempt=None, idle=0.4)
    for end, reason in ((0.0, None), (10.0, "stalled")):
        parts = (*comments, event("a"), *comments, end, event("b", "stop"), b"data: [DONE]\n\n")
        async with answering(*parts) as url:
            bot = await make(base_url=url, timeout=timeout, retry=NO_RETRY)
            async with bot.stream("x") as stream:
                assert "".join([delta async for delta in stream]) == ("ab" if reason is None else "a")
            assert stream.reply.reason == reason


async def test_comments_do_not_outlast_the_deadline(make: Make):
    """A stream of comments alone ends with the time of the whole reply."""
    async with answering(0.05, b": keepalive\n\n", repeat=True) as url:
        bot = await make(base_url=url, timeout=Timeout(total=0.6, attempt=None, idle=0.3), retry=NO_RETRY)
        async with bot.stream("x") as stream:
            assert [delta async for delta in stream]

    assert stream.reply.source == "fallback"
