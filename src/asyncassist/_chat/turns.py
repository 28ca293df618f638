"""Turns of conversations: one at a time, answered, stored as a whole, and continued after an interruption."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from asyncassist._chat.conversations import ConversationSnapshot, find_previous_reply, reply_from_message
from asyncassist._chat.output import InvalidOutputError
from asyncassist._chat.turn_record import TurnRecord, close_last_turn, find_last_turn, find_turn
from asyncassist._types import TextDelta
from asyncassist.errors import InvalidInputError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncassist._chat.call_validation import ValidatedCall
    from asyncassist._chat.conversations import ConversationLog
    from asyncassist._chat.models import Reply
    from asyncassist._chat.output import OutputSchema
    from asyncassist._chat.reply_pipeline import Responder
    from asyncassist._chat.stream_events import StreamEvent
    from asyncassist._chat.usage import UsageTracker


class TurnExecutor:
    """Executor of the turns of a chatbot.

    Args:
        conversations: The conversations.
        responder: Answers the messages.
        usage_tracker: Counts the replies.
    """

    def __init__(self, conversations: ConversationLog, responder: Responder, usage_tracker: UsageTracker) -> None:
        self._conversations = conversations
        self._responder = responder
        self._usage_tracker = usage_tracker

    async def run(self, call: ValidatedCall, emit: Callable[[StreamEvent], None] | None) -> Reply:
        """Run one turn while holding the conversation's turn lock; replay the stored reply of a repeated request."""
        if call.is_new_conversation:
            # The id is random and not yet known to any caller: no lock and no history to read.
            snapshot = ConversationSnapshot()
            return await self._answer_and_store(call, snapshot, _begin_record(call, snapshot), emit)
        async with self._conversations.turn(call.conversation_id, call.user):
            snapshot = await self._conversations.read(
                call.conversation_id, call.user, request_id=call.request_id if call.has_caller_request_id else None
            )
            record: TurnRecord | None = None
            if call.has_caller_request_id:
                previous_reply = find_previous_reply(
                    snapshot,
                    call.request_id,
                    call.message,
                    call.conversation_id,
                    attachments=[] if call.parts is None else call.parts.attachments,
                )
                if previous_reply is not None:
                    previous_reply = _with_output(previous_reply, call.output)
                    if emit is not None:
                        emit(TextDelta(text=previous_reply.text))
                    return previous_reply
                # A request that was interrupted, or waits for a decision, is continued.
                record = find_turn(snapshot.messages, call.request_id, snapshot.version)
            if record is None:
                record = _begin_record(call, snapshot)
                closing = close_last_turn(snapshot.messages, record)
                if closing:
                    snapshot = dataclasses.replace(snapshot, messages=[*snapshot.messages, *closing])
            return await self._answer_and_store(call, snapshot, record, emit)

    async def resolve(
        self,
        conversation_id: str,
        decisions: Mapping[str, bool | str],
        *,
        user: str | None,
        restore: Callable[[TurnRecord], ValidatedCall],
        output: OutputSchema | None,
    ) -> Reply:
        """Decide about calls of the last turn that wait for it, and continue the turn.

        Args:
            conversation_id: Id of the conversation.
            decisions: Decisions by call id.
            user: Id of the owner; None for an anonymous conversation.
            restore: Returns the call of the turn from its record.
            output: Schema of a typed answer; None for free text.

        Raises:
            InvalidInputError: A call is none of the last turn, or a parameter of the message cannot be sent.
            StateUnavailableError: The history is unavailable; nothing was run.
        """
        async with self._conversations.turn(conversation_id, user):
            snapshot = await self._conversations.read(conversation_id, user, request_id=None, deep=True)
            if snapshot.version is None:
                raise StateUnavailableError("the conversation could not be read; nothing was run")
            record = find_last_turn(snapshot.messages, snapshot.version)
            if record is None or not {step_call.call_id for step_call in record.calls()}.issuperset(decisions):
                raise InvalidInputError("decisions", "must name calls that wait for a decision")
            answer = record.answer
            if answer is not None:
                stored = reply_from_message(answer, snapshot.messages, record.turn_id, conversation_id)
                return _with_output(stored, output)
            call = restore(record)
            return await self._answer_and_store(call, snapshot, record, None, decisions)

    async def _answer_and_store(
        self,
        call: ValidatedCall,
        snapshot: ConversationSnapshot,
        record: TurnRecord,
        emit: Callable[[StreamEvent], None] | None,
        decisions: Mapping[str, bool | str] | None = None,
    ) -> Reply:
        """Produce the reply, store the turn and record the usage."""
        reply, result = await self._responder.respond(call, snapshot, record, emit, decisions)
        if not reply.pending:
            reply = await self._conversations.store(
                call.message,
                reply,
                snapshot,
                record,
                user=call.user,
                has_caller_request_id=call.has_caller_request_id,
            )
        self._usage_tracker.record_reply(reply, result, message=call.message, system=call.system)
        return _with_output(reply, call.output)


def _begin_record(call: ValidatedCall, snapshot: ConversationSnapshot) -> TurnRecord:
    flags: dict[str, Any] = {"request_id": call.request_id} if call.has_caller_request_id else {}
    if call.parts is not None:
        flags["parts"] = call.parts.attachments
    return TurnRecord.begin(call.request_id, call.message, snapshot.version, flags)


def _with_output(reply: Reply, output: OutputSchema | None) -> Reply:
    """Return a stored reply with the value that its text holds.

    Raises:
        DecodeError: The stored answer is not of the type.
    """
    if output is None or reply.output is not None or reply.source == "fallback" or reply.refusal or reply.pending:
        return reply
    try:
        return dataclasses.replace(reply, output=output.decode(reply.text))
    except InvalidOutputError as error:
        if reply.degraded:
            return reply
        raise error.to_error(None) from None
