"""Tools of the Model Context Protocol, over the offline components."""

from __future__ import annotations

import datetime as dt
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from asyncassist import AsyncFlightClient, AsyncNLPEngine
from asyncassist.errors import InvalidInputError, OfferExpiredError
from asyncassist.flights import SandboxProvider
from asyncassist.testing import FakeClock
from asyncassist.web.mcp import Toolbox
from asyncassist.web.mcp.tools import ToolError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NOW = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC).timestamp()
TRIP = {"origin": "LIS", "destination": "PAR", "departure_date": "2026-12-20"}


@asynccontextmanager
async def toolbox_of(*providers: Any) -> AsyncIterator[Toolbox]:
    """Return the tools of an offline client and an engine."""
    clock = FakeClock(NOW)
    async with (
        AsyncFlightClient(providers=providers or None, now=clock) as flights,
        AsyncNLPEngine(now=clock) as nlp,
    ):

        async def client() -> AsyncFlightClient:
            return flights

        async def engine() -> AsyncNLPEngine:
            return nlp

        yield Toolbox(flights=client, nlp=engine, max_text=100)


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("search_flights", TRIP),
    ("search_flights", {**TRIP, "return_date": "2026-12-27", "adults": 2, "children": 1, "infants": 1, "max_stops": 0}),
    ("search_flights", {**TRIP, "max_price": 200.5, "sort": "price", "exclude_airlines": ["FR"], "max_offers": 2}),
    ("search_flights", {**TRIP, "cabin": "business", "currency": "usd", "return_date": None}),
    ("search_dates", {**TRIP, "window": 1}),
    ("find_places", {"text": "Lissabon"}),
    ("find_places", {"text": "qqqqqq", "limit": 1}),
    ("read_message", {"text": "Lisbon to Paris next Friday for two under 300 euros, after 6 pm, with TAP"}),
    ("read_message", {"text": "ciao", "language": "it", "timezone": "Europe/Rome"}),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS)
async def test_results_have_the_declared_schemas(name: str, arguments: dict[str, Any]):
    """And the arguments have theirs."""
    async with toolbox_of() as tools:
        [definition] = [one for one in tools.definitions() if one["name"] == name]
        result = await tools.call(name, arguments)

    jsonschema.Draft202012Validator(definition["inputSchema"]).validate(arguments)
    jsonschema.Draft202012Validator(definition["outputSchema"]).validate(result)


async def test_definitions_are_schemas():
    """Each tool has a title, a description, and schemas of objects; of unknown arguments none is accepted."""
    async with toolbox_of() as tools:
        found = tools.definitions()

    assert [one["name"] for one in found] == [
        "search_flights", "search_dates", "find_places", "price_offer", "read_message",
    ]  # fmt: skip
    for one in found:
        assert one["title"]
        assert one["description"]
        for schema in (one["inputSchema"], one["outputSchema"]):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
        assert one["inputSchema"]["additionalProperties"] is False


async def test_offers_are_cut_and_sorted():
    """`max_offers` is no part of the search, so that another number of the same offers comes from the cache."""
    async with toolbox_of() as tools:
        few = await tools.call("search_flights", {**TRIP, "sort": "price", "max_offers": 2})
        more = await tools.call("search_flights", {**TRIP, "sort": "price", "max_offers": 6})

    assert few["complete"]
    assert few["offers"] == more["offers"][:2]
    assert len(more["offers"]) == 6


async def test_prices_by_date_are_those_of_the_search():
    """One for each day around the date."""
    async with toolbox_of() as tools:
        prices = (await tools.call("search_dates", {**TRIP, "window": 2}))["prices"]
        cheapest = await tools.call("search_flights", {**TRIP, "sort": "price", "max_offers": 1})

    assert [one["date"] for one in prices] == [f"2026-12-{day}" for day in (18, 19, 20, 21, 22)]
    assert prices[2]["price"] == cheapest["offers"][0]["total"]


async def test_price_of_an_offer_is_asked_by_its_flights():
    """With the arguments of its search; another client finds it too."""
    search = {**TRIP, "sort": "duration"}
    async with toolbox_of() as tools:
        offer = (await tools.call("search_flights", search))["offers"][-1]
    flights = [one["carrier"] + one["number"] for trip in offer["itineraries"] for one in trip["segments"]]
    async with toolbox_of() as tools:
        [definition] = [one for one in tools.definitions() if one["name"] == "price_offer"]
        priced = await tools.call("price_offer", {**search, "flights": flights})

    jsonschema.Draft202012Validator(definition["outputSchema"]).validate(priced)
    assert priced["old_total"] == offer["total"]
    assert priced["offer"]["id"] == offer["id"]


class _Expired(SandboxProvider):
    async def price(self, offer: Any, context: Any) -> Any:
        raise OfferExpiredError("gone", provider=self.name)


@pytest.mark.parametrize("provider", [SandboxProvider, _Expired])
async def test_offer_that_is_not_sold_is_named(provider: type[SandboxProvider]):
    """The model can search again."""
    async with toolbox_of(provider(now=FakeClock(NOW))) as tools:
        offer = (await tools.call("search_flights", TRIP))["offers"][0]
        flights = [one["carrier"] + one["number"] for one in offer["itineraries"][0]["segments"]]
        if provider is SandboxProvider:
            flights = ["XX1"]
        with pytest.raises(ToolError, match=r"^flights: .*search again"):
            await tools.call("price_offer", {**TRIP, "flights": flights})


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("search_flights", {}, "body: object missing required field `origin`"),
        ("search_flights", {**TRIP, "departure_date": "20.12.2026"}, "departure_date: "),
        ("search_flights", {**TRIP, "departure_date": "2026-11-20"}, "departure_date: must not be in the past"),
        ("search_flights", {**TRIP, "origin": "Lisbon"}, "origin: must be an IATA code"),
        ("search_flights", {**TRIP, "origin": "QQQ"}, "origin: is not the code"),
        ("search_flights", {**TRIP, "adults": 0}, "adults: "),
        ("search_flights", {**TRIP, "cabin": "roof"}, "cabin: must be one of"),
        ("search_flights", {**TRIP, "return_date": "2026-12-19"}, "return_date: must not be before"),
        ("search_flights", {**TRIP, "x" * 5000: 1}, "body: object contains unknown field"),
        ("search_dates", {**TRIP, "window": 16}, "window: "),
        ("find_places", {"text": "   "}, "text: must be 1 to 200 characters"),
        ("read_message", {"text": "\u200b"}, "text: "),
        ("read_message", {"text": "x" * 101}, "text: "),
        ("read_message", {"text": "x", "language": "xx"}, "language: "),
        ("read_message", {"text": "x", "timezone": "Mars/Crater"}, "timezone: "),
    ],
)
async def test_wrong_arguments_are_named(name: str, arguments: dict[str, Any], text: str):
    """In a text of bounded size, from which a model can correct its call."""
    async with toolbox_of() as tools:
        with pytest.raises(ToolError) as caught:
            await tools.call(name, arguments)
    assert caught.value.text.startswith(text)
    assert len(caught.value.text) < 300


class _Broken:
    """Client whose look-up fails because of an argument that no tool has."""

    async def places(self, text: str, *, limit: int) -> Any:
        raise InvalidInputError("inside", "is wrong")


async def test_error_about_no_argument_is_none_of_the_model():
    """It is an error of the service."""

    async def broken() -> Any:
        return _Broken()

    with pytest.raises(InvalidInputError):
        await Toolbox(flights=broken, nlp=broken, max_text=10).call("find_places", {"text": "x"})
