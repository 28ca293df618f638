"""Answer cache in memory and Redis; concurrent equal requests are coalesced into one call to the model."""

from __future__ import annotations

import contextlib
import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from asyncassist._cache import Cache
from asyncassist._chat.completions import Answer
from asyncassist._chat.failover import ModelCall, ModelResult
from asyncassist._shared_cache import RedisCacheBackend, create_shared_cache
from asyncassist._single_flight import SingleFlight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from redis.asyncio import Redis

    from asyncassist._cache import CacheEntry
    from asyncassist._chat.backend import BackendClient
    from asyncassist._chat.failover import FailoverChain
    from asyncassist._chat.models import AnswerCacheMode
    from asyncassist._chat.prompt import WireMessage
    from asyncassist._chat.stream_events import AnswerDelta
    from asyncassist._retry import Timeout
    from asyncassist._types import Clock

PREFIX = "asyncassist:chat:"
# Bytes that an entry takes beside its text, estimated.
_ENTRY_OVERHEAD = 400


class _AnswerRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """Wire format of an answer in Redis.

    `at` is wall time, so that processes agree on the age; `line` is the model of the backend, `model` the one named in
    its response.
    """

    at: float
    text: str
    model: str
    line: str
    cost: float = 0.0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int = 0


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_AnswerRecord).decode


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """Answer in the memory cache.

    Attributes:
        answer: The answer.
        model: Model of the backend that gave it.
        owner: Digest of the user or conversation that the answer belongs to; None for a shared answer.
    """

    answer: Answer
    model: str
    owner: str | None


@dataclass(slots=True, kw_only=True)
class ChatRequest:
    """Request for an answer, from the cache or a backend.

    Attributes:
        key: Returns the cache key of the answer by a backend.
        owner: Digest of the user or conversation that the answer belongs to; None for a shared answer.
        messages: Messages of the request, oldest first.
        params: Other parameters of the request.
        timeout: Timeouts in seconds.
        cache_mode: How the cache is used, see `CachedChatbot.reply`.
        conversation: User and id of the conversation, for the provider's prompt cache; None for none.
        model: Model that the call asks for; None for that of each backend.
        accepts: Returns whether the text of an answer is of use; others are not cached. None: all are.
    """

    key: Callable[[BackendClient], str]
    owner: str | None
    messages: list[WireMessage]
    params: Mapping[str, Any]
    timeout: Timeout
    cache_mode: AnswerCacheMode
    conversation: tuple[str | None, str] | None = None
    model: str | None = None
    accepts: Callable[[str], bool] | None = None

    def is_cacheable(self, answer: Answer) -> bool:
        """Return whether the answer may be stored and served again."""
        return answer.is_cacheable and (self.accepts is None or self.accepts(answer.text))


@dataclass(slots=True, kw_only=True)
class ChatResult:
    """Answer to a request with its origin.

    Attributes:
        answer: The answer.
        model: Model of the backend that gave it.
        source: "model" (called now), "cache" (fresh) or "stale".
        age: Seconds since the answer was stored; None for a new answer.
        attempts: Calls made to models.
        time_to_first_token: Seconds to the first delta; None without streaming.
        url: Base URL of the server that was called; None for a cached answer.
        coalesced: Whether the answer was shared with a concurrent equal request.
    """

    answer: Answer
    model: str
    source: Literal["model", "cache", "stale"]
    age: float | None = None
    attempts: int = 0
    time_to_first_token: float | None = None
    url: str | None = None
    coalesced: bool = False


class _Broadcast:
    """Distribution of a streamed answer's deltas to all coalesced callers; late subscribers get a replay first."""

    __slots__ = ("_deltas", "_listeners")

    def __init__(self) -> None:
        self._deltas: list[AnswerDelta] = []
        self._listeners: list[Callable[[AnswerDelta], None]] = []

    def emit(self, delta: AnswerDelta) -> None:
        self._deltas.append(delta)
        for listener in self._listeners:
            listener(delta)

    @contextlib.contextmanager
    def subscribe(self, listener: Callable[[AnswerDelta], None]) -> Any:
        for piece in self._deltas:
            listener(piece)
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)


class ResponseCache:
    """Answer cache in front of the failover chain.

    Args:
        failover: The backends.
        ttl: Seconds an answer stays fresh; 0: never.
        max_entries: Maximum number of answers in memory.
        stale_for: Seconds after `ttl` in which an answer may be served if no backend answers.
        redis: Shared (L2) cache of several processes: a URL or a client; None for none.
        clock: Wall clock, for ages across processes.
        now: Monotonic clock in seconds.
    """

    def __init__(
        self,
        failover: FailoverChain,
        *,
        ttl: float,
        max_entries: int,
        stale_for: float,
        redis: Redis | str | None,
        clock: Clock,
        now: Callable[[], float],
    ) -> None:
        self.cache: Cache[CachedAnswer] = Cache(max_entries=max_entries, now=now)
        self.shared_backend, self.shared_cache = create_shared_cache(
            redis, prefix=PREFIX, name="the shared cache of answers", now=now
        )
        self._redis = redis
        self._failover = failover
        self._ttl = ttl
        self._stale_for = stale_for
        self._clock = clock
        self._now = now
        self._single_flight: SingleFlight[ChatResult] = SingleFlight()
        self._broadcasts: dict[str, _Broadcast] = {}
        self._generation = 0
        """Number of `clear` calls: an answer requested before a `clear` is not stored after it."""

    def _key(self, request: ChatRequest) -> str:
        return request.key(self._failover.backends_for(request.model)[0])

    def lookup(self, request: ChatRequest) -> ChatResult | None:
        """Return the fresh answer in memory, or None; counted as a hit or a miss."""
        entry = self.cache.get(self._key(request))
        return None if entry is None else self._to_result(entry)

    async def lookup_shared(self, request: ChatRequest) -> ChatResult | None:
        """Return the fresh answer in Redis, or None."""
        key = self._key(request)
        await self._load_shared(key, request.owner)
        entry = self.cache.peek(key)
        return None if entry is None or self._now() >= entry.fresh_until else self._to_result(entry)

    def lookup_stale(self, request: ChatRequest) -> ChatResult | None:
        """Return a cached answer to the same request by any backend, fresh or stale; None if there is none."""
        if request.cache_mode not in {"default", "refresh"}:
            return None
        for backend in self._failover.backends_for(request.model):
            entry = self.cache.peek(request.key(backend))
            if entry is not None:
                self.cache.stale += 1
                return self._to_result(entry, "stale")
        return None

    async def complete(self, request: ChatRequest, emit: Callable[[AnswerDelta], None] | None) -> ChatResult:
        """Call the failover chain; concurrent equal requests share one call.

        Args:
            request: The request.
            emit: Called with each delta of text or reasoning; None for a request without streaming.

        Returns:
            The answer. It may be incomplete only with `emit`.

        Raises:
            UpstreamError: The server refused the request itself.
            AllBackendsFailedError: No backend answered.
        """
        if request.cache_mode == "bypass":
            return await self._call_model(request, emit)
        key = self._key(request)
        while True:
            result = await self._complete_coalesced(key, request, emit)
            if result.answer.incomplete_reason is None or emit is not None:
                return result
            # The caller was coalesced with a stream that broke. Its partial answer is of use to the streaming caller,
            # but not to this one, which asks again.

    async def _complete_coalesced(
        self, key: str, request: ChatRequest, emit: Callable[[AnswerDelta], None] | None
    ) -> ChatResult:
        broadcast = self._broadcasts.get(key)
        if broadcast is None or key not in self._single_flight:
            broadcast = self._broadcasts[key] = _Broadcast()
        emit_delta = None if emit is None else broadcast.emit

        try:
            with broadcast.subscribe(emit) if emit is not None else contextlib.nullcontext():
                result, coalesced = await self._single_flight.run(
                    key, lambda: self._load_or_complete(key, request, emit_delta)
                )
        finally:
            if key not in self._single_flight and self._broadcasts.get(key) is broadcast:
                del self._broadcasts[key]
        if not coalesced:
            return result
        self.cache.coalesced += 1
        return dataclasses.replace(result, coalesced=True)

    async def _load_or_complete(
        self, key: str, request: ChatRequest, emit: Callable[[AnswerDelta], None] | None
    ) -> ChatResult:
        if self.shared_cache is not None and request.cache_mode == "default":
            await self._load_shared(key, request.owner)
            entry = self.cache.peek(key)
            if entry is not None and self._now() < entry.fresh_until:
                self.cache.hits += 1
                self.cache.misses -= 1  # the lookup in memory before was counted as a miss
                self.cache.seconds_saved += entry.cost
                return self._to_result(entry)
        return await self._call_model(request, emit)

    async def _call_model(self, request: ChatRequest, emit: Callable[[AnswerDelta], None] | None) -> ChatResult:
        cached_entry: CacheEntry[CachedAnswer] | None = None

        def find_cached(backend: BackendClient) -> Answer | None:
            nonlocal cached_entry
            cached_entry = None if request.cache_mode != "default" else self.cache.peek(request.key(backend))
            if cached_entry is not None and self._now() >= cached_entry.fresh_until:
                cached_entry = None
            return None if cached_entry is None else cached_entry.value.answer

        generation = self._generation
        model_call = ModelCall(
            messages=request.messages,
            params=request.params,
            emit=emit,
            timeout=request.timeout,
            backends=self._failover.backends_for(request.model),
            conversation=request.conversation,
        )
        result = await self._failover.complete(model_call, find_cached=find_cached)
        if cached_entry is not None:
            return self._to_result(cached_entry, attempts=result.attempts)
        if request.cache_mode != "bypass" and generation == self._generation and request.is_cacheable(result.answer):
            await self._store(request, result)
        return ChatResult(
            answer=result.answer,
            model=result.backend.model,
            source="model",
            attempts=result.attempts,
            time_to_first_token=result.time_to_first_token,
            url=result.backend.url,
        )

    async def _store(self, request: ChatRequest, result: ModelResult) -> None:
        if self._ttl + self._stale_for <= 0:
            return
        key = request.key(result.backend)
        answer = result.answer
        self._store_in_memory(key, CachedAnswer(answer, result.backend.model, request.owner), cost=result.elapsed)
        if self.shared_cache is not None:
            record = _AnswerRecord(
                at=self._clock(),
                text=answer.text,
                model=answer.model,
                line=result.backend.model,
                cost=result.elapsed,
                prompt_tokens=answer.prompt_tokens,
                completion_tokens=answer.completion_tokens,
                cached_tokens=answer.cached_tokens,
            )
            await self.shared_cache.set(
                _shared_key(key, request.owner), _encode(record), ttl=self._ttl + self._stale_for
            )

    def _store_in_memory(self, key: str, cached: CachedAnswer, *, cost: float, age: float = 0.0) -> None:
        size = len(cached.answer.text) + _ENTRY_OVERHEAD
        self.cache.put(key, cached, ttl=self._ttl, stale_for=self._stale_for, size=size, age=age, cost=cost)

    async def _load_shared(self, key: str, owner: str | None) -> None:
        """Copy an answer from Redis into memory, with its age."""
        if self.shared_cache is None:
            return
        body = await self.shared_cache.get(_shared_key(key, owner))
        if body is None:
            return
        try:
            record = _decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return  # written by another version or another program: treated as a miss
        answer = Answer(
            text=record.text,
            model=record.model,
            finish_reason="stop",
            prompt_tokens=record.prompt_tokens,
            completion_tokens=record.completion_tokens,
            cached_tokens=record.cached_tokens,
        )
        age = max(0.0, self._clock() - record.at)
        self._store_in_memory(key, CachedAnswer(answer, record.line, owner), cost=record.cost, age=age)

    def _to_result(
        self, entry: CacheEntry[CachedAnswer], source: Literal["cache", "stale"] = "cache", *, attempts: int = 0
    ) -> ChatResult:
        cached = entry.value
        age = max(0.0, self._now() - entry.stored_at)
        return ChatResult(answer=cached.answer, model=cached.model, source=source, age=age, attempts=attempts)

    async def clear(self, owner: str | None) -> int:
        """Delete all answers, or those of one owner, in memory and in Redis.

        Args:
            owner: Digest of the owner; None for all answers.

        Returns:
            Number of answers deleted: the larger of the two counts, because most answers are in both.
        """
        self._generation += 1
        local_count = self.cache.clear(None if owner is None else lambda _, cached: cached.owner == owner)
        if self.shared_cache is None:
            return local_count
        if owner is None:
            return max(local_count, await self.shared_cache.clear())
        assert self._redis is not None
        async with RedisCacheBackend(self._redis, prefix=f"{PREFIX}{owner}:") as owner_cache:
            owner_backend = type(self.shared_cache)(owner_cache, name="the shared cache of answers", now=self._now)
            return max(local_count, await owner_backend.clear())

    async def aclose(self) -> None:
        """Cancel the calls in flight."""
        await self._single_flight.aclose()


def _shared_key(key: str, owner: str | None) -> str:
    """Return the Redis key of an answer; it begins with the owner, so that one user's answers can be deleted."""
    return f"{owner or 'all'}:{key}"
