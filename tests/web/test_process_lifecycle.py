"""Processes of the example apps: start, fork, shared rate limit, shutdown."""

from __future__ import annotations

import concurrent.futures
import http.client
import json
import signal
import time
from typing import TYPE_CHECKING

import pytest
from simple_websocket import Client, ConnectionClosed

from tests.web.example_apps import App, events_in

if TYPE_CHECKING:
    from tests.web.upstream import Upstream


def test_forked_workers_share_one_rate_limit(redis_url: str):
    """Two preloaded workers, each with an event loop of its own, accept exactly the limit together."""
    options = ("--workers", "2", "--threads", "8")
    environment = {
        "ASYNCASSIST_RATE_LIMIT": "30",
        "ASYNCASSIST_RATE_WINDOW": "3600",
        "ASYNCASSIST_TRUSTED_HOPS": "1",
        "ASYNCASSIST_REDIS_URL": redis_url,
    }
    client = f"198.51.{time.time_ns() % 250}.{time.time_ns() // 1000 % 250}"
    with App("flask", *options, **environment) as app, concurrent.futures.ThreadPoolExecutor(8) as pool:
        requests = [pool.submit(app.ask, "GET", "/api/async/health/history", x_forwarded_for=client) for _ in range(60)]
        answers = [call.result() for call in requests]
        other = app.ask("POST", "/chat", {"message": "hello"}, x_forwarded_for="198.51.100.251")

    assert sorted(answer.status for answer in answers) == [200] * 30 + [429] * 30
    refused = next(answer for answer in answers if answer.status == 429)
    assert refused.headers["ratelimit-policy"] == '"default";q=30;w=3600'
    assert 1 <= int(refused.headers["retry-after"]) <= 3600
    assert refused.json()["type"].endswith("rate-limit")
    assert other.status == 200


@pytest.mark.parametrize("kind", ["fastapi", "flask"])
def test_stream_is_completed_after_sigterm(kind: str, environment: dict[str, str], upstream: Upstream):
    """An app that is told to end during a response sends the rest of it, and then ends."""
    upstream.release.clear()
    with App(kind, **environment) as app:
        body = json.dumps({"message": f"Please hold, {kind}", "stream": True})
        connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)
        connection.request("POST", "/api/async/chatbot", body, {"content-type": "application/json"})
        response = connection.getresponse()
        first = response.readline()
        assert app.process is not None
        app.process.send_signal(signal.SIGTERM)
        upstream.release.set()
        rest = response.read()
        connection.close()
        code = app.process.wait(60)

        assert [name for name, _ in events_in(first + rest)][-1] == "done"
        assert code in {0, -signal.SIGTERM}
        assert "Traceback" not in app.log()


@pytest.mark.parametrize("kind", ["fastapi", "flask"])
def test_idle_websocket_does_not_delay_the_shutdown(kind: str, environment: dict[str, str]):
    """The connection of a client that only listens is closed."""
    with App(kind, **environment) as app:
        client = Client.connect(f"ws://127.0.0.1:{app.port}/ws/chat")
        assert app.process is not None
        app.process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed):
            client.receive(timeout=60)
        code = app.process.wait(60)
        client.thread.join(5)

    # The process ended by itself: one that does not is killed after its grace period, with another exit code.
    assert code in {0, -signal.SIGTERM}
