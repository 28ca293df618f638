"""From a checked question to a reply: moderation, the cache, the model, and who stands in when it is down."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from asyncassist._cache import json_digest
from asyncassist._chat import prompt
from asyncassist._chat.failover import AllFailedError
from asyncassist._chat.fallback import NO_MODEL, explain, language_of, refusal
from asyncassist._chat.models import Question, Reply
from asyncassist._chat.response_cache import Inquiry
from asyncassist._events import Degradation, logger
from asyncassist.errors import AuthenticationError, ChatUnavailableError, DecodeError, InvalidInputError, StatusError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncassist._chat.backend import Line
    from asyncassist._chat.conversations import Past
    from asyncassist._chat.models import CacheMode, Fallback, Moderator
    from asyncassist._chat.response_cache import Answers, Outcome
    from asyncassist._chat.usage import Ledger
    from asyncassist._retry import Timeout

NOT_KEPT = "no answer is kept"
MODERATED = "moderated"
UNMODERATED = "moderation unavailable"
# A fallback or a moderator that hangs would be worse than none.
_HOOK_SECONDS = 5.0


# Not frozen, as are the other values of one call in this room: freezing triples the cost of making one.
@dataclass(slots=True, kw_only=True)
class Ask:
    """A checked call.

    Attributes:
        message: What the user wrote, cleaned.
        conversation_id: Given or new.
        user: Who asks.
        system: Instructions.
        context: What the application knows, as JSON has it.
        request_id: Given or new.
        request_given: Whether the caller gave it.
        fresh: Whether the conversation begins here: nothing to read, nobody to wait for.
        mode: What the cache may do.
        params: Other parameters.
    """

    message: str
    conversation_id: str
    user: str | None
    system: str | None
    context: dict[str, Any]
    request_id: str
    request_given: bool
    fresh: bool
    mode: CacheMode
    params: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a responder works; the fields are arguments of the chatbot."""

    fallback: Fallback | None
    moderate: Moderator | None
    timeout: Timeout
    max_history_tokens: int
    share_answers: bool


class _Speaker:
    """Tells the pieces of an answer on, and at the end what was not told yet."""

    __slots__ = ("_emit", "_told")

    def __init__(self, emit: Callable[[str], None]) -> None:
        self._emit = emit
        self._told = False

    def piece(self, text: str) -> None:
        self._told = True
        self._emit(text)

    def whole(self, text: str) -> None:
        """The answer came in one piece: tell it in pieces as a model would, so that a listener sees no difference."""
        if not self._told:
            for piece in prompt.pieces(text):
                self._emit(piece)


class Responder:
    """Makes replies.

    Args:
        answers: Kept answers, and the way to new ones.
        ledger: Knows what tokens cost.
        rules: How it works.
        online: Whether there is any model to ask.
        now: Steady seconds.
    """

    def __init__(
        self, answers: Answers, ledger: Ledger, rules: Rules, *, online: bool, now: Callable[[], float]
    ) -> None:
        self.tokens: Callable[[str], int] = prompt.estimate_tokens
        """Counts the tokens of a text."""
        self.degradation = Degradation("the chatbot", now)
        self.refused = ""
        """What the server refused last (credentials, model); "" after an answer."""
        self._answers = answers
        self._ledger = ledger
        self._rules = rules
        self._online = online
        self._now = now

    async def respond(self, ask: Ask, past: Past, emit: Callable[[str], None] | None) -> tuple[Reply, Outcome | None]:
        """The reply, and what came from a model or the cache for it.

        Raises:
            UpstreamError: The server refused the request itself.
            ChatUnavailableError: No answer and no fallback.
        """
        started = self._now()
        speaker = None if emit is None else _Speaker(emit)
        outcome: Outcome | None = None
        verdict = await self._moderated(ask.message, "user")
        if verdict is not None:
            reply = self._refusal(ask, verdict, started)
        elif not self._online:
            reply = await self._fall_back(ask, past, NO_MODEL, started)
        else:
            inquiry = self._inquiry(ask, past)
            try:
                outcome = await self._ask(inquiry, speaker)
            except AllFailedError as failed:
                outcome, reply = await self._stand_in(ask, past, inquiry, failed, started)
            else:
                reply = self._reply(ask, outcome, started)
            if outcome is not None and self._rules.moderate is not None:
                verdict = await self._moderated(outcome.answer.text, "assistant")
                reply = reply if verdict is None else self._refusal(ask, verdict, started)
        if speaker is not None:
            speaker.whole(reply.text)
        return reply, outcome

    def _inquiry(self, ask: Ask, past: Past) -> Inquiry:
        rules = self._rules
        before = prompt.remembered(past.messages, rules.max_history_tokens, self.tokens) if past.messages else []
        messages = prompt.compose(ask.message, system=ask.system, context=ask.context, past=before)
        owner = None if rules.share_answers else _owner(ask, has_past=bool(before))
        params = ask.params
        key = _keys(owner, messages, params)
        if ask.user is not None and "safety_identifier" not in params:
            # Tells the provider that it is the same person, not who.
            params = {**params, "safety_identifier": _stranger(ask.user)}
        timeout = rules.timeout
        if "timeout" in params:
            timeout = dataclasses.replace(timeout, total=params["timeout"])
        return Inquiry(key=key, owner=owner, messages=messages, params=params, timeout=timeout, mode=ask.mode)

    async def _ask(self, inquiry: Inquiry, speaker: _Speaker | None) -> Outcome:
        """The answer: kept, or made now."""
        answers = self._answers
        if inquiry.mode in {"default", "only"}:
            kept = answers.find(inquiry)
            if kept is None and inquiry.mode == "only":
                kept = await answers.find_shared(inquiry)
                if kept is None:
                    raise ChatUnavailableError("no answer is kept for this question", reason=NOT_KEPT)
            if kept is not None:
                return kept
        # An answer that is to be looked at first cannot be shown piece by piece.
        pieces = None if speaker is None or self._rules.moderate is not None else speaker.piece
        try:
            outcome = await answers.ask(inquiry, pieces)
        except (AuthenticationError, StatusError) as error:
            self.refused = f"status {error.status}"
            raise
        if outcome.source == "model" and outcome.answer.broken is None:
            self.refused = ""
            self.degradation.end()
        return outcome

    async def _stand_in(
        self, ask: Ask, past: Past, inquiry: Inquiry, failed: AllFailedError, started: float
    ) -> tuple[Outcome | None, Reply]:
        """A stale answer of the same question, else the fallback."""
        reason = failed.fault.reason
        self.degradation.begin(reason, failed.fault.error)
        stale = self._answers.stale(inquiry)
        if stale is not None:
            return stale, self._reply(ask, stale, started, reason=reason, attempts=failed.attempts)
        return None, await self._fall_back(ask, past, reason, started, failed)

    async def _fall_back(
        self, ask: Ask, past: Past, reason: str, started: float, failed: AllFailedError | None = None
    ) -> Reply:
        """What the fallback says."""
        attempts = 0 if failed is None else failed.attempts
        fallback = self._rules.fallback
        if fallback is None:
            raise ChatUnavailableError(reason=reason) from (None if failed is None else failed.fault.error)
        question = Question(
            message=ask.message,
            reason=reason,
            language=language_of(ask.context, ask.message),
            context=ask.context,
            history=tuple(past.messages),
            conversation_id=ask.conversation_id,
            user=ask.user,
        )
        try:
            async with asyncio.timeout(_HOOK_SECONDS):
                text = await fallback(question)
        except Exception as error:  # noqa: BLE001 - foreign code; the user shall have an answer all the same
            logger.error("the fallback failed (%s); the built-in one answers", type(error).__name__)
            text = await asyncio.to_thread(explain, question)
        if text is None or not text.strip():
            raise ChatUnavailableError(reason=reason) from (None if failed is None else failed.fault.error)
        return self._made_here(ask, text, reason, started, attempts)

    async def _moderated(self, text: str, role: Literal["user", "assistant"]) -> str | None:
        """Why the text may not pass, None when it may."""
        moderate = self._rules.moderate
        if moderate is None:
            return None
        try:
            async with asyncio.timeout(_HOOK_SECONDS):
                verdict = await moderate(text, role=role)
        except Exception as error:  # noqa: BLE001 - foreign code; what could not be looked at does not pass
            logger.error("the moderator failed (%s); the message does not pass", type(error).__name__)
            return UNMODERATED
        return None if verdict is None else f"{MODERATED}: {verdict}"

    def _refusal(self, ask: Ask, verdict: str, started: float) -> Reply:
        return self._made_here(ask, refusal(language_of(ask.context, ask.message)), verdict, started, 0)

    def _made_here(self, ask: Ask, text: str, reason: str, started: float, attempts: int) -> Reply:
        return Reply(
            text=text,
            source="fallback",
            degraded=True,
            reason=reason,
            conversation_id=ask.conversation_id,
            request_id=ask.request_id,
            elapsed=self._now() - started,
            attempts=attempts,
        )

    def _reply(
        self, ask: Ask, outcome: Outcome, started: float, *, reason: str | None = None, attempts: int = 0
    ) -> Reply:
        answer = outcome.answer
        reason = reason or answer.broken
        return Reply(
            text=answer.text,
            source=outcome.source,
            degraded=reason is not None,
            reason=reason,
            conversation_id=ask.conversation_id,
            request_id=ask.request_id,
            model=outcome.model,
            finish_reason=answer.finish_reason,
            usage=self._ledger.usage(outcome),
            age=outcome.age,
            elapsed=self._now() - started,
            attempts=attempts or outcome.attempts,
            tool_calls=answer.tool_calls,
            refusal=answer.refusal,
        )

    async def extract(
        self, text: str, instructions: str | None, params: dict[str, Any], schema: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """What the text says, as an object by the schema.

        Raises:
            DecodeError: The model answered in another form.
            ChatUnavailableError: No model answered.
            UpstreamError: The server refused the request itself.
        """
        if not self._online:
            raise ChatUnavailableError(reason=NO_MODEL)
        messages = prompt.compose(text, system=instructions, context={}, past=[])
        inquiry = Inquiry(
            key=_keys("extract", messages, params),
            owner="extract",
            messages=messages,
            params=params,
            timeout=self._rules.timeout,
            mode="default",
        )
        try:
            outcome = await self._ask(inquiry, None)
        except AllFailedError as failed:
            raise ChatUnavailableError(reason=failed.fault.reason) from failed.fault.error
        self._ledger.count_tokens(self._ledger.usage(outcome), outcome)
        return _structure(outcome.answer.text, schema, outcome.url)


@functools.lru_cache(maxsize=1024)
def owner_of(user: str) -> str:
    """The digest under which a user's answers are kept."""
    return json_digest("user", user)[:32]


@functools.lru_cache(maxsize=1024)
def _stranger(user: str) -> str:
    """The digest by which the provider knows a user; not the one of our keys."""
    return json_digest("safety", user)[:32]


def _owner(ask: Ask, *, has_past: bool) -> str | None:
    """Whom the answer is for: the user; the conversation when nobody is named and it went into the prompt."""
    if ask.user is not None:
        return owner_of(ask.user)
    return json_digest("conversation", ask.conversation_id)[:32] if has_past else None


def _keys(owner: str | None, messages: list[prompt.WireMessage], params: Mapping[str, Any]) -> Callable[[Line], str]:
    """Makes the key of an answer by a line, each once."""
    made: dict[str, str] = {}

    def key(line: Line) -> str:
        found = made.get(line.identity)
        if found is None:
            found = prompt.answer_key(line.identity, owner=owner, messages=messages, params=params)
            made[line.identity] = found
        return found

    return key


def structured(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The parameter that asks for an object by a JSON schema.

    Raises:
        InvalidInputError: The schema is no mapping.
    """
    try:
        plain_schema = dict(schema)
    except (TypeError, ValueError):
        raise InvalidInputError("schema", "must be a JSON schema") from None
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "extraction", "schema": plain_schema}}}


def _structure(text: str, schema: Mapping[str, Any], url: str | None) -> Mapping[str, Any]:
    """The model's text as an object that has what the schema requires."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeEncodeError):
        found = None
    if not isinstance(found, dict):
        raise DecodeError("the model did not answer with an object", url=url)
    if any(name not in found for name in schema.get("required", ())):
        raise DecodeError("the model left out a required field", url=url)
    return found
