"""Mount the asyncassist web service on FastAPI, beside your own routes.

Run it with `uvicorn examples.fastapi_app:app --no-proxy-headers`. `ASYNCASSIST_TRUSTED_HOPS` is the number of your own
reverse proxies in front; the service evaluates proxy headers by it, so the server must ignore them.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from asyncassist import Tool
from asyncassist.web import Service, asgi, drain_on_sigterm, setup_logging

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


async def office_hours(city: str) -> str:
    """Return when our travel office in a city is open.

    Args:
        city: Name of the city.
    """
    return f"Our office in {city} is open from Monday to Friday, 9 to 18 o'clock."


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Open and close one service with the application."""
    setup_logging("WARNING")
    async with Service.from_env(tools=[Tool(office_hours, repeatable=True)]) as app.state.service:
        drain_on_sigterm(app.state.service)
        yield


# The service has its own OpenAPI document, so FastAPI's is disabled.
app = FastAPI(lifespan=lifespan, openapi_url=None, redirect_slashes=False)


async def assist(scope: Any, receive: Any, send: Any) -> None:
    """Pass every request that your own routes do not match to the service, including 404 responses."""
    await asgi(app.state.service, scope, receive, send)


app.router.default = assist

if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000, proxy_headers=False)
