"""Tools of side questions: what the chatbot may look up, what its text may then say, and models without tools."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from asyncassist import AsyncFlightClient, CachedChatbot, ToolStarted, TravelAssistant
from asyncassist.assistant.chatbot_tools import ToolEquippedChatbot
from asyncassist.flights import SandboxProvider
from asyncassist.testing import FakeAnswer, FakeFault, FakeOpenAI
from tests.assistant.builders import SIDE_QUESTION
from tests.assistant.dialogue_scripts import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist.testing import FakeClock


READY = ["search_flights", "search_dates", "find_places"]
SEARCH = {"origin": "LIS", "destination": "BER", "departure_date": str(NOW.date() + dt.timedelta(days=20))}


def tool_names(body: Mapping[str, Any]) -> list[str]:
    return [tool.get("function", tool)["name"] for tool in body.get("tools", ())]


def call(name: str, arguments: Mapping[str, Any]) -> FakeAnswer:
    function = {"name": name, "arguments": json.dumps(arguments)}
    return FakeAnswer(tool_calls=[{"id": "c1", "type": "function", "function": function}], finish_reason="tool_calls")


def results(body: Mapping[str, Any]) -> list[Any]:
    items = body.get("messages") or body["input"]
    texts = [item.get("output", item.get("content")) for item in items if "call_id" in item or "tool_call_id" in item]
    return [json.loads(text) for text in texts if text]


@pytest.mark.parametrize("wire", ["chat", "responses"])
async def test_a_side_question_may_look_up_flights(clock: FakeClock, wire: Any):
    """The price that a tool found may be said, another one is withheld; the chatbot keeps its own tools."""

    async def lounge(airport: str) -> str:
        """Return whether an airport has a lounge."""
        return "yes"

    def answer(body: Mapping[str, Any]) -> FakeAnswer:
        found = results(body)
        if not found:
            return call("search_flights", SEARCH)
        price = found[0]["offers"][0]["price"]
        return FakeAnswer(text=f"City Airport, and a flight there is {price if honest else '1.23'} EUR.")

    async with (
        FakeOpenAI(answer=answer) as server,
        CachedChatbot(model="m", base_url=server.base_url, wire=wire, tools=[lounge], now=clock) as chatbot,
        TravelAssistant(chatbot=chatbot, now=clock) as assistant,
    ):
        honest = True
        honest_reply = await assistant.reply(SIDE_QUESTION)
        honest = False
        withheld = await assistant.reply(SIDE_QUESTION, user="ann")

    assert tool_names(server.requests[0].body) == ["lounge", *READY]
    assert honest_reply.source == "model"
    assert honest_reply.text.startswith("City Airport, and a flight there is ")
    assert not honest_reply.degraded
    assert withheld.reason == "chat: text withheld (number)"


async def test_a_model_without_tools_is_asked_without_them(clock: FakeClock):
    """Once its server has refused them; any other refusal is raised, and tools are offered again."""
    async with (
        FakeOpenAI(answer="The weather is fine.") as server,
        CachedChatbot(model="m", base_url=server.base_url, now=clock) as chatbot,
        AsyncFlightClient(providers=[SandboxProvider(now=clock)], now=clock) as flights,
    ):
        equipped = ToolEquippedChatbot(chatbot, flights, currency="EUR", max_offers=3)
        server.script(FakeFault("status", status=404), FakeFault("status", status=400))
        with pytest.raises(Exception, match="404"):
            await equipped.reply("hello")
        assert (await equipped.reply("hello")).source == "model"
        assert (await equipped.reply("more")).source == "model"

    assert [tool_names(request.body) for request in server.requests] == [READY, READY, [], []]


async def test_a_tool_of_the_same_name_stays_the_callers(clock: FakeClock):
    """Its results are not taken for facts of ours."""

    async def find_places(text: str) -> list[dict[str, str]]:
        """Find places."""
        return [{"code": "XYZ", "price": "9.99", "currency": "EUR"}]

    async with (
        FakeOpenAI() as server,
        CachedChatbot(model="m", base_url=server.base_url, tools=[find_places], now=clock) as chatbot,
        AsyncFlightClient(now=clock) as flights,
    ):
        server.script(call("find_places", {"text": "London"}), "It is XYZ.")
        equipped = ToolEquippedChatbot(chatbot, flights, currency="EUR", max_offers=3)
        reply = await equipped.reply("hello")

    assert sorted(tool_names(server.requests[0].body)) == sorted(READY)
    assert reply.steps[0].result == [{"code": "XYZ", "price": "9.99", "currency": "EUR"}]
    assert equipped.facts_of(reply) == []


async def test_another_object_is_called_as_before(clock: FakeClock):
    """It may not know the argument."""

    class Echo:
        async def reply(self, message: str, **options: Any) -> Any:
            return message, options

    async with AsyncFlightClient(now=clock) as flights:
        equipped = ToolEquippedChatbot(Echo(), flights, currency="EUR", max_offers=3)  # type: ignore[arg-type]
        assert await equipped.reply("hello", user="ann", on_event=print) == ("hello", {"user": "ann"})


async def lounge(airport: str) -> str:
    """Return whether an airport has a lounge."""
    return "yes"


async def test_a_stream_has_the_calls_of_tools_before_the_answer(clock: FakeClock):
    """Each as it begins and as it ends, of the chatbot's own tools too."""
    async with (
        FakeOpenAI() as server,
        CachedChatbot(model="m", base_url=server.base_url, tools=[lounge], now=clock) as chatbot,
        TravelAssistant(chatbot=chatbot, now=clock) as assistant,
    ):
        server.script(
            call("find_places", {"text": "London"}), call("lounge", {"airport": "LCY"}), "City Airport has one."
        )
        async with assistant.stream(SIDE_QUESTION) as stream:
            events = [event async for event in stream]

    assert [type(event).__name__ for event in events] == [
        "Understood", "ToolStarted", "ToolFinished", "ToolStarted", "ToolFinished", "TextDelta", "Done",
    ]  # fmt: skip
    assert (events[1].name, events[1].arguments) == ("find_places", {"text": "London"})
    assert events[2].step.result[0]["city"] == "London"
    assert (events[4].step.name, events[4].step.outcome, events[4].step.result) == ("lounge", "done", "yes")


async def test_leaving_a_stream_cancels_its_tools(clock: FakeClock):
    """The call that runs ends with the block."""
    ended = asyncio.Event()

    async def slow() -> str:
        """Wait."""
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return ""

    async with (
        FakeOpenAI() as server,
        CachedChatbot(model="m", base_url=server.base_url, tools=[slow], now=clock) as chatbot,
        TravelAssistant(chatbot=chatbot, now=clock) as assistant,
    ):
        server.script(call("slow", {}), "Never.")
        async with assistant.stream(SIDE_QUESTION) as stream:
            async for event in stream:
                if isinstance(event, ToolStarted):
                    break

    assert ended.is_set()
