"""Run one turn with the assistant or the chatbot and return the response body, or emit it as events."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from asyncassist.assistant import Done, OfferFound, TextDelta, Understood
from asyncassist.errors import StateError, UpstreamError
from asyncassist.languages.registry import LANGUAGES
from asyncassist.web import serializers
from asyncassist.web.header_fields import preferred_language

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from asyncassist._chat import CachedChatbot
    from asyncassist.assistant import TravelAssistant
    from asyncassist.web.capacity import ConversationQueue
    from asyncassist.web.http import Request

    Emit = Callable[[str, Any], Awaitable[None]]

# Begins the id of every conversation of the chatbot's route, so that it cannot open a session of the assistant.
_CHATBOT_PREFIX = "chatbot:"


async def resolve_session(assistant: TravelAssistant, session_id: str | None, user: str | None) -> str:
    """Return the given session id if that session exists, else a new random id.

    An unknown id is not adopted: another client could choose or guess the same one. A conversation of the chatbot is no
    session of the assistant, although both may be in one store.
    """
    if session_id is not None and is_session_id(session_id) and await _exists(assistant, session_id, user):
        return session_id
    return secrets.token_hex(16)


async def resolve_conversation(chatbot: CachedChatbot, conversation_id: str | None, user: str | None) -> str:
    """Return the given id if the chatbot has that conversation, else a new random id, as `resolve_session` does."""
    given = conversation_id
    if given is not None and not is_session_id(given) and await _exists(chatbot, given, user):
        return given
    return f"{_CHATBOT_PREFIX}{secrets.token_hex(16)}"


def is_session_id(given: str) -> bool:
    """Return whether an id can be that of an assistant's session: it does not name a conversation of the chatbot."""
    return not given.startswith(_CHATBOT_PREFIX)


async def _exists(component: TravelAssistant | CachedChatbot, given: str, user: str | None) -> bool:
    try:
        return bool(await component.messages(given, user=user, limit=1))
    except (StateError, UpstreamError, OSError):
        return True  # the store is unavailable: the component uses this id and marks the reply as degraded


def requested_language(request: Request) -> str | None:
    """Return the language that the client prefers of those that the assistant speaks, None if it names none."""
    return preferred_language(request.header("accept-language") or "", LANGUAGES)


async def chat_turn(
    assistant: TravelAssistant,
    queue: ConversationQueue,
    body: Mapping[str, Any],
    user: str | None,
    *,
    language: str | None = None,
) -> dict[str, Any]:
    """Send one message to the assistant and return the response body."""
    session_id = await resolve_session(assistant, body.get("session_id"), user)
    with queue.enter(user, session_id):
        reply = await assistant.reply(
            body["message"], session_id=session_id, user=user, timezone=body.get("timezone"), language=language
        )
    return serializers.chat_reply(reply)


async def chat_turn_events(
    assistant: TravelAssistant,
    queue: ConversationQueue,
    body: Mapping[str, Any],
    user: str | None,
    emit: Emit,
    *,
    language: str | None = None,
) -> dict[str, Any]:
    """Send one message to the assistant, emit its events, and return the data of the last one ("done")."""
    session_id = await resolve_session(assistant, body.get("session_id"), user)
    with queue.enter(user, session_id):
        async with assistant.stream(
            body["message"], session_id=session_id, user=user, timezone=body.get("timezone"), language=language
        ) as stream:
            async for event in stream:
                match event:
                    case TextDelta():
                        await emit("delta", {"text": event.text})
                    case Understood():
                        language = event.language
                    case OfferFound():
                        await emit("offer", serializers.offer(event.offer.to_dict(), language or LANGUAGES[0]))
                    case Done():
                        done = serializers.chat_reply(event.reply)
                        await emit("done", done)
                        return done
                    case _:
                        pass  # the data of other events is part of the "done" event
            return serializers.chat_reply(stream.reply)


async def chatbot_turn(
    chatbot: CachedChatbot, queue: ConversationQueue, body: Mapping[str, Any], user: str | None
) -> dict[str, Any]:
    """Send one message to the chatbot and return the response body."""
    conversation_id = await resolve_conversation(chatbot, body.get("conversation_id"), user)
    with queue.enter(user, conversation_id):
        reply = await chatbot.reply(body["message"], conversation_id=conversation_id, user=user)
    return serializers.chatbot_reply(reply)


async def chatbot_turn_events(
    chatbot: CachedChatbot, queue: ConversationQueue, body: Mapping[str, Any], user: str | None, emit: Emit
) -> None:
    """Send one message to the chatbot and emit its events."""
    conversation_id = await resolve_conversation(chatbot, body.get("conversation_id"), user)
    with queue.enter(user, conversation_id):
        async with chatbot.stream(body["message"], conversation_id=conversation_id, user=user) as stream:
            async for text in stream:
                await emit("delta", {"text": text})
        await emit("done", serializers.chatbot_reply(stream.reply))
