"""What OpenAI refuses, by rules of its own, in the wording and form of its errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Error response to a request that breaks a rule.

    Attributes:
        message: Text for people.
        param: The parameter that is at fault; None for none.
        code: Error code; None for none.
        status: HTTP status.
    """

    message: str
    param: str | None = None
    code: str | None = None
    status: int = 400

    def to_json(self) -> dict[str, Any]:
        """Return the body of the response."""
        facts = {"message": self.message, "type": "invalid_request_error", "param": self.param, "code": self.code}
        return {"error": facts}


def refuse_body(body: object) -> Refusal | None:
    """Return the refusal of a body that is no JSON object, or whose parameters are of another type; None for none."""
    if not isinstance(body, dict):
        return Refusal(message="We could not parse the JSON body of your request: an object is expected.")
    for name, kind in _TYPES.items():
        if body.get(name) is not None and not isinstance(body[name], kind):
            return _wrong_type(name)
    return None if _are_objects(body.get("tools")) else _wrong_type("tools")


def _are_objects(values: object) -> bool:
    """Return whether a value is a list of objects, or none."""
    return values is None or (isinstance(values, list) and all(isinstance(value, dict) for value in values))


def _wrong_type(name: str) -> Refusal:
    return Refusal(message=f"Invalid type for '{name}'.", param=name, code="invalid_type")


def refuse_model(body: Mapping[str, Any]) -> Refusal:
    """Return the refusal of a model that does not exist."""
    message = f"The model `{body.get('model')}` does not exist or you do not have access to it."
    return Refusal(message=message, code="model_not_found", status=404)


def refuse_messages(body: Mapping[str, Any]) -> Refusal | None:
    """Return the refusal of chat messages whose tool calls and results do not pair; None if they do.

    The results of all calls of a message follow it at once, each one time, in any order.
    """
    messages = body.get("messages")
    if not messages or not _are_objects(messages):
        return Refusal(message="Invalid type for 'messages': expected an array of objects.", param="messages")
    open_ids: list[str] = []
    for index, message in enumerate(messages):
        if not _are_objects(message.get("tool_calls")):
            return _wrong_type(f"messages[{index}].tool_calls")
        if message.get("role") == "tool":
            if message.get("tool_call_id") not in open_ids:
                return _stray_result(index)
            open_ids.remove(message["tool_call_id"])
            continue
        if open_ids:
            return _missing_results(open_ids, index)
        open_ids = [call.get("id") for call in message.get("tool_calls") or ()]
    return _missing_results(open_ids, len(messages)) if open_ids else None


def _stray_result(index: int) -> Refusal:
    message = (
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
    )
    return Refusal(message=message, param=f"messages.[{index}].role")


def _missing_results(call_ids: Sequence[str], index: int) -> Refusal:
    message = (
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "
        f"The following tool_call_ids did not have response messages: {', '.join(map(str, call_ids))}"
    )
    return Refusal(message=message, param=f"messages.[{index}].role")


def refuse_tools(body: Mapping[str, Any]) -> Refusal | None:
    """Return the refusal of functions for a reasoning model on Chat Completions; None without them."""
    if not body.get("tools") or body.get("reasoning_effort") == "none":
        return None
    message = (
        f"Function tools with reasoning_effort are not supported for {body.get('model')} in /v1/chat/completions. "
        "To use function tools, use /v1/responses or set reasoning_effort to 'none'."
    )
    return Refusal(message=message, param="reasoning_effort")


def refuse_input(body: Mapping[str, Any]) -> Refusal | None:
    """Return the refusal of input items whose calls, results and reasoning do not pair; None if they do."""
    items = body.get("input")
    if isinstance(items, str):
        return None
    if not items or not _are_objects(items):
        return Refusal(message="Invalid type for 'input': expected a string or an array of objects.", param="input")
    open_ids: list[Any] = []
    closed_ids: list[Any] = []
    for index, item in enumerate(items):
        kind = item.get("type", "message")
        call_id = item.get("call_id")
        refused: Refusal | None = None
        if kind == "function_call":
            refused = _refuse_call(call_id, [*open_ids, *closed_ids])
            open_ids.append(call_id)
        elif kind == "function_call_output":
            refused = _refuse_output(call_id, open_ids, closed_ids)
        elif kind == "reasoning":
            refused = _refuse_reasoning(item, items[index + 1 :])
        elif kind == "message":
            refused = _refuse_role(item.get("role"), index)
        if refused is not None:
            return refused
        if kind == "function_call_output":
            open_ids.remove(call_id)
            closed_ids.append(call_id)
    if not open_ids:
        return None
    return Refusal(message=f"No tool output found for function call {open_ids[0]}.", param="input")


def _refuse_call(call_id: object, known_ids: Collection[object]) -> Refusal | None:
    if call_id not in known_ids:
        return None
    return Refusal(message=f"Duplicate function call with call_id {call_id}.", param="input")


def _refuse_output(call_id: object, open_ids: Collection[object], closed_ids: Collection[object]) -> Refusal | None:
    if call_id in open_ids:
        return None
    if call_id in closed_ids:
        return Refusal(message=f"Duplicate function call output with call_id {call_id}.", param="input")
    return Refusal(message=f"No tool call found for function call output with call_id {call_id}.", param="input")


def _refuse_role(role: object, index: int) -> Refusal | None:
    if role in _ROLES:
        return None
    message = f"Invalid value: '{role}'. Supported values are: 'assistant', 'system', 'developer', and 'user'."
    return Refusal(message=message, param=f"input[{index}].role", code="invalid_value")


def _refuse_reasoning(item: Mapping[str, Any], following: Sequence[Mapping[str, Any]]) -> Refusal | None:
    """Return the refusal of a reasoning item that is not stored, or that nothing follows that it led to."""
    if not item.get("encrypted_content"):
        message = (
            f"Item with id '{item.get('id')}' not found. Items are not persisted when `store` is set to false. "
            "Try again with `store` set to true, or remove this item from your input."
        )
        return Refusal(message=message, param="input", status=404)
    kinds = (other.get("type", "message") for other in following if other.get("type") != "reasoning")
    follower = next(kinds, None)
    if follower not in {"message", "function_call"}:
        message = f"Item '{item.get('id')}' of type 'reasoning' was provided without its required following item."
        return Refusal(message=message, param="input")
    return None


_TYPES: dict[str, type] = {"model": str, "stream_options": dict, "include": list}
_ROLES = {"assistant", "system", "developer", "user"}
# Parameters of Chat Completions that the Responses API does not know, with the one to use instead, if there is one.
_OTHER_NAMES = {
    "messages": "input",
    "max_tokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens",
    "response_format": "text.format",
    "reasoning_effort": "reasoning.effort",
    "verbosity": "text.verbosity",
    "seed": None,
    "stop": None,
    "n": None,
    "logit_bias": None,
    "logprobs": None,
    "frequency_penalty": None,
    "presence_penalty": None,
}


def refuse_responses_params(body: Mapping[str, Any]) -> Refusal | None:
    """Return the refusal of parameters that belong to Chat Completions, or of functions in its form."""
    for name in body:
        if name in _OTHER_NAMES:
            other = _OTHER_NAMES[name]
            hint = "" if other is None else f" In the Responses API, this parameter has moved to '{other}'."
            return Refusal(message=f"Unsupported parameter: '{name}'.{hint}", param=name, code="unsupported_parameter")
    for index, tool in enumerate(body.get("tools") or ()):
        if tool.get("type") == "function" and "name" not in tool:
            param = f"tools[{index}].name"
            return Refusal(
                message=f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter"
            )
    if "include_usage" in (body.get("stream_options") or {}):
        param = "stream_options.include_usage"
        return Refusal(message=f"Unknown parameter: '{param}'.", param=param, code="unknown_parameter")
    return None
