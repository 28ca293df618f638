"""In-memory session store."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from msgspec.structs import replace

from asyncassist._stores.session_records import ABSENT, WriteResult, compare_and_set

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from asyncassist._stores.session_records import SessionRecord, Write


class MemorySessions:
    """Session store in this process.

    Args:
        ttl: Seconds until an unused session expires, unless it has its own TTL.
        now: Monotonic clock, in seconds.
    """

    def __init__(self, *, ttl: float, now: Callable[[], float]) -> None:
        self._ttl = ttl
        self._now = now
        self._records: dict[str, tuple[SessionRecord, float]] = {}
        # One entry per key, at or before its expiry: a touch does not move it, it is pushed again when it comes up.
        self._expiry_heap: list[tuple[float, str]] = []

    def __len__(self) -> int:
        return len(self._records)

    def _get_unexpired(self, session_id: str) -> SessionRecord:
        """Return the record with its remaining TTL, `ABSENT` when there is none or it has expired."""
        found = self._records.get(session_id)
        if found is None:
            return ABSENT
        record, end = found
        left = end - self._now()
        return replace(record, expires_in=left) if left > 0 else ABSENT

    def _store_record(self, session_id: str, record: SessionRecord, seconds: float) -> SessionRecord:
        """Store a record for `seconds`, remove expired ones and return the stored record."""
        now = self._now()
        end = now + seconds
        if session_id not in self._records:
            heapq.heappush(self._expiry_heap, (end, session_id))
        self._records[session_id] = (record, end)
        while self._expiry_heap and self._expiry_heap[0][0] <= now:
            _, expired_id = heapq.heappop(self._expiry_heap)
            expires_at = self._records[expired_id][1]
            if expires_at <= now:
                del self._records[expired_id]
            else:
                heapq.heappush(self._expiry_heap, (expires_at, expired_id))
        return replace(record, expires_in=seconds)

    async def read(self, session_id: str, *, touch: bool = True) -> SessionRecord:
        """Return the record of a session; with `touch` extend its TTL."""
        record = self._get_unexpired(session_id)
        if touch and record.body is not None:
            record = self._store_record(session_id, record, record.ttl or self._ttl)
        return record

    async def read_many(self, ids: Sequence[str], *, touch: bool = True) -> list[SessionRecord]:
        """Return the records of several sessions, in the order of the ids."""
        return [await self.read(session_id, touch=touch) for session_id in ids]

    async def write(self, session_id: str, write: Write) -> WriteResult:
        """Compare and set one session. Write ids are ignored: a write in this process is never repeated."""
        result = compare_and_set(self._get_unexpired(session_id), write, self._ttl)
        if not result.written:
            return result
        return WriteResult(True, self._store_record(session_id, result.record, result.record.expires_in))

    async def scan(self) -> AsyncIterator[str]:
        """Iterate over the ids of all live sessions.

        Sessions created or deleted during the iteration may be included or not.
        """
        for session_id in list(self._records):
            if self._get_unexpired(session_id).body is not None:
                yield session_id
