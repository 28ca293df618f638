"""Buffers writes while a store is unreachable and replays them in order on recovery."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque
from typing import TYPE_CHECKING, Literal

from asyncassist._events import Degradation
from asyncassist._lifecycle import cancel_and_wait
from asyncassist.errors import AsyncAssistError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from asyncassist._stores.journal import FileJournal, JournalEntry
    from asyncassist._stores.store import AckLocation

logger = logging.getLogger("asyncassist")

PROBE_INTERVAL = 0.1
"""Seconds between probes of an unreachable store: its recovery is detected well within a second."""
_MAX_REPLAY_BATCH, _MIN_REPLAY_BATCH = 1000, 16

OutageMode = Literal["journal", "memory", "raise"]


class OutageBuffer:
    """Write buffer of one store: detects its outage, buffers writes, probes for recovery and replays them.

    Args:
        store_name: Name of the store in log messages.
        mode: The manager's `outage` setting: "journal", "memory" or "raise".
        probe: Raises StateUnavailableError while the store does not respond.
        replay: Applies entries to the store; when it returns, all of them are applied or reported.
        on_recovered: Called when every buffered entry has been replayed.
        journal: Journal on disk; None holds the entries in this process only.
        remaining_capacity: Returns how many more entries the journal may take, over all stores.
        now: Monotonic clock, in seconds.
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
        # Entries on their way to the disk: neither acknowledged nor replayed yet.
        self._writing: list[Sequence[JournalEntry]] = []
        self._probe = probe
        self._replay = replay
        self._on_recovered = on_recovered
        self._journal = journal
        self._remaining_capacity = remaining_capacity
        self._unreachable = False
        self._batch_size = _MAX_REPLAY_BATCH
        self._recovery_task: asyncio.Task[None] | None = None
        self._closed = False
        self._drained = asyncio.Event()
        self._drained.set()

    @property
    def active(self) -> bool:
        """True while writes bypass the store: it is unreachable, or entries have not been replayed yet."""
        return self._unreachable or bool(self.pending)

    @property
    def unreachable(self) -> bool:
        """True while the store does not respond."""
        return self._unreachable

    @property
    def depth(self) -> int:
        """Number of entries in the journal, including those being written to it."""
        return len(self.pending) + sum(map(len, self._writing))

    @property
    def unreplayed(self) -> Iterator[JournalEntry]:
        """Entries that the store does not have yet, including those being written to the journal."""
        return itertools.chain(self.pending, *self._writing)

    @property
    def ack_location(self) -> AckLocation:
        """Location where writes are acknowledged during the outage: "journal" or "memory"."""
        return "journal" if self.mode == "journal" else "memory"

    async def check(self) -> None:
        """Find out whether the store responds, so that an outage at opening is logged at once."""
        try:
            await self._probe()
        except StateUnavailableError as error:
            self.begin(error)
        except AsyncAssistError:
            pass  # it responds; what it refuses, the first call reports

    def begin(self, error: BaseException) -> None:
        """Record that the store failed and start probing for its recovery.

        In mode "raise" there is no probing: every call tries the store again.
        """
        self.degradation.begin("the store does not answer", error.__cause__ or error)
        if self.mode != "raise":
            self._unreachable = True
            self._start_recovery()

    def end_if_recovered(self) -> None:
        """Record that the store responded; in mode "raise" this ends the outage."""
        if self.mode == "raise":
            self.degradation.end()

    async def buffer(self, entries: Sequence[JournalEntry]) -> None:
        """Buffer writes that the store could not take, so that they can be acknowledged.

        In mode "memory" nothing is buffered: the caller's local copy alone holds the writes, until the store recovers.

        Args:
            entries: The writes, in the order of their acknowledgement.

        Raises:
            StateUnavailableError: The mode is "raise", the journal is full, or its disk failed; no entry is buffered.
        """
        if self.mode == "raise":
            raise StateUnavailableError
        if self.mode == "memory" or not entries:
            return
        if len(entries) > self._remaining_capacity():
            raise StateUnavailableError("the journal is full", depth=len(self.pending))
        self._writing.append(entries)
        try:
            if self._journal is not None:
                await self._journal.add(entries)
            # The outage may have ended while the disk wrote: then the store gets these writes before anything else
            # happens to their keys.
            if self.active or not await self._replay_at_once(entries):
                self.adopt(entries)
        finally:
            self._writing.remove(entries)
            if not self.active:
                # After the caller has put its result into the overlay, which is dropped with the outage.
                asyncio.get_running_loop().call_soon(self._on_recovered)

    async def _replay_at_once(self, entries: Sequence[JournalEntry]) -> bool:
        """Replay entries to a store that has recovered meanwhile and return whether it has them now."""
        try:
            await self._replay(entries)
        except asyncio.CancelledError:
            self.adopt(entries)  # the store may have them or not; they are on disk, and must not stay there
            raise
        except AsyncAssistError as error:
            self.begin(error)
            return False
        self._mark_replayed(entries)
        return True

    def adopt(self, entries: Sequence[JournalEntry]) -> None:
        """Queue entries that are in the journal already for replay."""
        if entries:
            self.pending.extend(entries)
            self._drained.clear()
            self._start_recovery()

    def _start_recovery(self) -> None:
        """Start the recovery task, unless it is running or the buffer is closed."""
        if self._recovery_task is None and not self._closed:
            self._recovery_task = asyncio.get_running_loop().create_task(self._recover())

    async def _recover(self) -> None:
        """Probe until the store responds, then replay; start over if it fails again meanwhile."""
        try:
            while self.active:
                # Real time, not the manager's clock: a real server is being waited for.
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
                    self.degradation.begin("the store refuses commands", error)
        finally:
            self._recovery_task = None
        self.degradation.end()
        self._on_recovered()
        self._drained.set()

    async def _replay_pending(self) -> None:
        """Replay all pending entries in batches, oldest first."""
        while self.pending:
            batch = list(itertools.islice(self.pending, self._batch_size))
            try:
                await self._replay(batch)
            except StateUnavailableError:
                # A slow store may not finish so many within one timeout. Writes it did apply are recognized by their
                # write ids, so repeating the batch is safe.
                self._batch_size = max(_MIN_REPLAY_BATCH, self._batch_size // 4)
                raise
            self._batch_size = min(_MAX_REPLAY_BATCH, self._batch_size * 2)
            for _ in batch:
                self.pending.popleft()
            self._mark_replayed(batch)

    def _mark_replayed(self, entries: Sequence[JournalEntry]) -> None:
        """Count entries that the store has now, and delete them from the journal."""
        self.replayed += len(entries)
        if self._journal is not None:
            self._journal.remove(entries)

    async def wait_drained(self) -> None:
        """Wait until every buffered entry has been replayed and deleted from the journal."""
        await self._drained.wait()
        if self._journal is not None:
            await self._journal.wait_written()

    async def aclose(self) -> None:
        """Stop the recovery task; entries buffered later stay in the journal."""
        self._closed = True
        if self._recovery_task is not None:
            await cancel_and_wait(self._recovery_task)
