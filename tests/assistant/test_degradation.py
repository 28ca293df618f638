"""Degraded replies: providers, extractors, Redis and the model fail, alone and together."""

from __future__ import annotations

import asyncio

from asyncassist import AsyncFlightClient, AsyncNLPEngine, AsyncStateManager, CachedChatbot, Retry, TravelAssistant
from asyncassist.flights import SandboxProvider
from asyncassist.nlp import Entity, Reading
from asyncassist.testing import FakeClock
from tests.assistant.builders import COMPLETE_REQUEST
from tests.assistant.dialogue_scripts import NOW
from tests.servers import Valkey, free_port


async def test_failed_search_keeps_the_trip(clock: FakeClock):
    """After a failed search the slots stay; once the provider recovers, one word repeats the search."""
    provider = SandboxProvider(failure_rate=1.0, now=clock)
    async with (
        AsyncFlightClient(providers=[provider], now=clock) as flights,
        TravelAssistant(flights=flights, now=clock) as assistant,
    ):
        reply = await assistant.reply(COMPLETE_REQUEST, session_id="trip")
        async with assistant.stream("try recovered, cheaper", session_id="trip") as stream:
            events = [event async for event in stream]
        provider._failure_rate = 0.0
        recovered = await assistant.reply("cheaper", session_id="trip")
        stats = assistant.stats()

    assert reply.degraded
    assert reply.reason is not None
    assert "flights" in reply.reason
    assert reply.offers == ()
    assert "Lisbon" in reply.text
    assert reply.missing == ()
    assert stream.reply.degraded
    assert len(events) >= 3
    assert recovered.offers
    assert not recovered.degraded
    assert stats["failed"] == 2
    assert stats["degraded"] == 2


async def test_one_failed_provider_of_two_degrades_the_reply(clock: FakeClock):
    """The other provider's offers are shown, with a note that there may be more."""
    providers = [
        SandboxProvider(name="good", now=clock),
        SandboxProvider(name="bad", failure_rate=1.0, now=clock),
    ]
    async with (
        AsyncFlightClient(providers=providers, now=clock) as flights,
        TravelAssistant(flights=flights, now=clock) as assistant,
    ):
        reply = await assistant.reply(COMPLETE_REQUEST)
        async with assistant.stream(COMPLETE_REQUEST) as stream:
            _ = [event async for event in stream]

    for answer in (reply, stream.reply):
        assert answer.degraded
        assert answer.reason == "flights: bad"
        assert len(answer.offers) == 5
        assert "Not every airline source answered" in answer.text


async def test_hanging_provider_is_cut_by_the_deadline():
    """The search deadline cuts off a hanging provider; the other's offers are shown."""
    providers = [SandboxProvider(name="good"), SandboxProvider(name="slow", latency=60.0)]
    async with (
        AsyncFlightClient(providers=providers, deadline=1.0) as flights,
        TravelAssistant(flights=flights, now=FakeClock(NOW.timestamp())) as assistant,
    ):
        async with asyncio.timeout(10):
            reply = await assistant.reply(COMPLETE_REQUEST, now=NOW)

    assert reply.offers
    assert reply.degraded
    assert reply.reason == "flights: slow"


class FailingExtractor:
    """Extractor that always raises."""

    name = "broken"
    languages = ()
    version = "1"
    kind = "cpu"

    def extract(self, reading: Reading, /) -> list[Entity]:
        raise RuntimeError("broken")


async def test_failed_extractor_degrades_the_reply(clock: FakeClock):
    """A failed extractor is named in the reason; the entities of the others are used."""
    from asyncassist.nlp import RuleExtractor

    async with (
        await asyncio.to_thread(
            lambda: AsyncNLPEngine(extractors=[RuleExtractor(), FailingExtractor()], now=clock)
        ) as nlp,
        TravelAssistant(nlp=nlp, now=clock) as assistant,
    ):
        reply = await assistant.reply(COMPLETE_REQUEST)

    assert reply.degraded
    assert reply.reason == "nlp: broken"
    assert reply.offers


async def test_conversation_survives_a_redis_outage(valkey: Valkey):
    """The conversation continues without Redis, degraded, and is complete in Redis after recovery."""
    clock = FakeClock(NOW.timestamp())
    async with (
        AsyncStateManager(redis=valkey.url, timeout=0.3) as state,
        TravelAssistant(state=state, now=clock) as assistant,
    ):
        await assistant.reply("I want to fly to Berlin", session_id="trip", user="ana")
        await asyncio.to_thread(valkey.kill)
        async with asyncio.timeout(10):
            during = await assistant.reply("from Lisbon", session_id="trip", user="ana")
            searched = await assistant.reply("on 4 December", session_id="trip", user="ana")
        await asyncio.to_thread(valkey.start)
        await state.flush(timeout=20.0)
        after = await assistant.reply("the second one", session_id="trip", user="ana")

    assert during.degraded
    assert during.reason is not None
    assert during.reason.startswith("state: ")
    assert searched.degraded
    assert set(after.slots) == {"origin", "destination", "departure_date"}
    assert after.chosen is not None
    assert not after.degraded


async def test_reply_without_any_backend(clock: FakeClock):
    """With no Redis, model or provider there is still a reply in the traveller's language."""
    closed_address = f"127.0.0.1:{free_port()}"
    async with (
        AsyncStateManager(redis=f"redis://{closed_address}/0", timeout=0.2, outage="memory") as state,
        AsyncFlightClient(providers=[SandboxProvider(failure_rate=1.0)], now=clock) as flights,
        CachedChatbot(
            model="m", base_url=f"http://{closed_address}/v1", api_key="k", retry=Retry(attempts=1), now=clock
        ) as chatbot,
        TravelAssistant(state=state, flights=flights, chatbot=chatbot, now=clock) as assistant,
    ):
        async with asyncio.timeout(20):
            search = await assistant.reply("Ich möchte am 4. Dezember von Lissabon nach Berlin fliegen", session_id="a")
            chat = await assistant.reply("Wie ist eigentlich das Wetter im Winter in Berlin?", session_id="b")

    assert search.degraded
    assert search.language == "de"
    assert search.text
    assert chat.degraded
    assert chat.language == "de"
    assert chat.text
