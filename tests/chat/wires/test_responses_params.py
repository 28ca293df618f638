"""Parameters of Chat Completions as the Responses API takes them."""

from __future__ import annotations

from typing import Any

import pytest
from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming
from pydantic import TypeAdapter

from asyncassist._chat.wires.responses_params import render_params
from asyncassist.errors import InvalidInputError

REQUEST: TypeAdapter[Any] = TypeAdapter(ResponseCreateParamsNonStreaming)
SCHEMA = {"type": "object", "properties": {}}


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"max_tokens": 5}, {"max_output_tokens": 5}),
        ({"max_completion_tokens": 5, "max_tokens": None}, {"max_output_tokens": 5}),
        ({"reasoning_effort": "low"}, {"reasoning": {"effort": "low"}}),
        ({"verbosity": "low", "response_format": None}, {"text": {"verbosity": "low"}}),
        ({"response_format": {"type": "json_object"}}, {"text": {"format": {"type": "json_object"}}}),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA}}, "text": {}},
            {"text": {"format": {"type": "json_schema", "strict": False, "name": "a", "schema": SCHEMA}}},
        ),
        (
            {"tools": [{"type": "function", "function": {"name": "f", "parameters": SCHEMA}}, {"type": "web_search"}]},
            {"tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False}, {"type": "web_search"}]},
        ),
        (
            {"tools": ({"type": "function", "function": {"name": "f", "strict": True}},)},
            {"tools": [{"type": "function", "name": "f", "parameters": None, "strict": True}]},
        ),
        ({"tool_choice": "required"}, {"tool_choice": "required"}),
        (
            {"tool_choice": {"type": "function", "function": {"name": "f"}}},
            {"tool_choice": {"type": "function", "name": "f"}},
        ),
        (
            {
                "tool_choice": {
                    "type": "allowed_tools",
                    "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]},
                }
            },
            {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]}},
        ),
        ({"n": 1, "timeout": 3, "seed": None, "stop": None}, {}),
        ({"stream_options": {"include_usage": True, "include_obfuscation": False}},
         {"stream_options": {"include_obfuscation": False}}),
        ({"temperature": 0.5, "metadata": {"a": "b"}, "parallel_tool_calls": False, "top_p": 1.0},
         {"temperature": 0.5, "metadata": {"a": "b"}, "parallel_tool_calls": False, "top_p": 1.0}),
    ],
)  # fmt: skip
def test_parameters_have_their_names_and_forms_there(params: dict[str, Any], expected: dict[str, Any]):
    """What is sent is valid by the SDK's own types; the caller's values are not changed."""
    before = repr(params)

    assert render_params(params) == expected
    REQUEST.validate_python(expected)
    assert repr(params) == before


@pytest.mark.parametrize(
    ("params", "name"),
    [
        *[({name: 1}, name) for name in ("seed", "stop", "logit_bias", "logprobs", "frequency_penalty", "functions")],
        *[({name: "x"}, name) for name in ("background", "conversation", "input", "previous_response_id")],
        ({"max_tokens": 1, "max_completion_tokens": 1}, "max_tokens"),
        ({"reasoning_effort": "low", "reasoning": {"effort": "high"}}, "reasoning_effort"),
        ({"reasoning_effort": "low", "reasoning": "high"}, "reasoning"),
        ({"response_format": "json"}, "response_format"),
        ({"tools": ["f"]}, "tools"),
        ({"tools": [{"type": "custom", "custom": {"name": "f"}}]}, "tools"),
    ],
)
def test_what_cannot_be_sent_is_named(params: dict[str, Any], name: str):
    """A parameter without a counterpart, one of the chatbot's own, one given twice, one of another form."""
    with pytest.raises(InvalidInputError) as caught:
        render_params(params)

    assert caught.value.field == name
