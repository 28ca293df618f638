"""Recorded and replayed HTTP traffic."""

from __future__ import annotations

import asyncio
import json
import socket

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from asyncassist import AsyncFlightClient, AsyncHandler, FlightQuery, Request
from asyncassist.errors import ConfigurationError, ConnectError, InvalidInputError, NotRecordedError, StatusError
from asyncassist.testing import Cassette, FakeFlightServer
from tests.flights.conftest import DAY


class Service:
    """Service that counts its requests."""

    def __init__(self) -> None:
        self.count = 0
        self.url = ""

    async def respond(self, request: web.Request) -> web.StreamResponse:
        self.count += 1
        if request.path == "/binary":
            return web.Response(body=b"\xff\x00\xfe")
        if request.path == "/moved":
            return web.Response(status=302, headers={"Location": "/there?token=S3CRET-in-redirect"})
        if request.path == "/missing":
            return web.Response(status=404, text="none")
        response = web.json_response(
            {"n": self.count, "got": (await request.read()).decode(), "access_token": "S3CRET-in-body", "id": 7},
            headers={
                "Set-Cookie": "sid=S3CRET-in-cookie",
                "Cache-Control": "max-age=60",
                "X-Id": "a",
                "X-Raw": "caf\udce9",
            },
        )
        response.enable_compression()
        return response


@pytest.fixture
async def service():
    made = Service()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.respond)
    server = TestServer(app)
    await server.start_server()
    made.url = str(server.make_url("/")).rstrip("/")
    yield made
    await server.close()


@pytest.fixture
def no_sockets(monkeypatch):
    """A function after whose call every connection fails."""

    def forbid() -> None:
        def refuse(*_args: object, **_kwargs: object) -> None:
            raise AssertionError("a socket was used")

        monkeypatch.setattr(socket.socket, "connect", refuse)
        monkeypatch.setattr(asyncio.BaseEventLoop, "sock_connect", refuse, raising=False)

    return forbid


async def talk(http: AsyncHandler, url: str) -> list[object]:
    """Return what a caller sees of several requests."""
    seen: list[object] = []
    first = await http.get(f"{url}/a?api_key=S3CRET-in-query", headers={"Authorization": "Bearer S3CRET-in-header"})
    seen += [first.status, first.headers["X-Id"], first.json()["n"]]
    for body in ({"a": 1, "password": "S3CRET-in-json"}, {"a": 2}):
        seen.append((await http.post(f"{url}/b", json=body)).json()["n"])
    seen.append((await http.post(f"{url}/b", data="user=u&client_secret=S3CRET-in-form")).json()["n"])
    seen.append((await http.get(f"{url}/moved")).json()["n"])
    seen.append((await http.get(f"{url}/binary")).body)
    seen.append((await http.head(f"{url}/a")).status)
    async with http.stream("GET", f"{url}/s") as streamed:
        seen.append(json.loads(await streamed.read())["id"])
    seen.append([type(one) for one in await http.gather([Request(url=f"{url}/missing", raise_for_status=True)])])
    seen.append((await http.check(f"{url}/a")).status)
    return seen


async def test_what_was_recorded_is_replayed_without_a_socket(service, tmp_path, no_sockets):
    """The same responses; the cache works as it does live."""
    path = tmp_path / "folder" / "service.jsonl"
    async with Cassette(path).handler() as http:
        live = await talk(http, service.url)
    count = service.count
    no_sockets()
    async with Cassette(path, mode="replay").handler() as http:
        replayed = await talk(http, service.url)
        first = await http.get(f"{service.url}/b/cached", cache="only-if-cached")

    assert replayed == live
    assert live[-2] == [StatusError]
    assert (service.count, first.status) == (count, 504)


async def test_no_secret_is_recorded(service, tmp_path):
    """The caller gets them live; the file, which holds one line of JSON for each exchange, has none of them."""
    path = tmp_path / "service.jsonl"
    async with Cassette(path).handler() as http:
        await talk(http, service.url)
        live = await http.get(f"{service.url}/c")

    text = path.read_text()
    assert "S3CRET" not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines[0]["request"] == {"method": "GET", "url": f"{service.url}/a?api_key=[redacted]", "body": {"text": ""}}
    assert ["Set-Cookie", "[redacted]"] in lines[0]["response"]["headers"]
    assert live.json()["access_token"] == "S3CRET-in-body"
    assert live.headers["Set-Cookie"] == "sid=S3CRET-in-cookie"
    assert list(tmp_path.iterdir()) == [path]


async def test_a_request_not_on_record_is_a_typed_error(service, tmp_path):
    """It names method and URL without its query; nothing is sent, and nothing is retried."""
    path = tmp_path / "service.jsonl"
    async with Cassette(path).handler() as http:
        await http.post(f"{service.url}/b", json={"a": 1, "b": 2})
    count = service.count
    async with Cassette(path, mode="replay").handler() as http:
        assert (await http.post(f"{service.url}/b", data='{"b":2, "a":1}')).status == 200
        for call in (http.get(f"{service.url}/b?key=S3CRET"), http.post(f"{service.url}/b", json={"a": 2})):
            with pytest.raises(NotRecordedError) as caught:
                await call
            assert f"{caught.value.method} {service.url}/b" in str(caught.value)
            assert "S3CRET" not in str(caught.value)
        with pytest.raises(InvalidInputError, match="data"):
            await http.post(f"{service.url}/b", data={"a": "1"})

    assert service.count == count


async def test_modes(service, tmp_path):
    """auto adds what is new, record begins anew, replay changes nothing; equal requests are replayed in order."""
    path = tmp_path / "service.jsonl"
    url = f"{service.url}/a"

    async def ask(mode: str, times: int = 1, suffix: str = "") -> list[int]:
        async with Cassette(str(path), mode=mode).handler(ttl=None) as http:
            return [(await http.get_json(url + suffix, cache="no-store"))["n"] for _ in range(times)]

    assert await ask("auto", 2) == [1, 2]
    assert await ask("replay", 3) == [1, 2, 2]
    assert await ask("auto") == [1]
    assert await ask("auto", suffix="/new") == [3]
    assert await ask("replay", suffix="/new") == [3]
    assert await ask("record") == [4]
    assert await ask("replay") == [4]
    assert len(path.read_text().splitlines()) == 1


async def test_handlers_share_a_cassette(service, tmp_path):
    """What either of them recorded is in the file."""
    cassette = Cassette(tmp_path / "service.jsonl")
    async with cassette.handler() as one, cassette.handler() as other:
        await one.get(f"{service.url}/1")
        await other.get(f"{service.url}/2")

    assert len((tmp_path / "service.jsonl").read_text().splitlines()) == 2


async def test_a_failed_connection_is_raised_and_not_recorded(tmp_path):
    """Then there is no file either."""
    async with Cassette(tmp_path / "x.jsonl").handler(retry=None) as http:
        with pytest.raises(ConnectError):
            await http.get("http://127.0.0.1:9/")

    assert not (tmp_path / "x.jsonl").exists()


async def test_a_file_that_cannot_be_replayed_is_an_error_at_opening(tmp_path):
    """Missing, a folder, or something else; a wrong mode and a session are refused at once."""
    (tmp_path / "other.jsonl").write_text("{}\n")
    good = '{"request":{"method":"GET","url":"http://a/","body":{}},"response":{"status":200,"reason":"","headers":[],"body":{"base64":"%"}}}'
    (tmp_path / "bad.jsonl").write_text(good)
    for path, problem in (
        (tmp_path / "missing.jsonl", "does not exist"),
        (tmp_path, "cannot be read"),
        (tmp_path / "other.jsonl", "line 1"),
        (tmp_path / "bad.jsonl", "line 1"),
    ):
        http = Cassette(path, mode="replay").handler()
        with pytest.raises(ConfigurationError, match=problem):
            await http.__aenter__()
        await http.aclose()
    with pytest.raises(ConfigurationError, match="mode"):
        Cassette(tmp_path / "x", mode="once")
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ConfigurationError, match="session"):
            Cassette(tmp_path / "x").handler(session=session)
    assert "replay" in repr(Cassette("x", mode="replay"))


async def test_a_flight_search_is_replayed(tmp_path):
    """A client works on recorded answers of a provider, tokens included."""
    path = tmp_path / "flights.jsonl"
    query = FlightQuery("LIS", "AMS", DAY)
    async with FakeFlightServer() as server:
        async with Cassette(path).handler() as http, AsyncFlightClient(providers=[server.amadeus(http=http)]) as client:
            live = await client.search(query)
        provider = server.amadeus
    async with Cassette(path, mode="replay").handler() as http:
        replaying = provider(http=http, client_secret="another one")
        async with AsyncFlightClient(providers=[replaying]) as client:
            replayed = await client.search(query)

    assert [offer.total for offer in replayed.offers] == [offer.total for offer in live.offers] != []
    assert server.client_secret not in path.read_text()
