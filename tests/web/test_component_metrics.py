"""Metrics of the components, read from their statistics."""

from __future__ import annotations

import json
from decimal import Decimal

from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client.parser import text_string_to_metric_families

from asyncassist import AsyncHandler, CachedChatbot, Price, Retry, TravelAssistant
from asyncassist.errors import FlightError
from asyncassist.flights import AsyncFlightClient
from asyncassist.testing import FakeOpenAI
from asyncassist.web import Request, Service
from asyncassist.web.component_metrics import METRICS
from tests.web.components import FakeAssistant, get, service_of


async def samples(service: Service) -> dict[str, float]:
    """Return the value of each sample, by its name without the prefix and the values of its labels."""
    text = (await service.handle(get("/metrics"))).body.decode()
    return {
        " ".join([sample.name.removeprefix("asyncassist_"), *(value for _, value in sorted(sample.labels.items()))]):
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }  # fmt: skip


def post(path: str, **body: object) -> Request:
    return Request("POST", path, headers={"content-type": "application/json"}, body=json.dumps(body).encode())


class FailingProvider:
    """Flight provider whose searches fail."""

    name = "failing"
    capabilities = frozenset({"search"})

    async def search(self, query, context):
        raise FlightError("unavailable", provider=self.name, code="503")
        yield


async def test_turns_are_measured():
    """Replies by source, stages, searches, providers, sessions; the build, the memory and the event loop."""
    async with Service() as service:
        await service.handle(post("/chat", message="From Lisbon to Berlin next Friday"))
        await service.handle(post("/chat", message="hello"))
        found = await samples(service)

    assert (found["replies_total flights"], found["replies_total rules"]) == (1, 1)
    assert found["stage_seconds 0.5 total"] > 0
    assert (found["searches_total all"], found["provider_searches_total sandbox"]) == (1, 1)
    assert found["provider_seconds sandbox 0.5"] > 0
    assert found["state_writes_total"] >= 2
    assert found["journal_depth"] == 0
    assert found["memory_bytes"] > 10_000_000
    assert any(name.startswith("build_info") for name in found)


async def test_degraded_replies_are_counted_by_reason():
    """A failed provider is one; what stands in brackets is not part of the label."""
    async with (
        AsyncFlightClient(providers=[FailingProvider()]) as flights,
        TravelAssistant(flights=flights) as assistant,
        Service(assistant=assistant) as service,
    ):
        await service.handle(post("/chat", message="From Lisbon to Berlin next Friday"))
        found = await samples(service)
        reasons = assistant.stats()["reasons"]

    assert sum(reasons.values()) == 1
    (reason,) = reasons
    assert reason.startswith("flights: ")
    assert found[f"degraded_replies_total {reason}"] == 1
    assert found["provider_failures_total failing"] == 1
    assert found["searches_total failed"] == 1


async def test_models_tokens_and_cost_are_measured():
    """Replies by source, tokens by kind, and the cost of a model with a price."""
    price = Price(prompt=Decimal(1), completion=Decimal(2))
    async with (
        FakeOpenAI() as model,
        CachedChatbot(model="any", base_url=model.base_url, prices={"any": price}) as chatbot,
        TravelAssistant(chatbot=chatbot) as assistant,
        Service(assistant=assistant) as service,
    ):
        for _ in range(2):
            await service.handle(post("/api/async/chatbot", message="What is a fjord?"))
        found = await samples(service)

    assert (found["chatbot_replies_total model"], found["chatbot_replies_total cache"]) == (1, 1)
    assert found["tokens_total prompt"] > 0
    assert found["tokens_total saved"] > 0
    assert found["cost_total USD"] > 0
    assert found["model_failures_total"] == 0


async def test_origins_are_measured():
    """Attempts, failures and the breaker of each origin that the handler called."""

    async def fail(request: web.Request) -> web.Response:
        return web.Response(status=500)

    application = web.Application()
    application.router.add_get("/", fail)
    async with (
        TestServer(application) as server,
        AsyncHandler(retry=Retry(attempts=1)) as http,
        TravelAssistant(http=http) as assistant,
        Service(assistant=assistant) as service,
    ):
        url = str(server.make_url("/"))
        await http.get(url)
        found = await samples(service)
    origin = url.rstrip("/")

    assert (found[f"origin_requests_total {origin}"], found[f"origin_failures_total {origin}"]) == (1, 1)
    assert found[f"origin_breaker {origin}"] == 0
    assert found["http_connections_total opened"] == 1


async def test_components_without_statistics_have_no_series():
    """A test double of a component breaks no scrape; limits that were hit are counted all the same."""
    async with service_of() as service:
        await service.handle(get("/no-such-page"))
        found = await samples(service)

    assert found["problems_total no-route"] == 1
    assert "searches_total all" not in found


def test_names_are_unique():
    """Two families with one name would be refused by Prometheus."""
    names = [metric.name for metric in METRICS]

    assert len(set(names)) == len(names)


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
