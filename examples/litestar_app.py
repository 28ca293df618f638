"""Mount the asyncassist web service on Litestar, below a prefix, with the login of your application.

Run it with `uvicorn examples.litestar_app:app --no-proxy-headers`; the page is at /assistant/.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from litestar import Litestar, asgi, get, post
from litestar import Request as LitestarRequest
from litestar.middleware.session.server_side import ServerSideSessionConfig

from asyncassist import web

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from litestar.types import Receive, Scope, Send

PREFIX = "/assistant"


def identify(request: web.Request) -> str | None:
    """Return the user of the session that Litestar's middleware has opened."""
    user: str | None = (request.scope["session"] or {}).get("user")
    return user


service = web.Service.from_env(user=identify)


@asgi(PREFIX, is_mount=True, copy_scope=True)
async def assist(scope: Scope, receive: Receive, send: Send) -> None:
    """Pass what is below the prefix to the service, WebSockets too."""
    # Litestar passes the path below the prefix, with a slash at its end; the service needs it as it was requested.
    root_path = scope.get("root_path", "") + PREFIX
    path = unquote(scope["raw_path"].decode())
    await web.asgi(service, {**scope, "root_path": root_path, "path": path}, receive, send)


@post("/login", status_code=200)
async def log_in(data: dict[str, str], request: LitestarRequest[Any, Any, Any]) -> dict[str, str]:
    """Begin a session. An application of yours checks a password here."""
    request.set_session({"user": data["user"]})
    return {}


@get("/me")
async def show_user(request: LitestarRequest[Any, Any, Any]) -> dict[str, str | None]:
    """Answer with the user, a route of your own."""
    return {"user": request.session.get("user")}


@asynccontextmanager
async def lifespan(_app: Litestar) -> AsyncGenerator[None]:
    """Open and close the service with the application."""
    web.setup_logging("WARNING")
    async with service:
        yield


app = Litestar([assist, log_in, show_user], lifespan=[lifespan], middleware=[ServerSideSessionConfig().middleware])
