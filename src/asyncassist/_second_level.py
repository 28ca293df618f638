"""Redis as the second level of a cache: answers that workers share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncassist._cache import GuardedLevel
from asyncassist._resource import Resource, import_in_thread
from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

_SCHEMES = ("redis://", "rediss://", "unix://")


def check_redis(field: str, redis: Redis | str | None) -> None:
    """A Redis client or a URL of one; nothing is opened.

    Raises:
        ConfigurationError: The URL has another scheme.
    """
    if isinstance(redis, str) and not redis.startswith(_SCHEMES):
        raise ConfigurationError(field, f"must begin with one of {', '.join(_SCHEMES)}")


class RedisLevel(Resource):
    """Answers under one prefix of a Redis or Valkey.

    Args:
        redis: A client of yours, or a URL to open one of ours.
        prefix: Put before each key.
        timeout: Seconds for one command.
    """

    def __init__(self, redis: Redis | str, *, prefix: str, timeout: float = 0.5) -> None:
        super().__init__()
        check_redis("redis", redis)
        self._redis = redis
        self._prefix = prefix
        self._timeout = timeout
        self._client: Any = None

    async def _open(self) -> None:
        if isinstance(self._redis, str):
            module = await import_in_thread("redis.asyncio")
            # The blocking pool waits for a connection where the default one raises at its bound.
            pool = module.BlockingConnectionPool.from_url(
                self._redis,
                max_connections=20,
                timeout=self._timeout,
                socket_timeout=self._timeout,
                socket_connect_timeout=self._timeout,
                # Otherwise each new connection looks its library's version up on the disk, on the event loop.
                driver_info=None,
            )
            self._client = module.Redis.from_pool(pool)
            self._own_closable(self._client)
        else:
            self._client = self._redis

    async def get(self, key: str) -> bytes | None:
        """What was kept under the key."""
        await self._ensure_open()
        # NEVER_DECODE: a client handed in may decode every answer as text, which a body is not.
        value: bytes | None = await self._client.execute_command("GET", self._prefix + key, NEVER_DECODE=True)
        return value

    async def set(self, key: str, value: bytes, *, ttl: float) -> None:
        """Keep it for so many seconds."""
        await self._ensure_open()
        await self._client.set(self._prefix + key, value, px=max(1, int(ttl * 1000)))

    async def delete(self, *keys: str) -> int:
        """Forget keys; how many there were."""
        await self._ensure_open()
        return int(await self._client.delete(*(self._prefix + key for key in keys))) if keys else 0

    async def clear(self, under: str = "") -> int:
        """Forget all keys of this prefix, or those that go on so; how many there were."""
        await self._ensure_open()
        cleared = 0
        keys: list[Any] = []
        async for key in self._client.scan_iter(match=_literal(self._prefix + under) + "*", count=500):
            keys.append(key)
            if len(keys) == 500:
                cleared += int(await self._client.unlink(*keys))
                keys.clear()
        if keys:
            cleared += int(await self._client.unlink(*keys))
        return cleared


def second_level(
    redis: Redis | str | None, *, prefix: str, what: str, now: Callable[[], float]
) -> tuple[RedisLevel | None, GuardedLevel | None]:
    """The store to own and the guarded view to use; nothing when no Redis is given."""
    if redis is None:
        return None, None
    level = RedisLevel(redis, prefix=prefix)
    return level, GuardedLevel(level, what=what, now=now)


def _literal(pattern: str) -> str:
    """The text with the signs of Redis patterns escaped."""
    return "".join(f"\\{char}" if char in "*?[]\\^" else char for char in pattern)
