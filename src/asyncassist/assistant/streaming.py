"""Event stream of one reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncassist.assistant.models import AssistantEvent, AssistantReply, Done

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class AssistantStream:
    """Async iterator over the events of one reply, returned by `TravelAssistant.stream`; iterate it once.

    `Understood` comes first and `Done` last; in between, one `OfferFound` per offer, `ToolStarted` and `ToolFinished`
    where the chatbot calls tools, and the `TextDelta`s.
    """

    def __init__(self, events: AsyncIterator[AssistantEvent]) -> None:
        self._events = events
        self._reply: AssistantReply | None = None

    def __aiter__(self) -> AssistantStream:
        return self

    async def __anext__(self) -> AssistantEvent:
        """Return the next event."""
        event = await anext(self._events)
        if isinstance(event, Done):
            self._reply = event.reply
        return event

    @property
    def reply(self) -> AssistantReply:
        """Return the complete reply, available after the last event.

        Raises:
            RuntimeError: The stream has not been iterated to its end.
        """
        if self._reply is None:
            raise RuntimeError("the reply is available after the last event: iterate the stream to its end first")
        return self._reply
