"""CachedChatbot and its public value types."""

from __future__ import annotations

from asyncassist._chat.budget import Budget
from asyncassist._chat.chatbot import CachedChatbot
from asyncassist._chat.message_parts import File, Image
from asyncassist._chat.models import (
    Backend,
    ChatStats,
    Fallback,
    ModelQuotaStats,
    Moderator,
    Price,
    Question,
    Reply,
    Usage,
)
from asyncassist._chat.stream_events import PartialOutput, ReasoningDelta, ToolFinished, ToolStarted
from asyncassist._chat.streaming import ReplyStream
from asyncassist._chat.tools import Tool, ToolCall, ToolContext, ToolStep
from asyncassist._types import TextDelta

__all__ = [
    "Backend",
    "Budget",
    "CachedChatbot",
    "ChatStats",
    "Fallback",
    "File",
    "Image",
    "ModelQuotaStats",
    "Moderator",
    "PartialOutput",
    "Price",
    "Question",
    "ReasoningDelta",
    "Reply",
    "ReplyStream",
    "TextDelta",
    "Tool",
    "ToolCall",
    "ToolContext",
    "ToolFinished",
    "ToolStarted",
    "ToolStep",
    "Usage",
]
