"""Bodies and bad input: bounded while they are read, named when they are wrong, and the pool stays healthy."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import importlib
import sys
import zlib

import aiohttp.http_parser
import brotli
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from asyncassist import AsyncHandler, Limits, Timeout
from asyncassist._http.models import CacheInfo, Response
from asyncassist._http.prepared_request import resolve_url
from asyncassist.errors import (
    BodyTooLargeError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    InvalidInputError,
    UpstreamError,
)
from tests.http.conftest import sends

OK = b"HTTP/1.1 200 OK\r\n"
# What each encoding makes of a body; zstd only where a library for it is installed.
PACKED = {"gzip": gzip.compress, "deflate": zlib.compress, "br": lambda data: brotli.compress(data, quality=1)}
if aiohttp.http_parser.HAS_ZSTD:
    zstd = importlib.import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    PACKED["zstd"] = zstd.compress
# Four bytes as a zstd frame of one block that is not compressed (RFC 8878): made without a library.
ZSTD_TEXT = bytes.fromhex("28b52ffd 20 04 210000") + b"text"


async def test_a_body_of_any_charset_is_read(origin):
    """By the charset it claims, else UTF-8; what does not fit is replaced, never raised."""
    cases = {
        "text/plain; charset=latin-1": ("é".encode("latin-1"), "é"),
        'text/plain; charset="utf-16"': ("é".encode("utf-16"), "é"),
        "text/plain; charset=nonsense": ("é".encode(), "é"),
        "text/plain": ("é".encode() + b"\xff", "é\ufffd"),
        "text/plain; charset=": ("é".encode(), "é"),
        "text/plain; x=y": (b"a", "a"),
    }
    async with AsyncHandler() as http:
        for n, (kind, (body, text)) in enumerate(cases.items()):
            origin.replies(web.Response(body=body, headers={"Content-Type": kind}))
            assert (await http.get(f"{origin.url}/{n}")).text() == text


async def test_json_in_odd_encodings_is_read(origin):
    """With a byte order mark, or in UTF-16 that says so."""
    bodies = (b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'.encode("utf-16"))
    async with AsyncHandler() as http:
        origin.replies(web.Response(body=bodies[0]))
        assert await http.get_json(f"{origin.url}/0") == {"a": 1}
        origin.replies(web.Response(body=bodies[1], headers={"Content-Type": "application/json; charset=utf-16"}))
        assert await http.get_json(f"{origin.url}/1") == {"a": 1}


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a":', b"\xff\xfe\xff", b"NaN", b"[" * 100_000])
async def test_a_body_that_is_no_json_is_a_decode_error(origin, body):
    """With status and host, without the body."""
    origin.replies(web.Response(body=body))

    async with AsyncHandler() as http:
        with pytest.raises(DecodeError) as caught:
            await http.get_json(origin.url)

        assert (caught.value.status, caught.value.host) == (200, origin.url.removeprefix("http://"))


@given(
    charset=st.one_of(st.text(max_size=20), st.sampled_from(["hex", "undefined", "idna", "a\0b", "\udcff"])),
    body=st.binary(),
)
def test_any_content_type_gives_a_text(charset, body):
    """Whatever a server names as its charset."""
    headers = CIMultiDictProxy(CIMultiDict({"Content-Type": f"text/plain; charset={charset}"}))
    response = Response(
        status=200,
        reason="",
        headers=headers,
        url="",
        body=body,
        elapsed=0,
        attempts=1,
        cache=CacheInfo(outcome="miss"),
    )

    assert isinstance(response.text(), str)


@pytest.mark.parametrize("way", ["said", "endless", *PACKED])
async def test_a_body_is_bounded_while_it_is_read(origin, way):
    """By what it says, by what comes, and by what it unpacks to; the pool is healthy after."""
    big = b"0" * 50_000_000

    async def answer(request):
        if way == "said":
            return web.Response(body=b"0" * 100_001)
        response = web.StreamResponse()
        if way == "endless":
            await response.prepare(request)
            while True:
                await response.write(b"0" * 65_536)
        response.headers["Content-Encoding"] = way
        await response.prepare(request)
        await response.write(await asyncio.to_thread(PACKED[way], big))
        return response

    origin.answer = answer
    async with AsyncHandler(limits=Limits(max_body=100_000)) as http:
        with pytest.raises(BodyTooLargeError) as caught:
            await http.get(origin.url)

        assert caught.value.limit == 100_000
        origin.says(body="fine")
        assert (await http.get(origin.url)).text() == "fine"
        assert http.stats().origins[0].in_flight == 0


@pytest.mark.parametrize("way", PACKED)
async def test_a_packed_body_is_unpacked(origin, way):
    """It is asked for by name, and a broken one is an error."""
    origin.replies(
        web.Response(body=PACKED[way](b"text" * 1000), headers={"Content-Encoding": way}),
        web.Response(body=b"nonsense", headers={"Content-Encoding": way}),
    )

    async with AsyncHandler(retry=None) as http:
        assert (await http.get(origin.url)).body == b"text" * 1000
        assert way in origin.seen[0].headers["Accept-Encoding"]
        with pytest.raises(DecodeError):
            await http.get(origin.url, cache="reload")


@pytest.mark.parametrize(
    ("way", "flag", "body"), [("br", "HAS_BROTLI", PACKED["br"](b"text")), ("zstd", "HAS_ZSTD", ZSTD_TEXT)]
)
async def test_an_encoding_that_nothing_is_installed_for_is_an_error(origin, monkeypatch, way, flag, body):
    """With words that say so; with the library, the same body is read."""
    origin.replies(web.Response(body=body, headers={"Content-Encoding": way}))
    installed = getattr(aiohttp.http_parser, flag)

    async with AsyncHandler(retry=None) as http:
        if installed:
            assert (await http.get(origin.url)).text() == "text"
        monkeypatch.setattr(aiohttp.http_parser, flag, False)
        with pytest.raises(DecodeError, match="nothing is installed for"):
            await http.get(origin.url, cache="reload")
        origin.says(body="fine")
        assert (await http.get(origin.url, cache="reload")).text() == "fine"


async def test_one_decoded_copy_is_kept(origin):
    """A hit is not unpacked again."""
    origin.replies(web.Response(body=gzip.compress(b"text"), headers={"Content-Encoding": "gzip"}))

    async with AsyncHandler() as http:
        miss, hit = await http.get(origin.url), await http.get(origin.url)

        assert hit.body is miss.body
        assert hit.body == b"text"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ([OK, b"Content-Length: 10\r\n\r\nshort"], ConnectError),
        ([OK, b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"], ConnectError),
        ([OK, b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n"], UpstreamError),
        ([OK, b"Content-Length: 5\r\nContent-Encoding: gzip\r\n\r\nabcde"], DecodeError),
        ([OK, b"Content-Length: 30\r\nContent-Encoding: gzip\r\n\r\n", gzip.compress(b"x" * 500)[:15]], ConnectError),
        ([b"nonsense\r\n\r\n"], DecodeError),
        ([b"HTTP/9.9 abc\r\n\r\n"], DecodeError),
        ([OK, b"A" * 100_000, b"\r\n\r\n"], DecodeError),
        ([OK, b"Content-Length: -5\r\n\r\n"], DecodeError),
        ([OK, b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"], DecodeError),
        ([b""], ConnectError),
    ],
)
async def test_an_answer_that_is_not_what_it_says_is_a_typed_error(raw, answer, error):
    """The connection is released, and the next request is answered."""
    url = await raw(sends(*answer))

    async with AsyncHandler(retry=None) as http:
        with pytest.raises(error) as caught:
            await http.get(url)

        assert caught.value.host == url.removeprefix("http://")
        assert http.stats().origins[0].in_flight == 0
        good = await raw(sends(OK, b"Content-Length: 2\r\n\r\nok"))
        assert (await http.get(good)).text() == "ok"


async def test_a_stalled_body_ends_at_the_deadline(raw):
    """The head came in time, the rest did not."""
    url = await raw(sends(OK, b"Content-Length: 10\r\n\r\nabc", wait=True))

    async with AsyncHandler(retry=None, timeout=Timeout(total=5.0, attempt=0.1)) as http:
        with pytest.raises(DeadlineExceededError):
            await http.get(url)


# -- what callers give ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/relative",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http://:80/",
        "http://exa mple.com/\n",
        "http://example.com/\r\nX: y",
        "http://example.com/\x00",
        " http://example.com/",
        "http://example.com:99999/",
        "http://example.com:port/",
        "http://[::1/",
        "http://" + "a" * 70_000,
        "http://\ud800/",
        None,
        7,
        b"http://example.com/",
    ],
)
async def test_a_url_that_cannot_be_fetched_is_named(url):
    """Nothing is sent."""
    async with AsyncHandler() as http:
        with pytest.raises(InvalidInputError) as caught:
            await http.get(url)

        assert caught.value.field == "url"
        assert http.stats().misses == 0


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("headers", {"headers": {"A": "b\r\nC: d"}}),
        ("headers", {"headers": {"A\n": "b"}}),
        ("headers", {"headers": {"A": 7}}),
        ("headers", {"headers": 7}),
        ("idempotency_key", {"idempotency_key": "a\nb"}),
        ("params", {"params": {"a": object()}}),
        ("params", {"params": 7}),
        ("json", {"json": object()}),
        ("data", {"json": {}, "data": b""}),
        ("timeout", {"timeout": -1}),
        ("timeout", {"timeout": float("nan")}),
        ("timeout", {"timeout": "soon"}),
        ("ttl", {"ttl": -1}),
        ("ttl", {"ttl": float("inf")}),
        ("ttl", {"ttl": "long"}),
        ("cache", {"cache": "maybe"}),
        ("retry", {"retry": 3}),
        ("hedge_after", {"hedge_after": 0}),
        ("max_body", {"max_body": 0}),
        ("max_body", {"max_body": 1.5}),
        ("request", {"data": 7}),
    ],
)
async def test_an_argument_that_cannot_be_used_is_named(origin, field, arguments):
    """Nothing is sent, and the value is not in the error."""
    async with AsyncHandler() as http:
        with pytest.raises(InvalidInputError) as caught:
            await http.get(origin.url, **arguments)

        assert caught.value.field == field
        assert origin.count == 0
        assert (await http.get(origin.url)).status == 200


async def test_a_method_that_is_no_token_is_named(origin):
    """Own methods are fine."""
    async with AsyncHandler() as http:
        for method in ("", "GE T", "GET\r\n", 7):
            with pytest.raises(InvalidInputError, match="method"):
                await http.request(method, origin.url)
        assert (await http.request("m-search", origin.url)).status == 200
        assert origin.seen[0].method == "M-SEARCH"


async def test_params_are_added_to_the_query(origin):
    """And make another answer."""
    async with AsyncHandler(base_url=f"{origin.url}/api/") as http:
        await http.get("a?x=1", params={"y": "ü b", "z": 3})
        await http.get("a?x=1")

        assert [r.path_qs for r in origin.seen] == ["/api/a?x=1&y=%C3%BC+b&z=3", "/api/a?x=1"]


async def test_equal_urls_are_one_answer(origin):
    """The fragment, the case of the host, a default port and needless escapes make no difference."""
    async with AsyncHandler() as http:
        for url in (
            f"{origin.url}/a%7Eb",
            f"{origin.url}/a~b#part",
            f"{origin.url.upper().replace('HTTP', 'http')}/a~b",
        ):
            await http.get(url)

        assert origin.count == 1


@given(st.text(max_size=60))
def test_no_text_makes_the_url_parser_raise_another_error(text):
    """A Target or InvalidInputError."""
    for url in (text, f"http://{text}", f"http://a.example/{text}"):
        with contextlib.suppress(InvalidInputError):
            assert resolve_url(url, None).url.scheme in {"http", "https"}


# -- redirects -----------------------------------------------------------------------------------------------------


async def test_redirects_end(origin):
    """A loop is an error; none wanted, the redirect itself comes back."""

    async def loop(request):
        raise web.HTTPFound(request.path)

    origin.answer = loop
    async with AsyncHandler(retry=None) as http:
        with pytest.raises(UpstreamError, match="redirects"):
            await http.get(origin.url)
        with pytest.raises(UpstreamError, match="redirects"):
            async with http.stream("GET", origin.url):
                pass
        assert origin.count == 12
    async with AsyncHandler(limits=Limits(max_redirects=0)) as http:
        assert (await http.get(origin.url)).status == 302


@pytest.mark.parametrize("location", ["http://[", "ftp://x/", "http://\x01/"])
async def test_a_redirect_that_leads_nowhere_is_an_error(raw, location):
    """With the status."""
    url = await raw(sends(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location.encode() + b"\r\n\r\n"))

    async with AsyncHandler(retry=None) as http:
        with pytest.raises(UpstreamError):
            await http.get(url)


@pytest.mark.parametrize(
    ("status", "method", "becomes"),
    [(301, "POST", "GET"), (302, "POST", "GET"), (303, "PUT", "GET"), (303, "HEAD", "HEAD"), (307, "POST", "POST")],
)
async def test_a_redirect_changes_the_method_as_browsers_do(origin, status, method, becomes):
    """And the body goes with it or not."""

    async def answer(request):
        if request.path == "/":
            return web.Response(status=status, headers={"Location": "/next"})
        return web.Response()

    origin.answer = answer
    body = None if method == "HEAD" else b"x"
    async with AsyncHandler() as http:
        await http.request(method, origin.url, data=body, headers={"Content-Type": "text/x"})

        assert (origin.seen[1].method, origin.bodies[1]) == (becomes, b"x" if becomes == "POST" else b"")
        assert (origin.seen[1].headers.get("Content-Type") == "text/x") is (becomes == method)


async def test_a_spent_body_is_not_sent_to_the_next_place(origin):
    """The caller sees the redirect."""

    async def body():
        yield b"x"

    origin.says(307, location="/next")
    async with AsyncHandler() as http:
        assert (await http.post(origin.url, data=body())).status == 307


async def test_a_redirect_without_location_is_an_answer(origin):
    """Like any other."""
    origin.says(302)

    async with AsyncHandler() as http:
        assert (await http.get(origin.url)).status == 302


async def test_credentials_do_not_follow_to_another_origin(origin):
    """They do on the same one."""
    other = origin.url.replace("127.0.0.1", "localhost")

    async def answer(request):
        if request.path == "/":
            raise web.HTTPFound(f"{other}/b")
        if request.path == "/same":
            raise web.HTTPFound("/b")
        return web.Response()

    origin.answer = answer
    async with AsyncHandler() as http:
        await http.get(origin.url, headers={"Authorization": "secret", "Cookie": "secret", "X": "1"})
        assert not {"Authorization", "Cookie"} & set(origin.seen[1].headers)
        assert origin.seen[1].headers["X"] == "1"
        await http.get(f"{origin.url}/same", headers={"Authorization": "secret"})
        assert origin.seen[3].headers["Authorization"] == "secret"
