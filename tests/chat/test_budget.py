"""Budgets of users and conversations: what is counted, refused and shared."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from asyncassist import Budget, CachedChatbot, Price
from asyncassist._chat import budget as budgets
from asyncassist.errors import BudgetExceededError, ConfigurationError
from asyncassist.testing import FakeClock, FakeOpenAI
from tests.chat.conftest import BOTH_WIRES, Make
from tests.servers import free_port

if TYPE_CHECKING:
    from tests.servers import Valkey

wire = BOTH_WIRES
PRICES = {"m": Price(prompt=Decimal(1_000_000), completion=Decimal(1_000_000))}


async def test_requests_beyond_the_budget_are_refused(make: Make, server: FakeOpenAI, clock: FakeClock):
    """Each user has their own; cached answers cost nothing; at the end of the window it begins anew."""
    bot = await make(budget=Budget(requests=2, window=100.0))
    await bot.reply("one", user="ann")
    clock.advance(40.0)
    await bot.reply("two", user="ann")

    with pytest.raises(BudgetExceededError) as caught:
        await bot.reply("three", user="ann")
    assert (caught.value.limit, caught.value.retry_after) == ("requests", 60.0)
    assert (await bot.reply("one", user="ann")).source == "cache"
    assert (await bot.reply("three", user="bob")).source == "model"
    assert server.calls == 3
    clock.advance(60.0)
    assert (await bot.reply("three", user="ann")).source == "model"


@pytest.mark.parametrize(
    ("limits", "limit"), [({"tokens": 3}, "tokens"), ({"cost": Decimal(3)}, "cost"), ({"tokens": 99}, None)]
)
async def test_tokens_and_cost_are_counted(make: Make, server: FakeOpenAI, limits: Any, limit: str | None):
    """When the answer is known: the next request is refused."""
    bot = await make(budget=Budget(**limits), prices=PRICES)
    server.script("two words")
    await bot.reply("one", user="ann")

    if limit is None:
        await bot.reply("more", user="ann")
        return
    with pytest.raises(BudgetExceededError) as caught:
        async with bot.stream("more", user="ann") as stream:
            async for _ in stream:
                pass
    assert caught.value.limit == limit
    assert server.calls == 1


async def test_a_conversation_may_have_the_budget(make: Make):
    """Then each conversation of a user has its own."""
    bot = await make(budget=Budget(requests=1, per="conversation"))
    await bot.reply("one", user="ann", conversation_id="a")
    await bot.reply("two", user="ann", conversation_id="b")
    with pytest.raises(BudgetExceededError):
        await bot.reply("three", user="ann", conversation_id="a")


async def test_workers_share_the_budget(make: Make, valkey: Valkey, server: FakeOpenAI):
    """Through Redis; an answer of another worker's cache is free."""
    settings: dict[str, Any] = {"redis": valkey.url, "budget": Budget(requests=1, tokens=1000, window=50.0)}
    one, other = await make(**settings), await make(**settings)
    await one.reply("one", user="ann")

    assert (await other.reply("one", user="ann")).source == "cache"
    with pytest.raises(BudgetExceededError) as caught:
        await other.reply("two", user="ann")
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 50
    assert server.calls == 1


async def test_without_its_redis_a_process_counts_alone(make: Make):
    """An outage refuses no request by itself, spending stays bounded, and health warns."""
    bot = await make(redis=f"redis://127.0.0.1:{free_port()}/0", budget=Budget(requests=1))
    await bot.reply("one", user="ann")
    with pytest.raises(BudgetExceededError):
        await bot.reply("two", user="ann")
    checks = {check.name: check.status for check in (await bot.health()).checks}
    assert checks["budget"] == "warn"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"tokens": 0},
        {"requests": True},
        {"cost": 3},
        {"cost": Decimal(0)},
        {"tokens": 1, "window": 0},
        {"tokens": 1, "per": "day"},
    ],
)
def test_a_budget_is_checked(given: dict[str, Any]):
    """The error names the field."""
    with pytest.raises(ConfigurationError) as caught:
        Budget(**given)
    assert caught.value.field.startswith("budget")


def test_a_cost_needs_prices():
    """Without them, or in several currencies, nothing could be compared."""
    prices = {**PRICES, "n": Price(prompt=Decimal(1), completion=Decimal(1), currency="EUR")}
    for given in (None, prices):
        with pytest.raises(ConfigurationError) as caught:
            CachedChatbot(model="m", budget=Budget(cost=Decimal(1)), prices=given)
        assert caught.value.field == "budget.cost"
    with pytest.raises(ConfigurationError):
        CachedChatbot(model="m", budget=7)  # type: ignore[arg-type]


async def test_windows_in_memory_are_bounded(clock: FakeClock):
    """The oldest is forgotten first."""
    counter = budgets.BudgetCounter(Budget(requests=1), redis=None, now=clock)
    for number in range(100_001):
        await counter.admit(str(number), None)
    await counter.admit("0", None)
    with pytest.raises(BudgetExceededError):
        await counter.admit("100000", None)
