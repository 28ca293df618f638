"""Sessions as this process last saw them: a guess for the next change, an answer in an outage, a near cache."""

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
    """A record, when it was seen, when it ends, and whether the store would tell us if it changed."""

    __slots__ = ("cached_at", "expires_at", "fresh", "record")

    def __init__(self, record: SessionRecord, cached_at: float) -> None:
        self.record = record
        self.cached_at = cached_at
        self.expires_at = cached_at + record.expires_in
        self.fresh = False


class SessionCache:
    """The last records seen, in bounded memory.

    Args:
        now: Steady seconds.
        max_entries: Records kept; the one longest unused goes first.
        max_bytes: Bytes of data kept.
    """

    def __init__(self, now: Callable[[], float], *, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self._now = now
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._bytes = 0
        self._entries: OrderedDict[str, _CachedRecord] = OrderedDict()
        # Reads on their way whose answer may be older than a change we hear of meanwhile.
        self._reads_in_flight: dict[str, int] = {}
        self._invalidated_reads: set[str] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def put(self, key: str, record: SessionRecord) -> _CachedRecord:
        """It was seen just now."""
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
        """What was seen last, `NEVER` when its time is over; None when nothing was."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        left = entry.expires_at - self._now()
        return replace(entry.record, expires_in=left) if left > 0 else ABSENT

    def get_recent(self, key: str) -> SessionRecord | None:
        """What is probably there; None when nothing was seen lately.

        Only as long as the tombstone of a deletion that we did not see would still be there: a session that began anew
        counts its versions anew.
        """
        entry = self._entries.get(key)
        now = self._now()
        return (
            entry.record
            if entry is not None and now < entry.expires_at and now - entry.cached_at < MAX_RECENT_AGE
            else None
        )

    def retain(self, keys: set[str]) -> None:
        """Drop all others."""
        for key in [key for key in self._entries if key not in keys]:
            self._bytes -= len(self._entries.pop(key).record.body or b"")

    # the near cache

    def get_fresh(self, key: str) -> tuple[SessionRecord, float] | None:
        """What is there now, and the seconds it has left; None when the store must be asked."""
        entry = self._entries.get(key)
        if entry is None or not entry.fresh:
            return None
        left = entry.expires_at - self._now()
        if left <= 0:
            return None
        self._entries.move_to_end(key)
        return entry.record, left

    def begin_read(self, key: str) -> None:
        """A read is on its way."""
        self._reads_in_flight[key] = self._reads_in_flight.get(key, 0) + 1

    def end_read(self, key: str, record: SessionRecord | None) -> None:
        """Its answer is here; it is fresh unless a change was heard of meanwhile. None: it failed."""
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
        """The store says that it changed."""
        entry = self._entries.get(key)
        if entry is not None:
            entry.fresh = False
        if key in self._reads_in_flight:
            self._invalidated_reads.add(key)

    def invalidate_all(self) -> None:
        """Nothing is sure any more: the connection that tells of changes broke."""
        for entry in self._entries.values():
            entry.fresh = False
        self._invalidated_reads.update(self._reads_in_flight)
