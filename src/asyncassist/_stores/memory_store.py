"""Store of sessions, conversations and locks in this process: what a manager uses without any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncassist._clock import monotonic
from asyncassist._stores.memory_history import MemoryHistory
from asyncassist._stores.memory_sessions import MemorySessions
from asyncassist._stores.store import StoreKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncassist._stores.conversation_info import ConversationInfo
    from asyncassist._stores.session_records import Append, WriteId
    from asyncassist._stores.store import StoreOptions
    from asyncassist._types import Message


class MemoryStore(MemorySessions):
    """Store in this process.

    Args:
        ttl: Seconds until an unused session expires, unless it has its own TTL.
        now: Monotonic clock, in seconds.
        history: Where conversations are stored.
    """

    def __init__(self, *, ttl: float, now: Callable[[], float], history: MemoryHistory) -> None:
        super().__init__(ttl=ttl, now=now)
        self._history = history
        self._leases: dict[str, tuple[str, int]] = {}
        self._last_token = 0

    async def probe(self) -> None:
        """Do nothing: memory always responds."""

    async def aclose(self) -> None:
        """Do nothing: what is stored goes with the object."""

    async def acquire(self, name: str, owner: str, ttl: float) -> int | None:  # noqa: ARG002
        """Acquire or renew a lock; its lease does not expire, as it cannot outlive its holder."""
        if name not in self._leases:
            self._last_token += 1
            self._leases[name] = (owner, self._last_token)
        holder, token = self._leases[name]
        return token if holder == owner else None

    async def release(self, name: str, owner: str) -> bool:
        """Release a lock and return whether this owner held it."""
        held = self._leases.get(name, ("", 0))[0] == owner
        if held:
            del self._leases[name]
        return held

    # conversations, by the key of `conversation_key`

    async def append(self, key: str, append: Append, write_id: WriteId) -> int:  # noqa: ARG002  # never repeated
        """Append messages and return the conversation's new version."""
        return self._history.append_prepared(
            key, append.messages, expected_version=append.expected_version, request_id=append.request_id
        )

    async def read_page(
        self, key: str, *, limit: int | None = None, before: int | None = None, touch: bool = True
    ) -> tuple[int, list[Message]]:
        """Return the conversation's version and a page of its messages, oldest first."""
        return self._history.version(key), self._history.read(key, limit=limit, before=before, touch=touch)

    async def read_request(self, key: str, request_id: str) -> list[Message]:
        """Return the messages appended under a remembered request id, oldest first; empty if there is none."""
        return self._history.read_request(key, request_id)

    async def forget(self, key: str, write_id: WriteId) -> bool:  # noqa: ARG002  # never repeated
        """Delete a conversation and return whether it existed."""
        return self._history.delete(key)

    async def list_conversations(
        self, owner: str, *, limit: int, before: ConversationInfo | None = None
    ) -> list[ConversationInfo]:
        """Return conversations of an owner, the last updated first."""
        return self._history.list_conversations(owner, limit=limit, before=before)

    async def rename(self, key: str, title: str) -> bool:
        """Set a conversation's title and return whether the conversation exists."""
        return self._history.rename(key, title)

    async def undo(self, key: str, turns: int, write_id: WriteId) -> int | None:  # noqa: ARG002  # never repeated
        """Remove the newest turns; see `ConversationStore.undo`."""
        return self._history.undo(key, turns)


async def _open_store(_: None, options: StoreOptions) -> MemoryStore:
    """Return an empty store."""
    history = MemoryHistory(max_messages=options.max_messages, ttl=options.retention or options.ttl, now=options.clock)
    return MemoryStore(ttl=options.ttl, now=monotonic(options.clock), history=history)


MEMORY = StoreKind(name="memory", label="memory", open=_open_store, is_buffered=False)
