"""The AI SDK's UI message stream: chunks, sessions, resumption."""

from __future__ import annotations

import asyncio

import pytest

from asyncassist.errors import ConnectError
from asyncassist.web import strict_json
from asyncassist.web.routes.ai_sdk import UIMessageEncoder
from tests.web.components import FakeAssistant, get, post, service_of

PATH = "/ui/chat"
CHAT = "a-chat-with-a-long-id"


def body_of(text: str, chat_id: str = CHAT) -> dict:
    message = {"id": "m", "role": "user", "parts": [{"type": "text", "text": text}, {"type": "file", "url": "x"}]}
    return {"id": chat_id, "messages": [message], "trigger": "submit-message"}


async def chunks_of(response) -> list:
    lines = b"".join([piece async for piece in response.body]).decode().split("\n\n")
    found = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    assert found[-1] == "[DONE]"
    return [strict_json.decode(line.encode()) for line in found[:-1]]


async def test_answer_is_a_ui_message_stream():
    """Start, text, end, in the version that the header names."""
    async with service_of(interfaces=("ai-sdk",)) as service:
        response = await service.handle(post(PATH, body_of("one two")))
        chunks = await chunks_of(response)

    assert response.header("x-vercel-ai-ui-message-stream") == "v1"
    kinds = ["start", "start-step", "text-start", "text-delta", "text-delta", "text-end", "finish-step", "finish"]
    assert [chunk["type"] for chunk in chunks] == kinds
    assert "".join(chunk.get("delta", "") for chunk in chunks) == "onetwo"


def test_offers_and_ends_of_other_kinds():
    """An offer is a data part; a reply without deltas is one text; a stop is an abort, an error its text."""
    encode = UIMessageEncoder().encode
    assert encode("t-2", b'offer\n{"id":"o1"}') == b'data: {"type":"data-offer","id":"o1","data":{"id":"o1"}}\n\n'
    assert b'"delta":"all"' in encode("t-3", b'done\n{"reply":"all","language":"en"}')
    stopped = b'error\n{"type":"urn:asyncassist:problem:stopped","detail":"stopped"}'
    assert UIMessageEncoder().encode("t-2", stopped) == b'data: {"type":"abort"}\n\n'


async def test_error_is_a_chunk():
    """It ends the text that has begun."""
    assistant = FakeAssistant()
    assistant.error = ConnectError("no")
    async with service_of(assistant, interfaces=("ai-sdk",)) as service:
        chunks = await chunks_of(await service.handle(post(PATH, body_of("one"))))

    assert [chunk["type"] for chunk in chunks][-2:] == ["text-end", "error"]


async def test_chat_is_a_session_and_its_answer_can_be_resumed():
    """One id is one session; the running answer is streamed again from its beginning, an ended one is a 204."""
    assistant = FakeAssistant()
    assistant.release = asyncio.Event()
    async with service_of(assistant, interfaces=("ai-sdk",)) as service:
        unknown = await service.handle(get(f"{PATH}/another-chat-of-a-long-id/stream"))
        first = await service.handle(post(PATH, body_of("one")))
        again = await service.handle(get(f"{PATH}/{CHAT}/stream"))
        assistant.release.set()
        assert await chunks_of(first) == await chunks_of(again)
        ended = await service.handle(get(f"{PATH}/{CHAT}/stream"))
        await chunks_of(await service.handle(post(PATH, body_of("two"))))
        await chunks_of(await service.handle(post(PATH, body_of("three", "another-chat-of-a-long-id"))))

    sessions = [call["session_id"] for call in assistant.calls]
    assert sessions[0] == sessions[1] != sessions[2]
    assert (unknown.status, ended.status) == (204, 204)


@pytest.mark.parametrize(
    "body", [{}, {"id": CHAT, "messages": []}, {"id": 1, "messages": []}, body_of(" "), body_of("x" * 4001)]
)
async def test_invalid_request_is_refused(body):
    """With a problem document that names the field."""
    async with service_of(interfaces=("ai-sdk",)) as service:
        response = await service.handle(post(PATH, body))

    assert response.status == 422


STARTED = b'tool_started\n{"call_id":"c1","name":"find_places","arguments":{"text":"Rom"}}'
FINISHED = (
    b'tool_finished\n{"call_id":"c1","name":"find_places","arguments":{"text":"Rom"},"outcome":"done","result":[1],'
    b'"error":null}'
)
FAILED = b'tool_finished\n{"call_id":"c2","name":"x","arguments":{},"outcome":"refused","result":null,"error":null}'


def test_calls_of_tools_are_parts():
    """They are a step; the text after them is another part, in a step of its own."""
    encoder = UIMessageEncoder()
    entries = [
        b"start\n{}",
        b'delta\n{"text":"a"}',
        STARTED,
        FINISHED,
        FAILED,
        b'delta\n{"text":"b"}',
        b'done\n{"reply":"ab"}',
    ]

    lines = b"".join(encoder.encode(f"t-{number}", entry) for number, entry in enumerate(entries, 1)).decode()
    chunks = [strict_json.decode(line.removeprefix("data: ").encode()) for line in lines.split("\n\n") if line]

    assert [chunk["type"] for chunk in chunks] == [
        "start", "start-step", "text-start", "text-delta", "text-end", "tool-input-available", "tool-output-available",
        "tool-input-available", "tool-output-error", "finish-step", "start-step", "text-start", "text-delta", "text-end",
        "finish-step", "finish",
    ]  # fmt: skip
    assert chunks[5]["input"] == {"text": "Rom"}
    assert chunks[6]["output"] == [1]
    assert chunks[8]["errorText"] == "refused"
    assert chunks[2]["id"] != chunks[11]["id"] == chunks[13]["id"]
