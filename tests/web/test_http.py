"""Framework-independent requests and responses, and their translation from ASGI and WSGI."""

from __future__ import annotations

import asyncio
import contextlib
import io
import socket
import threading
import time

import pytest

from asyncassist.web import Request, Response
from asyncassist.web.http import BrokenBodyError, assign_request_id
from tests.web.components import get, read, service_of


def environ(body: bytes = b"", **more: object) -> dict[str, object]:
    """Return a WSGI environment with the body and further variables."""
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/chat",
        "QUERY_STRING": "a=1&a=",
        "wsgi.input": io.BytesIO(body),
        "REMOTE_ADDR": "192.0.2.1",
        **more,
    }


class Messages:
    """ASGI receive channel with the given messages."""

    def __init__(self, *messages: dict[str, object]) -> None:
        self.messages = list(messages)

    async def receive(self) -> dict[str, object]:
        return self.messages.pop(0)


async def test_query_and_headers_in_several_forms():
    """Query and headers may be pairs, mappings, mappings to lists, or the raw query string."""
    forms = [
        Request("get", "/health", "probe=live&x=%20", {"X-A": ["1", "2"]}),
        Request("GET", "/health", {"probe": ["live"], "x": " "}, [("x-a", "1"), (b"X-A", b"2")]),
        Request("GET", "/health", [("probe", "live"), ("x", " ")], [("X-A", "1"), ("x-a", "2")], b"", None),
    ]

    for form in forms:
        assert form.method == "GET"
        assert form.query == (("probe", "live"), ("x", " "))
        assert form.headers == (("x-a", "1"), ("x-a", "2"))
        assert form.header("x-a") == "1, 2"
    assert repr(forms[0]) == "Request(GET '/health')"


def test_last_content_type_counts():
    """Content-Type is no list: repeats are not joined, unlike those of other headers."""
    request = Request("POST", "/", (), [("content-type", "text/plain"), ("Content-Type", "application/json")])

    assert request.header("content-type") == "application/json"
    assert request.header("accept") is None


def test_parts_of_a_cookie_are_joined():
    """HTTP/2 splits the field; what reads the cookies gets one."""
    request = Request("GET", "/", (), [("cookie", "a=1"), ("cookie", "b=2; c=3")])

    assert request.header("cookie") == "a=1; b=2; c=3"


def test_wsgi_environment_is_translated():
    """The path is decoded as UTF-8 and is the one below the mount point; headers have their usual names."""
    path = "/é".encode().decode("latin-1")
    request = Request.from_wsgi(
        environ(SCRIPT_NAME="/app", PATH_INFO=path, HTTP_X_REQUEST_ID="abc", CONTENT_TYPE="application/json"),
        max_body=10,
    )

    assert (request.method, request.path, request.peer) == ("POST", "/é", "192.0.2.1")
    assert request.query == (("a", "1"), ("a", ""))
    assert (request.header("x-request-id"), request.header("content-type")) == ("abc", "application/json")
    assert request.gone is None


@pytest.mark.parametrize(
    ("variables", "body", "rest"),
    [
        ({"CONTENT_LENGTH": "4"}, b"abcd", b"efghijklmno"),
        ({"CONTENT_LENGTH": "0"}, b"", b"abcdefghijklmno"),
        ({"CONTENT_LENGTH": "11"}, b"", b"abcdefghijklmno"),
        ({"CONTENT_LENGTH": "-1"}, b"", b"abcdefghijklmno"),
        ({"CONTENT_LENGTH": "\xb2"}, b"", b"abcdefghijklmno"),
        ({"CONTENT_LENGTH": "9" * 5000}, b"", b"abcdefghijklmno"),
        ({"CONTENT_LENGTH": "0" * 5000 + "4"}, b"abcd", b"efghijklmno"),
        ({}, b"", b"abcdefghijklmno"),
        ({"wsgi.input_terminated": True}, b"abcdefghijk", b"lmno"),
    ],
)
def test_wsgi_body_is_read_up_to_the_limit(variables, body, rest):
    """By its length; a longer one is not read at all, one without a length only as far as the limit can be judged."""
    variables = environ(b"abcdefghijklmno", **variables)
    request = Request.from_wsgi(variables, max_body=10)

    assert request.body == body
    assert variables["wsgi.input"].read() == rest


async def test_wsgi_body_that_cannot_be_read_is_broken():
    """The errors of servers differ: each becomes a broken body, which the service answers."""

    class Broken:
        def read(self, size: int) -> bytes:
            raise OSError

    request = Request.from_wsgi(environ(CONTENT_LENGTH="4", **{"wsgi.input": Broken()}), max_body=10)

    with pytest.raises(BrokenBodyError):
        await anext(request.body)


async def test_asgi_request_is_translated():
    """The body is read in chunks on demand; after it, `gone` returns when the client has disconnected."""
    channel = Messages(
        {"type": "http.request", "body": b"ab", "more_body": True},
        {"type": "http.request", "body": b"", "more_body": True},
        {"type": "http.request", "body": b"c"},
        {"type": "http.request"},
        {"type": "http.disconnect"},
    )
    scope = {"type": "http", "method": "post", "path": "/chat", "query_string": b"a=1", "headers": [(b"X-A", b"1")]}
    request = Request.from_asgi(scope, channel.receive)

    assert (request.method, request.query, request.header("x-a"), request.peer) == ("POST", (("a", "1"),), "1", "")
    assert [chunk async for chunk in request.body] == [b"ab", b"c"]
    await request.gone()
    assert channel.messages == []


async def test_asgi_body_of_a_disconnected_client_is_broken():
    """A disconnect before the end of the body is no end of the body."""
    channel = Messages({"type": "http.request", "body": b"ab", "more_body": True}, {"type": "http.disconnect"})
    request = Request.from_asgi({"type": "http", "path": "/", "headers": []}, channel.receive)

    with pytest.raises(BrokenBodyError):
        [chunk async for chunk in request.body]


def test_handshake_has_no_body():
    """A WebSocket's messages do not belong to its request."""
    scope = {"type": "websocket", "path": "/ws/chat", "headers": [], "client": ("192.0.2.1", 5)}
    request = Request.from_asgi(scope, Messages().receive)

    assert (request.method, request.body, request.peer, request.gone) == ("GET", b"", "192.0.2.1", None)


def test_headers_of_a_response():
    """Headers may be a mapping or pairs; the first value of a name is returned."""
    response = Response(200, [("vary", "a"), ("vary", "b")])

    assert response.header("vary") == "a"
    assert response.header("etag") is None
    assert Response(304, {"etag": '"x"'}).headers == [("etag", '"x"')]
    assert repr(response) == "Response(200)"


def test_repeated_headers_are_joined_in_linear_time():
    """Twice as many lines of one name take about twice the time."""

    def cpu_time(lines: int) -> float:
        times = []
        for _ in range(5):
            request = Request("GET", "/", (), [("accept", "x" * 20)] * lines)
            started = time.thread_time()
            request.header("accept")
            times.append(time.thread_time() - started)
        return min(times)

    assert cpu_time(20_000) < 3.2 * cpu_time(10_000) + 0.002


@pytest.mark.parametrize(
    ("root_path", "path", "below"),
    [
        ("", "/chat", "/chat"),
        ("/app", "/app/chat", "/chat"),
        ("/app/", "/app/chat", "/chat"),
        ("/app", "/app/", "/"),
        ("/app", "/app", ""),
        ("/app/", "/app", ""),
        ("", "/", "/"),
        ("/app", "/chat", "/chat"),
        ("/app", "/application", "/application"),
        ("/app", "/app/app/chat", "/app/chat"),
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_path_is_below_the_root_path(kind, root_path, path, below):
    """ASGI's path includes the prefix of a mounted application; a proxy may have removed it already."""
    scope = {"type": kind, "path": path, "root_path": root_path, "headers": []}

    request = Request.from_asgi(scope, Messages().receive)

    assert (request.path, request.root_path) == (below, root_path.rstrip("/"))
    assert request.scope is scope


@pytest.mark.parametrize(
    ("script_name", "path_info", "root_path", "path"),
    [("", "/chat", "", "/chat"), ("", "", "", "/"), ("/app", "", "/app", ""), ("/app/", "/chat", "/app", "/chat")],
)
def test_script_name_is_the_prefix(script_name, path_info, root_path, path):
    """An empty path is the prefix itself, or the root of the host; the environment is the request's scope."""
    variables = environ(SCRIPT_NAME=script_name, PATH_INFO=path_info)
    request = Request.from_wsgi(variables, max_body=10)

    assert (request.root_path, request.path) == (root_path, path)
    assert request.scope is variables


def test_prefix_is_decoded_as_utf8():
    """As WSGI passes the path, so it passes the prefix."""
    assert Request.from_wsgi(environ(SCRIPT_NAME="/é".encode().decode("latin-1")), max_body=10).root_path == "/é"


@contextlib.contextmanager
def dripping_body(key: str, length: int | None):
    """Yield the environment of a request whose body arrives byte by byte and never ends."""
    server, client = socket.socketpair()
    ended = threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError):
            while not ended.wait(0.05):
                client.sendall(b" ")

    thread = threading.Thread(target=drip)
    thread.start()
    framing = {"wsgi.input_terminated": True} if length is None else {"CONTENT_LENGTH": str(length)}
    with server, client, server.makefile("rb") as stream:
        try:
            headers = {"CONTENT_TYPE": "application/json", **framing}
            yield environ(**headers, **{"wsgi.input": stream, key: server}), server
        finally:
            ended.set()
            thread.join()


@pytest.mark.parametrize("key", ["gunicorn.socket", "werkzeug.socket"])
@pytest.mark.parametrize("length", [5000, None])
async def test_body_that_does_not_arrive_is_given_up(key, length):
    """However many bytes come now and then: a thread beyond the bound waits for a second, and the answer is 408."""
    full = threading.Semaphore(0)
    started = time.monotonic()
    with dripping_body(key, length) as (variables, server):
        request = await asyncio.to_thread(Request.from_wsgi, variables, max_body=65536, slow_bodies=full)
        elapsed = time.monotonic() - started
        server.sendall(b"the answer can still be sent")
    async with service_of() as service:
        response = await service.handle(request)

    assert (response.status, read(response)["type"]) == (408, "urn:asyncassist:problem:slow-body")
    assert 0.9 < elapsed < 10.0
    assert not full.acquire(blocking=False)


async def test_body_within_the_bound_gets_more_time(monkeypatch):
    """A thread within the bound waits as long as an ASGI server would, holds its place, and gives it back."""
    monkeypatch.setattr("asyncassist.web.http.BODY_TIMEOUT", 0.1)
    one = threading.Semaphore(1)
    started = time.monotonic()
    for slow_bodies in (one, None):
        with dripping_body("gunicorn.socket", 5000) as (variables, _):
            request = await asyncio.to_thread(Request.from_wsgi, variables, max_body=65536, slow_bodies=slow_bodies)
        with pytest.raises(TimeoutError):
            await anext(request.body)

    assert time.monotonic() - started < 0.9
    assert one.acquire(blocking=False)


async def test_broken_framing_of_a_server_that_passes_its_socket_is_no_timeout():
    """An error of the server before the time is over is a broken body."""

    class Broken:
        def read(self, size):
            raise ValueError

    server, client = socket.socketpair()
    with server, client:
        variables = environ(CONTENT_LENGTH="5", **{"wsgi.input": Broken(), "gunicorn.socket": server})
        request = Request.from_wsgi(variables, max_body=100)

    with pytest.raises(BrokenBodyError):
        await anext(request.body)


async def test_a_body_is_read_whole():
    """Bytes as they are, a stream to its end."""

    async def parts():
        yield b"one "
        yield b"two"

    assert await Response(200, body=b"bytes").read() == b"bytes"
    assert await Response(200, body=parts()).read() == b"one two"


@pytest.mark.parametrize(
    ("given", "accepted"),
    [("my-id_1", True), ("a" * 64, True), ("a" * 65, False), ("", False), ("a b", False), ("é", False), (None, False)],
)
def test_request_id_of_the_client_is_used_if_valid(given, accepted):
    """Up to 64 ASCII letters, digits, `_` and `-`; otherwise the request gets a random id."""
    request = get("/", **({} if given is None else {"x_request_id": given}))

    assign_request_id(request)

    assert (request.request_id == given) == accepted
    assert request.request_id


def test_assigned_request_id_stays():
    """A second assignment does not change the id that has been logged already."""
    request = get("/")
    assign_request_id(request)
    first = request.request_id

    assign_request_id(request)

    assert request.request_id == first
