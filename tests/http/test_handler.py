"""AsyncHandler: life cycle, arguments, sessions, `gather`, checks, and secrets that it must not disclose."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import logging
import warnings

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from asyncassist import AsyncHandler, Breaker, CacheRules, Guard, Limits, Request, Timeout
from asyncassist.errors import (
    AsyncAssistError,
    ClosedError,
    ConfigurationError,
    ConnectError,
    InvalidInputError,
    WrongLoopError,
)
from asyncassist.testing import FakeClock
from tests.http.conftest import wait_until
from tests.servers import free_port


async def test_handler_opens_at_first_use_and_closes_once(origin):
    """A closed handler stays closed: ClosedError."""
    http = AsyncHandler()
    assert (await http.get(origin.url)).status == 200
    await http.aclose()
    await http.aclose()

    for call in (http.get(origin.url), http.gather([origin.url]), http.clear_cache()):
        with pytest.raises(ClosedError):
            await call
    with pytest.raises(ClosedError):
        async with http.stream("GET", origin.url):
            pass


def test_another_event_loop_is_refused():
    """WrongLoopError names LoopThread; a new handler works in a new loop."""

    async def use(http):
        with contextlib.suppress(AsyncAssistError):
            await http.get(f"http://127.0.0.1:{free_port()}", retry=None)
        return http

    async def use_own_handler():
        async with AsyncHandler() as http:
            await use(http)

    loop = asyncio.new_event_loop()
    http = loop.run_until_complete(use(AsyncHandler()))
    with pytest.raises(WrongLoopError, match="LoopThread"):
        asyncio.run(http.get("http://127.0.0.1/"))
    loop.run_until_complete(http.aclose())
    loop.close()
    asyncio.run(use_own_handler())
    asyncio.run(use_own_handler())


async def test_unclosed_handler_warns(origin):
    """ResourceWarning when it is collected open."""
    http = AsyncHandler()
    await http.get(origin.url)
    session = http._transport.session

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del http
        gc.collect()
    await session.close()

    assert any(
        issubclass(one.category, ResourceWarning) and "unclosed AsyncHandler" in str(one.message) for one in caught
    )


def test_constructor_needs_no_event_loop():
    """With every argument given."""
    AsyncHandler(
        base_url="http://a.example/api/",
        headers={"A": "b"},
        ttl=None,
        max_entries=1,
        max_bytes=1,
        redis="redis://127.0.0.1:1/0",
        timeout=Timeout(total=None, attempt=None, connect=None),
        retry=None,
        breaker=None,
        limits=Limits(),
        guard=Guard(),
        cache=CacheRules(),
        now=lambda: 0.0,
    )


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("ttl", {"ttl": -1}),
        ("ttl", {"ttl": float("nan")}),
        ("ttl", {"ttl": "5"}),
        ("max_entries", {"max_entries": 0}),
        ("max_bytes", {"max_bytes": -1}),
        ("base_url", {"base_url": "nonsense"}),
        ("headers", {"headers": {"a\n": "b"}}),
        ("headers", {"headers": {"a": 1}}),
        ("redis", {"redis": "http://x"}),
        ("timeout", {"timeout": "3"}),
        ("retry", {"retry": 3}),
        ("breaker", {"breaker": True}),
        ("limits", {"limits": None}),
        ("guard", {"guard": True}),
        ("cache", {"cache": None}),
        ("session", {"session": object()}),
    ],
)
def test_invalid_constructor_argument_is_named(field, arguments):
    """ConfigurationError holds the name of the argument."""
    with pytest.raises(ConfigurationError) as caught:
        AsyncHandler(**arguments)

    assert caught.value.field == field


async def test_from_env_reads_the_redis_url(monkeypatch, redis_url, origin):
    """Unset: no shared cache; arguments take precedence."""
    monkeypatch.delenv("ASYNCASSIST_REDIS_URL", raising=False)
    assert AsyncHandler.from_env()._shared_backend is None
    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", redis_url)
    async with AsyncHandler.from_env(ttl=5.0) as http:
        await http.get(origin.url)
        assert [check.name for check in (await http.health()).checks] == [origin.url, "redis"]
    assert AsyncHandler.from_env(redis=None)._shared_backend is None


async def test_external_session_is_used_and_left_open(origin):
    """Its headers are sent."""
    async with aiohttp.ClientSession(headers={"X": "y", "User-Agent": "z"}) as session:
        async with AsyncHandler(session=session) as http:
            await http.get(origin.url, ttl=60.0)
            assert (await http.get(origin.url, ttl=60.0)).cache.outcome == "hit"
            assert (origin.requests[0].headers.getall("X"), origin.requests[0].headers["User-Agent"]) == (["y"], "z")
            assert (http.stats().opened, http.stats().reused) == (None, None)
            assert http.stats().origins[0].opened is None
        assert not session.closed


@pytest.mark.parametrize(
    "options",
    [
        {"headers": {"Authorization": "x"}},
        {"headers": {"X-Api-Key": "x"}},
        {"cookies": {"a": "b"}},
    ],
)
async def test_credentials_of_an_external_session_turn_the_default_ttl_off(origin, options):
    """Its headers and the cookies of its jar; also those it gets later."""
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), **options) as session,
        AsyncHandler(session=session) as http,
    ):
        await http.get(origin.url)
        assert (await http.get(origin.url)).cache.outcome == "miss"
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
        AsyncHandler(session=session) as http,
    ):
        await http.get(origin.url)
        assert (await http.get(origin.url)).cache.outcome == "hit"
        session.headers.update(options.get("headers", {}))
        session.cookie_jar.update_cookies(options.get("cookies", {}), URL(origin.url))
        assert (await http.get(origin.url)).cache.outcome == "miss"


async def test_auth_of_an_external_session_counts_as_credentials(origin):
    """Nothing is stored for others, and the default ttl serves nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # aiohttp advises another way, which not every application follows
        auth = aiohttp.BasicAuth("a", "b")
        session = aiohttp.ClientSession(auth=auth)
    for headers in ({}, {"Cache-Control": "max-age=60"}):
        origin.respond_with(web.Response(headers=headers))
        async with AsyncHandler(session=session) as http:
            await http.get(origin.url)
            assert http.stats().entries == 0
    assert origin.requests[0].headers["Authorization"].startswith("Basic ")
    await session.close()


async def test_credentials_that_only_the_session_knows_are_found_by_what_was_sent(origin):
    """A middleware that signs in: neither the default ttl nor explicit freshness stores its responses for others."""

    async def sign_in(request, handler):
        request.headers["Authorization"] = "x"
        return await handler(request)

    for headers in ({}, {"Cache-Control": "max-age=60"}):
        origin.respond_with(web.Response(headers=headers))
        async with aiohttp.ClientSession(middlewares=[sign_in]) as session, AsyncHandler(session=session) as http:
            await http.get(origin.url, ttl=60.0)
            assert http.stats().entries == 0


async def test_a_session_with_middlewares_shares_no_default_ttl(origin):
    """What a middleware adds may say who asks: each caller gets its own response, whatever the field is called."""
    caller: contextvars.ContextVar[str] = contextvars.ContextVar("caller", default="")

    async def sign_in(request, handler):
        if caller.get():
            request.headers["X-Api-Key"] = caller.get()
        return await handler(request)

    async def answer(request):
        await asyncio.sleep(0)
        return web.Response(text=request.headers.get("X-Api-Key", ""))

    async def ask(http, name):
        caller.set(name)
        return (await http.get(origin.url)).text()

    names = ["", "ana", "ben"]
    origin.handler = answer
    async with aiohttp.ClientSession(middlewares=[sign_in]) as session, AsyncHandler(session=session) as http:
        assert [await asyncio.create_task(ask(http, name)) for name in names] == names
        assert await asyncio.gather(*(asyncio.create_task(ask(http, name)) for name in names)) == names


async def test_a_field_that_a_trace_config_adds_is_found_by_what_was_sent(origin):
    """Its response is not kept by the default ttl."""

    async def sign_in(session, context, params):
        params.headers["X-Api-Key"] = "ana"

    signing = aiohttp.TraceConfig()
    signing.on_request_start.append(sign_in)
    async with aiohttp.ClientSession(trace_configs=[signing]) as session, AsyncHandler(session=session) as http:
        await http.get(origin.url)
        assert http.stats().entries == 0
    async with aiohttp.ClientSession() as session, AsyncHandler(session=session) as http:
        await http.get(origin.url)
        assert http.stats().entries == 1


async def test_shortcuts_send_their_method(origin):
    """Header fields of the call replace those of the handler."""
    async with AsyncHandler(headers={"X": "handler", "Y": "handler"}) as http:
        for name in ("get", "head", "post", "put", "patch", "delete"):
            await getattr(http, name)(origin.url, headers={"x": "call"}, cache="no-store")

        assert [r.method for r in origin.requests] == ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
        assert {r.headers["X"] for r in origin.requests} == {"call"}
        assert {r.headers["Y"] for r in origin.requests} == {"handler"}


async def test_check_sends_one_request_and_never_raises(origin):
    """Never from the cache; 5xx and errors fail, 4xx warns; statistics of the recent checks are included."""
    async with AsyncHandler() as http:
        await http.get(origin.url)
        good = await http.check(origin.url, name="api")
        assert (good.name, good.status, good.note, good.success_ratio) == ("api", "pass", "status 200", 1.0)
        assert good.status_code == 200
        origin.respond(404)
        assert (await http.check(origin.url, name="api")).status == "warn"
        origin.respond(503)
        bad = await http.check(origin.url, name="api")
        assert (bad.status, bad.success_ratio, bad.last_failure) == ("fail", 2 / 3, bad.observed_at)
        assert bad.status_code == 503
        assert origin.count == 4
        dead = await http.check(f"http://127.0.0.1:{free_port()}/")
        assert (dead.name, dead.status, dead.note) == ("127.0.0.1", "fail", "ConnectError")
        assert dead.status_code is None
        assert (await http.check("nonsense")).note == "InvalidInputError"
        assert (await http.check(origin.url, timeout=-1)).note == "InvalidInputError"
        origin.release = asyncio.Event()
        assert (await http.check(origin.url, timeout=0.05)).note == "DeadlineExceededError"
    assert (await http.check(origin.url)).note == "ClosedError"


async def test_closing_cancels_requests_and_refreshes(origin, clock):
    """Requests in flight and refreshes in the background."""
    origin.respond(cache_control="max-age=10, stale-while-revalidate=60")
    http = AsyncHandler(now=clock)
    await http.get(origin.url)
    clock.advance(20.0)
    origin.release = asyncio.Event()
    assert (await http.get(origin.url)).cache.outcome == "stale"
    waiting = asyncio.create_task(http.get(f"{origin.url}/2"))
    await wait_until(lambda: origin.count == 3)

    await http.aclose()

    with pytest.raises(AsyncAssistError):
        await waiting


secrets = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=12, max_size=30).map("zQ{}7x".format)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(secret=secrets)
def test_secrets_appear_in_no_report(secret, caplog):
    """URL credentials, tokens in query and headers: not in reprs, errors, cache keys, logs or health."""
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    port = free_port()
    reports = []

    async def run():
        from asyncassist._http.response_store import shared_cache_key

        url = f"http://user:{secret}@127.0.0.1:{port}/a?token={secret}#{secret}"
        headers = {"Authorization": f"Bearer {secret}", "Cookie": f"session={secret}"}
        async with AsyncHandler(
            headers={"X-Api-Key": secret}, retry=None, breaker=Breaker(min_calls=1), now=FakeClock()
        ) as http:
            for options in ({}, {"headers": headers}, {"json": secret}, {"data": secret}, {"params": {"a": secret}}):
                for method in ("GET", "POST"):
                    try:
                        await http.request(method, url, **options)
                    except AsyncAssistError as error:
                        chain = [error, error.__context__] if error.__context__ is None else [error]
                        reports.extend(f"{one!r} {one} {vars(one)}" for one in chain)
            for wrong in ({"headers": {f"{secret}\n": secret}}, {"idempotency_key": f"{secret}\n"}):
                with pytest.raises(InvalidInputError) as caught:
                    await http.get(url, **wrong)
                reports.append(f"{caught.value!r} {caught.value}")
            reports.extend([repr(http), str(http.stats()), str(await http.health()), str(await http.check(url))])
            reports.append(repr(Request(url=url, headers=headers)))
            reports.append(shared_cache_key("a", url))

    asyncio.run(run())

    reports.extend(caplog.messages)
    assert not [line for line in reports if secret in line]


async def test_gather_returns_a_result_for_each_request_in_order(origin):
    """A response or an error for each request, with at most `limit` concurrent requests."""
    peak = running = 0

    async def respond(request):
        nonlocal peak, running
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(0.005)
        running -= 1
        return web.Response(text=request.path)

    origin.handler = respond
    dead = f"http://127.0.0.1:{free_port()}/"
    async with AsyncHandler(retry=None) as http:
        requests = [f"{origin.url}/{n}" for n in range(12)]
        requests[5] = dead
        requests[6] = "nonsense"
        results = await http.gather(requests, limit=4)

        assert isinstance(results[5], ConnectError)
        assert isinstance(results[6], InvalidInputError)
        texts = [r.text() for r in results if not isinstance(r, AsyncAssistError)]
        assert texts == [f"/{n}" for n in range(12) if n not in {5, 6}]
        assert peak == 4
        assert await http.gather([]) == []
        for wrong in ([1], [None]):
            with pytest.raises(InvalidInputError, match="requests"):
                await http.gather(wrong)
        with pytest.raises(InvalidInputError, match="limit"):
            await http.gather([origin.url], limit=0)


async def test_cancelling_gather_cancels_its_requests(origin):
    """No request of a cancelled `gather` stays in flight."""
    origin.release = asyncio.Event()

    async with AsyncHandler() as http:
        task = asyncio.create_task(http.gather([f"{origin.url}/{n}" for n in range(8)]))
        await wait_until(lambda: origin.count == 8)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert http.stats().origins[0].in_flight == 0
