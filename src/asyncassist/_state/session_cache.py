"""Sessions as this process last saw them: a guess for the next change, an answer in an outage, a near cache."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from msgspec.structs import replace

from asyncassist._stores.session_records import NEVER, TOMBSTONE_TTL

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncassist._stores.session_records import Record

MAX_KNOWN, MAX_KNOWN_BYTES = 10_000, 32 << 20
GUESS_AGE = TOMBSTONE_TTL / 2


class _Seen:
    """A record, when it was seen, when it ends, and whether the store would tell us if it changed."""

    __slots__ = ("at", "end", "fresh", "record")

    def __init__(self, record: Record, at: float) -> None:
        self.record = record
        self.at = at
        self.end = at + record.expires_in
        self.fresh = False


class Known:
    """The last records seen, in bounded memory.

    Args:
        now: Steady seconds.
        max_entries: Records kept; the one longest unused goes first.
        max_bytes: Bytes of data kept.
    """

    def __init__(
        self, now: Callable[[], float], *, max_entries: int = MAX_KNOWN, max_bytes: int = MAX_KNOWN_BYTES
    ) -> None:
        self._now = now
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._bytes = 0
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        # Reads on their way whose answer may be older than a change we hear of meanwhile.
        self._reading: dict[str, int] = {}
        self._moved: set[str] = set()

    def __len__(self) -> int:
        return len(self._seen)

    def __contains__(self, key: str) -> bool:
        return key in self._seen

    def put(self, key: str, record: Record) -> _Seen:
        """It was seen just now."""
        before = self._seen.pop(key, None)
        if before is not None:
            self._bytes -= len(before.record.body or b"")
        seen = self._seen[key] = _Seen(record, self._now())
        self._bytes += len(record.body or b"")
        while len(self._seen) > self._max_entries or (self._bytes > self._max_bytes and len(self._seen) > 1):
            _, old = self._seen.popitem(last=False)
            self._bytes -= len(old.record.body or b"")
        return seen

    def get(self, key: str) -> Record | None:
        """What was seen last, `NEVER` when its time is over; None when nothing was."""
        seen = self._seen.get(key)
        if seen is None:
            return None
        left = seen.end - self._now()
        return replace(seen.record, expires_in=left) if left > 0 else NEVER

    def guess(self, key: str) -> Record | None:
        """What is probably there; None when nothing was seen lately.

        Only as long as the tombstone of a deletion that we did not see would still be there: a session that began anew
        counts its versions anew.
        """
        seen = self._seen.get(key)
        now = self._now()
        return seen.record if seen is not None and now < seen.end and now - seen.at < GUESS_AGE else None

    def keep_only(self, keys: set[str]) -> None:
        """Drop all others."""
        for key in [key for key in self._seen if key not in keys]:
            self._bytes -= len(self._seen.pop(key).record.body or b"")

    # the near cache

    def near(self, key: str) -> tuple[Record, float] | None:
        """What is there now, and the seconds it has left; None when the store must be asked."""
        seen = self._seen.get(key)
        if seen is None or not seen.fresh:
            return None
        left = seen.end - self._now()
        if left <= 0:
            return None
        self._seen.move_to_end(key)
        return seen.record, left

    def begin_read(self, key: str) -> None:
        """A read is on its way."""
        self._reading[key] = self._reading.get(key, 0) + 1

    def end_read(self, key: str, record: Record | None) -> None:
        """Its answer is here; it is fresh unless a change was heard of meanwhile. None: it failed."""
        left = self._reading[key] - 1
        moved = key in self._moved
        if left:
            self._reading[key] = left
        else:
            del self._reading[key]
            self._moved.discard(key)
        if record is not None:
            self.put(key, record).fresh = not moved and record.body is not None

    def moved(self, key: str) -> None:
        """The store says that it changed."""
        seen = self._seen.get(key)
        if seen is not None:
            seen.fresh = False
        if key in self._reading:
            self._moved.add(key)

    def all_moved(self) -> None:
        """Nothing is sure any more: the connection that tells of changes broke."""
        for seen in self._seen.values():
            seen.fresh = False
        self._moved.update(self._reading)
