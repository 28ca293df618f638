"""Store in which workers share access tokens: a Redis, or any cache backend for bytes."""

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
    """Redis backend with a claim (a lock that expires), so that only one worker requests a token."""

    async def claim(self, key: str, ttl: float) -> bool:
        """Claim the right to request a token for `ttl` seconds; False while another worker holds it."""
        async with self._acquire_client() as client:
            won = await client.set(self._prefix + key + _CLAIM_SUFFIX, b"1", nx=True, px=int(ttl * 1000))
        return bool(won)


class TokenStore:
    """Fail-safe token store: while it is unreachable, each worker requests tokens of its own.

    Args:
        store: URL or client of a Redis, or a cache backend with `get`, `set` and `delete` of bytes. A backend other
            than Redis has no claims, so several workers may request a token at the same time.
        now: Monotonic clock, in seconds.
    """

    def __init__(self, store: Redis | CacheBackend | str, now: Callable[[], float]) -> None:
        check_store(store)
        self._redis: _RedisTokenStore | None = None
        backend: Any = store
        if isinstance(store, str) or hasattr(store, "execute_command"):
            backend = self._redis = _RedisTokenStore(backend, prefix=_PREFIX)
        self._backend = FailSafeBackend(backend, name="the token store", now=now)

    async def get(self, key: str) -> bytes | None:
        """Return the stored bytes, None if there are none or the store is unreachable."""
        return await self._backend.get(key)

    async def set(self, key: str, value: bytes, *, ttl: float) -> None:
        """Store the bytes for `ttl` seconds; does nothing while the store is unreachable."""
        await self._backend.set(key, value, ttl=ttl)

    async def claim(self, key: str, ttl: float) -> bool:
        """Claim the right to request the token for `ttl` seconds.

        Returns:
            True if this worker is to request the token, also when the store has no claims or is unreachable.
        """
        if self._redis is None or self._backend.degradation:
            return True
        try:
            return await self._redis.claim(key, ttl)
        except Exception:  # noqa: BLE001 - clients raise different errors; without the store each worker is on its own
            return True

    async def release_claim(self, key: str) -> None:
        """Release the claim so that another worker may request the next token."""
        if self._redis is not None:
            await self._backend.delete(f"{key}{_CLAIM_SUFFIX}")

    async def aclose(self) -> None:
        """Close the Redis connection if this store opened it."""
        if self._redis is not None:
            await self._redis.aclose()


def check_store(store: object) -> None:
    """Raise unless the value can serve as a token store; opens nothing.

    Args:
        store: URL or client of a Redis, or a cache backend with `get`, `set` and `delete` of bytes.

    Raises:
        ConfigurationError: The value is neither, or the URL is invalid.
    """
    if isinstance(store, str) or hasattr(store, "execute_command"):
        check_redis("store", store)
    elif not (hasattr(store, "get") and hasattr(store, "set")):
        raise ConfigurationError("store", "must be a Redis client or URL, or have get, set and delete")
