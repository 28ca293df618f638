"""Reasoning items on their way from one answer to the next request: opaque, with their place and their origin."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncassist._chat.completions import Answer

# Our members of an item. The place: id of the call that it came before; without it, it came before the text.
BEFORE_CALL = "before_call"
# The backend whose model can decrypt it: another account or model may refuse the request for it.
_ORIGIN = "origin"


def mark_origin(answer: Answer, origin: str) -> Answer:
    """Return an answer whose reasoning items say which backend they are from.

    Args:
        answer: The answer.
        origin: Digest of the backend.
    """
    if not answer.reasoning:
        return answer
    return dataclasses.replace(answer, reasoning=tuple({**item, _ORIGIN: origin} for item in answer.reasoning))


class CarriedReasoning:
    """Reasoning items of one message that a backend can be sent.

    An item that does not bring its encrypted content is left out: the provider did not store it.

    Args:
        message: Assistant message in canonical form.
        origin: Digest of the backend.
    """

    def __init__(self, message: Mapping[str, Any], origin: str) -> None:
        items: Sequence[Mapping[str, Any]] = message.get("reasoning") or ()
        self._items = [item for item in items if item.get("encrypted_content") and item.get(_ORIGIN, origin) == origin]
        self._call_ids = {call.get("id") for call in message.get("tool_calls") or ()}

    def before_text(self) -> Iterator[dict[str, Any]]:
        """Yield the items that came before the text, and those whose call is not there."""
        return (_unmarked(item) for item in self._items if item.get(BEFORE_CALL) not in self._call_ids)

    def before_call(self, call_id: Any) -> Iterator[dict[str, Any]]:
        """Yield the items that came before a call."""
        return (_unmarked(item) for item in self._items if item.get(BEFORE_CALL) == call_id)


def _unmarked(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in {BEFORE_CALL, _ORIGIN} and value is not None}
