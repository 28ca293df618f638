"""Quotas that workers keep together: the state of each service in Redis, changed by compare-and-swap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncassist._cache import json_digest
from asyncassist._events import Degradation
from asyncassist._pacing import Swapped
from asyncassist._redis_client import RedisResource, redis_error
from asyncassist.errors import AsyncAssistError

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

PREFIX = "asyncassist:pacing:1:"
# Longer than the longest window of a quota: what is over is computed by the readers.
_TTL = 32 * 86400
# Seconds without calls after a failure.
_COOLDOWN = 1.0

# Replaces the state if its version is the expected one, and returns the version, the state if it is not the caller's,
# and the server's clock, by which all workers count.
_SCRIPT = """
local held = redis.call('HMGET', KEYS[1], 'version', 'state')
local version, state, time = held[1] or '', held[2] or '', redis.call('TIME')
if version ~= ARGV[1] then return {0, version, state, time[1], time[2]} end
if ARGV[2] == '' then return {0, version, '', time[1], time[2]} end
redis.call('HSET', KEYS[1], 'version', ARGV[3], 'state', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return {1, ARGV[3], '', time[1], time[2]}
"""


def pacing_key(*facts: object) -> str:
    """Return the key of a service: a digest of its address and of the account, both of which may be secret."""
    return PREFIX + json_digest("pacing", *facts)[:32]


class SharedPacing(RedisResource):
    """States of the services that several workers pace together, by Redis's clock.

    While Redis is unavailable each worker keeps the quotas by what is announced to it alone.

    Args:
        redis: The caller's client, which stays open on `aclose()`, or a URL to open one.
        now: Monotonic clock in seconds.
        timeout: Seconds for one exchange.

    Attributes:
        degradation: Whether Redis is unavailable, and since when.
    """

    def __init__(self, redis: Redis | str, *, now: Callable[[], float], timeout: float = 0.5) -> None:
        super().__init__(redis, timeout=timeout)
        self._now = now
        self._retry_at = 0.0
        self.degradation = Degradation("the shared pacing", now)

    @property
    def is_available(self) -> bool:
        """Return whether an exchange is worth a try."""
        return not self.degradation or self._now() >= self._retry_at

    async def swap(self, key: str, expected: str, state: str | None, version: str) -> Swapped | None:
        """Replace the state of a service if its version is the expected one; None while Redis is unavailable.

        Args:
            key: Key of the service.
            expected: Version that the caller knows, "" for no state.
            state: New state, None to read only.
            version: Version of the new state.
        """
        try:
            async with self._acquire_client() as client:
                found: Any = await client.eval(_SCRIPT, 1, key, expected, state or "", version, _TTL)
        except Exception as error:
            if not isinstance(error, (AsyncAssistError, OSError, redis_error())):
                raise
            self._retry_at = self._now() + _COOLDOWN
            self.degradation.begin("quotas are kept in this process alone", error)
            return None
        self.degradation.end()
        done, held, text, seconds, microseconds = (_text(value) for value in found)
        return Swapped(done == "1", held, text, int(seconds) + int(microseconds) / 1e6)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
