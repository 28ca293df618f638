"""Replay rules: journalled writes of one session against the stored record."""

from __future__ import annotations

from asyncassist._stores.outage_replay import (
    lost_data,
    patch_entry_fields,
    plan_replay,
    plan_unconditional_put,
    put_entry_fields,
)
from asyncassist._stores.serialization import decode
from asyncassist._stores.session_records import ABSENT, Patch, SessionRecord, Write
from tests.stores.journal_entries import journal_entry


def test_a_write_that_the_store_has_is_not_applied_again():
    """Entries up to the store's last sequence number are skipped."""
    found = SessionRecord(5, b'{"n":5}', None, 0.0)
    entries = [
        journal_entry(1, base_version=4, acknowledged_version=5),
        journal_entry(2, base_version=5, acknowledged_version=6, body=b'{"n":6}', mode="live", expected=5),
    ]

    made = plan_replay(found, {"w": 1}, entries)

    assert made.record.version == 6
    assert made.write is not None
    assert (made.write.expected, made.write.change_count, made.write.body) == (5, 1, b'{"n":6}')
    assert plan_replay(found, {"w": 2}, entries).write is None


def test_versions_given_in_the_outage_are_translated():
    """A chain of versioned writes that started from unknown data is no conflict."""
    found = SessionRecord(9, b'{"theirs":1}', None, 0.0)
    entries = [
        journal_entry(1, base_version=-1, acknowledged_version=1),
        journal_entry(2, base_version=1, acknowledged_version=2, mode="live", expected=1, body=b'{"n":2}'),
    ]

    made = plan_replay(found, {}, entries)

    assert (made.lost, made.record.version, made.record.body) == ([], 11, b'{"n":2}')


def test_a_versioned_write_after_a_merge_is_a_conflict():
    """Its caller did not know the values that the merge preserved."""
    found = SessionRecord(9, b'{"theirs":1}', None, 0.0)
    entries = [
        journal_entry(1, kind="patch", base_version=5, acknowledged_version=6, values={"a": 1}, body=b'{"a":1}'),
        journal_entry(2, base_version=6, acknowledged_version=7, mode="live", expected=6, body=b'{"n":2}'),
    ]

    made = plan_replay(found, {}, entries)

    assert [lost.entry.seq for lost in made.lost] == [2]
    assert decode(made.record.body or b"") == {"theirs": 1, "a": 1}


def test_only_a_put_without_a_version_needs_no_read():
    """A version may match by chance, so a versioned write is checked against the stored record."""
    assert plan_unconditional_put([journal_entry(1)]) is not None
    assert plan_unconditional_put([journal_entry(1, mode="live", expected=1)]) is None
    assert plan_unconditional_put([journal_entry(1, kind="patch")]) is None
    assert plan_unconditional_put([journal_entry(2, base_version=1)]) is None
    assert plan_unconditional_put([journal_entry(1), journal_entry(2)]) is None


def test_an_expired_session_is_restored_by_a_patch():
    """The store has no record and no tombstone: data and version are those that callers were given."""
    patch = journal_entry(4, kind="patch", values={"a": 1}, body=b'{"a":1,"b":2}', ttl=30.0)

    planned = plan_replay(ABSENT, {}, [patch])

    assert planned.lost == []
    assert (planned.record.version, planned.record.body, planned.record.ttl) == (4, b'{"a":1,"b":2}', 30.0)


def test_a_patch_of_a_deleted_session_is_lost():
    """A tombstone is not revived by a patch of a session that existed before."""
    tombstone = SessionRecord(version=5)
    patch = journal_entry(4, kind="patch", values={"a": 1}, body=b'{"a":1}')

    planned = plan_replay(tombstone, {}, [patch])

    assert planned.write is None
    assert [(lost.keys, lost.actual) for lost in planned.lost] == [((), 5)]


def test_a_patch_preserves_keys_that_another_process_changed():
    """Keys whose values differ from those the patch was based on are reported; the others are merged."""
    found = SessionRecord(9, b'{"a":7,"b":0}', None, 0.0)
    patch = Patch({"a": 1, "b": 1}, base={"a": 0, "b": 0})
    entry = journal_entry(
        4, base_version=3, **patch_entry_fields(patch, SessionRecord(4, b'{"a":1,"b":1}'), revive=False)
    )

    planned = plan_replay(found, {}, [entry])

    assert decode(planned.record.body or b"") == {"a": 7, "b": 1}
    assert [(lost.keys, lost.actual, lost_data(lost)) for lost in planned.lost] == [(("a",), 9, {"a": 1})]


def test_a_deletion_of_a_deleted_session_is_no_conflict():
    """Another process deleted the session first, which is what the caller wanted."""
    deletion = journal_entry(4, **put_entry_fields(Write("alive", None)))

    planned = plan_replay(SessionRecord(version=7), {}, [deletion])

    assert (planned.lost, planned.write) == ([], None)


def test_lost_data_of_each_kind_of_write():
    """A put is reported whole, a deletion as None."""
    found = SessionRecord(9, b"{}", None, 0.0)
    put = journal_entry(4, base_version=3, mode="live", expected=3, body=b'{"n":1}')
    deletion = journal_entry(5, base_version=3, mode="live", expected=3, body=None)

    lost = plan_replay(found, {}, [put, deletion]).lost

    assert [lost_data(one) for one in lost] == [{"n": 1}, None]


def test_a_later_batch_continues_the_judgement_of_the_first():
    """`consistent` of the entries replayed before decides whether versions still match by translation."""
    found = SessionRecord(9, b"{}", None, 0.0)
    put = journal_entry(4, base_version=3, mode="live", expected=3, body=b'{"n":1}')

    assert plan_replay(found, {}, [put], consistent=True).lost == []
    assert len(plan_replay(found, {}, [put], consistent=False).lost) == 1


def test_a_session_that_expired_in_the_outage_is_begun_anew():
    """A write that its process based on nothing begins a new session, whatever the entries before it wrote."""
    again = journal_entry(2, base_version=0, acknowledged_version=1, mode="never", body=b'{"n":2}')
    changed = journal_entry(3, base_version=1, acknowledged_version=2, mode="live", expected=1, body=b'{"n":3}')
    patch = Patch({"b": 1}, base={}, create=True)
    merged = journal_entry(2, base_version=0, **patch_entry_fields(patch, SessionRecord(1, b'{"b":1}'), revive=True))

    planned = plan_replay(ABSENT, {}, [journal_entry(1, body=b'{"a":1}'), again, changed])
    patched = plan_replay(ABSENT, {}, [journal_entry(1, body=b'{"a":1}'), merged])
    foreign = plan_replay(
        SessionRecord(9, b"{}"), {}, [journal_entry(1, mode="live", expected=1, base_version=1), again]
    )

    assert (planned.lost, planned.record.version, planned.record.body) == ([], 3, b'{"n":3}')
    assert (patched.lost, patched.record.version, patched.record.body) == ([], 2, b'{"b":1}')
    assert [lost.entry.seq for lost in foreign.lost] == [1, 2]


def test_a_versioned_write_after_a_restored_session_is_no_conflict():
    """A patch restored the session that had expired in the store: its version is the one that callers were given."""
    patch = journal_entry(4, kind="patch", values={"a": 1}, body=b'{"a":1}', base_version=3, acknowledged_version=4)
    put = journal_entry(5, mode="live", expected=4, body=b'{"n":5}')

    planned = plan_replay(ABSENT, {}, [patch, put])

    assert (planned.lost, planned.record.body) == ([], b'{"n":5}')


def test_a_put_restores_a_session_that_the_store_lost():
    """A put of a session that its process knew keeps the version that its caller was given; a deletion needs nothing."""
    put = journal_entry(7, mode="live", expected=6, base_version=6, acknowledged_version=7)
    deletion = journal_entry(8, mode="alive", base_version=7, acknowledged_version=8, body=None)

    planned = plan_replay(ABSENT, {}, [put])

    assert (planned.lost, planned.record.version) == ([], 7)
    assert plan_replay(ABSENT, {}, [deletion]).write is None
    assert len(plan_replay(SessionRecord(9), {}, [put]).lost) == 1
