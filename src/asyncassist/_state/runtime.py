"""Everything behind the public class, put together: stores, outages, the journal, locks."""

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
from asyncassist._state.conversations import LocalTalks, Talks
from asyncassist._state.locks import Locks, stop
from asyncassist._state.models import Conflict, StateStats
from asyncassist._state.outage_buffer import Mode, Outage
from asyncassist._state.session_cache import Known
from asyncassist._state.sessions import Desk, LocalDesk, Stamps
from asyncassist._stores.journal import FileJournal
from asyncassist._stores.memory_history import MemoryHistory
from asyncassist._stores.memory_sessions import MemorySessions
from asyncassist._stores.outage_replay import Lost, lost_data
from asyncassist._stores.postgres import PostgresStore
from asyncassist._stores.redis import RedisStore
from asyncassist._stores.redis_executor import ClusterGate, RedisGate, open_gate
from asyncassist._stores.redis_invalidation import Watch
from asyncassist._types import Check
from asyncassist.errors import AsyncAssistError, ConfigurationError, ConflictError, StateError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from asyncassist._state.models import Place
    from asyncassist._stores.journal import Entry
    from asyncassist._stores.session_records import Record
    from asyncassist._types import Clock, Status

logger = logging.getLogger("asyncassist")

ADOPT_EVERY = 15.0
"""Seconds between two looks into the journal's folder."""
CONFLICT_SHOWN = 300.0
"""Seconds that health warns after a write of an outage was overtaken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the manager was told, checked."""

    redis: Any
    postgres: Any
    ttl: float
    prefix: str
    outage: Mode
    journal: Path | None
    max_journal: int
    max_messages: int
    near_cache: bool
    max_connections: int
    timeout: float
    on_conflict: Callable[[Conflict], None] | None
    clock: Clock
    now: Callable[[], float]


class _GuardedLocks:
    """Locks in a store that may be away: then nobody gets one, at once.

    Args:
        store: Where they are kept.
        outage: Of that store.
    """

    def __init__(self, store: RedisStore, outage: Outage) -> None:
        self._store = store
        self._outage = outage

    async def acquire(self, name: str, owner: str, ttl: float) -> int | None:
        """Take or renew a lock."""
        if self._outage.away:
            raise StateUnavailableError
        try:
            return await self._store.acquire(name, owner, ttl)
        except StateUnavailableError as error:
            self._outage.begin(error)
            raise

    async def release(self, name: str, owner: str) -> bool:
        """Give a lock back."""
        if self._outage.away:
            raise StateUnavailableError
        return await self._store.release(name, owner)


class Engine:
    """Opened once with the manager, closed once.

    Args:
        settings: What the manager was told.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.conflicts = 0
        self._last_conflict: float | None = None
        self.gate: RedisGate | ClusterGate | None = None
        self._adopting: asyncio.Task[None] | None = None
        self.rows: PostgresStore | None = None
        self.watch: Watch | None = None
        self.near_hits = 0
        self._journal: FileJournal | None = None
        self._outages: dict[str, Outage] = {}
        self.known = Known(settings.now)
        self._store: RedisStore | None = None
        self._stamps = Stamps(secrets.token_hex(8))
        self._memory = MemorySessions(ttl=settings.ttl, now=settings.now)
        history = MemoryHistory(max_messages=settings.max_messages, ttl=settings.ttl, now=settings.clock)
        self.desk: Desk | LocalDesk = LocalDesk(self._memory)
        self.talks: Talks | LocalTalks = LocalTalks(history)
        self.locks = Locks(None)

    @property
    def backend(self) -> Place:
        """Where writes go right now."""
        for outage in self._outages.values():
            if outage.on:
                return outage.place
        return "memory" if self._settings.redis is None else "redis"

    @property
    def away(self) -> bool:
        """Whether the store of sessions does not answer."""
        outage = self._outages.get("redis")
        return outage is not None and outage.away

    async def open(self) -> None:
        """Open the doors; a store that is away is no reason not to begin."""
        settings = self._settings
        if settings.outage == "journal" and settings.journal is not None:
            self._journal = FileJournal(settings.journal)
        try:
            if settings.redis is not None:
                await self._open_redis()
            if settings.postgres is not None:
                await self._open_postgres()
            left = await self._journal.open() if self._journal is not None else []
        except BaseException:
            await self.aclose()
            raise
        self._take_over(left)
        if self._journal is not None:
            self._adopting = asyncio.create_task(self._adopt(self._journal))

    async def _adopt(self, journal: FileJournal) -> None:
        """Now and then look for what processes left that ended without replaying it."""
        while True:
            await asyncio.sleep(ADOPT_EVERY)
            try:
                left = await journal.adopt()
            except StateUnavailableError:
                continue  # the disk; a write that needs it says so
            for target, outage in self._outages.items():
                outage.adopt([entry for entry in left if entry.target == target])

    async def _open_redis(self) -> None:
        """Sessions, locks, and conversations unless PostgreSQL has them."""
        settings = self._settings
        self.gate = await open_gate(settings.redis, max_connections=settings.max_connections, timeout=settings.timeout)
        self._store = store = RedisStore(
            self.gate,
            prefix=settings.prefix,
            ttl=settings.ttl,
            max_messages=settings.max_messages,
            rare_touch=settings.near_cache,
        )
        outage = self._outage("redis", "Redis", self._probe_redis)
        if settings.near_cache:
            self._open_near(store)
        self.desk = Desk(
            store,
            stamps=self._stamps,
            known=self.known,
            outage=outage,
            ttl=settings.ttl,
            report=self._report,
            wall=settings.clock,
            now=settings.now,
        )
        self.locks = Locks(_GuardedLocks(store, outage))
        self.talks = Talks(
            store,
            "redis",
            stamps=self._stamps,
            outage=outage,
            max_messages=settings.max_messages,
            clock=settings.clock,
            report=self._report_refused,
        )

    def _open_near(self, store: RedisStore) -> None:
        """Hear of changes, so that what was read may be kept."""
        if not isinstance(self.gate, RedisGate):
            raise ConfigurationError("near_cache", "does not work with a cluster")
        start = len(store.session_prefix)
        self.watch = Watch(
            self.gate.pool,
            prefix=store.session_prefix,
            changed=lambda key: self.known.moved(key[start:-1]),
            reset=self.known.all_moved,
            silence=self._settings.timeout,
        )

    async def _open_postgres(self) -> None:
        """Conversations, kept for good."""
        settings = self._settings
        self.rows = rows = PostgresStore(
            settings.postgres, max_connections=min(settings.max_connections, 10), timeout=settings.timeout
        )
        await rows.open()
        self.talks = Talks(
            rows,
            "postgres",
            stamps=self._stamps,
            outage=self._outage("postgres", "PostgreSQL", rows.probe),
            max_messages=settings.max_messages,
            clock=settings.clock,
            report=self._report_refused,
        )

    def _outage(self, target: str, what: str, probe: Callable[[], Any]) -> Outage:
        """What happens while a store is away."""
        settings = self._settings
        outage = self._outages[target] = Outage(
            what,
            mode=settings.outage,
            probe=probe,
            replay=self._replay,
            over=lambda: self._over(target),
            journal=self._journal,
            room=lambda: settings.max_journal - self.depth,
            now=settings.now,
        )
        return outage

    async def _probe_redis(self) -> None:
        """Ask for an answer."""
        assert self.gate is not None
        await self.gate.submit(("PING",))

    @property
    def depth(self) -> int:
        """Writes that wait."""
        return sum(len(outage.pending) for outage in self._outages.values())

    async def _replay(self, entries: Sequence[Entry]) -> None:
        """Give each entry to the one who made it."""
        sessions = [entry for entry in entries if entry.kind in {"put", "patch"}]
        talks = [entry for entry in entries if entry.kind in {"append", "forget"}]
        assert isinstance(self.desk, Desk) or not sessions
        if isinstance(self.desk, Desk):
            await self.desk.replay(sessions)
        if isinstance(self.talks, Talks):
            await self.talks.replay(talks)

    def _over(self, target: str) -> None:
        """A store has everything again."""
        waiting = [entry for outage in self._outages.values() for entry in outage.pending]
        if target == "redis" and isinstance(self.desk, Desk):
            self.desk.forget_here(waiting)
        if isinstance(self.talks, Talks) and self.talks.target == target:
            self.talks.forget_here(waiting)

    def _take_over(self, entries: Sequence[Entry]) -> None:
        """What earlier processes acknowledged is ours to make good."""
        for target, outage in self._outages.items():
            mine = [entry for entry in entries if entry.target == target]
            if isinstance(self.desk, Desk):
                self.desk.learn([entry for entry in mine if entry.kind in {"put", "patch"}])
            if isinstance(self.talks, Talks):
                self.talks.learn([entry for entry in mine if entry.kind in {"append", "forget"}])
            outage.adopt(mine)

    def _report(self, lost: Lost) -> None:
        """A write of a session was overtaken."""
        entry = lost.entry
        self._tell(
            Conflict(
                kind="session",
                id=entry.key,
                keys=lost.keys,
                data=lost_data(lost),
                expected=entry.base if entry.base >= 0 else None,
                actual=lost.actual if lost.actual >= 0 else None,
            )
        )

    def _report_refused(self, entry: Entry, error: StateError) -> None:
        """A write of a conversation cannot be stored."""
        self._tell(
            Conflict(
                kind="conversation",
                id=entry.key.partition(":")[2],
                data={"messages": entry.messages},
                expected=entry.base,
                actual=error.actual if isinstance(error, ConflictError) else None,
            )
        )

    def _tell(self, conflict: Conflict) -> None:
        """Say that a write of an outage was not done; its data only to the application, never to the log."""
        self.conflicts += 1
        self._last_conflict = self._settings.now()
        why = "the store refused" if conflict.actual is None else "another had overtaken"
        logger.warning("a write of an outage to a %s was not done: %s it", conflict.kind, why)
        if self._settings.on_conflict is None:
            return
        try:
            self._settings.on_conflict(conflict)
        except Exception:  # foreign code: the replay must go on
            logger.exception("on_conflict failed")

    def near(self, session_id: str, *, touch: bool) -> tuple[Record, float] | None:
        """A session that is surely as it was read, and the seconds it has left; None when the store must be asked.

        Only as long as nothing has to be told to the store: no outage, and no time to slide yet.
        """
        if self.watch is None or not self.watch.live or self._outages["redis"].on:
            return None
        found = self.known.near(session_id)
        if found is None:
            return None
        record, left = found
        if touch and left < 0.9 * (record.ttl or self._settings.ttl):
            return None
        self.near_hits += 1
        return found

    async def scan(self) -> AsyncIterator[str]:
        """The ids of what is alive."""
        if self._store is None:
            async for session_id in self._memory.scan():
                yield session_id
            return
        outage = self._outages["redis"]
        if outage.on:
            raise StateUnavailableError(depth=self.depth)
        try:
            async for session_id in self._store.scan():
                yield session_id
        except StateUnavailableError as error:
            outage.begin(error)
            raise

    async def flush(self, seconds: float) -> None:
        """Wait until everything acknowledged is in its store.

        Raises:
            StateUnavailableError: It is not, in this time.
        """
        try:
            async with asyncio.timeout(seconds):
                await self.desk.drain()
                await self.talks.drain()
                for outage in self._outages.values():
                    await outage.drained()
        except TimeoutError:
            raise StateUnavailableError("writes still wait for the store", depth=self.depth) from None

    async def checks(self) -> list[Check]:
        """How each store is."""
        found: list[Check] = []
        if self.gate is None:
            found.append(Check(name="memory", status="pass", note="sessions live in this process"))
        else:
            found.append(await self._check("redis", self._probe_redis))
        if self.rows is not None:
            found.append(await self._check("postgres", self.rows.probe))
        if self._last_conflict is not None:
            fresh = self._settings.now() - self._last_conflict < CONFLICT_SHOWN
            note = f"{self.conflicts} writes of outages were not done: overtaken or refused"
            found.append(Check(name="conflicts", status="warn" if fresh else "pass", critical=False, note=note))
        return found

    async def _check(self, name: str, probe: Callable[[], Any]) -> Check:
        """Ask a store and say how it went."""
        outage = self._outages[name]
        began = time.perf_counter()
        note = ""
        status: Status
        try:
            await probe()
            status = "warn" if outage.on else "pass"
        except AsyncAssistError as error:
            # Reads and writes that are known go on: that is degraded, not failed.
            status = "fail" if outage.mode == "raise" or not isinstance(error, StateUnavailableError) else "warn"
            note = str(error)
        if outage.on:
            note = f"writes go to {outage.place}, {len(outage.pending)} wait"
        window = (
            self.rows.latency
            if name == "postgres" and self.rows
            else self.gate.latency
            if self.gate
            else RollingWindow()
        )
        return Check(
            name=name,
            status=status,
            elapsed=time.perf_counter() - began,
            note=note,
            **window.summary(),  # type: ignore[arg-type]
        )

    def stats(self, **counted: int) -> StateStats:
        """Figures."""
        waiting = [outage.pending[0].at for outage in self._outages.values() if outage.pending]
        facts: dict[str, Any] = {}
        if self.gate is not None:
            facts = self.gate.figures()
        return StateStats(
            **counted,
            **facts,
            near_hits=self.near_hits,
            journal_depth=self.depth,
            journal_age=max(0.0, self._settings.clock() - min(waiting)) if waiting else 0.0,
            replayed=sum(outage.replayed for outage in self._outages.values()),
            conflicts=self.conflicts,
            degraded_seconds=sum(outage.degradation.seconds for outage in self._outages.values()),
        )

    async def close(self) -> None:
        """Let what is under way end, and give the stores a while to take what waits."""
        try:
            await self.flush(self._settings.timeout)
        except StateUnavailableError as error:
            if self._settings.journal is None:
                logger.error(  # noqa: TRY400  # the number is the news, not the trace
                    "%d acknowledged writes are lost: the store is away and the journal is in memory", error.depth
                )
                warnings.warn(
                    f"{error.depth} acknowledged writes were lost at aclose(): give a journal folder",
                    ResourceWarning,
                    stacklevel=2,
                )
            else:
                logger.warning("%d acknowledged writes stay in the journal's folder", error.depth)
        await self.aclose()

    async def aclose(self) -> None:
        """Close everything."""
        async with contextlib.AsyncExitStack() as stack:
            if self.gate is not None:
                stack.push_async_callback(self.gate.aclose)
            if self.watch is not None:
                stack.push_async_callback(self.watch.aclose)
            if self.rows is not None:
                stack.push_async_callback(self.rows.aclose)
            if self._journal is not None:
                stack.push_async_callback(self._journal.aclose)
            if self._adopting is not None:
                stack.push_async_callback(stop, self._adopting)
            for outage in self._outages.values():
                stack.push_async_callback(outage.aclose)
