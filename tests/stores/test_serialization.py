"""Exact JSON and prepared messages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist import Message
from asyncassist._stores.serialization import (
    MAX_DEPTH,
    decode,
    encode,
    json_equal,
    owner_digest,
    prepare_messages,
    with_store_fields,
)
from asyncassist.errors import InvalidInputError, SessionTooLargeError
from tests.state.operations import text_messages

SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
)
TEXT = st.text(st.characters(codec="utf-8"))
JSON = st.recursive(
    SCALARS | TEXT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)


def test_json_values_of_different_types_differ():
    """Values are equal only if their encodings are: 1, 1.0 and True differ."""
    assert json_equal([1, {"a": None}], [1, {"a": None}])
    assert not json_equal(1, True)
    assert not json_equal(1, 1.0)
    assert not json_equal([1], [1.0])
    with pytest.raises(InvalidInputError):
        encode("data", {"x": type("Odd", (), {})()})


@given(st.dictionaries(TEXT, JSON, max_size=4))
def test_encoded_data_round_trips(data):
    """Whatever `encode` accepts, `decode` returns with equal values, types and order."""
    assert json_equal(decode(encode("data", data)), data)


def test_nesting_is_bounded():
    """Data of `MAX_DEPTH` containers is accepted, one more is refused."""
    deep: Any = {}
    for _ in range(MAX_DEPTH - 1):
        deep = {"x": deep}

    assert decode(encode("data", deep)) == deep
    with pytest.raises(InvalidInputError, match="deeper"):
        encode("data", {"x": deep})


def test_the_limit_counts_bytes_of_json():
    """Size is measured in bytes of the encoded data, and the error states both numbers."""
    assert len(encode("data", {"a": "é"}, limit=10)) == 10

    with pytest.raises(SessionTooLargeError) as caught:
        encode("data", {"a": "éx"}, limit=10)

    assert (caught.value.size, caught.value.limit) == (11, 10)


def test_owner_digests_hide_users():
    """A user appears as a digest; no user is "-"."""
    assert owner_digest(None) == "-"
    assert owner_digest("ann") != owner_digest("bob")
    assert len(owner_digest("ann")) == 32
    assert "ann" not in owner_digest("ann")


def test_prepared_messages_have_ids_and_times(clock):
    """Ids are unique and ascending within a call; a message's own time is preserved."""
    own = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)

    prepared = prepare_messages([Message("user", "a", created_at=own), *text_messages("b", "c")], clock=clock)

    ids = [message.id for message in prepared]
    assert ids == sorted(set(ids))
    assert [message.created_at == own for message in prepared] == [True, False, False]
    assert {message.seq for message in prepared} == {0}
    assert prepared[1].created_at == prepared[2].created_at


def test_store_fields_replace_only_what_a_store_assigns():
    """Role, content, source and metadata are those of the message."""
    message = Message("user", "a", id="old", seq=1, source="model", metadata={"k": 1})

    copy = with_store_fields(message, "new", 5, None)

    assert copy == Message("user", "a", id="new", seq=5, source="model", metadata={"k": 1})


def test_no_two_messages_have_one_id():
    """Each append has random digits of its own."""
    ids = [prepare_messages([{"role": "user", "content": "x"}], clock=lambda: 0.0)[0].id or "" for _ in range(600)]

    assert len(set(ids)) == 600
    assert all(len(name) == 20 for name in ids)
