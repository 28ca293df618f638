"""Pipeline from a validated call to a reply: moderation, answer cache, model, stale answer or fallback."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from asyncassist._cache import json_digest
from asyncassist._chat import prompt
from asyncassist._chat.failover import AllBackendsFailedError
from asyncassist._chat.fallback import NO_MODEL, detect_language, moderation_message, render_fallback
from asyncassist._chat.models import Question, Reply
from asyncassist._chat.output import InvalidOutputError, OutputSchema, PartialParser
from asyncassist._chat.response_cache import ChatRequest
from asyncassist._chat.stream_events import PartialOutput
from asyncassist._chat.tool_steps import ToolScope
from asyncassist._chat.tools import ToolContext
from asyncassist._events import Degradation, logger
from asyncassist._types import UNSET, TextDelta
from asyncassist.errors import AuthenticationError, ChatUnavailableError, StatusError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asyncassist._chat.backend import BackendClient
    from asyncassist._chat.budget import BudgetCounter
    from asyncassist._chat.call_validation import ValidatedCall
    from asyncassist._chat.conversations import ConversationSnapshot
    from asyncassist._chat.models import AnswerCacheMode, Fallback, Moderator, Usage
    from asyncassist._chat.response_cache import ChatResult, ResponseCache
    from asyncassist._chat.stream_events import AnswerDelta, StreamEvent
    from asyncassist._chat.tool_runner import StepCall
    from asyncassist._chat.tool_steps import StepExecutor
    from asyncassist._chat.turn_record import TurnRecord
    from asyncassist._chat.usage import UsageTracker
    from asyncassist._retry import Timeout

PART_SEPARATOR = "\n\n"
"""Text between the answers of the model that make up one reply."""
NOT_CACHED = "no answer is cached"
INCOMPLETE = "incomplete"
STEPS_EXHAUSTED = "steps exhausted"
MODERATED = "moderated"
MODERATION_UNAVAILABLE = "moderation unavailable"
# Seconds for a fallback or a moderator: one that hangs must not block the reply.
_HOOK_TIMEOUT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponderConfig:
    """Settings of a responder; the fields are the `CachedChatbot` arguments of the same names."""

    fallback: Fallback | None
    moderate: Moderator | None
    timeout: Timeout
    max_history_tokens: int
    share_answers: bool
    max_steps: int


class _DeltaEmitter:
    """Emitter of text deltas that emits the full text at the end if nothing was streamed.

    With tools a reply may have several parts, one for each answer of the model; a blank line separates them. The text
    of a typed answer is emitted at the end alone, because it may have to be repaired; before it come the parts of its
    value.
    """

    __slots__ = ("_blank", "_emit", "_has_emitted", "_has_emitted_part", "_parser")

    def __init__(self, emit: Callable[[StreamEvent], None], *, is_typed: bool) -> None:
        self._emit = emit
        self._parser = PartialParser() if is_typed else None
        self._blank = ""
        self._has_emitted = False
        self._has_emitted_part = False

    def begin_part(self) -> None:
        """Begin the text of the next answer."""
        self._blank = ""
        self._has_emitted_part = False
        if self._parser is not None:
            self._parser = PartialParser()

    def emit_delta(self, delta: AnswerDelta) -> None:
        if not isinstance(delta, str):
            self._emit(delta)
            return
        text = delta
        if self._parser is not None:
            value = self._parser.add(text)
            if value is not UNSET:
                self._emit(PartialOutput(value=value))
            return
        if not self._has_emitted_part:
            # A part is not begun by blanks: it may have nothing else, and then it is no part of the reply.
            self._blank += text
            if not self._blank.strip():
                return
            text = (PART_SEPARATOR if self._has_emitted else "") + self._blank
        self._has_emitted = self._has_emitted_part = True
        self._emit(TextDelta(text=text))

    def emit_full_text(self, text: str, last_part: str) -> None:
        """Emit the text word by word, as far as its deltas were not emitted already.

        A consumer of the stream then sees no difference between a cached answer and a live one.

        Args:
            text: Text of the reply.
            last_part: The part of it that the last answer brought.
        """
        if self._has_emitted_part:
            return
        missing = PART_SEPARATOR + last_part if self._has_emitted and last_part else text
        if self._has_emitted and not last_part:
            return
        for delta in prompt.split_words(missing):
            self._emit(TextDelta(text=delta))


class Responder:
    """Producer of replies.

    Args:
        response_cache: Answer cache in front of the backends.
        usage_tracker: Tracker of token usage and cost.
        steps: Executor of the calls of tools.
        config: Settings.
        has_model: Whether a backend is configured.
        now: Monotonic clock in seconds.
        budget: Counter of what users or conversations spend; None for no budget.
    """

    def __init__(
        self,
        response_cache: ResponseCache,
        usage_tracker: UsageTracker,
        steps: StepExecutor,
        config: ResponderConfig,
        *,
        has_model: bool,
        now: Callable[[], float],
        budget: BudgetCounter | None = None,
    ) -> None:
        self.token_counter: Callable[[str], int] = prompt.estimate_tokens
        """Returns the number of tokens of a text."""
        self.degradation = Degradation("the chatbot", now)
        self.last_rejection = ""
        """Status of the last refused request (credentials, model), for the health check; "" after an answer."""
        self._response_cache = response_cache
        self._usage_tracker = usage_tracker
        self._steps = steps
        self._config = config
        self._has_model = has_model
        self._budget = budget
        self._now = now

    async def respond(
        self,
        call: ValidatedCall,
        snapshot: ConversationSnapshot,
        record: TurnRecord,
        emit: Callable[[StreamEvent], None] | None,
        decisions: Mapping[str, bool | str] | None = None,
    ) -> tuple[Reply, ChatResult | None]:
        """Produce the reply to a call.

        Args:
            call: The validated call.
            snapshot: The conversation so far.
            record: Record of the turn: new, or one that is continued.
            emit: Called with each event; None for a call without streaming.
            decisions: Decisions about calls of the record that wait for them, by call id.

        Returns:
            The reply and the answer it was built from; None instead of the answer for a fallback.

        Raises:
            UpstreamError: The server refused the request itself.
            ChatUnavailableError: No backend answered and the fallback gave no text, or no answer is cached.
            StateUnavailableError: The decisions could not be stored.
        """
        started = self._now()
        emitter = None if emit is None else _DeltaEmitter(emit, is_typed=call.output is not None)
        result: ChatResult | None = None
        block_reason = await self._moderate(call.message, "user")
        if block_reason is not None:
            reply = self._moderated_reply(call, block_reason, started)
        elif not self._has_model:
            reply = await self._fall_back(call, snapshot, NO_MODEL, started)
        else:
            scope = _tool_scope(call, emit)
            if decisions:
                await self._steps.decide(record, decisions, scope)
            if record.step_count:
                await self._steps.resume(record, scope)
            result, reply = await self._answer(call, snapshot, record, scope, emitter=emitter, started=started)
        last_part = reply.text
        if record.step_count or record.interrupted:
            # A typed answer is the last one alone: what the model said before would spoil its JSON.
            texts = [*(record.texts if call.output is None else ()), *([reply.text] if reply.text.strip() else ())]
            reply = dataclasses.replace(reply, text=PART_SEPARATOR.join(texts), steps=record.steps())
        if result is not None and self._config.moderate is not None:
            block_reason = await self._moderate(reply.text, "assistant")
            if block_reason is not None:
                steps = reply.steps
                reply = dataclasses.replace(self._moderated_reply(call, block_reason, started), steps=steps)
        if emitter is not None:
            emitter.emit_full_text(reply.text, last_part)
        return reply, result

    async def _answer(
        self,
        call: ValidatedCall,
        snapshot: ConversationSnapshot,
        record: TurnRecord,
        scope: ToolScope,
        *,
        emitter: _DeltaEmitter | None,
        started: float,
    ) -> tuple[ChatResult | None, Reply]:
        """Ask the model, run the tools it calls, and ask again with their results, until it answers without a call.

        Returns:
            The answer and the reply; None instead of the answer for a fallback and for a reply with pending calls. The
            text of the reply is that of the last answer alone.

        Raises:
            DecodeError: The model's answer is not of the output type, and neither is the one to the request to mend it.
        """
        spent: list[ChatResult] = []
        used_ids: set[str] = set()
        repair: Sequence[prompt.WireMessage] = ()
        is_repaired = False
        while True:
            pending = record.pending_calls()
            if pending:
                return None, self._pending_reply(call, pending, spent, started)
            is_exhausted = record.step_count >= self._config.max_steps
            request = self._build_request(call, snapshot, record, with_tools=not is_exhausted, repair=repair)
            if emitter is not None:
                emitter.begin_part()
            try:
                result = await self._complete(request, emitter)
            except AllBackendsFailedError as failed:
                degraded, reply = await self._degrade(call, snapshot, request, failed, started)
                return degraded, self._with_totals(reply, spent)
            answer = result.answer
            reason = STEPS_EXHAUSTED if is_exhausted else answer.incomplete_reason
            has_calls = bool(answer.tool_calls) and bool(call.tools)
            if has_calls and reason is None and not answer.refusal:
                spent.append(result)
                used_ids = used_ids or _call_ids(snapshot, record)
                self._usage_tracker.record_tokens(self._usage_tracker.usage(result), result)
                await self._steps.run_step(record, answer, scope, used_ids)
                repair = ()
                continue
            if not answer.text.strip() and (has_calls or record.step_count):
                # Calls that are not run are no answer: of a stream that broke, or beyond the last step.
                reply = await self._fall_back(call, snapshot, reason or INCOMPLETE, started)
                self._usage_tracker.record_tokens(self._usage_tracker.usage(result), result)
                return None, self._with_totals(reply, [*spent, result])
            try:
                reply = self._build_reply(call, result, started, reason=reason)
            except InvalidOutputError as error:
                if is_repaired or call.output is None or call.cache_mode == "only":
                    raise error.to_error(result.url) from None
                is_repaired = True
                repair = call.output.repair(answer.text, error)
                spent.append(result)
                self._usage_tracker.record_tokens(self._usage_tracker.usage(result), result)
                continue
            if call.tools or record.step_count:
                reply = dataclasses.replace(reply, tool_calls=())
            return result, self._with_totals(reply, spent)

    def _with_totals(self, reply: Reply, spent: list[ChatResult]) -> Reply:
        """Add the tokens and calls of earlier answers of the turn to those of the last one."""
        if not spent:
            return reply
        usages = [self._usage_tracker.usage(result) for result in spent] + [reply.usage]
        attempts = reply.attempts + sum(result.attempts for result in spent)
        return dataclasses.replace(reply, usage=_sum_usage(usages), attempts=attempts)

    def _pending_reply(
        self, call: ValidatedCall, pending: list[StepCall], spent: list[ChatResult], started: float
    ) -> Reply:
        last = spent[-1] if spent else None
        reply = Reply(
            text="",
            source="model",
            degraded=False,
            reason=None,
            conversation_id=call.conversation_id,
            request_id=call.request_id,
            model=None if last is None else last.model,
            finish_reason=None if last is None else last.answer.finish_reason,
            elapsed=self._now() - started,
            pending=tuple(step_call.to_pending() for step_call in pending),
        )
        return self._with_totals(reply, spent)

    def _build_request(
        self,
        call: ValidatedCall,
        snapshot: ConversationSnapshot,
        record: TurnRecord,
        *,
        with_tools: bool,
        repair: Sequence[prompt.WireMessage] = (),
    ) -> ChatRequest:
        config = self._config
        history = (
            prompt.select_history(
                snapshot.messages, config.max_history_tokens, self.token_counter, without_turn=record.turn_id
            )
            if snapshot.messages
            else []
        )
        turn = record.to_wire() if record.step_count else []
        messages = prompt.build_messages(
            call.message, system=call.system, context=call.context, history=history, turn=turn
        )
        key_messages = messages
        if call.parts is not None:
            position = len(messages) - (len(turn) or 1)
            key_messages = _with_content(messages, position, call.parts.key_content)
            messages = _with_content(messages, position, call.parts.content)
        owner = None if config.share_answers else _cache_owner(call, has_history=bool(history))
        params = _with_tools(call, with_tools=with_tools, is_first=not turn) if call.tools or turn else call.params
        cache_mode = _cache_mode(call, record)
        key = _cache_key_builder(owner, key_messages, params)
        if repair:
            # The mended answer is the answer to the request: it is kept under its key.
            messages = [*messages, *repair]
            cache_mode = "refresh" if cache_mode == "default" else cache_mode
        if call.user is not None and "safety_identifier" not in params:
            # A digest lets the provider recognize one user's requests without learning who it is.
            params = {**params, "safety_identifier": _safety_identifier(call.user)}
        timeout = config.timeout
        if "timeout" in params:
            timeout = dataclasses.replace(timeout, total=params["timeout"])
        return ChatRequest(
            key=key,
            owner=owner,
            messages=messages,
            params=params,
            timeout=timeout,
            cache_mode=cache_mode,
            conversation=(call.user, call.conversation_id),
            model=call.model,
            accepts=None if call.output is None else call.output.accepts,
        )

    async def _complete(self, request: ChatRequest, emitter: _DeltaEmitter | None) -> ChatResult:
        """Return the cached answer, or ask the model.

        Raises:
            UpstreamError: The server refused the request itself.
            AllBackendsFailedError: No backend answered.
            BudgetExceededError: The budget is spent.
            ChatUnavailableError: The cache mode is "only", and no answer is cached.
        """
        response_cache = self._response_cache
        if request.cache_mode in {"default", "only"}:
            cached = response_cache.lookup(request)
            if cached is None and request.cache_mode == "only":
                cached = await response_cache.lookup_shared(request)
                if cached is None:
                    raise ChatUnavailableError("no answer to this message is cached", reason=NOT_CACHED)
            if cached is not None:
                return cached
        user, conversation_id = request.conversation or (None, None)
        if self._budget is not None:
            cached = await response_cache.lookup_shared(request) if request.cache_mode == "default" else None
            if cached is not None:
                return cached
            await self._budget.admit(user, conversation_id)
        # With moderation no delta may be emitted before the whole answer has passed.
        emit_delta = None if emitter is None or self._config.moderate is not None else emitter.emit_delta
        try:
            result = await response_cache.complete(request, emit_delta)
        except (AuthenticationError, StatusError) as error:
            if request.model is None:  # otherwise it may be the call's model that is refused
                self.last_rejection = f"status {error.status}"
            raise
        if self._budget is not None:
            await self._budget.spend(user, conversation_id, self._usage_tracker.usage(result))
        if result.source == "model" and result.answer.incomplete_reason is None:
            self.last_rejection = ""
            self.degradation.end()
        return result

    async def _degrade(
        self,
        call: ValidatedCall,
        snapshot: ConversationSnapshot,
        request: ChatRequest,
        failed: AllBackendsFailedError,
        started: float,
    ) -> tuple[ChatResult | None, Reply]:
        """Serve a stale answer to the same request, else the fallback's text."""
        reason = failed.failure.reason
        self.degradation.begin(reason, failed.failure.error)
        stale = self._response_cache.lookup_stale(request)
        if stale is not None:
            return stale, self._build_reply(call, stale, started, reason=reason, attempts=failed.attempts)
        return None, await self._fall_back(call, snapshot, reason, started, failed)

    async def _fall_back(
        self,
        call: ValidatedCall,
        snapshot: ConversationSnapshot,
        reason: str,
        started: float,
        failed: AllBackendsFailedError | None = None,
    ) -> Reply:
        """Build the reply from the fallback's text.

        Raises:
            ChatUnavailableError: There is no fallback, or it gave no text.
        """
        attempts = 0 if failed is None else failed.attempts
        fallback = self._config.fallback
        if fallback is None:
            raise ChatUnavailableError(reason=reason) from (None if failed is None else failed.failure.error)
        question = Question(
            message=call.message,
            reason=reason,
            language=detect_language(call.context, call.message),
            context=call.context,
            history=tuple(snapshot.messages),
            conversation_id=call.conversation_id,
            user=call.user,
        )
        try:
            async with asyncio.timeout(_HOOK_TIMEOUT):
                text = await fallback(question)
        except Exception as error:  # noqa: BLE001 - user code; its bug must not cost the reply
            logger.error("the fallback failed (%s); the built-in one answers", type(error).__name__)
            text = await asyncio.to_thread(render_fallback, question)
        if text is None or not text.strip():
            raise ChatUnavailableError(reason=reason) from (None if failed is None else failed.failure.error)
        return self._local_reply(call, text, reason, started, attempts)

    async def _moderate(self, text: str, role: Literal["user", "assistant"]) -> str | None:
        """Return why the text is blocked; None if it passes."""
        moderate = self._config.moderate
        if moderate is None:
            return None
        try:
            async with asyncio.timeout(_HOOK_TIMEOUT):
                block_reason = await moderate(text, role=role)
        except Exception as error:  # noqa: BLE001 - user code; fail closed: an unchecked text does not pass
            logger.error("the moderator failed (%s); the message does not pass", type(error).__name__)
            return MODERATION_UNAVAILABLE
        return None if block_reason is None else f"{MODERATED}: {block_reason}"

    def _moderated_reply(self, call: ValidatedCall, block_reason: str, started: float) -> Reply:
        return self._local_reply(
            call, moderation_message(detect_language(call.context, call.message)), block_reason, started, 0
        )

    def _local_reply(self, call: ValidatedCall, text: str, reason: str, started: float, attempts: int) -> Reply:
        return Reply(
            text=text,
            source="fallback",
            degraded=True,
            reason=reason,
            conversation_id=call.conversation_id,
            request_id=call.request_id,
            elapsed=self._now() - started,
            attempts=attempts,
        )

    def _build_reply(
        self, call: ValidatedCall, result: ChatResult, started: float, *, reason: str | None = None, attempts: int = 0
    ) -> Reply:
        """Build the reply from an answer.

        Raises:
            InvalidOutputError: The answer is complete and not of the output type.
        """
        answer = result.answer
        reason = reason or answer.incomplete_reason
        is_typed = call.output is not None and not answer.refusal and answer.incomplete_reason is None
        return Reply(
            text=answer.text,
            source=result.source,
            degraded=reason is not None,
            reason=reason,
            conversation_id=call.conversation_id,
            request_id=call.request_id,
            model=result.model,
            finish_reason=answer.finish_reason,
            usage=self._usage_tracker.usage(result),
            age=result.age,
            elapsed=self._now() - started,
            attempts=attempts or result.attempts,
            tool_calls=answer.tool_calls,
            refusal=answer.refusal,
            output=call.output.decode(answer.text) if call.output is not None and is_typed else None,
        )

    async def extract(self, text: str, instructions: str | None, params: dict[str, Any], output: OutputSchema) -> Any:
        """Extract a value from a text; an answer that does not fit is mended once, if the schema can say how.

        Args:
            text: The text.
            instructions: What to extract, for the model; None for none.
            params: Parameters that request structured output.
            output: Schema of the value.

        Returns:
            The value.

        Raises:
            DecodeError: The model's answer is no such value.
            ChatUnavailableError: No model answered, or none is configured.
            UpstreamError: The server refused the request itself.
        """
        if not self._has_model:
            raise ChatUnavailableError(reason=NO_MODEL)
        messages = prompt.build_messages(text, system=instructions, context={}, history=[])
        request = ChatRequest(
            key=_cache_key_builder("extract", messages, params),
            owner="extract",
            messages=messages,
            params=params,
            timeout=self._config.timeout,
            cache_mode="default",
            accepts=output.accepts,
        )
        result = await self._complete_extraction(request)
        try:
            return output.decode(result.answer.text)
        except InvalidOutputError as error:
            if not output.can_repair:
                raise error.to_error(result.url) from None
            repair = output.repair(result.answer.text, error)
        request = dataclasses.replace(request, messages=[*messages, *repair], cache_mode="refresh")
        result = await self._complete_extraction(request)
        try:
            return output.decode(result.answer.text)
        except InvalidOutputError as error:
            raise error.to_error(result.url) from None

    async def _complete_extraction(self, request: ChatRequest) -> ChatResult:
        try:
            result = await self._complete(request, None)
        except AllBackendsFailedError as failed:
            raise ChatUnavailableError(reason=failed.failure.reason) from failed.failure.error
        self._usage_tracker.record_tokens(self._usage_tracker.usage(result), result)
        return result


# Parameters that make sense only beside tools.
_TOOL_PARAMS = ("tool_choice", "parallel_tool_calls")


def _tool_scope(call: ValidatedCall, emit: Callable[[StreamEvent], None] | None) -> ToolScope:
    context = ToolContext(
        user=call.user, conversation_id=call.conversation_id, request_id=call.request_id, call_id="", deadline=0.0
    )
    return ToolScope(tools=call.tools, context=context, settings=call.settings, emit=emit or call.on_event)


def _with_tools(call: ValidatedCall, *, with_tools: bool, is_first: bool) -> dict[str, Any]:
    """Return the parameters of a request with the definitions of the tools, or without any tools.

    A call that `tool_choice` demands is demanded once: otherwise the turn would have no end.
    """
    params = dict(call.params)
    if not with_tools or not call.tools:
        for name in _TOOL_PARAMS:
            params.pop(name, None)
        return params
    if not is_first and params.get("tool_choice") not in {"auto", "none"}:
        params.pop("tool_choice", None)
    return {**params, "tools": [tool.to_wire() for tool in call.tools.values()]}


def _with_content(messages: list[prompt.WireMessage], position: int, content: Any) -> list[prompt.WireMessage]:
    """Return the messages with another content of one of them."""
    return [*messages[:position], {**messages[position], "content": content}, *messages[position + 1 :]]


def _cache_mode(call: ValidatedCall, record: TurnRecord) -> AnswerCacheMode:
    """Return how the answer cache is used: not at all when a tool has effects.

    Raises:
        ChatUnavailableError: The answer may only come from the cache.
    """
    if all(tool.repeatable for tool in call.tools.values()) and all(
        step_call.name in call.tools for step_call in record.calls()
    ):
        return call.cache_mode
    if call.cache_mode == "only":
        raise ChatUnavailableError("answers are not cached beside tools with effects", reason=NOT_CACHED)
    return "bypass"


def _call_ids(snapshot: ConversationSnapshot, record: TurnRecord) -> set[str]:
    """Return the ids of all calls that the model may see."""
    messages = [*snapshot.messages, *record.messages]
    return {str(wire["id"]) for message in messages for wire in prompt.read_wire_calls(message)}


def _sum_usage(usages: Sequence[Usage | None]) -> Usage | None:
    """Return the sum of the usages that are known; None without any."""
    known = [usage for usage in usages if usage is not None]
    if not known:
        return None
    costs = [usage.cost for usage in known if usage.cost is not None]
    return dataclasses.replace(
        known[0],
        prompt_tokens=sum(usage.prompt_tokens for usage in known),
        completion_tokens=sum(usage.completion_tokens for usage in known),
        total_tokens=sum(usage.total_tokens for usage in known),
        cached_tokens=sum(usage.cached_tokens for usage in known),
        saved_tokens=sum(usage.saved_tokens for usage in known),
        cost=sum(costs, start=Decimal(0)) if costs else None,
    )


@functools.lru_cache(maxsize=1024)
def user_cache_owner(user: str) -> str:
    """Return the digest under which a user's answers are cached."""
    return json_digest("user", user)[:32]


@functools.lru_cache(maxsize=1024)
def _safety_identifier(user: str) -> str:
    """Return the digest sent to the provider for a user; it differs from the one in cache keys."""
    return json_digest("safety", user)[:32]


def _cache_owner(call: ValidatedCall, *, has_history: bool) -> str | None:
    """Return the digest of the answer's owner.

    The owner is the user; for an anonymous user it is the conversation, if its history is part of the prompt, and
    otherwise None: the answer is shared.
    """
    if call.user is not None:
        return user_cache_owner(call.user)
    return json_digest("conversation", call.conversation_id)[:32] if has_history else None


def _cache_key_builder(
    owner: str | None, messages: list[prompt.WireMessage], params: Mapping[str, Any]
) -> Callable[[BackendClient], str]:
    """Return a function that computes the cache key of an answer by a backend, once per backend."""
    keys: dict[str, str] = {}

    def key(backend: BackendClient) -> str:
        found = keys.get(backend.identity)
        if found is None:
            found = prompt.answer_key(backend.identity, owner=owner, messages=messages, params=params)
            keys[backend.identity] = found
        return found

    return key
