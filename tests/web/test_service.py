"""Service without a server: dispatch, rate limit, users, errors, request log, draining."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from asyncassist import TravelAssistant
from asyncassist.errors import ConfigurationError
from asyncassist.testing import FakeClock
from asyncassist.web import HealthCheck, Request, Service, WebSettings
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


async def test_failing_on_error_hook_does_not_affect_the_response(caplog):
    """The client gets its 500, and the log says that the hook failed."""

    def broken(error: BaseException, request: Request) -> None:
        raise RuntimeError

    assistant = FakeAssistant()
    assistant.error = ZeroDivisionError()
    async with service_of(assistant, on_error=broken) as service:
        response = await service.handle(post("/chat", {"message": "hello"}))

    assert response.status == 500
    assert "on_error itself failed: RuntimeError" in caplog.text


@pytest.mark.parametrize("asynchronous", [True, False])
async def test_user_function_separates_sessions(asynchronous):
    """A session belongs to the user whose id the function returned, sync or async; others get a 404."""

    def plain(request: Request) -> str | None:
        return request.header("x-user")

    async def later(request: Request) -> str | None:
        return plain(request)

    async with service_of(user=later if asynchronous else plain) as service:
        first = read(await service.handle(post("/chat", {"message": "hello"}, x_user="ann")))
        path = f"/chat/{first['session_id']}"
        own = await service.handle(get(path, x_user="ann"))
        other = await service.handle(get(path, x_user="bob"))
        anonymous = await service.handle(get(path))

    assert [own.status, other.status, anonymous.status] == [200, 404, 404]


async def test_opening_that_outlasts_the_health_timeout_is_not_started_anew():
    """Each look at the health of a service that still opens is a failure, and the opening goes on until it is done."""
    released, started = threading.Event(), []

    class BusyExecutor(ThreadPoolExecutor):
        def submit(self, work, /, *args, **options):
            started.append(work)
            return super().submit(lambda: (released.wait(), work(*args, **options))[1])

    asyncio.get_running_loop().set_default_executor(BusyExecutor(8))
    assistant = TravelAssistant()
    async with Service(assistant=assistant, settings=WebSettings(health_timeout=0.01, health_fresh=0.0)) as service:
        reports = [await service.health_checker.run() for _ in range(3)]
        jobs = len(started)
        released.set()
        health = await assistant.health()
    await assistant.aclose()

    assert [report.status for report in reports] == ["fail"] * 3
    assert jobs == 2  # the tables of the assistant, and the pages
    assert health.status == "pass"


async def test_rate_limit_is_enforced_and_announced():
    """Headers in every response, 429 with Retry-After; the liveness probe is not counted, and the window slides."""
    clock = FakeClock()
    async with service_of(now=clock, rate_limit=2) as service:
        first = await service.handle(get("/api/async/cache-stats"))
        await service.handle(get("/nowhere"))
        refused = await service.handle(get("/api/async/cache-stats"))
        live = await service.handle(get("/health", {"probe": "live"}))
        other = await service.handle(get("/api/async/cache-stats", peer="192.0.2.99"))
        clock.advance(60.0)
        again = await service.handle(get("/api/async/cache-stats"))

    assert first.header("ratelimit-policy") == '"default";q=2;w=60'
    assert first.header("ratelimit") == '"default";r=1;t=60'
    assert (refused.status, refused.header("retry-after")) == (429, "60")
    assert live.status == 200
    assert live.header("ratelimit") is None
    assert other.status == 200
    assert again.status == 200


async def test_draining_service_is_alive_but_not_ready():
    """The readiness probe fails, so that load balancers stop sending; the liveness probe passes."""
    async with service_of() as service:
        service.drain()
        ready = await service.handle(get("/health", {"probe": "ready"}))
        live = await service.handle(get("/health", {"probe": "live"}))

    assert (ready.status, live.status) == (503, 200)


async def test_request_log_has_no_message_text(caplog):
    """One record per request with route, method and status, but without the text of the user."""
    caplog.set_level(logging.INFO, "asyncassist.web")
    async with service_of() as service:
        await service.handle(post("/chat", {"message": "my private words"}, x_request_id="abc"))

    record = next(record for record in caplog.records if record.message == "request")
    assert (record.route, record.method, record.status) == ("/chat", "POST", 200)
    assert "private" not in caplog.text


async def test_a_setting_that_a_component_refuses_at_opening_is_named_in_the_log(monkeypatch, tmp_path, caplog):
    """The liveness probe must not wait for it, so the service opens; the log names the variable and the problem."""
    monkeypatch.setenv("ASYNCASSIST_JOURNAL", str(tmp_path / ("x" * 300)))

    async with Service.from_env() as service, asyncio.timeout(20.0):
        while not service.warm:
            await asyncio.sleep(0.01)

    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert any("ASYNCASSIST_JOURNAL: the folder cannot be made" in error for error in errors)
