"""Gunicorn configuration of the Flask example: threads, JSON lines, and a delay before the socket closes."""

# ruff: noqa: INP001, PLC0415 - gunicorn executes this file, and the application is importable only later
from __future__ import annotations

import os
from typing import Any

from asyncassist.web import drain_on_sigterm, logging_config

wsgi_app = "examples.flask_app:app"
bind = os.environ.get("BIND", "0.0.0.0:8000")
# /metrics describes the process that answers, so each process is a Prometheus target of its own. Scale with processes
# that have their own address (pods, ports); with more workers here, each scrape reaches a different one.
workers = int(os.environ.get("WORKERS", "1"))
worker_class = "gthread"
threads = int(os.environ.get("THREADS", "32"))
raw_env = [f"ASYNCASSIST_THREADS={threads}"]  # slow clients may hold a part of the threads only
preload_app = True  # safe: nothing is opened before the first request of a worker
# The delay before the socket closes, and the time that requests in progress get then.
graceful_timeout = round(float(os.environ.get("ASYNCASSIST_DRAIN_DELAY") or 0)) + 25
keepalive = 15
logconfig_dict = logging_config()
control_socket_disable = True  # its default place is the home folder


def on_starting(server: Any) -> None:
    """Warn of workers that do not share the sessions."""
    stores = ("ASYNCASSIST_REDIS_URL", "ASYNCASSIST_POSTGRES_URL", "ASYNCASSIST_SQLITE_PATH")
    if workers > 1 and not any(os.environ.get(name) for name in stores):
        server.log.warning(
            "%d workers without a shared store: each has sessions of its own; set %s", workers, stores[0]
        )


def post_worker_init(_worker: Any) -> None:
    """Fail the readiness probe at SIGTERM, before the worker closes its socket and waits for its threads."""
    from examples.flask_app import service

    drain_on_sigterm(service)
