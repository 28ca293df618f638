"""What callers get: sessions, leases, conflicts, figures."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from asyncassist._stores.serialization import decode
from asyncassist._types import JSONSerializable
from asyncassist.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist._stores.session_records import SessionRecord

_MAX_SECONDS = 10 * 365 * 86400.0

AckLocation = Literal["redis", "journal", "memory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(JSONSerializable):
    """A session as it was when it was read or written.

    Attributes:
        id: Its id.
        data: Its data, read only; `dict(session.data)` is a copy to change.
        version: Rises by one with each change; 1 is the first.
        expires_in: Seconds it had left.
        acked: Where the store said that it is: "redis", "journal" or "memory".
    """

    id: str
    data: Mapping[str, Any]
    version: int
    expires_in: float
    acked: AckLocation


class MutableSession:
    """A session inside `async with manager.session(...)`: change `data`; a clean exit writes it.

    Attributes:
        id: Its id.
        data: Its data, yours to change.
        version: The version that was read, 0 for a new session; after the exit the one written.
        acked: Where it was read, after the exit where it was written.
    """

    __slots__ = ("acked", "data", "id", "version")

    def __init__(self, session_id: str, data: dict[str, Any], version: int, acked: AckLocation) -> None:
        self.id: str = session_id
        self.data: dict[str, Any] = data
        self.version: int = version
        self.acked: AckLocation = acked

    def __repr__(self) -> str:
        return f"MutableSession(id={self.id!r}, version={self.version})"


class Lease:
    """A lock that is held.

    Attributes:
        name: Of the lock.
        token: The fencing token: higher than that of every holder before. A store that is told it can refuse one who
            held the lock earlier and did not notice its end.
        lost: Whether it could not be renewed in time: another may hold it now.
    """

    __slots__ = ("lost", "name", "token")

    def __init__(self, name: str, token: int) -> None:
        self.name: str = name
        self.token: int = token
        self.lost: bool = False

    def __repr__(self) -> str:
        return f"Lease(name={self.name!r}, token={self.token}, lost={self.lost})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict(JSONSerializable):
    """A write of an outage that was not done when it was replayed: another had overtaken it, or the store refused it.

    Attributes:
        kind: "session" or "conversation".
        id: Of the session or the conversation.
        keys: Keys that were left as the other write made them; empty when it is about the whole.
        data: What was not written; for a conversation its messages.
        expected: The version it was made for, None when any.
        actual: The version found, None when the store refused it.
    """

    kind: Literal["session", "conversation"]
    id: str
    keys: tuple[str, ...] = ()
    data: Mapping[str, Any] | None = None
    expected: int | None = None
    actual: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateStats(JSONSerializable):
    """What a manager has done so far.

    Attributes:
        reads: Sessions and pages of conversations read.
        writes: Writes acknowledged.
        near_hits: Reads answered by the near cache.
        batches: Pipelines sent.
        batch_p50: Median number of commands in one of the last pipelines, None before the first.
        in_use: Connections busy right now.
        connections: Connections open.
        p50: Median seconds of the last calls that asked a store.
        p95: 95th percentile of the same.
        p99: 99th percentile of the same.
        journal_depth: Writes that wait for the store.
        journal_age: Seconds that the oldest of them waits.
        replayed: Writes of outages that reached the store.
        conflicts: Writes of outages that lost against another.
        retries: Commands sent again after a broken connection.
        degraded_seconds: Seconds without a store.
    """

    reads: int = 0
    writes: int = 0
    near_hits: int = 0
    batches: int = 0
    batch_p50: float | None = None
    in_use: int = 0
    connections: int = 0
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    journal_depth: int = 0
    journal_age: float = 0.0
    replayed: int = 0
    conflicts: int = 0
    retries: int = 0
    degraded_seconds: float = 0.0


def to_session(
    session_id: str, record: SessionRecord, ack_location: AckLocation, remaining: float | None = None
) -> Session | None:
    """A record as callers see it; None when nothing is alive there.

    Args:
        session_id: Its id.
        record: What is there.
        ack_location: Where.
        remaining: Seconds it has left, None for what the record says.
    """
    if record.body is None:
        return None
    return Session(
        id=session_id,
        data=MappingProxyType(decode(record.body)),
        version=record.version,
        expires_in=record.expires_in if remaining is None else remaining,
        acked=ack_location,
    )


def check_optional_seconds(value: float | None, field: str = "ttl") -> float | None:
    """A number of seconds of a call, or None.

    Raises:
        InvalidInputError: It is not above zero and at most ten years.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _MAX_SECONDS:
        raise InvalidInputError(field, "must be a number of seconds above 0, at most ten years")
    return float(value)
