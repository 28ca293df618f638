"""HTTP client over one pooled session, with an RFC 9111 cache, retries and circuit breakers."""

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
