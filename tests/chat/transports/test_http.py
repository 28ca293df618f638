"""The chatbot's own transport: its requests, redirects, connections, and how it reads odd responses."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from asyncassist._chat.completions import MalformedCompletionError
from asyncassist._chat.transports.http import decode_json
from asyncassist.errors import InvalidInputError, StatusError
from asyncassist.testing import FakeFault, FakeOpenAI
from tests.chat.conftest import NO_RETRY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.chat.conftest import Make

COMPLETION = {"choices": [{"message": {"content": "hello"}, "finish_reason": "stop"}]}
CHUNK = {"choices": [{"index": 0, "delta": {"content": "hello"}, "finish_reason": "stop"}]}


@contextlib.asynccontextmanager
async def serving(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[TestServer]:
    """A server that answers every request with this function."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        yield server


def test_a_reply_does_not_import_the_sdk():
    """It is loaded for a client that is passed in, and for a SOCKS proxy."""
    program = """
import asyncio, sys
from asyncassist import CachedChatbot
from asyncassist.testing import FakeOpenAI

async def main():
    async with FakeOpenAI() as server, CachedChatbot(model="m", base_url=server.base_url) as bot:
        assert (await bot.reply("hello")).source == "model"
        async with bot.stream("more") as stream:
            assert [delta async for delta in stream]
        assert (await bot.health()).status == "pass"

asyncio.run(main())
print({"openai", "httpx2"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert (done.stdout, done.stderr) == ("set()\n", "")


async def test_headers_query_and_body_of_a_call_are_sent(make: Make, server: FakeOpenAI):
    """`extra_headers` and `extra_body` replace what is there; no other headers are sent."""
    bot = await make()
    await bot.reply(
        "hello",
        temperature=1,
        extra_headers={"authorization": "Bearer other", "X-A": "b"},
        extra_query={"version": "7"},
        extra_body={"temperature": 0, "vendor": [1]},
    )
    async with bot.stream("more", extra_headers={"X-A": "c"}, extra_query={"version": "8"}) as stream:
        assert [delta async for delta in stream]

    first, second = server.requests
    assert (first.headers["authorization"], first.headers["x-a"]) == ("Bearer other", "b")
    assert (first.body["temperature"], first.body["vendor"]) == (0, [1])
    assert (second.headers["authorization"], second.headers["x-a"]) == ("Bearer k", "c")
    assert set(second.headers) == {
        "accept", "accept-encoding", "authorization", "content-length", "content-type", "host", "user-agent", "x-a"
    }  # fmt: skip


@pytest.mark.parametrize("name", ["extra_headers", "extra_query"])
async def test_options_of_a_call_are_checked(make: Make, server: FakeOpenAI, name: str):
    """InvalidInputError names what is no mapping or cannot be sent; nothing is sent."""
    bot = await make()
    for value in ("text", {"X-A": "b\n"} if name == "extra_headers" else {"": {"a": 1}}):
        with pytest.raises(InvalidInputError) as caught:
            await bot.reply("hello", **{name: value})
        assert caught.value.field == name

    assert server.calls == 0


async def test_the_path_is_added_before_the_query_of_the_address(make: Make):
    """With or without a slash at the end; the query stays."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(str(request.rel_url))
        return web.json_response(COMPLETION)

    async with serving(answer) as server:
        for path in ("/v1", "/v1/", "/v1?api-version=2", ""):
            bot = await make(base_url=str(server.make_url("/")).rstrip("/") + path)
            assert (await bot.reply("hello")).text == "hello"

    assert asked == [
        "/v1/chat/completions",
        "/v1/chat/completions",
        "/v1/chat/completions?api-version=2",
        "/chat/completions",
    ]


@pytest.mark.parametrize("streamed", [False, True])
async def test_redirects_are_followed_without_credentials_for_others(make: Make, server: FakeOpenAI, streamed: bool):
    """The request is sent again with its body; another origin does not get the key; one without an end is a failure."""

    async def answer(request: web.Request) -> web.Response:
        target = str(request.url) if "loop" in request.path else server.base_url + "/chat/completions"
        raise web.HTTPTemporaryRedirect(target)

    async with serving(answer) as other:
        bot = await make(base_url=str(other.make_url("/v1")))
        if streamed:
            async with bot.stream("hello") as stream:
                assert [delta async for delta in stream]
            reply = stream.reply
        else:
            reply = await bot.reply("hello")
        lost = await make(base_url=str(other.make_url("/loop")), retry=NO_RETRY)
        assert (await lost.reply("hello")).reason == "disconnected"

    assert reply.source == "model"
    assert server.requests[0].body["messages"][0]["content"] == "hello"
    assert "authorization" not in server.requests[0].headers


async def test_a_redirect_that_cannot_be_followed_is_a_refusal(make: Make):
    """Its status is in the error."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=304)

    async with serving(answer) as server:
        bot = await make(base_url=str(server.make_url("/v1")))
        with pytest.raises(StatusError) as caught:
            await bot.reply("hello")
    assert caught.value.status == 304


@pytest.mark.parametrize("end", ["[DONE]", "[DONE] later", ""])
async def test_streams_use_one_connection(make: Make, end: str):
    """The end of a body is read also if it comes after the last event, so that the connection can be used again."""
    peers: set[Any] = set()

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(f"data: {json.dumps(CHUNK)}\n\n".encode())
        if end:
            await response.write(b"data: [DONE]\n\n")
        if "later" in end:
            await response.write(b": bye\n\n")
        return response

    async with serving(answer) as server:
        bot = await make(base_url=str(server.make_url("/v1")))
        for number in range(3):
            async with bot.stream(f"hello {number}") as stream:
                assert [delta async for delta in stream] == ["hello"]
            assert not stream.reply.degraded

    assert len(peers) == 1


async def test_a_server_that_does_not_end_after_its_last_event_is_not_awaited(make: Make):
    """The answer is complete, and the next one arrives over another connection."""
    requests: list[web.Request] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        requests.append(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(f"data: {json.dumps(CHUNK)}\n\ndata: [DONE]\n\n".encode())
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b": on and on\n\n")
        return response

    async with serving(answer) as server:
        bot = await make(base_url=str(server.make_url("/v1")))
        for number in range(2):
            async with bot.stream(f"hello {number}") as stream:
                assert [delta async for delta in stream] == ["hello"]
            assert not stream.reply.degraded
    assert len(requests) == 2


@pytest.mark.parametrize("streamed", [False, True])
async def test_the_body_of_an_error_is_read_within_bounds(make: Make, streamed: bool):
    """A code is named, whatever announces the body; one that is too long, cut off or no JSON leaves the status alone."""
    bodies: list[bytes] = [b'{"error": {"code": "too_hot"}}', b"<html>", b'{"error": "' + b"a" * (9 << 20)]

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=400, body=bodies[0], content_type="text/plain")

    async with serving(answer) as server:
        bot = await make(base_url=str(server.make_url("/v1")), retry=NO_RETRY)
        for shown in (": too_hot", "error (", "error ("):
            if streamed or len(bodies) > 1:
                with pytest.raises(StatusError, match="answered with an error") as caught:
                    if streamed:
                        async with bot.stream("hello") as stream:
                            _ = [delta async for delta in stream]
                    else:
                        await bot.reply("hello")
                assert shown in str(caught.value)
            else:
                assert (await bot.reply("hello")).reason == "too long"
            del bodies[0]


async def test_a_stream_of_invalid_events_is_malformed(make: Make):
    """Text that is no JSON, and an event that is none of a completion."""
    events = iter([b"data: {no\n\n", b"data: 7\n\n", b"data: \xff\n\n"])

    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=next(events), content_type="text/event-stream")

    async with serving(answer) as server:
        bot = await make(base_url=str(server.make_url("/v1")), retry=NO_RETRY)
        for _ in range(3):
            async with bot.stream("hello") as stream:
                assert [delta async for delta in stream]
            assert stream.reply.reason == "malformed"


def test_json_of_servers_is_read_leniently():
    """NaN, half of a surrogate pair, a byte order mark; what is no JSON or too deep is malformed."""
    assert str(decode_json(b'{"logprob": NaN}')["logprob"]) == "nan"
    assert decode_json(rb'"\ud83d"') == "\ud83d"
    assert decode_json(b"\xef\xbb\xbf{}") == {}
    for data in (b"", b"{", b"\xff", b"[" * 100_000, b"NaN" + b"[" * 100_000):
        with pytest.raises(MalformedCompletionError):
            decode_json(data)


async def test_health_asks_for_the_models(make: Make, server: FakeOpenAI):
    """With the credentials; a server without a list of models is reachable, one that fails is not."""
    bot = await make()
    assert (await bot.health()).status == "pass"
    server.script(FakeFault("status", status=404))

    async def answer(request: web.Request) -> web.Response:
        assert request.headers["authorization"] == "Bearer k"
        return web.Response(status=int(request.path.split("/")[1]))

    async with serving(answer) as other:
        for status, expected in ((404, "pass"), (500, "warn"), (401, "fail")):
            bot = await make(base_url=str(other.make_url(f"/{status}")))
            assert (await bot.health()).status == expected
