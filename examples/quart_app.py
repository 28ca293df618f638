"""Mount the asyncassist web service on Quart, below a prefix, with the login of your application.

Run it with `uvicorn examples.quart_app:app --no-proxy-headers`; the page is at /assistant/.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Any

from itsdangerous import BadSignature
from quart import Quart, request, session
from quart.sessions import SecureCookieSessionInterface
from werkzeug.http import parse_cookie

from asyncassist.web import Request, Service, asgi, setup_logging

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

PREFIX = "/assistant"

app = Quart(__name__)
app.secret_key = os.environ.get("SECRET_KEY") or secrets.token_urlsafe(32)
sessions = SecureCookieSessionInterface()


def identify(request: Request) -> str | None:
    """Return the user of Quart's session, which is in a signed cookie."""
    cookie = parse_cookie(request.header("cookie")).get(app.config["SESSION_COOKIE_NAME"])
    signer = sessions.get_signing_serializer(app)
    if cookie is None or signer is None:
        return None
    try:
        user: str | None = signer.loads(cookie, max_age=int(app.permanent_session_lifetime.total_seconds())).get("user")
    except BadSignature:
        return None
    return user


service = Service.from_env(user=identify)
quart_app = app.asgi_app


async def assist(scope: Any, receive: Any, send: Any) -> None:
    """Pass what is below the prefix to the service, WebSockets too, and everything else to Quart."""
    root_path = scope.get("root_path", "")
    path = scope.get("path", "").removeprefix(root_path)
    if f"{path}/".startswith(f"{PREFIX}/"):
        mounted = {**scope, "path": root_path + path, "root_path": root_path + PREFIX}
        await asgi(service, mounted, receive, send)
    else:
        await quart_app(scope, receive, send)


app.asgi_app = assist  # type: ignore[method-assign]


@app.post("/login")
async def log_in() -> dict[str, str]:
    """Begin a session. An application of yours checks a password here."""
    session["user"] = (await request.get_json())["user"]
    return {}


@app.get("/me")
async def show_user() -> dict[str, str | None]:
    """Answer with the user, a route of your own."""
    return {"user": session.get("user")}


@app.while_serving
async def lifespan() -> AsyncGenerator[None]:
    """Open and close the service with the application."""
    setup_logging("WARNING")
    async with service:
        yield
