"""Where a conversation is kept: the state of the trip, the transcript, and the answers already given."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from asyncassist._cache import json_digest
from asyncassist._types import Message
from asyncassist.assistant.models import AssistantReply
from asyncassist.assistant.state import DialogueState
from asyncassist.errors import InvalidInputError, StateError
from asyncassist.flights import SearchResult
from asyncassist.flights.serialization import decode_result, encode_result

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from asyncassist._state import AsyncStateManager
    from asyncassist.flights import FlightOffer

REPLY_TTL = 3600.0
"""Seconds for which a request id is remembered."""


@dataclass(slots=True)
class LoadedSession:
    """One turn's view of what is kept.

    Attributes:
        state: As it was read; empty when nothing was kept or it could not be read.
        stored_keys: Keys that were kept.
        load_error: Why it could not be read, None when it could.
    """

    state: DialogueState
    stored_keys: frozenset[str] = frozenset()
    load_error: str | None = None


class DialogueStore:
    """Reads and writes conversations; another user's id is another conversation.

    Args:
        state_manager: Where they are kept.
    """

    def __init__(self, state_manager: AsyncStateManager) -> None:
        self._state_manager = state_manager
        self._locks: dict[str, tuple[asyncio.Lock, list[int]]] = {}

    @contextlib.asynccontextmanager
    async def turn(self, session_id: str, user: str | None, *, max_wait: float) -> AsyncGenerator[None]:
        """One message at a time: in the order of arrival here, and one process after the other.

        Args:
            session_id: The conversation.
            user: Whose it is.
            max_wait: Seconds to wait for another process; its turn is over by then, or hangs.
        """
        key = _session_key("trip", session_id, user)
        lock, waiting = self._locks.setdefault(key, (asyncio.Lock(), [0]))
        waiting[0] += 1
        try:
            async with lock, contextlib.AsyncExitStack() as stack:
                # Without the store the order of this process is all there is.
                with contextlib.suppress(StateError, TimeoutError):
                    async with asyncio.timeout(max_wait):
                        await stack.enter_async_context(self._state_manager.turn(session_id, user=user))
                yield
        finally:
            waiting[0] -= 1
            if not waiting[0]:
                self._locks.pop(key, None)

    async def load(self, session_id: str, user: str | None) -> LoadedSession:
        """The conversation so far. Never raises for what happens to the store."""
        try:
            session = await self._state_manager.get(_session_key("trip", session_id, user))
        except StateError:
            return LoadedSession(DialogueState(), load_error="the session could not be read")
        if session is None:
            return LoadedSession(DialogueState())
        return LoadedSession(DialogueState.from_dict(session.data), frozenset(session.data))

    async def save(
        self,
        session_id: str,
        user: str | None,
        loaded: LoadedSession,
        state: DialogueState,
        message_and_reply: tuple[str, AssistantReply],
    ) -> str | None:
        """Keep the trip and the pair of messages.

        Returns:
            Why less is kept than should be, None when all is.
        """
        message, reply = message_and_reply
        pair = [
            Message("user", message),
            Message("assistant", reply.text, source=reply.source, metadata={"language": reply.language}),
        ]
        kept, _ = await asyncio.gather(
            self._save_state(_session_key("trip", session_id, user), loaded, state.to_dict()),
            self._state_manager.append(session_id, pair, user=user),
            return_exceptions=True,
        )
        for outcome in (kept, _):
            if isinstance(outcome, StateError):
                return "the session could not be kept"
            if isinstance(outcome, BaseException):
                raise outcome
        waits = kept == "journal" or self._state_manager.stats().journal_depth > 0
        return "the session waits in the journal" if waits else None

    async def _save_state(self, key: str, loaded: LoadedSession, data: dict[str, Any]) -> str:
        """Set what is known and delete what is gone, key by key: a blind turn is merged when the store is back.

        Returns:
            Where it was kept.
        """
        removed_keys = loaded.stored_keys - frozenset(data)

        def change(kept: dict[str, Any]) -> None:
            kept.update(data)
            for name in removed_keys:
                kept.pop(name, None)

        return (await self._state_manager.update(key, change, create=True)).acked

    async def load_reply(
        self, session_id: str, user: str | None, request_id: str, message: str
    ) -> AssistantReply | None:
        """The answer that was given to this request, None when it is new.

        Raises:
            InvalidInputError: The request id came with another message.
        """
        try:
            session = await self._state_manager.get(_session_key("reply", session_id, user, request_id), touch=False)
        except StateError:
            return None
        if session is None:
            return None
        if session.data.get("message") != json_digest(message):
            raise InvalidInputError("request_id", "was used for another message")
        return decode_reply(session.data["reply"])

    async def save_reply(
        self, session_id: str, user: str | None, request_id: str, message: str, reply: AssistantReply
    ) -> None:
        """Keep an answer for those who repeat their request."""
        data = {"message": json_digest(message), "reply": encode_reply(reply)}
        with contextlib.suppress(StateError):
            await self._state_manager.save(_session_key("reply", session_id, user, request_id), data, ttl=REPLY_TTL)

    async def messages(self, session_id: str, user: str | None, limit: int | None) -> list[Message]:
        """The transcript."""
        return await self._state_manager.messages(session_id, user=user, limit=limit)

    async def forget(self, session_id: str, user: str | None) -> bool:
        """Delete the trip and the transcript; whether there was either."""
        one, other = await asyncio.gather(
            self._state_manager.delete(_session_key("trip", session_id, user)),
            self._state_manager.forget(session_id, user=user),
        )
        return one or other


def chat_conversation_id(session_id: str) -> str:
    """The chatbot's own conversation of a session: it holds what was handed to the chatbot, and nothing else."""
    return f"trip:{json_digest('chat', session_id)}"


def _session_key(kind: str, *parts: str | None) -> str:
    """A session id that no caller can make by hand: a digest of all that it belongs to."""
    return f"{kind}:{json_digest('asyncassist.assistant', kind, *parts)}"


def encode_reply(reply: AssistantReply) -> dict[str, Any]:
    """An answer as JSON, from which it can be read again."""
    data = reply.to_dict()
    data["slots"] = DialogueState().with_slots(**reply.slots).to_dict()
    data["offers"] = _pack_offers(reply.offers)
    data["chosen"] = _pack_offers(() if reply.chosen is None else (reply.chosen,))
    return data


def decode_reply(data: Mapping[str, Any]) -> AssistantReply:
    """An answer as it was given."""
    facts = dict(data)
    facts["slots"] = MappingProxyType(dict(DialogueState.from_dict(facts["slots"]).slots))
    facts["missing"] = tuple(facts["missing"])
    facts["offers"] = _unpack_offers(facts["offers"])
    facts["chosen"] = next(iter(_unpack_offers(facts["chosen"])), None)
    return AssistantReply(**facts)


def _pack_offers(offers: tuple[FlightOffer, ...]) -> str:
    """Offers as text, whole: the provider's own words are part of them."""
    # Nothing where a provider put something into an offer that cannot be written: the text is kept all the same.
    return base64.b64encode(encode_result(SearchResult(offers=offers), math.inf) or b"").decode()


def _unpack_offers(text: str) -> tuple[FlightOffer, ...]:
    """The offers again; none of another version of the library."""
    found = decode_result(base64.b64decode(text), 0.0)
    return () if found is None else found[0].offers
