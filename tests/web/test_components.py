"""Components of a service: which are built, which are the caller's, and who closes them."""

from __future__ import annotations

import asyncio

import pytest

from asyncassist import AsyncHandler
from asyncassist.errors import ClosedError, ConfigurationError
from asyncassist.web import Service, WebSettings
from asyncassist.web.components import assistant_from_env
from tests.web.components import FakeAssistant, get, post, read, service_of


async def test_embedded_components_work_offline():
    """Without arguments, everything runs in this process and without network access."""
    embedded = await asyncio.to_thread(Service, settings=WebSettings(rate_limit=0))
    async with embedded as service:
        chat = read(await service.handle(post("/chat", {"message": "Flights from Lisbon to Paris next Friday"})))
        chatbot = read(await service.handle(post("/api/async/chatbot", {"message": "hello"})))
        health = await service.handle(get("/health"))

    assert chat["source"] == "flights"
    assert (chatbot["source"], chatbot["degraded"], chatbot["reason"]) == ("fallback", True, "no model configured")
    assert health.status == 200


async def test_missing_components_are_built_and_closed():
    """An assistant without chatbot and HTTP handler gets both, and the service closes both, but not the assistant."""
    assistant = FakeAssistant()
    service = service_of(assistant)
    async with service:
        assert set(service.components.owned) == {service.http, service.chatbot}
        assert service.components.component("flights") is assistant.flights
        assert service.components.component("http") is service.http

    with pytest.raises(ClosedError):
        await service.http.get("http://127.0.0.1:9/")
    with pytest.raises(ClosedError):
        await service.chatbot.reply("hello")


async def test_components_of_the_caller_stay_open():
    """The HTTP handler of the assistant is used, and not closed with the service."""
    assistant = FakeAssistant()
    async with AsyncHandler() as http:
        assistant.http = http
        async with service_of(assistant) as service:
            assert service.http is http
            assert http not in service.components.owned

        assert (await http.health()).status == "pass"


def test_error_of_the_chatbot_names_the_variable(monkeypatch):
    """A model's server that cannot be used is named as the operator has written it."""
    monkeypatch.setenv("OPENAI_BASE_URL", "ftp://model.example")

    with pytest.raises(ConfigurationError) as caught:
        assistant_from_env()

    assert caught.value.field == "OPENAI_BASE_URL"


async def test_statistics_are_listed_by_component():
    """A component that the assistant does not have is left out, and only those with a cache can be cleared."""
    assistant = FakeAssistant()
    assistant.flights = None
    async with service_of(assistant) as service:
        assert set(service.components.stats()) == {"nlp", "state", "chatbot", "http"}
        assert "flights" not in service.components.caches()
        assert all(hasattr(component, "clear_cache") for component in service.components.caches().values())
        assert "nlp" in service.components.cache_stats()
        assert "flights" not in service.components.cache_stats()
