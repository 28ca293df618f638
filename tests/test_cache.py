"""In-memory cache with bounds and expiry; fail-safe wrapper of a shared cache backend; digests."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from asyncassist._cache import Cache, FailSafeBackend, json_digest
from asyncassist.errors import ConfigurationError


class Time:
    """Monotonic clock that tests set."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def make(**bounds):
    """Cache of three entries, and its clock."""
    time = Time()
    return Cache(**{"max_entries": 3, "now": time, **bounds}), time


def test_entry_is_fresh_until_its_ttl_passes():
    """A fresh entry is a hit and counts the time saved; at the end of its ttl it is a miss and is removed."""
    cache, time = make()
    cache.put("k", "v", ttl=10.0, cost=2.0)
    time.now = 9.9
    assert cache.get("k").value == "v"

    time.now = 10.0

    assert cache.get("k") is None
    assert cache.stats().hits == 1
    assert cache.stats().misses == 1
    assert cache.stats().saved == 2.0
    assert cache.stats().hit_ratio == 0.5
    assert len(cache) == 0


def test_stale_entry_is_returned_by_peek_only():
    """`get` returns fresh entries only; `peek` also returns an entry within its stale window."""
    cache, time = make()
    cache.put("k", "v", ttl=10.0, stale_for=5.0)
    time.now = 12.0

    assert cache.get("k") is None
    assert cache.peek("k").value == "v"
    time.now = 15.0
    assert cache.peek("k") is None
    assert cache.peek("never") is None


def test_age_counts_against_the_ttl():
    """A value of some age is fresh for the rest of its ttl; one as old as its ttl is not stored."""
    cache, time = make()
    cache.put("k", "v", ttl=10.0, age=8.0)
    assert cache.get("k").stored_at == -8.0

    time.now = 2.0

    assert cache.get("k") is None
    assert cache.put("old", "v", ttl=10.0, age=10.0) is None


def test_least_recently_used_entry_is_evicted_first():
    """A lookup counts as use."""
    cache, _ = make()
    for key in "abc":
        cache.put(key, key, ttl=10.0)
    cache.get("a")

    cache.put("d", "d", ttl=10.0)

    assert {key for key, _ in cache.items()} == {"a", "c", "d"}
    assert cache.stats().evictions == 1


def test_order_of_use_is_right_after_repeated_lookups_of_one_key():
    """The shortcut for the most recently used key does not hide lookups, removals and stores of other keys."""
    cache, _ = make()
    for key in "abc":
        cache.put(key, key, ttl=10.0)
    for key in ("a", "a", "b", "a", "a"):
        assert cache.peek(key) is not None
    cache.discard("a")
    cache.put("a", "a", ttl=10.0)
    assert cache.peek("b") is not None

    cache.put("d", "d", ttl=10.0)
    cache.put("e", "e", ttl=10.0)

    assert {key for key, _ in cache.items()} == {"b", "d", "e"}


def test_bytes_are_bounded():
    """Small entries are evicted for a large one; a value over the bound is not stored and evicts nothing."""
    cache, _ = make(max_bytes=10)
    cache.put("a", "a", ttl=10.0, size=4)
    cache.put("b", "b", ttl=10.0, size=4)

    cache.put("c", "c", ttl=10.0, size=9)
    assert [key for key, _ in cache.items()] == ["c"]
    assert cache.bytes == 9

    assert cache.put("d", "d", ttl=10.0, size=11) is None
    assert cache.bytes == 9


def test_replacing_counts_bytes_once():
    """The size of the old value is subtracted, and replacing is no eviction."""
    cache, _ = make(max_bytes=10)
    cache.put("a", 1, ttl=10.0, size=6)

    cache.put("a", 2, ttl=10.0, size=7)

    assert (cache.bytes, len(cache), cache.stats().evictions) == (7, 1, 0)


def test_entries_can_be_removed():
    """One by its key, those that match, or all; each returns what was removed."""
    cache, _ = make()
    for key in "abc":
        cache.put(key, key, ttl=10.0, size=1)

    assert cache.discard("a") is True
    assert cache.discard("a") is False
    assert cache.clear(lambda _, value: value == "b") == 1
    assert cache.clear() == 1
    assert (cache.bytes, len(cache)) == (0, 0)


def test_hit_ratio_of_an_unused_cache_is_none():
    """Without lookups there is no ratio."""
    assert make()[0].stats().hit_ratio is None


@pytest.mark.parametrize("bounds", [{"max_entries": 0}, {"max_entries": 1.5}, {"max_bytes": 0}], ids=str)
def test_bounds_are_checked(bounds):
    """The error names the argument."""
    with pytest.raises(ConfigurationError) as caught:
        make(**bounds)

    assert caught.value.field in bounds


class CacheModel(RuleBasedStateMachine):
    """The cache against a model: a plain dict in order of use."""

    def __init__(self):
        super().__init__()
        self.time = Time()
        self.cache = Cache(max_entries=4, max_bytes=20, now=self.time)
        self.model = {}

    keys = st.sampled_from("abcdef")

    @rule(key=keys, size=st.integers(0, 25), ttl=st.integers(1, 20), stale=st.integers(0, 10))
    def put(self, key, size, ttl, stale):
        self.model.pop(key, None)
        if size <= 20:
            while self.model and (len(self.model) >= 4 or sum(e[1] for e in self.model.values()) + size > 20):
                self.model.pop(next(iter(self.model)))
            self.model[key] = (object(), size, self.time.now + ttl, self.time.now + ttl + stale)
            self.cache.put(key, self.model[key][0], ttl=ttl, size=size, stale_for=stale)
        else:
            assert self.cache.put(key, object(), ttl=ttl, size=size) is None

    @rule(key=keys)
    def get(self, key):
        found, known = self.cache.get(key), self.model.get(key)
        if known is None or self.time.now >= known[2]:
            assert found is None
        else:
            assert found.value is known[0]
        if known is not None:
            if self.time.now >= known[3]:
                del self.model[key]
            else:
                self.model[key] = self.model.pop(key)

    @rule(seconds=st.integers(1, 8))
    def wait(self, seconds):
        self.time.now += seconds

    @precondition(lambda self: self.model)
    @rule()
    def clear(self):
        self.cache.clear()
        self.model.clear()

    @invariant()
    def same_size(self):
        assert len(self.cache) == len(self.model)
        assert self.cache.bytes == sum(entry[1] for entry in self.model.values())


TestCacheModel = CacheModel.TestCase
TestCacheModel.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


@given(st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3), st.lists, max_leaves=5))
def test_digest_depends_on_value_and_type(value):
    """The order of mapping keys does not matter, types do."""
    assert json_digest(value, {"a": 1, "b": 2}) == json_digest(value, {"b": 2, "a": 1})
    assert len({json_digest(x) for x in (1, 1.0, "1", True, None, [1])}) == 6


class FakeBackend:
    """Shared cache backend in memory that can be made unavailable."""

    def __init__(self):
        self.values = {}
        self.calls = 0
        self.unavailable = False

    def _call(self):
        self.calls += 1
        if self.unavailable:
            raise OSError("unavailable")

    async def get(self, key):
        self._call()
        return self.values.get(key)

    async def set(self, key, value, *, ttl):
        self._call()
        self.values[key] = value

    async def delete(self, *keys):
        self._call()
        return len([self.values.pop(key) for key in keys if key in self.values])

    async def clear(self):
        self._call()
        cleared = len(self.values)
        self.values.clear()
        return cleared


async def test_unavailable_backend_is_not_called_during_its_cooldown(caplog):
    """An outage costs one failed call per cooldown, one line in the log, and raises nothing."""
    backend, time = FakeBackend(), Time()
    guarded = FailSafeBackend(backend, name="the answer cache", now=time)
    await guarded.set("k", b"v", ttl=1.0)
    assert await guarded.get("k") == b"v"

    backend.unavailable = True
    backend.calls = 0
    for _ in range(10):
        assert await guarded.get("k") is None
        assert await guarded.delete("k") == 0
        assert await guarded.clear() == 0
        await guarded.set("k", b"w", ttl=1.0)
    assert backend.calls == 1
    assert guarded.failures == 1
    assert len(caplog.records) == 1
    assert "the answer cache is degraded" in caplog.text

    backend.unavailable = False
    time.now = 1.0
    assert await guarded.get("k") == b"v"
    assert not guarded.degradation
    assert await guarded.delete("k") == 1
    assert await guarded.clear() == 0
    assert guarded.degradation.seconds == 1.0
