"""Session model: write conditions and operations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist._stores.serialization import decode, encode, json_equal
from asyncassist._stores.session_records import (
    ABSENT,
    Patch,
    SessionRecord,
    Update,
    Write,
    accepts,
    apply_all,
    diff,
)
from asyncassist.errors import ConflictError, NotFoundError

VALUES = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, 1.0, "", "a"]) | st.just([1])
DATA = st.dictionaries(st.sampled_from("abcd"), VALUES)
LIVE, TOMBSTONE = SessionRecord(3, b"{}"), SessionRecord(version=4)


@pytest.mark.parametrize(
    ("mode", "expected", "absent", "live", "deleted"),
    [
        ("any", 0, True, True, False),
        ("alive", 0, False, True, False),
        ("live", 3, False, True, False),
        ("live", 4, False, False, False),
        ("free", 0, True, False, True),
        ("never", 0, True, False, False),
        ("exact", 0, True, False, False),
        ("exact", 3, False, True, False),
        ("exact", 4, False, False, True),
    ],
)
def test_write_conditions(mode, expected, absent, live, deleted):
    """Each mode accepts an absent, a live and a deleted session as `WriteMode` says."""
    write = Write(mode, b"{}", expected)

    assert [accepts(record, write) for record in (ABSENT, LIVE, TOMBSTONE)] == [absent, live, deleted]


@given(DATA, DATA)
def test_a_diff_turns_the_old_data_into_the_new(old, new):
    """Applied to the data it was made from, a diff yields the new data; it touches only keys that differ."""
    patch = diff(old, new)

    after = patch.apply("x", SessionRecord(3, encode("data", old)))

    data = decode(after.body or b"")
    assert data.keys() == new.keys()
    assert all(json_equal(data[key], new[key]) for key in new)
    assert after.version == 4
    assert diff(new, new) == Patch({}, (), {})


def test_a_patch_conflicts_on_changed_keys_only():
    """Keys that another writer changed, set or deleted since are a conflict; other keys are not."""
    patch = Patch({"a": 1, "b": 1}, ("c",), base={"a": 0, "c": 0})

    assert patch.conflicting_keys({"a": 0, "c": 0, "other": 9}) == []
    assert patch.conflicting_keys({"a": False, "b": 0}) == ["a", "b", "c"]
    assert patch.without_keys(["a", "c"]) == Patch({"b": 1}, ())
    with pytest.raises(ConflictError) as caught:
        patch.apply("x", SessionRecord(7, b'{"a":5,"c":0}'))
    assert (caught.value.key, caught.value.actual) == ("x", 7)


def test_a_patch_creates_a_session_only_where_allowed():
    """Without `create` a missing session raises NotFoundError; over a tombstone `revive` is needed too."""
    with pytest.raises(NotFoundError):
        Patch({"a": 1}).apply("x", ABSENT)
    with pytest.raises(ConflictError):
        Patch({"a": 1}, create=True).apply("x", TOMBSTONE)

    assert Patch({"a": 1}, create=True).apply("x", ABSENT) == SessionRecord(1, b'{"a":1}')
    assert Patch({"a": 1}, create=True, revive=True).apply("x", TOMBSTONE) == SessionRecord(5, b'{"a":1}')


def test_a_session_over_a_tombstone_does_not_inherit_its_ttl():
    """A put retains the TTL of a live session, but not that of a deleted one."""
    live, deleted = SessionRecord(3, b"{}", 30.0), SessionRecord(3, None, 30.0)

    assert Write("any", b"{}").apply("x", live).ttl == 30.0
    assert Write("free", b"{}").apply("x", deleted).ttl is None
    assert Write("free", b"{}", ttl=5.0).apply("x", deleted).ttl == 5.0
    assert Update(dict, create=True).apply("x", deleted).ttl is None


@pytest.mark.parametrize(
    ("put", "record", "message", "expected"),
    [
        (Write("live", b"{}", 2), LIVE, "another write came first", 2),
        (Write("never", b"{}"), LIVE, "the session exists", 0),
        (Write("free", b"{}"), LIVE, "the session exists", None),
        (Write("any", b"{}"), TOMBSTONE, "the session was deleted", None),
    ],
)
def test_a_refused_put_says_why(put, record, message, expected):
    """The ConflictError has the reason, the expected version and the one found."""
    with pytest.raises(ConflictError, match=message) as caught:
        put.apply("x", record)

    assert (caught.value.expected, caught.value.actual) == (expected, record.version)


def test_apply_all_skips_failed_operations():
    """Each operation works on the result of the last successful one, and errors stay with their operation."""

    def fail(data):
        raise LookupError

    operations = [Write("any", b'{"n":1}'), Update(fail), Patch({"m": 2}), Write("live", b"{}", 99)]

    record, results = apply_all("x", operations, LIVE)

    assert record == SessionRecord(5, b'{"n":1,"m":2}')
    assert [type(result) for result in results] == [SessionRecord, LookupError, SessionRecord, ConflictError]
    assert apply_all("x", operations[1:2], LIVE)[0] is LIVE
