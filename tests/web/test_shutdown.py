"""End of a server's process: readiness fails before the socket closes."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from asyncassist.web import Service, WebSettings, asgi, drain_on_sigterm
from tests.web.example_apps import App, events_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web.upstream import Upstream


@pytest.mark.parametrize("kind", ["fastapi", "flask"])
def test_readiness_fails_before_the_socket_closes(kind: str, environment: dict[str, str], upstream: Upstream):
    """During the delay new requests are answered; afterwards a response in progress is completed, then all ends."""
    upstream.release.clear()
    with App(kind, **environment, ASYNCASSIST_DRAIN_DELAY="3600") as app:
        assert app.process is not None
        server = psutil.Process(app.process.pid)
        worker = server.children()[0] if kind == "flask" else server
        before = app.ask("GET", "/health?probe=ready").status
        body = json.dumps({"message": f"Please hold on, {kind}", "stream": True})
        connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)
        connection.request("POST", "/api/async/chatbot", body, {"content-type": "application/json"})
        response = connection.getresponse()
        first = response.readline()

        app.process.send_signal(signal.SIGTERM)
        end = time.monotonic() + 30.0
        while app.ask("GET", "/health?probe=ready").status != 503:
            assert time.monotonic() < end
        alive = app.ask("GET", "/health?probe=live").status
        answer = app.ask("POST", "/chat", {"message": "hello"})

        worker.send_signal(signal.SIGTERM)  # does not wait for the rest of the delay
        # Gunicorn stops to accept too, but keeps the socket open until its last response is sent.
        while kind == "fastapi" and _is_accepted(app.port):
            assert time.monotonic() < end
        upstream.release.set()
        rest = response.read()
        connection.close()
        code = app.process.wait(60)

    assert (before, alive, answer.status) == (200, 200, 200)
    assert [name for name, _ in events_in(first + rest)][-1] == "done"
    assert code in {0, -signal.SIGTERM}


def _is_accepted(port: int) -> bool:
    """Return whether a new connection to the port is accepted."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    time.sleep(0.05)
    return True


@pytest.fixture
def received() -> Iterator[list[float]]:
    """Times at which the handler of a server gets SIGTERM."""
    times: list[float] = []
    before = signal.signal(signal.SIGTERM, lambda *_: times.append(time.monotonic()))
    yield times
    signal.signal(signal.SIGTERM, before)


def test_the_server_gets_the_signal_after_the_delay(received: list[float]):
    """And no earlier; the service drains at once."""
    service = Service(settings=WebSettings(drain_delay=0.3))
    drain_on_sigterm(service)
    began = time.monotonic()

    signal.raise_signal(signal.SIGTERM)
    draining, early = service.draining, list(received)
    while not received:
        time.sleep(0.01)

    assert (draining, early) == (True, [])
    assert received[0] - began >= 0.3


@pytest.mark.parametrize(("delay", "signals"), [(0.0, 1), (3600.0, 2)])
def test_no_delay_where_none_is_wanted(received: list[float], delay: float, signals: int):
    """Without a delay the server gets the first signal, with one the second at the latest."""
    service = Service(settings=WebSettings(drain_delay=delay))
    drain_on_sigterm(service)

    for _ in range(signals):
        signal.raise_signal(signal.SIGTERM)

    assert service.draining
    assert len(received) == 1


@pytest.mark.parametrize("delay", [0.0, 3600.0])
async def test_the_lifespan_of_the_adapter_drains_where_a_delay_is_set(received: list[float], delay: float):
    """An application that is nothing but the service needs no lifespan of its own."""
    service = Service(settings=WebSettings(drain_delay=delay))
    sent: list[str] = []
    channel: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def send(message: dict[str, str]) -> None:
        sent.append(message["type"])
        if message["type"] == "lifespan.startup.complete":
            signal.raise_signal(signal.SIGTERM)
            channel.put_nowait({"type": "lifespan.shutdown"})

    channel.put_nowait({"type": "lifespan.startup"})
    await asgi(service, {"type": "lifespan"}, channel.get, send)

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert (service.draining, len(received)) == ((True, 0) if delay else (False, 1))


def test_another_thread_handles_no_signal(received: list[float]):
    """A lifespan may run in any thread, such as that of a test client."""
    service = Service()
    thread = threading.Thread(target=drain_on_sigterm, args=(service,))
    thread.start()
    thread.join()

    signal.raise_signal(signal.SIGTERM)

    assert not service.draining
    assert len(received) == 1
