"""Upstream server of the example apps: an OpenAI-compatible model whose streams can be endless, and plain services."""

from __future__ import annotations

import json
import re
import select
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

KEY = "sk-test-0123456789abcdef"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        if self.path.startswith("/v1/"):
            self._send(200, b'{"object": "list", "data": []}')
        else:
            self._send(503 if self.path == "/down" else 200, b"ok", "text/plain")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        question = body["messages"][-1]["content"]
        if body.get("stream"):
            self._stream(question)
        else:
            if "for ever" in question:
                self._wait_for_disconnect()
                return
            message: dict[str, object] = {"role": "assistant", "content": f"You said: {question}"}
            if "call " in question:  # the name of a tool, which then gets "Lisbon" as its argument
                function = {"name": question.partition("call ")[2], "arguments": '{"city": "Lisbon"}'}
                message["tool_calls"] = [{"id": "c1", "type": "function", "function": function}]
            usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            self._send(200, json.dumps(_envelope("chat.completion", choice) | {"usage": usage}).encode())

    def _wait_for_disconnect(self) -> None:
        """Send no response; return when the client has disconnected."""
        with self.server.lock:
            self.server.streams += 1
        while not select.select([self.connection], [], [], 0.02)[0]:
            pass
        with self.server.lock:
            self.server.streams -= 1
        self.close_connection = True

    def _send(self, status: int, body: bytes, media_type: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _stream(self, question: str) -> None:
        """Send three words and the end; without an end, or waiting after each word, if the question asks for that.

        A question for "400 words" gets as many at once.
        """
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        endless = "for ever" in question
        wanted = re.search(r"(\d+) words", question)
        with self.server.lock:
            self.server.streams += 1
        try:
            number = 0
            while endless or number < (int(wanted[1]) if wanted else 3):
                self._piece({"content": f"word{number} "})
                number += 1
                time.sleep(0.001 if wanted else 0.05)
                if "hold" in question:
                    self.server.release.wait(20)
            self._piece({}, "stop")
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            pass
        finally:
            with self.server.lock:
                self.server.streams -= 1

    def _piece(self, delta: dict[str, str], finish: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        self.wfile.write(b"data: " + json.dumps(_envelope("chat.completion.chunk", choice)).encode() + b"\n\n")
        self.wfile.flush()


def _envelope(kind: str, choice: dict[str, object]) -> dict[str, object]:
    return {"id": "x", "object": kind, "created": 0, "model": "test-model", "choices": [choice]}


class Upstream(ThreadingHTTPServer):
    """HTTP server on loopback. `streams` is the number of streams in progress."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lock = threading.Lock()
        self.release = threading.Event()
        """Lets the streams continue whose question contains "hold"."""
        self.streams = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def wait_for(self, streams: int) -> None:
        """Return when this many streams are in progress. The limit is below the 30 s after which the chatbot gives up."""
        end = time.monotonic() + 20.0
        while self.streams != streams:
            if time.monotonic() > end:
                raise AssertionError(f"{self.streams} streams are open, not {streams}")
            time.sleep(0.01)
