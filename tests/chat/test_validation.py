"""Constructor arguments of CachedChatbot."""

from __future__ import annotations

from typing import Any

import pytest

from asyncassist import Backend, CachedChatbot
from asyncassist.errors import ConfigurationError

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
    ({"timeout": 30}, "timeout"),
    ({"max_history_tokens": -1}, "max_history_tokens"),
    ({"busy": "wait"}, "busy"),
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
