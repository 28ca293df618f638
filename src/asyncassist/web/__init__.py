"""Framework-independent HTTP and WebSocket API.

`Service` answers a `Request` with a `Response`; an adapter for a framework translates both in a few lines.
"""

from __future__ import annotations

from asyncassist.web.asgi_adapter import Receive, Scope, Send, asgi
from asyncassist.web.health import HealthCheck
from asyncassist.web.http import Request, Response
from asyncassist.web.json_logging import JSONFormatter, logging_config, setup_logging
from asyncassist.web.service import Service
from asyncassist.web.settings import WebSettings
from asyncassist.web.shutdown import drain_on_sigterm
from asyncassist.web.websocket import Conversation, converse
from asyncassist.web.wsgi_adapter import wsgi

__all__ = [
    "Conversation",
    "HealthCheck",
    "JSONFormatter",
    "Receive",
    "Request",
    "Response",
    "Scope",
    "Send",
    "Service",
    "WebSettings",
    "asgi",
    "converse",
    "drain_on_sigterm",
    "logging_config",
    "setup_logging",
    "wsgi",
]
