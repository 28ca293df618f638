"""WebSocket handshakes that a server has passed on unread."""

from __future__ import annotations

import asyncio

import pytest

from asyncassist.web import Request
from asyncassist.web.handshake import check_handshake
from asyncassist.web.problem import ProblemError
from tests.web.components import read, service_of
from tests.web.example_apps import App

VALID = {
    "host": "a.example:8000",
    "connection": "keep-alive, Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-extensions": "permessage-deflate; client_max_window_bits, x-other;a=b",
}
# Changed headers (None: absent), status, and the field that the problem names
CASES = [
    ({"sec-websocket-key": None}, 400, "sec-websocket-key"),
    ({"sec-websocket-key": "short"}, 400, "sec-websocket-key"),
    ({"sec-websocket-version": None}, 400, "sec-websocket-version"),
    ({"sec-websocket-version": "99"}, 426, None),
    ({"connection": "keep-alive"}, 400, "connection"),
    ({"host": "xn--99999999999"}, 400, "host"),
    ({"host": "x" * 301}, 400, "host"),
    ({"host": "\xe9.example"}, 400, "host"),
    ({"sec-websocket-extensions": "permessage-deflate; client_max_window_bits=x"}, 400, "sec-websocket-extensions"),
    ({"sec-websocket-extensions": "permessage-deflate; server_max_window_bits="}, 400, "sec-websocket-extensions"),
    ({"sec-websocket-extensions": "permessage-deflate; server_max_window_bits=99"}, 400, "sec-websocket-extensions"),
]


def changed(headers: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in {**VALID, **headers}.items() if value is not None}


async def test_plain_request_with_the_header_is_no_handshake():
    """What an ASGI server passes on as HTTP cannot become a WebSocket: 426, and never 101."""
    scope = {"type": "http", "path": "/ws/chat", "headers": [(b"Upgrade", b"websocket")]}
    async with service_of() as service:
        response = await service.handle(Request.from_asgi(scope, asyncio.Event().wait))

    assert response.status == 426


@pytest.mark.parametrize("host", ["x", "a.example.", "127.0.0.1:80", "[::1]:8000", "localhost"])
def test_valid_handshake_passes(host):
    """As browsers send it, with offers of extensions."""
    check_handshake(Request("GET", "/ws/chat", (), changed({"host": host})))


@pytest.mark.parametrize(("headers", "status", "field"), CASES)
async def test_malformed_handshake_is_rejected(headers, status, field):
    """By the service, where a WSGI server passes it on: the problem names the field; 426 names the version."""
    variables = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in changed(headers).items()}
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/ws/chat", **variables}
    async with service_of() as service:
        response = await service.handle(Request.from_wsgi(environ, max_body=100))

    assert (response.status, read(response).get("field")) == (status, field)
    assert response.header("sec-websocket-version") == ("13" if status == 426 else None)


def test_handshake_is_a_get():
    """HEAD, which other routes answer like GET, opens no WebSocket."""
    with pytest.raises(ProblemError, match="bad-handshake"):
        check_handshake(Request("HEAD", "/ws/chat", (), VALID))


@pytest.mark.parametrize(("headers", "status", "field"), CASES)
def test_apps_reject_malformed_handshakes(app: App, headers, status, field):
    """With a 4xx; as a problem document where the request reaches the service, without a traceback in the log."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in changed(headers).items())
    if app.kind == "fastapi" and {"host", "sec-websocket-extensions"} & set(headers):
        pytest.skip("the server ignores these fields")

    answer = app.raw(f"GET /ws/chat HTTP/1.1\r\n{lines}\r\n".encode("latin-1"))

    assert answer.status in range(400, 500)
    if app.kind == "flask":
        assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert "Traceback" not in app.log()
