"""Routes of conversations, called through a service without a server."""

from __future__ import annotations

import pytest

from asyncassist.errors import ConnectError
from tests.web.components import FakeAssistant, events_of, get, post, read, service_of


async def test_error_in_a_stream_becomes_an_event():
    """After the status has been sent, an error becomes the last event of the stream."""
    assistant = FakeAssistant()
    assistant.error = ConnectError("no")
    async with service_of(assistant) as service:
        events = await events_of(await service.handle(post("/chat", {"message": "one two", "stream": True})))

    assert [name for name, _ in events] == ["delta", "delta", "error"]
    assert events[-1][1]["status"] == 502


async def test_assistant_gets_the_language_that_the_client_prefers():
    """The weights of `Accept-Language` decide among the six languages, for a reply and for a stream."""
    assistant = FakeAssistant()
    async with service_of(assistant) as service:
        for body in ({"message": "hello"}, {"message": "hello", "stream": True}):
            response = await service.handle(post("/chat", body, **{"accept-language": "ja, en;q=0.5, it-IT;q=0.9"}))
            if "stream" in body:
                await events_of(response)
            await service.handle(post("/chat", {"message": "hello"}))

    assert [call.get("language") for call in assistant.calls] == ["it", None, "it", None]


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
