"""Token usage, cost and latency of replies, and events with OpenTelemetry's GenAI attribute names."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from asyncassist._chat.models import ChatStats, Usage
from asyncassist._events import Event, RollingWindow, attributes, emit, has_listeners, is_content_wanted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist._cache import Cache
    from asyncassist._chat.failover import FailoverChain
    from asyncassist._chat.models import ModelQuotaStats, Price, Reply
    from asyncassist._chat.response_cache import CachedAnswer, ChatResult


class UsageTracker:
    """Tracker of reply counts, token usage, cost and latencies.

    Args:
        prices: Price by model name.
        cache: Answer cache; its rolling windows hold the latencies of cached and of live replies.
    """

    def __init__(self, prices: Mapping[str, Price], cache: Cache[CachedAnswer]) -> None:
        self._prices = prices
        self._cache = cache
        self._first_token_times = RollingWindow(256)
        self._reply_counts: dict[str, int] = defaultdict(int)
        self._degraded = 0
        self._prompt_tokens = 0
        self._completion_tokens = 0
        self._saved_tokens = 0
        self._cost: dict[str, Decimal] = defaultdict(Decimal)
        self._saved_cost: dict[str, Decimal] = defaultdict(Decimal)

    def usage(self, result: ChatResult) -> Usage | None:
        """Return the token usage of a result: spent if a model was called for it, saved otherwise.

        Args:
            result: The answer with its source.

        Returns:
            The usage; None if the server did not count tokens.
        """
        answer = result.answer
        if answer.prompt_tokens is None or answer.completion_tokens is None:
            return None
        total = answer.prompt_tokens + answer.completion_tokens
        price = self._prices.get(result.model)
        if result.source != "model" or result.coalesced:
            return Usage(saved_tokens=total, cost=None if price is None else Decimal(0))
        cost = None
        if price is not None:
            cost = price.of(answer.prompt_tokens, answer.completion_tokens, answer.cached_tokens)
        return Usage(
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            total_tokens=total,
            cached_tokens=answer.cached_tokens,
            cost=cost,
        )

    def record_reply(self, reply: Reply, result: ChatResult | None, *, message: str, system: str | None) -> None:
        """Count a reply, its latency and its tokens, and emit its event.

        Args:
            reply: The reply.
            result: The answer it was built from; None for a fallback.
            message: The user's message, for listeners that asked for texts.
            system: System instructions, likewise; None for none.
        """
        self._reply_counts[reply.source] += 1
        self._degraded += reply.degraded
        if reply.source == "cache":
            self._cache.hit_times.add(reply.elapsed)
        elif reply.source == "model":
            self._cache.miss_times.add(reply.elapsed)
        if result is not None:
            if result.time_to_first_token is not None and not result.coalesced:
                self._first_token_times.add(result.time_to_first_token)
            self.record_tokens(self.usage(result), result)
        if has_listeners():
            emit(_build_event(reply, result, _build_content(reply, message, system) if is_content_wanted() else {}))

    def record_tokens(self, usage: Usage | None, result: ChatResult) -> None:
        """Add the tokens spent or saved, and their cost.

        Args:
            usage: Token usage; None if the server did not count.
            result: The answer that the usage belongs to.
        """
        if usage is None:
            return
        self._prompt_tokens += usage.prompt_tokens
        self._completion_tokens += usage.completion_tokens
        self._saved_tokens += usage.saved_tokens
        price = self._prices.get(result.model)
        if price is None:
            return
        self._cost[price.currency] += usage.cost or Decimal(0)
        if usage.saved_tokens:
            answer = result.answer
            saved = price.of(answer.prompt_tokens or 0, answer.completion_tokens or 0, answer.cached_tokens)
            self._saved_cost[price.currency] += saved

    def stats(self, failover: FailoverChain, quotas: tuple[ModelQuotaStats, ...]) -> ChatStats:
        """Return a snapshot of the statistics.

        Args:
            failover: Source of the counts of failures and retries.
            quotas: Quotas of the models.
        """
        cached, live = self._cache.hit_times, self._cache.miss_times
        return ChatStats(
            replies=sum(self._reply_counts.values()),
            model=self._reply_counts["model"],
            cached=self._reply_counts["cache"],
            stale=self._reply_counts["stale"],
            fallback=self._reply_counts["fallback"],
            degraded=self._degraded,
            coalesced=self._cache.coalesced,
            failures=failover.failures,
            retries=failover.retries,
            prompt_tokens=self._prompt_tokens,
            completion_tokens=self._completion_tokens,
            saved_tokens=self._saved_tokens,
            cost=dict(self._cost),
            saved_cost=dict(self._saved_cost),
            **{f"live_{name}": value for name, value in live.summary().items()},
            **{f"cached_{name}": value for name, value in cached.summary().items()},
            first_token_p50=self._first_token_times.percentile(0.50),
            first_token_p95=self._first_token_times.percentile(0.95),
            cache=self._cache.stats(),
            quotas=quotas,
        )


def _build_content(reply: Reply, message: str, system: str | None) -> dict[str, str]:
    """Return the texts of a turn as JSON, by OpenTelemetry's GenAI conventions."""

    def part(text: str) -> dict[str, str]:
        return {"type": "text", "content": text}

    answer = {"role": "assistant", "parts": [part(reply.text)], "finish_reason": reply.finish_reason or "unknown"}
    content = {
        "gen_ai.input.messages": [{"role": "user", "parts": [part(message)]}],
        "gen_ai.output.messages": [answer],
        "gen_ai.system_instructions": [part(system)] if system else [],
    }
    return {name: msgspec.json.encode(value).decode() for name, value in content.items() if value}


def _build_event(reply: Reply, result: ChatResult | None, content: Mapping[str, str]) -> Event:
    """Build the event of a reply by OpenTelemetry's GenAI conventions."""
    usage = reply.usage
    endpoint = urlsplit(result.url) if result is not None and result.url else None
    facts = attributes(
        gen_ai__operation__name="chat",
        gen_ai__provider__name="openai",
        gen_ai__request__model=reply.model,
        gen_ai__response__model=None if result is None else result.answer.model,
        gen_ai__response__finish_reasons=reply.finish_reason,
        gen_ai__usage__input_tokens=None if usage is None else usage.prompt_tokens,
        gen_ai__usage__output_tokens=None if usage is None else usage.completion_tokens,
        gen_ai__response__time_to_first_chunk=None if result is None else result.time_to_first_token,
        server__address=None if endpoint is None else endpoint.hostname,
        server__port=None if endpoint is None else endpoint.port,
        asyncassist__source=reply.source,
        asyncassist__degraded=reply.degraded,
        asyncassist__attempts=reply.attempts,
    )
    return Event(
        name="gen_ai.client.operation",
        elapsed=reply.elapsed,
        attributes=facts,
        error=reply.reason if reply.degraded else None,
        content=content,
    )
