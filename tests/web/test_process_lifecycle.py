"""Processes of the example apps: start, fork, shared rate limit, shutdown."""

from __future__ import annotations

import asyncio
import concurrent.futures
import http.client
import itertools
import json
import signal
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from simple_websocket import Client, ConnectionClosed

from asyncassist import AsyncStateManager
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


def _write_until_end(app: App, session_id: str, name: str, acknowledged: list[str], enough: threading.Event) -> None:
    """Send marks to a session until the app has ended; record those that were answered."""
    for number in itertools.count():
        mark = f"{name} note {number}"
        try:
            answer = app.ask("POST", "/chat", {"message": mark, "session_id": session_id})
        except (OSError, http.client.HTTPException):
            return
        if answer.status == 503:  # it is ending
            return
        assert (answer.status, answer.json()["session_id"], answer.json()["degraded"]) == (200, session_id, False)
        acknowledged.append(mark)
        if number == 5:
            enough.set()


async def test_forked_workers_lose_and_double_no_message(redis_url: str):
    """Two preloaded workers write to the same sessions until SIGTERM: every answered message is stored once."""
    app = App("flask", "--workers", "2", "--threads", "8", ASYNCASSIST_REDIS_URL=redis_url)
    acknowledged: dict[str, list[str]] = {}
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        await asyncio.to_thread(app.__enter__)
        try:
            first = [await asyncio.to_thread(app.ask, "POST", "/chat", {"message": "hello"}) for _ in range(3)]
            acknowledged = {answer.json()["session_id"]: [] for answer in first}
            events = [threading.Event() for _ in range(6)]
            writers = [
                pool.submit(_write_until_end, app, session_id, f"w{number}", acknowledged[session_id], event)
                for (number, event), session_id in zip(enumerate(events), [*acknowledged] * 2, strict=True)
            ]
            for event in events:
                assert await asyncio.to_thread(event.wait, 60.0)
        finally:
            await asyncio.to_thread(app.__exit__)
        for writer in writers:
            await asyncio.wrap_future(writer)

    async with AsyncStateManager(redis=redis_url, timeout=10.0) as state:
        for session_id, marks in acknowledged.items():
            messages = await state.messages(session_id)
            stored = Counter(message.content for message in messages if message.role == "user")
            assert len(marks) >= 12
            assert not set(marks) - stored.keys()
            assert set(stored.values()) == {1}
            assert [message.role for message in messages] == ["user", "assistant"] * (len(messages) // 2)


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
