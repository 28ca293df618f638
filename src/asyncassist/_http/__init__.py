"""AsyncHandler: one pooled HTTP session with a memory."""

from __future__ import annotations

from asyncassist._http.guard import Guard
from asyncassist._http.handler import AsyncHandler
from asyncassist._http.models import (
    CacheInfo,
    CacheRules,
    HandlerStats,
    Limits,
    OriginStats,
    Request,
    Response,
)
from asyncassist._http.streaming import StreamedResponse

__all__ = [
    "AsyncHandler",
    "CacheInfo",
    "CacheRules",
    "Guard",
    "HandlerStats",
    "Limits",
    "OriginStats",
    "Request",
    "Response",
    "StreamedResponse",
]
