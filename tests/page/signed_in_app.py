"""App whose travellers are known by a cookie, for the tests of the page."""

from __future__ import annotations

from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from asyncassist.web import Request, Service, asgi

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def user_of(request: Request) -> str:
    """Return the user of the cookie; without one the request is refused."""
    cookie = SimpleCookie(request.header("cookie") or "").get("user")
    if cookie is None:
        raise PermissionError
    return cookie.value


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open and close the service with the application."""
    async with Service.from_env(user=user_of) as app.state.service:
        yield


app = FastAPI(lifespan=lifespan, openapi_url=None, redirect_slashes=False)


async def assist(scope: Any, receive: Any, send: Any) -> None:
    """Pass every request to the service."""
    await asgi(app.state.service, scope, receive, send)


app.router.default = assist
