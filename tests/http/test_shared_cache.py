"""Redis as the second level: answers shared by workers, and never a reason to fail."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from aiohttp import web
from redis.asyncio import Redis

from asyncassist import AsyncHandler
from asyncassist._http.response_store import shared_cache_key
from tests.http.conftest import until


@pytest.fixture
def where(origin):
    """A URL that no other test knows: the Redis is shared."""
    return f"{origin.url}/{uuid.uuid4().hex}"


async def keys(url):
    async with Redis.from_url(url) as client:
        return {key.decode() async for key in client.scan_iter("asyncassist:http:*")}


async def shared(redis_url, before):
    """Wait until the answer is there for others; the new keys."""
    async with asyncio.timeout(5):
        while not (found := await keys(redis_url) - before):
            await asyncio.sleep(0.005)
    return found


async def test_workers_share_answers(origin, where, redis_url):
    """What one fetched the other finds, with its age."""
    before = await keys(redis_url)
    async with AsyncHandler(redis=redis_url) as one, AsyncHandler(redis=redis_url) as two:
        await one.get(where)
        await shared(redis_url, before)
        response = await two.get(where)

        assert (response.cache.outcome, response.json(), response.attempts) == ("hit", {"n": 1}, 0)
        assert (await two.get(where)).cache.outcome == "hit"
        assert origin.count == 1
        assert two.stats().hits == 2


async def test_keys_tell_nothing_and_expire(where, redis_url):
    """A digest, and a time to live."""
    before = await keys(redis_url)
    async with AsyncHandler(redis=redis_url, ttl=300.0) as http:
        await http.get(f"{where}?token=s3cret")
        (key,) = await shared(redis_url, before)

        assert "s3cret" not in key
        assert "127.0.0.1" not in key
        async with Redis.from_url(redis_url) as client:
            assert 0 < await client.pttl(key) <= 300_000


async def test_an_answer_of_another_worker_is_confirmed_when_it_is_old(origin, where, redis_url, clock):
    """Its validators are worth keeping longer than itself."""
    origin.replies(
        web.Response(body=b"body", headers={"ETag": '"1"', "Cache-Control": "max-age=10"}),
        web.Response(status=304),
    )
    before = await keys(redis_url)
    async with AsyncHandler(redis=redis_url, now=clock) as one:
        await one.get(where)
        await shared(redis_url, before)
    clock.advance(20.0)
    async with AsyncHandler(redis=redis_url, now=clock) as two:
        response = await two.get(where)

        assert (response.cache.outcome, response.body) == ("revalidated", b"body")


async def test_bytes_that_are_no_text_travel_too(raw, redis_url):
    """In bodies and in header values."""

    async def script(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX: \xff\r\n\r\n\xfe")
        await writer.drain()

    url, before = await raw(script), await keys(redis_url)
    async with AsyncHandler(redis=redis_url) as one, AsyncHandler(redis=redis_url) as two:
        first = await one.get(url)
        await shared(redis_url, before)
        second = await two.get(url)

        assert (second.cache.outcome, second.body, second.headers["X"]) == ("hit", b"\xfe", first.headers["X"])


async def test_variants_travel_too(origin, where, redis_url):
    """Each worker serves the one that its caller's fields select."""

    async def answer(request):
        return web.Response(text=request.headers["A"], headers={"Vary": "A", "Cache-Control": "max-age=60"})

    origin.answer = answer
    before = await keys(redis_url)
    async with AsyncHandler(redis=redis_url) as one, AsyncHandler(redis=redis_url) as two:
        await one.get(where, headers={"A": "1"})
        await one.get(where, headers={"A": "2"})
        await shared(redis_url, before)
        await until(lambda: not one._cache_controller._background_tasks)

        assert [(await two.get(where, headers={"A": a})).text() for a in ("2", "1")] == ["2", "1"]
        assert origin.count == 2


async def test_clearing_reaches_the_other_workers_memory_of_it(origin, where, redis_url):
    """By URL, by host and all; an unsafe request too."""
    before = await keys(redis_url)
    async with AsyncHandler(redis=redis_url) as http:
        for clear in (
            lambda: http.clear_cache(url=where),
            lambda: http.clear_cache(host="127.0.0.1"),
            http.clear_cache,
            lambda: http.post(where, headers={"A": "b"}),
        ):
            await http.get(where)
            await shared(redis_url, before)
            await clear()
            assert await keys(redis_url) - before == set()
        await http.get(where)
        await shared(redis_url, before)
        assert await http.clear_cache(host="elsewhere") == 0
    async with AsyncHandler(redis=redis_url) as http:
        assert await http.clear_cache(host="127.0.0.1") >= 1  # known by Redis alone


async def test_only_if_cached_asks_redis_too(where, redis_url):
    """504 only when nobody knows."""
    before = await keys(redis_url)
    async with AsyncHandler(redis=redis_url) as one, AsyncHandler(redis=redis_url) as two:
        assert (await two.get(where, cache="only-if-cached")).status == 504
        await one.get(where)
        await shared(redis_url, before)
        assert (await two.get(where, cache="only-if-cached")).status == 200


async def test_garbage_in_redis_is_a_miss(where, redis_url):
    """Of another version, or not ours."""
    async with AsyncHandler(redis=redis_url) as http, Redis.from_url(redis_url) as client:
        key = f"asyncassist:http:{shared_cache_key('127.0.0.1', where)}"
        for value in (b"garbage", b"", b"\x91\x92\x63\xa1x"):
            await client.set(key, value, px=10_000)
            assert (await http.get(where)).cache.outcome == "miss"
            await http.clear_cache()


async def test_a_redis_that_dies_is_only_missed(origin, where, valkey, caplog):
    """Answers come as without it; health warns, the log says so once, and it is used again when it is back."""
    async with AsyncHandler(redis=valkey.url) as http:
        await http.get(where)
        valkey.kill()
        for n in range(3):
            assert (await http.get(f"{where}/{n}")).status == 200
        await until(lambda: not http._cache_controller._background_tasks)
        assert (await http.health()).status == "warn"
        assert sum("is degraded" in line for line in caplog.messages) == 1
        assert await http.clear_cache() == 4


async def test_a_client_handed_in_stays_open(where, redis_url):
    """Also one that decodes answers."""
    before = await keys(redis_url)
    async with Redis.from_url(redis_url, decode_responses=True) as client:
        await client.ping()  # redis-py reads its own version from disk when it connects
        async with AsyncHandler(redis=client) as one, AsyncHandler(redis=client) as two:
            await one.get(where)
            await shared(redis_url, before)
            assert (await two.get(where)).cache.outcome == "hit"
        assert await client.ping()


async def test_an_answer_that_is_of_no_use_to_others_is_not_sent(where, redis_url):
    """ttl=0."""
    before = await keys(redis_url)
    async with AsyncHandler(redis=redis_url, ttl=0.0) as http:
        await http.get(where)
        await until(lambda: not http._cache_controller._background_tasks)

        assert await keys(redis_url) == before
