"""Execution of actions: queries, price confirmation, the chatbot and its failures, the deadline of a turn."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from asyncassist import AsyncFlightClient, CachedChatbot, TravelAssistant
from asyncassist._types import Money, Passengers
from asyncassist.assistant import OfferFound
from asyncassist.assistant.action_executor import TurnResult, build_query, chat_context, known_facts
from asyncassist.assistant.state import DialogueState
from asyncassist.errors import DeadlineExceededError
from asyncassist.flights import FlightOffer, FlightQuery, PricedOffer, SandboxProvider
from asyncassist.testing import FakeClock, FakeFault, FakeOpenAI
from tests.assistant.builders import (
    BERLIN,
    COMPLETE_REQUEST,
    DAY,
    FRIDAY,
    LISBON,
    RYANAIR,
    SIDE_QUESTION,
    TAP,
    THREE_OFFERS,
    trip,
    trip_with_offers,
)
from tests.assistant.dialogue_scripts import NOW

SYSTEM_PROMPT = "You are the voice of Aurora Travel."
# Long enough for any machine; a turn that hangs fails here.
TEST_TIMEOUT = 90.0


def test_query_omits_limits_without_effect():
    """A zero budget and a stop limit beyond any flight are not sent; a wanted airline replaces exclusions."""
    state = trip(budget=Money(Decimal(0), "EUR"), max_stops=30, airline=TAP, excluded_airlines=(RYANAIR,))

    query = build_query(state, "EUR")

    assert query.max_price is None
    assert query.max_stops is None
    assert query.airlines == ("TP",)
    assert query.exclude_airlines == ()


async def test_prices_are_in_the_requested_currency(clock: FakeClock):
    """Prices are in the assistant's currency, or in that of the traveller's budget."""
    async with TravelAssistant(currency="USD", max_offers=3, now=clock) as assistant:
        default = await assistant.reply(COMPLETE_REQUEST, session_id="trip")
        budget = await assistant.reply("for less than 900 euros", session_id="trip")

    assert {offer.total.currency for offer in default.offers} == {"USD"}
    assert len(default.offers) == 3
    assert {offer.total.currency for offer in budget.offers} == {"EUR"}


async def test_date_past_at_the_origin_is_asked_for_again(assistant: TravelAssistant):
    """A date that is today for the traveller and past in Tokyo is asked for again, not reported as a failure."""
    late = dt.datetime(2026, 11, 21, 20, tzinfo=dt.UTC)

    reply = await assistant.reply("from Tokyo to Osaka on 21 November 2026", now=late, session_id="trip")
    async with assistant.stream("on 21 November 2026", now=late, session_id="trip") as stream:
        _ = [event async for event in stream]

    for answer in (reply, stream.reply):
        assert answer.missing == ("departure_date",)
        assert "past" in answer.text
        assert not answer.degraded
        assert answer.source == "rules"


async def test_offer_of_flights_with_stops_stays_open(assistant: TravelAssistant):
    """Without direct flights, stops are offered; the question survives small talk, and "yes" removes the limit."""
    first = await assistant.reply("a direct flight from Tromsø to Funchal on 4 December", session_id="trip")
    thanks = await assistant.reply("thank you", session_id="trip")
    yes = await assistant.reply("yes", session_id="trip")

    assert first.offers == ()
    assert "with a stop?" in thanks.text
    assert yes.offers
    assert "max_stops" not in yes.slots


async def test_unconfirmed_price_is_reported(clock: FakeClock):
    """A picked offer whose price cannot be confirmed is shown with a note, degraded."""
    provider = SandboxProvider(now=clock)
    async with (
        AsyncFlightClient(providers=[provider], now=clock) as flights,
        TravelAssistant(flights=flights, now=clock) as assistant,
    ):
        await assistant.reply(COMPLETE_REQUEST, session_id="trip")
        provider._failure_rate = 1.0
        reply = await assistant.reply("the second one", session_id="trip")

    assert reply.degraded
    assert "couldn't check the price" in reply.text


async def test_expired_offer_and_changed_price_are_reported(clock: FakeClock):
    """A picked offer that has expired, or whose price has changed, says so."""
    expired = SandboxProvider(expire_rate=1.0, now=clock)
    repriced = SandboxProvider(price_change_rate=1.0, now=clock)
    texts = []
    for provider in (expired, repriced):
        async with (
            AsyncFlightClient(providers=[provider], now=clock) as flights,
            TravelAssistant(flights=flights, now=clock) as assistant,
        ):
            await assistant.reply(COMPLETE_REQUEST, session_id="trip")
            texts.append((await assistant.reply("the second one", session_id="trip")).text)

    assert "couldn't check the price" in texts[0] or "no longer" in texts[0]
    assert "The price has changed" in texts[1]


class ChangingIdsProvider:
    """Provider that issues new offer ids with every search, and may stop offering flights."""

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


async def test_picked_offer_is_matched_by_its_flights(clock: FakeClock):
    """With changed ids, equal flights are the same offer; if they are gone, the price is not confirmed."""
    provider = ChangingIdsProvider(SandboxProvider(price_change_rate=0.0, now=clock))
    async with (
        AsyncFlightClient(providers=[provider], now=clock, ttl=1.0) as flights,
        TravelAssistant(flights=flights, now=clock) as assistant,
    ):
        first = await assistant.reply(COMPLETE_REQUEST, session_id="trip")
        clock.advance(5)
        second = await assistant.reply("the second one", session_id="trip")
        clock.advance(5)
        provider.empty = True
        third = await assistant.reply("the third one", session_id="trip")

    assert second.chosen is not None
    assert second.chosen.itineraries == first.offers[1].itineraries
    assert third.chosen is None
    assert "couldn't check the price" in third.text


async def test_chatbot_answers_a_side_question():
    """The model's text precedes the open question; its prompt holds the application's instructions and the trip as data."""
    clock = FakeClock(NOW.timestamp())
    async with (
        FakeOpenAI(answer="Berlin is cold in winter, so take a coat.") as server,
        CachedChatbot(model="m", base_url=server.base_url, api_key="k", system=SYSTEM_PROMPT, now=clock) as chatbot,
        TravelAssistant(chatbot=chatbot, now=clock) as assistant,
    ):
        await assistant.reply("I want to fly to Berlin", session_id="trip")
        reply = await assistant.reply("What is the weather like over there in winter?", session_id="trip")

        sent = json.dumps(server.requests[0].body)
        assert reply.text == "Berlin is cold in winter, so take a coat. Where do you want to fly from?"
        assert reply.source == "model"
        assert reply.timings["chat"] > 0
        assert reply.missing[0] == "origin"
        assert "Aurora Travel" in sent
        assert "BER" in sent
        assert not reply.degraded


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (FakeFault("status", status=401), "AuthenticationError"),
        (FakeFault("status", status=404), "StatusError"),
    ],
)
async def test_rejected_chatbot_configuration_fails_health(clock: FakeClock, fault: FakeFault, reason: str):
    """A rejected configuration is answered by a phrase, degraded, and fails health until the model answers again."""
    async with (
        FakeOpenAI(answer="Berlin is cold in winter.") as server,
        CachedChatbot(model="m", base_url=server.base_url, api_key="k", now=clock) as chatbot,
        TravelAssistant(chatbot=chatbot, now=clock) as assistant,
    ):
        server.script(fault)
        reply = await assistant.reply(SIDE_QUESTION, session_id="trip")
        health = await assistant.health()
        after = await assistant.reply(SIDE_QUESTION, session_id="trip")
        healthy = await assistant.health()

    assert reply.degraded
    assert reply.reason == f"chat: {reason}"
    assert reply.source == "rules"
    assert health.status == "fail"
    assert after.text.startswith("Berlin is cold in winter.")
    assert healthy.status != "fail"


async def test_unavailable_model_falls_back(clock: FakeClock):
    """With the model down, the chatbot's own fallback answers, or a phrase if it has none; both are degraded."""
    async with (
        FakeOpenAI(answer=FakeFault("status", status=503)) as server,
        CachedChatbot(model="m", base_url=server.base_url, api_key="k", retry=None, now=clock) as with_fallback,
        CachedChatbot(
            model="m", base_url=server.base_url, api_key="k", retry=None, fallback=None, now=clock
        ) as without_fallback,
    ):
        async with TravelAssistant(chatbot=with_fallback, now=clock) as assistant:
            fallback = await assistant.reply(SIDE_QUESTION)
        async with TravelAssistant(chatbot=without_fallback, now=clock) as assistant:
            phrase = await assistant.reply(SIDE_QUESTION)

    assert fallback.degraded
    assert fallback.text
    assert phrase.degraded
    assert phrase.reason == "chat: ChatUnavailableError"
    assert phrase.source == "rules"


async def test_turn_is_answered_at_its_deadline():
    """With no offer and no model text by the deadline, phrases answer, degraded, and the slots are stored."""
    providers = [SandboxProvider(name="slow", latency=600.0)]
    async with (
        asyncio.timeout(TEST_TIMEOUT),
        FakeOpenAI(answer=FakeFault("stall")) as model,
        CachedChatbot(model="m", base_url=model.base_url, api_key="k") as chatbot,
        AsyncFlightClient(providers=providers, deadline=600.0) as flights,
        TravelAssistant(flights=flights, chatbot=chatbot, deadline=0.2, now=FakeClock(NOW.timestamp())) as assistant,
    ):
        search = await assistant.reply(COMPLETE_REQUEST, session_id="trip", now=NOW)
        dates = await assistant.reply("any cheaper day?", session_id="trip", now=NOW)
        async with assistant.stream("cheaper", session_id="trip", now=NOW) as stream:
            events = [event async for event in stream]
        side_answer = await assistant.reply(SIDE_QUESTION, session_id="trip", now=NOW)

    for reply in (search, dates, stream.reply):
        assert reply.reason == "flights: DeadlineExceededError"
        assert "Lisbon to Berlin" in reply.text
        assert reply.missing == ()
    assert not [event for event in events if isinstance(event, OfferFound)]
    assert side_answer.reason == "chat: DeadlineExceededError"
    assert side_answer.source == "rules"
    assert set(side_answer.slots) == {"origin", "destination", "departure_date", "passengers"}


async def test_offers_before_the_deadline_are_shown():
    """A stream cut by the deadline shows the offers that arrived, and says that there may be more."""
    providers = [SandboxProvider(name="good"), SandboxProvider(name="slow", latency=600.0)]
    async with (
        asyncio.timeout(TEST_TIMEOUT),
        AsyncFlightClient(providers=providers, deadline=600.0) as flights,
        TravelAssistant(flights=flights, deadline=5.0, now=FakeClock(NOW.timestamp())) as assistant,
        contextlib.AsyncExitStack() as stack,
    ):
        stream = await stack.enter_async_context(assistant.stream(COMPLETE_REQUEST, now=NOW))
        _ = [event async for event in stream]

    assert len(stream.reply.offers) == 5
    assert stream.reply.reason == "flights: the turn took too long"
    assert "Not every airline source answered" in stream.reply.text


def turn_result(state: DialogueState, **changes: Any) -> TurnResult:
    """Build the result of a turn that has just begun."""
    given = {"intent": "unknown", "message": SIDE_QUESTION, "session_id": "trip", "user": None, **changes}
    return TurnResult(state=state, now=NOW, deadline_at=0.0, **given)


def test_text_fragments_are_separated():
    """Fragments join by a space, or by a line break on request and after a fragment of several lines."""
    result = turn_result(trip())

    deltas = [
        result.add_text("One."),
        result.add_text("Two."),
        result.add_text("three\nfour", own_line=True),
        result.add_text("Five."),
    ]

    assert "".join(result.pieces) == "One. Two.\nthree\nfour\nFive."
    assert [delta.text for delta in deltas] == result.pieces


async def test_deadline_of_a_turn_that_has_passed():
    """Work under a deadline that has passed ends at its first await."""
    result = turn_result(trip())

    with pytest.raises(DeadlineExceededError):
        async with result.deadline():
            await asyncio.Event().wait()


def test_query_holds_the_slots():
    """Slots become fields of the query; a budget sets the maximum price and the currency."""
    state = trip(
        return_date=FRIDAY + 7 * DAY,
        passengers=Passengers(adults=2, children=1, infants=1),
        cabin="business",
        max_stops=1,
        budget=Money(Decimal(900), "USD"),
        excluded_airlines=(RYANAIR,),
    )

    query = build_query(state, "EUR")

    assert (query.origin, query.destination) == ("LIS", "BER")
    assert (query.departure, query.return_date) == (FRIDAY, FRIDAY + 7 * DAY)
    assert (query.adults, query.children, query.infants) == (2, 1, 1)
    assert (query.cabin, query.max_stops) == ("business", 1)
    assert (query.max_price, query.currency) == (Decimal(900), "USD")
    assert query.exclude_airlines == ("FR",)
    assert build_query(trip(), "EUR").currency == "EUR"


def test_chat_context_holds_typed_values_only():
    """The chatbot's context has slots, missing slots and offers, and neither the message nor provider ids."""
    context = chat_context(turn_result(trip_with_offers(departure_date=None)))

    assert set(context) == {"language", "intent", "slots", "missing", "offers"}
    assert context["slots"] == {"origin": LISBON, "destination": BERLIN}
    assert context["missing"] == ["departure_date"]
    assert [offer["flight"] for offer in context["offers"]] == ["TP101", "FR102", "LH103"]
    assert SIDE_QUESTION not in str(context)
    assert "sandbox:1" not in str(context)


def test_known_facts_are_slots_and_offers():
    """A model may mention the slots and the offers shown, nothing else of the state."""
    assert known_facts(trip_with_offers(max_stops=0)) == {**trip(max_stops=0).slots, "offers": THREE_OFFERS}
