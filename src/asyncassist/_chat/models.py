"""Public value types and protocols of the chatbot: backends, prices, replies, usage, statistics."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from decimal import Decimal  # noqa: TC003 - `typing.get_type_hints` reads the annotations
from typing import TYPE_CHECKING, Any, Literal, Protocol

from asyncassist._chat.output import to_builtins
from asyncassist._types import BriefRepr, JSONSerializable, is_amount, is_currency
from asyncassist.errors import ConfigurationError, safe_url

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from openai import AsyncOpenAI

    from asyncassist._cache import CacheStats
    from asyncassist._chat.tools import ToolCall, ToolStep
    from asyncassist._types import Message

Source = Literal["model", "cache", "stale", "fallback"]
AnswerCacheMode = Literal["default", "bypass", "refresh", "only"]


@dataclass(frozen=True, slots=True)
class Backend(JSONSerializable):
    """Model at an OpenAI-compatible server.

    Attributes:
        model: Name of the model at that server.
        api_key: Credentials; None for a server that requires none.
        base_url: Base URL of the server, including `/v1`; None for OpenAI. A user and password in it are sent as
            basic authentication, and are not shown.
        client: An `AsyncOpenAI` client of yours, used instead of `api_key` and `base_url`; it is never closed.

    Raises:
        ConfigurationError: A value is invalid, or `client` is combined with `api_key` or `base_url`.
    """

    model: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    client: AsyncOpenAI | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.model, str) or not self.model.strip():
            raise ConfigurationError("model", "must name a model")
        if self.api_key is not None and (not isinstance(self.api_key, str) or not self.api_key.strip()):
            raise ConfigurationError("api_key", "must be text, or None for a server that requires none")
        if self.api_key is not None and not (self.api_key.isascii() and self.api_key.isprintable()):
            raise ConfigurationError("api_key", "must be printable ASCII: no header can carry it otherwise")
        if self.base_url is not None:
            if not isinstance(self.base_url, str) or not self.base_url.startswith(("http://", "https://")):
                raise ConfigurationError("base_url", "must begin with http:// or https://")
            if not safe_url(self.base_url):
                raise ConfigurationError("base_url", "cannot be read; special characters are percent-encoded")
        if self.client is not None:
            _check_client(self.client)
        if self.client is not None and (self.api_key is not None or self.base_url is not None):
            raise ConfigurationError(
                "client", "brings its own credentials and address: pass it without api_key and base_url"
            )

    @property
    def configured(self) -> bool:
        """True if there is a client, a key or a base URL; without any of them the backend is not called."""
        return self.client is not None or self.api_key is not None or self.base_url is not None

    def __repr__(self) -> str:
        return f"Backend(model={self.model!r}, base_url={self._shown_url!r})"

    @property
    def _shown_url(self) -> str | None:
        return None if self.base_url is None else safe_url(self.base_url)

    def to_dict(self) -> dict[str, Any]:
        """Return the model and the base URL; never the credentials."""
        return {"model": self.model, "base_url": self._shown_url}


def _check_client(client: object) -> None:
    """Refuse what cannot be called as an `AsyncOpenAI`; a double needs no more than `chat.completions.create`.

    Raises:
        ConfigurationError: The object has no `chat`, or is the SDK's synchronous client.
    """
    # Static first: the SDK loads its resources at the first access.
    if inspect.getattr_static(client, "chat", None) is None and getattr(client, "chat", None) is None:
        raise ConfigurationError("client", f"must be an AsyncOpenAI client, not of type {type(client).__name__}")
    if any(kind.__name__ == "SyncAPIClient" for kind in type(client).__mro__):
        raise ConfigurationError("client", "must be an AsyncOpenAI client: the synchronous one cannot be awaited")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price(JSONSerializable):
    """Price of a model per million tokens.

    Attributes:
        prompt: Price of prompt tokens.
        completion: Price of completion tokens.
        cached: Price of prompt tokens read from the provider's own prompt cache; None for the price of `prompt`.
        currency: ISO 4217 code, three capital letters.

    Raises:
        ConfigurationError: A price is not a finite `Decimal` from 0, or the currency is not three capital letters.
    """

    prompt: Decimal
    completion: Decimal
    cached: Decimal | None = None
    currency: str = "USD"

    def __post_init__(self) -> None:
        for name in ("prompt", "completion", "cached"):
            value = getattr(self, name)
            if value is None and name == "cached":
                continue
            if not is_amount(value) or value < 0:
                raise ConfigurationError(f"prices.{name}", "must be a Decimal from 0, of at most 18 digits")
        if not is_currency(self.currency):
            raise ConfigurationError("prices.currency", "must be three capital letters")

    def of(self, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0) -> Decimal:
        """Return the cost of an answer.

        Args:
            prompt_tokens: Number of prompt tokens, those from the provider's prompt cache included.
            completion_tokens: Number of completion tokens.
            cached_tokens: Number of prompt tokens from the provider's prompt cache.

        Returns:
            The cost in `currency`.
        """
        cached = self.prompt if self.cached is None else self.cached
        tokens = (prompt_tokens - cached_tokens) * self.prompt + cached_tokens * cached
        return (tokens + completion_tokens * self.completion) / 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(JSONSerializable):
    """Token usage of one reply.

    Attributes:
        prompt_tokens: Prompt tokens spent; 0 for a cached or coalesced answer.
        completion_tokens: Completion tokens spent; 0 for a cached or coalesced answer.
        total_tokens: Sum of both.
        cached_tokens: Prompt tokens that the provider read from its own prompt cache.
        saved_tokens: Tokens not spent because the answer was cached or shared with a concurrent caller.
        cost: Cost of the tokens spent; None without a price for the model.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    cached_tokens: int = 0
    saved_tokens: int = 0
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reply(BriefRepr):
    """Reply to a user's message.

    Attributes:
        text: Text of the reply.
        source: "model" (answered by a model now), "cache" (fresh cached answer), "stale" (cached answer past its
            `ttl`) or "fallback" (no model answered).
        degraded: True for a fallback, a stale answer, a broken stream, or a turn that could not be read or stored.
        reason: Why the reply is degraded; None if it is not. Of a broken stream: "truncated", "malformed",
            "stalled", "disconnected", "deadline", "too long" or "error in the stream".
        conversation_id: Id of the conversation; pass it to continue the conversation.
        request_id: Id of the request: the caller's, or a generated one.
        model: Model of the backend that answered; None for a fallback.
        finish_reason: Finish reason of the model by the names of Chat Completions ("stop", "length",
            "content_filter", "tool_calls"), on either API; None if it sent none.
        usage: Token usage; None if the server did not count.
        age: Seconds since a cached answer was stored; None for a new answer.
        elapsed: Seconds that producing the reply took, without waiting for an earlier turn of the conversation.
        attempts: Calls made to models for this reply; 0 if none was needed.
        tool_calls: Tool calls of the model in the form of Chat Completions, on either API; empty unless `tools` were
            given as definitions.
        refusal: Whether the text is a refusal by the model.
        steps: Calls of tools with their outcomes, in order. The first may be calls of an earlier turn that a crash
            interrupted; their outcome is "uncertain".
        pending: Calls that wait for a decision; pass it to `CachedChatbot.resolve`. The text is then what the model
            wrote before, often "".
        output: Value of the type that `output` asked for; None without it, and when no model's answer holds one: in a
            fallback, a refusal, a broken stream and a reply with `pending`.
    """

    text: str
    source: Source
    degraded: bool
    reason: str | None
    conversation_id: str
    request_id: str
    model: str | None = None
    finish_reason: str | None = None
    usage: Usage | None = None
    age: float | None = None
    elapsed: float = 0.0
    attempts: int = 0
    tool_calls: tuple[Mapping[str, Any], ...] = ()
    refusal: bool = False
    steps: tuple[ToolStep, ...] = ()
    pending: tuple[ToolCall, ...] = ()
    output: Any = None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON-compatible mapping by name."""
        return {**BriefRepr.to_dict(self), "output": to_builtins(self.output)}

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(JSONSerializable):
    """Input of a fallback: the user's message with its context.

    Attributes:
        message: The user's message.
        reason: Why no model answers, as in `Reply.reason`.
        language: ISO 639-1 code of the user's language, from the context or detected; "en" when in doubt.
        context: Facts of the application: language, intent, slots, offers, missing; all optional.
        history: Earlier messages of the conversation, oldest first.
        conversation_id: Id of the conversation.
        user: Id of the user; None for an anonymous user.
    """

    message: str
    reason: str
    language: str = "en"
    context: Mapping[str, Any] = field(default_factory=dict)
    history: tuple[Message, ...] = ()
    conversation_id: str | None = None
    user: str | None = None


class Fallback(Protocol):
    """Async function that answers when no model does."""

    def __call__(self, question: Question, /) -> Awaitable[str | None]:
        """Answer a question without a model.

        Args:
            question: The user's message with its context.

        Returns:
            The text of the reply; None or blank makes the chatbot raise `ChatUnavailableError`.
        """
        ...


class Moderator(Protocol):
    """Async function that checks messages before they are sent and answers before they are returned."""

    async def __call__(self, text: str, *, role: Literal["user", "assistant"]) -> str | None:
        """Check a text.

        Args:
            text: A message of the user, or an answer of the model.
            role: Author of the text.

        Returns:
            None to let the text pass; otherwise a short reason for blocking it ("violence").
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelQuotaStats(JSONSerializable):
    """Quotas that a model server announced for one model, and the calls that keep them.

    Attributes:
        model: Model that the quotas belong to.
        requests_remaining: Requests left; None if the server announces none.
        tokens_remaining: Tokens left; None if the server announces none.
        waiting: Calls that wait for a quota now.
        next_in: Seconds until the next call may be sent; 0 for now.
        delayed: Calls that waited for a quota.
        refused: Calls that were not sent because their deadlines came first.
    """

    model: str
    requests_remaining: float | None
    tokens_remaining: float | None
    waiting: int
    next_in: float
    delayed: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatStats(JSONSerializable):
    """Counters and latencies of a chatbot since its construction.

    Latency percentiles are seconds over a rolling window; they are None before the first reply of their kind.

    Attributes:
        replies: Number of replies.
        model: Replies with source "model".
        cached: Replies with source "cache".
        stale: Replies with source "stale".
        fallback: Replies with source "fallback".
        degraded: Degraded replies.
        coalesced: Calls that shared the answer to a concurrent equal request.
        failures: Failed calls to models.
        retries: Calls to models repeated after a failure.
        prompt_tokens: Prompt tokens spent.
        completion_tokens: Completion tokens spent.
        saved_tokens: Tokens not spent thanks to cached and coalesced answers.
        cost: Cost of the tokens spent, by currency.
        saved_cost: Cost of the tokens not spent, by currency.
        live_p50: Median latency of replies with source "model".
        live_p95: 95th percentile of that latency.
        live_p99: 99th percentile of that latency.
        cached_p50: Median latency of replies with source "cache".
        cached_p95: 95th percentile of that latency.
        cached_p99: 99th percentile of that latency.
        first_token_p50: Median time to the first token of a stream.
        first_token_p95: 95th percentile of that time.
        cache: Statistics of the answer cache in memory.
        quotas: Quotas of the models called so far whose servers announce any.
    """

    replies: int
    model: int
    cached: int
    stale: int
    fallback: int
    degraded: int
    coalesced: int
    failures: int
    retries: int
    prompt_tokens: int
    completion_tokens: int
    saved_tokens: int
    cost: Mapping[str, Decimal]
    saved_cost: Mapping[str, Decimal]
    live_p50: float | None
    live_p95: float | None
    live_p99: float | None
    cached_p50: float | None
    cached_p95: float | None
    cached_p99: float | None
    first_token_p50: float | None
    first_token_p95: float | None
    cache: CacheStats
    quotas: tuple[ModelQuotaStats, ...] = ()
