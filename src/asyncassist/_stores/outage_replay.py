"""What the writes of an outage make of what the store has by now. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from asyncassist._stores.serialization import decode, encode
from asyncassist._stores.session_records import ABSENT, Patch, Put, SessionRecord, Write, WriteId, WriteMode
from asyncassist.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncassist._stores.journal import JournalEntry


@dataclass(frozen=True, slots=True)
class LostWrite:
    """A write that another had overtaken.

    Attributes:
        entry: The write.
        keys: The keys that stay as the other made them; empty when it is about the whole.
        actual: The version found, -1 when the store takes nothing there.
    """

    entry: JournalEntry
    keys: tuple[str, ...]
    actual: int


@dataclass(slots=True)
class ReplayPlan:
    """What to do with one session.

    Attributes:
        record: What it becomes.
        write: The compare-and-set that makes it so; None when there is nothing to write.
        lost: What is not written.
        consistent: Whether the store has what the callers of the outage saw.
        data: What the record's body becomes, once all patches are merged; None when it is that already.
    """

    record: SessionRecord
    write: Write | None = None
    lost: list[LostWrite] = field(default_factory=list[LostWrite])
    consistent: bool = True
    data: dict[str, Any] | None = None


def plan_replay(
    current: SessionRecord,
    last_seqs: Mapping[str, int],
    entries: Sequence[JournalEntry],
    *,
    consistent: bool | None = None,
) -> ReplayPlan:
    """Apply the entries of one session, in order, to what is there.

    Args:
        current: What the store has.
        last_seqs: The last write of each writer that it has seen.
        entries: Of one session, in the order they were acknowledged.
        consistent: What the plan for the entries before these said; None when there were none.
    """
    plan = ReplayPlan(current, consistent=current.version == entries[0].base if consistent is None else consistent)
    write_ids: dict[str, int] = {}
    for entry in entries:
        if entry.seq <= last_seqs.get(entry.writer, 0):
            # It arrived, only its answer did not.
            plan.consistent = plan.consistent or current.version == entry.made
            continue
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
    """The plan for one put that asks for no version: it needs no look at what is there. None for all others."""
    entry = entries[0]
    if len(entries) > 1 or entry.kind != "put" or entry.mode == "live":
        return None
    put = Put(entry.body, cast("WriteMode", entry.mode), entry.expected, entry.ttl)
    return ReplayPlan(ABSENT, put.as_write((WriteId(entry.writer, entry.seq),)))


def _replay_put(plan: ReplayPlan, entry: JournalEntry) -> bool:
    """A whole new data, or a deletion; whether it was done."""
    mode, expected = cast("WriteMode", entry.mode), entry.expected
    if mode == "live" and plan.consistent:
        # The version that the caller was told, in the store's own count.
        expected = plan.record.version
    elif mode == "live" and entry.base >= 0:
        expected = -1
    try:
        plan.record = Put(entry.body, mode, expected, entry.ttl).apply(entry.key, plan.record)
    except ConflictError:
        if mode == "alive":
            return True  # it was to be deleted, and it is gone
        plan.lost.append(LostWrite(entry, (), plan.record.version))
        return False
    # The caller gave all of it: from here on the store has what the caller saw.
    plan.consistent, plan.data = True, None
    return True


def _replay_patch(plan: ReplayPlan, entry: JournalEntry) -> bool:
    """Changed keys; whether all of them were set."""
    record = plan.record
    if record.body is None and not record.version and entry.body is not None:
        # It ended by itself while the store could not be told that it was used.
        plan.record = SessionRecord(1, entry.body, entry.ttl)
        return True
    if record.body is None and not entry.revive:
        plan.lost.append(LostWrite(entry, (), record.version))
        return False
    data = plan.data if plan.data is not None else {} if record.body is None else decode(record.body)
    patch = Patch(entry.values, entry.drop, None if plan.consistent else entry.saw)
    conflicting_keys = patch.conflicting_keys(data)
    if conflicting_keys:
        plan.lost.append(LostWrite(entry, tuple(conflicting_keys), record.version))
        patch = patch.without_keys(conflicting_keys)
        if not patch.values and not patch.drop:
            return False
    patch.merge_into(data)
    plan.data = data
    plan.record = SessionRecord(record.version + 1, b"", record.ttl)
    return not conflicting_keys


def put_entry_fields(put: Put) -> dict[str, Any]:
    """The fields of an entry that keep a put."""
    return {"kind": "put", "body": put.body, "mode": put.mode, "expected": put.expected, "ttl": put.ttl}


def patch_entry_fields(patch: Patch, after: SessionRecord, *, revive: bool) -> dict[str, Any]:
    """The fields of an entry that keep a patch."""
    return {
        "kind": "patch",
        "body": after.body,
        "ttl": after.ttl,
        "values": dict(patch.values),
        "drop": patch.drop,
        "saw": None if patch.base is None else dict(patch.base),
        "revive": revive,
    }


def lost_data(lost: LostWrite) -> dict[str, Any] | None:
    """What was not written, for the report."""
    entry = lost.entry
    if entry.kind == "put":
        return None if entry.body is None else decode(entry.body)
    names = lost.keys or (*entry.values, *entry.drop)
    kept = {name: entry.values.get(name) for name in names}
    return decode(encode("data", kept))
