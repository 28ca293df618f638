"""TravelAssistant as its users see it: replies, streams, sessions, order, repeats, health."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pytest

from asyncassist import AsyncFlightClient, AsyncNLPEngine, AsyncStateManager, CachedChatbot, TravelAssistant
from asyncassist._events import Event, listen
from asyncassist._types import Money, Passengers, Place
from asyncassist.assistant import Done, OfferFound, TextDelta, Understood
from asyncassist.assistant.action_executor import build_query
from asyncassist.assistant.dialogue_store import chat_conversation_id
from asyncassist.errors import ClosedError, ConfigurationError, InvalidInputError
from asyncassist.flights import SandboxProvider
from asyncassist.testing import FakeClock
from tests.assistant.builders import RYANAIR, TAP, trip
from tests.assistant.dialogue_scripts import NOW

STAGES = {"nlp", "state", "flights", "chat", "total"}
WHOLE = "I need a flight from Lisbon to Berlin on 4 December for two adults"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW.timestamp())


@pytest.fixture
async def assistant(clock: FakeClock):
    async with TravelAssistant(now=clock) as assistant:
        yield assistant


async def test_one_sentence_is_answered_with_offers(assistant: TravelAssistant):
    """Slots are typed, offers ranked and few, timings whole."""
    reply = await assistant.reply(WHOLE)

    assert isinstance(reply.slots["origin"], Place)
    assert reply.slots["departure_date"] == dt.date(2026, 12, 4)
    assert reply.slots["passengers"] == Passengers(adults=2)
    assert reply.missing == ()
    assert len(reply.offers) == 5
    assert reply.source == "flights"
    assert reply.intent == "search_flight"
    assert not reply.degraded
    assert reply.reason is None
    assert set(reply.timings) == STAGES
    assert reply.timings["total"] >= reply.timings["flights"] > 0
    assert reply.to_dict()["slots"]["departure_date"] == "2026-12-04"


async def test_a_conversation_goes_on_by_its_id(assistant: TravelAssistant):
    """A new conversation gets an id that nobody guesses; with it the next message is understood."""
    first = await assistant.reply("I want to fly to Berlin")
    second = await assistant.reply("from Lisbon", session_id=first.session_id)
    other = await assistant.reply("from Lisbon")

    assert len(first.session_id) >= 32
    assert set(second.slots) == {"origin", "destination"}
    assert set(other.slots) == {"origin"}


async def test_another_users_session_does_not_exist(assistant: TravelAssistant):
    """The same id of another user is another conversation, and nobody learns of the first."""
    await assistant.reply("I want to fly to Berlin", session_id="trip", user="ana")

    theirs = await assistant.reply("from Lisbon", session_id="trip", user="bob")
    nobodys = await assistant.reply("from Lisbon", session_id="trip")

    assert "destination" not in theirs.slots
    assert "destination" not in nobodys.slots
    assert await assistant.messages("trip", user="eve") == []
    assert len(await assistant.messages("trip", user="ana")) == 2
    assert not await assistant.forget("trip", user="eve")


async def test_the_transcript_is_kept_and_forgotten(assistant: TravelAssistant):
    """Both sides of each turn, in order; after forgetting neither transcript nor trip is left."""
    reply = await assistant.reply("I want to fly to Berlin", session_id="trip")

    messages = await assistant.messages("trip")
    assert [(message.role, message.content) for message in messages] == [
        ("user", "I want to fly to Berlin"),
        ("assistant", reply.text),
    ]
    assert messages[1].source == "rules"
    assert await assistant.messages("trip", limit=1) == messages[1:]

    assert await assistant.forget("trip")
    assert await assistant.messages("trip") == []
    assert set((await assistant.reply("from Lisbon", session_id="trip")).slots) == {"origin"}


async def test_two_messages_at_once_are_taken_in_order(assistant: TravelAssistant):
    """The second is read in the light of the first."""
    messages = ["I want to fly to Berlin", "from Lisbon", "on 4 December", "cheaper", "the second one"]

    replies = await asyncio.gather(*(assistant.reply(message, session_id="trip") for message in messages))

    assert [len(reply.missing) for reply in replies] == [2, 1, 0, 0, 0]
    assert replies[4].chosen is not None
    assert replies[4].chosen.id == replies[3].offers[1].id
    transcript = await assistant.messages("trip")
    assert [message.content for message in transcript if message.role == "user"] == messages


async def test_a_session_survives_a_restart(clock: FakeClock):
    """Another assistant over the same store goes on where the first stopped."""
    async with AsyncStateManager(now=clock) as state:
        async with TravelAssistant(state=state, now=clock) as before:
            first = await before.reply(WHOLE, session_id="trip")
        async with TravelAssistant(state=state, now=clock) as after:
            second = await after.reply("the second one", session_id="trip")

    assert second.chosen is not None
    assert second.chosen.id == first.offers[1].id


async def test_a_repeated_request_changes_nothing(assistant: TravelAssistant):
    """The stored reply comes back, offers and all; another message under the id is refused."""
    first = await assistant.reply(WHOLE, session_id="trip", request_id="r1")
    await assistant.reply("the day after", session_id="trip", request_id="r2")

    again = await assistant.reply(WHOLE, session_id="trip", request_id="r1")

    assert again.text == first.text
    assert dict(again.slots) == dict(first.slots)
    assert [offer.id for offer in again.offers] == [offer.id for offer in first.offers]
    assert again.offers[0].itineraries == first.offers[0].itineraries
    assert again.missing == first.missing
    assert set(again.timings) == STAGES
    assert len(await assistant.messages("trip")) == 4
    with pytest.raises(InvalidInputError) as caught:
        await assistant.reply("something else", session_id="trip", request_id="r1")
    assert caught.value.field == "request_id"
    assert assistant.stats()["repeated"] == 1


async def test_a_repeated_pick_still_has_its_offer(assistant: TravelAssistant):
    """Also what was picked comes back."""
    await assistant.reply(WHOLE, session_id="trip")
    first = await assistant.reply("the second one", session_id="trip", request_id="r1")

    again = await assistant.reply("the second one", session_id="trip", request_id="r1")

    assert first.chosen is not None
    assert again.chosen is not None
    assert again.chosen.id == first.chosen.id


async def test_a_stream_tells_what_happens(assistant: TravelAssistant):
    """Understood first, then offers as they arrive, text in pieces, the reply last."""
    async with assistant.stream(WHOLE, session_id="trip") as stream:
        with pytest.raises(RuntimeError):
            _ = stream.reply
        events = [event async for event in stream]

    assert isinstance(events[0], Understood)
    assert events[0].language == "en"
    assert events[0].slots["passengers"] == Passengers(adults=2)
    assert isinstance(events[-1], Done)
    reply = events[-1].reply
    assert stream.reply is reply
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == reply.text
    found = {event.offer.id for event in events if isinstance(event, OfferFound)}
    assert {offer.id for offer in reply.offers} <= found
    same = await assistant.reply(WHOLE, session_id="other")
    assert same.text == reply.text


async def test_a_repeated_stream_tells_it_again(assistant: TravelAssistant):
    """The stored reply as events."""
    first = await assistant.reply(WHOLE, session_id="trip", request_id="r1")

    async with assistant.stream(WHOLE, session_id="trip", request_id="r1") as stream:
        events = [event async for event in stream]

    assert isinstance(events[0], Understood)
    assert sum(isinstance(event, OfferFound) for event in events) == 5
    assert stream.reply.text == first.text


async def test_leaving_a_stream_ends_the_work(clock: FakeClock):
    """Nothing is kept of a turn whose reader left; the session goes on."""
    flights = AsyncFlightClient(providers=[SandboxProvider(latency=30.0)])
    async with flights, TravelAssistant(flights=flights, now=clock) as assistant:
        async with assistant.stream(WHOLE, session_id="trip", now=NOW) as stream:
            first = await anext(aiter(stream))

        assert isinstance(first, Understood)
        assert await assistant.messages("trip") == []
        assert (await assistant.reply("hello", session_id="trip")).text


async def test_the_first_event_does_not_wait_for_flights(clock: FakeClock):
    """What was understood is told while a provider that never answers is asked; it costs little of this thread's time."""
    flights = AsyncFlightClient(providers=[SandboxProvider(latency=3600.0)], deadline=7200.0)
    async with flights, TravelAssistant(flights=flights, now=clock) as assistant:
        await assistant.reply("hello")
        started = time.thread_time()
        async with assistant.stream(WHOLE, now=NOW) as stream:
            first = await anext(aiter(stream))
            spent = time.thread_time() - started

    assert isinstance(first, Understood)
    assert spent < 0.15  # usually 1 ms


async def test_two_hundred_sessions_at_once(clock: FakeClock):
    """With a provider that takes 0.2 s none waits for another: one after the other they would take 40 s."""
    flights = AsyncFlightClient(providers=[SandboxProvider(latency=0.2)])
    async with flights, TravelAssistant(flights=flights, now=clock) as assistant:
        await assistant.reply(WHOLE, now=NOW)
        started = time.perf_counter()
        replies = await asyncio.gather(
            *(assistant.reply(WHOLE, session_id=f"s{number}", now=NOW) for number in range(200))
        )
        elapsed = time.perf_counter() - started

    assert all(reply.source == "flights" and len(reply.offers) == 5 for reply in replies)
    assert elapsed < 20.0


async def test_the_travellers_day_is_theirs(assistant: TravelAssistant):
    """ "Tomorrow" is counted in the traveller's zone; `now` decides where it is given."""
    late = dt.datetime(2026, 11, 21, 20, tzinfo=dt.UTC)

    tokyo = await assistant.reply("from Tokyo to Osaka tomorrow", now=late, timezone="Asia/Tokyo")
    utc = await assistant.reply("from Lisbon to Berlin tomorrow", now=late)
    clocks = await assistant.reply("from Lisbon to Berlin tomorrow", timezone="Europe/Lisbon")

    assert tokyo.slots["departure_date"] == dt.date(2026, 11, 23)
    assert utc.slots["departure_date"] == dt.date(2026, 11, 22)
    assert clocks.slots["departure_date"] == dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"message": ""}, "message"),
        ({"message": " \u200b "}, "message"),
        ({"message": "x" * 4001}, "message"),
        ({"message": "\ud800"}, "message"),
        ({"message": None}, "message"),
        ({"session_id": "no/slash"}, "session_id"),
        ({"session_id": ""}, "session_id"),
        ({"user": ""}, "user"),
        ({"user": "a\nb"}, "user"),
        ({"request_id": " "}, "request_id"),
        ({"now": dt.datetime(2026, 1, 1)}, "now"),
        ({"now": "today"}, "now"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"timezone": 3}, "timezone"),
    ],
)
async def test_wrong_arguments_are_named(assistant: TravelAssistant, arguments: dict[str, Any], field: str):
    """Refused before anything happens, alike by reply and stream."""
    given = {"message": "hello", **arguments}
    message = given.pop("message")

    with pytest.raises(InvalidInputError) as caught:
        await assistant.reply(message, **given)
    assert caught.value.field == field
    with pytest.raises(InvalidInputError) as streamed:
        async with assistant.stream(message, **given):
            pass
    assert streamed.value.field == field


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"currency": "euro"}, "currency"),
        ({"currency": "eur"}, "currency"),
        ({"currency": 3}, "currency"),
        ({"max_offers": 0}, "max_offers"),
        ({"max_offers": 21}, "max_offers"),
    ],
)
def test_wrong_settings_are_named(arguments: dict[str, Any], field: str):
    """At construction, which needs no event loop."""
    with pytest.raises(ConfigurationError) as caught:
        TravelAssistant(**arguments)
    assert caught.value.field == field


async def test_bad_ids_are_refused_everywhere(assistant: TravelAssistant):
    """Reading and forgetting check ids too."""
    with pytest.raises(InvalidInputError):
        await assistant.messages("no/slash")
    with pytest.raises(InvalidInputError):
        await assistant.forget("no/slash")


async def test_a_closed_assistant_stays_closed(clock: FakeClock):
    """What was handed in stays open."""
    nlp, flights = AsyncNLPEngine(now=clock), AsyncFlightClient(now=clock)
    async with nlp, flights:
        assistant = TravelAssistant(nlp=nlp, flights=flights, now=clock)
        await assistant.reply("hello")
        await assistant.aclose()

        with pytest.raises(ClosedError):
            await assistant.reply("hello")
        assert (await nlp.analyze("hello")).language.code == "en"


async def test_from_env_runs_offline(monkeypatch: pytest.MonkeyPatch):
    """With nothing set all is embedded, and closing closes all of it."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ASYNCASSIST_MODEL", "ASYNCASSIST_REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("ASYNCASSIST_POSTGRES_URL", raising=False)
    monkeypatch.delenv("ASYNCASSIST_JOURNAL", raising=False)

    async with await asyncio.to_thread(TravelAssistant.from_env) as assistant:
        reply = await assistant.reply("What is the meaning of life?")
        health = await assistant.health()

    assert reply.source == "rules"
    assert not reply.degraded
    assert health.status == "pass"
    assert {check.name for check in health.checks} == {"nlp", "state", "flights"}


async def test_from_env_takes_a_model(monkeypatch: pytest.MonkeyPatch):
    """A chatbot takes part when the environment names a model."""
    monkeypatch.setenv("ASYNCASSIST_MODEL", "some-model")

    async with await asyncio.to_thread(TravelAssistant.from_env) as assistant:
        health = await assistant.health()

    assert "chat" in {check.name for check in health.checks}


async def test_figures_are_counted(assistant: TravelAssistant):
    """Turns by source, seconds per stage, and the parts' own figures; who listens hears each turn."""
    heard: list[Event] = []
    with listen(heard.append):
        await assistant.reply(WHOLE, session_id="trip")
        await assistant.reply("thanks", session_id="trip")

    stats = assistant.stats()
    assert stats["turns"] == 2
    assert stats["flights"] == 1
    assert stats["rules"] == 1
    assert stats["degraded"] == 0
    assert set(stats["stages"]) == STAGES
    assert stats["stages"]["total"]["p50"] > 0
    assert set(stats["parts"]) == {"nlp", "state", "flights"}
    turns = [event for event in heard if event.name == "asyncassist.assistant.turn"]
    assert [event.attributes["source"] for event in turns] == ["flights", "rules"]


async def test_prices_come_in_the_currency_asked_for(clock: FakeClock):
    """The assistant's currency, and the traveller's own where a budget names one."""
    async with TravelAssistant(currency="USD", max_offers=3, now=clock) as assistant:
        plain = await assistant.reply(WHOLE, session_id="trip")
        budget = await assistant.reply("for less than 900 euros", session_id="trip")

    assert {offer.total.currency for offer in plain.offers} == {"USD"}
    assert len(plain.offers) == 3
    assert {offer.total.currency for offer in budget.offers} == {"EUR"}


async def test_a_session_is_small(assistant: TravelAssistant):
    """A few kilobytes at most, however long the list."""
    await assistant.reply(WHOLE, session_id="trip")
    await assistant.reply("both ways", session_id="trip")
    await assistant.reply("12 December", session_id="trip")
    state = assistant._state
    assert state is not None

    sizes = [len(str((await state.get(name)).data)) async for name in state.scan() if name.startswith("trip:")]  # type: ignore[union-attr]

    assert len(sizes) == 1
    assert sizes[0] < 4096


async def test_a_chatbot_handed_in_is_not_closed(clock: FakeClock):
    """It is its owner's."""
    chatbot = CachedChatbot(model="none", now=clock)
    async with chatbot:
        async with TravelAssistant(chatbot=chatbot, now=clock) as assistant:
            await assistant.reply("What is the meaning of life?")

        assert (await chatbot.reply("hello")).text


async def test_a_day_that_is_past_where_the_flight_begins(assistant: TravelAssistant):
    """Today of the traveller is yesterday in Tokyo: asked about, not failed."""
    late = dt.datetime(2026, 11, 21, 20, tzinfo=dt.UTC)

    reply = await assistant.reply("from Tokyo to Osaka on 21 November 2026", now=late, session_id="trip")
    async with assistant.stream("on 21 November 2026", now=late, session_id="trip") as stream:
        _ = [event async for event in stream]

    for answer in (reply, stream.reply):
        assert answer.missing == ("departure_date",)
        assert "past" in answer.text
        assert not answer.degraded
        assert answer.source == "rules"


async def test_a_question_after_no_direct_flight_stands_until_it_is_answered(assistant: TravelAssistant):
    """Thanks in between is answered, and the question asked again; yes looks at flights with a stop."""
    first = await assistant.reply("a direct flight from Tromsø to Funchal on 4 December", session_id="trip")
    aside = await assistant.reply("thank you", session_id="trip")
    yes = await assistant.reply("yes", session_id="trip")

    assert first.offers == ()
    assert "with a stop?" in aside.text
    assert yes.offers
    assert "max_stops" not in yes.slots


async def test_forgetting_reaches_the_chatbot(clock: FakeClock):
    """What was handed to the chatbot is deleted too."""
    async with (
        CachedChatbot(model="none", now=clock) as chatbot,
        TravelAssistant(chatbot=chatbot, now=clock) as assistant,
    ):
        await assistant.reply("What is the meaning of life?", session_id="trip")
        assert await assistant.forget("trip")

        kept = [await chatbot.messages(name) for name in ("trip", chat_conversation_id("trip"))]
    assert kept == [[], []]


def test_limits_that_limit_nothing_are_not_sent():
    """A budget of nothing, and more stops than any flight has; one airline wished for, not the others excluded."""
    odd = trip(budget=Money(Decimal(0), "EUR"), max_stops=30, airline=TAP, excluded_airlines=(RYANAIR,))

    query = build_query(odd, "EUR")

    assert query.max_price is None
    assert query.max_stops is None
    assert query.airlines == ("TP",)
    assert query.exclude_airlines == ()
