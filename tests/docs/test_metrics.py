"""The page of metrics agrees with what is measured."""

import datetime as dt
import re
from pathlib import Path

import pytest
from aiohttp import web as server
from aiohttp.test_utils import TestServer
from prometheus_client.parser import text_string_to_metric_families

from asyncassist import AsyncFlightClient, AsyncHandler, CachedChatbot, FlightQuery, Retry, TravelAssistant
from asyncassist._events import listen
from asyncassist.errors import FlightError, UpstreamError
from asyncassist.testing import FakeOpenAI
from asyncassist.web import Request, Service
from asyncassist.web.component_metrics import METRICS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"
_SUFFIXES = {"counter": "_total"}


def table(title):
    """Return the cells of the rows below a heading of the page."""
    section = PAGE.read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:-1] for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in row] for row in rows]


def words(cell):
    """Return the words in backticks."""
    return set(re.findall(r"`([^`]+)`", cell))


async def test_prometheus_metrics_are_documented():
    """Names, types and labels agree in both directions; a family of the components names its labels itself."""
    async with Service() as service:
        await service.handle(Request("GET", "/health"))
        metrics = (await service.handle(Request("GET", "/metrics"))).body.decode()
    found = {}
    for family in text_string_to_metric_families(metrics):
        labels = set().union(*(sample.labels for sample in family.samples)) - {"le"}
        found[family.name + _SUFFIXES.get(family.type, "")] = (family.type, labels)
    for metric in METRICS:
        found[f"asyncassist_{metric.name}{_SUFFIXES.get(metric.kind, '')}"] = (metric.kind, set(metric.labels))

    assert {name.strip("`"): (kind, words(labels)) for name, kind, labels, _ in table("Prometheus")} == found


class FailingProvider:
    """Flight provider whose every call fails."""

    name = "failing"
    capabilities = frozenset({"search", "price", "places"})

    async def search(self, query, context):
        raise FlightError("unavailable", provider=self.name, code="503")
        yield

    async def price(self, offer, context):
        raise FlightError("unavailable", provider=self.name, code="503")

    async def places(self, text):
        raise FlightError("unavailable", provider=self.name, code="503")


async def emit_every_event():
    """Emit every kind of event at least once, with all its attributes."""
    query = FlightQuery("LIS", "BER", dt.date.today() + dt.timedelta(days=40))
    async with FakeOpenAI() as model, CachedChatbot(model="any", base_url=model.base_url) as bot:
        await bot.reply("hello")
        async with bot.stream("hello again") as stream:
            async for _ in stream:
                pass
    async with AsyncFlightClient() as flights:
        offer = (await flights.search(query)).offers[0]
        await flights.price(offer)
    async with AsyncFlightClient(providers=[FailingProvider()]) as flights:
        await flights.search_many([query])
        await flights.places("zzzz")
        with pytest.raises(FlightError):
            await flights.price(type(offer)(**{**fields(offer), "provider": "failing"}))
    async with TravelAssistant() as assistant, Service(assistant=assistant) as service:
        body = b'{"message": "hello"}'
        await service.handle(Request("POST", "/chat", headers={"content-type": "application/json"}, body=body))
    application = server.Application()
    async with TestServer(application) as origin, AsyncHandler(retry=Retry(attempts=2, base=0.001)) as http:
        url = origin.make_url("/none")
        await http.get(url)
        await origin.close()
        with pytest.raises(UpstreamError):
            await http.get(url)


def fields(value):
    return {name: getattr(value, name) for name in type(value).__dataclass_fields__}


async def test_opentelemetry_events_are_documented():
    """Names and attributes agree in both directions."""
    emitted = {}
    with listen(lambda event: emitted.setdefault(event.name, set()).update(event.attributes)):
        await emit_every_event()

    assert {name.strip("`"): words(attributes) for name, attributes, _ in table("OpenTelemetry")} == emitted
