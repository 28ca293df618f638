"""Each part may be away or slow, alone or together: there is an answer, it is marked, and nothing said is lost."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest

from asyncassist import AsyncFlightClient, AsyncNLPEngine, AsyncStateManager, CachedChatbot, Retry, TravelAssistant
from asyncassist.errors import StateUnavailableError
from asyncassist.flights import FlightOffer, FlightQuery, PricedOffer, SandboxProvider
from asyncassist.nlp import Entity, Reading
from asyncassist.testing import FakeClock, FakeFault, FakeOpenAI
from tests.assistant.dialogue_scripts import NOW
from tests.servers import Valkey, free_port

WHOLE = "I need a flight from Lisbon to Berlin on 4 December for two adults"
ASIDE = "What is the weather like in Berlin in winter?"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW.timestamp())


async def test_no_provider_answers(clock: FakeClock):
    """The trip is kept and said; when the provider is back, one word is enough."""
    flaky = SandboxProvider(failure_rate=1.0, now=clock)
    async with (
        AsyncFlightClient(providers=[flaky], now=clock) as flights,
        TravelAssistant(flights=flights, now=clock) as assistant,
    ):
        reply = await assistant.reply(WHOLE, session_id="trip")
        async with assistant.stream("try again, cheaper", session_id="trip") as stream:
            events = [event async for event in stream]
        flaky._failure_rate = 0.0
        again = await assistant.reply("cheaper", session_id="trip")
        stats = assistant.stats()

    assert reply.degraded
    assert reply.reason is not None
    assert "flights" in reply.reason
    assert reply.offers == ()
    assert "Lisbon" in reply.text
    assert reply.missing == ()
    assert stream.reply.degraded
    assert len(events) >= 3
    assert again.offers
    assert not again.degraded
    assert stats["failed"] == 2
    assert stats["degraded"] == 2


async def test_one_provider_of_two_fails(clock: FakeClock):
    """The other's offers are shown, and it is said that there may be more."""
    providers = [
        SandboxProvider(name="good", now=clock),
        SandboxProvider(name="bad", failure_rate=1.0, now=clock),
    ]
    async with (
        AsyncFlightClient(providers=providers, now=clock) as flights,
        TravelAssistant(flights=flights, now=clock) as assistant,
    ):
        reply = await assistant.reply(WHOLE)
        async with assistant.stream(WHOLE) as stream:
            _ = [event async for event in stream]

    for answer in (reply, stream.reply):
        assert answer.degraded
        assert answer.reason == "flights: bad"
        assert len(answer.offers) == 5
        assert "Not every airline source answered" in answer.text


async def test_a_provider_that_hangs_costs_its_own_offers_only():
    """The deadline of the search ends it; the others' offers are there."""
    providers = [SandboxProvider(name="good"), SandboxProvider(name="slow", latency=60.0)]
    async with (
        AsyncFlightClient(providers=providers, deadline=1.0) as flights,
        TravelAssistant(flights=flights, now=FakeClock(NOW.timestamp())) as assistant,
    ):
        async with asyncio.timeout(10):
            reply = await assistant.reply(WHOLE, now=NOW)

    assert reply.offers
    assert reply.degraded
    assert reply.reason == "flights: slow"


async def test_a_picked_offer_whose_price_cannot_be_checked(clock: FakeClock):
    """It is shown as it was, and it is said that the price was not checked."""
    flaky = SandboxProvider(now=clock)
    async with (
        AsyncFlightClient(providers=[flaky], now=clock) as flights,
        TravelAssistant(flights=flights, now=clock) as assistant,
    ):
        await assistant.reply(WHOLE, session_id="trip")
        flaky._failure_rate = 1.0
        reply = await assistant.reply("the second one", session_id="trip")

    assert reply.degraded
    assert "couldn't check the price" in reply.text


async def test_a_picked_offer_that_is_gone_or_dearer(clock: FakeClock):
    """Sold out, or at another price: both are said."""
    sold = SandboxProvider(expire_rate=1.0, now=clock)
    dearer = SandboxProvider(price_change_rate=1.0, now=clock)
    texts = []
    for provider in (sold, dearer):
        async with (
            AsyncFlightClient(providers=[provider], now=clock) as flights,
            TravelAssistant(flights=flights, now=clock) as assistant,
        ):
            await assistant.reply(WHOLE, session_id="trip")
            texts.append((await assistant.reply("the second one", session_id="trip")).text)

    assert "couldn't check the price" in texts[0] or "no longer" in texts[0]
    assert "The price has changed" in texts[1]


class Moving:
    """A provider whose ids are others with every search, and which may lose a flight."""

    name = "moving"
    capabilities = frozenset({"search", "price"})

    def __init__(self, inner: SandboxProvider) -> None:
        self.inner = inner
        self.searches = 0
        self.empty = False

    async def search(self, query: FlightQuery, context: Any) -> AsyncIterator[list[FlightOffer]]:
        self.searches += 1
        async for batch in self.inner.search(query, context):
            if not self.empty:
                yield [
                    dataclasses.replace(offer, id=f"moving:{self.searches}-{offer.id[-6:]}", provider="moving")
                    for offer in batch
                ]

    async def price(self, offer: FlightOffer, context: Any) -> Any:
        return PricedOffer(offer=offer, total=offer.total, changed=False, old_total=offer.total)

    async def places(self, text: str) -> list[Any]:
        return []

    async def check(self) -> Any:
        return await self.inner.check()

    async def aclose(self) -> None:
        await self.inner.aclose()


async def test_a_picked_offer_is_found_by_its_flights(clock: FakeClock):
    """Where ids change, the same flights are the same offer; where they are gone, the price stays unchecked."""
    provider = Moving(SandboxProvider(price_change_rate=0.0, now=clock))
    async with (
        AsyncFlightClient(providers=[provider], now=clock, ttl=1.0) as flights,
        TravelAssistant(flights=flights, now=clock) as assistant,
    ):
        first = await assistant.reply(WHOLE, session_id="trip")
        clock.advance(5)
        second = await assistant.reply("the second one", session_id="trip")
        clock.advance(5)
        provider.empty = True
        third = await assistant.reply("the third one", session_id="trip")

    assert second.chosen is not None
    assert second.chosen.itineraries == first.offers[1].itineraries
    assert third.chosen is None
    assert "couldn't check the price" in third.text


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (FakeFault("status", status=401), "AuthenticationError"),
        (FakeFault("status", status=404), "StatusError"),
    ],
)
async def test_a_model_whose_configuration_is_refused(clock: FakeClock, fault: FakeFault, reason: str):
    """Our sentence answers, marked, and health fails until the model answers again."""
    async with (
        FakeOpenAI(answer="Berlin is cold in winter.") as server,
        CachedChatbot(model="m", base_url=server.base_url, api_key="k", now=clock) as chatbot,
        TravelAssistant(chatbot=chatbot, now=clock) as assistant,
    ):
        server.script(fault)
        reply = await assistant.reply(ASIDE, session_id="trip")
        health = await assistant.health()
        after = await assistant.reply(ASIDE, session_id="trip")
        healthy = await assistant.health()

    assert reply.degraded
    assert reply.reason == f"chat: {reason}"
    assert reply.source == "rules"
    assert health.status == "fail"
    assert after.text.startswith("Berlin is cold in winter.")
    assert healthy.status != "fail"


async def test_a_model_that_is_down(clock: FakeClock):
    """The chatbot's own fallback answers, marked; without one our sentence does."""
    async with (
        FakeOpenAI(answer=FakeFault("status", status=503)) as server,
        CachedChatbot(model="m", base_url=server.base_url, api_key="k", retry=None, now=clock) as with_fallback,
        CachedChatbot(
            model="m", base_url=server.base_url, api_key="k", retry=None, fallback=None, now=clock
        ) as without,
    ):
        async with TravelAssistant(chatbot=with_fallback, now=clock) as assistant:
            fallback = await assistant.reply(ASIDE)
        async with TravelAssistant(chatbot=without, now=clock) as assistant:
            ours = await assistant.reply(ASIDE)

    assert fallback.degraded
    assert fallback.text
    assert ours.degraded
    assert ours.reason == "chat: ChatUnavailableError"
    assert ours.source == "rules"


class Broken:
    """An extractor that fails."""

    name = "broken"
    languages = ()
    version = "1"
    kind = "cpu"

    def extract(self, reading: Reading, /) -> list[Entity]:
        raise RuntimeError("broken")


async def test_an_extractor_that_fails_is_said(clock: FakeClock):
    """What the others find still counts."""
    from asyncassist.nlp import RuleExtractor

    async with (
        await asyncio.to_thread(lambda: AsyncNLPEngine(extractors=[RuleExtractor(), Broken()], now=clock)) as nlp,
        TravelAssistant(nlp=nlp, now=clock) as assistant,
    ):
        reply = await assistant.reply(WHOLE)

    assert reply.degraded
    assert reply.reason == "nlp: broken"
    assert reply.offers


class Away(AsyncStateManager):
    """A store that is away while `away` is set: what is asked is not known here."""

    away = False

    async def get(self, session_id: str, *, touch: bool = True) -> Any:
        self._refuse()
        return await super().get(session_id, touch=touch)

    async def update(self, *args: Any, **named: Any) -> Any:
        self._refuse()
        return await super().update(*args, **named)

    async def append(self, *args: Any, **named: Any) -> int:
        self._refuse()
        return await super().append(*args, **named)

    async def health(self) -> Any:
        self._refuse()
        return await super().health()

    def _refuse(self) -> None:
        if self.away:
            raise StateUnavailableError


async def test_a_session_that_cannot_be_read(clock: FakeClock):
    """The answer begins an empty trip under the same id, marked; afterwards the conversation goes on."""
    async with Away(now=clock) as state, TravelAssistant(state=state, now=clock) as assistant:
        await assistant.reply("I want to fly to Berlin", session_id="trip")
        state.away = True
        blind = await assistant.reply("from Lisbon", session_id="trip", request_id="r1")
        health = await assistant.health()
        state.away = False
        after = await assistant.reply("on 4 December", session_id="trip")

    assert blind.degraded
    assert blind.reason is not None
    assert blind.reason.startswith("state: ")
    assert blind.session_id == "trip"
    assert set(blind.slots) == {"origin"}
    assert health.status == "warn"
    assert set(after.slots) == {"destination", "departure_date"}
    assert not after.degraded


async def test_turns_of_an_outage_are_merged_by_key(clock: FakeClock):
    """A blind turn writes only what it learned: the destination that it could not see is still there."""

    class Deaf(Away):
        async def update(self, *args: Any, **named: Any) -> Any:
            return await AsyncStateManager.update(self, *args, **named)

    async with Deaf(now=clock) as state, TravelAssistant(state=state, now=clock) as assistant:
        await assistant.reply("I want to fly to Berlin", session_id="trip")
        state.away = True
        await assistant.reply("from Lisbon", session_id="trip")
        state.away = False
        after = await assistant.reply("on 4 December", session_id="trip")

    assert set(after.slots) == {"origin", "destination", "departure_date"}
    assert after.offers


async def test_redis_goes_and_comes_back(valkey: Valkey):
    """The conversation goes on without Redis, marked, and is whole in Redis when it is back."""
    clock = FakeClock(NOW.timestamp())
    async with (
        AsyncStateManager(redis=valkey.url, timeout=0.3) as state,
        TravelAssistant(state=state, now=clock) as assistant,
    ):
        await assistant.reply("I want to fly to Berlin", session_id="trip", user="ana")
        await asyncio.to_thread(valkey.kill)
        async with asyncio.timeout(10):
            blind = await assistant.reply("from Lisbon", session_id="trip", user="ana")
            shown = await assistant.reply("on 4 December", session_id="trip", user="ana")
        await asyncio.to_thread(valkey.start)
        await state.flush(timeout=20.0)
        after = await assistant.reply("the second one", session_id="trip", user="ana")

    assert blind.degraded
    assert blind.reason is not None
    assert blind.reason.startswith("state: ")
    assert shown.degraded
    assert set(after.slots) == {"origin", "destination", "departure_date"}
    assert after.chosen is not None
    assert not after.degraded


async def test_everything_at_once_is_away(clock: FakeClock):
    """No Redis from the start, no model, no provider: still an answer in the traveller's language."""
    nowhere = f"127.0.0.1:{free_port()}"
    async with (
        AsyncStateManager(redis=f"redis://{nowhere}/0", timeout=0.2, outage="memory") as state,
        AsyncFlightClient(providers=[SandboxProvider(failure_rate=1.0)], now=clock) as flights,
        CachedChatbot(
            model="m", base_url=f"http://{nowhere}/v1", api_key="k", retry=Retry(attempts=1), now=clock
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
