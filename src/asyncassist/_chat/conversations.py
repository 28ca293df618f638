"""Conversations: one turn at a time, its two messages kept together, a repeated request answered from what is kept."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Literal

from asyncassist._chat.models import Reply, Usage
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

    from asyncassist._types import History

MAX_REMEMBERED_REQUESTS = 100
# Another process may hold the turn: its answer to "is it free?" is a matter of a round trip.
_REJECT_TIMEOUT = 0.25
_MAX_APPEND_ATTEMPTS = 5
NOT_SAVED = "the conversation could not be saved"
NOT_READ = "the conversation could not be read"
# What a history raises when it is away; everything else is a mistake and shall be seen.
_STORE_ERRORS = (StateError, UpstreamError, OSError)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ConversationSnapshot:
    """A conversation as it stands.

    Attributes:
        messages: Oldest first.
        version: The last `seq`; None when it could not be read.
    """

    messages: Sequence[Message] = ()
    version: int | None = 0


class ConversationLog:
    """The conversations of a chatbot.

    Args:
        history: Where they are kept.
        busy: What happens to a message whose conversation has a turn under way: it waits, or it is refused.
        max_prompt_messages: The most messages that a prompt can hold.
        now: Steady seconds.
    """

    def __init__(
        self, history: History, *, busy: Literal["queue", "reject"], max_prompt_messages: int, now: Callable[[], float]
    ) -> None:
        self.history = history
        self.degradation = Degradation("the memory of conversations", now)
        self._reject_when_busy = busy == "reject"
        self._max_prompt_messages = max_prompt_messages
        self._active_turns: set[tuple[str | None, str]] = set()

    @contextlib.asynccontextmanager
    async def turn(self, conversation_id: str, user: str | None) -> AsyncGenerator[None]:
        """Hold the conversation for one turn.

        Raises:
            ConversationBusyError: A turn is under way and it does not wait.
        """
        async with contextlib.AsyncExitStack() as stack:
            if self._reject_when_busy:
                self._claim_turn(stack, (user, conversation_id))
            history_turn = self.history.turn(conversation_id, user=user)
            try:
                async with asyncio.timeout(_REJECT_TIMEOUT if self._reject_when_busy else None):
                    await stack.enter_async_context(history_turn)
            except TimeoutError:
                raise ConversationBusyError("a turn of this conversation is under way elsewhere") from None
            except _STORE_ERRORS as error:
                # Without the store there is no queue across processes; an answer is worth more than its place in line.
                self.degradation.begin("turns are not kept apart", error)
            yield

    def _claim_turn(self, stack: contextlib.AsyncExitStack, key: tuple[str | None, str]) -> None:
        if key in self._active_turns:
            raise ConversationBusyError("a turn of this conversation is under way")
        self._active_turns.add(key)
        stack.callback(self._active_turns.discard, key)

    async def read(self, conversation_id: str, user: str | None, *, include_requests: bool) -> ConversationSnapshot:
        """The conversation so far.

        Args:
            conversation_id: Its id.
            user: Whose it is.
            include_requests: Whether the requests it remembers are wanted, and not only what a prompt can hold.
        """
        # One message even when none is sent: its `seq` is the version.
        limit = max(1, self._max_prompt_messages, 2 * MAX_REMEMBERED_REQUESTS if include_requests else 0)
        try:
            messages = await self.history.messages(conversation_id, user=user, limit=limit)
        except _STORE_ERRORS as error:
            self.degradation.begin(NOT_READ, error)
            return ConversationSnapshot(version=None)
        return ConversationSnapshot(messages=messages, version=messages[-1].seq if messages else 0)

    async def store(
        self,
        message: str,
        reply: Reply,
        snapshot: ConversationSnapshot,
        *,
        user: str | None,
        has_caller_request_id: bool,
    ) -> Reply:
        """Keep the turn: both messages or none. When that fails the reply says so."""
        flags: dict[str, Any] = {"degraded": True} if reply.degraded else {}
        if has_caller_request_id:
            flags["request_id"] = reply.request_id
        facts = {**flags, **_reply_metadata(reply)} if has_caller_request_id else flags
        pair = (
            Message("user", message, metadata=flags),
            Message("assistant", reply.text, source=reply.source, metadata=facts),
        )
        request_id = reply.request_id if has_caller_request_id else None
        try:
            await self._append(reply.conversation_id, pair, snapshot, user=user, request_id=request_id)
        except _STORE_ERRORS as error:
            self.degradation.begin(NOT_SAVED, error)
            return dataclasses.replace(reply, degraded=True, reason=reply.reason or NOT_SAVED)
        if snapshot.version is None:
            return dataclasses.replace(reply, degraded=True, reason=reply.reason or NOT_READ)
        self.degradation.end()
        return reply

    async def _append(
        self,
        conversation_id: str,
        pair: Sequence[Message],
        snapshot: ConversationSnapshot,
        *,
        user: str | None,
        request_id: str | None,
    ) -> None:
        """Append after what was read; when another process wrote in between, after that: the pair stays a pair."""
        version = snapshot.version
        for _ in range(_MAX_APPEND_ATTEMPTS):
            try:
                await self.history.append(
                    conversation_id, pair, user=user, expected_version=version, request_id=request_id
                )
            except ConflictError:
                newest = await self.history.messages(conversation_id, user=user, limit=1)
                if not newest and version:
                    return  # forgotten while the answer was made: it shall stay forgotten
                version = newest[-1].seq if newest else None
            else:
                return
        await self.history.append(conversation_id, pair, user=user, request_id=request_id)


def find_previous_reply(
    snapshot: ConversationSnapshot, request_id: str, message: str, conversation_id: str
) -> Reply | None:
    """The reply that this request got before, None when it is new.

    Raises:
        InvalidInputError: It was used for another message.
    """
    question: Message | None = None
    for stored in snapshot.messages:
        if stored.metadata.get("request_id") != request_id:
            continue
        if stored.role == "user":
            question = stored
        elif stored.role == "assistant" and question is not None:
            if question.content != message:
                raise InvalidInputError("request_id", "was used for another message of this conversation")
            return _reply_from_message(stored, request_id, conversation_id)
    return None


def _reply_metadata(reply: Reply) -> dict[str, Any]:
    """What it takes to give the same reply again; the text and the source stand in the message."""
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


def _reply_from_message(stored: Message, request_id: str, conversation_id: str) -> Reply:
    facts = stored.metadata
    usage = dict(facts.get("usage") or {})
    with contextlib.suppress(InvalidOperation):
        usage["cost"] = None if usage.get("cost") is None else Decimal(usage["cost"])
    source: Any = stored.source or "model"
    return Reply(
        text=stored.content,
        source=source,
        degraded=bool(facts.get("degraded")),
        reason=facts.get("reason"),
        conversation_id=conversation_id,
        request_id=request_id,
        model=facts.get("model"),
        finish_reason=facts.get("finish_reason"),
        usage=Usage(**usage) if facts.get("usage") else None,
        age=facts.get("age"),
        attempts=facts.get("attempts", 0),
        tool_calls=tuple(facts.get("tool_calls") or ()),
        refusal=bool(facts.get("refusal")),
    )
