"""A store that is away: noticed, said once, survived, and made good in order when it is back."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque
from typing import TYPE_CHECKING, Literal

from asyncassist._events import Degradation
from asyncassist.errors import AsyncAssistError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from asyncassist._state.models import AckLocation
    from asyncassist._stores.journal import FileJournal, JournalEntry

logger = logging.getLogger("asyncassist")

PROBE_INTERVAL = 0.1
"""Seconds between two looks at a store that is away: its return is noticed well within a second."""
_MAX_REPLAY_BATCH, _MIN_REPLAY_BATCH = 1000, 16

OutageMode = Literal["journal", "memory", "raise"]


class OutageBuffer:
    """What happens to writes while one store is away.

    Args:
        store_name: The store, for the log.
        mode: What the manager was told.
        probe: Asks the store whether it answers.
        replay: Gives entries to the store; they were all dealt with when it returns.
        on_recovered: Called when all is in the store again.
        journal: Keeps entries on the disk; None: in this process alone.
        remaining_capacity: Entries that the journal may still take, over all stores.
        now: Steady seconds.
    """

    def __init__(
        self,
        store_name: str,
        *,
        mode: OutageMode,
        probe: Callable[[], Awaitable[object]],
        replay: Callable[[Sequence[JournalEntry]], Awaitable[None]],
        on_recovered: Callable[[], None],
        journal: FileJournal | None,
        remaining_capacity: Callable[[], int],
        now: Callable[[], float],
    ) -> None:
        self.mode: OutageMode = mode
        self.degradation = Degradation(store_name, now)
        self.pending: deque[JournalEntry] = deque()
        self.replayed = 0
        self._probe = probe
        self._replay = replay
        self._on_recovered = on_recovered
        self._journal = journal
        self._remaining_capacity = remaining_capacity
        self._unreachable = False
        self._batch_size = _MAX_REPLAY_BATCH
        self._recovery_task: asyncio.Task[None] | None = None
        self._drained = asyncio.Event()
        self._drained.set()

    @property
    def active(self) -> bool:
        """Whether writes do not go to the store: it is away, or what was written meanwhile has not reached it."""
        return self._unreachable or bool(self.pending)

    @property
    def unreachable(self) -> bool:
        """Whether the store does not answer."""
        return self._unreachable

    @property
    def ack_location(self) -> AckLocation:
        """Where writes go while it is on."""
        return "journal" if self.mode == "journal" else "memory"

    def begin(self, error: BaseException) -> None:
        """The store failed. With "raise" every call goes on asking it."""
        self.degradation.begin("the store does not answer", error.__cause__ or error)
        if self.mode != "raise":
            self._unreachable = True
            self._start_recovery()

    def end_if_recovered(self) -> None:
        """The store answered: with "raise" that ends the outage."""
        if self.mode == "raise":
            self.degradation.end()

    async def buffer(self, entries: Sequence[JournalEntry]) -> None:
        """Acknowledge writes that the store does not have.

        Raises:
            StateUnavailableError: The mode is "raise", the journal is full, or its disk failed; nothing is kept.
        """
        if self.mode == "raise":
            raise StateUnavailableError
        if self.mode == "memory" or not entries:
            return
        if len(entries) > self._remaining_capacity():
            raise StateUnavailableError("the journal is full", depth=len(self.pending))
        self.pending.extend(entries)
        self._drained.clear()
        try:
            if self._journal is not None:
                await self._journal.add(entries)
        except StateUnavailableError:
            for entry in entries:
                if entry in self.pending:
                    self.pending.remove(entry)
            raise
        finally:
            self._start_recovery()

    def adopt(self, entries: Sequence[JournalEntry]) -> None:
        """Take over entries that the journal holds already."""
        if entries:
            self.pending.extend(entries)
            self._drained.clear()
            self._start_recovery()

    def _start_recovery(self) -> None:
        """Look for the store's return, unless somebody does."""
        if self._recovery_task is None:
            self._recovery_task = asyncio.get_running_loop().create_task(self._recover())

    async def _recover(self) -> None:
        """Ask until the store answers, then give it what waits; again if it goes away meanwhile."""
        try:
            while self.active:
                # Real time: it is a real server that is waited for.
                if self._unreachable:
                    await asyncio.sleep(PROBE_INTERVAL)
                try:
                    await self._probe()
                    self._unreachable = False
                    await self._replay_pending()
                except StateUnavailableError as error:
                    self._unreachable = True
                    self.degradation.begin("the store does not answer", error)
                except AsyncAssistError as error:
                    self._unreachable = True
                    self.degradation.begin("the store refuses", error)
        finally:
            self._recovery_task = None
        self.degradation.end()
        self._on_recovered()
        self._drained.set()

    async def _replay_pending(self) -> None:
        """Give the store all entries, oldest first."""
        while self.pending:
            batch = list(itertools.islice(self.pending, self._batch_size))
            try:
                await self._replay(batch)
            except StateUnavailableError:
                # A slow store may not manage so many in the time of one call: what it did is not done again.
                self._batch_size = max(_MIN_REPLAY_BATCH, self._batch_size // 4)
                raise
            self._batch_size = min(_MAX_REPLAY_BATCH, self._batch_size * 2)
            for _ in batch:
                self.pending.popleft()
            self.replayed += len(batch)
            if self._journal is not None:
                await self._journal.remove(batch)

    async def wait_drained(self) -> None:
        """Wait until the store has everything."""
        await self._drained.wait()

    async def aclose(self) -> None:
        """Stop looking."""
        if self._recovery_task is not None:
            self._recovery_task.cancel()
            await asyncio.wait([self._recovery_task])
