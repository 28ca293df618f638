"""Events of a streamed reply beside `TextDelta`: reasoning, tools that start and finish, parts of a typed answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist._types import JSONSerializable, TextDelta

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist._chat.tools import ToolStep


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningDelta(JSONSerializable):
    """Event: a fragment of the model's reasoning, from servers that send it; it is no part of the reply's text.

    Attributes:
        text: The fragment.
    """

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolStarted(JSONSerializable):
    """Event: a call of a tool begins.

    Attributes:
        call_id: Id of the call.
        name: Name of the tool.
        arguments: Arguments as the model gave them.
    """

    call_id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFinished(JSONSerializable):
    """Event: a call of a tool has an outcome; of a call that could not be run it comes without a `ToolStarted`.

    Attributes:
        step: The call with its outcome.
    """

    step: ToolStep


ToolEvent = ToolStarted | ToolFinished

AnswerDelta = str | ReasoningDelta
"""Fragment of an answer while it is streamed: of its text, or of the reasoning before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialOutput(JSONSerializable):
    """Event: more of a typed answer has arrived; only in a stream with `output`.

    Attributes:
        value: The object as JSON gives it, as far as it has arrived and not validated yet: fields may be missing, and
            the last string may be cut.
    """

    value: Mapping[str, Any]


StreamEvent = TextDelta | ReasoningDelta | ToolStarted | ToolFinished | PartialOutput
