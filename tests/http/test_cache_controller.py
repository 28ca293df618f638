"""Lookup in the cache, and the responses built from it."""

from __future__ import annotations

import asyncio
import gzip
import time

import pytest
from aiohttp import web

from asyncassist import AsyncHandler, Timeout
from asyncassist.errors import BodyTooLargeError, DeadlineExceededError
from tests.http.conftest import send_bytes, wait_until


async def test_body_is_stored_decoded(origin):
    """A hit is not decompressed again: it shares the body of the miss."""
    origin.respond_with(web.Response(body=gzip.compress(b"text"), headers={"Content-Encoding": "gzip"}))

    async with AsyncHandler() as http:
        miss, hit = await http.get(origin.url), await http.get(origin.url)

        assert hit.body is miss.body
        assert hit.body == b"text"


async def test_second_get_is_served_from_the_cache(origin, clock):
    """A fresh response is served from the cache; once it is stale it is fetched again."""
    async with AsyncHandler(ttl=300.0, now=clock) as http:
        assert await http.get_json(origin.url) == {"n": 1}
        assert await http.get_json(origin.url) == {"n": 1}
        clock.advance(300.0)
        assert await http.get_json(origin.url) == {"n": 2}


async def test_hit_reports_outcome_age_and_remaining_ttl(origin, clock):
    """`CacheInfo` holds outcome, age and remaining ttl of a hit, and the headers hold its Age."""
    async with AsyncHandler(ttl=300.0, now=clock) as http:
        miss = await http.get(origin.url)
        clock.advance(40.0)
        hit = await http.get(origin.url)

        assert (miss.cache.outcome, miss.attempts, miss.cache.stored) == ("miss", 1, True)
        assert (hit.cache.outcome, hit.attempts, hit.body) == ("hit", 0, miss.body)
        assert hit.cache.age == pytest.approx(40.0, abs=1.5)
        assert hit.cache.ttl == pytest.approx(260.0)
        assert int(hit.headers["age"]) >= 40
        assert hit.cache.status == "asyncassist; hit; ttl=260"


async def test_age_header_grows_with_each_second(origin, clock):
    """Callers at different times get different Age fields; a response already returned does not change."""
    async with AsyncHandler(ttl=300.0, now=clock) as http:
        await http.get(origin.url)
        before = await http.get(origin.url)
        clock.advance(10.0)
        after = await http.get(origin.url)

        assert int(after.headers["Age"]) - int(before.headers["Age"]) == 10
        assert len(after.headers.getall("Age")) == 1


async def test_default_preconditions_are_evaluated_on_hits(origin):
    """Preconditions in the handler's default headers are evaluated against the stored response, as those of a call."""
    origin.respond_with(web.Response(headers={"Cache-Control": "max-age=60", "ETag": '"v1"'}, body=b"whole"))
    async with AsyncHandler(headers={"If-None-Match": '"v1"'}) as http:
        other = await http.get(origin.url, headers={"If-None-Match": '"v0"'})
        same = await http.get(origin.url)

        assert (other.status, other.body) == (200, b"whole")
        assert (same.status, same.body, same.cache.outcome) == (304, b"", "hit")


async def test_json_of_a_cached_response_is_a_new_value_each_time(origin):
    """Modifying the parsed body affects neither other callers nor the stored response."""
    async with AsyncHandler() as http:
        (await http.get_json(origin.url))["n"] = "modified"

        response = await http.get(origin.url)
        response.json().clear()
        assert response.json() == {"n": 1}


async def test_wall_clock_jump_does_not_change_ages(origin, clock):
    """Ages are measured by the monotonic clock: a wall clock set back makes no stale response fresh."""
    async with AsyncHandler(ttl=300.0, now=clock) as http:
        await http.get(origin.url)
        for step in (200.0, -10_000.0, 99.0):
            clock.advance(step)
            assert (await http.get(origin.url)).cache.outcome == "hit"
        clock.advance(2.0)
        assert (await http.get(origin.url)).cache.outcome == "miss"


async def test_ttl_of_a_call_overrides_the_default(origin, clock):
    """None: only what RFC 9111 allows; a number: that many seconds, for this caller only."""
    async with AsyncHandler(ttl=300.0, now=clock) as http:
        await http.get(origin.url, ttl=None)
        await http.get(origin.url, ttl=None)
        assert origin.count == 2
        await http.get(origin.url)
        clock.advance(50.0)
        assert (await http.get(origin.url, ttl=60.0)).cache.outcome == "hit"
        assert (await http.get(origin.url, ttl=50.0)).cache.outcome == "miss"
        assert (await http.get(origin.url, ttl=0)).cache.outcome == "miss"


async def test_conditional_and_range_requests_are_answered_from_the_cache(origin):
    """A fresh response yields 304, 206 or 416 for the caller's preconditions and Range, without a request."""
    origin.respond(body="0123456789", etag='"1"', cache_control="max-age=60")

    async with AsyncHandler() as http:
        await http.get(origin.url)
        same = await http.get(origin.url, headers={"If-None-Match": '"1"'})
        part = await http.get(origin.url, headers={"Range": "bytes=2-4"})
        beyond = await http.get(origin.url, headers={"Range": "bytes=99-"})

        assert (same.status, same.body, same.headers["ETag"]) == (304, b"", '"1"')
        assert (part.status, part.body, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
        assert (beyond.status, beyond.body, beyond.headers["Content-Range"]) == (416, b"", "bytes */10")
        assert origin.count == 1


async def test_vary_keeps_variants_apart(origin):
    """Each caller gets the variant that its header fields select, whatever the order and case of languages."""

    async def respond(request):
        language = request.headers.get("Accept-Language", "")
        return web.Response(text=language, headers={"Vary": "Accept-Language", "Cache-Control": "max-age=60"})

    origin.handler = respond
    async with AsyncHandler() as http:
        for value in ("en, de", "fr", "DE,en", "fr"):
            await http.get(origin.url, headers={"Accept-Language": value})
        response = await http.get(origin.url, headers={"Accept-Language": "de, EN"})

        assert (response.text(), response.cache.outcome, origin.count) == ("en, de", "hit", 2)
        assert http.stats().entries == 2


async def test_cache_modes_follow_the_fetch_standard(origin, clock):
    """no-store, reload, no-cache, force-cache and only-if-cached behave as in the Fetch standard."""
    async with AsyncHandler(ttl=10.0, now=clock) as http:
        missing = await http.get(origin.url, cache="only-if-cached")
        assert (missing.status, origin.count) == (504, 0)
        assert (await http.get(origin.url, cache="no-store")).cache.outcome == "bypass"
        assert (await http.get(origin.url, cache="only-if-cached")).status == 504
        assert (await http.get(origin.url)).json() == {"n": 2}
        assert (await http.get(origin.url, cache="reload")).json() == {"n": 3}
        assert origin.requests[-1].headers["Cache-Control"] == "no-cache"
        assert (await http.get(origin.url)).json() == {"n": 3}
        assert (await http.get(origin.url, cache="no-cache")).json() == {"n": 4}
        assert origin.requests[-1].headers["Cache-Control"] == "max-age=0"
        clock.advance(11.0)
        stale = await http.get(origin.url, cache="force-cache")
        assert (stale.json(), stale.cache.outcome) == ({"n": 4}, "stale")
        assert (await http.get(origin.url, cache="only-if-cached")).json() == {"n": 4}
        assert http.stats().stale == 2


async def test_request_directives_are_obeyed(origin, clock):
    """Cache-Control of the request is obeyed (RFC 9111 section 5.2.1)."""
    origin.respond(cache_control="max-age=60")

    async with AsyncHandler(now=clock) as http:

        async def outcome_with(directives):
            return (await http.get(origin.url, headers={"Cache-Control": directives})).cache.outcome

        assert (await http.get(origin.url, headers={"Cache-Control": "only-if-cached"})).status == 504
        await http.get(origin.url)
        clock.advance(30.0)
        assert await outcome_with("max-age=40") == "hit"
        assert await outcome_with("min-fresh=20") == "hit"
        assert await outcome_with("no-store") == "bypass"
        assert await outcome_with("min-fresh=40") == "miss"
        clock.advance(30.0)
        assert await outcome_with("max-age=10") == "miss"
        clock.advance(70.0)
        assert await outcome_with("max-stale=20") == "stale"
        assert await outcome_with("no-cache") == "miss"


async def test_response_to_head_is_stored_for_head_only(origin):
    """A stored response to HEAD is never served to GET."""
    async with AsyncHandler() as http:
        await http.head(origin.url)
        assert (await http.head(origin.url)).cache.outcome == "hit"
        assert (await http.get(origin.url)).cache.outcome == "miss"


async def test_max_body_applies_to_hits(origin):
    """`max_body` of a call limits stored responses too."""
    origin.respond(body="x" * 100, cache_control="max-age=60")

    async with AsyncHandler() as http:
        await http.get(origin.url)
        with pytest.raises(BodyTooLargeError):
            await http.get(origin.url, max_body=99)


async def test_stale_while_revalidate_serves_at_once_and_refreshes_once(origin, clock):
    """A single background request for any number of callers; then the new response."""
    headers = {"Cache-Control": "max-age=10, stale-while-revalidate=30"}

    async def respond(_):
        return web.Response(text=str(origin.count), headers=headers)

    origin.handler = respond
    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url)
        clock.advance(12.0)
        origin.release = asyncio.Event()
        stale = [await http.get(origin.url) for _ in range(3)]
        assert [(r.text(), r.cache.outcome) for r in stale] == [("1", "stale")] * 3
        await wait_until(lambda: origin.count == 2)
        origin.release.set()
        await wait_until(lambda: origin.count == 2 and http.stats().origins[0].in_flight == 0)
        fresh = await http.get(origin.url)

        assert (fresh.text(), fresh.cache.outcome, origin.count) == ("2", "hit", 2)


async def test_failed_refresh_leaves_the_stale_response(origin, clock):
    """The stale response is served, also to the next caller within the window."""
    origin.respond(cache_control="max-age=10, stale-while-revalidate=30")
    async with AsyncHandler(now=clock, retry=None) as http:
        await http.get(origin.url)
        clock.advance(12.0)

        async def drop_connection(request):
            request.transport.close()
            return web.Response()

        origin.handler = drop_connection
        assert (await http.get(origin.url)).cache.outcome == "stale"
        await wait_until(lambda: http.stats().origins[0].failures == 1)
        assert (await http.get(origin.url)).cache.outcome == "stale"


async def test_total_timeout_covers_attempts_waits_and_queue(origin):
    """DeadlineExceededError after `Timeout.total`, with the host."""
    origin.release = asyncio.Event()
    start = time.monotonic()

    async with AsyncHandler(timeout=Timeout(total=0.2, attempt=None)) as http:
        with pytest.raises(DeadlineExceededError) as caught:
            await http.get(origin.url)

        assert time.monotonic() - start < 2
        assert caught.value.host == origin.url.removeprefix("http://")


async def test_interim_responses_are_neither_stored_nor_shown(raw_server):
    """A 102 or 103 before the final response leaves no status and no field; the final response is stored."""
    url = await raw_server(
        send_bytes(
            b"HTTP/1.1 102 Processing\r\n\r\n",
            b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nCache-Control: max-age=9\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 2\r\n\r\nok",
        )
    )
    async with AsyncHandler(ttl=None) as http:
        responses = [await http.get(url) for _ in range(2)]

    assert [response.cache.outcome for response in responses] == ["miss", "hit"]
    assert {(response.status, response.body, response.headers.get("Link")) for response in responses} == {
        (200, b"ok", None)
    }
    assert responses[1].headers["Cache-Control"] == "max-age=60"
