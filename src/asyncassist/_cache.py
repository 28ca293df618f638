"""In-memory LRU cache with time to live, stale window and bounds of entries and bytes; fail-safe shared cache wrapper.

Expiry is checked when an entry is looked up; nothing is swept in between. After its time to live an entry may be
served stale for a while.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import cachetools
import msgspec

from asyncassist._events import Degradation, RollingWindow, ratio
from asyncassist._types import JSONSerializable
from asyncassist._validation import check_int

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from asyncassist._types import CacheBackend

T = TypeVar("T")
R = TypeVar("R")

_canonical_encoder = msgspec.json.Encoder(order="deterministic", decimal_format="string")


def json_digest(*parts: Any) -> str:
    """Return the SHA-256 hex digest of the canonical JSON of the parts: an opaque cache key or id.

    The order of mapping keys does not matter; types do: `1`, `1.0`, `"1"` and `True` give four digests.

    Args:
        parts: Everything that the key depends on; whatever msgspec can encode as JSON.
    """
    return hashlib.sha256(_canonical_encoder.encode(parts)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStats(JSONSerializable):
    """Statistics of a cache since it was created.

    Attributes:
        entries: Entries stored now.
        bytes: Size of the stored entries in bytes.
        max_entries: Largest number of entries.
        max_bytes: Largest size in bytes, None if unbounded.
        hits: Lookups that found a fresh entry.
        misses: Lookups that found no usable entry.
        stale: Entries served after their time to live.
        coalesced: Callers that joined a call already in flight.
        evictions: Entries removed to stay within the bounds.
        hit_ratio: Hits as a share of hits and misses, 0 to 1; None before the first lookup.
        saved: Seconds of latency that hits saved: the sum of what the entries took to produce.
        cached_p50: Median latency of a cached result in seconds, None before the first.
        cached_p95: 95th percentile of the latency of a cached result in seconds, None before the first.
        live_p50: Median latency of a result that was not cached in seconds, None before the first.
        live_p95: 95th percentile of the latency of a result that was not cached in seconds, None before the first.
    """

    entries: int
    bytes: int
    max_entries: int
    max_bytes: int | None
    hits: int
    misses: int
    stale: int
    coalesced: int
    evictions: int
    hit_ratio: float | None
    saved: float
    cached_p50: float | None
    cached_p95: float | None
    live_p50: float | None
    live_p95: float | None


class CacheEntry(Generic[T]):
    """A cached value with its times; all times are monotonic seconds.

    Attributes:
        value: The cached value.
        size: Size in bytes that counts towards `max_bytes`.
        stored_at: When the value was stored, less the age that it had then.
        fresh_until: End of the time to live.
        stale_until: End of the stale window; until then the entry may be served when nothing fresh is available.
        cost: Seconds that producing the value took.
    """

    __slots__ = ("cost", "fresh_until", "size", "stale_until", "stored_at", "value")

    def __init__(
        self, value: T, *, size: int, stored_at: float, fresh_until: float, stale_until: float, cost: float
    ) -> None:
        self.value = value
        self.size = size
        self.stored_at = stored_at
        self.fresh_until = fresh_until
        self.stale_until = stale_until
        self.cost = cost


class Cache(Generic[T]):
    """LRU cache in memory with expiry and statistics.

    Args:
        max_entries: Largest number of entries; the least recently used is evicted first.
        max_bytes: Largest size of all entries in bytes, None for no bound. A larger value is not stored.
        now: Monotonic clock in seconds.

    Raises:
        ConfigurationError: A bound is not a whole number of at least 1.
    """

    def __init__(self, *, max_entries: int, max_bytes: int | None = None, now: Callable[[], float]) -> None:
        self._max_entries = check_int("max_entries", max_entries)
        self._max_bytes = None if max_bytes is None else check_int("max_bytes", max_bytes)
        self._now = now
        self._entries: dict[str, CacheEntry[T]] = {}
        # cachetools holds the order of use only: a lookup in its cache costs several Python calls.
        self._lru: cachetools.LRUCache[str, None] = cachetools.LRUCache(maxsize=max_entries)
        # Lets `peek` skip the reordering when the same key is looked up again and again.
        self._last_used_key: str | None = None
        self._bytes = 0
        self.hits = 0
        self.misses = 0
        self.stale = 0
        self.coalesced = 0
        self.evictions = 0
        self.seconds_saved = 0.0
        self.hit_times = RollingWindow(256)
        self.miss_times = RollingWindow(256)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def bytes(self) -> int:
        """Return the size of the stored entries in bytes."""
        return self._bytes

    def peek(self, key: str) -> CacheEntry[T] | None:
        """Return the entry if it is fresh or may be served stale, else None; counts neither a hit nor a miss.

        Compare `fresh_until` with the clock to tell fresh from stale.
        """
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.stale_until != math.inf and self._now() >= entry.stale_until:
            self._remove(key)
            return None
        if key != self._last_used_key:
            self._touch(key)
        return entry

    def get(self, key: str) -> CacheEntry[T] | None:
        """Return the entry if it is fresh, else None; counts a hit or a miss."""
        entry = self._entries.get(key)
        if entry is not None:
            now = self._now()
            self._touch(key)
            if now < entry.fresh_until:
                self.hits += 1
                self.seconds_saved += entry.cost
                return entry
            if now >= entry.stale_until:
                self._remove(key)
        self.misses += 1
        return None

    def put(
        self,
        key: str,
        value: T,
        *,
        ttl: float,
        size: int = 0,
        stale_for: float = 0.0,
        age: float = 0.0,
        cost: float = 0.0,
    ) -> CacheEntry[T] | None:
        """Store a value, replacing the entry under the key and evicting others if needed.

        Args:
            key: The cache key.
            value: The value to store.
            ttl: Seconds that the value is fresh, counted from when it was produced.
            size: Size in bytes that counts towards `max_bytes`.
            stale_for: Seconds after `ttl` in which the value may be served stale.
            age: Age of the value in seconds at the time of storing.
            cost: Seconds that producing the value took.

        Returns:
            The new entry; None if the value exceeds `max_bytes` or has expired already. Then nothing is stored under
            the key.
        """
        if key in self._entries:
            self._remove(key)
        if (self._max_bytes is not None and size > self._max_bytes) or ttl + stale_for - age <= 0:
            return None
        stored_at = self._now() - age
        entry = CacheEntry(
            value,
            size=size,
            stored_at=stored_at,
            fresh_until=stored_at + ttl,
            stale_until=stored_at + ttl + stale_for,
            cost=cost,
        )
        if len(self._entries) >= self._max_entries:
            self._evict()
        # `size` is at most `max_bytes`: as long as the sum is too large there is an entry to evict.
        while self._max_bytes is not None and self._bytes + size > self._max_bytes:
            self._evict()
        self._entries[key] = entry
        self._lru[key] = None
        self._last_used_key = key
        self._bytes += size
        return entry

    def discard(self, key: str) -> bool:
        """Remove the entry under the key and return whether there was one."""
        return self._remove(key)

    def clear(self, matches: Callable[[str, T], bool] | None = None) -> int:
        """Remove all entries, or those for which `matches(key, value)` is true, and return their number."""
        keys = [key for key, entry in self._entries.items() if matches is None or matches(key, entry.value)]
        for key in keys:
            self._remove(key)
        return len(keys)

    def items(self) -> Iterator[tuple[str, CacheEntry[T]]]:
        """Return an iterator over a copy of the keys and entries; the order of use stays as it is."""
        return iter(list(self._entries.items()))

    def stats(self) -> CacheStats:
        """Return the statistics."""
        return CacheStats(
            entries=len(self._entries),
            bytes=self._bytes,
            max_entries=self._max_entries,
            max_bytes=self._max_bytes,
            hits=self.hits,
            misses=self.misses,
            stale=self.stale,
            coalesced=self.coalesced,
            evictions=self.evictions,
            hit_ratio=ratio(self.hits, self.hits + self.misses),
            saved=self.seconds_saved,
            cached_p50=self.hit_times.percentile(0.5),
            cached_p95=self.hit_times.percentile(0.95),
            live_p50=self.miss_times.percentile(0.5),
            live_p95=self.miss_times.percentile(0.95),
        )

    def _touch(self, key: str) -> None:
        """Mark the key as most recently used."""
        self._lru[key]  # the lookup moves the key to the end
        self._last_used_key = key

    def _remove(self, key: str) -> bool:
        entry = self._entries.pop(key, None)
        if entry is None:
            return False
        del self._lru[key]
        self._last_used_key = None
        self._bytes -= entry.size
        return True

    def _evict(self) -> None:
        """Remove the least recently used entry."""
        key, _ = self._lru.popitem()
        self._last_used_key = None
        self._bytes -= self._entries.pop(key).size
        self.evictions += 1


class FailSafeBackend:
    """Shared cache backend whose failures count as misses.

    After a failure the backend is not called for `cooldown` seconds. The first failure and the recovery are logged.

    Args:
        backend: The shared cache.
        name: Name of the cache for the log.
        now: Monotonic clock in seconds.
        cooldown: Seconds without calls after a failure.
        errors: Exceptions that mean the backend is unavailable; others propagate.
    """

    def __init__(
        self,
        backend: CacheBackend,
        *,
        name: str,
        now: Callable[[], float],
        cooldown: float = 1.0,
        errors: tuple[type[Exception], ...] = (Exception,),
    ) -> None:
        self._backend = backend
        self._now = now
        self._cooldown = cooldown
        self._errors = errors
        self._retry_at = 0.0
        self.degradation = Degradation(name, now)
        self.failures = 0

    async def get(self, key: str) -> bytes | None:
        """Return the cached bytes, None if there are none or the backend is unavailable."""
        return await self._call_or_default(lambda: self._backend.get(key), None)

    async def set(self, key: str, value: bytes, *, ttl: float) -> None:
        """Store the value for `ttl` seconds, unless the backend is unavailable."""
        await self._call_or_default(lambda: self._backend.set(key, value, ttl=ttl), None)

    async def delete(self, *keys: str) -> int:
        """Delete the keys and return how many existed; 0 if the backend is unavailable."""
        return await self._call_or_default(lambda: self._backend.delete(*keys), 0)

    async def clear(self, prefix: str = "") -> int:
        """Delete all keys, or those with the prefix, and return their number; 0 if the backend is unavailable."""
        return await self._call_or_default(lambda: self._backend.clear(prefix) if prefix else self._backend.clear(), 0)

    async def _call_or_default(self, operation: Callable[[], Awaitable[R]], default: R) -> R:
        """Run the operation and return its result; the default during the cooldown and on a failure."""
        if self.degradation and self._now() < self._retry_at:
            return default
        try:
            result = await operation()
        except self._errors as error:
            self.failures += 1
            self._retry_at = self._now() + self._cooldown
            self.degradation.begin("entries are cached in this process only", error)
            return default
        self.degradation.end()
        return result
