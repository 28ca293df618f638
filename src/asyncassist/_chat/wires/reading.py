"""Lenient access to a response: JSON as it was sent, or objects of the SDK, which builds them without validating."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._chat.completions import MalformedCompletionError

if TYPE_CHECKING:
    from collections.abc import Mapping

# Characters that a tool call counts for beside its texts: endless empty calls are bounded too.
TOOL_CALL_OVERHEAD = 100


def get(value: Any, name: str) -> Any:
    """Return a member of a JSON object or an attribute of an object; None if there is none."""
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)


def to_response(response: Any) -> Any:
    """Return a response as JSON, also if the server did not announce it as such.

    Raises:
        MalformedCompletionError: It is a text that is no JSON.
    """
    if not isinstance(response, str):
        return response
    try:
        return msgspec.json.decode(response)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        raise MalformedCompletionError("no JSON") from None


def check_event(event: Any) -> None:
    """Check that an event of a stream is an object.

    Raises:
        MalformedCompletionError: It is not.
    """
    if event is None or isinstance(event, str | int | float | list):
        raise MalformedCompletionError("no event")


def as_list(value: Any) -> list[Any]:
    """Return a list; an empty one for None.

    Raises:
        MalformedCompletionError: The value is no list.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise MalformedCompletionError("not a list")
    return value


def as_text(value: Any) -> str:
    """Return a text; "" for None. A surrogate without its other half becomes U+FFFD, for nothing can encode it.

    Raises:
        MalformedCompletionError: The value is no text.
    """
    return _join_surrogates(as_delta(value))


def as_delta(value: Any) -> str:
    """Return a piece of a text as it is; "" for None. A character may be cut in two at its ends.

    Raises:
        MalformedCompletionError: The value is no text.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedCompletionError("not a text")
    return value


class DeltaDecoder:
    """Decoder of the deltas of a text, in which a server may cut a surrogate pair in two."""

    def __init__(self) -> None:
        self._half = ""

    def decode(self, delta: str) -> str:
        """Return the text that is complete with this delta; half a character is held back until the other comes."""
        delta = self._half + delta
        self._half = delta[-1:] if "\ud800" <= delta[-1:] <= "\udbff" else ""
        return _join_surrogates(delta[: len(delta) - len(self._half)])


def _join_surrogates(text: str) -> str:
    """Return the text with pairs of surrogates as the characters that they encode, and others as U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def to_dict(value: Any) -> dict[str, Any]:
    """Return a JSON object, or an object of the SDK as one, without its empty members.

    Raises:
        MalformedCompletionError: The value is neither.
    """
    dump = getattr(value, "model_dump", None)
    facts = dump(mode="json", exclude_none=True) if dump is not None else value
    if not isinstance(facts, dict):
        raise MalformedCompletionError("not an object")
    return {name: fact for name, fact in facts.items() if fact is not None}


def call_length(call: Mapping[str, Any]) -> int:
    """Return the characters that a tool call in the form of Chat Completions, or a piece of one, counts for."""
    function = call.get("function")
    texts = [call.get("id"), *(function.values() if isinstance(function, dict) else ())]
    return TOOL_CALL_OVERHEAD + sum(len(text) for text in texts if isinstance(text, str))


def token_counts(usage: Any, sent_name: str, answered_name: str) -> dict[str, Any]:
    """Return the token counts as fields of an answer; empty if the server sent none or they are not integers.

    Args:
        usage: The usage of a response.
        sent_name: Name of the number of tokens sent, and with "_details" of its details.
        answered_name: Name of the number of tokens of the answer.
    """
    sent, answered = get(usage, sent_name), get(usage, answered_name)
    if not isinstance(sent, int) or not isinstance(answered, int):
        return {}
    cached = get(get(usage, f"{sent_name}_details"), "cached_tokens")
    return {
        "prompt_tokens": sent,
        "completion_tokens": answered,
        "cached_tokens": cached if isinstance(cached, int) else 0,
    }
