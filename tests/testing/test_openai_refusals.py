"""What FakeOpenAI refuses as the provider does."""

from __future__ import annotations

from typing import Any

import pytest

from asyncassist.testing._openai_refusals import (
    refuse_body,
    refuse_input,
    refuse_messages,
    refuse_model,
    refuse_responses_params,
    refuse_tools,
)

USER = {"role": "user", "content": "hello"}


def assistant(*call_ids: str) -> dict[str, Any]:
    return {"role": "assistant", "content": None, "tool_calls": [{"id": call_id} for call_id in call_ids]}


def result(call_id: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": "x"}


def call(call_id: str) -> dict[str, Any]:
    return {"type": "function_call", "call_id": call_id, "name": "f", "arguments": "{}"}


def output(call_id: Any) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": "x"}


def reasoning(**facts: Any) -> dict[str, Any]:
    return {"type": "reasoning", "id": "rs_1", "summary": [], **facts}


@pytest.mark.parametrize(
    ("messages", "message", "param"),
    [
        ([USER, assistant("a", "b"), result("b"), result("a"), USER], None, None),
        ([USER, assistant("a")], "did not have response messages: a", "messages.[2].role"),
        ([assistant("a", "b"), result("a"), USER], "did not have response messages: b", "messages.[2].role"),
        ([USER, result("a")], "must be a response to a preceeding message", "messages.[1].role"),
        ([assistant("a"), result("a"), result("a")], "must be a response to a preceeding message", "messages.[2].role"),
        ([assistant("a"), result("b")], "must be a response to a preceeding message", "messages.[1].role"),
        ([], "Invalid type", "messages"),
        ("x", "Invalid type", "messages"),
        ([{"role": "assistant", "tool_calls": 7}], "Invalid type", "messages[0].tool_calls"),
        (["x"], "Invalid type", "messages"),
    ],
)
def test_messages_pair_calls_and_results(messages: Any, message: str | None, param: str | None):
    """The results of all calls follow at once, each one time, in any order."""
    refused = refuse_messages({"messages": messages})

    if message is None:
        assert refused is None
    else:
        assert refused is not None
        error = refused.to_json()["error"]
        assert message in error["message"]
        assert (error["type"], error["param"]) == ("invalid_request_error", param)
        assert refused.status == 400


@pytest.mark.parametrize(
    ("items", "message", "status"),
    [
        ("hello", None, 0),
        ([USER, call("a"), call("b"), output("b"), USER, output("a")], None, 0),
        ([reasoning(encrypted_content="secret"), call("a"), output("a")], None, 0),
        ([reasoning(encrypted_content="secret"), {"role": "assistant", "content": "hi"}], None, 0),
        ([{"type": "item_reference", "id": "x"}, USER], None, 0),
        ([call("a"), output(["a"])], "No tool call found", 400),
        ([USER, call("a")], "No tool output found for function call a.", 400),
        ([USER, output("a")], "No tool call found for function call output with call_id a.", 400),
        ([output("a"), call("a")], "No tool call found for function call output with call_id a.", 400),
        ([call("a"), output("a"), output("a")], "Duplicate function call output", 400),
        ([call("a"), output("a"), call("a"), output("a")], "Duplicate function call", 400),
        ([reasoning(), call("a"), output("a")], "Items are not persisted", 404),
        ([reasoning(encrypted_content="secret")], "without its required following item", 400),
        ([call("a"), reasoning(encrypted_content="s"), output("a")], "without its required following item", 400),
        ([result("a")], "Supported values are", 400),
        ([], "Invalid type", 400),
        (["x"], "Invalid type", 400),
    ],
)
def test_items_pair_calls_and_results(items: Any, message: str | None, status: int):
    """One output for each call, after it; reasoning brings its content and what it led to."""
    refused = refuse_input({"input": items})

    if message is None:
        assert refused is None
    else:
        assert refused is not None
        assert message in refused.message
        assert refused.status == status


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"max_output_tokens": 1, "tools": [{"type": "function", "name": "f"}, {"type": "web_search"}]}, None),
        ({"max_tokens": 1}, "max_tokens"),
        ({"seed": 1}, "seed"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools[0].name"),
        ({"stream_options": {"include_usage": True}}, "stream_options.include_usage"),
    ],
)
def test_the_responses_api_refuses_the_names_of_the_other(body: dict[str, Any], param: str | None):
    """With the parameter that is at fault."""
    refused = refuse_responses_params(body)

    assert (None if refused is None else refused.param) == param


def test_bodies_models_and_functions():
    """No object, an unknown model, functions with reasoning."""
    assert refuse_body({}) is None
    for body in ([], {"model": []}, {"tools": 7}, {"tools": ["f"]}, {"include": 7}, {"stream_options": 7}):
        assert refuse_body(body) is not None
    assert refuse_model({"model": "x"}).status == 404
    assert refuse_tools({"tools": [{}], "reasoning_effort": "none"}) is None
    assert refuse_tools({"tools": [{}]}) is not None
