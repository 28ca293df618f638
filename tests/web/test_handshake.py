"""WebSocket handshakes that a server has passed on unread."""

from __future__ import annotations

import asyncio

import pytest

from asyncassist.web import Request
from asyncassist.web.handshake import check_handshake
from asyncassist.web.problem import ProblemError
from tests.web.components import read, service_of
from tests.web.example_apps import Answer, App

VALID = {
    "host": "127.0.0.1:8000",
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
    async with service_of(allowed_hosts=("*",)) as service:
        response = await service.handle(Request.from_wsgi(environ, max_body=100))

    assert (response.status, read(response).get("field")) == (status, field)
    assert response.header("sec-websocket-version") == ("13" if status == 426 else None)


def test_handshake_is_a_get():
    """HEAD, which other routes answer like GET, opens no WebSocket."""
    with pytest.raises(ProblemError, match="bad-handshake"):
        check_handshake(Request("HEAD", "/ws/chat", (), VALID))


def shake(app: App, headers: dict[str, str | None]) -> Answer:
    """Send a handshake with changed headers to an app."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in changed(headers).items())
    return app.raw(f"GET /ws/chat HTTP/1.1\r\n{lines}\r\n".encode("latin-1"))


@pytest.mark.parametrize(("headers", "status", "field"), CASES)
def test_flask_rejects_malformed_handshakes(apps: dict[str, App], headers, status, field):
    """A WSGI server checks none of these headers: the service answers with a problem document, without a traceback."""
    answer = shake(apps["flask"], headers)

    expected = 421 if "host" in headers else status  # whatever is malformed is no name of the service
    assert (answer.status, answer.headers["content-type"]) == (expected, "application/problem+json")
    assert "Traceback" not in apps["flask"].log()


@pytest.mark.parametrize(
    "headers", [case[0] for case in CASES if not {"host", "sec-websocket-extensions"} & {*case[0]}]
)
def test_fastapi_rejects_malformed_handshakes(apps: dict[str, App], headers):
    """The ASGI server itself answers with a 4xx; it leaves the host and the offered extensions to the application."""
    answer = shake(apps["fastapi"], headers)

    assert answer.status in range(400, 500)
    assert "Traceback" not in apps["fastapi"].log()
