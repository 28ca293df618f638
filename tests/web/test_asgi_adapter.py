"""The service as a plain ASGI application."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from asyncassist.web import Service, asgi, strict_json
from tests.web.components import FakeAssistant, get, service_of

JSON = [(b"content-type", b"application/json")]


class ASGIConnection:
    """The other end of an ASGI connection."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for message in messages:
            self.inbox.put_nowait(message)
        self.sent: list[dict[str, Any]] = []
        self.broken = False

    async def send(self, message: dict[str, Any]) -> None:
        if self.broken:
            raise OSError
        self.sent.append(message)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)

    async def request(self, service: Service, method: str, path: str, headers: Any = JSON, query: bytes = b"") -> None:
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query,
            "headers": headers,
            "client": ("192.0.2.1", 5),
        }
        await asgi(service, scope, self.inbox.get, self.send)

    async def open_websocket(self, service: Service, *headers: tuple[bytes, bytes]) -> None:
        scope = {
            "type": "websocket",
            "path": "/ws/chat",
            "query_string": b"",
            "headers": [(b"upgrade", b"websocket"), *headers],
            "client": None,
        }
        await asgi(service, scope, self.inbox.get, self.send)


def piece(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_in_pieces_is_one_body():
    """Empty pieces among them do no harm."""
    line = ASGIConnection(piece(b'{"mess', more=True), piece(b"", more=True), piece(b'age": "hello"}'))
    async with service_of() as service:
        await line.request(service, "POST", "/chat")

    assert line.sent[0]["status"] == 200
    assert (b"content-type", b"application/json") in line.sent[0]["headers"]
    assert strict_json.decode(line.body)["reply"] == "hello"


async def test_a_client_that_leaves_while_sending_is_a_400():
    """Nobody is there to read it, and nothing breaks."""
    line = ASGIConnection(piece(b"{", more=True), {"type": "http.disconnect"})
    async with service_of() as service:
        await line.request(service, "POST", "/chat")

    assert line.sent[0]["status"] == 400


async def test_a_body_that_grows_too_large_is_not_read_on():
    """One piece too many ends it."""
    line = ASGIConnection(piece(b"a" * 60, more=True), piece(b"a" * 60, more=True))
    async with service_of(max_body=100) as service:
        await line.request(service, "POST", "/chat")

    assert line.sent[0]["status"] == 413


async def test_events_are_sent_to_the_end():
    """Piece by piece, and then an empty last one."""
    line = ASGIConnection(piece(b'{"message": "one two", "stream": true}'))
    async with service_of() as service:
        await line.request(service, "POST", "/chat")

    assert line.body.count(b"event: delta") == 2
    assert line.sent[-1] == {"type": "http.response.body", "body": b""}


@pytest.mark.parametrize("how", ["leaves", "breaks"])
async def test_a_reader_that_is_gone_ends_the_work(how: str):
    """Whether the server says so or sending fails."""
    assistant = FakeAssistant()
    assistant.gate = asyncio.Event()
    line = ASGIConnection(piece(b'{"message": "one two", "stream": true}'))
    async with service_of(assistant) as service:
        task = asyncio.ensure_future(line.request(service, "POST", "/chat"))
        while len(line.sent) < 2:
            await asyncio.sleep(0.001)
        if how == "leaves":
            line.inbox.put_nowait({"type": "http.disconnect"})
        else:
            line.broken = True
        await asyncio.wait_for(task, 5)

    assert assistant.running == 0


async def test_a_client_that_leaves_ends_plain_work():
    """The work is cancelled, nothing is sent any more, and it is counted as what it was."""
    assistant = FakeAssistant()
    assistant.gate = asyncio.Event()
    line = ASGIConnection(piece(b'{"message": "one"}'))
    async with service_of(assistant) as service:
        task = asyncio.ensure_future(line.request(service, "POST", "/chat"))
        while not assistant.running:
            await asyncio.sleep(0.001)
        line.inbox.put_nowait({"type": "http.disconnect"})
        await task
        counted = (await service.handle(get("/metrics"))).body.decode()

    assert assistant.running == 0
    assert line.sent == []
    assert 'asyncassist_request_seconds_count{method="POST",route="/chat",status="499"} 1.0' in counted
    assert "asyncassist_errors_total 0.0" in counted


async def test_slow_work_for_a_client_that_stays_is_answered():
    """Watching it takes nothing away."""
    assistant = FakeAssistant()
    assistant.gate = asyncio.Event()
    line = ASGIConnection(piece(b'{"message": "one"}'))
    async with service_of(assistant) as service:
        task = asyncio.ensure_future(line.request(service, "POST", "/chat"))
        await asyncio.sleep(0.15)
        assistant.gate.set()
        await task

    assert line.sent[0]["status"] == 200
    assert strict_json.decode(line.body)["reply"] == "one"


async def test_a_socket_is_opened_talks_and_is_closed():
    """Text and bytes come in, events go out, and the client's leaving ends it."""
    line = ASGIConnection(
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": '{"message": "one"}'},
        {"type": "websocket.receive", "bytes": b'{"message": "two"}'},
    )
    async with service_of() as service:
        task = asyncio.ensure_future(line.open_websocket(service))
        while sum(b"done" in message.get("text", "").encode() for message in line.sent) < 2:
            await asyncio.sleep(0.001)
        line.inbox.put_nowait({"type": "websocket.disconnect"})
        await asyncio.wait_for(task, 5)

    assert line.sent[0]["type"] == "websocket.accept"
    assert line.sent[-1] == {"type": "websocket.close", "code": 1000}


async def test_a_handshake_that_is_refused_gets_the_problem():
    """As an answer to the handshake, which is then no socket."""
    line = ASGIConnection({"type": "websocket.connect"})
    async with service_of() as service:
        await line.open_websocket(service, (b"origin", b"https://evil.example"))

    assert [message["type"] for message in line.sent] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert line.sent[0]["status"] == 403
    assert strict_json.decode(line.sent[1]["body"])["status"] == 403
