"""The answers that are kept: variants by URL in memory, bounded, and in Redis for other workers."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

import msgspec
from multidict import CIMultiDict, CIMultiDictProxy

from asyncassist._cache import Cache, FailSafeBackend
from asyncassist._http.rfc9111 import Freshness, Stored, matches

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncassist._http.prepared_request import Target
    from asyncassist._http.rfc9111 import Fields

# More variants of one URL are hardly ever asked for again.
_MAX_VARIANTS = 16
# How long other workers may still ask the origin whether an answer past its time holds.
_KEEP_VALIDATORS = 3600.0


class _Wire(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
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
    while_revalidate: float
    if_error: float
    validate: bool
    never_stale: bool
    cost: float


_VERSION = 1
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[_Wire])


class Kept:
    """Variants of answers by URL.

    Args:
        max_entries: URLs kept; the least recently used goes first.
        max_bytes: Bytes kept in all.
        level: Redis behind, None without.
        now: Steady seconds.
        wall: Seconds since the epoch.
    """

    def __init__(
        self,
        *,
        max_entries: int,
        max_bytes: int,
        level: FailSafeBackend | None,
        now: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self.cache: Cache[tuple[Stored, ...]] = Cache(max_entries=max_entries, max_bytes=max_bytes, now=now)
        self.level = level
        self.max_entries = max_entries
        self.max_bytes = max_bytes
        self._now = now
        self._wall = wall

    def find(self, key: str, request: Fields) -> Stored | None:
        """The newest variant that the request selects, fresh or not."""
        entry = self.cache.peek(key)
        if entry is None:
            return None
        for stored in entry.value:
            if not stored.vary or matches(stored, request):
                return stored
        return None

    def keep(self, key: str, stored: Stored) -> bool:
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

    def drop(self, key: str, stored: Stored) -> None:
        """Forget one variant."""
        entry = self.cache.peek(key)
        if entry is None:
            return
        others = tuple(one for one in entry.value if one is not stored)
        self.cache.discard(key)
        if others:
            self.cache.put(key, others, ttl=math.inf, size=sum(one.size for one in others), cost=stored.cost)

    async def load(self, target: Target, key: str, request: Fields) -> Stored | None:
        """A variant that another worker kept; it is kept in memory too."""
        if self.level is None:
            return None
        data = await self.level.get(level_key(target.host, key))
        if data is None:
            return None
        for stored in reversed(self._decoded(data)):
            self.keep(key, stored)
        return self.find(key, request)

    async def share(self, target: Target, key: str, ttl: float | None) -> None:
        """Give the variants of a URL to other workers."""
        entry = self.cache.peek(key)
        if self.level is None or entry is None:
            return
        now = self._now()
        useful = max(self._useful(stored, ttl, now) for stored in entry.value)
        if useful > 0:
            data = _encoder.encode([_to_wire(stored) for stored in entry.value])
            await self.level.set(level_key(target.host, key), data, ttl=useful)

    def _useful(self, stored: Stored, ttl: float | None, now: float) -> float:
        """Seconds from now for which a variant may still be of use."""
        fresh = stored.freshness
        window = 0.0 if fresh.never_stale else max(fresh.while_revalidate, fresh.if_error)
        if stored.has_validator:
            window = max(window, _KEEP_VALIDATORS)
        return stored.lifetime(ttl) - stored.age(now) + window

    def _decoded(self, data: bytes) -> list[Stored]:
        try:
            wires = _decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return []  # of another version, or not ours
        now, wall = self._now(), self._wall()
        return [_from_wire(wire, now=now, wall=wall) for wire in wires if wire.version == _VERSION]

    async def forget(self, target: Target) -> int:
        """Forget a URL here and in Redis; how many answers there were here."""
        keys = (target.key, head_key(target.key))
        count = sum(self.cache.discard(key) for key in keys)
        if self.level is not None:
            await self.level.delete(*(level_key(target.host, key) for key in keys))
        return count

    async def clear(self, *, host: str | None = None) -> int:
        """Forget all, or all of a host; how many answers there were, here or in Redis, whichever knew more."""
        here = self.cache.clear(None if host is None else lambda _, variants: _host(variants[0].url) == host)
        if self.level is None:
            return here
        there = await self.level.clear("" if host is None else _digest(host)[:16])
        return max(here, there)


def head_key(key: str) -> str:
    """The key of answers to HEAD, which have no body to offer to GET."""
    return "HEAD " + key


def level_key(host: str, key: str) -> str:
    """The key in Redis: it tells nothing, and those of one host begin alike."""
    return f"{_digest(host)[:16]}:{_digest(key)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _host(url: str) -> str:
    from yarl import URL  # noqa: PLC0415 - only when clearing

    return URL(url).host or ""


def _to_wire(stored: Stored) -> _Wire:
    fresh = stored.freshness
    return _Wire(
        version=_VERSION,
        method=stored.method,
        status=stored.status,
        reason=stored.reason,
        headers=[(_bytes(name), _bytes(value)) for name, value in stored.headers.items()],
        body=stored.body,
        url=stored.url,
        vary=list(stored.vary),
        date=stored.date,
        initial_age=stored.initial_age,
        received_at=stored.received_at,
        lifetime=fresh.lifetime,
        implied=fresh.implied,
        while_revalidate=fresh.while_revalidate,
        if_error=fresh.if_error,
        validate=fresh.validate,
        never_stale=fresh.never_stale,
        cost=stored.cost,
    )


def _from_wire(wire: _Wire, *, now: float, wall: float) -> Stored:
    fields = CIMultiDict((_text(name), _text(value)) for name, value in wire.headers)
    return Stored(
        method=wire.method,
        status=wire.status,
        reason=wire.reason,
        headers=CIMultiDictProxy(fields),
        body=wire.body,
        url=wire.url,
        vary=tuple(wire.vary),
        date=wire.date,
        initial_age=wire.initial_age,
        # Another worker's steady count means nothing here: its age is told by the wall clock, and never less than 0.
        received=now - max(0.0, wall - wire.received_at),
        received_at=wire.received_at,
        freshness=Freshness(
            lifetime=wire.lifetime,
            implied="ttl" if wire.implied == "ttl" else "",
            while_revalidate=wire.while_revalidate,
            if_error=wire.if_error,
            validate=wire.validate,
            never_stale=wire.never_stale,
        ),
        cost=wire.cost,
    )


def _bytes(text: str) -> bytes:
    # Servers send bytes that are no UTF-8; aiohttp keeps them as surrogates.
    return text.encode("utf-8", "surrogateescape")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
