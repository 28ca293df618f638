"""Gunicorn for the Flask example: threads that wait are cheap, and SIGTERM lets idle sockets go."""

# ruff: noqa: INP001, PLC0415 - gunicorn reads this file as it is, and the application is there only later
from __future__ import annotations

import os
import signal
from typing import Any

wsgi_app = "examples.flask_app:app"
bind = os.environ.get("BIND", "0.0.0.0:8000")
# One process is one target for Prometheus: /metrics tells of the process that answers. Scale by processes with
# addresses of their own (pods, ports); with more workers here a scrape meets now one, now another.
workers = int(os.environ.get("WORKERS", "1"))
worker_class = "gthread"
threads = int(os.environ.get("THREADS", "32"))
preload_app = True  # nothing opens before the first request of a worker
graceful_timeout = 25
keepalive = 15
control_socket_disable = True  # it would stand in the home folder


def post_worker_init(_worker: Any) -> None:
    """Tell the service of SIGTERM before gunicorn waits for its threads."""
    from examples.flask_app import service

    before = signal.getsignal(signal.SIGTERM)

    def end(number: int, frame: Any) -> None:
        service.drain()
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGTERM, end)
