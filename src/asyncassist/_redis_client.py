"""The door to Redis: URLs and clients of one server, of sentinels and of a cluster, and a bound on waiting for them."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from asyncassist._lifecycle import Resource, import_in_thread
from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from redis.asyncio import Redis

_SCHEMES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")

# What a URL of several servers may say after its question mark; redis-py reads the URL of one server itself.
_QUERY_OPTIONS = {"client_name", "ssl_ca_certs", "ssl_cert_reqs", "ssl_certfile", "ssl_keyfile"}

_MAX_CONCURRENCY = 20  # callers of one resource that Redis works for at the same time


@dataclass(frozen=True, slots=True, repr=False)
class RedisAddress:
    """Where Redis is, taken from a URL.

    Attributes:
        kind: "plain", "sentinel" or "cluster".
        url: The URL as given, for "plain".
        nodes: Hosts and ports.
        service: Name of the primary, for "sentinel".
        options: Keywords for the connections: user, password, database, TLS.
    """

    kind: str
    url: str
    nodes: tuple[tuple[str, int], ...]
    service: str
    options: Mapping[str, Any]


def parse_url(field: str, url: str) -> RedisAddress:
    """Read a URL.

    Raises:
        ConfigurationError: It is none that we know, or has an option that we do not know.
    """
    scheme, _, rest = url.partition("://")
    if scheme not in _SCHEMES or not rest:
        raise ConfigurationError(field, "must be a URL of " + ", ".join(f"{name}://" for name in _SCHEMES))
    base, _, kind = scheme.partition("+")
    if not kind:
        _check_plain_url(field, url)
        return RedisAddress("plain", url, (), "", {})
    # Several hosts in one place are nothing that urlsplit takes apart.
    rest, _, query = rest.partition("?")
    authority, *path = rest.split("/")
    account, _, hosts = authority.rpartition("@")
    user, _, password = account.partition(":")
    options: dict[str, Any] = dict(parse_qsl(query))
    if unknown := set(options) - _QUERY_OPTIONS:
        raise ConfigurationError(field, f"has an option that is not known here: {min(unknown)[:40]!r}")
    if user:
        options["username"] = unquote(user)
    if password:
        options["password"] = unquote(password)
    if base == "rediss":
        options["ssl"] = True
    path = [unquote(piece) for piece in path if piece]
    service = ""
    if kind == "sentinel":
        if not 1 <= len(path) <= 2 or (len(path) == 2 and not path[1].isdecimal()):
            raise ConfigurationError(field, "must be redis+sentinel://host:port,host:port/service/database")
        service = path[0]
        options["db"] = int(path[1]) if len(path) == 2 else 0
    elif path not in ([], ["0"]):
        raise ConfigurationError(field, "a cluster has only database 0")
    return RedisAddress(kind, "", _parse_nodes(field, hosts, 26379 if kind == "sentinel" else 6379), service, options)


def _check_plain_url(field: str, url: str) -> None:
    """Refuse a URL of one server that redis-py would refuse later."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError(field, "has a host or a port that cannot be") from None
    path = parts.path.strip("/")
    if parts.scheme != "unix" and ((path and not path.isdecimal()) or port == 0):
        raise ConfigurationError(field, "must end with the number of a database, or nothing")


def _parse_nodes(field: str, hosts: str, port: int) -> tuple[tuple[str, int], ...]:
    """Hosts and ports of a list."""
    nodes: list[tuple[str, int]] = []
    for item in hosts.split(","):
        try:
            parts = urlsplit(f"x://{item}")
            found = parts.port or port
        except ValueError:
            raise ConfigurationError(field, "has a host or a port that cannot be") from None
        if not parts.hostname:
            raise ConfigurationError(field, "must name hosts")
        nodes.append((parts.hostname, found))
    return tuple(nodes)


async def create_client(
    address: RedisAddress,
    *,
    max_connections: int,
    timeout: float,  # noqa: ASYNC109
    external_timeout: bool = False,
) -> tuple[Any, tuple[Any, ...]]:
    """A client for the address, and what to close after it. Nothing is sent yet.

    Args:
        address: Where Redis is.
        max_connections: Connections, at most; on a cluster to each node.
        timeout: Seconds for connecting and for one answer.
        external_timeout: Whether the caller ends by himself what takes too long. Then the client does not: with a
            time-out of its own it writes by `asyncio.wait_for`, which on Python 3.11 may swallow a cancellation.
    """
    module: Any = await import_in_thread("redis.asyncio")
    retries: Any = await import_in_thread("redis.asyncio.retry")
    backoff: Any = await import_in_thread("redis.backoff")
    common: dict[str, Any] = {
        "socket_connect_timeout": timeout,
        "socket_timeout": None if external_timeout else timeout,
        # A bounded caller tries once more over a new connection; the others see to that themselves.
        "retry": retries.Retry(backoff.NoBackoff(), 1 if external_timeout else 0),
        # Otherwise each new connection looks up the library's version on the disk, in the event loop.
        "driver_info": None,
    }
    if address.kind == "plain":
        pool = module.ConnectionPool.from_url(address.url, max_connections=max_connections, **common)
        return module.Redis.from_pool(pool), ()
    if address.kind == "sentinel":
        sentinel_options = {key: value for key, value in address.options.items() if key.startswith("ssl")} | common
        sentinel = module.Sentinel(list(address.nodes), sentinel_kwargs=sentinel_options, **address.options, **common)
        client = sentinel.master_for(address.service, max_connections=max_connections)
        return client, tuple(sentinel.sentinels)
    nodes = [module.cluster.ClusterNode(host, port) for host, port in address.nodes]
    options = {key: value for key, value in (dict(address.options) | common).items() if key != "retry"}
    client = module.RedisCluster(startup_nodes=nodes, max_connections=max_connections, **options)
    return client, (_ClusterCloser(client.nodes_manager),)


def escape_pattern(text: str) -> str:
    """Return the text with the special characters of Redis patterns escaped."""
    return "".join(f"\\{char}" if char in "*?[]\\^" else char for char in text)


class _ClusterCloser:
    """The nodes of a cluster, to close: a client that lost one closes none until it has looked at the cluster again.

    Args:
        manager: Of the client.
    """

    def __init__(self, manager: Any) -> None:
        self._manager = manager

    async def aclose(self) -> None:
        """Close the connections to the nodes that were found, and to those it began with."""
        for node in (*self._manager.nodes_cache.values(), *self._manager.startup_nodes.values()):
            with contextlib.suppress(Exception):
                await node.disconnect()


async def close_clients(clients: Sequence[Any]) -> None:
    """Close clients of ours."""
    for client in clients:
        # A server that is away cannot say goodbye.
        with contextlib.suppress(Exception):
            await client.aclose()


class RedisResource(Resource):
    """What works on a Redis: through a client of the caller's, or one of its own.

    Args:
        redis: A client, or a URL to open one.
        timeout: Seconds that one caller waits at most: for a turn, a connection and the answer.
    """

    def __init__(self, redis: Redis | str, *, timeout: float) -> None:
        super().__init__()
        self._redis = parse_url("redis", redis) if isinstance(redis, str) else redis
        self._timeout = timeout
        self._semaphore = asyncio.Semaphore(_MAX_CONCURRENCY)
        self._client: Any = None

    async def _open(self) -> None:
        if not isinstance(self._redis, RedisAddress):
            self._client = self._redis
            return
        # Twice the room: a connection that is being put away after an error still counts for the client.
        self._client, extras = await create_client(
            self._redis, max_connections=2 * _MAX_CONCURRENCY, timeout=self._timeout, external_timeout=True
        )
        self._owned.push_async_callback(close_clients, (self._client, *extras))

    @contextlib.asynccontextmanager
    async def _acquire_client(self) -> AsyncGenerator[Any, None]:
        """The client, for one command.

        A pool raises when all its connections are taken; here one waits, whatever the kind of client.

        Raises:
            TimeoutError: The time was over before the answer was there.
        """
        await self._ensure_open()
        async with asyncio.timeout(self._timeout), self._semaphore:
            yield self._client
