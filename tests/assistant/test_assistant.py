"""TravelAssistant: replies, streams, arguments, ownership of components, health and stats."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from typing import Any

import pytest

from asyncassist import (
    AsyncFlightClient,
    AsyncHandler,
    AsyncNLPEngine,
    AsyncStateManager,
    CachedChatbot,
    TravelAssistant,
)
from asyncassist._events import Event, listen
from asyncassist._types import Passengers, Place
from asyncassist.assistant import Done, OfferFound, TextDelta, Understood
from asyncassist.assistant.dialogue_store import chat_conversation_id
from asyncassist.assistant.models import STAGES
from asyncassist.errors import ClosedError, ConfigurationError, InvalidInputError
from asyncassist.flights import SandboxProvider
from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.testing import FakeClock
from tests.assistant.builders import COMPLETE_REQUEST
from tests.assistant.dialogue_scripts import NOW


async def test_complete_request_is_answered_with_offers(assistant: TravelAssistant):
    """One complete message fills typed slots and returns at most `max_offers` offers and all timings."""
    reply = await assistant.reply(COMPLETE_REQUEST)

    assert isinstance(reply.slots["origin"], Place)
    assert reply.slots["departure_date"] == dt.date(2026, 12, 4)
    assert reply.slots["passengers"] == Passengers(adults=2)
    assert reply.missing == ()
    assert len(reply.offers) == 5
    assert reply.source == "flights"
    assert reply.intent == "search_flight"
    assert not reply.degraded
    assert reply.reason is None
    assert set(reply.timings) == set(STAGES)
    assert reply.timings["total"] >= reply.timings["flights"] > 0
    assert reply.to_dict()["slots"]["departure_date"] == "2026-12-04"


async def test_session_id_continues_the_conversation(assistant: TravelAssistant):
    """A new conversation gets an unguessable id, with which the next message continues it."""
    first = await assistant.reply("I want to fly to Berlin")
    second = await assistant.reply("from Lisbon", session_id=first.session_id)
    other = await assistant.reply("from Lisbon")

    assert len(first.session_id) >= 32
    assert set(second.slots) == {"origin", "destination"}
    assert set(other.slots) == {"origin"}


async def test_text_in_no_language_is_answered_in_the_preferred_one(assistant: TravelAssistant):
    """Evidence comes first, then the conversation so far, then the preferred language, then English."""
    for text in ("asdf qwer zxcv", "blarg", "12345"):
        assert (await assistant.reply(text)).language == "en"
        assert (await assistant.reply(text, locale="it")).language == "it"
    german = await assistant.reply("Ich möchte nach Rom fliegen", locale="it")
    assert german.language == "de"
    assert (await assistant.reply("hjkl", session_id=german.session_id, locale="it")).language == "de"
    async with assistant.stream("blarg", locale="fr") as stream:
        async for _ in stream:
            pass
    assert stream.reply.language == "fr"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_order_by_price_is_taken_back(assistant: TravelAssistant, language: str):
    """In the words of the web page's chips, which select no offer."""
    page = PACKS[language].page
    first = await assistant.reply(page["examples"][0], locale=language)
    for words, order in ((page["say_cheaper"], "price"), (page["say_best"], "best"), (page["say_faster"], "duration")):
        reply = await assistant.reply(words, session_id=first.session_id, locale=language)
        assert (reply.sort, reply.chosen) == (order, None)
        assert reply.offers


@pytest.mark.parametrize("language", LANGUAGES)
async def test_more_offers_are_shown_to_the_end(assistant: TravelAssistant, language: str):
    """In the words of the page's button: none twice, labels that stay, and a sentence after the last one."""
    page = PACKS[language].page
    reply = await assistant.reply(page["examples"][0], locale=language)
    first, seen = reply, [offer.id for offer in reply.offers]
    assert {reply.cheapest, reply.best} <= set(seen)
    while reply.more:
        left = reply.more
        reply = await assistant.reply(page["say_more"], session_id=first.session_id, locale=language)
        assert reply.more == left - len(reply.offers)
        assert (reply.best, reply.cheapest, reply.fastest) == (None, None, None) or reply.fastest == first.fastest
        seen += [offer.id for offer in reply.offers]
    assert len(seen) == len(set(seen)) == len(first.offers) + first.more
    last = await assistant.reply(page["say_more"], session_id=first.session_id, locale=language)
    assert (last.offers, last.more) == ((), 0)
    chosen = await assistant.reply(page["say_number"].format(n=1), session_id=first.session_id, locale=language)
    assert chosen.chosen is not None
    assert chosen.chosen.id == reply.offers[0].id


async def test_day_of_a_price_shows_that_price(assistant: TravelAssistant):
    """The list of a day has the offer whose price was named; asking for the days leaves the offers to choose from."""
    first = await assistant.reply(COMPLETE_REQUEST)
    days = await assistant.reply("which day is cheapest?", session_id=first.session_id)
    chosen = await assistant.reply("number 2", session_id=first.session_id)
    assert chosen.chosen is not None
    assert chosen.chosen.id == first.offers[1].id
    for day in days.date_prices:
        found = await assistant.reply(f"on {day.date:%d %B}", session_id=first.session_id)
        assert min(offer.total.amount for offer in found.offers) == day.price.amount


@pytest.mark.parametrize("language", LANGUAGES)
async def test_bag_and_refund_are_filters_that_can_be_dropped(assistant: TravelAssistant, language: str):
    """In the words of the page's chips: each flight with the lowest fare that has it, which can be chosen."""
    page = PACKS[language].page
    first = await assistant.reply(page["examples"][0], locale=language)
    for slot, wanted, dropped in (
        ("checked_bags", "say_bag", "say_any_bag"),
        ("refundable", "say_refundable", "say_any_refund"),
    ):
        reply = await assistant.reply(page[wanted], session_id=first.session_id, locale=language)
        assert slot in reply.slots
        assert reply.offers
        assert all(getattr(offer.fare, slot) for offer in reply.offers)
        assert reply.fares[slot] == first.fares[slot] == len(reply.offers) + reply.more
        assert reply.cheapest in {offer.id for offer in reply.offers}
        picked = await assistant.reply(page["say_number"].format(n=1), session_id=first.session_id, locale=language)
        assert picked.chosen is not None
        assert picked.chosen.id == reply.offers[0].id
        reply = await assistant.reply(page[dropped], session_id=first.session_id, locale=language)
        assert slot not in reply.slots
        assert [offer.id for offer in reply.offers] == [offer.id for offer in first.offers]


_ANY_ORDER = {
    "en": ("best first", "any order"),
    "de": ("das Beste zuerst", "die Reihenfolge ist egal"),
    "es": ("lo mejor primero", "en cualquier orden"),
    "fr": ("le meilleur en premier", "dans n'importe quel ordre"),
    "it": ("prima il migliore", "in qualsiasi ordine"),
    "nl": ("het beste eerst", "in elke volgorde"),
    "pt": ("o melhor primeiro", "em qualquer ordem"),
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_any_order_is_that_of_the_best(assistant: TravelAssistant, language: str):
    """It chooses no offer, whichever order holds."""
    page = PACKS[language].page
    first = await assistant.reply(page["examples"][0], locale=language)
    for words in (*_ANY_ORDER[language], page["say_cheaper"], *_ANY_ORDER[language]):
        reply = await assistant.reply(words, session_id=first.session_id, locale=language)
        assert reply.chosen is None
        assert reply.offers
        assert reply.sort == ("price" if words == page["say_cheaper"] else "best")


async def test_prices_by_day_claim_no_hours(assistant: TravelAssistant):
    """They are those of any hour, although the list of offers keeps to the trip's."""
    first = await assistant.reply(f"{COMPLETE_REQUEST}, after 10 am")
    assert "leaving after 10:00" in first.text
    days = await assistant.reply("is another day cheaper?", session_id=first.session_id)
    assert days.date_prices
    assert "leaving" not in days.text
    assert "leaving after 10:00" in (await assistant.reply("show them again", session_id=first.session_id)).text


async def test_region_decides_words_dates_and_clock(assistant: TravelAssistant):
    """That of the locale comes first, then that of the traveller's words; it stays in the conversation."""
    american = await assistant.reply(COMPLETE_REQUEST, locale="en-US")
    british = await assistant.reply(COMPLETE_REQUEST, locale="en-GB")
    spoken = await assistant.reply("We need a break for a fortnight")
    later = await assistant.reply(COMPLETE_REQUEST, session_id=spoken.session_id)
    german = await assistant.reply("Von Lissabon nach Berlin am 4. Dezember, zwei Erwachsene", locale="en-GB")

    assert "Fri, Dec 4, 2026" in american.text
    assert " AM" in american.text
    assert "Fri, 4 Dec 2026" in british.text
    assert " AM" not in british.text
    assert "Fri, 4 Dec 2026" in later.text
    assert "Fr., 4. Dez. 2026" in german.text


async def test_region_decides_the_order_of_day_and_month(assistant: TravelAssistant):
    """3/4 is the third of April, in the United States the fourth of March."""
    for locale, day in (("en-US", dt.date(2027, 3, 4)), ("en-GB", dt.date(2027, 4, 3))):
        reply = await assistant.reply("Lisbon to Berlin on 3/4/2027", locale=locale)
        assert reply.slots["departure_date"] == day


@pytest.mark.parametrize("word", ["London", "ok", "hi", "hello"])
async def test_one_word_is_answered_in_the_preferred_language(assistant: TravelAssistant, word: str):
    """It is a name, or known in many languages; without a preference it counts."""
    assert (await assistant.reply(word, locale="de")).language == "de"
    assert (await assistant.reply("I want to fly to London", locale="de")).language == "en"
    assert (await assistant.reply(word)).language == "en"


async def test_doubtful_text_leans_towards_the_preferred_language(assistant: TravelAssistant):
    """A text that is as well one language as another is read in the preferred one; a clear text is not."""
    for language in ("es", "it"):
        assert (await assistant.reply("si", locale=language)).language == language
    assert (await assistant.reply("quiero volar mañana", locale="it")).language == "es"


async def test_stream_yields_events_in_order(assistant: TravelAssistant):
    """`Understood` comes first, then offers and text fragments, and `Done` with the reply last."""
    async with assistant.stream(COMPLETE_REQUEST, session_id="trip") as stream:
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
    unstreamed = await assistant.reply(COMPLETE_REQUEST, session_id="other")
    assert unstreamed.text == reply.text


async def test_leaving_a_stream_cancels_the_turn(clock: FakeClock):
    """A turn whose stream was left stores nothing, and the session remains usable."""
    flights = AsyncFlightClient(providers=[SandboxProvider(latency=30.0)])
    async with flights, TravelAssistant(flights=flights, now=clock) as assistant:
        async with assistant.stream(COMPLETE_REQUEST, session_id="trip", now=NOW) as stream:
            first = await anext(aiter(stream))

        assert isinstance(first, Understood)
        assert await assistant.messages("trip") == []
        assert (await assistant.reply("hello", session_id="trip")).text


async def test_first_event_precedes_the_flight_search(clock: FakeClock):
    """`Understood` arrives while a provider that never answers is searched, within little CPU time."""
    flights = AsyncFlightClient(providers=[SandboxProvider(latency=3600.0)], deadline=7200.0)
    async with flights, TravelAssistant(flights=flights, now=clock) as assistant:
        await assistant.reply("hello")
        started = time.thread_time()
        async with assistant.stream(COMPLETE_REQUEST, now=NOW) as stream:
            first = await anext(aiter(stream))
            spent = time.thread_time() - started

    assert isinstance(first, Understood)
    assert spent < 0.15  # usually 1 ms


async def test_two_hundred_concurrent_sessions(clock: FakeClock):
    """Sessions run concurrently: in sequence, 200 searches of 0.2 s would take 40 s."""
    flights = AsyncFlightClient(providers=[SandboxProvider(latency=0.2)])
    async with flights, TravelAssistant(flights=flights, now=clock) as assistant:
        await assistant.reply(COMPLETE_REQUEST, now=NOW)
        started = time.perf_counter()
        replies = await asyncio.gather(
            *(assistant.reply(COMPLETE_REQUEST, session_id=f"s{number}", now=NOW) for number in range(200))
        )
        elapsed = time.perf_counter() - started

    assert all(reply.source == "flights" and len(reply.offers) == 5 for reply in replies)
    assert elapsed < 20.0


async def test_relative_dates_use_the_travellers_zone(assistant: TravelAssistant):
    """ "Tomorrow" is counted in the given time zone, from `now` if given, else from the clock."""
    late = dt.datetime(2026, 11, 21, 20, tzinfo=dt.UTC)

    tokyo = await assistant.reply("from Tokyo to Osaka tomorrow", now=late, timezone="Asia/Tokyo")
    utc = await assistant.reply("from Lisbon to Berlin tomorrow", now=late)
    by_clock = await assistant.reply("from Lisbon to Berlin tomorrow", timezone="Europe/Lisbon")

    assert tokyo.slots["departure_date"] == dt.date(2026, 11, 23)
    assert utc.slots["departure_date"] == dt.date(2026, 11, 22)
    assert by_clock.slots["departure_date"] == dt.date(2026, 11, 22)


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
async def test_invalid_argument_is_named(assistant: TravelAssistant, arguments: dict[str, Any], field: str):
    """An invalid argument is refused before anything happens, by `reply` and `stream` alike."""
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
def test_invalid_setting_is_named(arguments: dict[str, Any], field: str):
    """An invalid setting is refused by the constructor, which needs no event loop."""
    with pytest.raises(ConfigurationError) as caught:
        TravelAssistant(**arguments)
    assert caught.value.field == field


async def test_invalid_session_id_is_refused(assistant: TravelAssistant):
    """`messages` and `forget` validate the session id."""
    with pytest.raises(InvalidInputError):
        await assistant.messages("no/slash")
    with pytest.raises(InvalidInputError):
        await assistant.forget("no/slash")


async def test_closed_assistant_stays_closed(clock: FakeClock):
    """A closed assistant refuses calls, and leaves the components that were passed in open."""
    nlp, flights = AsyncNLPEngine(now=clock), AsyncFlightClient(now=clock)
    async with nlp, flights:
        assistant = TravelAssistant(nlp=nlp, flights=flights, now=clock)
        await assistant.reply("hello")
        await assistant.aclose()

        with pytest.raises(ClosedError):
            await assistant.reply("hello")
        assert (await nlp.analyze("hello")).language.code == "en"


async def test_borrowed_chatbot_stays_open(clock: FakeClock):
    """Closing the assistant does not close a chatbot that was passed in."""
    chatbot = CachedChatbot(model="none", now=clock)
    async with chatbot:
        async with TravelAssistant(chatbot=chatbot, now=clock) as assistant:
            await assistant.reply("What is the meaning of life?")

        assert (await chatbot.reply("hello")).text


async def test_from_env_without_variables_runs_offline(monkeypatch: pytest.MonkeyPatch):
    """With no variable set, embedded components answer, and health has no chatbot."""
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


async def test_from_env_with_a_model_uses_a_chatbot(monkeypatch: pytest.MonkeyPatch):
    """A model in the environment adds a chatbot."""
    monkeypatch.setenv("ASYNCASSIST_MODEL", "some-model")

    async with await asyncio.to_thread(TravelAssistant.from_env) as assistant:
        health = await assistant.health()

    assert "chat" in {check.name for check in health.checks}


async def test_turns_are_counted_and_emitted(assistant: TravelAssistant):
    """Stats count turns by source and latency per stage; listeners receive one event per turn."""
    events: list[Event] = []
    with listen(events.append):
        await assistant.reply(COMPLETE_REQUEST, session_id="trip")
        await assistant.reply("thanks", session_id="trip")

    stats = assistant.stats()
    assert stats["turns"] == 2
    assert stats["flights"] == 1
    assert stats["rules"] == 1
    assert stats["degraded"] == 0
    assert set(stats["stages"]) == set(STAGES)
    assert stats["stages"]["total"]["p50"] > 0
    assert set(stats["parts"]) == {"nlp", "state", "flights"}
    turns = [event for event in events if event.name == "asyncassist.assistant.turn"]
    assert [event.attributes["source"] for event in turns] == ["flights", "rules"]


async def test_forget_deletes_the_chatbots_history(clock: FakeClock):
    """`forget` deletes the messages that were passed to the chatbot."""
    async with (
        CachedChatbot(model="none", now=clock) as chatbot,
        TravelAssistant(chatbot=chatbot, now=clock) as assistant,
    ):
        await assistant.reply("What is the meaning of life?", session_id="trip")
        assert await assistant.forget("trip")

        remaining = [await chatbot.messages(name) for name in ("trip", chat_conversation_id("trip"))]
    assert remaining == [[], []]


async def test_components_are_shown_read_only(clock: FakeClock):
    """What was handed in is shown at once, what the assistant makes itself once it is open; nothing can be replaced."""
    async with AsyncHandler(now=clock) as http, AsyncStateManager(now=clock) as state:
        assistant = TravelAssistant(http=http, state=state, now=clock)
        assert (assistant.nlp, assistant.flights, assistant.chatbot) == (None, None, None)
        assert assistant.http is http

        async with assistant:
            assert assistant.state is state
            assert isinstance(assistant.nlp, AsyncNLPEngine)
            assert isinstance(assistant.flights, AsyncFlightClient)
            with pytest.raises(AttributeError):
                assistant.state = state  # type: ignore[misc]


async def test_from_env_closes_what_it_made():
    """Components that from_env made are closed with the assistant."""
    assistant = await asyncio.to_thread(TravelAssistant.from_env)
    async with assistant:
        await assistant.reply("hello")
        state, nlp = assistant.state, assistant.nlp
    assert state is not None
    assert nlp is not None

    with pytest.raises(ClosedError):
        await state.get("x")
    with pytest.raises(ClosedError):
        await nlp.analyze("hello")
