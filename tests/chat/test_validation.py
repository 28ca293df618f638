"""Constructor arguments of CachedChatbot."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from typing import Any

import pytest

from asyncassist import Backend, CachedChatbot
from asyncassist.errors import AsyncAssistError, ConfigurationError

INVALID: list[tuple[dict[str, Any], str]] = [
    ({"model": ""}, "model"),
    ({"model": 7}, "model"),
    ({"api_key": " "}, "api_key"),
    ({"base_url": "localhost:8000"}, "base_url"),
    ({"client": object(), "api_key": "k"}, "client"),
    ({"system": 7}, "system"),
    ({"system": "\ud800"}, "system"),
    ({"ttl": -1}, "ttl"),
    ({"ttl": float("nan")}, "ttl"),
    ({"max_entries": 0}, "max_entries"),
    ({"stale_for": -1}, "stale_for"),
    ({"redis": "localhost"}, "redis"),
    ({"history": object()}, "history"),
    ({"fallback": "sorry"}, "fallback"),
    ({"others": ["backup"]}, "others[0]"),
    ({"others": [Backend("backup")]}, "others[0]"),
    ({"retry": 3}, "retry"),
    ({"breaker": True}, "breaker"),
    ({"timeout": "30"}, "timeout"),
    ({"timeout": True}, "timeout"),
    ({"timeout": -1.0}, "timeout"),
    ({"fallback": lambda question: "later"}, "fallback"),
    ({"moderate": print}, "moderate"),
    ({"max_history_tokens": -1}, "max_history_tokens"),
    ({"busy": "wait"}, "busy"),
    ({"busy": ["queue"]}, "busy"),
    ({"others": None}, "others"),
    ({"others": 7}, "others"),
    ({"now": None}, "now"),
    ({"now": 7}, "now"),
    ({"moderate": True}, "moderate"),
    ({"prices": {"m": 3}}, "prices"),
    ({"prices": [3]}, "prices"),
    ({"max_chars": 0}, "max_chars"),
]


@pytest.mark.parametrize(("arguments", "field"), INVALID)
def test_an_invalid_argument_is_named(arguments: dict[str, Any], field: str):
    """An invalid argument raises a ConfigurationError with its name at construction, without an event loop."""
    with pytest.raises(ConfigurationError) as caught:
        CachedChatbot(**{"model": "m", **arguments})
    assert caught.value.field == field


WRONG_KINDS: list[Any] = [None, 7, ["x"], {"a": 1}, b"x", dt.date(2026, 1, 1), float("nan"), object()]
METHODS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "reply": ({"message": "x"}, ("message", "conversation_id", "user", "system", "context", "request_id", "cache")),
    "messages": ({"conversation_id": "c"}, ("conversation_id", "user", "limit")),
    "forget": ({"conversation_id": "c"}, ("conversation_id", "user")),
    "clear_cache": ({}, ("user",)),
    "extract": ({"text": "x", "instructions": "y", "schema": {"type": "object"}}, ("text", "instructions", "schema")),
}


@pytest.mark.parametrize("name", METHODS)
async def test_arguments_of_wrong_kinds_raise_typed_errors(name: str):
    """Each argument of each method: it works, or raises an error of ours, never one of Python's."""
    valid, fields = METHODS[name]
    async with CachedChatbot(model="m") as bot:
        for field, value in itertools.product(fields, WRONG_KINDS):
            with contextlib.suppress(AsyncAssistError):
                await getattr(bot, name)(**{**valid, field: value})
