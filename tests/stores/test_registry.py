"""Registered stores: which of those that are configured holds sessions, and which conversations."""

from __future__ import annotations

import pytest

from asyncassist import AsyncStateManager, Encryption, _environment
from asyncassist._stores.registry import STORES, select_stores
from asyncassist.errors import ConfigurationError
from examples.folder_conversations import FolderConversations
from examples.folder_sessions import FolderSessions

REDIS, POSTGRES = "redis://127.0.0.1:1", "postgres://127.0.0.1:1/app"


@pytest.mark.parametrize(
    ("given", "sessions", "conversations"),
    [
        ({}, "memory", "memory"),
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
    found = select_stores(**{**dict.fromkeys(STORES), **given})

    assert [configured.kind.name for configured in found] == [sessions, conversations]


@pytest.mark.parametrize("name", STORES)
def test_an_invalid_store_names_its_argument(name):
    """What names no store raises ConfigurationError with the argument's name."""
    with pytest.raises(ConfigurationError) as caught:
        select_stores(**{name: 7})

    assert caught.value.field == name


class FullStore(FolderSessions, FolderConversations):
    """Store of sessions and conversations."""


SESSIONS, CONVERSATIONS, BOTH = FolderSessions("x"), FolderConversations("x"), FullStore("x")


@pytest.mark.parametrize(
    ("given", "sessions", "conversations"),
    [
        ({"session_store": SESSIONS}, "session_store", "memory"),
        ({"session_store": SESSIONS, "sqlite": "x"}, "session_store", "sqlite"),
        ({"session_store": BOTH}, "session_store", "session_store"),
        ({"session_store": BOTH, "postgres": POSTGRES}, "session_store", "postgres"),
        ({"session_store": BOTH, "conversation_store": BOTH}, "session_store", "session_store"),
        ({"session_store": SESSIONS, "conversation_store": BOTH}, "session_store", "conversation_store"),
        ({"conversation_store": CONVERSATIONS}, "memory", "conversation_store"),
        ({"conversation_store": CONVERSATIONS, "redis": REDIS}, "redis", "conversation_store"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else value,
)
def test_a_store_handed_in_comes_before_all_others(given, sessions, conversations):
    """One that holds both kinds holds conversations too, unless another store of them is configured."""
    found = select_stores(**given)

    assert [configured.kind.name for configured in found] == [sessions, conversations]


@pytest.mark.parametrize(
    ("name", "value"), [("session_store", CONVERSATIONS), ("conversation_store", SESSIONS), ("session_store", "x")]
)
def test_an_object_that_lacks_a_method_is_no_store(name, value):
    """It is refused at construction, with the name of its argument."""
    with pytest.raises(ConfigurationError, match="lacks a member of") as caught:
        AsyncStateManager(**{name: value})

    assert caught.value.field == name


class StoreWithoutSalts:
    """Store of sessions and of nothing else."""

    probe, read, read_many, write = SESSIONS.probe, SESSIONS.read, SESSIONS.read_many, SESSIONS.write
    scan, acquire, release = SESSIONS.scan, SESSIONS.acquire, SESSIONS.release


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("encryption", {"session_store": StoreWithoutSalts(), "encryption": Encryption([b"k" * 32])}),
        ("retention", {"conversation_store": CONVERSATIONS, "retention": 60.0}),
    ],
    ids=["encryption", "retention"],
)
def test_what_a_store_handed_in_cannot_do_is_refused(field, given):
    """Encryption needs the salts of owners, retention a deletion of what was unused."""
    with pytest.raises(ConfigurationError) as caught:
        AsyncStateManager(**given)

    assert caught.value.field == field


@pytest.mark.parametrize("kind", STORES.values(), ids=STORES)
def test_each_store_has_a_variable(kind):
    """Its variable is one that the package knows, so that a misspelled name is noticed."""
    assert kind.variable in _environment.VARIABLES
