"""Conversations: serialized turns, storage of a turn as one record, and replay of repeated requests."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast, get_args, runtime_checkable

from asyncassist._chat.models import Reply, Source, Usage
from asyncassist._chat.turn_record import question_digest, read_steps
from asyncassist._events import Degradation
from asyncassist._types import Message
from asyncassist.errors import (
    ConflictError,
    ConversationBusyError,
    InvalidInputError,
    StateError,
    UpstreamError,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType

    from asyncassist._chat.turn_record import TurnRecord
    from asyncassist._types import History

MAX_REMEMBERED_REQUESTS = 100
# Another process may hold the turn lock; acquiring a free one takes a round trip to the store.
_REJECT_TIMEOUT = 0.25
_MAX_APPEND_ATTEMPTS = 5
# Newer messages that are read after a conflict, to see whether another process runs the same turn.
_MAX_NEWER_MESSAGES = 50
_RIVAL = "the same request is being answered elsewhere"
NOT_SAVED = "the conversation could not be saved"
NOT_READ = "the conversation could not be read"
_TOKEN_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens", "saved_tokens")
# Errors of an unavailable history; every other error is a bug and propagates.
_STORE_ERRORS = (StateError, UpstreamError, OSError)


@runtime_checkable
class RequestLog(Protocol):
    """What a history may implement beside `History`: it finds the messages of a request that it has trimmed."""

    async def request_messages(
        self, conversation_id: str, request_id: str, *, user: str | None = None
    ) -> Sequence[Message]:
        """Return the messages appended under a request id, oldest first; empty if it is not remembered."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSnapshot:
    """Messages and version of a conversation at the start of a turn.

    Attributes:
        messages: The newest messages, oldest first.
        requested: The messages stored under the request id of the turn; empty for a new request.
        version: `seq` of the last message, 0 for a new conversation; None if it could not be read.
    """

    messages: Sequence[Message] = ()
    requested: Sequence[Message] = ()
    version: int | None = 0


class _HistoryTurn(contextlib.AbstractAsyncContextManager[None]):
    """Turn lock of a conversation in its history; without the history, the block runs unlocked.

    Args:
        turn: The lock.
        degradation: Begins when the history is unavailable.
    """

    def __init__(self, turn: AbstractAsyncContextManager[None], degradation: Degradation) -> None:
        self._turn = turn
        self._degradation = degradation
        self._is_held = False

    async def __aenter__(self) -> None:
        try:
            await self._turn.__aenter__()
        except _STORE_ERRORS as error:
            # Without the store turns of several processes may interleave; that is better than no reply.
            self._degradation.begin("turns are not serialized", error)
        else:
            self._is_held = True

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._turn.__aexit__(kind, error, trace) if self._is_held else None


class ConversationLog:
    """Access to a chatbot's conversations that survives an unavailable history.

    Args:
        history: Store of the conversations.
        busy: What happens to a message whose conversation has a turn in progress: it waits, or it is rejected.
        max_prompt_messages: Maximum number of messages that fit into a prompt.
        now: Monotonic clock in seconds.
    """

    def __init__(
        self, history: History, *, busy: Literal["queue", "reject"], max_prompt_messages: int, now: Callable[[], float]
    ) -> None:
        self.history = history
        self.degradation = Degradation("the conversation history", now)
        self._reject_when_busy = busy == "reject"
        self._max_prompt_messages = max_prompt_messages
        self._active_turns: set[tuple[str | None, str]] = set()

    def turn(self, conversation_id: str, user: str | None) -> AbstractAsyncContextManager[None]:
        """Return a context manager that holds the turn lock of a conversation.

        Args:
            conversation_id: Id of the conversation.
            user: Id of its owner; None for an anonymous conversation.

        Raises:
            ConversationBusyError: When entered: the conversation has a turn in progress, and `busy="reject"`.
        """
        turn = _HistoryTurn(self.history.turn(conversation_id, user=user), self.degradation)
        return self._reject_if_busy(turn, (user, conversation_id)) if self._reject_when_busy else turn

    @contextlib.asynccontextmanager
    async def _reject_if_busy(self, turn: _HistoryTurn, key: tuple[str | None, str]) -> AsyncGenerator[None]:
        if key in self._active_turns:
            raise ConversationBusyError("a turn of this conversation is under way")
        self._active_turns.add(key)
        try:
            async with contextlib.AsyncExitStack() as stack:
                try:
                    async with asyncio.timeout(_REJECT_TIMEOUT):
                        await stack.enter_async_context(turn)
                except TimeoutError:
                    raise ConversationBusyError("a turn of this conversation is under way elsewhere") from None
                yield
        finally:
            self._active_turns.discard(key)

    async def read(
        self, conversation_id: str, user: str | None, *, request_id: str | None, deep: bool = False
    ) -> ConversationSnapshot:
        """Read the newest messages of a conversation, and those of a request.

        Args:
            conversation_id: Id of the conversation.
            user: Id of its owner; None for an anonymous conversation.
            request_id: The caller's request id, which makes the read deep; None for none.
            deep: Whether as many messages are read as request ids are recognized, and not only as many as fit into a
                prompt.

        Returns:
            The snapshot; empty and without a version if the history is unavailable.
        """
        # At least one message, even with a token budget of 0: its `seq` is the version.
        limit = max(1, self._max_prompt_messages, 2 * MAX_REMEMBERED_REQUESTS if deep or request_id is not None else 0)
        requested: Sequence[Message] = ()
        try:
            if request_id is not None and isinstance(self.history, RequestLog):
                requested = await self.history.request_messages(conversation_id, request_id, user=user)
            messages = await self.history.messages(conversation_id, user=user, limit=limit)
        except _STORE_ERRORS as error:
            self.degradation.begin(NOT_READ, error)
            return ConversationSnapshot(version=None)
        version = messages[-1].seq if messages else 0
        return ConversationSnapshot(messages=messages, requested=requested, version=version)

    async def store_part(self, record: TurnRecord, conversation_id: str, *, user: str | None, is_intent: bool) -> bool:
        """Store what a turn with calls of tools has brought so far.

        Args:
            record: Record of the turn.
            conversation_id: Id of the conversation.
            user: Id of the owner; None for an anonymous conversation.
            is_intent: Whether calls run only after this; then another process that runs the same turn is detected.

        Returns:
            True if all messages of the record are stored; False if the history is unavailable, or the conversation was
            deleted during the turn.

        Raises:
            ConversationBusyError: Another process runs the same turn.
        """
        async with record.lock:
            part = tuple(record.unsaved)
            if record.version is None or not part:
                return record.version is not None
            if is_intent and record.has_rival:
                raise ConversationBusyError(_RIVAL)
            try:
                version = await self._append(
                    conversation_id, part, record.version, user=user, record=record, is_intent=is_intent
                )
            except _STORE_ERRORS as error:
                self.degradation.begin(NOT_SAVED, error)
                return False
            if version is None:
                return False
            record.version = version
            del record.unsaved[: len(part)]
            return True

    async def store(
        self,
        message: str,
        reply: Reply,
        snapshot: ConversationSnapshot,
        record: TurnRecord,
        *,
        user: str | None,
        has_caller_request_id: bool,
    ) -> Reply:
        """Store both messages of a turn, or neither; of a turn with calls of tools what is not stored yet.

        Args:
            message: The user's message.
            reply: The reply to it.
            snapshot: The conversation as it was read at the start of the turn.
            record: Record of the turn.
            user: Id of the owner; None for an anonymous conversation.
            has_caller_request_id: Whether the request id was given by the caller; then the reply is stored with all it
                takes to replay it.

        Returns:
            The reply; a degraded copy if the history could not be read or written.
        """
        flags: dict[str, Any] = {"degraded": True} if reply.degraded else {}
        if has_caller_request_id:
            flags["request_id"] = reply.request_id
        facts = {**flags, **_reply_metadata(reply)} if has_caller_request_id else flags
        if record.step_count:
            facts = {**facts, "turn_id": record.turn_id, "question": question_digest(message)}
            part = list(record.unsaved)
        else:
            part = [item for item in record.unsaved if item.role != "user"]
            attachments = record.messages[0].metadata.get("parts") if record.messages else None
            question_flags = {**flags, "parts": attachments} if attachments else flags
            part.append(Message("user", message, metadata=question_flags))
        part.append(Message("assistant", reply.text, source=reply.source, metadata=facts))
        request_id = reply.request_id if has_caller_request_id else None
        try:
            version = await self._append(reply.conversation_id, part, record.version, user=user, request_id=request_id)
            if request_id is not None and version is not None:
                reply = await self._read_stored_reply(reply, message, version, len(part), user=user)
        except _STORE_ERRORS as error:
            self.degradation.begin(NOT_SAVED, error)
            return dataclasses.replace(reply, degraded=True, reason=reply.reason or NOT_SAVED)
        if snapshot.version is None:
            return dataclasses.replace(reply, degraded=True, reason=reply.reason or NOT_READ)
        self.degradation.end()
        return reply

    async def _read_stored_reply(
        self, reply: Reply, message: str, version: int, count: int, *, user: str | None
    ) -> Reply:
        """Return the reply stored under the request id: another process may have answered the same request first.

        Args:
            reply: The reply of this process.
            message: The user's message.
            version: The version that the append of the reply returned.
            count: Number of messages of the append.
            user: Id of the owner; None for an anonymous conversation.
        """
        try:
            if isinstance(self.history, RequestLog):
                stored = await self.history.request_messages(reply.conversation_id, reply.request_id, user=user)
            else:
                stored = await self.history.messages(reply.conversation_id, user=user, limit=count, before=version + 1)
        except _STORE_ERRORS:
            return reply  # it is stored; whether it came first is not known
        first = find_previous_reply(
            ConversationSnapshot(messages=stored), reply.request_id, message, reply.conversation_id
        )
        return reply if first is None or first.text == reply.text else first

    async def _append(
        self,
        conversation_id: str,
        part: Sequence[Message],
        version: int | None,
        *,
        user: str | None,
        request_id: str | None = None,
        record: TurnRecord | None = None,
        is_intent: bool = False,
    ) -> int | None:
        """Append messages of a turn, all or none.

        After a conflict (another process appended in between) the append is repeated on top of the newer messages; the
        last attempt is unconditional. An intent is not appended on top of messages of its own turn. A result is, but if
        they announce calls, another process runs the turn: the record notes it, and this process runs no more of it.

        Returns:
            The version that the store returned; None when the conversation was deleted during the turn.

        Raises:
            ConversationBusyError: Another process runs the turn of the intent.
        """
        for _ in range(_MAX_APPEND_ATTEMPTS):
            try:
                return await self.history.append(
                    conversation_id, part, user=user, expected_version=version, request_id=request_id
                )
            except ConflictError:
                newest = await self.history.messages(conversation_id, user=user, limit=_MAX_NEWER_MESSAGES)
                if not newest and version:
                    return None  # deleted during the turn: an append would bring the conversation back
                if record is not None:
                    newer = _find_newer(newest, record.turn_id, version or 0)
                    if is_intent and newer:
                        raise ConversationBusyError(_RIVAL) from None
                    record.has_rival = record.has_rival or any(map(_announces_calls, newer))
                version = newest[-1].seq if newest else None
        if is_intent:
            raise ConversationBusyError("too many messages are added to the conversation at once")
        return await self.history.append(conversation_id, part, user=user, request_id=request_id)


def _find_newer(newest: Sequence[Message], turn_id: str, version: int) -> list[Message]:
    """Return the messages that were appended to a turn after a version."""
    return [message for message in newest if message.seq > version and message.metadata.get("turn_id") == turn_id]


def _announces_calls(message: Message) -> bool:
    """Return whether a message of a turn is an answer or a decision, and not the result of a call."""
    return message.role == "assistant" or "approved" in message.metadata


def find_previous_reply(
    snapshot: ConversationSnapshot,
    request_id: str,
    message: str,
    conversation_id: str,
    *,
    attachments: Sequence[Mapping[str, Any]] | None = None,
) -> Reply | None:
    """Return the stored reply of a repeated request; None for a new request id.

    Args:
        snapshot: The conversation, read with the request id.
        request_id: Request id given by the caller.
        message: The user's message.
        conversation_id: Id of the conversation.
        attachments: What is known about the images and files of the message; None if they are not compared.

    Raises:
        InvalidInputError: The request id was used for another message.
    """
    question: Message | None = None
    for stored in (*snapshot.requested, *snapshot.messages):
        if stored.metadata.get("request_id") != request_id:
            continue
        if stored.role == "user":
            question = stored
            _check_question(question, message, attachments)
        elif stored.role == "assistant" and _answers(stored, question, message):
            return reply_from_message(stored, snapshot.messages, request_id, conversation_id)
    return None


def _check_question(question: Message, message: str, attachments: Sequence[Mapping[str, Any]] | None) -> None:
    """Check that a repeated request has the message of the first one.

    Raises:
        InvalidInputError: The request id was used for another message.
    """
    is_other = attachments is not None and _digests(question.metadata.get("parts")) != _digests(attachments)
    if question.content != message or is_other:
        raise InvalidInputError("request_id", "was used for another message of this conversation")


def _digests(attachments: object) -> list[object]:
    items = attachments if isinstance(attachments, list | tuple) else ()
    return [item.get("digest") for item in items if isinstance(item, Mapping)]


def _answers(stored: Message, question: Message | None, message: str) -> bool:
    """Return whether a stored message is the answer to a question, which may have been trimmed before it.

    Raises:
        InvalidInputError: It is the answer to another message.
    """
    digest = stored.metadata.get("question")
    if question is not None or not isinstance(digest, str):
        return question is not None
    if digest != question_digest(message):
        raise InvalidInputError("request_id", "was used for another message of this conversation")
    return True


def _reply_metadata(reply: Reply) -> dict[str, Any]:
    """Return the metadata that a stored message needs to rebuild its reply; text and source are its own fields."""
    facts = {
        "reason": reply.reason,
        "model": reply.model,
        "finish_reason": reply.finish_reason,
        "usage": None if reply.usage is None else reply.usage.to_dict(),
        "age": reply.age,
        "attempts": reply.attempts,
        "tool_calls": list(reply.tool_calls),
        "refusal": reply.refusal,
    }
    return {name: value for name, value in facts.items() if value not in (None, [], False)}


def reply_from_message(stored: Message, history: Sequence[Message], request_id: str, conversation_id: str) -> Reply:
    """Rebuild a reply; what another version stored, and this one cannot read, is left out.

    Args:
        stored: The message of the reply.
        history: Messages of the conversation, which hold the steps of the turn.
        request_id: Id of the request.
        conversation_id: Id of the conversation.
    """
    facts = stored.metadata
    turn_id = facts.get("turn_id")
    turn = [] if turn_id is None else [item for item in history if item.metadata.get("turn_id") == turn_id]
    source: Any = stored.source if stored.source in get_args(Source) else "model"
    tool_calls = facts.get("tool_calls")
    return Reply(
        text=stored.content,
        source=source,
        degraded=facts.get("degraded") is True,
        reason=_known(facts, "reason", str),
        conversation_id=conversation_id,
        request_id=request_id,
        model=_known(facts, "model", str),
        finish_reason=_known(facts, "finish_reason", str),
        usage=_read_usage(facts.get("usage")),
        age=_known(facts, "age", int, float),
        attempts=_known(facts, "attempts", int) or 0,
        tool_calls=tuple(call for call in tool_calls if isinstance(call, Mapping))
        if isinstance(tool_calls, list | tuple)
        else (),
        refusal=facts.get("refusal") is True,
        steps=read_steps(turn),
    )


def _known(facts: Mapping[str, Any], name: str, *kinds: type) -> Any:
    """Return a stored value if it is of the expected type, else None."""
    value = facts.get(name)
    return value if isinstance(value, kinds) and not isinstance(value, bool) else None


def _read_usage(stored: object) -> Usage | None:
    if not isinstance(stored, Mapping):
        return None
    facts = cast("Mapping[str, Any]", stored)
    counts = {name: _known(facts, name, int) or 0 for name in _TOKEN_COUNTS}
    try:
        cost = Decimal(_known(facts, "cost", str))
    except (InvalidOperation, TypeError):
        cost = None
    return Usage(**counts, cost=cost)
