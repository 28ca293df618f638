"""CORS in a real browser: a page of a trusted origin reads responses, a page of another origin does not."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.web.example_apps import App

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

ASK = """async (url) => {
  const options = { method: "POST", headers: { "content-type": "application/json", accept: "text/event-stream" } };
  try {
    const answer = await fetch(`${url}/chat`, { ...options, body: JSON.stringify({ message: "hello" }) });
    const gone = await fetch(`${url}/chat/nobody`, { method: "DELETE" });
    const limits = await fetch(`${url}/nowhere`);
    return [answer.status, (await answer.text()).includes("event: done"), gone.status, limits.headers.has("x-request-id")];
  } catch (error) {
    return [error.name];
  }
}"""


class _Empty(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>another site</title>")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    """Port of a site with an empty page, which is another origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Empty) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize("kind", ["fastapi", "flask"])
def test_only_a_trusted_origin_reads_responses(browser: Browser, port: int, kind: str):
    """The same page under two host names, of which one is trusted."""
    found = {}
    with App(kind, ASYNCASSIST_TRUSTED_ORIGINS=f"http://localhost:{port}") as app:
        for host in ("localhost", "127.0.0.1"):
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"http://{host}:{port}/")
            found[host] = page.evaluate(ASK, f"http://127.0.0.1:{app.port}")
            context.close()

    assert found == {"localhost": [200, True, 204, True], "127.0.0.1": ["TypeError"]}
