"""Starting, forking, sharing and ending: the apps as processes."""

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


def test_workers_that_were_forked_answer_and_share_one_limit(redis_url: str):
    """Two preloaded workers, each with a loop of its own, let in exactly the limit between them."""
    options = ("--workers", "2", "--threads", "8")
    environment = {
        "ASYNCASSIST_RATE_LIMIT": "30",
        "ASYNCASSIST_RATE_WINDOW": "3600",
        "ASYNCASSIST_TRUSTED_HOPS": "1",
        "ASYNCASSIST_REDIS_URL": redis_url,
    }
    client = f"198.51.{time.time_ns() % 250}.{time.time_ns() // 1000 % 250}"
    with App("flask", *options, **environment) as app, concurrent.futures.ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(app.ask, "GET", "/api/async/health/history", x_forwarded_for=client) for _ in range(60)]
        answers = [call.result() for call in asked]
        other = app.ask("POST", "/chat", {"message": "hello"}, x_forwarded_for="198.51.100.251")

    assert sorted(answer.status for answer in answers) == [200] * 30 + [429] * 30
    refused = next(answer for answer in answers if answer.status == 429)
    assert refused.headers["ratelimit-policy"] == '"default";q=30;w=3600'
    assert 1 <= int(refused.headers["retry-after"]) <= 3600
    assert refused.json()["type"].endswith("rate-limit")
    assert other.status == 200


@pytest.mark.parametrize("kind", ["fastapi", "flask"])
def test_a_stream_is_finished_after_sigterm(kind: str, environment: dict[str, str], upstream: Upstream):
    """Asked to end in the middle of an answer, the app sends the rest of it, and then ends."""
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
def test_an_idle_socket_does_not_keep_it_from_ending(kind: str, environment: dict[str, str]):
    """A client that only listens is let go."""
    with App(kind, **environment) as app:
        client = Client.connect(f"ws://127.0.0.1:{app.port}/ws/chat")
        assert app.process is not None
        app.process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed):
            client.receive(timeout=60)
        code = app.process.wait(60)
        client.thread.join(5)

    # Ended by itself: whoever is waited for in vain is killed in the end, and that is another code.
    assert code in {0, -signal.SIGTERM}
