"""Validation of the arguments of a request, and the request that is sent."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from asyncassist import AsyncHandler, Retry, Timeout
from asyncassist._http.prepared_request import PreparedRequest, RequestBuilder, is_repeatable_body, resolve_url
from asyncassist.errors import InvalidInputError


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
async def test_invalid_url_raises_invalid_input_error(url):
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
async def test_invalid_argument_is_named(origin, field, arguments):
    """Nothing is sent."""
    async with AsyncHandler() as http:
        with pytest.raises(InvalidInputError) as caught:
            await http.get(origin.url, **arguments)

        assert caught.value.field == field
        assert origin.count == 0
        assert (await http.get(origin.url)).status == 200


async def test_method_must_be_a_token(origin):
    """Methods outside of RFC 9110 are allowed and sent in capitals."""
    async with AsyncHandler() as http:
        for method in ("", "GE T", "GET\r\n", 7):
            with pytest.raises(InvalidInputError, match="method"):
                await http.request(method, origin.url)
        assert (await http.request("m-search", origin.url)).status == 200
        assert origin.requests[0].method == "M-SEARCH"


async def test_params_are_appended_to_the_query(origin):
    """A URL with other parameters has another cache key."""
    async with AsyncHandler(base_url=f"{origin.url}/api/") as http:
        await http.get("a?x=1", params={"y": "ü b", "z": 3})
        await http.get("a?x=1")

        assert [r.path_qs for r in origin.requests] == ["/api/a?x=1&y=%C3%BC+b&z=3", "/api/a?x=1"]


async def test_equivalent_urls_share_a_cache_key(origin):
    """Fragment, case of the host and needless percent-encoding make no difference."""
    async with AsyncHandler() as http:
        for url in (
            f"{origin.url}/a%7Eb",
            f"{origin.url}/a~b#part",
            f"{origin.url.upper().replace('HTTP', 'http')}/a~b",
        ):
            await http.get(url)

        assert origin.count == 1


@given(st.text(max_size=60))
def test_any_string_is_a_url_or_raises_invalid_input_error(text):
    """`resolve_url` raises no other error."""
    for url in (text, f"http://{text}", f"http://a.example/{text}"):
        with contextlib.suppress(InvalidInputError):
            assert resolve_url(url, None).url.scheme in {"http", "https"}


async def test_credentials_in_the_url_become_authorization(origin):
    """URL credentials are sent as Authorization, turn the default ttl off, and appear in no report."""
    url = origin.url.replace("http://", "http://user:s3cret@")

    async with AsyncHandler() as http:
        one = await http.get(url)
        await http.get(url)

        assert origin.count == 2
        assert origin.requests[0].headers["Authorization"].startswith("Basic ")
        assert "s3cret" not in f"{one} {one.url} {one.to_dict()} {http.stats()} {await http.health()}"


async def test_only_get_and_head_are_hedged(origin):
    """A hedged POST might be executed twice."""
    async with AsyncHandler() as http:
        with pytest.raises(InvalidInputError, match="hedge_after"):
            await http.post(origin.url, hedge_after=0.1)

        assert (await http.head(origin.url, hedge_after=1.0)).status == 200


async def test_json_is_sent_with_its_content_type(origin):
    """Unless the call has a Content-Type of its own."""
    async with AsyncHandler() as http:
        await http.post(origin.url, json={"ü": [1, None]})
        await http.post(origin.url, json=[], headers={"Content-Type": "application/x+json"})

        assert json.loads(origin.bodies[0]) == {"ü": [1, None]}
        assert [r.headers["Content-Type"] for r in origin.requests] == ["application/json", "application/x+json"]


# -- functions and values ------------------------------------------------------------------------------------------


def builder(**options):
    defaults = {
        "default_headers": CIMultiDict(),
        "ttl": 300.0,
        "timeout": Timeout(),
        "retry": Retry(),
        "max_body": 1000,
        "session": None,
    }
    return RequestBuilder(**(defaults | options))


def build(url="http://a.example/x", method="GET", **options) -> PreparedRequest:
    return builder().build(method, resolve_url(url, None), started=0.0, **options)


@pytest.mark.parametrize(
    ("url", "key", "origin"),
    [
        ("HTTP://A.Example", "http://a.example/", "http://a.example"),
        ("https://a.example/b?c=d#e", "https://a.example/b?c=d", "https://a.example"),
        ("http://u:p@a.example:8080/", "http://a.example:8080/", "http://a.example:8080"),
        ("http://[::1]:80/", "http://[::1]/", "http://[::1]"),
    ],
)
def test_resolved_url_has_a_normalized_key_and_an_origin(url, key, origin):
    """Without fragment and credentials; scheme and host in lower case."""
    target = resolve_url(url, None)

    assert (target.key, target.origin) == (key, origin)


def test_credentials_of_a_resolved_url_become_basic_authorization():
    """RFC 7617; the URL itself no longer holds them."""
    target = resolve_url("http://user:p%40ss@a.example/", None)

    assert target.authorization == "Basic dXNlcjpwQHNz"
    assert "user" not in target.key


def test_coalescing_key_tells_apart_what_one_response_cannot_serve():
    """Method, URL, cache mode, ttl, body limit and headers count; order and case of header names do not."""
    key = build(headers={"A": "1", "B": "2"}).coalescing_key()

    assert build(headers={"b": "2", "a": "1"}).coalescing_key() == key
    different = [
        build(headers={"A": "1"}),
        build(headers={"A": "1", "B": "3"}),
        build("http://a.example/y", headers={"A": "1", "B": "2"}),
        build(method="HEAD", headers={"A": "1", "B": "2"}),
        build(cache="no-cache", headers={"A": "1", "B": "2"}),
        build(ttl=5.0, headers={"A": "1", "B": "2"}),
        build(max_body=5, headers={"A": "1", "B": "2"}),
    ]
    assert key not in {request.coalescing_key() for request in different}


def test_default_get_equals_a_built_one():
    """A copy of the default GET is the request that `build` makes without options."""
    requests = builder(default_headers=CIMultiDict({"Cache-Control": "max-age=5", "Authorization": "x"}))
    target = resolve_url("http://a.example/", None)

    copied = requests.default_get.copy_with(target=target, started=1.0)
    built = requests.build("GET", target, started=1.0)

    for name in PreparedRequest.__slots__:
        assert getattr(copied, name) == getattr(built, name), name


def test_copy_has_no_progress():
    """A copy starts with no attempts and is storable again; the original is unchanged."""
    request = build()
    request.attempts, request.storable, request.known_miss = 3, False, True

    copy = request.copy_with(method="HEAD")

    assert (copy.method, copy.attempts, copy.storable, copy.known_miss) == ("HEAD", 0, True, False)
    assert (request.method, request.attempts, request.storable) == ("GET", 3, False)


def test_number_as_timeout_replaces_the_total_only():
    """The other timeouts of the handler still apply."""
    assert build(timeout=3.0).timeout == Timeout(total=3.0)
    assert build(timeout=Timeout(total=1.0, attempt=None)).timeout == Timeout(total=1.0, attempt=None)


@pytest.mark.parametrize(
    ("data", "repeatable"), [(None, True), (b"bytes", True), ("text", True), ({"a": "b"}, False), (iter([b"x"]), False)]
)
def test_only_bytes_and_text_are_repeatable_bodies(data, repeatable):
    """Forms, files and iterators are consumed by sending them."""
    assert is_repeatable_body(data) is repeatable


@pytest.mark.parametrize(
    ("method", "options", "repeatable"),
    [
        ("GET", {}, True),
        ("PUT", {"data": b"x"}, True),
        ("PUT", {"data": {"a": "b"}}, False),
        ("POST", {"json": {}}, False),
        ("POST", {"json": {}, "idempotency_key": "k"}, True),
        ("PATCH", {"headers": {"Idempotency-Key": "k"}}, True),
    ],
)
def test_repeatable_requests(method, options, repeatable):
    """Idempotent methods and requests with an idempotency key, if the body can be sent again."""
    assert build(method=method, **options).repeatable is repeatable
