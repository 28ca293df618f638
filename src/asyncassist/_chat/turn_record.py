"""Record of one turn with calls of tools: its messages, which of them are stored, and what they say about the calls.

The record is a list of messages of one turn id: the question; for each step an assistant's message with the calls and
a message of role "tool" for each result; a message of role "tool" without text for each approval; the answer. It is
appended in parts: a step with effects before it runs, and its results after it.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._chat.prompt import find_results, group_turns, read_wire_calls, render_turn, waiting_ids
from asyncassist._chat.tool_runner import INTERRUPTED, SUPERSEDED, StepCall, result_text
from asyncassist._types import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asyncassist._chat.prompt import WireMessage
    from asyncassist._chat.tools import ToolOutcome, ToolStep

_OUTCOMES: tuple[ToolOutcome, ...] = ("done", "failed", "refused", "uncertain")


class TurnRecord:
    """Messages of one turn.

    Args:
        turn_id: Id of the turn, which is the id of its request.
        messages: Messages of the turn that are stored; empty for a new turn.
        version: Version of the conversation; None if it could not be read.
    """

    def __init__(self, turn_id: str, messages: Sequence[Message], version: int | None) -> None:
        self.turn_id = turn_id
        self.messages = list(messages)
        """All messages of the turn so far, oldest first."""
        self.step_count = sum(map(_is_step, self.messages))
        """Number of answers with calls."""
        self.unsaved: list[Message] = []
        """Messages that are not stored yet, those that close an earlier turn included; oldest first."""
        self.version = version
        self.lock = asyncio.Lock()
        """Held while a part of the record is stored."""
        self.has_rival = False
        """Whether another process has announced calls of this turn since it was read here."""
        self.interrupted: tuple[ToolStep, ...] = ()
        """Steps of an earlier turn that a crash interrupted."""

    @classmethod
    def begin(cls, turn_id: str, question: str, version: int | None, flags: Mapping[str, Any]) -> TurnRecord:
        """Return the record of a new turn.

        Args:
            turn_id: Id of the turn.
            question: The user's message.
            version: Version of the conversation; None if it could not be read.
            flags: Metadata of the question.
        """
        record = cls(turn_id, (), version)
        record.add(Message("user", question, metadata={**flags, "turn_id": turn_id}))
        return record

    def add(self, message: Message) -> None:
        """Add a message to the turn; it is stored with the next part of the record."""
        self.messages.append(message)
        self.step_count += _is_step(message)
        self.unsaved.append(message)

    def add_step(
        self,
        text: str,
        calls: Sequence[StepCall],
        reasoning: Sequence[Mapping[str, Any]],
        pending: Sequence[str],
        *,
        settings: str = "",
    ) -> None:
        """Add a step: the calls of an answer.

        Args:
            text: Text of the answer beside its calls.
            calls: The calls.
            reasoning: Opaque items that go back to the model with the calls.
            pending: Ids of the calls that wait for a decision.
            settings: JSON text of what is needed to continue after the decision; "" for nothing.
        """
        metadata: dict[str, Any] = {"turn_id": self.turn_id, "tool_calls": [call.to_wire() for call in calls]}
        if text.strip():
            metadata["text"] = text
        if reasoning:
            metadata["reasoning"] = [dict(item) for item in reasoning]
        if pending:
            metadata["pending"] = list(pending)
        if settings:
            metadata["settings"] = settings
        self.add(Message("assistant", "", source="model", metadata=metadata))

    def add_result(self, step: ToolStep) -> None:
        """Add the outcome of a call."""
        self.add(_result_message(self.turn_id, step))

    def add_approval(self, call_ids: Sequence[str]) -> None:
        """Add the decision to run calls that waited for it."""
        self.add(Message("tool", "", metadata={"turn_id": self.turn_id, "approved": list(call_ids)}))

    @property
    def question(self) -> str:
        """The user's message."""
        return self.messages[0].content

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of the last step that has any; empty if they cannot be read."""
        found = _decode(self.settings_text)
        return found if isinstance(found, dict) else {}

    @property
    def settings_text(self) -> str:
        """JSON text of these settings; "" for none."""
        texts = [message.metadata.get("settings") for message in self.messages if _is_step(message)]
        return next((text for text in reversed(texts) if isinstance(text, str)), "")

    @property
    def texts(self) -> list[str]:
        """Texts of the answers with calls, which are part of the reply."""
        texts = (message.metadata.get("text") for message in self.messages if _is_step(message))
        return [text for text in texts if isinstance(text, str)]

    @property
    def answer(self) -> Message | None:
        """The answer of the turn; None if it is not finished."""
        answers = (message for message in self.messages if message.role == "assistant" and not _is_step(message))
        return next(answers, None)

    def calls(self) -> list[StepCall]:
        """Return all calls of the turn, in order."""
        if not self.step_count:
            return []
        return [StepCall.of_wire(call) for message in self.messages for call in _step_calls(message)]

    def open_calls(self) -> list[StepCall]:
        """Return the calls without a result, those that wait for a decision included."""
        calls = self.calls()
        results = find_results(self.messages) if calls else {}
        return [call for call in calls if call.call_id not in results]

    def pending_calls(self) -> list[StepCall]:
        """Return the calls that wait for a decision."""
        calls = self.open_calls()
        waiting = waiting_ids(self.messages) if calls else set()
        return [call for call in calls if call.call_id in waiting]

    def steps(self) -> tuple[ToolStep, ...]:
        """Return the calls with an outcome, in order; first those of an earlier turn that a crash interrupted."""
        return (*self.interrupted, *read_steps(self.messages))

    def to_wire(self) -> list[WireMessage]:
        """Return the messages as they are sent to the model."""
        return render_turn(self.messages)


def read_steps(messages: Sequence[Message]) -> tuple[ToolStep, ...]:
    """Return the calls of a turn that have an outcome, in order."""
    results = find_results(messages)
    calls = (StepCall.of_wire(call) for message in messages for call in _step_calls(message))
    return tuple(_read_step(call, results[call.call_id]) for call in calls if call.call_id in results)


def find_turn(history: Sequence[Message], turn_id: str, version: int | None) -> TurnRecord | None:
    """Return the record of a turn with calls of tools; None if the history has none of this id."""
    for turn in group_turns(history):
        if turn[0].metadata.get("turn_id") == turn_id:
            return TurnRecord(turn_id, turn, version)
    return None


def find_last_turn(history: Sequence[Message], version: int | None) -> TurnRecord | None:
    """Return the record of the last turn; None if it has no calls of tools."""
    turns = group_turns(history)
    turn_id = turns[-1][0].metadata.get("turn_id") if turns else None
    return TurnRecord(turn_id, turns[-1], version) if isinstance(turn_id, str) else None


def close_last_turn(history: Sequence[Message], record: TurnRecord) -> list[Message]:
    """Close the last turn of the history, if a crash or a missing decision left calls of it without a result.

    A call that was under way becomes uncertain, one that waited for a decision is refused. The messages that say so
    become part of what the record stores.

    Args:
        history: Messages of the conversation, oldest first.
        record: Record of the turn that follows.

    Returns:
        The messages that close the last turn; empty if it is complete.
    """
    # Most conversations have no turn with calls of tools.
    last = find_last_turn(history, None) if any("turn_id" in message.metadata for message in history) else None
    if last is None or last.turn_id == record.turn_id:
        return []
    waiting = waiting_ids(last.messages)
    steps = [
        call.step("refused", SUPERSEDED) if call.call_id in waiting else call.step("uncertain", INTERRUPTED)
        for call in last.open_calls()
    ]
    closing = [_result_message(last.turn_id, step) for step in steps]
    record.unsaved[:0] = closing
    record.interrupted = tuple(step for step in steps if step.outcome == "uncertain")
    return closing


def question_digest(question: str) -> str:
    """Return the digest by which an answer names its question, which may have been trimmed before it."""
    return hashlib.sha256(question.encode()).hexdigest()[:32]


def _is_step(message: Message) -> bool:
    return (
        message.role == "assistant" and isinstance(message.metadata.get("turn_id"), str) and bool(_step_calls(message))
    )


def _step_calls(message: Message) -> list[dict[str, Any]]:
    return read_wire_calls(message) if isinstance(message.metadata.get("turn_id"), str) else []


def _result_message(turn_id: str, step: ToolStep) -> Message:
    metadata: dict[str, Any] = {
        "turn_id": turn_id,
        "tool_call_id": step.call_id,
        "name": step.name,
        "outcome": step.outcome,
        "elapsed": step.elapsed,
    }
    if step.error is not None:
        metadata["error"] = step.error
    if step.outcome == "done" and not isinstance(step.result, str):
        metadata["json"] = True
    return Message("tool", result_text(step), metadata=metadata)


def _read_step(call: StepCall, stored: Message) -> ToolStep:
    """Rebuild a step from its stored result; what another version stored, and this one cannot read, is left out."""
    facts = stored.metadata
    outcome: Any = facts.get("outcome")
    elapsed, error = facts.get("elapsed"), facts.get("error")
    result: Any = None
    if outcome not in _OUTCOMES:
        outcome = "done"
    if outcome == "done":
        result = _decode(stored.content) if facts.get("json") is True else stored.content
    return call.step(
        outcome,
        error if isinstance(error, str) else None,
        result=result,
        elapsed=float(elapsed) if isinstance(elapsed, int | float) else 0.0,
    )


def _decode(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError):
        return text
