"""Context of the routes: rate limit, users, request ids, error hook, request log, draining."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from asyncassist import AsyncHandler, CachedChatbot, TravelAssistant
from asyncassist.testing import FakeClock
from asyncassist.web import Request, Service, WebSettings
from asyncassist.web.context import assign_request_id
from tests.web.components import FakeAssistant, get, post, read, service_of


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
    assert jobs == 1
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


@pytest.mark.parametrize(
    ("given", "accepted"),
    [("my-id_1", True), ("a" * 64, True), ("a" * 65, False), ("", False), ("a b", False), ("é", False), (None, False)],
)
def test_request_id_of_the_client_is_used_if_valid(given, accepted):
    """Up to 64 ASCII letters, digits, `_` and `-`; otherwise the request gets a random id."""
    request = get("/", **({} if given is None else {"x_request_id": given}))

    assign_request_id(request)

    assert (request.request_id == given) == accepted
    assert request.request_id


def test_assigned_request_id_stays():
    """A second assignment does not change the id that has been logged already."""
    request = get("/")
    assign_request_id(request)
    first = request.request_id

    assign_request_id(request)

    assert request.request_id == first


async def test_statistics_are_listed_by_component():
    """A component that the assistant does not have is left out, and only those with a cache can be cleared."""
    assistant = FakeAssistant()
    assistant.flights = None
    async with service_of(assistant) as service:
        assert set(service.stats()) == {"nlp", "state", "chatbot", "http"}
        assert "flights" not in service.caches()
        assert all(hasattr(component, "clear_cache") for component in service.caches().values())
        assert "nlp" in service.cache_stats()
        assert "flights" not in service.cache_stats()


async def test_a_setting_that_a_component_refuses_at_opening_is_named_in_the_log(monkeypatch, tmp_path, caplog):
    """The liveness probe must not wait for it, so the service opens; the log names the variable and the problem."""
    monkeypatch.setenv("ASYNCASSIST_JOURNAL", str(tmp_path / ("x" * 300)))

    async with Service.from_env() as service, asyncio.timeout(20.0):
        while not service.warm:
            await asyncio.sleep(0.01)

    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert any("ASYNCASSIST_JOURNAL: the folder cannot be made" in error for error in errors)


async def test_metrics_show_the_quotas_of_origins_and_models():
    """What the HTTP handler and the chatbot know of announced quotas is read at each scrape."""

    async def answer(request: web.Request) -> web.Response:
        headers = {
            "X-RateLimit-Limit-Requests": "60",
            "X-RateLimit-Remaining-Requests": "40",
            "X-RateLimit-Reset-Requests": "86400s",
        }
        message = {"message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}
        return web.json_response({"choices": [message]}, headers=headers)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    assistant = FakeAssistant()
    async with (
        TestServer(application) as server,
        AsyncHandler() as http,
        CachedChatbot(model="m", api_key="k", base_url=str(server.make_url("/v1"))) as chatbot,
    ):
        assistant.http, assistant.chatbot = http, chatbot
        origin = str(server.make_url("/")).rstrip("/")
        await http.get(f"{origin}/x")
        await chatbot.reply("hello")
        async with service_of(assistant) as service:
            text = (await service.handle(get("/metrics"))).body.decode()

    assert f'asyncassist_quota_requests_remaining{{component="http",service="{origin}"}} 40.' in text
    assert f'asyncassist_quota_waiting{{component="http",service="{origin}"}} 0.0' in text
    assert 'asyncassist_quota_requests_remaining{component="chatbot",service="m"} 40.' in text
    assert 'asyncassist_quota_next_seconds{component="chatbot",service="m"} 0.0' in text
