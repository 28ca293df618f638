"""The face of AsyncHandler: its life, what it refuses, what it tells, and what it keeps to itself."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import logging
import warnings

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncassist import AsyncHandler, Breaker, CacheRules, Guard, Limits, Request, Retry, Timeout
from asyncassist._events import listen
from asyncassist._http.stats import CheckHistory
from asyncassist.errors import AsyncAssistError, ClosedError, ConfigurationError, InvalidInputError, WrongLoopError
from asyncassist.testing import FakeClock
from tests.http.conftest import until
from tests.servers import free_port


async def test_it_opens_at_first_use_and_closes_once(origin):
    """A closed one stays closed."""
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


def test_another_loop_is_refused_and_a_new_run_works():
    """With an error that says what to do; a new object is at home in a new loop."""

    async def use(http):
        with contextlib.suppress(AsyncAssistError):
            await http.get(f"http://127.0.0.1:{free_port()}", retry=None)
        return http

    async def alone():
        async with AsyncHandler() as http:
            await use(http)

    loop = asyncio.new_event_loop()
    http = loop.run_until_complete(use(AsyncHandler()))
    with pytest.raises(WrongLoopError, match="LoopThread"):
        asyncio.run(http.get("http://127.0.0.1/"))
    loop.run_until_complete(http.aclose())
    loop.close()
    asyncio.run(alone())
    asyncio.run(alone())


async def test_one_that_is_dropped_open_warns(origin):
    """ResourceWarning."""
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


def test_constructing_needs_no_loop_and_does_nothing():
    """Every argument at once."""
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
        ("timeout", {"timeout": 5}),
        ("retry", {"retry": 3}),
        ("breaker", {"breaker": True}),
        ("limits", {"limits": None}),
        ("guard", {"guard": True}),
        ("cache", {"cache": None}),
        ("session", {"session": object()}),
    ],
)
def test_an_argument_that_cannot_work_is_named(field, arguments):
    """A ConfigurationError, which is a ValueError too."""
    with pytest.raises(ConfigurationError) as caught:
        AsyncHandler(**arguments)

    assert caught.value.field == field


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Limits(total=0), "limits.total"),
        (lambda: Limits(queue=-1), "limits.queue"),
        (lambda: Limits(max_redirects=51), "limits.max_redirects"),
        (lambda: Limits(max_body=1.5), "limits.max_body"),
        (lambda: CacheRules(stale_if_error=-1), "cache.stale_if_error"),
        (lambda: CacheRules(negative_ttl=float("inf")), "cache.negative_ttl"),
        (lambda: CacheRules(max_entry_bytes=0), "cache.max_entry_bytes"),
        (lambda: CacheRules(targeted="CDN-Cache-Control"), "cache.targeted"),
    ],
)
def test_groups_of_settings_are_checked_too(make, field):
    """Each by its own name."""
    with pytest.raises(ConfigurationError) as caught:
        make()

    assert caught.value.field == field


async def test_from_env_reads_one_variable(monkeypatch, redis_url, origin):
    """Unset: memory alone; arguments go before it."""
    monkeypatch.delenv("ASYNCASSIST_REDIS_URL", raising=False)
    assert AsyncHandler.from_env()._shared_backend is None
    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", redis_url)
    async with AsyncHandler.from_env(ttl=5.0) as http:
        await http.get(origin.url)
        assert [check.name for check in (await http.health()).checks] == [origin.url, "redis"]
    assert AsyncHandler.from_env(redis=None)._shared_backend is None


async def test_a_borrowed_session_is_used_and_left_open(origin):
    """With its headers; credentials and cookies of it turn the default ttl off."""
    async with aiohttp.ClientSession(headers={"X": "y"}) as session:
        async with AsyncHandler(session=session) as http:
            await http.get(origin.url)
            assert (await http.get(origin.url)).cache.outcome == "hit"
            assert origin.seen[0].headers["X"] == "y"
            assert (http.stats().opened, http.stats().reused) == (None, None)
            assert http.stats().origins[0].opened is None
        assert not session.closed
    async with (
        aiohttp.ClientSession(headers={"Authorization": "x"}, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
        AsyncHandler(session=session) as http,
    ):
        await http.get(origin.url)
        assert (await http.get(origin.url)).cache.outcome == "miss"
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        aiohttp.ClientSession(cookie_jar=jar, cookies={"a": "b"}) as session,
        AsyncHandler(session=session) as http,
    ):
        await http.get(origin.url)
        assert (await http.get(origin.url)).cache.outcome == "miss"


async def test_our_own_session_keeps_no_cookies(origin):
    """What one answer sets the next request does not send."""
    origin.says(set_cookie="a=b")

    async with AsyncHandler() as http:
        await http.get(origin.url)
        await http.get(origin.url)

        assert "Cookie" not in origin.seen[1].headers


async def test_the_methods_of_http(origin):
    """Each sends its own."""
    async with AsyncHandler(headers={"X": "handler", "Y": "handler"}) as http:
        for name in ("get", "head", "post", "put", "patch", "delete"):
            await getattr(http, name)(origin.url, headers={"x": "call"}, cache="no-store")

        assert [r.method for r in origin.seen] == ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
        assert {r.headers["X"] for r in origin.seen} == {"call"}
        assert {r.headers["Y"] for r in origin.seen} == {"handler"}


async def test_json_is_sent_as_json(origin):
    """With its content type, unless the call has one."""
    async with AsyncHandler() as http:
        await http.post(origin.url, json={"ü": [1, None]})
        await http.post(origin.url, json=[], headers={"Content-Type": "application/x+json"})

        assert json.loads(origin.bodies[0]) == {"ü": [1, None]}
        assert [r.headers["Content-Type"] for r in origin.seen] == ["application/json", "application/x+json"]


async def test_headers_of_an_answer_have_several_values_and_cannot_be_changed(origin):
    """In any case, for a miss and for a hit."""
    origin.replies(web.Response(headers=[("A", "1"), ("a", "2"), ("Cache-Control", "max-age=60")]))

    async with AsyncHandler() as http:
        for response in (await http.get(origin.url), await http.get(origin.url)):
            assert response.headers.getall("a") == ["1", "2"]
            assert response.ok
            with pytest.raises(TypeError):
                response.headers["a"] = "3"
            with pytest.raises(AttributeError):
                response.status = 1


async def test_stats_tell_what_happened(origin):
    """Counters, sizes, times, connections, in all and for each origin; as JSON too."""
    async with AsyncHandler() as http:
        for _ in range(3):
            await http.get(origin.url)
        await http.post(f"{origin.url}/other")
        stats = http.stats()

        assert (stats.hits, stats.misses, stats.bypassed, stats.entries) == (2, 1, 1, 1)
        assert (stats.opened, stats.reused, stats.hit_ratio) == (1, 1, 2 / 3)
        assert 0 < stats.cached_p50 <= stats.cached_p95 < stats.live_p50 <= stats.live_p95
        assert stats.saved > 0
        assert stats.bytes > 0
        first = stats.origins[0]
        assert (first.origin, first.breaker, first.requests, first.failures) == (origin.url, "closed", 2, 0)
        assert (first.success_ratio, first.opened, first.reused, first.in_flight) == (1.0, 1, 1, 0)
        assert first.p50 <= first.p95 <= first.p99
        json.dumps(stats.to_dict())
        json.dumps((await http.health()).to_dict())
        json.dumps((await http.get(origin.url)).to_dict())


async def test_a_new_handler_has_seen_nothing():
    """No ratio of nothing."""
    stats = AsyncHandler().stats()

    assert (stats.hit_ratio, stats.cached_p50, stats.origins, stats.opened) == (None, None, (), None)
    assert (await AsyncHandler().health()).status == "pass"


async def test_a_check_looks_once_and_never_raises(origin):
    """Never from memory; 5xx and no answer fail, 4xx warns; the figures of recent looks are with it."""
    async with AsyncHandler() as http:
        await http.get(origin.url)
        good = await http.check(origin.url, name="api")
        assert (good.name, good.status, good.note, good.success_ratio) == ("api", "pass", "status 200", 1.0)
        origin.says(404)
        assert (await http.check(origin.url, name="api")).status == "warn"
        origin.says(503)
        bad = await http.check(origin.url, name="api")
        assert (bad.status, bad.success_ratio, bad.last_failure) == ("fail", 2 / 3, bad.observed_at)
        assert origin.count == 4
        dead = await http.check(f"http://127.0.0.1:{free_port()}/")
        assert (dead.name, dead.status, dead.note) == ("127.0.0.1", "fail", "ConnectError")
        assert (await http.check("nonsense")).note == "InvalidInputError"
        assert (await http.check(origin.url, timeout=-1)).note == "InvalidInputError"
        origin.gate = asyncio.Event()
        assert (await http.check(origin.url, timeout=0.05)).note == "DeadlineExceededError"
    assert (await http.check(origin.url)).note == "ClosedError"


def test_checks_of_many_names_do_not_fill_the_memory():
    """The oldest go."""
    import datetime as dt

    checks = CheckHistory()
    for n in range(500):
        checks.record(str(n), "pass", 0.1, dt.datetime.now(dt.UTC), note="")

    assert len(checks._by_name) == 256


async def test_events_have_the_names_of_opentelemetry(origin):
    """One for each attempt, with nothing of the URL's path or query."""
    heard = []
    origin.replies(web.Response(status=503), web.Response())

    async with AsyncHandler(retry=Retry(base=0.0)) as http:
        with listen(heard.append):
            await http.get(f"{origin.url}/secret?token=secret")
            with contextlib.suppress(AsyncAssistError):
                await http.get(f"http://127.0.0.1:{free_port()}/secret", retry=None)

    assert [event.name for event in heard] == ["http.client.request"] * 3
    assert heard[0].attributes["http.request.method"] == "GET"
    assert heard[0].attributes["http.response.status_code"] == 503
    assert heard[0].attributes["error.type"] == heard[0].error == "503"
    assert heard[0].attributes["server.address"] == "127.0.0.1"
    assert heard[0].attributes["url.scheme"] == "http"
    assert heard[1].attributes["http.request.resend_count"] == 1
    assert heard[2].error == "ConnectError"
    assert "secret" not in repr(heard)


async def test_closing_ends_what_runs(origin, clock):
    """Requests in flight and refreshes in the background."""
    origin.says(cache_control="max-age=10, stale-while-revalidate=60")
    http = AsyncHandler(now=clock)
    await http.get(origin.url)
    clock.advance(20.0)
    origin.gate = asyncio.Event()
    assert (await http.get(origin.url)).cache.outcome == "stale"
    waiting = asyncio.create_task(http.get(f"{origin.url}/2"))
    await until(lambda: origin.count == 3)

    await http.aclose()

    with pytest.raises(AsyncAssistError):
        await waiting


secrets = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=12, max_size=30).map("zQ{}7x".format)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(secret=secrets)
def test_no_secret_is_shown_anywhere(secret, caplog):
    """Credentials in the URL, tokens in query and headers: not in a repr, an error, a key, a log line or a health report."""
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    port = free_port()
    shown = []

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
                        shown.extend(f"{one!r} {one} {vars(one)}" for one in chain)
            for wrong in ({"headers": {f"{secret}\n": secret}}, {"idempotency_key": f"{secret}\n"}):
                with pytest.raises(InvalidInputError) as caught:
                    await http.get(url, **wrong)
                shown.append(f"{caught.value!r} {caught.value}")
            shown.extend([repr(http), str(http.stats()), str(await http.health()), str(await http.check(url))])
            shown.append(repr(Request(url=url, headers=headers)))
            shown.append(shared_cache_key("a", url))

    asyncio.run(run())

    shown.extend(caplog.messages)
    assert not [line for line in shown if secret in line]


async def test_a_response_shows_no_secret(origin):
    """Neither the query nor the header values are in its repr or its JSON."""
    origin.says(set_cookie="session=s3cret")

    async with AsyncHandler() as http:
        response = await http.get(f"{origin.url}/a?token=s3cret")

        assert "s3cret" not in f"{response!r} {response.to_dict()}"
        assert response.url.endswith("?token=s3cret")


@pytest.mark.parametrize(
    ("outcome", "stored", "text"),
    [
        ("hit", True, "asyncassist; hit; ttl=5"),
        ("stale", True, "asyncassist; hit; ttl=5"),
        ("revalidated", True, "asyncassist; fwd=stale; fwd-status=304; ttl=5"),
        ("coalesced", True, "asyncassist; fwd=uri-miss; collapsed; ttl=5"),
        ("miss", True, "asyncassist; fwd=uri-miss; stored; ttl=5"),
        ("miss", False, "asyncassist; fwd=uri-miss; ttl=5"),
        ("bypass", False, "asyncassist; fwd=bypass"),
    ],
)
def test_cache_status_is_that_of_rfc_9211(outcome, stored, text):
    """Readable from the value, for those who forward it."""
    from asyncassist._http import CacheInfo

    assert CacheInfo(outcome=outcome, stored=stored, ttl=5.5).status == text
