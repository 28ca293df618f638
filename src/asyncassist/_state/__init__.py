"""Session state: sessions, conversations and locks in memory, Redis, PostgreSQL or SQLite."""

from asyncassist._state.manager import AsyncStateManager
from asyncassist._state.models import Conflict, Lease, MutableSession, Session, StateStats

__all__ = ["AsyncStateManager", "Conflict", "Lease", "MutableSession", "Session", "StateStats"]
