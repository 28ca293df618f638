"""Clients that hold a connection without doing anything, against the Flask app with its few threads."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from contextlib import ExitStack

import pytest
from simple_websocket import Client, ConnectionClosed

from tests.web.example_apps import App
from tests.web.test_websocket import UPGRADE, turn

HEAD = b"POST /chat HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{"


@pytest.fixture(scope="module")
def app():
    """Flask app with four threads."""
    with App("flask", THREADS="4") as found:
        yield found


def test_slow_bodies_leave_threads_to_others(app: App):
    """As many clients as there are threads send a byte now and then: others are answered, and those are told 408."""
    ended = threading.Event()
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", app.port))) for _ in range(4)]
        for client in slow:
            client.sendall(HEAD)

        def drip() -> None:
            while not ended.wait(0.1):
                for client in slow:
                    with contextlib.suppress(OSError):
                        client.sendall(b" ")

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            alive = app.ask("GET", "/health?probe=live")
            answered = app.ask("POST", "/chat", {"message": "hello"})
            answered_first, _, _ = select.select(slow, [], [], 60.0)  # which of them hold a thread is not known
            refused = answered_first[0].recv(1000)
        finally:
            ended.set()
            dripping.join()

    assert (alive.status, answered.status) == (200, 200)
    assert refused.startswith(b"HTTP/1.1 408 ")


def test_idle_sockets_leave_threads_to_others(app: App):
    """Of four threads, one client may hold one with a WebSocket: a second handshake is told 429, until the first ends."""
    handshake = UPGRADE.format(path="/ws/chat", more="").encode()
    client = Client.connect(f"ws://127.0.0.1:{app.port}/ws/chat")
    done = turn(client, {"message": "hello"})[-1]
    refused = app.raw(handshake)
    alive = app.ask("GET", "/health?probe=live")
    client.close()
    client.thread.join(10)
    with contextlib.suppress(ConnectionClosed):
        client.receive(timeout=10)
    later = [app.raw(handshake).status]
    while later[-1] == 429 and len(later) < 1000:
        later.append(app.raw(handshake).status)

    assert done["event"] == "done"
    assert (refused.status, refused.json()["type"]) == (429, "urn:asyncassist:problem:too-many-sockets")
    assert alive.status == 200
    assert later[-1] == 101
