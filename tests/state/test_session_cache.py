"""SessionCache: bounds, recent records, and the freshness rules of the near cache."""

from __future__ import annotations

from asyncassist._clock import monotonic
from asyncassist._state.session_cache import SessionCache
from asyncassist._stores.session_records import ABSENT, SessionRecord


def test_entries_and_bytes_are_bounded(clock):
    """The least recently used record is evicted; an expired record reads as absent."""
    cache = SessionCache(monotonic(clock), max_entries=3, max_bytes=100)
    for name in "abcd":
        cache.put(name, SessionRecord(1, b"x" * 10, None, 60.0))
    assert [name in cache for name in "abcd"] == [False, True, True, True]

    cache.put("big", SessionRecord(1, b"x" * 95, None, 60.0))
    assert len(cache) == 1
    clock.advance(60.0)
    assert cache.get("big") is ABSENT
    assert cache.get("other") is None


def test_a_recent_record_is_younger_than_half_a_tombstone(clock):
    """Later a deletion, the end of its tombstone and a new session may have gone unnoticed."""
    cache = SessionCache(monotonic(clock))
    cache.put("a", SessionRecord(3, b"{}", None, 1000.0))

    assert cache.get_recent("a") is not None
    clock.advance(150.0)
    assert cache.get_recent("a") is None
    assert cache.get("a") is not None


def test_a_read_invalidated_in_flight_is_not_fresh(clock):
    """An invalidation that arrives while a read is in flight makes its result stale."""
    cache = SessionCache(monotonic(clock))
    record = SessionRecord(1, b"{}", None, 60.0)
    cache.begin_read("a")
    cache.begin_read("a")
    cache.invalidate("a")
    cache.end_read("a", record)
    assert cache.get_fresh("a") is None
    cache.end_read("a", record)
    assert cache.get_fresh("a") is None

    cache.begin_read("a")
    cache.end_read("a", record)
    assert cache.get_fresh("a") is not None
    clock.advance(60.0)
    assert cache.get_fresh("a") is None
    cache.begin_read("b")
    cache.invalidate_all()
    cache.end_read("b", record)
    assert cache.get_fresh("b") is None


def test_retain_removes_every_other_record(clock):
    """Only the given keys stay, and the bytes of the others are free again."""
    cache = SessionCache(monotonic(clock), max_bytes=30)
    for name in "abc":
        cache.put(name, SessionRecord(1, b"x" * 10, None, 60.0))

    cache.retain({"b", "unknown"})
    cache.put("d", SessionRecord(1, b"x" * 20, None, 60.0))

    assert [name in cache for name in "abcd"] == [False, True, False, True]


def test_a_deleted_session_is_never_fresh(clock):
    """The near cache serves live sessions only; whether a deleted id is in use again is up to the store."""
    cache = SessionCache(monotonic(clock))
    cache.begin_read("a")

    cache.end_read("a", SessionRecord(version=2, expires_in=300.0))

    assert cache.get_fresh("a") is None
    assert cache.get_recent("a") == SessionRecord(version=2, expires_in=300.0)


def test_a_failed_read_caches_nothing(clock):
    """A read without a result leaves the cache as it was and no read registered."""
    cache = SessionCache(monotonic(clock))
    cache.begin_read("a")

    cache.end_read("a", None)

    assert "a" not in cache
    cache.invalidate("a")
    cache.begin_read("a")
    cache.end_read("a", SessionRecord(1, b"{}", None, 60.0))
    assert cache.get_fresh("a") == (SessionRecord(1, b"{}", None, 60.0), 60.0)
