"""Dispatch of requests by a service without a server."""

from __future__ import annotations

import asyncio

import pytest

from asyncassist.errors import ConfigurationError
from asyncassist.web import HealthCheck, Service
from tests.web.components import FakeAssistant, get, post, read, service_of


async def test_closed_service_answers_503():
    """After closing, every request gets a 503 instead of an exception; open streams have ended."""
    assistant = FakeAssistant()
    assistant.release = asyncio.Event()
    service = service_of(assistant)
    async with service:
        response = await service.handle(post("/chat", {"message": "one two", "stream": True}))
        while b"event: delta" not in await anext(response.body):
            pass
        assert assistant.running == 1
    after = await service.handle(get("/health"))

    assert assistant.running == 0
    assert (after.status, read(after)["type"]) == (503, "urn:asyncassist:problem:closing")


async def test_admin_routes_are_disabled_without_a_token():
    """The 403 names the environment variable."""
    async with service_of() as service:
        response = await service.handle(post("/api/async/clear-cache", {}))

    assert response.status == 403
    assert "ASYNCASSIST_ADMIN_TOKEN" in read(response)["detail"]


async def test_denied_address_is_rejected_before_routing():
    """An unknown path gets the same 403."""
    async with service_of(deny=("192.0.2.0/24",)) as service:
        response = await service.handle(get("/nowhere"))

    assert response.status == 403


def test_invalid_arguments_are_rejected():
    """The error names the argument, for the service and for its health checks."""
    with pytest.raises(ConfigurationError, match="user"):
        Service(user="ann")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="on_error"):
        Service(on_error=1)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="name"):
        HealthCheck(name="", run=lambda: None)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="run"):
        HealthCheck(name="a", run=1)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="distinct names"):
        Service(assistant=FakeAssistant(), checks=[HealthCheck(name="nlp", run=lambda: None)])  # type: ignore[arg-type]


async def test_head_is_a_get_without_the_body():
    """Status and headers are those of GET."""
    async with service_of() as service:
        whole = await service.handle(get("/openapi.json"))
        head = await service.handle(get("/openapi.json", method="HEAD"))

    assert (head.status, head.body) == (200, b"")
    assert head.header("content-length") == whole.header("content-length") == str(len(whole.body))


async def test_client_that_disconnects_gets_no_response():
    """The work is cancelled, and status 499 tells the adapter to send nothing."""
    assistant = FakeAssistant()
    assistant.release = asyncio.Event()
    disconnected = asyncio.Event()
    request = post("/chat", {"message": "hello"})

    async def gone() -> None:
        await disconnected.wait()

    request.gone = gone
    async with service_of(assistant) as service:
        task = asyncio.ensure_future(service.handle(request))
        while not assistant.running:
            await asyncio.sleep(0.001)
        disconnected.set()
        response = await task

    assert (response.status, assistant.running) == (499, 0)


async def test_api_responses_are_not_stored_by_caches():
    """Responses of the API carry `no-store` and the security headers, also those of errors."""
    async with service_of() as service:
        responses = [await service.handle(get(path)) for path in ("/api/async/cache-stats", "/nowhere")]

    for response in responses:
        assert response.header("cache-control") == "no-store"
        assert response.header("x-content-type-options") == "nosniff"
        assert response.header("content-security-policy") == "default-src 'none'; frame-ancestors 'none'"


async def test_every_route_but_the_liveness_probe_checks_the_host():
    """A page that points its own name at the service gets nothing, over HTTP or a WebSocket; a probe goes by address."""
    sender = {"peer": "127.0.0.1", "host": "evil.example", "origin": "http://evil.example"}
    requests = [get(path, **sender) for path in ("/", "/health", "/metrics", "/nowhere")]
    requests += [post("/chat", {"message": "hello"}, **sender), get("/ws/chat", upgrade="websocket", **sender)]
    sent: list[str] = []

    async def send(text: str) -> None:
        sent.append(text)

    async def receive() -> None:
        raise AssertionError("nothing is received under another name")

    async with service_of() as service:
        refused = [(await service.handle(request)).status for request in requests]
        alive = await service.handle(get("/health", "probe=live", **sender))
        await service.websocket(get("/ws/chat", **sender), receive, send)

    assert refused == [421] * 6
    assert alive.status == 200
    assert '"status":421' in sent[0]
