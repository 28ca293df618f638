"""Real servers that are killed or stand still, alone and together; and a turn that has an end when everything is slow."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

import pytest

from asyncassist import AsyncFlightClient, AsyncStateManager, CachedChatbot, TravelAssistant
from asyncassist.assistant import AssistantReply, OfferFound
from asyncassist.flights import SandboxProvider
from asyncassist.testing import FakeClock, FakeFault, FakeOpenAI
from tests.assistant.dialogue_scripts import NOW
from tests.servers import Postgres, Valkey

WHOLE = "I need a flight from Lisbon to Berlin on 4 December for two adults"
ASIDE = "What is the weather like in Berlin in winter?"
SAID = ["I want to fly to Berlin", "from Lisbon", "on 4 December", ASIDE, "cheaper"]
# Long enough for every machine; a turn that hangs fails here.
PATIENCE = 90.0


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    server = Postgres().start()
    yield server
    server.stop()


class House:
    """All that an assistant leans on, each part of which can be taken away and brought back."""

    def __init__(self, valkey: Valkey, postgres: Postgres, model: FakeOpenAI, provider: SandboxProvider) -> None:
        self.valkey, self.postgres, self.model, self.provider = valkey, postgres, model, provider

    async def take(self, parts: set[str]) -> None:
        if "redis" in parts:
            await asyncio.to_thread(self.valkey.kill)
        if "redis still" in parts:
            self.valkey.freeze()
        if "postgres" in parts:
            await asyncio.to_thread(self.postgres.kill)
        if "model" in parts:
            self.model.script(*[FakeFault("status", status=503)] * 20)
        if "provider" in parts:
            self.provider._failure_rate = 1.0

    async def mend(self, parts: set[str]) -> None:
        if "redis" in parts:
            await asyncio.to_thread(self.valkey.start)
        if "redis still" in parts:
            self.valkey.thaw()
        if "postgres" in parts:
            await asyncio.to_thread(self.postgres.start)
        self.provider._failure_rate = 0.0


@pytest.mark.parametrize(
    "away",
    [
        {"redis"},
        {"redis still"},
        {"postgres"},
        {"model"},
        {"provider"},
        {"redis", "postgres"},
        {"redis still", "postgres", "model", "provider"},
    ],
    ids=", ".join,
)
async def test_the_conversation_goes_on_and_is_whole_afterwards(valkey: Valkey, postgres: Postgres, away: set[str]):
    """Every turn has its answer, what is away is said, and the trip and the transcript have all of it in the end."""
    clock = FakeClock(NOW.timestamp())
    provider = SandboxProvider(now=clock)
    async with (
        asyncio.timeout(PATIENCE),
        FakeOpenAI(answer="It is cold.") as model,
        CachedChatbot(model="m", base_url=model.base_url, api_key="k", retry=None) as chatbot,
        AsyncStateManager(redis=valkey.url, postgres=postgres.url, timeout=1.0, prefix=f"{len(away)}:") as state,
        AsyncFlightClient(providers=[provider], now=clock) as flights,
        TravelAssistant(state=state, chatbot=chatbot, flights=flights, now=clock) as assistant,
    ):
        house = House(valkey, postgres, model, provider)
        session = f"trip-{'-'.join(sorted(away)).replace(' ', '')}"
        replies = [await assistant.reply(SAID[0], session_id=session)]
        await house.take(away)
        replies += [await assistant.reply(text, session_id=session) for text in SAID[1:4]]
        await house.mend(away)
        await state.flush(timeout=PATIENCE)
        replies.append(await assistant.reply(SAID[4], session_id=session))
        transcript = await assistant.messages(session)

    assert all(reply.text and reply.language == "en" for reply in replies)
    assert [message.content for message in transcript if message.role == "user"] == SAID
    assert set(replies[-1].slots) == {"origin", "destination", "departure_date"}
    assert len(replies[-1].offers) == 5
    assert not replies[0].degraded
    check(replies, away)


def check(replies: list[AssistantReply], away: set[str]) -> None:
    """What was away is said, by the turn that needed it."""
    _, _, search, aside, _ = replies
    expected = {
        "flights": "provider" in away,
        "chat": "model" in away,
        "state": bool(away & {"redis", "redis still", "postgres"}),
    }
    said = f"{search.reason} {aside.reason}"
    assert {part: f"{part}: " in said for part in expected} == expected
    assert bool(search.offers) == ("provider" not in away)


async def test_a_turn_ends_when_everything_is_slow():
    """No offers, no model: at the end of the turn's time our sentences answer, marked, and the trip is kept."""
    providers = [SandboxProvider(name="slow", latency=600.0)]
    async with (
        asyncio.timeout(PATIENCE),
        FakeOpenAI(answer=FakeFault("stall")) as model,
        CachedChatbot(model="m", base_url=model.base_url, api_key="k") as chatbot,
        AsyncFlightClient(providers=providers, deadline=600.0) as flights,
        TravelAssistant(flights=flights, chatbot=chatbot, deadline=0.2, now=FakeClock(NOW.timestamp())) as assistant,
    ):
        search = await assistant.reply(WHOLE, session_id="trip", now=NOW)
        days = await assistant.reply("any cheaper day?", session_id="trip", now=NOW)
        async with assistant.stream("cheaper", session_id="trip", now=NOW) as stream:
            events = [event async for event in stream]
        aside = await assistant.reply(ASIDE, session_id="trip", now=NOW)

    for reply in (search, days, stream.reply):
        assert reply.reason == "flights: DeadlineExceededError"
        assert "Lisbon to Berlin" in reply.text
        assert reply.missing == ()
    assert not [event for event in events if isinstance(event, OfferFound)]
    assert aside.reason == "chat: DeadlineExceededError"
    assert aside.source == "rules"
    assert set(aside.slots) == {"origin", "destination", "departure_date", "passengers"}


async def test_offers_that_came_in_time_are_shown():
    """A stream that is cut by the turn's time shows what came, and says that there may be more."""
    providers = [SandboxProvider(name="good"), SandboxProvider(name="slow", latency=600.0)]
    async with (
        asyncio.timeout(PATIENCE),
        AsyncFlightClient(providers=providers, deadline=600.0) as flights,
        TravelAssistant(flights=flights, deadline=5.0, now=FakeClock(NOW.timestamp())) as assistant,
        contextlib.AsyncExitStack() as stack,
    ):
        stream = await stack.enter_async_context(assistant.stream(WHOLE, now=NOW))
        _ = [event async for event in stream]

    assert len(stream.reply.offers) == 5
    assert stream.reply.reason == "flights: the turn took too long"
    assert "Not every airline source answered" in stream.reply.text
