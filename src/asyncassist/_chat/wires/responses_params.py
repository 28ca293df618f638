"""Parameters of Chat Completions under the names and in the form of the Responses API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asyncassist.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

ENCRYPTED_REASONING = "reasoning.encrypted_content"
"""What `include` names so that reasoning items can be sent back to a server that does not store them."""

# Parameters of Chat Completions without a counterpart.
_UNSUPPORTED = frozenset(
    {
        "audio",
        "frequency_penalty",
        "function_call",
        "functions",
        "logit_bias",
        "logprobs",
        "modalities",
        "prediction",
        "presence_penalty",
        "seed",
        "stop",
        "web_search_options",
    }
)
# Parameters of the Responses API that would take the conversation out of the chatbot's hands.
_RESERVED = frozenset({"background", "conversation", "input", "previous_response_id"})
_OUTPUT_LIMITS = ("max_completion_tokens", "max_tokens")
# Reasoning models by OpenAI's names, dated and fine-tuned ones too; others refuse to include encrypted reasoning.
_REASONING_MODEL = re.compile(r"(?:ft:)?(?:o[1-9]|gpt-(?:[5-9]|[1-9][0-9])|codex-)(?!.*-chat)")


def render_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a call as the Responses API names and nests them.

    Parameters it shares with Chat Completions, its own, and unknown ones stay as they are.

    Raises:
        InvalidInputError: A parameter has no counterpart, is reserved, has another form, or is given under two names.
    """
    body: dict[str, Any] = {}
    for name, value in params.items():
        if name in _RESERVED:
            raise InvalidInputError(name, "is decided by the chatbot and cannot be given here")
        if name in _UNSUPPORTED:
            if value is not None:
                raise InvalidInputError(name, 'is not available on the Responses API; wire="chat" sends it')
        elif name not in {"timeout", "n"}:
            body[name] = value
    for name in _OUTPUT_LIMITS:
        _move(body, name, "max_output_tokens")
    _move(body, "reasoning_effort", "reasoning", "effort")
    _move(body, "verbosity", "text", "verbosity")
    if body.get("response_format") is not None:
        body["response_format"] = _render_format(body["response_format"])
    _move(body, "response_format", "text", "format")
    if isinstance(body.get("tools"), list | tuple):
        body["tools"] = [_render_tool(tool) for tool in body["tools"]]
    if isinstance(body.get("tool_choice"), dict):
        body["tool_choice"] = _render_tool_choice(body["tool_choice"])
    options = body.pop("stream_options", None)
    if isinstance(options, dict):
        # The usage stands in every last event.
        body["stream_options"] = {name: value for name, value in options.items() if name != "include_usage"}
    return body


def wants_encrypted_reasoning(model: str, body: Mapping[str, Any]) -> bool:
    """Return whether a request may ask for encrypted reasoning: of a reasoning model, or with reasoning settings."""
    return bool(body.get("reasoning")) or _REASONING_MODEL.match(model) is not None


def _move(body: dict[str, Any], name: str, target: str, member: str | None = None) -> None:
    """Move a parameter to the one that stands for it, or to a member of that.

    Raises:
        InvalidInputError: That one is given too, or is no object.
    """
    value = body.pop(name, None)
    if value is None:
        return
    if member is None:
        group, key = body, target
    else:
        given = body.get(target)
        if given is not None and not isinstance(given, dict):
            raise InvalidInputError(target, "must be an object")
        body[target] = group = dict(given or {})
        key = member
    if group.get(key) is not None:
        raise InvalidInputError(name, f"says the same as {target}, which is given too")
    group[key] = value


def _render_format(response_format: object) -> dict[str, Any]:
    if not isinstance(response_format, dict):
        raise InvalidInputError("response_format", "must be an object")
    nested = response_format.get("json_schema")
    return {"type": "json_schema", "strict": False, **nested} if isinstance(nested, dict) else response_format


def _render_tool(tool: object) -> object:
    """Return a function in flat form, not strict unless it says so, as on Chat Completions; other tools as they are."""
    if not isinstance(tool, dict) or "custom" in tool:
        raise InvalidInputError("tools", "must hold functions and tools of the Responses API")
    function = tool.get("function")
    return {"type": "function", "strict": False, "parameters": None, **function} if isinstance(function, dict) else tool


def _render_tool_choice(choice: dict[str, Any]) -> dict[str, Any]:
    """Return the choice of a function, or of allowed tools, in flat form."""
    for kind in ("function", "allowed_tools"):
        nested = choice.get(kind)
        if isinstance(nested, dict):
            choice = {"type": kind, **nested}
    if isinstance(choice.get("tools"), list):
        choice = {
            **choice,
            "tools": [_render_tool_choice(tool) if isinstance(tool, dict) else tool for tool in choice["tools"]],
        }
    return choice
