"""Routes of the performance test and of clearing caches, called through a service without a server."""

from __future__ import annotations

import asyncio

from tests.web.components import ADMIN, FakeAssistant, post, read, service_of


async def test_second_performance_test_is_rejected():
    """While one performance test runs, another gets a 409."""
    async with service_of() as service:
        first = asyncio.ensure_future(service.handle(post("/api/async/performance-test", {"requests": 1, "delay": 0})))
        while not service.performance_test_running:
            await asyncio.sleep(0)
        second = await service.handle(post("/api/async/performance-test", {}))
        done = await first

    assert (second.status, read(second)["type"]) == (409, "urn:asyncassist:problem:test-running")
    assert done.status == 200
    assert not service.performance_test_running


async def test_clear_cache_without_a_name_clears_all():
    """The admin token is required, and the response counts the removed entries."""
    assistant = FakeAssistant()
    async with service_of(assistant, admin_token=ADMIN) as service:
        for component in (assistant.nlp, assistant.flights):
            component.cache.put("key", "value", ttl=10.0)
        response = await service.handle(post("/api/async/clear-cache", b"", authorization=f"Bearer {ADMIN}"))

    assert read(response) == {"cleared": 2}
