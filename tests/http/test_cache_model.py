"""The cache against a plain model: random requests, times, invalidations and evictions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncassist import AsyncHandler, CacheRules
from asyncassist.testing import FakeClock

PATHS = ("/a", "/b")
CONTROLS = ("", "max-age=30", "max-age=90", "no-store", "max-age=30, must-revalidate", "no-cache")


@dataclass
class ModelEntry:
    """Response that the model expects: its number, its receipt, and its freshness lifetime in seconds."""

    number: int
    received_at: float
    lifetime: float


gets = st.tuples(st.just("get"), st.sampled_from(PATHS), st.sampled_from(CONTROLS), st.sampled_from(["", "en"]))
waits = st.tuples(st.just("wait"), st.sampled_from([1, 2, 28, 30, 31, 59]))
# Mostly gets and waits, so that URLs are requested again before, at and after expiry.
steps = st.lists(
    st.one_of(
        gets,
        gets,
        gets,
        waits,
        waits,
        st.tuples(st.just("post"), st.sampled_from(PATHS)),
        st.tuples(st.just("clear"), st.sampled_from(PATHS)),
        st.tuples(st.just("clock_back"), st.integers(1, 500)),
    ),
    min_size=20,
    max_size=80,
)


def lifetime(control: str, ttl: float) -> float:
    """Freshness lifetime of a response with this Cache-Control, by the simplest reading of the RFC."""
    if control in {"no-store", "private", "no-cache"}:
        return 0.0
    if not control:
        return ttl
    return float(control.split(",", maxsplit=1)[0].removeprefix("max-age="))


@settings(max_examples=60, deadline=None)
@given(steps=steps, max_entries=st.integers(1, 3), vary=st.booleans())
def test_cache_agrees_with_the_model(steps, max_entries, vary):
    """A hit is a response of the origin to an equal request, within its lifetime and not invalidated since.

    A miss is never wrong, but without evictions the fresh responses of the model must be hits.
    """
    asyncio.run(_run_steps(steps, max_entries, vary=vary))


async def _run_steps(steps, max_entries, *, vary):
    clock = FakeClock()
    elapsed = 0.0
    served = 0
    control = ""

    async def respond(request):
        nonlocal served
        served += 1
        headers = {"Cache-Control": control} if control else {}
        if vary:
            headers["Vary"] = "Accept-Language"
        return web.Response(text=str(served), headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", respond)
    server = TestServer(app)
    await server.start_server()
    expected: dict[tuple[str, str], ModelEntry] = {}
    async with AsyncHandler(
        base_url=str(server.make_url("/")), ttl=60.0, max_entries=max_entries, cache=CacheRules(), now=clock
    ) as http:
        for step in steps:
            match step:
                case ("wait", seconds):
                    clock.advance(seconds)
                    elapsed += seconds
                case ("clock_back", seconds):
                    http._now()  # sample the monotonic clock before the wall clock jumps
                    clock.advance(-seconds)
                    http._now()
                case ("post", path):
                    control = "no-store"
                    await http.post(path)
                    expected = {key: entry for key, entry in expected.items() if key[0] != path}
                case ("clear", path):
                    await http.clear_cache(url=path)
                    expected = {key: entry for key, entry in expected.items() if key[0] != path}
                case ("get", path, directives, language):
                    control = directives
                    before = served
                    response = await http.get(path, headers={"Accept-Language": language} if language else None)
                    key = (path, language if vary else "")
                    number = int(response.text())
                    entry = expected.get(key)
                    fresh = entry is not None and elapsed < entry.received_at + entry.lifetime
                    if response.cache.outcome == "hit":
                        assert served == before
                        assert fresh
                        assert number == entry.number
                        assert 0 <= response.cache.age <= elapsed - entry.received_at + 1
                    else:
                        assert response.cache.outcome == "miss"
                        assert number == served == before + 1
                        assert not fresh or http.stats().evictions
                        seconds_fresh = lifetime(directives, 60.0)
                        if seconds_fresh:
                            expected[key] = ModelEntry(number, elapsed, seconds_fresh)
                        # A response that may not be stored leaves the older one in place.
            stats = http.stats()
            assert stats.entries <= max_entries * (3 if vary else 1)
            assert stats.bytes <= stats.max_bytes
    await server.close()
