"""Remember answers: least recently used out first, bounded by entries and bytes, with a time to live and a stale time.

The expiry is our own: nothing is swept on a look-up, an entry's age is compared when it is found, and it may be
served stale for a while after its time.
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
    """A key that tells nothing: SHA-256 of canonical JSON of everything that decides the answer.

    Types count: `1`, `1.0`, `"1"` and `True` are four keys.
    """
    return hashlib.sha256(_canonical_encoder.encode(parts)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStats(JSONSerializable):
    """What a cache did so far.

    Attributes:
        entries: Answers kept now.
        bytes: Their size.
        max_entries: Bound of entries.
        max_bytes: Bound of bytes, None without one.
        hits: Fresh answers found.
        misses: Nothing usable found.
        stale: Answers served past their time.
        coalesced: Callers that joined work in flight.
        evictions: Answers thrown out for want of room.
        hit_ratio: Hits of all look-ups, 0 to 1; None before the first.
        saved: Seconds of waiting that hits saved, by what the answers cost when they were made.
        cached_p50: Median seconds of an answer from the cache, None without any.
        cached_p95: 95th percentile of the same.
        live_p50: Median seconds of an answer that was made, None without any.
        live_p95: 95th percentile of the same.
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
    """A kept answer.

    Attributes:
        value: The answer.
        size: Bytes it counts for.
        stored_at: When, in steady seconds.
        fresh_until: Steady seconds.
        stale_until: Steady seconds; until then it may be served when nothing better can be had.
        cost: Seconds that making it took.
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
    """Answers by key, in memory.

    Args:
        max_entries: Answers kept; the least recently used goes first.
        max_bytes: Bytes kept in all, None for no bound. An answer larger than this is not kept.
        now: Steady seconds.
    """

    def __init__(self, *, max_entries: int, max_bytes: int | None = None, now: Callable[[], float]) -> None:
        self._max_entries = check_int("max_entries", max_entries)
        self._max_bytes = None if max_bytes is None else check_int("max_bytes", max_bytes)
        self._now = now
        self._entries: dict[str, CacheEntry[T]] = {}
        # cachetools keeps the order of use alone: a look-up in it is several calls of Python.
        self._lru: cachetools.LRUCache[str, None] = cachetools.LRUCache(maxsize=max_entries)
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
        """Bytes kept now."""
        return self._bytes

    def peek(self, key: str) -> CacheEntry[T] | None:
        """The entry while it is fresh or may be served stale, else None. Counts nothing.

        Look at `fresh_until` to tell which.
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
        """The entry while it is fresh, else None; counted as a hit or a miss."""
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
        """Keep an answer.

        Args:
            key: Its key.
            value: The answer.
            ttl: Seconds it is fresh.
            size: Bytes it counts for.
            stale_for: Seconds it may be served after that.
            age: Seconds that it is old already.
            cost: Seconds that making it took.

        Returns:
            The entry, None when it is larger than the whole cache may be or was never fresh.
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
        # An answer is never larger than the whole: there is something left to go while there is too much.
        while self._max_bytes is not None and self._bytes + size > self._max_bytes:
            self._evict()
        self._entries[key] = entry
        self._lru[key] = None
        self._last_used_key = key
        self._bytes += size
        return entry

    def discard(self, key: str) -> bool:
        """Forget one answer; whether there was one."""
        return self._remove(key)

    def clear(self, matches: Callable[[str, T], bool] | None = None) -> int:
        """Forget all answers, or those that match; how many there were."""
        keys = [key for key, entry in self._entries.items() if matches is None or matches(key, entry.value)]
        for key in keys:
            self._remove(key)
        return len(keys)

    def items(self) -> Iterator[tuple[str, CacheEntry[T]]]:
        """Keys and entries, without touching their order of use."""
        return iter(list(self._entries.items()))

    def stats(self) -> CacheStats:
        """The counters so far."""
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
        """It was used last."""
        self._lru[key]  # the look-up moves it
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
        """The least recently used goes."""
        key, _ = self._lru.popitem()
        self._last_used_key = None
        self._bytes -= self._entries.pop(key).size
        self.evictions += 1


class FailSafeBackend:
    """A second level that never hurts: when it fails it is left alone for a while, and that is said once.

    Args:
        backend: The store behind.
        name: Its name for the log.
        now: Steady seconds.
        cooldown: Seconds it is left alone after a failure.
        errors: What the store raises when it is away.
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
        """What was kept, None when nothing or when the store is away."""
        return await self._call_or_default(lambda: self._backend.get(key), None)

    async def set(self, key: str, value: bytes, *, ttl: float) -> None:
        """Keep it, if the store is there."""
        await self._call_or_default(lambda: self._backend.set(key, value, ttl=ttl), None)

    async def delete(self, *keys: str) -> int:
        """Forget keys; 0 when the store is away."""
        return await self._call_or_default(lambda: self._backend.delete(*keys), 0)

    async def clear(self, prefix: str = "") -> int:
        """Forget all, or all keys that begin so; 0 when the store is away."""
        return await self._call_or_default(lambda: self._backend.clear(prefix) if prefix else self._backend.clear(), 0)

    async def _call_or_default(self, operation: Callable[[], Awaitable[R]], default: R) -> R:
        if self.degradation and self._now() < self._retry_at:
            return default
        try:
            result = await operation()
        except self._errors as error:
            self.failures += 1
            self._retry_at = self._now() + self._cooldown
            self.degradation.begin("its answers stay in this process", error)
            return default
        self.degradation.end()
        return result
