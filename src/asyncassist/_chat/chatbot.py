"""CachedChatbot: chat completions with an answer cache, conversations, streaming, failover and fallback."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, overload

from asyncassist._cache import json_digest
from asyncassist._chat import prompt
from asyncassist._chat.backend import BackendClient
from asyncassist._chat.budget import Budget, BudgetCounter, check_budget
from asyncassist._chat.call_validation import CallValidator
from asyncassist._chat.conversations import (
    ConversationLog,
)
from asyncassist._chat.failover import FailoverChain
from asyncassist._chat.fallback import default_fallback
from asyncassist._chat.health import ChatHealthChecker
from asyncassist._chat.models import Backend
from asyncassist._chat.output import read_output, read_required
from asyncassist._chat.reply_pipeline import (
    Responder,
    ResponderConfig,
    user_cache_owner,
)
from asyncassist._chat.response_cache import ResponseCache
from asyncassist._chat.streaming import ReplyStream
from asyncassist._chat.token_counting import load_token_counter
from asyncassist._chat.tool_runner import ToolRunner
from asyncassist._chat.tool_steps import StepExecutor, check_decisions
from asyncassist._chat.tools import Tool, check_tools, split_tools
from asyncassist._chat.transports import PROXY_SCHEMES
from asyncassist._chat.turns import TurnExecutor
from asyncassist._chat.usage import UsageTracker
from asyncassist._chat.validation import check_backends, check_prices, check_setting_text, check_types
from asyncassist._chat.wires import WIRE_CHOICES
from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic
from asyncassist._lifecycle import Resource
from asyncassist._proxy import NetworkOptions
from asyncassist._retry import Breaker, Retry, Timeout, as_timeout
from asyncassist._shared_cache import check_redis
from asyncassist._shared_pacing import SharedPacing
from asyncassist._stores.memory_history import MemoryHistory
from asyncassist._types import UNSET, AnnouncesErasure, Unset
from asyncassist._validation import (
    check_flag,
    check_id,
    check_int,
    check_seconds,
    check_user,
    env_variable,
    naming_variables,
    sanitize_text,
)
from asyncassist.errors import ConfigurationError, InvalidInputError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence

    from openai import AsyncOpenAI
    from redis.asyncio import Redis

    from asyncassist._chat.message_parts import File, Image
    from asyncassist._chat.models import AnswerCacheMode, ChatStats, Fallback, Moderator, Price, Reply
    from asyncassist._chat.stream_events import StreamEvent, ToolFinished, ToolStarted
    from asyncassist._chat.wires import WireChoice
    from asyncassist._types import Clock, Health, History, Message

logger = logging.getLogger("asyncassist")

DEFAULT_MODEL = "gpt-5.4-mini"
# Environment variables of the arguments, for `from_env`.
ENV_VARIABLES = {
    "model": "ASYNCASSIST_MODEL",
    "api_key": "OPENAI_API_KEY",
    "base_url": "OPENAI_BASE_URL",
    "redis": "ASYNCASSIST_REDIS_URL",
}
DEFAULT_TIMEOUT = Timeout(total=30.0, attempt=None, idle=15.0)
T = TypeVar("T")
_CACHE_MODES = {"default", "bypass", "refresh", "only"}


class CachedChatbot(Resource):
    """Chatbot on a model at any OpenAI-compatible server, with an answer cache, conversations and a fallback.

    Answers to equal requests are cached, and concurrent equal requests share one call. If the model is unavailable,
    the reply comes from another backend, from a stale cached answer or from the fallback, as `source` and `degraded`
    show. One chatbot may be shared between the tasks of one event loop.

    With neither `client` nor `api_key` nor `base_url` it works offline: every reply comes from the fallback.

    Args:
        model: Name of the model.
        client: An `AsyncOpenAI` (or Azure) client of yours; it is never closed. Its own retries are not used: a client
            with `max_retries=0` is called as it is, any other through a copy that shares its connections and does not
            retry.
        api_key: Credentials; None for a server that requires none.
        base_url: Base URL of an OpenAI-compatible server, including `/v1`; None for OpenAI.
        system: System instructions that precede every conversation; None or blank for none.
        ttl: Seconds an answer stays fresh; 0: answers are never served as fresh.
        max_entries: Maximum number of answers cached in memory; the least recently used is evicted first.
        stale_for: Seconds after `ttl` in which a stale answer may be served if no backend answers. With `ttl` and
            `stale_for` 0 nothing is cached.
        redis: Shared (L2) cache of several processes, which also keep the quotas of a model server together: a Redis
            URL or a client of yours, which is never closed. None: each process by itself.
        history: Store of the conversations, for example an `AsyncStateManager`. None: in memory.
        fallback: Async function that answers when no backend does; None: raise `ChatUnavailableError` instead.
        others: Further backends for failover, in the order they are tried.
        retry: Retry policy for each backend; None: no retries. The SDK's own retries are off.
        breaker: Settings of the circuit breaker of each backend; None: no breaker.
        timeout: Seconds: `total` for the reply (with tools: for each request to a model), `attempt` for one call (of a
            stream: to its first token), `connect`, and `idle` without any byte of a stream. A `Timeout` of your own has
            `attempt=10.0` unless you pass None. A number is the total.
        max_history_tokens: Token budget for earlier turns in the prompt; older turns are omitted as a whole.
        busy: What happens to a message whose conversation has a turn in progress: it waits ("queue") or
            `ConversationBusyError` is raised ("reject").
        share_answers: Whether users share cached answers; by default each user has their own.
        moderate: Async function that checks each message before it is sent and each answer before it is returned.
            With it the answer of a stream is delivered at the end, after the check.
        prices: Price by model name, for `Usage.cost`.
        wire: Which API of the server is called: "responses" is OpenAI's Responses API, "chat" Chat Completions. "auto"
            is the first for OpenAI's own host and Azure, and the second elsewhere, for each backend by itself.
        max_chars: Maximum length of a message in characters.
        tools: Functions that the model may call, as `Tool` or as they are. The chatbot runs the calls and asks again
            with the results, until the model answers without a call. A tool that is not `repeatable` takes effect at
            most once for each call.
        max_steps: Maximum number of answers with calls in one turn; then the model is asked for an answer without
            tools, and the reply is degraded ("steps exhausted").
        budget: What each user or conversation may spend on models, counted in `redis` if there is one and in this
            process otherwise; beyond it `BudgetExceededError` is raised. None for no limit.
        proxy: URL of the forward proxy to the servers, with its user and password if it demands them; SOCKS needs the
            package socksio. None for none but the environment's. Clients of yours have their own.
        trust_env: Whether HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY (unless there is `proxy`) and SSL_CERT_FILE
            and SSL_CERT_DIR (unless there is `ssl`) are read when the chatbot opens; a variable that cannot be used is
            a ConfigurationError then.
        ssl: TLS context, for trusted certificates and a client certificate of your own; None for the default.
        now: The clock, for tests.

    Raises:
        ConfigurationError: An argument has an invalid value.
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
        timeout: Timeout | float = DEFAULT_TIMEOUT,
        max_history_tokens: int = 4000,
        busy: Literal["queue", "reject"] = "queue",
        share_answers: bool = False,
        moderate: Moderator | None = None,
        prices: Mapping[str, Price] | None = None,
        wire: WireChoice = "auto",
        max_chars: int = 4000,
        tools: Sequence[Tool | Callable[..., object]] = (),
        max_steps: int = 8,
        budget: Budget | None = None,
        proxy: str | None = None,
        trust_env: bool = True,
        ssl: ssl.SSLContext | None = None,
        now: Clock | Callable[[], float] = SYSTEM_CLOCK,
    ) -> None:
        super().__init__()
        backends = check_backends(Backend(model, api_key, base_url, client), others)
        check_types(history=history, fallback=fallback, moderate=moderate, retry=retry, breaker=breaker)
        timeout = as_timeout("timeout", timeout, DEFAULT_TIMEOUT)
        if not any(backend.configured for backend in backends):
            _warn_about_unread_credentials()
        if busy not in ("queue", "reject"):
            raise ConfigurationError("busy", 'must be "queue" or "reject"')
        if wire not in WIRE_CHOICES:
            raise ConfigurationError("wire", 'must be "auto", "chat" or "responses"')
        check_redis("redis", redis)
        network = NetworkOptions.checked(proxy, trust_env, ssl, schemes=PROXY_SCHEMES)
        if all(backend.client is not None for backend in backends) and (proxy is not None or ssl is not None):
            raise ConfigurationError(
                "ssl" if proxy is None else "proxy", "must not be given together with client, which has its own"
            )
        self._clock = as_clock(now)
        self._now = monotonic(self._clock)
        self._model = model
        self._system = check_setting_text("system", system)
        self._max_chars = check_int("max_chars", max_chars)
        self._tools = check_tools(tools)
        history_budget = check_int("max_history_tokens", max_history_tokens, least=0)
        self._pacing = None if redis is None else SharedPacing(redis, now=self._now)
        self._backends = [
            BackendClient(
                backend,
                wire=wire,
                timeout=timeout,
                retry=retry,
                breaker=breaker,
                clock=self._clock,
                now=self._now,
                network=network,
                pacing=self._pacing,
            )
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
            max_prompt_messages=prompt.max_prompt_messages(history_budget),
            now=self._now,
        )
        if isinstance(history, AnnouncesErasure):
            history.on_erase(self._clear_answers)
        checked_prices = check_prices(prices)
        checked_budget = check_budget(budget, checked_prices)
        self._budget = None if checked_budget is None else BudgetCounter(checked_budget, redis=redis, now=self._now)
        self._usage_tracker = UsageTracker(checked_prices, self._response_cache.cache)
        self._responder = Responder(
            self._response_cache,
            self._usage_tracker,
            StepExecutor(self._conversations, ToolRunner(self._clock, self._now)),
            ResponderConfig(
                fallback=fallback,
                moderate=moderate,
                timeout=timeout,
                max_history_tokens=history_budget,
                share_answers=check_flag("share_answers", share_answers),
                max_steps=check_int("max_steps", max_steps),
            ),
            has_model=bool(self._backends),
            now=self._now,
            budget=self._budget,
        )
        self._health_checker = ChatHealthChecker(
            self._backends,
            self._responder,
            self._response_cache,
            self._conversations,
            budget=self._budget,
            pacing=self._pacing,
            has_fallback=fallback is not None,
            clock=self._clock,
        )
        self._calls = CallValidator(self._backends, tools=self._tools, system=self._system, max_chars=self._max_chars)
        self._turns = TurnExecutor(self._conversations, self._responder, self._usage_tracker)

    @classmethod
    def from_env(cls) -> Self:
        """Create a chatbot from environment variables.

        It reads `OPENAI_API_KEY`, `OPENAI_BASE_URL` (any OpenAI-compatible server), `ASYNCASSIST_MODEL` and
        `ASYNCASSIST_REDIS_URL`. Proxies and certificates come from the environment too, as `trust_env` says. With
        neither key nor base URL the chatbot works offline.

        Returns:
            The chatbot, not yet open.

        Raises:
            ConfigurationError: A variable has an invalid value.
        """
        values = {name: env_variable(variable) for name, variable in ENV_VARIABLES.items()}
        with naming_variables(ENV_VARIABLES):
            return cls(
                model=values["model"] or DEFAULT_MODEL,
                api_key=values["api_key"],
                base_url=values["base_url"],
                redis=values["redis"],
            )

    @property
    def system(self) -> str | None:
        """The system instructions that precede every conversation; None for none."""
        return self._system

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools that the model may call where a call names no others."""
        return tuple(self._tools.values())

    async def _open(self) -> None:
        if self._pacing is not None:
            self._own_closable(self._pacing)
        for backend in self._backends:
            await backend.open(self._owned)
        if self._response_cache.shared_backend is not None:
            self._own_closable(self._response_cache.shared_backend)
        if self._budget is not None and self._budget.shared is not None:
            self._own_closable(self._budget.shared)
        if self._backends:
            self._responder.token_counter = await asyncio.to_thread(load_token_counter, self._model)

    async def _before_close(self) -> None:
        await self._response_cache.aclose()

    async def reply(
        self,
        message: str | Sequence[str | Image | File],
        *,
        conversation_id: str | None = None,
        user: str | None = None,
        system: str | None = None,
        context: Mapping[str, object] | None = None,
        request_id: str | None = None,
        cache: AnswerCacheMode = "default",
        tools: Sequence[Tool | Callable[..., object] | Mapping[str, Any]] | Unset | None = UNSET,
        output: type[Any] | Mapping[str, Any] | None = None,
        model: str | None = None,
        extra: Mapping[str, Any] | None = None,
        on_event: Callable[[ToolStarted | ToolFinished], None] | None = None,
        **params: Any,
    ) -> Reply:
        """Answer a message.

        Args:
            message: The user's message: a text, or a sequence of texts, `Image` and `File`. The history keeps the
                digest of an image or file and its address, and its bytes only with `keep`.
            conversation_id: Id of the conversation to continue; None begins a new one, whose id is in the reply.
            user: Id of the user, who alone can read their conversations and, without `share_answers`, gets their
                cached answers; None for an anonymous user.
            system: System instructions for this call instead of those of the constructor; "" for none.
            context: Facts of the application for the model and the fallback: `language`, `intent`, `slots`, `offers`,
                `missing` and any other JSON values; all optional.
            request_id: Idempotency key: a repeated call with the same id in the same conversation returns the stored
                reply. None for a call that is not repeated.
            cache: "default"; "bypass" neither reads nor stores; "refresh" asks the model and stores its answer;
                "only" answers from the cache and never asks the model.
            tools: Tools for this call instead of those of the constructor; None for none. Definitions in the form of
                the wire are sent as they are, and the model's calls are in `Reply.tool_calls`.
            output: Type of the answer: a Struct, dataclass, TypedDict or pydantic model, or a JSON schema as a mapping;
                its value is in `Reply.output`. The model is asked for JSON by its schema, what it answers is validated
                here, and an answer that does not fit is mended by the model once. None for free text.
            model: Model for this call: of the backend that is configured with it, else of the first backend's server.
                The others stay behind it for failover, each with its own model. None for the chatbot's.
            extra: Further parameters of the request that a server understands, by name; sent as they are, and part of
                the cache key like all others.
            on_event: Called with `ToolStarted` and `ToolFinished` as tools are called; it must return at once. None for
                nothing.
            **params: Other parameters of the request, by their names in Chat Completions; the Responses API gets them
                under its own names, and has its own as well. Unknown ones are sent unchanged, but a name that
                resembles a known one is refused as a mistake; in `extra` it is sent all the same. `timeout` is the
                total for this call, in seconds.

        Returns:
            The reply; `source`, `degraded` and `reason` say how it was produced.

        Raises:
            InvalidInputError: An argument is invalid; nothing was sent.
            ConversationBusyError: The conversation has a turn in progress, and `busy="reject"`.
            AuthenticationError: The server refused the credentials.
            StatusError: The server refused the request (400, 404, 422).
            DecodeError: The model's answer is not of the type `output`, also when it was asked to mend it; `path` says
                where.
            BudgetExceededError: The budget is spent; nothing was sent.
            ChatUnavailableError: No backend answered and the fallback gave no text; or `cache="only"` and no answer
                is cached.
            ClosedError: The chatbot is closed.
            WrongLoopError: The chatbot was opened on another event loop.
        """
        call = self._calls.validate(
            message,
            params,
            conversation_id=conversation_id,
            user=user,
            system=system,
            context=context,
            request_id=request_id,
            cache=cache,
            tools=tools,
            output=output,
            model=model,
            extra=extra,
        )
        if on_event is not None:
            if not callable(on_event):
                raise InvalidInputError("on_event", "must be a function of the event")
            call = replace(call, on_event=on_event)
        if not self._is_open_on_loop:
            await self._ensure_open()
        return await self._turns.run(call, None)

    def stream(
        self,
        message: str | Sequence[str | Image | File],
        *,
        conversation_id: str | None = None,
        user: str | None = None,
        system: str | None = None,
        context: Mapping[str, object] | None = None,
        request_id: str | None = None,
        cache: AnswerCacheMode = "default",
        tools: Sequence[Tool | Callable[..., object] | Mapping[str, Any]] | Unset | None = UNSET,
        output: type[Any] | Mapping[str, Any] | None = None,
        model: str | None = None,
        extra: Mapping[str, Any] | None = None,
        **params: Any,
    ) -> ReplyStream:
        """Stream the answer to a message.

        Use `async with bot.stream("...") as stream:` and `async for text in stream:`; then read `stream.reply`. An
        outage of the model never raises: before the first token the reply falls back; after it the stream ends early
        and `reply.reason` says why.

        Args:
            message: The user's message, as for `reply`.
            conversation_id: Id of the conversation to continue; None begins a new one.
            user: Id of the user; None for an anonymous user.
            system: System instructions for this call instead of those of the constructor.
            context: Facts of the application for the model and the fallback, as for `reply`.
            request_id: Idempotency key, as for `reply`.
            cache: "default", "bypass", "refresh" or "only", as for `reply`.
            tools: Tools for this call, as for `reply`.
            output: Type of the answer, as for `reply`. The text then comes at the end, when it is known to be valid;
                `stream.partial()` gives the object as it grows.
            model: Model for this call, as for `reply`.
            extra: Further parameters of the request, as for `reply`.
            **params: Other parameters of the request, as for `reply`.

        Returns:
            An async context manager and async iterator of text deltas. Errors documented for `reply` are raised while
            iterating.

        Raises:
            InvalidInputError: An argument is invalid; nothing was sent.
        """
        call = self._calls.validate(
            message,
            params,
            conversation_id=conversation_id,
            user=user,
            system=system,
            context=context,
            request_id=request_id,
            cache=cache,
            tools=tools,
            output=output,
            model=model,
            extra=extra,
        )

        async def work(emit: Callable[[StreamEvent], None]) -> Reply:
            await self._ensure_open()
            return await self._turns.run(call, emit)

        return ReplyStream(work)

    async def resolve(
        self,
        conversation_id: str,
        decisions: Mapping[str, bool | str],
        *,
        user: str | None = None,
        tools: Sequence[Tool | Callable[..., object]] | Unset | None = UNSET,
        output: type[Any] | Mapping[str, Any] | None = None,
    ) -> Reply:
        """Decide about calls that wait for it, and continue their turn.

        Another process may do it, also after a restart: the state is in the history. A repeated decision runs nothing
        again and returns the stored reply. A new message to the conversation refuses the calls that still wait.

        Args:
            conversation_id: Id of the conversation, from the reply.
            decisions: For ids of calls in `Reply.pending`: True to run the call, False or a reason to refuse it. The
                model gets the reason.
            user: Id of the user, as for the message.
            tools: Tools of the message, if they were given there; by default those of the constructor.
            output: Type of the answer, if one was given with the message.

        Returns:
            The reply to the message; with `pending` again if calls are left to decide.

        Raises:
            InvalidInputError: An argument is invalid, a call is none of the last turn of the conversation, or a
                parameter of the message cannot be sent on the wire of this chatbot; nothing was run.
            StateUnavailableError: The history is unavailable; nothing was run.
            ConversationBusyError: The conversation has a turn in progress, and `busy="reject"`.
            AuthenticationError: The server refused the credentials.
            StatusError: The server refused the request (400, 404, 422).
            ChatUnavailableError: No backend answered and the fallback gave no text.
            ClosedError: The chatbot is closed.
            WrongLoopError: The chatbot was opened on another event loop.
        """
        check_id("conversation_id", conversation_id)
        if user is not None:
            check_user("user", user)
        checked_decisions = check_decisions(decisions)
        call_tools, definitions = (self._tools, None) if tools is UNSET else split_tools(tools)
        if definitions is not None:
            raise InvalidInputError("tools", "must be Tool or functions")
        schema = None if output is None else read_output("output", output)
        await self._ensure_open()
        return await self._turns.resolve(
            conversation_id,
            checked_decisions,
            user=user,
            restore=lambda record: self._calls.restore(record, conversation_id, user, call_tools, schema),
            output=schema,
        )

    async def messages(
        self, conversation_id: str, *, user: str | None = None, limit: int | None = None
    ) -> list[Message]:
        """Return the transcript of a conversation.

        Args:
            conversation_id: Id of the conversation.
            user: Id of its owner; conversations of other users are not visible. None for anonymous conversations.
            limit: Maximum number of messages, the newest; None means all that are stored.

        Returns:
            Messages, oldest first; empty if none. Messages of degraded turns have `degraded` in their metadata.

        Raises:
            InvalidInputError: An argument is invalid.
            StateUnavailableError: The history is unavailable.
        """
        check_id("conversation_id", conversation_id)
        await self._ensure_open()
        return await self._conversations.history.messages(conversation_id, user=user, limit=limit)

    async def forget(self, conversation_id: str, *, user: str | None = None) -> bool:
        """Delete a conversation.

        Args:
            conversation_id: Id of the conversation.
            user: Id of its owner; None for an anonymous conversation.

        Returns:
            True if the conversation existed.

        Raises:
            InvalidInputError: An argument is invalid.
            StateUnavailableError: The history is unavailable.
        """
        check_id("conversation_id", conversation_id)
        await self._ensure_open()
        return await self._conversations.history.forget(conversation_id, user=user)

    @property
    def version(self) -> str:
        """Digest of the models and their servers, in order: tells apart in caches what different ones extracted."""
        return json_digest(*[[backend.model, backend.url] for backend in self._backends])

    @overload
    async def extract(self, text: str, *, instructions: str, type: type[T]) -> T: ...

    @overload
    async def extract(self, text: str, *, instructions: str, type: Mapping[str, Any]) -> Any: ...

    @overload
    async def extract(self, text: str, *, instructions: str, schema: Mapping[str, Any]) -> Mapping[str, Any]: ...

    async def extract(
        self,
        text: str,
        *,
        instructions: str,
        type: Any = None,  # noqa: A002 - as in `AsyncHandler.get_json`
        schema: Mapping[str, Any] | None = None,
    ) -> Any:
        """Extract a value from a text, with the same backends, cache and retries as `reply`.

        It implements the `LanguageModel` protocol. There is no conversation and no fallback: structured data cannot
        be made up.

        Args:
            text: The text to extract from.
            instructions: What to extract, for the model.
            type: Type of the value: a Struct, dataclass, TypedDict or pydantic model, or a JSON schema as a mapping.
                The answer is validated, and mended by the model once if it does not fit.
            schema: JSON schema of an object, instead of `type`; sent as it is, and of the answer only the required
                properties are checked.

        Returns:
            A value of the type.

        Raises:
            InvalidInputError: An argument is invalid, or both `type` and `schema` are given.
            DecodeError: The model's answer is no such value; `path` says where.
            ChatUnavailableError: No model answered, or none is configured.
            AuthenticationError: The server refused the credentials.
            StatusError: The server refused the request.
        """
        message = sanitize_text("text", text, max_chars=self._max_chars)
        checked_instructions = prompt.check_system("instructions", instructions)
        if (type is None) == (schema is None):
            raise InvalidInputError("type" if schema is None else "schema", "give either a type or a schema")
        output = read_required(schema) if type is None else read_output("type", type)
        params = self._calls.check_params(output.params)
        await self._ensure_open()
        return await self._responder.extract(message, checked_instructions, params, output)

    async def health(self) -> Health:
        """Check the backends and the stores; costs no tokens.

        Each backend is asked for its list of models.

        Returns:
            "warn" while anything is degraded; "fail" if the credentials or the model are refused, or if no backend
            answers and there is no fallback. Without a configured model it passes, with a note.
        """
        await self._ensure_open()
        return await self._health_checker.health()

    def stats(self) -> ChatStats:
        """Return the counters and latencies since construction."""
        # Backends of one server may name one model twice: each has counted for itself.
        quotas = tuple(quota for backend in self._backends for quota in backend.quotas)
        return self._usage_tracker.stats(self._failover, quotas)

    async def _clear_answers(self, user: str) -> int:
        """Delete the cached answers of a user whose data is erased."""
        return await self.clear_cache(user=user)

    async def clear_cache(self, *, user: str | None = None) -> int:
        """Delete cached answers, in memory and in Redis; conversations stay.

        Args:
            user: Id of the user whose answers are deleted; None deletes the answers of all users.

        Returns:
            Number of answers deleted. With Redis, the larger of the two counts, because most answers are in both.

        Raises:
            InvalidInputError: `user` is invalid.
        """
        await self._ensure_open()
        return await self._response_cache.clear(None if user is None else user_cache_owner(check_user("user", user)))


@functools.cache
def _warn_about_unread_credentials() -> None:
    """Log, once in this process, that a chatbot was made without credentials although the environment has some."""
    unread = [name for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL") if os.environ.get(name, "").strip()]
    if unread:
        logger.warning(
            "a CachedChatbot answers without a model, although %s is set: constructors do not read the environment; "
            "use CachedChatbot.from_env(), or pass api_key or base_url",
            unread[0],
        )
