"""Sessions of Starlette on the state manager, through the application as a browser uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2 as httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from asyncassist import AsyncStateManager
from examples.starlette_sessions import StateSessions, renew

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request


async def put(request: Request) -> JSONResponse:
    request.session.update(await request.json())
    return JSONResponse(dict(request.session))


async def show(request: Request) -> JSONResponse:
    return JSONResponse(dict(request.session))


async def log_in(request: Request) -> JSONResponse:
    request.session.user = "ana"  # type: ignore[attr-defined]
    request.session["user"] = "ana"
    renew(request)
    return JSONResponse({})


async def log_out(request: Request) -> JSONResponse:
    request.session.clear()
    return JSONResponse({})


@pytest.fixture
async def state() -> AsyncIterator[AsyncStateManager]:
    """A manager in memory."""
    async with AsyncStateManager() as manager:
        yield manager


@pytest.fixture
async def browser(state: AsyncStateManager) -> AsyncIterator[Any]:
    """A client that keeps cookies."""
    routes = [
        Route("/put", put, methods=["POST"]),
        Route("/show", show),
        Route("/log-in", log_in, methods=["POST"]),
        Route("/log-out", log_out, methods=["POST"]),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(StateSessions, state=state, secure=False)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://app.example") as client:
        yield client


async def test_a_session_lasts_between_requests(browser, state):
    """Data written in one request is there in the next; the cookie holds the id alone, out of reach of scripts."""
    assert (await browser.get("/show")).json() == {}
    assert not browser.cookies
    answer = await browser.post("/put", json={"cart": [1, {"n": 2}]})

    assert "cart" not in answer.headers["set-cookie"]
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=Lax" in answer.headers["set-cookie"]
    again = await browser.get("/show")
    assert again.json() == {"cart": [1, {"n": 2}]}
    assert "set-cookie" not in again.headers
    assert [name async for name in state.scan()] == [browser.cookies["session"]]


async def test_an_unknown_id_is_never_taken_over(browser, state):
    """Whoever plants an id in a browser does not know the session that begins there."""
    for planted in ("planted", "not/an/id"):
        browser.cookies.clear()
        browser.cookies.set("session", planted, domain="app.example")
        answer = await browser.post("/put", json={"n": 1})
        assert planted not in answer.headers["set-cookie"]
    assert await state.get("planted") is None


async def test_a_login_renews_the_id(browser, state):
    """After it the old cookie opens nothing, and the data is there under the new one."""
    await browser.post("/put", json={"cart": 1})
    old = browser.cookies["session"]
    await browser.post("/log-in")

    assert (await browser.get("/show")).json() == {"cart": 1, "user": "ana"}
    assert browser.cookies["session"] != old
    assert await state.get(old) is None


async def test_a_session_of_a_user_can_be_revoked(browser, state):
    """A session created with a user ends with `revoke`: the browser begins anew."""
    await browser.post("/log-in")

    assert await state.revoke("ana") == 1

    assert (await browser.get("/show")).json() == {}


async def test_a_cleared_session_is_deleted(browser, state):
    """The stored session and the cookie are gone."""
    await browser.post("/put", json={"cart": 1})
    await browser.post("/log-out")

    assert [name async for name in state.scan()] == []
    assert not browser.cookies


async def test_changes_of_two_requests_are_merged(state):
    """Each request stores the keys that it changed; a revoked session is not revived."""
    middleware = StateSessions(None, state=state)  # type: ignore[arg-type]
    session = await state.create({"a": 1, "b": 1})
    one, other = [await middleware.load(session.id) for _ in range(2)]
    one["a"] = 2
    del other["b"]
    assert await middleware.store(one) == await middleware.store(other) == session.id
    assert (await state.get(session.id)).data == {"a": 2}

    await state.delete(session.id)
    one["a"] = 3
    assert await middleware.store(one) is None
