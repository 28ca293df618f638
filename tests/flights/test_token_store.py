"""The token store: claims, expiry and degradation."""

from __future__ import annotations

import uuid

import pytest
from redis.asyncio import Redis

from asyncassist.errors import ConfigurationError
from asyncassist.flights.token_store import TokenStore, check_store

UNREACHABLE = "redis://127.0.0.1:1/0"


class DictBackend:
    """A cache backend in memory."""

    def __init__(self):
        self.values: dict[str, bytes] = {}

    async def get(self, key):
        return self.values.get(key)

    async def set(self, key, value, *, ttl):
        self.values[key] = value

    async def delete(self, *keys):
        return len([self.values.pop(key, None) for key in keys])

    async def clear(self):
        self.values.clear()


@pytest.fixture
async def stores(redis_url, clock):
    """The stores of two workers on one Redis."""
    both = TokenStore(redis_url, clock), TokenStore(redis_url, clock)
    yield both
    for store in both:
        await store.aclose()


@pytest.fixture
def key():
    """A key that no other test uses."""
    return uuid.uuid4().hex


async def test_workers_share_stored_bytes(stores, key):
    """Bytes stored by one worker are returned to the other; an unknown key gives None."""
    first, second = stores

    await first.set(key, b"\x00token", ttl=60.0)

    assert await second.get(key) == b"\x00token"
    assert await second.get(key + "x") is None


async def test_one_worker_at_a_time_holds_the_claim(stores, key):
    """A claim excludes others until it is released; claims of other keys are independent."""
    first, second = stores

    assert await first.claim(key, 60.0)
    assert not await second.claim(key, 60.0)
    assert await second.claim(key + "x", 60.0)
    await first.release_claim(key)
    assert await second.claim(key, 60.0)

    await second.release_claim(key)
    await second.release_claim(key + "x")


async def test_claims_expire(stores, key, redis_url):
    """A worker that dies with the claim delays the others only until the claim expires."""
    await stores[0].claim(key, 60.0)

    async with Redis.from_url(redis_url) as client:
        assert 0 < await client.pttl(f"asyncassist:token:{key}:claim") <= 60_000
    await stores[0].release_claim(key)


async def test_an_unreachable_store_grants_every_claim(clock, caplog):
    """Each worker requests a token of its own; the degradation is logged once."""
    store = TokenStore(UNREACHABLE, clock)

    assert await store.claim("k", 1.0)
    await store.set("k", b"x", ttl=1.0)
    assert await store.get("k") is None
    assert await store.claim("k", 1.0)
    await store.release_claim("k")
    await store.aclose()

    assert caplog.text.count("the token store is degraded") == 1


async def test_a_backend_without_claims_grants_every_claim(clock):
    """Any cache backend will do; workers may then request tokens at a time."""
    backend = DictBackend()
    store = TokenStore(backend, clock)

    assert await store.claim("k", 60.0)
    assert await store.claim("k", 60.0)
    await store.set("k", b"x", ttl=60.0)
    await store.release_claim("k")
    assert await store.get("k") == b"x"
    await store.aclose()
    assert backend.values == {"k": b"x"}


async def test_a_client_passed_in_stays_open(redis_url, clock, key):
    """Closing the store closes only connections that it opened."""
    async with Redis.from_url(redis_url) as client:
        store = TokenStore(client, clock)
        assert await store.claim(key, 60.0)
        await store.release_claim(key)
        await store.aclose()

        assert await client.ping()


@pytest.mark.parametrize("store", ["http://x", object(), 5, None], ids=range(4))
def test_values_that_are_no_store_are_rejected(store):
    """The error names the argument."""
    with pytest.raises(ConfigurationError) as caught:
        check_store(store)

    assert caught.value.field == "store"


def test_urls_clients_and_backends_are_stores():
    """Nothing is opened by the check."""
    for store in (UNREACHABLE, Redis.from_url(UNREACHABLE), DictBackend()):
        check_store(store)
