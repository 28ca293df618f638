"""Sessions in this process."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from msgspec.structs import replace

from asyncassist._stores.session_records import ABSENT, TOMBSTONE_TTL, SessionRecord, WriteResult, accepts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from asyncassist._stores.session_records import Write


class MemorySessions:
    """Sessions of one process.

    Args:
        ttl: Seconds a session lives unless it has its own.
        now: Steady seconds.
    """

    def __init__(self, *, ttl: float, now: Callable[[], float]) -> None:
        self._ttl = ttl
        self._now = now
        self._records: dict[str, tuple[SessionRecord, float]] = {}
        # One entry per key, at or before its real end: looked at again when that time comes.
        self._expiry_heap: list[tuple[float, str]] = []

    def __len__(self) -> int:
        return len(self._records)

    def _get_unexpired(self, session_id: str) -> SessionRecord:
        """What is there and not over, with the time it has left."""
        found = self._records.get(session_id)
        if found is None:
            return ABSENT
        record, end = found
        left = end - self._now()
        return replace(record, expires_in=left) if left > 0 else ABSENT

    def _store_record(self, session_id: str, record: SessionRecord, seconds: float) -> SessionRecord:
        """Put it there for so long, and drop what is over."""
        now = self._now()
        end = now + seconds
        if session_id not in self._records:
            heapq.heappush(self._expiry_heap, (end, session_id))
        self._records[session_id] = (record, end)
        while self._expiry_heap and self._expiry_heap[0][0] <= now:
            _, name = heapq.heappop(self._expiry_heap)
            real = self._records[name][1]
            if real <= now:
                del self._records[name]
            else:
                heapq.heappush(self._expiry_heap, (real, name))
        return replace(record, expires_in=seconds)

    async def read(self, session_id: str, *, touch: bool = True) -> SessionRecord:
        """What is there."""
        record = self._get_unexpired(session_id)
        if touch and record.body is not None:
            record = self._store_record(session_id, record, record.ttl or self._ttl)
        return record

    async def read_many(self, ids: Sequence[str], *, touch: bool = True) -> list[SessionRecord]:
        """What is there, in order."""
        return [await self.read(session_id, touch=touch) for session_id in ids]

    async def write(self, session_id: str, write: Write) -> WriteResult:
        """Compare and set; there is nobody here to repeat a write, so stamps do not count."""
        found = self._get_unexpired(session_id)
        if not accepts(found, write):
            return WriteResult(written=False, record=found)
        version = found.version + write.change_count
        if write.body is None:
            stored = self._store_record(session_id, SessionRecord(version=version), TOMBSTONE_TTL)
        else:
            own = write.ttl if write.ttl is not None else (found.ttl if found.body is not None else None)
            stored = self._store_record(
                session_id, SessionRecord(version=version, body=write.body, ttl=own), own or self._ttl
            )
        return WriteResult(written=True, record=stored)

    async def scan(self) -> AsyncIterator[str]:
        """The ids of what is alive; what comes and goes meanwhile may be among them or not."""
        for session_id in list(self._records):
            if self._get_unexpired(session_id).body is not None:
                yield session_id
