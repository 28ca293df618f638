"""An answer while it comes into being."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncassist.assistant.models import AssistantEvent, AssistantReply, Done

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class AssistantStream:
    """The events of one answer: `Understood`, `OfferFound` for each offer, `TextDelta`s, `Done`.

    Iterate it once. Made by `TravelAssistant.stream`.
    """

    def __init__(self, events: AsyncIterator[AssistantEvent]) -> None:
        self._events = events
        self._reply: AssistantReply | None = None

    def __aiter__(self) -> AssistantStream:
        return self

    async def __anext__(self) -> AssistantEvent:
        """The next event."""
        event = await anext(self._events)
        if isinstance(event, Done):
            self._reply = event.reply
        return event

    @property
    def reply(self) -> AssistantReply:
        """The whole answer, after the end.

        Raises:
            RuntimeError: The stream has not ended yet.
        """
        if self._reply is None:
            raise RuntimeError("the reply is there after the last event: iterate the stream to its end first")
        return self._reply
