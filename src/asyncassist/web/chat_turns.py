"""Run one turn with the assistant or the chatbot and return the response body, or emit it as events."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from asyncassist.assistant import Done, OfferFound, TextDelta
from asyncassist.errors import StateError
from asyncassist.web import serializers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from asyncassist._chat import CachedChatbot
    from asyncassist.assistant import TravelAssistant

    Emit = Callable[[str, Any], Awaitable[None]]


async def resolve_session(assistant: TravelAssistant, session_id: str | None, user: str | None) -> str:
    """Return the given session id if that session exists, else a new random id.

    An unknown id is not adopted: another client could choose or guess the same one.
    """
    if session_id is not None:
        try:
            if await assistant.messages(session_id, user=user, limit=1):
                return session_id
        except StateError:
            return session_id  # the store is unavailable: the assistant uses this id and marks the reply as degraded
    return secrets.token_hex(16)


async def chat_turn(assistant: TravelAssistant, body: Mapping[str, Any], user: str | None) -> dict[str, Any]:
    """Send one message to the assistant and return the response body."""
    session_id = await resolve_session(assistant, body.get("session_id"), user)
    reply = await assistant.reply(body["message"], session_id=session_id, user=user, timezone=body.get("timezone"))
    return serializers.chat_reply(reply)


async def chat_turn_events(
    assistant: TravelAssistant, body: Mapping[str, Any], user: str | None, emit: Emit
) -> dict[str, Any]:
    """Send one message to the assistant, emit its events, and return the data of the last one ("done")."""
    session_id = await resolve_session(assistant, body.get("session_id"), user)
    async with assistant.stream(
        body["message"], session_id=session_id, user=user, timezone=body.get("timezone")
    ) as stream:
        async for event in stream:
            match event:
                case TextDelta():
                    await emit("delta", {"text": event.text})
                case OfferFound():
                    await emit("offer", event.offer.to_dict())
                case Done():
                    done = serializers.chat_reply(event.reply)
                    await emit("done", done)
                    return done
                case _:
                    pass  # the data of other events is part of the "done" event
        return serializers.chat_reply(stream.reply)


async def chatbot_turn(chatbot: CachedChatbot, body: Mapping[str, Any], user: str | None) -> dict[str, Any]:
    """Send one message to the chatbot and return the response body."""
    reply = await chatbot.reply(body["message"], conversation_id=body.get("conversation_id"), user=user)
    return serializers.chatbot_reply(reply)


async def chatbot_turn_events(chatbot: CachedChatbot, body: Mapping[str, Any], user: str | None, emit: Emit) -> None:
    """Send one message to the chatbot and emit its events."""
    async with chatbot.stream(body["message"], conversation_id=body.get("conversation_id"), user=user) as stream:
        async for text in stream:
            await emit("delta", {"text": text})
    await emit("done", serializers.chatbot_reply(stream.reply))
