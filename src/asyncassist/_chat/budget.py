"""Budgets: what a user or a conversation may spend on models in a window of time, counted in Redis or in memory."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from asyncassist._cache import json_digest
from asyncassist._events import Degradation
from asyncassist._redis_client import RedisResource, redis_error
from asyncassist._types import JSONSerializable, is_amount
from asyncassist._validation import check_int, check_seconds
from asyncassist.errors import AsyncAssistError, BudgetExceededError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from redis.asyncio import Redis

    from asyncassist._chat.models import Price, Usage

PREFIX = "asyncassist:budget:"
# Windows in memory; beyond it the oldest is forgotten.
_MAX_WINDOWS = 100_000
# Costs are counted in whole billionths, as Redis adds integers exactly.
_COST_UNIT = Decimal("1e9")
_LIMITS: tuple[Literal["tokens", "cost", "requests"], ...] = ("tokens", "cost", "requests")

# Adds to the counters of a window, which begins with the first addition and ends by the key's expiry; unless a counter
# has reached its limit: then its number and the milliseconds left are returned. A limit below 0 is none.
_SCRIPT = """
local used = redis.call('HMGET', KEYS[1], 'tokens', 'cost', 'requests')
for i = 1, 3 do
  local limit = tonumber(ARGV[i])
  if limit >= 0 and tonumber(used[i] or 0) >= limit then return {i, redis.call('PTTL', KEYS[1])} end
end
redis.call('HINCRBY', KEYS[1], 'tokens', ARGV[4])
redis.call('HINCRBY', KEYS[1], 'cost', ARGV[5])
redis.call('HINCRBY', KEYS[1], 'requests', ARGV[6])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[7]) end
return {0, 0}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget(JSONSerializable):
    """What each user, or each conversation, may spend on models in a window of time.

    A window begins with the first request to a model and ends `window` seconds later; then all counts are 0 again.
    Answers from the cache cost nothing. Requests are counted before they are sent, tokens and cost when they are known:
    requests that are under way may exceed those two.

    Attributes:
        tokens: Prompt and completion tokens; None for no limit.
        cost: Cost by the chatbot's `prices`, in their currency; models without a price cost nothing. None for no limit.
        requests: Requests that ask a model; None for no limit.
        window: Seconds.
        per: Whether users or conversations have the budget; anonymous users share one.

    Raises:
        ConfigurationError: A value is invalid, or there is no limit at all.
    """

    tokens: int | None = None
    cost: Decimal | None = None
    requests: int | None = None
    window: float = 86_400.0
    per: Literal["user", "conversation"] = "user"

    def __post_init__(self) -> None:
        for name in ("tokens", "requests"):
            if getattr(self, name) is not None:
                check_int(f"budget.{name}", getattr(self, name))
        if self.cost is not None and (not is_amount(self.cost) or not 0 < self.cost < 10**9):
            raise ConfigurationError("budget.cost", "must be a Decimal above 0 and below a billion")
        if self.tokens is None and self.cost is None and self.requests is None:
            raise ConfigurationError("budget", "must limit tokens, cost or requests")
        check_seconds("budget.window", self.window)
        if not isinstance(self.per, str) or self.per not in {"user", "conversation"}:
            raise ConfigurationError("budget.per", 'must be "user" or "conversation"')


def check_budget(budget: object, prices: Mapping[str, Price]) -> Budget | None:
    """Validate the budget of a chatbot.

    Raises:
        ConfigurationError: It is no Budget, or limits the cost without prices in one currency.
    """
    if budget is None:
        return None
    if not isinstance(budget, Budget):
        raise ConfigurationError("budget", "must be a Budget or None")
    if budget.cost is not None and len({price.currency for price in prices.values()}) != 1:
        raise ConfigurationError("budget.cost", "needs prices, all in one currency")
    return budget


@dataclass(slots=True)
class _Window:
    ends: float
    used: list[int]


class BudgetCounter:
    """Counts of what was spent.

    While Redis is unavailable the counts are those of this process.

    Args:
        budget: The budget.
        redis: Redis that all processes share, as a client or a URL; None to count in this process.
        now: Monotonic clock in seconds.
    """

    def __init__(self, budget: Budget, *, redis: Redis | str | None, now: Callable[[], float]) -> None:
        self.shared = None if redis is None else _SharedCounts(redis, timeout=0.5)
        self.degradation = Degradation("the budget", now)
        self._budget = budget
        self._now = now
        cost = -1 if budget.cost is None else int(budget.cost * _COST_UNIT)
        self._limits = (
            -1 if budget.tokens is None else budget.tokens,
            cost,
            -1 if budget.requests is None else budget.requests,
        )
        self._windows: dict[str, _Window] = {}

    async def admit(self, user: str | None, conversation_id: str | None) -> None:
        """Count a request that asks a model.

        Raises:
            BudgetExceededError: A limit is reached; the request is not counted.
        """
        reached, wait = await self._add(self._key(user, conversation_id), self._limits, (0, 0, 1))
        if reached:
            raise BudgetExceededError(limit=_LIMITS[reached - 1], retry_after=wait)

    async def spend(self, user: str | None, conversation_id: str | None, usage: Usage | None) -> None:
        """Count the tokens and the cost of an answer."""
        if usage is None or not usage.total_tokens:
            return
        cost = int((usage.cost or Decimal(0)) * _COST_UNIT)
        await self._add(self._key(user, conversation_id), (-1, -1, -1), (usage.total_tokens, cost, 0))

    def _key(self, user: str | None, conversation_id: str | None) -> str:
        of_conversation = conversation_id if self._budget.per == "conversation" else None
        return json_digest("budget", self._budget.per, user, of_conversation)[:32]

    async def _add(self, key: str, limits: tuple[int, ...], amounts: tuple[int, ...]) -> tuple[int, float]:
        """Add amounts unless a limit is reached; return the number of that limit, 0 for none, and the seconds left."""
        if self.shared is not None:
            try:
                found = await self.shared.add(PREFIX + key, limits, amounts, self._budget.window)
            except Exception as error:
                if not isinstance(error, (AsyncAssistError, OSError, redis_error())):
                    raise
                self.degradation.begin("it is counted in this process alone", error)
            else:
                self.degradation.end()
                return found
        now = self._now()
        window = self._windows.get(key)
        if window is None or window.ends <= now:
            self._windows.pop(key, None)
            if len(self._windows) >= _MAX_WINDOWS:
                del self._windows[next(iter(self._windows))]
            window = self._windows[key] = _Window(now + self._budget.window, [0, 0, 0])
        for number, (limit, used) in enumerate(zip(limits, window.used, strict=True), start=1):
            if 0 <= limit <= used:
                return number, window.ends - now
        window.used = [used + amount for used, amount in zip(window.used, amounts, strict=True)]
        return 0, 0.0


class _SharedCounts(RedisResource):
    """Counts in Redis."""

    async def add(
        self, key: str, limits: tuple[int, ...], amounts: tuple[int, ...], window: float
    ) -> tuple[int, float]:
        async with self._acquire_client() as client:
            arguments = (*limits, *amounts, max(1, int(window * 1000)))
            found: Any = await client.eval(_SCRIPT, 1, key, *arguments)
        return int(found[0]), max(0.0, int(found[1]) / 1000)
