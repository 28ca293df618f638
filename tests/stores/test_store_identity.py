"""Store identity: one text for all spellings and clients of a store, another for every other store."""

from __future__ import annotations

import pytest
import redis.asyncio as aioredis
from redis.asyncio.sentinel import Sentinel

from asyncassist._redis_client import parse_url
from asyncassist._stores.store_identity import postgres_identity, redis_identity


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("redis://:secret@LOCALHOST", "127.0.0.1:6379/0"),
        ("rediss://user:secret@cache.example:7000/3", "cache.example:7000/3"),
        ("redis://cache.example/3?db=4", "cache.example:6379/4"),
        ("redis://[::1]:7000", "::1:7000/0"),
        ("unix:///run/redis.sock?db=2", "unix:/run/redis.sock/2"),
        ("redis+sentinel://:secret@b:1,a/main/5", "sentinel:a:26379,b:1/main/5"),
        ("redis+cluster://b,a:7001", "cluster:a:7001,b:6379"),
    ],
)
def test_the_identity_of_an_address_has_server_database_and_prefix(url, server):
    """Credentials are no part of it."""
    assert redis_identity(parse_url("redis", url), "shop:") == f"redis {server} shop:"


async def test_a_client_and_its_url_have_the_same_identity():
    """Processes may share a journal folder however each of them connects."""
    for url in ("redis://localhost/3", "redis://cache.example:7000", "unix:///run/redis.sock?db=2"):
        client = aioredis.Redis.from_url(url)
        assert redis_identity(client, "p:") == redis_identity(parse_url("redis", url), "p:")
        await client.aclose()
    sentinel = Sentinel([("b", 1), ("a", 26379)], db=5)
    client = sentinel.master_for("main")
    assert redis_identity(client, "p:") == redis_identity(parse_url("redis", "redis+sentinel://a,b:1/main/5"), "p:")
    cluster = aioredis.RedisCluster.from_url("redis://a:7001")
    assert redis_identity(cluster, "p:") == redis_identity(parse_url("redis", "redis+cluster://a:7001"), "p:")


@pytest.mark.parametrize(
    ("url", "identity"),
    [
        ("postgresql://app:secret@DB.example/shop", "postgres db.example:5432/shop"),
        ("postgres://app:secret@a:5433,b/shop", "postgres a:5433,b:5432/shop"),
        ("postgres://app@db.example", "postgres db.example:5432/app"),
        ("postgres:///shop?host=/run/postgresql", "postgres /run/postgresql:5432/shop"),
        ("postgres://localhost/?dbname=shop&user=x", "postgres 127.0.0.1:5432/shop"),
    ],
)
def test_the_identity_of_a_database_has_server_and_database(url, identity):
    """The prefix of Redis keys and credentials are no part of it."""
    assert postgres_identity(url, "p:") == identity


def test_the_prefix_distinguishes_pools():
    """A pool does not tell its database."""
    assert postgres_identity(object(), "shop:") != postgres_identity(object(), "crm:")
