"""Smoke test: every documented route of both example apps on real sockets: `python -m tests.smoke`."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.servers import Valkey, free_port, wait_for_port

TOKEN = "smoke-admin-token"
JSON = {"content-type": "application/json"}
ADMIN = {**JSON, "authorization": f"Bearer {TOKEN}"}


def apps(port: int) -> dict[str, list[str]]:
    """Return the command that starts each app on the port."""
    return {
        "fastapi": [
            "uvicorn",
            "examples.fastapi_app:app",
            "--port",
            str(port),
            "--no-proxy-headers",
            "--log-level",
            "warning",
        ],
        "flask": [
            "gunicorn",
            "-c",
            "deploy/gunicorn.conf.py",
            "-b",
            f"127.0.0.1:{port}",
            "--workers",
            "1",
            "--log-level",
            "warning",
        ],
    }


class Client:
    """HTTP client of one app that opens a new connection for each request."""

    def __init__(self, port: int) -> None:
        self.port = port

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str, bytes]:
        """Send a request and return status, content type and body of the response."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
            connection.request(method, path, data, headers if headers is not None else (JSON if data else {}))
            response = connection.getresponse()
            kind = (response.getheader("content-type") or "").partition(";")[0]
            return response.status, kind, response.read()
        finally:
            connection.close()


MESSAGES = [{"id": "m", "role": "user", "content": "hello", "parts": [{"type": "text", "text": "hello"}]}]
COMPLETION = {"model": "asyncassist", "messages": MESSAGES}
CALL = {"name": "find_places", "arguments": {"text": "Lisbon"}}

ROUTES = (
    ("GET", "/", None, None, 200, "text/html"),
    ("GET", "/openapi.json", None, None, 200, "application/json"),
    ("GET", "/health", None, None, 200, "application/json"),
    ("GET", "/metrics", None, None, 200, "text/plain"),
    ("GET", "/api/async/health", None, None, 200, "application/json"),
    ("GET", "/api/async/health?probe=live", None, None, 200, "application/json"),
    ("GET", "/api/async/health?probe=ready", None, None, 200, "application/json"),
    ("GET", "/api/async/health?probe=startup", None, None, 200, "application/json"),
    ("GET", "/api/async/health/history", None, None, 200, "application/json"),
    ("GET", "/api/async/external-check", None, None, 200, "application/json"),
    ("GET", "/api/async/cache-stats", None, None, 200, "application/json"),
    ("POST", "/api/async/chatbot", {"message": "What can I take on board?"}, None, 200, "application/json"),
    ("POST", "/api/async/performance-test", {"requests": 3, "delay": 0.05}, None, 200, "application/json"),
    ("POST", "/api/async/clear-cache", {}, ADMIN, 200, "application/json"),
    ("POST", "/api/async/clear-cache", {}, None, 401, "application/problem+json"),
    ("POST", "/chat", {"message": "A flight from Lisbon to Berlin next Friday"}, None, 200, "application/json"),
    ("POST", "/chat", {"message": "hello", "stream": True}, None, 200, "text/event-stream"),
    ("POST", "/chat", {"message": "x" * 4001}, None, 422, "application/problem+json"),
    ("POST", "/chat", b'{"message": "\\ud800"}', None, 400, "application/problem+json"),
    ("POST", "/chat", b'{"message": NaN}', None, 400, "application/problem+json"),
    ("POST", "/chat", b'["hello"]', None, 422, "application/problem+json"),
    ("GET", "/chat/unknown-session", None, None, 404, "application/problem+json"),
    ("GET", "/chat/unknown-session/events", None, None, 404, "application/problem+json"),
    ("POST", "/chat/unknown-session/stop", None, None, 200, "application/json"),
    ("GET", "/v1/models", None, None, 200, "application/json"),
    ("POST", "/v1/chat/completions", COMPLETION, None, 200, "application/json"),
    ("POST", "/v1/chat/completions", {**COMPLETION, "stream": True}, None, 200, "text/event-stream"),
    ("POST", "/ui/chat", {"id": "smoke", "messages": MESSAGES}, None, 200, "text/event-stream"),
    ("GET", "/ui/chat/none/stream", None, None, 204, ""),
    ("POST", "/ag-ui", {"threadId": "smoke", "runId": "r", "messages": MESSAGES}, None, 200, "text/event-stream"),
    (
        "POST",
        "/mcp",
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": CALL},
        None,
        200,
        "application/json",
    ),
    ("POST", "/mcp", {"jsonrpc": "2.0", "method": "notifications/initialized"}, None, 202, ""),
    ("PATCH", "/chat/unknown-session", {"title": "Summer"}, None, 404, "application/problem+json"),
    ("GET", "/conversations", None, None, 200, "application/json"),
    ("GET", "/nowhere", None, None, 404, "application/problem+json"),
)


def started(client: Client, seconds: float = 30.0) -> bool:
    """Return whether the startup probe becomes 200 in time; it is 503 while components open."""
    end = time.monotonic() + seconds
    while client.send("GET", "/api/async/health?probe=startup")[0] != 200:
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def check(name: str, client: Client) -> list[str]:
    """Check one app and return its failures, one line each."""
    if not started(client):
        return [f"{name}: did not start"]
    failures = []
    for method, path, body, headers, status, kind in ROUTES:
        response = client.send(method, path, body, headers)
        if response[:2] != (status, kind):
            failures.append(f"{name}: {method} {path} {str(body)[:40]}: {response[:2]} instead of {(status, kind)}")

    def chat(number: int) -> bool:
        """Run one turn of a session of its own; return whether it has a reply."""
        status, _, body = client.send(
            "POST", "/chat", {"message": "Lisbon to Berlin tomorrow", "session_id": f"smoke-{number}"}
        )
        return status == 200 and bool(json.loads(body)["reply"])

    in_sequence = sum(chat(number) for number in range(20))
    with ThreadPoolExecutor(8) as threads:
        concurrent = sum(threads.map(chat, range(100, 140)))
    if (in_sequence, concurrent) != (20, 40):
        failures.append(f"{name}: {in_sequence} of 20 in sequence, {concurrent} of 40 from 8 threads")

    session = json.loads(client.send("POST", "/chat", {"message": "hello"})[2])["session_id"]
    steps = [("GET", 200), ("DELETE", 204), ("GET", 404)]
    failures.extend(
        f"{name}: {method} /chat/{{id}}: not {status}"
        for method, status in steps
        if client.send(method, f"/chat/{session}")[0] != status
    )
    if client.send("GET", "/api/async/health")[0] != 200:
        failures.append(f"{name}: not healthy in the end")
    return failures


def main() -> int:
    """Start each app with a Redis server, check it and stop it; return the exit status."""
    redis = Valkey().start()
    environment = {
        **os.environ,
        "ASYNCASSIST_REDIS_URL": redis.url,
        "ASYNCASSIST_ADMIN_TOKEN": TOKEN,
        "ASYNCASSIST_RATE_LIMIT": "1000",
        "ASYNCASSIST_INTERFACES": "openai,ai-sdk,ag-ui,mcp",
    }
    failures: list[str] = []
    checks = 0
    try:
        for name in ("fastapi", "flask"):
            port = free_port()
            process = subprocess.Popen([sys.executable, "-m", *apps(port)[name]], env=environment)
            try:
                wait_for_port(port, process)
                failures += check(name, Client(port))
                checks += len(ROUTES) + 64
            finally:
                process.terminate()
                process.wait(20)
    finally:
        redis.stop()
    for line in failures:
        print(line)
    print(f"{checks - len(failures)} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
