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

REMEMBERED_REQUESTS = 100
# Another process may hold the turn: its answer to "is it free?" is a matter of a round trip.
_FREE_WITHIN = 0.25
_RACES = 5
NOT_SAVED = "the conversation could not be saved"
NOT_READ = "the conversation could not be read"
# What a history raises when it is away; everything else is a mistake and shall be seen.
_AWAY = (StateError, UpstreamError, OSError)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A conversation as it stands.

    Attributes:
        messages: Oldest first.
        version: The last `seq`; None when it could not be read.
    """

    messages: Sequence[Message] = ()
    version: int | None = 0


class Talks:
    """The conversations of a chatbot.

    Args:
        history: Where they are kept.
        busy: What happens to a message whose conversation has a turn under way: it waits, or it is refused.
        sendable: The most messages that a prompt can hold.
        now: Steady seconds.
    """

    def __init__(
        self, history: History, *, busy: Literal["queue", "reject"], sendable: int, now: Callable[[], float]
    ) -> None:
        self.history = history
        self.degradation = Degradation("the memory of conversations", now)
        self._reject = busy == "reject"
        self._sendable = sendable
        self._held: set[tuple[str | None, str]] = set()

    @contextlib.asynccontextmanager
    async def turn(self, conversation_id: str, user: str | None) -> AsyncGenerator[None]:
        """Hold the conversation for one turn.

        Raises:
            ConversationBusyError: A turn is under way and it does not wait.
        """
        async with contextlib.AsyncExitStack() as stack:
            if self._reject:
                self._claim(stack, (user, conversation_id))
            held = self.history.turn(conversation_id, user=user)
            try:
                async with asyncio.timeout(_FREE_WITHIN if self._reject else None):
                    await stack.enter_async_context(held)
            except TimeoutError:
                raise ConversationBusyError("a turn of this conversation is under way elsewhere") from None
            except _AWAY as error:
                # Without the store there is no queue across processes; an answer is worth more than its place in line.
                self.degradation.begin("turns are not kept apart", error)
            yield

    def _claim(self, stack: contextlib.AsyncExitStack, key: tuple[str | None, str]) -> None:
        if key in self._held:
            raise ConversationBusyError("a turn of this conversation is under way")
        self._held.add(key)
        stack.callback(self._held.discard, key)

    async def read(self, conversation_id: str, user: str | None, *, requests: bool) -> Past:
        """The conversation so far.

        Args:
            conversation_id: Its id.
            user: Whose it is.
            requests: Whether the requests it remembers are wanted, and not only what a prompt can hold.
        """
        # One message even when none is sent: its `seq` is the version.
        limit = max(1, self._sendable, 2 * REMEMBERED_REQUESTS if requests else 0)
        try:
            messages = await self.history.messages(conversation_id, user=user, limit=limit)
        except _AWAY as error:
            self.degradation.begin(NOT_READ, error)
            return Past(version=None)
        return Past(messages=messages, version=messages[-1].seq if messages else 0)

    async def store(self, message: str, reply: Reply, past: Past, *, user: str | None, request_given: bool) -> Reply:
        """Keep the turn: both messages or none. When that fails the reply says so."""
        marks: dict[str, Any] = {"degraded": True} if reply.degraded else {}
        if request_given:
            marks["request_id"] = reply.request_id
        facts = {**marks, **_facts(reply)} if request_given else marks
        pair = (
            Message("user", message, metadata=marks),
            Message("assistant", reply.text, source=reply.source, metadata=facts),
        )
        request_id = reply.request_id if request_given else None
        try:
            await self._append(reply.conversation_id, pair, past, user=user, request_id=request_id)
        except _AWAY as error:
            self.degradation.begin(NOT_SAVED, error)
            return dataclasses.replace(reply, degraded=True, reason=reply.reason or NOT_SAVED)
        if past.version is None:
            return dataclasses.replace(reply, degraded=True, reason=reply.reason or NOT_READ)
        self.degradation.end()
        return reply

    async def _append(
        self, conversation_id: str, pair: Sequence[Message], past: Past, *, user: str | None, request_id: str | None
    ) -> None:
        """Append after what was read; when another process wrote in between, after that: the pair stays a pair."""
        version = past.version
        for _ in range(_RACES):
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


def find_request(past: Past, request_id: str, message: str, conversation_id: str) -> Reply | None:
    """The reply that this request got before, None when it is new.

    Raises:
        InvalidInputError: It was used for another message.
    """
    asked: Message | None = None
    for kept in past.messages:
        if kept.metadata.get("request_id") != request_id:
            continue
        if kept.role == "user":
            asked = kept
        elif kept.role == "assistant" and asked is not None:
            if asked.content != message:
                raise InvalidInputError("request_id", "was used for another message of this conversation")
            return _revived(kept, request_id, conversation_id)
    return None


def _facts(reply: Reply) -> dict[str, Any]:
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


def _revived(kept: Message, request_id: str, conversation_id: str) -> Reply:
    facts = kept.metadata
    usage = dict(facts.get("usage") or {})
    with contextlib.suppress(InvalidOperation):
        usage["cost"] = None if usage.get("cost") is None else Decimal(usage["cost"])
    source: Any = kept.source or "model"
    return Reply(
        text=kept.content,
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
