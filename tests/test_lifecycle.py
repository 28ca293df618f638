"""Lifecycle of components: opened once, shared by many tasks, closed once, bound to one event loop."""

import asyncio
import gc
import sys
import warnings
from contextlib import asynccontextmanager, suppress

import pytest

from asyncassist._lifecycle import Resource, cancel_and_wait, import_in_thread
from asyncassist.errors import ClosedError, WrongLoopError


class Component(Resource):
    """Component that logs its lifecycle.

    Args:
        fails: How many openings fail.
        log: List to log to.
    """

    def __init__(self, *, fails=0, log=None):
        super().__init__()
        self.log = [] if log is None else log
        self.fails = fails
        self.inside = None

    async def _open(self):
        self.log.append("open")
        self.first = await self._own(self.part("first"))
        self._own_closable(Component(log=self.log))
        await asyncio.sleep(0)
        if self.fails:
            self.fails -= 1
            raise OSError("no")
        self.second = await self._own(self.part("second"))

    @asynccontextmanager
    async def part(self, name):
        self.log.append(f"+{name}")
        yield name
        self.log.append(f"-{name}")

    async def _before_close(self):
        self.log.append("close")

    async def use(self):
        await self._ensure_open()
        return self.second


async def test_concurrent_first_uses_open_the_component_once():
    """Twenty tasks use it, one opening."""
    component = Component()

    assert await asyncio.gather(*(component.use() for _ in range(20))) == ["second"] * 20

    async with component:
        await component.use()
    assert component.log.count("open") == 1


async def test_owned_resources_are_closed_last_opened_first():
    """After `_before_close` of the component itself; a second close does nothing."""
    component = Component()
    await component.use()

    await component.aclose()
    await component.aclose()

    assert component.log == ["open", "+first", "+second", "close", "-second", "-first"]


async def test_failed_opening_leaves_nothing_open_and_can_be_repeated():
    """What was opened before the failure is closed again."""
    component = Component(fails=1)
    with pytest.raises(OSError, match="no"):
        await component.use()
    assert component.log == ["open", "+first", "-first"]

    assert await component.use() == "second"

    await component.aclose()


async def test_closed_component_stays_closed():
    """It does not reopen, even if it was never open."""
    used, fresh = Component(), Component()
    await used.use()
    await used.aclose()
    await fresh.aclose()

    for component in (used, fresh):
        with pytest.raises(ClosedError, match="Component"):
            await component.use()
        with pytest.raises(ClosedError):
            await component.__aenter__()


async def test_concurrent_closes_close_once():
    """`_before_close` runs once."""
    component = Component()
    await component.use()

    await asyncio.gather(component.aclose(), component.aclose())

    assert component.log.count("close") == 1


def test_use_from_another_loop_is_refused_with_advice():
    """Using and closing on a second loop both raise an error that says what to do."""
    component = Component()
    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(component.use())

        for call in (component.use, component.aclose):
            with pytest.raises(WrongLoopError, match="LoopThread"):
                second.run(call())

        first.run(component.aclose())


def test_unclosed_component_warns_when_collected():
    """The ResourceWarning names the class and the remedy; a closed component does not warn."""
    component = Component()
    with asyncio.Runner() as runner:
        runner.run(component.use())
        with pytest.warns(ResourceWarning, match="unclosed Component"):
            del component
            gc.collect()

        closed = Component()
        runner.run(closed.use())
        runner.run(closed.aclose())
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            del closed
            gc.collect()


async def test_error_in_before_close_still_closes_owned_resources():
    """Nothing leaks because a flush failed."""

    class FailingFlush(Component):
        async def _before_close(self):
            raise OSError("flush")

    component = FailingFlush()
    await component.use()

    with pytest.raises(OSError, match="flush"):
        await component.aclose()

    assert component.log[-1] == "-first"


async def test_module_is_imported_in_a_thread(monkeypatch):
    """A loaded module is returned as it is; a missing one raises ModuleNotFoundError."""
    monkeypatch.delitem(sys.modules, "this_is_not_loaded", raising=False)

    module = await import_in_thread("colorsys")

    assert module is sys.modules["colorsys"]
    assert await import_in_thread("colorsys") is module
    with pytest.raises(ModuleNotFoundError):
        await import_in_thread("this_is_not_loaded")


async def test_what_was_taken_over_is_opened_and_closed_with_the_component():
    """A factory hands over what it made; `_open` owns it, so it is closed exactly once, and before what was handed in."""
    log = []
    inner = Component(log=log)

    class Outer(Resource):
        async def _open(self):
            for thing in self._taken_over:
                await self._own(thing)

    outer = Outer()
    outer._take_over(inner)
    assert log == []

    async with outer:
        assert log[0] == "open"

    assert log.count("close") == 1
    with pytest.raises(ClosedError):
        await inner.use()


async def test_a_lost_cancellation_is_repeated():
    """A task that drops one cancellation ends with the next; without tasks nothing is waited for."""

    async def work():
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    tasks = [asyncio.create_task(work()) for _ in range(2)]
    await asyncio.sleep(0)

    async with asyncio.timeout(10.0):
        await cancel_and_wait(*tasks)
        await cancel_and_wait()

    assert all(task.cancelled() for task in tasks)
