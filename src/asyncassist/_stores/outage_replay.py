"""Pure replay rules: how the journalled writes of one session apply to the record the store has on recovery."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from asyncassist._stores.serialization import decode, encode
from asyncassist._stores.session_records import ABSENT, Patch, SessionRecord, Write, WriteId, WriteMode
from asyncassist.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncassist._stores.journal import JournalEntry


@dataclass(frozen=True, slots=True)
class LostWrite:
    """Journalled write that is not applied, or only in part.

    Attributes:
        entry: The write.
        keys: The keys whose newer values are preserved; empty when the whole write is not applied.
        actual: The version found; -1 when the store refuses the write.
    """

    entry: JournalEntry
    keys: tuple[str, ...]
    actual: int


@dataclass(slots=True)
class ReplayPlan:
    """Outcome of replaying the entries of one session.

    Attributes:
        record: The record that results.
        write: The compare-and-set that stores it; None when there is nothing to write.
        lost: Entries that are not applied, or only in part.
        consistent: Whether the record is the one that callers were given in the outage; if so, patches need no conflict
            check.
        data: Decoded body of `record` while patches are being merged; None when `record.body` is current.
        is_expired: Whether `record` has expired: it is no tombstone, although it has a version.
    """

    record: SessionRecord
    write: Write | None = None
    lost: list[LostWrite] = field(default_factory=list[LostWrite])
    consistent: bool = True
    data: dict[str, Any] | None = None
    is_expired: bool = False


def plan_replay(
    current: SessionRecord,
    last_seqs: Mapping[str, int],
    entries: Sequence[JournalEntry],
    *,
    consistent: bool | None = None,
) -> ReplayPlan:
    """Apply the entries of one session, in order, to the stored record.

    Args:
        current: The stored record.
        last_seqs: Last sequence number that the store has applied, by writer.
        entries: Entries of the session, in the order of their acknowledgement; at least one.
        consistent: `ReplayPlan.consistent` of the entries replayed before these; None when there were none.
    """
    plan = ReplayPlan(
        current, consistent=current.version == entries[0].base_version if consistent is None else consistent
    )
    write_ids: dict[str, int] = {}
    for entry in entries:
        if entry.seq <= last_seqs.get(entry.writer, 0):
            # The store applied this write before the outage; only its reply was lost.
            plan.consistent = plan.consistent or current.version == entry.acknowledged_version
            continue
        if entry.base_version == 0 and entry is not entries[0] and plan.consistent:
            # The session had expired for its callers when this write began a new one.
            plan.record, plan.data, plan.is_expired = SessionRecord(version=plan.record.version), None, True
        if _replay_put(plan, entry) if entry.kind == "put" else _replay_patch(plan, entry):
            write_ids[entry.writer] = entry.seq
        else:
            plan.consistent = False
    if plan.data is not None:
        plan.record = replace(plan.record, body=encode("data", plan.data))
    if plan.record is not current:
        plan.write = Write(
            "exact",
            plan.record.body,
            current.version,
            plan.record.ttl,
            plan.record.version - current.version,
            tuple(WriteId(writer, seq) for writer, seq in write_ids.items()),
        )
    return plan


def plan_unconditional_put(entries: Sequence[JournalEntry]) -> ReplayPlan | None:
    """Return the plan of a single put that needs no read: of a session that its process did not know; else None."""
    entry = entries[0]
    if len(entries) > 1 or entry.kind != "put" or entry.mode == "live" or entry.base_version > 0:
        return None
    write = Write(cast("WriteMode", entry.mode), entry.body, entry.expected, entry.ttl)
    return ReplayPlan(ABSENT, replace(write, write_ids=(WriteId(entry.writer, entry.seq),)))


def _replay_put(plan: ReplayPlan, entry: JournalEntry) -> bool:
    """Apply a put or a deletion to the plan and return whether it was applied."""
    if _restore(plan, entry):
        return True
    mode, expected = cast("WriteMode", entry.mode), entry.expected
    if mode == "live" and plan.consistent:
        # The caller's version counts from what this process knew; translate it to the store's count.
        expected = plan.record.version
    elif mode == "live" and entry.base_version >= 0:
        expected = -1  # matches no version: the record has diverged, so the write is a conflict
    before = ABSENT if plan.is_expired else plan.record
    try:
        after = Write(mode, entry.body, expected, entry.ttl).apply(entry.key, before)
    except ConflictError:
        if mode == "alive":
            return True  # already deleted, as the caller wanted
        plan.lost.append(LostWrite(entry, (), plan.record.version))
        return False
    # A put replaces everything: from here on the record is again the one that callers were given.
    plan.record = replace(after, version=plan.record.version + 1)
    plan.consistent, plan.data, plan.is_expired = True, None, False
    return True


def _restore(plan: ReplayPlan, entry: JournalEntry) -> bool:
    """Restore a session that the store no longer has, with the version that callers were given.

    It expired because the store could not be told of its use, or a store without durability lost it; a deleted session
    has a tombstone.
    """
    if plan.record.version or entry.body is None or (entry.kind == "put" and entry.base_version <= 0):
        return False
    plan.record, plan.consistent = SessionRecord(max(1, entry.acknowledged_version), entry.body, entry.ttl), True
    return True


def _replay_patch(plan: ReplayPlan, entry: JournalEntry) -> bool:
    """Merge a patch into the plan and return whether all of its keys were applied."""
    record = plan.record
    if _restore(plan, entry):
        return True
    if record.body is None and not entry.revive:
        plan.lost.append(LostWrite(entry, (), record.version))
        return False
    data = plan.data if plan.data is not None else {} if record.body is None else decode(record.body)
    patch = Patch(entry.values, entry.drop, None if plan.consistent else entry.base_values)
    conflicting_keys = patch.conflicting_keys(data)
    if conflicting_keys:
        plan.lost.append(LostWrite(entry, tuple(conflicting_keys), record.version))
        patch = patch.without_keys(conflicting_keys)
        if not patch.values and not patch.drop:
            return False
    patch.merge_into(data)
    plan.data, plan.is_expired = data, False
    plan.record = SessionRecord(record.version + 1, b"", record.ttl)
    return not conflicting_keys


def put_entry_fields(write: Write) -> dict[str, Any]:
    """Return the journal fields of a put or a deletion."""
    return {"kind": "put", "body": write.body, "mode": write.mode, "expected": write.expected, "ttl": write.ttl}


def patch_entry_fields(patch: Patch, after: SessionRecord, *, revive: bool) -> dict[str, Any]:
    """Return the journal fields of a patch.

    Args:
        patch: The patch.
        after: The record after the patch.
        revive: Whether the patch created the session.
    """
    return {
        "kind": "patch",
        "body": after.body,
        "ttl": after.ttl,
        "values": dict(patch.values),
        "drop": patch.drop,
        "base_values": None if patch.base is None else dict(patch.base),
        "revive": revive,
    }


def lost_data(lost: LostWrite) -> dict[str, Any] | None:
    """Return the data of a lost write for the conflict report; None for a deletion."""
    entry = lost.entry
    if entry.kind == "put":
        return None if entry.body is None else decode(entry.body)
    names = lost.keys or (*entry.values, *entry.drop)
    lost_values = {name: entry.values.get(name) for name in names}
    return decode(encode("data", lost_values))
