"""Requests of the Responses API as rendered, and its responses and events as read."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from openai.types.responses import ResponseInputParam
from pydantic import TypeAdapter

from asyncassist._chat.completions import (
    MAX_ANSWER_CHARS,
    MAX_REASONING_CHARS,
    AnswerTooLongError,
    GenerationFailedError,
    MalformedCompletionError,
)
from asyncassist._chat.wires.chat import ChatWire
from asyncassist._chat.wires.responses import ResponseAccumulator, ResponsesWire, read_response

INPUT: TypeAdapter[Any] = TypeAdapter(ResponseInputParam)


def call(call_id: str, name: str = "time") -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": "{}"}}


def call_item(call_id: str) -> dict[str, Any]:
    return {"type": "function_call", "id": f"fc_{call_id}", "call_id": call_id, "name": "time", "arguments": "{}"}


def reasoning_item(number: int, content: str | None = "secret") -> dict[str, Any]:
    return {"type": "reasoning", "id": f"rs_{number}", "summary": [], "encrypted_content": content, "status": None}


def message_item(text: str) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}


def response(*output: Any, **facts: Any) -> dict[str, Any]:
    return {"status": "completed", "output": list(output), **facts}


def rendered(*messages: dict[str, Any]) -> list[dict[str, Any]]:
    items = ResponsesWire().render("gpt-5.4", messages, {}, stream=False)["input"]
    INPUT.validate_python(items)
    return items


def test_calls_and_results_become_items():
    """An assistant message is text and calls, a tool message the output of one."""
    items = rendered(
        {"role": "user", "content": "what time is it"},
        {"role": "assistant", "content": "I look.", "tool_calls": [call("a"), call("b")]},
        {"role": "tool", "tool_call_id": "a", "content": "noon"},
        {"role": "tool", "tool_call_id": "b", "content": [{"type": "text", "text": "one"}]},
    )

    assert items == [
        {"role": "user", "content": "what time is it"},
        {"role": "assistant", "content": "I look."},
        {"type": "function_call", "call_id": "a", "name": "time", "arguments": "{}"},
        {"type": "function_call", "call_id": "b", "name": "time", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "a", "output": "noon"},
        {"type": "function_call_output", "call_id": "b", "output": [{"type": "input_text", "text": "one"}]},
    ]


@pytest.mark.parametrize("streamed", [False, True])
def test_reasoning_is_sent_back_before_what_it_led_to(streamed: bool):
    """In the order of the output, without what only the response says; Chat Completions never sees it."""
    output = [reasoning_item(1), message_item("I look."), reasoning_item(2), call_item("a"), call_item("b")]
    if streamed:
        accumulator = ResponseAccumulator("m")
        for index, item in enumerate(output):
            accumulator.add({"type": "response.output_item.done", "output_index": index, "item": item})
        accumulator.add({"type": "response.completed", "response": response(*output)})
        answer = accumulator.answer()
    else:
        answer = read_response(response(*output), "m")
    assistant = {
        "role": "assistant",
        "content": answer.text,
        "tool_calls": list(answer.tool_calls),
        "reasoning": json.loads(json.dumps(answer.reasoning)),
    }

    items = rendered(assistant)

    assert [item.get("id") or item.get("call_id") or item["content"] for item in items] == [
        "rs_1", "I look.", "rs_2", "a", "b",
    ]  # fmt: skip
    assert items[0] == {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "secret"}
    assert set(items[2]) == set(items[0])
    (on_chat,) = ChatWire().render("m", [assistant], {}, stream=False)["messages"]
    assert set(on_chat) == {"role", "content", "tool_calls"}


def test_reasoning_without_its_content_is_not_sent_back():
    """The provider does not store it and would not find it."""
    answer = read_response(response(reasoning_item(1, None), call_item("a")), "m")
    assert answer.reasoning == ()

    message = {"role": "assistant", "content": None, "tool_calls": [call("a")], "reasoning": [reasoning_item(1, "")]}
    assert [item["type"] for item in rendered(message)] == ["function_call"]


def test_reasoning_of_an_unknown_place_comes_first():
    """An item without a known call stands before everything of its message."""
    message = {"role": "assistant", "content": "", "tool_calls": [call("a")], "reasoning": [reasoning_item(1)]}
    del message["reasoning"][0]["status"]

    assert [item["type"] for item in rendered(message)] == ["reasoning", "function_call"]


def test_parts_of_a_message_have_this_wires_form():
    """Texts, images and files; a part in this wire's own form stays."""
    own = {"type": "input_text", "text": "own"}
    parts = [
        {"type": "text", "text": "what is this"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="}},
        own,
    ]

    (item,) = rendered({"role": "user", "content": parts})

    assert item["content"] == [
        {"type": "input_text", "text": "what is this"},
        {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "low"},
        {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="},
        own,
    ]


@pytest.mark.parametrize(
    ("model", "params", "expected"),
    [
        ("gpt-5.4-mini", {}, True),
        ("gpt-6-astra", {}, True),
        ("o3-mini", {}, True),
        ("ft:gpt-5.4:acme", {}, True),
        ("gpt-5-chat-latest", {}, False),
        ("gpt-4o", {}, False),
        ("my-deployment", {}, False),
        ("my-deployment", {"reasoning_effort": "low"}, True),
        ("gpt-5.4", {"store": True}, False),
        ("gpt-5.4", {"include": []}, False),
    ],
)
def test_encrypted_reasoning_is_asked_for_where_it_exists(model: str, params: dict[str, Any], expected: bool):
    """Of reasoning models, while nothing is stored; other models would refuse the request."""
    body = ResponsesWire().render(model, [], params, stream=False)

    assert ("reasoning.encrypted_content" in body.get("include", [])) is expected
    assert body["store"] is params.get("store", False)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, "stop"),
        ({"status": None}, None),
        ({"status": "incomplete"}, "length"),
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, "length"),
        ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, "content_filter"),
        ({"status": "incomplete", "incomplete_details": {"reason": "steered"}}, "steered"),
    ],
)
def test_the_finish_reason_is_that_of_chat_completions(facts: dict[str, Any], reason: str | None):
    """By the status and the reason of an incomplete response."""
    assert read_response(response(message_item("hi"), **facts), "m").finish_reason == reason


@pytest.mark.parametrize(
    "invalid",
    [
        "text",
        None,
        [],
        {},
        {"output": "x"},
        response(message_item("hi"), status="queued"),
        response({"type": "message", "content": "x"}),
        response({"type": "message", "content": [{"type": "output_text", "text": 7}]}),
        response({"type": "function_call", "name": 7}),
        response({"type": "reasoning", "encrypted_content": 7}),
        response(message_item("hi"), model=7),
    ],
)
def test_an_invalid_response_is_malformed(invalid: Any):
    """Missing or mistyped members, and a response that has not ended."""
    with pytest.raises(MalformedCompletionError):
        read_response(invalid, "m")


def test_a_failed_response_has_its_code():
    """Whole, as the last event, and as an error event."""
    failed = {"status": "failed", "error": {"code": "server_error"}}
    events = [{"type": "response.failed", "response": failed}, {"type": "error", "code": "server_error"}]
    for event in events:
        with pytest.raises(GenerationFailedError, match="server_error"):
            ResponseAccumulator("m").add(event)
    with pytest.raises(GenerationFailedError, match="server_error"):
        read_response(failed, "m")


def test_a_response_announced_as_text_is_read():
    """Some servers do not say that it is JSON."""
    assert read_response(json.dumps(response(message_item("hi"))), "m").text == "hi"


def test_a_stream_without_deltas_brings_its_text_at_the_end():
    """Text, calls, reasoning, model and usage are taken from the last event."""
    accumulator = ResponseAccumulator("m")
    whole = response(
        reasoning_item(1),
        message_item("hi"),
        call_item("a"),
        model="m-1",
        usage={"input_tokens": 3, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 1}},
    )
    assert accumulator.add({"type": "response.created", "response": {}}) == ""
    assert accumulator.add({"type": "response.completed", "response": whole}) == "hi"

    answer = accumulator.answer()
    assert (answer.text, answer.model, answer.finish_reason) == ("hi", "m-1", "tool_calls")
    assert (answer.prompt_tokens, answer.completion_tokens, answer.cached_tokens) == (3, 2, 1)
    assert [len(answer.tool_calls), len(answer.reasoning)] == [1, 1]


def test_events_of_the_sdk_are_read_by_attribute():
    """A client passed in yields objects."""
    accumulator = ResponseAccumulator("m")
    assert accumulator.add(SimpleNamespace(type="response.output_text.delta", delta="hi")) == "hi"
    final = SimpleNamespace(status="completed", output=[], model="m-1", usage=None)
    accumulator.add(SimpleNamespace(type="response.completed", response=final))

    answer = accumulator.answer()
    assert (answer.text, answer.model, answer.finish_reason) == ("hi", "m-1", "stop")


def test_a_call_that_broke_off_is_part_of_the_answer():
    """Its arguments so far are there, and the stream counts as begun."""
    accumulator = ResponseAccumulator("m")
    assert not accumulator.has_output
    begun = {"type": "function_call", "call_id": "a", "name": "time", "arguments": ""}
    accumulator.add({"type": "response.output_item.added", "output_index": 0, "item": begun})
    for fragment in ('{"zone"', ':"UTC"'):
        accumulator.add({"type": "response.function_call_arguments.delta", "output_index": 0, "delta": fragment})
    accumulator.add({"type": "response.function_call_arguments.delta", "output_index": 9, "delta": "stray"})

    assert accumulator.has_output
    (broken,) = accumulator.answer("stalled").tool_calls
    assert broken == {"id": "a", "type": "function", "function": {"name": "time", "arguments": '{"zone":"UTC"'}}


@pytest.mark.parametrize(
    "invalid",
    [
        "text",
        None,
        7,
        {"type": 7},
        {"type": "response.output_text.delta", "delta": 7},
        {"type": "response.completed", "response": None},
    ],
)
def test_an_invalid_event_is_malformed(invalid: Any):
    """No object, or mistyped members."""
    with pytest.raises(MalformedCompletionError):
        ResponseAccumulator("m").add(invalid)


@pytest.mark.parametrize(
    "endless",
    [
        {"type": "response.output_text.delta", "delta": "a" * 1000},
        {"type": "response.refusal.delta", "delta": "a" * 1000},
        {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": "a" * 1000},
        {"type": "response.output_item.added", "output_index": 0, "item": call_item("a")},
        {"type": "response.output_item.done", "output_index": 1, "item": call_item("a")},
        {"type": "response.output_item.done", "output_index": 1, "item": reasoning_item(1, "a" * 1000)},
    ],
)
def test_an_endless_answer_is_too_long(endless: dict[str, Any]):
    """Text, refusals, calls and reasoning count."""
    accumulator = ResponseAccumulator("m")
    accumulator.add({"type": "response.output_item.added", "output_index": 0, "item": call_item("a")})

    with pytest.raises(AnswerTooLongError):
        for _ in range(MAX_ANSWER_CHARS):
            accumulator.add(endless)


def test_a_whole_answer_is_bounded():
    """Its text, and its reasoning."""
    with pytest.raises(AnswerTooLongError):
        read_response(response(message_item("a" * (MAX_ANSWER_CHARS + 1))), "m")
    with pytest.raises(AnswerTooLongError):
        read_response(response(reasoning_item(1, "a" * (MAX_REASONING_CHARS + 1))), "m")
