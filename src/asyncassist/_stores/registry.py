"""Registered kinds of stores, and which of those that are configured holds what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncassist._stores.postgres import POSTGRES
from asyncassist._stores.redis import REDIS
from asyncassist._stores.sqlite import SQLITE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist._stores.store import StoreKind

_SESSION_STORES = (REDIS, SQLITE, POSTGRES)
_CONVERSATION_STORES = (POSTGRES, SQLITE)
"""In order of preference. Conversations in none of them live where sessions do."""

STORES: Mapping[str, StoreKind] = {kind.name: kind for kind in (*_SESSION_STORES, *_CONVERSATION_STORES)}
"""Every kind of store, by the name of its argument."""


def check_stores(**values: Any) -> dict[str, Any]:
    """Return the values of the configured stores, by name.

    Args:
        **values: Arguments of the manager; None for a store that is not configured.

    Raises:
        ConfigurationError: A value does not name a store of its kind.
    """
    checked = {name: STORES[name].check(name, value) for name, value in values.items()}
    return {name: value for name, value in checked.items() if value is not None}


def select_session_store(configured: Mapping[str, Any]) -> StoreKind | None:
    """Return the kind that holds sessions and locks; None for this process."""
    return next((kind for kind in _SESSION_STORES if kind.name in configured), None)


def select_conversation_store(configured: Mapping[str, Any]) -> StoreKind | None:
    """Return the kind that holds conversations; None for this process."""
    return next((kind for kind in _CONVERSATION_STORES if kind.name in configured), select_session_store(configured))
