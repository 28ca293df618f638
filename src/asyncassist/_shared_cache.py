"""Shared (L2) cache in Redis or Valkey, behind the in-memory caches of all workers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncassist._cache import FailSafeBackend
from asyncassist._redis_client import RedisResource, escape_pattern, parse_redis

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from redis.asyncio import Redis

_SCAN_COUNT = 500  # keys that one SCAN step examines


def check_redis(field: str, redis: object) -> None:
    """Check a URL or a client; nothing is connected.

    Args:
        field: Name of the argument, for the error.
        redis: A client, a URL, or None for no Redis.

    Raises:
        ConfigurationError: The URL or the client is not supported.
    """
    parse_redis(field, redis)


class RedisCacheBackend(RedisResource):
    """Cache backend that stores bytes under one key prefix in Redis or Valkey.

    Args:
        redis: The caller's client, which stays open on `aclose()`, or a URL to open one.
        prefix: Prefix of every key.
        timeout: Seconds for one command: waiting for a free slot, connecting and the response.
    """

    def __init__(self, redis: Redis | str, *, prefix: str, timeout: float = 0.5) -> None:
        super().__init__(redis, timeout=timeout)
        self._prefix = prefix

    async def get(self, key: str) -> bytes | None:
        """Return the cached bytes, None if there are none."""
        async with self._acquire_client() as client:
            # NEVER_DECODE: the caller's client may decode responses as text; cached bytes need not be UTF-8.
            value: bytes | None = await client.execute_command("GET", self._prefix + key, NEVER_DECODE=True)
        return value

    async def set(self, key: str, value: bytes, *, ttl: float) -> None:
        """Store the value for `ttl` seconds."""
        async with self._acquire_client() as client:
            # Redis refuses an expiry of 0 ms.
            await client.set(self._prefix + key, value, px=max(1, int(ttl * 1000)))

    async def delete(self, *keys: str) -> int:
        """Delete the keys and return how many existed."""
        if not keys:
            return 0
        async with self._acquire_client() as client:
            return int(await client.delete(*(self._prefix + key for key in keys)))

    async def clear(self, prefix: str = "") -> int:
        """Delete all keys of this cache, or those that begin with the prefix, and return their number."""
        cleared = 0
        async for keys in self._scan_pages(escape_pattern(self._prefix + prefix) + "*"):
            async with self._acquire_client() as client:
                cleared += int(await client.unlink(*keys))
        return cleared

    async def _scan_pages(self, pattern: str) -> AsyncIterator[list[Any]]:
        """Yield the matching keys of every primary, page by page; the client is acquired for each SCAN step alone."""
        async with self._acquire_client() as client:
            cluster = hasattr(client, "get_primaries")
            nodes = (await client.initialize()).get_primaries() if cluster else (None,)
        for node in nodes:
            cursor: Any = 0
            while True:
                async with self._acquire_client() as client:
                    target = {} if node is None else {"target_nodes": node}
                    cursor, keys = await client.scan(cursor, match=pattern, count=_SCAN_COUNT, **target)
                if keys:
                    yield keys
                cursor = cursor if node is None else cursor[node.name]
                if not cursor:
                    break


def create_shared_cache(
    redis: Redis | str | None, *, prefix: str, name: str, now: Callable[[], float]
) -> tuple[RedisCacheBackend | None, FailSafeBackend | None]:
    """Create the shared cache; nothing is connected yet.

    Args:
        redis: A client, a URL, or None for no shared cache.
        prefix: Prefix of every key.
        name: Name of the cache for the log.
        now: Monotonic clock in seconds.

    Returns:
        The backend, for the caller to own and close, and its fail-safe wrapper to use; both None without Redis.
    """
    if redis is None:
        return None, None
    backend = RedisCacheBackend(redis, prefix=prefix)
    return backend, FailSafeBackend(backend, name=name, now=now)
