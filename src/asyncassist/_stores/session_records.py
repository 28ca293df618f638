"""Pure model of writes: appends, session records, write conditions, and what turns one record into the next.

Types created in large numbers are msgspec structs, which cost a fifth of frozen dataclasses.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from asyncassist._stores.serialization import decode, encode, json_equal
from asyncassist.errors import ConflictError, InvalidInputError, NotFoundError, StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncassist._types import Message

TOMBSTONE_TTL = 300.0
"""Seconds for which a tombstone preserves a deleted session's version, so that no late write revives it."""


NO_ANCHOR = (0, "")
"""Anchor without a condition. An anchor is the `seq` and id of a message that a conversation must still contain."""


class SessionRecord(msgspec.Struct, frozen=True, gc=False):
    """Stored state of a session.

    Attributes:
        version: Version of the last write; 0 when there never was one.
        body: The data as JSON; None when the session was deleted or never existed.
        ttl: The session's own TTL in seconds, None for the store's default.
        expires_in: Seconds until the record expires.
    """

    version: int = 0
    body: bytes | None = None
    ttl: float | None = None
    expires_in: float = 0.0


ABSENT = SessionRecord()

WriteMode = Literal["any", "alive", "live", "free", "never", "exact"]
"""Condition of a write on the stored record. The values are part of the journal format and of the Lua scripts.

"any": no tombstone. "alive": a live session of any version. "live": a live session of the expected version. "free": no
live session. "never": neither a live session nor a tombstone. "exact": the expected version, live or not.
"""


class WriteId(msgspec.Struct, frozen=True, gc=False):
    """Idempotency key: writer id and per-writer sequence number. Each is applied at most once per key."""

    writer: str
    seq: int


class Append(msgspec.Struct, frozen=True):
    """Append of messages to a conversation: all of them or none.

    Only a store whose writes are buffered while it is unavailable meets `is_replay`, an `anchor` and an `age`.

    Attributes:
        messages: The messages, in order, with everything but their `seq`.
        expected_version: The version that the conversation must have; None for any.
        request_id: The caller's request id; None for none.
        is_replay: Whether the messages may have been stored already.
        anchor: `seq` and id of a message that the conversation must still contain, as proof that it is the one the
            caller appended to; `NO_ANCHOR` for no condition.
        age: Seconds since the conversation was last written to: its TTL has run for so long. With nothing left of
            the TTL the append starts no conversation and returns 0.
    """

    messages: Sequence[Message]
    expected_version: int | None = None
    request_id: str | None = None
    is_replay: bool = False
    anchor: tuple[int, str] = NO_ANCHOR
    age: float = 0.0


class Write(msgspec.Struct, frozen=True, gc=False):
    """One compare-and-set of a session; without write ids also the operation of a caller.

    Attributes:
        mode: Condition on the stored record.
        body: The new data as JSON, None to delete.
        expected: The version for "live" and "exact".
        ttl: A new TTL of the session's own, in seconds; None leaves it as it is.
        change_count: Number of operations combined in this write: the version rises by it.
        write_ids: Write ids combined in this write; a store that has applied them already does not write again.
        age: Seconds since the write was acknowledged: its TTL has run for so long.
    """

    mode: WriteMode
    body: bytes | None
    expected: int = 0
    ttl: float | None = None
    change_count: int = 1
    write_ids: tuple[WriteId, ...] = ()
    age: float = 0.0

    def apply(self, key: str, record: SessionRecord) -> SessionRecord:
        """Return the record with the new data."""
        if not accepts(record, self):
            raise conflict_error(key, self, record)
        # A session created over a tombstone does not inherit the TTL of the deleted one.
        before = record if record.body is not None else SessionRecord(version=record.version)
        return _next_record(before, self.body, self.ttl)


class RefusedWriteError(StateError):
    """The store refuses this write for good, because of what it holds; other writes are not affected."""


class WriteResult(msgspec.Struct, frozen=True, gc=False):
    """Result of a compare-and-set.

    Attributes:
        written: Whether the write was applied, now or earlier under the same write id.
        record: The stored record afterwards.
    """

    written: bool
    record: SessionRecord


def accepts(record: SessionRecord, write: Write) -> bool:
    """Return whether a record satisfies the condition of a write."""
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


def compare_and_set(found: SessionRecord, write: Write, default_ttl: float) -> WriteResult:
    """Return what a write makes of the stored record: the record to store, or that it is not applied.

    Args:
        found: The stored record, `ABSENT` when there is none or it has expired.
        write: The write.
        default_ttl: Seconds until an unused session expires, unless it has its own TTL.

    Returns:
        The result. If `written`, its record is to be stored, for `expires_in` seconds.
    """
    if not accepts(found, write):
        return WriteResult(False, found)
    version = found.version + write.change_count
    if write.body is None:
        return WriteResult(True, SessionRecord(version, None, None, TOMBSTONE_TTL))
    before = found.ttl if found.body is not None else None
    own_ttl = before if write.ttl is None else write.ttl
    left = (own_ttl or default_ttl) - write.age
    if write.age and found.body is not None and own_ttl == before:
        left = max(left, found.expires_in)  # the session was used since
    return WriteResult(True, SessionRecord(version, write.body, own_ttl, left))


class Operation(Protocol):
    """One change of a session, computed on its current record."""

    def apply(self, key: str, record: SessionRecord) -> SessionRecord:
        """Return the record that results from applying the operation.

        Args:
            key: Session id, for errors.
            record: The current record.

        Raises:
            ConflictError: The record does not satisfy the operation's condition.
            NotFoundError: The session does not exist and the operation does not create it.
        """
        ...


def _next_record(record: SessionRecord, body: bytes | None, ttl: float | None) -> SessionRecord:
    """Return the record one version later."""
    return SessionRecord(version=record.version + 1, body=body, ttl=record.ttl if ttl is None else ttl)


class Take:
    """Deletion of a session that shows what it deleted.

    Attributes:
        record: The record before the deletion; `ABSENT` until then.
    """

    __slots__ = ("record",)

    def __init__(self) -> None:
        self.record = ABSENT

    def apply(self, key: str, record: SessionRecord) -> SessionRecord:
        """Return the tombstone; it runs again after a lost compare-and-set."""
        if record.body is None:
            raise NotFoundError(f"no such session: {key!r}", key=key)
        self.record = record
        return _next_record(record, None, None)


def conflict_error(key: str, write: Write, current: SessionRecord) -> ConflictError:
    """Return the ConflictError of a write whose condition the current record does not satisfy."""
    expected = write.expected if write.mode == "live" else (0 if write.mode == "never" else None)
    if current.body is None and current.version:
        message = "the session was deleted"
    elif write.mode in {"free", "never"}:
        message = "the session exists"
    else:
        message = "another write came first"
    return ConflictError(message, key=key, expected=expected, actual=current.version)


@dataclass(frozen=True, slots=True)
class Patch:
    """Change of top-level keys.

    Attributes:
        values: Keys to set, with their values.
        drop: Keys to delete.
        base: Values under these keys that the caller read; a key that differs now is a conflict. None skips the check.
        create: Whether the patch may create a session.
        revive: Whether the patch may create a session over a tombstone.
        limit: Bytes of the resulting JSON, at most; None for no bound.
    """

    values: Mapping[str, Any]
    drop: tuple[str, ...] = ()
    base: Mapping[str, Any] | None = None
    create: bool = False
    revive: bool = False
    limit: int | None = None

    def apply(self, key: str, record: SessionRecord) -> SessionRecord:
        """Return the record with the patch merged in."""
        if record.body is None:
            if record.version and not self.revive and self.create:
                raise ConflictError("the session was deleted", key=key, actual=record.version)
            if not self.create:
                raise NotFoundError(f"no such session: {key!r}", key=key)
        data = {} if record.body is None else decode(record.body)
        conflicting_keys = self.conflicting_keys(data)
        if conflicting_keys:
            raise ConflictError("another write changed the same keys", key=key, actual=record.version)
        self.merge_into(data)
        return _next_record(record, encode("data", data, limit=self.limit), None)

    def merge_into(self, data: dict[str, Any]) -> None:
        """Apply the patch to decoded data, in place."""
        data.update(self.values)
        for name in self.drop:
            data.pop(name, None)

    def conflicting_keys(self, data: Mapping[str, Any]) -> list[str]:
        """Return the keys whose values differ from those the caller read."""
        if self.base is None:
            return []
        return [
            name
            for name in (*self.values, *self.drop)
            if (name in data) != (name in self.base) or (name in data and not json_equal(data[name], self.base[name]))
        ]

    def without_keys(self, names: Sequence[str]) -> Patch:
        """Return the patch without these keys and without its conflict check."""
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
    """Apply operations one after another to a record.

    An operation that fails leaves the record as it was for the next one.

    Returns:
        The final record, and for each operation the record it produced or the error it raised.
    """
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
    """Return the patch that turns `old` into `new`, with the values of `old` as its base."""
    values = {key: value for key, value in new.items() if key not in old or not json_equal(old[key], value)}
    drop = tuple(key for key in old if key not in new)
    base = {key: old[key] for key in (*values, *drop) if key in old}
    return Patch(values, drop, base, **options)


@dataclass(frozen=True, slots=True)
class Update:
    """Read-modify-write by a function of the caller's."""

    change: Callable[[dict[str, Any]], Mapping[str, Any] | None]
    create: bool = False
    limit: int | None = None

    def apply(self, key: str, record: SessionRecord) -> SessionRecord:
        """Return the record with the result of the caller's function, which runs again after a lost compare-and-set."""
        if record.body is None and not self.create:
            raise NotFoundError(f"no such session: {key!r}; create=True creates it", key=key)
        data = {} if record.body is None else decode(record.body)
        result = self.change(data)
        if inspect.isawaitable(result):
            if inspect.iscoroutine(result):
                result.close()
            raise InvalidInputError("change", "must be a plain function: it runs between a read and a write")
        if result is not None and not isinstance(result, Mapping):
            raise InvalidInputError("change", "must return a mapping or None")
        body = encode("data", data if result is None else result, limit=self.limit)
        before = record if record.body is not None else SessionRecord(version=record.version)
        return _next_record(before, body, None)
