"""Store of cached responses: the variants of each URL in bounded memory and, shared by workers, in Redis."""

from __future__ import annotations

import hashlib
import math
import os
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec.structs import replace
from multidict import CIMultiDict, CIMultiDictProxy

from asyncassist._cache import Cache, FailSafeBackend
from asyncassist._http.rfc9111 import StoredResponse, is_selected

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncassist._http.guard import Guard
    from asyncassist._http.prepared_request import ResolvedURL
    from asyncassist._http.rfc9111 import Fields

# Bound of the variants (Vary) of one URL, so that one URL cannot fill the cache.
_MAX_VARIANTS = 16
# Seconds for which Redis keeps a stale response whose validators still let other workers revalidate it.
_VALIDATOR_RETENTION = 3600.0
# Key in Redis of a random value that each invalidation replaces: a worker that reads another one than before drops the
# responses in its memory. It lives longer than a worker goes without a request.
_GENERATION_KEY = "generation"
_GENERATION_TTL = 366 * 86400.0


# Version of the wire format; records of another version are ignored.
_Version = Literal[3]
_VERSION: _Version = 3


def _encode_headers(headers: object) -> list[tuple[bytes, bytes]]:
    assert isinstance(headers, CIMultiDictProxy)
    # Servers send bytes that are not UTF-8; aiohttp decodes them to surrogates.
    return [
        (name.encode("utf-8", "surrogateescape"), value.encode("utf-8", "surrogateescape"))
        for name, value in headers.items()
    ]


def _decode_headers(_: type, lines: object) -> CIMultiDictProxy[str]:
    pairs = msgspec.convert(lines, list[tuple[bytes, bytes]])
    return CIMultiDictProxy(
        CIMultiDict(
            (name.decode("utf-8", "surrogateescape"), value.decode("utf-8", "surrogateescape")) for name, value in pairs
        )
    )


_encoder = msgspec.msgpack.Encoder(enc_hook=_encode_headers)
_decoder = msgspec.msgpack.Decoder(tuple[_Version, list[StoredResponse]], dec_hook=_decode_headers)


class ResponseStore:
    """Stored responses: all variants of a URL under one key.

    Args:
        max_entries: Maximum number of URLs in memory; the least recently used is evicted first.
        max_bytes: Maximum size in bytes of all responses in memory.
        shared_cache: Shared cache of several workers, None for none.
        now: Monotonic clock, seconds.
        clock: Wall clock, seconds since the epoch.
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
        self._generation: bytes | None = None
        """Generation of the shared cache that was read last, None before the first invalidation by any worker."""

    def find_variant(self, key: str, request_headers: Fields, caller: str | None = None) -> StoredResponse | None:
        """Return the newest variant in memory that the request selects, fresh or stale; None if there is none."""
        entry = self.cache.peek(key)
        if entry is None:
            return None
        for stored in entry.value:
            if is_selected(stored, request_headers, caller):
                return stored
        return None

    def store(self, key: str, stored: StoredResponse) -> bool:
        """Store a variant in memory, replacing the one it stands for; return False if it is too large."""
        entry = self.cache.peek(key)
        if entry is None:
            return self.cache.put(key, (stored,), ttl=math.inf, size=stored.size, cost=stored.cost) is not None
        others = tuple(one for one in entry.value if _selection_key(one) != _selection_key(stored))
        # Newest first: of several selected responses the most recent one must be used (RFC 9111 section 4).
        variants = tuple(sorted((stored, *others), key=lambda one: -one.date))[:_MAX_VARIANTS]
        size = sum(one.size for one in variants)
        if size > self.max_bytes:
            variants, size = (stored,), stored.size
        return self.cache.put(key, variants, ttl=math.inf, size=size, cost=stored.cost) is not None

    def remove(self, key: str, stored: StoredResponse) -> None:
        """Remove one variant from memory."""
        entry = self.cache.peek(key)
        if entry is None:
            return
        others = tuple(one for one in entry.value if one is not stored)
        self.cache.discard(key)
        if others:
            self.cache.put(key, others, ttl=math.inf, size=sum(one.size for one in others), cost=stored.cost)

    async def load_shared(
        self, target: ResolvedURL, key: str, request_headers: Fields, caller: str | None = None
    ) -> StoredResponse | None:
        """Load the variants of a URL from the shared cache into memory; return the one that the request selects."""
        if self.shared_cache is None:
            return None
        data = await self.shared_cache.get(shared_cache_key(target.host, key))
        if data is None:
            return None
        # In reverse, because `store` puts a variant before others of the same date: so the order is preserved.
        for stored in reversed(self._decode(data)):
            self.store(key, stored)
        return self.find_variant(key, request_headers, caller)

    async def publish(self, target: ResolvedURL, key: str, ttl: float | None) -> None:
        """Write the variants of a URL to the shared cache, for as long as one of them may be of use."""
        entry = self.cache.peek(key)
        if self.shared_cache is None or entry is None:
            return
        now = self._now()
        retention = max(self._retention(stored, ttl, now) for stored in entry.value)
        if retention > 0:
            data = _encoder.encode((_VERSION, [replace(stored, _headers_with_age=None) for stored in entry.value]))
            await self.shared_cache.set(shared_cache_key(target.host, key), data, ttl=retention)

    def _retention(self, stored: StoredResponse, ttl: float | None, now: float) -> float:
        """Return the seconds from now for which a variant may be served, served stale or revalidated."""
        fresh = stored.freshness
        window = fresh.stale_window
        if stored.has_validator:
            window = max(window, _VALIDATOR_RETENTION)
        return stored.lifetime(ttl) - stored.age(now) + window

    def _decode(self, data: bytes) -> list[StoredResponse]:
        """Decode variants from the shared cache; empty if they are of another version or not valid."""
        try:
            _, variants = _decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return []  # another version, or data of another program
        now, wall = self._now(), self._clock()
        for stored in variants:
            # Monotonic clocks differ between processes: the resident time is taken from the wall clock, never below 0.
            stored.received_monotonic = now - max(0.0, wall - stored.received_at)
        return variants

    async def invalidate(self, target: ResolvedURL, *, explicit: bool = True) -> int:
        """Remove the responses of a URL from memory and Redis; return the number of entries removed from memory.

        Args:
            target: URL.
            explicit: Whether other workers are told even if nothing was stored, here or in Redis.
        """
        keys = (target.key, head_key(target.key))
        count = sum(self.cache.discard(key) for key in keys)
        if self.shared_cache is not None:
            shared_count = await self.shared_cache.delete(*(shared_cache_key(target.host, key) for key in keys))
            if explicit or count or shared_count:
                await self._start_generation(self.shared_cache)
        return count

    async def clear(self, *, host: str | None = None) -> int:
        """Remove all responses, or those of a host; return the larger of the counts in memory and in Redis."""
        local_count = self.cache.clear(None if host is None else lambda _, variants: _host(variants[0].url) == host)
        if self.shared_cache is None:
            return local_count
        await self.shared_cache.delete(_GENERATION_KEY)  # counted otherwise
        shared_count = await self.shared_cache.clear("" if host is None else _digest(host)[:16])
        await self._start_generation(self.shared_cache)
        return max(local_count, shared_count)

    async def _start_generation(self, shared_cache: FailSafeBackend) -> None:
        """Tell all workers that responses were invalidated, this one too: it may have overwritten what others told."""
        await shared_cache.set(_GENERATION_KEY, os.urandom(16), ttl=_GENERATION_TTL)

    async def is_outdated(self) -> bool:
        """Return whether a worker has invalidated responses since the last call; False while Redis does not respond."""
        generation = None if self.shared_cache is None else await self.shared_cache.get(_GENERATION_KEY)
        if generation is None or generation == self._generation:
            return False
        self._generation = generation
        return True


def head_key(key: str) -> str:
    """Return the key of responses to HEAD, separate because they have no body to serve to GET."""
    return "HEAD " + key


def shared_cache_prefix(guard: Guard | None) -> str:
    """Return the prefix of all keys in Redis: one for each guard, as a hit opens no socket to check."""
    if guard is None:
        return "asyncassist:http:"
    # Not below the other prefix: clearing that one leaves the responses of guarded handlers alone.
    return f"asyncassist:http-guarded:{_digest(repr((guard.schemes, guard.ports, guard.allow, guard.deny)))[:32]}:"


def shared_cache_key(host: str, key: str) -> str:
    """Return the opaque key in Redis; keys of one host share a prefix, by which `clear` finds them."""
    return f"{_digest(host)[:16]}:{_digest(key)}"


def _selection_key(stored: StoredResponse) -> tuple[object, ...]:
    """Return what a request must match to select a response: equal for responses of which one replaces the other."""
    return stored.vary, stored.caller if stored.freshness.implied else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _host(url: str) -> str:
    from yarl import URL  # noqa: PLC0415 - only when clearing

    return URL(url).host or ""
