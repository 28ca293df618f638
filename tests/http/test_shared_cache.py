"""Redis as the shared cache of several workers, whose failure never fails a request."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from aiohttp import web
from redis.asyncio import Redis

from asyncassist import AsyncHandler, CacheRules, Guard
from asyncassist._http.response_store import shared_cache_key
from asyncassist.errors import BlockedAddressError, ConfigurationError
from tests.http.conftest import wait_until


@pytest.fixture
def unique_url(origin):
    """URL that no other test uses, because the tests share one Redis."""
    return f"{origin.url}/{uuid.uuid4().hex}"


async def keys(url):
    """Keys of the responses in Redis."""
    async with Redis.from_url(url) as client:
        return {key.decode() async for key in client.scan_iter("asyncassist:http:*:*")}


async def new_keys(redis_url, before):
    """Wait until a response is published, and return the new keys."""
    async with asyncio.timeout(5):
        while not (found := await keys(redis_url) - before):
            await asyncio.sleep(0.005)
    return found


async def test_workers_share_responses(origin, unique_url, redis_url):
    """What one worker fetched is a hit for another, with its age."""
    before = await keys(redis_url)
    async with AsyncHandler(redis=redis_url) as one, AsyncHandler(redis=redis_url) as two:
        await one.get(unique_url)
        await new_keys(redis_url, before)
        response = await two.get(unique_url)

        assert (response.cache.outcome, response.json(), response.attempts) == ("hit", {"n": 1}, 0)
        assert (await two.get(unique_url)).cache.outcome == "hit"
        assert origin.count == 1
        assert two.stats().hits == 2


async def test_keys_are_opaque_and_expire(unique_url, redis_url):
    """Keys in Redis are digests with a time to live."""
    before = await keys(redis_url)
    async with AsyncHandler(redis=redis_url, ttl=300.0) as http:
        await http.get(f"{unique_url}?token=s3cret")
        (key,) = await new_keys(redis_url, before)

        assert "s3cret" not in key
        assert "127.0.0.1" not in key
        async with Redis.from_url(redis_url) as client:
            assert 0 < await client.pttl(key) <= 300_000


async def test_stale_response_of_another_worker_is_revalidated(origin, unique_url, redis_url, clock):
    """Redis keeps a stale response for the sake of its validators."""
    origin.respond_with(
        web.Response(body=b"body", headers={"ETag": '"1"', "Cache-Control": "max-age=10"}),
        web.Response(status=304),
    )
    before = await keys(redis_url)
    async with AsyncHandler(redis=redis_url, now=clock) as one:
        await one.get(unique_url)
        await new_keys(redis_url, before)
    clock.advance(20.0)
    async with AsyncHandler(redis=redis_url, now=clock) as two:
        response = await two.get(unique_url)

        assert (response.cache.outcome, response.body) == ("revalidated", b"body")


async def test_undecodable_bytes_are_preserved(raw_server, redis_url):
    """In bodies and in header values."""

    async def script(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX: \xff\r\n\r\n\xfe")
        await writer.drain()

    url, before = await raw_server(script), await keys(redis_url)
    async with AsyncHandler(redis=redis_url) as one, AsyncHandler(redis=redis_url) as two:
        first = await one.get(url)
        await new_keys(redis_url, before)
        second = await two.get(url)

        assert (second.cache.outcome, second.body, second.headers["X"]) == ("hit", b"\xfe", first.headers["X"])


async def test_variants_are_shared(origin, unique_url, redis_url):
    """Each worker serves the variant that its caller's headers select."""

    async def respond(request):
        return web.Response(text=request.headers["A"], headers={"Vary": "A", "Cache-Control": "max-age=60"})

    origin.handler = respond
    before = await keys(redis_url)
    async with AsyncHandler(redis=redis_url) as one, AsyncHandler(redis=redis_url) as two:
        await one.get(unique_url, headers={"A": "1"})
        await one.get(unique_url, headers={"A": "2"})
        await new_keys(redis_url, before)
        await wait_until(lambda: not one._cache_controller._background_tasks)

        assert [(await two.get(unique_url, headers={"A": a})).text() for a in ("2", "1")] == ["2", "1"]
        assert origin.count == 2


async def test_default_ttl_serves_nobody_else_from_redis(origin, unique_url, redis_url):
    """Responses to an API key and to anonymous callers are kept apart, also those of `negative_ttl`."""

    async def respond(request):
        return web.Response(status=404, text=request.headers.get("X-Api-Key", "nobody"))

    origin.handler = respond
    rules, before = CacheRules(negative_ttl=60.0), await keys(redis_url)
    async with AsyncHandler(redis=redis_url, cache=rules) as one, AsyncHandler(redis=redis_url, cache=rules) as two:
        await one.get(unique_url)
        await new_keys(redis_url, before)
        assert (await two.get(unique_url, headers={"X-Api-Key": "ana"})).text() == "ana"
        assert (await two.get(unique_url)).text() == "nobody"
        await one.get(f"{unique_url}/own", headers={"X-Api-Key": "ana"}, ttl=60.0)
        await wait_until(lambda: not one._cache_controller._background_tasks)
        own = await two.get(f"{unique_url}/own", headers={"X-Api-Key": "ana"}, ttl=60.0)
        assert (own.text(), own.cache.outcome) == ("ana", "hit")
        assert (await two.get(f"{unique_url}/own")).text() == "nobody"


async def test_handlers_with_different_guards_share_nothing(origin, unique_url, redis_url):
    """A response that one handler may fetch is no hit for another that may not; equal guards share theirs."""
    url, allowed = unique_url.replace("127.0.0.1", "localhost"), ("127.0.0.0/8", "::1/128")
    async with AsyncHandler(redis=redis_url) as unguarded:
        await unguarded.get(url)
        await wait_until(lambda: not unguarded._cache_controller._background_tasks)
    async with AsyncHandler(redis=redis_url, guard=Guard(ports=None, allow=allowed)) as one:
        assert (await one.get(url)).cache.outcome == "miss"
        await wait_until(lambda: not one._cache_controller._background_tasks)
    async with AsyncHandler(redis=redis_url, guard=Guard(ports=None, allow=allowed)) as same:
        assert (await same.get(url)).cache.outcome == "hit"
    for guard in (Guard(ports=None), Guard(ports=None, allow=allowed, deny=allowed)):
        async with AsyncHandler(redis=redis_url, guard=guard) as strict:
            with pytest.raises(BlockedAddressError):
                await strict.get(url)


async def test_clearing_leaves_the_responses_of_other_guards(unique_url, redis_url):
    """`clear_cache` removes what the handler itself could serve."""
    guard = Guard(ports=None, allow=("127.0.0.0/8",))
    async with AsyncHandler(redis=redis_url, guard=guard) as guarded, AsyncHandler(redis=redis_url) as unguarded:
        await guarded.get(unique_url)
        await wait_until(lambda: not guarded._cache_controller._background_tasks)
        await unguarded.clear_cache()
        async with AsyncHandler(redis=redis_url, guard=guard) as other:
            assert (await other.get(unique_url)).cache.outcome == "hit"
            assert await other.clear_cache(url=unique_url) == 1


async def test_private_cache_stays_in_memory(origin, unique_url, redis_url):
    """A handler of one user neither publishes its responses nor reads those of others."""

    async def respond(request):
        user = request.headers.get("Authorization", "anonymous")
        return web.Response(text=user, headers={"Cache-Control": "public, max-age=60"})

    origin.handler = respond
    for user in ("ana", "ben"):
        options = {"headers": {"Authorization": user}, "cache": CacheRules(shared=False)}
        async with AsyncHandler(redis=redis_url, **options) as http:
            assert (await http.get(unique_url)).text() == user
            assert (await http.get(unique_url)).cache.outcome == "hit"
            await wait_until(lambda: not http._cache_controller._background_tasks)
    async with AsyncHandler(redis=redis_url) as shared:
        assert (await shared.get(unique_url)).text() == "anonymous"
        await wait_until(lambda: not shared._cache_controller._background_tasks)
    async with AsyncHandler(redis=redis_url, cache=CacheRules(shared=False)) as private:
        assert (await private.get(unique_url)).cache.outcome == "miss"
    with pytest.raises(ConfigurationError, match="redis"):
        AsyncHandler(redis="http://nonsense", cache=CacheRules(shared=False))


async def test_clearing_removes_keys_from_redis(origin, unique_url, redis_url):
    """By URL, by host and all; an unsafe request too."""
    before = await keys(redis_url)
    async with AsyncHandler(redis=redis_url) as http:
        for clear in (
            lambda: http.clear_cache(url=unique_url),
            lambda: http.clear_cache(host="127.0.0.1"),
            http.clear_cache,
            lambda: http.post(unique_url, headers={"A": "b"}),
        ):
            await http.get(unique_url)
            await new_keys(redis_url, before)
            await clear()
            assert await keys(redis_url) - before == set()
        await http.get(unique_url)
        await new_keys(redis_url, before)
        assert await http.clear_cache(host="other.example") == 0
    async with AsyncHandler(redis=redis_url) as http:
        assert await http.clear_cache(host="127.0.0.1") >= 1  # stored in Redis only


async def test_only_if_cached_looks_in_redis(unique_url, redis_url):
    """504 only if neither memory nor Redis has a response."""
    before = await keys(redis_url)
    async with AsyncHandler(redis=redis_url) as one, AsyncHandler(redis=redis_url) as two:
        assert (await two.get(unique_url, cache="only-if-cached")).status == 504
        await one.get(unique_url)
        await new_keys(redis_url, before)
        assert (await two.get(unique_url, cache="only-if-cached")).status == 200


async def test_invalid_data_in_redis_is_a_miss(unique_url, redis_url):
    """Another version, or not a record at all."""
    async with AsyncHandler(redis=redis_url) as http, Redis.from_url(redis_url) as client:
        key = f"asyncassist:http:{shared_cache_key('127.0.0.1', unique_url)}"
        for value in (b"garbage", b"", b"\x91\x92\x63\xa1x"):
            await client.set(key, value, px=10_000)
            assert (await http.get(unique_url)).cache.outcome == "miss"
            await http.clear_cache()


async def test_unavailable_redis_does_not_fail_requests(origin, unique_url, valkey, caplog):
    """Responses are fetched and cached in memory; health warns, and the log does so once."""
    async with AsyncHandler(redis=valkey.url) as http:
        await http.get(unique_url)
        valkey.kill()
        for n in range(3):
            assert (await http.get(f"{unique_url}/{n}")).status == 200
        await wait_until(lambda: not http._cache_controller._background_tasks)
        assert (await http.health()).status == "warn"
        assert sum("is degraded" in line for line in caplog.messages) == 1
        assert await http.clear_cache() == 4


async def test_external_redis_client_stays_open(unique_url, redis_url):
    """Also one with `decode_responses`."""
    before = await keys(redis_url)
    async with Redis.from_url(redis_url, decode_responses=True) as client:
        await client.ping()  # redis-py reads its own version from disk when it connects
        async with AsyncHandler(redis=client) as one, AsyncHandler(redis=client) as two:
            await one.get(unique_url)
            await new_keys(redis_url, before)
            assert (await two.get(unique_url)).cache.outcome == "hit"
        assert await client.ping()


async def test_unusable_response_is_not_published(unique_url, redis_url):
    """A response that is stale at once, with ttl=0, is not written to Redis."""
    before = await keys(redis_url)
    async with AsyncHandler(redis=redis_url, ttl=0.0) as http:
        await http.get(unique_url)
        await wait_until(lambda: not http._cache_controller._background_tasks)

        assert await keys(redis_url) == before


@pytest.fixture
async def two_workers(redis_url, clock):
    """Two handlers by one clock on one Redis."""
    async with AsyncHandler(redis=redis_url, now=clock) as one, AsyncHandler(redis=redis_url, now=clock) as two:
        yield one, two


async def fetch_in_both(workers, url, redis_url):
    """Let both workers hold the response in memory, and return the body."""
    one, two = workers
    before = await keys(redis_url)
    await one.get(url)
    await new_keys(redis_url, before)
    await wait_until(lambda: not one._cache_controller._background_tasks)
    assert (await two.get(url)).cache.outcome == "hit"


@pytest.fixture
async def two_holders(two_workers, unique_url, redis_url):
    """Two handlers that both hold the response of the unique URL in memory."""
    await fetch_in_both(two_workers, unique_url, redis_url)
    return two_workers


@pytest.mark.parametrize("scope", ["url", "host", "all"])
async def test_cleared_response_leaves_the_memory_of_other_workers(origin, unique_url, two_holders, clock, scope):
    """At their first request a second later, however the response was cleared."""
    one, two = two_holders

    await one.clear_cache(**{"url": {"url": unique_url}, "host": {"host": "127.0.0.1"}, "all": {}}[scope])
    clock.advance(1.0)
    outcomes = [response.cache.outcome for response in await two.gather([unique_url] * 3)]

    assert sorted(outcomes) == ["coalesced", "coalesced", "miss"]
    assert origin.count == 2


async def test_unsafe_request_leaves_no_response_in_the_memory_of_other_workers(origin, unique_url, two_holders, clock):
    """A POST of one worker invalidates what the others hold of its URL (RFC 9111 section 4.4)."""
    one, two = two_holders

    await one.post(unique_url)
    clock.advance(1.0)

    assert (await two.get(unique_url, headers={"Accept": "*/*"})).cache.outcome == "miss"
    assert origin.count == 3


async def test_other_responses_come_back_from_redis(origin, unique_url, two_holders, clock):
    """What was not cleared is no request to the origin: the memory is filled from Redis again."""
    one, two = two_holders

    await one.clear_cache(url=f"{unique_url}/other")
    clock.advance(1.0)
    outcomes = [(await each.get(unique_url)).cache.outcome for each in (one, two, one, two)]

    assert outcomes == ["hit"] * 4
    assert origin.count == 1


async def test_response_in_flight_at_another_worker_is_not_stored(origin, unique_url, redis_url, two_workers, clock):
    """A worker that fetches while another one clears stores the response neither in memory nor in Redis."""
    one, two = two_workers
    await fetch_in_both(two_workers, f"{unique_url}/first", redis_url)
    origin.release = asyncio.Event()
    fetch = asyncio.create_task(two.get(unique_url))
    await wait_until(lambda: origin.count == 2)
    before = await keys(redis_url)

    await one.clear_cache(url=unique_url)
    clock.advance(1.0)
    assert (await two.get(f"{unique_url}/first")).cache.outcome == "hit"
    origin.release.set()
    await fetch
    await wait_until(lambda: not two._cache_controller._background_tasks)

    assert not await keys(redis_url) - before
    assert (await two.get(unique_url)).cache.outcome == "miss"


async def test_outdated_response_does_not_come_back_to_redis(origin, unique_url, redis_url, two_workers, clock):
    """A worker that does not know yet that a response was cleared publishes no other variant together with it."""

    async def respond(request):
        return web.Response(text=request.headers["A"], headers={"Vary": "A", "Cache-Control": "max-age=60"})

    origin.handler = respond
    one, two = two_workers
    before = await keys(redis_url)
    await two.get(unique_url, headers={"A": "1"})
    await new_keys(redis_url, before)
    await one.clear_cache(url=unique_url)

    await two.get(unique_url, headers={"A": "2"})
    await wait_until(lambda: not two._cache_controller._background_tasks)

    assert (await one.get(unique_url, headers={"A": "1"})).cache.outcome == "miss"


async def test_number_of_cleared_responses_counts_responses_only(redis_url, unique_url):
    """Clearing twice clears nothing the second time."""
    async with AsyncHandler(redis=redis_url) as http:
        await http.clear_cache()
        assert await http.clear_cache() == 0
