"""Session state: sessions, conversations and locks in memory, Redis, PostgreSQL or SQLite."""

from asyncassist._state.manager import AsyncStateManager
from asyncassist._state.models import Conflict, Erased, Lease, MutableSession, Session, StateStats
from asyncassist._stores.conversation_info import ConversationInfo
from asyncassist._stores.encryption import Encryption
from asyncassist._stores.search import SearchHit

__all__ = [
    "AsyncStateManager",
    "Conflict",
    "ConversationInfo",
    "Encryption",
    "Erased",
    "Lease",
    "MutableSession",
    "SearchHit",
    "Session",
    "StateStats",
]
