"""Turns that run in this process, and readers of turns of any process."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import logging
import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncassist._events import Degradation
from asyncassist._lifecycle import Resource, cancel_and_wait
from asyncassist._random_ids import random_id
from asyncassist.errors import StateUnavailableError
from asyncassist.web import strict_json
from asyncassist.web.problem import ProblemError, invalid_field
from asyncassist.web.turn_log.store import LEASE, MAX_DURATION, PAGE_SIZE, RETENTION, TurnEndedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from asyncassist.web.turn_log.store import TurnPage, TurnStore

    Emit = Callable[[str, Any], Awaitable[None]]
    Work = Callable[[Emit], Awaitable[Any]]
    Report = Callable[[BaseException], ProblemError]

logger = logging.getLogger("asyncassist.web")

_MAX_VALUES = 20_000  # values that this process remembers, at most
_ENTRY_BYTES = 100  # what an entry takes in memory beside its content
_RENEWAL = LEASE / 3
_POLL_INTERVAL = 0.1  # seconds between two reads of a turn of another worker
_LAST_INTERVAL = 60.0  # seconds for which a reader of the last event waits at a time
_RETRY_INTERVAL = 1.0  # seconds for which a store that failed is not asked again
_EVENT_ID = re.compile(r"([0-9a-f]{32})-([1-9][0-9]{0,8})", re.ASCII)

# Each turn has an error of its own: one that is raised again keeps all its tracebacks, and is reported once.
_stopped = functools.partial(ProblemError, 409, "stopped", "the turn was stopped")
_interrupted = functools.partial(
    ProblemError, 503, "interrupted", "the turn was interrupted; send the message again", headers={"retry-after": "1"}
)
_too_long = functools.partial(ProblemError, 503, "turn-too-long", "the turn took too long")
_too_large = functools.partial(ProblemError, 503, "turn-too-large", "the events of the turn are too large")


def digest(*parts: str | None) -> str:
    """Return a digest of texts and Nones, which keeps neither user ids nor session ids."""
    joined = strict_json.encode(parts)
    return hashlib.blake2b(joined, digest_size=16).hexdigest()


_ANONYMOUS = digest("user", None)


def owner_of(user: str | None, conversation_id: str) -> str:
    """Return the key of the turns of a conversation: a digest of the user, then one of user and conversation."""
    return owner_of_user(user) + digest("conversation", user, conversation_id)


def owner_of_user(user: str | None) -> str:
    """Return the beginning of the keys of a user's conversations."""
    return _ANONYMOUS if user is None else digest("user", user)


def parse_event_id(event_id: str) -> tuple[str, int]:
    """Return turn and number of the id of an event.

    Raises:
        ProblemError: 422 when it is not such an id.
    """
    match = _EVENT_ID.fullmatch(event_id)
    if match is None:
        raise invalid_field("last-event-id", "is not the id of an event")
    return match[1], int(match[2])


def split_entry(entry: bytes) -> tuple[str, bytes]:
    """Return the name of an event, and its data as JSON."""
    name, _, data = entry.partition(b"\n")
    return name.decode(), data


def _failure(problem: ProblemError, request_id: str) -> tuple[bytes, str]:
    """Return the last entry of a turn that did not succeed, and how it ended."""
    end = problem.code if problem.code in {"stopped", "interrupted"} else "error"
    return b"error\n" + strict_json.encode(problem.to_dict(request_id)), end


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnLimits:
    """Bounds of the log.

    Attributes:
        duration: Seconds that a turn may run.
        turn_bytes: Bytes of the events of one turn.
        log_bytes: Bytes of the ended turns in the memory of this process; beyond it the oldest are dropped.
    """

    duration: float = MAX_DURATION
    turn_bytes: int = 4 << 20
    log_bytes: int = 64 << 20


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """Key under which a message is answered once.

    Attributes:
        scope: Digest of the key and of whom it belongs to.
        fingerprint: Digest of the message.
    """

    scope: str
    fingerprint: str


class _Turn:
    """Turn of this process."""

    __slots__ = (
        "end",
        "ended_at",
        "entries",
        "failure",
        "id",
        "is_stored",
        "is_writing",
        "owner",
        "problem",
        "readers",
        "size",
        "task",
    )

    def __init__(self, turn_id: str, owner: str, *, is_stored: bool) -> None:
        self.id: str = turn_id
        self.owner: str = owner
        self.is_stored: bool = is_stored
        self.is_writing: bool = False
        self.entries: list[bytes] = []
        self.size: int = 0
        self.end: str | None = None
        self.ended_at: float = 0.0
        self.problem: ProblemError | None = None
        """Why the task is being cancelled."""
        self.failure: ProblemError | None = None
        """Why the turn did not succeed."""
        self.readers: set[asyncio.Event] = set()
        self.task: asyncio.Task[None] | None = None

    def publish(self, entry: bytes, end: str | None) -> None:
        self.entries.append(entry)
        self.size += len(entry) + _ENTRY_BYTES
        self.end = end
        for changed in self.readers:
            changed.set()


class TurnLog(Resource):
    """Log of turns, in this process and, where there is one, in a store that all workers share.

    An event is in the store before any reader gets it. While the store is unavailable, turns run on without it.

    Args:
        store: The store; None keeps all turns in this process.
        cancels: Whether a turn is cancelled when its last reader leaves.
        now: Monotonic clock in seconds.
        limits: Bounds of the log.
    """

    def __init__(
        self, store: TurnStore | None, *, cancels: bool, now: Callable[[], float], limits: TurnLimits | None = None
    ) -> None:
        super().__init__()
        self._store = store
        self._cancels = cancels
        self._now = now
        self._limits = limits or TurnLimits()
        self._running: dict[str, _Turn] = {}
        self._ended: OrderedDict[str, _Turn] = OrderedDict()
        self._ended_of: dict[str, list[_Turn]] = {}
        self._ended_bytes = 0
        self._last: dict[str, str] = {}
        self._claims: dict[str, tuple[str, str]] = {}
        self._values: OrderedDict[str, str] = OrderedDict()
        self._renewal: asyncio.Task[None] | None = None
        self._next_attempt = 0.0
        self.degradation: Degradation = Degradation("the log of turns", now)

    async def _open(self) -> None:
        if self._store is not None:
            self._own_closable(self._store)
            self._renewal = asyncio.get_running_loop().create_task(self._renew(), name="asyncassist-turn-leases")

    async def _before_close(self) -> None:
        if self._renewal is not None:
            await cancel_and_wait(self._renewal)
        await self.interrupt_all()

    @property
    def running(self) -> int:
        """Return the number of turns that run in this process."""
        return len(self._running)

    async def interrupt_all(self) -> None:
        """End the turns of this process as interrupted."""
        tasks = []
        for turn in list(self._running.values()):
            self._cancel(turn, _interrupted())
            if turn.task is not None:
                tasks.append(turn.task)
        if tasks:
            await asyncio.wait(tasks)

    # turns of this process

    async def start(
        self,
        owner: str,
        opening: Mapping[str, str],
        work: Work,
        report: Report,
        *,
        request_id: str,
        key: IdempotencyKey | None = None,
        is_stored: bool = True,
    ) -> TurnReader:
        """Start a turn, or find the one that runs or has succeeded under the same idempotency key.

        Args:
            owner: Key of the conversation, from `owner_of`.
            opening: Data of the first event ("start"); the id of the turn is added as `turn_id`.
            work: Async function that is called with a function `emit(name, data)`, and awaits it for each event. The
                last event is "done".
            report: Translates and reports an error of the work, which becomes the last event ("error").
            request_id: Id of the request, for problem documents.
            key: Idempotency key of the message, if the client has sent one.
            is_stored: Whether other workers need the turn; with a key they do.

        Returns:
            A reader from the first event on.

        Raises:
            ProblemError: 422 when the key has been used for another message.
        """
        await self._ensure_open()
        turn = _Turn(random_id(), owner, is_stored=is_stored or key is not None)
        if key is not None:
            found = await self._claim(key, turn.id)
            if found is not None:
                return found
        first = b"start\n" + strict_json.encode({**opening, "turn_id": turn.id})
        if turn.is_stored:
            turn.is_stored = await self._try_store(lambda store: store.begin(turn.id, owner, first))
        turn.publish(first, None)
        self._running[turn.id] = turn
        self._last[owner] = turn.id
        reader = TurnReader(self, turn.id, turn, 0)
        turn.task = asyncio.get_running_loop().create_task(
            self._run(turn, work, report, request_id), name="asyncassist-turn"
        )
        # A task that is cancelled before its first step runs none of its code.
        turn.task.add_done_callback(lambda _: self._retire_unrun(turn, request_id))
        return reader

    def _retire_unrun(self, turn: _Turn, request_id: str) -> None:
        if turn.id in self._running:
            turn.is_stored = False
            self._end_locally(turn, turn.problem or _interrupted(), request_id)
            self._retire(turn)

    async def _claim(self, key: IdempotencyKey, turn_id: str) -> TurnReader | None:
        """Claim a key for a turn, or return a reader of the turn that has it and has not failed."""
        replaces: str | None = None
        value = f"{turn_id}{key.fingerprint}"
        while True:
            held = await self._claim_value(key.scope, value, replaces)
            if held == value:
                return None
            if held[32:] != key.fingerprint:
                raise invalid_field("idempotency-key", "was used for another message")
            reader = await self._find_succeeding(held[:32])
            if reader is not None:
                return reader
            replaces = held

    async def _claim_value(self, scope: str, value: str, replaces: str | None) -> str:
        held: list[str] = []

        async def claim(store: TurnStore) -> None:
            held.append(await store.claim(scope, value, replaces))

        if await self._try_store(claim):
            return held[0]
        known = self._claims.get(scope)
        if known is not None and known[0] != replaces:
            return known[0]
        self._claims[scope] = (value, value[:32])
        return value

    async def _find_succeeding(self, turn_id: str) -> TurnReader | None:
        """Return a reader of a turn that runs or has succeeded; None if it has failed or is unknown."""
        # The request that has claimed the key creates its turn directly after that.
        for _ in range(round(LEASE / _POLL_INTERVAL)):
            turn = self._local(turn_id)
            if turn is not None:
                return None if turn.end not in {None, "done"} else TurnReader(self, turn_id, turn, 0)
            page = await self.last_page(turn_id)
            if page is not None:
                succeeds = page.end == "done" or (page.end is None and page.alive)
                return TurnReader(self, turn_id, None, 0) if succeeds else None
            await asyncio.sleep(_POLL_INTERVAL)
        return None

    async def last_page(self, turn_id: str) -> TurnPage | None:
        """Return the last page of a stored turn; None if it is unknown or the store is unavailable."""
        pages: list[TurnPage] = []

        async def read(store: TurnStore) -> None:
            after = 0
            while (page := await store.read(turn_id, after)) is not None:
                pages[:] = [page]
                if page.end is not None or not page.entries:
                    return
                after += len(page.entries)

        return pages[0] if await self._try_store(read) and pages else None

    async def _run(self, turn: _Turn, work: Work, report: Report, request_id: str) -> None:
        async def emit(name: str, data: Any) -> None:
            entry = name.encode() + b"\n" + strict_json.encode(data)
            if turn.size + len(entry) > self._limits.turn_bytes:
                raise _too_large()
            await self._append(turn, entry, "done" if name == "done" else None)

        problem: ProblemError | None = None
        limit = asyncio.timeout(self._limits.duration)
        try:
            async with limit:
                await work(emit)
        except TimeoutError as error:
            problem = report(_too_long() if limit.expired() else error)
        except asyncio.CancelledError:
            problem = turn.problem or _interrupted()
        except TurnEndedError:
            problem = _interrupted()
        except Exception as error:  # noqa: BLE001 - it becomes the last event
            problem = report(error)
        try:
            if turn.end is None:
                await self._finish(turn, problem or _interrupted(), request_id)
        finally:
            self._retire(turn)

    async def _finish(self, turn: _Turn, problem: ProblemError, request_id: str) -> None:
        """Append the last event of a turn that did not succeed."""
        entry, end = _failure(problem, request_id)
        turn.failure = problem
        try:
            await self._append(turn, entry, end)
        except (TurnEndedError, asyncio.CancelledError):
            if turn.end is None:
                turn.publish(entry, end)

    def _end_locally(self, turn: _Turn, problem: ProblemError, request_id: str) -> None:
        turn.failure = problem
        turn.publish(*_failure(problem, request_id))

    async def _append(self, turn: _Turn, entry: bytes, end: str | None) -> None:
        if turn.is_stored:
            number = len(turn.entries) + 1
            turn.is_writing = True
            try:
                turn.is_stored = await self._try_store(lambda store: store.append(turn.id, number, entry, end))
            finally:
                turn.is_writing = False
        turn.publish(entry, end)
        if turn.problem is not None and end is None:
            raise asyncio.CancelledError

    def _cancel(self, turn: _Turn, problem: ProblemError) -> None:
        if turn.task is not None and turn.problem is None and turn.end is None:
            turn.problem = problem
            # A write that is cancelled half-way would leave the store and this process with different entries.
            if not turn.is_writing:
                turn.task.cancel()

    def _retire(self, turn: _Turn) -> None:
        """Keep an ended turn in memory, unless the store has it."""
        del self._running[turn.id]
        now = self._now()
        if not (turn.is_stored and self._store is not None):
            turn.ended_at = now
            turn.task = None
            self._ended[turn.id] = turn
            self._ended_of.setdefault(turn.owner, []).append(turn)
            self._ended_bytes += turn.size
        elif self._last.get(turn.owner) == turn.id:
            del self._last[turn.owner]
        self._expire(now)

    def _expire(self, now: float) -> None:
        while self._ended:
            turn = next(iter(self._ended.values()))
            if turn.ended_at + RETENTION > now and self._ended_bytes <= self._limits.log_bytes:
                break
            self._drop(turn)
        if len(self._claims) > 2 * (len(self._ended) + len(self._running)) + 16:
            known = self._ended.keys() | self._running.keys()
            self._claims = {scope: held for scope, held in self._claims.items() if held[1] in known}

    def _drop(self, turn: _Turn) -> None:
        del self._ended[turn.id]
        self._ended_bytes -= turn.size
        siblings = self._ended_of[turn.owner]
        siblings.remove(turn)
        if not siblings:
            del self._ended_of[turn.owner]
        if self._last.get(turn.owner) == turn.id:
            del self._last[turn.owner]

    async def leave(self, turn: _Turn, changed: asyncio.Event) -> None:
        """Remove a reader from a turn of this process."""
        turn.readers.discard(changed)
        if self._cancels and not turn.readers and turn.end is None and turn.task is not None:
            self._cancel(turn, _stopped())
            await asyncio.wait([turn.task])

    # turns of any process

    async def find(self, owner: str) -> str | None:
        """Return the id of the turn of a conversation that runs or was the last; None if there is none."""
        await self._ensure_open()
        self._expire(self._now())
        local = self._last.get(owner)
        if local in self._running:
            return local
        found: list[str | None] = []

        async def find(store: TurnStore) -> None:
            found.append(await store.last_turn(owner))

        await self._try_store(find)
        return (found[0] if found else None) or local

    async def read(self, turn_id: str, after: int, owner: str) -> TurnReader | None:
        """Return a reader of a turn.

        Args:
            turn_id: Id of the turn.
            after: Number of the event after which the reader begins; 0 for the first.
            owner: Key of the conversation, or its beginning, which is the digest of the user.

        Returns:
            The reader; None if the owner has no such turn.
        """
        await self._ensure_open()
        self._expire(self._now())
        turn = self._local(turn_id)
        found: list[str | None] = [None if turn is None else turn.owner]

        async def find(store: TurnStore) -> None:
            found[0] = await store.owner(turn_id)

        if turn is None:
            await self._try_store(find)
        known = found[0]
        return TurnReader(self, turn_id, turn, after) if known is not None and known.startswith(owner) else None

    async def stop(self, owner: str) -> bool:
        """Stop the running turn of a conversation; return whether there was one."""
        turn_id = await self.find(owner)
        if turn_id is None:
            return False
        turn = self._local(turn_id)
        if turn is not None:
            self._cancel(turn, _stopped())
            return turn.end is None
        page = await self.last_page(turn_id)
        if page is None or page.end is not None or not page.alive:
            return False
        return await self._try_store(lambda store: store.stop(turn_id))

    async def remember(self, scope: str, value: str) -> str:
        """Remember a value for all workers unless there is one, and return the one that there is."""
        await self._ensure_open()
        held: list[str] = []

        async def claim(store: TurnStore) -> None:
            held.append(await store.claim(scope, value, None))

        if not await self._try_store(claim):
            held.append(self._values.setdefault(scope, value))
            self._values.move_to_end(scope)
            while len(self._values) > _MAX_VALUES:
                self._values.popitem(last=False)
        return held[0]

    async def forget(self, owner: str) -> None:
        """Delete the turns of a conversation."""
        await self._ensure_open()
        for turn in list(self._ended_of.get(owner, ())):
            self._drop(turn)
        await self._try_store(lambda store: store.forget(owner))

    async def forget_user(self, user: str) -> None:
        """Stop the turns of a user and delete all of them; those of other workers end with their next event.

        Raises:
            StateUnavailableError: The store is unavailable, and may still have some of them.
        """
        await self._ensure_open()
        owner = owner_of_user(user)
        running = [turn for turn in self._running.values() if turn.owner.startswith(owner)]
        for turn in running:
            self._cancel(turn, _stopped())
        # Not for the one that asks for it itself: its events go now, and it ends with the next one.
        tasks = [turn.task for turn in running if turn.task is not None and turn.task is not asyncio.current_task()]
        if tasks:
            await asyncio.wait(tasks)
        for turn in [turn for turn in self._ended.values() if turn.owner.startswith(owner)]:
            self._drop(turn)

        if self._store is not None and not await self._try_store(lambda store: store.forget_user(owner)):
            raise StateUnavailableError("the log of turns does not answer")

    def _local(self, turn_id: str) -> _Turn | None:
        return self._running.get(turn_id) or self._ended.get(turn_id)

    async def page(self, turn_id: str, after: int) -> tuple[list[bytes], bool] | None:
        """Return the entries of another worker's turn after a number, and whether it has ended; None if it is gone."""
        assert self._store is not None
        page = await self._store.read(turn_id, after)
        if page is not None and page.end is None and not page.alive and not page.entries:
            await self._store.interrupt(turn_id, b"error\n" + strict_json.encode(_interrupted().to_dict(turn_id)))
            page = await self._store.read(turn_id, after)
        return None if page is None else (page.entries, page.end is not None)

    # the store

    async def _try_store(self, call: Callable[[TurnStore], Awaitable[Any]]) -> bool:
        """Call the store; return False if there is none or it is unavailable."""
        if self._store is None or (self.degradation and self._now() < self._next_attempt):
            return False
        try:
            await call(self._store)
        except (TurnEndedError, ProblemError):
            raise
        except Exception as error:  # noqa: BLE001 - each store raises errors of its own
            self._next_attempt = self._now() + _RETRY_INTERVAL
            self.degradation.begin("turns are followed in their own worker only", error)
            return False
        self.degradation.end()
        return True

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(_RENEWAL)
            ids = [turn.id for turn in self._running.values() if turn.is_stored]
            if not ids:
                continue
            stopped: set[str] = set()

            async def renew(store: TurnStore, ids: list[str] = ids, stopped: set[str] = stopped) -> None:
                stopped |= await store.renew(ids)

            await self._try_store(renew)
            for turn_id in stopped & self._running.keys():
                self._cancel(self._running[turn_id], _stopped())


class TurnReader:
    """Reader of the events of one turn. It must be closed.

    Args:
        log: The log.
        turn_id: Id of the turn.
        turn: The turn, if it is in this process.
        after: Number of the event after which it begins.
    """

    def __init__(self, log: TurnLog, turn_id: str, turn: _Turn | None, after: int) -> None:
        self._log = log
        self._turn = turn
        self.turn_id: str = turn_id
        self.position: int = after
        """Number of the last event that was read."""
        self._changed = asyncio.Event()
        if turn is not None:
            turn.readers.add(self._changed)

    async def next(self, timeout: float) -> list[bytes]:  # noqa: ASYNC109 - not an error
        """Return the next entries, an empty list after `timeout` seconds without one.

        Raises:
            StopAsyncIteration: All events have been read and the turn has ended.
        """
        turn = self._turn
        found = await (self._next_stored(timeout) if turn is None else self._next_local(turn, timeout))
        self.position += len(found)
        return found

    async def _next_local(self, turn: _Turn, timeout: float) -> list[bytes]:  # noqa: ASYNC109
        if self.position >= len(turn.entries):
            if turn.end is not None:
                raise StopAsyncIteration
            self._changed.clear()
            try:
                async with asyncio.timeout(timeout):
                    await self._changed.wait()
            except TimeoutError:
                return []
        return turn.entries[self.position : self.position + PAGE_SIZE]

    async def _next_stored(self, timeout: float) -> list[bytes]:  # noqa: ASYNC109
        end = asyncio.get_running_loop().time() + timeout
        while True:
            page = await self._log.page(self.turn_id, self.position)
            if page is None or (not page[0] and page[1]):
                raise StopAsyncIteration
            if page[0] or asyncio.get_running_loop().time() >= end:
                return page[0]
            await asyncio.sleep(_POLL_INTERVAL)

    async def has_ended(self) -> bool:
        """Return whether the turn has ended."""
        if self._turn is not None:
            return self._turn.end is not None
        page = await self._log.last_page(self.turn_id)
        return page is None or page.end is not None or not page.alive

    async def is_at_end(self) -> bool:
        """Return whether the turn has ended and all of its events have been read."""
        if self._turn is not None:
            return self._turn.end is not None and self.position >= len(self._turn.entries)
        page = await self._log.page(self.turn_id, self.position)
        return page is None or (page[1] and not page[0])

    async def last(self) -> tuple[str, bytes]:
        """Wait for the end and return the name and the data of the last event."""
        turn = self._turn
        if turn is not None:
            while turn.end is None:
                self._changed.clear()
                await self._changed.wait()
            self.position = len(turn.entries)
            return split_entry(turn.entries[-1])
        entry = b""
        while True:
            try:
                found = await self.next(_LAST_INTERVAL)
            except StopAsyncIteration:
                return split_entry(entry)
            entry = found[-1] if found else entry

    @property
    def failure(self) -> ProblemError | None:
        """Return the problem with which a turn of this process ended, None if there is none."""
        return None if self._turn is None else self._turn.failure

    async def aclose(self) -> None:
        """Leave the turn; where the last reader's leaving cancels it, wait for its end."""
        if self._turn is not None:
            await self._log.leave(self._turn, self._changed)
