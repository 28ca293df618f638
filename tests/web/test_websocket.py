"""The conversation over a WebSocket, on both apps."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from simple_websocket import Client, ConnectionClosed

from tests.web.example_apps import App

UPGRADE = (
    "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
    "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
)


def turn(ws: Client, message: Any) -> list[dict[str, Any]]:
    """Send one message; the events up to its end."""
    ws.send(message if isinstance(message, str | bytes) else json.dumps(message))
    events: list[dict[str, Any]] = []
    while not events or events[-1]["event"] not in {"done", "error"}:
        raw = ws.receive(timeout=60)
        assert raw is not None, events
        events.append(json.loads(raw))
    return events


@pytest.fixture
def ws(app: App):
    """An open socket."""
    client = Client.connect(f"ws://127.0.0.1:{app.port}/ws/chat")
    yield client
    with contextlib.suppress(ConnectionClosed):
        client.close()
    client.thread.join(5)


def test_the_same_events_as_over_http(ws: Client):
    """Text in pieces, offers one by one, the whole answer in the end."""
    events = turn(ws, {"message": "Flights from Lisbon to Paris next Friday"})
    done = events[-1]

    assert {event["event"] for event in events} == {"delta", "offer", "done"}
    assert "".join(event["text"] for event in events if event["event"] == "delta") == done["reply"]
    assert next(event["offer"]["total"] for event in events if event["event"] == "offer")["currency"] == "EUR"
    assert done["source"] == "flights"


def test_the_socket_keeps_its_session(ws: Client, app: App):
    """A second message goes on where the first stopped, without an id."""
    first = turn(ws, {"message": "hello"})[-1]
    second = turn(ws, {"message": "hello again"})[-1]

    assert first["session_id"] == second["session_id"]
    assert len(app.ask("GET", f"/chat/{first['session_id']}").json()["messages"]) == 4


def test_a_session_of_http_goes_on_here(ws: Client, app: App):
    """Sessions belong to no door."""
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
def test_a_refused_message_does_not_close_it(ws: Client, message, status, field):
    """The problem is an event, and the conversation goes on."""
    refused = turn(ws, message)

    assert [event["event"] for event in refused] == ["error"]
    assert refused[0]["problem"]["status"] == status
    assert refused[0]["problem"].get("field") == field
    assert turn(ws, {"message": "hello"})[-1]["event"] == "done"


def test_bytes_are_text(ws: Client):
    """A binary frame of UTF-8 is a message as well."""
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
def test_a_handshake_is_refused_like_a_request(app: App, path, more, status):
    """Another site's page, or a path that is no socket: a problem document, and no socket."""
    answer = app.raw(UPGRADE.format(path=path, more=more).encode())

    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_its_own_page_may_open_it(app: App):
    """The origin that serves the page is the one that may talk."""
    own = UPGRADE.replace("host: 127.0.0.1", "host: 127.0.0.1:99").format(
        path="/ws/chat", more="origin: http://127.0.0.1:99\r\nsec-fetch-site: same-origin\r\n"
    )

    assert app.raw(own.encode()).status == 101


def test_a_client_that_leaves_stops_the_work(app: App, upstream):
    """Closing the socket in the middle of an answer ends what the model is asked."""
    upstream.wait_for(0)
    client = Client.connect(f"ws://127.0.0.1:{app.port}/ws/chat")
    client.send(json.dumps({"message": f"Please recite poetry for ever, {app.kind}"}))
    upstream.wait_for(1)

    client.close()
    client.thread.join(20)

    upstream.wait_for(0)
