"""Runtime behind `AsyncStateManager`: opens and wires stores, outage buffers, the journal and locks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from asyncassist._lifecycle import cancel_and_wait, run_to_end
from asyncassist._state.conversations import Conversations
from asyncassist._state.locks import Locks
from asyncassist._state.models import Conflict, StateStats
from asyncassist._state.outage_buffer import OutageBuffer, OutageMode
from asyncassist._state.session_cache import SessionCache
from asyncassist._state.sessions import Sessions, WriteSequencer
from asyncassist._stores.encryption import (
    Cipher,
    EncryptedConversations,
    EncryptedIndex,
    EncryptedSessions,
    OwnerCipher,
)
from asyncassist._stores.journal import FileJournal
from asyncassist._stores.outage_replay import LostWrite, lost_data
from asyncassist._stores.store import AnnouncesChanges, MeasuredStore, OwnerRecords, RetainsConversations, SearchIndex
from asyncassist._types import Check
from asyncassist.errors import AsyncAssistError, ConflictError, StateError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from pathlib import Path

    from asyncassist._stores.encryption import Encryption
    from asyncassist._stores.journal import AdoptionReport, JournalEntry
    from asyncassist._stores.registry import ConfiguredStore
    from asyncassist._stores.session_records import SessionRecord
    from asyncassist._stores.store import (
        AckLocation,
        ChangeListener,
        SessionStore,
        Store,
        StoreKind,
        StoreOptions,
    )
    from asyncassist._types import Status

logger = logging.getLogger("asyncassist")

ADOPTION_INTERVAL = 15.0
"""Seconds between searches of the journal folder for orphaned files."""
CONFLICT_WARNING_PERIOD = 300.0
"""Seconds for which health warns after a conflict on replay."""
MAX_RETENTION_INTERVAL = 600.0
"""Seconds between searches for conversations to delete, at most."""
RETENTION_BATCH = 50
"""Conversations deleted by one transaction, at most."""
_RETENTION_PAUSE = 0.05  # seconds between such transactions


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSettings:
    """Validated arguments of `AsyncStateManager`."""

    session_store: ConfiguredStore
    conversation_store: ConfiguredStore
    options: StoreOptions
    outage: OutageMode
    journal: Path | None
    max_journal: int
    on_conflict: Callable[[Conflict], None] | None
    now: Callable[[], float]
    encryption: Encryption | None = None


class _FailFastLocks:
    """Lock store that fails at once while the store is known to be unreachable.

    Args:
        store: The store of the locks.
        outage: Write buffer of that store.
    """

    def __init__(self, store: SessionStore, outage: OutageBuffer) -> None:
        self._store = store
        self._outage = outage

    async def acquire(self, name: str, owner: str, ttl: float) -> int | None:
        """Acquire or renew a lock and return its fencing token, None while another owner holds it."""
        if self._outage.unreachable:
            raise StateUnavailableError
        try:
            return await self._store.acquire(name, owner, ttl)
        except StateUnavailableError as error:
            self._outage.begin(error)
            raise

    async def release(self, name: str, owner: str) -> bool:
        """Release a lock and return whether this owner held it."""
        if self._outage.unreachable:
            raise StateUnavailableError
        return await self._store.release(name, owner)


class StateRuntime:
    """Stores, outage buffers, journal and locks of one manager; opened and closed with it.

    Args:
        settings: The manager's validated arguments.
    """

    def __init__(self, settings: StateSettings) -> None:
        self._settings = settings
        self._options = settings.options
        # In the order of health checks: the store of sessions first.
        stores = (settings.session_store, settings.conversation_store)
        self._configured = {configured.kind.name: configured for configured in stores}
        self._owner_ciphers: list[OwnerCipher] = []
        self._cipher = None if settings.encryption is None else Cipher(settings.encryption)
        self._stores: dict[str, Any] = {}
        # Those that measure themselves: to ask a store whether it does is slow.
        self._measured: dict[str, MeasuredStore] = {}
        self._outages: dict[str, OutageBuffer] = {}
        self._journal: FileJournal | None = None
        # Closed last opened first: buffers and their journal before the stores that they write to.
        self._owned = contextlib.AsyncExitStack()
        self._change_listener: ChangeListener | None = None
        self.conflicts = 0
        self._last_conflict_at: float | None = None
        self.near_hits = 0
        self.session_cache = SessionCache(settings.now)
        # Set by `open`.
        self.sessions: Sessions
        self.conversations: Conversations
        self.locks: Locks
        self._parts: list[Sessions | Conversations] = []

    @property
    def backend(self) -> AckLocation:
        """Destination of writes at present: the store of sessions, "journal" or "memory"."""
        for outage in self._outages.values():
            if outage.active:
                return outage.ack_location
        return self.session_location

    @property
    def session_location(self) -> AckLocation:
        """Name of the store of sessions."""
        return self._settings.session_store.kind.name

    async def open(self) -> None:
        """Connect to the stores; an unreachable store does not fail the open."""
        settings = self._settings
        # Made here and not at construction: processes forked from one manager must not write under the same id.
        sequencer = WriteSequencer(secrets.token_hex(8))
        if settings.outage == "journal" and settings.journal is not None:
            self._journal = FileJournal(settings.journal, self._journal_identities(), self._cipher)
        try:
            if self._cipher is not None:
                await self._cipher.load()
            for name, configured in self._configured.items():
                self._stores[name] = store = await configured.kind.open(configured.value, settings.options)
                if not configured.kind.is_handed_in:
                    self._owned.push_async_callback(store.aclose)
                if isinstance(store, MeasuredStore):
                    self._measured[name] = store
            if self._journal is not None:
                self._owned.push_async_callback(self._journal.aclose)
            for name, configured in self._configured.items():
                self._outages[name] = outage = self._create_outage_buffer(configured.kind, self._stores[name])
                self._owned.push_async_callback(outage.aclose)
            self._open_sessions(self.session_location, sequencer)
            self._open_conversations(settings.conversation_store.kind.name, sequencer)
            self._parts += [self.sessions, self.conversations]
            orphaned_entries = await self._journal.open() if self._journal is not None else []
            await asyncio.gather(*(outage.check() for outage in self._outages.values()))
        except BaseException:
            await run_to_end(self.aclose())
            raise
        self._restore(orphaned_entries)
        if self._journal is not None:
            self._run_in_background(self._adopt_orphaned_journals(self._journal))
        retention = self._options.retention
        conversation_store = self._stores[settings.conversation_store.kind.name]
        if retention is not None and isinstance(conversation_store, RetainsConversations):
            self._run_in_background(self._delete_unused(conversation_store, retention))

    def _run_in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a task until the runtime is closed."""
        self._owned.push_async_callback(cancel_and_wait, asyncio.create_task(work))

    def _journal_identities(self) -> dict[str, str]:
        """Return the identity of the store of each kind of journal entry."""
        found: dict[str, str] = {}
        for configured, entries in (
            (self._settings.session_store, ("put", "patch")),
            (self._settings.conversation_store, ("append", "forget")),
        ):
            if configured.kind.is_buffered:
                identity = configured.kind.identity(configured.value, self._options.prefix)
                found |= dict.fromkeys(entries, identity)
        return found

    async def _adopt_orphaned_journals(self, journal: FileJournal) -> None:
        """Periodically adopt the journals of processes that ended without replaying them."""
        while True:
            await asyncio.sleep(ADOPTION_INTERVAL)
            try:
                orphaned_entries = await journal.adopt()
            except StateUnavailableError:
                continue  # a disk error; the next journalled write reports it
            for target, outage in self._outages.items():
                outage.adopt([entry for entry in orphaned_entries if entry.target == target])

    def _open_sessions(self, name: str, sequencer: WriteSequencer) -> None:
        """Place sessions and locks in an open store.

        Raises:
            ConfigurationError: A near cache is asked for, and the server cannot announce changes.
        """
        store, outage = self._stores[name], self._outages[name]
        server = store
        if self._options.near_cache and isinstance(server, AnnouncesChanges):
            self._change_listener = server.listen(self.session_cache.invalidate, self.session_cache.invalidate_all)
            self._owned.push_async_callback(self._change_listener.aclose)
        cipher = self._owner_cipher(store)
        self.sessions = Sessions(
            store if cipher is None else cast("SessionStore", EncryptedSessions(store, cipher)),
            name,
            sequencer=sequencer,
            session_cache=self.session_cache,
            outage=outage,
            ttl=self._options.ttl,
            on_lost_write=self._report_lost_write,
            clock=self._options.clock,
            now=self._settings.now,
        )
        self.locks = Locks(_FailFastLocks(store, outage))
        self._owned.push_async_callback(self.locks.drain)

    def _open_conversations(self, name: str, sequencer: WriteSequencer) -> None:
        """Place conversations in an open store."""
        store = self._stores[name]
        cipher = self._owner_cipher(store)
        if cipher is not None:
            wrap: Any = EncryptedIndex if isinstance(store, SearchIndex) else EncryptedConversations
            store = wrap(store, cipher)
        self.conversations = Conversations(
            store,
            name,
            sequencer=sequencer,
            outage=self._outages[name],
            max_messages=self._options.max_messages,
            clock=self._options.clock,
            on_lost_write=self._report_refused_write,
            is_readable=self._cipher is not None,
        )

    def _owner_cipher(self, store: Store) -> OwnerCipher | None:
        """Return the cipher for a store; None without encryption, and for memory."""
        if self._cipher is None or not isinstance(store, OwnerRecords):
            return None
        self._owner_ciphers.append(OwnerCipher(self._cipher, store, self._settings.now))
        return self._owner_ciphers[-1]

    def _create_outage_buffer(self, kind: StoreKind, store: Store) -> OutageBuffer:
        """Create the write buffer of a store."""
        settings = self._settings
        return OutageBuffer(
            kind.label,
            mode=settings.outage if kind.is_buffered else "raise",
            probe=store.probe,
            replay=self._replay,
            on_recovered=lambda: self._on_recovered(kind.name),
            journal=self._journal,
            remaining_capacity=lambda: settings.max_journal - sum(found.depth for found in self._outages.values()),
            now=settings.now,
        )

    @property
    def depth(self) -> int:
        """Number of buffered writes, over all stores."""
        return sum(len(outage.pending) for outage in self._outages.values())

    async def _replay(self, entries: Sequence[JournalEntry]) -> None:
        """Replay each journal entry through the component that wrote it."""
        sessions = [entry for entry in entries if entry.kind in {"put", "patch"}]
        conversations = [entry for entry in entries if entry.kind in {"append", "forget"}]
        await self.sessions.replay(sessions)
        await self.conversations.replay(conversations)

    def _on_recovered(self, target: str) -> None:
        """Clear the local overlays of a store whose buffered writes have all been replayed."""
        waiting = [entry for outage in self._outages.values() for entry in outage.unreplayed]
        if self.sessions.target == target:
            self.sessions.clear_overlay(waiting)
        if self.conversations.target == target:
            self.conversations.clear_overlay(waiting)

    def _restore(self, entries: Sequence[JournalEntry]) -> None:
        """Take over the journal entries of earlier processes: serve them to reads and queue them for replay."""
        for target, outage in self._outages.items():
            mine = [entry for entry in entries if entry.target == target]
            self.sessions.restore([entry for entry in mine if entry.kind in {"put", "patch"}])
            self.conversations.restore([entry for entry in mine if entry.kind in {"append", "forget"}])
            outage.adopt(mine)

    def _report_lost_write(self, lost: LostWrite) -> None:
        """Report a session write that was superseded or refused."""
        entry = lost.entry
        self._notify_conflict(
            Conflict(
                kind="session",
                id=entry.key,
                keys=lost.keys,
                data=lost_data(lost),
                expected=entry.base_version if entry.base_version >= 0 else None,
                actual=lost.actual if lost.actual >= 0 else None,
            )
        )

    def _report_refused_write(self, entry: JournalEntry, error: StateError) -> None:
        """Report a conversation write that the store refused."""
        self._notify_conflict(
            Conflict(
                kind="conversation",
                id=entry.key.partition(":")[2],
                data={"messages": entry.messages},
                expected=entry.base_version,
                actual=error.actual if isinstance(error, ConflictError) else None,
            )
        )

    def _notify_conflict(self, conflict: Conflict) -> None:
        """Count, log and report a write that was not applied.

        Its data goes to the `on_conflict` callback only, never to the log.
        """
        self.conflicts += 1
        self._last_conflict_at = self._settings.now()
        why = "refused by the store" if conflict.actual is None else "superseded by a newer write"
        logger.warning("a write to a %s made in an outage was not applied: %s", conflict.kind, why)
        if self._settings.on_conflict is None:
            return
        try:
            self._settings.on_conflict(conflict)
        except Exception:  # foreign code: the replay must go on
            logger.exception("on_conflict failed")

    def get_fresh(self, session_id: str, *, touch: bool) -> tuple[SessionRecord, float] | None:
        """Return a session of the near cache and the seconds until it expires; None when the store must be read.

        A hit needs a working invalidation connection and no outage; with `touch` also a TTL not yet due for extension.
        """
        listener = self._change_listener
        if listener is None or not listener.is_listening or self._outages[self.session_location].active:
            return None
        found = self.session_cache.get_fresh(session_id)
        if found is None:
            return None
        record, left = found
        if touch and left < 0.9 * (record.ttl or self._options.ttl):
            return None
        self.near_hits += 1
        return found

    async def erase_owner(self, owner: str) -> tuple[int, int]:
        """Delete the conversations of an owner, and what stores, caches and the journal still hold of the owner.

        Sessions have been deleted before.

        Returns:
            Number of conversations and of their messages.

        Raises:
            StateUnavailableError: A store or the journal is unavailable; not everything was deleted.
        """
        counts = await self.conversations.erase(owner)
        for store in self._stores.values():
            if isinstance(store, OwnerRecords):
                await store.erase_owner(owner)
        for cipher in self._owner_ciphers:
            cipher.forget(owner)
        if self._journal is not None:
            await self._journal.scrub()
        return counts

    async def _delete_unused(self, store: RetainsConversations, seconds: float) -> None:
        """Periodically delete conversations that were not written to, in small batches."""
        while True:
            deleted = RETENTION_BATCH
            try:
                while deleted == RETENTION_BATCH:
                    deleted = await store.delete_unused(seconds, RETENTION_BATCH)
                    await asyncio.sleep(_RETENTION_PAUSE)
            except StateError:
                logger.debug("unused conversations are deleted later: the store does not answer")
            await asyncio.sleep(min(MAX_RETENTION_INTERVAL, max(1.0, seconds / 20)))

    async def flush(self, seconds: float) -> None:
        """Wait until every acknowledged write is in its store; before `open` there is none.

        Args:
            seconds: Seconds to wait.

        Raises:
            StateUnavailableError: Writes are still buffered after this time.
        """
        try:
            async with asyncio.timeout(seconds):
                for part in self._parts:
                    await part.drain()
                for outage in self._outages.values():
                    await outage.wait_drained()
        except TimeoutError:
            raise StateUnavailableError("writes are still waiting for the store", depth=self.depth) from None

    async def checks(self) -> list[Check]:
        """Return a health check of each store, and one of conflicts once there was one."""
        found = [await self._check(name, store) for name, store in self._stores.items()]
        if self._journal is not None and (note := _describe_left(self._journal.report)):
            found.append(Check(name="journal", status="warn", critical=False, note=note))
        if self._last_conflict_at is not None:
            fresh = self._settings.now() - self._last_conflict_at < CONFLICT_WARNING_PERIOD
            note = f"{self.conflicts} writes made in outages were not applied: superseded or refused"
            found.append(Check(name="conflicts", status="warn" if fresh else "pass", critical=False, note=note))
        return found

    async def _check(self, name: str, store: Store) -> Check:
        """Probe a store and return its health check."""
        outage = self._outages[name]
        began = time.perf_counter()
        note = ""
        status: Status
        try:
            await store.probe()
            status = "warn" if outage.active else "pass"
        except AsyncAssistError as error:
            # Reads of cached data and buffered writes still work: degraded, not failed.
            status = "fail" if outage.mode == "raise" or not isinstance(error, StateUnavailableError) else "warn"
            note = str(error)
        if outage.active:
            where = f"writes go to {outage.ack_location}, {len(outage.pending)} waiting"
            note = f"{note}; {where}" if status == "fail" else where
        return Check(
            name=name,
            status=status,
            elapsed=time.perf_counter() - began,
            note=note,
            **(self._measured[name].latency.summary() if name in self._measured else {}),  # type: ignore[arg-type]
        )

    def stats(self) -> StateStats:
        """Return the manager's statistics."""
        waiting = [outage.pending[0].acknowledged_at for outage in self._outages.values() if outage.pending]
        session_store = self._measured.get(self.session_location)
        facts = {} if session_store is None else session_store.stats()
        return StateStats(
            reads=sum(part.reads for part in self._parts),
            writes=sum(part.writes for part in self._parts),
            **facts,
            near_hits=self.near_hits,
            journal_depth=self.depth,
            journal_age=max(0.0, self._options.clock() - min(waiting)) if waiting else 0.0,
            replayed=sum(outage.replayed for outage in self._outages.values()),
            conflicts=self.conflicts,
            degraded_seconds=sum(outage.degradation.seconds for outage in self._outages.values()),
        )

    async def flush_and_close(self) -> None:
        """Flush for at most the manager's `timeout`, then close.

        Buffered writes that remain are lost if the journal is in memory; that is logged as an error and warned about.
        """
        try:
            await self.flush(self._options.timeout)
        except StateUnavailableError as error:
            if self._settings.journal is None:
                logger.error(  # noqa: TRY400  # the number of writes matters, not the traceback
                    "%d acknowledged writes are lost: the store is unavailable and the journal is in memory",
                    error.depth,
                )
                warnings.warn(
                    f"{error.depth} acknowledged writes were lost at aclose(): set `journal` to a folder",
                    ResourceWarning,
                    stacklevel=2,
                )
            else:
                logger.warning("%d acknowledged writes stay in the journal folder", error.depth)
        await self.aclose()

    async def aclose(self) -> None:
        """Close everything that `open` opened, last opened first."""
        await self._owned.aclose()


def _describe_left(report: AdoptionReport) -> str:
    """Return a note for operators about what was left in the journal folder; "" for nothing."""
    waiting = f"{report.waiting} writes of ended processes wait for a process that has their store"
    unreadable = f"{report.unreadable} files or entries cannot be read"
    return "; ".join([*([waiting] if report.waiting else []), *([unreadable] if report.unreadable else [])])
