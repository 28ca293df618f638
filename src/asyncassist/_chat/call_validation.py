"""Calls of a chatbot with their arguments checked, before anything is awaited."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist._cache import json_digest
from asyncassist._chat import prompt
from asyncassist._chat.message_parts import check_parts
from asyncassist._chat.output import read_output
from asyncassist._chat.tools import split_tools
from asyncassist._random_ids import random_id
from asyncassist._types import UNSET
from asyncassist._validation import check_id, check_user
from asyncassist.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncassist._chat.backend import BackendClient
    from asyncassist._chat.message_parts import CheckedMessage
    from asyncassist._chat.models import AnswerCacheMode
    from asyncassist._chat.output import OutputSchema
    from asyncassist._chat.stream_events import ToolEvent
    from asyncassist._chat.tools import Tool
    from asyncassist._chat.turn_record import TurnRecord

_CACHE_MODES = {"default", "bypass", "refresh", "only"}


# Not frozen, like the other per-call records of this package: construction of a frozen dataclass costs three times as
# much.
@dataclass(slots=True, kw_only=True)
class ValidatedCall:
    """Call with validated arguments.

    Attributes:
        message: The user's message, normalized.
        conversation_id: Id of the conversation: the caller's, or a generated one.
        user: Id of the user; None for an anonymous user.
        system: System instructions; None for none.
        context: Context of the application as a JSON object.
        request_id: Id of the request: the caller's, or a generated one.
        has_caller_request_id: Whether the caller gave the request id.
        is_new_conversation: Whether the conversation id was just generated: no history to read, no turn to wait for.
        cache_mode: How the answer cache is used, see `CachedChatbot.reply`.
        params: Other parameters of the chat completion.
        tools: Tools that the model may call, by name.
        settings: What a later `resolve` needs of this call, as JSON; "" for nothing.
        output: Schema of a typed answer; None for an answer in free text.
        model: Model that the call asks for; None for that of each backend.
        parts: The message with its images and files; None for a message of text alone, or when their bytes are gone.
        on_event: Called with the events of the tools of a call that is not streamed; None for nothing.
    """

    message: str
    conversation_id: str
    user: str | None
    system: str | None
    context: dict[str, Any]
    request_id: str
    has_caller_request_id: bool
    is_new_conversation: bool
    cache_mode: AnswerCacheMode
    params: dict[str, Any]
    tools: Mapping[str, Tool] = field(default_factory=dict)
    settings: str = ""
    output: OutputSchema | None = None
    model: str | None = None
    parts: CheckedMessage | None = None
    on_event: Callable[[ToolEvent], None] | None = None


class CallValidator:
    """Validator of the calls of one chatbot.

    Args:
        backends: The backends, whose wires must be able to send the parameters.
        tools: Tools of the calls that name no others, by name.
        system: System instructions of the calls that have none of their own; None for none.
        max_chars: Maximum length of a message in characters.
    """

    def __init__(
        self, backends: Sequence[BackendClient], *, tools: Mapping[str, Tool], system: str | None, max_chars: int
    ) -> None:
        self._backends = backends
        self._tools = tools
        self._system = system
        self._max_chars = max_chars
        # Random per process: the conversation id derived from an anonymous request id must not be guessable.
        self._salt = secrets.token_hex(16)

    def validate(
        self,
        message: object,
        params: Mapping[str, Any],
        *,
        conversation_id: str | None,
        user: str | None,
        system: str | None,
        context: Mapping[str, object] | None,
        request_id: str | None,
        cache: AnswerCacheMode,
        tools: Any,
        output: Any,
        model: Any,
        extra: Any,
    ) -> ValidatedCall:
        """Return a checked call of `CachedChatbot.reply`, whose arguments these are; nothing is awaited.

        Raises:
            InvalidInputError: An argument is invalid.
        """
        parts = check_parts(message, self._max_chars)
        if user is not None:
            check_user("user", user)
        if conversation_id is not None:
            check_id("conversation_id", conversation_id)
        if request_id is not None:
            check_id("request_id", request_id)
        if not isinstance(cache, str) or cache not in _CACHE_MODES:
            raise InvalidInputError("cache", 'must be "default", "bypass", "refresh" or "only"')
        call_tools, definitions = (self._tools, None) if tools is UNSET else split_tools(tools)
        if definitions is not None:
            params = {**params, "tools": definitions}
        schema = None if output is None else read_output("output", output)
        if schema is not None:
            if params.get("response_format") is not None:
                raise InvalidInputError("response_format", "says the same as output, which is given too")
            params = {**params, **schema.params}
        checked_model = prompt.check_model(model)
        checked_params = self.check_params(params, extra) if params or extra is not None else {}
        checked_context = prompt.check_context(context)
        checked_system = prompt.check_system("system", system) if system is not None else self._system
        return ValidatedCall(
            message=parts.text,
            conversation_id=conversation_id or self._new_conversation_id(user, request_id),
            user=user,
            system=checked_system,
            context=checked_context,
            request_id=request_id or random_id(),
            has_caller_request_id=request_id is not None,
            is_new_conversation=conversation_id is None and request_id is None,
            cache_mode=cache,
            params=checked_params,
            tools=call_tools,
            settings=prompt.encode_settings(
                system=None if system is None else checked_system or "",
                context=checked_context,
                params=checked_params,
                model=checked_model,
            )
            if any(tool.needs_approval for tool in call_tools.values())
            else "",
            output=schema,
            model=checked_model,
            parts=parts if parts.attachments else None,
        )

    def check_params(self, params: Mapping[str, Any], extra: object = None) -> dict[str, Any]:
        """Return the parameters, if every backend's wire can send them, so that an outage of one changes nothing.

        Args:
            params: Parameters by name.
            extra: Further parameters of the caller, whose names are not checked.

        Raises:
            InvalidInputError: A parameter is invalid, or a wire cannot send it.
        """
        checked = prompt.merge_extra(prompt.check_params(params), extra)
        for backend in self._backends:
            backend.wire.render_params(checked)
        return checked

    def restore(
        self,
        record: TurnRecord,
        conversation_id: str,
        user: str | None,
        tools: Mapping[str, Tool],
        output: OutputSchema | None,
    ) -> ValidatedCall:
        """Return the call of a turn that waited for a decision, from its record.

        Args:
            record: Record of the turn.
            conversation_id: Id of the conversation.
            user: Id of the user; None for an anonymous user.
            tools: Tools that the model may call, by name.
            output: Schema of a typed answer; None for free text.

        Raises:
            InvalidInputError: A wire cannot send a parameter of the message.
        """
        system, context, params = prompt.read_settings(record.settings)
        params = self.check_params(params)
        model = record.settings.get("model")
        return ValidatedCall(
            message=record.question,
            conversation_id=conversation_id,
            user=user,
            system=self._system if system is None else system or None,
            context=context,
            request_id=record.turn_id,
            has_caller_request_id=record.messages[0].metadata.get("request_id") == record.turn_id,
            is_new_conversation=False,
            cache_mode="default",
            params=params if output is None else {**params, **output.params},
            tools=tools,
            settings=record.settings_text,
            output=output,
            model=model if isinstance(model, str) else None,
        )

    def _new_conversation_id(self, user: str | None, request_id: str | None) -> str:
        """Return the id for a new conversation.

        It is derived from the request id, if there is one: the retry of a request whose response was lost finds the
        conversation that the first attempt began.
        """
        if request_id is None:
            return random_id()
        return json_digest("conversation", self._salt if user is None else None, user, request_id)[:32]
