"""Mount the asyncassist web service on Starlette, below a prefix, with the login of your application.

Run it with `uvicorn examples.starlette_app:app --no-proxy-headers`; the page is at /assistant/.
"""

from __future__ import annotations

import os
import secrets
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from asyncassist.web import Request, Service, asgi, setup_logging

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request as StarletteRequest
    from starlette.types import Receive, Scope, Send


def identify(request: Request) -> str | None:
    """Return the user of the session that Starlette's middleware has opened."""
    user: str | None = request.scope["session"].get("user")
    return user


service = Service.from_env(user=identify)


async def assist(scope: Scope, receive: Receive, send: Send) -> None:
    """Pass what is below the prefix to the service, WebSockets too."""
    await asgi(service, scope, receive, send)


async def log_in(request: StarletteRequest) -> JSONResponse:
    """Begin a session. An application of yours checks a password here."""
    request.session["user"] = (await request.json())["user"]
    return JSONResponse({})


async def show_user(request: StarletteRequest) -> JSONResponse:
    """Answer with the user, a route of your own."""
    return JSONResponse({"user": request.session.get("user")})


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
    """Open and close the service with the application."""
    setup_logging("WARNING")
    async with service:
        yield


routes = [Route("/me", show_user), Route("/login", log_in, methods=["POST"]), Mount("/assistant", app=assist)]
session = Middleware(SessionMiddleware, secret_key=os.environ.get("SECRET_KEY") or secrets.token_urlsafe(32))
app = Starlette(routes=routes, middleware=[session], lifespan=lifespan)
