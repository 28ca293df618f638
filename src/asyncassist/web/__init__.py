"""The faces to the street: the documented routes, for any framework.

`Service` answers a `Request` with a `Response`; an adapter for a framework translates both in a few lines.
"""

from __future__ import annotations

from asyncassist.web.conversation import Conversation, converse
from asyncassist.web.gateway import asgi
from asyncassist.web.health import HealthCheck
from asyncassist.web.logs import JSONFormatter, setup_logging
from asyncassist.web.message import Request, Response
from asyncassist.web.service import Service
from asyncassist.web.settings import WebSettings

__all__ = [
    "Conversation",
    "HealthCheck",
    "JSONFormatter",
    "Request",
    "Response",
    "Service",
    "WebSettings",
    "asgi",
    "converse",
    "setup_logging",
]
