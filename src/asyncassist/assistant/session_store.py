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
from asyncassist.assistant.state import Trip
from asyncassist.errors import InvalidInputError, StateError
from asyncassist.flights import SearchResult
from asyncassist.flights.serialization import decode_result, encode_result

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from asyncassist._state import AsyncStateManager
    from asyncassist.flights import FlightOffer

REPEATS = 3600.0
"""Seconds for which a request id is remembered."""


@dataclass(slots=True)
class Notebook:
    """One turn's view of what is kept.

    Attributes:
        trip: As it was read; empty when nothing was kept or it could not be read.
        known: Keys that were kept.
        lost: Why it could not be read, None when it could.
    """

    trip: Trip
    known: frozenset[str] = frozenset()
    lost: str | None = None


class Keeper:
    """Reads and writes conversations; another user's id is another conversation.

    Args:
        state: Where they are kept.
    """

    def __init__(self, state: AsyncStateManager) -> None:
        self._state = state
        self._lines: dict[str, tuple[asyncio.Lock, list[int]]] = {}

    @contextlib.asynccontextmanager
    async def turn(self, session_id: str, user: str | None, *, wait: float) -> AsyncGenerator[None]:
        """One message at a time: in the order of arrival here, and one process after the other.

        Args:
            session_id: The conversation.
            user: Whose it is.
            wait: Seconds to wait for another process; its turn is over by then, or hangs.
        """
        key = _key("trip", session_id, user)
        lock, waiting = self._lines.setdefault(key, (asyncio.Lock(), [0]))
        waiting[0] += 1
        try:
            async with lock, contextlib.AsyncExitStack() as stack:
                # Without the store the order of this process is all there is.
                with contextlib.suppress(StateError, TimeoutError):
                    async with asyncio.timeout(wait):
                        await stack.enter_async_context(self._state.turn(session_id, user=user))
                yield
        finally:
            waiting[0] -= 1
            if not waiting[0]:
                self._lines.pop(key, None)

    async def read(self, session_id: str, user: str | None) -> Notebook:
        """The conversation so far. Never raises for what happens to the store."""
        try:
            session = await self._state.get(_key("trip", session_id, user))
        except StateError:
            return Notebook(Trip(), lost="the session could not be read")
        if session is None:
            return Notebook(Trip())
        return Notebook(Trip.from_data(session.data), frozenset(session.data))

    async def write(
        self, session_id: str, user: str | None, notebook: Notebook, trip: Trip, said: tuple[str, AssistantReply]
    ) -> str | None:
        """Keep the trip and the pair of messages.

        Returns:
            Why less is kept than should be, None when all is.
        """
        message, reply = said
        pair = [
            Message("user", message),
            Message("assistant", reply.text, source=reply.source, metadata={"language": reply.language}),
        ]
        kept, _ = await asyncio.gather(
            self._save(_key("trip", session_id, user), notebook, trip.to_data()),
            self._state.append(session_id, pair, user=user),
            return_exceptions=True,
        )
        for outcome in (kept, _):
            if isinstance(outcome, StateError):
                return "the session could not be kept"
            if isinstance(outcome, BaseException):
                raise outcome
        waits = kept == "journal" or self._state.stats().journal_depth > 0
        return "the session waits in the journal" if waits else None

    async def _save(self, key: str, notebook: Notebook, data: dict[str, Any]) -> str:
        """Set what is known and delete what is gone, key by key: a blind turn is merged when the store is back.

        Returns:
            Where it was kept.
        """
        gone = notebook.known - frozenset(data)

        def change(kept: dict[str, Any]) -> None:
            kept.update(data)
            for name in gone:
                kept.pop(name, None)

        return (await self._state.update(key, change, create=True)).acked

    async def repeated(self, session_id: str, user: str | None, request_id: str, message: str) -> AssistantReply | None:
        """The answer that was given to this request, None when it is new.

        Raises:
            InvalidInputError: The request id came with another message.
        """
        try:
            session = await self._state.get(_key("reply", session_id, user, request_id), touch=False)
        except StateError:
            return None
        if session is None:
            return None
        if session.data.get("message") != json_digest(message):
            raise InvalidInputError("request_id", "was used for another message")
        return read_reply(session.data["reply"])

    async def remember(
        self, session_id: str, user: str | None, request_id: str, message: str, reply: AssistantReply
    ) -> None:
        """Keep an answer for those who repeat their request."""
        data = {"message": json_digest(message), "reply": write_reply(reply)}
        with contextlib.suppress(StateError):
            await self._state.save(_key("reply", session_id, user, request_id), data, ttl=REPEATS)

    async def messages(self, session_id: str, user: str | None, limit: int | None) -> list[Message]:
        """The transcript."""
        return await self._state.messages(session_id, user=user, limit=limit)

    async def forget(self, session_id: str, user: str | None) -> bool:
        """Delete the trip and the transcript; whether there was either."""
        one, other = await asyncio.gather(
            self._state.delete(_key("trip", session_id, user)), self._state.forget(session_id, user=user)
        )
        return one or other


def chat_id(session_id: str) -> str:
    """The chatbot's own conversation of a session: it holds what was handed to the chatbot, and nothing else."""
    return f"trip:{json_digest('chat', session_id)}"


def _key(kind: str, *parts: str | None) -> str:
    """A session id that no caller can make by hand: a digest of all that it belongs to."""
    return f"{kind}:{json_digest('asyncassist.assistant', kind, *parts)}"


def write_reply(reply: AssistantReply) -> dict[str, Any]:
    """An answer as JSON, from which it can be read again."""
    data = reply.to_dict()
    data["slots"] = Trip().with_slots(**reply.slots).to_data()
    data["offers"] = _packed(reply.offers)
    data["chosen"] = _packed(() if reply.chosen is None else (reply.chosen,))
    return data


def read_reply(data: Mapping[str, Any]) -> AssistantReply:
    """An answer as it was given."""
    facts = dict(data)
    facts["slots"] = MappingProxyType(dict(Trip.from_data(facts["slots"]).slots))
    facts["missing"] = tuple(facts["missing"])
    facts["offers"] = _unpacked(facts["offers"])
    facts["chosen"] = next(iter(_unpacked(facts["chosen"])), None)
    return AssistantReply(**facts)


def _packed(offers: tuple[FlightOffer, ...]) -> str:
    """Offers as text, whole: the provider's own words are part of them."""
    # Nothing where a provider put something into an offer that cannot be written: the text is kept all the same.
    return base64.b64encode(encode_result(SearchResult(offers=offers), math.inf) or b"").decode()


def _unpacked(text: str) -> tuple[FlightOffer, ...]:
    """The offers again; none of another version of the library."""
    found = decode_result(base64.b64decode(text), 0.0)
    return () if found is None else found[0].offers
