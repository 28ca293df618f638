"""Reasoning items on their way from one answer to the next request: opaque, with their place and their origin."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncassist._chat.completions import Answer

# Our members of an item. The place: id of the call that it came before; without it, it came before the text.
BEFORE_CALL = "before_call"
# The backend whose model can decrypt it: another account or model may refuse the request for it.
_ORIGIN = "origin"
_TEXT = object()


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
        call_ids = {call.get("id") for call in message.get("tool_calls") or ()}
        self._by_place: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for item in message.get("reasoning") or ():
            if item.get("encrypted_content") and item.get(_ORIGIN, origin) == origin:
                place = item.get(BEFORE_CALL)
                self._by_place[place if place in call_ids else _TEXT].append(_unmarked(item))

    def before_text(self) -> Sequence[dict[str, Any]]:
        """Return the items that came before the text, and those whose call is not there."""
        return self._by_place.get(_TEXT, ())

    def before_call(self, call_id: Any) -> Sequence[dict[str, Any]]:
        """Return the items that came before a call."""
        return self._by_place.get(call_id, ())


def _unmarked(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in {BEFORE_CALL, _ORIGIN} and value is not None}
