"""The answers that are kept: variants by URL in memory, bounded, and in Redis for other workers."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

import msgspec
from multidict import CIMultiDict, CIMultiDictProxy

from asyncassist._cache import Cache, FailSafeBackend
from asyncassist._http.rfc9111 import Freshness, StoredResponse, matches_vary

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncassist._http.prepared_request import ResolvedURL
    from asyncassist._http.rfc9111 import Fields

# More variants of one URL are hardly ever asked for again.
_MAX_VARIANTS = 16
# How long other workers may still ask the origin whether an answer past its time holds.
_VALIDATOR_RETENTION = 3600.0


class _ResponseRecord(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """A kept answer as other workers read it. The first number is the version of this form."""

    version: int
    method: str
    status: int
    reason: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    url: str
    vary: list[tuple[str, str | None]]
    date: float
    initial_age: float
    received_at: float
    lifetime: float
    implied: str
    stale_while_revalidate: float
    stale_if_error: float
    no_cache: bool
    must_revalidate: bool
    cost: float


_VERSION = 1
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[_ResponseRecord])


class ResponseStore:
    """Variants of answers by URL.

    Args:
        max_entries: URLs kept; the least recently used goes first.
        max_bytes: Bytes kept in all.
        shared_cache: Redis behind, None without.
        now: Steady seconds.
        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        *,
        max_entries: int,
        max_bytes: int,
        shared_cache: FailSafeBackend | None,
        now: Callable[[], float],
        clock: Callable[[], float],
    ) -> None:
        self.cache: Cache[tuple[StoredResponse, ...]] = Cache(max_entries=max_entries, max_bytes=max_bytes, now=now)
        self.shared_cache = shared_cache
        self.max_entries = max_entries
        self.max_bytes = max_bytes
        self._now = now
        self._clock = clock

    def find_variant(self, key: str, request_headers: Fields) -> StoredResponse | None:
        """The newest variant that the request selects, fresh or not."""
        entry = self.cache.peek(key)
        if entry is None:
            return None
        for stored in entry.value:
            if not stored.vary or matches_vary(stored, request_headers):
                return stored
        return None

    def store(self, key: str, stored: StoredResponse) -> bool:
        """Keep a variant in memory in the place of the one it replaces; whether there was room."""
        entry = self.cache.peek(key)
        if entry is None:
            return self.cache.put(key, (stored,), ttl=math.inf, size=stored.size, cost=stored.cost) is not None
        others = tuple(one for one in entry.value if one.vary != stored.vary)
        # The newest first: of several that fit, the most recent one is to be used.
        variants = tuple(sorted((stored, *others), key=lambda one: -one.date))[:_MAX_VARIANTS]
        size = sum(one.size for one in variants)
        if size > self.max_bytes:
            variants, size = (stored,), stored.size
        return self.cache.put(key, variants, ttl=math.inf, size=size, cost=stored.cost) is not None

    def remove(self, key: str, stored: StoredResponse) -> None:
        """Forget one variant."""
        entry = self.cache.peek(key)
        if entry is None:
            return
        others = tuple(one for one in entry.value if one is not stored)
        self.cache.discard(key)
        if others:
            self.cache.put(key, others, ttl=math.inf, size=sum(one.size for one in others), cost=stored.cost)

    async def load_shared(self, target: ResolvedURL, key: str, request_headers: Fields) -> StoredResponse | None:
        """A variant that another worker kept; it is kept in memory too."""
        if self.shared_cache is None:
            return None
        data = await self.shared_cache.get(shared_cache_key(target.host, key))
        if data is None:
            return None
        for stored in reversed(self._decode(data)):
            self.store(key, stored)
        return self.find_variant(key, request_headers)

    async def publish(self, target: ResolvedURL, key: str, ttl: float | None) -> None:
        """Give the variants of a URL to other workers."""
        entry = self.cache.peek(key)
        if self.shared_cache is None or entry is None:
            return
        now = self._now()
        retention = max(self._retention(stored, ttl, now) for stored in entry.value)
        if retention > 0:
            data = _encoder.encode([_to_record(stored) for stored in entry.value])
            await self.shared_cache.set(shared_cache_key(target.host, key), data, ttl=retention)

    def _retention(self, stored: StoredResponse, ttl: float | None, now: float) -> float:
        """Seconds from now for which a variant may still be of use."""
        fresh = stored.freshness
        window = 0.0 if fresh.must_revalidate else max(fresh.stale_while_revalidate, fresh.stale_if_error)
        if stored.has_validator:
            window = max(window, _VALIDATOR_RETENTION)
        return stored.lifetime(ttl) - stored.age(now) + window

    def _decode(self, data: bytes) -> list[StoredResponse]:
        try:
            records = _decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return []  # of another version, or not ours
        now, wall = self._now(), self._clock()
        return [_from_record(wire, now=now, wall=wall) for wire in records if wire.version == _VERSION]

    async def invalidate(self, target: ResolvedURL) -> int:
        """Forget a URL here and in Redis; how many answers there were here."""
        keys = (target.key, head_key(target.key))
        count = sum(self.cache.discard(key) for key in keys)
        if self.shared_cache is not None:
            await self.shared_cache.delete(*(shared_cache_key(target.host, key) for key in keys))
        return count

    async def clear(self, *, host: str | None = None) -> int:
        """Forget all, or all of a host; how many answers there were, here or in Redis, whichever knew more."""
        local_count = self.cache.clear(None if host is None else lambda _, variants: _host(variants[0].url) == host)
        if self.shared_cache is None:
            return local_count
        shared_count = await self.shared_cache.clear("" if host is None else _digest(host)[:16])
        return max(local_count, shared_count)


def head_key(key: str) -> str:
    """The key of answers to HEAD, which have no body to offer to GET."""
    return "HEAD " + key


def shared_cache_key(host: str, key: str) -> str:
    """The key in Redis: it tells nothing, and those of one host begin alike."""
    return f"{_digest(host)[:16]}:{_digest(key)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _host(url: str) -> str:
    from yarl import URL  # noqa: PLC0415 - only when clearing

    return URL(url).host or ""


def _to_record(stored: StoredResponse) -> _ResponseRecord:
    fresh = stored.freshness
    return _ResponseRecord(
        version=_VERSION,
        method=stored.method,
        status=stored.status,
        reason=stored.reason,
        headers=[(_to_bytes(name), _to_bytes(value)) for name, value in stored.headers.items()],
        body=stored.body,
        url=stored.url,
        vary=list(stored.vary),
        date=stored.date,
        initial_age=stored.initial_age,
        received_at=stored.received_at,
        lifetime=fresh.lifetime,
        implied=fresh.implied,
        stale_while_revalidate=fresh.stale_while_revalidate,
        stale_if_error=fresh.stale_if_error,
        no_cache=fresh.no_cache,
        must_revalidate=fresh.must_revalidate,
        cost=stored.cost,
    )


def _from_record(record: _ResponseRecord, *, now: float, wall: float) -> StoredResponse:
    fields = CIMultiDict((_to_text(name), _to_text(value)) for name, value in record.headers)
    return StoredResponse(
        method=record.method,
        status=record.status,
        reason=record.reason,
        headers=CIMultiDictProxy(fields),
        body=record.body,
        url=record.url,
        vary=tuple(record.vary),
        date=record.date,
        initial_age=record.initial_age,
        # Another worker's steady count means nothing here: its age is told by the wall clock, and never less than 0.
        received_monotonic=now - max(0.0, wall - record.received_at),
        received_at=record.received_at,
        freshness=Freshness(
            lifetime=record.lifetime,
            implied="ttl" if record.implied == "ttl" else "",
            stale_while_revalidate=record.stale_while_revalidate,
            stale_if_error=record.stale_if_error,
            no_cache=record.no_cache,
            must_revalidate=record.must_revalidate,
        ),
        cost=record.cost,
    )


def _to_bytes(text: str) -> bytes:
    # Servers send bytes that are no UTF-8; aiohttp keeps them as surrogates.
    return text.encode("utf-8", "surrogateescape")


def _to_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
