"""Storing, revalidation, stale-if-error and invalidation of fetched responses."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from multidict import CIMultiDict

from asyncassist import AsyncHandler, CacheRules, Timeout
from asyncassist._http.cache_controller import bypasses_cache
from asyncassist._http.prepared_request import RequestBuilder, resolve_url
from asyncassist.errors import ConnectError, DeadlineExceededError
from asyncassist.testing import FakeClock
from tests.http.conftest import http_date, wait_until


@pytest.mark.parametrize(
    "headers",
    [{"Cache-Control": "no-store"}, {"Cache-Control": "private"}, {"Set-Cookie": "a=b"}, {"Cache-Control": "public"}],
)
async def test_default_ttl_never_overrides_the_response(origin, headers):
    """A ttl applies neither with Cache-Control such as no-store or private nor with Set-Cookie."""
    origin.respond_with(web.Response(headers=headers, body=b"x"))

    async with AsyncHandler(ttl=300.0) as http:
        await http.get(origin.url, ttl=900.0)
        await http.get(origin.url, ttl=900.0)

        assert origin.count == 2


@pytest.mark.parametrize("name", ["Authorization", "Cookie"])
async def test_response_to_credentials_is_not_shared_between_users(origin, name):
    """A request with credentials, of the call or of the default headers, gets no default ttl."""
    async with AsyncHandler() as http:
        await http.get(origin.url, headers={name: "alice"})
        await http.get(origin.url, headers={name: "bob"})
        await http.get(origin.url, headers={name: "alice"})
        await http.get(origin.url)
    async with AsyncHandler(headers={name: "alice"}) as http:
        await http.get(origin.url)
        await http.get(origin.url)

    assert origin.count == 6


@pytest.mark.parametrize("name", ["X-Api-Key", "X-User", "Api-Token", "Host", "Referer"])
@pytest.mark.parametrize("where", ["call", "handler"])
@pytest.mark.parametrize("status", [200, 404])
async def test_default_ttl_is_for_nobody_in_particular(origin, name, where, status):
    """Any field that may say who asks turns it off, when a response is stored and when one is used."""

    async def respond(request):
        return web.Response(status=status, text=request.headers.get(name, "nobody"))

    origin.handler = respond
    rules = CacheRules(negative_ttl=60.0, stale_if_error=600.0, stale_while_revalidate=600.0)
    async with AsyncHandler(cache=rules) as nobody:
        for user in ("ana", "ben"):
            if where == "call":
                assert (await nobody.get(origin.url, headers={name: user})).text() == user
            else:
                async with AsyncHandler(headers={name: user}, cache=rules) as http:
                    assert (await http.get(origin.url)).text() == user
                    assert (await http.get(origin.url)).cache.outcome == "miss"
        first = (await nobody.get(origin.url)).text()
        assert first == (await nobody.get(origin.url)).text()
        if where == "call":
            assert (await nobody.get(origin.url, headers={name: "ana"}, cache="force-cache")).text() == "ana"


@pytest.mark.parametrize(
    "name", ["Accept", "accept-language", "User-Agent", "If-None-Match", "traceparent", "X-Request-Id", "Content-Type"]
)
async def test_harmless_fields_leave_the_default_ttl_on(origin, name):
    """Those of content negotiation, caching, preconditions and tracing."""
    async with AsyncHandler() as http:
        await http.get(origin.url)
        assert (await http.get(origin.url, headers={name: "a"})).cache.outcome == "hit"


async def test_ttl_of_the_call_is_for_its_caller(origin):
    """It overrides the rule for this call, and the response is served to no other caller."""

    async def respond(request):
        return web.Response(text=request.headers.get("X-Api-Key", "nobody"))

    origin.handler = respond
    async with AsyncHandler() as http:
        for outcome in ("miss", "hit"):
            for user in ("ana", "ben"):
                response = await http.get(origin.url, headers={"X-Api-Key": user}, ttl=60.0)
                assert (response.text(), response.cache.outcome) == (user, outcome)
            response = await http.get(origin.url)
            assert (response.text(), response.cache.outcome) == ("nobody", outcome)


@pytest.mark.parametrize("name", ["Authorization", "Cookie"])
async def test_ttl_of_the_call_never_applies_to_credentials(origin, name):
    """Neither is the response stored, nor one for anonymous callers served."""
    async with AsyncHandler() as http:
        await http.get(origin.url)
        for _ in range(2):
            response = await http.get(origin.url, headers={name: "ana"}, ttl=60.0)
            assert response.cache.outcome == "miss"
        assert (await http.get(origin.url)).json() == {"n": 1}


@pytest.mark.parametrize("headers", [{"X-Api-Key": "ana"}, {"Cookie": "ana"}])
async def test_stale_response_without_freshness_is_for_its_caller(origin, headers):
    """A response with a validator is stored for revalidation, and in an outage served to the same caller only."""
    down = False

    async def respond(request):
        if down:
            return web.Response(status=503)
        return web.Response(text=next(iter(request.headers.getall("X-Api-Key", ["x"]))), headers={"ETag": '"1"'})

    origin.handler = respond
    async with AsyncHandler(retry=None, cache=CacheRules(stale_if_error=600.0)) as http:
        await http.get(origin.url, headers=headers)
        down = True

        assert (await http.get(origin.url, headers=headers)).cache.outcome == "stale"
        assert (await http.get(origin.url)).status == 503
        assert (await http.get(origin.url, headers={next(iter(headers)): "ben"})).status == 503


async def test_explicit_freshness_takes_precedence_over_any_ttl(origin, clock):
    """max-age applies also to responses with Set-Cookie, whatever the default ttl and the call's."""
    origin.respond(cache_control="max-age=60", set_cookie="a=b")

    async with AsyncHandler(ttl=None, now=clock) as http:
        await http.get(origin.url)
        clock.advance(58.0)
        assert (await http.get(origin.url, ttl=1.0)).cache.outcome == "hit"
        clock.advance(3.0)
        assert (await http.get(origin.url, ttl=900.0)).cache.outcome == "miss"


async def test_negative_responses_are_stored_with_negative_ttl(origin, clock):
    """A 404 is stored for `negative_ttl` seconds; by default it is not."""
    origin.respond(404)

    async with AsyncHandler(now=clock, cache=CacheRules(negative_ttl=5.0)) as http:
        await http.get(origin.url)
        assert (await http.get(origin.url)).cache.outcome == "hit"
        clock.advance(6.0)
        assert (await http.get(origin.url)).cache.outcome == "miss"
    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url)
        assert (await http.get(origin.url)).cache.outcome == "miss"


async def test_stale_response_is_revalidated(origin, clock):
    """A stale response is revalidated with its validators; a 304 makes it fresh and updates its headers."""
    origin.respond_with(
        web.Response(body=b"body", headers={"ETag": '"1"', "Cache-Control": "max-age=10", "X": "old"}),
        web.Response(status=304, headers={"ETag": '"1"', "Cache-Control": "max-age=20", "X": "new"}),
    )

    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url)
        clock.advance(11.0)
        revalidated = await http.get(origin.url)
        clock.advance(15.0)
        hit = await http.get(origin.url)

        assert origin.requests[1].headers["If-None-Match"] == '"1"'
        assert (revalidated.status, revalidated.cache.outcome, revalidated.body) == (200, "revalidated", b"body")
        assert (hit.cache.outcome, hit.headers["X"], origin.count) == ("hit", "new", 2)
        assert http.stats().revalidated == 1


async def test_304_with_another_strong_etag_is_fetched_again(origin, clock):
    """A 304 for another representation is discarded and the response fetched without preconditions."""
    origin.respond_with(
        web.Response(body=b"one", headers={"ETag": '"1"', "Cache-Control": "max-age=10"}),
        web.Response(status=304, headers={"ETag": '"2"'}),
        web.Response(body=b"two", headers={"ETag": '"2"', "Cache-Control": "max-age=10"}),
    )

    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url)
        clock.advance(11.0)
        response = await http.get(origin.url)

        assert (response.body, response.cache.outcome, origin.count) == (b"two", "miss", 3)
        assert "If-None-Match" not in origin.requests[2].headers


async def test_revalidation_replaces_the_callers_preconditions(origin, clock):
    """The cache revalidates with its own validators, then evaluates the caller's preconditions."""
    origin.respond_with(
        web.Response(body=b"body", headers={"ETag": '"1"', "Cache-Control": "max-age=10"}),
        web.Response(status=304),
    )

    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url)
        clock.advance(11.0)
        other = await http.get(origin.url, headers={"If-None-Match": '"0"'})
        clock.advance(11.0)
        same = await http.get(origin.url, headers={"If-None-Match": '"0", "1"'})

        assert (other.status, other.body) == (200, b"body")
        assert (same.status, same.body) == (304, b"")


async def test_preconditions_are_forwarded_when_nothing_is_stored(origin):
    """Without a stored response the caller's preconditions go to the origin and its 304 to the caller."""
    origin.respond(304)

    async with AsyncHandler() as http:
        response = await http.get(origin.url, headers={"If-None-Match": '"1"'})

        assert response.status == 304
        assert origin.requests[0].headers["If-None-Match"] == '"1"'


async def test_206_during_revalidation_removes_the_stored_response(origin, clock):
    """A 206 to a request with validators means that the complete response has changed."""
    origin.respond_with(
        web.Response(body=b"0123", headers={"ETag": '"1"', "Cache-Control": "max-age=10"}),
        web.Response(status=206, body=b"z", headers={"Content-Range": "bytes 0-0/9", "ETag": '"2"'}),
        web.Response(body=b"zzzz"),
    )

    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url)
        clock.advance(11.0)
        assert (await http.get(origin.url, headers={"Range": "bytes=0-0"})).body == b"z"
        assert (await http.get(origin.url, cache="force-cache")).body == b"zzzz"


async def test_successful_unsafe_requests_invalidate(origin):
    """The target and Location and Content-Location of the same origin are invalidated; an error invalidates nothing."""
    async with AsyncHandler(base_url=origin.url) as http:
        for path in ("/a", "/b", "/c", "/d"):
            await http.get(path)
        origin.respond(500)
        await http.post("/a", retry=None)
        assert (await http.get("/a")).cache.outcome == "hit"
        headers = {"Location": "/b", "Content-Location": f"{origin.url}/c", "Cache-Control": "no-store"}
        origin.respond_with(web.Response(status=201, headers=headers))
        assert (await http.post("/a")).cache.outcome == "bypass"
        statuses = [(await http.get(path, cache="only-if-cached")).status for path in ("/a", "/b", "/c", "/d")]
        origin.respond_with(
            web.Response(headers={"Location": "http://other.example/x", "Content-Location": "http://["})
        )
        await http.delete("/x")

        assert statuses == [504, 504, 504, 200]


async def test_invalidation_reaches_fetches_in_flight(origin):
    """A response fetched before an invalidation is not stored, and later callers do not join its fetch."""
    origin.release = asyncio.Event()

    async with AsyncHandler() as http:
        first = asyncio.create_task(http.get(origin.url))
        await wait_until(lambda: origin.count == 1)
        await http.clear_cache(url=origin.url)
        second = asyncio.create_task(http.get(origin.url))
        await wait_until(lambda: origin.count == 2)
        origin.release.set()
        await asyncio.gather(first, second)

        assert (await http.get(origin.url)).cache.outcome == "hit"
        assert http.stats().entries == 1


async def test_response_to_post_is_stored_for_get(origin):
    """With Content-Location of the same URL and explicit freshness (RFC 9110 section 9.3.3)."""

    async def respond(request):
        headers = {"Content-Location": request.path, "Cache-Control": "max-age=60"}
        return web.Response(text="made", headers=headers)

    origin.handler = respond
    async with AsyncHandler(base_url=origin.url) as http:
        await http.post("/a", data=b"x")
        assert (await http.get("/a")).cache.outcome == "hit"
        await http.post("/b", data=b"x", cache="no-store")
        assert (await http.get("/b")).cache.outcome == "miss"
        origin.respond(content_location="http://[", cache_control="max-age=60")
        await http.post("/c")
        assert (await http.get("/c")).cache.outcome == "miss"


async def test_head_is_served_from_get_and_updates_it(origin, clock):
    """HEAD is served from a stored GET without the body; another Content-Length removes the stored GET."""
    origin.respond(body="body", cache_control="max-age=10", x="1")
    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url)
        head = await http.head(origin.url)
        assert (head.cache.outcome, head.body, head.headers["Content-Length"]) == ("hit", b"", "4")
        clock.advance(11.0)
        origin.respond(body="body", cache_control="max-age=10", x="2")
        assert (await http.head(origin.url)).cache.outcome == "miss"
        hit = await http.get(origin.url)
        assert (hit.cache.outcome, hit.headers["X"], hit.body) == ("hit", "2", b"body")
        clock.advance(11.0)
        origin.respond(body="longer", cache_control="max-age=10")
        await http.head(origin.url)
        assert (await http.get(origin.url, cache="only-if-cached")).status == 504


@pytest.mark.parametrize(
    ("cache_control", "rules", "outcome"),
    [
        ("max-age=0, stale-if-error=60", CacheRules(), "stale"),
        ("max-age=0", CacheRules(stale_if_error=60.0), "stale"),
        (None, CacheRules(stale_if_error=60.0), "stale"),
        ("max-age=0", CacheRules(), "miss"),
        ("max-age=0, stale-if-error=60, must-revalidate", CacheRules(), "miss"),
        ("no-cache, stale-if-error=60", CacheRules(), "miss"),
        ("no-store, stale-if-error=60", CacheRules(), "miss"),
        ("private, max-age=0, stale-if-error=60", CacheRules(), "miss"),
    ],
)
async def test_what_is_never_fresh_is_stored_for_its_stale_window(origin, clock, cache_control, rules, outcome):
    """With or without a validator; never against no-store, private, no-cache or must-revalidate."""
    headers = {} if cache_control is None else {"Cache-Control": cache_control}
    origin.respond_with(web.Response(headers=headers, body=b"x"), web.Response(headers=headers, body=b"y"))
    async with AsyncHandler(ttl=None, retry=None, cache=rules, now=clock) as http:
        assert (await http.get(origin.url)).cache.outcome == "miss"
        assert (await http.get(origin.url)).cache.outcome == "miss"
        origin.respond(503)
        clock.advance(59.0)

        assert (await http.get(origin.url)).cache.outcome == outcome
        clock.advance(2.0)
        assert (await http.get(origin.url)).status == 503


async def test_response_is_stored_for_stale_while_revalidate_alone(origin):
    """It is served stale, and a new one is fetched in the background."""
    origin.respond_with(
        *(web.Response(headers={"Cache-Control": "max-age=0, stale-while-revalidate=60"}, body=b) for b in (b"1", b"2"))
    )
    async with AsyncHandler() as http:
        await http.get(origin.url)
        response = await http.get(origin.url)
        await wait_until(lambda: origin.count == 2)

        assert (response.cache.outcome, response.body) == ("stale", b"1")


async def test_error_is_not_stored_for_its_stale_window(origin):
    """No error is served in place of an error."""
    origin.respond(503, cache_control="max-age=0, stale-if-error=60")
    async with AsyncHandler(retry=None) as http:
        await http.get(origin.url)
        assert http.stats().entries == 0


@pytest.mark.parametrize("fault", ["status", "connection", "timeout"])
async def test_stale_if_error_serves_the_stored_response(origin, clock, fault, caplog):
    """Within its window; reported in the response, health, statistics and once in the log."""
    origin.respond(body="stored", cache_control="max-age=10, stale-if-error=60")

    async def fail(request):
        if fault == "timeout":
            await asyncio.sleep(5)
        if fault == "connection":
            request.transport.close()
        return web.Response(status=503)

    async with AsyncHandler(now=clock, retry=None) as http:
        await http.get(origin.url)
        clock.advance(12.0)
        origin.handler = fail
        timeout = 0.1 if fault == "timeout" else None
        stale = [await http.get(origin.url, timeout=timeout) for _ in range(2)]
        assert [(r.status, r.text(), r.cache.outcome) for r in stale] == [(200, "stored", "stale")] * 2
        assert http.stats().stale == 2
        assert (await http.health()).status == "warn"
        assert sum("is degraded" in line for line in caplog.messages) == 1
        clock.advance(100.0)
        if fault == "status":
            assert (await http.get(origin.url)).status == 503
        else:
            with pytest.raises((ConnectError, DeadlineExceededError)):
                await http.get(origin.url, timeout=timeout)
        origin.respond(body="new")
        assert (await http.get(origin.url)).text() == "new"
        assert (await http.health()).status == "pass"


async def test_must_revalidate_is_never_served_stale(origin, clock):
    """Whatever `stale_if_error` of the rules says."""
    origin.respond(cache_control="max-age=10, must-revalidate")

    async with AsyncHandler(now=clock, retry=None, cache=CacheRules(stale_if_error=900.0)) as http:
        await http.get(origin.url)
        clock.advance(12.0)
        origin.respond(503)
        assert (await http.get(origin.url)).status == 503


async def test_expires_is_compared_with_the_wall_clock(origin):
    """The clock passed as `now`."""
    clock = FakeClock()
    origin.respond(expires=http_date(clock() + 60), date=http_date(clock()))

    async with AsyncHandler(ttl=None, now=clock) as http:
        await http.get(origin.url)
        clock.advance(59.0)
        assert (await http.get(origin.url)).cache.outcome == "hit"
        clock.advance(1.0)
        assert (await http.get(origin.url)).cache.outcome == "miss"


@pytest.mark.parametrize(
    ("method", "options", "bypasses"),
    [
        ("GET", {}, False),
        ("HEAD", {"cache": "no-cache"}, False),
        ("POST", {}, True),
        ("GET", {"cache": "no-store"}, True),
        ("GET", {"headers": {"Cache-Control": "no-store"}}, True),
        ("GET", {"data": b"x"}, True),
        ("GET", {"headers": {"If-Match": '"a"'}}, True),
        ("GET", {"headers": {"If-Unmodified-Since": "x"}}, True),
        ("GET", {"headers": {"If-None-Match": '"a"'}}, False),
    ],
)
def test_requests_that_bypass_the_cache(method, options, bypasses):
    """Methods other than GET and HEAD, no-store, a body, and preconditions that only the origin can evaluate."""
    builder = RequestBuilder(
        default_headers=CIMultiDict(), ttl=None, timeout=Timeout(), retry=None, max_body=1, session=None
    )

    assert bypasses_cache(builder.build(method, resolve_url("http://a/", None), started=0.0, **options)) is bypasses
