"""The values of the chat: what goes in beside the message, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Protocol

from asyncassist._types import JSONSerializable
from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from openai import AsyncOpenAI

    from asyncassist._cache import CacheStats
    from asyncassist._types import Message

Source = Literal["model", "cache", "stale", "fallback"]
CacheMode = Literal["default", "bypass", "refresh", "only"]


@dataclass(frozen=True, slots=True)
class Backend(JSONSerializable):
    """A model at an OpenAI-compatible server.

    Attributes:
        model: Its name there.
        api_key: The credentials; None for a server that wants none.
        base_url: Where the server is, with its `/v1`; None for OpenAI.
        client: A client of yours to use instead; it is never closed.
    """

    model: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    client: AsyncOpenAI | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.model, str) or not self.model.strip():
            raise ConfigurationError("model", "must name a model")
        if self.api_key is not None and (not isinstance(self.api_key, str) or not self.api_key.strip()):
            raise ConfigurationError("api_key", "must be text, or None for a server that wants none")
        if self.base_url is not None and not str(self.base_url).startswith(("http://", "https://")):
            raise ConfigurationError("base_url", "must begin with http:// or https://")
        if self.client is not None and (self.api_key is not None or self.base_url is not None):
            raise ConfigurationError("client", "has credentials and an address of its own: give either")

    @property
    def configured(self) -> bool:
        """Whether there is anything to ask: a client, a key or an address."""
        return self.client is not None or self.api_key is not None or self.base_url is not None

    def to_dict(self) -> dict[str, Any]:
        """The model and the address; never the credentials."""
        return {"model": self.model, "base_url": self.base_url}


@dataclass(frozen=True, slots=True, kw_only=True)
class Price(JSONSerializable):
    """What a model costs, per million tokens.

    Attributes:
        prompt: For tokens sent.
        completion: For tokens answered.
        cached: For tokens sent that the provider had in its own prompt cache; None for the price of `prompt`.
        currency: Three capital letters.
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
            if not isinstance(value, Decimal) or not value.is_finite() or value < 0:
                raise ConfigurationError(f"prices.{name}", "must be a Decimal from 0")

    def of(self, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0) -> Decimal:
        """The cost of one answer."""
        cached = self.prompt if self.cached is None else self.cached
        tokens = (prompt_tokens - cached_tokens) * self.prompt + cached_tokens * cached
        return (tokens + completion_tokens * self.completion) / 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage(JSONSerializable):
    """Tokens of one reply.

    Attributes:
        prompt_tokens: Sent for this reply; 0 when it came from the cache.
        completion_tokens: Answered for this reply; 0 when it came from the cache.
        total_tokens: Both.
        cached_tokens: Those of the prompt that the provider had in its own prompt cache.
        saved_tokens: Not spent because the answer was kept from before.
        cost: Of the tokens spent; None without a price for the model.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    cached_tokens: int = 0
    saved_tokens: int = 0
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(JSONSerializable):
    """What the user gets.

    Attributes:
        text: The answer.
        source: "model" (asked now), "cache" (asked before, fresh), "stale" (asked before, past its time) or
            "fallback" (no model had a part in it).
        degraded: Whether it is less than what was asked for.
        reason: Why it is degraded, None when it is not. A stream that broke says "truncated", "malformed",
            "stalled", "disconnected" or "deadline".
        conversation_id: The conversation it belongs to; hand it in to go on.
        request_id: Of this request.
        model: Which model answered; None for a fallback.
        finish_reason: What the model said about its end ("stop", "length", ...); None when it said nothing.
        usage: Tokens, None when nothing is known of them.
        age: Seconds since a kept answer was made, None for a new one.
        elapsed: Seconds it took here.
        attempts: Calls made to models for it; 0 when none was needed.
        tool_calls: Functions the model wants called, as the wire has them; only when `tools` were given.
        refusal: Whether the text is the model's refusal.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(JSONSerializable):
    """What a fallback gets to answer.

    Attributes:
        message: What the user wrote.
        reason: Why no model answers.
        language: ISO 639-1 code of the user's language, from the context or recognised; "en" when in doubt.
        context: What the application knows: language, intent, slots, offers, missing; all optional.
        history: The conversation before, oldest first.
        conversation_id: The conversation.
        user: The user, None when anonymous.
    """

    message: str
    reason: str
    language: str = "en"
    context: Mapping[str, Any] = field(default_factory=dict)
    history: tuple[Message, ...] = ()
    conversation_id: str | None = None
    user: str | None = None


class Fallback(Protocol):
    """Answers when no model does: an async function."""

    def __call__(self, question: Question, /) -> Awaitable[str | None]:
        """A text; None means that it has none either."""
        ...


class Moderator(Protocol):
    """Looks at a text before it goes further."""

    async def __call__(self, text: str, *, role: Literal["user", "assistant"]) -> str | None:
        """None when the text may pass, else a short word that says why not ("violence")."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatStats(JSONSerializable):
    """What a chatbot did so far.

    Attributes:
        replies: All replies.
        model: Of them asked of a model.
        cached: Of them from the cache.
        stale: Of them kept ones past their time.
        fallback: Of them without a model.
        degraded: Of them less than what was asked for.
        coalesced: Callers that joined an equal question in flight.
        failures: Calls to models that failed.
        retries: Calls made again after a failure.
        prompt_tokens: Tokens sent.
        completion_tokens: Tokens answered.
        saved_tokens: Tokens not spent, by kept answers.
        cost: Of tokens spent, by currency.
        saved_cost: Of tokens not spent, by currency.
        live_p50: Median seconds of a reply that a model made; None without any.
        live_p95: 95th percentile of the same.
        live_p99: 99th percentile of the same.
        cached_p50: Median seconds of a reply from the cache; None without any.
        cached_p95: 95th percentile of the same.
        cached_p99: 99th percentile of the same.
        first_token_p50: Median seconds to the first piece of a stream; None without any.
        first_token_p95: 95th percentile of the same.
        cache: The cache of answers.
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
