"""Answers remembered within bounds, for a time; a second level that never hurts."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from asyncassist._cache import Cache, FailSafeBackend, json_digest
from asyncassist.errors import ConfigurationError


class Time:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def make(**bounds):
    time = Time()
    return Cache(**{"max_entries": 3, "now": time, **bounds}), time


def test_a_fresh_answer_is_found_until_its_time():
    """At the end of its ttl it is gone."""
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


def test_a_stale_answer_is_only_for_those_who_ask_for_it():
    """`get` is fresh only; `find` shows it within its stale time."""
    cache, time = make()
    cache.put("k", "v", ttl=10.0, stale_for=5.0)
    time.now = 12.0

    assert cache.get("k") is None
    assert cache.peek("k").value == "v"
    time.now = 15.0
    assert cache.peek("k") is None
    assert cache.peek("never") is None


def test_age_shortens_life():
    """An answer that is old already is fresh for the rest only."""
    cache, time = make()
    cache.put("k", "v", ttl=10.0, age=8.0)
    assert cache.get("k").stored_at == -8.0

    time.now = 2.0

    assert cache.get("k") is None
    assert cache.put("old", "v", ttl=10.0, age=10.0) is None


def test_the_least_recently_used_goes_first():
    """Reading keeps alive."""
    cache, _ = make()
    for key in "abc":
        cache.put(key, key, ttl=10.0)
    cache.get("a")

    cache.put("d", "d", ttl=10.0)

    assert {key for key, _ in cache.items()} == {"a", "c", "d"}
    assert cache.stats().evictions == 1


def test_order_of_use_is_kept_when_the_same_is_used_again_and_again():
    """Between others that come, go and are looked at in between."""
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
    """Several small ones go for a large one; one larger than all is not kept and replaces nothing."""
    cache, _ = make(max_bytes=10)
    cache.put("a", "a", ttl=10.0, size=4)
    cache.put("b", "b", ttl=10.0, size=4)

    cache.put("c", "c", ttl=10.0, size=9)
    assert [key for key, _ in cache.items()] == ["c"]
    assert cache.bytes == 9

    assert cache.put("d", "d", ttl=10.0, size=11) is None
    assert cache.bytes == 9


def test_replacing_counts_bytes_once():
    """The old size goes with the old value."""
    cache, _ = make(max_bytes=10)
    cache.put("a", 1, ttl=10.0, size=6)

    cache.put("a", 2, ttl=10.0, size=7)

    assert (cache.bytes, len(cache), cache.stats().evictions) == (7, 1, 0)


def test_answers_can_be_forgotten():
    """One, those that match, or all."""
    cache, _ = make()
    for key in "abc":
        cache.put(key, key, ttl=10.0, size=1)

    assert cache.discard("a") is True
    assert cache.discard("a") is False
    assert cache.clear(lambda _, value: value == "b") == 1
    assert cache.clear() == 1
    assert (cache.bytes, len(cache)) == (0, 0)


def test_a_new_cache_has_no_ratio():
    """Nothing asked, nothing to share."""
    assert make()[0].stats().hit_ratio is None


@pytest.mark.parametrize("bounds", [{"max_entries": 0}, {"max_entries": 1.5}, {"max_bytes": 0}], ids=str)
def test_bounds_are_checked(bounds):
    """By name."""
    with pytest.raises(ConfigurationError) as caught:
        make(**bounds)

    assert caught.value.field in bounds


class CacheModel(RuleBasedStateMachine):
    """The cache against a plain dict with a list of use."""

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
def test_a_digest_depends_on_value_and_type(value):
    """Order of keys does not count, types do."""
    assert json_digest(value, {"a": 1, "b": 2}) == json_digest(value, {"b": 2, "a": 1})
    assert len({json_digest(x) for x in (1, 1.0, "1", True, None, [1])}) == 6


class Shelf:
    """A second level that can be away."""

    def __init__(self):
        self.kept = {}
        self.calls = 0
        self.away = False

    def _visit(self):
        self.calls += 1
        if self.away:
            raise OSError("away")

    async def get(self, key):
        self._visit()
        return self.kept.get(key)

    async def set(self, key, value, *, ttl):
        self._visit()
        self.kept[key] = value

    async def delete(self, *keys):
        self._visit()
        return len([self.kept.pop(key) for key in keys if key in self.kept])

    async def clear(self):
        self._visit()
        cleared = len(self.kept)
        self.kept.clear()
        return cleared


async def test_a_second_level_that_is_away_is_left_alone_for_a_while(caplog):
    """It costs one failed call a second, one line in the log, and no error."""
    shelf, time = Shelf(), Time()
    level = FailSafeBackend(shelf, name="the answer cache", now=time)
    await level.set("k", b"v", ttl=1.0)
    assert await level.get("k") == b"v"

    shelf.away = True
    shelf.calls = 0
    for _ in range(10):
        assert await level.get("k") is None
        assert await level.delete("k") == 0
        assert await level.clear() == 0
        await level.set("k", b"w", ttl=1.0)
    assert shelf.calls == 1
    assert level.failures == 1
    assert len(caplog.records) == 1
    assert "the answer cache is degraded" in caplog.text

    shelf.away = False
    time.now = 1.0
    assert await level.get("k") == b"v"
    assert not level.degradation
    assert await level.delete("k") == 1
    assert await level.clear() == 0
    assert level.degradation.seconds == 1.0
