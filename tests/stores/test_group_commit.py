"""GroupCommit: groups, their order, refused calls, cancelled callers, and the end."""

from __future__ import annotations

import asyncio

import pytest

from asyncassist._stores.group_commit import _MAX_COMMITS, _MAX_GROUP, GroupCommit
from asyncassist._stores.session_records import RefusedWriteError
from asyncassist.errors import ClosedError, StateUnavailableError


class Database:
    """Commits groups of texts when told to; a text "bad" makes it refuse its group."""

    def __init__(self):
        self.groups = []
        self.open = asyncio.Event()
        self.open.set()

    async def commit(self, group):
        self.groups.append(list(group))
        await self.open.wait()
        if "bad" in group:
            raise RefusedWriteError("refused")
        return [text.upper() for text in group]


async def test_what_arrives_meanwhile_is_one_group():
    """A lone call goes at once; those that come while it is committed go together."""
    database = Database()
    queue = GroupCommit(database.commit)

    assert await queue.submit("a", "a") == "A"
    assert await asyncio.gather(*(queue.submit(text, text) for text in "bcd")) == ["B", "C", "D"]
    assert database.groups == [["a"], ["b", "c", "d"]]


async def test_a_group_has_one_call_of_a_key_and_keeps_their_order():
    """Two calls of one key are in two groups, the earlier one first."""
    database = Database()
    queue = GroupCommit(database.commit)

    await asyncio.gather(queue.submit("k", "1"), queue.submit("k", "2"), queue.submit("l", "3"))

    assert database.groups == [["1", "3"], ["2"]]


async def test_groups_are_bounded():
    """However many calls wait, a group has its maximum, and only two are under way."""
    database = Database()
    database.open.clear()
    queue = GroupCommit(database.commit)
    calls = [asyncio.ensure_future(queue.submit(number, "x")) for number in range(2 * _MAX_GROUP)]
    for _ in range(10):
        await asyncio.sleep(0)
    under_way = len(database.groups)
    database.open.set()
    await asyncio.gather(*calls)

    assert under_way == _MAX_COMMITS
    assert max(len(group) for group in database.groups) <= _MAX_GROUP


async def test_only_the_refused_call_fails():
    """The group is halved until the refused one is alone."""
    queue = GroupCommit(Database().commit)

    found = await asyncio.gather(*(queue.submit(n, "bad" if n == 5 else "x") for n in range(9)), return_exceptions=True)

    assert type(found.pop(5)) is RefusedWriteError
    assert found == ["X"] * 8


async def test_an_unavailable_database_fails_the_group():
    """Each caller gets the error; the next call is tried again."""

    async def commit(group):
        if "x" in group:
            raise StateUnavailableError
        return group

    queue = GroupCommit(commit)
    found = await asyncio.gather(queue.submit(1, "x"), queue.submit(2, "y"), return_exceptions=True)

    assert [type(error) for error in found] == [StateUnavailableError] * 2
    assert await queue.submit(1, "z") == "z"


async def test_a_cancelled_call_is_withdrawn():
    """One that waits is not sent; one under way harms no other."""
    database = Database()
    database.open.clear()
    queue = GroupCommit(database.commit)
    first = [asyncio.ensure_future(queue.submit(text, text)) for text in "ab"]
    for _ in range(3):
        await asyncio.sleep(0)
    waiting = [asyncio.ensure_future(queue.submit(text, text)) for text in "cd"]
    await asyncio.sleep(0)
    first[0].cancel()
    waiting[0].cancel()
    database.open.set()

    found = await asyncio.gather(*first, *waiting, return_exceptions=True)

    assert [found[1], found[3]] == ["B", "D"]
    assert database.groups == [["a", "b"], ["d"]]


async def test_closing_waits_for_what_was_submitted():
    """What waits is committed; a later call is refused."""
    database = Database()
    queue = GroupCommit(database.commit)
    call = asyncio.ensure_future(queue.submit("a", "a"))
    await asyncio.sleep(0)
    await queue.aclose()

    assert await call == "A"
    with pytest.raises(ClosedError):
        await queue.submit("b", "b")


async def test_a_commit_that_is_cancelled_fails_its_calls():
    """When the loop ends its tasks, the callers learn that no reply arrived."""
    database = Database()
    database.open.clear()
    queue = GroupCommit(database.commit)
    call = asyncio.ensure_future(queue.submit("a", "a"))
    for _ in range(3):
        await asyncio.sleep(0)
    for task in queue._tasks:
        task.cancel()

    with pytest.raises(ClosedError):
        await call
