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

    from asyncassist._state.models import Place
    from asyncassist._stores.journal import Entry, FileJournal

logger = logging.getLogger("asyncassist")

PROBE_EVERY = 0.1
"""Seconds between two looks at a store that is away: its return is noticed well within a second."""
_REPLAY_BATCH, _LEAST_BATCH = 1000, 16

Mode = Literal["journal", "memory", "raise"]


class Outage:
    """What happens to writes while one store is away.

    Args:
        what: The store, for the log.
        mode: What the manager was told.
        probe: Asks the store whether it answers.
        replay: Gives entries to the store; they were all dealt with when it returns.
        over: Called when all is in the store again.
        journal: Keeps entries on the disk; None: in this process alone.
        room: Entries that the journal may still take, over all stores.
        now: Steady seconds.
    """

    def __init__(
        self,
        what: str,
        *,
        mode: Mode,
        probe: Callable[[], Awaitable[object]],
        replay: Callable[[Sequence[Entry]], Awaitable[None]],
        over: Callable[[], None],
        journal: FileJournal | None,
        room: Callable[[], int],
        now: Callable[[], float],
    ) -> None:
        self.mode: Mode = mode
        self.degradation = Degradation(what, now)
        self.pending: deque[Entry] = deque()
        self.replayed = 0
        self._probe = probe
        self._replay = replay
        self._over = over
        self._journal = journal
        self._room = room
        self._away = False
        self._batch = _REPLAY_BATCH
        self._recovery: asyncio.Task[None] | None = None
        self._drained = asyncio.Event()
        self._drained.set()

    @property
    def on(self) -> bool:
        """Whether writes do not go to the store: it is away, or what was written meanwhile has not reached it."""
        return self._away or bool(self.pending)

    @property
    def away(self) -> bool:
        """Whether the store does not answer."""
        return self._away

    @property
    def place(self) -> Place:
        """Where writes go while it is on."""
        return "journal" if self.mode == "journal" else "memory"

    def begin(self, error: BaseException) -> None:
        """The store failed. With "raise" every call goes on asking it."""
        self.degradation.begin("the store does not answer", error.__cause__ or error)
        if self.mode != "raise":
            self._away = True
            self._start()

    def end_if_over(self) -> None:
        """The store answered: with "raise" that ends the outage."""
        if self.mode == "raise":
            self.degradation.end()

    async def keep(self, entries: Sequence[Entry]) -> None:
        """Acknowledge writes that the store does not have.

        Raises:
            StateUnavailableError: The mode is "raise", the journal is full, or its disk failed; nothing is kept.
        """
        if self.mode == "raise":
            raise StateUnavailableError
        if self.mode == "memory" or not entries:
            return
        if len(entries) > self._room():
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
            self._start()

    def adopt(self, entries: Sequence[Entry]) -> None:
        """Take over entries that the journal holds already."""
        if entries:
            self.pending.extend(entries)
            self._drained.clear()
            self._start()

    def _start(self) -> None:
        """Look for the store's return, unless somebody does."""
        if self._recovery is None:
            self._recovery = asyncio.get_running_loop().create_task(self._recover())

    async def _recover(self) -> None:
        """Ask until the store answers, then give it what waits; again if it goes away meanwhile."""
        try:
            while self.on:
                # Real time: it is a real server that is waited for.
                if self._away:
                    await asyncio.sleep(PROBE_EVERY)
                try:
                    await self._probe()
                    self._away = False
                    await self._drain()
                except StateUnavailableError as error:
                    self._away = True
                    self.degradation.begin("the store does not answer", error)
                except AsyncAssistError as error:
                    self._away = True
                    self.degradation.begin("the store refuses", error)
        finally:
            self._recovery = None
        self.degradation.end()
        self._over()
        self._drained.set()

    async def _drain(self) -> None:
        """Give the store all entries, oldest first."""
        while self.pending:
            batch = list(itertools.islice(self.pending, self._batch))
            try:
                await self._replay(batch)
            except StateUnavailableError:
                # A slow store may not manage so many in the time of one call: what it did is not done again.
                self._batch = max(_LEAST_BATCH, self._batch // 4)
                raise
            self._batch = min(_REPLAY_BATCH, self._batch * 2)
            for _ in batch:
                self.pending.popleft()
            self.replayed += len(batch)
            if self._journal is not None:
                await self._journal.remove(batch)

    async def drained(self) -> None:
        """Wait until the store has everything."""
        await self._drained.wait()

    async def aclose(self) -> None:
        """Stop looking."""
        if self._recovery is not None:
            self._recovery.cancel()
            await asyncio.wait([self._recovery])
