"""Multi-turn flight-search assistant."""

from __future__ import annotations

from asyncassist.assistant.assistant import TravelAssistant
from asyncassist.assistant.models import (
    AssistantEvent,
    AssistantReply,
    Done,
    OfferFound,
    SessionInfo,
    TextDelta,
    Understood,
)
from asyncassist.assistant.streaming import AssistantStream

__all__ = [
    "AssistantEvent",
    "AssistantReply",
    "AssistantStream",
    "Done",
    "OfferFound",
    "SessionInfo",
    "TextDelta",
    "TravelAssistant",
    "Understood",
]
