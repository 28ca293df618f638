"""Routes of health and statistics, called through a service without a server."""

from __future__ import annotations

from tests.web.components import FakeAssistant, get, service_of


async def test_liveness_probe_runs_no_checks():
    """With every component hanging, the liveness probe is answered without a check; the readiness probe fails."""
    assistant = FakeAssistant()
    components = (assistant.nlp, assistant.state, assistant.flights)
    for component in components:
        component.hang = True
    async with service_of(assistant, health_timeout=0.05) as service:
        answers = [await service.handle(get(path, {"probe": "live"})) for path in ("/health", "/api/async/health")]
        checks = [component.health_calls for component in components]
        ready = await service.handle(get("/health", {"probe": "ready"}))

    assert [answer.status for answer in answers] == [200, 200]
    assert checks == [0, 0, 0]
    assert ready.status == 503
    assert assistant.nlp.health_calls == 1
