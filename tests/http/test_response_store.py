"""Bounds, eviction and removal of stored responses."""

from __future__ import annotations

import msgspec
import pytest
from aiohttp import web

from asyncassist import AsyncHandler, CacheRules
from asyncassist._cache import FailSafeBackend
from asyncassist._http.prepared_request import resolve_url
from asyncassist._http.response_store import ResponseStore, head_key, shared_cache_key
from asyncassist.errors import InvalidInputError
from tests.http.builders import NOW, fields, stored


async def test_memory_is_bounded_by_entries_and_bytes(origin):
    """The least recently used entry is evicted; a response larger than `max_entry_bytes` is not stored."""
    origin.respond(body="x" * 10_000, cache_control="max-age=60")
    async with AsyncHandler(base_url=origin.url, max_entries=3) as http:
        for n in (1, 2, 3, 1, 4):
            await http.get(f"/{n}")
        statuses = [(await http.get(f"/{n}", cache="only-if-cached")).status for n in (1, 2, 3, 4)]
        assert statuses == [200, 504, 200, 200]
        assert (http.stats().entries, http.stats().evictions) == (3, 1)
    async with AsyncHandler(base_url=origin.url, max_bytes=35_000) as http:
        for n in range(20):
            await http.get(f"/{n}")
        assert http.stats().entries == 3
        assert http.stats().bytes <= 35_000
    async with AsyncHandler(base_url=origin.url, cache=CacheRules(max_entry_bytes=5_000)) as http:
        await http.get("/1")
        assert http.stats().entries == 0


async def test_variants_of_one_url_are_bounded(origin):
    """By number and by bytes, so that one URL cannot evict all others."""

    async def respond(request):
        return web.Response(body=b"x" * 10_000, headers={"Vary": "A", "Cache-Control": "max-age=60"})

    origin.handler = respond
    async with AsyncHandler(max_bytes=45_000) as http:
        for n in range(6):
            await http.get(origin.url, headers={"A": str(n)})
        assert http.stats().bytes <= 45_000
    async with AsyncHandler() as http:
        for n in range(30):
            await http.get(origin.url, headers={"A": str(n)})
        assert http.stats().entries == 16


async def test_clear_by_url_by_host_and_all(origin):
    """`clear_cache` returns the number of invalidated entries; `url` and `host` exclude each other."""
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


# -- the store itself ----------------------------------------------------------------------------------------------

TARGET = resolve_url("http://a.example/", None)


class DictBackend:
    """Shared cache in a dict."""

    def __init__(self):
        self.values = {}
        self.ttls = {}

    async def get(self, key):
        return self.values.get(key)

    async def set(self, key, value, *, ttl):
        self.values[key], self.ttls[key] = value, ttl

    async def delete(self, *keys):
        return sum(self.values.pop(key, None) is not None for key in keys)

    async def clear(self, prefix=""):
        keys = [key for key in self.values if key.startswith(prefix)]
        return await self.delete(*keys)


def store(backend=None, *, monotonic=0.0, wall=NOW, max_bytes=1 << 20):
    shared = None if backend is None else FailSafeBackend(backend, name="the shared cache", now=lambda: monotonic)
    return ResponseStore(
        max_entries=10, max_bytes=max_bytes, shared_cache=shared, now=lambda: monotonic, clock=lambda: wall
    )


def variant(language, **options):
    return stored(vary=(("accept-language", f"{language};q=1"),), cache_control="max-age=60", **options)


def test_newest_selected_variant_is_found():
    """RFC 9111 section 4: of several selected responses the most recent one; a replaced one is gone."""
    responses = store()
    old, new, replacement = variant("en"), variant("de", generated_at=NOW + 5), variant("en", generated_at=NOW + 1)
    everywhere = stored(cache_control="max-age=60", generated_at=NOW - 5)

    for one in (old, new, everywhere, replacement):
        assert responses.store("k", one)

    assert responses.find_variant("k", fields(accept_language="en")) is replacement
    assert responses.find_variant("k", fields(accept_language="de")) is new
    assert responses.find_variant("k", fields(accept_language="fr")) is everywhere
    assert responses.find_variant("other", fields()) is None


def test_one_variant_is_removed():
    """The other variants of the URL stay."""
    responses = store()
    english, german = variant("en"), variant("de")
    responses.store("k", english)
    responses.store("k", german)

    responses.remove("k", english)
    responses.remove("other", english)

    assert responses.find_variant("k", fields(accept_language="en")) is None
    assert responses.find_variant("k", fields(accept_language="de")) is german
    responses.remove("k", german)
    assert len(responses.cache) == 0


def test_response_larger_than_the_cache_is_refused():
    """`store` returns False."""
    assert not store(max_bytes=100).store("k", stored(cache_control="max-age=60"))


async def test_published_variants_are_loaded_by_another_store():
    """All fields survive, and the resident time is taken from the wall clock."""
    backend = DictBackend()
    first = store(backend)
    original = variant("en", etag='"a"', x="\udcff", cost=0.5)
    first.store(TARGET.key, original)
    await first.publish(TARGET, TARGET.key, None)

    second = store(backend, monotonic=1000.0, wall=NOW + 20)
    loaded = await second.load_shared(TARGET, TARGET.key, fields(accept_language="en"))

    assert loaded.age(1000.0) == 20.0
    for name in ("method", "status", "reason", "headers", "body", "url", "vary", "date", "freshness", "cost", "size"):
        assert getattr(loaded, name) == getattr(original, name), name
    assert second.find_variant(TARGET.key, fields(accept_language="en")) is loaded


async def test_wall_clock_behind_the_writers_makes_no_negative_age():
    """Clocks of workers differ: the resident time is at least 0."""
    backend = DictBackend()
    first = store(backend)
    first.store(TARGET.key, stored(cache_control="max-age=60"))
    await first.publish(TARGET, TARGET.key, None)

    loaded = await store(backend, wall=NOW - 30).load_shared(TARGET, TARGET.key, fields())

    assert loaded.age(0.0) == 0.0


@pytest.mark.parametrize(
    ("headers", "ttl", "retention"),
    [
        ({"cache_control": "max-age=60"}, None, 60),
        ({}, 30.0, 30),
        ({"cache_control": "max-age=60, stale-while-revalidate=10, stale-if-error=20"}, None, 80),
        ({"cache_control": "max-age=60, stale-if-error=20, must-revalidate"}, None, 60),
        ({"cache_control": "max-age=60", "etag": '"a"'}, None, 3660),
    ],
)
async def test_published_response_expires_when_it_is_of_no_more_use(headers, ttl, retention):
    """After its freshness, its stale windows and, with validators, another hour."""
    backend = DictBackend()
    responses = store(backend)
    responses.store(TARGET.key, stored(**headers))

    await responses.publish(TARGET, TARGET.key, ttl)

    assert list(backend.ttls.values()) == [retention]


async def test_record_of_another_version_is_ignored():
    """Workers of different releases share a Redis."""
    backend = DictBackend()
    responses = store(backend)
    responses.store(TARGET.key, stored(cache_control="max-age=60"))
    await responses.publish(TARGET, TARGET.key, None)
    (key,) = backend.values
    record = msgspec.msgpack.decode(backend.values[key])
    record[0] += 1
    backend.values[key] = msgspec.msgpack.encode(record)

    assert await store(backend).load_shared(TARGET, TARGET.key, fields()) is None


async def test_store_without_shared_cache_loads_and_publishes_nothing():
    """Both are no-ops."""
    responses = store()
    responses.store(TARGET.key, stored(cache_control="max-age=60"))

    await responses.publish(TARGET, TARGET.key, None)

    assert await responses.load_shared(TARGET, "other", fields()) is None


async def test_invalidation_covers_get_and_head_in_both_caches():
    """The count is that of the memory."""
    backend = DictBackend()
    responses = store(backend)
    for key in (TARGET.key, head_key(TARGET.key)):
        responses.store(key, stored(cache_control="max-age=60"))
        await responses.publish(TARGET, key, None)
    assert len(backend.values) == 2

    assert await responses.invalidate(TARGET) == 2

    assert (len(responses.cache), list(backend.values)) == (0, ["generation"])


async def test_only_explicit_invalidation_of_nothing_starts_a_generation():
    """An unsafe request to a URL of which nothing is stored does not empty the memory of all workers."""
    responses = store(DictBackend())

    await responses.invalidate(TARGET, explicit=False)
    assert not await responses.is_outdated()
    await responses.invalidate(TARGET)
    assert [await responses.is_outdated() for _ in range(2)] == [True, False]


async def test_clear_by_host_removes_the_keys_of_that_host_only():
    """Keys in the shared cache are digests that share a prefix for each host."""
    backend = DictBackend()
    responses = store(backend)
    backend.values = {shared_cache_key(host, f"http://{host}/{n}"): b"" for host in ("a.example", "b") for n in (1, 2)}

    assert await responses.clear(host="a.example") == 2

    assert len(backend.values.keys() - {"generation"}) == 2
    assert await responses.clear() == 2
    assert not any("example" in key for key in (shared_cache_key("a.example", "http://a.example/"),))
