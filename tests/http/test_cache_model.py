"""The cache against a plain model: random requests, times, invalidations and evictions, never a wrong answer."""

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
class Answer:
    """What the model remembers of an answer: which one it was, when it came, and how long it may be served."""

    number: int
    at: float
    lifetime: float


gets = st.tuples(st.just("get"), st.sampled_from(PATHS), st.sampled_from(CONTROLS), st.sampled_from(["", "en"]))
waits = st.tuples(st.just("pass"), st.sampled_from([1, 2, 28, 30, 31, 59]))
# Mostly gets and waits, so that answers are asked for again before, at and after their end.
steps = st.lists(
    st.one_of(
        gets,
        gets,
        gets,
        waits,
        waits,
        st.tuples(st.just("post"), st.sampled_from(PATHS)),
        st.tuples(st.just("clear"), st.sampled_from(PATHS)),
        st.tuples(st.just("back"), st.integers(1, 500)),
    ),
    min_size=20,
    max_size=80,
)


def lifetime(control: str, ttl: float) -> float:
    """Seconds that an answer with this Cache-Control may be served, by the simplest reading of the RFC."""
    if control in {"no-store", "private", "no-cache"}:
        return 0.0
    if not control:
        return ttl
    return float(control.split(",", maxsplit=1)[0].removeprefix("max-age="))


@settings(max_examples=60, deadline=None)
@given(steps=steps, max_entries=st.integers(1, 3), vary=st.booleans())
def test_a_kept_answer_is_always_one_that_the_model_knows(steps, max_entries, vary):
    """A hit is an answer that the origin gave to this very request, within its lifetime, and not invalidated since.

    A miss is never wrong, but where nothing was evicted the model's fresh answers must be hits too.
    """
    asyncio.run(_play(steps, max_entries, vary=vary))


async def _play(steps, max_entries, *, vary):
    clock = FakeClock()
    elapsed = 0.0
    served = 0
    control = ""

    async def answer(request):
        nonlocal served
        served += 1
        headers = {"Cache-Control": control} if control else {}
        if vary:
            headers["Vary"] = "Accept-Language"
        return web.Response(text=str(served), headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    server = TestServer(app)
    await server.start_server()
    known: dict[tuple[str, str], Answer] = {}
    async with AsyncHandler(
        base_url=str(server.make_url("/")), ttl=60.0, max_entries=max_entries, cache=CacheRules(), now=clock
    ) as http:
        for step in steps:
            match step:
                case ("pass", seconds):
                    clock.advance(seconds)
                    elapsed += seconds
                case ("back", seconds):
                    http._now()  # the steady count is taken before the wall clock jumps
                    clock.advance(-seconds)
                    http._now()
                case ("post", path):
                    control = "no-store"
                    await http.post(path)
                    known = {key: one for key, one in known.items() if key[0] != path}
                case ("clear", path):
                    await http.clear_cache(url=path)
                    known = {key: one for key, one in known.items() if key[0] != path}
                case ("get", path, said, language):
                    control = said
                    before = served
                    response = await http.get(path, headers={"Accept-Language": language} if language else None)
                    key = (path, language if vary else "")
                    number = int(response.text())
                    good = known.get(key)
                    fresh = good is not None and elapsed < good.at + good.lifetime
                    if response.cache.outcome == "hit":
                        assert served == before
                        assert fresh
                        assert number == good.number
                        assert 0 <= response.cache.age <= elapsed - good.at + 1
                    else:
                        assert response.cache.outcome == "miss"
                        assert number == served == before + 1
                        assert not fresh or http.stats().evictions
                        life = lifetime(said, 60.0)
                        if life:
                            known[key] = Answer(number, elapsed, life)
                        # An answer that may not be kept leaves the older one where it was.
            stats = http.stats()
            assert stats.entries <= max_entries * (3 if vary else 1)
            assert stats.bytes <= stats.max_bytes
    await server.close()
