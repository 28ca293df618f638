"""The example apps in processes of their own, on real sockets."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple, Self

from tests.servers import free_port, wait_for_port

ROOT = Path(__file__).parents[2]
_ASGI = ["--no-proxy-headers", "--log-level", "warning", "--port"]
_WSGI = ["--worker-class", "gthread", "--threads", "12", "--no-control-socket", "--bind"]
COMMANDS = {
    "fastapi": ["uvicorn", "examples.fastapi_app:app", *_ASGI],
    "flask": ["gunicorn", "-c", "deploy/gunicorn.conf.py", "--bind"],
    "starlette": ["uvicorn", "examples.starlette_app:app", *_ASGI],
    "litestar": ["uvicorn", "examples.litestar_app:app", *_ASGI],
    "quart": ["uvicorn", "examples.quart_app:app", *_ASGI],
    "django": ["uvicorn", "examples.django_app:application", *_ASGI],
    "django_wsgi": ["gunicorn", "examples.django_wsgi:application", *_WSGI],
    "bottle": ["gunicorn", "examples.bottle_app:app", *_WSGI],
    "pyramid": ["gunicorn", "examples.pyramid_app:app", *_WSGI],
}
# Ids and times differ from response to response; the servers add headers of their own.
_VARYING = re.compile(
    rb'"(?:instance|session_id|conversation_id|response_time|observed_at|at|created_at|uptime|memory|cpu|p\d\d|'
    rb'last_failure|nlp|state|flights|chat|total|average|throughput|speedup|improvement|id)":(?:"[^"]*"|[-0-9.e+]+|null)'
)
_SERVERS_OWN = {"date", "server", "connection", "x-request-id", "transfer-encoding", "keep-alive"}


class Answer(NamedTuple):
    """Response of an app."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def compared(self) -> tuple[int, dict[str, str], bytes]:
        """Return the parts that must be equal in both apps."""
        headers = {name: value for name, value in self.headers.items() if name not in _SERVERS_OWN}
        if "ratelimit" in headers:
            headers["ratelimit"] = ""
        if self.headers.get("content-type", "").startswith("text/plain"):
            return self.status, {}, b""  # metrics depend on earlier requests
        headers.pop("content-length", None)
        return self.status, headers, _VARYING.sub(b"", self.body)


class App:
    """Process of one example app.

    Args:
        kind: Key of `COMMANDS`.
        options: Further command-line options of the server.
        prefix: Prefix at which the service is mounted.
        environment: Environment variables of the app.
    """

    def __init__(self, kind: str, *options: str, prefix: str = "", **environment: str) -> None:
        self.kind = kind
        self.prefix = prefix
        self.port = free_port()
        where = str(self.port) if COMMANDS[kind][0] == "uvicorn" else f"127.0.0.1:{self.port}"
        self.command = [sys.executable, "-m", *COMMANDS[kind], where, *options]
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ASYNCASSIST_", "OPENAI_"))},
            "ASYNCASSIST_RATE_LIMIT": "0",
            "PYTHONWARNINGS": "",
            "WORKERS": "1",
            "THREADS": "12",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the app

    def launch(self) -> Self:
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=self.environment, stdout=self._log, stderr=self._log
        )
        return self

    def ready(self) -> Self:
        """Wait until the app listens and has started."""
        assert self.process is not None
        end = time.monotonic() + 100.0
        try:
            wait_for_port(self.port, self.process, 100.0)
        except RuntimeError as error:
            raise RuntimeError(f"{error}\n{self.log()}") from None
        # 429: the polling has used up a small limit, so the app has started.
        while self.ask("GET", f"{self.prefix}/health?probe=startup").status not in {200, 429}:
            if time.monotonic() > end:
                raise RuntimeError(f"the app does not start\n{self.log()}")
            time.sleep(0.1)
        return self

    def log(self) -> str:
        """Return what the app wrote to its log."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def stop(self) -> int:
        """Send SIGTERM, wait for the end, and return the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def __enter__(self) -> Self:
        try:
            return self.launch().ready()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._log.close()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request. A body that is not bytes is sent as JSON; header names have `_` for `-`."""
        found = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            found.setdefault("content-type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, found)
            return _answer(connection.getresponse())
        finally:
            connection.close()

    def raw(self, request: bytes, *, finish: bool = False) -> Answer:
        """Send bytes unchanged; `finish` closes the sending side afterwards."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(request)
            if finish:
                connection.shutdown(socket.SHUT_WR)
            response = http.client.HTTPResponse(connection)
            response.begin()
            return _answer(response)

    def events(self, path: str, body: Any) -> list[tuple[str, Any]]:
        """Return the events of a streamed response."""
        answer = self.ask("POST", path, body, accept="text/event-stream")
        assert answer.headers["content-type"].startswith("text/event-stream"), answer
        return events_in(answer.body)


def events_in(raw: bytes) -> list[tuple[str, Any]]:
    """Return the events in the bytes of a stream after the first ("start")."""
    found = []
    for block in raw.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    assert found[0][0] == "start"
    return found[1:]


def _answer(response: http.client.HTTPResponse) -> Answer:
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read())
