"""CachedChatbot and its public value types."""

from __future__ import annotations

from asyncassist._chat.chatbot import CachedChatbot
from asyncassist._chat.models import Backend, ChatStats, Fallback, Moderator, Price, Question, Reply, Usage
from asyncassist._chat.streaming import ReplyStream

__all__ = [
    "Backend",
    "CachedChatbot",
    "ChatStats",
    "Fallback",
    "Moderator",
    "Price",
    "Question",
    "Reply",
    "ReplyStream",
    "Usage",
]
