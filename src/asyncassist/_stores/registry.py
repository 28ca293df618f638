"""Registered kinds of stores, and which of the configured stores holds what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncassist._stores.memory_store import MEMORY
from asyncassist._stores.postgres import POSTGRES
from asyncassist._stores.redis import REDIS
from asyncassist._stores.sqlite import SQLITE
from asyncassist._stores.store import ConversationStore, OwnerRecords, RetainsConversations, SessionStore, StoreKind
from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist._stores.store import StoreOptions

_SESSION_STORES = (REDIS, SQLITE, POSTGRES)
_CONVERSATION_STORES = (POSTGRES, SQLITE)
"""In order of preference. Conversations in none of them live where sessions do."""

STORES: Mapping[str, StoreKind] = {kind.name: kind for kind in (*_SESSION_STORES, *_CONVERSATION_STORES)}
"""Every kind of store that an argument names, by the name of its argument."""


@dataclass(frozen=True, slots=True)
class ConfiguredStore:
    """Store that a manager uses: its kind, and the value of its argument."""

    kind: StoreKind
    value: Any


_IN_MEMORY = ConfiguredStore(MEMORY, None)


def select_stores(
    *, session_store: object = None, conversation_store: object = None, **values: Any
) -> tuple[ConfiguredStore, ConfiguredStore]:
    """Return the store of sessions and locks, and that of conversations; one that holds both comes twice.

    Args:
        session_store: Store of sessions that was handed in; None for none.
        conversation_store: Store of conversations that was handed in; None for none.
        **values: Arguments of the manager by the name of their kind; None for a store that is not configured.

    Raises:
        ConfigurationError: A value does not name a store of its kind, or an object is no store.
    """
    checked = {name: STORES[name].check(name, value) for name, value in values.items()}
    configured = {name: ConfiguredStore(STORES[name], value) for name, value in checked.items() if value is not None}
    is_same = conversation_store is session_store
    sessions = next((configured[kind.name] for kind in _SESSION_STORES if kind.name in configured), _IN_MEMORY)
    if session_store is not None:
        if not isinstance(session_store, SessionStore):
            raise ConfigurationError("session_store", "lacks a member of SessionStore")
        sessions = _handed_in("session_store", session_store)
    if conversation_store is not None:
        if not isinstance(conversation_store, ConversationStore):
            raise ConfigurationError("conversation_store", "lacks a member of ConversationStore")
        return sessions, sessions if is_same else _handed_in("conversation_store", conversation_store)
    holds_both = session_store is None or isinstance(session_store, ConversationStore)
    others = (configured[kind.name] for kind in _CONVERSATION_STORES if kind.name in configured)
    return sessions, next(others, sessions if holds_both else _IN_MEMORY)


def check_capabilities(
    sessions: ConfiguredStore, conversations: ConfiguredStore, *, encrypts: bool, retains: bool
) -> None:
    """Check that stores that were handed in can do what is asked for.

    Args:
        sessions: Store of sessions.
        conversations: Store of conversations.
        encrypts: Whether data is to be encrypted.
        retains: Whether conversations are to be deleted once they were unused for long.

    Raises:
        ConfigurationError: One of them cannot.
    """
    for configured in (sessions, conversations):
        if encrypts and configured.kind.is_handed_in and not isinstance(configured.value, OwnerRecords):
            raise ConfigurationError("encryption", f"needs the methods of OwnerRecords in {configured.kind.name}")
    if retains and conversations.kind.is_handed_in and not isinstance(conversations.value, RetainsConversations):
        raise ConfigurationError("retention", f"needs delete_unused in {conversations.kind.name}")


def _handed_in(name: str, store: object) -> ConfiguredStore:
    """Return a store that was handed in, under the name of its argument."""
    kind = StoreKind(
        name=name, label=f"the {name.replace('_', ' ')}", open=_return, is_buffered=False, is_handed_in=True
    )
    return ConfiguredStore(kind, store)


async def _return(store: object, _: StoreOptions) -> object:
    """Return a store that is open already."""
    return store
