"""Routes of conversations, called through a service without a server."""

from __future__ import annotations

import asyncio
import re

import pytest

from asyncassist import TravelAssistant
from asyncassist._types import Message
from asyncassist.errors import ConnectError
from asyncassist.web import strict_json
from tests.web.components import FakeAssistant, events_of, get, post, read, service_of


async def test_error_in_a_stream_becomes_an_event():
    """After the status has been sent, an error becomes the last event of the stream."""
    assistant = FakeAssistant()
    assistant.error = ConnectError("no")
    async with service_of(assistant) as service:
        events = await events_of(await service.handle(post("/chat", {"message": "one two", "stream": True})))

    assert [name for name, _ in events] == ["delta", "delta", "error"]
    assert events[-1][1]["status"] == 502


async def test_assistant_gets_the_locale_that_the_client_prefers():
    """The weights of `Accept-Language` decide among the languages, for a reply and for a stream."""
    assistant = FakeAssistant()
    async with service_of(assistant) as service:
        for body in ({"message": "hello"}, {"message": "hello", "stream": True}):
            response = await service.handle(post("/chat", body, **{"accept-language": "ja, en;q=0.5, it-IT;q=0.9"}))
            if "stream" in body:
                await events_of(response)
            await service.handle(post("/chat", {"message": "hello"}))

    assert [call.get("locale") for call in assistant.calls] == ["it-it", None, "it-it", None]


@pytest.mark.parametrize(
    ("body", "accept", "streams"),
    [
        ({}, None, False),
        ({}, "*/*", False),
        ({}, "application/json", False),
        ({}, "text/event-stream", True),
        ({}, "application/json;q=0.5, Text/Event-Stream", True),
        ({}, "application/json, text/event-stream;q=0.1", False),
        ({}, "text/event-stream;q=0, */*", False),
        ({"stream": False}, "application/json, text/event-stream", False),
        ({"stream": True}, "application/json", True),
        ({"stream": True}, None, True),
        ({"stream": False}, "text/event-stream", True),
    ],
)
async def test_events_are_sent_on_request(body, accept, streams):
    """The field `stream` asks for server-sent events, or the Accept header prefers them to JSON."""
    headers = {} if accept is None else {"accept": accept}
    async with service_of() as service:
        response = await service.handle(post("/chat", {"message": "hello", **body}, **headers))
        media_type = response.header("content-type")
        if streams:
            await response.body.aclose()

    assert media_type == ("text/event-stream; charset=utf-8" if streams else "application/json")


async def test_transcript_ends_with_its_session():
    """A session's messages can be read until it is deleted; deleting it again succeeds too."""
    async with service_of() as service:
        session = read(await service.handle(post("/chat", {"message": "hello"})))["session_id"]
        transcript = read(await service.handle(get(f"/chat/{session}")))
        deleted = [await service.handle(get(f"/chat/{session}", method="DELETE")) for _ in range(2)]
        after = await service.handle(get(f"/chat/{session}"))

    assert [message["content"] for message in transcript["messages"]] == ["hello"]
    assert [response.status for response in deleted] == [204, 204]
    assert after.status == 404


async def test_socket_route_requires_an_upgrade():
    """A plain GET gets a 426 that names the protocol; a handshake gets a 101."""
    async with service_of() as service:
        plain = await service.handle(get("/ws/chat"))
        handshake = await service.handle(get("/ws/chat", upgrade="WebSocket"))

    assert (plain.status, plain.header("upgrade")) == (426, "websocket")
    assert handshake.status == 101


async def stream_of(service, body, **headers):
    """Return the body of a streamed turn, whole, and the id of its session."""
    response = await service.handle(post("/chat", {"message": "one two", "stream": True, **body}, **headers))
    raw = b"".join([piece async for piece in response.body])
    return raw, strict_json.decode(raw.split(b"data: ")[1].partition(b"\n")[0])["session_id"]


async def test_broken_stream_is_resumed_after_the_last_event():
    """Every event has an id; the rest after any of them is what the client has missed, and after the last a 204."""
    async with service_of() as service:
        whole, session = await stream_of(service, {})
        ids = re.findall(rb"^id: (.*)$", whole, re.MULTILINE)
        again = await service.handle(get(f"/chat/{session}/events"))
        rests = []
        for event_id in ids[:-1]:
            response = await service.handle(get(f"/chat/{session}/events", last_event_id=event_id.decode()))
            rests.append(b"".join([piece async for piece in response.body]))
        end = await service.handle(get(f"/chat/{session}/events", last_event_id=ids[-1].decode()))
        assert b"".join([piece async for piece in again.body]) == whole

    events = [event + b"\n\n" for event in whole.split(b"\n\n")[:-1]]
    assert len(ids) == len(events) == 4
    assert rests == [b"".join(events[cut:]) for cut in range(1, 4)]
    assert end.status == 204


async def test_turn_runs_on_without_its_client_and_has_several_readers():
    """The client leaves; two others read the whole turn."""
    assistant = FakeAssistant()
    assistant.release = asyncio.Event()
    async with service_of(assistant) as service:
        response = await service.handle(post("/chat", {"message": "one two", "stream": True}))
        session = strict_json.decode((await anext(response.body)).split(b"data: ")[1].partition(b"\n")[0])["session_id"]
        await response.body.aclose()
        bodies = [(await service.handle(get(f"/chat/{session}/events"))).body for _ in range(2)]
        assistant.release.set()
        found = [b"".join([piece async for piece in body]) for body in bodies]

    assert found[0] == found[1]
    assert b"event: done" in found[0]


async def test_turn_of_another_user_cannot_be_read_or_stopped():
    """Events belong to user and session; an id that is none of an event is a 422."""
    assistant = FakeAssistant()
    assistant.release = asyncio.Event()
    async with service_of(assistant, user=lambda request: request.header("x-user")) as service:
        response = await service.handle(post("/chat", {"message": "one", "stream": True}, **{"x-user": "ann"}))
        first = await anext(response.body)
        session = strict_json.decode(first.split(b"data: ")[1].partition(b"\n")[0])["session_id"]
        event_id = first.split(b"\n")[0].removeprefix(b"id: ").decode()
        bob = {"x-user": "bob"}
        refused = [
            await service.handle(get(f"/chat/{session}/events", **bob)),
            await service.handle(get(f"/chat/{session}/events", last_event_id=event_id, **bob)),
            await service.handle(get(f"/chat/{session}/events", last_event_id="x", **{"x-user": "ann"})),
        ]
        stopped = [
            read(await service.handle(post(f"/chat/{session}/stop", b"", **{"x-user": user})))
            for user in ("bob", "ann")
        ]
        last = [piece async for piece in response.body][-1]

    assert [answer.status for answer in refused] == [404, 404, 422]
    assert stopped == [{"stopped": False}, {"stopped": True}]
    assert b'"detail":"the turn was stopped"' in last


@pytest.mark.parametrize("path", ["/chat", "/api/async/chatbot"])
@pytest.mark.parametrize("header", ["x-request-id", "idempotency-key"])
async def test_message_is_answered_once_under_its_key(path, header):
    """A repetition gets the first answer, streamed or not; another message is a 422; without a key it is another turn."""
    async with service_of() as service:
        key = {header: '"once-and-only"' if header == "idempotency-key" else "once-and-only"}
        replies = [read(await service.handle(post(path, {"message": "one"}, **key))) for _ in range(2)]
        streamed = await events_of(await service.handle(post(path, {"message": "one", "stream": True}, **key)))
        other = await service.handle(post(path, {"message": "two"}, **key))
        another = read(await service.handle(post(path, {"message": "one"})))

    assert replies[0] == replies[1] == streamed[-1][1]
    assert (other.status, read(other)["field"]) == (422, "idempotency-key")
    assert another != replies[0]


async def test_key_belongs_to_the_client():
    """Two anonymous clients with one key, or two users, do not get each other's answers; a malformed key is a 422."""
    async with service_of(user=lambda request: request.header("x-user")) as service:
        bodies = [
            read(await service.handle(post("/chat", {"message": "one"}, idempotency_key="1", peer=peer, **user)))
            for peer, user in (
                ("192.0.2.1", {}), ("192.0.2.2", {}), ("192.0.2.1", {"x-user": "ann"}), ("192.0.2.1", {"x-user": "bob"}),
            )
        ]  # fmt: skip
        bad = [
            (await service.handle(post("/chat", {"message": "one"}, idempotency_key=key))).status
            for key in ("", "a b", "x" * 129, "\u00e9")
        ]

    assert len({body["session_id"] for body in bodies}) == 4
    assert bad == [422] * 4


async def test_failed_message_is_answered_anew_under_its_key():
    """The error is told once more by another attempt, or the answer given."""
    assistant = FakeAssistant()
    assistant.error = ConnectError("no")
    errors = []
    async with service_of(assistant, on_error=lambda error, request: errors.append(error)) as service:
        failed = await service.handle(post("/chat", {"message": "one"}, idempotency_key="1"))
        assistant.error = None
        answered = await service.handle(post("/chat", {"message": "one"}, idempotency_key="1"))

    assert (failed.status, answered.status) == (502, 200)
    assert [type(error) for error in errors] == [ConnectError]


async def test_deleted_session_has_no_events():
    """The log forgets what the session forgets."""
    async with service_of() as service:
        _, session = await stream_of(service, {})
        await service.handle(get(f"/chat/{session}", method="DELETE"))
        found = await service.handle(get(f"/chat/{session}/events"))

    assert found.status == 404


def known(request):
    """Return the user that a test names."""
    return request.header("x-user")


async def test_conversations_belong_to_the_user_who_asks():
    """The sessions of the user with names of the places; none of others, no conversation of the chatbot, none without a user."""
    async with TravelAssistant() as assistant, service_of(assistant, user=known) as service:
        body = read(await service.handle(post("/chat", {"message": "from Lisbon to Berlin"}, **{"x-user": "ann"})))
        await assistant.state.append("chatbot:1", [Message("user", "hello")], user="ann")
        mine = read(await service.handle(get("/conversations", **{"x-user": "ann"})))["conversations"]
        others = read(await service.handle(get("/conversations", **{"x-user": "bob"})))["conversations"]
        anonymous = read(await service.handle(get("/conversations")))["conversations"]

    assert [(one["session_id"], one["title"], one["messages"]) for one in mine] == [(body["session_id"], None, 2)]
    assert mine[0]["names"] == {"LIS": "Lisbon", "BER": "Berlin"}
    assert mine[0]["slots"]["origin"]["code"] == "LIS"
    assert others == anonymous == []


async def test_session_is_renamed_by_its_owner():
    """In one line of visible characters; another user, an unknown id and the chatbot's conversations are not found."""
    async with TravelAssistant() as assistant, service_of(assistant, user=known) as service:
        body = read(await service.handle(post("/chat", {"message": "hello"}, **{"x-user": "ann"})))
        path = f"/chat/{body['session_id']}"

        async def rename(path, title, user):
            request = post(path, {"title": title}, **{"x-user": user})
            request.method = "PATCH"
            return await service.handle(request)

        renamed = await rename(path, " two\tlines\nin one\ue000 ", "ann")
        refused = [await rename(path, "x", "bob"), await rename("/chat/none", "x", "ann")]
        refused.append(await rename("/chat/chatbot:1", "x", "ann"))
        bad = await rename(path, "x" * 201, "ann")
        listed = read(await service.handle(get("/conversations", **{"x-user": "ann"})))["conversations"]

    assert read(renamed) == {"session_id": body["session_id"], "title": "two lines in one\ufffd"}
    assert [answer.status for answer in refused] == [404, 404, 404]
    assert (bad.status, read(bad)["field"]) == (422, "title")
    assert [one["title"] for one in listed] == ["two lines in one\ufffd"]


async def test_transcript_has_prices_by_day():
    """With the dates that they are around, as the reply had them."""
    async with TravelAssistant() as assistant, service_of(assistant) as service:
        first = read(await service.handle(post("/chat", {"message": "Lisbon to Berlin in 20 days, one way"})))
        ask = {"message": "which day is cheapest?", "session_id": first["session_id"]}
        reply = read(await service.handle(post("/chat", ask)))
        messages = read(await service.handle(get(f"/chat/{first['session_id']}")))["messages"]

    assert messages[1]["best"] == first["best"]
    assert reply["date_prices"]
    assert messages[-1]["date_prices"] == reply["date_prices"]
    assert messages[-1]["departure_date"] == reply["slots"]["departure_date"]
    assert messages[-1]["return_date"] is None
