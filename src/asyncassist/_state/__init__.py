"""Session state: sessions, conversations and locks in memory, Redis, PostgreSQL or SQLite."""

from asyncassist._state.manager import AsyncStateManager
from asyncassist._state.models import Conflict, Lease, MutableSession, Session, StateStats
from asyncassist._stores.conversation_info import ConversationInfo
from asyncassist._stores.search import SearchHit

__all__ = [
    "AsyncStateManager",
    "Conflict",
    "ConversationInfo",
    "Lease",
    "MutableSession",
    "SearchHit",
    "Session",
    "StateStats",
]
