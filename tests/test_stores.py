"""Public module of stores: complete, importable and documented."""

from __future__ import annotations

import inspect

import pytest

from asyncassist import stores
from asyncassist.stores import ABSENT, ConversationStore, SessionRecord, SessionStore, Write, compare_and_set


@pytest.mark.parametrize("name", stores.__all__)
def test_every_name_is_importable_and_documented(name):
    """Constants have a value; everything else says what it is."""
    value = getattr(stores, name)

    assert isinstance(value, int | SessionRecord) or inspect.getdoc(value)


@pytest.mark.parametrize("protocol", [SessionStore, ConversationStore], ids=lambda protocol: protocol.__name__)
def test_a_store_needs_at_most_ten_methods(protocol):
    """Each of them says what it must do; none of another store will do."""
    methods = [name for kind in protocol.__mro__ for name in vars(kind) if not name.startswith("_")]

    assert len(methods) <= 10
    assert all(inspect.getdoc(getattr(protocol, name)) for name in methods)
    assert not isinstance(object(), protocol)


@pytest.mark.parametrize(
    ("found", "write", "written", "record"),
    [
        (ABSENT, Write("free", b"{}"), True, SessionRecord(1, b"{}", None, 60.0)),
        (SessionRecord(3, b"{}", 5.0, 2.0), Write("any", b"[]"), True, SessionRecord(4, b"[]", 5.0, 5.0)),
        (SessionRecord(3, None, None, 9.0), Write("any", b"[]"), False, SessionRecord(3, None, None, 9.0)),
        (SessionRecord(3, b"{}", 5.0, 2.0), Write("alive", None), True, SessionRecord(4, None, None, 300.0)),
        (SessionRecord(3, b"{}", 5.0, 2.0), Write("live", b"[]", 3, 7.0), True, SessionRecord(4, b"[]", 7.0, 7.0)),
        (SessionRecord(3, b"{}", 5.0, 2.0), Write("exact", b"[]", 3, None, 2), True, SessionRecord(5, b"[]", 5.0, 5.0)),
        (SessionRecord(3, b"{}", 5.0, 4.0), Write("any", b"[]", age=3.0), True, SessionRecord(4, b"[]", 5.0, 4.0)),
        (ABSENT, Write("free", b"{}", age=20.0), True, SessionRecord(1, b"{}", None, 40.0)),
    ],
    ids=["new", "own TTL stays", "tombstone", "deletion", "new TTL", "several changes", "used since", "late"],
)
def test_compare_and_set(found, write, written, record):
    """A write that is applied gives the record to store; any other the stored one."""
    result = compare_and_set(found, write, 60.0)

    assert (result.written, result.record) == (written, record)
