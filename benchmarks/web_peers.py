"""Applications that `benchmarks.web` starts as servers; each implements one route in the straightforward way."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections import defaultdict, deque
from contextlib import asynccontextmanager
from typing import Any

UPSTREAM = os.environ.get("BENCH_UPSTREAM", "")

ANSWER = {
    "reply": "You said: hello",
    "conversation_id": "0" * 32,
    "source": "cache",
    "cached": True,
    "degraded": False,
    "reason": None,
    "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    "response_time": 0.0001,
}


def bare() -> Any:
    """Return a FastAPI app whose native route replies from a dictionary: no history, no limits, no headers."""
    from fastapi import FastAPI
    from pydantic import BaseModel, Field

    app = FastAPI()
    replies: dict[str, dict[str, Any]] = {}

    class Body(BaseModel):
        message: str = Field(min_length=1, max_length=4000)
        conversation_id: str | None = None
        stream: bool = False

    Body.model_rebuild(_types_namespace={})

    async def chatbot(body: Body) -> dict[str, Any]:
        key = hashlib.sha256(body.message.encode()).hexdigest()
        return replies.setdefault(key, {**ANSWER, "conversation_id": secrets.token_hex(16)})

    chatbot.__annotations__ = {"body": Body, "return": dict[str, Any]}
    app.post("/api/async/chatbot")(chatbot)
    return app


def equal() -> Any:
    """Return the `bare` app with what the service adds: request id, security headers, rate limit, origin check."""
    from fastapi import Request  # noqa: TC002 - FastAPI reads it
    from starlette.responses import JSONResponse

    app = bare()
    logs: dict[str, deque[float]] = defaultdict(deque)

    @app.middleware("http")
    async def defend(request: Request, call_next: Any) -> Any:
        log, now = logs[request.client.host if request.client else ""], time.monotonic()
        while log and log[0] <= now - 60:
            log.popleft()
        if len(log) >= 10**9 or request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return JSONResponse({"detail": "no"}, 403)
        if len(log) < 120:
            log.append(now)
        response = await call_next(request)
        given = request.headers.get("x-request-id")
        for name, value in (
            ("x-request-id", given or secrets.token_hex(8)),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("cache-control", "no-store"),
            ("ratelimit-policy", '"default";q=120;w=60'),
        ):
            response.headers[name] = value
        return response

    return app


def components() -> Any:
    """Return a FastAPI app whose native routes call the service's assistant and chatbot, and add nothing."""
    from fastapi import FastAPI
    from pydantic import BaseModel, Field

    from asyncassist.web import Service

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> Any:
        async with Service.from_env() as app.state.service:
            yield

    app = FastAPI(lifespan=lifespan)

    class Body(BaseModel):
        message: str = Field(min_length=1, max_length=4000)

    Body.model_rebuild(_types_namespace={})

    async def chat(body: Body) -> dict[str, Any]:
        reply = await app.state.service.assistant.reply(body.message, session_id=secrets.token_hex(16))
        return reply.to_dict()

    async def chatbot(body: Body) -> dict[str, Any]:
        reply = await app.state.service.chatbot.reply(body.message, conversation_id=secrets.token_hex(16))
        return reply.to_dict()

    for path, route in (("/chat", chat), ("/api/async/chatbot", chatbot)):
        route.__annotations__ = {"body": Body, "return": dict[str, Any]}
        app.post(path)(route)
    return app


def bridged() -> Any:
    """Return a Flask app with synchronous views, one LoopThread and one pooled client."""
    from flask import Flask

    from asyncassist import AsyncHandler, Limits, LoopThread

    app = Flask(__name__)
    loop = LoopThread()
    http = AsyncHandler(retry=None, breaker=None, limits=Limits(total=400, per_host=400))

    @app.get("/fetch")
    def fetch() -> Any:
        return loop.run(http.get_json(UPSTREAM, cache="no-store"))

    return app


def per_request() -> Any:
    """Return a Flask app with `async def` views and a session per request, the straightforward way."""
    from flask import Flask

    from asyncassist import AsyncHandler

    app = Flask(__name__)

    @app.get("/fetch")
    async def fetch() -> Any:
        async with AsyncHandler(retry=None, breaker=None) as http:
            return await http.get_json(UPSTREAM, cache="no-store")

    return app


def ours() -> Any:
    """Return the service on FastAPI as the example mounts it; the rate limit is off."""
    from fastapi import FastAPI

    from asyncassist.web import Service, asgi

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> Any:
        async with Service.from_env() as app.state.service:
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None, redirect_slashes=False)

    async def assist(scope: Any, receive: Any, send: Any) -> None:
        await asgi(app.state.service, scope, receive, send)

    app.router.default = assist
    return app
