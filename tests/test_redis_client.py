"""Redis clients: URLs of single servers, Sentinel and Cluster; clients and resources made from them."""

from __future__ import annotations

import contextlib
import uuid

import pytest
import redis
from redis.asyncio import Redis, RedisCluster

from asyncassist import AsyncFlightClient, AsyncHandler, AsyncNLPEngine, AsyncStateManager, CachedChatbot
from asyncassist._redis_client import (
    _MAX_CONCURRENCY,
    RedisResource,
    close_clients,
    create_client,
    escape_pattern,
    parse_redis,
    parse_url,
)
from asyncassist.errors import ConfigurationError
from asyncassist.flights import OAuth2ClientCredentials, SandboxProvider


@pytest.mark.parametrize("url", ["redis://h:1/2", "rediss://:p@h", "unix:///tmp/redis.sock?db=1"])
def test_url_of_a_single_server_is_passed_on_unchanged(url):
    """redis-py parses it itself."""
    address = parse_url("redis", url)

    assert (address.kind, address.url, address.nodes, address.options) == ("plain", url, (), {})


def test_sentinel_url_has_nodes_service_and_database():
    """Nodes without a port have that of Sentinel; credentials are percent-decoded."""
    address = parse_url("redis", "redis+sentinel://us%40er:p%2Fw@a:1,b,[::1]:3/main/2")

    assert (address.kind, address.service) == ("sentinel", "main")
    assert address.nodes == (("a", 1), ("b", 26379), ("::1", 3))
    assert address.options == {"username": "us@er", "password": "p/w", "db": 2}
    assert parse_url("redis", "redis+sentinel://a/main").options == {"db": 0}


def test_cluster_url_has_nodes_and_tls():
    """Nodes without a port have that of Redis; `rediss` turns TLS on."""
    address = parse_url("redis", "rediss+cluster://a,b:7000/0")

    assert (address.kind, address.nodes) == ("cluster", (("a", 6379), ("b", 7000)))
    assert address.options == {"ssl": True}


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://h", "must be a URL of redis://"),
        ("redis://", "must be a URL of redis://"),
        ("redis://h/main", "must have a valid port and end with a database number or nothing"),
        ("redis://h:0", "must have a valid port and end with a database number or nothing"),
        ("redis://h:port", "has an invalid host or port"),
        ("redis+sentinel://h:port/main", "has an invalid host or port"),
        ("redis+sentinel://h", "must be redis+sentinel://host:port,host:port/service/database"),
        ("redis+sentinel://h/main/one", "must be redis+sentinel://host:port,host:port/service/database"),
        ("redis+sentinel://a,,b/main", "must name hosts"),
        ("redis+cluster://h/1", "a cluster has only database 0"),
    ],
)
def test_error_of_an_unsupported_url_says_what_is_wrong(url, problem):
    """And names the argument."""
    with pytest.raises(ConfigurationError) as caught:
        parse_url("cache", url)

    assert caught.value.field == "cache"
    assert caught.value.problem.startswith(problem)


@pytest.mark.parametrize("base", ["rediss+sentinel://h:1/main", "rediss+cluster://h:1"])
def test_query_options_are_applied_or_refused(base):
    """A supported option reaches the connections; an unsupported one is refused, and the error has no value of it."""
    assert parse_url("redis", f"{base}?ssl_ca_certs=/ca.pem&client_name=me").options["ssl_ca_certs"] == "/ca.pem"
    with pytest.raises(ConfigurationError, match="'token'") as caught:
        parse_url("redis", f"{base}?token=hunter2")
    assert "hunter2" not in str(caught.value)


def test_address_does_not_show_the_password():
    """Its repr is the default one, without fields."""
    assert "hunter2" not in repr(parse_url("redis", "redis://:hunter2@h"))


async def test_client_of_an_address_executes_commands(any_redis):
    """On a single server, behind Sentinel and on a cluster; closing it leaves no connection open."""
    key = f"test:{uuid.uuid4().hex}"
    client, extras = await create_client(parse_url("redis", any_redis), max_connections=2, timeout=20.0)

    await client.set(key, b"x", ex=60)

    assert await client.get(key) == b"x"
    await close_clients((client, *extras))


async def test_closing_continues_after_an_error():
    """A client that cannot be closed does not stop the others from being closed."""
    closed = []

    class Client:
        def __init__(self, error=None):
            self.error = error

        async def aclose(self):
            closed.append(self)
            if self.error:
                raise self.error

    clients = [Client(OSError("connection lost")), Client()]

    await close_clients(clients)

    assert closed == clients


async def test_waiting_for_a_free_slot_counts_against_the_timeout(redis_url):
    """With all slots in use the next caller gets TimeoutError; once one is free it gets the client."""
    async with (
        Redis.from_url(redis_url) as client,
        RedisResource(client, timeout=20.0) as resource,
        contextlib.AsyncExitStack() as slots,
    ):
        for _ in range(_MAX_CONCURRENCY):
            await slots.enter_async_context(resource._acquire_client())

        resource._timeout = 0.01
        with pytest.raises(TimeoutError):
            async with resource._acquire_client():
                pytest.fail("a slot was free")

        resource._timeout = 20.0
        await slots.aclose()
        async with resource._acquire_client() as acquired:
            assert acquired is client


def test_special_characters_of_patterns_are_escaped():
    """A prefix that holds `*`, `?`, brackets, a caret or a backslash matches itself only."""
    assert escape_pattern("a*b?[c]^\\") == "a\\*b\\?\\[c\\]\\^\\\\"


@pytest.mark.parametrize(
    "client",
    [redis.Redis(), redis.Redis().pipeline(), object(), b"redis://a", 5],
    ids=lambda client: type(client).__name__,
)
@pytest.mark.parametrize(
    ("field", "build"),
    [
        ("redis", lambda client: AsyncStateManager(redis=client)),
        ("redis", lambda client: AsyncHandler(redis=client)),
        ("redis", lambda client: AsyncNLPEngine(redis=client)),
        ("redis", lambda client: CachedChatbot(model="m", redis=client)),
        ("redis", lambda client: AsyncFlightClient(providers=[SandboxProvider()], redis=client)),
        ("store", lambda client: OAuth2ClientCredentials("https://h/t", "i", "s", store=client)),
    ],
    ids=["state", "handler", "nlp", "chat", "flights", "oauth"],
)
def test_a_client_that_cannot_be_awaited_is_refused_at_construction(field, build, client):
    """A synchronous client or any other object is a mistake of the caller's, not an outage at the first call."""
    with pytest.raises(ConfigurationError) as caught:
        build(client)

    assert caught.value.field == field


def test_clients_of_redis_asyncio_are_accepted():
    """Clients of one server and of a cluster are returned as they are; a URL is parsed."""
    single, cluster = Redis(), RedisCluster(host="h")

    assert parse_redis("redis", single) is single
    assert parse_redis("redis", cluster) is cluster
    assert parse_redis("redis", None) is None
    assert parse_redis("redis", "redis://h").kind == "plain"
