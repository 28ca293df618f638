"""What a session is to a store, which writes it accepts, and what each change makes of it. Pure.

Structs where many are made: they cost a fifth of frozen dataclasses.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from asyncassist._stores.serialization import decode, encode, json_equal
from asyncassist.errors import ConflictError, InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TOMBSTONE_TTL = 300.0
"""Seconds that a deleted session's version is kept, so that no late write brings it back."""


NO_ANCHOR = (0, "")
"""Place and id of a message that a conversation must still hold: none."""


class SessionRecord(msgspec.Struct, frozen=True, gc=False):
    """A session as a store has it.

    Attributes:
        version: Of the last write; 0 when there never was one.
        body: The data as JSON; None when it was deleted or never existed.
        ttl: Its own time to live in seconds, None for the store's default.
        expires_in: Seconds it has left.
    """

    version: int = 0
    body: bytes | None = None
    ttl: float | None = None
    expires_in: float = 0.0


ABSENT = SessionRecord()

WriteMode = Literal["any", "alive", "live", "free", "never", "exact"]
"""What must be there for a write: "any" but a tombstone; "alive" at any version; "live" at the expected version;
"free": nothing alive; "never": nothing alive and no tombstone; "exact": the expected version, whatever it is."""


class WriteId(msgspec.Struct, frozen=True, gc=False):
    """Who writes, and its how-manieth write to this key: a store accepts each once."""

    writer: str
    seq: int


class Write(msgspec.Struct, frozen=True, gc=False):
    """One compare-and-set.

    Attributes:
        mode: What must be there.
        expected: The version for "live" and "exact".
        body: The new data, None to delete.
        ttl: A new own time to live, None to keep what it has.
        change_count: How many changes it stands for: so much the version rises.
        write_ids: Whose writes it holds; if the store has seen all of them, nothing is written again.
    """

    mode: WriteMode
    body: bytes | None
    expected: int = 0
    ttl: float | None = None
    change_count: int = 1
    write_ids: tuple[WriteId, ...] = ()


class WriteResult(msgspec.Struct, frozen=True, gc=False):
    """What became of a write.

    Attributes:
        written: Whether it was accepted, now or earlier under the same stamp.
        record: What is there after it.
    """

    written: bool
    record: SessionRecord


def accepts(record: SessionRecord, write: Write) -> bool:
    """Whether a write may be done on what is there."""
    alive = record.body is not None
    match write.mode:
        case "any":
            return alive or not record.version
        case "alive":
            return alive
        case "live":
            return alive and record.version == write.expected
        case "free":
            return not alive
        case "never":
            return not record.version
        case _:
            return record.version == write.expected


class Operation(Protocol):
    """One change of a session."""

    def apply(self, key: str, record: SessionRecord) -> SessionRecord:
        """What the change makes of what is there; raises when it may not be."""
        ...


def _next_record(record: SessionRecord, body: bytes | None, ttl: float | None) -> SessionRecord:
    """The record after one more change."""
    return SessionRecord(version=record.version + 1, body=body, ttl=record.ttl if ttl is None else ttl)


class Put(msgspec.Struct, frozen=True, gc=False):
    """Replace the whole data, under a condition."""

    body: bytes | None
    mode: WriteMode = "any"
    expected: int = 0
    ttl: float | None = None

    def apply(self, key: str, record: SessionRecord) -> SessionRecord:
        """The new data."""
        if not accepts(record, Write(self.mode, self.body, self.expected)):
            raise conflict_error(key, self, record)
        # A session that begins anew does not inherit what the one before it was given.
        before = record if record.body is not None else SessionRecord(version=record.version)
        return _next_record(before, self.body, self.ttl)

    def as_write(self, write_ids: tuple[WriteId, ...]) -> Write:
        """The same as one command."""
        return Write(self.mode, self.body, self.expected, self.ttl, 1, write_ids)


def conflict_error(key: str, put: Put, current: SessionRecord) -> ConflictError:
    """The error of a write that came too late."""
    expected = put.expected if put.mode == "live" else (0 if put.mode == "never" else None)
    if current.body is None and current.version:
        message = "the session was deleted"
    elif put.mode in {"free", "never"}:
        message = "the session exists"
    else:
        message = "another write came first"
    return ConflictError(message, key=key, expected=expected, actual=current.version)


@dataclass(frozen=True, slots=True)
class Patch:
    """Set and drop top-level keys.

    Attributes:
        values: Keys to set.
        drop: Keys to delete.
        base: What the caller saw under these keys; one that is another by now is a conflict. None: whatever it is.
        create: Whether it may begin a session.
        revive: Whether it may begin one where one was deleted just now.
        limit: Bytes allowed.
    """

    values: Mapping[str, Any]
    drop: tuple[str, ...] = ()
    base: Mapping[str, Any] | None = None
    create: bool = False
    revive: bool = False
    limit: int | None = None

    def apply(self, key: str, record: SessionRecord) -> SessionRecord:
        """The data with the changes merged in."""
        if record.body is None:
            if record.version and not self.revive and self.create:
                raise ConflictError("the session was deleted", key=key, actual=record.version)
            if not self.create:
                raise NotFoundError(key=key)
        data = {} if record.body is None else decode(record.body)
        conflicting_keys = self.conflicting_keys(data)
        if conflicting_keys:
            raise ConflictError("another write changed the same keys", key=key, actual=record.version)
        self.merge_into(data)
        return _next_record(record, encode("data", data, limit=self.limit), None)

    def merge_into(self, data: dict[str, Any]) -> None:
        """Make the changes."""
        data.update(self.values)
        for name in self.drop:
            data.pop(name, None)

    def conflicting_keys(self, data: Mapping[str, Any]) -> list[str]:
        """Keys that are no longer what the caller saw."""
        if self.base is None:
            return []
        return [
            name
            for name in (*self.values, *self.drop)
            if (name in data) != (name in self.base) or (name in data and not json_equal(data[name], self.base[name]))
        ]

    def without_keys(self, names: Sequence[str]) -> Patch:
        """The same change, these keys left out."""
        return Patch(
            {name: value for name, value in self.values.items() if name not in names},
            tuple(name for name in self.drop if name not in names),
            None,
            create=self.create,
            revive=self.revive,
            limit=self.limit,
        )


def apply_all(
    key: str, operations: Sequence[Operation], current: SessionRecord
) -> tuple[SessionRecord, list[SessionRecord | Exception]]:
    """Changes one after another on what is there: what it becomes, and what each made or raised."""
    record = current
    results: list[SessionRecord | Exception] = []
    for operation in operations:
        try:
            record = operation.apply(key, record)
        except Exception as error:  # noqa: BLE001  # a caller's function may raise anything; it goes back to that caller
            results.append(error)
        else:
            results.append(record)
    return record, results


def diff(old: Mapping[str, Any], new: Mapping[str, Any], **options: Any) -> Patch:
    """The patch that makes `new` of `old`, and what it saw."""
    values = {key: value for key, value in new.items() if key not in old or not json_equal(old[key], value)}
    drop = tuple(key for key in old if key not in new)
    base = {key: old[key] for key in (*values, *drop) if key in old}
    return Patch(values, drop, base, **options)


@dataclass(frozen=True, slots=True)
class Update:
    """Read, let the caller change, write."""

    change: Callable[[dict[str, Any]], Mapping[str, Any] | None]
    create: bool = False
    limit: int | None = None

    def apply(self, key: str, record: SessionRecord) -> SessionRecord:
        """What the caller's function makes of the data; it may run again when another write came first."""
        if record.body is None and not self.create:
            raise NotFoundError(key=key)
        data = {} if record.body is None else decode(record.body)
        made = self.change(data)
        if inspect.isawaitable(made):
            if inspect.iscoroutine(made):
                made.close()
            raise InvalidInputError("change", "must be a plain function: it runs between a read and a write")
        if made is not None and not isinstance(made, Mapping):
            raise InvalidInputError("change", "must return a mapping or None")
        body = encode("data", data if made is None else made, limit=self.limit)
        before = record if record.body is not None else SessionRecord(version=record.version)
        return _next_record(before, body, None)
