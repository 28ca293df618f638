"""CachedChatbot: answers once, remembers, streams, and never leaves a user without an answer."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Any, Literal, Self

from asyncassist._cache import json_digest
from asyncassist._chat import prompt
from asyncassist._chat.backend import BackendClient
from asyncassist._chat.conversations import ConversationLog, ConversationSnapshot, find_previous_reply
from asyncassist._chat.failover import FailoverChain
from asyncassist._chat.fallback import default_fallback
from asyncassist._chat.health import ChatHealthChecker
from asyncassist._chat.models import Backend
from asyncassist._chat.reply_pipeline import (
    Responder,
    ResponderConfig,
    ValidatedCall,
    structured_output_params,
    user_cache_owner,
)
from asyncassist._chat.response_cache import ResponseCache
from asyncassist._chat.streaming import ReplyStream
from asyncassist._chat.token_counting import load_token_counter
from asyncassist._chat.usage import UsageTracker
from asyncassist._chat.validation import check_backends, check_prices, check_setting_text, check_types
from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic
from asyncassist._lifecycle import Resource
from asyncassist._retry import Breaker, Retry, Timeout
from asyncassist._shared_cache import check_redis
from asyncassist._stores.memory_history import MemoryHistory
from asyncassist._validation import check_id, check_int, check_seconds, check_user, env_variable, sanitize_text
from asyncassist.errors import ConfigurationError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from openai import AsyncOpenAI
    from redis.asyncio import Redis

    from asyncassist._chat.models import CacheMode, ChatStats, Fallback, Moderator, Price, Reply
    from asyncassist._types import Clock, Health, History, Message

DEFAULT_MODEL = "gpt-5.4-mini"
_CACHE_MODES = {"default", "bypass", "refresh", "only"}


class CachedChatbot(Resource):
    """Chat with a model at any OpenAI-compatible server.

    Equal questions are answered once and kept; a conversation is remembered; when the model is down, another backend,
    a kept answer or a text that says what is known stands in, and the reply says so. It may be shared between tasks of
    one event loop.

    With neither `client` nor `api_key` nor `base_url` it works offline: every reply comes from the fallback.

    Args:
        model: Name of the model.
        client: An `AsyncOpenAI` (or Azure) client of yours; it is never closed. Its own retries are not used: one with
            `max_retries=0` is called as it is, any other by a copy without them that shares its connections.
        api_key: Credentials.
        base_url: An OpenAI-compatible server, with its `/v1`; None for OpenAI.
        system: Instructions that stand before every conversation.
        ttl: Seconds an answer stays fresh; 0 keeps none.
        max_entries: Answers kept in memory; the least recently used goes first.
        stale_for: Seconds after that in which an answer may stand in when no model answers.
        redis: A second level of the cache that workers share: a URL or a client of yours.
        history: Where conversations are kept; an `AsyncStateManager` is one. None: in memory.
        fallback: Answers when no model does; None: raise `ChatUnavailableError` instead.
        others: Backends to ask when the first does not answer, in order.
        retry: When to try again; None for never. The SDK's own retries are off.
        breaker: When to stop asking a backend that keeps failing; None for never.
        timeout: Seconds: `total` for everything, `attempt` for one call (a stream: to its first piece), `connect`, and
            `idle` between two pieces of a stream. A `Timeout` of your own has `attempt=10.0` unless you say None.
        max_history_tokens: Tokens of the conversation that are sent along; older turns are left out whole.
        busy: Whether a message to a conversation whose turn is under way waits ("queue") or is refused ("reject").
        share_answers: Whether users share kept answers; without it each user has their own.
        moderate: Looks at each message and each answer before it goes further. With it, a stream's answer comes in
            one piece, after it was looked at.
        prices: Price by model, for `Usage.cost`.
        max_chars: The most characters of a message.
        now: The clock, for tests.

    Raises:
        ConfigurationError: An argument has a value that cannot work.
    """

    def __init__(
        self,
        *,
        model: str,
        client: AsyncOpenAI | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
        system: str | None = None,
        ttl: float = 300.0,
        max_entries: int = 100,
        stale_for: float = 3600.0,
        redis: Redis | str | None = None,
        history: History | None = None,
        fallback: Fallback | None = default_fallback,
        others: Sequence[Backend] = (),
        retry: Retry | None = Retry(attempts=3, base=0.5, cap=8.0, max_retry_after=20.0),  # noqa: B008 - frozen
        breaker: Breaker | None = Breaker(),  # noqa: B008 - frozen
        timeout: Timeout = Timeout(total=30.0, attempt=None, idle=15.0),  # noqa: B008 - frozen
        max_history_tokens: int = 4000,
        busy: Literal["queue", "reject"] = "queue",
        share_answers: bool = False,
        moderate: Moderator | None = None,
        prices: Mapping[str, Price] | None = None,
        max_chars: int = 4000,
        now: Clock | Callable[[], float] = SYSTEM_CLOCK,
    ) -> None:
        super().__init__()
        backends = check_backends(Backend(model, api_key, base_url, client), others)
        check_types(
            history=history, fallback=fallback, moderate=moderate, retry=retry, breaker=breaker, timeout=timeout
        )
        if busy not in {"queue", "reject"}:
            raise ConfigurationError("busy", 'must be "queue" or "reject"')
        check_redis("redis", redis)
        self._clock = as_clock(now)
        self._now = monotonic(self._clock)
        self._model = model
        self._system = check_setting_text("system", system)
        self._max_chars = check_int("max_chars", max_chars)
        budget = check_int("max_history_tokens", max_history_tokens, least=0)
        self._backends = [
            BackendClient(backend, timeout=timeout, retry=retry, breaker=breaker, clock=self._clock, now=self._now)
            for backend in backends
            if backend.configured
        ]
        self._failover = FailoverChain(self._backends, retry=retry, clock=self._clock, now=self._now)
        self._response_cache = ResponseCache(
            self._failover,
            ttl=check_seconds("ttl", ttl, allow_zero=True),
            max_entries=check_int("max_entries", max_entries),
            stale_for=check_seconds("stale_for", stale_for, allow_zero=True),
            redis=redis,
            clock=self._clock,
            now=self._now,
        )
        self._conversations = ConversationLog(
            MemoryHistory(now=self._clock) if history is None else history,
            busy=busy,
            max_prompt_messages=prompt.max_prompt_messages(budget),
            now=self._now,
        )
        self._usage_tracker = UsageTracker(check_prices(prices), self._response_cache.cache)
        self._responder = Responder(
            self._response_cache,
            self._usage_tracker,
            ResponderConfig(
                fallback=fallback,
                moderate=moderate,
                timeout=timeout,
                max_history_tokens=budget,
                share_answers=share_answers,
            ),
            has_model=bool(self._backends),
            now=self._now,
        )
        self._health_checker = ChatHealthChecker(
            self._backends,
            self._responder,
            self._response_cache,
            self._conversations,
            has_fallback=fallback is not None,
            clock=self._clock,
        )
        # Unguessable, so that nobody finds the conversation of an anonymous request by its id alone.
        self._salt = secrets.token_hex(16)

    @classmethod
    def from_env(cls) -> Self:
        """A chatbot as the environment says.

        `OPENAI_API_KEY`, `OPENAI_BASE_URL` (any OpenAI-compatible server), `ASYNCASSIST_MODEL` and
        `ASYNCASSIST_REDIS_URL`. With neither key nor address it answers offline.

        Raises:
            ConfigurationError: A variable has a value that cannot work.
        """
        return cls(
            model=env_variable("ASYNCASSIST_MODEL") or DEFAULT_MODEL,
            api_key=env_variable("OPENAI_API_KEY"),
            base_url=env_variable("OPENAI_BASE_URL"),
            redis=env_variable("ASYNCASSIST_REDIS_URL"),
        )

    @property
    def system(self) -> str | None:
        """The instructions that stand before every conversation."""
        return self._system

    async def _open(self) -> None:
        for backend in self._backends:
            await backend.open(self._owned)
        if self._response_cache.shared_backend is not None:
            self._own_closable(self._response_cache.shared_backend)
        if self._backends:
            self._responder.token_counter = await asyncio.to_thread(load_token_counter, self._model)

    async def _before_close(self) -> None:
        await self._response_cache.aclose()

    async def reply(
        self,
        message: str,
        *,
        conversation_id: str | None = None,
        user: str | None = None,
        system: str | None = None,
        context: Mapping[str, object] | None = None,
        request_id: str | None = None,
        cache: CacheMode = "default",
        **params: Any,
    ) -> Reply:
        """Answer a message.

        Args:
            message: What the user wrote.
            conversation_id: The conversation to go on with; None begins one, whose id is in the reply.
            user: Who asks; their conversations and kept answers are theirs alone.
            system: Instructions for this call instead of the constructor's.
            context: What the application knows, for the model and for the fallback: `language`, `intent`, `slots`,
                `offers`, `missing` and whatever else JSON can hold; all optional.
            request_id: Makes the call safe to repeat: the same id in the same conversation gets the stored reply.
            cache: "default"; "bypass" neither reads nor keeps; "refresh" asks anew and keeps; "only" asks nobody.
            **params: Other parameters of the chat completion, sent as they are. A server's own are sent in the body.
                `timeout` is the total for this call, in seconds.

        Returns:
            The reply; `source` and `degraded` tell how it came about.

        Raises:
            InvalidInputError: An argument cannot be used; nothing was sent.
            ConversationBusyError: A turn is under way, and `busy="reject"`.
            AuthenticationError: The server refused the credentials.
            StatusError: The server refused the request (400, 404, 422).
            ChatUnavailableError: No answer, and no fallback has one; or nothing is kept for `cache="only"`.
            ClosedError: The chatbot is closed.
            WrongLoopError: It belongs to another event loop.
        """
        call = self._validate_call(
            message,
            params,
            conversation_id=conversation_id,
            user=user,
            system=system,
            context=context,
            request_id=request_id,
            cache=cache,
        )
        if not self._is_open_on_loop:
            await self._ensure_open()
        return await self._run_turn(call, None)

    def stream(
        self,
        message: str,
        *,
        conversation_id: str | None = None,
        user: str | None = None,
        system: str | None = None,
        context: Mapping[str, object] | None = None,
        request_id: str | None = None,
        cache: CacheMode = "default",
        **params: Any,
    ) -> ReplyStream:
        """Answer a message piece by piece.

        `async with bot.stream("...") as stream:` and `async for text in stream:`; then `stream.reply`. What happens
        upstream never raises: before the first piece it falls back, after it the stream ends and `reply.reason` says
        why.

        Args:
            message: What the user wrote.
            conversation_id: As for `reply`.
            user: As for `reply`.
            system: As for `reply`.
            context: As for `reply`.
            request_id: As for `reply`.
            cache: As for `reply`.
            **params: As for `reply`.

        Returns:
            An async context manager. What `reply` raises is raised while iterating.

        Raises:
            InvalidInputError: An argument cannot be used; nothing was sent.
        """
        call = self._validate_call(
            message,
            params,
            conversation_id=conversation_id,
            user=user,
            system=system,
            context=context,
            request_id=request_id,
            cache=cache,
        )

        async def work(emit: Callable[[str], None]) -> Reply:
            await self._ensure_open()
            return await self._run_turn(call, emit)

        return ReplyStream(work)

    def _validate_call(
        self,
        message: str,
        params: Mapping[str, Any],
        *,
        conversation_id: str | None,
        user: str | None,
        system: str | None,
        context: Mapping[str, object] | None,
        request_id: str | None,
        cache: CacheMode,
    ) -> ValidatedCall:
        """The call, checked before anything is awaited."""
        text = prompt.check_message(message, self._max_chars)
        if user is not None:
            check_user("user", user)
        if conversation_id is not None:
            check_id("conversation_id", conversation_id)
        if request_id is not None:
            check_id("request_id", request_id)
        if cache not in _CACHE_MODES:
            raise InvalidInputError("cache", 'must be "default", "bypass", "refresh" or "only"')
        return ValidatedCall(
            message=text,
            conversation_id=conversation_id or self._new_conversation_id(user, request_id),
            user=user,
            system=prompt.check_system("system", system) if system is not None else self._system,
            context=prompt.check_context(context),
            request_id=request_id or secrets.token_hex(16),
            has_caller_request_id=request_id is not None,
            is_new_conversation=conversation_id is None and request_id is None,
            cache_mode=cache,
            params=prompt.check_params(params) if params else {},
        )

    def _new_conversation_id(self, user: str | None, request_id: str | None) -> str:
        """The id of a new conversation; a repeated request without one finds the one it began."""
        if request_id is None:
            return secrets.token_hex(16)
        return json_digest("conversation", self._salt if user is None else None, user, request_id)[:32]

    async def _run_turn(self, call: ValidatedCall, emit: Callable[[str], None] | None) -> Reply:
        """One turn of a conversation, alone in it."""
        if call.is_new_conversation:
            return await self._answer_and_store(call, ConversationSnapshot(), emit)
        async with self._conversations.turn(call.conversation_id, call.user):
            snapshot = await self._conversations.read(
                call.conversation_id, call.user, include_requests=call.has_caller_request_id
            )
            if call.has_caller_request_id:
                previous_reply = find_previous_reply(snapshot, call.request_id, call.message, call.conversation_id)
                if previous_reply is not None:
                    if emit is not None:
                        emit(previous_reply.text)
                    return previous_reply
            return await self._answer_and_store(call, snapshot, emit)

    async def _answer_and_store(
        self, call: ValidatedCall, snapshot: ConversationSnapshot, emit: Callable[[str], None] | None
    ) -> Reply:
        """Answer, keep the turn, count."""
        reply, result = await self._responder.respond(call, snapshot, emit)
        reply = await self._conversations.store(
            call.message, reply, snapshot, user=call.user, has_caller_request_id=call.has_caller_request_id
        )
        self._usage_tracker.record_reply(reply, result)
        return reply

    async def messages(
        self, conversation_id: str, *, user: str | None = None, limit: int | None = None
    ) -> list[Message]:
        """The transcript of a conversation.

        Args:
            conversation_id: The conversation.
            user: Whose it is; of another it is not visible.
            limit: Messages, the newest; None means all that are kept.

        Returns:
            Messages, oldest first; empty if none. Degraded turns have `degraded` in their metadata.

        Raises:
            InvalidInputError: An argument cannot be used.
            StateUnavailableError: The history is away.
        """
        check_id("conversation_id", conversation_id)
        await self._ensure_open()
        return await self._conversations.history.messages(conversation_id, user=user, limit=limit)

    async def forget(self, conversation_id: str, *, user: str | None = None) -> bool:
        """Delete a conversation.

        Args:
            conversation_id: The conversation.
            user: Whose it is.

        Returns:
            Whether there was one.

        Raises:
            InvalidInputError: An argument cannot be used.
            StateUnavailableError: The history is away.
        """
        check_id("conversation_id", conversation_id)
        await self._ensure_open()
        return await self._conversations.history.forget(conversation_id, user=user)

    async def extract(self, text: str, *, instructions: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Read a text into a structure, by the same backends, cache and retries; what a `LanguageModel` does.

        There is no conversation and no fallback: a structure cannot be made up.

        Args:
            text: What to read.
            instructions: What to look for.
            schema: JSON schema of the object wanted.

        Returns:
            An object with what the schema requires.

        Raises:
            InvalidInputError: An argument cannot be used.
            DecodeError: The model answered in another form.
            ChatUnavailableError: No model answered.
            AuthenticationError: The server refused the credentials.
            StatusError: The server refused the request.
        """
        message = sanitize_text("text", text, max_chars=self._max_chars)
        checked_instructions = prompt.check_system("instructions", instructions)
        params = prompt.check_params(structured_output_params(schema))
        await self._ensure_open()
        return await self._responder.extract(message, checked_instructions, params, schema)

    async def health(self) -> Health:
        """Whether it can do its work; costs no tokens.

        Each backend is asked for its list of models. "warn": somebody stands in for a model. "fail": credentials or
        model are refused, or nobody answers and there is no fallback. Without a model configured it passes with a note.
        """
        await self._ensure_open()
        return await self._health_checker.health()

    def stats(self) -> ChatStats:
        """What it did so far."""
        return self._usage_tracker.stats(self._failover)

    async def clear_cache(self, *, user: str | None = None) -> int:
        """Forget kept answers, all or those of one user; conversations stay.

        Args:
            user: Whose; None means everybody's.

        Returns:
            How many there were.
        """
        await self._ensure_open()
        return await self._response_cache.clear(None if user is None else user_cache_owner(check_user("user", user)))
