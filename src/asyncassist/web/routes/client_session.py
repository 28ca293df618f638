"""Sessions of protocols whose clients name their own conversations, or send the whole conversation each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncassist._random_ids import random_id
from asyncassist.web.request_schema import TextType
from asyncassist.web.turn_log.log import digest

if TYPE_CHECKING:
    from asyncassist.web.routes.route_context import RouteContext

# An id of the client's that others are unlikely to choose or guess
_MIN_SECRET = 16


async def session_of(context: RouteContext, client_id: str, *, path: str | None = None) -> str:
    """Return the session that belongs to a client's id of the conversation; the first time, a new one.

    The id is the user's. Of an anonymous client it must be hard to guess; a short one counts for its address only.

    Args:
        context: The request.
        client_id: The client's id of the conversation.
        path: Path of the route to which the id belongs, None for that of the request.
    """
    user = await context.service.resolve_user(context.request)
    client = None
    if user is None and len(client_id) < _MIN_SECRET:
        client = context.service.client_key(context.request)
    scope = digest("session", path or context.route.path, user, client, client_id)
    return await context.service.turn_log.remember(scope, random_id())


def checked_message(context: RouteContext, text: str) -> str:
    """Return the text of the user's message, normalized.

    Raises:
        InvalidInputError: It is empty or too long.
    """
    return TextType(context.service.settings.max_message).check("messages", text)


def text_of(parts: Any) -> str:
    """Return the text of a message's content: a text, or a list of parts of which those of type "text" count."""
    if isinstance(parts, str):
        return parts
    found = [part.text for part in parts or () if part.type == "text" and part.text is not None]
    return "".join(found)
