"""Where workers share an access token: a Redis, or anything that keeps bytes for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncassist._cache import FailSafeBackend
from asyncassist._shared_cache import RedisCacheBackend, check_redis
from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

    from asyncassist._types import CacheBackend

_PREFIX = "asyncassist:token:"
_CLAIM_SUFFIX = ":claim"


class _RedisTokenStore(RedisCacheBackend):
    """A Redis that also hands out the right to ask for a token."""

    async def claim(self, key: str, ttl: float) -> bool:
        """Whether this worker may ask now: only one may, for so many seconds."""
        async with self._acquire_client() as client:
            won = await client.set(self._prefix + key + _CLAIM_SUFFIX, b"1", nx=True, px=int(ttl * 1000))
        return bool(won)


class TokenStore:
    """A store that never hurts: when it is away, this worker asks for a token of its own.

    Args:
        store: A URL or a client of Redis, or anything with the methods of a second level.
        now: Steady seconds.
    """

    def __init__(self, store: Redis | CacheBackend | str, now: Callable[[], float]) -> None:
        check_store(store)
        self._redis: _RedisTokenStore | None = None
        backend: Any = store
        if isinstance(store, str) or hasattr(store, "execute_command"):
            backend = self._redis = _RedisTokenStore(backend, prefix=_PREFIX)
        self._backend = FailSafeBackend(backend, name="the store of tokens", now=now)

    async def get(self, key: str) -> bytes | None:
        """What was kept, None when nothing or when the store is away."""
        return await self._backend.get(key)

    async def set(self, key: str, value: bytes, *, ttl: float) -> None:
        """Keep it, if the store is there."""
        await self._backend.set(key, value, ttl=ttl)

    async def claim(self, key: str, ttl: float) -> bool:
        """Whether this worker is the one to ask for a token; yes when nobody can tell."""
        if self._redis is None or self._backend.degradation:
            return True
        try:
            return await self._redis.claim(key, ttl)
        except Exception:  # noqa: BLE001 - the client's errors differ; without the store every worker asks for itself
            return True

    async def release_claim(self, key: str) -> None:
        """The token was asked for: the next one may be."""
        if self._redis is not None:
            await self._backend.delete(f"{key}{_CLAIM_SUFFIX}")

    async def aclose(self) -> None:
        """Close what is ours."""
        if self._redis is not None:
            await self._redis.aclose()


def check_store(store: object) -> None:
    """A URL or a client of Redis, or anything with the methods of a second level; nothing is opened.

    Raises:
        ConfigurationError: It is anything else.
    """
    if isinstance(store, str):
        check_redis("store", store)
    elif not (hasattr(store, "get") and hasattr(store, "set")):
        raise ConfigurationError("store", "must be a Redis client or URL, or have get, set and delete")
