"""Public values of session state: sessions, leases, conflicts and statistics."""

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
    from asyncassist._stores.store import AckLocation

_MAX_SECONDS = 10 * 365 * 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(JSONSerializable):
    """Immutable snapshot of a session, taken when it was read or written.

    Attributes:
        id: Session id.
        data: The session's data, a read-only view; `dict(session.data)` is a copy to change.
        version: Rises by one with each change; the first is 1.
        expires_in: Seconds until the session expires, as of the snapshot.
        acked: Where the session was read or its write acknowledged: the name of a store,
            "journal" or "memory".
    """

    id: str
    data: Mapping[str, Any]
    version: int
    expires_in: float
    acked: AckLocation


class MutableSession:
    """Session inside `async with manager.session(...)`: change `data`; a clean exit writes the changed keys.

    Attributes:
        id: Session id.
        data: The session's data, to be changed in place or replaced.
        version: The version read, 0 for a new session; after the exit the version written.
        acked: Where the session was read, after the exit where it was written; see
            `Session.acked`.
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
    """Lease on a lock, renewed in the background while the lock is held.

    Attributes:
        name: Name of the lock.
        token: Fencing token, higher than that of every earlier holder. A resource that compares tokens can reject a
            holder that has not noticed the loss of its lease.
        lost: Whether the lease could not be renewed in time; another process may hold the lock now.
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
    """Write acknowledged in an outage but not applied on replay: superseded by a newer write, or refused by the store.

    Attributes:
        kind: "session" or "conversation".
        id: Id of the session or the conversation.
        keys: Top-level keys whose newer values were preserved; empty when the whole write was not applied.
        data: The data not written; for a conversation `{"messages": [...]}`; None for a deletion.
        expected: The version that the write was based on; None when unknown.
        actual: The version found; None when the store refused the write.
    """

    kind: Literal["session", "conversation"]
    id: str
    keys: tuple[str, ...] = ()
    data: Mapping[str, Any] | None = None
    expected: int | None = None
    actual: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased(JSONSerializable):
    """What `erase` deleted.

    Attributes:
        sessions: Sessions of the user.
        conversations: Conversations of the user.
        messages: Messages in them.
        answers: Cached answers of the chatbots that use the manager as their history.
    """

    sessions: int = 0
    conversations: int = 0
    messages: int = 0
    answers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StateStats(JSONSerializable):
    """Counters and latencies of one manager since its creation.

    Attributes:
        reads: Reads of sessions and of pages of conversations.
        writes: Writes acknowledged.
        near_hits: Reads served from the near cache.
        batches: Batches sent to the store of sessions: pipelines to Redis, commits to SQLite and PostgreSQL.
        batch_p50: Median number of commands per batch, over the most recent ones; None before the first.
        in_use: Connections to Redis with a batch in flight; for a cluster, flushes in flight.
        connections: Open connections to Redis; 0 for a cluster.
        p50: Median latency of recent batches in seconds; None before the first.
        p95: 95th percentile of that latency in seconds.
        p99: 99th percentile of that latency in seconds.
        journal_depth: Journalled writes not yet in their store.
        journal_age: Age of the oldest of those writes in seconds; 0.0 when there is none.
        replayed: Journalled writes replayed to their store.
        conflicts: Replayed writes that were not applied, or only in part.
        retries: Commands sent again after a connection broke.
        degraded_seconds: Seconds in which a store was unavailable, summed over the stores.
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
    """Return the record as a `Session`, None when the session does not exist.

    Args:
        session_id: Session id.
        record: The record as stored.
        ack_location: Where the record was read or written.
        remaining: Seconds until the session expires, None for the record's own `expires_in`.
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
    """Return a number of seconds as a float; None stays None.

    Args:
        value: The argument.
        field: Name of the argument for the error.

    Raises:
        InvalidInputError: The value is not a number above 0 and of at most ten years.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _MAX_SECONDS:
        raise InvalidInputError(field, "must be a number of seconds above 0, at most ten years")
    return float(value)
