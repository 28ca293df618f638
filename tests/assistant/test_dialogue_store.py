"""Persistence of conversations: sessions by user, transcripts, turn order, and replies of repeated requests."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

from asyncassist import AsyncStateManager, TravelAssistant
from asyncassist._types import Message
from asyncassist.assistant import AssistantReply, OfferFound, Understood
from asyncassist.assistant.dialogue_store import DialogueStore, chat_conversation_id, decode_reply, encode_reply
from asyncassist.assistant.models import STAGES
from asyncassist.assistant.state import DialogueState
from asyncassist.errors import InvalidInputError, NotFoundError, StateUnavailableError
from asyncassist.testing import FakeClock
from tests.assistant.builders import COMPLETE_REQUEST, trip, trip_with_offers

if TYPE_CHECKING:
    from tests.servers import Valkey


async def test_session_is_invisible_to_other_users(assistant: TravelAssistant):
    """The same session id under another user is another conversation, which reveals nothing of the first."""
    await assistant.reply("I want to fly to Berlin", session_id="trip", user="ana")

    other_user = await assistant.reply("from Lisbon", session_id="trip", user="bob")
    anonymous = await assistant.reply("from Lisbon", session_id="trip")

    assert "destination" not in other_user.slots
    assert "destination" not in anonymous.slots
    assert await assistant.messages("trip", user="eve") == []
    assert len(await assistant.messages("trip", user="ana")) == 2
    assert not await assistant.forget("trip", user="eve")


async def test_transcript_is_stored_and_forgotten(assistant: TravelAssistant):
    """The transcript holds both sides of each turn in order; after `forget` neither it nor the slots are left."""
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


async def test_concurrent_messages_are_processed_in_order(assistant: TravelAssistant):
    """Concurrent messages of one session are processed in order of arrival, each with the state of the one before."""
    messages = ["I want to fly to Berlin", "from Lisbon", "on 4 December", "cheaper", "the second one"]

    replies = await asyncio.gather(*(assistant.reply(message, session_id="trip") for message in messages))

    assert [len(reply.missing) for reply in replies] == [2, 1, 0, 0, 0]
    assert replies[4].chosen is not None
    assert replies[4].chosen.id == replies[3].offers[1].id
    transcript = await assistant.messages("trip")
    assert [message.content for message in transcript if message.role == "user"] == messages


async def test_session_survives_a_restart(clock: FakeClock):
    """Another assistant over the same store continues the conversation."""
    async with AsyncStateManager(now=clock) as state:
        async with TravelAssistant(state=state, now=clock) as before:
            first = await before.reply(COMPLETE_REQUEST, session_id="trip")
        async with TravelAssistant(state=state, now=clock) as after:
            second = await after.reply("the second one", session_id="trip")

    assert second.chosen is not None
    assert second.chosen.id == first.offers[1].id


async def test_session_is_small(assistant: TravelAssistant):
    """A stored session takes less than 6 KiB after a list of offers."""
    await assistant.reply(COMPLETE_REQUEST, session_id="trip")
    await assistant.reply("both ways", session_id="trip")
    await assistant.reply("12 December", session_id="trip")
    state = assistant._state
    assert state is not None

    sizes = [len(str((await state.get(name)).data)) async for name in state.scan() if name.startswith("trip:")]  # type: ignore[union-attr]

    assert len(sizes) == 1
    assert sizes[0] < 6144


async def test_repeated_request_returns_the_stored_reply(assistant: TravelAssistant):
    """A repeated request id returns the stored reply with its offers; with another message it is refused."""
    first = await assistant.reply(COMPLETE_REQUEST, session_id="trip", request_id="r1")
    await assistant.reply("the day after", session_id="trip", request_id="r2")

    repeated = await assistant.reply(COMPLETE_REQUEST, session_id="trip", request_id="r1")

    assert repeated.text == first.text
    assert dict(repeated.slots) == dict(first.slots)
    assert [offer.id for offer in repeated.offers] == [offer.id for offer in first.offers]
    assert repeated.offers[0].itineraries == first.offers[0].itineraries
    assert repeated.missing == first.missing
    assert set(repeated.timings) == set(STAGES)
    assert len(await assistant.messages("trip")) == 4
    with pytest.raises(InvalidInputError) as caught:
        await assistant.reply("something else", session_id="trip", request_id="r1")
    assert caught.value.field == "request_id"
    assert assistant.stats()["repeated"] == 1


async def test_repeated_request_without_a_session_finds_its_session(assistant: TravelAssistant):
    """A client that lost the first answer gets it; another message is refused, another user gets a session."""
    first = await assistant.reply(COMPLETE_REQUEST, user="ana", request_id="r1")

    repeated = await assistant.reply(COMPLETE_REQUEST, user="ana", request_id="r1")

    assert (repeated.session_id, repeated.text) == (first.session_id, first.text)
    assert len(await assistant.messages(first.session_id, user="ana")) == 2
    with pytest.raises(InvalidInputError):
        await assistant.reply("something else", user="ana", request_id="r1")
    assert (await assistant.reply(COMPLETE_REQUEST, user="ben", request_id="r1")).session_id != first.session_id
    anonymous = [await assistant.reply("hello", request_id="r1") for _ in range(2)]
    assert anonymous[0].session_id == anonymous[1].session_id


async def test_repeated_request_returns_the_chosen_offer(assistant: TravelAssistant):
    """The stored reply of a repeated request holds the offer that was picked."""
    await assistant.reply(COMPLETE_REQUEST, session_id="trip")
    first = await assistant.reply("the second one", session_id="trip", request_id="r1")

    repeated = await assistant.reply("the second one", session_id="trip", request_id="r1")

    assert first.chosen is not None
    assert repeated.chosen is not None
    assert repeated.chosen.id == first.chosen.id


async def test_stored_replies_are_bounded_and_forgotten(clock: FakeClock):
    """The last hundred of a conversation are stored; after `forget` nothing of it is left, and the id is a new one."""
    async with AsyncStateManager(now=clock) as state, TravelAssistant(state=state, now=clock) as assistant:
        store, keys = DialogueStore(state), {"session_id": "trip", "user": "ana"}
        reply = await assistant.reply("hello", session_id="trip", user="ana", request_id="first")
        for number in range(100):
            await store.save_reply("trip", "ana", f"r{number}", "hello", reply)
        names = [name async for name in state.scan()]

        assert len([name for name in names if "reply:" in name]) == 100
        assert await store.load_reply(**keys, request_id="first", message="hello") is None
        assert await store.load_reply(**keys, request_id="r0", message="hello") is not None

        assert await assistant.forget("trip", user="ana")
        assert [name async for name in state.scan()] == []
        await assistant.reply("another", session_id="trip", user="ana", request_id="r0")
        again = await assistant.reply("another", session_id="trip", user="ana", request_id="r0")
        assert again.session_id == "trip"
        assert assistant.stats()["repeated"] == 1


async def test_a_conversation_is_forgotten_although_its_replies_cannot_be_listed(valkey: Valkey):
    """In an outage the deletion is buffered; a reply whose list cannot be read expires with its TTL."""
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as before:
        await before.append("trip", [{"role": "user", "content": "hello"}])
    await asyncio.to_thread(valkey.kill)
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        await DialogueStore(state).forget("trip", None)
        await asyncio.to_thread(valkey.start)
        await state.flush()

        assert await state.messages("trip") == []


async def test_repeated_stream_replays_the_stored_reply(assistant: TravelAssistant):
    """A repeated request id replays the stored reply as events."""
    first = await assistant.reply(COMPLETE_REQUEST, session_id="trip", request_id="r1")

    async with assistant.stream(COMPLETE_REQUEST, session_id="trip", request_id="r1") as stream:
        events = [event async for event in stream]

    assert isinstance(events[0], Understood)
    assert sum(isinstance(event, OfferFound) for event in events) == 5
    assert stream.reply.text == first.text


class UnavailableStore(AsyncStateManager):
    """State manager whose operations fail while `unavailable` is set."""

    unavailable = False

    async def get(self, session_id: str, *, touch: bool = True) -> Any:
        self._check_available()
        return await super().get(session_id, touch=touch)

    async def update(self, *args: Any, **named: Any) -> Any:
        self._check_available()
        return await super().update(*args, **named)

    async def append(self, *args: Any, **named: Any) -> int:
        self._check_available()
        return await super().append(*args, **named)

    async def health(self) -> Any:
        self._check_available()
        return await super().health()

    def _check_available(self) -> None:
        if self.unavailable:
            raise StateUnavailableError


async def test_unreadable_session_starts_an_empty_trip(clock: FakeClock):
    """Without the store a turn starts an empty trip under the same id, degraded; afterwards the conversation continues."""
    async with UnavailableStore(now=clock) as state, TravelAssistant(state=state, now=clock) as assistant:
        await assistant.reply("I want to fly to Berlin", session_id="trip")
        state.unavailable = True
        during = await assistant.reply("from Lisbon", session_id="trip", request_id="r1")
        health = await assistant.health()
        state.unavailable = False
        after = await assistant.reply("on 4 December", session_id="trip")

    assert during.degraded
    assert during.reason is not None
    assert during.reason.startswith("state: ")
    assert during.session_id == "trip"
    assert set(during.slots) == {"origin"}
    assert health.status == "warn"
    assert set(after.slots) == {"destination", "departure_date"}
    assert not after.degraded


async def test_turn_of_an_outage_is_merged_by_key(clock: FakeClock):
    """A turn that could not read the session writes only the slots that it filled."""

    class UnreadableStore(UnavailableStore):
        """Store that accepts writes while it cannot be read."""

        async def update(self, *args: Any, **named: Any) -> Any:
            return await AsyncStateManager.update(self, *args, **named)

    async with UnreadableStore(now=clock) as state, TravelAssistant(state=state, now=clock) as assistant:
        await assistant.reply("I want to fly to Berlin", session_id="trip")
        state.unavailable = True
        await assistant.reply("from Lisbon", session_id="trip")
        state.unavailable = False
        after = await assistant.reply("on 4 December", session_id="trip")

    assert set(after.slots) == {"origin", "destination", "departure_date"}
    assert after.offers


async def test_turns_of_a_session_exclude_each_other(clock: FakeClock):
    """Turns of one session run one at a time in order of arrival; another user's turn does not wait."""
    log: list[str] = []

    async def run_turn(store: DialogueStore, name: str, user: str | None) -> None:
        async with store.turn("trip", user, max_wait=10.0):
            log.append(f"{name} begins")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            log.append(f"{name} ends")

    async with AsyncStateManager(now=clock) as state:
        store = DialogueStore(state)
        async with store.turn("trip", "bob", max_wait=10.0):
            await asyncio.gather(*(run_turn(store, name, "ana") for name in ("first", "second", "third")))

    assert log == ["first begins", "first ends", "second begins", "second ends", "third begins", "third ends"]


async def test_save_and_load(clock: FakeClock):
    """A saved state is loaded with its keys; a slot that the turn removed is removed from the session."""
    reply = AssistantReply(text="Hi", session_id="trip", language="en", intent="greeting")
    async with AsyncStateManager(now=clock) as state:
        store = DialogueStore(state)
        new = await store.load("trip", "ana")
        assert await store.save("trip", "ana", new, trip_with_offers(cabin="business"), ("hello", reply)) is None
        loaded = await store.load("trip", "ana")
        await store.save("trip", "ana", loaded, loaded.state.with_slots(cabin=None), ("hello again", reply))
        changed = await store.load("trip", "ana")

    assert (new.state, new.stored_keys, new.load_error) == (DialogueState(), frozenset(), None)
    assert loaded.state == trip_with_offers(cabin="business")
    assert "slot.cabin" in loaded.stored_keys
    assert changed.state == trip_with_offers()
    assert "slot.cabin" not in changed.stored_keys


async def test_failed_store_is_reported_not_raised(clock: FakeClock):
    """A failed load gives an empty state with the reason, a failed save returns the reason, a reply is just not found."""
    reply = AssistantReply(text="Hi", session_id="trip", language="en", intent="greeting")
    async with UnavailableStore(now=clock) as state:
        state.unavailable = True
        store = DialogueStore(state)
        loaded = await store.load("trip", None)
        saved = await store.save("trip", None, loaded, trip(), ("hello", reply))
        found = await store.load_reply("trip", None, "r1", "hello")

    assert loaded.state == DialogueState()
    assert loaded.load_error == "the session could not be read"
    assert saved == "the session could not be stored"
    assert found is None


async def test_reply_round_trips_through_json(assistant: TravelAssistant):
    """A stored reply keeps typed slots, whole offers and the chosen one."""
    await assistant.reply(COMPLETE_REQUEST, session_id="trip")
    reply = await assistant.reply("the second one", session_id="trip")

    decoded = decode_reply(json.loads(json.dumps(encode_reply(reply))))

    assert decoded == reply
    assert decoded.chosen is not None


async def test_reply_with_unencodable_offers_keeps_its_text(assistant: TravelAssistant):
    """Offers that cannot be encoded are left out of the stored reply."""
    reply = await assistant.reply(COMPLETE_REQUEST, session_id="trip")
    offers = tuple(dataclasses.replace(offer, raw={"value": object()}) for offer in reply.offers)

    decoded = decode_reply(encode_reply(dataclasses.replace(reply, offers=offers)))

    assert decoded.text == reply.text
    assert decoded.offers == ()


def test_chatbot_has_a_conversation_of_its_own():
    """The chatbot's conversation id is derived from the session id, differs from it and does not reveal it."""
    assert chat_conversation_id("trip-1") == chat_conversation_id("trip-1")
    assert chat_conversation_id("trip-1") != chat_conversation_id("trip-2")
    assert "trip-1" not in chat_conversation_id("trip-1")


async def test_transcript_keeps_the_offers_that_a_reply_shows(assistant: TravelAssistant):
    """Without other fares and the provider's data, which are not shown; with the travellers and the choice."""
    found = await assistant.reply(COMPLETE_REQUEST)
    chosen = await assistant.reply("the second one", session_id=found.session_id)
    _, first, _, second = (message.metadata for message in await assistant.messages(found.session_id))

    assert [offer["id"] for offer in first["offers"]] == [offer.id for offer in found.offers]
    assert first["offers"][0]["total"] == found.offers[0].total.to_dict()
    assert not any(offer["alternatives"] for offer in first["offers"])
    assert "chosen" not in first
    assert chosen.chosen is not None
    assert second["chosen"] == chosen.chosen.id
    assert len(json.dumps(first)) < 12_000


async def test_transcript_of_a_reply_without_offers_is_its_text(assistant: TravelAssistant):
    """Nothing is stored for what is not shown."""
    found = await assistant.reply("hello")

    assert (await assistant.messages(found.session_id))[1].metadata == {"language": "en"}


async def test_reply_says_how_its_offers_are_ordered(assistant: TravelAssistant):
    """The best of the list, the order and the times wanted; the transcript names the best again."""
    first = await assistant.reply(COMPLETE_REQUEST, session_id="trip")
    cheaper = await assistant.reply("cheaper", session_id="trip")
    morning = await assistant.reply("leaving in the morning", session_id="trip")
    stored = await assistant.messages("trip")

    assert (first.sort, cheaper.sort) == ("best", "price")
    assert first.best == first.offers[0].id
    assert cheaper.cheapest == first.cheapest == cheaper.offers[0].id
    assert cheaper.best in {None, first.best}
    assert dict(morning.windows) == {"outbound.departure": (240, 719)}
    assert {name: stored[1].metadata[name] for name in ("best", "cheapest", "more")} == {
        "best": first.best,
        "cheapest": first.cheapest,
        "more": first.more,
    }


async def test_prices_by_day_are_part_of_reply_and_transcript(assistant: TravelAssistant):
    """By ascending date, also of a repeated request; the transcript has them with the dates that they are around."""
    await assistant.reply(COMPLETE_REQUEST, session_id="trip")
    reply = await assistant.reply("which day is cheapest?", session_id="trip", request_id="once")
    again = await assistant.reply("which day is cheapest?", session_id="trip", request_id="once")
    stored = (await assistant.messages("trip"))[-1].metadata
    days = [day.date for day in reply.date_prices]

    assert days == sorted(days)
    assert reply.slots["departure_date"] in days
    assert again.date_prices == reply.date_prices
    assert stored["date_prices"] == [day.to_dict() for day in reply.date_prices]
    assert stored["departure_date"] == reply.slots["departure_date"].isoformat()


async def test_replies_stored_before_a_field_existed_can_be_read(assistant: TravelAssistant):
    """What they do not have is empty."""
    reply = await assistant.reply(COMPLETE_REQUEST, session_id="trip")
    stored = encode_reply(reply)
    old = decode_reply({name: stored[name] for name in stored if name not in {"date_prices", "windows"}})

    assert (old.date_prices, dict(old.windows)) == ((), {})


async def test_conversations_of_a_user_are_listed_and_renamed(clock: FakeClock):
    """The last updated first, with their trips, without the chatbot's part; those of others are not to be seen."""
    async with AsyncStateManager(now=clock) as state, TravelAssistant(state=state, now=clock) as assistant:
        for session in ("one", "two", "three"):
            await assistant.reply(COMPLETE_REQUEST, session_id=session, user="ana")
            await state.append(chat_conversation_id(session), [Message("user", "hello")], user="ana")
            clock.advance(60.0)
        await assistant.reply("hello", session_id="other", user="bob")
        await assistant.rename("one", "Summer", user="ana")
        listed = await assistant.conversations(user="ana")
        some = await assistant.conversations(user="ana", limit=2)
        with pytest.raises(NotFoundError):
            await assistant.rename("one", "Mine", user="bob")
        with pytest.raises(InvalidInputError):
            await assistant.conversations(user="ana", limit=0)

    assert [(info.session_id, info.title) for info in listed] == [("three", None), ("two", None), ("one", "Summer")]
    assert [info.session_id for info in some] == ["three", "two"]
    assert {(info.messages, info.language, info.slots["origin"].code) for info in listed} == {(2, "en", "LIS")}
