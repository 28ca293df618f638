"""Compare-and-swap of a service's state in every kind of Redis, and while there is none."""

from __future__ import annotations

import time
import uuid

import pytest
from redis.asyncio import Redis

from asyncassist._shared_pacing import PREFIX, SharedPacing, pacing_key


@pytest.fixture
def key():
    """Key of a service that no other test uses."""
    return pacing_key(uuid.uuid4().hex)


async def test_first_of_two_workers_wins(any_redis, key):
    """The other one gets the state that it did not expect."""
    async with SharedPacing(any_redis, now=time.monotonic) as one, SharedPacing(any_redis, now=time.monotonic) as two:
        assert (await one.swap(key, "", None, ""))[:3] == (False, "", "")
        assert (await one.swap(key, "", "state 1", "v1"))[:3] == (True, "v1", "")
        assert (await two.swap(key, "", "state 2", "v2"))[:3] == (False, "v1", "state 1")
        assert (await two.swap(key, "v1", "state 2", "v2"))[:3] == (True, "v2", "")

        read = await one.swap(key, "v2", None, "")
        assert read[:3] == (False, "v2", "")
        assert abs(read.time - time.time()) < 5.0


async def test_client_that_decodes_or_not(redis_url, key):
    """Responses of the caller's client may be text or bytes; the key expires."""
    async with Redis.from_url(redis_url, decode_responses=True) as client:
        await client.ping()
        async with SharedPacing(client, now=time.monotonic) as shared:
            await shared.swap(key, "", '["ä"]', "v1")
            assert (await shared.swap(key, "", None, ""))[:3] == (False, "v1", '["ä"]')
        assert 31 * 86400 < await client.ttl(key) <= 32 * 86400


async def test_outage_is_tried_again_after_a_second(valkey, key, clock):
    """Meanwhile no call waits for it."""
    async with SharedPacing(valkey.url, now=clock) as shared:
        valkey.kill()
        assert shared.is_available
        assert await shared.swap(key, "", "state", "v1") is None

        assert not shared.is_available
        clock.advance(1.0)
        assert shared.is_available

        valkey.start()
        assert (await shared.swap(key, "", "state", "v1")).done
        assert not shared.degradation


def test_key_tells_neither_host_nor_credentials():
    """Keys are digests; other facts give other keys."""
    one, two = pacing_key("https://a.example", "s3cret"), pacing_key("https://a.example", None)

    assert one != two
    assert one.startswith(PREFIX)
    assert "example" not in one
    assert "s3cret" not in one


class _FaultyClient(Redis):
    """Client with a fault of its own."""

    async def eval(self, *arguments):
        raise RuntimeError("a fault")


async def test_fault_of_a_client_is_no_outage(redis_url, key):
    """It is raised, and Redis counts as available."""
    async with _FaultyClient.from_url(redis_url) as client, SharedPacing(client, now=time.monotonic) as shared:
        with pytest.raises(RuntimeError, match="a fault"):
            await shared.swap(key, "", None, "")
        assert shared.is_available
