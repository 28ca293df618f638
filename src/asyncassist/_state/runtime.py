"""Runtime behind `AsyncStateManager`: opens and wires stores, outage buffers, the journal and locks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncassist._events import RollingWindow
from asyncassist._lifecycle import cancel_and_wait, run_to_end
from asyncassist._state.conversations import LocalConversations, SharedConversations
from asyncassist._state.locks import Locks
from asyncassist._state.models import Conflict, StateStats
from asyncassist._state.outage_buffer import OutageBuffer, OutageMode
from asyncassist._state.session_cache import SessionCache
from asyncassist._state.sessions import LocalSessions, SharedSessions, WriteSequencer
from asyncassist._stores.journal import FileJournal
from asyncassist._stores.memory_history import MemoryHistory
from asyncassist._stores.memory_sessions import MemorySessions
from asyncassist._stores.outage_replay import LostWrite, lost_data
from asyncassist._stores.postgres import PostgresStore
from asyncassist._stores.redis import RedisStore
from asyncassist._stores.redis_executor import ClusterExecutor, RedisExecutor, open_redis_executor
from asyncassist._stores.redis_invalidation import InvalidationListener
from asyncassist._stores.store_identity import postgres_identity, redis_identity
from asyncassist._types import Check
from asyncassist.errors import AsyncAssistError, ConfigurationError, ConflictError, StateError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from asyncassist._state.models import AckLocation
    from asyncassist._stores.journal import AdoptionReport, JournalEntry
    from asyncassist._stores.session_records import SessionRecord
    from asyncassist._types import Clock, Status

logger = logging.getLogger("asyncassist")

ADOPTION_INTERVAL = 15.0
"""Seconds between searches of the journal folder for orphaned files."""
CONFLICT_WARNING_PERIOD = 300.0
"""Seconds for which health warns after a conflict on replay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSettings:
    """Validated arguments of `AsyncStateManager`."""

    redis: Any
    postgres: Any
    ttl: float
    prefix: str
    outage: OutageMode
    journal: Path | None
    max_journal: int
    max_messages: int
    near_cache: bool
    max_connections: int
    timeout: float
    on_conflict: Callable[[Conflict], None] | None
    clock: Clock
    now: Callable[[], float]


class _FailFastLocks:
    """Lock store that fails at once while the store is known to be unreachable.

    Args:
        store: The store of the locks.
        outage: Write buffer of that store.
    """

    def __init__(self, store: RedisStore, outage: OutageBuffer) -> None:
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
        self.conflicts = 0
        self._last_conflict_at: float | None = None
        self.redis: RedisExecutor | ClusterExecutor | None = None
        self._adoption_task: asyncio.Task[None] | None = None
        self.postgres: PostgresStore | None = None
        self.invalidation: InvalidationListener | None = None
        self.near_hits = 0
        self._journal: FileJournal | None = None
        self._outages: dict[str, OutageBuffer] = {}
        self.session_cache = SessionCache(settings.now)
        self._store: RedisStore | None = None
        self._memory_sessions = MemorySessions(ttl=settings.ttl, now=settings.now)
        history = MemoryHistory(max_messages=settings.max_messages, ttl=settings.ttl, now=settings.clock)
        self.sessions: SharedSessions | LocalSessions = LocalSessions(self._memory_sessions)
        self.conversations: SharedConversations | LocalConversations = LocalConversations(history)
        self.locks = Locks(None)

    @property
    def backend(self) -> AckLocation:
        """Destination of writes at present: "redis", "journal" or "memory"."""
        for outage in self._outages.values():
            if outage.active:
                return outage.ack_location
        return "memory" if self._settings.redis is None else "redis"

    @property
    def unreachable(self) -> bool:
        """True while the session store does not respond."""
        outage = self._outages.get("redis")
        return outage is not None and outage.unreachable

    async def open(self) -> None:
        """Connect to the stores; an unreachable store does not fail the open."""
        settings = self._settings
        # Made here and not at construction: processes forked from one manager must not write under the same id.
        sequencer = WriteSequencer(secrets.token_hex(8))
        if settings.outage == "journal" and settings.journal is not None:
            self._journal = FileJournal(settings.journal, _store_identities(settings))
        try:
            if settings.redis is not None:
                await self._open_redis(sequencer)
            if settings.postgres is not None:
                await self._open_postgres(sequencer)
            orphaned_entries = await self._journal.open() if self._journal is not None else []
            await asyncio.gather(*(outage.check() for outage in self._outages.values()))
        except BaseException:
            await run_to_end(self.aclose())
            raise
        self._restore(orphaned_entries)
        if self._journal is not None:
            self._adoption_task = asyncio.create_task(self._adopt_orphaned_journals(self._journal))

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

    async def _open_redis(self, sequencer: WriteSequencer) -> None:
        """Open Redis for sessions, locks and, unless PostgreSQL is configured, conversations."""
        settings = self._settings
        self.redis = await open_redis_executor(
            settings.redis, max_connections=settings.max_connections, timeout=settings.timeout
        )
        self._store = store = RedisStore(
            self.redis,
            prefix=settings.prefix,
            ttl=settings.ttl,
            max_messages=settings.max_messages,
            lazy_touch=settings.near_cache,
        )
        outage = self._create_outage_buffer("redis", "Redis", self._probe_redis)
        if settings.near_cache:
            self._open_near_cache(store)
        self.sessions = SharedSessions(
            store,
            sequencer=sequencer,
            session_cache=self.session_cache,
            outage=outage,
            ttl=settings.ttl,
            on_lost_write=self._report_lost_write,
            clock=settings.clock,
            now=settings.now,
        )
        self.locks = Locks(_FailFastLocks(store, outage))
        self.conversations = SharedConversations(
            store,
            "redis",
            sequencer=sequencer,
            outage=outage,
            max_messages=settings.max_messages,
            clock=settings.clock,
            on_lost_write=self._report_refused_write,
        )

    def _open_near_cache(self, store: RedisStore) -> None:
        """Subscribe to the server's invalidation messages, which the near cache relies on.

        Raises:
            ConfigurationError: The server is a cluster.
        """
        if not isinstance(self.redis, RedisExecutor):
            raise ConfigurationError("near_cache", "does not work with a cluster")
        start = len(store.session_prefix)
        self.invalidation = InvalidationListener(
            self.redis.pool,
            prefix=store.session_prefix,
            on_change=lambda key: self.session_cache.invalidate(key[start:-1]),
            on_reset=self.session_cache.invalidate_all,
            liveness_timeout=self._settings.timeout,
        )

    async def _open_postgres(self, sequencer: WriteSequencer) -> None:
        """Open PostgreSQL for conversations."""
        settings = self._settings
        self.postgres = postgres = PostgresStore(
            settings.postgres, max_connections=min(settings.max_connections, 10), timeout=settings.timeout
        )
        await postgres.open()
        self.conversations = SharedConversations(
            postgres,
            "postgres",
            sequencer=sequencer,
            outage=self._create_outage_buffer("postgres", "PostgreSQL", postgres.probe),
            max_messages=settings.max_messages,
            clock=settings.clock,
            on_lost_write=self._report_refused_write,
        )

    def _create_outage_buffer(self, target: str, store_name: str, probe: Callable[[], Any]) -> OutageBuffer:
        """Create the write buffer of a store."""
        settings = self._settings
        outage = self._outages[target] = OutageBuffer(
            store_name,
            mode=settings.outage,
            probe=probe,
            replay=self._replay,
            on_recovered=lambda: self._on_recovered(target),
            journal=self._journal,
            remaining_capacity=lambda: settings.max_journal - sum(found.depth for found in self._outages.values()),
            now=settings.now,
        )
        return outage

    async def _probe_redis(self) -> None:
        """Ping Redis; raise StateUnavailableError when it does not respond."""
        assert self.redis is not None
        await self.redis.submit(("PING",))

    @property
    def depth(self) -> int:
        """Number of buffered writes, over all stores."""
        return sum(len(outage.pending) for outage in self._outages.values())

    async def _replay(self, entries: Sequence[JournalEntry]) -> None:
        """Replay each journal entry through the component that wrote it."""
        sessions = [entry for entry in entries if entry.kind in {"put", "patch"}]
        conversations = [entry for entry in entries if entry.kind in {"append", "forget"}]
        assert isinstance(self.sessions, SharedSessions) or not sessions
        if isinstance(self.sessions, SharedSessions):
            await self.sessions.replay(sessions)
        if isinstance(self.conversations, SharedConversations):
            await self.conversations.replay(conversations)

    def _on_recovered(self, target: str) -> None:
        """Clear the local overlays of a store whose buffered writes have all been replayed."""
        waiting = [entry for outage in self._outages.values() for entry in outage.unreplayed]
        if target == "redis" and isinstance(self.sessions, SharedSessions):
            self.sessions.clear_overlay(waiting)
        if isinstance(self.conversations, SharedConversations) and self.conversations.target == target:
            self.conversations.clear_overlay(waiting)

    def _restore(self, entries: Sequence[JournalEntry]) -> None:
        """Take over the journal entries of earlier processes: serve them to reads and queue them for replay."""
        for target, outage in self._outages.items():
            mine = [entry for entry in entries if entry.target == target]
            if isinstance(self.sessions, SharedSessions):
                self.sessions.restore([entry for entry in mine if entry.kind in {"put", "patch"}])
            if isinstance(self.conversations, SharedConversations):
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
        if self.invalidation is None or not self.invalidation.is_listening or self._outages["redis"].active:
            return None
        found = self.session_cache.get_fresh(session_id)
        if found is None:
            return None
        record, left = found
        if touch and left < 0.9 * (record.ttl or self._settings.ttl):
            return None
        self.near_hits += 1
        return found

    async def scan(self) -> AsyncIterator[str]:
        """Iterate over the ids of all live sessions.

        Raises:
            StateUnavailableError: The store is unavailable.
        """
        if self._store is None:
            async for session_id in self._memory_sessions.scan():
                yield session_id
            return
        outage = self._outages["redis"]
        if outage.active:
            raise StateUnavailableError(depth=self.depth)
        try:
            async for session_id in self._store.scan():
                yield session_id
        except StateUnavailableError as error:
            outage.begin(error)
            raise

    async def flush(self, seconds: float) -> None:
        """Wait until every acknowledged write is in its store.

        Args:
            seconds: Seconds to wait.

        Raises:
            StateUnavailableError: Writes are still buffered after this time.
        """
        try:
            async with asyncio.timeout(seconds):
                await self.sessions.drain()
                await self.conversations.drain()
                for outage in self._outages.values():
                    await outage.wait_drained()
        except TimeoutError:
            raise StateUnavailableError("writes are still waiting for the store", depth=self.depth) from None

    async def checks(self) -> list[Check]:
        """Return a health check of each store, and one of conflicts once there was one."""
        found: list[Check] = []
        if self.redis is None:
            found.append(Check(name="memory", status="pass", note="sessions live in this process"))
        else:
            found.append(await self._check("redis", self._probe_redis))
        if self.postgres is not None:
            found.append(await self._check("postgres", self.postgres.probe))
        if self._journal is not None and (note := _describe_left(self._journal.report)):
            found.append(Check(name="journal", status="warn", critical=False, note=note))
        if self._last_conflict_at is not None:
            fresh = self._settings.now() - self._last_conflict_at < CONFLICT_WARNING_PERIOD
            note = f"{self.conflicts} writes made in outages were not applied: superseded or refused"
            found.append(Check(name="conflicts", status="warn" if fresh else "pass", critical=False, note=note))
        return found

    async def _check(self, name: str, probe: Callable[[], Any]) -> Check:
        """Probe a store and return its health check."""
        outage = self._outages[name]
        began = time.perf_counter()
        note = ""
        status: Status
        try:
            await probe()
            status = "warn" if outage.active else "pass"
        except AsyncAssistError as error:
            # Reads of cached data and buffered writes still work: degraded, not failed.
            status = "fail" if outage.mode == "raise" or not isinstance(error, StateUnavailableError) else "warn"
            note = str(error)
        if outage.active:
            where = f"writes go to {outage.ack_location}, {len(outage.pending)} waiting"
            note = f"{note}; {where}" if status == "fail" else where
        window = (
            self.postgres.latency
            if name == "postgres" and self.postgres
            else self.redis.latency
            if self.redis
            else RollingWindow()
        )
        return Check(
            name=name,
            status=status,
            elapsed=time.perf_counter() - began,
            note=note,
            **window.summary(),  # type: ignore[arg-type]
        )

    def stats(self, **counters: int) -> StateStats:
        """Return the manager's statistics.

        Args:
            **counters: Counters of the caller: `reads` and `writes`.
        """
        waiting = [outage.pending[0].acknowledged_at for outage in self._outages.values() if outage.pending]
        facts: dict[str, Any] = {}
        if self.redis is not None:
            facts = self.redis.stats()
        return StateStats(
            **counters,
            **facts,
            near_hits=self.near_hits,
            journal_depth=self.depth,
            journal_age=max(0.0, self._settings.clock() - min(waiting)) if waiting else 0.0,
            replayed=sum(outage.replayed for outage in self._outages.values()),
            conflicts=self.conflicts,
            degraded_seconds=sum(outage.degradation.seconds for outage in self._outages.values()),
        )

    async def flush_and_close(self) -> None:
        """Flush for at most the manager's `timeout`, then close.

        Buffered writes that remain are lost if the journal is in memory; that is logged as an error and warned about.
        """
        try:
            await self.flush(self._settings.timeout)
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
        """Close buffers, journal, stores and connections, in the reverse order of their opening."""
        async with contextlib.AsyncExitStack() as stack:
            if self.redis is not None:
                stack.push_async_callback(self.redis.aclose)
            if self.invalidation is not None:
                stack.push_async_callback(self.invalidation.aclose)
            if self.postgres is not None:
                stack.push_async_callback(self.postgres.aclose)
            if self._journal is not None:
                stack.push_async_callback(self._journal.aclose)
            if self._adoption_task is not None:
                stack.push_async_callback(cancel_and_wait, self._adoption_task)
            for outage in self._outages.values():
                stack.push_async_callback(outage.aclose)
            stack.push_async_callback(self.locks.drain)


def _store_identities(settings: StateSettings) -> dict[str, str]:
    """Return the identity of the store of each kind of journal entry."""
    found: dict[str, str] = {}
    if settings.redis is not None:
        identity = redis_identity(settings.redis, settings.prefix)
        found |= dict.fromkeys(("put", "patch", "append", "forget"), identity)
    if settings.postgres is not None:
        found |= dict.fromkeys(("append", "forget"), postgres_identity(settings.postgres, settings.prefix))
    return found


def _describe_left(report: AdoptionReport) -> str:
    """Return a note for operators about what was left in the journal folder; "" for nothing."""
    waiting = f"{report.waiting} writes of ended processes wait for a process that has their store"
    unreadable = f"{report.unreadable} files or entries cannot be read"
    return "; ".join([*([waiting] if report.waiting else []), *([unreadable] if report.unreadable else [])])
