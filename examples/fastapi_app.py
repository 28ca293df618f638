"""asyncassist on FastAPI: every documented route, beside routes of your own.

Run it with `uvicorn examples.fastapi_app:app --no-proxy-headers`. `ASYNCASSIST_TRUSTED_HOPS` says how many proxies of
yours stand in front; the server itself must not guess.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from asyncassist.web import Service, asgi, setup_logging

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One service, opened and closed with the application."""
    setup_logging("WARNING")
    async with Service.from_env() as app.state.service:
        yield


# The service brings a document of its own, so FastAPI's is off.
app = FastAPI(lifespan=lifespan, openapi_url=None, redirect_slashes=False)


async def assist(scope: Any, receive: Any, send: Any) -> None:
    """Whatever no route of yours takes is the service's: also the 404s."""
    await asgi(app.state.service, scope, receive, send)


app.router.default = assist

if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000, proxy_headers=False)
