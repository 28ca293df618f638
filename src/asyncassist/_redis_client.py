"""Redis URLs and clients for a single server, Sentinel and Cluster; base class with bounded concurrency and waiting."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from asyncassist._lifecycle import Resource, import_in_thread
from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from redis.asyncio import Redis

_SCHEMES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")

# Query parameters of Sentinel and Cluster URLs, which are parsed here; redis-py parses the URL of a single server.
_QUERY_OPTIONS = {"client_name", "ssl_ca_certs", "ssl_cert_reqs", "ssl_certfile", "ssl_keyfile"}

_MAX_CONCURRENCY = 20  # concurrent commands of one resource


@dataclass(frozen=True, slots=True, repr=False)
class RedisAddress:
    """Parsed Redis URL; has no repr that could show the password.

    Attributes:
        kind: "plain" (a single server), "sentinel" or "cluster".
        url: The URL as given for "plain", else "".
        nodes: (host, port) pairs of the Sentinels or cluster nodes; empty for "plain".
        service: Name of the primary for "sentinel", else "".
        options: Connection keywords of redis-py: user, password, database, TLS; empty for "plain".
    """

    kind: str
    url: str
    nodes: tuple[tuple[str, int], ...]
    service: str
    options: Mapping[str, Any]


def parse_url(field: str, url: str) -> RedisAddress:
    """Parse a Redis URL; nothing is connected.

    Args:
        field: Name of the argument, for the error.
        url: The URL.

    Raises:
        ConfigurationError: The scheme, a host or port, the path or a query parameter is not supported. The message
            never holds the URL, which may contain a password.
    """
    scheme, _, rest = url.partition("://")
    if scheme not in _SCHEMES or not rest:
        raise ConfigurationError(field, "must be a URL of " + ", ".join(f"{name}://" for name in _SCHEMES))
    base, _, kind = scheme.partition("+")
    if not kind:
        _check_plain_url(field, url)
        return RedisAddress("plain", url, (), "", {})
    # urlsplit cannot parse an authority of several hosts.
    rest, _, query = rest.partition("?")
    authority, *path = rest.split("/")
    account, _, hosts = authority.rpartition("@")
    user, _, password = account.partition(":")
    options: dict[str, Any] = dict(parse_qsl(query))
    if unknown := set(options) - _QUERY_OPTIONS:
        raise ConfigurationError(field, f"has an unsupported option: {min(unknown)[:40]!r}")
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


def parse_redis(field: str, redis: Any) -> Any:
    """Check a `redis` argument and parse it if it is a URL; nothing is connected.

    Args:
        field: Name of the argument, for the error.
        redis: A URL, a client of the caller's, or None for no Redis.

    Returns:
        The `RedisAddress` of a URL; else the argument.

    Raises:
        ConfigurationError: The URL is not supported, or the client is not one of `redis.asyncio`: the synchronous
            client of redis-py, for example, cannot be awaited.
    """
    if isinstance(redis, str):
        return parse_url(field, redis)
    # By what is called and not by class: redis-py is imported only when a client is opened.
    if redis is not None and not inspect.iscoroutinefunction(getattr(redis, "execute_command", None)):
        raise ConfigurationError(field, "must be a URL or a client of redis.asyncio")
    return redis


def _check_plain_url(field: str, url: str) -> None:
    """Refuse at construction a URL of a single server that redis-py would refuse on connecting."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError(field, "has an invalid host or port") from None
    path = parts.path.strip("/")
    if parts.scheme != "unix" and ((path and not path.isdecimal()) or port == 0):
        raise ConfigurationError(field, "must have a valid port and end with a database number or nothing")


def _parse_nodes(field: str, hosts: str, port: int) -> tuple[tuple[str, int], ...]:
    """Return the (host, port) pairs of a comma-separated list; `port` is the default port."""
    nodes: list[tuple[str, int]] = []
    for item in hosts.split(","):
        try:
            parts = urlsplit(f"x://{item}")
            found = parts.port or port
        except ValueError:
            raise ConfigurationError(field, "has an invalid host or port") from None
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
    """Create a client for the address; nothing is connected yet.

    Args:
        address: The parsed URL.
        max_connections: Largest number of connections; in a cluster, to each node.
        timeout: Seconds for connecting and for one response.
        external_timeout: Whether the caller bounds each command itself. Then the client has no timeout for responses:
            with one it writes through `asyncio.wait_for`, which on Python 3.11 may swallow a cancellation.

    Returns:
        The client, and further objects to close after it.
    """
    module: Any = await import_in_thread("redis.asyncio")
    retries: Any = await import_in_thread("redis.asyncio.retry")
    backoff: Any = await import_in_thread("redis.backoff")
    common: dict[str, Any] = {
        "socket_connect_timeout": timeout,
        "socket_timeout": None if external_timeout else timeout,
        # With an external timeout, one retry over a new connection; the other callers retry on their own.
        "retry": retries.Retry(backoff.NoBackoff(), 1 if external_timeout else 0),
        # By default each new connection reads the library's version from disk, which blocks the event loop.
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


def redis_error() -> type[Exception]:
    """Return the base class of redis-py's errors, which is imported where it is used."""
    from redis.exceptions import RedisError  # noqa: PLC0415

    return RedisError


class _ClusterCloser:
    """Closes the node connections of a cluster client.

    A client that lost a node is marked for reinitialization, and its own `aclose` then closes no node at all.

    Args:
        manager: The client's NodesManager.
    """

    def __init__(self, manager: Any) -> None:
        self._manager = manager

    async def aclose(self) -> None:
        """Close the connections to the discovered nodes and to the startup nodes."""
        for node in (*self._manager.nodes_cache.values(), *self._manager.startup_nodes.values()):
            with contextlib.suppress(Exception):
                await node.disconnect()


async def close_clients(clients: Sequence[Any]) -> None:
    """Close clients that the component owns, in order; errors are ignored."""
    for client in clients:
        # Closing fails while the server is unreachable; the next client must be closed all the same.
        with contextlib.suppress(Exception):
            await client.aclose()


class RedisResource(Resource):
    """Base class of components that use Redis, through the caller's client or one of their own.

    Args:
        redis: The caller's client, which stays open on `aclose()`, or a URL to open one.
        timeout: Seconds for one command: waiting for a free slot, connecting and the response.

    Raises:
        ConfigurationError: The URL or the client is not supported.
    """

    def __init__(self, redis: Redis | str, *, timeout: float) -> None:
        super().__init__()
        self._redis = parse_redis("redis", redis)
        self._timeout = timeout
        self._semaphore = asyncio.Semaphore(_MAX_CONCURRENCY)
        self._client: Any = None

    async def _open(self) -> None:
        if not isinstance(self._redis, RedisAddress):
            self._client = self._redis
            return
        # Twice the concurrency: a connection that is being discarded after an error still counts in the pool.
        self._client, extras = await create_client(
            self._redis, max_connections=2 * _MAX_CONCURRENCY, timeout=self._timeout, external_timeout=True
        )
        self._owned.push_async_callback(close_clients, (self._client, *extras))

    @contextlib.asynccontextmanager
    async def _acquire_client(self) -> AsyncGenerator[Any, None]:
        """Acquire the client for one command, waiting for a free slot and bounding the whole block by the timeout.

        redis-py's pool raises when all its connections are in use; the semaphore makes callers wait instead.

        Raises:
            TimeoutError: The timeout passed before the block ended.
        """
        await self._ensure_open()
        async with asyncio.timeout(self._timeout), self._semaphore:
            yield self._client
