"""Answers are remembered: for whom, for how long, and what is served when."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from asyncassist import AsyncHandler, CacheRules
from asyncassist.errors import BodyTooLargeError, InvalidInputError
from tests.http.conftest import until


def outcomes(responses):
    return sorted(response.cache.outcome for response in responses)


async def test_second_fetch_is_free(origin, clock):
    """A fresh answer comes from memory; after its time it is fetched anew."""
    async with AsyncHandler(ttl=300.0, now=clock) as http:
        assert await http.get_json(origin.url) == {"n": 1}
        assert await http.get_json(origin.url) == {"n": 1}
        clock.advance(300.0)
        assert await http.get_json(origin.url) == {"n": 2}


async def test_a_hit_says_so(origin, clock):
    """Outcome, age and what is left of the ttl are in the value, and Age is in the headers."""
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


async def test_the_age_in_the_headers_grows_with_each_second(origin, clock):
    """Also when nothing else changes between two callers, and whoever has an answer keeps its Age."""
    async with AsyncHandler(ttl=300.0, now=clock) as http:
        await http.get(origin.url)
        before = await http.get(origin.url)
        clock.advance(10.0)
        after = await http.get(origin.url)

        assert int(after.headers["Age"]) - int(before.headers["Age"]) == 10
        assert len(after.headers.getall("Age")) == 1


async def test_fields_of_the_handler_ask_like_those_of_a_call(origin):
    """A handler that asks for less than the whole is served so from memory too."""
    origin.replies(web.Response(headers={"Cache-Control": "max-age=60", "ETag": '"v1"'}, body=b"whole"))
    async with AsyncHandler(headers={"If-None-Match": '"v1"'}) as http:
        whole = await http.get(origin.url, headers={"If-None-Match": '"v0"'})
        part = await http.get(origin.url)

        assert (whole.status, whole.body) == (200, b"whole")
        assert (part.status, part.body, part.cache.outcome) == (304, b"", "hit")


async def test_json_is_a_new_value_each_time(origin):
    """What one caller does to it no other sees."""
    async with AsyncHandler() as http:
        (await http.get_json(origin.url))["n"] = "spoiled"

        response = await http.get(origin.url)
        response.json().clear()
        assert response.json() == {"n": 1}


async def test_a_jump_of_the_wall_clock_revives_nothing(origin, clock):
    """Ages are counted in steady seconds."""
    async with AsyncHandler(ttl=300.0, now=clock) as http:
        await http.get(origin.url)
        for step in (200.0, -10_000.0, 99.0):
            clock.advance(step)
            assert (await http.get(origin.url)).cache.outcome == "hit"
        clock.advance(2.0)
        assert (await http.get(origin.url)).cache.outcome == "miss"


@pytest.mark.parametrize(
    "headers",
    [{"Cache-Control": "no-store"}, {"Cache-Control": "private"}, {"Set-Cookie": "a=b"}, {"Cache-Control": "public"}],
)
async def test_the_default_ttl_never_overrides_the_answer(origin, headers):
    """Not no-store, not private, not with a cookie, also when the call gives a ttl."""
    origin.replies(web.Response(headers=headers, body=b"x"))

    async with AsyncHandler(ttl=300.0) as http:
        await http.get(origin.url, ttl=900.0)
        await http.get(origin.url, ttl=900.0)

        assert origin.count == 2


@pytest.mark.parametrize("name", ["Authorization", "Cookie"])
async def test_one_users_answer_is_never_served_to_another(origin, name):
    """A request with credentials gets no default ttl, from the call or from the handler's own headers."""
    async with AsyncHandler() as http:
        await http.get(origin.url, headers={name: "alice"})
        await http.get(origin.url, headers={name: "bob"})
        await http.get(origin.url, headers={name: "alice"})
        await http.get(origin.url)
    async with AsyncHandler(headers={name: "alice"}) as http:
        await http.get(origin.url)
        await http.get(origin.url)

    assert origin.count == 6


async def test_credentials_in_the_url_are_sent_and_not_shown(origin):
    """They become an Authorization field, and no default ttl applies."""
    url = origin.url.replace("http://", "http://user:s3cret@")

    async with AsyncHandler() as http:
        one = await http.get(url)
        await http.get(url)

        assert origin.count == 2
        assert origin.seen[0].headers["Authorization"].startswith("Basic ")
        assert "s3cret" not in f"{one} {one.url} {one.to_dict()} {http.stats()} {await http.health()}"


async def test_the_ttl_of_a_call_goes_before_the_handlers(origin, clock):
    """None: only what RFC 9111 allows; a number: that many seconds, for this caller."""
    async with AsyncHandler(ttl=300.0, now=clock) as http:
        await http.get(origin.url, ttl=None)
        await http.get(origin.url, ttl=None)
        assert origin.count == 2
        await http.get(origin.url)
        clock.advance(50.0)
        assert (await http.get(origin.url, ttl=60.0)).cache.outcome == "hit"
        assert (await http.get(origin.url, ttl=50.0)).cache.outcome == "miss"
        assert (await http.get(origin.url, ttl=0)).cache.outcome == "miss"


async def test_explicit_freshness_follows_the_rfc(origin, clock):
    """Also for answers with cookies and whatever the default."""
    origin.says(cache_control="max-age=60", set_cookie="a=b")

    async with AsyncHandler(ttl=None, now=clock) as http:
        await http.get(origin.url)
        clock.advance(58.0)
        assert (await http.get(origin.url, ttl=1.0)).cache.outcome == "hit"
        clock.advance(3.0)
        assert (await http.get(origin.url, ttl=900.0)).cache.outcome == "miss"


async def test_negative_answers_are_kept_when_wanted(origin, clock):
    """negative_ttl; the default is not to."""
    origin.says(404)

    async with AsyncHandler(now=clock, cache=CacheRules(negative_ttl=5.0)) as http:
        await http.get(origin.url)
        assert (await http.get(origin.url)).cache.outcome == "hit"
        clock.advance(6.0)
        assert (await http.get(origin.url)).cache.outcome == "miss"
    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url)
        assert (await http.get(origin.url)).cache.outcome == "miss"


async def test_an_answer_is_confirmed_instead_of_fetched(origin, clock):
    """Past its time its validators are sent; a 304 makes it fresh again and updates its fields."""
    origin.replies(
        web.Response(body=b"body", headers={"ETag": '"1"', "Cache-Control": "max-age=10", "X": "old"}),
        web.Response(status=304, headers={"ETag": '"1"', "Cache-Control": "max-age=20", "X": "new"}),
    )

    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url)
        clock.advance(11.0)
        confirmed = await http.get(origin.url)
        clock.advance(15.0)
        hit = await http.get(origin.url)

        assert origin.seen[1].headers["If-None-Match"] == '"1"'
        assert (confirmed.status, confirmed.cache.outcome, confirmed.body) == (200, "revalidated", b"body")
        assert (hit.cache.outcome, hit.headers["X"], origin.count) == ("hit", "new", 2)
        assert http.stats().revalidated == 1


async def test_a_304_about_another_answer_is_not_believed(origin, clock):
    """The answer is fetched whole."""
    origin.replies(
        web.Response(body=b"one", headers={"ETag": '"1"', "Cache-Control": "max-age=10"}),
        web.Response(status=304, headers={"ETag": '"2"'}),
        web.Response(body=b"two", headers={"ETag": '"2"', "Cache-Control": "max-age=10"}),
    )

    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url)
        clock.advance(11.0)
        response = await http.get(origin.url)

        assert (response.body, response.cache.outcome, origin.count) == (b"two", "miss", 3)
        assert "If-None-Match" not in origin.seen[2].headers


async def test_a_fresh_answer_answers_the_callers_own_condition(origin):
    """304 for what the caller has, a part for who asks for a part, nothing sent."""
    origin.says(body="0123456789", etag='"1"', cache_control="max-age=60")

    async with AsyncHandler() as http:
        await http.get(origin.url)
        same = await http.get(origin.url, headers={"If-None-Match": '"1"'})
        part = await http.get(origin.url, headers={"Range": "bytes=2-4"})
        beyond = await http.get(origin.url, headers={"Range": "bytes=99-"})

        assert (same.status, same.body, same.headers["ETag"]) == (304, b"", '"1"')
        assert (part.status, part.body, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
        assert (beyond.status, beyond.body, beyond.headers["Content-Range"]) == (416, b"", "bytes */10")
        assert origin.count == 1


async def test_a_stale_answer_is_confirmed_for_a_conditional_caller(origin, clock):
    """Ours validates, theirs is answered."""
    origin.replies(
        web.Response(body=b"body", headers={"ETag": '"1"', "Cache-Control": "max-age=10"}),
        web.Response(status=304),
    )

    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url)
        clock.advance(11.0)
        mine = await http.get(origin.url, headers={"If-None-Match": '"0"'})
        clock.advance(11.0)
        same = await http.get(origin.url, headers={"If-None-Match": '"0", "1"'})

        assert (mine.status, mine.body) == (200, b"body")
        assert (same.status, same.body) == (304, b"")


async def test_a_condition_without_a_kept_answer_goes_to_the_origin(origin):
    """And what the origin says comes back."""
    origin.says(304)

    async with AsyncHandler() as http:
        response = await http.get(origin.url, headers={"If-None-Match": '"1"'})

        assert response.status == 304
        assert origin.seen[0].headers["If-None-Match"] == '"1"'


async def test_a_part_from_the_origin_ends_a_kept_whole(origin, clock):
    """A 206 to a question with validators means that the whole has changed."""
    origin.replies(
        web.Response(body=b"0123", headers={"ETag": '"1"', "Cache-Control": "max-age=10"}),
        web.Response(status=206, body=b"z", headers={"Content-Range": "bytes 0-0/9", "ETag": '"2"'}),
        web.Response(body=b"zzzz"),
    )

    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url)
        clock.advance(11.0)
        assert (await http.get(origin.url, headers={"Range": "bytes=0-0"})).body == b"z"
        assert (await http.get(origin.url, cache="force-cache")).body == b"zzzz"


async def test_variants_stand_side_by_side(origin):
    """Each caller gets the one its fields select, whatever their order and case."""

    async def answer(request):
        language = request.headers.get("Accept-Language", "")
        return web.Response(text=language, headers={"Vary": "Accept-Language", "Cache-Control": "max-age=60"})

    origin.answer = answer
    async with AsyncHandler() as http:
        for value in ("en, de", "fr", "DE,en", "fr"):
            await http.get(origin.url, headers={"Accept-Language": value})
        response = await http.get(origin.url, headers={"Accept-Language": "de, EN"})

        assert (response.text(), response.cache.outcome, origin.count) == ("en, de", "hit", 2)
        assert http.stats().entries == 2


async def test_the_modes_mean_what_the_fetch_standard_says(origin, clock):
    """no-store, reload, no-cache, force-cache, only-if-cached."""
    async with AsyncHandler(ttl=10.0, now=clock) as http:
        nothing = await http.get(origin.url, cache="only-if-cached")
        assert (nothing.status, origin.count) == (504, 0)
        assert (await http.get(origin.url, cache="no-store")).cache.outcome == "bypass"
        assert (await http.get(origin.url, cache="only-if-cached")).status == 504
        assert (await http.get(origin.url)).json() == {"n": 2}
        assert (await http.get(origin.url, cache="reload")).json() == {"n": 3}
        assert origin.seen[-1].headers["Cache-Control"] == "no-cache"
        assert (await http.get(origin.url)).json() == {"n": 3}
        assert (await http.get(origin.url, cache="no-cache")).json() == {"n": 4}
        assert origin.seen[-1].headers["Cache-Control"] == "max-age=0"
        clock.advance(11.0)
        old = await http.get(origin.url, cache="force-cache")
        assert (old.json(), old.cache.outcome) == ({"n": 4}, "stale")
        assert (await http.get(origin.url, cache="only-if-cached")).json() == {"n": 4}
        assert http.stats().stale == 2


async def test_request_directives_are_obeyed(origin, clock):
    """Given as a header, as any HTTP client could."""
    origin.says(cache_control="max-age=60")

    async with AsyncHandler(now=clock) as http:

        async def ask(directives):
            return (await http.get(origin.url, headers={"Cache-Control": directives})).cache.outcome

        assert (await http.get(origin.url, headers={"Cache-Control": "only-if-cached"})).status == 504
        await http.get(origin.url)
        clock.advance(30.0)
        assert await ask("max-age=40") == "hit"
        assert await ask("min-fresh=20") == "hit"
        assert await ask("no-store") == "bypass"
        assert await ask("min-fresh=40") == "miss"
        clock.advance(30.0)
        assert await ask("max-age=10") == "miss"
        clock.advance(70.0)
        assert await ask("max-stale=20") == "stale"
        assert await ask("no-cache") == "miss"


async def test_unsafe_requests_make_kept_answers_go(origin):
    """Also at Location and Content-Location of the same origin; a failed one changes nothing."""
    async with AsyncHandler(base_url=origin.url) as http:
        for path in ("/a", "/b", "/c", "/d"):
            await http.get(path)
        origin.says(500)
        await http.post("/a", retry=None)
        assert (await http.get("/a")).cache.outcome == "hit"
        headers = {"Location": "/b", "Content-Location": f"{origin.url}/c", "Cache-Control": "no-store"}
        origin.replies(web.Response(status=201, headers=headers))
        assert (await http.post("/a")).cache.outcome == "bypass"
        found = [(await http.get(path, cache="only-if-cached")).status for path in ("/a", "/b", "/c", "/d")]
        origin.replies(web.Response(headers={"Location": "http://other.example/x", "Content-Location": "http://["}))
        await http.delete("/x")

        assert found == [504, 504, 504, 200]


async def test_an_answer_on_its_way_is_not_kept_when_it_was_invalidated(origin):
    """Nor does a newcomer join it: it was asked before the change."""
    origin.gate = asyncio.Event()

    async with AsyncHandler() as http:
        first = asyncio.create_task(http.get(origin.url))
        await until(lambda: origin.count == 1)
        await http.clear_cache(url=origin.url)
        second = asyncio.create_task(http.get(origin.url))
        await until(lambda: origin.count == 2)
        origin.gate.set()
        await asyncio.gather(first, second)

        assert (await http.get(origin.url)).cache.outcome == "hit"
        assert http.stats().entries == 1


async def test_the_answer_to_a_post_serves_get_when_it_says_so(origin):
    """Content-Location of the same URL and explicit freshness."""

    async def answer(request):
        headers = {"Content-Location": request.path, "Cache-Control": "max-age=60"}
        return web.Response(text="made", headers=headers)

    origin.answer = answer
    async with AsyncHandler(base_url=origin.url) as http:
        await http.post("/a", data=b"x")
        assert (await http.get("/a")).cache.outcome == "hit"
        await http.post("/b", data=b"x", cache="no-store")
        assert (await http.get("/b")).cache.outcome == "miss"
        origin.says(content_location="http://[", cache_control="max-age=60")
        await http.post("/c")
        assert (await http.get("/c")).cache.outcome == "miss"


async def test_head_is_served_from_get_and_brings_it_up_to_date(origin, clock):
    """Without a body; another length makes the kept answer go."""
    origin.says(body="body", cache_control="max-age=10", x="1")
    async with AsyncHandler(now=clock) as http:
        await http.get(origin.url)
        head = await http.head(origin.url)
        assert (head.cache.outcome, head.body, head.headers["Content-Length"]) == ("hit", b"", "4")
        clock.advance(11.0)
        origin.says(body="body", cache_control="max-age=10", x="2")
        assert (await http.head(origin.url)).cache.outcome == "miss"
        hit = await http.get(origin.url)
        assert (hit.cache.outcome, hit.headers["X"], hit.body) == ("hit", "2", b"body")
        clock.advance(11.0)
        origin.says(body="longer", cache_control="max-age=10")
        await http.head(origin.url)
        assert (await http.get(origin.url, cache="only-if-cached")).status == 504


async def test_head_alone_is_remembered_too(origin):
    """But never served to a GET."""
    async with AsyncHandler() as http:
        await http.head(origin.url)
        assert (await http.head(origin.url)).cache.outcome == "hit"
        assert (await http.get(origin.url)).cache.outcome == "miss"


async def test_a_redirect_is_remembered(origin):
    """301 by default, and its target."""

    async def answer(request):
        if request.path == "/old":
            raise web.HTTPMovedPermanently("/new")
        return web.Response(text="new")

    origin.answer = answer
    async with AsyncHandler(base_url=origin.url) as http:
        for _ in range(2):
            response = await http.get("/old")
            assert (response.text(), response.url) == ("new", f"{origin.url}/new")

        assert origin.count == 2


async def test_memory_is_bounded_by_entries_and_bytes(origin):
    """The least recently used goes first; what is larger than an entry may be is not kept."""
    origin.says(body="x" * 10_000, cache_control="max-age=60")
    async with AsyncHandler(base_url=origin.url, max_entries=3) as http:
        for n in (1, 2, 3, 1, 4):
            await http.get(f"/{n}")
        found = [(await http.get(f"/{n}", cache="only-if-cached")).status for n in (1, 2, 3, 4)]
        assert found == [200, 504, 200, 200]
        assert (http.stats().entries, http.stats().evictions) == (3, 1)
    async with AsyncHandler(base_url=origin.url, max_bytes=35_000) as http:
        for n in range(20):
            await http.get(f"/{n}")
        assert http.stats().entries == 3
        assert http.stats().bytes <= 35_000
    async with AsyncHandler(base_url=origin.url, cache=CacheRules(max_entry_bytes=5_000)) as http:
        await http.get("/1")
        assert http.stats().entries == 0


async def test_variants_of_one_url_are_bounded_too(origin):
    """By number and by bytes, so that one URL cannot push out all others."""

    async def answer(request):
        return web.Response(body=b"x" * 10_000, headers={"Vary": "A", "Cache-Control": "max-age=60"})

    origin.answer = answer
    async with AsyncHandler(max_bytes=45_000) as http:
        for n in range(6):
            await http.get(origin.url, headers={"A": str(n)})
        assert http.stats().bytes <= 45_000
    async with AsyncHandler() as http:
        for n in range(30):
            await http.get(origin.url, headers={"A": str(n)})
        assert http.stats().entries == 16


async def test_a_kept_answer_is_bounded_like_a_fetched_one(origin):
    """max_body of the call counts for hits and for those who joined."""
    origin.says(body="x" * 100, cache_control="max-age=60")

    async with AsyncHandler() as http:
        await http.get(origin.url)
        with pytest.raises(BodyTooLargeError):
            await http.get(origin.url, max_body=99)


async def test_clear_by_url_by_host_and_all(origin):
    """How many there were is told."""
    other = origin.url.replace("127.0.0.1", "localhost")

    async with AsyncHandler() as http:
        for url in (f"{origin.url}/a", f"{origin.url}/b", f"{other}/a"):
            await http.get(url)
        assert await http.clear_cache(url=f"{origin.url}/a") == 1
        assert await http.clear_cache(url=f"{origin.url}/a") == 0
        assert await http.clear_cache(host="localhost") == 1
        assert await http.clear_cache() == 1
        with pytest.raises(InvalidInputError, match="host"):
            await http.clear_cache(url=origin.url, host="a")
