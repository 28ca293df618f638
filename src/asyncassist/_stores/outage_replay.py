"""What the writes of an outage make of what the store has by now. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from asyncassist._stores.serialization import decode, encode
from asyncassist._stores.session_records import NEVER, Mode, Patch, Put, Record, Stamp, Write
from asyncassist.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncassist._stores.journal import Entry


@dataclass(frozen=True, slots=True)
class Lost:
    """A write that another had overtaken.

    Attributes:
        entry: The write.
        keys: The keys that stay as the other made them; empty when it is about the whole.
        actual: The version found, -1 when the store takes nothing there.
    """

    entry: Entry
    keys: tuple[str, ...]
    actual: int


@dataclass(slots=True)
class Plan:
    """What to do with one session.

    Attributes:
        record: What it becomes.
        write: The compare-and-set that makes it so; None when there is nothing to write.
        lost: What is not written.
        clean: Whether the store has what the callers of the outage saw.
        data: What the record's body becomes, once all patches are merged; None when it is that already.
    """

    record: Record
    write: Write | None = None
    lost: list[Lost] = field(default_factory=list[Lost])
    clean: bool = True
    data: dict[str, Any] | None = None


def plan(found: Record, seqs: Mapping[str, int], entries: Sequence[Entry], *, clean: bool | None = None) -> Plan:
    """Apply the entries of one session, in order, to what is there.

    Args:
        found: What the store has.
        seqs: The last write of each writer that it has seen.
        entries: Of one session, in the order they were acknowledged.
        clean: What the plan for the entries before these said; None when there were none.
    """
    made = Plan(found, clean=found.version == entries[0].base if clean is None else clean)
    stamps: dict[str, int] = {}
    for entry in entries:
        if entry.seq <= seqs.get(entry.writer, 0):
            # It arrived, only its answer did not.
            made.clean = made.clean or found.version == entry.made
            continue
        if _put(made, entry) if entry.kind == "put" else _patch(made, entry):
            stamps[entry.writer] = entry.seq
        else:
            made.clean = False
    if made.data is not None:
        made.record = replace(made.record, body=encode("data", made.data))
    if made.record is not found:
        made.write = Write(
            "exact",
            made.record.body,
            found.version,
            made.record.ttl,
            made.record.version - found.version,
            tuple(Stamp(writer, seq) for writer, seq in stamps.items()),
        )
    return made


def blind(entries: Sequence[Entry]) -> Plan | None:
    """The plan for one put that asks for no version: it needs no look at what is there. None for all others."""
    entry = entries[0]
    if len(entries) > 1 or entry.kind != "put" or entry.mode == "live":
        return None
    put = Put(entry.body, cast("Mode", entry.mode), entry.expected, entry.ttl)
    return Plan(NEVER, put.as_write((Stamp(entry.writer, entry.seq),)))


def _put(made: Plan, entry: Entry) -> bool:
    """A whole new data, or a deletion; whether it was done."""
    mode, expected = cast("Mode", entry.mode), entry.expected
    if mode == "live" and made.clean:
        # The version that the caller was told, in the store's own count.
        expected = made.record.version
    elif mode == "live" and entry.base >= 0:
        expected = -1
    try:
        made.record = Put(entry.body, mode, expected, entry.ttl).apply(entry.key, made.record)
    except ConflictError:
        if mode == "alive":
            return True  # it was to be deleted, and it is gone
        made.lost.append(Lost(entry, (), made.record.version))
        return False
    # The caller gave all of it: from here on the store has what the caller saw.
    made.clean, made.data = True, None
    return True


def _patch(made: Plan, entry: Entry) -> bool:
    """Changed keys; whether all of them were set."""
    record = made.record
    if record.body is None and not record.version and entry.body is not None:
        # It ended by itself while the store could not be told that it was used.
        made.record = Record(1, entry.body, entry.ttl)
        return True
    if record.body is None and not entry.revive:
        made.lost.append(Lost(entry, (), record.version))
        return False
    data = made.data if made.data is not None else {} if record.body is None else decode(record.body)
    patch = Patch(entry.values, entry.drop, None if made.clean else entry.saw)
    clashes = patch.clashes(data)
    if clashes:
        made.lost.append(Lost(entry, tuple(clashes), record.version))
        patch = patch.without(clashes)
        if not patch.values and not patch.drop:
            return False
    patch.merge(data)
    made.data = data
    made.record = Record(record.version + 1, b"", record.ttl)
    return not clashes


def entry_of_put(put: Put) -> dict[str, Any]:
    """The fields of an entry that keep a put."""
    return {"kind": "put", "body": put.body, "mode": put.mode, "expected": put.expected, "ttl": put.ttl}


def entry_of_patch(patch: Patch, after: Record, *, revive: bool) -> dict[str, Any]:
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


def lost_data(lost: Lost) -> dict[str, Any] | None:
    """What was not written, for the report."""
    entry = lost.entry
    if entry.kind == "put":
        return None if entry.body is None else decode(entry.body)
    names = lost.keys or (*entry.values, *entry.drop)
    kept = {name: entry.values.get(name) for name in names}
    return decode(encode("data", kept))
