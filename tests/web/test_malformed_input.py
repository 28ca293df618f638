"""Malformed requests as bytes on a socket: both apps reject them alike, with a 4xx that names the cause."""

from __future__ import annotations

import contextlib
import json
import re
import socket
from typing import TYPE_CHECKING

import pytest

from tests.web.components import ADMIN

if TYPE_CHECKING:
    from tests.web.example_apps import Answer, App

CHAT, BOT, TEST, CLEAR = "/chat", "/api/async/chatbot", "/api/async/performance-test", "/api/async/clear-cache"
JSON = {"content-type": "application/json"}


def body(message: bytes, field: bytes = b"message") -> bytes:
    return b'{"' + field + b'": ' + message + b"}"


# name: (path, body, headers, status, field)
BODIES: dict[str, tuple[str, bytes, dict[str, str], int, str | None]] = {
    "empty": (CHAT, b"", JSON, 400, "body"),
    "spaces": (CHAT, b"   ", JSON, 400, None),
    "no json": (CHAT, b"hello", JSON, 400, None),
    "half an object": (CHAT, b'{"message": "a"', JSON, 400, None),
    "single quotes": (CHAT, b"{'message': 'a'}", JSON, 400, None),
    "a comment": (CHAT, b'{"message": "a"} // c', JSON, 400, None),
    "two values": (CHAT, b'{"message": "a"}{}', JSON, 400, None),
    "trailing comma": (CHAT, b'{"message": "a",}', JSON, 400, None),
    "unquoted key": (CHAT, b'{message: "a"}', JSON, 400, None),
    "control character": (CHAT, b'{"message": "a\x01"}', JSON, 400, None),
    "bad escape": (CHAT, b'{"message": "\\x41"}', JSON, 400, None),
    "bad unicode escape": (CHAT, b'{"message": "\\u12"}', JSON, 400, None),
    "leading zero": (TEST, b'{"requests": 01}', JSON, 400, None),
    "plus sign": (TEST, b'{"requests": +1}', JSON, 400, None),
    "hexadecimal": (TEST, b'{"requests": 0x1}', JSON, 400, None),
    "NaN": (TEST, b'{"delay": NaN}', JSON, 400, None),
    "infinity": (TEST, b'{"delay": Infinity}', JSON, 400, None),
    "minus infinity": (TEST, b'{"delay": -Infinity}', JSON, 400, None),
    "overflow": (TEST, b'{"delay": 1e999}', JSON, 400, None),
    "many digits": (TEST, b'{"requests": ' + b"9" * 6000 + b"}", JSON, 400, None),
    "byte order mark": (CHAT, b'\xef\xbb\xbf{"message": "a"}', JSON, 400, None),
    "utf-16": (CHAT, '{"message": "a"}'.encode("utf-16"), JSON, 400, None),
    "utf-32": (CHAT, '{"message": "a"}'.encode("utf-32"), JSON, 400, None),
    "latin-1": (CHAT, '{"message": "é"}'.encode("latin-1"), JSON, 400, None),
    "overlong utf-8": (CHAT, b'{"message": "\xc0\xaf"}', JSON, 400, None),
    "surrogate in utf-8": (CHAT, b'{"message": "\xed\xa0\x80"}', JSON, 400, None),
    "lone high surrogate": (CHAT, b'{"message": "a\\ud800"}', JSON, 400, "message"),
    "lone low surrogate": (CHAT, b'{"message": "\\udc00"}', JSON, 400, "message"),
    "surrogate key": (CHAT, b'{"\\ud800": 1}', JSON, 400, "?"),
    "deep arrays": (CHAT, b"[" * 30_000, JSON, 400, None),
    "deep objects": (CHAT, b'{"a":' * 10_000 + b"1" + b"}" * 10_000, JSON, 400, None),
    "duplicate field": (CHAT, b'{"message": "a", "message": "b"}', JSON, 400, "message"),
    "duplicate by escape": (CHAT, b'{"message": "a", "m\\u0065ssage": "b"}', JSON, 400, "message"),
    "array": (CHAT, b'["message"]', JSON, 422, "body"),
    "text": (CHAT, b'"message"', JSON, 422, "body"),
    "number": (CHAT, b"1", JSON, 422, "body"),
    "null": (CHAT, b"null", JSON, 422, "body"),
    "true": (CHAT, b"true", JSON, 422, "body"),
    "no field": (CHAT, b"{}", JSON, 422, "message"),
    "unknown field": (CHAT, b'{"message": "a", "admin": true}', JSON, 422, "admin"),
    "other case": (CHAT, b'{"Message": "a"}', JSON, 422, "Message"),
    "prototype": (CHAT, b'{"__proto__": {}, "message": "a"}', JSON, 422, "__proto__"),
    "message null": (CHAT, body(b"null"), JSON, 422, "message"),
    "message number": (CHAT, body(b"7"), JSON, 422, "message"),
    "message list": (CHAT, body(b'["a"]'), JSON, 422, "message"),
    "message object": (CHAT, body(b'{"a": "b"}'), JSON, 422, "message"),
    "message true": (CHAT, body(b"true"), JSON, 422, "message"),
    "message empty": (CHAT, body(b'""'), JSON, 422, "message"),
    "message blank": (CHAT, body(b'" \\t\\n"'), JSON, 422, "message"),
    "message of nulls": (CHAT, body(b'"\\u0000\\u0000"'), JSON, 422, "message"),
    "message invisible": (CHAT, body('"\u200b\u202e\ufeff"'.encode()), JSON, 422, "message"),
    "message too long": (CHAT, body(b'"' + b"a" * 4001 + b'"'), JSON, 422, "message"),
    "message too long in astral": (CHAT, body(('"' + "\U0001f600" * 4001 + '"').encode()), JSON, 422, "message"),
    "session number": (CHAT, b'{"message": "a", "session_id": 1}', JSON, 422, "session_id"),
    "session empty": (CHAT, b'{"message": "a", "session_id": ""}', JSON, 422, "session_id"),
    "session path": (CHAT, b'{"message": "a", "session_id": "../x"}', JSON, 422, "session_id"),
    "session newline": (CHAT, b'{"message": "a", "session_id": "a\\r\\nb"}', JSON, 422, "session_id"),
    "session long": (CHAT, b'{"message": "a", "session_id": "' + b"a" * 129 + b'"}', JSON, 422, "session_id"),
    "session other script": (CHAT, '{"message": "a", "session_id": "١"}'.encode(), JSON, 422, "session_id"),
    "zone unknown": (CHAT, b'{"message": "a", "timezone": "Mars/Base"}', JSON, 422, "timezone"),
    "zone path": (CHAT, b'{"message": "a", "timezone": "../../etc/passwd"}', JSON, 422, "timezone"),
    "zone absolute": (CHAT, b'{"message": "a", "timezone": "/etc/localtime"}', JSON, 422, "timezone"),
    "zone list": (CHAT, b'{"message": "a", "timezone": ["UTC"]}', JSON, 422, "timezone"),
    "stream text": (CHAT, b'{"message": "a", "stream": "yes"}', JSON, 422, "stream"),
    "stream number": (CHAT, b'{"message": "a", "stream": 1}', JSON, 422, "stream"),
    "stream null": (CHAT, b'{"message": "a", "stream": null}', JSON, 422, "stream"),
    "bot: conversation list": (BOT, b'{"message": "a", "conversation_id": []}', JSON, 422, "conversation_id"),
    "bot: conversation space": (BOT, b'{"message": "a", "conversation_id": "a b"}', JSON, 422, "conversation_id"),
    "bot: session": (BOT, b'{"message": "a", "session_id": "a"}', JSON, 422, "session_id"),
    "bot: model": (BOT, b'{"message": "a", "model": "x"}', JSON, 422, "model"),
    "bot: too long": (BOT, body(b'"' + b"a" * 4001 + b'"'), JSON, 422, "message"),
    "requests zero": (TEST, b'{"requests": 0}', JSON, 422, "requests"),
    "requests many": (TEST, b'{"requests": 101}', JSON, 422, "requests"),
    "requests negative": (TEST, b'{"requests": -1}', JSON, 422, "requests"),
    "requests half": (TEST, b'{"requests": 1.5}', JSON, 422, "requests"),
    "requests text": (TEST, b'{"requests": "3"}', JSON, 422, "requests"),
    "requests true": (TEST, b'{"requests": true}', JSON, 422, "requests"),
    "requests null": (TEST, b'{"requests": null}', JSON, 422, "requests"),
    "concurrency zero": (TEST, b'{"concurrency": 0}', JSON, 422, "concurrency"),
    "delay long": (TEST, b'{"delay": 2.2}', JSON, 422, "delay"),
    "delay negative": (TEST, b'{"delay": -0.1}', JSON, 422, "delay"),
    "delay list": (TEST, b'{"delay": [1]}', JSON, 422, "delay"),
    "test: url": (TEST, b'{"url": "http://127.0.0.1/"}', JSON, 422, "url"),
    "form": (CHAT, b"message=a", {"content-type": "application/x-www-form-urlencoded"}, 415, None),
    "multipart": (CHAT, b"--x--", {"content-type": "multipart/form-data; boundary=x"}, 415, None),
    "plain text": (CHAT, b'{"message": "a"}', {"content-type": "text/plain"}, 415, None),
    "no media type": (CHAT, b'{"message": "a"}', {}, 415, None),
    "media type empty": (CHAT, b'{"message": "a"}', {"content-type": ""}, 415, None),
    "media type almost": (CHAT, b'{"message": "a"}', {"content-type": "application/jsonp"}, 415, None),
    "media type list": (CHAT, b'{"message": "a"}', {"content-type": "application/json, text/plain"}, 415, None),
    "other charset": (CHAT, b'{"message": "a"}', {"content-type": "application/json; charset=utf-16"}, 415, None),
    "compressed": (CHAT, b"\x1f\x8b", {**JSON, "content-encoding": "gzip"}, 415, None),
    "twice compressed": (CHAT, b"\x1f\x8b", {**JSON, "content-encoding": "gzip, br"}, 415, None),
    "too large": (CHAT, b'{"message": "' + b" " * 65536 + b'"}', JSON, 413, "body"),
    "test: text body": (TEST, b"requests=3", {"content-type": "text/plain"}, 415, None),
    "test: body without type": (TEST, b'{"requests": 1}', {}, 415, None),
    "other site": (CHAT, body(b'"a"'), {**JSON, "sec-fetch-site": "cross-site"}, 403, None),
    "sister site": (CHAT, body(b'"a"'), {**JSON, "sec-fetch-site": "same-site"}, 403, None),
    "other origin": (CHAT, body(b'"a"'), {**JSON, "origin": "https://evil.example"}, 403, None),
    "null origin": (CHAT, body(b'"a"'), {**JSON, "origin": "null"}, 403, None),
    "clear without token": (CLEAR, b"{}", JSON, 401, None),
    "clear with wrong token": (CLEAR, b"{}", {**JSON, "authorization": "Bearer wrong"}, 401, None),
    "clear unknown cache": (CLEAR, b'{"cache": "x"}', {**JSON, "authorization": f"Bearer {ADMIN}"}, 422, "cache"),
    "clear with type": (CLEAR, b'{"cache": 1}', {**JSON, "authorization": f"Bearer {ADMIN}"}, 422, "cache"),
}

# name: (request line's method and target, status)
LINES: dict[str, tuple[str, int]] = {
    "nowhere": ("GET /nowhere", 404),
    "slash at the end": ("GET /health/", 404),
    "two slashes": ("GET //health", 404),
    "climbing": ("GET /page/../../pyproject.toml", 404),
    "climbing encoded": ("GET /page/%2e%2e/service.py", 404),
    "climbing twice encoded": ("GET /page/%252e%252e%252fservice.py", 404),
    "backslash": ("GET /page/..%5cservice.py", 404),
    "null byte": ("GET /chat/a%00b", 422),
    "newline": ("GET /chat/a%0ab", 422),
    "newline path": ("GET /%0a", 404),
    "not utf-8": ("GET /chat/%ff%fe", 422),
    "not utf-8 path": ("GET /%ff", 404),
    "bad percent": ("GET /chat/%zz", 422),
    "script": ("GET /chat/%3Cscript%3E", 422),
    "long id": ("GET /chat/" + "a" * 200, 422),
    "long path": ("GET /" + "a" * 3000, 404),
    "deep session": ("GET /chat/a/b", 404),
    "no session": ("GET /chat/", 404),
    "case": ("GET /Health", 404),
    "python source": ("GET /page/__init__.py", 404),
    "wrong method": ("PUT /chat", 405),
    "get for post": ("GET /api/async/chatbot", 405),
    "post for get": ("POST /api/async/health", 405),
    "delete page": ("DELETE /", 405),
    "put session": ("PUT /chat/abc", 405),
    "trace": ("TRACE /health", 405),
    "options": ("OPTIONS /chat", 405),
    "propfind": ("PROPFIND /chat", 405),
    "unknown probe": ("GET /health?probe=x", 422),
    "probe twice": ("GET /health?probe=live&probe=ready", 422),
    "probe empty": ("GET /health?probe=", 422),
    "probe not utf-8": ("GET /health?probe=%ff", 422),
    "unknown service": ("GET /api/async/external-check?service=x", 404),
    "service url": ("GET /api/async/external-check?service=http%3A%2F%2F169.254.169.254%2F", 404),
    "socket without upgrade": ("GET /ws/chat", 426),
    "socket by post": ("POST /ws/chat", 405),
    "unknown session": ("GET /chat/unknown", 404),
}

RAW: dict[str, tuple[bytes, bool]] = {
    "broken chunk": (
        b"transfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\nZZ\r\nhello\r\n0\r\n\r\n",
        True,
    ),
    "chunk without end": (b"transfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\n5\r\nhel", True),
    "body cut off": (b"content-length: 100\r\ncontent-type: application/json\r\n\r\n{", True),
    "negative length": (b"content-length: -1\r\ncontent-type: application/json\r\n\r\n{}", False),
    "length no number": (b"content-length: abc\r\ncontent-type: application/json\r\n\r\n{}", False),
    "two lengths": (b"content-length: 2\r\ncontent-length: 3\r\n\r\n{} ", False),
    "length and chunks": (b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", True),
    "unknown coding": (b"transfer-encoding: gzip\r\n\r\n", True),
    "header without colon": (b"nonsense\r\n\r\n", False),
}


def assert_rejected(answer: Answer, status: int, field: str | None) -> None:
    """Check that the response is a problem document with this status and field, and reveals nothing internal."""
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["instance"] == answer.headers["x-request-id"]
    assert problem.get("field") == field
    assert re.fullmatch(r"urn:asyncassist:problem:[a-z-]+", problem["type"])
    assert not re.search(r"Traceback|/work|/usr|/home|site-packages|\.py\b", answer.body.decode())


@pytest.mark.parametrize("name", BODIES)
def test_invalid_body_is_rejected_alike_in_both_apps(name: str, apps: dict[str, App]):
    """A 4xx that names the field, byte for byte equal in both apps."""
    path, sent, headers, status, field = BODIES[name]
    answers = [
        app.ask("POST", path, sent, **{key.replace("-", "_"): value for key, value in headers.items()})
        for app in apps.values()
    ]

    assert_rejected(answers[0], status, field)
    assert answers[0].compared() == answers[1].compared()


@pytest.mark.parametrize("name", LINES)
def test_invalid_request_line_is_rejected_alike_in_both_apps(name: str, apps: dict[str, App]):
    """Unusual paths, methods and parameters."""
    line, status = LINES[name]
    request = f"{line} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()
    answers = [app.raw(request) for app in apps.values()]

    field = answers[0].json().get("field")
    assert_rejected(answers[0], status, field)
    assert answers[0].compared() == answers[1].compared()


@pytest.mark.parametrize("name", RAW)
def test_broken_framing_is_a_4xx(name: str, app: App):
    """Either the server or the service rejects it, never with a 5xx, and the app continues."""
    rest, finish = RAW[name]
    status = 400
    with contextlib.suppress(ConnectionError):  # a server may close the connection without a response
        status = app.raw(b"POST /chat HTTP/1.1\r\nhost: 127.0.0.1\r\n" + rest, finish=finish).status

    assert 400 <= status < 500
    assert app.ask("GET", "/health?probe=live").status == 200


def test_large_body_is_rejected_before_it_is_read(app: App):
    """By its announced length, else at the chunk that exceeds the limit."""
    announced = app.raw(
        b"POST /chat HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 999999999\r\n\r\n"
    )
    piece = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    chunked = app.raw(
        b"POST /chat HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
        + piece
        + b"1\r\nb\r\n0\r\n\r\n"
    )

    assert (announced.status, chunked.status) == (413, 413)


def test_chunked_body_is_accepted(app: App):
    """Without Content-Length, if its framing is valid."""
    sent = json.dumps({"message": "hello"}).encode()
    answer = app.raw(
        b"POST /chat HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
        + f"{len(sent):x}\r\n".encode()
        + sent
        + b"\r\n0\r\n\r\n"
    )

    assert answer.status == 200


def test_invalid_request_ids_are_not_echoed(apps: dict[str, App]):
    """Neither a long one nor one with bytes that are not ASCII."""
    for app in apps.values():
        answer = app.ask("GET", "/nowhere", x_request_id="a" * 65)
        assert answer.headers["x-request-id"] != "a" * 65
        with socket.create_connection(("127.0.0.1", app.port), timeout=10) as connection:
            connection.sendall(
                b"GET /nowhere HTTP/1.1\r\nhost: localhost\r\nx-request-id: a\xff\r\nconnection: close\r\n\r\n"
            )
            head = connection.recv(65536)
        assert b"\xff" not in head


def test_values_are_normalized(app: App):
    """2.0 is an integer; a message is sanitized before it is answered."""
    assert app.ask("POST", TEST, {"requests": 2.0, "delay": 0}).json()["requests"] == 2
    answer = app.ask("POST", BOT, {"message": "e\u0301\u200b\r\nx"}).json()
    assert answer["reply"] == "You said: é\nx"


def test_number_of_malformed_inputs():
    """The lists do not become shorter by accident."""
    assert len(BODIES) + len(LINES) >= 140
