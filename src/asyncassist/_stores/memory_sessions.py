"""Sessions in this process."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from msgspec.structs import replace

from asyncassist._stores.session_records import NEVER, TOMBSTONE_TTL, Outcome, Record, accepts

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
        self._kept: dict[str, tuple[Record, float]] = {}
        # One entry per key, at or before its real end: looked at again when that time comes.
        self._ends: list[tuple[float, str]] = []

    def __len__(self) -> int:
        return len(self._kept)

    def _find(self, session_id: str) -> Record:
        """What is there and not over, with the time it has left."""
        found = self._kept.get(session_id)
        if found is None:
            return NEVER
        record, end = found
        left = end - self._now()
        return replace(record, expires_in=left) if left > 0 else NEVER

    def _keep(self, session_id: str, record: Record, seconds: float) -> Record:
        """Put it there for so long, and drop what is over."""
        now = self._now()
        end = now + seconds
        if session_id not in self._kept:
            heapq.heappush(self._ends, (end, session_id))
        self._kept[session_id] = (record, end)
        while self._ends and self._ends[0][0] <= now:
            _, name = heapq.heappop(self._ends)
            real = self._kept[name][1]
            if real <= now:
                del self._kept[name]
            else:
                heapq.heappush(self._ends, (real, name))
        return replace(record, expires_in=seconds)

    async def read(self, session_id: str, *, touch: bool = True) -> Record:
        """What is there."""
        record = self._find(session_id)
        if touch and record.body is not None:
            record = self._keep(session_id, record, record.ttl or self._ttl)
        return record

    async def read_many(self, ids: Sequence[str], *, touch: bool = True) -> list[Record]:
        """What is there, in order."""
        return [await self.read(session_id, touch=touch) for session_id in ids]

    async def write(self, session_id: str, write: Write) -> Outcome:
        """Compare and set; there is nobody here to repeat a write, so stamps do not count."""
        found = self._find(session_id)
        if not accepts(found, write):
            return Outcome(written=False, record=found)
        version = found.version + write.count
        if write.body is None:
            kept = self._keep(session_id, Record(version=version), TOMBSTONE_TTL)
        else:
            own = write.ttl if write.ttl is not None else (found.ttl if found.body is not None else None)
            kept = self._keep(session_id, Record(version=version, body=write.body, ttl=own), own or self._ttl)
        return Outcome(written=True, record=kept)

    async def scan(self) -> AsyncIterator[str]:
        """The ids of what is alive; what comes and goes meanwhile may be among them or not."""
        for session_id in list(self._kept):
            if self._find(session_id).body is not None:
                yield session_id
