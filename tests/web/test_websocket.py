"""Conversations over a WebSocket: with a service alone, and over real sockets on both example apps."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import pytest
from simple_websocket import Client, ConnectionClosed

from asyncassist import LoopThread
from asyncassist.web import converse, strict_json
from tests.web.components import get, post, service_of
from tests.web.example_apps import App

UPGRADE = (
    "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
    "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
)


def turn(ws: Client, message: Any) -> list[dict[str, Any]]:
    """Send one message and return its events up to the last one."""
    ws.send(message if isinstance(message, str | bytes) else json.dumps(message))
    events: list[dict[str, Any]] = []
    while not events or events[-1]["event"] not in {"done", "error"}:
        raw = ws.receive(timeout=60)
        assert raw is not None, events
        events.append(json.loads(raw))
    return events


@pytest.fixture
def ws(app: App):
    """Open WebSocket."""
    client = Client.connect(f"ws://127.0.0.1:{app.port}/ws/chat")
    yield client
    with contextlib.suppress(ConnectionClosed):
        client.close()
    client.thread.join(5)


def test_events_are_those_of_a_stream(ws: Client):
    """Text deltas, offers one by one, and the complete response as last event."""
    start, *events = turn(ws, {"message": "Flights from Lisbon to Paris next Friday"})
    done = events[-1]

    assert (start["event"], start["session_id"]) == ("start", done["session_id"])
    assert [event["event_id"] for event in events] == [f"{start['turn_id']}-{n + 2}" for n in range(len(events))]
    assert {event["event"] for event in events} == {"delta", "offer", "done"}
    assert "".join(event["text"] for event in events if event["event"] == "delta") == done["reply"]
    assert next(event["offer"]["total"] for event in events if event["event"] == "offer")["currency"] == "EUR"
    assert done["source"] == "flights"


def test_connection_stays_in_its_session(ws: Client, app: App):
    """A second message continues the session without an id."""
    first = turn(ws, {"message": "hello"})[-1]
    second = turn(ws, {"message": "hello again"})[-1]

    assert first["session_id"] == second["session_id"]
    assert len(app.ask("GET", f"/chat/{first['session_id']}").json()["messages"]) == 4


def test_language_of_the_handshake_is_that_of_a_text_without_evidence(app: App):
    """`Accept-Language` of the handshake counts for all messages of the connection."""
    client = Client.connect(f"ws://127.0.0.1:{app.port}/ws/chat", headers={"Accept-Language": "it"})
    try:
        assert turn(client, {"message": "blarg"})[-1]["language"] == "it"
    finally:
        client.close()
        client.thread.join(5)


def test_session_of_http_can_be_continued(ws: Client, app: App):
    """A session is independent of the protocol."""
    session = app.ask("POST", "/chat", {"message": "hello"}).json()["session_id"]

    assert turn(ws, {"message": "hello", "session_id": session})[-1]["session_id"] == session


@pytest.mark.parametrize(
    ("message", "status", "field"),
    [
        ("no json", 400, None),
        ("", 400, None),
        ("[]", 422, "body"),
        ("{}", 422, "message"),
        ('{"message": "a", "message": "b"}', 400, "message"),
        ('{"message": "\\ud800"}', 400, "message"),
        ('{"message": "a", "more": 1}', 422, "more"),
        ('{"message": "' + "a" * 4001 + '"}', 422, "message"),
        ('{"message": "' + " " * 70_000 + '"}', 413, None),
        (b"\xff\xfe", 400, None),
    ],
)
def test_rejected_message_does_not_close_the_connection(ws: Client, message, status, field):
    """The problem is an event, and the conversation continues."""
    refused = turn(ws, message)

    assert [event["event"] for event in refused] == ["error"]
    assert refused[0]["problem"]["status"] == status
    assert refused[0]["problem"].get("field") == field
    assert turn(ws, {"message": "hello"})[-1]["event"] == "done"


def test_binary_message_is_decoded_as_utf8(ws: Client):
    """A binary frame is a message as well."""
    assert turn(ws, b'{"message": "hello"}')[-1]["event"] == "done"


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("/ws/chat", "origin: https://evil.example\r\n", 403),
        ("/ws/chat", "origin: null\r\n", 403),
        ("/ws/chat", "sec-fetch-site: cross-site\r\n", 403),
        ("/ws/nowhere", "", 404),
        ("/health", "", 404),
        ("/ws/chat/", "", 404),
    ],
)
def test_handshake_is_rejected_with_a_problem_document(app: App, path, more, status):
    """A page of another site, or a path without a WebSocket: a problem document instead of a connection."""
    answer = app.raw(UPGRADE.format(path=path, more=more).encode())

    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_page_of_the_same_origin_may_connect(app: App):
    """The origin that serves the page is accepted."""
    own = UPGRADE.replace("host: 127.0.0.1", "host: 127.0.0.1:99").format(
        path="/ws/chat", more="origin: http://127.0.0.1:99\r\nsec-fetch-site: same-origin\r\n"
    )

    assert app.raw(own.encode()).status == 101


def test_disconnect_cancels_the_turn(app: App, upstream):
    """Closing the connection during a turn cancels the request to the model."""
    upstream.wait_for(0)
    client = Client.connect(f"ws://127.0.0.1:{app.port}/ws/chat")
    client.send(json.dumps({"message": f"Please recite poetry for ever, {app.kind}"}))
    upstream.wait_for(1)

    client.close()
    client.thread.join(20)

    upstream.wait_for(0)


async def test_messages_are_turns_with_their_own_limit():
    """Each message is a turn and counts against the rate limit; a rejected one gets an error event."""
    inbox = ['{"message": "one two"}', "nonsense", b'{"message": "three"}', '{"message": "four"}', None]
    sent: list[str] = []

    async def receive():
        if len(inbox) == 1:
            while not sent or "rate-limit" not in sent[-1]:
                await asyncio.sleep(0.001)
        return inbox.pop(0)

    async def send(text: str) -> None:
        sent.append(text)

    async with service_of(rate_limit=3) as service:
        await service.websocket(get("/ws/chat"), receive, send)

    events = [event for event in (strict_json.decode(text.encode()) for text in sent) if event["event"] != "start"]
    assert [event["event"] for event in events] == ["delta", "delta", "done", "error", "delta", "done", "error"]
    assert [event["problem"]["status"] for event in events if event["event"] == "error"] == [400, 429]
    assert events[2]["session_id"] == events[5]["session_id"]


async def test_socket_of_another_site_gets_an_error_event():
    """An adapter that has already accepted the handshake sends the rejection as an event."""
    sent: list[str] = []

    async def send(text: str) -> None:
        sent.append(text)

    async def receive() -> None:
        raise AssertionError("nothing is received from another site")

    async with service_of() as service:
        await service.websocket(get("/ws/chat", origin="https://evil.example", host="localhost"), receive, send)

    assert len(sent) == 1
    assert '"status":403' in sent[0]


async def test_broken_connection_ends_the_conversation():
    """An OSError while sending ends the conversation without an error."""
    inbox = iter(['{"message": "one"}'])

    async def receive():
        try:
            return next(inbox)
        except StopIteration:
            await asyncio.Event().wait()

    async def send(text: str) -> None:
        raise ConnectionResetError

    async with service_of() as service:
        await service.websocket(get("/ws/chat"), receive, send)


def test_socket_that_finds_no_slot_gets_an_error_event():
    """Of two handshakes at the same time, both accepted, the one beyond the bound of its client is told so."""
    sent: list[str] = []

    class Socket:
        connected = True

        def receive(self, timeout=None):
            raise AssertionError("nothing is received without a slot")

        def send(self, data: str) -> None:
            sent.append(data)

    with LoopThread() as loop, loop.enter(service_of(threads=1)) as service:
        request = get("/ws/chat")
        with service.socket_slots.hold(service.client_key(request)):
            converse(service, loop, request, Socket())

    event = json.loads(sent[0])
    assert (len(sent), event["event"], event["problem"]["status"]) == (1, "error", 429)


async def test_turn_is_resumed_over_another_socket():
    """`{"resume": id}` gives the events after that one, of a turn over HTTP too; a foreign or unknown id is an error."""
    sent: list[str] = []

    async def send(text: str) -> None:
        sent.append(text)

    async with service_of(user=lambda request: request.header("x-user")) as service:
        ann, bob = ({"x-user": name} for name in ("ann", "bob"))
        response = await service.handle(post("/chat", {"message": "one two", "stream": True}, **ann))
        first = (await anext(response.body)).split(b"\n")[0].removeprefix(b"id: ").decode()
        async for _ in response.body:
            pass
        for user, given in ((ann, first), (bob, first), (ann, "0" * 32 + "-1"), (ann, "x")):
            conversation = service.conversation(get("/ws/chat", **user))
            sent += [text async for text in conversation.take(json.dumps({"resume": given})) if text is not None]

    events = [strict_json.decode(text.encode()) for text in sent]
    assert [event["event"] for event in events] == ["delta", "delta", "done", "error", "error", "error"]
    assert [event["problem"]["status"] for event in events[3:]] == [404, 404, 422]
    assert events[0]["event_id"].endswith("-2")
