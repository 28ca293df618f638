"""Identity of a store: server, database and namespace, as written beside journal entries; never a password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from asyncassist._redis_client import RedisAddress

if TYPE_CHECKING:
    from collections.abc import Iterable

_REDIS_PORT, _SENTINEL_PORT, _POSTGRES_PORT = 6379, 26379, 5432


def redis_identity(redis: Any, prefix: str) -> str:
    """Return the identity of the Redis store at an address or of a client of redis-py.

    Args:
        redis: A `RedisAddress`, or a client.
        prefix: Prefix of every key.
    """
    server = _address_server(redis) if isinstance(redis, RedisAddress) else _client_server(redis)
    return f"redis {server} {prefix}"


def postgres_identity(postgres: Any, prefix: str) -> str:
    """Return the identity of the PostgreSQL store at a URL or of a pool.

    A pool does not tell its database: the prefix of the manager's keys separates services that pass pools.

    Args:
        postgres: A URL, or an asyncpg pool.
        prefix: Prefix of the manager's keys in Redis.
    """
    if not isinstance(postgres, str):
        return f"postgres pool {prefix}"
    parts = urlsplit(postgres)
    account, _, hosts = parts.netloc.rpartition("@")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    user = query.get("user") or unquote(account.partition(":")[0])
    database = query.get("database") or query.get("dbname") or unquote(parts.path.strip("/")) or user
    nodes = (hosts or query.get("host", "")).split(",")
    return f"postgres {_join(_split(node, _POSTGRES_PORT) for node in nodes)}/{database}"


def _address_server(address: RedisAddress) -> str:
    """Return servers and database of an address."""
    if address.kind == "cluster":
        return f"cluster:{_join(address.nodes)}"
    if address.kind == "sentinel":
        return f"sentinel:{_join(address.nodes)}/{address.service}/{address.options.get('db', 0)}"
    parts = urlsplit(address.url)
    database = parse_qs(parts.query).get("db", [""])[-1]
    if parts.scheme == "unix":
        return f"unix:{unquote(parts.path)}/{database or 0}"
    node = (parts.hostname or "localhost", parts.port or _REDIS_PORT)
    return f"{_join([node])}/{database or parts.path.strip('/') or 0}"


def _client_server(client: Any) -> str:
    """Return servers and database of a client."""
    pool = getattr(client, "connection_pool", None)
    if pool is None:
        nodes = client.nodes_manager.startup_nodes.values()
        return f"cluster:{_join((node.host, node.port) for node in nodes)}"
    facts = pool.connection_kwargs
    database = facts.get("db") or 0
    sentinels = getattr(getattr(pool, "sentinel_manager", None), "sentinels", None)
    if sentinels is not None:
        known = [sentinel.connection_pool.connection_kwargs for sentinel in sentinels]
        nodes = [(item.get("host", "localhost"), item.get("port", _SENTINEL_PORT)) for item in known]
        return f"sentinel:{_join(nodes)}/{pool.service_name}/{database}"
    if facts.get("path"):
        return f"unix:{facts['path']}/{database}"
    return f"{_join([(facts.get('host', 'localhost'), facts.get('port', _REDIS_PORT))])}/{database}"


def _split(node: str, port: int) -> tuple[str, int | str]:
    """Return host and port of a node of a URL; `port` is the default port."""
    host, colon, given = node.rpartition(":")
    return (host, given) if colon and given.isdecimal() else (node, port)


def _join(nodes: Iterable[tuple[str, int | str]]) -> str:
    """Return nodes in one spelling: sorted, in small letters, the names of this machine as its address."""
    names = [(host.lower().strip("[]"), port) for host, port in nodes]
    return ",".join(sorted(f"{'127.0.0.1' if host in {'', 'localhost'} else host}:{port}" for host, port in names))
