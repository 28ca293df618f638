"""Session operations: batched per session and committed by compare-and-set, or buffered in an outage."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from asyncassist._state.key_queue import BatchingKeyQueue, Job
from asyncassist._state.models import MutableSession, to_session
from asyncassist._state.session_cache import SessionCache
from asyncassist._stores.journal import JournalEntry
from asyncassist._stores.outage_replay import (
    LostWrite,
    ReplayPlan,
    patch_entry_fields,
    plan_replay,
    plan_unconditional_put,
    put_entry_fields,
)
from asyncassist._stores.serialization import decode, encode, to_json_line
from asyncassist._stores.session_ids import rotated_id, session_end
from asyncassist._stores.session_records import (
    ABSENT,
    Patch,
    RefusedWriteError,
    SessionRecord,
    Take,
    Update,
    Write,
    WriteId,
    apply_all,
    conflict_error,
    diff,
)
from asyncassist.errors import ConflictError, NotFoundError, StateError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence

    from asyncassist._state.models import Session
    from asyncassist._state.outage_buffer import OutageBuffer
    from asyncassist._stores.session_records import Operation
    from asyncassist._stores.store import AckLocation, ReplayableSessions, SessionStore

_DELETED_AT_ONCE = 100
_MAX_BACKOFF = 0.05  # seconds between attempts after repeated losses of the compare-and-set


class WriteSequencer:
    """Numbers the writes of this process with one sequence over all keys.

    Args:
        writer: Writer id, unique among processes.
    """

    def __init__(self, writer: str) -> None:
        self.writer = writer
        self.last_seq = 0

    def reserve(self, count: int = 1) -> int:
        """Reserve `count` consecutive sequence numbers and return the last."""
        self.last_seq += count
        return self.last_seq


class Sessions:
    """Sessions in a store; each operation is applied once despite concurrent writers, retries and outages.

    Args:
        store: The store; one whose writes are buffered is `ReplayableSessions`.
        target: Name of the store.
        sequencer: Numbers the writes of this process.
        session_cache: Cache of the records read and written last.
        outage: Write buffer of the store.
        ttl: Default seconds until an unused session expires.
        on_lost_write: Called with each journalled write that was superseded or refused.
        clock: Returns seconds since the epoch.
        now: Monotonic clock, in seconds.
    """

    def __init__(
        self,
        store: SessionStore,
        target: AckLocation,
        *,
        sequencer: WriteSequencer,
        session_cache: SessionCache,
        outage: OutageBuffer,
        ttl: float,
        on_lost_write: Callable[[LostWrite], None],
        clock: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        self._store = store
        self.target: AckLocation = target
        self.reads = 0
        self.writes = 0
        self._sequencer = sequencer
        self._cache = session_cache
        self._outage = outage
        self._ttl = ttl
        self._on_lost_write = on_lost_write
        self._clock = clock
        self._queue: BatchingKeyQueue[Operation] = BatchingKeyQueue(self._commit)
        # Records written in the outage. Unbounded, because eviction would lose acknowledged data; cleared on recovery.
        self._outage_overlay = SessionCache(now, max_entries=sys.maxsize, max_bytes=sys.maxsize)
        # Sessions replayed in part: whether the store then held what callers were given in the outage.
        self._consistent: dict[str, bool] = {}

    async def read(self, session_id: str, *, touch: bool) -> tuple[SessionRecord, AckLocation]:
        """Return the record of a session and its location; in an outage from local data.

        Raises:
            StateUnavailableError: The store is unavailable and the session is not cached.
        """
        outage = self._outage
        if outage.active and (outage.unreachable or session_id in self._outage_overlay):
            return self._read_locally(session_id, touch=touch), outage.ack_location
        self._cache.begin_read(session_id)
        record = None
        try:
            record = await self._store.read(session_id, touch=touch)
        except StateUnavailableError as error:
            outage.begin(error)
            if outage.mode == "raise":
                raise
        finally:
            self._cache.end_read(session_id, record)
        if record is None:
            return self._read_locally(session_id, touch=touch), outage.ack_location
        outage.end_if_recovered()
        return record, self.target

    def _read_locally(self, session_id: str, *, touch: bool) -> SessionRecord:
        """Return the locally known record of a session.

        Raises:
            StateUnavailableError: The session is not cached.
        """
        record = self._local_record(session_id)
        if record is None:
            raise StateUnavailableError(depth=len(self._outage.pending))
        if touch and record.body is not None:
            record = replace(record, expires_in=record.ttl or self._ttl)
            (self._outage_overlay if session_id in self._outage_overlay else self._cache).put(session_id, record)
        return record

    def _local_record(self, session_id: str) -> SessionRecord | None:
        """Return the record written in the outage, else the cached one; None when neither is known."""
        return self._outage_overlay.get(session_id) or self._cache.get(session_id)

    async def read_many(self, ids: Sequence[str]) -> list[tuple[SessionRecord, AckLocation]]:
        """Return records and their locations, in the order of the ids."""
        if not self._outage.active:
            try:
                records = await self._store.read_many(ids)
            except StateUnavailableError as error:
                self._outage.begin(error)
                if self._outage.mode == "raise":
                    raise
            else:
                for name, record in zip(ids, records, strict=True):
                    self._cache.put(name, record)
                return [(record, self.target) for record in records]
        return [await self.read(name, touch=True) for name in ids]

    async def apply(self, session_id: str, operation: Operation) -> tuple[SessionRecord, AckLocation]:
        """Apply an operation; return the new record and where it was acknowledged."""
        done = cast("tuple[SessionRecord, AckLocation]", await self._queue.submit(session_id, operation))
        self.writes += 1
        return done

    # sessions with the ends that their ids tell

    async def get(self, session_id: str, *, touch: bool) -> Session | None:
        """Return a session, None when it does not exist or has ended."""
        self.reads += 1
        return self.to_session(session_id, *await self.read(session_id, touch=touch))

    async def get_many(self, ids: Sequence[str]) -> list[Session | None]:
        """Return several sessions in the order of the ids, None for each that does not exist or has ended."""
        self.reads += len(ids)
        return [self.to_session(name, *found) for name, found in zip(ids, await self.read_many(ids), strict=True)]

    async def change(self, session_id: str, operation: Operation) -> Session:
        """Apply an operation that leaves a live session and return that session.

        Raises:
            NotFoundError: The session has ended, or ended while it was written.
        """
        self._check_end(session_id)
        session = self.to_session(session_id, *await self.apply(session_id, operation))
        if session is None:
            raise _not_found(session_id)
        return session

    async def delete(self, session_id: str) -> bool:
        """Delete a session and return whether it existed."""
        try:
            await self.apply(session_id, Write("alive", None))
        except ConflictError:
            return False
        return True

    async def delete_all(self, prefix: str) -> int:
        """Delete all sessions whose ids begin so and return their number.

        Raises:
            StateUnavailableError: The store is unavailable, or writes of an outage wait for it.
        """
        found = [session_id async for session_id in self._scan() if session_id.startswith(prefix)]
        deleted = 0
        for start in range(0, len(found), _DELETED_AT_ONCE):
            deleted += sum(await asyncio.gather(*map(self.delete, found[start : start + _DELETED_AT_ONCE])))
        return deleted

    async def export(self, prefix: str) -> AsyncIterator[bytes]:
        """Iterate over lines of JSON, one for each session whose id begins so; no TTL is extended."""
        async for session_id in self.scan():
            if session_id.startswith(prefix) and (session := await self.get(session_id, touch=False)) is not None:
                facts = {"id": session_id, "version": session.version, "data": dict(session.data)}
                yield to_json_line("session", facts)

    async def rotate(self, session_id: str) -> str:
        """Move a session to a new id and return that id.

        Raises:
            NotFoundError: The session does not exist.
            StateUnavailableError: The store is unavailable, or writes of an outage wait for it.
        """
        self._require_store()
        self._check_end(session_id)
        record, _ = await self.read(session_id, touch=False)
        if record.body is None:
            raise _not_found(session_id)
        new_id = rotated_id(session_id)
        # The copy is made first: a process that ends in between leaves the session under its old id.
        await self.apply(new_id, Write("never", record.body, ttl=record.ttl))
        take = Take()
        try:
            await self.apply(session_id, take)
        except StateError:
            with contextlib.suppress(StateError):  # then it expires: its id was never given away
                await self.delete(new_id)
            raise
        if take.record.version != record.version:
            with contextlib.suppress(ConflictError):  # revoked meanwhile
                await self.apply(new_id, Write("alive", take.record.body))
        return new_id

    @contextlib.asynccontextmanager
    async def edit(self, session_id: str, *, create: bool, limit: int) -> AsyncGenerator[MutableSession]:
        """Yield a session and store the keys that changed at a clean exit.

        Args:
            session_id: Session id.
            create: Whether to create the session when it does not exist.
            limit: Bytes of the data as JSON, at most.

        Raises:
            NotFoundError: The session does not exist, and `create` is off; or it has ended.
            ConflictError: Another writer changed the same keys, or deleted the session.
        """
        self.reads += 1
        self._check_end(session_id)
        record, location = await self.read(session_id, touch=True)
        is_new = record.body is None
        if is_new and not create:
            raise NotFoundError(f"no such session: {session_id!r}; create=True creates it", key=session_id)
        before, data = (decode(record.body or b"{}") for _ in range(2))
        draft = MutableSession(session_id, data, record.version, location)
        yield draft
        new_data = decode(encode("data", draft.data, limit=limit))
        operation = diff(before, new_data, create=is_new, revive=is_new, limit=limit)
        if operation.values or operation.drop or is_new:
            try:
                record, draft.acked = await self.apply(session_id, operation)
            except NotFoundError as error:
                raise ConflictError("the session was deleted", key=session_id, expected=draft.version) from error
            draft.version = record.version

    async def scan(self) -> AsyncIterator[str]:
        """Iterate over the ids of all live sessions.

        Raises:
            StateUnavailableError: The store is unavailable, or writes of an outage wait for it.
        """
        async for session_id in self._scan():
            if not self._has_ended(session_id):
                yield session_id

    async def _scan(self) -> AsyncIterator[str]:
        """Iterate over the ids of all sessions in the store."""
        self._require_store()
        try:
            async for session_id in self._store.scan():
                yield session_id
        except StateUnavailableError as error:
            self._outage.begin(error)
            raise

    def to_session(
        self, session_id: str, record: SessionRecord, location: AckLocation, left: float | None = None
    ) -> Session | None:
        """Return the record as a `Session`; None when the session does not exist or has ended."""
        end = session_end(session_id)
        if end is not None:
            left = min(record.expires_in if left is None else left, end - self._clock())
            if left <= 0:
                return None
        return to_session(session_id, record, location, left)

    def _has_ended(self, session_id: str) -> bool:
        """Return whether the end that a session id tells is over."""
        end = session_end(session_id)
        return end is not None and end <= self._clock()

    def _check_end(self, session_id: str) -> None:
        """Check that the end that a session id tells is not over.

        Raises:
            NotFoundError: It is.
        """
        if self._has_ended(session_id):
            raise _not_found(session_id)

    def _require_store(self) -> None:
        """Check that sessions are written to their store at once, not buffered.

        Raises:
            StateUnavailableError: The store is unavailable, or writes of an outage wait for it.
        """
        if self._outage.active:
            raise StateUnavailableError(depth=len(self._outage.pending))

    async def _commit(self, key: str, jobs: Sequence[Job[Operation]]) -> None:
        """Commit a batch to the store, or buffer it in an outage."""
        seq = self._sequencer.reserve(len(jobs))
        outage = self._outage
        if not outage.active:
            try:
                await self._commit_to_store(key, jobs, WriteId(self._sequencer.writer, seq))
            except StateUnavailableError as error:
                outage.begin(error)
                if outage.mode == "raise":
                    raise
            else:
                outage.end_if_recovered()
                return
        await self._commit_locally(key, jobs, seq - len(jobs))

    # commit to the store

    async def _commit_to_store(self, key: str, jobs: Sequence[Job[Operation]], write_id: WriteId) -> None:
        """Commit a batch by compare-and-set.

        A single write is sent as one command; other operations are computed on the cached or stored record first.
        """
        operation = jobs[0].operation
        if len(jobs) == 1 and isinstance(operation, Write):
            outcome = await self._store.write(key, replace(operation, write_ids=(write_id,)))
            self._cache.put(key, outcome.record)
            if not outcome.written:
                raise conflict_error(key, operation, outcome.record)
            jobs[0].succeed((outcome.record, self.target))
            return
        found = self._cache.get_recent(key) or await self._store.read(key, touch=False)
        tries = 0
        while True:
            final_record, results = apply_all(key, [job.operation for job in jobs], found)
            # Nothing to write: every operation failed. If the record came from the cache, that counts only after
            # the store has confirmed its version.
            if final_record is found:
                confirmed = await self._store.read(key, touch=False)
                if confirmed.version == found.version and (confirmed.body is None) == (found.body is None):
                    break
                found = confirmed
                continue
            write = Write(
                "exact",
                final_record.body,
                found.version,
                final_record.ttl,
                final_record.version - found.version,
                (write_id,),
            )
            outcome = await self._store.write(key, write)
            self._cache.put(key, outcome.record)
            if outcome.written:
                final_record = outcome.record
                break
            found = outcome.record
            tries += 1
            if tries > 1:
                await asyncio.sleep(min(_MAX_BACKOFF, 0.001 * tries) * random.random())  # noqa: S311  # jitter
        resolve_jobs(jobs, results, final_record, self.target)

    # commit in an outage

    async def _commit_locally(self, key: str, jobs: Sequence[Job[Operation]], seq: int) -> None:
        """Apply a batch to the locally known record and buffer it for replay."""
        record = self._local_record(key)
        entries: list[JournalEntry] = []
        done: list[tuple[Job[Operation], SessionRecord]] = []
        for number, job in enumerate(jobs, seq + 1):
            try:
                new_record, entry_fields = self._apply_locally(key, record, job.operation)
            except Exception as error:  # noqa: BLE001  # a caller's function may raise anything
                job.fail(error)
                continue
            base = -1 if record is None else record.version
            entries.append(
                JournalEntry(
                    target=self.target,
                    key=key,
                    writer=self._sequencer.writer,
                    seq=number,
                    base_version=base,
                    acknowledged_version=new_record.version,
                    acknowledged_at=self._clock(),
                    **entry_fields,
                )
            )
            record = replace(new_record, expires_in=new_record.ttl or self._ttl)
            done.append((job, record))
        if record is None or not done:
            return
        await self._outage.buffer(entries)
        self._outage_overlay.put(key, record)
        for job, new_record in done:
            job.succeed((new_record, self._outage.ack_location))

    def _apply_locally(
        self, key: str, record: SessionRecord | None, operation: Operation
    ) -> tuple[SessionRecord, dict[str, Any]]:
        """Apply an operation to the locally known record.

        Returns:
            The new record, and the fields of the operation's journal entry.

        Raises:
            StateUnavailableError: The operation needs the current data, which is not known, or the store itself.
        """
        if isinstance(operation, Take):
            raise StateUnavailableError(depth=len(self._outage.pending))
        if isinstance(operation, Write):
            before = _assumed_record(operation) if record is None else record
            return operation.apply(key, before), put_entry_fields(operation)
        creates = bool(getattr(operation, "create", False))
        if record is None and not creates:
            raise StateUnavailableError(depth=len(self._outage.pending))
        before = ABSENT if record is None else record
        new_record = operation.apply(key, before)
        if isinstance(operation, Update):
            old = {} if before.body is None else decode(before.body)
            operation = diff(old, decode(new_record.body or b"{}"))
        assert isinstance(operation, Patch)
        if record is None:
            # The session's data was not known: on replay merge the keys without a conflict check.
            operation = operation.without_keys(())
        return new_record, patch_entry_fields(operation, new_record, revive=before.body is None)

    @property
    def _replayable(self) -> ReplayableSessions:
        """The store: only one whose writes are buffered is ever replayed to."""
        return cast("ReplayableSessions", self._store)

    async def replay(self, entries: Iterable[JournalEntry]) -> None:
        """Apply journal entries to the store: one compare-and-set per session, all in one pipeline."""
        groups: dict[str, list[JournalEntry]] = {}
        for entry in entries:
            groups.setdefault(entry.key, []).append(entry)
        plans = {key: found for key, group in groups.items() if (found := plan_unconditional_put(group)) is not None}
        while groups:
            await self._load_plans(groups, plans)
            writes = [
                (key, replace(plan.write, age=self._age(groups[key][-1])))
                for key, plan in plans.items()
                if plan.write is not None
            ]
            outcomes = dict(zip([key for key, _ in writes], await self._replayable.write_many(writes), strict=True))
            for key in list(plans):
                plan, outcome = plans.pop(key), outcomes.get(key)
                if isinstance(outcome, RefusedWriteError):
                    self._report_refused(groups.pop(key))
                elif isinstance(outcome, StateError):
                    raise outcome
                elif outcome is None or outcome.written:
                    age = self._age(groups.pop(key)[-1])
                    left = (plan.record.ttl or self._ttl) - age
                    # A further outage begins from here.
                    self._cache.put(key, replace(plan.record, expires_in=left) if outcome is None else outcome.record)
                    self._consistent[key] = plan.consistent
                    for lost in plan.lost:
                        self._on_lost_write(lost)
                # Otherwise another process wrote first: the next round reads the session and plans again.

    def _age(self, entry: JournalEntry) -> float:
        """Return for how many seconds the TTL has run since the session's last write, or its last use in the outage."""
        record = self._outage_overlay.get(entry.key)
        if record is None or record.body is None:
            return max(0.0, self._clock() - entry.acknowledged_at)
        return max(0.0, (record.ttl or self._ttl) - record.expires_in)

    async def _load_plans(self, groups: dict[str, list[JournalEntry]], plans: dict[str, ReplayPlan]) -> None:
        """Read the sessions that have no replay plan yet and compute their plans."""
        requests = [(key, sorted({entry.writer for entry in groups[key]})) for key in groups if key not in plans]
        for (key, _), found in zip(requests, await self._replayable.read_for_replay(requests), strict=True):
            if isinstance(found, RefusedWriteError):
                self._report_refused(groups.pop(key))
                continue
            if isinstance(found, StateError):
                raise found
            try:
                plans[key] = plan_replay(*found, groups[key], consistent=self._consistent.get(key))
            except StateError:  # the stored data cannot be read
                self._report_refused(groups.pop(key))

    def _report_refused(self, entries: Sequence[JournalEntry]) -> None:
        """Report entries that the store refuses for good, so that the replay can continue."""
        for entry in entries:
            self._on_lost_write(LostWrite(entry, (), -1))

    def clear_overlay(self, waiting: Iterable[JournalEntry] = ()) -> None:
        """Drop the records written in the outage.

        Args:
            waiting: Entries that have not been replayed; the records of their sessions stay.
        """
        self._outage_overlay.retain({entry.key for entry in waiting})
        self._consistent.clear()

    def restore(self, entries: Iterable[JournalEntry]) -> None:
        """Rebuild the records of an outage from the journal of an earlier process."""
        for entry in entries:
            left = (entry.ttl or self._ttl) - max(0.0, self._clock() - entry.acknowledged_at)
            self._outage_overlay.put(entry.key, SessionRecord(entry.acknowledged_version, entry.body, entry.ttl, left))

    async def drain(self) -> None:
        """Wait until no operation is being committed in the background."""
        await self._queue.drain()


def _not_found(session_id: str) -> NotFoundError:
    """Return the error for a session that does not exist, or has ended."""
    return NotFoundError(f"no such session: {session_id!r}", key=session_id)


def _assumed_record(write: Write) -> SessionRecord:
    """Return the record that a write implies when the current one is not known."""
    if write.mode == "live":
        return SessionRecord(write.expected, b"{}")
    if write.mode == "alive":
        return SessionRecord(0, b"{}")
    return ABSENT


def resolve_jobs(
    jobs: Sequence[Job[Operation]],
    results: Sequence[SessionRecord | Exception],
    final_record: SessionRecord,
    ack_location: AckLocation,
) -> None:
    """Resolve each job with its own result, and with the location where the batch was acknowledged."""
    for job, result in zip(jobs, results, strict=True):
        if isinstance(result, Exception):
            job.fail(result)
        else:
            job.succeed((replace(result, expires_in=final_record.expires_in), ack_location))
