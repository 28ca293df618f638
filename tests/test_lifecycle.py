"""Opened once, shared by many tasks, closed once, and only on its own loop."""

import asyncio
import gc
import sys
import warnings
from contextlib import asynccontextmanager

import pytest

from asyncassist._lifecycle import Resource, import_in_thread
from asyncassist.errors import ClosedError, WrongLoopError


class Door(Resource):
    """Writes down what happens to it."""

    def __init__(self, *, fails=0, log=None):
        super().__init__()
        self.log = [] if log is None else log
        self.fails = fails
        self.inside = None

    async def _open(self):
        self.log.append("open")
        self.first = await self._own(self.piece("first"))
        self._own_closable(Door(log=self.log))
        await asyncio.sleep(0)
        if self.fails:
            self.fails -= 1
            raise OSError("no")
        self.second = await self._own(self.piece("second"))

    @asynccontextmanager
    async def piece(self, name):
        self.log.append(f"+{name}")
        yield name
        self.log.append(f"-{name}")

    async def _before_close(self):
        self.log.append("close")

    async def use(self):
        await self._ensure_open()
        return self.second


async def test_many_first_users_open_it_once():
    """Twenty tasks at the door, one opening."""
    door = Door()

    assert await asyncio.gather(*(door.use() for _ in range(20))) == ["second"] * 20

    async with door:
        await door.use()
    assert door.log.count("open") == 1


async def test_what_is_owned_closes_last_opened_first():
    """After the last words of the class itself."""
    door = Door()
    await door.use()

    await door.aclose()
    await door.aclose()

    assert door.log == ["open", "+first", "+second", "close", "-second", "-first"]


async def test_a_failed_opening_leaves_nothing_open_and_may_be_repeated():
    """What was opened before the failure is closed again."""
    door = Door(fails=1)
    with pytest.raises(OSError, match="no"):
        await door.use()
    assert door.log == ["open", "+first", "-first"]

    assert await door.use() == "second"

    await door.aclose()


async def test_closed_stays_closed():
    """No silent reopening, also when it never was open."""
    used, fresh = Door(), Door()
    await used.use()
    await used.aclose()
    await fresh.aclose()

    for door in (used, fresh):
        with pytest.raises(ClosedError, match="Door"):
            await door.use()
        with pytest.raises(ClosedError):
            await door.__aenter__()


async def test_two_tasks_may_close_at_once():
    """The last words are said once."""
    door = Door()
    await door.use()

    await asyncio.gather(door.aclose(), door.aclose())

    assert door.log.count("close") == 1


def test_another_loop_is_refused_with_advice():
    """Use and closing from a second loop both say what to do."""
    door = Door()
    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(door.use())

        for call in (door.use, door.aclose):
            with pytest.raises(WrongLoopError, match="LoopThread"):
                second.run(call())

        first.run(door.aclose())


def test_dropped_while_open_warns():
    """ResourceWarning names the class and the remedy; a closed one is silent."""
    door = Door()
    with asyncio.Runner() as runner:
        runner.run(door.use())
        with pytest.warns(ResourceWarning, match="unclosed Door"):
            del door
            gc.collect()

        quiet = Door()
        runner.run(quiet.use())
        runner.run(quiet.aclose())
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            del quiet
            gc.collect()


async def test_an_error_in_the_last_words_still_closes_what_is_owned():
    """Nothing leaks because a flush failed."""

    class Bad(Door):
        async def _before_close(self):
            raise OSError("flush")

    door = Bad()
    await door.use()

    with pytest.raises(OSError, match="flush"):
        await door.aclose()

    assert door.log[-1] == "-first"


async def test_a_module_is_imported_off_the_loop(monkeypatch):
    """The second time it is simply there."""
    monkeypatch.delitem(sys.modules, "this_is_not_loaded", raising=False)

    module = await import_in_thread("colorsys")

    assert module is sys.modules["colorsys"]
    assert await import_in_thread("colorsys") is module
    with pytest.raises(ModuleNotFoundError):
        await import_in_thread("this_is_not_loaded")
