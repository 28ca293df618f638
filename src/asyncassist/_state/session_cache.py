"""LRU cache of session records: base of optimistic writes, source of reads in an outage, near cache."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from msgspec.structs import replace

from asyncassist._stores.session_records import ABSENT, TOMBSTONE_TTL

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncassist._stores.session_records import SessionRecord

MAX_ENTRIES, MAX_BYTES = 10_000, 32 << 20
MAX_RECENT_AGE = TOMBSTONE_TTL / 2


class _CachedRecord:
    """Cached record: when it was cached, when it expires, and whether the store would announce a change of it."""

    __slots__ = ("cached_at", "expires_at", "fresh", "record")

    def __init__(self, record: SessionRecord, cached_at: float) -> None:
        self.record = record
        self.cached_at = cached_at
        self.expires_at = cached_at + record.expires_in
        self.fresh = False


class SessionCache:
    """LRU cache of session records, bounded by entries and bytes.

    Args:
        now: Monotonic clock, in seconds.
        max_entries: Records stored; the least recently used is evicted first.
        max_bytes: Bytes of session data stored.
    """

    def __init__(self, now: Callable[[], float], *, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self._now = now
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._bytes = 0
        self._entries: OrderedDict[str, _CachedRecord] = OrderedDict()
        # Reads in flight by key: an invalidation that arrives before the reply may be newer than the reply.
        self._reads_in_flight: dict[str, int] = {}
        self._invalidated_reads: set[str] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def put(self, key: str, record: SessionRecord) -> _CachedRecord:
        """Store a record just read or written and return its entry."""
        before = self._entries.pop(key, None)
        if before is not None:
            self._bytes -= len(before.record.body or b"")
        entry = self._entries[key] = _CachedRecord(record, self._now())
        self._bytes += len(record.body or b"")
        while len(self._entries) > self._max_entries or (self._bytes > self._max_bytes and len(self._entries) > 1):
            _, old = self._entries.popitem(last=False)
            self._bytes -= len(old.record.body or b"")
        return entry

    def get(self, key: str) -> SessionRecord | None:
        """Return the last known record, `ABSENT` once it has expired; None when it is not cached."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        left = entry.expires_at - self._now()
        return replace(entry.record, expires_in=left) if left > 0 else ABSENT

    def get_recent(self, key: str) -> SessionRecord | None:
        """Return a record that is probably current; None when none was cached recently.

        The age is bounded by half the TTL of a tombstone: later, a deletion that this process missed may have been
        followed by a new session under the same id, whose versions start from 1 again.
        """
        entry = self._entries.get(key)
        now = self._now()
        return (
            entry.record
            if entry is not None and now < entry.expires_at and now - entry.cached_at < MAX_RECENT_AGE
            else None
        )

    def retain(self, keys: set[str]) -> None:
        """Remove every record whose key is not in `keys`."""
        for key in [key for key in self._entries if key not in keys]:
            self._bytes -= len(self._entries.pop(key).record.body or b"")

    # the near cache

    def get_fresh(self, key: str) -> tuple[SessionRecord, float] | None:
        """Return a record known to be current and the seconds until it expires; None on a miss."""
        entry = self._entries.get(key)
        if entry is None or not entry.fresh:
            return None
        left = entry.expires_at - self._now()
        if left <= 0:
            return None
        self._entries.move_to_end(key)
        return entry.record, left

    def begin_read(self, key: str) -> None:
        """Register a read of the store in flight."""
        self._reads_in_flight[key] = self._reads_in_flight.get(key, 0) + 1

    def end_read(self, key: str, record: SessionRecord | None) -> None:
        """Store the result of a read; it is fresh unless the key was invalidated while the read was in flight.

        Args:
            key: Session id.
            record: The record read; None when the read failed.
        """
        left = self._reads_in_flight[key] - 1
        invalidated = key in self._invalidated_reads
        if left:
            self._reads_in_flight[key] = left
        else:
            del self._reads_in_flight[key]
            self._invalidated_reads.discard(key)
        if record is not None:
            self.put(key, record).fresh = not invalidated and record.body is not None

    def invalidate(self, key: str) -> None:
        """Mark a record as not fresh: the store announced a change of it."""
        entry = self._entries.get(key)
        if entry is not None:
            entry.fresh = False
        if key in self._reads_in_flight:
            self._invalidated_reads.add(key)

    def invalidate_all(self) -> None:
        """Mark every record as not fresh: the invalidation connection was lost."""
        for entry in self._entries.values():
            entry.fresh = False
        self._invalidated_reads.update(self._reads_in_flight)
