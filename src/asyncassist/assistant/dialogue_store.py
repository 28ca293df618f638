"""Persists conversations: dialogue state, transcript, and replies by request id."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import math
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._cache import json_digest
from asyncassist._stores.session_ids import owned_session_id
from asyncassist._types import Message, to_jsonable
from asyncassist.assistant.models import AssistantReply, SessionInfo
from asyncassist.assistant.state import DialogueState
from asyncassist.errors import InvalidInputError, StateError
from asyncassist.flights import DatePrice, SearchResult
from asyncassist.flights.models import Raw
from asyncassist.flights.serialization import decode_result, encode_result

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from asyncassist._state import AsyncStateManager, ConversationInfo
    from asyncassist.flights import FlightOffer

REPLY_TTL = 3600.0
"""Seconds for which the reply of a request id is stored."""

MAX_REPLIES = 100
"""Replies stored of one conversation, those of the most recent request ids."""

# Begins the id of the chatbot's part of a conversation.
_CHAT_PREFIX = "trip:"


@dataclass(slots=True)
class LoadedSession:
    """Session as one turn loaded it.

    Attributes:
        state: The stored dialogue state; an empty one for a new session or after a failed read.
        stored_keys: Keys of the stored session, empty for a new one.
        load_error: Why the session could not be read, None if it could.
    """

    state: DialogueState
    stored_keys: frozenset[str] = frozenset()
    load_error: str | None = None


class DialogueStore:
    """Store of conversations on top of the state manager, keyed by user and session id.

    Args:
        state_manager: Manager of sessions and transcripts.
    """

    def __init__(self, state_manager: AsyncStateManager) -> None:
        self._state_manager = state_manager
        self._locks: dict[str, tuple[asyncio.Lock, list[int]]] = {}

    @contextlib.asynccontextmanager
    async def turn(self, session_id: str, user: str | None, *, max_wait: float) -> AsyncGenerator[None]:
        """Serialise the turns of a conversation: first come, first served here, and exclusive across processes.

        Args:
            session_id: Id of the conversation.
            user: Owner of the conversation.
            max_wait: Seconds to wait for another process's turn; then the block runs without the shared lock.
        """
        key = _session_key("trip", session_id, user)
        # asyncio.Lock is fair, which gives order of arrival; the count tells when the entry can be removed.
        lock, waiting = self._locks.setdefault(key, (asyncio.Lock(), [0]))
        waiting[0] += 1
        try:
            async with lock, contextlib.AsyncExitStack() as stack:
                # Without the store, turns are serialised within this process only.
                with contextlib.suppress(StateError, TimeoutError):
                    async with asyncio.timeout(max_wait):
                        await stack.enter_async_context(self._state_manager.turn(session_id, user=user))
                yield
        finally:
            waiting[0] -= 1
            if not waiting[0]:
                self._locks.pop(key, None)

    async def load(self, session_id: str, user: str | None) -> LoadedSession:
        """Load the dialogue state of a conversation; a store failure gives an empty state with `load_error`."""
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
        """Store the dialogue state, and the message with its reply in the transcript.

        Args:
            session_id: Id of the conversation.
            user: Owner of the conversation.
            loaded: The session as this turn loaded it.
            state: Dialogue state after the turn.
            message_and_reply: The traveller's message and the reply to it.

        Returns:
            Why the turn is not, or not yet, in its store; None if it is.
        """
        message, reply = message_and_reply
        pair = [
            Message("user", message),
            Message("assistant", reply.text, source=reply.source, metadata=_reply_metadata(reply)),
        ]
        acked, append_result = await asyncio.gather(
            self._save_state(_session_key("trip", session_id, user), loaded, state.to_dict()),
            self._state_manager.append(session_id, pair, user=user),
            return_exceptions=True,
        )
        for outcome in (acked, append_result):
            if isinstance(outcome, StateError):
                return "the session could not be stored"
            if isinstance(outcome, BaseException):
                raise outcome
        is_journalled = acked == "journal" or self._state_manager.stats().journal_depth > 0
        return "the session is buffered in the journal" if is_journalled else None

    async def _save_state(self, key: str, loaded: LoadedSession, data: dict[str, Any]) -> str:
        """Set the keys of the state and delete those that the turn removed.

        The session is changed key by key, never replaced: a turn that could not read it sets only what it learned, and
        is merged with the stored session when the store recovers.

        Returns:
            The acknowledging store, "journal" during an outage.
        """
        removed_keys = loaded.stored_keys - frozenset(data)

        def change(stored: dict[str, Any]) -> None:
            stored.update(data)
            for name in removed_keys:
                stored.pop(name, None)

        return (await self._state_manager.update(key, change, create=True)).acked

    async def load_reply(
        self, session_id: str, user: str | None, request_id: str, message: str
    ) -> AssistantReply | None:
        """Return the stored reply of a request, None if the request is new or the store is unavailable.

        Raises:
            InvalidInputError: The request id was used with another message.
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
        """Store the reply of a request for `REPLY_TTL` seconds; a store failure is ignored."""
        data = {"message": json_digest(message), "reply": encode_reply(reply)}
        older: list[str] = []

        def add(stored: dict[str, Any]) -> None:
            ids = [*(each for each in stored.get("ids", ()) if each != request_id), request_id]
            older[:], stored["ids"] = ids[:-MAX_REPLIES], ids[-MAX_REPLIES:]

        # First the list, by which `forget` finds the replies. Then `create`, which works above a tombstone.
        with contextlib.suppress(StateError):
            await self._state_manager.update(_session_key("requests", session_id, user), add, create=True)
        with contextlib.suppress(StateError):
            key = _session_key("reply", session_id, user, request_id)
            await self._state_manager.create(data, session_id=key, ttl=REPLY_TTL)
            await self._delete_replies(session_id, user, older)

    async def _delete_replies(self, session_id: str, user: str | None, request_ids: Sequence[str]) -> None:
        """Delete the stored replies of request ids."""
        keys = [_session_key("reply", session_id, user, request_id) for request_id in request_ids]
        await asyncio.gather(*map(self._state_manager.delete, keys))

    async def messages(self, session_id: str, user: str | None, limit: int | None) -> list[Message]:
        """Return the transcript, oldest message first."""
        return await self._state_manager.messages(session_id, user=user, limit=limit)

    async def conversations(self, user: str, limit: int) -> list[SessionInfo]:
        """Return the conversations of a user, the last updated first; those with the chatbot alone are none."""
        found: list[ConversationInfo] = []
        last: ConversationInfo | None = None
        while True:
            page = await self._state_manager.conversations(user=user, limit=limit, before=last)
            found += [info for info in page if not info.id.startswith(_CHAT_PREFIX)]
            if len(page) < limit or len(found) >= limit:
                break
            last = page[-1]
        return await asyncio.gather(*(self._describe(info, user) for info in found[:limit]))

    async def _describe(self, info: ConversationInfo, user: str) -> SessionInfo:
        """Return a conversation with its trip, which is left out if it cannot be read."""
        state = (await self.load(info.id, user)).state
        return SessionInfo(
            session_id=info.id,
            title=info.title,
            created_at=info.created_at,
            updated_at=info.updated_at,
            messages=info.messages,
            language=state.language,
            slots=MappingProxyType(dict(state.slots)),
        )

    async def rename(self, session_id: str, title: str, user: str | None) -> None:
        """Set the title of a conversation."""
        await self._state_manager.rename(session_id, title, user=user)

    async def forget(self, session_id: str, user: str | None) -> bool:
        """Delete dialogue state, transcript and stored replies; return True if one of the first two existed."""
        requests = _session_key("requests", session_id, user)
        try:
            listed = await self._state_manager.get(requests, touch=False)
        except StateError:
            listed = None  # what cannot be listed expires with its TTL
        if listed is not None:
            await self._delete_replies(session_id, user, listed.data["ids"])
            await self._state_manager.delete(requests)
        one, other = await asyncio.gather(
            self._state_manager.delete(_session_key("trip", session_id, user)),
            self._state_manager.forget(session_id, user=user),
        )
        return one or other


def chat_conversation_id(session_id: str) -> str:
    """Return the id of the chatbot's conversation of a session, which holds only the messages passed to the chatbot."""
    return f"{_CHAT_PREFIX}{json_digest('chat', session_id)}"


def _session_key(kind: str, session_id: str, user: str | None, *parts: str) -> str:
    """Return the storage key of a session of the user.

    It holds a digest of its parts, so that caller-chosen ids cannot collide with it.
    """
    digest = json_digest("asyncassist.assistant", kind, session_id, user, *parts)
    return owned_session_id(user, f"{kind}:{digest}")


def encode_reply(reply: AssistantReply) -> dict[str, Any]:
    """Encode a reply as JSON data that `decode_reply` reads."""
    data = reply.to_dict()
    data["slots"] = DialogueState().with_slots(**reply.slots).to_dict()
    data["offers"] = _pack_offers(reply.offers)
    data["chosen"] = _pack_offers(() if reply.chosen is None else (reply.chosen,))
    return data


def decode_reply(data: Mapping[str, Any]) -> AssistantReply:
    """Decode a reply that `encode_reply` encoded."""
    facts = dict(data)
    facts["slots"] = MappingProxyType(dict(DialogueState.from_dict(facts["slots"]).slots))
    facts["missing"] = tuple(facts["missing"])
    facts["offers"] = _unpack_offers(facts["offers"])
    facts["chosen"] = next(iter(_unpack_offers(facts["chosen"])), None)
    # Replies that were stored before these fields existed have none of them.
    facts["date_prices"] = msgspec.convert(facts.get("date_prices", ()), tuple[DatePrice, ...])
    facts["fares"] = MappingProxyType(msgspec.convert(facts.get("fares", {}), dict[str, int]))
    facts["windows"] = MappingProxyType(msgspec.convert(facts.get("windows", {}), dict[str, tuple[int, int]]))
    return AssistantReply(**facts)


def _reply_metadata(reply: AssistantReply) -> dict[str, Any]:
    """Return what the transcript stores beside the text of a reply: its language, its offers and its prices by date."""
    if reply.date_prices:
        dates = {name: to_jsonable(reply.slots.get(name)) for name in ("departure_date", "return_date")}
        return {"language": reply.language, "date_prices": to_jsonable(reply.date_prices), **dates}
    if not reply.offers:
        return {"language": reply.language}
    # Neither other fares of the same flights nor the provider's data: they are most of an offer, and not shown.
    offers = [replace(offer, alternatives=(), raw=Raw()).to_dict() for offer in reply.offers]
    passengers = reply.slots.get("passengers")
    found = {"language": reply.language, "offers": offers, "passengers": to_jsonable(passengers)}
    chosen = None if reply.chosen is None else reply.chosen.id
    labels = {"chosen": chosen, "best": reply.best, "cheapest": reply.cheapest, "fastest": reply.fastest}
    return found | {name: value for name, value in labels.items() if value is not None} | {"more": reply.more}


def _pack_offers(offers: tuple[FlightOffer, ...]) -> str:
    """Encode offers completely, raw provider data included, as base64 text."""
    # Empty if a provider put values into an offer that cannot be encoded: the reply is stored without its offers.
    return base64.b64encode(encode_result(SearchResult(offers=offers), math.inf) or b"").decode()


def _unpack_offers(text: str) -> tuple[FlightOffer, ...]:
    """Decode offers; empty if another version of the library encoded them."""
    found = decode_result(base64.b64decode(text), 0.0)
    return () if found is None else found[0].offers
