"""Conversations: appends are serialized per conversation, applied once, and continue from a local copy in an outage."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from asyncassist._state.key_queue import BatchingKeyQueue, Job
from asyncassist._stores.encryption import EncryptedConversations
from asyncassist._stores.journal import JournalEntry
from asyncassist._stores.memory_history import MemoryHistory
from asyncassist._stores.search import SearchHit, contains_words, digest_words, select_hits, split_words
from asyncassist._stores.serialization import ENCRYPTED_TITLE, is_encrypted, to_json_line, with_store_fields
from asyncassist._stores.session_records import NO_ANCHOR, Append, RefusedWriteError, WriteId
from asyncassist._stores.store import SearchIndex
from asyncassist._types import Message
from asyncassist.errors import ConflictError, InvalidInputError, NotFoundError, StateError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence

    from asyncassist._state.outage_buffer import OutageBuffer
    from asyncassist._state.sessions import WriteSequencer
    from asyncassist._stores.conversation_info import ConversationInfo
    from asyncassist._stores.store import ConversationStore
    from asyncassist._types import Clock

T = TypeVar("T")

_INDEX_BATCH = 200  # messages added to an index at a time
_INDEX_SLICE = 4_000  # characters of which words are digested before other tasks run
_LIST_PAGE, _MESSAGE_PAGE = 500, 200
_ERASE_BATCH = 50  # conversations deleted at once
_MAX_CACHED_CONVERSATIONS, _MAX_CACHED_MESSAGES = 1000, 200


@dataclass(frozen=True, slots=True)
class _ForgetOperation:
    """Queued deletion of a conversation."""


@dataclass(frozen=True, slots=True)
class _UndoOperation:
    """Queued removal of turns."""

    turns: int


_Operation = Append | _ForgetOperation | _UndoOperation


def _not_found(key: str) -> NotFoundError:
    """Return the error for a conversation that does not exist, or not for this owner."""
    return NotFoundError("no such conversation", key=key.partition(":")[2])


def _unreadable() -> StateError:
    """Return the error for encrypted data without a key."""
    return StateError("the stored data is encrypted, and no key is configured: pass encryption=")


def _select_branch(key: str, found: Sequence[Message], at: int) -> Sequence[Message]:
    """Return the messages that a branch copies.

    Args:
        key: Key of the conversation.
        found: Its messages up to `at`.
        at: `seq` of the last message to copy.

    Raises:
        NotFoundError: There are no messages up to `at`.
        InvalidInputError: The last one is not the message at `at`.
    """
    if not found:
        raise _not_found(key)
    if found[-1].seq != at:
        raise InvalidInputError("at", "must be the seq of a stored message")
    return found


class Conversations:
    """Conversations in a store.

    Args:
        store: The store.
        target: Name of the store in the journal.
        sequencer: Numbers the writes of this process.
        outage: Write buffer of the store.
        max_messages: Messages of one conversation cached for an outage, at most.
        clock: Wall clock.
        on_lost_write: Called with each journalled write that the store refuses, and its error.
        is_readable: Whether the store decrypts what is encrypted.
    """

    def __init__(
        self,
        store: ConversationStore,
        target: str,
        *,
        sequencer: WriteSequencer,
        outage: OutageBuffer,
        max_messages: int,
        clock: Clock,
        on_lost_write: Callable[[JournalEntry, StateError], None],
        is_readable: bool = True,
    ) -> None:
        self._store = store
        self.reads = 0
        self.writes = 0
        self._is_readable = is_readable
        self._on_lost_write = on_lost_write
        self.target = target
        self._sequencer = sequencer
        self._outage = outage
        self._clock = clock
        self._queue: BatchingKeyQueue[_Operation] = BatchingKeyQueue(self._commit)
        # The messages this process read and wrote last: conversations continue from them in an outage. Without a buffer
        # none does.
        self._has_copies = outage.mode != "raise"
        self._cache = MemoryHistory(
            max_messages=min(max_messages, _MAX_CACHED_MESSAGES), max_conversations=_MAX_CACHED_CONVERSATIONS, now=clock
        )
        # Conversations written to in the outage, each with the last message that the store had when it began.
        self._outage_anchors: dict[str, tuple[int, str]] = {}
        # Those of them that were replayed and whose cached copy is what the store has.
        self._replayed: set[str] = set()

    async def append(self, key: str, append: Append) -> int:
        """Append messages and return the conversation's new version."""
        return await self._write(key, append)

    async def forget(self, key: str) -> bool:
        """Delete a conversation and return whether it existed."""
        return bool(await self._write(key, _ForgetOperation()))

    async def _write(self, key: str, operation: _Operation) -> int:
        """Apply an operation after those of the conversation that came before, and return its result."""
        done = cast("int", await self._queue.submit(key, operation))
        self.writes += 1
        return done

    async def messages(self, key: str, *, limit: int | None, before: int | None) -> list[Message]:
        """Return a page of messages, oldest first; in an outage from the local cache."""
        self.reads += 1
        outage = self._outage
        if not self._is_served_from_cache(key):
            try:
                version, found = await self._store.read_page(key, limit=limit, before=before)
            except StateUnavailableError as error:
                outage.begin(error)
                if outage.mode == "raise":
                    raise
            else:
                outage.end_if_recovered()
                self._check_readable(found)
                if self._has_copies and before is None and key not in self._outage_anchors:
                    self._cache.seed(key, version, found)
                return found
        return self._cache.read(key, limit=limit, before=before)

    async def request_messages(self, key: str, request_id: str) -> list[Message]:
        """Return the messages appended under a request id, oldest first; in an outage those in the local cache."""
        self.reads += 1
        outage = self._outage
        if not self._is_served_from_cache(key):
            try:
                found = await self._store.read_request(key, request_id)
            except StateUnavailableError as error:
                outage.begin(error)
                if outage.mode == "raise":
                    raise
            else:
                outage.end_if_recovered()
                self._check_readable(found)
                return found
        return self._cache.read_request(key, request_id)

    async def list_conversations(
        self, owner: str, *, limit: int, before: ConversationInfo | None
    ) -> list[ConversationInfo]:
        """Return conversations of an owner, the last updated first."""
        self.reads += 1
        found = await self._call_store(lambda: self._store.list_conversations(owner, limit=limit, before=before))
        if not self._is_readable and any((info.title or "").startswith(ENCRYPTED_TITLE) for info in found):
            raise _unreadable()
        return found

    async def search(self, owner: str, words: frozenset[str], limit: int) -> list[SearchHit]:
        """Return messages of an owner that hold all words, the newest first."""
        self.reads += 1
        store = self._store
        if not isinstance(store, SearchIndex):
            found: list[SearchHit] = []
            async for info, messages in self.read_all(owner):
                found += [
                    SearchHit(conversation_id=info.id, title=info.title, message=message)
                    for message in messages
                    if contains_words(message.content, words)
                ]
                found = select_hits(found, limit)
            return found
        keys = await self._call_store(partial(store.word_keys, owner))
        while unindexed := await self._call_store(lambda: store.read_unindexed(owner, _INDEX_BATCH)):
            self._check_readable([message for _, message in unindexed])
            documents: list[tuple[str, Message, list[int]]] = []
            size = 0
            for name, message in unindexed:
                documents.append((name, message, digest_words(split_words(message.content), keys[0])))
                size += len(message.content) + 50
                if size > _INDEX_SLICE:
                    size = 0
                    await asyncio.sleep(0)  # lets other tasks run
            await self._call_store(partial(store.add_to_index, owner, documents))
        # What is indexed stays indexed by the key of its time.
        hits = [
            hit
            for key in keys
            for hit in await self._call_store(partial(store.find, owner, digest_words(words, key), limit))
        ]
        self._check_readable([hit.message for hit in hits])
        return select_hits(hits, limit)

    def _check_readable(self, found: Sequence[Message]) -> None:
        """Check that messages of the store are not encrypted without a key.

        Raises:
            StateError: One is.
        """
        if not self._is_readable and any(map(is_encrypted, found)):
            raise _unreadable()

    async def read_all(self, owner: str) -> AsyncIterator[tuple[ConversationInfo, list[Message]]]:
        """Iterate over the conversations of an owner and pages of their messages, oldest first; no TTL is extended.

        Each conversation comes once at least, without messages when there are none.
        """
        last: ConversationInfo | None = None
        while infos := await self.list_conversations(owner, limit=_LIST_PAGE, before=last):
            for info in infos:
                key, end = f"{owner}:{info.id}", _MESSAGE_PAGE
                while True:
                    bounds = partial(self._store.read_page, key, limit=_MESSAGE_PAGE, before=end + 1, touch=False)
                    version, page = await self._call_store(bounds)
                    self._check_readable(page)
                    messages = [message for message in page if message.seq > end - _MESSAGE_PAGE]
                    if messages or version <= end:
                        yield info, messages
                    if version <= end:
                        break
                    end += _MESSAGE_PAGE
            last = infos[-1]

    async def export(self, owner: str) -> AsyncIterator[bytes]:
        """Iterate over lines of JSON, one for each conversation of an owner, followed by those of its messages."""
        last_id = None
        async for info, messages in self.read_all(owner):
            if info.id != last_id:
                yield to_json_line("conversation", asdict(info))
                last_id = info.id
            for message in messages:
                yield to_json_line("message", {"conversation_id": info.id, **message.to_dict()})

    async def erase(self, owner: str) -> tuple[int, int]:
        """Delete the conversations of an owner, until none is listed; return their number and that of their messages.

        Raises:
            StateUnavailableError: The store is unavailable; not everything was deleted.
        """
        conversations = messages = 0
        # Without the key, too, what is encrypted can be deleted.
        store: Any = self._store.inner if isinstance(self._store, EncryptedConversations) else self._store
        while infos := await self._call_store(partial(store.list_conversations, owner, limit=_ERASE_BATCH)):
            existed = await asyncio.gather(*(self.forget(f"{owner}:{info.id}") for info in infos))
            conversations += sum(existed)
            messages += sum(info.messages for info in infos)
        self._cache.delete_owner(owner)
        return conversations, messages

    async def rename(self, key: str, title: str) -> None:
        """Set a conversation's title."""
        if not await self._call_store(lambda: self._store.rename(key, title)):
            raise _not_found(key)
        self.writes += 1

    async def undo(self, key: str, turns: int) -> int:
        """Remove the newest turns and return the version left."""
        return await self._write(key, _UndoOperation(turns))

    async def branch(self, key: str, new_key: str, at: int) -> None:
        """Copy the messages up to one of them into a new conversation."""
        _, found = await self._call_store(lambda: self._store.read_page(key, before=at + 1))
        self._check_readable(found)
        copied = _select_branch(key, found, at)
        write_id = WriteId(self._sequencer.writer, self._sequencer.reserve())
        await self._call_store(lambda: self._store.append(new_key, Append(copied), write_id))
        self.writes += 1

    async def _undo(self, key: str, turns: int, write_id: WriteId) -> int:
        """Remove turns in the store; what is cached of the conversation no longer holds."""
        self._cache.delete(key)
        version = await self._call_store(lambda: self._store.undo(key, turns, write_id))
        if version is None:
            raise _not_found(key)
        return version

    async def _call_store(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call that only the store itself can answer.

        Raises:
            StateUnavailableError: The store is unavailable, or writes of an outage wait for it.
        """
        outage = self._outage
        if outage.active:
            raise StateUnavailableError(depth=len(outage.pending))
        try:
            done = await call()
        except StateUnavailableError as error:
            outage.begin(error)
            raise
        outage.end_if_recovered()
        return done

    def _is_served_from_cache(self, key: str) -> bool:
        """Return whether the store is unreachable, or lacks what this process appended in the outage."""
        outage = self._outage
        return outage.active and (outage.unreachable or key in self._outage_anchors)

    async def _commit(self, key: str, jobs: Sequence[Job[_Operation]]) -> None:
        """Commit the operations of one conversation one after another."""
        for job in jobs:
            try:
                job.succeed(await self._commit_one(key, job.operation))
            except StateError as error:
                job.fail(error)

    async def _commit_one(self, key: str, operation: _Operation) -> int:
        """Write to the store, or buffer the write in an outage."""
        write_id = WriteId(self._sequencer.writer, self._sequencer.reserve())
        if isinstance(operation, _UndoOperation):
            return await self._undo(key, operation.turns, write_id)
        outage = self._outage
        if not outage.active:
            try:
                done = await self._commit_to_store(key, operation, write_id)
            except StateUnavailableError as error:
                outage.begin(error)
                if outage.mode == "raise":
                    raise
            else:
                outage.end_if_recovered()
                return done
        return await self._commit_locally(key, operation, write_id)

    async def _commit_to_store(self, key: str, operation: Append | _ForgetOperation, write_id: WriteId) -> int:
        """Write to the store and bring the local cache up to date."""
        if isinstance(operation, _ForgetOperation):
            self._cache.delete(key)
            return int(await self._store.forget(key, write_id))
        version = await self._store.append(key, operation, write_id)
        if not self._has_copies:
            return version
        if self._cache.version(key) + len(operation.messages) == version:
            self._cache.append_prepared(key, operation.messages, request_id=operation.request_id)
        else:
            # Another process appended meanwhile, or the request id was a repeated one: the cached copy has a gap.
            self._cache.delete(key)
            if operation.request_id is None:
                first = version - len(operation.messages) + 1
                appended = [
                    with_store_fields(message, message.id, seq, message.created_at)
                    for seq, message in enumerate(operation.messages, first)
                ]
                self._cache.seed(key, version, appended)
        return version

    async def _commit_locally(self, key: str, operation: Append | _ForgetOperation, write_id: WriteId) -> int:
        """Journal the write and apply it to the local cache."""
        base = self._cache.version(key)
        entry_fields: dict[str, Any] = {
            "target": self.target,
            "key": key,
            "writer": write_id.writer,
            "seq": write_id.seq,
            "base_version": base,
            "acknowledged_at": self._clock(),
        }
        if isinstance(operation, _ForgetOperation):
            await self._outage.buffer([JournalEntry(kind="forget", acknowledged_version=0, **entry_fields)])
            self._outage_anchors[key] = NO_ANCHOR
            return int(self._cache.delete(key))
        before = self._cache.request_result(key, operation.request_id)
        if before is not None:
            return before
        if operation.expected_version is not None and operation.expected_version != base:
            raise ConflictError(key=key.partition(":")[2], expected=operation.expected_version, actual=base)
        new_version = base + len(operation.messages)
        encoded_messages = [message.to_dict() for message in operation.messages]
        anchor = self._find_anchor(key)
        entry = JournalEntry(
            kind="append",
            acknowledged_version=new_version,
            messages=encoded_messages,
            request_id=operation.request_id or "",
            anchor=anchor,
            **entry_fields,
        )
        await self._outage.buffer([entry])
        self._outage_anchors[key] = anchor
        return self._cache.append_prepared(key, operation.messages, request_id=operation.request_id)

    def _find_anchor(self, key: str) -> tuple[int, str]:
        """Return `seq` and id of the last message known to be in the store.

        On replay it proves that the store's conversation is the one this process appended to.
        """
        if key in self._outage_anchors:
            return self._outage_anchors[key]
        last = self._cache.read(key, limit=1)
        return (last[0].seq, last[0].id or "") if last else NO_ANCHOR

    async def replay(self, entries: Sequence[JournalEntry]) -> None:
        """Apply journal entries to the store: in order per conversation, conversations concurrently."""
        groups: dict[str, list[JournalEntry]] = {}
        for entry in entries:
            groups.setdefault(entry.key, []).append(entry)
        # An append extends the TTL of the whole conversation: the last one counts, also one of a later batch.
        written_at = {entry.key: entry.acknowledged_at for entry in (*entries, *self._outage.pending)}
        now = self._clock()
        # Wait for all before raising the first error, so that none still writes in the background.
        works = [
            self._replay_conversation(key, group, age=max(0.0, now - written_at[key])) for key, group in groups.items()
        ]
        results = await asyncio.gather(*works, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        self._replayed.update(groups)
        await self._reload({key: len(groups[key]) for key, same in zip(groups, results, strict=True) if not same})

    async def _reload(self, counts: Mapping[str, int]) -> None:
        """Read conversations whose cached copy differs from the store's after a replay.

        Args:
            counts: Numbers of entries replayed, by conversation; the copy of one for which more entries wait stays.
        """
        reads = [self._store.read_page(key, limit=_MAX_CACHED_MESSAGES) for key in counts]
        pages = await asyncio.gather(*reads, return_exceptions=True)
        waiting = Counter(entry.key for entry in self._outage.pending if entry.kind in {"append", "forget"})
        for (key, count), page in zip(counts.items(), pages, strict=True):
            if isinstance(page, BaseException):
                self._replayed.discard(key)
            elif waiting[key] <= count:
                version, messages = page
                # Messages that a store without durability has lost remain known here, as messages without a `seq`.
                known = self._cache.read(key) if len(messages) == version else []
                names = [message.id for message in known]
                start = names.index(messages[0].id) if messages and messages[0].id in names else 0
                lost = [with_store_fields(message, message.id, 0, message.created_at) for message in known[:start]]
                self._cache.delete(key)
                self._cache.seed(key, version, [*lost, *messages])

    async def _replay_conversation(self, key: str, entries: Sequence[JournalEntry], *, age: float) -> bool:
        """Apply the entries of one conversation in order and return whether the store now has what is cached.

        Messages that other processes appended meanwhile come before those of the entries: none is lost.

        Args:
            key: Key of the conversation.
            entries: Its entries, oldest first.
            age: Seconds since the last of its entries was acknowledged.
        """
        same = True
        for entry in entries:
            write_id = WriteId(entry.writer, entry.seq)
            try:
                if entry.kind == "forget":
                    await self._store.forget(key, write_id)
                    same = True
                else:
                    prepared = [Message.of(text) for text in entry.messages]
                    append = Append(
                        prepared, request_id=entry.request_id or None, is_replay=True, anchor=entry.anchor, age=age
                    )
                    version = await self._store.append(key, append, write_id)
                    cached = self._cache.read(key, limit=1, before=version + 1)
                    same = [(message.seq, message.id) for message in cached] == [(version, prepared[-1].id)]
            except (ConflictError, RefusedWriteError) as error:
                # The store refuses the write for good: report it, so that the replay can continue.
                self._on_lost_write(entry, error)
                same = False
        return same

    def clear_overlay(self, waiting: Iterable[JournalEntry] = ()) -> None:
        """End the outage for its conversations; drop the cached copies that the store does not have.

        Args:
            waiting: Entries that have not been replayed; their conversations stay.
        """
        keys = {entry.key for entry in waiting}
        for key in self._outage_anchors.keys() - keys:
            if key not in self._replayed:
                self._cache.delete(key)
            del self._outage_anchors[key]
        self._replayed.clear()

    def restore(self, entries: Iterable[JournalEntry]) -> None:
        """Rebuild the cached conversations of an outage from the journal of an earlier process."""
        for entry in entries:
            self._outage_anchors[entry.key] = entry.anchor
            if entry.kind == "forget":
                self._cache.delete(entry.key)
            else:
                prepared = [Message.of(text) for text in entry.messages]
                self._cache.append_prepared(entry.key, prepared, request_id=entry.request_id or None)

    async def drain(self) -> None:
        """Wait until no operation is being committed in the background."""
        await self._queue.drain()
