"""The service as a plain WSGI application."""

from __future__ import annotations

import io
import json
from functools import partial
from typing import TYPE_CHECKING, Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import flask
import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from asyncassist import LoopThread
from asyncassist.web import wsgi
from tests.web.components import service_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PREFIX = "/assistant"


@pytest.fixture
def application() -> Iterator[Callable[..., Any]]:
    """The service, and a check of each call against PEP 3333."""
    with LoopThread() as loop, loop.enter(service_of()) as service:
        yield validator(partial(wsgi, service, loop))


def call(application: Callable[..., Any], method: str, path: str, body: bytes = b"", **variables: str) -> Any:
    """Return status, headers and body of the response."""
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[..., None]:
        started.extend([status, dict(headers)])
        return lambda _data: None

    environ = {"REQUEST_METHOD": method, "SCRIPT_NAME": PREFIX, "PATH_INFO": path, "QUERY_STRING": "", **variables}
    if body:
        environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body))}
    setup_testing_defaults(environ)
    environ["wsgi.input"] = io.BytesIO(body)  # type: ignore[assignment]
    pieces = application(environ, start_response)
    try:
        return *started, b"".join(pieces)
    finally:
        pieces.close()


def test_message_is_answered(application):
    """Status with its phrase, the service's headers and the reply."""
    status, headers, body = call(application, "POST", "/chat", b'{"message": "hello"}')

    assert status == "200 OK"
    assert headers["content-type"] == "application/json"
    assert json.loads(body)["reply"] == "hello"


def test_events_are_streamed(application):
    """A stream is sent piece by piece, to its end."""
    status, headers, body = call(application, "POST", "/chat", b'{"message": "one two", "stream": true}')

    assert status == "200 OK"
    assert headers["content-type"].startswith("text/event-stream")
    assert body.count(b"event: delta") == 2
    assert b"event: done" in body


def test_prefix_leads_to_the_page(application):
    """One slash begins the location, whatever the server names as the prefix; the query is kept."""
    status, headers, _ = call(application, "GET", "", QUERY_STRING="a=1&b=%20")
    foreign = call(application, "GET", "", SCRIPT_NAME="//evil.example")[1]
    posted, *_ = call(application, "POST", "", b"{}")

    assert (status, headers["location"]) == ("307 Temporary Redirect", "/assistant/?a=1&b=+")
    assert foreign["location"] == "/evil.example/"
    assert posted == "404 Not Found"


def test_document_names_the_prefix(application):
    """At the root of a host there is none to name."""
    below = json.loads(call(application, "GET", "/openapi.json", SCRIPT_NAME="/my app")[2])
    root = json.loads(call(application, "GET", "/openapi.json", SCRIPT_NAME="")[2])

    assert below["servers"] == [{"url": "/my%20app"}]
    assert {**below, "servers": None} == {**root, "servers": None}
    assert "servers" not in root


def test_handshake_of_a_websocket_is_refused(application):
    """The fields about the connection are left to the server."""
    status, headers, body = call(
        application, "GET", "/ws/chat", HTTP_UPGRADE="websocket", HTTP_CONNECTION="Upgrade",
        HTTP_SEC_WEBSOCKET_KEY="dGhlIHNhbXBsZSBub25jZQ==", HTTP_SEC_WEBSOCKET_VERSION="13",
    )  # fmt: skip

    assert status == "426 Upgrade Required"
    assert not {"connection", "upgrade"} & set(headers)
    assert json.loads(body)["type"].endswith("websocket")


def test_user_of_the_framework_s_context_is_known():
    """A function for `user` runs in the context of the thread that asks: in Flask, it reads the session."""
    app = flask.Flask("shop")
    app.secret_key = "a secret of this test"

    @app.post("/login")
    def log_in() -> dict[str, str]:
        flask.session["user"] = flask.request.json["user"]
        return {}

    @app.route(f"{PREFIX}/<path:_path>", methods=["GET", "POST"])
    def assist(_path: str) -> flask.Response:
        environ = {**flask.request.environ, "SCRIPT_NAME": PREFIX, "PATH_INFO": f"/{_path}"}
        return app.response_class.from_app(partial(wsgi, service, loop), environ)

    with LoopThread() as loop, loop.enter(service_of(user=lambda _: flask.session.get("user"))) as service:
        ana, other = app.test_client(), app.test_client()
        ana.post("/login", json={"user": "ana"})
        session_id = ana.post(f"{PREFIX}/chat", json={"message": "hello"}).json["session_id"]
        statuses = [client.get(f"{PREFIX}/chat/{session_id}").status_code for client in (ana, other)]

    assert statuses == [200, 404]


def test_application_is_mounted_by_a_dispatcher(application):
    """What moves the prefix from PATH_INFO to SCRIPT_NAME mounts it."""
    outer = DispatcherMiddleware(flask.Flask("shop"), {PREFIX: application})
    found = call(outer, "GET", f"{PREFIX}/openapi.json", SCRIPT_NAME="")

    assert json.loads(found[2])["servers"] == [{"url": PREFIX}]
