"""Gunicorn configuration of the Flask example: many threads, and idle sockets are closed at SIGTERM."""

# ruff: noqa: INP001, PLC0415 - gunicorn executes this file, and the application is importable only later
from __future__ import annotations

import os
import signal
from typing import Any

wsgi_app = "examples.flask_app:app"
bind = os.environ.get("BIND", "0.0.0.0:8000")
# /metrics describes the process that answers, so each process is a Prometheus target of its own. Scale with processes
# that have their own address (pods, ports); with more workers here, each scrape reaches a different one.
workers = int(os.environ.get("WORKERS", "1"))
worker_class = "gthread"
threads = int(os.environ.get("THREADS", "32"))
raw_env = [f"ASYNCASSIST_THREADS={threads}"]  # slow clients may hold a part of the threads only
preload_app = True  # safe: nothing is opened before the first request of a worker
graceful_timeout = 25
keepalive = 15
control_socket_disable = True  # its default place is the home folder


def post_worker_init(_worker: Any) -> None:
    """Drain the service at SIGTERM, before gunicorn waits for its threads."""
    from examples.flask_app import service

    before = signal.getsignal(signal.SIGTERM)

    def end(number: int, frame: Any) -> None:
        service.drain()
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGTERM, end)
