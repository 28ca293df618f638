"""Turns with the assistant and the chatbot, as response bodies and as events."""

from __future__ import annotations

from typing import Any

import pytest

from asyncassist import AsyncStateManager, CachedChatbot, Tool, TravelAssistant
from asyncassist.errors import StateUnavailableError
from asyncassist.testing import FakeAnswer, FakeOpenAI
from asyncassist.web.capacity import ConversationQueue
from asyncassist.web.chat_turns import (
    chat_turn,
    chatbot_turn,
    resolve_conversation,
    resolve_session,
)
from tests.assistant.builders import SIDE_QUESTION
from tests.web.components import FakeAssistant, events_of, get, post, read, service_of

QUEUE = ConversationQueue(16)


class RecordedEvents:
    """Collects the events that a turn emits."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []

    async def emit(self, name: str, data: Any) -> None:
        self.events.append((name, data))

    @property
    def text(self) -> str:
        return "".join(data["text"] for name, data in self.events if name == "delta")


async def test_session_id_is_used_while_the_store_is_unavailable():
    """While the store is unavailable, an id cannot be verified, and the conversation continues under it."""

    class Unavailable(FakeAssistant):
        async def messages(self, *args, **kwargs):
            raise StateUnavailableError

    async with service_of(Unavailable()) as service:
        found = read(await service.handle(post("/chat", {"message": "hello", "session_id": "mine"})))

    assert found["session_id"] == "mine"


async def test_existing_session_is_continued():
    """An id with messages is used as it is, but only for the user it belongs to."""
    assistant = FakeAssistant()
    await assistant.reply("hello", session_id="mine", user="ann")

    assert await resolve_session(assistant, "mine", "ann") == "mine"
    assert await resolve_session(assistant, "mine", "bob") != "mine"


async def test_unknown_session_id_is_replaced():
    """An unknown id, like none, gets a random one of 128 bits, which no other client can guess."""
    assistant = FakeAssistant()

    ids = [await resolve_session(assistant, given, None) for given in ("guess-me", "guess-me", None)]

    assert len({*ids, "guess-me"}) == 4
    assert all(len(bytes.fromhex(session_id)) == 16 for session_id in ids)


async def test_turn_passes_user_time_zone_and_locale():
    """The assistant gets the fields of the body, the resolved user and the preferred locale."""
    assistant = FakeAssistant()

    recorded = RecordedEvents()
    body = {"message": "hello", "timezone": "Asia/Tokyo"}

    await chat_turn(
        assistant, QUEUE, body, "ann", recorded.emit, session_id="mine", locale="pt-br", request_id="r", streams=False
    )

    assert assistant.calls == [
        {
            "message": "hello",
            "session_id": "mine",
            "user": "ann",
            "timezone": "Asia/Tokyo",
            "locale": "pt-br",
            "request_id": "r",
        }
    ]
    assert [(name, data["reply"]) for name, data in recorded.events] == [("done", "hello")]


async def test_events_of_a_turn_end_with_the_complete_reply():
    """Deltas come first; the data of "done" is what the turn returns without them."""
    recorded = RecordedEvents()

    await chat_turn(FakeAssistant(), QUEUE, {"message": "one two"}, None, recorded.emit, session_id="mine")

    assert [name for name, _ in recorded.events] == ["delta", "delta", "done"]
    assert recorded.events[-1][1]["reply"] == "one two"


async def test_chatbot_streams_what_it_replies():
    """The deltas of a stream join to the reply, and a conversation continues under its id."""
    recorded = RecordedEvents()
    async with CachedChatbot(model="offline") as chatbot:
        for streams in (False, True):
            await chatbot_turn(
                chatbot, QUEUE, {"message": "hello"}, None, recorded.emit, conversation_id="mine", streams=streams
            )

    (first, reply), *_, (last, done) = recorded.events
    assert (first, last) == ("done", "done")
    assert recorded.text == done["reply"] == reply["reply"]
    assert done["conversation_id"] == "mine"


@pytest.mark.parametrize("user", [None, "ann"])
async def test_unknown_conversation_id_is_replaced(user):
    """An id that a client made up gets a random one; that of a conversation is used by its owner only."""
    async with CachedChatbot(model="offline") as chatbot:
        known = "chatbot:known"
        await chatbot.reply("hello", conversation_id=known, user=user)
        made_up = [
            await resolve_conversation(chatbot, given, user) for given in ("mine", "chatbot:mine", "chatbot:mine", None)
        ]

        assert await resolve_conversation(chatbot, known, user) == known
        assert await resolve_conversation(chatbot, known, "bob") != known
    assert len({*made_up, "chatbot:mine"}) == 5
    assert all(len(bytes.fromhex(given.removeprefix("chatbot:"))) == 16 for given in made_up)


@pytest.mark.parametrize("stream", [False, True])
async def test_clients_with_one_id_do_not_share_a_conversation(stream):
    """Two anonymous clients that send the same made-up id to the chatbot get conversations of their own."""
    async with (
        FakeOpenAI() as model,
        CachedChatbot(model="m", base_url=model.base_url) as chatbot,
        service_of(FakeAssistant()) as fake,
    ):
        fake.assistant.chatbot = chatbot
        async with service_of(fake.assistant) as service:
            ids = []
            for message in ("my secret is VIOLET", "what was said?"):
                body = {"message": message, "conversation_id": "trip1", "stream": stream}
                response = await service.handle(post("/api/async/chatbot", body))
                done = (await events_of(response))[-1][1] if stream else read(response)
                ids.append(done["conversation_id"])

        assert len({*ids, "trip1"}) == 3
        assert "VIOLET" not in str(model.requests[-1].body)


async def test_conversations_of_chatbot_and_assistant_are_separate():
    """Although both are in one store, the id of one opens nothing of the other: no turn, no transcript, no deletion."""
    async with (
        FakeOpenAI() as model,
        AsyncStateManager() as state,
        CachedChatbot(model="m", base_url=model.base_url, history=state) as chatbot,
        TravelAssistant(state=state, chatbot=chatbot) as assistant,
        service_of(assistant) as service,
    ):
        of_chatbot = read(await service.handle(post("/api/async/chatbot", {"message": "hi"})))["conversation_id"]
        of_assistant = read(await service.handle(post("/chat", {"message": "from Lisbon"})))["session_id"]
        body = {"message": "hi", "session_id": of_chatbot}
        session = read(await service.handle(post("/chat", body)))["session_id"]
        transcript = await service.handle(get(f"/chat/{of_chatbot}"))
        deleted = await service.handle(get(f"/chat/{of_chatbot}", method="DELETE"))
        body = {"message": "go on", "conversation_id": of_assistant}
        other = read(await service.handle(post("/api/async/chatbot", body)))["conversation_id"]
        body = {"message": "go on", "conversation_id": of_chatbot}
        continued = read(await service.handle(post("/api/async/chatbot", body)))["conversation_id"]

    assert session not in {of_chatbot, of_assistant}
    assert (transcript.status, deleted.status) == (404, 204)
    assert other not in {of_chatbot, of_assistant}
    assert continued == of_chatbot


async def test_conversation_id_is_used_while_the_store_is_unavailable():
    """An id cannot be verified then, and the conversation continues under it."""

    class Unavailable:
        async def messages(self, *args, **kwargs):
            raise StateUnavailableError

    assert await resolve_conversation(Unavailable(), "chatbot:mine", None) == "chatbot:mine"


async def office_hours(city: str) -> str:
    """Return the hours of an office."""
    return "secret"


@pytest.mark.parametrize("route", ["/chat", "/api/async/chatbot"])
async def test_streams_have_the_calls_of_tools(route: str):
    """Without what the application's own tools are asked and answer."""
    function = {"name": "office_hours", "arguments": '{"city": "Rome"}'}
    asked = FakeAnswer(tool_calls=[{"id": "c1", "type": "function", "function": function}], finish_reason="tool_calls")
    async with (
        FakeOpenAI() as server,
        CachedChatbot(model="m", base_url=server.base_url, tools=[Tool(office_hours, repeatable=True)]) as chatbot,
        TravelAssistant(chatbot=chatbot) as assistant,
        service_of(assistant) as service,
    ):
        server.script(asked, "From nine.")
        response = await service.handle(post(route, {"message": SIDE_QUESTION, "stream": True}))
        events = await events_of(response)

    assert [name for name, _ in events][:3] == ["tool_started", "tool_finished", "delta"]
    assert events[0][1] == {"call_id": "c1", "name": "office_hours", "arguments": {}}
    assert events[1][1]["outcome"] == "done"
    assert "secret" not in str(events)
