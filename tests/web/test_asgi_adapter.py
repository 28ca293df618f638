"""The service as a plain ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from asyncassist.errors import ClosedError
from asyncassist.web import Service, asgi, strict_json
from tests.web.components import FakeAssistant, get, service_of

JSON = [(b"content-type", b"application/json")]


class ASGIConnection:
    """Client and server side of an ASGI connection."""

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


def chunk(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_chunked_body_is_joined():
    """Empty chunks are allowed."""
    connection = ASGIConnection(chunk(b'{"mess', more=True), chunk(b"", more=True), chunk(b'age": "hello"}'))
    async with service_of() as service:
        await connection.request(service, "POST", "/chat")

    assert connection.sent[0]["status"] == 200
    assert (b"content-type", b"application/json") in connection.sent[0]["headers"]
    assert strict_json.decode(connection.body)["reply"] == "hello"


async def test_disconnect_during_the_body_is_a_400():
    """An incomplete body is a client error, although the response is not received."""
    connection = ASGIConnection(chunk(b"{", more=True), {"type": "http.disconnect"})
    async with service_of() as service:
        await connection.request(service, "POST", "/chat")

    assert connection.sent[0]["status"] == 400


async def test_reading_stops_at_the_body_limit():
    """The chunk that exceeds the limit is the last one that is read."""
    connection = ASGIConnection(chunk(b"a" * 60, more=True), chunk(b"a" * 60, more=True))
    async with service_of(max_body=100) as service:
        await connection.request(service, "POST", "/chat")

    assert connection.sent[0]["status"] == 413


async def test_events_are_sent_until_the_end():
    """One ASGI message for each event, then an empty last one."""
    connection = ASGIConnection(chunk(b'{"message": "one two", "stream": true}'))
    async with service_of() as service:
        await connection.request(service, "POST", "/chat")

    assert connection.body.count(b"event: delta") == 2
    assert connection.sent[-1] == {"type": "http.response.body", "body": b""}


@pytest.mark.parametrize("how", ["disconnects", "breaks"])
async def test_disconnected_reader_cancels_the_stream(how: str):
    """Either the server reports the disconnect or sending fails."""
    assistant = FakeAssistant()
    assistant.release = asyncio.Event()
    connection = ASGIConnection(chunk(b'{"message": "one two", "stream": true}'))
    async with service_of(assistant) as service:
        task = asyncio.ensure_future(connection.request(service, "POST", "/chat"))
        while len(connection.sent) < 2:
            await asyncio.sleep(0.001)
        if how == "disconnects":
            connection.inbox.put_nowait({"type": "http.disconnect"})
        else:
            connection.broken = True
        await asyncio.wait_for(task, 5)

    assert assistant.running == 0


async def test_disconnect_cancels_the_request():
    """The work is cancelled, nothing is sent, and the request is counted with status 499."""
    assistant = FakeAssistant()
    assistant.release = asyncio.Event()
    connection = ASGIConnection(chunk(b'{"message": "one"}'))
    async with service_of(assistant) as service:
        task = asyncio.ensure_future(connection.request(service, "POST", "/chat"))
        while not assistant.running:
            await asyncio.sleep(0.001)
        connection.inbox.put_nowait({"type": "http.disconnect"})
        await task
        counted = (await service.handle(get("/metrics"))).body.decode()

    assert assistant.running == 0
    assert connection.sent == []
    assert 'asyncassist_request_seconds_count{method="POST",route="/chat",status="499"} 1.0' in counted
    assert "asyncassist_errors_total 0.0" in counted


async def test_slow_request_of_a_connected_client_is_answered():
    """Watching the connection does not affect the response."""
    assistant = FakeAssistant()
    assistant.release = asyncio.Event()
    connection = ASGIConnection(chunk(b'{"message": "one"}'))
    async with service_of(assistant) as service:
        task = asyncio.ensure_future(connection.request(service, "POST", "/chat"))
        await asyncio.sleep(0.15)
        assistant.release.set()
        await task

    assert connection.sent[0]["status"] == 200
    assert strict_json.decode(connection.body)["reply"] == "one"


async def test_websocket_from_handshake_to_close():
    """Text and bytes are accepted, events are sent, and a disconnect ends the conversation."""
    connection = ASGIConnection(
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": '{"message": "one"}'},
        {"type": "websocket.receive", "bytes": b'{"message": "two"}'},
    )
    async with service_of() as service:
        task = asyncio.ensure_future(connection.open_websocket(service))
        while sum(b"done" in message.get("text", "").encode() for message in connection.sent) < 2:
            await asyncio.sleep(0.001)
        connection.inbox.put_nowait({"type": "websocket.disconnect"})
        await asyncio.wait_for(task, 5)

    assert connection.sent[0]["type"] == "websocket.accept"
    assert connection.sent[-1] == {"type": "websocket.close", "code": 1000}


async def test_rejected_handshake_gets_the_problem():
    """The response to the handshake is the problem document, and no WebSocket is opened."""
    connection = ASGIConnection({"type": "websocket.connect"})
    async with service_of() as service:
        await connection.open_websocket(service, (b"origin", b"https://evil.example"))

    assert [message["type"] for message in connection.sent] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert connection.sent[0]["status"] == 403
    assert strict_json.decode(connection.sent[1]["body"])["status"] == 403


@pytest.mark.parametrize("sent", range(5))
async def test_stream_ends_when_sending_fails(sent: int):
    """Whichever message cannot be sent, the first one too: no stream stays active."""
    connection = ASGIConnection(chunk(b'{"message": "one two", "stream": true}'))

    async def send(message: dict[str, Any]) -> None:
        if len(connection.sent) == sent:
            raise OSError
        connection.sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/chat", "headers": JSON}
    async with service_of() as service:
        with contextlib.suppress(OSError):
            await asgi(service, scope, connection.inbox.get, send)

        assert not service.active_streams


@pytest.mark.parametrize("times", [1, 2])
async def test_stream_ends_when_its_task_is_cancelled(times: int):
    """In whichever step the task is cancelled, once or twice: no stream stays active, and no work goes on."""
    assistant = FakeAssistant()
    async with service_of(assistant) as service:
        for steps in range(60):
            connection = ASGIConnection(chunk(b'{"message": "one two", "stream": true}'))
            task = asyncio.ensure_future(connection.request(service, "POST", "/chat"))
            for _ in range(steps):
                await asyncio.sleep(0)
            for _ in range(times):
                task.cancel()
                await asyncio.sleep(0)
            await asyncio.wait([task])

            assert not service.active_streams
            assert not assistant.running


async def test_lifespan_opens_and_closes_the_service():
    """The service is an application of its own, or that of a framework without a lifespan."""
    service = service_of()
    connection = ASGIConnection({"type": "lifespan.startup"})
    task = asyncio.ensure_future(asgi(service, {"type": "lifespan"}, connection.inbox.get, connection.send))
    while not connection.sent:
        await asyncio.sleep(0.001)
    assert (await service.handle(get("/health", "probe=live"))).status == 200
    connection.inbox.put_nowait({"type": "lifespan.shutdown"})
    await task

    assert [message["type"] for message in connection.sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    with pytest.raises(ClosedError):
        async with service:
            pass


async def test_lifespan_tells_why_the_service_does_not_open():
    """The server ends with the reason instead of serving errors."""
    service = service_of()
    await service.aclose()
    connection = ASGIConnection({"type": "lifespan.startup"})
    await asgi(service, {"type": "lifespan"}, connection.inbox.get, connection.send)

    [message] = connection.sent
    assert message["type"] == "lifespan.startup.failed"
    assert "closed" in message["message"]
