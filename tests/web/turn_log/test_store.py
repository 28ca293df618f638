"""Stores of turns: one contract for SQLite and Redis."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from asyncassist.web.turn_log import store as contract
from asyncassist.web.turn_log.store import TurnEndedError
from tests.web.turn_log.parts import OWNER


@contextlib.asynccontextmanager
async def opened(new_store):
    store = new_store()
    try:
        yield store
    finally:
        await store.aclose()


async def test_entries_are_read_after_a_number(new_store):
    """Another worker reads what was appended, from any number on, and the end with the last of it."""
    async with opened(new_store) as store, opened(new_store) as other:
        await store.begin("t1", OWNER, b"start\n{}")
        running = await other.read("t1", 0)
        await store.append("t1", 2, b"delta\n{}", None)
        await store.append("t1", 3, b"done\n{}", "done")

        assert (running.entries, running.end, running.alive) == ([b"start\n{}"], None, True)
        whole, rest, end = [await other.read("t1", after) for after in (0, 2, 3)]
        assert whole.entries == [b"start\n{}", b"delta\n{}", b"done\n{}"]
        assert (rest.entries, rest.end) == ([b"done\n{}"], "done")
        assert (end.entries, end.end) == ([], "done")
        assert await other.owner("t1") == OWNER
        assert await other.last_turn(OWNER) == "t1"


async def test_long_turn_is_read_in_pages(new_store):
    """A page has a bounded number of entries; the end is with the last of them only."""
    async with opened(new_store) as store:
        await store.begin("t2", OWNER, b"start\n{}")
        for number in range(2, contract.PAGE_SIZE + 3):
            await store.append(
                "t2", number, b"delta\n%d" % number, "done" if number == contract.PAGE_SIZE + 2 else None
            )
        first = await store.read("t2", 0)
        second = await store.read("t2", len(first.entries))

    assert (len(first.entries), first.end) == (contract.PAGE_SIZE, None)
    assert (len(second.entries), second.end) == (2, "done")


async def test_what_is_unknown_is_none(new_store):
    """A turn that does not exist has no entries and no owner, and nothing interrupts it."""
    async with opened(new_store) as store:
        await store.interrupt("gone", b"error\n{}")

        assert await store.read("gone", 0) is None
        assert await store.owner("gone") is None
        assert await store.last_turn("nobody") is None


async def test_turn_without_a_lease_can_be_interrupted_once(new_store):
    """Not while its lease is valid; after that its worker can append nothing more."""
    async with opened(new_store) as store, opened(new_store) as other:
        await store.begin("t3", OWNER, b"start\n{}")
        await other.interrupt("t3", b"error\n1")
        assert (await other.read("t3", 0)).end is None
        await asyncio.sleep(contract.LEASE + 0.1)
        assert not (await other.read("t3", 0)).alive
        await other.interrupt("t3", b"error\n2")
        await other.interrupt("t3", b"error\n3")
        with pytest.raises(TurnEndedError):
            await store.append("t3", 2, b"delta\n{}", None)
        with pytest.raises(TurnEndedError):
            await store.append("t3", 2, b"done\n{}", "done")
        page = await store.read("t3", 0)

    assert (page.entries, page.end) == ([b"start\n{}", b"error\n2"], "interrupted")


async def test_renewal_keeps_the_lease_and_tells_who_is_to_stop(new_store):
    """A renewed lease is valid after the first has expired; a request to stop is told with the renewal."""
    async with opened(new_store) as store, opened(new_store) as other:
        await store.begin("t4", OWNER, b"start\n{}")
        await store.begin("t5", OWNER, b"start\n{}")
        await asyncio.sleep(contract.LEASE / 2)
        assert await store.renew(["t4", "t5"]) == set()
        await asyncio.sleep(contract.LEASE * 0.6)
        await other.stop("t5")

        assert (await other.read("t4", 0)).alive
        assert await store.renew(["t4", "t5"]) == {"t5"}


async def test_key_is_claimed_once(new_store):
    """The first claim counts, unless it is named as the one to replace."""
    async with opened(new_store) as store, opened(new_store) as other:
        scope = f"scope-{id(store)}"
        assert await store.claim(scope, "a", None) == "a"
        assert await other.claim(scope, "b", None) == "a"
        assert await other.claim(scope, "b", "a") == "b"
        assert await store.claim(scope, "c", "a") == "b"


async def test_forgotten_turns_are_gone(new_store):
    """Nothing of an owner's turns can be read after they have been deleted; deleting nothing succeeds."""
    async with opened(new_store) as store:
        await store.begin("t6", "forgotten", b"start\n{}")
        await store.begin("t7", "forgotten", b"start\n{}")
        await store.forget("forgotten")
        await store.forget("forgotten")

        assert [await store.read(name, 0) for name in ("t6", "t7")] == [None, None]
        assert await store.last_turn("forgotten") is None


async def test_turns_of_a_user_are_gone(new_store):
    """All conversations of the user are meant, and no others."""
    async with opened(new_store) as store:
        for turn_id, owner in (("t8", "aa01"), ("t9", "aa02"), ("t10", "ab01")):
            await store.begin(turn_id, owner, b"start\n{}")
        await store.forget_user("aa")
        await store.forget_user("aa")

        assert [await store.read(name, 0) is None for name in ("t8", "t9", "t10")] == [True, True, False]
        assert [await store.last_turn(owner) for owner in ("aa01", "aa02", "ab01")] == [None, None, "t10"]


@pytest.mark.parametrize("end", [None, "done"])
async def test_a_forgotten_turn_does_not_come_back(new_store, end):
    """An event that its worker appends later is refused, so that nothing of the turn is stored again."""
    async with opened(new_store) as store, opened(new_store) as other:
        await store.begin("t11", "late", b"start\n{}")
        await other.forget("late")
        with pytest.raises(TurnEndedError):
            await store.append("t11", 2, b"delta\n{}", end)

        assert await store.read("t11", 0) is None
