"""Streams that break, over real sockets: resumed in the same and in another worker, through proxies, after a kill."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import re
import signal
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.web.example_apps import App

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from tests.web.upstream import Upstream

PATH = "/api/async/chatbot"


@pytest.fixture(params=["fastapi", "flask"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def pairs(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory, redis_url: str
) -> Iterator[Callable[..., tuple[App, App]]]:
    """Return a function that starts two workers of an app on one store; in memory, it is one worker twice."""
    started: dict[tuple[str, str, str], tuple[App, App]] = {}
    with contextlib.ExitStack() as stack:

        def start(kind: str, store: str, purpose: str = "") -> tuple[App, App]:
            if (kind, store, purpose) not in started:
                path = str(tmp_path_factory.mktemp("turns") / "state.sqlite")
                stores = {"redis": {"ASYNCASSIST_REDIS_URL": redis_url}, "sqlite": {"ASYNCASSIST_SQLITE_PATH": path}}
                facts = {**environment, "ASYNCASSIST_ON_DISCONNECT": "finish", **stores.get(store, {})}
                apps = [App(kind, **facts).launch() for _ in range(2 if store in stores else 1)]
                for app in apps:
                    stack.callback(app.__exit__)
                    app.ready()
                started[kind, store, purpose] = apps[0], apps[-1]
            return started[kind, store, purpose]

        yield start


@pytest.fixture(params=["redis", "sqlite", "memory"])
def pair(request: pytest.FixtureRequest, kind: str, pairs: Callable[..., tuple[App, App]]) -> tuple[App, App]:
    return pairs(kind, request.param)


_open: list[Stream] = []


@pytest.fixture(autouse=True)
def _close_streams() -> Iterator[None]:
    yield
    while _open:
        _open.pop().close()


class Stream:
    """Open stream of events; closed at the end of the test.

    Args:
        port: Port of the app or of a proxy in front of it.
        method: HTTP method.
        path: Path of the route.
        message: Message to send, None to send nothing.
        headers: Further header fields.
    """

    def __init__(self, port: int, method: str, path: str, message: str | None = None, **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        body = None if message is None else json.dumps({"message": message, "stream": True})
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, body, {"content-type": "application/json", **fields})
        _open.append(self)
        self.response = self.connection.getresponse()

    def event(self) -> bytes:
        """Return the next event as it is sent, without heartbeats; nothing at the end."""
        lines: list[bytes] = []
        while line := self.response.readline():
            if line == b"\n" and lines:
                return b"".join(lines) + line
            if line != b"\n" and not line.startswith(b":"):
                lines.append(line)
        return b""

    def rest(self) -> bytes:
        """Return all further events."""
        return b"".join(iter(self.event, b""))

    def close(self) -> None:
        self.response.close()
        self.connection.close()


def id_of(event: bytes) -> str:
    return event.split(b"\n")[0].removeprefix(b"id: ").decode()


def conversation_of(start: bytes) -> str:
    return json.loads(start.split(b"data: ")[1])["conversation_id"]


def events_path(start: bytes) -> str:
    return f"/chat/{conversation_of(start)}/events"


@pytest.mark.timeout(300)
def test_turn_cut_at_each_of_its_events_is_whole(pair: tuple[App, App], upstream: Upstream):
    """400 events, cut after each of them and resumed in the same and in another worker: 0 are lost, 0 doubled."""
    first, second = pair
    upstream.wait_for(0)
    stream = Stream(first.port, "POST", PATH, f"Recite 398 words for {first.kind}")
    events = list(iter(stream.event, b""))
    path = events_path(events[0])
    connections = [http.client.HTTPConnection("127.0.0.1", app.port, timeout=30) for app in {first, second}]

    assert len(events) == 400
    for connection in connections:
        found = []
        for event in events[:-1]:
            connection.request("GET", path, headers={"last-event-id": id_of(event)})
            found.append(connection.getresponse().read())
        connection.request("GET", path, headers={"last-event-id": id_of(events[-1])})
        assert connection.getresponse().status == 204
        connection.close()
        assert found == [b"".join(events[cut:]) for cut in range(1, 400)]


def test_turn_cut_while_it_runs_is_whole(pair: tuple[App, App], upstream: Upstream):
    """The client leaves in the middle, twice; the rest comes from the other worker as it is made."""
    first, second = pair
    upstream.wait_for(0)
    stream = Stream(first.port, "POST", PATH, f"Recite 300 words slowly for {first.kind}")
    events = [stream.event() for _ in range(50)]
    stream.close()
    path = events_path(events[0])
    stream = Stream(second.port, "GET", path, last_event_id=id_of(events[-1]))
    events += [stream.event() for _ in range(100)]
    stream.close()
    stream = Stream(first.port, "GET", path, last_event_id=id_of(events[-1]))
    events += iter(stream.event, b"")

    assert Stream(second.port, "GET", path).rest() == b"".join(events)
    assert len(events) == 302
    assert [id_of(event).rpartition("-")[2] for event in events] == [str(number) for number in range(1, 303)]


def test_client_that_is_cut_before_the_first_event_asks_again(pair: tuple[App, App]):
    """Two cuts before any byte: the same message under the same key is one turn, whichever worker gets it."""
    first, second = pair
    key = f"key-{time.monotonic_ns()}"
    for app in (first, second):
        Stream(app.port, "POST", PATH, "Recite 20 words once", idempotency_key=key).close()
    events = list(iter(Stream(second.port, "POST", PATH, "Recite 20 words once", idempotency_key=key).event, b""))
    again = Stream(first.port, "POST", PATH, "Recite 20 words once", idempotency_key=key)

    assert len(events) == 22
    assert again.rest() == b"".join(events)


def test_turn_is_stopped_from_any_worker(pair: tuple[App, App], upstream: Upstream):
    """The stop ends the request to the model, and readers get the reason."""
    first, second = pair
    upstream.wait_for(0)
    stream = Stream(first.port, "POST", PATH, f"Recite poetry for ever, to {first.kind}")
    start = stream.event()
    upstream.wait_for(1)
    answer = second.ask("POST", f"/chat/{conversation_of(start)}/stop")
    rest = stream.rest()

    assert answer.json() == {"stopped": True}
    assert b"urn:asyncassist:problem:stopped" in rest
    upstream.wait_for(0)


@pytest.mark.parametrize("store", ["redis", "sqlite"])
def test_killed_worker_leaves_its_turn_interrupted(kind: str, store: str, pairs: Callable[..., tuple[App, App]]):
    """Within two seconds the other worker tells so, and answers the message anew under the same key."""
    first, second = pairs(kind, store, "to kill")
    if kind == "flask":
        # gunicorn's worker is a child of the process that the test has started.
        [pid] = re.findall(rb"\d+", _children(first))
    else:
        pid = str(first.process.pid).encode()
    key = f"key-{time.monotonic_ns()}"
    message = "Recite poetry for ever, please"
    stream = Stream(first.port, "POST", PATH, message, idempotency_key=key)
    start = stream.event()
    stream.event()
    os.kill(int(pid), signal.SIGKILL)
    began = time.monotonic()
    last = list(iter(Stream(second.port, "GET", events_path(start)).event, b""))[-1]
    elapsed = time.monotonic() - began
    stream.close()
    again = Stream(second.port, "POST", PATH, message, idempotency_key=key)
    restart = again.event()
    again.close()
    second.ask("POST", f"/chat/{conversation_of(restart)}/stop")  # a turn runs on without its reader

    assert b"urn:asyncassist:problem:interrupted" in last
    assert elapsed < 2.0
    assert id_of(restart)[:32] != id_of(start)[:32]


def _children(app: App) -> bytes:
    pid = app.process.pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_bytes()


class _Proxy:
    """Proxy that passes requests on as they are, and each response through `forward`.

    Args:
        port: Port of the server.
        forward: Reads the response and writes what it passes on.
    """

    def __init__(self, port: int, forward: Callable[..., Awaitable[None]]) -> None:
        self._target = port
        self._forward = forward
        self._done: list[asyncio.Event] = []

    async def __aenter__(self) -> int:
        """Return the port of the proxy."""
        self._server = await asyncio.start_server(self._handle, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for done in self._done:
            await done.wait()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        done = asyncio.Event()
        self._done.append(done)
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            upstream_writer.write(await reader.readuntil(b"\r\n\r\n"))
            upstream_writer.write(await reader.read(65536))
            await self._forward(upstream_reader, writer)
        finally:
            for one in (writer, upstream_writer):
                one.close()
                with contextlib.suppress(OSError):
                    await one.wait_closed()
            done.set()


async def _buffer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on whole blocks of 2 KiB only."""
    held = b""
    while data := await reader.read(65536):
        held += data
        whole = len(held) // 2048 * 2048
        writer.write(held[:whole])
        held = held[whole:]
    writer.write(held)


async def _compress(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Compress the body, unless the response forbids it; then pass it on as it comes."""
    head = await reader.readuntil(b"\r\n\r\n")
    writer.write(head)
    packer = None if b"no-transform" in head.lower() else zlib.compressobj()
    while data := await reader.read(65536):
        writer.write(data if packer is None else packer.compress(data))


@pytest.mark.parametrize("forward", [_buffer, _compress])
async def test_proxies_let_every_event_through(kind: str, apps: dict[str, App], upstream: Upstream, forward):
    """Behind a proxy that buffers 2 KiB, or one that compresses, each event arrives within a second."""
    upstream.release.clear()

    def follow(port: int) -> list[float]:
        question = f"hold {kind} {forward.__name__}"
        stream = Stream(port, "POST", PATH, question, connection="close")
        waits = []
        for _ in range(2):  # after the second event, the model is silent
            began = time.monotonic()
            assert stream.event()
            waits.append(time.monotonic() - began)
        upstream.release.set()
        assert b"event: done" in stream.rest()
        return waits

    try:
        async with _Proxy(apps[kind].port, forward) as port:
            waits = await asyncio.to_thread(follow, port)
    finally:
        upstream.release.set()

    assert max(waits) < 1.0, waits
