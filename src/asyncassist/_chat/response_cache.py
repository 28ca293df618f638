"""Kept answers and answers in flight: a question that was asked, or is being asked, is not asked again."""

from __future__ import annotations

import contextlib
import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from asyncassist._cache import Cache
from asyncassist._chat.completions import Answer
from asyncassist._chat.failover import Job, Made
from asyncassist._shared_cache import RedisCacheBackend, create_shared_cache
from asyncassist._single_flight import SingleFlight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from redis.asyncio import Redis

    from asyncassist._cache import CacheEntry
    from asyncassist._chat.backend import Line
    from asyncassist._chat.failover import Chain
    from asyncassist._chat.models import CacheMode
    from asyncassist._chat.prompt import WireMessage
    from asyncassist._retry import Timeout
    from asyncassist._types import Clock

PREFIX = "asyncassist:chat:"
# What an entry takes beside its text.
_OVERHEAD = 400


class _Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """An answer in the second level; `at` is the time of the wall, so that processes agree on its age."""

    at: float
    text: str
    model: str
    line: str
    cost: float = 0.0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int = 0


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Record).decode


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer in the cache.

    Attributes:
        answer: What was said.
        model: Who was asked.
        owner: Digest of whom it is for; None for everybody.
    """

    answer: Answer
    model: str
    owner: str | None


@dataclass(slots=True, kw_only=True)
class Inquiry:
    """A question on its way to an answer.

    Attributes:
        key: Makes the key of its answer by a line.
        owner: Digest of whom it is for; None for everybody.
        messages: As they are sent.
        params: As they are sent.
        timeout: How long to wait.
        mode: What the cache may do.
    """

    key: Callable[[Line], str]
    owner: str | None
    messages: list[WireMessage]
    params: Mapping[str, Any]
    timeout: Timeout
    mode: CacheMode


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of it.

    Attributes:
        answer: What was said.
        model: Who was asked.
        source: Asked now, kept and fresh, or kept and past its time.
        age: Seconds since it was made, None when it is new.
        attempts: Calls made.
        first: Seconds to its first piece, None when it came in one.
        url: Where it was asked, None when it was not.
        joined: Whether another caller's question was equal and under way.
    """

    answer: Answer
    model: str
    source: Literal["model", "cache", "stale"]
    age: float | None = None
    attempts: int = 0
    first: float | None = None
    url: str | None = None
    joined: bool = False


class _Broadcast:
    """The pieces of an answer in flight, for everybody who listens; who comes late hears the beginning first."""

    __slots__ = ("_listeners", "_pieces")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._listeners: list[Callable[[str], None]] = []

    def emit(self, text: str) -> None:
        self._pieces.append(text)
        for listener in self._listeners:
            listener(text)

    @contextlib.contextmanager
    def heard_by(self, listener: Callable[[str], None]) -> Any:
        for piece in self._pieces:
            listener(piece)
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)


class Answers:
    """Answers of a chain of backends, kept and shared.

    Args:
        chain: Who is asked.
        ttl: Seconds an answer is fresh; 0 keeps none.
        max_entries: Answers kept in memory.
        stale_for: Seconds it may stand in after that, when nobody answers.
        redis: A second level that processes share.
        clock: Time of the wall, for ages between processes.
        now: Steady seconds.
    """

    def __init__(
        self,
        chain: Chain,
        *,
        ttl: float,
        max_entries: int,
        stale_for: float,
        redis: Redis | str | None,
        clock: Clock,
        now: Callable[[], float],
    ) -> None:
        self.cache: Cache[Kept] = Cache(max_entries=max_entries, now=now)
        self.level, self.guarded = create_shared_cache(
            redis, prefix=PREFIX, name="the shared cache of answers", now=now
        )
        self._redis = redis
        self._chain = chain
        self._ttl = ttl
        self._stale_for = stale_for
        self._clock = clock
        self._now = now
        self._flights: SingleFlight[Outcome] = SingleFlight()
        self._broadcasts: dict[str, _Broadcast] = {}
        self._cleared = 0
        """Counts clearings: an answer that was under way before one is not kept after it."""

    def find(self, inquiry: Inquiry) -> Outcome | None:
        """The answer in memory while it is fresh."""
        entry = self.cache.get(inquiry.key(self._chain.lines[0]))
        return None if entry is None else self._outcome(entry)

    async def find_shared(self, inquiry: Inquiry) -> Outcome | None:
        """The answer in the second level while it is fresh."""
        key = inquiry.key(self._chain.lines[0])
        await self._fetch(key, inquiry.owner)
        entry = self.cache.peek(key)
        return None if entry is None or self._now() >= entry.fresh_until else self._outcome(entry)

    def stale(self, inquiry: Inquiry) -> Outcome | None:
        """An answer to the same question, by whichever line, that may stand in."""
        if inquiry.mode not in {"default", "refresh"}:
            return None
        for line in self._chain.lines:
            entry = self.cache.peek(inquiry.key(line))
            if entry is not None:
                self.cache.stale += 1
                return self._outcome(entry, "stale")
        return None

    async def ask(self, inquiry: Inquiry, emit: Callable[[str], None] | None) -> Outcome:
        """The answer of the chain; equal questions in flight share it.

        Args:
            inquiry: The question.
            emit: Told each piece; None for an answer in one.

        Raises:
            UpstreamError: The request itself is refused.
            AllFailedError: Nobody answered.
        """
        if inquiry.mode == "bypass":
            return await self._make(inquiry, emit)
        key = inquiry.key(self._chain.lines[0])
        while True:
            outcome = await self._join(key, inquiry, emit)
            if outcome.answer.broken is None or emit is not None:
                return outcome
            # Joined the stream of another, and it broke. What is half an answer to that caller is none to this one.

    async def _join(self, key: str, inquiry: Inquiry, emit: Callable[[str], None] | None) -> Outcome:
        broadcast = self._broadcasts.get(key)
        if broadcast is None or key not in self._flights:
            broadcast = self._broadcasts[key] = _Broadcast()
        speak = None if emit is None else broadcast.emit

        try:
            with broadcast.heard_by(emit) if emit is not None else contextlib.nullcontext():
                outcome, joined = await self._flights.run(key, lambda: self._make_or_fetch(key, inquiry, speak))
        finally:
            if key not in self._flights and self._broadcasts.get(key) is broadcast:
                del self._broadcasts[key]
        if not joined:
            return outcome
        self.cache.coalesced += 1
        return dataclasses.replace(outcome, joined=True)

    async def _make_or_fetch(self, key: str, inquiry: Inquiry, emit: Callable[[str], None] | None) -> Outcome:
        if self.guarded is not None and inquiry.mode == "default":
            await self._fetch(key, inquiry.owner)
            entry = self.cache.peek(key)
            if entry is not None and self._now() < entry.fresh_until:
                self.cache.hits += 1
                self.cache.misses -= 1  # the look-up in memory was counted as one
                self.cache.seconds_saved += entry.cost
                return self._outcome(entry)
        return await self._make(inquiry, emit)

    async def _make(self, inquiry: Inquiry, emit: Callable[[str], None] | None) -> Outcome:
        before: CacheEntry[Kept] | None = None

        def kept(line: Line) -> Answer | None:
            nonlocal before
            before = None if inquiry.mode != "default" else self.cache.peek(inquiry.key(line))
            if before is not None and self._now() >= before.fresh_until:
                before = None
            return None if before is None else before.value.answer

        cleared = self._cleared
        job = Job(messages=inquiry.messages, params=inquiry.params, emit=emit, timeout=inquiry.timeout)
        made = await self._chain.ask(job, kept=kept)
        if before is not None:
            return self._outcome(before, attempts=made.attempts)
        if inquiry.mode != "bypass" and cleared == self._cleared and made.answer.keepable:
            await self._keep(inquiry, made)
        return Outcome(
            answer=made.answer,
            model=made.line.model,
            source="model",
            attempts=made.attempts,
            first=made.first,
            url=made.line.url,
        )

    async def _keep(self, inquiry: Inquiry, made: Made) -> None:
        if self._ttl + self._stale_for <= 0:
            return
        key = inquiry.key(made.line)
        answer = made.answer
        self._put(key, Kept(answer, made.line.model, inquiry.owner), cost=made.elapsed)
        if self.guarded is not None:
            record = _Record(
                at=self._clock(),
                text=answer.text,
                model=answer.model,
                line=made.line.model,
                cost=made.elapsed,
                prompt_tokens=answer.prompt_tokens,
                completion_tokens=answer.completion_tokens,
                cached_tokens=answer.cached_tokens,
            )
            await self.guarded.set(_shared(key, inquiry.owner), _encode(record), ttl=self._ttl + self._stale_for)

    def _put(self, key: str, kept: Kept, *, cost: float, age: float = 0.0) -> None:
        size = len(kept.answer.text) + _OVERHEAD
        self.cache.put(key, kept, ttl=self._ttl, stale_for=self._stale_for, size=size, age=age, cost=cost)

    async def _fetch(self, key: str, owner: str | None) -> None:
        """Bring an answer from the second level into memory, with the age it has."""
        if self.guarded is None:
            return
        body = await self.guarded.get(_shared(key, owner))
        if body is None:
            return
        try:
            record = _decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return  # of another version, or not ours: as if it were not there
        answer = Answer(
            text=record.text,
            model=record.model,
            finish_reason="stop",
            prompt_tokens=record.prompt_tokens,
            completion_tokens=record.completion_tokens,
            cached_tokens=record.cached_tokens,
        )
        age = max(0.0, self._clock() - record.at)
        self._put(key, Kept(answer, record.line, owner), cost=record.cost, age=age)

    def _outcome(
        self, entry: CacheEntry[Kept], source: Literal["cache", "stale"] = "cache", *, attempts: int = 0
    ) -> Outcome:
        kept = entry.value
        age = max(0.0, self._now() - entry.stored_at)
        return Outcome(answer=kept.answer, model=kept.model, source=source, age=age, attempts=attempts)

    async def clear(self, owner: str | None) -> int:
        """Forget all answers, or those of one owner; how many there were.

        With a second level it is the larger of both counts, because most answers stand in both.
        """
        self._cleared += 1
        here = self.cache.clear(None if owner is None else lambda _, kept: kept.owner == owner)
        if self.guarded is None:
            return here
        if owner is None:
            return max(here, await self.guarded.clear())
        assert self._redis is not None
        async with RedisCacheBackend(self._redis, prefix=f"{PREFIX}{owner}:") as own:
            view = type(self.guarded)(own, name="the shared cache of answers", now=self._now)
            return max(here, await view.clear())

    async def aclose(self) -> None:
        """Cancel what is in flight."""
        await self._flights.aclose()


def _shared(key: str, owner: str | None) -> str:
    """The key in the second level: by owner, so that one user's answers can be found."""
    return f"{owner or 'all'}:{key}"
