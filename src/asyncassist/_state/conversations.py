"""Conversations: appends line up per conversation, are stored once, and go on in an outage with what is known."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from asyncassist._state.key_queue import Job, KeyQueues
from asyncassist._stores.journal import Entry
from asyncassist._stores.memory_history import MemoryHistory
from asyncassist._stores.serialization import stored
from asyncassist._stores.session_records import NO_ANCHOR, Stamp
from asyncassist._types import Message
from asyncassist.errors import ConflictError, StateError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Literal

    from asyncassist._state.outage_buffer import Outage
    from asyncassist._state.sessions import Stamps
    from asyncassist._types import Clock

_KNOWN_CONVERSATIONS, _KNOWN_MESSAGES = 1000, 200


class TalkStore(Protocol):
    """Where conversations are kept, by the key of owner and id."""

    async def append(
        self,
        key: str,
        ready: Sequence[Message],
        stamp: Stamp,
        *,
        expected_version: int | None = None,
        request_id: str | None = None,
        repeated: bool = False,
        anchor: tuple[int, str] = NO_ANCHOR,
    ) -> int:
        """Store prepared messages once; the version.

        Args:
            key: Of the conversation.
            ready: The messages.
            stamp: Who writes.
            expected_version: The version it must have.
            request_id: Of the caller.
            repeated: Whether they may be there already.
            anchor: Place and id of a message that it must hold, so that it is the one that the caller wrote to.

        Raises:
            ConflictError: It is at another version, or another conversation by now.
        """
        ...

    async def page(self, key: str, *, limit: int | None = None, before: int | None = None) -> tuple[int, list[Message]]:
        """The version, and messages, oldest first."""
        ...

    async def forget(self, key: str, stamp: Stamp) -> bool:
        """Delete; whether there was something."""
        ...


@dataclass(frozen=True, slots=True)
class _Append:
    ready: Sequence[Message]
    expected: int | None
    request: str | None


@dataclass(frozen=True, slots=True)
class _Forget:
    pass


class LocalTalks:
    """Conversations that live in this process.

    Args:
        history: Where they live.
    """

    def __init__(self, history: MemoryHistory) -> None:
        self._history = history

    async def append(
        self, key: str, ready: Sequence[Message], *, expected_version: int | None, request_id: str | None
    ) -> int:
        """Store; the version."""
        return self._history.put(key, ready, expected_version=expected_version, request_id=request_id)

    async def messages(self, key: str, *, limit: int | None, before: int | None) -> list[Message]:
        """Read, oldest first."""
        return self._history.read(key, limit=limit, before=before)

    async def forget(self, key: str) -> bool:
        """Delete; whether there was something."""
        return self._history.drop(key)

    async def drain(self) -> None:
        """Nothing is ever under way."""


class Talks:
    """Conversations in a shared store.

    Args:
        store: Where they are kept.
        target: What it is called in the journal.
        stamps: Numbers the writes of this process.
        outage: What happens while the store is away.
        max_messages: Messages of a conversation that this process remembers.
        clock: Time of day.
        report: Called with each write of an outage that the store refuses.
    """

    def __init__(
        self,
        store: TalkStore,
        target: Literal["redis", "postgres"],
        *,
        stamps: Stamps,
        outage: Outage,
        max_messages: int,
        clock: Clock,
        report: Callable[[Entry, StateError], None],
    ) -> None:
        self._store = store
        self._report = report
        self.target: Literal["redis", "postgres"] = target
        self._stamps = stamps
        self._outage = outage
        self._clock = clock
        self._queues: KeyQueues[_Append | _Forget] = KeyQueues(self._commit)
        # What this process saw and wrote last: it goes on with that in an outage.
        self._known = MemoryHistory(
            max_messages=min(max_messages, _KNOWN_MESSAGES), max_conversations=_KNOWN_CONVERSATIONS, now=clock
        )
        # Conversations that were written to in the outage, and the last message that the store had of them then.
        self._here: dict[str, tuple[int, str]] = {}

    async def append(
        self, key: str, ready: Sequence[Message], *, expected_version: int | None, request_id: str | None
    ) -> int:
        """Store; the version."""
        return cast("int", await self._queues.run(key, _Append(ready, expected_version, request_id)))

    async def forget(self, key: str) -> bool:
        """Delete; whether there was something."""
        return bool(await self._queues.run(key, _Forget()))

    async def messages(self, key: str, *, limit: int | None, before: int | None) -> list[Message]:
        """Read, oldest first; in an outage what this process knows."""
        outage = self._outage
        if not (outage.on and (outage.away or key in self._here)):
            try:
                version, found = await self._store.page(key, limit=limit, before=before)
            except StateUnavailableError as error:
                outage.begin(error)
                if outage.mode == "raise":
                    raise
            else:
                outage.end_if_over()
                if before is None and key not in self._here:
                    self._known.seed(key, version, found)
                return found
        return self._known.read(key, limit=limit, before=before)

    async def _commit(self, key: str, jobs: Sequence[Job[_Append | _Forget]]) -> None:
        """One after the other."""
        for job in jobs:
            try:
                job.succeed(await self._commit_one(key, job.op))
            except StateError as error:
                job.fail(error)

    async def _commit_one(self, key: str, op: _Append | _Forget) -> int:
        """Write to the store, or keep what was to be written."""
        stamp = Stamp(self._stamps.writer, self._stamps.next())
        outage = self._outage
        if not outage.on:
            try:
                done = await self._commit_there(key, op, stamp)
            except StateUnavailableError as error:
                outage.begin(error)
                if outage.mode == "raise":
                    raise
            else:
                outage.end_if_over()
                return done
        return await self._commit_here(key, op, stamp)

    async def _commit_there(self, key: str, op: _Append | _Forget, stamp: Stamp) -> int:
        """In the store; what it is then is known."""
        if isinstance(op, _Forget):
            self._known.drop(key)
            return int(await self._store.forget(key, stamp))
        version = await self._store.append(key, op.ready, stamp, expected_version=op.expected, request_id=op.request)
        if self._known.version(key) + len(op.ready) == version:
            self._known.put(key, op.ready, request_id=op.request)
        else:
            # Others wrote meanwhile, or the request was known: what we have is not the whole.
            self._known.drop(key)
            if op.request is None:
                first = version - len(op.ready) + 1
                seen = [
                    stored(message, message.id, seq, message.created_at) for seq, message in enumerate(op.ready, first)
                ]
                self._known.seed(key, version, seen)
        return version

    async def _commit_here(self, key: str, op: _Append | _Forget, stamp: Stamp) -> int:
        """In the journal; and what this process knows goes on."""
        base = self._known.version(key)
        facts: dict[str, Any] = {
            "target": self.target,
            "key": key,
            "writer": stamp.writer,
            "seq": stamp.seq,
            "base": base,
            "at": self._clock(),
        }
        if isinstance(op, _Forget):
            await self._outage.keep([Entry(kind="forget", made=0, **facts)])
            self._here[key] = NO_ANCHOR
            return int(self._known.drop(key))
        before = self._known.answered(key, op.request)
        if before is not None:
            return before
        if op.expected is not None and op.expected != base:
            raise ConflictError(key=key.partition(":")[2], expected=op.expected, actual=base)
        made = base + len(op.ready)
        texts = [message.to_dict() for message in op.ready]
        anchor = self._anchor(key)
        entry = Entry(kind="append", made=made, messages=texts, request=op.request or "", anchor=anchor, **facts)
        await self._outage.keep([entry])
        self._here[key] = anchor
        return self._known.put(key, op.ready, request_id=op.request)

    def _anchor(self, key: str) -> tuple[int, str]:
        """The last message that the store surely had: with it, a conversation is the one that this process knows."""
        if key in self._here:
            return self._here[key]
        last = self._known.read(key, limit=1)
        return (last[0].seq, last[0].id or "") if last else NO_ANCHOR

    async def replay(self, entries: Iterable[Entry]) -> None:
        """Give entries to the store: each conversation in order, all of them at once."""
        groups: dict[str, list[Entry]] = {}
        for entry in entries:
            groups.setdefault(entry.key, []).append(entry)
        # All of them end before the first error is told: none writes on behind our back.
        works = [self._replay_one(key, group) for key, group in groups.items()]
        for result in await asyncio.gather(*works, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def _replay_one(self, key: str, entries: Sequence[Entry]) -> None:
        """In order. What was said meanwhile elsewhere stands before it: a conversation loses nothing."""
        for entry in entries:
            stamp = Stamp(entry.writer, entry.seq)
            try:
                if entry.kind == "forget":
                    await self._store.forget(key, stamp)
                else:
                    ready = [Message.of(text) for text in entry.messages]
                    await self._store.append(
                        key, ready, stamp, request_id=entry.request or None, repeated=True, anchor=entry.anchor
                    )
            except StateUnavailableError:
                raise
            except StateError as error:
                # The store will never take it: told, so that the others can go on.
                self._report(entry, error)

    def forget_here(self, waiting: Iterable[Entry] = ()) -> None:
        """The store has everything but what waits: places may be others there."""
        keys = {entry.key for entry in waiting}
        for key in self._here.keys() - keys:
            self._known.drop(key)
            del self._here[key]

    def learn(self, entries: Iterable[Entry]) -> None:
        """What an earlier process was told is what is known."""
        for entry in entries:
            self._here[entry.key] = entry.anchor
            if entry.kind == "forget":
                self._known.drop(entry.key)
            else:
                ready = [Message.of(text) for text in entry.messages]
                self._known.put(entry.key, ready, request_id=entry.request or None)

    async def drain(self) -> None:
        """Wait until nothing is under way."""
        await self._queues.drain()
