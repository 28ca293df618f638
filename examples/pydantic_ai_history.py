"""Message history of pydantic-ai on `AsyncStateManager`.

    history = StateHistory(state, "trip-7", user="ana")
    result = await agent.run("Flights to Lisbon?", message_history=await history.load())
    await history.save(result.new_messages())

Install: `pip install pydantic-ai-slim`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_ai import ModelMessagesTypeAdapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_ai import ModelMessage

    from asyncassist import AsyncStateManager


class StateHistory:
    """Messages of pydantic-ai, stored as a conversation.

    Args:
        state: Manager of the conversation.
        conversation_id: Id of the conversation.
        user: Owner of the conversation; None for no owner.
    """

    def __init__(self, state: AsyncStateManager, conversation_id: str, *, user: str | None = None) -> None:
        self.state = state
        self.conversation_id = conversation_id
        self.user = user

    async def load(self, limit: int | None = None) -> list[ModelMessage]:
        """Return the newest messages, oldest first; None for all that are stored."""
        found = await self.state.messages(self.conversation_id, user=self.user, limit=limit)
        return ModelMessagesTypeAdapter.validate_python([message.metadata["message"] for message in found])

    async def save(self, messages: Sequence[ModelMessage], *, request_id: str | None = None) -> int:
        """Append the new messages of a run, all of them or none, and return the conversation's version.

        Args:
            messages: What `result.new_messages()` returned.
            request_id: Makes the call idempotent: a repeated id stores nothing.
        """
        dumped: list[dict[str, Any]] = ModelMessagesTypeAdapter.dump_python(list(messages), mode="json")
        return await self.state.append(
            self.conversation_id, [to_message(facts) for facts in dumped], user=self.user, request_id=request_id
        )


def to_message(facts: dict[str, Any]) -> dict[str, Any]:
    """Return a message of pydantic-ai as one of ours: its text for people and searches, and all of it as metadata."""
    parts: list[dict[str, Any]] = facts["parts"]
    kinds = {part["part_kind"] for part in parts}
    role = "tool"
    if facts["kind"] == "response":
        role = "assistant"
    elif "user-prompt" in kinds:
        role = "user"
    elif "system-prompt" in kinds:
        role = "system"
    texts = [part["content"] for part in parts if part["part_kind"] in {"user-prompt", "text"}]
    text = " ".join(content for content in texts if isinstance(content, str))
    return {"role": role, "content": text, "metadata": {"message": facts}}
