"""AG-UI: text and state events of a run."""

from __future__ import annotations

import pytest

from asyncassist.errors import ConnectError
from asyncassist.web import strict_json
from asyncassist.web.routes.ag_ui import AgentEncoder
from tests.web.components import FakeAssistant, post, service_of

PATH = "/ag-ui"
THREAD = "a-thread-with-a-long-id"


def input_of(text, thread: str = THREAD) -> dict:
    messages = [{"id": "m", "role": "user", "content": text}]
    return {
        "threadId": thread, "runId": "r", "messages": messages, "state": {}, "tools": [], "context": [],
        "forwardedProps": {},
    }  # fmt: skip


async def events_of(response) -> list:
    lines = b"".join([piece async for piece in response.body]).decode().split("\n\n")
    return [strict_json.decode(line.removeprefix("data: ").encode()) for line in lines if line.startswith("data: ")]


async def test_answer_is_a_run():
    """It begins and ends with the ids of the client; the state has what the assistant understood."""
    async with service_of(interfaces=("ag-ui",)) as service:
        events = await events_of(await service.handle(post(PATH, input_of("one two"))))

    assert [event["type"] for event in events] == [
        "RUN_STARTED", "STATE_SNAPSHOT", "TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_CONTENT",
        "TEXT_MESSAGE_END", "STATE_SNAPSHOT", "RUN_FINISHED",
    ]  # fmt: skip
    assert (events[0]["threadId"], events[-1]["runId"]) == (THREAD, "r")
    assert events[-2]["snapshot"]["intent"] == "greeting"


def test_offers_are_state():
    """Each is added as it arrives; a reply without deltas is one text, an empty one none."""
    encoder = AgentEncoder("t", "r")
    encoder.encode("x-1", b'start\n{"session_id":"s"}')
    assert encoder.encode("x-2", b'offer\n{"id":"o1"}') == (
        b'data: {"type":"STATE_DELTA","delta":[{"op":"add","path":"/offers/-","value":{"id":"o1"}}]}\n\n'
    )
    assert encoder.encode("x-3", b'delta\n{"text":""}') == b""
    assert b'"delta":"all"' in encoder.encode("x-4", b'done\n{"reply":"all"}')


async def test_error_ends_the_run():
    """With its text and code, after the end of the text."""
    assistant = FakeAssistant()
    assistant.error = ConnectError("no")
    async with service_of(assistant, interfaces=("ag-ui",)) as service:
        events = await events_of(await service.handle(post(PATH, input_of("one"))))

    assert [event["type"] for event in events][-2:] == ["TEXT_MESSAGE_END", "RUN_ERROR"]
    assert events[-1]["code"] == "upstream"


async def test_thread_is_a_session():
    """Content may be parts; one thread is one session."""
    assistant = FakeAssistant()
    async with service_of(assistant, interfaces=("ag-ui",)) as service:
        for content in ("one", [{"type": "text", "text": "two"}]):
            await events_of(await service.handle(post(PATH, input_of(content))))

    assert [call["message"] for call in assistant.calls] == ["one", "two"]
    assert len({call["session_id"] for call in assistant.calls}) == 1


@pytest.mark.parametrize(
    "body", [{}, {**input_of("x"), "messages": []}, input_of({"a": 1}), input_of(""), {**input_of("x"), "runId": 1}]
)
async def test_invalid_input_is_refused(body):
    """With a problem document."""
    async with service_of(interfaces=("ag-ui",)) as service:
        response = await service.handle(post(PATH, body))

    assert response.status == 422


STARTED = b'tool_started\n{"call_id":"c1","name":"find_places","arguments":{"text":"Rom"}}'
FINISHED = (
    b'tool_finished\n{"call_id":"c1","name":"find_places","arguments":{"text":"Rom"},"outcome":"done","result":[1],'
    b'"error":null}'
)
FAILED = b'tool_finished\n{"call_id":"c2","name":"x","arguments":{},"outcome":"refused","result":null,"error":null}'


def test_calls_of_tools_are_events():
    """They end the message; the text after them is another one."""
    encoder = AgentEncoder("t", "r")
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
    events = [strict_json.decode(line.removeprefix("data: ").encode()) for line in lines.split("\n\n") if line]

    call = ["TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END", "TOOL_CALL_RESULT"]
    text = ["TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END"]
    assert [event["type"] for event in events] == [
        "RUN_STARTED", "STATE_SNAPSHOT", *text, *call, *call, *text, "STATE_SNAPSHOT", "RUN_FINISHED",
    ]  # fmt: skip
    assert (events[5]["toolCallName"], events[6]["delta"], events[8]["content"]) == (
        "find_places",
        '{"text":"Rom"}',
        "[1]",
    )
    assert events[12]["content"] == '{"error":"refused"}'
    assert (
        len({event["messageId"] for event in events if event["type"] in {"TEXT_MESSAGE_START", "TOOL_CALL_RESULT"}})
        == 4
    )
