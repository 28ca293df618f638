"""Redirects: limits, methods, bodies and credentials."""

from __future__ import annotations

import pytest
from aiohttp import web
from multidict import CIMultiDict

from asyncassist import AsyncHandler, Limits, Timeout
from asyncassist._http.prepared_request import RequestBuilder, resolve_url
from asyncassist._http.redirects import next_redirect
from asyncassist._http.transport import RawResponse
from asyncassist.errors import UpstreamError
from tests.http.conftest import send_bytes


async def test_redirect_loop_is_an_error(origin):
    """After `max_redirects`; with `max_redirects=0` the redirect response is returned."""

    async def redirect_to_itself(request):
        raise web.HTTPFound(request.path)

    origin.handler = redirect_to_itself
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
async def test_invalid_redirect_target_is_an_error(raw_server, location):
    """A malformed Location or another scheme raises UpstreamError."""
    url = await raw_server(
        send_bytes(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location.encode() + b"\r\n\r\n")
    )

    async with AsyncHandler(retry=None) as http:
        with pytest.raises(UpstreamError):
            await http.get(url)


@pytest.mark.parametrize(
    ("status", "method", "becomes"),
    [(301, "POST", "GET"), (302, "POST", "GET"), (303, "PUT", "GET"), (303, "HEAD", "HEAD"), (307, "POST", "POST")],
)
async def test_redirect_changes_the_method_as_browsers_do(origin, status, method, becomes):
    """POST becomes GET after 301, 302 and 303; the body is sent again only if the method is unchanged."""

    async def respond(request):
        if request.path == "/":
            return web.Response(status=status, headers={"Location": "/next"})
        return web.Response()

    origin.handler = respond
    body = None if method == "HEAD" else b"x"
    async with AsyncHandler() as http:
        await http.request(method, origin.url, data=body, headers={"Content-Type": "text/x"})

        assert (origin.requests[1].method, origin.bodies[1]) == (becomes, b"x" if becomes == "POST" else b"")
        assert (origin.requests[1].headers.get("Content-Type") == "text/x") is (becomes == method)


async def test_consumed_body_is_not_redirected(origin):
    """The caller gets the redirect response."""

    async def body():
        yield b"x"

    origin.respond(307, location="/next")
    async with AsyncHandler() as http:
        assert (await http.post(origin.url, data=body())).status == 307


async def test_redirect_status_without_location_is_returned(origin):
    """As any other response."""
    origin.respond(302)

    async with AsyncHandler() as http:
        assert (await http.get(origin.url)).status == 302


async def test_credentials_are_not_redirected_to_another_origin(origin):
    """Nor is any other field that may say who asks; on the same origin all are sent again."""
    other = origin.url.replace("127.0.0.1", "localhost")

    async def respond(request):
        if request.path == "/":
            raise web.HTTPFound(f"{other}/b")
        if request.path == "/same":
            raise web.HTTPFound("/b")
        return web.Response()

    origin.handler = respond
    async with AsyncHandler() as http:
        secrets = {"Authorization": "secret", "Cookie": "secret", "X-Api-Key": "secret", "X-User": "secret"}
        await http.get(origin.url, headers={**secrets, "Accept-Language": "de"})
        assert not set(secrets) & set(origin.requests[1].headers)
        assert origin.requests[1].headers["Accept-Language"] == "de"
        await http.get(f"{origin.url}/same", headers=secrets)
        assert set(secrets) <= set(origin.requests[3].headers)
    async with AsyncHandler(headers={"X-Api-Key": "secret"}) as http, http.stream("GET", origin.url):
        assert "X-Api-Key" not in origin.requests[5].headers


@pytest.mark.parametrize("cache_control", [None, "max-age=60", "public, max-age=60"])
async def test_response_to_credentials_of_a_redirect_is_stored_for_nobody(origin, cache_control):
    """Not by the default ttl, not by the call's own, and not by explicit freshness."""

    async def respond(request):
        if request.path == "/go":
            raise web.HTTPFound(origin.url.replace("://", "://ana:secret@") + "/me")
        headers = {} if cache_control is None else {"Cache-Control": cache_control}
        return web.Response(text=request.headers.get("Authorization", "nobody"), headers=headers)

    origin.handler = respond
    async with AsyncHandler(base_url=origin.url) as http:
        assert (await http.get("/go")).text().startswith("Basic ")
        assert (await http.get("/me")).text() == "nobody"
        await http.get("/go", ttl=60.0)
        assert (await http.get("/me", ttl=60.0)).text() == "nobody"


async def test_default_ttl_does_not_serve_who_signs_in_by_a_redirect(origin):
    """A response stored for anonymous callers does not answer the credentials of a redirect."""

    async def respond(request):
        if request.path == "/go":
            raise web.HTTPFound(origin.url.replace("://", "://ana:secret@") + "/me")
        return web.Response(text=request.headers.get("Authorization", "nobody"))

    origin.handler = respond
    async with AsyncHandler(base_url=origin.url) as http:
        await http.get("/me")
        assert (await http.get("/go")).text().startswith("Basic ")


async def test_permanent_redirect_is_cached(origin):
    """A 301 and its target are served from the cache."""

    async def respond(request):
        if request.path == "/old":
            raise web.HTTPMovedPermanently("/new")
        return web.Response(text="new")

    origin.handler = respond
    async with AsyncHandler(base_url=origin.url) as http:
        for _ in range(2):
            response = await http.get("/old")
            assert (response.text(), response.url) == ("new", f"{origin.url}/new")

        assert origin.count == 2


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/c", "http://a.example/c"),
        ("c", "http://a.example/x/c"),
        ("https://u:p@b.example/c#d", "https://b.example/c"),
        ("?d=e", "http://a.example/x/y?d=e"),
    ],
)
def test_location_is_resolved_against_the_request(location, url):
    """RFC 9110 section 10.2.2; credentials of the new URL replace those of the request."""
    builder = RequestBuilder(
        default_headers=CIMultiDict(Authorization="old"),
        ttl=None,
        timeout=Timeout(),
        retry=None,
        max_body=1,
        session=None,
    )
    request = builder.build("GET", resolve_url("http://a.example/x/y", None), started=0.0)
    response = RawResponse(302, "", CIMultiDict(Location=location), b"", request.target.key)

    redirected = next_redirect(request, response)

    assert redirected.target.key == url
    same_origin = url.startswith("http://a.example/")
    expected = "old" if same_origin else "Basic dTpw" if "u:p" in location else None
    assert redirected.headers.get("Authorization") == expected
