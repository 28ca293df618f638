"""Registered stores: which of those that are configured holds sessions, and which conversations."""

from __future__ import annotations

import pytest

from asyncassist import _environment
from asyncassist._stores.registry import STORES, check_stores, select_conversation_store, select_session_store
from asyncassist.errors import ConfigurationError

REDIS, POSTGRES = "redis://127.0.0.1:1", "postgres://127.0.0.1:1/app"


@pytest.mark.parametrize(
    ("given", "sessions", "conversations"),
    [
        ({}, None, None),
        ({"redis": REDIS}, "redis", "redis"),
        ({"postgres": POSTGRES}, "postgres", "postgres"),
        ({"sqlite": "x"}, "sqlite", "sqlite"),
        ({"redis": REDIS, "postgres": POSTGRES}, "redis", "postgres"),
        ({"redis": REDIS, "sqlite": "x"}, "redis", "sqlite"),
        ({"postgres": POSTGRES, "sqlite": "x"}, "sqlite", "postgres"),
        ({"redis": REDIS, "postgres": POSTGRES, "sqlite": "x"}, "redis", "postgres"),
    ],
    ids=str,
)
def test_the_preferred_store_that_is_configured_is_selected(given, sessions, conversations):
    """Conversations live where sessions do, unless a store of their own is configured."""
    stores = check_stores(**{**dict.fromkeys(STORES), **given})

    session_kind, conversation_kind = select_session_store(stores), select_conversation_store(stores)

    assert (session_kind and session_kind.name) == sessions
    assert (conversation_kind and conversation_kind.name) == conversations


@pytest.mark.parametrize("name", STORES)
def test_an_invalid_store_names_its_argument(name):
    """What names no store raises ConfigurationError with the argument's name."""
    with pytest.raises(ConfigurationError) as caught:
        check_stores(**{name: 7})

    assert caught.value.field == name


@pytest.mark.parametrize("kind", STORES.values(), ids=STORES)
def test_each_store_has_a_variable(kind):
    """Its variable is one that the package knows, so that a misspelled name is noticed."""
    assert kind.variable in _environment.VARIABLES
