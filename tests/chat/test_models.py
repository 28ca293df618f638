"""Public value types of the chatbot."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from asyncassist import Backend
from asyncassist._chat import Price, Reply
from asyncassist.errors import ConfigurationError


@pytest.mark.parametrize("price", [{"prompt": 1.5}, {"prompt": Decimal(-1)}, {"prompt": Decimal("NaN")}])
def test_a_price_must_be_a_finite_decimal_from_0(price: dict[str, Any]):
    """Floats, negative prices and NaN are rejected."""
    with pytest.raises(ConfigurationError):
        Price(**{"completion": Decimal(1), **price})


def test_prompt_tokens_from_the_providers_cache_have_their_own_price():
    """Tokens from the provider's prompt cache are charged at the price of `cached`."""
    price = Price(prompt=Decimal(10), completion=Decimal(20), cached=Decimal(1))

    assert price.of(1_000_000, 1_000_000, 500_000) == Decimal("25.5")


@pytest.mark.parametrize(
    ("settings", "configured"),
    [
        ({}, False),
        ({"api_key": "k"}, True),
        ({"base_url": "http://localhost/v1"}, True),
        ({"client": SimpleNamespace(chat=object())}, True),
    ],
)
def test_a_backend_is_configured_by_client_key_or_base_url(settings: dict[str, Any], configured: bool):
    """A model name alone does not say which server to call."""
    assert Backend("m", **settings).configured is configured


def test_a_backend_does_not_reveal_its_key():
    """Neither its repr nor its dictionary contains the credentials."""
    backend = Backend("m", "sk-secret", "http://localhost/v1")

    assert "secret" not in repr(backend)
    assert backend.to_dict() == {"model": "m", "base_url": "http://localhost/v1"}


def test_a_backend_does_not_show_the_credentials_of_its_address():
    """Neither in its repr nor in its mapping."""
    backend = Backend("m", base_url="https://svc:S3CRET@gateway.example/v1?key=S3CRET")

    assert "S3CRET" not in repr(backend) + str(backend.to_dict())
    assert backend.to_dict() == {"model": "m", "base_url": "https://gateway.example/v1"}


@pytest.mark.parametrize("url", ["https://svc:S3CRET/x@gateway.example/v1", "http://[::1", "gateway", 7])
def test_an_address_that_cannot_be_read_is_refused(url: Any):
    """By an error that does not quote it."""
    with pytest.raises(ConfigurationError, match="base_url") as caught:
        Backend("m", base_url=url)

    assert "S3CRET" not in str(caught.value)


@pytest.mark.parametrize("key", ["S3CRET\n", "“S3CRET”", "S3CRETé", "S3CRET\u200b", "S3CRET\r\nX: y"])
def test_a_key_that_no_header_can_carry_is_refused(key: str):
    """At once, instead of failing each call; the error does not quote it."""
    with pytest.raises(ConfigurationError, match="api_key: must be printable ASCII") as caught:
        Backend("m", key)

    assert "S3CRET" not in str(caught.value)


def test_a_reply_is_readable():
    """`str` is its text; `repr` cuts the text and leaves out what has its default."""
    reply = Reply(text="word " * 100, source="model", degraded=False, reason=None, conversation_id="c", request_id="r")

    assert str(reply) == reply.text
    assert len(repr(reply)) < 250
    assert "tool_calls" not in repr(reply)
