"""Sessions: reads, and changes that line up per session and are committed by compare-and-set or kept in an outage."""

from __future__ import annotations

import asyncio
import random
import sys
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from asyncassist._state.key_queue import Job, KeyQueues
from asyncassist._state.session_cache import Known
from asyncassist._stores.journal import Entry
from asyncassist._stores.outage_replay import Lost, Plan, blind, entry_of_patch, entry_of_put, plan
from asyncassist._stores.serialization import decode
from asyncassist._stores.session_records import (
    NEVER,
    Patch,
    Put,
    Record,
    Stamp,
    Update,
    Write,
    changes,
    compute,
    conflict,
)
from asyncassist.errors import StateError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from asyncassist._state.models import Place
    from asyncassist._state.outage_buffer import Outage
    from asyncassist._stores.memory_sessions import MemorySessions
    from asyncassist._stores.redis import RedisStore
    from asyncassist._stores.session_records import Op

_LONGEST_PAUSE = 0.05  # seconds before another try, when other processes are faster again and again


class Stamps:
    """Numbers the writes of this process, over all keys.

    Args:
        writer: A name that no other process has.
    """

    def __init__(self, writer: str) -> None:
        self.writer = writer
        self.last = 0

    def next(self, count: int = 1) -> int:
        """The number of the last of so many new writes."""
        self.last += count
        return self.last


class LocalDesk:
    """Changes of sessions that live in this process.

    Args:
        store: Where they live.
    """

    def __init__(self, store: MemorySessions) -> None:
        self._store = store
        self._queues: KeyQueues[Op] = KeyQueues(self._commit)

    async def read(self, session_id: str, *, touch: bool) -> tuple[Record, Place]:
        """What is there."""
        return await self._store.read(session_id, touch=touch), "memory"

    async def read_many(self, ids: Sequence[str]) -> list[tuple[Record, Place]]:
        """What is there, in order."""
        return [(record, "memory") for record in await self._store.read_many(ids)]

    async def change(self, session_id: str, op: Op) -> tuple[Record, Place]:
        """Apply a change; what it made, and where that is."""
        return cast("tuple[Record, Place]", await self._queues.run(session_id, op))

    async def _commit(self, key: str, jobs: Sequence[Job[Op]]) -> None:
        """Apply the changes: nobody comes between a read and a write here."""
        found = await self._store.read(key, touch=False)
        made, results = compute(key, [job.op for job in jobs], found)
        if made is not found:
            write = Write("exact", made.body, found.version, made.ttl, made.version - found.version)
            made = (await self._store.write(key, write)).record
        answer(jobs, results, made, "memory")

    async def drain(self) -> None:
        """Wait until no change is under way."""
        await self._queues.drain()


class Desk:
    """Changes of sessions in a shared store, each applied once, whoever else writes, and whatever fails.

    Args:
        store: Where sessions live.
        stamps: Numbers the writes of this process.
        known: What this process saw last.
        outage: What happens while the store is away.
        ttl: Seconds that a session lives unless it has its own.
        report: Called with each write of an outage that another had overtaken.
        wall: Seconds since the epoch.
        now: Steady seconds.
    """

    def __init__(
        self,
        store: RedisStore,
        *,
        stamps: Stamps,
        known: Known,
        outage: Outage,
        ttl: float,
        report: Callable[[Lost], None],
        wall: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        self._store = store
        self._stamps = stamps
        self._known = known
        self._outage = outage
        self._ttl = ttl
        self._report = report
        self._wall = wall
        self._queues: KeyQueues[Op] = KeyQueues(self._commit)
        # What the writes of the outage made; it goes when the store has it.
        self._here = Known(now, max_entries=sys.maxsize, max_bytes=sys.maxsize)
        # Sessions whose first entries were replayed while later ones still wait, and whether all went well.
        self._clean: dict[str, bool] = {}

    async def read(self, session_id: str, *, touch: bool) -> tuple[Record, Place]:
        """What is there; in an outage what this process knows."""
        outage = self._outage
        if outage.on and (outage.away or session_id in self._here):
            return self._read_here(session_id, touch=touch), outage.place
        self._known.begin_read(session_id)
        record = None
        try:
            record = await self._store.read(session_id, touch=touch)
        except StateUnavailableError as error:
            outage.begin(error)
            if outage.mode == "raise":
                raise
        finally:
            self._known.end_read(session_id, record)
        if record is None:
            return self._read_here(session_id, touch=touch), outage.place
        outage.end_if_over()
        return record, "redis"

    def _read_here(self, session_id: str, *, touch: bool) -> Record:
        """What this process knows.

        Raises:
            StateUnavailableError: Nothing.
        """
        record = self._state_here(session_id)
        if record is None:
            raise StateUnavailableError(depth=len(self._outage.pending))
        if touch and record.body is not None:
            record = replace(record, expires_in=record.ttl or self._ttl)
            (self._here if session_id in self._here else self._known).put(session_id, record)
        return record

    def _state_here(self, session_id: str) -> Record | None:
        """What the outage's writes made, or else what was seen last."""
        return self._here.get(session_id) or self._known.get(session_id)

    async def read_many(self, ids: Sequence[str]) -> list[tuple[Record, Place]]:
        """What is there, in order."""
        if not self._outage.on:
            try:
                records = await self._store.read_many(ids)
            except StateUnavailableError as error:
                self._outage.begin(error)
                if self._outage.mode == "raise":
                    raise
            else:
                for name, record in zip(ids, records, strict=True):
                    self._known.put(name, record)
                return [(record, "redis") for record in records]
        return [await self.read(name, touch=True) for name in ids]

    async def change(self, session_id: str, op: Op) -> tuple[Record, Place]:
        """Apply a change; what it made, and where that is."""
        return cast("tuple[Record, Place]", await self._queues.run(session_id, op))

    async def _commit(self, key: str, jobs: Sequence[Job[Op]]) -> None:
        """Write to the store, or keep what was to be written."""
        seq = self._stamps.next(len(jobs))
        outage = self._outage
        if not outage.on:
            try:
                await self._commit_there(key, jobs, Stamp(self._stamps.writer, seq))
            except StateUnavailableError as error:
                outage.begin(error)
                if outage.mode == "raise":
                    raise
            else:
                outage.end_if_over()
                return
        await self._commit_here(key, jobs, seq - len(jobs))

    # in the store

    async def _commit_there(self, key: str, jobs: Sequence[Job[Op]], stamp: Stamp) -> None:
        """One put goes as one command; others are computed on what is there."""
        op = jobs[0].op
        if len(jobs) == 1 and isinstance(op, Put):
            outcome = await self._store.write(key, op.as_write((stamp,)))
            self._known.put(key, outcome.record)
            if not outcome.written:
                raise conflict(key, op, outcome.record)
            jobs[0].succeed((outcome.record, "redis"))
            return
        found = self._known.guess(key) or await self._store.read(key, touch=False)
        tries = 0
        while True:
            made, results = compute(key, [job.op for job in jobs], found)
            # Also a change that fails on a guess is only sure when the store says that the guess is right.
            if made is found:
                sure = await self._store.read(key, touch=False)
                if sure.version == found.version and (sure.body is None) == (found.body is None):
                    break
                found = sure
                continue
            write = Write("exact", made.body, found.version, made.ttl, made.version - found.version, (stamp,))
            outcome = await self._store.write(key, write)
            self._known.put(key, outcome.record)
            if outcome.written:
                made = outcome.record
                break
            found = outcome.record
            tries += 1
            if tries > 1:
                await asyncio.sleep(min(_LONGEST_PAUSE, 0.001 * tries) * random.random())  # noqa: S311  # out of step
        answer(jobs, results, made, "redis")

    # in an outage

    async def _commit_here(self, key: str, jobs: Sequence[Job[Op]], seq: int) -> None:
        """Apply the changes to what this process knows, and keep them for the store."""
        record = self._state_here(key)
        entries: list[Entry] = []
        done: list[tuple[Job[Op], Record]] = []
        for number, job in enumerate(jobs, seq + 1):
            try:
                made, facts = self._change_here(key, record, job.op)
            except Exception as error:  # noqa: BLE001  # a caller's function may raise anything
                job.fail(error)
                continue
            base = -1 if record is None else record.version
            entries.append(
                Entry(
                    target="redis",
                    key=key,
                    writer=self._stamps.writer,
                    seq=number,
                    base=base,
                    made=made.version,
                    at=self._wall(),
                    **facts,
                )
            )
            record = replace(made, expires_in=made.ttl or self._ttl)
            done.append((job, record))
        if record is None or not done:
            return
        await self._outage.keep(entries)
        self._here.put(key, record)
        for job, made in done:
            job.succeed((made, self._outage.place))

    def _change_here(self, key: str, record: Record | None, op: Op) -> tuple[Record, dict[str, Any]]:
        """What a change makes of what is known, and the fields of its entry.

        Raises:
            StateUnavailableError: It needs what is not known.
        """
        if isinstance(op, Put):
            before = _assumed(op) if record is None else record
            return op.apply(key, before), entry_of_put(op)
        creates = bool(getattr(op, "create", False))
        if record is None and not creates:
            raise StateUnavailableError(depth=len(self._outage.pending))
        before = NEVER if record is None else record
        made = op.apply(key, before)
        if isinstance(op, Update):
            old = {} if before.body is None else decode(before.body)
            op = changes(old, decode(made.body or b"{}"))
        assert isinstance(op, Patch)
        if record is None:
            # Nobody knows what it was made on: it is merged into whatever is there.
            op = op.without(())
        return made, entry_of_patch(op, made, revive=before.body is None)

    async def replay(self, entries: Iterable[Entry]) -> None:
        """Give the entries of sessions to the store; each session by one compare-and-set, all in one pipeline."""
        groups: dict[str, list[Entry]] = {}
        for entry in entries:
            groups.setdefault(entry.key, []).append(entry)
        plans = {key: found for key, group in groups.items() if (found := blind(group)) is not None}
        while groups:
            await self._look(groups, plans)
            writes = [(key, made.write) for key, made in plans.items() if made.write is not None]
            outcomes = dict(zip([key for key, _ in writes], await self._store.write_many(writes), strict=True))
            for key in list(plans):
                made, outcome = plans.pop(key), outcomes.get(key)
                if isinstance(outcome, StateError):
                    self._refused(groups.pop(key))
                elif outcome is None or outcome.written:
                    del groups[key]
                    self._clean[key] = made.clean
                    for lost in made.lost:
                        self._report(lost)
                # Otherwise another process was faster: it is looked at again.

    async def _look(self, groups: dict[str, list[Entry]], plans: dict[str, Plan]) -> None:
        """Make the plans that are missing, on what is there."""
        asked = [(key, sorted({entry.writer for entry in groups[key]})) for key in groups if key not in plans]
        for (key, _), found in zip(asked, await self._store.seqs_many(asked), strict=True):
            if isinstance(found, StateError):
                self._refused(groups.pop(key))
            else:
                plans[key] = plan(*found, groups[key], clean=self._clean.get(key))

    def _refused(self, entries: Sequence[Entry]) -> None:
        """The store will never take them, whatever is there in their place: told, so that the others can go on."""
        for entry in entries:
            self._report(Lost(entry, (), -1))

    def forget_here(self, waiting: Iterable[Entry] = ()) -> None:
        """The store has everything but what waits: what was made here is history."""
        self._here.keep_only({entry.key for entry in waiting})
        self._clean.clear()

    def learn(self, entries: Iterable[Entry]) -> None:
        """What entries of an earlier process made is what is known."""
        for entry in entries:
            self._here.put(entry.key, Record(entry.made, entry.body, entry.ttl, entry.ttl or self._ttl))

    async def drain(self) -> None:
        """Wait until no change is under way."""
        await self._queues.drain()


def _assumed(put: Put) -> Record:
    """What must have been there, for a put to something that is not known."""
    if put.mode == "live":
        return Record(put.expected, b"{}")
    if put.mode == "alive":
        return Record(0, b"{}")
    return NEVER


def answer(jobs: Sequence[Job[Op]], results: Sequence[Record | Exception], made: Record, place: Place) -> None:
    """Tell each caller what its change made."""
    for job, result in zip(jobs, results, strict=True):
        if isinstance(result, Exception):
            job.fail(result)
        else:
            job.succeed((replace(result, expires_in=made.expires_in), place))
