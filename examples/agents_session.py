"""Session of openai-agents on `AsyncStateManager`: `Runner.run(agent, text, session=StateSession(state, "trip-7"))`.

Each item is a message of a conversation: it can be listed, searched, exported and erased like every other one, and
several processes may use it. Install: `pip install openai-agents`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from agents.items import TResponseInputItem
    from agents.memory import SessionSettings

    from asyncassist import AsyncStateManager, Message

ROLES = {"user": "user", "assistant": "assistant", "system": "system", "developer": "system"}


class StateSession:
    """Session of openai-agents, stored as a conversation.

    Args:
        state: Manager of the conversation.
        session_id: Id of the conversation.
        user: Owner of the conversation; None for no owner.
        session_settings: Settings of openai-agents; its `limit` applies where a call gives none.
    """

    def __init__(
        self,
        state: AsyncStateManager,
        session_id: str,
        *,
        user: str | None = None,
        session_settings: SessionSettings | None = None,
    ) -> None:
        self.state = state
        self.session_id = session_id
        self.user = user
        self.session_settings = session_settings

    async def get_items(self, limit: int | None = None) -> list[TResponseInputItem]:
        """Return the latest items, oldest first; None for all."""
        if limit is None and self.session_settings is not None:
            limit = self.session_settings.limit
        return [item_of(found) for found in await self.state.messages(self.session_id, user=self.user, limit=limit)]

    async def add_items(self, items: list[TResponseInputItem]) -> None:
        """Append items: all of them or none."""
        if items:
            async with self.state.turn(self.session_id, user=self.user):
                await self.append(items)

    async def pop_item(self) -> TResponseInputItem | None:
        """Remove and return the latest item; None when there is none."""
        async with self.state.turn(self.session_id, user=self.user):
            found = await self.state.messages(self.session_id, user=self.user)
            if not found:
                return None
            # The turn is taken back as a whole, and what came before the item is appended again.
            left = await self.state.undo(self.session_id, user=self.user)
            if left == found[-1].seq:  # no item is the user's
                await self.state.forget(self.session_id, user=self.user)
                left = 0
            again = [item_of(message) for message in found[:-1] if message.seq > left]
            if again:
                await self.append(again)
            return item_of(found[-1])

    async def clear_session(self) -> None:
        """Remove all items."""
        await self.state.forget(self.session_id, user=self.user)

    async def append(self, items: list[TResponseInputItem]) -> None:
        """Append items while the conversation's turn is held."""
        await self.state.append(self.session_id, [to_message(item) for item in items], user=self.user)


def to_message(item: TResponseInputItem) -> dict[str, Any]:
    """Return an item as a message: its text for people and searches, and the item itself as metadata."""
    facts = cast("dict[str, Any]", item)
    content = facts.get("content")
    parts = [part.get("text") for part in content if isinstance(part, dict)] if isinstance(content, list) else [content]
    text = " ".join(part for part in parts if isinstance(part, str))
    return {"role": ROLES.get(str(facts.get("role")), "tool"), "content": text, "metadata": {"item": facts}}


def item_of(message: Message) -> TResponseInputItem:
    """Return the item of a message."""
    return cast("TResponseInputItem", message.metadata["item"])
