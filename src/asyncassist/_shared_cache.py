"""Redis as the second level of a cache: answers that workers share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncassist._cache import FailSafeBackend
from asyncassist._redis_client import RedisResource, escape_pattern, parse_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from redis.asyncio import Redis

_SCAN_COUNT = 500


def check_redis(field: str, redis: Redis | str | None) -> None:
    """A Redis client or a URL of one; nothing is opened.

    Raises:
        ConfigurationError: The URL is none that can be opened.
    """
    if isinstance(redis, str):
        parse_url(field, redis)


class RedisCacheBackend(RedisResource):
    """Answers under one prefix of a Redis or Valkey.

    Args:
        redis: A client of yours, or a URL to open one of ours.
        prefix: Put before each key.
        timeout: Seconds that one caller waits at most: for a turn, a connection and the answer.
    """

    def __init__(self, redis: Redis | str, *, prefix: str, timeout: float = 0.5) -> None:
        super().__init__(redis, timeout=timeout)
        self._prefix = prefix

    async def get(self, key: str) -> bytes | None:
        """What was kept under the key."""
        async with self._acquire_client() as client:
            # NEVER_DECODE: a client handed in may decode every answer as text, which a body is not.
            value: bytes | None = await client.execute_command("GET", self._prefix + key, NEVER_DECODE=True)
        return value

    async def set(self, key: str, value: bytes, *, ttl: float) -> None:
        """Keep it for so many seconds."""
        async with self._acquire_client() as client:
            await client.set(self._prefix + key, value, px=max(1, int(ttl * 1000)))

    async def delete(self, *keys: str) -> int:
        """Forget keys; how many there were."""
        if not keys:
            return 0
        async with self._acquire_client() as client:
            return int(await client.delete(*(self._prefix + key for key in keys)))

    async def clear(self, prefix: str = "") -> int:
        """Forget all keys of this prefix, or those that go on so; how many there were."""
        cleared = 0
        async for keys in self._scan_pages(escape_pattern(self._prefix + prefix) + "*"):
            async with self._acquire_client() as client:
                cleared += int(await client.unlink(*keys))
        return cleared

    async def _scan_pages(self, pattern: str) -> AsyncIterator[list[Any]]:
        """Keys that match, page by page, from every primary; a step takes a turn, not the whole."""
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
    """The store to own and the guarded view to use; nothing when no Redis is given."""
    if redis is None:
        return None, None
    backend = RedisCacheBackend(redis, prefix=prefix)
    return backend, FailSafeBackend(backend, name=name, now=now)
