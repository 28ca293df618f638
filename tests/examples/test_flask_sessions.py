"""Sessions of Flask on the state manager, through the application as a browser uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask
import pytest

from asyncassist import AsyncStateManager, LoopThread
from examples.flask_sessions import StateSessionInterface, renew

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    """The event loop of the manager."""
    with LoopThread() as thread:
        yield thread


@pytest.fixture
def state(loop: LoopThread) -> Iterator[AsyncStateManager]:
    """A manager in memory."""
    with loop.enter(AsyncStateManager()) as manager:
        yield manager


@pytest.fixture
def browser(loop: LoopThread, state: AsyncStateManager) -> Any:
    """A client that keeps cookies."""
    app = flask.Flask(__name__)
    app.session_interface = StateSessionInterface(state, loop)

    @app.post("/put")
    def put() -> Any:
        flask.session.update(flask.request.get_json())
        return dict(flask.session)

    @app.get("/show")
    def show() -> Any:
        return dict(flask.session)

    @app.post("/log-in")
    def log_in() -> Any:
        flask.session.user = "ana"  # type: ignore[attr-defined]
        flask.session["user"] = "ana"
        renew()
        return {}

    @app.post("/log-out")
    def log_out() -> Any:
        flask.session.clear()
        return {}

    return app.test_client()


def stored(loop: LoopThread, state: AsyncStateManager) -> list[str]:
    """Return the ids of all sessions."""

    async def collect() -> list[str]:
        return [name async for name in state.scan()]

    return loop.run(collect())


def test_a_session_lasts_between_requests(browser, loop, state):
    """Data written in one request is there in the next; the cookie holds the id alone, out of reach of scripts."""
    assert browser.get("/show").json == {}
    assert browser.get_cookie("session") is None
    answer = browser.post("/put", json={"cart": [1, {"n": 2}]})

    assert "cart" not in answer.headers["Set-Cookie"]
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]
    again = browser.get("/show")
    assert again.json == {"cart": [1, {"n": 2}]}
    assert "Set-Cookie" not in again.headers
    assert stored(loop, state) == [browser.get_cookie("session").value]


def test_an_unknown_id_is_never_taken_over(browser, loop, state):
    """Whoever plants an id in a browser does not know the session that begins there."""
    for planted in ("planted", "not/an/id"):
        browser.set_cookie("session", planted)
        browser.post("/put", json={"n": 1})
        assert browser.get_cookie("session").value != planted
    assert "planted" not in stored(loop, state)


def test_a_login_renews_the_id(browser, loop, state):
    """After it the old cookie opens nothing, and the data is there under the new one."""
    browser.post("/put", json={"cart": 1})
    old = browser.get_cookie("session").value
    browser.post("/log-in")

    assert browser.get("/show").json == {"cart": 1, "user": "ana"}
    assert stored(loop, state) == [browser.get_cookie("session").value] != [old]


def test_a_session_of_a_user_can_be_revoked(browser, loop, state):
    """A session created with a user ends with `revoke`: the browser begins anew."""
    browser.post("/log-in")

    assert loop.run(state.revoke("ana")) == 1

    assert browser.get("/show").json == {}


def test_a_cleared_session_is_deleted(browser, loop, state):
    """The stored session and the cookie are gone."""
    browser.post("/put", json={"cart": 1})
    browser.post("/log-out")

    assert stored(loop, state) == []
    assert browser.get_cookie("session") is None


def test_changes_of_two_requests_are_merged(browser, loop, state):
    """Each request stores the keys that it changed; a revoked session is not revived."""
    interface, app = browser.application.session_interface, browser.application
    session = loop.run(state.create({"a": 1, "b": 1}))
    with app.test_request_context(headers={"Cookie": f"session={session.id}"}) as context:
        one, other = [interface.open_session(app, context.request) for _ in range(2)]
    one["a"] = 2
    del other["b"]
    assert [loop.run(interface.store(app, each)) for each in (one, other)] == [session.id] * 2
    assert loop.run(state.get(session.id)).data == {"a": 2}

    loop.run(state.delete(session.id))
    one["a"] = 3
    assert loop.run(interface.store(app, one)) is None
