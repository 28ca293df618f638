"""Public values of session state."""

from __future__ import annotations

import json
import math

import pytest

from asyncassist._state.models import Conflict, Lease, MutableSession, check_optional_seconds, to_session
from asyncassist._stores.session_records import SessionRecord
from asyncassist.errors import InvalidInputError


async def test_session_data_is_a_private_view(state):
    """The data is a read-only view, and changes inside it do not reach the store."""
    made = await state.create({"a": [1]})

    with pytest.raises(TypeError):
        made.data["a"] = 2
    made.data["a"].append(2)

    assert (await state.get(made.id)).data == {"a": [1]}


def test_a_record_without_data_is_no_session():
    """Neither an absent record nor a tombstone becomes a `Session`."""
    assert to_session("x", SessionRecord(), "redis") is None
    assert to_session("x", SessionRecord(version=4), "redis") is None


def test_the_remaining_ttl_may_be_overridden():
    """`expires_in` is the record's own, or the time that the near cache measured."""
    record = SessionRecord(2, b'{"a":1}', None, 60.0)

    found = to_session("x", record, "redis")
    cached = to_session("x", record, "redis", 12.5)

    assert found is not None
    assert cached is not None
    assert (found.expires_in, cached.expires_in) == (60.0, 12.5)
    assert found.to_dict() == {"id": "x", "data": {"a": 1}, "version": 2, "expires_in": 60.0, "acked": "redis"}


@pytest.mark.parametrize("value", [0, -1, True, "5", math.nan, math.inf, 10 * 365 * 86400.0 + 1], ids=str)
def test_seconds_out_of_range_are_refused_by_name(value):
    """Seconds are a number above 0 and of at most ten years."""
    with pytest.raises(InvalidInputError) as caught:
        check_optional_seconds(value, "timeout")

    assert caught.value.field == "timeout"


def test_seconds_become_a_float():
    """None stays None, and the bound of ten years is allowed."""
    assert check_optional_seconds(None) is None
    assert check_optional_seconds(10 * 365 * 86400) == 10 * 365 * 86400.0
    assert isinstance(check_optional_seconds(5), float)


def test_repr_shows_no_session_data():
    """Session data may be personal and does not reach logs by way of `repr`."""
    draft = MutableSession("x", {"email": "ann@example.org"}, 3, "redis")
    lease = Lease("name", 7)

    assert repr(draft) == "MutableSession(id='x', version=3)"
    assert repr(lease) == "Lease(name='name', token=7, lost=False)"


def test_a_conflict_is_json():
    """`to_dict` yields plain JSON, None where a version is unknown."""
    conflict = Conflict(kind="session", id="x", keys=("a",), data={"a": 1}, expected=None, actual=4)

    assert json.loads(json.dumps(conflict.to_dict())) == {
        "kind": "session",
        "id": "x",
        "keys": ["a"],
        "data": {"a": 1},
        "expected": None,
        "actual": 4,
    }
