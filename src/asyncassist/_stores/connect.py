"""The door to Redis: URLs, clients, and a table of its errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from asyncassist._resource import import_in_thread
from asyncassist.errors import (
    AsyncAssistError,
    AuthenticationError,
    ConfigurationError,
    StateError,
    StateUnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCHEMES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")

# What a server says when it cannot do its work now, though nothing is wrong with the command.
_AWAY = ("OOM", "READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "MISCONF", "NOREPLICAS", "TRYAGAIN", "BUSY")


@dataclass(frozen=True, slots=True, repr=False)
class Address:
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


def parse(field: str, url: str) -> Address:
    """Read a URL.

    Raises:
        ConfigurationError: It is none that we know.
    """
    scheme, _, rest = url.partition("://")
    if scheme not in _SCHEMES or not rest:
        raise ConfigurationError(field, "must be a URL of " + ", ".join(f"{name}://" for name in _SCHEMES))
    base, _, kind = scheme.partition("+")
    if not kind:
        _check_plain(field, url)
        return Address("plain", url, (), "", {})
    # The part with several hosts is not one that urlsplit can take apart further.
    parts = urlsplit(f"x://{rest}")
    account, _, hosts = parts.netloc.rpartition("@")
    user, _, password = account.partition(":")
    options: dict[str, Any] = {key: value for key, value in parse_qsl(parts.query) if key == "client_name"}
    if user:
        options["username"] = unquote(user)
    if password:
        options["password"] = unquote(password)
    if base == "rediss":
        options["ssl"] = True
    path = [unquote(piece) for piece in parts.path.split("/") if piece]
    service = ""
    if kind == "sentinel":
        if not 1 <= len(path) <= 2 or (len(path) == 2 and not path[1].isdecimal()):
            raise ConfigurationError(field, "must be redis+sentinel://host:port,host:port/service/database")
        service = path[0]
        options["db"] = int(path[1]) if len(path) == 2 else 0
    elif path not in ([], ["0"]):
        raise ConfigurationError(field, "a cluster has only database 0")
    return Address(kind, "", _nodes(field, hosts, 26379 if kind == "sentinel" else 6379), service, options)


def _check_plain(field: str, url: str) -> None:
    """Refuse a URL of one server that redis-py would refuse later."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError(field, "has a host or a port that cannot be") from None
    path = parts.path.strip("/")
    if parts.scheme != "unix" and ((path and not path.isdecimal()) or port == 0):
        raise ConfigurationError(field, "must end with the number of a database, or nothing")


def _nodes(field: str, hosts: str, port: int) -> tuple[tuple[str, int], ...]:
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


async def connect(address: Address, *, max_connections: int, timeout: float) -> tuple[Any, tuple[Any, ...]]:  # noqa: ASYNC109
    """A client for the address, and what to close after it. Nothing is sent yet."""
    module: Any = await import_in_thread("redis.asyncio")
    retries: Any = await import_in_thread("redis.asyncio.retry")
    backoff: Any = await import_in_thread("redis.backoff")
    # One attempt each: the pipeline decides about the next. Its deadline is the bound; these only help the connecting.
    common: dict[str, Any] = {
        "socket_connect_timeout": timeout,
        "socket_timeout": timeout,
        "retry": retries.Retry(backoff.NoBackoff(), 0),
        # Otherwise each new connection looks up the library's version on the disk, in the event loop.
        "driver_info": None,
    }
    if address.kind == "plain":
        pool = module.ConnectionPool.from_url(address.url, max_connections=max_connections, **common)
        return module.Redis.from_pool(pool), ()
    if address.kind == "sentinel":
        sentinel_options = {key: value for key, value in address.options.items() if key == "ssl"} | common
        sentinel = module.Sentinel(list(address.nodes), sentinel_kwargs=sentinel_options, **address.options, **common)
        client = sentinel.master_for(address.service, max_connections=max_connections)
        return client, tuple(sentinel.sentinels)
    nodes = [module.cluster.ClusterNode(host, port) for host, port in address.nodes]
    options = {key: value for key, value in (dict(address.options) | common).items() if key != "retry"}
    client = module.RedisCluster(startup_nodes=nodes, max_connections=max_connections, **options)
    return client, ()


def verdict(error: Exception) -> tuple[AsyncAssistError, bool]:
    """What an error of redis-py means, and whether it was the server's answer to one command."""
    import redis.exceptions as theirs  # noqa: PLC0415  # loaded long before the first error

    if isinstance(error, AsyncAssistError):
        return error, False
    away = StateUnavailableError("the store is not available")
    away.__cause__ = error
    if isinstance(error, theirs.AuthenticationError | theirs.AuthorizationError | theirs.NoPermissionError):
        refused = AuthenticationError("Redis refused the credentials")
        refused.__cause__ = error
        return refused, isinstance(error, theirs.NoPermissionError)
    if isinstance(error, theirs.ConnectionError | theirs.TimeoutError | OSError | theirs.RedisClusterException):
        return away, False
    if isinstance(error, theirs.NoScriptError):
        return NoScriptError(), True
    if isinstance(error, theirs.ResponseError):
        code = getattr(error, "status_code", None) or str(error).partition(" ")[0]
        if code in _AWAY:
            return away, True
        other = StateError(f"the store refused the command ({str(code)[:20]})")
        other.__cause__ = error
        return other, True
    return away, False


class NoScriptError(StateError):
    """The server does not know the script yet: send its text."""
